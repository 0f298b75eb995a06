package snapshot

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"time"

	"github.com/xuri/excelize/v2"

	"planwright"
)

// sheetRows is the most rows that a sheet of Excel holds, header included.
const sheetRows = 1 << 20

// bookWriter writes a workbook with one sheet, more where one cannot hold the
// rows. Numbers and dates are numbers and dates; texts stay texts, whatever
// they look like.
type bookWriter struct {
	to     io.Writer
	head   []any
	book   *excelize.File
	sheet  *excelize.StreamWriter
	sheets int
	line   int // of the sheet, the header is 1
	date   int // style of a day
	cells  []any
}

func newBookWriter(head []string, to io.Writer) (*bookWriter, error) {
	w := &bookWriter{to: to, book: excelize.NewFile(), cells: make([]any, len(head))}
	for _, h := range head {
		w.head = append(w.head, h)
	}
	format := "yyyy-mm-dd"
	var err error
	if w.date, err = w.book.NewStyle(&excelize.Style{CustomNumFmt: &format}); err == nil {
		err = w.begin()
	}
	if err != nil {
		return nil, errors.Join(err, w.book.Close())
	}
	return w, nil
}

// begin starts the next sheet.
func (w *bookWriter) begin() error {
	w.sheets++
	name := "data"
	if w.sheets == 1 {
		if err := w.book.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else {
		name = fmt.Sprintf("data %d", w.sheets)
		if _, err := w.book.NewSheet(name); err != nil {
			return err
		}
	}
	var err error
	if w.sheet, err = w.book.NewStreamWriter(name); err != nil {
		return err
	}
	if err := w.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	w.line = 1
	return w.sheet.SetRow("A1", w.head)
}

func (w *bookWriter) row(cells []any) error {
	if w.line == sheetRows {
		if err := w.sheet.Flush(); err != nil {
			return err
		}
		if err := w.begin(); err != nil {
			return err
		}
	}
	w.line++
	for i, c := range cells {
		w.cells[i] = sheetCell(c, w.date)
	}
	at, err := excelize.CoordinatesToCellName(1, w.line)
	if err != nil {
		return err
	}
	return w.sheet.SetRow(at, w.cells)
}

func (w *bookWriter) close() error {
	err := w.sheet.Flush()
	if err == nil {
		err = w.book.Write(w.to)
	}
	return errors.Join(err, w.book.Close())
}

func (w *bookWriter) discard() { _ = w.book.Close() } // what is thrown away cannot be lost

// sheetCell returns a value as excelize writes it. Excel keeps 15 digits of a
// number; longer ones are written as text.
func sheetCell(v any, date int) any {
	switch v := v.(type) {
	case planwright.Qty:
		if v == planwright.NoQty {
			return nil
		}
		if v > 999_999_999_999_999 || v < -999_999_999_999_999 {
			return v.String()
		}
		return v.Float()
	case planwright.Day:
		if v == planwright.NoDay {
			return nil
		}
		y, m, d := v.Civil()
		return excelize.Cell{StyleID: date, Value: time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)}
	case Decimal:
		f, _ := asFloat(v)
		return f
	case *big.Int:
		return v.String()
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	}
	return v
}
