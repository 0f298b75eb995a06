package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright"
)

// importer turns staged rows into a snapshot. It works in the draft's
// database, with the staging database attached for reading.
type importer struct {
	c       *Conn
	specs   []*staged
	byTable map[string][]*staged
	asOf    planwright.Day
	asOfBy  string
	spoiled map[int]bool // sources with rows in bad
	site    string       // default of site_id, "" where a row must name it
	placed  bool         // there is a temp table places
	note    func(stage string, done, total int64)
}

// huge are the tables that no Go code and no sort but the last one touches row
// by row, and whose rows do not carry where they came from.
var huge = map[string]bool{"demand_history": true, "movements": true}

// merged is the code, in table bad, of a row equal to one before it.
const merged = "MERGED"

// attach makes the staged rows visible and takes those out that a cell spoils.
func (im *importer) attach(ctx context.Context, path string) error {
	var b strings.Builder
	fmt.Fprintf(&b, followed+"ATTACH %s AS stg (READ_ONLY);\n", literal(path))
	b.WriteString("CREATE TEMP TABLE bad (src INTEGER, row BIGINT, code VARCHAR, reason VARCHAR, n BIGINT);\nCREATE TEMP TABLE files (src INTEGER, file VARCHAR);\n")
	for _, s := range im.specs {
		fmt.Fprintf(&b, "INSERT INTO files VALUES (%d, %s);\n", s.k, literal(s.src.in.name))
		if s.src.notObject > 0 {
			fmt.Fprintf(&b, "INSERT INTO bad SELECT %d, __row, 'RAGGED_ROW', '%s', 1 FROM stg.%s WHERE NOT ok;\n", s.k, notObject, s.src.json)
		}
		if len(s.problems) > 0 {
			fmt.Fprintf(&b, "INSERT INTO bad SELECT %d, %s, e.code, e.reason || coalesce(': ' || left(t.__bad, 100), ''), %s FROM stg.%s t JOIN (VALUES %s) e(i, code, reason) ON e.i = t.__err WHERE t.__err IS NOT NULL;\n",
				s.k, s.rowSQL(), s.nSQL(), s.name(), problemRows(s.problems))
		}
		if len(s.ungroup) > 0 {
			fmt.Fprintf(&b, "INSERT INTO bad SELECT %d, t.row, e.code, e.reason || coalesce(': ' || left(t.cell, 100), ''), 1 FROM stg.b_%d t JOIN (VALUES %s) e(i, code, reason) ON e.i = t.err;\n",
				s.k, s.k, problemRows(s.ungroup))
		}
	}
	// 128 bits hold the product of two quantities; half goes to even.
	b.WriteString(`CREATE TEMP MACRO muldiv_int(n, d) AS (n // d) + CASE WHEN 2 * (abs(n) % d) > d OR 2 * (abs(n) % d) = d AND abs(n // d) % 2 = 1 THEN sign(n) ELSE 0 END;
CREATE TEMP MACRO millionths(q) AS CAST(CAST(q AS DECIMAL(38,6)) * 1000000 AS HUGEINT);
CREATE TEMP MACRO muldiv(q, f, p) AS TRY_CAST(CAST(muldiv_int(millionths(q) * millionths(f), millionths(p)) AS DECIMAL(38,0)) * CAST(0.000001 AS DECIMAL(6,6)) AS DECIMAL(18,6));
`)
	return im.setAside(ctx, nil, b.String())
}

func problemRows(list []problem) string {
	rows := make([]string, len(list))
	for i, p := range list {
		rows[i] = fmt.Sprintf("(%d, %s, %s)", i+1, literal(p.code.String()), literal(p.column+" "+p.reason))
	}
	return strings.Join(rows, ", ")
}

// rowSQL is the number of a staged row in its file.
func (s *staged) rowSQL() string {
	if s.hasRow || s.grouped || s.bulk != nil {
		return "t.__row"
	}
	if s.src.in.format == "parquet" {
		return "t.rowid + 1"
	}
	return "t.rowid + 2" // the header is row 1
}

func (s *staged) nSQL() string {
	if s.grouped {
		return "t.__n"
	}
	return "1"
}

// extrasOf returns the extra columns of a table, from all its files.
func (im *importer) extrasOf(table string) []string {
	var all []string
	for _, s := range im.byTable[table] {
		for _, x := range s.extras {
			if !slices.Contains(all, x) {
				all = append(all, x)
			}
		}
	}
	return all
}

// setAside runs statements that put rows of a table into bad, and takes these
// rows out of its view.
func (im *importer) setAside(ctx context.Context, t *Table, query string, args ...any) error {
	if err := im.c.Exec(ctx, query, args...); err != nil {
		return err
	}
	rows, err := im.c.Query(ctx, "SELECT DISTINCT src FROM bad")
	if err != nil {
		return err
	}
	defer rows.Close()
	news := false
	for rows.Next() {
		var src int
		if err := rows.Scan(&src); err != nil {
			return err
		}
		if !im.spoiled[src] {
			im.spoiled[src], news = true, true
		}
	}
	if err := rows.Err(); err != nil || t == nil {
		return err
	}
	rows.Close()
	if !news {
		return im.viewPairs(ctx, t)
	}
	return im.view(ctx, t)
}

// view makes temp view v_<table>: the rows of a table that nothing is wrong
// with so far. It follows table bad.
func (im *importer) view(ctx context.Context, t *Table) error {
	extras := im.extrasOf(t.Name)
	var parts []string
	for _, s := range im.byTable[t.Name] {
		cols := []string{fmt.Sprintf("%d AS __src", s.k), s.rowSQL() + " AS __row", s.nSQL() + " AS __n"}
		for i := range t.Columns {
			cols = append(cols, im.viewColumn(t, &t.Columns[i]))
		}
		for _, x := range extras {
			if slices.Contains(s.extras, x) {
				cols = append(cols, "t."+quote(x))
			} else {
				cols = append(cols, "CAST(NULL AS VARCHAR) AS "+quote(x))
			}
		}
		if s.bulk != nil {
			cols = append(cols, "t.__pair")
		}
		part := fmt.Sprintf("SELECT %s FROM stg.%s t%s", strings.Join(cols, ", "), s.name(), im.placedRows(t))
		if im.spoiled[s.k] { // the join costs more than reading the rows
			part += fmt.Sprintf(" WHERE t.__err IS NULL AND NOT EXISTS (SELECT 1 FROM bad b WHERE b.src = %d AND b.row = %s)", s.k, s.rowSQL())
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		cols := []string{"0 AS __src", "CAST(0 AS BIGINT) AS __row", "CAST(1 AS BIGINT) AS __n"}
		for i := range t.Columns {
			cols = append(cols, fmt.Sprintf("CAST(NULL AS %s) AS %s", t.Columns[i].Type.sqlType(), quote(t.Columns[i].Name)))
		}
		parts = append(parts, "SELECT "+strings.Join(cols, ", ")+" WHERE false")
	}
	if err := im.c.Exec(ctx, "CREATE OR REPLACE TEMP VIEW v_"+t.Name+" AS "+strings.Join(parts, " UNION ALL ")); err != nil {
		return err
	}
	return im.viewPairs(ctx, t)
}

func (im *importer) viewColumn(t *Table, c *Column) string {
	if c.Name == "site_id" && im.placedRows(t) != "" {
		if im.site != "" {
			return "coalesce(t.site_id, places.site_id, " + literal(im.site) + ") AS site_id"
		}
		return "coalesce(t.site_id, places.site_id) AS site_id"
	}
	if c.Type == Ref && c.Of == "sites" && c.Default != "" && im.site != "" {
		return fmt.Sprintf("coalesce(t.%s, %s) AS %s", quote(c.Name), literal(im.site), quote(c.Name))
	}
	return "t." + quote(c.Name)
}

// resolve sets rows aside that do not fit together: unknown codes, duplicate
// keys, units without conversion, dates beyond reason, cycles.
func (im *importer) resolve(ctx context.Context) error {
	if err := im.defaultSite(ctx); err != nil {
		return err
	}
	if err := im.places(ctx); err != nil {
		return err
	}
	for i := range Tables {
		if err := im.view(ctx, &Tables[i]); err != nil {
			return err
		}
	}
	for _, name := range []string{"sites", "items", "suppliers"} {
		if err := im.duplicates(ctx, TableNamed(name)); err != nil {
			return err
		}
		if name == "items" {
			if err := im.toldUnits(ctx); err != nil {
				return err
			}
			if err := im.toldNames(ctx); err != nil {
				return err
			}
		}
		if err := im.dictionary(ctx, TableNamed(name)); err != nil {
			return err
		}
	}
	if err := im.conversions(ctx); err != nil { // replaced when uoms is checked
		return err
	}
	for i := range Tables {
		t := &Tables[i]
		if numbered[t.Name] != "" || len(im.byTable[t.Name]) == 0 {
			continue
		}
		im.note("check "+t.Name, 0, im.rowsOf(t))
		if err := im.refuse(ctx, t); err != nil {
			return err
		}
		if err := im.duplicates(ctx, t); err != nil {
			return err
		}
		if t.Name == "uoms" {
			if err := im.conversions(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// defaultSite is MAIN where the data set has no table of sites, its only site
// where it has one, and none where it has several.
func (im *importer) defaultSite(ctx context.Context) error {
	im.site = "MAIN"
	if len(im.byTable["sites"]) == 0 {
		return nil
	}
	if err := im.view(ctx, TableNamed("sites")); err != nil {
		return err
	}
	var n int64
	var only string
	if _, err := im.c.Scan(ctx, "SELECT count(DISTINCT site_id), min(site_id) FROM v_sites", nil, &n, &only); err != nil {
		return err
	}
	im.site = ""
	if n == 1 {
		im.site = only
	}
	return nil
}

// duplicates sets rows aside that repeat the key of an earlier row: merged
// where they are equal, refused where they are not.
func (im *importer) duplicates(ctx context.Context, t *Table) error {
	if len(t.Key) == 0 || len(im.byTable[t.Name]) == 0 {
		return nil
	}
	var key, named, same, cols []string
	for i, k := range t.Key {
		col := quote(k)
		if k == "uom" {
			col = "lower(uom)"
		}
		key = append(key, col)
		named = append(named, fmt.Sprintf("%s AS k%d", col, i))
		same = append(same, fmt.Sprintf("d.k%d = %s", i, col))
	}
	for i := range t.Columns {
		cols = append(cols, quote(t.Columns[i].Name))
	}
	for _, x := range im.extrasOf(t.Name) {
		cols = append(cols, quote(x))
	}
	keys := strings.Join(key, ", ")
	return im.setAside(ctx, t, fmt.Sprintf(`INSERT INTO bad SELECT __src, __row, CASE WHEN same THEN '%[1]s' ELSE 'DUPLICATE_KEY' END,
		'the key of row ' || row1 || CASE WHEN src1 <> __src THEN ' of ' || (SELECT file FROM files WHERE src = src1) ELSE '' END || ' again, with other values', __n
		FROM (SELECT __src, __row, __n, row_number() OVER w AS rn, first_value(__row) OVER w AS row1, first_value(__src) OVER w AS src1,
			row(%[2]s) IS NOT DISTINCT FROM first_value(row(%[2]s)) OVER w AS same
			FROM v_%[3]s SEMI JOIN (SELECT %[5]s FROM v_%[3]s GROUP BY %[4]s HAVING count(*) > 1) d ON %[6]s
			WINDOW w AS (PARTITION BY %[4]s ORDER BY __src, __row ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
		WHERE rn > 1`, merged, strings.Join(cols, ", "), t.Name, keys, strings.Join(named, ", "), strings.Join(same, " AND ")))
}

// dictionary numbers items, sites or suppliers. Where the data set lacks the
// table, it is made of the codes that the other tables use.
func (im *importer) dictionary(ctx context.Context, t *Table) error {
	id := quote(t.Columns[0].Name)
	number := numbered[t.Name]
	if err := im.addExtras(ctx, "main", t.Name); err != nil {
		return err
	}
	if len(im.byTable[t.Name]) == 0 {
		used := im.uses(t.Name)
		if t.Name == "sites" {
			used = append(used, "SELECT "+literal("MAIN")+" AS code WHERE (SELECT count(code) FROM ("+orEmpty(used)+")) = 0")
		}
		cols, vals := []string{quote(number), id}, []string{"CAST(row_number() OVER (ORDER BY code) - 1 AS INTEGER)", "code"}
		for _, c := range t.Columns[1:] {
			if t.Name == "items" && c.Name == "name" {
				cols, vals = append(cols, "name"), append(vals, "(SELECT name FROM told_names WHERE item_id = code)")
			}
			if c.Default != "" {
				v := fmt.Sprintf("CAST(%s AS %s)", literal(c.Default), c.Type.sqlType())
				if t.Name == "items" && c.Name == "uom" {
					v = fmt.Sprintf("coalesce((SELECT uom FROM told_units WHERE item_id = code), %s)", v)
				}
				cols, vals = append(cols, quote(c.Name)), append(vals, v)
			}
		}
		return im.c.Exec(ctx, fmt.Sprintf("INSERT INTO main.%s (%s) SELECT %s FROM (SELECT DISTINCT code FROM (%s) WHERE code IS NOT NULL) ORDER BY code",
			t.Name, strings.Join(cols, ", "), strings.Join(vals, ", "), orEmpty(used)))
	}
	cols, vals := []string{quote(number)}, []string{fmt.Sprintf("CAST(row_number() OVER (ORDER BY %s) - 1 AS INTEGER)", id)}
	for i := range t.Columns {
		c := &t.Columns[i]
		cols, vals = append(cols, quote(c.Name)), append(vals, dictionaryColumn(t, c))
	}
	for _, x := range im.extrasOf(t.Name) {
		cols, vals = append(cols, quote(x)), append(vals, quote(x))
	}
	from := "v_" + t.Name
	if t.Name == "items" {
		from = "(SELECT v.* REPLACE (coalesce(v.uom, told_units.uom) AS uom) FROM v_items v LEFT JOIN told_units USING (item_id))"
	}
	return im.c.Exec(ctx, fmt.Sprintf("INSERT INTO main.%s (%s) SELECT %s FROM %s t ORDER BY %s", t.Name, strings.Join(cols, ", "), strings.Join(vals, ", "), from, id))
}

func orEmpty(parts []string) string {
	if len(parts) == 0 {
		return "SELECT CAST(NULL AS VARCHAR) AS code WHERE false"
	}
	return strings.Join(parts, " UNION ALL ")
}

// countable are units of which there is no half.
const countable = "'ea', 'pcs', '个', '台', '件', '套'"

// dictionaryColumn is the stored value of a column of a dictionary. What
// cannot hold is emptied (cleared says so) rather than the item lost.
func dictionaryColumn(t *Table, c *Column) string {
	switch {
	case c.Name == "decimals":
		return "CASE WHEN decimals BETWEEN 0 AND 6 THEN decimals WHEN lower(uom) IN (" + countable + ") THEN 0 ELSE 6 END"
	case c.Type == Ref && c.Of == "items":
		return fmt.Sprintf("CASE WHEN %[1]s IN (SELECT item_id FROM v_items) THEN %[1]s END", quote(c.Name))
	case c.Type == Ref && c.Of == "calendars":
		return fmt.Sprintf("CASE WHEN %[1]s IN (SELECT calendar_id FROM v_calendars) THEN %[1]s END", quote(c.Name))
	case c.Name == "uom" && t.Name == "items":
		return "coalesce(uom, 'EA')"
	}
	return quote(c.Name)
}

// uses lists the codes of a dictionary that the rows of other tables name.
func (im *importer) uses(of string) []string {
	var parts []string
	for i := range Tables {
		t := &Tables[i]
		if len(im.byTable[t.Name]) == 0 || t.Name == of {
			continue
		}
		for _, c := range t.Columns {
			if c.Type == Ref && c.Of == of {
				parts = append(parts, fmt.Sprintf("SELECT DISTINCT %s AS code FROM %s", quote(c.Name), im.keysOf(t)))
			}
		}
	}
	return parts
}

// addExtras adds the columns that the data set does not know.
func (im *importer) addExtras(ctx context.Context, schema, table string) error {
	for _, x := range im.extrasOf(table) {
		if err := im.c.Exec(ctx, fmt.Sprintf("ALTER TABLE %s.%s ADD COLUMN %s VARCHAR", schema, table, quote(x))); err != nil {
			return err
		}
	}
	return nil
}

// rule is a condition on a row of a table that sets it aside.
type rule struct {
	code   planwright.Code
	cond   string
	reason string // SQL
}

var unknownCode = map[string]planwright.Code{
	"items": planwright.CodeUnknownItem, "sites": planwright.CodeUnknownSite, "suppliers": planwright.CodeUnknownSupplier, "calendars": planwright.CodeUnknownCalendar,
	"resources": planwright.CodeUnknownResource,
}

// refuse sets the rows of a table aside that break a rule. Of several rules the
// first counts.
func (im *importer) refuse(ctx context.Context, t *Table) error {
	var rules []rule
	var joins strings.Builder
	for i, c := range t.Columns {
		col := "t." + quote(c.Name)
		if c.Type == Ref && c.Of == "sites" && c.Default != "" && im.site == "" {
			rules = append(rules, rule{planwright.CodeMissingValue, col + " IS NULL", literal(c.Name + " is empty, and there are several sites")})
		}
		if c.Type != Ref {
			continue
		}
		id := TableNamed(c.Of).Columns[0].Name
		dict := "main." + c.Of
		if numbered[c.Of] == "" { // a table that is stored later
			dict = fmt.Sprintf("(SELECT DISTINCT %s FROM v_%s)", id, c.Of)
		}
		fmt.Fprintf(&joins, " LEFT JOIN %s r%d ON r%d.%s = %s", dict, i, i, id, col)
		rules = append(rules, rule{unknownCode[c.Of], fmt.Sprintf("%s IS NOT NULL AND r%d.%s IS NULL", col, i, id), fmt.Sprintf("'%s %s is not in table %s'", c.Name, "' || "+col+" || '", c.Of)})
	}
	rules = append(rules, im.rulesOf(t)...)
	if u := unitItem(t); u != "" {
		fmt.Fprintf(&joins, " LEFT JOIN main.items ui ON ui.item_id = t.%s", u)
		foreign := "t.uom IS NOT NULL AND lower(t.uom) <> lower(ui.uom)"
		none, convertible := "", convertible[t.Name]
		if im.converts() {
			joins.WriteString(" LEFT JOIN conv ON conv.item = ui.item AND conv.uom = lower(t.uom)")
			none = " AND conv.factor IS NULL"
		} else {
			convertible = nil
		}
		rules = append(rules, rule{planwright.CodeUOMConversion, foreign + none, "'no conversion from ' || t.uom || ' to ' || ui.uom || ' for item ' || ui.item_id"})
		for _, q := range convertible {
			rules = append(rules, rule{planwright.CodeQtyRange, fmt.Sprintf("%s AND t.%s IS NOT NULL AND muldiv(t.%s, conv.factor, conv.per) IS NULL", foreign, q, q), literal(q + " is beyond 999,999,999,999.999999 in stock units")})
		}
	}
	if len(rules) == 0 {
		return nil
	}
	var any, codes, reasons []string
	for _, r := range rules {
		any = append(any, "("+r.cond+")")
		codes = append(codes, fmt.Sprintf("WHEN %s THEN '%s'", r.cond, r.code))
		reasons = append(reasons, fmt.Sprintf("WHEN %s THEN %s", r.cond, r.reason))
	}
	from := "v_" + t.Name + " t" + joins.String()
	switch {
	case im.bulk(t):
		rows, err := im.suspects(ctx, t, joins.String(), strings.Join(any, " OR "))
		if err != nil || rows == "" {
			return err
		}
		from = rows + " t" + joins.String()
	case huge[t.Name]:
		// The rules of the two huge tables depend on item, site and day alone:
		// judge the distinct ones first.
		keys := "(SELECT item_id, site_id, max(\"on\") AS \"on\" FROM v_" + t.Name + " GROUP BY item_id, site_id) t" + joins.String()
		some, err := im.c.Scan(ctx, "SELECT 1 FROM "+keys+" WHERE "+strings.Join(any, " OR ")+" LIMIT 1", nil)
		if err != nil || !some {
			return err
		}
	}
	once := "" // of the rows that a source without site became
	if im.placedRows(t) != "" {
		once = " QUALIFY row_number() OVER (PARTITION BY __src, __row ORDER BY t.site_id) = 1"
	}
	return im.setAside(ctx, t, fmt.Sprintf("INSERT INTO bad SELECT __src, __row, CASE %s END, CASE %s END, __n FROM %s WHERE %s%s",
		strings.Join(codes, " "), strings.Join(reasons, " "), from, strings.Join(any, " OR "), once))
}

// convertible are the quantities of a table that stand in the row's unit.
var convertible = map[string][]string{
	"bom": {"qty_per"}, "sources": {"lot_min", "lot_multiple", "lot_max"}, "stock": {"qty"}, "supply_orders": {"qty"}, "demand_orders": {"qty"},
}

// unitItem returns the column whose item's stock unit a row's uom is converted
// to, "" where the table has no uom.
func unitItem(t *Table) string {
	switch {
	case len(convertible[t.Name]) == 0:
		return ""
	case t.Name == "bom":
		return "component_id"
	}
	return "item_id"
}

// rulesOf are the rules of single tables, beside references and units.
func (im *importer) rulesOf(t *Table) []rule {
	late := func(col, what string) rule {
		return rule{planwright.CodeDateRange, fmt.Sprintf("t.%s > DATE '%s'", quote(col), im.asOf), fmt.Sprintf("'%s ' || t.%s || ' is after the planning day %s'", what, quote(col), im.asOf)}
	}
	far := func(col string) rule {
		return rule{planwright.CodeDateRange, fmt.Sprintf("t.%s > DATE '%s' + INTERVAL 30 YEAR", quote(col), im.asOf), fmt.Sprintf("'%s ' || t.%s || ' is more than 30 years away'", col, quote(col))}
	}
	switch t.Name {
	case "settings":
		one := func(name, values string) rule {
			return rule{planwright.CodeUnknownColumnValue, fmt.Sprintf("lower(t.name) = '%s' AND lower(t.value) NOT IN (%s)", name, values), fmt.Sprintf("'%s is ' || t.value || ', want one of %s'", name, strings.ReplaceAll(values, "'", ""))}
		}
		number := func(names, within, want string) rule {
			x := "TRY_CAST(trim(t.value) AS DOUBLE)"
			return rule{planwright.CodeUnknownColumnValue, fmt.Sprintf("(%s) AND NOT coalesce(isfinite(%s) AND %s, false)", names, x, strings.ReplaceAll(within, "x", x)), "t.name || ' is ' || t.value || ', want " + want + "'"}
		}
		return []rule{one("past_start", "'forward', 'keep'"), one("forecast_spread", "'even', 'start'"), one("holidays", "'cn', 'none'"), one("multi_echelon", "'on', 'off', 'true', 'false', 'yes', 'no', '1', '0'"),
			number("lower(t.name) = 'service_level' OR lower(t.name) LIKE 'service_level._%'", "x > 0 AND x <= 1", "a fraction above 0 and up to 1"),
			number("lower(t.name) = 'fill_rate'", "x >= 0 AND x < 1", "a fraction below 1"),
			number("lower(t.name) IN ('stock_budget', 'holding_rate', 'service_days')", "x >= 0", "a number, not negative"),
			{planwright.CodeUnknownColumnValue, "lower(t.name) = 'provision' AND NOT regexp_full_match(t.value, '((\\d+|undated):(0(\\.\\d+)?|1(\\.0+)?)(;|$))+')", "'provision is ' || t.value || ', want age:rate;age:rate such as 181:0.25;361:0.5'"},
			{planwright.CodeUnknownColumnValue, "lower(t.name) LIKE 'kpi_target.%' AND TRY_CAST(t.value AS DOUBLE) IS NULL", "t.name || ' is ' || t.value || ', want a number'"},
			{planwright.CodeBadDate, "lower(t.name) = 'counted_at' AND NOT regexp_full_match(trim(t.value), '\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})?)?')", "'counted_at is ' || t.value || ', want a moment like 2026-07-01T14:00'"},
			{planwright.CodeBadDate, "lower(t.name) = 'as_of' AND (TRY_CAST(t.value AS DATE) IS NULL OR CAST(TRY_CAST(t.value AS DATE) AS VARCHAR) <> t.value)", "'as_of is ' || t.value || ', want a date like 2026-07-01'"}}
	case "calendars":
		return []rule{{planwright.CodeMissingValue, `t."on" IS NULL AND t.weekday IS NULL`, "'neither on nor weekday is given'"},
			{planwright.CodeUnknownColumnValue, "t.weekday NOT BETWEEN 1 AND 7", "'weekday is ' || t.weekday || ', want 1 (Monday) to 7'"}}
	case "uoms":
		return []rule{{planwright.CodeUOMConversion, "t.factor = 0 OR t.per = 0", "'factor and per must be above 0'"}}
	case "skus":
		return []rule{{planwright.CodeQtyRange, "t.scrap_pct >= 100 AND t.scrap_rule = 'divide'", "'scrap_pct is ' || t.scrap_pct || ': nothing would be left'"}}
	case "sku_periods":
		return []rule{{planwright.CodeUnknownColumnValue, "NOT (t.service_level > 0 AND t.service_level < 1)", "'service_level is ' || t.service_level || ', want a fraction between 0 and 1'"}}
	case "bom":
		return []rule{{planwright.CodeSelfComponent, "t.parent_id = t.component_id AND t.role = 'component'", "t.parent_id || ' is a component of itself'"},
			{planwright.CodeBadNumber, "t.per_qty = 0", "'per_qty is 0'"},
			{planwright.CodeQtyRange, "t.scrap_pct >= 100 AND t.scrap_rule = 'divide'", "'scrap_pct is ' || t.scrap_pct || ': nothing would be left'"}}
	case "sources":
		return []rule{{planwright.CodeMissingValue, "t.kind = 'transfer' AND t.from_site_id IS NULL", "'from_site_id is empty: where is it transferred from?'"},
			{planwright.CodeSelfComponent, "t.kind = 'transfer' AND t.from_site_id = t.site_id", "'transfers to its own site ' || t.site_id"},
			{planwright.CodeBadNumber, "t.quota < 0 OR t.quota_base < 0 OR t.price < 0", "'quota, quota_base or price is negative'"}}
	case "resources":
		return []rule{{planwright.CodeBadNumber, "NOT (t.capacity_per_day >= 0)", "'capacity_per_day is ' || t.capacity_per_day || ', want 0 or more'"}}
	case "routings":
		return []rule{{planwright.CodeBadNumber, "NOT (t.setup >= 0 AND t.per_unit >= 0)", "'setup is ' || t.setup || ', per_unit ' || t.per_unit || ': a step takes 0 or more of its resource'"},
			{planwright.CodeQtyRange, "NOT (t.scrap_pct >= 0 AND t.scrap_pct < 100)", "'scrap_pct is ' || t.scrap_pct || ', want 0 to less than 100'"}}
	case "supply_orders", "demand_orders", "reservations":
		return []rule{far("due_on")}
	case "demand_history", "movements":
		return []rule{late("on", "day")}
	case "receipts":
		return []rule{late("received_on", "received_on")}
	case "forecasts", "events":
		return []rule{{planwright.CodeDateRange, `t."to" < t."from"`, `'ends on ' || t."to" || ', before it begins on ' || t."from"`}}
	}
	return nil
}

// converts says whether there may be units beside those of stock. Without, the
// sums in 128 bits are left out of the queries: planning them takes longer than
// all the rest.
func (im *importer) converts() bool { return len(im.byTable["uoms"]) > 0 }

// conversions makes temp table conv: what one unit is in stock units.
func (im *importer) conversions(ctx context.Context) error {
	return im.c.Exec(ctx, `CREATE OR REPLACE TEMP TABLE conv AS SELECT i.item, lower(u.uom) AS uom, u.factor, u.per FROM v_uoms u JOIN main.items i ON i.item_id = u.item_id WHERE lower(u.uom) <> lower(i.uom)`)
}
