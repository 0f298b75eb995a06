package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright"
	"planwright/lang"
)

// BIVersion is the version of the bi_* views. Columns may be added at the end of
// a view under the same version; one that is renamed, removed, or given another
// type or meaning takes the next. docs/data-dictionary.md shows every column, and
// a test compares it with the views of a plan file.
const BIVersion = 1

// BIView is a view for business intelligence: a dimension or a fact of the star
// schema that every plan file carries in schema main.
type BIView struct {
	Name    string
	Fact    bool     // else a dimension
	Key     []string // names of the columns that tell rows apart
	Columns []BIColumn
	from    string // of the SELECT; the table that has the rows is t
	// Tables of a plan that are joined to the rows, each with the name it has there: they
	// have at most one row for an item and a site.
	beside [][2]string
}

// BIColumn is a column of such a view.
type BIColumn struct {
	Name string
	Type string // VARCHAR, DECIMAL(18,6), DOUBLE, DATE, TIMESTAMP, INTEGER, BIGINT or BOOLEAN
	Ref  string // the dimension that it refers to by its key; "" for none
	expr string // "": t.<name>
}

// Text returns the title of a view in a language.
func (v *BIView) Text(l lang.Language) string { return lang.Text(l, "bi."+v.Name) }

// ColumnText returns the meaning of a column in a language.
func (v *BIView) ColumnText(l lang.Language, column string) string {
	if key := "bi." + v.Name + "." + column; lang.Has(key) {
		return lang.Text(l, key)
	}
	return lang.Text(l, "bi.column."+column)
}

// Column returns the column of that name, nil if there is none.
func (v *BIView) Column(name string) *BIColumn {
	for i := range v.Columns {
		if v.Columns[i].Name == name {
			return &v.Columns[i]
		}
	}
	return nil
}

// BIViews returns the views of the star schema, dimensions first.
func BIViews() []BIView { return slices.Clone(biViews) }

// BIViewNamed returns a view, nil if there is none of that name.
func BIViewNamed(name string) *BIView {
	for i := range biViews {
		if biViews[i].Name == name {
			return &biViews[i]
		}
	}
	return nil
}

// dimensionOf says which dimension a column refers to by its name.
var dimensionOf = map[string]string{
	"plan_id": "bi_plan", "item_id": "bi_item", "successor_item_id": "bi_item", "site_id": "bi_site", "from_site_id": "bi_site", "next_item_id": "bi_item", "next_site_id": "bi_site", "supplier_id": "bi_supplier",
}

// biCols reads a list of name:type or name:type=expression, separated by line
// breaks or spaces where no expression follows.
func biCols(own string, list ...string) []BIColumn {
	var cols []BIColumn
	for _, s := range list {
		if !strings.Contains(s, "=") {
			for _, f := range strings.Fields(s) {
				cols = append(cols, biCol(own, f, ""))
			}
			continue
		}
		name, expr, _ := strings.Cut(s, "=")
		cols = append(cols, biCol(own, name, expr))
	}
	return cols
}

func biCol(own, s, expr string) BIColumn {
	name, typ, _ := strings.Cut(s, ":")
	c := BIColumn{Name: name, expr: expr, Type: map[string]string{"": "VARCHAR", "q": "DECIMAL(18,6)", "f": "DOUBLE", "d": "DATE", "i": "INTEGER", "n": "BIGINT", "b": "BOOLEAN", "t": "TIMESTAMP"}[typ]}
	if c.Type == "DATE" && own != "bi_date" {
		c.Ref = "bi_date"
	}
	if of := dimensionOf[name]; of != "" && of != own {
		c.Ref = of
	}
	return c
}

func dimension(name, key, from string, cols ...string) BIView {
	return BIView{Name: name, Key: strings.Fields(key), from: from, Columns: biCols(name, cols...)}
}

// with joins tables of the plan to the rows of a view.
func (v BIView) with(beside ...[2]string) BIView {
	v.beside = beside
	return v
}

// joined is the FROM of a view: t, with the tables beside it that pick lets through,
// each from what source says; nil is all of them, as they are.
func (v *BIView) joined(from string, source func(table string) string, pick func(name string) bool) string {
	for _, b := range v.beside {
		table := "main." + b[0]
		if source != nil {
			table = source(table)
		}
		if pick == nil || pick(b[1]) {
			from += fmt.Sprintf(" LEFT JOIN %[1]s %[2]s ON %[2]s.item_id = t.item_id AND %[2]s.site_id = t.site_id", table, b[1])
		}
	}
	return from
}

// fact makes a fact: every one begins with the plan and the number of the row,
// which is its place in the table behind it.
func fact(name, from string, cols ...string) BIView {
	if !slices.ContainsFunc(cols, func(s string) bool { return strings.HasPrefix(s, "row_id:n=") }) {
		cols = append([]string{"row_id:n=t.rowid"}, cols...)
	}
	return BIView{Name: name, Fact: true, Key: []string{"row_id"}, from: from, Columns: biCols(name, append([]string{"plan_id=$plan"}, cols...)...)}
}

// hung joins the codes of a table that hangs on a sku by number.
const hung = " JOIN data.skus k ON k.sku = t.sku"

var biViews = []BIView{
	dimension("bi_plan", "plan_id", "(SELECT $meta FROM main.meta) t",
		"plan_id snapshot_id as_of:d horizon_end:d created_at:t currency engine_version digest"),
	dimension("bi_date", "date", "(SELECT CAST(range AS DATE) AS date FROM range(TIMESTAMP '$from', TIMESTAMP '$to', INTERVAL 1 DAY)) t",
		"date:d", "year:i=CAST(year(t.date) AS INTEGER)", "quarter:i=CAST(quarter(t.date) AS INTEGER)", "month:i=CAST(month(t.date) AS INTEGER)", "day:i=CAST(day(t.date) AS INTEGER)",
		"year_month=strftime(t.date, '%Y-%m')", "month_start:d=CAST(date_trunc('month', t.date) AS DATE)", "iso_year:i=CAST(isoyear(t.date) AS INTEGER)", "iso_week:i=CAST(week(t.date) AS INTEGER)",
		"week_start:d=CAST(date_trunc('week', t.date) AS DATE)", "weekday:i=CAST(isodow(t.date) AS INTEGER)", "is_weekend:b=isodow(t.date) >= 6",
		"days_from_as_of:i=CAST(t.date - DATE '$as_of' AS INTEGER)"),
	dimension("bi_item", "item_id", "data.items t", "item_id name category uom unit_cost:f unit_price:f shelf_life_days:i status planner successor_item_id"),
	dimension("bi_site", "site_id", "data.sites t", "site_id name region"),
	dimension("bi_supplier", "supplier_id", "data.suppliers t", "supplier_id name min_order_value:f lead_time_days:i"),
	dimension("bi_sku", "item_id site_id", "data.skus t",
		"item_id site_id", "abc=c.abc", "xyz=c.xyz", "demand_class=c.demand_class", "usage_value:f=c.usage_value", "cv:f=c.cv", "policy=p.policy", "safety_stock:q=p.safety_stock",
		"reorder_point:q=p.reorder_point", "order_up_to:q=p.order_up_to", "order_qty:q=p.order_qty", "service_target:f=p.service_target", "service_expected:f=p.service_expected",
		"cycle_stock_value:f=p.cycle_stock_value", "safety_stock_value:f=p.safety_stock_value", "yearly_demand:f=p.yearly_demand", "fsn=c.fsn", "hml=c.hml", "ved=c.ved").with([2]string{"classes", "c"}, [2]string{"policies", "p"}),
	fact("bi_stock", "data.stock t"+hung, "item_id=k.item_id", "site_id=k.site_id", "lot status supplier_id received_on:d expires_on:d qty:q value:f"),
	fact("bi_demand", "data.demand t"+hung, "item_id=k.item_id", "site_id=k.site_id", "month:d kind qty:q value:f"),
	fact("bi_open_orders", "data.supply t"+hung, "item_id=k.item_id", "site_id=k.site_id", "order_id kind supplier_id from_site_id due_on:d ordered_on:d firm:b shipped:b qty:q value:f"),
	fact("bi_forecast", "main.forecast t", `item_id site_id period_start:d period_end:d method mean:f sd:f `+strings.Join(planwright.QuantileNames, ":f ")+`:f`, "override_qty:f=t.override", "final:f"),
	fact("bi_planned_orders", "main.planned_orders t", "order_id kind item_id site_id supplier_id from_site_id release_on:d start_on:d due_on:d available_on:d need_on:d qty:q qty_good:q order_qty:q order_uom cost:f firm:b reason"),
	fact("bi_requirements", "main.requirements t", "row_id:n=t.seq", "item_id site_id", `on_date:d=t."on"`, "kind order_id qty:q available_after:q"),
	fact("bi_exceptions", "main.exceptions t", "code sap_code severity item_id site_id order_id", `on_date:d=t."on"`, "move_to:d qty:q value:f message message_zh"),
	fact("bi_suggestions", "main.suggestions t", "suggestion_id rank:i action urgency status item_id site_id supplier_id order_id act_by:d need_on:d qty:q value:f impact:f reason reason_zh at_stake:f person at_stake_once:f"),
	fact("bi_aging", "main.aging t", "item_id site_id lot received_on:d age_days:i bucket basis qty:q value:f expires_on:d provision:f"),
	fact("bi_kpi", "main.kpis t", "as_of:d=DATE '$as_of'", "kpi=t.name", "name=$kpi_en", "name_zh=$kpi_zh", "value:f"),
	fact("bi_kpi_groups", "main.kpi_groups t", "as_of:d=DATE '$as_of'", "dimension", "group_key=t.key", "kpi=t.name", "name=$kpi_en", "name_zh=$kpi_zh", "value:f"),
	fact("bi_flow", "main.flow t", "item_id site_id on_hand:q stock_value:f year_use:f use_value:f turns:f days_back:f days_forward:f gmroi:f stockout_days:i lost_qty:f lost_value:f fill_rate:f last_use_on:d idle_days:i movement"),
	fact("bi_excess", "main.excess t", "item_id site_id kind on_hand:q required:q qty:q value:f last_use_on:d cover_days:f action next_item_id next_site_id next_on:d provision:f"),
	fact("bi_expiry_risk", "main.expiry_risk t", "item_id site_id lot expires_on:d days_left:i bucket qty:q used:q at_risk:q value:f risk_value:f status"),
	fact("bi_projection", "main.projection t", "week_start:d week_end:d site_id category abc opening_value:f receipts_value:f issues_value:f balance_value:f stock_value:f short_value:f safety_gap_value:f"),
	fact("bi_safety_breaches", "main.safety_breaches t", "item_id site_id below_on:d", "until_date:d=t.until", "stockout_on:d available:q safety_stock:q short:q value:f"),
	fact("bi_supplier_scores", "main.supplier_scores t", "supplier_id item_id site_id receipts:i lead_mean:f lead_sd:f lead_q50:f lead_q90:f promised_mean:f late_mean:f on_time:f in_full:f otif:f qty_rate:f reject_rate:f price_trend:f score:f"),
}

// biRange is how far bi_date reaches beyond the plan.
const biRange = 3 // years before the planning day

// createBIViews makes the views, their comments and bi_dictionary.
func createBIViews(ctx context.Context, c *Conn, info PlanInfo) error {
	put := map[string]string{"$plan": literal(info.ID), "$as_of": info.AsOf.String(), "$meta": metaColumns(), "$kpi_en": kpiNames(lang.English), "$kpi_zh": kpiNames(lang.Chinese)}
	var b strings.Builder
	b.WriteString("BEGIN TRANSACTION;\n")
	for i := range biViews {
		if v := &biViews[i]; v.Name != "bi_date" {
			b.WriteString(v.create(put))
		}
	}
	b.WriteString("COMMIT")
	if err := c.Exec(ctx, b.String()); err != nil {
		return err
	}
	from, to, err := biDates(ctx, c, info)
	if err != nil {
		return err
	}
	put["$from"], put["$to"] = from.String(), to.String()
	b.Reset()
	b.WriteString("BEGIN TRANSACTION;\n" + BIViewNamed("bi_date").create(put) + createDictionary())
	for i := range biViews {
		v := &biViews[i]
		fmt.Fprintf(&b, "COMMENT ON VIEW main.%s IS %s;\n", v.Name, literal(both(v.Text)))
		for _, col := range v.Columns {
			fmt.Fprintf(&b, "COMMENT ON COLUMN main.%s.%s IS %s;\n", v.Name, quote(col.Name), literal(both(func(l lang.Language) string { return v.ColumnText(l, col.Name) })))
		}
	}
	b.WriteString("COMMIT")
	return c.Exec(ctx, b.String())
}

// both writes a text in the two languages.
func both(text func(lang.Language) string) string {
	return text(lang.English) + " · " + text(lang.Chinese)
}

// create is the CREATE VIEW with the values of a plan put in.
func (v *BIView) create(put map[string]string) string {
	return "CREATE VIEW main." + v.Name + " AS SELECT " + v.columnList(put) + " FROM " + fill(v.joined(v.from, nil, nil), put) + ";\n"
}

// columnList are the columns of the SELECT.
func (v *BIView) columnList(put map[string]string) string { return selectList(v.Columns, put) }

func selectList(columns []BIColumn, put map[string]string) string {
	sel := make([]string, len(columns))
	for i, c := range columns {
		expr := c.expr
		if expr == "" {
			expr = "t." + quote(c.Name)
		}
		sel[i] = fill(expr, put) + " AS " + quote(c.Name)
	}
	return strings.Join(sel, ", ")
}

func fill(s string, put map[string]string) string {
	if !strings.Contains(s, "$") {
		return s
	}
	for k, v := range put {
		s = strings.ReplaceAll(s, k, v)
	}
	return s
}

// metaColumns turns the lines of meta into the columns of bi_plan.
func metaColumns() string {
	var sel []string
	for _, m := range [][2]string{{"plan_id", "id"}, {"snapshot_id", ""}, {"as_of", ""}, {"horizon_end", ""}, {"created_at", ""}, {"currency", ""}, {"engine_version", ""}, {"digest", ""}} {
		key, typ := m[1], "VARCHAR"
		if key == "" {
			key = m[0]
		}
		switch m[0] {
		case "as_of", "horizon_end":
			typ = "DATE"
		case "created_at":
			typ = "TIMESTAMP"
		}
		sel = append(sel, fmt.Sprintf("CAST(max(value) FILTER (key = %s) AS %s) AS %s", literal(key), typ, m[0]))
	}
	return strings.Join(sel, ", ")
}

// kpiNames gives a key figure its name in a language, its code where it has none.
func kpiNames(l lang.Language) string {
	var b strings.Builder
	b.WriteString("CASE t.name")
	for _, key := range lang.Keys() {
		if name, ok := strings.CutPrefix(key, "kpi."); ok {
			b.WriteString(" WHEN " + literal(name) + " THEN " + literal(lang.Text(l, key)))
		}
	}
	b.WriteString(" ELSE t.name END")
	return b.String()
}

// biDates returns the days from and to (exclusive) of bi_date: whole years that
// hold every day that a fact refers to.
func biDates(ctx context.Context, c *Conn, info PlanInfo) (from, to planwright.Day, err error) {
	y, _, _ := info.AsOf.Civil()
	lo, hi := planwright.Date(y-biRange, 1, 1), max(info.HorizonEnd, planwright.Date(y+1, 12, 31))
	for i := range biViews {
		v := &biViews[i]
		if !v.Fact {
			continue
		}
		from := "main." + v.Name
		if v.Name == "bi_requirements" {
			from = `(SELECT "on" AS on_date FROM data.requirements)` // the names cost and matter nothing here
		}
		var low, high []string
		for _, col := range v.Columns {
			if col.Type == "DATE" {
				low, high = append(low, "min("+quote(col.Name)+")"), append(high, "max("+quote(col.Name)+")")
			}
		}
		if low == nil {
			continue
		}
		a, b := planwright.NoDay, planwright.NoDay
		if _, err := c.Scan(ctx, "SELECT least("+strings.Join(low, ", ")+"), greatest("+strings.Join(high, ", ")+") FROM "+from, nil, &a, &b); err != nil {
			return lo, hi, err
		}
		if a != planwright.NoDay {
			lo = min(lo, a)
		}
		if b != planwright.NoDay {
			hi = max(hi, b)
		}
	}
	ly, _, _ := max(lo, planwright.MinDay).Civil()
	hy, _, _ := min(hi, planwright.MaxDay).Civil()
	return planwright.Date(ly, 1, 1), planwright.Date(hy+1, 1, 1), nil
}

// createDictionary makes bi_dictionary: a row a column of the views.
func createDictionary() string {
	var rows []string
	for i := range biViews {
		v := &biViews[i]
		kind := "dimension"
		if v.Fact {
			kind = "fact"
		}
		for n, c := range v.Columns {
			ref := "NULL"
			if c.Ref != "" {
				ref = literal(c.Ref)
			}
			rows = append(rows, fmt.Sprintf("(%s, %s, %d, %s, %s, %t, %s, %s, %s)", literal(v.Name), literal(kind), n+1, literal(c.Name), literal(c.Type), slices.Contains(v.Key, c.Name), ref,
				literal(v.ColumnText(lang.English, c.Name)), literal(v.ColumnText(lang.Chinese, c.Name))))
		}
	}
	return "CREATE VIEW main.bi_dictionary AS SELECT * FROM (VALUES\n" + strings.Join(rows, ",\n") + "\n) t(view_name, kind, position, column_name, data_type, is_key, refers_to, english, chinese);\n"
}

// DataDictionary returns docs/data-dictionary.md: every view and column in both
// languages. A test compares the file with it.
func DataDictionary() string {
	var b strings.Builder
	fmt.Fprintf(&b, lang.Text(lang.English, "bi.dictionary.head")+"\n", BIVersion)
	for _, facts := range []bool{false, true} {
		if facts {
			b.WriteString("## Facts · 事实\n\n")
		} else {
			b.WriteString("## Dimensions · 维度\n\n")
		}
		for i := range biViews {
			v := &biViews[i]
			if v.Fact != facts {
				continue
			}
			fmt.Fprintf(&b, "### %s\n\n%s\n\nKey: %s.\n\n| column | type | of | meaning | 含义 |\n| --- | --- | --- | --- | --- |\n", v.Name, both(v.Text), strings.Join(v.Key, ", "))
			for _, c := range v.Columns {
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.Name, c.Type, c.Ref, v.ColumnText(lang.English, c.Name), v.ColumnText(lang.Chinese, c.Name))
			}
			b.WriteString("\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
