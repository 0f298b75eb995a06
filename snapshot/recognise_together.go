package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright/tabular"
)

// masters leaves one file for each of the tables that list things once: the
// one that is called so. A history of prices lists items, too, but again and
// again.
func (st *stager) masters(files []*seen) {
	for _, table := range []string{"items", "sites", "suppliers", "bom"} {
		best := 0.0
		for _, s := range files {
			if s.table == table {
				best = max(best, s.sure)
			}
			if s.table == table && (s.entity() == table || tableOf(s.in, true) != nil) {
				best = max(best, 0.95)
			}
		}
		for _, s := range files {
			named := s.entity() == table || tableOf(s.in, true) != nil
			if s.table == table && best >= 0.95 && s.sure < 0.95 && !named {
				s.drop("another file is the list of " + table)
			}
		}
	}
}

// drop takes a file for nothing, and says why.
func (s *seen) drop(why string) {
	s.table, s.sure, s.specs = "", 0, nil
	s.reasons = []string{why}
}

// twice leaves one of two files that tell the same history, once by order and
// once summed up by month.
func (st *stager) twice(ctx context.Context, files []*seen) error {
	type told struct {
		s     *seen
		total float64
		items int64
	}
	var list []told
	for _, s := range files {
		if s.table != "demand_history" || len(s.specs) == 0 || s.has("item") < 0 || s.has("qty") < 0 || s.unpivot != nil {
			continue
		}
		t := told{s: s}
		if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT coalesce(sum(TRY_CAST(%s AS DOUBLE)), 0.0), count(DISTINCT %s) FROM %s", quote(s.cols[s.has("qty")].title), quote(s.cols[s.has("item")].title), s.src.from), nil, &t.total, &t.items); err != nil {
			return err
		}
		list = append(list, t)
	}
	for i := range list {
		for j := range list {
			a, b := &list[i], &list[j]
			if i == j || a.s.table == "" || b.s.table == "" || a.s.rows >= b.s.rows || a.items == 0 {
				continue
			}
			if ratio := a.total / max(b.total, 1e-9); ratio < 0.8 || ratio > 1.25 || a.items*5 < b.items*4 || a.items*4 > b.items*5 {
				continue
			}
			var share float64
			if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT CAST(count(*) FILTER (WHERE c IN (SELECT trim(%s) FROM %s)) AS DOUBLE) / greatest(count(*), 1) FROM (SELECT DISTINCT trim(%s) AS c FROM %s)",
				quote(b.s.cols[b.s.has("item")].title), b.s.src.from, quote(a.s.cols[a.s.has("item")].title), a.s.src.from), nil, &share); err != nil {
				return err
			}
			if share > 0.9 {
				a.s.drop("it sums up the demand that " + b.s.in.name + " tells in detail")
			}
		}
	}
	return nil
}

// oneSite plans everything at one site where demand and parameters name none:
// the places of the stock are bins then.
func (st *stager) oneSite(files []*seen) {
	with, without := 0, 0
	for _, s := range files {
		for _, spec := range s.specs {
			if spec.expr("site_id") != "" && s.sure == 1 {
				return // a data set that says what it means
			}
			switch spec.Table {
			case "demand_history", "demand_orders", "skus", "supply_orders":
				if spec.expr("site_id") == "" {
					without++
				} else {
					with++
				}
			}
		}
	}
	if without == 0 || with > 0 {
		return
	}
	for _, s := range files {
		var kept []TableSpec
		for _, spec := range s.specs {
			if spec.Table == "sites" {
				s.reasons = append(s.reasons, "demand names no site: everything is planned at one, places are bins")
				continue
			}
			if e := spec.expr("site_id"); e != "" {
				spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool { return c.Name == "site_id" })
				spec.GroupBy = slices.DeleteFunc(spec.GroupBy, func(c string) bool { return c == "site_id" })
				if spec.Table == "stock" && len(spec.GroupBy) == 0 {
					if bin := spec.expr("bin"); bin != "" {
						spec.set("bin", fmt.Sprintf("concat_ws(' ', %s, %s)", asColumn(s, e), asColumn(s, bin)))
					} else {
						spec.Columns = append(spec.Columns, ColumnSpec{"bin", e})
					}
					spec = ordered(spec)
				}
			}
			kept = append(kept, spec)
		}
		s.specs = kept
		if len(kept) == 0 && s.table == "sites" {
			s.table = ""
		}
	}
}

// takenAs says whether some file was taken for a table.
func takenAs(files []*seen, table string) bool {
	for _, s := range files {
		for _, spec := range s.specs {
			if spec.Table == table {
				return true
			}
		}
	}
	return false
}

// names adds what a file says beside its own table: planning parameters, stock
// and suppliers in a list of items; names of items in the only file of a data
// set; stock and history in a ledger.
func (st *stager) names(ctx context.Context, files []*seen) error {
	derive := func(s *seen, r *recipe, use func(*TableSpec) bool) {
		if takenAs(files, r.table) {
			return
		}
		spec, ok := st.build(ctx, s, r)
		if !ok {
			return
		}
		spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool { return strings.HasPrefix(c.Name, "x_") })
		if use != nil && !use(&spec) {
			return
		}
		before := len(s.specs)
		if err := st.finish(ctx, s, spec); err != nil || len(s.specs) == before {
			s.specs = s.specs[:before]
			return
		}
		s.reasons = append(s.reasons, "also "+r.table)
	}
	bought := func(s *seen) { // from whom, for how much
		if from := s.find(ms{"supplier", "supplier_name"}); from >= 0 {
			derive(s, recipeOf("sources"), func(spec *TableSpec) bool {
				// The price of an item is not what it costs to buy.
				spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool {
					return c.Name == "price" && s.has("cost") < 0
				})
				if k := s.has("cost"); k >= 0 {
					spec.set("price", s.cols[k].title)
				}
				spec.Where = quote(s.cols[from].title) + " IS NOT NULL"
				return true
			})
		}
	}
	contributors := 0
	for _, s := range files {
		if len(s.specs) > 0 && s.find(ms{"item", "component", "parent"}) >= 0 {
			contributors++
		}
	}
	for _, s := range files {
		if s.unpivot != nil && len(s.specs) > 0 {
			st.beside(s, derive)
		}
		if len(s.specs) == 0 || s.unpivot != nil {
			continue
		}
		switch s.table {
		case "items":
			if s.find(ms{"safety_stock", "reorder_point", "lead_time", "order_up_to", "lot_min", "lot_multiple", "procurement"}) >= 0 {
				derive(s, recipeOf("skus"), nil)
			}
			if s.has("on_hand") >= 0 {
				derive(s, recipeOf("stock"), func(spec *TableSpec) bool { return true })
			}
			bought(s)
		case "stock":
			if s.find(ms{"safety_stock", "reorder_point", "order_up_to", "lead_time", "lot_min"}) >= 0 {
				derive(s, recipeOf("skus"), nil)
			}
			if s.find(ms{"lead_time", "lot_min", "lot_multiple"}) >= 0 { // else the supplier may be that of a lot
				bought(s)
			}
		case "movements":
			if err := st.ledger(ctx, files, s); err != nil {
				return err
			}
		}
		if contributors == 1 && s.table != "items" && s.table != "bom" && s.find(ms{"item_name", "uom"}) >= 0 && s.has("item") >= 0 {
			derive(s, recipeOf("items"), func(spec *TableSpec) bool {
				spec.Columns = slices.DeleteFunc(spec.Columns, func(c ColumnSpec) bool {
					return c.Name != "item_id" && c.Name != "name" && c.Name != "uom" && c.Name != "category" && (c.Name != "unit_cost" || s.table != "stock" || s.has("cost") < 0)
				})
				return true
			})
		}
	}
	return nil
}

// beside takes what a list says of its items beside the months that became rows: each
// item once, from the row of its first month.
func (st *stager) beside(s *seen, derive func(*seen, *recipe, func(*TableSpec) bool)) {
	first := tabular.Period(s.unpivot.Columns[0])
	if first == "" {
		first = s.unpivot.Columns[0]
	}
	once := func(also string) func(spec *TableSpec) bool {
		return func(spec *TableSpec) bool {
			spec.Where = quote(s.unpivot.Name) + " = " + literal(first)
			if also != "" {
				spec.Where += " AND " + quote(also) + " IS NOT NULL"
			}
			return true
		}
	}
	if s.find(ms{"item_name", "uom", "category", "cost"}) >= 0 && s.has("item") >= 0 {
		derive(s, recipeOf("items"), once(""))
	}
	if s.find(ms{"safety_stock", "reorder_point", "lead_time", "order_up_to", "lot_min", "lot_multiple", "procurement"}) >= 0 {
		derive(s, recipeOf("skus"), once(""))
	}
	if k := s.has("on_hand"); k >= 0 {
		derive(s, recipeOf("stock"), func(spec *TableSpec) bool {
			spec.set("qty", s.cols[k].title) // not the quantity of a month
			return once(s.cols[k].title)(spec)
		})
	}
	if k := s.find(ms{"supplier", "supplier_name"}); k >= 0 {
		derive(s, recipeOf("sources"), once(s.cols[k].title))
	}
}

// ledger makes stock and history of a stock ledger that comes without either:
// what lies there by its last balances, or else the sum of all movements, and
// what went out.
func (st *stager) ledger(ctx context.Context, files []*seen, s *seen) error {
	if s.received() {
		return nil // half of a ledger
	}
	mv := s.specs[0]
	qty := asColumn(s, mv.expr("qty"))
	if !strings.Contains(qty, "num(") { // else signs made a number of it
		qty = "num(" + qty + ")"
	}
	if !takenAs(files, "stock") {
		spec := TableSpec{Table: "stock", From: mv.From, As: "src", GroupBy: []string{"item_id"}}
		spec.Columns = append(spec.Columns, ColumnSpec{"item_id", mv.expr("item_id")})
		if e := mv.expr("site_id"); e != "" {
			spec.Columns = append(spec.Columns, ColumnSpec{"site_id", e})
			spec.GroupBy = append(spec.GroupBy, "site_id")
		}
		balance, err := st.lastBalance(ctx, s, &mv, qty, spec.GroupBy)
		if err != nil {
			return err
		}
		if balance != "" {
			s.reasons = append(s.reasons, "stock is the last balance")
		} else {
			balance = "sum(" + qty + ")"
			s.reasons = append(s.reasons, "stock is the sum of its movements")
		}
		spec.Columns = append(spec.Columns, ColumnSpec{"qty", balance})
		s.specs = append(s.specs, spec)
	}
	if !takenAs(files, "demand_history") {
		spec := TableSpec{Table: "demand_history", From: mv.From, As: "src", Where: "coalesce(" + qty + ", -1) < 0"}
		if k := s.has("movement"); k >= 0 {
			words, err := st.wordsIn(ctx, s, k, "moved")
			if err != nil {
				return err
			}
			if len(words) > 0 {
				spec.Where += fmt.Sprintf(" AND coalesce(lower(trim(CAST(%s AS VARCHAR))), '') NOT IN (%s)", quote(s.cols[k].title), strings.Join(words, ", "))
				s.reasons = append(s.reasons, "what was moved, counted or scrapped is no demand")
			}
		}
		for _, c := range []string{"item_id", "site_id", "on"} {
			if e := mv.expr(c); e != "" {
				spec.Columns = append(spec.Columns, ColumnSpec{c, e})
			}
		}
		spec.Columns = append(spec.Columns, ColumnSpec{"qty", "0 - (" + qty + ")"})
		s.specs = append(s.specs, spec)
		s.reasons = append(s.reasons, "what went out is history")
	}
	return nil
}

// lastBalance is the aggregate that takes the stock of a ledger from its column
// of balances; "" where it has none, or one that does not follow from its rows.
// Balances hold what lay there before the first row, which no sum of movements
// does. Rows may run forwards or backwards in time.
func (st *stager) lastBalance(ctx context.Context, s *seen, mv *TableSpec, qty string, by []string) (string, error) {
	k := s.has("on_hand")
	if k < 0 {
		return "", nil
	}
	x := TableSpec{Table: "movements", Columns: []ColumnSpec{{"qty", s.cols[k].title}}}
	if err := st.dress(ctx, s, &x); err != nil {
		return "", err
	}
	balance := "num(" + asColumn(s, x.Columns[0].Expr) + ")"
	if err := st.numbered(ctx, s.i, s.src); err != nil {
		return "", err
	}
	var keys []string
	for _, c := range by {
		keys = append(keys, asColumn(s, mv.expr(c)))
	}
	var steps, forwards, backwards int64
	if _, err := st.c.Scan(ctx, fmt.Sprintf(`SELECT count(*), count(*) FILTER (WHERE b = b1 + q), count(*) FILTER (WHERE b1 = b + q1)
		FROM (SELECT b, q, lag(b) OVER w AS b1, lag(q) OVER w AS q1 FROM (SELECT %s AS b, %s AS q, __row, %s FROM %s AS src) WINDOW w AS (PARTITION BY %s ORDER BY __row)) WHERE b1 IS NOT NULL AND b IS NOT NULL`,
		balance, qty, named(keys), s.src.from, numberedKeys(len(keys))), nil, &steps, &forwards, &backwards); err != nil {
		return "", err
	}
	switch {
	case 10*forwards >= 9*steps && steps > 0:
		return "arg_max(" + balance + ", __row)", nil
	case 10*backwards >= 9*steps && steps > 0:
		return "arg_min(" + balance + ", __row)", nil
	}
	return "", nil
}

// named writes expressions as k0, k1, ...; numberedKeys lists these names.
func named(list []string) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = fmt.Sprintf("%s AS k%d", e, i)
	}
	return strings.Join(out, ", ")
}

func numberedKeys(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("k%d", i)
	}
	return strings.Join(out, ", ")
}

// details joins lines of orders to the file that holds their heads, found by
// the number that both carry.
func (st *stager) details(ctx context.Context, files []*seen) error {
	for _, d := range files {
		if len(d.specs) > 0 || d.has("order") < 0 || d.has("item") < 0 || d.has("qty") < 0 || d.has("date") >= 0 {
			continue
		}
		for _, h := range files {
			k := h.has("order")
			if h == d || len(h.specs) > 0 || k < 0 || h.has("item") >= 0 || h.has("date") < 0 {
				continue
			}
			dk, hk := quote(d.cols[d.has("order")].title), quote(h.cols[k].title)
			var share float64
			if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT CASE WHEN (SELECT count(DISTINCT %[1]s) = count(%[1]s) FROM %[2]s) THEN CAST(count(*) FILTER (WHERE %[3]s IN (SELECT %[1]s FROM %[2]s)) AS DOUBLE) / greatest(count(*), 1) ELSE 0.0 END FROM %[4]s",
				hk, h.src.from, dk, d.src.from), nil, &share); err != nil {
				return err
			}
			if share < 0.8 {
				continue
			}
			if err := st.joined(ctx, d, h, dk, hk, share); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func (st *stager) joined(ctx context.Context, d, h *seen, dk, hk string, share float64) error {
	spec := TableSpec{Table: "demand_history", From: d.in.name, As: "src", Join: []JoinSpec{{File: h.in.name, As: "h", On: "h." + hk + " = src." + dk}}}
	add := func(s *seen, alias, column string, meanings ms) error {
		k := s.find(meanings)
		if k < 0 || spec.expr(column) != "" {
			return nil
		}
		x := TableSpec{Table: spec.Table, Columns: []ColumnSpec{{column, s.cols[k].title}}}
		if err := st.dress(ctx, s, &x); err != nil {
			return err
		}
		e := strings.ReplaceAll(asColumn(s, x.Columns[0].Expr), quote(s.cols[k].title), alias+"."+quote(s.cols[k].title))
		spec.Columns = append(spec.Columns, ColumnSpec{column, e})
		return nil
	}
	for _, x := range []struct {
		s        *seen
		alias    string
		column   string
		meanings ms
	}{{d, "src", "item_id", ms{"item"}}, {d, "src", "site_id", ms{"site"}}, {h, "h", "on", ms{"date"}}, {d, "src", "qty", ms{"qty"}}, {h, "h", "customer_id", ms{"customer"}}, {d, "src", "price", ms{"price"}}} {
		if err := add(x.s, x.alias, x.column, x.meanings); err != nil {
			return err
		}
	}
	d.table, d.sure = "demand_history", 0.6+0.3*share
	d.reasons = []string{fmt.Sprintf("%.0f %% of its orders are in %s, which has the day", 100*share, h.in.name)}
	d.specs = append(d.specs, spec)
	if h.table == "" {
		h.table, h.sure, h.reasons = "demand_history", d.sure, []string{"the heads of the orders in " + d.in.name}
	}
	return nil
}
