package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"planwright"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/xuri/excelize/v2"
)

// sheet takes rows and writes them in the format that the user asked for: the
// ending of -o FILE, --json, or csv to stdout. A file appears under its name
// only when it is whole.
type sheet struct {
	head []string
	sink sink
	file *os.File // nil: stdout
	path string
	buf  *bufio.Writer
}

// sink is one output format. A cell is nil, string, int64, float64, bool,
// planwright.Day or planwright.Qty.
type sink interface {
	row(cells []any) error
	close() error
}

// newSheet opens the output for rows under the given column names.
func (a *app) newSheet(head []string) (*sheet, error) {
	s := &sheet{head: head, path: a.output}
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(a.output)), ".")
	out := a.out
	if a.output == "" {
		if format = "csv"; a.json {
			format = "json"
		}
	} else {
		f, err := os.CreateTemp(filepath.Dir(a.output), "."+filepath.Base(a.output)+".*")
		if err != nil {
			return nil, err
		}
		s.file, out = f, f
	}
	s.buf = bufio.NewWriterSize(out, 1<<18)
	switch format {
	case "csv":
		s.sink = &csvSink{w: s.buf}
	case "json":
		s.sink = &jsonSink{w: s.buf, head: head, open: "[\n", between: ",\n", end: "\n]\n"}
	case "jsonl", "ndjson":
		s.sink = &jsonSink{w: s.buf, head: head, between: "\n", end: "\n"}
	case "xlsx":
		x, err := newXLSX(s.buf)
		if err != nil {
			s.discard()
			return nil, err
		}
		s.sink = x
	case "parquet", "arrow":
		s.sink = &arrowSink{w: s.buf, head: head, parquet: format == "parquet"}
	default:
		s.discard()
		return nil, usage(fmt.Sprintf("-o %s: use an ending of csv, json, jsonl, parquet, arrow or xlsx", a.output))
	}
	if _, plain := s.sink.(*jsonSink); plain || format == "parquet" || format == "arrow" {
		return s, nil
	}
	titles := make([]any, len(head))
	for i, h := range head {
		titles[i] = h
	}
	if err := s.sink.row(titles); err != nil {
		s.discard()
		return nil, err
	}
	return s, nil
}

func (s *sheet) row(cells ...any) error { return s.sink.row(cells) }

// close finishes the output and gives the file its name.
func (s *sheet) close() error {
	if err := s.sink.close(); err != nil {
		return err
	}
	if err := s.buf.Flush(); err != nil {
		return err
	}
	if s.file == nil {
		return nil
	}
	if err := s.file.Chmod(0o644); err != nil {
		return err
	}
	if err := s.file.Sync(); err != nil {
		return err
	}
	if err := s.file.Close(); err != nil {
		return err
	}
	tmp := s.file.Name()
	s.file = nil
	return os.Rename(tmp, s.path)
}

// discard removes a file that was not closed; after close it does nothing.
func (s *sheet) discard() {
	if s.file != nil {
		name := s.file.Name()
		_ = s.file.Close()
		_ = os.Remove(name)
		s.file = nil
	}
}

// appendCell appends a cell as text, "" for what is absent.
func appendCell(b []byte, c any) []byte {
	switch v := c.(type) {
	case nil:
	case string:
		b = append(b, v...)
	case int64:
		b = strconv.AppendInt(b, v, 10)
	case float64:
		if !math.IsNaN(v) {
			b = strconv.AppendFloat(b, v, 'g', -1, 64)
		}
	case bool:
		b = strconv.AppendBool(b, v)
	case planwright.Day:
		b = v.AppendTo(b)
	case planwright.Qty:
		b = v.AppendTo(b)
	default:
		b = fmt.Append(b, v)
	}
	return b
}

type csvSink struct {
	w    *bufio.Writer
	line []byte
	cell []byte
}

func (c *csvSink) row(cells []any) error {
	c.line = c.line[:0]
	for i, v := range cells {
		if i > 0 {
			c.line = append(c.line, ',')
		}
		c.cell = appendCell(c.cell[:0], v)
		if strings.ContainsAny(string(c.cell), ",\"\r\n") {
			c.line = append(c.line, '"')
			c.line = append(c.line, strings.ReplaceAll(string(c.cell), `"`, `""`)...)
			c.line = append(c.line, '"')
		} else {
			c.line = append(c.line, c.cell...)
		}
	}
	c.line = append(c.line, '\n')
	_, err := c.w.Write(c.line)
	return err
}

func (c *csvSink) close() error { return nil }

type jsonSink struct {
	w                  *bufio.Writer
	head               []string
	open, between, end string
	n                  int
}

func (j *jsonSink) row(cells []any) error {
	b := []byte(j.between)
	if j.n == 0 {
		b = []byte(j.open)
	}
	j.n++
	b = append(b, '{')
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',', ' ')
		}
		name, err := json.Marshal(j.head[i])
		if err != nil {
			return err
		}
		b = append(append(b, name...), ':', ' ')
		switch v := c.(type) {
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				b = append(b, "null"...)
			} else {
				b = strconv.AppendFloat(b, v, 'g', -1, 64)
			}
		case int64, bool:
			b = appendCell(b, v)
		case planwright.Qty:
			if v == planwright.NoQty {
				b = append(b, "null"...)
			} else {
				b = v.AppendTo(b)
			}
		case nil:
			b = append(b, "null"...)
		case planwright.Day:
			if v == planwright.NoDay {
				b = append(b, "null"...)
			} else {
				b = append(v.AppendTo(append(b, '"')), '"')
			}
		default:
			text, err := json.Marshal(v)
			if err != nil {
				return err
			}
			b = append(b, text...)
		}
	}
	_, err := j.w.Write(append(b, '}'))
	return err
}

func (j *jsonSink) close() error {
	end := j.end
	if j.n == 0 {
		end = strings.TrimLeft(j.open+j.end, "\n")
	}
	_, err := io.WriteString(j.w, end)
	return err
}

type xlsxSink struct {
	out io.Writer
	f   *excelize.File
	w   *excelize.StreamWriter
	n   int
}

func newXLSX(out io.Writer) (*xlsxSink, error) {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	return &xlsxSink{out: out, f: f, w: w}, nil
}

func (x *xlsxSink) row(cells []any) error {
	if x.n++; x.n > 1_048_576 {
		return usage("xlsx holds 1,048,576 rows: write csv or parquet")
	}
	at, err := excelize.CoordinatesToCellName(1, x.n)
	if err != nil {
		return err
	}
	row := make([]any, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case planwright.Qty:
			if v != planwright.NoQty {
				row[i] = v.Float()
			}
		case planwright.Day:
			row[i] = v.String()
		case float64:
			if !math.IsNaN(v) {
				row[i] = v
			}
		default:
			row[i] = v
		}
	}
	return x.w.SetRow(at, row)
}

func (x *xlsxSink) close() error {
	err := x.w.Flush()
	if err == nil {
		err = x.f.Write(x.out)
	}
	return errors.Join(err, x.f.Close())
}

// arrowSink gathers rows in record batches for Parquet and Arrow IPC. The type
// of a column is that of its first cell that is not nil in the first batch.
type arrowSink struct {
	w       io.Writer
	head    []string
	parquet bool
	rows    [][]any
	schema  *arrow.Schema
	pq      *pqarrow.FileWriter
	ipc     *ipc.FileWriter
}

const arrowBatch = 65536

func (s *arrowSink) row(cells []any) error {
	s.rows = append(s.rows, append([]any(nil), cells...))
	if len(s.rows) < arrowBatch {
		return nil
	}
	return s.flush()
}

func (s *arrowSink) open() error {
	fields := make([]arrow.Field, len(s.head))
	for i, h := range s.head {
		fields[i] = arrow.Field{Name: h, Type: arrow.BinaryTypes.String, Nullable: true}
		for _, r := range s.rows {
			if r[i] == nil {
				continue
			}
			switch r[i].(type) {
			case int64:
				fields[i].Type = arrow.PrimitiveTypes.Int64
			case float64:
				fields[i].Type = arrow.PrimitiveTypes.Float64
			case bool:
				fields[i].Type = arrow.FixedWidthTypes.Boolean
			case planwright.Day:
				fields[i].Type = arrow.FixedWidthTypes.Date32
			case planwright.Qty:
				fields[i].Type = &arrow.Decimal128Type{Precision: 18, Scale: 6}
			}
			break
		}
	}
	s.schema = arrow.NewSchema(fields, nil)
	var err error
	if s.parquet {
		s.pq, err = pqarrow.NewFileWriter(s.schema, s.w, parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd)), pqarrow.DefaultWriterProps())
	} else {
		s.ipc, err = ipc.NewFileWriter(s.w, ipc.WithSchema(s.schema))
	}
	return err
}

func (s *arrowSink) flush() error {
	if s.schema == nil {
		if err := s.open(); err != nil {
			return err
		}
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, s.schema)
	defer b.Release()
	for _, r := range s.rows {
		for i, c := range r {
			appendArrow(b.Field(i), c)
		}
	}
	s.rows = s.rows[:0]
	rec := b.NewRecordBatch()
	defer rec.Release()
	if s.pq != nil {
		return s.pq.Write(rec)
	}
	return s.ipc.Write(rec)
}

func appendArrow(f array.Builder, c any) {
	switch b := f.(type) {
	case *array.Int64Builder:
		if v, ok := c.(int64); ok {
			b.Append(v)
			return
		}
	case *array.Float64Builder:
		if v, ok := c.(float64); ok && !math.IsNaN(v) {
			b.Append(v)
			return
		}
	case *array.BooleanBuilder:
		if v, ok := c.(bool); ok {
			b.Append(v)
			return
		}
	case *array.Date32Builder:
		if v, ok := c.(planwright.Day); ok && v != planwright.NoDay {
			b.Append(arrow.Date32(v))
			return
		}
	case *array.Decimal128Builder:
		if v, ok := c.(planwright.Qty); ok && v != planwright.NoQty {
			b.Append(decimalOf(v))
			return
		}
	case *array.StringBuilder:
		if c != nil {
			b.Append(string(appendCell(nil, c)))
			return
		}
	}
	f.AppendNull()
}

func (s *arrowSink) close() error {
	if err := s.flush(); err != nil {
		return err
	}
	if s.pq != nil {
		return s.pq.Close()
	}
	return s.ipc.Close()
}

func decimalOf(q planwright.Qty) decimal128.Num { return decimal128.FromI64(int64(q)) }
