package tabular

import (
	"strings"
	"unicode/utf8"
)

// Layout says where in a sheet the table begins.
type Layout struct {
	Header     int // index of the first header row among the rows given; -1: no header
	HeaderRows int // 1, or 2 where a row of groups stands above the titles
	Titles     []string
}

// lookRows is how many rows a header is looked for in.
const lookRows = 30

// LayoutOf finds the header in the first rows of a sheet: the row that is
// full, made of words, and stands above rows of another kind. Rows above it
// are titles and remarks of a report.
func LayoutOf(rows [][]string) Layout {
	trimmed := make([][]string, len(rows))
	for i, r := range rows {
		trimmed[i] = trimCells(r)
	}
	width := usualWidth(trimmed)
	best, bestScore := -1, -1e9
	for i := range trimmed[:min(len(trimmed), lookRows)] {
		if filled(trimmed[i]) == 0 {
			continue
		}
		score := headerScore(trimmed, i, width)
		if score > bestScore {
			best, bestScore = i, score
		}
		if best == i && knownTitles(trimmed[i]) >= 3 {
			break
		}
	}
	if best < 0 {
		return Layout{Header: -1}
	}
	if noHeader(trimmed, best) {
		return Layout{Header: -1, Titles: nil}
	}
	if best > 0 && groupsAbove(trimmed[best-1], trimmed[best]) {
		return Layout{Header: best - 1, HeaderRows: 2, Titles: joinTitles(trimmed[best-1], trimmed[best])}
	}
	l := Layout{Header: best, HeaderRows: 1, Titles: trimmed[best]}
	if best+2 < len(trimmed) && twoRows(trimmed, best) {
		l.HeaderRows, l.Titles = 2, joinTitles(trimmed[best], trimmed[best+1])
	}
	return l
}

func trimCells(r []string) []string {
	out := make([]string, len(r))
	n := 0
	for i, c := range r {
		out[i] = strings.TrimSpace(strings.Map(func(r rune) rune {
			switch r {
			case '\u00a0', '\u3000', '\n', '\r', '\t':
				return ' '
			case '\ufeff', '\u200b':
				return -1
			}
			return r
		}, c))
		if out[i] != "" {
			n = i + 1
		}
	}
	return out[:n]
}

func filled(r []string) int {
	n := 0
	for _, c := range r {
		if c != "" {
			n++
		}
	}
	return n
}

// usualWidth is the most frequent number of filled cells, the wider of two
// equally frequent ones.
func usualWidth(rows [][]string) int {
	var counts []int
	for _, r := range rows {
		if n := filled(r); n > 0 {
			counts = append(counts, n)
		}
	}
	if len(counts) == 0 {
		return 0
	}
	mode, _ := modeOf(counts)
	return mode
}

func knownTitles(r []string) int {
	n := 0
	seen := map[string]bool{}
	for _, c := range r {
		if !seen[c] && len(c) > 1 && len(Meanings(c)) > 0 {
			n++
			seen[c] = true
		}
	}
	return n
}

// headerScore is high for rows that look like a header. All else equal, the
// first row is one.
func headerScore(rows [][]string, i, width int) float64 {
	r := rows[i]
	n := filled(r)
	words, periods := 0, 0
	seen := map[string]bool{}
	for _, c := range r {
		switch {
		case c == "":
		case Period(c) != "":
			periods++
		case titleLike(c) && !seen[c]:
			words++
		}
		seen[c] = true
	}
	if periods > 0 && words == 0 {
		periods = 0
	}
	known := knownTitles(r)
	if n == 1 && i > 0 {
		known = 0 // one known word under another is a value
	}
	score := 2*float64(min(known, 6)) + 3*float64(words+periods)/float64(n) - 0.3*float64(i)
	if float64(n) < 0.5*float64(width) {
		score -= 8
	}
	if contrast(rows, i, r) > 0 {
		score += 1.5
	}
	for _, c := range r { // 日期：2026-01-01 stands in the head of a report, not of a table
		if k := strings.IndexAny(c, ":："); k > 0 && k < len(c)-3 {
			score -= 1.5
		}
	}
	return score
}

// titleLike says whether a cell may be a title: words, not too many.
func titleLike(c string) bool {
	return !numberLike(c) && !dateLike(c) && utf8.RuneCountInString(c) <= 60
}

// contrast counts the columns in which the row has a word and most of the rows
// below have a number or a day.
func contrast(rows [][]string, i int, titles []string) int {
	n := 0
	for k, c := range titles {
		if c == "" || !titleLike(c) && Period(c) == "" {
			continue
		}
		values, all := 0, 0
		for _, r := range rows[i+1:] {
			if k < len(r) && r[k] != "" {
				all++
				if numberLike(r[k]) || dateLike(r[k]) {
					values++
				}
			}
		}
		if all > 0 && 2*values > all {
			n++
		}
	}
	return n
}

// noHeader says that the row that looks most like a header is a row of data:
// nothing in it is known and it holds numbers or days like the rows below it.
func noHeader(rows [][]string, i int) bool {
	r := rows[i]
	if knownTitles(r) > 0 {
		return false
	}
	values, periods := 0, 0
	for k, c := range r {
		if c == "" {
			continue
		}
		if !numberLike(c) && !dateLike(c) {
			continue
		}
		if Period(c) != "" && k > 0 && !dateBelow(rows, i, k) {
			periods++
			continue
		}
		values++
	}
	return values > 0 && 5*values >= filled(r) && len(rows) > i+1 || values == filled(r)
}

func dateBelow(rows [][]string, i, k int) bool {
	for _, r := range rows[i+1:] {
		if k < len(r) && r[k] != "" {
			return dateLike(r[k])
		}
	}
	return false
}

// twoRows says whether the row below the header belongs to it: it is made of
// words, it fills gaps of the header, and numbers stand below its words.
func twoRows(rows [][]string, i int) bool {
	top, low := rows[i], rows[i+1]
	gaps := 0
	repeats := map[string]int{}
	for _, c := range top {
		if c != "" {
			repeats[c]++
		}
	}
	for k, c := range low {
		if c == "" {
			continue
		}
		if !titleLike(c) {
			return false
		}
		if k >= len(top) || top[k] == "" || repeats[top[k]] > 1 {
			gaps++
		}
	}
	if gaps == 0 || contrast(rows, i+1, low) == 0 {
		return false
	}
	return knownTitles(low) > 0 || filled(low) >= 2
}

// groupsAbove says whether the row above the titles belongs to them: it names
// columns that the row of titles leaves open.
func groupsAbove(top, low []string) bool {
	if filled(top) < 2 {
		return false
	}
	for _, c := range top {
		if c != "" && !titleLike(c) || strings.ContainsAny(c, ":：") {
			return false
		}
	}
	for k, c := range top {
		if c != "" && (k >= len(low) || low[k] == "") {
			return true
		}
	}
	return false
}

// joinTitles makes one row of titles of two: a group is carried over the cells
// that it spans.
func joinTitles(top, low []string) []string {
	n := max(len(top), len(low))
	out := make([]string, n)
	group := ""
	for k := range n {
		t, l := "", ""
		if k < len(top) {
			t = top[k]
		}
		if k < len(low) {
			l = low[k]
		}
		switch {
		case t != "":
			group = t
		case l == "":
			group = ""
		}
		switch {
		case l == "":
			out[k] = t
		case group == "" || group == l:
			out[k] = l
		default:
			out[k] = group + "/" + l
		}
	}
	return out
}
