package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright/tabular"
)

// styleRows is the size of a file up to which every cell is looked at before
// it is staged. Beyond it, a column is looked at when some of its cells are not
// understood.
const styleRows = 3_000_000

// dress wraps the columns of a spec whose cells are not written plainly, as the
// whole column tells: as_number, as_day, as_code. Expressions are left alone.
func (st *stager) dress(ctx context.Context, s *seen, spec *TableSpec) error {
	t := TableNamed(spec.Table)
	if s.src.in.format == "parquet" {
		return nil // its columns have types
	}
	numbers := map[int]*tabular.Numbers{}
	days := map[int]*tabular.Days{}
	at := map[int]int{}
	for i, c := range spec.Columns {
		col := t.Column(c.Name)
		k := slices.IndexFunc(s.cols, func(p profile) bool { return p.title == c.Expr })
		if col == nil || k < 0 {
			continue
		}
		at[i] = k
		switch col.Type {
		case Qty, Float, Int, Length:
			n, err := st.numberCells(ctx, s, s.cols[k].title)
			if err != nil {
				return err
			}
			numbers[i] = n
		case Date:
			d, err := st.dayCells(ctx, s, s.cols[k].title)
			if err != nil {
				return err
			}
			days[i] = d
		}
	}
	decimal, order := "", ""
	for _, n := range numbers {
		if n != nil && n.Comma > 0 && n.Point == 0 {
			decimal = tabular.CommaNumbers
		}
	}
	if s.src.text != nil && s.src.text.delim == ';' && decimal == "" {
		decimal = tabular.CommaNumbers // such files come from where the comma is a decimal sign
		for _, n := range numbers {
			if n != nil && n.Point > 0 {
				decimal = ""
			}
		}
	}
	told := map[string]bool{}
	for _, d := range days {
		if d == nil {
			continue
		}
		if o := d.Order(""); o == tabular.OrderDMY || o == tabular.OrderMDY {
			told[o] = true
		}
	}
	if len(told) == 1 {
		order = sortedKeys(told)[0]
	}
	for i := range spec.Columns {
		c := &spec.Columns[i]
		k, ok := at[i]
		if !ok {
			continue
		}
		title := quote(s.cols[k].title)
		col := t.Column(c.Name)
		switch {
		case col.Type == Ref && col.Of == "items" && s.cols[k].share(s.cols[k].display) > 0.9:
			c.Expr = fmt.Sprintf(`coalesce(nullif(regexp_extract(%[1]s, '^\[([^\]]+)\] ', 1), ''), %[1]s)`, title)
			s.reasons = append(s.reasons, "the code stands in brackets before the name in "+s.cols[k].title)
		case numbers[i] != nil:
			n := numbers[i]
			if n.Point+n.Comma+n.Either+n.Signs+n.Percent == 0 && !n.Empty {
				break
			}
			style := n.Style(decimal)
			e := fmt.Sprintf("as_number(%s, '%s')", title, style)
			if n.Percent > 0 && !strings.HasSuffix(c.Name, "_pct") {
				e = fmt.Sprintf("num(%s) / 100", e)
			}
			c.Expr = e
			if style == tabular.CommaNumbers {
				s.reasons = append(s.reasons, s.cols[k].title+" has decimal commas")
			}
		case days[i] != nil:
			o := days[i].Order(order)
			if o == tabular.OrderISO && !days[i].Empty {
				break
			}
			if o == tabular.OrderISO {
				o = tabular.OrderYMD
			}
			if o == tabular.OrderSerial && (s.in.format == "xlsx" || s.in.format == "xmlss") {
				break // typing knows serial days of workbooks
			}
			c.Expr = fmt.Sprintf("as_day(%s, '%s')", title, o)
			switch o {
			case tabular.OrderUnknown:
				s.reasons = append(s.reasons, s.cols[k].title+": day or month first cannot be told; say 'dmy' or 'mdy' in the mapping")
			case tabular.OrderDMY, tabular.OrderMDY:
				s.reasons = append(s.reasons, s.cols[k].title+" is written "+map[string]string{"dmy": "day", "mdy": "month"}[o]+" first")
			}
		case col != nil && (col.Type == Ref || col.Type == Text) && slices.ContainsFunc(s.cols[k].examples, dressed):
			c.Expr = "as_code(" + title + ")"
		}
		if c.Name == "lead_time_days" || c.Name == "scrap_pct" {
			st.unit(s, k, c)
		}
	}
	if slices.ContainsFunc(spec.Columns, func(c ColumnSpec) bool { return strings.Contains(c.Expr, "as_") }) {
		return st.expr.styles(ctx)
	}
	return nil
}

// dressed says whether a code is written so that spreadsheets keep its zeros:
// ="00123" or '00123.
func dressed(c string) bool {
	return strings.HasPrefix(c, `="`) && strings.HasSuffix(c, `"`) || len(c) > 1 && c[0] == '\''
}

// unit tells lead times in weeks or seconds and scrap in fractions by title and
// values.
func (st *stager) unit(s *seen, k int, c *ColumnSpec) {
	p := &s.cols[k]
	lower := strings.ToLower(p.title)
	e := asColumn(s, c.Expr)
	switch {
	case c.Name == "lead_time_days" && (strings.Contains(lower, "week") || strings.Contains(lower, "周") || strings.Contains(lower, "週")) && !strings.Contains(lower, "周期"):
		c.Expr = "num(" + e + ") * 7"
		s.reasons = append(s.reasons, p.title+" is in weeks")
	case c.Name == "lead_time_days" && p.most >= 3600 && p.whole:
		c.Expr = "num(" + e + ") / 86400"
		s.reasons = append(s.reasons, p.title+" is in seconds")
	case c.Name == "scrap_pct" && p.most > 0 && p.most <= 0.3 && !strings.Contains(p.title, "%"):
		c.Expr = "num(" + e + ") * 100"
		s.reasons = append(s.reasons, p.title+" is a fraction")
	}
}

// numberCells gathers what the cells of a column that are no plain numbers say;
// nil for a column that is plain.
func (st *stager) numberCells(ctx context.Context, s *seen, title string) (*tabular.Numbers, error) {
	col := "trim(CAST(" + quote(title) + " AS VARCHAR))"
	from := s.src.from
	if s.src.rows > styleRows {
		from = fmt.Sprintf("(SELECT * FROM %s LIMIT 100000)", from)
	}
	// Where some cells are not plain, those with a point tell about it.
	rows, err := st.c.Query(ctx, fmt.Sprintf(`WITH c AS (SELECT %s AS x FROM %s), odd AS (SELECT x, count(*) AS n FROM c WHERE x <> '' AND NOT regexp_full_match(x, '%s') GROUP BY x ORDER BY n DESC, x LIMIT 20000)
		SELECT x, n FROM odd UNION ALL SELECT x, n FROM (SELECT x, count(*) AS n FROM c WHERE contains(x, '.') AND EXISTS (FROM odd) GROUP BY x ORDER BY n DESC, x LIMIT 2000) WHERE regexp_full_match(x, '%s')`, col, from, patNumber, patNumber))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var n *tabular.Numbers
	for rows.Next() {
		var x string
		var k int64
		if err := rows.Scan(&x, &k); err != nil {
			return nil, err
		}
		if n == nil {
			n = &tabular.Numbers{}
		}
		n.Add(strings.Trim(x, blanks), k)
	}
	return n, rows.Err()
}

// dayCells gathers what the cells of a column that are no plain days say; nil
// for a column that is plain.
func (st *stager) dayCells(ctx context.Context, s *seen, title string) (*tabular.Days, error) {
	from := s.src.from
	if s.src.rows > styleRows {
		from = fmt.Sprintf("(SELECT * FROM %s LIMIT 100000)", from)
	}
	rows, err := st.c.Query(ctx, fmt.Sprintf("SELECT x, count(*) AS n FROM (SELECT trim(CAST(%s AS VARCHAR)) AS x FROM %s) WHERE x <> '' AND NOT regexp_full_match(x, '%s') GROUP BY x LIMIT 100000", quote(title), from, patDate))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var d *tabular.Days
	for rows.Next() {
		var x string
		var k int64
		if err := rows.Scan(&x, &k); err != nil {
			return nil, err
		}
		if d == nil {
			d = &tabular.Days{}
		}
		d.Add(strings.Trim(x, blanks), k)
	}
	if d != nil {
		// A column that mixes plain days with a few serial ones is not a
		// column of serial days.
		var plain int64
		if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT trim(CAST(%s AS VARCHAR)) AS x FROM %s) WHERE regexp_full_match(x, '%s')", quote(title), from, patDate), nil, &plain); err != nil {
			return nil, err
		}
		d.ISO += plain
	}
	return d, rows.Err()
}

// styleMacros are what dress writes into mappings, for all expressions. A cell that is not
// understood comes back as it is, so that it is set aside with its own text.
const styleMacros = `
CREATE OR REPLACE TEMP MACRO plain_text(x) AS trim(translate(CAST(x AS VARCHAR), '０１２３４５６７８９．，－−＋％（）／：' || chr(12288) || chr(160) || chr(8239) || chr(8217), '0123456789.,--+%()/:   '''));
CREATE OR REPLACE TEMP MACRO no_value(x) AS x IN ('', '-', '--', '—', 'N/A', 'n/a', 'NA', 'NULL', 'null', '#N/A', 'None', 'none', 'NaN', 'nan', '无', '\N');
CREATE OR REPLACE TEMP MACRO number_text(s, dp) AS CASE WHEN dp = ',' THEN
		CASE WHEN regexp_full_match(s, '[+-]?([0-9]{1,3}([. ''][0-9]{3})+|[0-9]+)(,[0-9]*)?') THEN replace(regexp_replace(s, '[. '']', '', 'g'), ',', '.')
			WHEN regexp_full_match(s, '[+-]?[0-9]*\.[0-9]+') AND NOT regexp_full_match(s, '[+-]?[0-9]{1,3}\.[0-9]{3}') THEN s END
	WHEN regexp_full_match(s, '[+-]?([0-9]{1,3}([, ''][0-9]{3})+|[0-9]{1,3}(,[0-9]{2})*,[0-9]{3}|[0-9]+)(\.[0-9]*)?') OR regexp_full_match(s, '` + patNumber + `') THEN regexp_replace(s, '[, '']', '', 'g') END;
CREATE OR REPLACE TEMP MACRO number_times(s, dp, k) AS CAST(TRY_CAST(number_text(s, dp) AS DECIMAL(38,10)) * k AS VARCHAR);
CREATE OR REPLACE TEMP MACRO number_signed(s, dp) AS CASE
	WHEN s LIKE '%万' THEN number_times(trim(left(s, length(s) - 1)), dp, 10000) WHEN s LIKE '%亿' THEN number_times(trim(left(s, length(s) - 1)), dp, 100000000)
	WHEN s LIKE '(%)' THEN '-' || number_text(trim(s[2:-2]), dp) WHEN s LIKE '%-' THEN '-' || number_text(s[:-2], dp) WHEN s LIKE '%+' THEN number_text(s[:-2], dp)
	ELSE number_text(s, dp) END;
CREATE OR REPLACE TEMP MACRO number_bare(x) AS trim(regexp_replace(regexp_replace(plain_text(x), '^[¥￥$€£]+ *', ''), ' *(元|RMB|CNY|USD|EUR|€|%)$', ''));
CREATE OR REPLACE TEMP MACRO as_number(x, dp) AS CASE WHEN no_value(trim(CAST(x AS VARCHAR))) THEN NULL ELSE coalesce(number_signed(number_bare(x), dp), CAST(x AS VARCHAR)) END;
CREATE OR REPLACE TEMP MACRO day_text(x) AS CASE WHEN regexp_matches(CAST(x AS VARCHAR), '[年月]') THEN trim(rtrim(trim(replace(replace(replace(replace(plain_text(x), '年', '-'), '月', '-'), '日', ' '), '号', ' ')), '-')) ELSE trim(plain_text(x)) END;
CREATE OR REPLACE TEMP MACRO day_of(y, m, d) AS CAST(TRY_CAST(CASE WHEN length(y) = 2 THEN '20' || y ELSE y END || '-' || lpad(m, 2, '0') || '-' || lpad(d, 2, '0') AS DATE) AS VARCHAR);
CREATE OR REPLACE TEMP MACRO month_of(m) AS CAST((instr('janfebmaraprmayjunjulaugsepoctnovdec', lower(left(m, 3))) + 2) // 3 AS VARCHAR);
CREATE OR REPLACE TEMP MACRO day_short(a, b, c, sg, od) AS CASE WHEN od = 'ymd' THEN day_of(a, b, c)
	WHEN od = 'dmy' OR od = '?' AND (CAST(a AS INTEGER) > 12 OR sg = '.' OR a = b) THEN day_of(c, b, a)
	WHEN od = 'mdy' OR od = '?' AND CAST(b AS INTEGER) > 12 THEN day_of(c, a, b) END;
CREATE OR REPLACE TEMP MACRO day_any(s, od) AS CASE
	WHEN regexp_matches(s, '^[0-9]{4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,2}([T ].*[0-9]{1,2}:[0-9]{2}.*| +\pL[\pL .]*)?$') THEN day_of(regexp_extract(s, '^([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})', 1), regexp_extract(s, '^([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})', 2), regexp_extract(s, '^([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})', 3))
	WHEN regexp_matches(s, '^[0-9]{8}([T ].*[0-9]{1,2}:[0-9]{2}.*| +\pL[\pL .]*)?$') THEN day_of(s[1:4], s[5:6], s[7:8])
	WHEN regexp_full_match(s, '(19|20|21)[0-9]{2}([-/.](0?[1-9]|1[0-2])|(0[1-9]|1[0-2]))') THEN day_of(s[1:4], regexp_extract(s, '([0-9]{1,2})$', 1), '1')
	WHEN od = 'serial' AND regexp_full_match(s, '[2-7][0-9]{4}(\.[0-9]+)?') THEN CAST(DATE '1899-12-30' + CAST(left(s, 5) AS INTEGER) AS VARCHAR)
	WHEN regexp_matches(s, '^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ]([0-9]{4}|[0-9]{2})([T ,].*[0-9]{1,2}:[0-9]{2}.*| +\pL[\pL .]*)?$') THEN day_short(regexp_extract(s, '^([0-9]+)', 1), regexp_extract(s, '^[0-9]+[-/. ]([0-9]+)', 1), regexp_extract(s, '^[0-9]+[-/. ][0-9]+[-/. ]([0-9]+)', 1), regexp_extract(s, '^[0-9]+([-/. ])', 1), od)
	WHEN regexp_matches(s, '(?i)^[0-9]{1,2}[- ./]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[- ./,]*([0-9]{4}|[0-9]{2})([T ,].*[0-9]{1,2}:[0-9]{2}.*| +\pL[\pL .]*)?$') THEN day_of(regexp_extract(s, '^[0-9]+[- ./]?[A-Za-z]+\.?[- ./,]*([0-9]+)', 1), month_of(regexp_extract(s, '([A-Za-z]+)', 1)), regexp_extract(s, '^([0-9]+)', 1))
	WHEN regexp_matches(s, '(?i)^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[- ./]*[0-9]{1,2}[- ,./]+([0-9]{4}|[0-9]{2})([T ,].*[0-9]{1,2}:[0-9]{2}.*| +\pL[\pL .]*)?$') THEN day_of(regexp_extract(s, '^[A-Za-z]+\.?[- ./]*[0-9]+[- ,./]+([0-9]+)', 1), month_of(s), regexp_extract(s, '^[A-Za-z]+\.?[- ./]*([0-9]+)', 1))
	END;
CREATE OR REPLACE TEMP MACRO as_day(x, od) AS CASE WHEN no_value(trim(CAST(x AS VARCHAR))) THEN NULL ELSE coalesce(day_any(day_text(x), od), CAST(x AS VARCHAR)) END;
CREATE OR REPLACE TEMP MACRO as_code(x) AS regexp_replace(regexp_replace(trim(CAST(x AS VARCHAR)), '^="(.*)"$', '\1'), '^''', '');
`
