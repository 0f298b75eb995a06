package snapshot

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"planwright"
	"planwright/tabular"
)

// giveRow takes the cells of one row of a sheet and its number there.
type giveRow func(row int, cells []string) error

// gridRows gives the rows of a sheet in order; rows without cells may be left
// out.
func gridRows(ctx context.Context, in input, give giveRow) error {
	switch in.format {
	case "xlsx":
		return xlsxRows(ctx, in, give)
	case "xmlss":
		return xmlRows(ctx, in, give)
	case "html":
		return htmlRows(ctx, in, give)
	}
	return sqliteRows(ctx, in, give)
}

// lookAhead is how many rows are kept to find the header in.
const lookAhead = 40

// grid makes the source of one sheet: its cells are copied to a text file,
// each row with its number, so that all that follows is the same as for CSV.
func (st *stager) grid(ctx context.Context, s *source, o FileOptions, copyTo string) (err error) {
	out, err := newCopy(copyTo)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := out.close(); err == nil {
			err = cerr
		}
	}()
	t := &textFile{path: s.in.path, delim: ',', quote: '"', encoding: "utf-8", clean: copyTo}
	g := &gridWriter{t: t, out: out, copyTo: copyTo, name: s.in.name, fixed: s.in.format == "sqlite", headerRow: o.Header}
	err = gridRows(ctx, s.in, func(row int, cells []string) error {
		if row&0x3ff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			st.note("read "+s.in.name, int64(row), 0)
		}
		return g.take(row, cells)
	})
	if err != nil {
		return err
	}
	if err := g.settle(); err != nil {
		return err
	}
	if t.width == 0 {
		return fail(planwright.CodeFileFormat, "import", s.in.name, "the sheet is empty", "leave it out, or give it a header row", nil)
	}
	s.text = t
	s.fromText()
	return nil
}

// gridWriter finds the header among the first rows of a sheet and copies what
// is below it.
type gridWriter struct {
	t         *textFile
	out       *sheetCopy
	copyTo    string
	name      string
	fixed     bool // the first row is the header
	headerRow int  // as the mapping says: -1 none, 0 look for it
	rows      []int
	kept      [][]string
	settled   bool
	last      int
	titles    []string
}

func (g *gridWriter) take(row int, cells []string) error {
	n := len(cells)
	for n > 0 && strings.TrimSpace(cells[n-1]) == "" {
		n--
	}
	cells = cells[:n]
	if g.settled {
		return g.put(row, cells)
	}
	g.rows = append(g.rows, row)
	g.kept = append(g.kept, slices.Clone(cells))
	if len(g.kept) >= lookAhead || g.fixed {
		return g.settle()
	}
	return nil
}

// settle decides where the header is, and writes the rows that were kept.
func (g *gridWriter) settle() error {
	if g.settled {
		return nil
	}
	g.settled = true
	l := tabular.Layout{Header: 0, HeaderRows: 1}
	switch {
	case g.fixed:
		l.Titles = append([]string{}, g.kept[0]...)
	case g.headerRow > 0:
		l.Header = -2
		for i, row := range g.rows {
			if row == g.headerRow {
				l.Header, l.Titles = i, g.kept[i]
			}
		}
		if l.Header < 0 {
			return fail(planwright.CodeMapping, "import", g.name, fmt.Sprintf("row %d cannot be the header", g.headerRow), fmt.Sprintf("name a filled row among the first %d", lookAhead), nil)
		}
	case g.headerRow < 0:
		l = tabular.Layout{Header: -1}
	default:
		l = tabular.LayoutOf(g.kept)
	}
	width, longer, body, widest := len(l.Titles), 0, 0, 0
	for i, r := range g.kept {
		if i >= l.Header+l.HeaderRows && len(r) > 0 && !tabular.IsTotal(r) {
			body++
			widest = max(widest, len(r))
			if len(r) > len(l.Titles) {
				longer++
			}
		}
	}
	if 2*longer > body {
		width = widest // columns without a title
	}
	if width == 0 {
		return nil
	}
	if width > maxColumns {
		return fail(planwright.CodeFileFormat, "import", g.name, fmt.Sprintf("%d columns", width), "a table has at most 4096", nil)
	}
	titles := make([]string, width)
	for i := range l.Titles {
		titles[i] = tidyTitle(l.Titles[i])
	}
	g.t.width, g.t.columns, g.titles = width, uniqueTitles(titles), titles
	for i, r := range g.kept {
		switch {
		case i < l.Header:
			if len(r) == 0 {
				g.t.blank++
			} else {
				g.t.titleRows++
			}
		case i < l.Header+l.HeaderRows:
			g.t.header = int64(g.rows[i])
			g.last = g.rows[i]
		default:
			if err := g.put(g.rows[i], r); err != nil {
				return err
			}
		}
	}
	g.kept, g.rows = nil, nil
	return nil
}

func (g *gridWriter) put(row int, cells []string) error {
	t := g.t
	if t.width == 0 {
		return nil
	}
	if gap := row - g.last - 1; gap > 0 && g.last > 0 {
		t.blank += int64(gap) // rows that the format leaves out
	}
	g.last = row
	switch {
	case len(cells) == 0:
		t.blank++
		return nil
	case tabular.IsTotal(cells):
		t.totalRows++
		return nil
	case sameTitles(cells, g.titles):
		t.titleRows++ // the header again, on every page of a report
		return nil
	}
	t.rows++
	if len(cells) > t.width {
		t.bad++
		if len(t.first) < maxExamples {
			t.first = append(t.first, badRecord{int64(row), fmt.Sprintf("%d cells, want %d", len(cells), t.width)})
		}
		return g.out.ragged(g.copyTo, row, cells)
	}
	for len(cells) < t.width {
		cells = append(cells, "")
	}
	return g.out.row(row, cells)
}

// tidyTitle makes one line of a title.
func tidyTitle(s string) string { return strings.Join(strings.Fields(s), " ") }

func sameTitles(cells, titles []string) bool {
	if len(cells) > len(titles) {
		return false
	}
	any := false
	for i, t := range titles {
		c := ""
		if i < len(cells) {
			c = tidyTitle(cells[i])
		}
		if c != t {
			return false
		}
		any = any || c != ""
	}
	return any
}

// sheetCopy writes the cells of a sheet as CSV, rows that are too long apart.
type sheetCopy struct {
	file, bad *os.File
	w, wb     *bufio.Writer
	line      []byte
}

// raggedExt is the ending of the copy of rows that could not be taken apart.
const raggedExt = ".ragged"

func newCopy(path string) (*sheetCopy, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, copyError(path, err)
	}
	return &sheetCopy{file: f, w: bufio.NewWriterSize(f, 1<<20)}, nil
}

func copyError(path string, err error) error {
	return fail(planwright.CodeInternal, "import", path, "the copy cannot be written", "look at the disk space", err)
}

func (c *sheetCopy) row(row int, cells []string) error {
	c.line = appendRow(c.line[:0], row, cells)
	if _, err := c.w.Write(c.line); err != nil {
		return copyError(c.file.Name(), err)
	}
	return nil
}

func (c *sheetCopy) ragged(path string, row int, cells []string) error {
	if c.bad == nil {
		f, err := os.Create(path + raggedExt)
		if err != nil {
			return copyError(path, err)
		}
		c.bad, c.wb = f, bufio.NewWriter(f)
	}
	c.line = appendRow(c.line[:0], row, cells)
	if _, err := c.wb.Write(c.line); err != nil {
		return copyError(c.bad.Name(), err)
	}
	return nil
}

func appendRow(dst []byte, row int, cells []string) []byte {
	dst = strconv.AppendInt(dst, int64(row), 10)
	for _, cell := range cells {
		dst = append(dst, ',')
		dst = appendQuoted(dst, spreadsheetNumber(cell))
	}
	return append(dst, '\n')
}

func (c *sheetCopy) close() error {
	err := c.w.Flush()
	if cerr := c.file.Close(); err == nil {
		err = cerr
	}
	if c.bad != nil {
		if berr := c.wb.Flush(); err == nil {
			err = berr
		}
		if cerr := c.bad.Close(); err == nil {
			err = cerr
		}
	}
	if err != nil {
		return copyError(c.file.Name(), err)
	}
	return nil
}

// spreadsheetNumber drops the binary noise of a stored number: spreadsheets
// show 15 digits and keep 17.
func spreadsheetNumber(cell string) string {
	if len(cell) < 17 || !strings.Contains(cell, ".") {
		return cell
	}
	for i := 0; i < len(cell); i++ {
		if !strings.ContainsRune("0123456789.-+eE", rune(cell[i])) {
			return cell
		}
	}
	x, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return cell
	}
	return strconv.FormatFloat(x, 'g', 15, 64)
}
