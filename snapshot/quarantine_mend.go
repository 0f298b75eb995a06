package snapshot

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"

	"planwright"
	"planwright/lang"
)

// mender suggests how a refused row can be mended: what the catalogue says
// about its code, and for an unknown code the known one that looks like it.
type mender struct {
	im    *importer
	known map[string]map[string]string // table: code without zeros, signs and case: code
}

var (
	unknownID = regexp.MustCompile(`^\S+ (.*) is not in table (items|sites|suppliers)$`)
	shortDate = regexp.MustCompile(`: [0-9]{1,2}[-/. ][0-9]{1,2}[-/. ]([0-9]{4}|[0-9]{2})`)
)

// mend returns the suggestion in English and Chinese.
func (m *mender) mend(code, reason string) (en, zh string) {
	en, zh = lang.Text(lang.English, "fix."+code), lang.Text(lang.Chinese, "fix."+code)
	if x := unknownID.FindStringSubmatch(reason); x != nil {
		if like := m.like(x[2], x[1]); like != "" {
			return lang.Text(lang.English, "mend.like", "code", like) + " " + en, lang.Text(lang.Chinese, "mend.like", "code", like) + zh
		}
	}
	if code == planwright.CodeBadDate.String() && shortDate.MatchString(reason) {
		return lang.Text(lang.English, "mend.order"), lang.Text(lang.Chinese, "mend.order")
	}
	return en, zh
}

// alike brings a code into the form in which typing errors and lost zeros do
// not count.
func alike(code string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(code) {
		if r != ' ' && r != '-' && r != '_' && r != '.' && r != '/' {
			b.WriteRune(r)
		}
	}
	return strings.TrimLeft(b.String(), "0")
}

// like returns the one known code that differs from code in zeros, signs or
// case alone; "" where there is none or more than one.
func (m *mender) like(table, code string) string { return m.known[table][alike(code)] }

// load reads the known codes of the tables in which some were not found. It
// must be called before the refused rows are read: one connection does one
// thing at a time.
func (m *mender) load(ctx context.Context) error {
	m.known = map[string]map[string]string{}
	for table, code := range unknownCode {
		if table == "calendars" {
			continue
		}
		if found, err := m.im.c.Scan(ctx, "SELECT 1 FROM bad WHERE code = ? LIMIT 1", []any{code.String()}); err != nil || !found {
			if err != nil {
				return err
			}
			continue
		}
		codes := map[string]string{}
		rows, err := m.im.c.Query(ctx, fmt.Sprintf("SELECT %s FROM main.%s LIMIT 2000000", TableNamed(table).Columns[0].Name, table))
		if err != nil {
			return err
		}
		for rows.Next() {
			var c string
			if err := rows.Scan(&c); err != nil {
				rows.Close()
				return err
			}
			key := alike(c)
			if _, twice := codes[key]; twice {
				c = ""
			}
			codes[key] = c
		}
		err = rows.Err()
		rows.Close()
		if err != nil {
			return err
		}
		m.known[table] = codes
	}
	return nil
}

// maxBookRows is how many refused rows of a table the workbook holds; the CSV
// file holds all.
const maxBookRows = 100_000

// quarantineBook writes the refused rows of all tables as a workbook beside
// the CSV files, a sheet a table.
func quarantineBook(dir string) (err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(names) == 0 {
		return err
	}
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	for i, path := range names {
		sheet := strings.TrimSuffix(filepath.Base(path), ".csv")
		if i == 0 {
			err = book.SetSheetName("Sheet1", sheet)
		} else {
			_, err = book.NewSheet(sheet)
		}
		if err == nil {
			err = quarantineSheet(book, sheet, path)
		}
		if err != nil {
			return err
		}
	}
	to := filepath.Join(dir, "quarantine.xlsx")
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	if err := book.Write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

func quarantineSheet(book *excelize.File, sheet, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	w, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	r := csv.NewReader(f)
	for row := 1; row <= maxBookRows+1; row++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		values := make([]any, len(cells))
		for i, c := range cells {
			if len(c) > excelize.TotalCellChars/2 {
				c = c[:excelize.TotalCellChars/2]
			}
			values[i] = strings.ToValidUTF8(c, "�") // a text, so that codes keep their zeros
		}
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		if err := w.SetRow(at, values); err != nil {
			return err
		}
	}
	return w.Flush()
}
