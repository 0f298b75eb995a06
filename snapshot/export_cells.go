package snapshot

import (
	"io"
	"math"
	"math/big"
	"strconv"
	"time"

	"planwright"
)

// CellWriter writes rows that are made one by one. A cell is what [Rows.Value]
// returns; nil, NaN, NoQty and NoDay are absent values.
type CellWriter struct{ cellSink }

// cellSink is one format.
type cellSink interface {
	row(cells []any) error
	close() error
	discard() // instead of close: frees what the sink holds
}

// NewCellWriter begins a table of the named columns.
func NewCellWriter(f Format, head []string, to io.Writer) (*CellWriter, error) {
	switch f {
	case XLSX:
		b, err := newBookWriter(head, to)
		if err != nil {
			return nil, err
		}
		return &CellWriter{b}, nil
	case Parquet, Arrow, ArrowFile:
		return &CellWriter{&batchWriter{f: f, to: to, head: head}}, nil
	}
	t := &textWriter{f: f, to: to, keys: jsonKeys(head)}
	t.buf = appendHeader(t.buf, f, head)
	return &CellWriter{t}, nil
}

// Row writes a row; it keeps none of the cells.
func (w *CellWriter) Row(cells ...any) error { return w.row(cells) }

// Close writes what is left. It does not close what is written to.
func (w *CellWriter) Close() error { return w.close() }

// Discard frees a writer that is not to be closed.
func (w *CellWriter) Discard() { w.discard() }

// writeCells writes the rows of a query in a format that takes cells.
func writeCells(rows *Rows, f Format, to io.Writer, progress func(rows int64)) (n int64, err error) {
	head := make([]string, len(rows.Columns))
	for i := range rows.Columns {
		head[i] = rows.Columns[i].Name
	}
	w, err := NewCellWriter(f, head, to)
	if err != nil {
		return 0, err
	}
	cells := make([]any, len(head))
	for rows.Next() {
		for i := range cells {
			cells[i] = rows.Value(i)
		}
		if err := w.row(cells); err != nil {
			w.discard()
			return n, err
		}
		n++
		if progress != nil && n%exportEvery == 0 {
			progress(n)
		}
	}
	if err := rows.Err(); err != nil {
		w.discard()
		return n, err
	}
	if progress != nil {
		progress(n)
	}
	return n, w.close()
}

// textWriter writes CSV, a JSON array or JSON lines.
type textWriter struct {
	f    Format
	to   io.Writer
	keys [][]byte
	buf  []byte
	n    int64
}

func (w *textWriter) row(cells []any) error {
	w.buf = appendOpen(w.buf, w.f, w.n)
	for i, c := range cells {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		if w.f == CSV {
			w.buf = appendCSVValue(w.buf, c)
		} else {
			w.buf = appendJSONValue(append(w.buf, w.keys[i]...), c)
		}
	}
	w.buf = appendEnd(w.buf, w.f)
	w.n++
	if len(w.buf) < 32<<10 {
		return nil
	}
	return w.flush()
}

func (w *textWriter) flush() error {
	_, err := w.to.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *textWriter) close() error {
	if w.f == JSON {
		w.buf = append(w.buf, "]\n"...)
	}
	return w.flush()
}

func (w *textWriter) discard() {}

// AppendValue appends a cell as a text, nothing for an absent one.
func AppendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(dst, v...)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case uint64:
		return strconv.AppendUint(dst, v, 10)
	case float64:
		return appendFloat(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case planwright.Day:
		return v.AppendTo(dst)
	case planwright.Qty:
		return v.AppendTo(dst)
	case Decimal:
		return appendDecimal(dst, v.N, v.Scale)
	case *big.Int:
		return v.Append(dst, 10)
	case time.Time:
		return v.AppendFormat(dst, "2006-01-02T15:04:05.999999999")
	}
	return dst
}

func appendCSVValue(dst []byte, v any) []byte {
	if s, ok := v.(string); ok {
		return appendCSV(dst, s)
	}
	return AppendValue(dst, v)
}

// AppendJSON appends a cell as JSON: a day and a time as a text, null for an
// absent value.
func AppendJSON(dst []byte, v any) []byte { return appendJSONValue(dst, v) }

func appendJSONValue(dst []byte, v any) []byte {
	quoted := false
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return appendJSON(dst, v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return append(dst, "null"...)
		}
	case planwright.Qty:
		if v == planwright.NoQty {
			return append(dst, "null"...)
		}
	case planwright.Day:
		if v == planwright.NoDay {
			return append(dst, "null"...)
		}
		quoted = true
	case time.Time:
		quoted = true
	}
	if !quoted {
		return AppendValue(dst, v)
	}
	return append(AppendValue(append(dst, '"'), v), '"')
}
