package snapshot

import (
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"planwright"
)

// writeText writes CSV, a JSON array or JSON lines: chunk by chunk, a cell by
// the function of its column, without making values of Go.
func writeText(rows *Rows, f Format, to io.Writer, progress func(rows int64)) (int64, error) {
	cols := make([]func(dst []byte, v *vec, k int) []byte, len(rows.Columns))
	head := make([]string, len(rows.Columns))
	for i := range rows.Columns {
		cols[i] = cellFormat(&rows.Columns[i], f != CSV)
		head[i] = rows.Columns[i].Name
	}
	keys := jsonKeys(head)
	buf := appendHeader(make([]byte, 0, 128<<10), f, head)
	var n int64
	for rows.Next() {
		buf = appendOpen(buf, f, n)
		for i := range cols {
			if i > 0 {
				buf = append(buf, ',')
			}
			v := &rows.cols[i]
			if f != CSV {
				buf = append(buf, keys[i]...)
				if !v.ok(rows.row) {
					buf = append(buf, "null"...)
					continue
				}
			} else if !v.ok(rows.row) {
				continue
			}
			buf = cols[i](buf, v, rows.row)
		}
		buf = appendEnd(buf, f)
		n++
		if len(buf) > 64<<10 {
			if _, err := to.Write(buf); err != nil {
				return n, err
			}
			buf = buf[:0]
		}
		if progress != nil && n%exportEvery == 0 {
			progress(n)
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	if f == JSON {
		buf = append(buf, "]\n"...)
	}
	if _, err := to.Write(buf); err != nil {
		return n, err
	}
	if progress != nil {
		progress(n)
	}
	return n, nil
}

// jsonKeys are the names of the columns as they stand before a value.
func jsonKeys(head []string) [][]byte {
	keys := make([][]byte, len(head))
	for i, h := range head {
		keys[i] = append(appendJSON(nil, h), ':')
	}
	return keys
}

// appendHeader appends what stands before the first row.
func appendHeader(dst []byte, f Format, head []string) []byte {
	switch f {
	case CSV:
		for i, h := range head {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendCSV(dst, h)
		}
		return append(dst, '\n')
	case JSON:
		return append(dst, '[')
	}
	return dst
}

// appendOpen appends what stands before the cells of row n.
func appendOpen(dst []byte, f Format, n int64) []byte {
	switch {
	case f == CSV:
		return dst
	case f == JSON && n > 0:
		return append(dst, ",\n{"...)
	}
	return append(dst, '{')
}

// appendEnd appends what stands behind the cells of a row.
func appendEnd(dst []byte, f Format) []byte {
	switch f {
	case CSV:
		return append(dst, '\n')
	case JSON:
		return append(dst, '}')
	}
	return append(dst, "}\n"...)
}

// cellFormat returns the function that writes the cells of a column that are not
// NULL.
func cellFormat(c *ColumnInfo, json bool) func(dst []byte, v *vec, k int) []byte {
	text := func(dst []byte, s string) []byte {
		if json {
			return appendJSON(dst, s)
		}
		return appendCSV(dst, s)
	}
	word := func(dst []byte, write func(dst []byte) []byte) []byte { // needs no escape
		if json {
			return append(write(append(dst, '"')), '"')
		}
		return write(dst)
	}
	float := func(dst []byte, x float64) []byte {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			if json {
				return append(dst, "null"...)
			}
			return strconv.AppendFloat(dst, x, 'g', -1, 64)
		}
		return appendFloat(dst, x)
	}
	at := func(t time.Time) func(dst []byte) []byte {
		return func(dst []byte) []byte { return t.AppendFormat(dst, "2006-01-02T15:04:05.999999999") }
	}
	id, inner, scale := c.id, c.inner, c.scale
	switch id {
	case mapping.TypeBoolean:
		return func(dst []byte, v *vec, k int) []byte { return strconv.AppendBool(dst, cells[uint8](v)[k] != 0) }
	case mapping.TypeFloat:
		return func(dst []byte, v *vec, k int) []byte { return float(dst, float64(cells[float32](v)[k])) }
	case mapping.TypeDouble:
		return func(dst []byte, v *vec, k int) []byte { return float(dst, cells[float64](v)[k]) }
	case mapping.TypeUBigInt:
		return func(dst []byte, v *vec, k int) []byte { return strconv.AppendUint(dst, cells[uint64](v)[k], 10) }
	case mapping.TypeHugeInt, mapping.TypeUHugeInt:
		return func(dst []byte, v *vec, k int) []byte { return hugeAt(v, id, k).Append(dst, 10) }
	case mapping.TypeDecimal:
		if inner == mapping.TypeHugeInt {
			return func(dst []byte, v *vec, k int) []byte { return appendDecimal(dst, hugeAt(v, inner, k), scale) }
		}
		return func(dst []byte, v *vec, k int) []byte { return appendScaled(dst, integerAt(v, inner, k), scale) }
	case mapping.TypeDate:
		return func(dst []byte, v *vec, k int) []byte {
			return word(dst, planwright.Day(cells[int32](v)[k]).AppendTo)
		}
	case mapping.TypeTimestamp, mapping.TypeTimestampTZ:
		return func(dst []byte, v *vec, k int) []byte { return word(dst, at(time.UnixMicro(cells[int64](v)[k]).UTC())) }
	case mapping.TypeTimestampS:
		return func(dst []byte, v *vec, k int) []byte { return word(dst, at(time.Unix(cells[int64](v)[k], 0).UTC())) }
	case mapping.TypeTimestampMS:
		return func(dst []byte, v *vec, k int) []byte { return word(dst, at(time.UnixMilli(cells[int64](v)[k]).UTC())) }
	case mapping.TypeTimestampNS:
		return func(dst []byte, v *vec, k int) []byte { return word(dst, at(time.Unix(0, cells[int64](v)[k]).UTC())) }
	case mapping.TypeEnum:
		names := c.names
		return func(dst []byte, v *vec, k int) []byte { return text(dst, names[integerAt(v, inner, k)]) }
	case mapping.TypeVarchar:
		return func(dst []byte, v *vec, k int) []byte { return text(dst, v.str(k)) }
	case mapping.TypeSQLNull:
		return func(dst []byte, _ *vec, _ int) []byte { return dst }
	}
	return func(dst []byte, v *vec, k int) []byte { return strconv.AppendInt(dst, integerAt(v, id, k), 10) }
}

// appendScaled appends n/10^scale without trailing zeros.
func appendScaled(dst []byte, n int64, scale uint8) []byte {
	if scale == 6 && n != math.MinInt64 {
		return planwright.Qty(n).AppendTo(dst)
	}
	u := uint64(n)
	if n < 0 {
		dst = append(dst, '-')
		u = -u
	}
	var b [40]byte
	digits := strconv.AppendUint(b[:0], u, 10)
	point := len(digits) - int(scale)
	if point <= 0 {
		dst = append(dst, '0')
	} else {
		dst = append(dst, digits[:point]...)
	}
	end := len(digits)
	for end > max(point, 0) && digits[end-1] == '0' {
		end--
	}
	if end <= max(point, 0) {
		return dst
	}
	dst = append(dst, '.')
	for ; point < 0; point++ {
		dst = append(dst, '0')
	}
	return append(dst, digits[point:end]...)
}

// appendCSV appends a text as RFC 4180 has it: quoted where it must be, and
// where it is empty, to tell it from NULL.
func appendCSV(dst []byte, s string) []byte {
	plain := s != ""
	for i := 0; i < len(s) && plain; i++ {
		switch s[i] {
		case ',', '"', '\n', '\r':
			plain = false
		}
	}
	if plain && s[0] != ' ' && s[len(s)-1] != ' ' {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

const hexDigits = "0123456789abcdef"

// appendJSON appends a text as a JSON string.
func appendJSON(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += n
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}
