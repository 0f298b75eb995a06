package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"planwright"
	"planwright/tabular"
)

// headSize is how much of a file its layout is told from; the encoding is told
// from all of it.
const headSize = 256 << 10

// sniff tells encoding, line ends, separator and header of the file.
func (f *textFile) sniff(o FileOptions, quoted bool) error {
	f.encoding = strings.ToLower(strings.TrimSpace(o.Encoding))
	f.forced = f.encoding != ""
	if _, err := tabular.Encoding(f.encoding); err != nil {
		return fail(planwright.CodeMapping, "import", f.path, "", "see docs/mapping.md", err)
	}
	if !f.forced {
		f.encoding = tabular.UTF8
		head, whole, err := f.head(64<<10, true)
		if err != nil {
			return err
		}
		if !whole {
			if i := bytes.LastIndexByte(head, '\n'); i > 0 {
				head = head[:i+1] // no character cut in two
			}
		}
		var c tabular.Charsets
		_, _ = c.Write(head)
		if g := c.Guess(); g.Name != tabular.UTF8 || g.Confidence < 1 {
			if err := f.judge8(g, whole); err != nil {
				return err
			}
		}
	}
	return f.layout(o, quoted)
}

// judge8 tells the encoding from the whole file.
func (f *textFile) judge8(g tabular.Charset, whole bool) error {
	if !whole && g.Name != tabular.UTF16LE && g.Name != tabular.UTF16BE {
		r, closeFile, err := f.openRaw()
		if err != nil {
			return err
		}
		var c tabular.Charsets
		_, err = io.Copy(&c, r)
		_ = closeFile()
		if err != nil {
			return fail(planwright.CodeFileFormat, "import", f.path, "", "check that the file is whole", err)
		}
		g = c.Guess()
	}
	f.encoding, f.sure, f.judged = g.Name, g, true
	return nil
}

// head returns the first bytes of the file, decoded or raw, and whether that
// is all of it.
func (f *textFile) head(n int, raw bool) ([]byte, bool, error) {
	open := f.open
	if raw {
		open = f.openRaw
	}
	r, closeFile, err := open()
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = closeFile() }()
	b := make([]byte, n)
	k, err := io.ReadFull(r, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, false, fail(planwright.CodeFileFormat, "import", f.path, "", "check that the file is whole", err)
	}
	return b[:k], k < n, nil
}

// layout tells line ends, separator, quote and header from the beginning of the
// decoded file.
func (f *textFile) layout(o FileOptions, quoted bool) error {
	delim, err := o.delimiter()
	if err != nil {
		return fail(planwright.CodeMapping, "import", f.path, "", "see docs/mapping.md", err)
	}
	f.macLines, f.quote, f.columns, f.width, f.least, f.header, f.first1, f.rawTitle = false, 0, nil, 0, 0, 0, 0, nil
	head, whole, err := f.head(headSize, false)
	if err != nil {
		return err
	}
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		f.macLines = true
		for i, b := range head {
			if b == '\r' {
				head[i] = '\n'
			}
		}
	}
	if !quoted {
		return nil
	}
	d := tabular.GuessDialect(head)
	f.delim, f.quote = delim, d.Quote
	if delim == 0 {
		f.delim = d.Delimiter
	}
	if bytes.IndexByte(head, '\n') < 0 && !whole {
		return fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("the first row is longer than %d kB", headSize>>10), "a table has at most 4096 columns, and a title is short", nil)
	}
	return f.findHeader(head, whole, d.Hint, o.Header)
}

// maxBlankHead is how many blank rows may stand above a table.
const maxBlankHead = 1000

// findHeader looks at the first records. forced is the row that the mapping
// names, -1 for none, 0 to look for it.
func (f *textFile) findHeader(head []byte, whole, hint bool, forced int) error {
	recs := newRecords(bytes.NewReader(head), f.delim, f.quote)
	recs.buf = make([]byte, max(len(head)+1, 16))
	var rows [][]string
	var raws [][]byte
	var numbers []int64
	var fields []int
	problems := map[int64]string{}
	var rec record
	for len(rows) < 4*lookAhead {
		ok, err := recs.next(&rec)
		if err != nil || !ok {
			break
		}
		if !whole && recs.pos >= recs.end {
			break // cut off
		}
		if blank(rec.raw, f.delim) {
			if recs.row > maxBlankHead {
				break
			}
			continue
		}
		cells := split(rec.raw, f.delim, f.quote)
		if rec.problem != "" {
			problems[recs.row] = rec.problem
		}
		rows, raws = append(rows, cells), append(raws, bytes.Clone(rec.raw))
		numbers, fields = append(numbers, recs.row), append(fields, len(cells))
	}
	if len(rows) == 0 {
		return nil // the scan says that it is empty
	}
	skip := 0
	if hint {
		skip = 1
	}
	l := tabular.Layout{Header: -1}
	switch {
	case forced > 0:
		for i, n := range numbers {
			if n == int64(forced) {
				l = tabular.Layout{Header: i, HeaderRows: 1, Titles: rows[i]}
			}
		}
		if l.Header < 0 {
			return fail(planwright.CodeMapping, "import", f.path, fmt.Sprintf("row %d cannot be the header", forced), fmt.Sprintf("name a filled row among the first %d", 4*lookAhead), nil)
		}
	case forced == 0:
		l = tabular.LayoutOf(rows[skip:])
		if l.Header >= 0 {
			l.Header += skip
		}
	}
	body := max(l.Header, skip-1) + max(l.HeaderRows, 1)
	if l.Header < 0 {
		body = skip
	}
	usual, share := usualFields(fields[min(body, len(fields)):])
	titles := make([]string, 0, len(l.Titles))
	for _, t := range l.Titles {
		titles = append(titles, tidyTitle(t))
	}
	if l.Header >= 0 {
		if p := problems[numbers[l.Header]]; p != "" {
			return fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("header in row %d: %s", numbers[l.Header], p), "correct the first row", nil)
		}
		f.first1, f.header = numbers[l.Header], numbers[l.Header+l.HeaderRows-1]
		if l.HeaderRows == 1 {
			f.rawTitle = raws[l.Header]
		}
		for len(titles) < fields[l.Header] {
			titles = append(titles, "")
		}
	}
	switch {
	case l.Header < 0:
		titles = make([]string, max(usual, 1))
	case usual == len(titles)+1 && share > 0.8 && indexed(rows[body:]):
		titles = append([]string{""}, titles...) // the numbers of rows have no title
	case usual > len(titles) && share > 0.8 && !emptyBehind(rows[body:], len(titles)):
		for len(titles) < usual {
			titles = append(titles, "")
		}
	case usual < len(titles) && usual > 0 && share > 0.5:
		for len(titles) > usual && titles[len(titles)-1] == "" {
			titles = titles[:len(titles)-1]
		}
	}
	if len(titles) > maxColumns {
		return fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("%d columns", len(titles)), "a table has at most 4096", nil)
	}
	f.width, f.least = len(titles), len(titles)
	if usual > 1 && usual < f.width && share > 0.8 {
		f.least = usual // a program that leaves empty cells out at the end of a row
	}
	f.columns = uniqueTitles(titles)
	return nil
}

func usualFields(counts []int) (mode int, share float64) {
	if len(counts) == 0 {
		return 0, 0
	}
	seen := map[int]int{}
	for _, c := range counts {
		seen[c]++
		if seen[c] > seen[mode] || seen[c] == seen[mode] && c > mode {
			mode = c
		}
	}
	return mode, float64(seen[mode]) / float64(len(counts))
}

// indexed says whether the first cells count the rows: 0, 1, 2 or 1, 2, 3.
func indexed(rows [][]string) bool {
	if len(rows) < 2 {
		return false
	}
	for i, r := range rows[:min(len(rows), 20)] {
		if c := strings.TrimSpace(r[0]); c != fmt.Sprint(i) && c != fmt.Sprint(i+1) {
			return false
		}
	}
	return true
}

// emptyBehind says whether the cells from the k-th on are all empty.
func emptyBehind(rows [][]string, k int) bool {
	for _, r := range rows {
		for i := k; i < len(r); i++ {
			if strings.TrimSpace(r[i]) != "" {
				return false
			}
		}
	}
	return true
}
