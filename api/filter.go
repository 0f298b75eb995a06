package api

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"planwright"
)

// kind is the type of a field that can be filtered and sorted.
type kind uint8

const (
	textKind kind = iota
	qtyKind
	floatKind
	intKind
	dayKind
	boolKind
	timeKind
)

// column is a field of a list. What is not declared as one cannot be named in
// a filter or an order, and therefore reaches no SQL.
type column struct {
	name string
	kind kind
	sql  string // expression; "" for the quoted name
	rank string // expression to sort by; "" for sql
}

func (c *column) expr() string {
	if c.sql != "" {
		return c.sql
	}
	return quote(c.name)
}

func (c *column) sortExpr() string {
	if c.rank != "" {
		return c.rank
	}
	return c.expr()
}

// quote makes a SQL identifier of a name.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// columns are the fields of a list.
type columns []column

func (cs columns) find(name string) *column {
	for i := range cs {
		if cs[i].name == name {
			return &cs[i]
		}
	}
	return nil
}

func (cs columns) names() string {
	names := make([]string, len(cs))
	for i := range cs {
		names[i] = cs[i].name
	}
	return strings.Join(names, ", ")
}

// Limits of what is parsed; beyond them nobody means it.
const (
	maxFilter     = 4096 // bytes
	maxConditions = 32
	maxOrder      = 1024 // bytes
	maxOrderTerms = 8
)

// comparison is the operator of a condition.
type comparison uint8

const (
	equal comparison = iota
	notEqual
	less
	lessEqual
	greater
	greaterEqual
	has // contains
)

// comparisons are the operators as written, longer ones first.
var comparisons = []struct {
	text string
	op   comparison
}{{"!=", notEqual}, {"<=", lessEqual}, {">=", greaterEqual}, {"=", equal}, {"<", less}, {">", greater}, {":", has}}

var comparisonSQL = [...]string{" = ", " IS DISTINCT FROM ", " < ", " <= ", " > ", " >= "}

// condition compares a column with a value: string, planwright.Qty, float64,
// int64, planwright.Day, bool or time.Time; nil means "no value".
type condition struct {
	column *column
	op     comparison
	value  any
}

// filter is a list of conditions that must all hold.
type filter []condition

// parseFilter reads a filter: comparisons `field OP value` joined by AND, the
// subset of AIP-160 that the protos document. Errors name the place.
func parseFilter(s string, cs columns) (filter, error) {
	if len(s) > maxFilter {
		return nil, fmt.Errorf("is longer than %d bytes", maxFilter)
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return nil, fmt.Errorf("is not plain UTF-8 text")
	}
	p := scanner{s: s}
	p.space()
	if p.end() {
		return nil, nil
	}
	var f filter
	for {
		c, err := p.condition(cs)
		if err != nil {
			return nil, err
		}
		if f = append(f, c); len(f) > maxConditions {
			return nil, fmt.Errorf("has more than %d conditions", maxConditions)
		}
		p.space()
		if p.end() {
			return f, nil
		}
		if word := p.word(); word != "AND" {
			return nil, p.fault("AND between two conditions")
		}
		p.space()
	}
}

// scanner walks over a filter or an order.
type scanner struct {
	s  string
	at int
}

func (p *scanner) end() bool { return p.at >= len(p.s) }

func (p *scanner) space() {
	for !p.end() && strings.IndexByte(" \t\r\n", p.s[p.at]) >= 0 {
		p.at++
	}
}

// fault says what stands where something else should.
func (p *scanner) fault(want string) error {
	rest := p.s[p.at:]
	if rest == "" {
		return fmt.Errorf("ends where there should be %s", want)
	}
	if r := []rune(rest); len(r) > 20 {
		rest = string(r[:20]) + "…"
	}
	return fmt.Errorf("character %d, %q: there should be %s", len([]rune(p.s[:p.at]))+1, rest, want)
}

// word reads a name; "" where there is none, without moving.
func (p *scanner) word() string {
	from := p.at
	for !p.end() {
		b := p.s[p.at]
		if b < 0x80 && b != '_' && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9' || p.at == from) {
			break
		}
		p.at++
	}
	return p.s[from:p.at]
}

func (p *scanner) condition(cs columns) (condition, error) {
	start := p.at
	name := p.word()
	col := cs.find(name)
	if col == nil {
		p.at = start
		return condition{}, p.fault("one of the fields " + cs.names())
	}
	p.space()
	c := condition{column: col, op: 255}
	for _, o := range comparisons {
		if strings.HasPrefix(p.s[p.at:], o.text) {
			c.op, p.at = o.op, p.at+len(o.text)
			break
		}
	}
	if c.op == 255 {
		return c, p.fault("one of = != < <= > >= :")
	}
	if c.op == has && col.kind != textKind {
		return c, fmt.Errorf("field %s: %q is for texts", name, ":")
	}
	p.space()
	at := p.at
	literal, quoted, err := p.literal()
	if err != nil {
		return c, err
	}
	if c.value, err = col.parse(literal, quoted); err != nil {
		p.at = at
		return c, p.fault(err.Error())
	}
	if _, ok := c.value.(bool); (ok || c.value == nil) && c.op != equal && c.op != notEqual {
		p.at = at
		return c, p.fault("a value that can be smaller or greater")
	}
	return c, nil
}

// literal reads a text in double quotes, with \" and \\, or a number or word.
func (p *scanner) literal() (s string, quoted bool, err error) {
	if p.end() || p.s[p.at] != '"' {
		from := p.at
		for !p.end() && strings.IndexByte(" \t\r\n\"()", p.s[p.at]) < 0 {
			p.at++
		}
		if from == p.at {
			return "", false, p.fault("a value")
		}
		return p.s[from:p.at], false, nil
	}
	var b strings.Builder
	for i := p.at + 1; i < len(p.s); i++ {
		switch p.s[i] {
		case '"':
			p.at = i + 1
			return b.String(), true, nil
		case '\\':
			if i++; i == len(p.s) || p.s[i] != '"' && p.s[i] != '\\' {
				return "", true, fmt.Errorf("character %d: after a backslash there should be a backslash or a double quote", len([]rune(p.s[:i]))+1)
			}
		}
		b.WriteByte(p.s[i])
	}
	return "", true, fmt.Errorf("the text from character %d on has no closing quote", len([]rune(p.s[:p.at]))+1)
}

// parse reads a value of the column's kind; the error says what is wanted. The
// empty text stands for "no value", as the API writes it.
func (c *column) parse(s string, quoted bool) (any, error) {
	if quoted && s == "" && c.kind != boolKind {
		return nil, nil
	}
	switch c.kind {
	case textKind:
		if quoted {
			return s, nil
		}
		return nil, fmt.Errorf("a text in double quotes")
	case qtyKind:
		if q, err := planwright.ParseQty(s); err == nil && q.Known() {
			return q, nil
		}
		return nil, fmt.Errorf("a quantity such as 12.5")
	case floatKind:
		if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) && !strings.ContainsAny(s, "xXpP_") {
			return f, nil
		}
		return nil, fmt.Errorf("a number such as 12.5")
	case intKind:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
		return nil, fmt.Errorf("a whole number")
	case dayKind:
		if d, err := planwright.ParseDay(s); err == nil && quoted {
			return d, nil
		}
		return nil, fmt.Errorf(`a date in double quotes such as "2026-06-30"`)
	case timeKind:
		if t, err := time.Parse(time.RFC3339, s); err == nil && quoted {
			return t, nil
		}
		return nil, fmt.Errorf(`a time in double quotes such as "2026-06-30T22:00:00Z"`)
	}
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return nil, fmt.Errorf("true or false")
}

// where makes the SQL condition, with parameters, and their values; "" for an
// empty filter.
func (f filter) where() (string, []any) {
	var args []any
	sql := f.sql(func(v any) string {
		args = append(args, v)
		return "?"
	})
	return sql, args
}

// sql makes the SQL condition; value writes a value into it.
func (f filter) sql(value func(v any) string) string {
	var b strings.Builder
	for i, c := range f {
		if i > 0 {
			b.WriteString(" AND ")
		}
		e := c.column.expr()
		switch {
		case c.value == nil && c.column.kind == textKind && c.op == equal:
			b.WriteString("coalesce(" + e + ", '') = ''")
		case c.value == nil && c.column.kind == textKind:
			b.WriteString("coalesce(" + e + ", '') <> ''")
		case c.value == nil && c.op == equal:
			b.WriteString(e + " IS NULL")
		case c.value == nil:
			b.WriteString(e + " IS NOT NULL")
		case c.op == has:
			b.WriteString("contains(" + e + ", " + value(c.value) + ")")
		default:
			b.WriteString(e + comparisonSQL[c.op] + value(c.value))
		}
	}
	return b.String()
}

// holds says whether a row, whose values are got by column name, passes. It is
// for the lists that are not tables: snapshots, plans, operations.
func (f filter) holds(get func(name string) any) bool {
	for _, c := range f {
		v := get(c.column.name)
		if c.value == nil {
			empty := v == nil || v == ""
			if empty != (c.op == equal) {
				return false
			}
			continue
		}
		if v == nil {
			if c.op != notEqual {
				return false
			}
			continue
		}
		if c.op == has {
			s, _ := v.(string)
			want, _ := c.value.(string)
			if !strings.Contains(s, want) {
				return false
			}
			continue
		}
		d := compare(v, c.value)
		if !map[comparison]bool{equal: d == 0, notEqual: d != 0, less: d < 0, lessEqual: d <= 0, greater: d > 0, greaterEqual: d >= 0}[c.op] {
			return false
		}
	}
	return true
}

// compare orders two values of one kind; no value comes last.
func compare(a, b any) int {
	if a == nil || b == nil {
		switch {
		case a == nil && b == nil:
			return 0
		case a == nil:
			return 1
		}
		return -1
	}
	switch a := a.(type) {
	case string:
		return orderOf(a, b)
	case int64:
		return orderOf(a, b)
	case float64:
		return orderOf(a, b)
	case planwright.Qty:
		return orderOf(a, b)
	case planwright.Day:
		return orderOf(a, b)
	case time.Time:
		if b, ok := b.(time.Time); ok {
			return a.Compare(b)
		}
	case bool:
		if b, ok := b.(bool); ok && a != b {
			if b {
				return -1
			}
			return 1
		}
	}
	return 0
}

func orderOf[T cmp.Ordered](a T, b any) int {
	if b, ok := b.(T); ok {
		return cmp.Compare(a, b)
	}
	return 0
}
