package snapshot

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"planwright"
	"planwright/tabular"
)

// readPage reads a page or an XML file whole, as UTF-8.
func readPage(path string) ([]byte, error) {
	if n := fileSize(path); n > maxPage {
		return nil, wrongFormat(path, fmt.Sprintf("a page of %d MB", n>>20), "export the table as CSV or .xlsx", nil)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "import", path, "", "check the path and its permissions", err)
	}
	var c tabular.Charsets
	_, _ = c.Write(b)
	name := c.Guess().Name
	if !bytes.HasPrefix(b, []byte{0xff, 0xfe}) && !bytes.HasPrefix(b, []byte{0xfe, 0xff}) && name != tabular.UTF8 {
		if _, declared, sure := charset.DetermineEncoding(b[:min(len(b), 1024)], "text/html"); sure && declared != "windows-1252" {
			name = declared
		}
	}
	enc, err := tabular.Encoding(name)
	if err != nil || enc == nil {
		return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), nil
	}
	if b, err = enc.NewDecoder().Bytes(b); err != nil {
		return nil, wrongFormat(path, "not "+name, "export it again as CSV or .xlsx", err)
	}
	return b, nil
}

// pageTables returns the tables of a page that have at least two rows and are
// not frames around others; nil for a page without any.
func pageTables(path string) ([][][]string, error) {
	b, err := readPage(path)
	if err != nil {
		return nil, err
	}
	// Tokens, not a tree: a page nested a million deep costs nothing.
	z := html.NewTokenizer(bytes.NewReader(b))
	z.SetMaxBuf(maxRecord * 4)
	var tables [][][]string
	var stack []*pageTable
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return nil, wrongFormat(path, "the page cannot be read", "export the table as CSV or .xlsx", err)
			}
			for _, t := range stack {
				tables = t.end(tables)
			}
			return tables, nil
		case html.TextToken:
			if n := len(stack); n > 0 {
				stack[n-1].text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := string(name)
			colspan, rowspan := 1, 1
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				if n, err := strconv.Atoi(strings.TrimSpace(string(v))); err == nil && n > 1 && n <= maxColumns {
					switch string(k) {
					case "colspan":
						colspan = n
					case "rowspan":
						rowspan = min(n, 1000)
					}
				}
			}
			if tag == "table" {
				if len(stack) < 64 {
					stack = append(stack, &pageTable{})
				}
				continue
			}
			if n := len(stack); n > 0 {
				switch tag {
				case "tr":
					stack[n-1].row()
				case "td", "th":
					stack[n-1].cell(colspan, rowspan)
				case "br":
					stack[n-1].text(" ")
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			n := len(stack)
			if n == 0 {
				continue
			}
			switch string(name) {
			case "table":
				tables = stack[n-1].end(tables)
				stack = stack[:n-1]
			case "tr":
				stack[n-1].endRow()
			case "td", "th":
				stack[n-1].open = false
			}
		}
	}
}

// pageTable gathers the cells of one table of a page; cells that span rows or
// columns leave the cells that they cover empty.
type pageTable struct {
	rows    [][]string
	current []string
	inRow   bool
	open    bool
	spans   map[int]int // column: rows that are still covered
}

func (t *pageTable) text(s string) {
	if t.open && len(t.current) > 0 {
		k := len(t.current) - 1
		for k > 0 && t.current[k] == covered {
			k--
		}
		if len(t.current[k]) < maxRecord {
			t.current[k] += strings.ReplaceAll(s, "\u00a0", " ")
		}
	}
}

const covered = "\x00"

func (t *pageTable) row() {
	t.endRow()
	t.inRow = true
}

func (t *pageTable) cell(colspan, rowspan int) {
	if !t.inRow {
		t.row()
	}
	if t.spans == nil {
		t.spans = map[int]int{}
	}
	for t.spans[len(t.current)] > 0 && len(t.current) < maxColumns {
		t.spans[len(t.current)]--
		t.current = append(t.current, "")
	}
	at := len(t.current)
	t.current = append(t.current, "")
	for range colspan - 1 {
		if len(t.current) > maxColumns {
			break
		}
		t.current = append(t.current, covered)
	}
	if rowspan > 1 {
		for k := at; k < len(t.current); k++ {
			t.spans[k] = rowspan - 1
		}
	}
	t.open = true
}

func (t *pageTable) endRow() {
	if !t.inRow {
		return
	}
	for k := len(t.current); t.spans[k] > 0; k++ {
		t.spans[k]--
		t.current = append(t.current, "")
	}
	for i, c := range t.current {
		t.current[i] = strings.TrimSpace(strings.ReplaceAll(c, covered, ""))
	}
	t.rows = append(t.rows, t.current)
	t.current, t.inRow, t.open = nil, false, false
}

func (t *pageTable) end(tables [][][]string) [][][]string {
	t.endRow()
	if len(t.rows) >= 1 {
		return append(tables, t.rows)
	}
	return tables
}

// htmlTables names the tables of a page: 1, 2, ...
func htmlTables(path string) ([]string, error) {
	tables, err := pageTables(path)
	if err != nil {
		return nil, err
	}
	if len(tables) == 0 {
		return nil, wrongFormat(path, "a web page without a table", "export the table as CSV or .xlsx", nil)
	}
	names := make([]string, len(tables))
	for i := range tables {
		names[i] = strconv.Itoa(i + 1)
	}
	return names, nil
}

func htmlRows(_ context.Context, in input, give giveRow) error {
	tables, err := pageTables(in.path)
	if err != nil {
		return err
	}
	k, err := strconv.Atoi(in.sheet)
	if err != nil || k < 1 || k > len(tables) {
		return wrongFormat(in.path, "no table "+in.sheet, "inspect the file again", err)
	}
	for i, cells := range tables[k-1] {
		if err := give(i+1, cells); err != nil {
			return err
		}
	}
	return nil
}

// xmlSheets lists the sheets of a workbook in the XML format of Excel 2003,
// which some ERP systems write under the ending .xls.
func xmlSheets(path string) ([]string, error) {
	var names []string
	err := walkXML(path, func(sheet string) bool { names = append(names, sheet); return false }, nil)
	if err == nil && len(names) == 0 {
		err = wrongFormat(path, "a workbook without sheets", "save it as .xlsx", nil)
	}
	return names, err
}

func xmlRows(_ context.Context, in input, give giveRow) error {
	return walkXML(in.path, func(sheet string) bool { return sheet == in.sheet }, give)
}

// walkXML calls begin for every sheet and, where it says so, give for its rows.
func walkXML(path string, begin func(string) bool, give giveRow) error {
	b, err := readPage(path)
	if err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 already
	attr := func(e xml.StartElement, name string) string {
		for _, a := range e.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}
	index := func(e xml.StartElement, next int) int {
		if n, err := strconv.Atoi(attr(e, "Index")); err == nil && n >= next {
			return n
		}
		return next
	}
	on, data, row, sheet := false, false, 0, 0
	var cells []string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return wrongFormat(path, "the XML is damaged", "save it as .xlsx", err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "Worksheet":
				sheet++
				name := attr(e, "Name")
				if name == "" {
					name = strconv.Itoa(sheet)
				}
				on, row = begin(name) && give != nil, 0
			case "Row":
				row, cells = index(e, row+1), cells[:0]
			case "Cell":
				at := index(e, len(cells)+1)
				if at > maxColumns {
					return wrongFormat(path, fmt.Sprintf("%d columns", at), "a table has at most 4096", nil)
				}
				for on && len(cells) < at {
					cells = append(cells, "")
				}
			case "Data":
				data = true
			}
		case xml.CharData:
			if on && data && len(cells) > 0 && len(cells[len(cells)-1]) < maxRecord {
				cells[len(cells)-1] += string(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "Data":
				data = false
			case "Worksheet":
				on = false
			case "Row":
				if on {
					if err := give(row, cells); err != nil {
						return err
					}
				}
			}
		}
	}
}
