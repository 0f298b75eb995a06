package mrp

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"planwright"
)

// sharedCases are neutral planning cases that are kept beside the project.
const sharedCases = "../../shared/cases/mrp"

type caseRow map[string]any

func (r caseRow) text(k string) string {
	switch v := r[k].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func (r caseRow) num(k string) float64      { v, _ := r[k].(float64); return v }
func (r caseRow) sub(k string) caseRow      { v, _ := r[k].(map[string]any); return v }
func (r caseRow) list(k string) []caseRow   { return caseRows(r[k]) }
func (r caseRow) has(k string) (found bool) { _, found = r[k]; return found }

func caseRows(v any) (rows []caseRow) {
	list, _ := v.([]any)
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			rows = append(rows, m)
		}
	}
	return rows
}

// aCase is one case, mapped onto the tables of the data set.
type aCase struct {
	c       caseRow
	start   planwright.Day
	sited   bool
	m       *model
	onlyFor string // the item that a case with several outputs speaks of
	loose   bool   // orders are not asserted
}

func (c *aCase) day(v any) planwright.Day {
	switch x := v.(type) {
	case string:
		d, err := planwright.ParseDay(x)
		if err != nil {
			panic(err)
		}
		return d
	case float64:
		return planwright.Date(2026, 1, 1) + planwright.Day(x)
	}
	return planwright.NoDay
}

func (c *aCase) site(r caseRow) string {
	if c.sited {
		return r.text("site")
	}
	return ""
}

// build maps the case.
func (c *aCase) build() {
	k := c.c
	time, params := k.sub("time"), k.sub("params")
	c.start = c.day(time["start"])
	c.m = newModel(c.start)
	for _, table := range []string{"items", "boms", "inventory", "receipts", "demand"} {
		for _, r := range k.list(table) {
			c.sited = c.sited || r.has("site")
		}
	}
	c.sited = c.sited || len(k.list("transfers")) > 0
	m, site := c.m, c.site

	made := map[[2]string]bool{}
	for _, b := range k.list("boms") {
		if b.has("parent") {
			made[[2]string{b.text("parent"), site(b)}] = true
		}
	}
	moved := map[[2]string]caseRow{}
	names := map[string]caseRow{}
	var keys [][2]string
	skus := map[[2]string]caseRow{}
	put := func(key [2]string, it caseRow) {
		if _, ok := skus[key]; !ok {
			keys = append(keys, key)
			skus[key] = it
		}
	}
	for _, it := range k.list("items") {
		put([2]string{it.text("item"), site(it)}, it)
		if _, ok := names[it.text("item")]; !ok {
			names[it.text("item")] = it
		}
	}
	for _, t := range k.list("transfers") {
		moved[[2]string{t.text("item"), t.text("to")}] = t
	}
	for _, t := range k.list("transfers") {
		put([2]string{t.text("item"), t.text("to")}, caseRow{"item": t.text("item")})
		from := caseRow{}
		for a, b := range names[t.text("item")] {
			from[a] = b
		}
		put([2]string{t.text("item"), t.text("from")}, from)
	}
	for _, table := range []string{"demand", "inventory"} {
		for _, r := range k.list(table) {
			it := names[r.text("item")]
			if it == nil {
				it = caseRow{"item": r.text("item")}
			}
			put([2]string{r.text("item"), site(r)}, it)
		}
	}
	cal := ""
	if days, ok := time["workdays"].([]any); ok {
		cal = "CAL"
		for wd := 1; wd <= 7; wd++ {
			m.add("calendar", "calendar_id", cal, "weekday", wd, "working", slices.Contains(days, any(float64(wd))))
		}
		holidays, _ := time["holidays"].([]any)
		for _, h := range holidays {
			m.add("calendar", "calendar_id", cal, "on", c.day(h), "working", false)
		}
		m.add("site", "site_id", "MAIN", "calendar_id", cal)
	}
	for _, it := range k.list("items") {
		lot, out := it.sub("lot"), it.sub("discontinued")
		row := m.add("item", "item_id", it.text("item"), "unit_cost", lot.text("price"))
		if out != nil {
			row["status"], row["successor_item_id"], row["effective_out_on"] = "phase_out", out.text("follow_up"), c.day(out["effective_out"]).String()
		}
		if u := it.sub("purchase_uom"); u != nil {
			m.add("uom", "item_id", it.text("item"), "uom", u.text("uom"), "factor", u.text("factor"))
		}
	}
	for _, key := range keys {
		if c.sited && key[1] == "" {
			continue // every sku of a case with sites names its site
		}
		c.sku(key, skus[key], made, moved, cal)
	}
	c.bom()
	for _, t := range k.list("transfers") {
		lot := t.sub("lot")
		m.add("source", "item_id", t.text("item"), "site_id", t.text("to"), "kind", "transfer", "from_site_id", t.text("from"), "lead_time_days", int(t.num("lead_time")),
			"lot_min", lot.text("min"), "lot_multiple", lot.text("multiple"), "lot_max", lot.text("max"))
	}
	if params.text("site_policy") == "use_other_site_stock_first" {
		sources, _ := params["source_sites"].([]any)
		done := map[[2]string]bool{}
		for _, r := range k.list("demand") {
			key := [2]string{r.text("item"), r.text("site")}
			if done[key] {
				continue
			}
			done[key] = true
			for n, s := range sources {
				m.add("source", "item_id", key[0], "site_id", key[1], "kind", "transfer", "from_site_id", s, "lead_time_days", 0, "priority", n+1, "from_stock_only", true)
			}
			m.add("source", "item_id", key[0], "site_id", key[1], "kind", "buy", "supplier_id", "SUP", "lead_time_days", int(names[key[0]].num("lead_time")), "priority", len(sources)+1)
		}
	}
	for _, r := range k.list("inventory") {
		m.add("stock", "item_id", r.text("item"), "site_id", site(r), "qty", r.text("qty"))
	}
	for n, r := range k.list("receipts") {
		key := [2]string{r.text("item"), site(r)}
		kind, id := "purchase", r.text("id")
		if made[key] {
			kind = "work"
		}
		if id == "" {
			id = fmt.Sprint("R", n+1)
		}
		from := ""
		if t := moved[key]; t != nil {
			kind, from = "transfer", t.text("from")
		}
		m.add("supply", "order_id", id, "kind", kind, "item_id", key[0], "site_id", key[1], "qty", r.text("qty"), "due_on", c.day(r["due"]), "from_site_id", from, "firm", r.text("firm"), "uom", r.text("uom"))
		for _, x := range r.list("components") {
			m.add("reservation", "order_id", id, "item_id", x.text("item"), "site_id", site(x), "qty", x.text("qty"), "due_on", c.day(x["due"]))
		}
	}
	for n, r := range k.list("demand") {
		id := r.text("id")
		if id == "" {
			id = fmt.Sprint("D", n+1)
		}
		if r.num("qty") == 0 {
			continue
		}
		when := c.day(r["due"])
		switch r.text("type") {
		case "forecast":
			m.add("forecast", "item_id", r.text("item"), "site_id", site(r), "qty", r.text("qty"), "from", when, "to", when)
		case "reservation":
			m.add("reservation", "order_id", id, "item_id", r.text("item"), "site_id", site(r), "qty", r.text("qty"), "due_on", when)
		default:
			m.add("demand", "order_id", id, "item_id", r.text("item"), "site_id", site(r), "qty", r.text("qty"), "due_on", when)
		}
	}
	every := func(col string, v any) {
		for _, r := range m.rows["sku"] {
			r[col] = fmt.Sprint(v)
		}
	}
	if params["ss_wait_for_receipt_in_window"] == true {
		every("safety_stock_timing", "receipt_in_window")
	}
	if params.text("group_due") == "first_movement_in_window" {
		every("group_start", "movement")
	}
	if params.has("rescheduling_horizon") {
		every("reschedule_days", params.text("rescheduling_horizon"))
	}
	if params.has("tolerance_days") {
		every("reschedule_tolerance_days", params.text("tolerance_days"))
	}
	for _, o := range k.sub("expected").list("planned_orders") {
		c.loose = c.loose || o.text("type") == "unsourced" // what a cycle leaves planned is a policy
	}
	c.past(params)
}

// past looks at an unconstrained case, whose starts may lie before its first
// day, from an earlier day where nothing depends on today.
func (c *aCase) past(params caseRow) {
	if params["start_clamp"] == true {
		return
	}
	first := c.start
	lead := map[string]planwright.Day{}
	for _, it := range c.c.list("items") {
		lead[it.text("item")] = planwright.Day(it.num("lead_time"))
	}
	for _, o := range c.c.sub("expected").list("planned_orders") {
		for _, col := range []string{"start", "due"} {
			if o.has(col) {
				first = min(first, c.day(o[col]))
			}
		}
		if !o.has("start") && !c.c.sub("time").has("workdays") {
			first = min(first, c.day(o["due"])-lead[o.text("item")])
		}
	}
	for _, d := range c.c.list("demand") {
		first = min(first, c.day(d["due"]))
	}
	if first >= c.start {
		return
	}
	back := planwright.Day(60)
	for _, r := range c.m.rows["sku"] {
		if r["safety_stock"] != "" || r["mrp_type"] != "mrp" && r["mrp_type"] != "none" {
			c.m.settings["past_start"] = "keep"
			return
		}
		if r["lead_time_per_unit"] != "" {
			back = 400
		}
	}
	c.m.asOf = first - back
}

func pct(yield float64) string {
	return strconv.FormatFloat(math.Round(100*(1-yield)*1e6)/1e6, 'f', -1, 64)
}

func (c *aCase) sku(key [2]string, it caseRow, made map[[2]string]bool, moved map[[2]string]caseRow, cal string) {
	m, lot, t := c.m, it.sub("lot"), moved[key]
	kind, lead := "buy", it.text("lead_time")
	if made[key] {
		kind = "make"
	}
	if t != nil {
		kind, lead = "transfer", strconv.Itoa(int(t.num("lead_time")))
	}
	row := m.add("sku", "item_id", key[0], "site_id", key[1], "procurement", kind, "lead_time_days", lead, "gr_days", it.text("gr_days"), "safety_time_days", it.text("safety_time"), "mrp_type", "mrp", "lot_rule", "lfl")
	set := func(kv ...string) {
		for i := 0; i < len(kv); i += 2 {
			if kv[i+1] != "" {
				row[kv[i]] = kv[i+1]
			}
		}
	}
	rule := lot.text("rule")
	switch rule {
	case "FOQ":
		set("lot_rule", "foq", "lot_size", lot.text("qty"))
	case "DAYS", "PERIODS":
		set("lot_rule", "day", "lot_periods", lot.text("n"))
	case "LUC":
		set("lot_rule", "luc", "order_cost", lot.text("setup_cost"), "holding_rate", strconv.FormatFloat(lot.num("storage_pct_per_year")/100, 'g', -1, 64))
	case "MINMAX":
		set("mrp_type", "min_max", "lot_rule", "min_max", "reorder_point", lot.text("min"), "order_up_to", lot.text("max"), "lot_multiple", lot.text("multiple"))
	case "HB":
		set("lot_rule", "min_max", "order_up_to", lot.text("max_stock"))
	}
	if rule != "MINMAX" && rule != "HB" {
		set("lot_min", lot.text("min"), "lot_multiple", lot.text("multiple"), "lot_max", lot.text("max"))
	}
	set("lead_time_per_unit", it.text("lead_per_unit_days"))
	if steps := it.list("safety_stock"); steps != nil {
		for _, x := range steps {
			m.add("period", "item_id", key[0], "site_id", key[1], "from", c.day(x["from"]), "safety_stock", x.text("qty"))
		}
	} else if it.num("safety_stock") > 0 {
		set("safety_stock", it.text("safety_stock"))
	}
	if steps := it.list("yield"); steps != nil {
		set("scrap_rule", "divide")
		for _, x := range steps {
			m.add("period", "item_id", key[0], "site_id", key[1], "from", c.day(x["from"]), "scrap_pct", pct(x.num("qty")))
		}
	} else if y := it.num("yield"); y > 0 {
		set("scrap_pct", pct(y), "scrap_rule", "divide")
	}
	switch it.text("mrp_type") {
	case "VB":
		set("mrp_type", "reorder_point", "reorder_point", it.text("reorder_point"))
	case "V1":
		set("mrp_type", "reorder_point", "reorder_point", it.text("reorder_point"), "reorder_scope", "lead_time")
	case "P1":
		set("fence_type", "P1", "planning_fence_days", it.text("planning_time_fence"))
	}
	if it.has("plannable") && it["plannable"] == false {
		set("mrp_type", "none")
	}
	if x := it.sub("consumption"); x != nil {
		set("consumption_mode", x.text("mode"), "consume_back_days", x.text("backward"), "consume_fwd_days", x.text("forward"), "strategy", it.text("strategy"))
	}
	if x := it.sub("ddmrp"); x != nil {
		set("mrp_type", "ddmrp", "lot_min", x.text("moq"), "review_days", x.text("order_cycle"), "adu", x.text("adu"), "lead_time_factor", x.text("lead_time_factor"),
			"variability_factor", x.text("variability_factor"), "spike_horizon_days", x.text("spike_horizon"), "decoupled_lead_time_days", x.text("dlt"))
	}
	for _, a := range it.list("alternates") {
		m.add("source", "item_id", key[0], "site_id", key[1], "kind", "buy", "supplier_id", a.text("supplier"), "lead_time_days", a.text("lead_time"), "priority", a.text("priority"))
	}
	for _, q := range it.list("quota") {
		m.add("source", "item_id", key[0], "site_id", key[1], "kind", "buy", "supplier_id", q.text("source"), "lead_time_days", int(it.num("lead_time")), "quota", q.text("quota"), "quota_base", q.num("base")+q.num("allocated"))
	}
	if cal != "" && kind == "buy" && len(it.list("alternates")) == 0 {
		m.rows["supplier"] = nil
		m.add("supplier", "supplier_id", "SUP", "calendar_id", cal)
		m.add("source", "item_id", key[0], "site_id", key[1], "kind", "buy", "supplier_id", "SUP", "lead_time_days", lead)
	}
}

func (c *aCase) bom() {
	m := c.m
	phantom := map[[2]string]bool{}
	for _, it := range c.c.list("items") {
		if it["phantom"] == true {
			phantom[[2]string{it.text("item"), c.site(it)}] = true
		}
	}
	for _, b := range c.c.list("boms") {
		if out := b.list("outputs"); out != nil { // one operation, several products: the first is the parent
			first := out[0]
			n := first.num("qty")
			c.onlyFor = first.text("item")
			for _, o := range out[1:] {
				m.add("bom", "parent_id", first.text("item"), "component_id", o.text("item"), "qty_per", o.num("qty")/n, "role", "coproduct")
			}
			for _, o := range b.list("components") {
				m.add("bom", "parent_id", first.text("item"), "component_id", o.text("item"), "qty_per", o.num("qty")/n)
			}
			for _, r := range m.rows["sku"] {
				for _, o := range out {
					if r["item_id"] == o.text("item") {
						r["procurement"] = "make"
					}
				}
			}
			continue
		}
		kv := []any{"parent_id", b.text("parent"), "component_id", b.text("component"), "site_id", c.site(b), "scrap_pct", b.text("scrap_pct")}
		for _, col := range []string{"effective_from", "effective_to"} {
			if b.has(col) {
				kv = append(kv, col, c.day(b[col]))
			}
		}
		if phantom[[2]string{b.text("component"), c.site(b)}] {
			kv = append(kv, "phantom", true)
		}
		if b.num("scrap_pct") > 0 && b.text("scrap_mode") != "mul" {
			kv = append(kv, "scrap_rule", "divide")
		}
		if b.has("alt_group") {
			kv = append(kv, "alternate_group", b.text("alt_group"), "alternate_priority", b.text("priority"))
		}
		if b.num("qty") > 0 {
			m.add("bom", append(kv, "qty_per", b.text("qty"))...)
		}
		if b.num("qty_fixed") > 0 {
			m.add("bom", append(kv, "qty_per", b.text("qty_fixed"), "fixed", true)...)
		}
	}
}

// plannedLine is an order as a case compares it; empty parts match anything.
type plannedLine struct {
	item, site, start, due, kind, source string
	qty, tol                             float64
}

func (a plannedLine) matches(b plannedLine) bool {
	for _, p := range [][2]string{{a.item, b.item}, {a.site, b.site}, {a.start, b.start}, {a.due, b.due}, {a.kind, b.kind}, {a.source, b.source}} {
		if p[0] != "" && p[0] != p[1] {
			return false
		}
	}
	return math.Abs(a.qty-b.qty) <= max(1e-6, a.tol)
}

func aggregate(lines []plannedLine) (sum []plannedLine) {
	at := map[plannedLine]int{}
	for _, l := range lines {
		k := l
		k.qty, k.tol = 0, 0
		i, ok := at[k]
		if !ok {
			i = len(sum)
			at[k] = i
			sum = append(sum, k)
		}
		sum[i].qty += l.qty
		sum[i].tol = max(sum[i].tol, l.tol)
	}
	return sum
}

// rounding is the tolerance of a figure that the case gives to three decimals.
func rounding(q float64) float64 {
	if _, frac, _ := strings.Cut(strconv.FormatFloat(q, 'f', -1, 64), "."); len(frac) == 3 {
		return 0.51e-3
	}
	return 0
}

func (c *aCase) orders(s *planwright.Snapshot, r *Result) string {
	expected := c.c.sub("expected")
	lines := expected.list("planned_orders")
	any := func(col string) bool {
		return slices.ContainsFunc(lines, func(o caseRow) bool { return o.has(col) })
	}
	kinds := map[string]string{"buy": "purchase", "make": "work", "transfer": "transfer", "subcontract": "subcontract"}
	items := map[string]bool{}
	for _, it := range c.c.list("items") {
		items[it.text("item")] = true
	}
	only, _ := expected["items"].([]interface{})
	var want, have []plannedLine
	for _, o := range lines {
		l := plannedLine{item: o.text("item"), site: c.site(o), due: c.day(o["due"]).String(), kind: kinds[o.text("type")], source: o.text("source"), qty: o.num("qty"), tol: rounding(o.num("qty"))}
		if l.item == "" {
			l.item = c.onlyFor
		}
		if l.site == "" {
			l.site = "MAIN"
		}
		if o.has("start") {
			l.start = c.day(o["start"]).String()
		}
		want = append(want, l)
	}
	for i := range r.Orders.SKU {
		k := r.Orders.SKU[i]
		l := plannedLine{item: s.Items.ID[s.SKUs.Item[k]], site: s.Sites.ID[s.SKUs.Site[k]], due: r.Orders.Due[i].String(), qty: r.Orders.Qty[i].Float()}
		if !items[l.item] || only != nil && !slices.Contains(only, interface{}(l.item)) || c.onlyFor != "" && l.item != c.onlyFor {
			continue
		}
		if any("start") {
			l.start = r.Orders.Start[i].String()
		}
		if any("type") {
			l.kind = r.Orders.Kind[i].String()
		}
		if any("source") {
			if x := r.Orders.Supplier[i]; x != planwright.None {
				l.source = s.Suppliers.ID[x]
			} else if x := r.Orders.From[i]; x != planwright.NoSKU {
				l.source = s.Sites.ID[s.SKUs.Site[x]]
			}
		}
		have = append(have, l)
	}
	if expected.text("compare") != "split" {
		want, have = aggregate(want), aggregate(have)
	}
	var lost []plannedLine
	sort.SliceStable(want, func(i, j int) bool { return want[i].start > want[j].start })
	for _, w := range want {
		i := slices.IndexFunc(have, w.matches)
		if i < 0 {
			lost = append(lost, w)
			continue
		}
		have = slices.Delete(have, i, i+1)
	}
	if len(lost)+len(have) == 0 {
		return ""
	}
	return fmt.Sprintf("orders %v, want instead %v", have, lost)
}

func (c *aCase) exceptions(s *planwright.Snapshot, r *Result) string {
	codes := map[string]planwright.Code{"10": planwright.CodeExpedite, "15": planwright.CodeDefer, "20": planwright.CodeCancel, "SHORTAGE_IN_FENCE": planwright.CodeShortageInFence, "SOURCING_CYCLE": planwright.CodeBOMCycle, "LATE": planwright.CodeLate}
	for _, e := range c.c.sub("expected").list("exceptions") {
		hit := false
		for i := range r.Exceptions.Code {
			x := r.Exceptions.At(i)
			hit = hit || x.Code == codes[e.text("code")] && (e.text("item") == "" || s.Items.ID[s.SKUs.Item[x.SKU]] == e.text("item")) && (e.text("receipt") == "" || x.OrderID == e.text("receipt")) &&
				(!e.has("to") || x.MoveTo == c.day(e["to"])) && (!e.has("qty") || math.Abs(math.Abs(x.Qty.Float())-e.num("qty")) < 1e-6)
		}
		if !hit {
			return fmt.Sprintf("no exception %v", e)
		}
	}
	return ""
}

func (c *aCase) pegs(s *planwright.Snapshot, r *Result) string {
	expected := c.c.sub("expected")
	if !expected.has("pegs") && !expected.has("root_pegs") {
		return ""
	}
	alias := map[int32]string{}
	for _, o := range expected.list("planned_orders") {
		for i := range r.Orders.SKU {
			if o.has("id") && s.Items.ID[s.SKUs.Item[r.Orders.SKU[i]]] == o.text("item") && r.Orders.Due[i] == c.day(o["due"]) {
				alias[int32(i)] = o.text("id")
			}
		}
	}
	g := &r.Pegs
	supply := func(i int) string {
		switch g.SupplyKind[i] {
		case planwright.SupplyStock:
			return "ONHAND"
		case planwright.SupplyReceipt:
			return s.Supply.OrderID[g.SupplyRef[i]]
		}
		return alias[g.SupplyRef[i]]
	}
	got := map[[2]string]float64{}
	var roots func(i int, share float64, put func(string, float64))
	roots = func(i int, share float64, put func(string, float64)) {
		switch g.DemandKind[i] {
		case planwright.DemandOrder:
			put(s.Demand.OrderID[g.DemandRef[i]], share)
		case planwright.DemandDependent, planwright.DemandTransfer:
			total := 0.0
			for j := range g.SKU {
				if g.SupplyKind[j] == planwright.SupplyPlanned && g.SupplyRef[j] == g.DemandRef[i] {
					total += g.Qty[j].Float()
				}
			}
			for j := range g.SKU {
				if g.SupplyKind[j] == planwright.SupplyPlanned && g.SupplyRef[j] == g.DemandRef[i] {
					roots(j, share*g.Qty[j].Float()/total, put)
				}
			}
		}
	}
	for i := range g.SKU {
		roots(i, g.Qty[i].Float(), func(d string, q float64) { got[[2]string{d, supply(i)}] += q })
	}
	for _, p := range expected.list("root_pegs") {
		if q := got[[2]string{p.text("demand"), p.text("supply")}]; math.Abs(q-p.num("qty")) > 1e-6 {
			return fmt.Sprintf("root peg %v = %v", p, q)
		}
	}
	return ""
}

func (c *aCase) records(s *planwright.Snapshot, r *Result) string {
	q := &r.Requirements
	expected := c.c.sub("expected")
	for item, days := range expected.sub("projected_available") {
		for d, want := range days.(map[string]any) {
			n, _ := strconv.Atoi(d)
			when := planwright.Date(2026, 1, 1) + planwright.Day(n)
			got := 0.0
			for i := range q.SKU {
				if s.Items.ID[s.SKUs.Item[q.SKU[i]]] == item && q.On[i] <= when {
					got = q.After[i].Float()
				}
			}
			if math.Abs(got-want.(float64)) > 1e-6 {
				return fmt.Sprintf("available of %s after day %s = %v, want %v", item, d, got, want)
			}
		}
	}
	for _, d := range c.c.list("demand") {
		if want, ok := expected.sub("net_forecast")[d.text("id")]; ok {
			got := 0.0
			for i := range q.SKU {
				if q.Kind[i] == planwright.ElemForecast && q.On[i] == c.day(d["due"]) && s.Items.ID[s.SKUs.Item[q.SKU[i]]] == d.text("item") {
					got -= q.Qty[i].Float()
				}
			}
			if math.Abs(got-want.(float64)) > 1e-6 {
				return fmt.Sprintf("net forecast %s = %v, want %v", d.text("id"), got, want)
			}
		}
	}
	zones := func(item string, e caseRow) string {
		b := &r.Buffers
		for i := range b.SKU {
			if s.Items.ID[s.SKUs.Item[b.SKU[i]]] != item {
				continue
			}
			for k, v := range map[string]planwright.Qty{"red_base": b.RedBase[i], "red_safety": b.RedSafety[i], "tor": b.TOR[i], "yellow": b.Yellow[i], "toy": b.TOY[i], "green": b.Green[i], "tog": b.TOG[i],
				"nfp": b.NetFlow[i], "qualified_demand": b.QualifiedDemand[i], "recommended": b.Recommended[i]} {
				if e.has(k) && math.Abs(v.Float()-e.num(k)) > 1e-6 {
					return fmt.Sprintf("%s of %s = %v, want %v", k, item, v, e[k])
				}
			}
			return ""
		}
		return "no buffer of " + item
	}
	if c.c.text("kind") == "ddmrp" {
		for _, it := range c.c.list("items") {
			e := expected.sub(it.text("item"))
			if e == nil {
				e = expected
			}
			if wrong := zones(it.text("item"), e); wrong != "" {
				return wrong
			}
		}
	}
	return ""
}

// TestCases plans the neutral cases of kinds mrp, consumption and ddmrp.
func TestCases(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(sharedCases, "*.json"))
	if len(files) == 0 {
		t.Skip(sharedCases + " is not there: the neutral cases are kept beside the project")
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := &aCase{}
		if err := json.Unmarshal(b, &c.c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if c.c.text("kind") == "lotsizing" {
			continue
		}
		t.Run(c.c.text("id"), func(t *testing.T) {
			c.build()
			s, err := c.m.snapshot()
			if err != nil {
				t.Fatal(err)
			}
			in := Input{Snap: s}
			r, err := Run(context.Background(), in, Options{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, in, Options{}, &r)
			if !c.loose {
				if wrong := c.orders(s, &r); wrong != "" {
					t.Error(wrong)
				}
			}
			for _, check := range []func(*planwright.Snapshot, *Result) string{c.exceptions, c.pegs, c.records} {
				if wrong := check(s, &r); wrong != "" {
					t.Error(wrong)
				}
			}
		})
	}
}
