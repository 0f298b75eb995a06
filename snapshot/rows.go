package snapshot

import (
	"fmt"
	"math"
	"math/big"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"planwright"
)

// Rows are the rows of a query, as they are made.
type Rows struct {
	Columns []ColumnInfo

	s       *stream
	cols    []vec
	row     int
	err     error
	seen    int64
	limit   int64             // 0: none
	onDone  func(error) error // explains an error
	onClose func() error
}

// columnInfo describes column i of a result.
func columnInfo(res *mapping.Result, i mapping.IdxT) ColumnInfo {
	lt := mapping.ColumnLogicalType(res, i)
	defer mapping.DestroyLogicalType(&lt)
	c := typeInfo(lt)
	c.Name = mapping.ColumnName(res, i)
	return c
}

// typeInfo describes a type.
func typeInfo(lt mapping.LogicalType) ColumnInfo {
	c := ColumnInfo{id: mapping.GetTypeId(lt)}
	switch c.id {
	case mapping.TypeDecimal:
		c.inner = mapping.DecimalInternalType(lt)
		c.width, c.scale = mapping.DecimalWidth(lt), mapping.DecimalScale(lt)
		c.Type = fmt.Sprintf("DECIMAL(%d,%d)", c.width, c.scale)
	case mapping.TypeEnum:
		c.inner = mapping.EnumInternalType(lt)
		n := mapping.EnumDictionarySize(lt)
		c.names = make([]string, n)
		for k := range c.names {
			c.names[k] = mapping.EnumDictionaryValue(lt, mapping.IdxT(k))
		}
		c.Type = "ENUM"
	default:
		c.Type = typeNames[c.id]
		if c.Type == "" {
			c.Type = fmt.Sprintf("TYPE(%d)", c.id)
		}
	}
	return c
}

var typeNames = map[mapping.Type]string{
	mapping.TypeBoolean: "BOOLEAN", mapping.TypeTinyInt: "TINYINT", mapping.TypeSmallInt: "SMALLINT", mapping.TypeInteger: "INTEGER", mapping.TypeBigInt: "BIGINT",
	mapping.TypeUTinyInt: "UTINYINT", mapping.TypeUSmallInt: "USMALLINT", mapping.TypeUInteger: "UINTEGER", mapping.TypeUBigInt: "UBIGINT",
	mapping.TypeFloat: "FLOAT", mapping.TypeDouble: "DOUBLE", mapping.TypeTimestamp: "TIMESTAMP", mapping.TypeTimestampTZ: "TIMESTAMP WITH TIME ZONE",
	mapping.TypeTimestampS: "TIMESTAMP_S", mapping.TypeTimestampMS: "TIMESTAMP_MS", mapping.TypeTimestampNS: "TIMESTAMP_NS",
	mapping.TypeDate: "DATE", mapping.TypeTime: "TIME", mapping.TypeInterval: "INTERVAL", mapping.TypeHugeInt: "HUGEINT", mapping.TypeUHugeInt: "UHUGEINT",
	mapping.TypeVarchar: "VARCHAR", mapping.TypeBlob: "BLOB", mapping.TypeUUID: "UUID", mapping.TypeSQLNull: "NULL",
	mapping.TypeList: "LIST", mapping.TypeStruct: "STRUCT", mapping.TypeMap: "MAP", mapping.TypeArray: "ARRAY", mapping.TypeUnion: "UNION",
}

// plain says whether [Rows.Values] can return the column as it is. Columns of
// other types (lists, structs, intervals, ...) are cast to text in the query.
func (c *ColumnInfo) plain() bool {
	switch c.id {
	case mapping.TypeBoolean, mapping.TypeTinyInt, mapping.TypeSmallInt, mapping.TypeInteger, mapping.TypeBigInt,
		mapping.TypeUTinyInt, mapping.TypeUSmallInt, mapping.TypeUInteger, mapping.TypeUBigInt, mapping.TypeFloat, mapping.TypeDouble,
		mapping.TypeTimestamp, mapping.TypeTimestampTZ, mapping.TypeTimestampS, mapping.TypeTimestampMS, mapping.TypeTimestampNS,
		mapping.TypeDate, mapping.TypeHugeInt, mapping.TypeUHugeInt, mapping.TypeVarchar, mapping.TypeDecimal, mapping.TypeEnum, mapping.TypeSQLNull:
		return true
	}
	return false
}

// Next moves to the next row; false at the end or on an error (see Err).
func (r *Rows) Next() bool {
	if r.err != nil || r.s == nil {
		return false
	}
	r.row++
	if r.row >= r.s.chunk.n {
		if !r.nextChunk() {
			return false
		}
		r.row = 0
	}
	r.seen++
	if r.limit > 0 && r.seen > r.limit {
		r.err = fail(planwright.CodeQueryLimit, "query", "", fmt.Sprintf("more than %d rows", r.limit), "add a LIMIT or aggregate", nil)
		return false
	}
	return true
}

// nextChunk fetches the next rows.
func (r *Rows) nextChunk() bool {
	more, err := r.s.next()
	if err != nil {
		r.err = err
		if r.onDone != nil {
			r.err = r.onDone(err)
		}
	}
	if !more {
		return false
	}
	r.cols = r.cols[:0]
	for i := range r.Columns {
		r.cols = append(r.cols, r.s.chunk.col(i))
	}
	return true
}

// Err returns what ended the rows early.
func (r *Rows) Err() error { return r.err }

// Close frees the query. It may be called twice. What ends a query early is
// told by Err.
func (r *Rows) Close() {
	if r.s == nil {
		return
	}
	r.s.Close()
	r.s = nil
	if r.onClose != nil {
		if err := r.onClose(); r.err == nil {
			r.err = err
		}
	}
}

// Value returns column i of the row: nil for NULL, bool, int64, uint64,
// *big.Int, float64, planwright.Qty (DECIMAL of 6 decimals), Decimal (others),
// planwright.Day, time.Time (UTC) or string.
func (r *Rows) Value(i int) any {
	v, c, k := &r.cols[i], &r.Columns[i], r.row
	if !v.ok(k) {
		return nil
	}
	switch c.id {
	case mapping.TypeBoolean:
		return cells[uint8](v)[k] != 0
	case mapping.TypeFloat:
		return float64(cells[float32](v)[k])
	case mapping.TypeDouble:
		return cells[float64](v)[k]
	case mapping.TypeUBigInt:
		return cells[uint64](v)[k]
	case mapping.TypeHugeInt, mapping.TypeUHugeInt:
		return hugeAt(v, c.id, k)
	case mapping.TypeDecimal:
		if c.inner == mapping.TypeHugeInt {
			n := hugeAt(v, c.inner, k)
			if c.scale == 6 && n.IsInt64() { // the sum of a column of quantities
				return planwright.Qty(n.Int64())
			}
			return Decimal{n, c.scale}
		}
		n := integerAt(v, c.inner, k)
		if c.scale == 6 {
			return planwright.Qty(n)
		}
		return Decimal{big.NewInt(n), c.scale}
	case mapping.TypeDate:
		return planwright.Day(cells[int32](v)[k])
	case mapping.TypeTimestamp, mapping.TypeTimestampTZ:
		return time.UnixMicro(cells[int64](v)[k]).UTC()
	case mapping.TypeTimestampS:
		return time.Unix(cells[int64](v)[k], 0).UTC()
	case mapping.TypeTimestampMS:
		return time.UnixMilli(cells[int64](v)[k]).UTC()
	case mapping.TypeTimestampNS:
		return time.Unix(0, cells[int64](v)[k]).UTC()
	case mapping.TypeEnum:
		if at := integerAt(v, c.inner, k); at >= 0 && int(at) < len(c.names) {
			return c.names[at]
		}
		return nil
	case mapping.TypeVarchar:
		return string(append([]byte(nil), v.str(k)...))
	case mapping.TypeSQLNull:
		return nil
	}
	return integerAt(v, c.id, k)
}

// Values returns the row; see [Rows.Value].
func (r *Rows) Values() []any {
	row := make([]any, len(r.Columns))
	for i := range row {
		row[i] = r.Value(i)
	}
	return row
}

// Decimal is a number N / 10^Scale.
type Decimal struct {
	N     *big.Int
	Scale uint8
}

// String returns the shortest decimal form.
func (d Decimal) String() string { return string(appendDecimal(nil, d.N, d.Scale)) }

// appendDecimal appends n/10^scale without trailing zeros.
func appendDecimal(dst []byte, n *big.Int, scale uint8) []byte {
	s := n.String()
	neg := false
	if s[0] == '-' {
		neg, s = true, s[1:]
	}
	for len(s) <= int(scale) {
		s = "0" + s
	}
	whole, frac := s[:len(s)-int(scale)], s[len(s)-int(scale):]
	for len(frac) > 0 && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if neg {
		dst = append(dst, '-')
	}
	dst = append(dst, whole...)
	if frac != "" {
		dst = append(dst, '.')
		dst = append(dst, frac...)
	}
	return dst
}

// hugeAt reads a 128-bit integer.
func hugeAt(v *vec, id mapping.Type, k int) *big.Int {
	w := (*[2]uint64)(unsafe.Add(v.data, uintptr(k)*16))
	var hi big.Int
	if id == mapping.TypeUHugeInt {
		hi.SetUint64(w[1])
	} else {
		hi.SetInt64(int64(w[1]))
	}
	hi.Lsh(&hi, 64)
	return hi.Add(&hi, new(big.Int).SetUint64(w[0]))
}

// integerAt reads an integer of any width up to 64 bits.
func integerAt(v *vec, id mapping.Type, k int) int64 {
	switch id {
	case mapping.TypeTinyInt:
		return int64(cells[int8](v)[k])
	case mapping.TypeUTinyInt:
		return int64(cells[uint8](v)[k])
	case mapping.TypeSmallInt:
		return int64(cells[int16](v)[k])
	case mapping.TypeUSmallInt:
		return int64(cells[uint16](v)[k])
	case mapping.TypeInteger, mapping.TypeDate:
		return int64(cells[int32](v)[k])
	case mapping.TypeUInteger:
		return int64(cells[uint32](v)[k])
	}
	return cells[int64](v)[k]
}

// Scan copies the row into dst: pointers to string, bool, int, int32, int64,
// float64, planwright.Qty, planwright.Day, time.Time or any. NULL gives "",
// false, 0, NaN, NoQty, NoDay, the zero time and nil.
func (r *Rows) Scan(dst ...any) error {
	if len(dst) > len(r.Columns) {
		return fail(planwright.CodeInternal, "scan", "", fmt.Sprintf("%d values of %d columns", len(dst), len(r.Columns)), "", nil)
	}
	for i, d := range dst {
		v := r.Value(i)
		ok := true
		switch d := d.(type) {
		case *any:
			*d = v
		case *string:
			*d, ok = v.(string)
			if v != nil && !ok {
				*d, ok = fmt.Sprint(v), true
			}
		case *bool:
			*d, ok = v.(bool)
		case *int:
			var n int64
			n, ok = asInt(v)
			*d = int(n)
		case *int32:
			var n int64
			n, ok = asInt(v)
			*d = int32(n)
		case *int64:
			*d, ok = asInt(v)
		case *float64:
			*d, ok = asFloat(v)
		case *planwright.Qty:
			*d, ok = v.(planwright.Qty)
			if v == nil {
				*d = planwright.NoQty
			}
		case *planwright.Day:
			*d, ok = v.(planwright.Day)
			if v == nil {
				*d = planwright.NoDay
			}
		case *time.Time:
			*d, ok = v.(time.Time)
		default:
			return fail(planwright.CodeInternal, "scan", r.Columns[i].Name, fmt.Sprintf("into a %T", d), "", nil)
		}
		if !ok && v != nil {
			return fail(planwright.CodeInternal, "scan", r.Columns[i].Name, fmt.Sprintf("%s into a %T", r.Columns[i].Type, d), "", nil)
		}
	}
	return nil
}

func asInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= math.MaxInt64
	case *big.Int:
		return v.Int64(), v.IsInt64()
	}
	return 0, false
}

func asFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case nil:
		return math.NaN(), true
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case planwright.Qty:
		return v.Float(), true
	case Decimal:
		f, _ := new(big.Rat).SetFrac(v.N, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.Scale)), nil)).Float64()
		return f, true
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f, true
	}
	return 0, false
}
