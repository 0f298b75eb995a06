package snapshot

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"planwright"
)

// workbook makes the source of one sheet: its cells are copied to a text file,
// each row with its number, so that all that follows is the same as for CSV.
// The first row that is not blank is the header.
func (st *stager) workbook(ctx context.Context, s *source, copyTo string) (err error) {
	f, err := openWorkbook(s.in.path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	shift := 0
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		shift = 1462 // days between the two epochs of spreadsheets
	}
	if shift != 0 {
		return fail(planwright.CodeFileFormat, "import", s.in.name, "a workbook that counts days from 1904", "switch the option off and save it again", nil)
	}
	bad := func(row int, err error) error {
		return fail(planwright.CodeFileFormat, "import", s.in.name, fmt.Sprintf("row %d cannot be read", row), "open it in a spreadsheet program and save it again", err)
	}
	rows, err := f.Rows(s.in.sheet)
	if err != nil {
		return bad(0, err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil && cerr != nil {
			err = bad(0, cerr)
		}
	}()
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
	for row := 1; rows.Next(); row++ {
		if row&0x3ff == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			st.note("read "+s.in.name, int64(row), 0)
		}
		cells, err := rows.Columns()
		if err != nil {
			return bad(row, err)
		}
		for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) == 0 {
			if t.width > 0 {
				t.blank++
			}
			continue
		}
		if t.width == 0 {
			if len(cells) > maxColumns {
				return fail(planwright.CodeFileFormat, "import", s.in.name, fmt.Sprintf("%d columns", len(cells)), "a table has at most 4096", nil)
			}
			t.width, t.header = len(cells), int64(row)
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			t.columns = uniqueTitles(cells)
			continue
		}
		t.rows++
		if len(cells) > t.width {
			t.bad++
			if len(t.first) < maxExamples {
				t.first = append(t.first, badRecord{int64(row), fmt.Sprintf("%d cells, want %d", len(cells), t.width)})
			}
			if err := out.ragged(copyTo, row, cells); err != nil {
				return err
			}
			continue
		}
		for len(cells) < t.width {
			cells = append(cells, "")
		}
		if err := out.row(row, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return bad(0, err)
	}
	if t.width == 0 {
		return fail(planwright.CodeFileFormat, "import", s.in.name, "the sheet is empty", "leave it out, or give it a header row", nil)
	}
	s.text = t
	s.fromText()
	return nil
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
