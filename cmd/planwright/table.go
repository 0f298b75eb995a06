package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// table is a small table for a terminal. Chinese characters take two cells.
type table struct {
	head  []string
	right []bool // numbers
	rows  [][]string
}

// newTable starts a table; a column whose title starts with ">" is aligned to
// the right.
func newTable(head ...string) *table {
	t := &table{right: make([]bool, len(head))}
	for i, h := range head {
		t.right[i] = strings.HasPrefix(h, ">")
		t.head = append(t.head, strings.TrimPrefix(h, ">"))
	}
	return t
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// harmless takes out of a text of the data what steers a terminal.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

// write prints the table; cells wider than limit (0: none) are cut.
func (t *table) write(w io.Writer, limit int) {
	width := make([]int, len(t.head))
	cut := func(s string) string {
		s = harmless(s)
		if limit > 0 && runewidth.StringWidth(s) > limit {
			return runewidth.Truncate(s, limit, "…")
		}
		return s
	}
	for i, h := range t.head {
		width[i] = runewidth.StringWidth(h)
	}
	for _, r := range t.rows {
		for i := range r {
			if i == len(r)-1 && !t.right[i] { // the last column may run on
				r[i] = strings.TrimRight(strings.Map(func(c rune) rune {
					if c < ' ' || c == 0x7f {
						return ' '
					}
					return c
				}, r[i]), " ")
				continue
			}
			r[i] = cut(r[i])
			width[i] = max(width[i], runewidth.StringWidth(r[i]))
		}
	}
	line := func(cells []string) {
		var b strings.Builder
		for i, c := range cells {
			pad := strings.Repeat(" ", max(0, width[i]-runewidth.StringWidth(c)))
			switch {
			case t.right[i]:
				b.WriteString(pad + c)
			case i == len(cells)-1:
				b.WriteString(c)
			default:
				b.WriteString(c + pad)
			}
			if i < len(cells)-1 {
				b.WriteString("  ")
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	line(t.head)
	rule := make([]string, len(t.head))
	for i := range rule {
		rule[i] = strings.Repeat("─", width[i])
	}
	line(rule)
	for _, r := range t.rows {
		line(r)
	}
}

// bar draws a share (0..1) as a bar of the given number of cells.
func bar(share float64, cells int) string {
	n := int(share*float64(cells) + 0.5)
	return strings.Repeat("█", max(0, min(cells, n)))
}

// money writes a figure of money with separators of thousands.
func money(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if neg && s != "0" {
		s = "-" + s
	}
	return s
}

// count writes a whole number with separators of thousands.
func count[T int | int64 | int32](n T) string { return money(float64(n)) }
