package snapshot

import (
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"planwright"
)

// ValueAt returns a cell of a batch as [Rows.Value] does.
func ValueAt(col arrow.Array, i int) any {
	if col.IsNull(i) {
		return nil
	}
	switch c := col.(type) {
	case *array.Boolean:
		return c.Value(i)
	case *array.Int8:
		return int64(c.Value(i))
	case *array.Int16:
		return int64(c.Value(i))
	case *array.Int32:
		return int64(c.Value(i))
	case *array.Int64:
		return c.Value(i)
	case *array.Uint8:
		return int64(c.Value(i))
	case *array.Uint16:
		return int64(c.Value(i))
	case *array.Uint32:
		return int64(c.Value(i))
	case *array.Uint64:
		return c.Value(i)
	case *array.Float32:
		return float64(c.Value(i))
	case *array.Float64:
		return c.Value(i)
	case *array.Date32:
		return planwright.Day(c.Value(i))
	case *array.Decimal128:
		n, t := c.Value(i).BigInt(), c.DataType().(*arrow.Decimal128Type)
		switch {
		case t.Scale == 6 && n.IsInt64():
			return planwright.Qty(n.Int64())
		case t.Scale == 0:
			return n
		}
		return Decimal{n, uint8(t.Scale)}
	case *array.Timestamp:
		return c.Value(i).ToTime(c.DataType().(*arrow.TimestampType).Unit)
	case *array.String:
		return c.Value(i)
	case *array.LargeString:
		return c.Value(i)
	case *array.Date64:
		return planwright.Day(c.Value(i).ToTime().Unix() / 86400)
	}
	return col.ValueStr(i)
}

// TypeOf names a column of an answer as DuckDB does.
func TypeOf(t arrow.DataType) string {
	switch t.ID() {
	case arrow.BOOL:
		return "BOOLEAN"
	case arrow.INT8:
		return "TINYINT"
	case arrow.INT16:
		return "SMALLINT"
	case arrow.INT32:
		return "INTEGER"
	case arrow.INT64:
		return "BIGINT"
	case arrow.UINT8:
		return "UTINYINT"
	case arrow.UINT16:
		return "USMALLINT"
	case arrow.UINT32:
		return "UINTEGER"
	case arrow.UINT64:
		return "UBIGINT"
	case arrow.FLOAT32:
		return "FLOAT"
	case arrow.FLOAT64:
		return "DOUBLE"
	case arrow.DATE32:
		return "DATE"
	case arrow.TIMESTAMP:
		if t.(*arrow.TimestampType).TimeZone != "" {
			return "TIMESTAMP WITH TIME ZONE"
		}
		return "TIMESTAMP"
	case arrow.DECIMAL128:
		d := t.(*arrow.Decimal128Type)
		if d.Scale == 0 && d.Precision == 38 {
			return "HUGEINT"
		}
		return "DECIMAL(" + big.NewInt(int64(d.Precision)).String() + "," + big.NewInt(int64(d.Scale)).String() + ")"
	}
	return "VARCHAR"
}

// WriteAnswer writes an answer in a format and returns the number of rows. It
// leaves closing the answer to the caller.
func WriteAnswer(a *Answer, f Format, to io.Writer) (n int64, err error) {
	write, closeOut, err := answerWriter(a.Schema(), f, to)
	if err != nil {
		return 0, err
	}
	for {
		batch, err := a.Next()
		if err == nil && batch == nil {
			return n, closeOut(true)
		}
		if err == nil {
			err = write(batch)
			n += batch.NumRows()
		}
		if err != nil {
			_ = closeOut(false)
			return n, err
		}
	}
}

// answerWriter returns what writes a batch, and what ends the writing, well or
// not.
func answerWriter(schema *arrow.Schema, f Format, to io.Writer) (write func(arrow.RecordBatch) error, end func(whole bool) error, err error) {
	switch f {
	case Arrow:
		w := ipc.NewWriter(to, ipc.WithSchema(schema))
		return w.Write, func(whole bool) error {
			if !whole {
				return nil
			}
			return w.Close()
		}, nil
	case Parquet:
		w, err := pqarrow.NewFileWriter(schema, to, parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCompressionLevel(1), parquet.WithMaxRowGroupLength(batchRows)), pqarrow.DefaultWriterProps())
		if err != nil {
			return nil, nil, err
		}
		return w.WriteBuffered, func(whole bool) error {
			if !whole {
				return nil
			}
			return w.Close()
		}, nil
	}
	head := make([]string, schema.NumFields())
	for i := range head {
		head[i] = schema.Field(i).Name
	}
	w, err := NewCellWriter(f, head, to)
	if err != nil {
		return nil, nil, err
	}
	cells := make([]any, len(head))
	return func(b arrow.RecordBatch) error {
			for r := range int(b.NumRows()) {
				for c := range cells {
					cells[c] = ValueAt(b.Column(c), r)
				}
				if err := w.row(cells); err != nil {
					return err
				}
			}
			return nil
		}, func(whole bool) error {
			if !whole {
				w.Discard()
				return nil
			}
			return w.Close()
		}, nil
}

// Batch is a batch of rows as Arrow has it.
type Batch = arrow.RecordBatch

// ArrowTypeNamed is the Arrow type that a column of DuckDB's type arrives as.
func ArrowTypeNamed(name string) arrow.DataType {
	if list, ok := strings.CutPrefix(name, "DECIMAL("); ok {
		var p, s int32
		if _, err := fmt.Sscanf(list, "%d,%d)", &p, &s); err == nil {
			return &arrow.Decimal128Type{Precision: p, Scale: s}
		}
	}
	for id, n := range typeNames {
		if n == name {
			return arrowType(&ColumnInfo{id: id, width: 18, scale: 3})
		}
	}
	return arrow.BinaryTypes.String
}
