package snapshot

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/xuri/excelize/v2"

	"planwright"
)

// sheetsOf lists the sheets of a workbook.
func sheetsOf(path string) ([]string, error) {
	f, err := openWorkbook(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return f.GetSheetList(), nil
}

// maxSheetXML bounds what a workbook may unpack to: a small file can hold
// terabytes of blanks.
const maxSheetXML = 8 << 30

func openWorkbook(path string) (f *excelize.File, err error) {
	z, err := zip.OpenReader(path)
	if err == nil {
		err = checkZip(path, z.File)
		_ = z.Close()
		var e *planwright.Error
		if errors.As(err, &e) {
			return nil, err
		}
	}
	bad := func(err error) error {
		return fail(planwright.CodeFileFormat, "import", path, "not a readable workbook", "open it in a spreadsheet program and save it as .xlsx, without a password", err)
	}
	// The library panics on some damaged files.
	defer func() {
		if p := recover(); p != nil {
			f, err = nil, bad(fmt.Errorf("%v", p))
		}
	}()
	f, err = excelize.OpenFile(path, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxSheetXML, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return nil, bad(err)
	}
	return f, nil
}

// epoch1904 is the number of days between the two epochs of spreadsheets.
const epoch1904 = 1462

// xlsxRows gives the rows of a sheet: stored values, of formulas their results.
// Merged cells of the first rows are filled in, as titles may span columns.
func xlsxRows(ctx context.Context, in input, give giveRow) (err error) {
	bad := func(row int, err error) error {
		return fail(planwright.CodeFileFormat, "import", in.name, fmt.Sprintf("row %d cannot be read", row), "open it in a spreadsheet program and save it again", err)
	}
	f, err := openWorkbook(in.path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	row := 0
	defer func() {
		if p := recover(); p != nil {
			err = bad(row, fmt.Errorf("%v", p))
		}
	}()
	shift := 0
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		shift = epoch1904
	}
	rows, err := f.Rows(in.sheet)
	if err != nil {
		return bad(0, err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil && cerr != nil {
			err = bad(0, cerr)
		}
	}()
	for rows.Next() {
		row++
		if err := ctx.Err(); err != nil {
			return err
		}
		cells, err := rows.Columns()
		if err != nil {
			return bad(row, err)
		}
		if shift != 0 {
			for i, c := range cells {
				cells[i] = shift1904(c, shift)
			}
		}
		if err := give(row, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return bad(0, err)
	}
	return nil
}

// shift1904 moves a serial day of a workbook that counts from 1904. Numbers in
// the range of the days of 1990 to 2100 that count there are taken for days.
func shift1904(c string, shift int) string {
	if len(c) != 5 {
		return c
	}
	n, err := strconv.Atoi(c)
	if err != nil || n < 31411 || n > 71588 {
		return c
	}
	return strconv.Itoa(n + shift)
}

// fileSize returns the size of a file, 0 where it cannot be told.
func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
