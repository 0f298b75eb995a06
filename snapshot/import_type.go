package snapshot

import (
	"fmt"
	"strconv"
	"strings"

	"planwright"
)

// problem is one way in which a cell can be unusable: its rows are set aside.
type problem struct {
	code   planwright.Code
	column string // of the table, or of the source
	reason string
	cond   string // SQL over the columns of the last but one step
	cell   string // SQL of the text to show
}

// notice is one way in which a cell is kept but not as it came.
type notice struct {
	code   planwright.Code
	column string
	reason string
	cond   string
}

// typing turns the columns of one spec into the types of the table, in steps
// that each see the columns of the step before: s texts, p first attempts, v
// values.
type typing struct {
	steps    [3][]string
	spaces   bool     // no blanks but spaces stand around cells
	values   []string // v columns with their names in the table
	fixed    []bool   // of values: the same in every row
	problems []problem
	notices  []notice
}

const (
	patPlain  = `[+-]?[0-9]{1,12}(\.[0-9]{0,6})?`
	patNumber = `[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?`
	patWhole  = `[+-]?[0-9]{1,9}(\.0*)?`
	patDate   = `[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?( ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?))?)?`
	patSerial = `[0-9]{1,6}(\.[0-9]+)?`
	day0      = `DATE '1970-01-01'`
	dayN      = `DATE '2199-12-31'`
)

// blanks are what surrounds a cell without being part of it.
const blanks = " \t\r\n\u00a0\u3000\ufeff"

// stagingMacros are the functions that typing uses.
const stagingMacros = `
CREATE OR REPLACE TEMP MACRO num(x) AS CASE WHEN regexp_full_match(trim(x), '` + patNumber + `') THEN TRY_CAST(trim(x) AS DECIMAL(38,6)) END;
CREATE OR REPLACE TEMP MACRO qty_exact(s) AS TRY_CAST(s AS DECIMAL(38,20));
CREATE OR REPLACE TEMP MACRO qty_even(d, q) AS CASE WHEN abs(CAST(q AS DECIMAL(38,20)) - d) = CAST(0.0000005 AS DECIMAL(38,20))
	AND CAST(abs(q) * 1000000 AS BIGINT) % 2 = 1 THEN CAST(q - CASE WHEN d < 0 THEN -0.000001 ELSE 0.000001 END AS DECIMAL(18,6)) ELSE q END;
CREATE OR REPLACE TEMP MACRO qty_slow(s) AS qty_even(qty_exact(s), TRY_CAST(qty_exact(s) AS DECIMAL(18,6)));
`

// numeric says whether DuckDB's type holds numbers, and whether they are binary
// floating point.
func numeric(t string) (is, float bool) {
	switch t {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT":
		return true, false
	case "DOUBLE", "FLOAT":
		return true, true
	}
	return strings.HasPrefix(t, "DECIMAL"), false
}

// scaleOf returns the decimals of a number type that is exact.
func scaleOf(t string) int {
	_, rest, ok := strings.Cut(strings.TrimSuffix(t, ")"), ",")
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(rest))
	if err != nil {
		return 38
	}
	return n
}

// add types one column: src is the SQL of its source, "" where the spec leaves
// it empty. excel says that dates may come as serial numbers; keepEmpty that
// no default is filled in.
func (t *typing) add(i int, c *Column, src, typ string, excel, keepEmpty bool) {
	s, p, v := fmt.Sprintf("s%d", i), fmt.Sprintf("p%d", i), fmt.Sprintf("v%d", i)
	name := quote(c.Name)
	def := ""
	if c.Default != "" && !keepEmpty && c.Type != Ref {
		def = literal(c.Default)
	}
	if src == "" {
		if def == "" {
			def = "NULL"
		}
		t.value(fmt.Sprintf("CAST(%s AS %s) AS %s", def, c.Type.sqlType(), name), true)
		return
	}
	isNum, isFloat := numeric(typ)
	text, exact := false, false
	switch {
	case typ == "VARCHAR":
		t.step(0, s, t.trim(src))
		text = true
	case isFloat && (c.Type == Qty || c.Type == Float):
		t.step(0, s, fmt.Sprintf("CASE WHEN NOT isnan(%s) THEN CAST(%s AS DOUBLE) END", src, src))
	case isNum && c.Type == Float:
		t.step(0, s, fmt.Sprintf("CAST(%s AS DOUBLE)", src))
	case isNum && c.Type == Qty && scaleOf(typ) <= 6:
		t.step(0, s, src)
		exact = true
	case c.Type == Date && (typ == "DATE" || strings.HasPrefix(typ, "TIMESTAMP")):
		if typ == "TIMESTAMP WITH TIME ZONE" {
			src = "(" + src + ") AT TIME ZONE 'UTC'"
		}
		t.step(0, s, fmt.Sprintf("TRY_CAST(%s AS DATE)", src))
	case isFloat:
		// Ids and whole numbers that a data frame turned into 1001.0.
		t.step(0, s, fmt.Sprintf("CASE WHEN isnan(%[1]s) THEN NULL WHEN abs(%[1]s) < 1e15 AND trunc(%[1]s) = %[1]s THEN CAST(CAST(%[1]s AS BIGINT) AS VARCHAR) ELSE CAST(%[1]s AS VARCHAR) END", src))
		text = true
	default:
		t.step(0, s, t.trim("CAST("+src+" AS VARCHAR)"))
		text = true
	}
	show := s
	if !text {
		show = "CAST(" + s + " AS VARCHAR)"
	}
	bad := func(code planwright.Code, reason, cond string) {
		t.problems = append(t.problems, problem{code, c.Name, reason, cond, show})
	}
	if c.Required && c.Default == "" {
		bad(planwright.CodeMissingValue, "is empty", s+" IS NULL")
	}
	value, given := v, s+" IS NOT NULL"
	notNumber := "NOT regexp_full_match(" + s + ", '" + patNumber + "')"
	switch c.Type {
	case Text, Ref:
		t.step(2, v, s)
		if text && (c.Type == Ref && c.Of == "items" || c.Required && strings.HasSuffix(c.Name, "_id")) {
			bad(planwright.CodeDestroyedCode, "was a code: a spreadsheet made a number of it", "contains("+s+", 'E+') AND regexp_full_match("+s+", '[1-9](\\.[0-9]+)?E\\+[0-9]{2,3}')")
		}
	case Enum:
		t.enum(c, s, v, bad)
	case Qty:
		switch {
		case exact:
			t.step(2, v, fmt.Sprintf("TRY_CAST(%s AS DECIMAL(18,6))", s))
		case text:
			t.step(1, p, fmt.Sprintf("regexp_full_match(%s, '%s')", s, patPlain))
			t.step(2, v, fmt.Sprintf("CASE WHEN %s IS NULL THEN NULL WHEN %s THEN TRY_CAST(%s AS DECIMAL(18,6)) WHEN regexp_full_match(%s, '%s') THEN qty_slow(%s) END", s, p, s, s, patNumber, s))
			bad(planwright.CodeBadNumber, "is not a number", given+" AND "+v+" IS NULL AND "+notNumber)
			t.notice(planwright.CodePrecision, c.Name, "rounded to 6 decimals", fmt.Sprintf("NOT %s AND qty_exact(%s) <> CAST(%s AS DECIMAL(38,20))", p, s, v))
		default:
			t.step(2, v, fmt.Sprintf("TRY_CAST(round_even(%s, 6) AS DECIMAL(18,6))", s))
			t.notice(planwright.CodePrecision, c.Name, "rounded to 6 decimals", fmt.Sprintf("abs(%s - CAST(%s AS DOUBLE)) > 1e-9 * greatest(1, abs(%s))", s, v, s))
		}
		bad(planwright.CodeQtyRange, "is beyond 999,999,999,999.999999", given+" AND "+v+" IS NULL")
		if c.Min {
			bad(planwright.CodeNegativeQty, "is negative", v+" < 0")
		}
	case Float:
		if text {
			t.step(2, v, fmt.Sprintf("CASE WHEN regexp_full_match(%s, '%s') THEN TRY_CAST(%s AS DOUBLE) END", s, patNumber, s))
			bad(planwright.CodeBadNumber, "is not a number", given+" AND "+v+" IS NULL")
		} else {
			t.step(2, v, s)
		}
		bad(planwright.CodeQtyRange, "is beyond 999,999,999,999.999999", given+" AND abs("+v+") >= 1e12")
		if c.Min {
			bad(planwright.CodeNegativeQty, "is negative", v+" < 0")
		}
	case Int, Length:
		t.step(1, p, fmt.Sprintf("CASE WHEN regexp_full_match(%s, '%s') THEN TRY_CAST(%s AS DOUBLE) END", s, patNumber, s))
		t.step(2, v, fmt.Sprintf("TRY_CAST(ceil(%s) AS INTEGER)", p))
		bad(planwright.CodeBadNumber, "is not a number", given+" AND "+p+" IS NULL")
		if c.Type == Int {
			bad(planwright.CodeBadNumber, "is not a whole number", p+" <> trunc("+p+")")
		} else {
			t.notice(planwright.CodePrecision, c.Name, "rounded up to whole days", p+" <> trunc("+p+")")
		}
		bad(planwright.CodeQtyRange, "is beyond the range of whole numbers", given+" AND "+v+" IS NULL")
		if c.Min {
			bad(planwright.CodeNegativeQty, "is negative", p+" < 0")
		}
	case Bool:
		t.step(2, v, fmt.Sprintf("CASE WHEN lower(%[1]s) IN ('true','t','yes','y','1','是') THEN true WHEN lower(%[1]s) IN ('false','f','no','n','0','否') THEN false END", s))
		bad(planwright.CodeUnknownColumnValue, "is neither true nor false", given+" AND "+v+" IS NULL")
	case Date:
		value = t.date(c, s, p, v, text, excel, bad)
	}
	if def != "" {
		value = fmt.Sprintf("coalesce(%s, CAST(%s AS %s))", value, def, c.Type.sqlType())
	}
	t.value(value+" AS "+name, false)
}

// value adds a column of the table; fixed: it is the same in every row.
func (t *typing) value(sql string, fixed bool) {
	t.values, t.fixed = append(t.values, sql), append(t.fixed, fixed)
}

// trim takes the blanks off a text; NULL where nothing is left. Looking for
// other blanks than spaces costs more than all the rest.
func (t *typing) trim(src string) string {
	if t.spaces {
		return "nullif(trim(" + src + "), '')"
	}
	return fmt.Sprintf("nullif(CASE WHEN regexp_matches(%[1]s, '[%[2]s]') THEN trim(%[1]s, '%[2]s') ELSE trim(%[1]s) END, '')", src, blanks)
}

func (t *typing) enum(c *Column, s, v string, bad func(planwright.Code, string, string)) {
	var quoted, cases []string
	for _, x := range c.Values {
		quoted = append(quoted, literal(strings.ToLower(x)))
		if strings.ToLower(x) != x {
			cases = append(cases, fmt.Sprintf("WHEN %s THEN %s", literal(strings.ToLower(x)), literal(x)))
		}
	}
	lower := "lower(" + s + ")"
	if len(cases) > 0 {
		t.step(2, v, fmt.Sprintf("CASE %s %s ELSE %s END", lower, strings.Join(cases, " "), lower))
	} else {
		t.step(2, v, lower)
	}
	bad(planwright.CodeUnknownColumnValue, "is not one of "+strings.Join(c.Values, ", "), lower+" NOT IN ("+strings.Join(quoted, ", ")+")")
}

// openEnded are the columns in which a day beyond the calendar means: no end,
// or since ever. Other systems have no empty date.
var openEnded = map[string]bool{"effective_from": true, "effective_to": true, "effective_out_on": true, "expires_on": true}

func (t *typing) date(c *Column, s, p, v string, text, excel bool, bad func(planwright.Code, string, string)) (value string) {
	if text {
		t.step(1, p, fmt.Sprintf("TRY_CAST(%s AS DATE)", s))
		serial := ""
		if excel {
			serial = fmt.Sprintf(" WHEN regexp_full_match(%s, '%s') THEN DATE '1899-12-30' + CAST(floor(CAST(%s AS DOUBLE)) AS INTEGER)", s, patSerial, s)
		}
		t.step(2, v, fmt.Sprintf(`CASE WHEN CAST(%[1]s AS VARCHAR) = %[2]s AND isfinite(%[1]s) THEN %[1]s WHEN regexp_full_match(%[2]s, '%[3]s') THEN
			TRY_CAST(replace(regexp_extract(%[2]s, '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}'), '/', '-') AS DATE)%[4]s END`, p, s, patDate, serial))
		bad(planwright.CodeBadDate, "is not a date like 2026-07-01", s+" IS NOT NULL AND "+v+" IS NULL")
	} else {
		t.step(2, v, s)
	}
	outside := fmt.Sprintf("(%s < %s OR %s > %s)", v, day0, v, dayN)
	if openEnded[c.Name] && !c.Required {
		t.notice(planwright.CodeDateRange, c.Name, "outside 1970 to 2199: read as without limit", outside)
		return fmt.Sprintf("CASE WHEN NOT %s THEN %s END", outside, v)
	}
	bad(planwright.CodeDateRange, "is outside 1970-01-01 to 2199-12-31", outside)
	return v
}

func (t *typing) step(k int, name, sql string) {
	t.steps[k] = append(t.steps[k], sql+" AS "+name)
}

func (t *typing) notice(code planwright.Code, column, reason, cond string) {
	if len(t.notices) < 62 { // bits of __warn
		t.notices = append(t.notices, notice{code, column, reason, cond})
	}
}

// extra types a column that the data set does not know: text, trimmed.
func (t *typing) extra(i int, name, src, typ string) {
	s := fmt.Sprintf("s%d", i)
	if typ != "VARCHAR" {
		src = "CAST(" + src + " AS VARCHAR)"
	}
	t.step(0, s, t.trim(src))
	t.value(s+" AS "+quote(name), false)
}

// sql returns the SELECT of the typed rows over a relation; carry are columns
// of the relation that pass through. Every row has __err (1 + the index of its
// first problem, NULL for none), __bad (the cell it is about) and __warn (a
// bit for each notice).
func (t *typing) sql(from, where string, carry []string) string {
	first := orOne(t.steps[0])
	for i, c := range carry {
		first = append(first, c)
		carry[i] = c[strings.LastIndexByte(c, '.')+1:]
	}
	from = "(SELECT " + strings.Join(first, ", ") + " FROM " + from + where + ")"
	for _, k := range []int{1, 2} {
		if len(t.steps[k]) > 0 {
			from = "(SELECT *, " + strings.Join(t.steps[k], ", ") + " FROM " + from + ")"
		}
	}
	var errs, cells, warns strings.Builder
	for i, p := range t.problems {
		fmt.Fprintf(&errs, " WHEN %s THEN %d", p.cond, i+1)
		fmt.Fprintf(&cells, " WHEN %d THEN %s", i+1, p.cell)
	}
	for i, n := range t.notices {
		if i > 0 {
			warns.WriteString(" + ")
		}
		fmt.Fprintf(&warns, "CASE WHEN %s THEN %d ELSE 0 END", n.cond, int64(1)<<i)
	}
	err, cell, warn := "CAST(NULL AS SMALLINT)", "CAST(NULL AS VARCHAR)", "CAST(0 AS BIGINT)"
	if len(t.problems) > 0 {
		err = "CAST(CASE" + errs.String() + " END AS SMALLINT)"
		cell = "CASE __err" + cells.String() + " END"
	}
	if len(t.notices) > 0 {
		warn = "CAST(" + warns.String() + " AS BIGINT)"
	}
	out := append(append([]string{}, carry...), t.values...)
	return "SELECT " + strings.Join(out, ", ") + ", __err, " + cell + " AS __bad, __warn FROM (SELECT *, " + err + " AS __err, " + warn + " AS __warn FROM " + from + ")"
}

func orOne(cols []string) []string {
	if len(cols) == 0 {
		return []string{"1 AS s_none"}
	}
	return cols
}
