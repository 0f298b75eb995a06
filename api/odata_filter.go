package api

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"planwright"
)

// $filter of OData v4: comparisons, and, or, not, in, arithmetic, and functions
// of texts, numbers and dates, over the columns of one view. What comes out is
// SQL with a parameter for every literal: nothing that the client wrote gets
// into the statement but names of columns that the view has.

// Limits of a filter.
const (
	maxODataFilter = 16 << 10 // bytes
	maxODataDepth  = 60
	maxODataArgs   = 1000
)

// odataExpr is a part of a filter in SQL.
type odataExpr struct {
	sql     string
	args    []any
	kind    kind
	null    bool // the literal null
	literal bool
}

// odataParser walks over a filter.
type odataParser struct {
	scanner
	cols  columns
	depth int
	args  int
}

// parseOData reads a $filter; "" for an empty one.
func parseOData(s string, cols columns) (sql string, args []any, err error) {
	if len(s) > maxODataFilter {
		return "", nil, fmt.Errorf("is longer than %d bytes", maxODataFilter)
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return "", nil, fmt.Errorf("is not plain UTF-8 text")
	}
	p := &odataParser{scanner: scanner{s: s}, cols: cols}
	p.space()
	if p.end() {
		return "", nil, nil
	}
	e, err := p.or()
	if err != nil {
		return "", nil, err
	}
	p.space()
	if !p.end() {
		return "", nil, p.fault("and, or, or the end")
	}
	if e.kind != boolKind {
		return "", nil, fmt.Errorf("is not a condition")
	}
	return e.sql, e.args, nil
}

// keyword takes a word if it comes next.
func (p *odataParser) keyword(words ...string) string {
	p.space()
	at := p.at
	w := p.word()
	for _, k := range words {
		if w == k {
			return k
		}
	}
	p.at = at
	return ""
}

func (p *odataParser) char(c byte) bool {
	p.space()
	if p.end() || p.s[p.at] != c {
		return false
	}
	p.at++
	return true
}

func (p *odataParser) enter() error {
	if p.depth++; p.depth > maxODataDepth {
		return fmt.Errorf("is nested deeper than %d", maxODataDepth)
	}
	return nil
}

func (p *odataParser) or() (odataExpr, error) {
	if err := p.enter(); err != nil {
		return odataExpr{}, err
	}
	defer func() { p.depth-- }()
	return p.chain(p.and, "or", " OR ")
}

func (p *odataParser) and() (odataExpr, error) { return p.chain(p.not, "and", " AND ") }

// chain reads conditions joined by one word.
func (p *odataParser) chain(next func() (odataExpr, error), word, sql string) (odataExpr, error) {
	left, err := next()
	if err != nil {
		return left, err
	}
	for p.keyword(word) != "" {
		at := p.at
		right, err := next()
		if err != nil {
			return right, err
		}
		if left.kind != boolKind || right.kind != boolKind || left.null || right.null {
			p.at = at
			return left, p.fault("a condition on both sides of " + word)
		}
		left = odataExpr{sql: "(" + left.sql + sql + right.sql + ")", args: join(left.args, right.args), kind: boolKind}
	}
	return left, nil
}

func join(a, b []any) []any { return append(a[:len(a):len(a)], b...) }

func (p *odataParser) not() (odataExpr, error) {
	if p.keyword("not") == "" {
		return p.comparison()
	}
	if err := p.enter(); err != nil {
		return odataExpr{}, err
	}
	defer func() { p.depth-- }()
	at := p.at
	e, err := p.not()
	if err != nil {
		return e, err
	}
	if e.kind != boolKind || e.null {
		p.at = at
		return e, p.fault("a condition after not")
	}
	// A comparison with null is false in OData, so that its negation is true.
	return odataExpr{sql: "(NOT coalesce(" + e.sql + ", false))", args: e.args, kind: boolKind}, nil
}

var odataOps = map[string]string{"eq": " = ", "ne": " IS DISTINCT FROM ", "lt": " < ", "le": " <= ", "gt": " > ", "ge": " >= "}

func (p *odataParser) comparison() (odataExpr, error) {
	left, err := p.sum()
	if err != nil {
		return left, err
	}
	at := p.at
	op := p.keyword("eq", "ne", "lt", "le", "gt", "ge", "in")
	switch op {
	case "":
		return left, nil
	case "in":
		return p.in(left)
	}
	right, err := p.sum()
	if err != nil {
		return right, err
	}
	if left.null || right.null {
		other := left
		if left.null {
			other = right
		}
		switch {
		case op != "eq" && op != "ne": // never true
			return odataExpr{sql: "false", kind: boolKind}, nil
		case other.null:
			return odataExpr{sql: strconv.FormatBool(op == "eq"), kind: boolKind}, nil
		case op == "eq":
			return odataExpr{sql: "(" + other.sql + " IS NULL)", args: other.args, kind: boolKind}, nil
		}
		return odataExpr{sql: "(" + other.sql + " IS NOT NULL)", args: other.args, kind: boolKind}, nil
	}
	l, r, ok := comparable(left, right)
	if !ok || left.kind == boolKind && op != "eq" && op != "ne" {
		p.at = at
		return left, p.fault("two values that can be compared on both sides of " + op)
	}
	sql := odataOps[op]
	if op == "eq" && !left.literal && !right.literal { // null equals null
		sql = " IS NOT DISTINCT FROM "
	}
	return odataExpr{sql: "(" + l + sql + r + ")", args: join(left.args, right.args), kind: boolKind}, nil
}

func numeric(k kind) bool { return k == qtyKind || k == floatKind || k == intKind }

// comparable returns the two sides as SQL that can be compared.
func comparable(a, b odataExpr) (x, y string, ok bool) {
	switch {
	case a.kind == b.kind, numeric(a.kind) && numeric(b.kind):
		return a.sql, b.sql, true
	case a.kind == dayKind && b.kind == timeKind:
		return "CAST(" + a.sql + " AS TIMESTAMP)", b.sql, true
	case a.kind == timeKind && b.kind == dayKind:
		return a.sql, "CAST(" + b.sql + " AS TIMESTAMP)", true
	}
	return "", "", false
}

// in reads the list after `in`.
func (p *odataParser) in(left odataExpr) (odataExpr, error) {
	if !p.char('(') {
		return left, p.fault("a list in parentheses")
	}
	var parts []string
	args := left.args
	sqlLeft, null := left.sql, false
	for {
		at := p.at
		e, err := p.sum()
		if err != nil {
			return e, err
		}
		if e.null {
			null = true
		} else {
			x, y, ok := comparable(left, e)
			if !ok || !e.literal {
				p.at = at
				return left, p.fault("a value of the kind of what stands before in")
			}
			sqlLeft = x
			parts, args = append(parts, y), join(args, e.args)
		}
		if p.char(')') {
			break
		}
		if !p.char(',') {
			return left, p.fault("a comma or a closing parenthesis")
		}
	}
	var sql string
	if parts != nil {
		sql = sqlLeft + " IN (" + strings.Join(parts, ", ") + ")"
	}
	if null {
		if parts == nil {
			return odataExpr{sql: "(" + left.sql + " IS NULL)", args: left.args, kind: boolKind}, nil
		}
		sql, args = sql+" OR "+left.sql+" IS NULL", join(args, left.args)
	}
	return odataExpr{sql: "(" + sql + ")", args: args, kind: boolKind}, nil
}

func (p *odataParser) sum() (odataExpr, error) {
	return p.arithmetic(p.product, map[string]string{"add": " + ", "sub": " - "}, "add", "sub")
}

func (p *odataParser) product() (odataExpr, error) {
	return p.arithmetic(p.sign, map[string]string{"mul": " * ", "div": " / ", "divby": " / ", "mod": " % "}, "mul", "div", "divby", "mod")
}

func (p *odataParser) arithmetic(next func() (odataExpr, error), ops map[string]string, words ...string) (odataExpr, error) {
	left, err := next()
	if err != nil {
		return left, err
	}
	for {
		at := p.at
		op := p.keyword(words...)
		if op == "" {
			return left, nil
		}
		right, err := next()
		if err != nil {
			return right, err
		}
		if !numeric(left.kind) || !numeric(right.kind) || left.null || right.null {
			p.at = at
			return left, p.fault("numbers on both sides of " + op)
		}
		// Doubles throughout: what overflows a DECIMAL would end the query.
		sql := "(CAST(" + left.sql + " AS DOUBLE)" + ops[op] + "CAST(" + right.sql + " AS DOUBLE))"
		if op == "div" && left.kind == intKind && right.kind == intKind {
			sql = "trunc" + sql
		}
		left = odataExpr{sql: sql, args: join(left.args, right.args), kind: floatKind}
	}
}

func (p *odataParser) sign() (odataExpr, error) {
	p.space()
	if p.end() || p.s[p.at] != '-' || p.at+1 < len(p.s) && p.s[p.at+1] >= '0' && p.s[p.at+1] <= '9' {
		return p.primary()
	}
	p.at++
	if err := p.enter(); err != nil {
		return odataExpr{}, err
	}
	defer func() { p.depth-- }()
	at := p.at
	e, err := p.sign()
	if err == nil && (!numeric(e.kind) || e.null) {
		p.at = at
		err = p.fault("a number after -")
	}
	return odataExpr{sql: "(-CAST(" + e.sql + " AS DOUBLE))", args: e.args, kind: floatKind}, err
}

func (p *odataParser) primary() (odataExpr, error) {
	if p.char('(') {
		e, err := p.or()
		if err == nil && !p.char(')') {
			err = p.fault("a closing parenthesis")
		}
		return e, err
	}
	p.space()
	if p.end() {
		return odataExpr{}, p.fault("a value")
	}
	at := p.at
	switch c := p.s[p.at]; {
	case c == '\'':
		return p.text()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	name := p.word()
	switch name {
	case "null":
		return odataExpr{sql: "NULL", null: true, literal: true, kind: boolKind}, nil
	case "true", "false":
		return odataExpr{sql: name, kind: boolKind, literal: true}, nil
	}
	if p.char('(') {
		return p.call(name, at)
	}
	col := p.cols.find(name)
	if col == nil {
		p.at = at
		return odataExpr{}, p.fault("a value, a function, or one of the columns " + p.cols.names())
	}
	return odataExpr{sql: col.expr(), kind: col.kind}, nil
}

// value makes a parameter of a literal.
func (p *odataParser) value(v any, k kind) (odataExpr, error) {
	if p.args++; p.args > maxODataArgs {
		return odataExpr{}, fmt.Errorf("has more than %d values", maxODataArgs)
	}
	return odataExpr{sql: "?", args: []any{v}, kind: k, literal: true}, nil
}

// text reads 'a text', with a quote in it doubled.
func (p *odataParser) text() (odataExpr, error) {
	from := p.at
	var b strings.Builder
	for i := p.at + 1; i < len(p.s); i++ {
		if p.s[i] != '\'' {
			b.WriteByte(p.s[i])
			continue
		}
		if i+1 < len(p.s) && p.s[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		p.at = i + 1
		return p.value(b.String(), textKind)
	}
	return odataExpr{}, fmt.Errorf("the text from character %d on has no closing quote", len([]rune(p.s[:from]))+1)
}

// number reads a number, a date or a time.
func (p *odataParser) number() (odataExpr, error) {
	from := p.at
	for !p.end() && strings.IndexByte(" \t\r\n,()'", p.s[p.at]) < 0 {
		p.at++
	}
	s := p.s[from:p.at]
	if d, err := planwright.ParseDay(s); err == nil && len(s) == 10 {
		return p.value(d, dayKind)
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return p.value(t.UTC(), timeKind)
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return p.value(n, intKind)
	}
	if q, err := planwright.ParseQty(s); err == nil && q.Known() && !strings.ContainsAny(s, "eE") {
		return p.value(q, qtyKind)
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "xXpP_iInN") {
		return p.value(f, floatKind)
	}
	p.at = from
	return odataExpr{}, p.fault("a number such as 12.5, a date such as 2026-06-30 or a time such as 2026-06-30T08:00:00Z")
}

// odataFunctions are the functions: kinds of their arguments (t text, n number,
// d date or time), the SQL with %s for each, the kind of the result.
var odataFunctions = map[string]struct {
	args, sql string
	kind      kind
}{
	"contains": {"tt", "contains(%s, %s)", boolKind}, "startswith": {"tt", "starts_with(%s, %s)", boolKind}, "endswith": {"tt", "ends_with(%s, %s)", boolKind},
	"length": {"t", "length(%s)", intKind}, "indexof": {"tt", "(strpos(%s, %s) - 1)", intKind}, "tolower": {"t", "lower(%s)", textKind}, "toupper": {"t", "upper(%s)", textKind},
	"trim": {"t", "trim(%s)", textKind}, "concat": {"tt", "concat(%s, %s)", textKind}, "substring": {"tn", "substring(%s, CAST(%s AS BIGINT) + 1)", textKind}, "substring3": {"tnn", "substring(%s, CAST(%s AS BIGINT) + 1, CAST(%s AS BIGINT))", textKind},
	"round": {"n", "round(CAST(%s AS DOUBLE))", floatKind}, "floor": {"n", "floor(CAST(%s AS DOUBLE))", floatKind}, "ceiling": {"n", "ceil(CAST(%s AS DOUBLE))", floatKind},
	"year": {"d", "year(%s)", intKind}, "month": {"d", "month(%s)", intKind}, "day": {"d", "day(%s)", intKind}, "hour": {"d", "hour(CAST(%s AS TIMESTAMP))", intKind},
	"minute": {"d", "minute(CAST(%s AS TIMESTAMP))", intKind}, "second": {"d", "second(CAST(%s AS TIMESTAMP))", intKind}, "date": {"d", "CAST(%s AS DATE)", dayKind},
}

func (p *odataParser) call(name string, at int) (odataExpr, error) {
	f, ok := odataFunctions[name]
	if !ok || name == "substring3" {
		p.at = at
		return odataExpr{}, p.fault("a function that is known: contains, startswith, endswith, length, indexof, substring, tolower, toupper, trim, concat, round, floor, ceiling, year, month, day, hour, minute, second, date")
	}
	if err := p.enter(); err != nil {
		return odataExpr{}, err
	}
	defer func() { p.depth-- }()
	var list []any
	out := odataExpr{kind: f.kind}
	for i := 0; ; i++ {
		if i == len(f.args) && name == "substring" {
			f = odataFunctions["substring3"]
		}
		start := p.at
		e, err := p.sum()
		if err != nil {
			return e, err
		}
		fits := i < len(f.args) && !e.null
		if fits {
			switch f.args[i] {
			case 't':
				fits = e.kind == textKind
			case 'n':
				fits = numeric(e.kind)
			default:
				fits = e.kind == dayKind || e.kind == timeKind
			}
		}
		if !fits {
			p.at = start
			return e, p.fault("what " + name + " takes")
		}
		list, out.args = append(list, e.sql), join(out.args, e.args)
		if p.char(')') {
			break
		}
		if !p.char(',') {
			return e, p.fault("a comma or a closing parenthesis")
		}
	}
	if len(list) != len(f.args) {
		return out, p.fault(fmt.Sprintf("%d arguments of %s", len(f.args), name))
	}
	out.sql = fmt.Sprintf(f.sql, list...)
	return out, nil
}
