package mrp

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"planwright"
)

// model is a small data set for tests: rows of the tables of the planning data
// set, by column name. Codes come into being where they are named.
//
// Its text form has one row a line, the table's key columns first, then
// column=value; a day is YYYY-MM-DD, or a number of days after the as-of day:
//
//	sku A lead_time_days=2 lot_min=50
//	bom A B qty_per=2
//	stock B 10
//	supply B 30 5 order_id=R1
//	demand A 20 12
type model struct {
	asOf     planwright.Day
	settings map[string]string
	rows     map[string][]map[string]string
}

// keyColumns are the columns that the text form gives without a name.
var keyColumns = map[string][]string{
	"setting": {"name", "value"}, "item": {"item_id"}, "sku": {"item_id"}, "period": {"item_id", "from"}, "bom": {"parent_id", "component_id", "qty_per"},
	"source": {"item_id", "kind"}, "stock": {"item_id", "qty"}, "supply": {"item_id", "qty", "due_on"}, "demand": {"item_id", "qty", "due_on"},
	"reservation": {"item_id", "qty", "due_on"}, "forecast": {"item_id", "qty", "from", "to"}, "calendar": {"calendar_id"}, "site": {"site_id"}, "supplier": {"supplier_id"},
	"uom": {"item_id", "uom", "factor"}, "resource": {"resource_id", "capacity_per_day"}, "routing": {"item_id", "step", "resource_id"},
}

func newModel(asOf planwright.Day) *model {
	return &model{asOf: asOf, settings: map[string]string{}, rows: map[string][]map[string]string{}}
}

// add appends a row given as column, value, column, value...; empty values
// are left out.
func (m *model) add(table string, kv ...any) map[string]string {
	r := map[string]string{}
	for i := 0; i+1 < len(kv); i += 2 {
		if v := fmt.Sprint(kv[i+1]); v != "" && v != "<nil>" {
			r[kv[i].(string)] = v
		}
	}
	if table == "setting" {
		m.settings[r["name"]] = r["value"]
		return r
	}
	m.rows[table] = append(m.rows[table], r)
	return r
}

// text adds the rows of the text form.
func (m *model) text(lines string) error {
	for _, line := range strings.Split(lines, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if words[0] == "as-of" {
			d, err := planwright.ParseDay(words[1])
			if err != nil {
				return fmt.Errorf("%s: %w", line, err)
			}
			m.asOf = d
			continue
		}
		keys, ok := keyColumns[words[0]]
		if !ok {
			return fmt.Errorf("%s: no table %s", line, words[0])
		}
		var kv []any
		for i, w := range words[1:] {
			c, v, named := strings.Cut(w, "=")
			switch {
			case named:
				kv = append(kv, c, v)
			case i < len(keys):
				kv = append(kv, keys[i], w)
				if keys[i] == "item_id" {
					if item, site, sited := strings.Cut(w, "@"); sited {
						kv = append(kv[:len(kv)-1], item, "site_id", site)
					}
				}
			default:
				return fmt.Errorf("%s: what is %s?", line, w)
			}
		}
		m.add(words[0], kv...)
	}
	return nil
}

// reader reads the cells of one row and keeps the first error.
type reader struct {
	m   *model
	row map[string]string
	err error
}

func (r *reader) fail(col string, err error) {
	if r.err == nil && err != nil {
		r.err = fmt.Errorf("%s=%s of %v: %w", col, r.row[col], r.row, err)
	}
}

func (r *reader) qty(col string, def planwright.Qty) planwright.Qty {
	if r.row[col] == "" {
		return def
	}
	q, err := planwright.ParseQty(r.row[col])
	r.fail(col, err)
	return q
}

func (r *reader) int(col string, def int32) int32 {
	if r.row[col] == "" {
		return def
	}
	n, err := strconv.ParseInt(r.row[col], 10, 32)
	r.fail(col, err)
	return int32(n)
}

func (r *reader) float(col string, def float64) float64 {
	if r.row[col] == "" {
		return def
	}
	x, err := strconv.ParseFloat(r.row[col], 64)
	r.fail(col, err)
	return x
}

func (r *reader) day(col string) planwright.Day {
	s := r.row[col]
	if s == "" {
		return planwright.NoDay
	}
	if n, err := strconv.Atoi(s); err == nil {
		return r.m.asOf + planwright.Day(n)
	}
	d, err := planwright.ParseDay(s)
	r.fail(col, err)
	return d
}

func (r *reader) yes(col string, def bool) bool {
	if r.row[col] == "" {
		return def
	}
	return r.row[col] == "true"
}

func enum[T any](r *reader, col string, parse func(string) (T, bool), def T) T {
	if r.row[col] == "" {
		return def
	}
	v, ok := parse(r.row[col])
	if !ok {
		r.fail(col, fmt.Errorf("unknown value"))
	}
	return v
}

func site(row map[string]string) string {
	if row["site_id"] == "" {
		return "MAIN"
	}
	return row["site_id"]
}

// numbered sorts codes and numbers them.
func numbered(set map[string]bool) (ids []string, at map[string]int32) {
	at = map[string]int32{}
	for id := range set {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for i, id := range ids {
		at[id] = int32(i)
	}
	return ids, at
}

// snapshot builds the columns.
func (m *model) snapshot() (*planwright.Snapshot, error) {
	s := &planwright.Snapshot{AsOf: m.asOf, KeepPast: m.settings["past_start"] == "keep", SpreadStart: m.settings["forecast_spread"] == "start"}
	r := &reader{m: m}
	each := func(table string, do func(row map[string]string)) {
		for _, row := range m.rows[table] {
			r.row = row
			do(row)
		}
	}
	// Codes.
	items, sites, suppliers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	type pair struct{ item, site string }
	skus := map[pair]bool{}
	sku := func(item, site string) {
		items[item], sites[site], skus[pair{item, site}] = true, true, true
	}
	for _, table := range []string{"sku", "period", "source", "stock", "supply", "demand", "reservation", "forecast"} {
		for _, row := range m.rows[table] {
			sku(row["item_id"], site(row))
			if row["from_site_id"] != "" {
				sku(row["item_id"], row["from_site_id"])
			}
			if row["supplier_id"] != "" {
				suppliers[row["supplier_id"]] = true
			}
		}
	}
	for _, row := range m.rows["item"] {
		items[row["item_id"]] = true
		if row["successor_item_id"] != "" {
			items[row["successor_item_id"]] = true
		}
	}
	for _, row := range m.rows["site"] {
		sites[row["site_id"]] = true
	}
	for _, row := range m.rows["supplier"] {
		suppliers[row["supplier_id"]] = true
	}
	if len(sites) == 0 {
		sites["MAIN"] = true
	}
	for again := true; again; { // a line without a site holds wherever its parent is
		again = false
		for _, row := range m.rows["bom"] {
			for at := range sites {
				if row["site_id"] != "" && row["site_id"] != at {
					continue
				}
				if row["site_id"] != "" || len(sites) == 1 {
					skus[pair{row["parent_id"], at}] = true
					items[row["parent_id"]] = true
				}
				if skus[pair{row["parent_id"], at}] && !skus[pair{row["component_id"], at}] {
					sku(row["component_id"], at)
					again = true
				}
			}
		}
	}
	var itemAt, siteAt, supplierAt map[string]int32
	s.Items.ID, itemAt = numbered(items)
	s.Sites.ID, siteAt = numbered(sites)
	s.Suppliers.ID, supplierAt = numbered(suppliers)
	var pairs []pair
	for p := range skus {
		pairs = append(pairs, p)
	}
	sort.Slice(pairs, func(i, j int) bool {
		return pairs[i].item < pairs[j].item || pairs[i].item == pairs[j].item && pairs[i].site < pairs[j].site
	})
	n := len(pairs)
	s.SKUs.Grow(n)
	at := map[pair]planwright.SKU{}
	for k, p := range pairs {
		at[p] = planwright.SKU(k)
		s.SKUs.Item[k], s.SKUs.Site[k] = itemAt[p.item], siteAt[p.site]
	}

	// Calendars, sites, suppliers, items.
	rules := map[string][]planwright.CalendarRule{}
	each("calendar", func(row map[string]string) {
		rules[row["calendar_id"]] = append(rules[row["calendar_id"]], planwright.CalendarRule{Weekday: int(r.int("weekday", 0)), On: r.day("on"), Working: r.yes("working", false)})
	})
	calendar := map[string]*planwright.Calendar{}
	for id, x := range rules {
		calendar[id] = planwright.NewCalendar(x)
	}
	s.Sites.Name, s.Sites.Region = make([]string, len(sites)), make([]string, len(sites))
	s.Sites.Calendar = make([]*planwright.Calendar, len(sites))
	each("site", func(row map[string]string) { s.Sites.Calendar[siteAt[row["site_id"]]] = calendar[row["calendar_id"]] })
	t := &s.Suppliers
	t.Name, t.Calendar, t.MinOrderValue, t.LeadTime = make([]string, len(suppliers)), make([]*planwright.Calendar, len(suppliers)), make([]float64, len(suppliers)), make([]int32, len(suppliers))
	for i := range t.LeadTime {
		t.LeadTime[i] = planwright.NoInt
	}
	each("supplier", func(row map[string]string) {
		i := supplierAt[row["supplier_id"]]
		t.Calendar[i], t.LeadTime[i] = calendar[row["calendar_id"]], r.int("lead_time_days", planwright.NoInt)
	})
	ni := len(items)
	it := &s.Items
	it.Name, it.Category, it.UOM, it.ABC, it.Planner = make([]string, ni), make([]string, ni), make([]string, ni), make([]string, ni), make([]string, ni)
	it.UnitCost, it.UnitPrice, it.ShelfLife, it.Decimals = make([]float64, ni), make([]float64, ni), make([]int32, ni), make([]int8, ni)
	it.Status, it.OutOn, it.Successor = make([]planwright.ItemStatus, ni), make([]planwright.Day, ni), make([]int32, ni)
	for i := range ni {
		it.ShelfLife[i], it.Decimals[i], it.OutOn[i], it.Successor[i] = planwright.NoInt, 6, planwright.NoDay, planwright.None
	}
	each("item", func(row map[string]string) {
		i := itemAt[row["item_id"]]
		it.UnitCost[i], it.Decimals[i] = r.float("unit_cost", 0), int8(r.int("decimals", 6))
		it.Status[i], it.OutOn[i] = enum(r, "status", planwright.ParseItemStatus, planwright.Active), r.day("effective_out_on")
		if next := row["successor_item_id"]; next != "" {
			it.Successor[i] = itemAt[next]
		}
	})
	each("sku", func(row map[string]string) { m.sku(r, &s.SKUs, at[pair{row["item_id"], site(row)}]) })

	// Ragged tables: rows are dealt to their sku's in the order of the data,
	// after sorting as the snapshot documents.
	deal := func(table string, less func(a, b map[string]string) int, off *[]int32, put func(row map[string]string)) {
		rows := slices.Clone(m.rows[table])
		by := func(row map[string]string) planwright.SKU { return at[pair{row["item_id"], site(row)}] }
		slices.SortStableFunc(rows, func(a, b map[string]string) int {
			if c := int(by(a)) - int(by(b)); c != 0 {
				return c
			}
			return less(a, b)
		})
		*off = make([]int32, n+1)
		for _, row := range rows {
			r.row = row
			put(row)
			(*off)[by(row)+1]++
		}
		for k := range n {
			(*off)[k+1] += (*off)[k]
		}
	}
	days := func(col string) func(a, b map[string]string) int {
		return func(a, b map[string]string) int {
			ra, rb := reader{m: m, row: a}, reader{m: m, row: b}
			return int(ra.day(col)) - int(rb.day(col))
		}
	}
	dated := func(col string) func(a, b map[string]string) int {
		return func(a, b map[string]string) int {
			if c := days(col)(a, b); c != 0 {
				return c
			}
			ra, rb := reader{m: m, row: a}, reader{m: m, row: b}
			if c := int(ra.int("priority", 10)) - int(rb.int("priority", 10)); c != 0 {
				return c
			}
			return strings.Compare(a["order_id"], b["order_id"])
		}
	}
	none := func(a, b map[string]string) int { return 0 }
	ref := func(ids map[string]int32, id string) int32 {
		if id == "" {
			return planwright.None
		}
		return ids[id]
	}
	from := func(row map[string]string) planwright.SKU {
		if row["from_site_id"] == "" {
			return planwright.NoSKU
		}
		return at[pair{row["item_id"], row["from_site_id"]}]
	}
	uoms := map[[2]string]planwright.Ratio{}
	each("uom", func(row map[string]string) {
		u, ok := planwright.NewRatio([]int64{int64(r.qty("factor", planwright.One))}, []int64{int64(r.qty("per", planwright.One))})
		if ok {
			uoms[[2]string{row["item_id"], row["uom"]}] = u
		}
	})
	perUOM := func(row map[string]string) planwright.Ratio {
		if u, ok := uoms[[2]string{row["item_id"], row["uom"]}]; ok {
			return u
		}
		return planwright.Ratio{Num: 1, Den: 1}
	}
	in := func(row map[string]string, q planwright.Qty) planwright.Qty {
		v, ok := q.MulUp(perUOM(row))
		if !ok {
			r.fail("qty", planwright.ErrQtyRange)
		}
		return v
	}

	p := &s.SKUPeriods
	deal("period", days("from"), &p.Off, func(row map[string]string) {
		p.From, p.SafetyStock = append(p.From, r.day("from")), append(p.SafetyStock, r.qty("safety_stock", planwright.NoQty))
		p.ScrapPct, p.ServiceLevel = append(p.ScrapPct, r.qty("scrap_pct", planwright.NoQty)), append(p.ServiceLevel, math.NaN())
	})
	o := &s.Sources
	deal("source", func(a, b map[string]string) int {
		ra, rb := reader{m: m, row: a}, reader{m: m, row: b}
		return int(ra.int("priority", 1)) - int(rb.int("priority", 1))
	}, &o.Off, func(row map[string]string) {
		o.Kind = append(o.Kind, enum(r, "kind", planwright.ParseProcurement, planwright.Buy))
		o.Supplier, o.From, o.BOMID = append(o.Supplier, ref(supplierAt, row["supplier_id"])), append(o.From, from(row)), append(o.BOMID, row["bom_id"])
		o.LeadTime, o.LeadTimeSD, o.Priority = append(o.LeadTime, r.int("lead_time_days", planwright.NoInt)), append(o.LeadTimeSD, math.NaN()), append(o.Priority, r.int("priority", 1))
		o.Quota, o.QuotaBase, o.FromStockOnly = append(o.Quota, r.float("quota", 0)), append(o.QuotaBase, r.float("quota_base", 0)), append(o.FromStockOnly, r.yes("from_stock_only", false))
		o.LotMin, o.LotMultiple, o.LotMax = append(o.LotMin, r.qty("lot_min", planwright.NoQty)), append(o.LotMultiple, r.qty("lot_multiple", planwright.NoQty)), append(o.LotMax, r.qty("lot_max", planwright.NoQty))
		o.UOM, o.PerUOM, o.Price = append(o.UOM, row["uom"]), append(o.PerUOM, perUOM(row)), append(o.Price, r.float("price", math.NaN()))
		o.EffectiveFrom, o.EffectiveTo, o.OrderWeekdays = append(o.EffectiveFrom, r.day("effective_from")), append(o.EffectiveTo, r.day("effective_to")), append(o.OrderWeekdays, weekdays(row["order_weekdays"]))
	})
	st := &s.Stock
	deal("stock", none, &st.Off, func(row map[string]string) {
		st.Qty, st.Lot, st.ReceivedOn, st.ExpiresOn = append(st.Qty, in(row, r.qty("qty", 0))), append(st.Lot, row["lot"]), append(st.ReceivedOn, r.day("received_on")), append(st.ExpiresOn, r.day("expires_on"))
		st.Status, st.Segment, st.Supplier = append(st.Status, enum(r, "status", planwright.ParseStockStatus, planwright.Available)), append(st.Segment, row["segment"]), append(st.Supplier, ref(supplierAt, row["supplier_id"]))
	})
	u := &s.Supply
	deal("supply", dated("due_on"), &u.Off, func(row map[string]string) {
		u.OrderID, u.Kind = append(u.OrderID, row["order_id"]), append(u.Kind, enum(r, "kind", planwright.ParseOrderKind, planwright.Purchase))
		u.Qty, u.DueOn, u.OrderedOn = append(u.Qty, in(row, r.qty("qty", 0))), append(u.DueOn, r.day("due_on")), append(u.OrderedOn, planwright.NoDay)
		u.Firm, u.Shipped, u.Segment = append(u.Firm, r.yes("firm", true)), append(u.Shipped, r.yes("shipped", false)), append(u.Segment, row["segment"])
		u.Supplier, u.From = append(u.Supplier, ref(supplierAt, row["supplier_id"])), append(u.From, from(row))
	})
	d := &s.Demand
	deal("demand", dated("due_on"), &d.Off, func(row map[string]string) {
		d.OrderID, d.Qty, d.DueOn, d.OrderedOn = append(d.OrderID, row["order_id"]), append(d.Qty, in(row, r.qty("qty", 0))), append(d.DueOn, r.day("due_on")), append(d.OrderedOn, planwright.NoDay)
		d.Priority, d.Customer, d.Segment, d.Price = append(d.Priority, r.int("priority", 10)), append(d.Customer, row["customer_id"]), append(d.Segment, row["segment"]), append(d.Price, math.NaN())
	})
	v := &s.Reserved
	deal("reservation", dated("due_on"), &v.Off, func(row map[string]string) {
		v.OrderID, v.Qty, v.DueOn = append(v.OrderID, row["order_id"]), append(v.Qty, r.qty("qty", 0)), append(v.DueOn, r.day("due_on"))
	})
	g := &s.Given
	deal("forecast", days("from"), &g.Off, func(row map[string]string) {
		to := r.day("to")
		if to == planwright.NoDay {
			to = r.day("from")
		}
		g.From, g.To, g.Qty = append(g.From, r.day("from")), append(g.To, to), append(g.Qty, r.qty("qty", 0))
		g.Kind, g.Customer = append(g.Kind, enum(r, "kind", planwright.ParseForecastKind, planwright.GivenForecast)), append(g.Customer, row["customer_id"])
		g.Reason, g.Author = append(g.Reason, ""), append(g.Author, "")
	})
	s.RepairedOff = make([]int32, n+1)
	m.routings(r, s, itemAt)
	m.bom(r, s, func(item, site string) (planwright.SKU, bool) { k, ok := at[pair{item, site}]; return k, ok })
	if r.err != nil {
		return nil, r.err
	}
	return s, s.Validate()
}

// routings adds the resources, and the steps by item and bill.
func (m *model) routings(r *reader, s *planwright.Snapshot, itemAt map[string]int32) {
	at := map[string]int32{}
	for _, row := range m.rows["resource"] {
		r.row = row
		at[row["resource_id"]] = resource(s, row["resource_id"], r.float("capacity_per_day", 8), nil)
	}
	rows := slices.Clone(m.rows["routing"])
	slices.SortStableFunc(rows, func(a, b map[string]string) int {
		return cmp.Or(cmp.Compare(itemAt[a["item_id"]], itemAt[b["item_id"]]), cmp.Compare(a["bom_id"], b["bom_id"]))
	})
	t := &s.Routings
	for _, row := range rows {
		r.row = row
		t.Item, t.BOMID, t.Step, t.Resource = append(t.Item, itemAt[row["item_id"]]), append(t.BOMID, row["bom_id"]), append(t.Step, r.int("step", 10)), append(t.Resource, at[row["resource_id"]])
		t.Setup, t.PerUnit, t.ScrapPct = append(t.Setup, r.float("setup", 0)), append(t.PerUnit, r.float("per_unit", 0)), append(t.ScrapPct, r.float("scrap_pct", 0))
	}
}

// weekdays reads digits, 1 for Monday, as bits.
func weekdays(s string) (bits uint8) {
	for _, c := range s {
		bits |= 1 << (c - '1')
	}
	return bits
}

// bom adds the lines: at every site of the parent, or at the one named.
func (m *model) bom(r *reader, s *planwright.Snapshot, find func(item, site string) (planwright.SKU, bool)) {
	b := &s.BOM
	b.Off = make([]int32, s.Len()+1)
	type line struct {
		k   planwright.SKU
		c   planwright.SKU
		row map[string]string
	}
	var lines []line
	for _, row := range m.rows["bom"] {
		for _, at := range s.Sites.ID {
			k, ok := find(row["parent_id"], at)
			c, ok2 := find(row["component_id"], at)
			if ok && ok2 && (row["site_id"] == "" || row["site_id"] == at) {
				lines = append(lines, line{k, c, row})
			}
		}
	}
	id := func(row map[string]string) string {
		if row["bom_id"] == "" {
			return "1"
		}
		return row["bom_id"]
	}
	slices.SortStableFunc(lines, func(x, y line) int {
		if x.k != y.k {
			return int(x.k) - int(y.k)
		}
		return strings.Compare(id(x.row), id(y.row))
	})
	for _, l := range lines {
		r.row = l.row
		b.Off[l.k+1]++
		qty, per, pct, divide := r.qty("qty_per", planwright.One), r.qty("per_qty", planwright.One), r.qty("scrap_pct", 0), l.row["scrap_rule"] == "divide"
		usage, ok := planwright.UsageRatio(qty, per, pct, divide)
		if !ok {
			r.fail("qty_per", fmt.Errorf("no usage"))
		}
		b.Component, b.Usage, b.QtyPer, b.PerQty = append(b.Component, l.c), append(b.Usage, usage), append(b.QtyPer, qty), append(b.PerQty, per)
		b.Fixed, b.ScrapPct, b.ScrapDivide = append(b.Fixed, r.yes("fixed", false)), append(b.ScrapPct, pct), append(b.ScrapDivide, divide)
		role := planwright.Component
		switch l.row["role"] {
		case "coproduct":
			role = planwright.CoProduct
		case "byproduct":
			role = planwright.ByProduct
		}
		b.Role, b.ID, b.Priority, b.Phantom = append(b.Role, role), append(b.ID, id(l.row)), append(b.Priority, r.int("priority", 1)), append(b.Phantom, r.yes("phantom", false))
		b.From, b.To = append(b.From, r.day("effective_from")), append(b.To, r.day("effective_to"))
		b.AltGroup, b.AltPriority, b.AltShare = append(b.AltGroup, l.row["alternate_group"]), append(b.AltPriority, r.int("alternate_priority", 1)), append(b.AltShare, r.qty("alternate_share", planwright.NoQty))
		b.LotFrom, b.LotTo = append(b.LotFrom, r.qty("lot_from", planwright.NoQty)), append(b.LotTo, r.qty("lot_to", planwright.NoQty))
	}
	for k := range s.Len() {
		b.Off[k+1] += b.Off[k]
	}
}

// sku sets the columns of a row of the skus table.
func (m *model) sku(r *reader, t *planwright.SKUs, k planwright.SKU) {
	t.Procurement[k] = enum(r, "procurement", planwright.ParseProcurement, planwright.ProcurementNone)
	t.MRPType[k] = enum(r, "mrp_type", planwright.ParseMRPType, planwright.MRP)
	t.ReorderScope[k] = enum(r, "reorder_scope", planwright.ParseReorderScope, planwright.ScopeStock)
	t.LotRule[k] = enum(r, "lot_rule", planwright.ParseLotRule, planwright.LotForLot)
	t.SafetyTiming[k] = enum(r, "safety_stock_timing", planwright.ParseSafetyTiming, planwright.RestoreToday)
	t.FenceType[k] = enum(r, "fence_type", planwright.ParseFenceType, planwright.FenceNone)
	for col, c := range map[string][]int32{
		"lead_time_days": t.LeadTime, "gr_days": t.GRDays, "opening_days": t.OpeningDays, "lot_periods": t.LotPeriods, "safety_time_days": t.SafetyTime,
		"review_days": t.ReviewDays, "coverage_days": t.CoverageDays, "reschedule_days": t.RescheduleDays, "reschedule_tolerance_days": t.RescheduleTolerance, "demand_fence_days": t.DemandFence,
		"planning_fence_days": t.PlanningFence, "decoupled_lead_time_days": t.DLT, "spike_horizon_days": t.SpikeHorizon, "consume_back_days": t.ConsumeBack,
		"consume_fwd_days": t.ConsumeForward, "strategy": t.Strategy,
	} {
		c[k] = r.int(col, c[k])
	}
	for col, c := range map[string][]planwright.Qty{
		"lead_time_per_unit": t.LeadTimePerUnit, "lot_size": t.LotSize, "lot_min": t.LotMin, "lot_multiple": t.LotMultiple, "lot_max": t.LotMax,
		"safety_stock": t.SafetyStock, "reorder_point": t.ReorderPoint, "order_up_to": t.OrderUpTo, "scrap_pct": t.ScrapPct, "adu": t.ADU,
	} {
		c[k] = r.qty(col, c[k])
	}
	for col, c := range map[string][]float64{
		"order_cost": t.OrderCost, "holding_rate": t.HoldingRate, "lead_time_factor": t.LeadTimeFactor, "variability_factor": t.VarFactor, "spike_threshold": t.SpikeThreshold,
	} {
		c[k] = r.float(col, c[k])
	}
	t.LotMaxAsIs[k] = r.row["lot_max_rest"] == "as_is"
	t.GroupMove[k] = r.row["group_start"] == "movement"
	t.ScrapDivide[k] = r.row["scrap_rule"] == "divide"
	t.PhantomIgnoreStock[k] = r.row["phantom_stock"] == "ignore"
	t.Rounding[k] = r.row["rounding_profile"]
	t.ConsumptionMode[k] = uint8(r.int("consumption_mode", 2))
}
