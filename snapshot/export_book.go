package snapshot

import (
	"fmt"
	"io"
	"math"
	"math/big"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/xuri/excelize/v2"

	"planwright"
)

// sheetRows is the most rows that a sheet of Excel holds, header included.
const sheetRows = 1 << 20

// writeXLSX writes a workbook with one sheet, more where one cannot hold the
// rows. Numbers and dates are numbers and dates; texts stay texts, whatever
// they look like.
func writeXLSX(rows *Rows, to io.Writer, progress func(rows int64)) (n int64, err error) {
	book := excelize.NewFile()
	defer func() {
		if cerr := book.Close(); err == nil {
			err = cerr
		}
	}()
	date, err := book.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		return 0, err
	}
	format := "yyyy-mm-dd"
	if day, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format}); err == nil {
		date = day
	}
	header := make([]any, len(rows.Columns))
	for i, c := range rows.Columns {
		header[i] = c.Name
	}
	cells := make([]any, len(rows.Columns))
	var sheet *excelize.StreamWriter
	sheets, line := 0, 0
	begin := func() error {
		sheets++
		name := "data"
		if sheets == 1 {
			if err := book.SetSheetName("Sheet1", name); err != nil {
				return err
			}
		} else {
			name = fmt.Sprintf("data %d", sheets)
			if _, err := book.NewSheet(name); err != nil {
				return err
			}
		}
		var err error
		if sheet, err = book.NewStreamWriter(name); err != nil {
			return err
		}
		if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
		line = 1
		return sheet.SetRow("A1", header)
	}
	if err := begin(); err != nil {
		return 0, err
	}
	for rows.Next() {
		if line == sheetRows {
			if err := sheet.Flush(); err != nil {
				return n, err
			}
			if err := begin(); err != nil {
				return n, err
			}
		}
		line++
		for i := range cells {
			cells[i] = sheetCell(rows.Value(i), date)
		}
		at, err := excelize.CoordinatesToCellName(1, line)
		if err != nil {
			return n, err
		}
		if err := sheet.SetRow(at, cells); err != nil {
			return n, err
		}
		n++
		if progress != nil && n%exportEvery == 0 {
			progress(n)
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	if err := sheet.Flush(); err != nil {
		return n, err
	}
	if progress != nil {
		progress(n)
	}
	return n, book.Write(to)
}

// sheetCell returns a value as excelize writes it. Excel keeps 15 digits of a
// number; longer ones are written as text.
func sheetCell(v any, date int) any {
	switch v := v.(type) {
	case planwright.Qty:
		if v > 999_999_999_999_999 || v < -999_999_999_999_999 {
			return v.String()
		}
		return v.Float()
	case planwright.Day:
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

// arrowRows is the number of rows of a record batch.
const arrowRows = 1 << 16

// writeArrow writes an Arrow IPC stream.
func writeArrow(rows *Rows, to io.Writer, progress func(rows int64)) (n int64, err error) {
	fields := make([]arrow.Field, len(rows.Columns))
	for i := range rows.Columns {
		fields[i] = arrow.Field{Name: rows.Columns[i].Name, Type: arrowType(&rows.Columns[i]), Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	out := ipc.NewWriter(to, ipc.WithSchema(schema))
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	flush := func() error {
		batch := b.NewRecordBatch()
		defer batch.Release()
		return out.Write(batch)
	}
	pending := 0
	for rows.Next() {
		for i := range rows.Columns {
			appendArrow(b.Field(i), rows.Value(i))
		}
		n++
		if pending++; pending == arrowRows {
			if err := flush(); err != nil {
				return n, err
			}
			pending = 0
		}
		if progress != nil && n%exportEvery == 0 {
			progress(n)
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	if pending > 0 || n == 0 {
		if err := flush(); err != nil {
			return n, err
		}
	}
	if progress != nil {
		progress(n)
	}
	return n, out.Close()
}

func arrowType(c *ColumnInfo) arrow.DataType {
	switch c.id {
	case mapping.TypeBoolean:
		return arrow.FixedWidthTypes.Boolean
	case mapping.TypeFloat, mapping.TypeDouble:
		return arrow.PrimitiveTypes.Float64
	case mapping.TypeUBigInt:
		return arrow.PrimitiveTypes.Uint64
	case mapping.TypeHugeInt, mapping.TypeUHugeInt:
		return &arrow.Decimal128Type{Precision: 38, Scale: 0}
	case mapping.TypeDecimal:
		return &arrow.Decimal128Type{Precision: int32(c.width), Scale: int32(c.scale)}
	case mapping.TypeDate:
		return arrow.FixedWidthTypes.Date32
	case mapping.TypeTimestamp, mapping.TypeTimestampTZ, mapping.TypeTimestampS, mapping.TypeTimestampMS, mapping.TypeTimestampNS:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	case mapping.TypeVarchar, mapping.TypeEnum:
		return arrow.BinaryTypes.String
	case mapping.TypeSQLNull:
		return arrow.Null
	}
	return arrow.PrimitiveTypes.Int64
}

// appendArrow appends what [Rows.Value] returned.
func appendArrow(b array.Builder, v any) {
	switch b := b.(type) {
	case *array.BooleanBuilder:
		if x, ok := v.(bool); ok {
			b.Append(x)
			return
		}
	case *array.Float64Builder:
		if x, ok := v.(float64); ok {
			b.Append(x)
			return
		}
	case *array.Uint64Builder:
		if x, ok := v.(uint64); ok {
			b.Append(x)
			return
		}
	case *array.Int64Builder:
		if x, ok := v.(int64); ok {
			b.Append(x)
			return
		}
	case *array.Decimal128Builder:
		switch x := v.(type) {
		case planwright.Qty:
			b.Append(decimal128.FromI64(int64(x)))
			return
		case Decimal:
			b.Append(decimal128.FromBigInt(x.N))
			return
		case *big.Int:
			b.Append(decimal128.FromBigInt(x))
			return
		}
	case *array.Date32Builder:
		if x, ok := v.(planwright.Day); ok {
			b.Append(arrow.Date32(x))
			return
		}
	case *array.TimestampBuilder:
		if x, ok := v.(time.Time); ok {
			b.Append(arrow.Timestamp(x.UnixMicro()))
			return
		}
	case *array.StringBuilder:
		if x, ok := v.(string); ok {
			b.Append(x)
			return
		}
	}
	b.AppendNull()
}
