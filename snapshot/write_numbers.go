package snapshot

import (
	"fmt"
	"slices"
	"strings"

	"planwright"
)

// Pegs and dated elements are most of a plan: tens of millions of rows that name
// some thousands of orders and sku's again and again. A plan file stores them
// with numbers in place of names, as the engine makes them, in schema data;
// main has views that put the names back.

// ByNumber says whether a table of a plan file is such a view.
func ByNumber(table string) bool { return table == "pegging" || table == "requirements" }

// SeqColumn is the column of the views over numbers that holds the place of a row
// in the order of the engine, from 0. A view has no order of its own.
const SeqColumn = "seq"

// planFileTables are the tables of a plan file in the order of its digest: those
// of [planTables], but pegging and requirements by number in schema data, and
// the two dictionaries that name what they refer to. With t == nil they have
// columns only.
func planFileTables(t *planText) []planTable {
	tables := planTables(t)
	numbers := []planTable{
		{schema: "data", name: "skus", cols: columns("sku:i item_id site_id")},
		{schema: "data", name: "orders", cols: columns("ref:i order_id kind")},
		{schema: "data", name: "pegging", cols: columns("sku:i supply_kind:i supply:i demand_kind:i demand:i demand_on:d qty:q due_on:d")},
		{schema: "data", name: "requirements", cols: columns("sku:i on:d kind:i ref:i qty:q available_after:q")},
		{schema: "data", name: "forecast_states", cols: columns("sku:i kind state")},
	}
	if t != nil {
		o := t.orderRefs()
		for i, f := range []struct {
			rows int
			fill func() func(w rowWriter, i int)
		}{{t.s.Len(), t.skuNames}, {int(o.end), o.names}, {t.p.Pegs.Len(), o.pegging}, {t.p.Requirements.Len(), o.requirements}, {len(t.p.States.SKU), t.states}} {
			numbers[i].rows, numbers[i].fill = f.rows, f.fill
		}
	}
	kept := tables[:0]
	for _, table := range tables {
		if !ByNumber(table.name) {
			kept = append(kept, table)
		}
	}
	return append(append(kept, numbers...), dimensionTables(t)...)
}

// orderRefs numbers everything that a peg can name: the planned orders by their
// row, then the open receipts, the demand orders and the reservations.
type orderRefs struct {
	*planText
	supply, demand, reserved, end int32 // the first number of each
}

func (t *planText) orderRefs() *orderRefs {
	o := &orderRefs{planText: t, supply: int32(t.p.Orders.Len())}
	o.demand = o.supply + int32(len(t.s.Supply.OrderID))
	o.reserved = o.demand + int32(len(t.s.Demand.OrderID))
	o.end = o.reserved + int32(len(t.s.Reserved.OrderID))
	return o
}

func (t *planText) skuNames() func(w rowWriter, i int) {
	return func(w rowWriter, i int) {
		w.int(0, int32(i))
		t.sku(w, 1, planwright.SKU(i))
	}
}

// names writes the dictionary of the orders.
func (o *orderRefs) names() func(w rowWriter, i int) {
	return func(w rowWriter, i int) {
		ref := int32(i)
		w.int(0, ref)
		switch {
		case ref < o.supply:
			w.bytes(1, o.order(ref))
			w.text(2, "planned")
		case ref < o.demand:
			w.text(1, o.s.Supply.OrderID[ref-o.supply])
			w.text(2, o.s.Supply.Kind[ref-o.supply].String())
		case ref < o.reserved:
			w.text(1, o.s.Demand.OrderID[ref-o.demand])
			w.text(2, "order")
		default:
			w.text(1, o.s.Reserved.OrderID[ref-o.reserved])
			w.text(2, "reservation")
		}
	}
}

func (o *orderRefs) pegging() func(w rowWriter, i int) {
	g := &o.p.Pegs
	return func(w rowWriter, i int) {
		w.int(0, int32(g.SKU[i]))
		w.int(1, int32(g.SupplyKind[i]))
		switch g.SupplyKind[i] {
		case planwright.SupplyStock:
			w.null(2)
		case planwright.SupplyReceipt:
			w.int(2, o.supply+g.SupplyRef[i])
		default:
			w.int(2, g.SupplyRef[i])
		}
		w.int(3, int32(g.DemandKind[i]))
		ref, on := planwright.NoInt, planwright.NoDay
		switch g.DemandKind[i] {
		case planwright.DemandOrder:
			ref = o.demand + g.DemandRef[i]
		case planwright.DemandForecast:
			on = planwright.Day(g.DemandRef[i])
		case planwright.DemandReserved:
			ref = o.reserved + g.DemandRef[i]
		case planwright.DemandOpenTransfer:
			ref = o.supply + g.DemandRef[i]
		case planwright.DemandDependent, planwright.DemandTransfer:
			ref = g.DemandRef[i]
		}
		w.int(4, ref)
		w.day(5, on)
		w.qty(6, g.Qty[i])
		w.day(7, g.DueOn[i])
	}
}

func (o *orderRefs) requirements() func(w rowWriter, i int) {
	r := &o.p.Requirements
	return func(w rowWriter, i int) {
		w.int(0, int32(r.SKU[i]))
		w.day(1, r.On[i])
		w.int(2, int32(r.Kind[i]))
		ref := r.Ref[i]
		if ref == planwright.None {
			ref = planwright.NoInt
		} else {
			switch r.Kind[i] {
			case planwright.ElemReceipt, planwright.ElemOpenTransfer:
				ref += o.supply
			case planwright.ElemOrder:
				ref += o.demand
			case planwright.ElemReserved:
				ref += o.reserved
			case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
			default:
				ref = planwright.NoInt
			}
		}
		w.int(3, ref)
		w.qty(4, r.Qty[i])
		w.qty(5, r.After[i])
	}
}

// numberView is a view of main over the numbers of data: the expressions of its
// columns, t being the rows, k the sku's, and the other letters orders.
type numberView struct {
	table string
	plain [][2]string // column and expression over t alone
	order [][2]string // column and expression that take the name of an order
	joins [][2]string // letter of orders, and the column of t that names one
}

// numberViews are these views. Column demand_order is demand_id where that is an
// order and not a day: DuckDB finds an order in it through its number, without
// reading every peg.
func numberViews() []numberView {
	var demand, element []string
	for k := planwright.DemandOrder; k <= planwright.DemandOpenTransfer; k++ {
		demand = append(demand, literal(k.String()))
	}
	for k := planwright.ElemStock; k <= planwright.ElemOpenTransfer; k++ {
		element = append(element, literal(k.String()))
	}
	return []numberView{
		{table: "pegging", joins: [][2]string{{"s", "supply"}, {"d", "demand"}},
			order: [][2]string{{"supply_id", "s.order_id"},
				{"supply_kind", fmt.Sprintf("CASE t.supply_kind WHEN %d THEN 'stock' WHEN %d THEN s.kind WHEN %d THEN 'coproduct' ELSE 'planned' END", planwright.SupplyStock, planwright.SupplyReceipt, planwright.SupplyCoProduct)},
				{"demand_id", "coalesce(d.order_id, CAST(t.demand_on AS VARCHAR))"}, {"demand_order", "d.order_id"}},
			plain: [][2]string{{"demand_kind", "[" + strings.Join(demand, ", ") + "][t.demand_kind + 1]"}, {"qty", "t.qty"}, {"due_on", "t.due_on"}}},
		{table: "requirements", joins: [][2]string{{"o", "ref"}},
			order: [][2]string{{"order_id", "o.order_id"}},
			plain: [][2]string{{"on", `t."on"`}, {"kind", "[" + strings.Join(element, ", ") + "][t.kind + 1]"}, {"qty", "t.qty"}, {"available_after", "t.available_after"}}},
	}
}

func numberViewNamed(table string) *numberView {
	for _, v := range numberViews() {
		if v.table == table {
			return &v
		}
	}
	return nil
}

// NumberRows is the source, for FROM, of the rows of a view over numbers that a
// condition on their column rowid chooses, with the view's columns. A few rows
// look up a few names: the view itself reads every name first.
func NumberRows(table, cond string) string {
	v := numberViewNamed(table)
	with := []string{"t AS MATERIALIZED (SELECT *, rowid AS seq FROM plan.data." + table + " WHERE " + cond + ")",
		"k AS MATERIALIZED (SELECT sku, item_id, site_id FROM plan.data.skus WHERE sku IN (SELECT sku FROM t))"}
	from := "t JOIN k ON k.sku = t.sku"
	for _, j := range v.joins {
		with = append(with, j[0]+" AS MATERIALIZED (SELECT ref, order_id, kind FROM plan.data.orders WHERE ref IN (SELECT "+j[1]+" FROM t))")
		from += " LEFT JOIN " + j[0] + " ON " + j[0] + ".ref = t." + j[1]
	}
	return "(WITH " + strings.Join(with, ", ") + " SELECT k.item_id, k.site_id, " + list(append(slices.Clone(v.plain), v.order...)) + ", t.seq FROM " + from + ")"
}

// wordsOf are the names that a condition or an order may hold. A value of it may
// look like one too; that costs a join.
func wordsOf(condition string) map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.FieldsFunc(condition, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		words[w] = true
	}
	return words
}

// NumberFilter is the source, for FROM, of the rows of a view over numbers with
// those columns alone that a condition or an order names, and seq: names that
// nobody asks for are not joined.
func NumberFilter(table, condition string) string {
	v := numberViewNamed(table)
	words := wordsOf(condition)
	names := func(column string) bool { return words[column] }
	var cols [][2]string
	from := "plan.data." + table + " t"
	if names("item_id") || names("site_id") {
		cols = append(cols, [2]string{"item_id", "k.item_id"}, [2]string{"site_id", "k.site_id"})
		from += " JOIN plan.data.skus k ON k.sku = t.sku"
	}
	for _, c := range v.plain {
		if names(c[0]) {
			cols = append(cols, c)
		}
	}
	if slices.ContainsFunc(v.order, func(c [2]string) bool { return names(c[0]) }) {
		cols = append(cols, v.order...)
		for _, j := range v.joins {
			from += " LEFT JOIN plan.data.orders " + j[0] + " ON " + j[0] + ".ref = t." + j[1]
		}
	}
	cols = append(cols, [2]string{SeqColumn, "t.rowid"})
	return "(SELECT " + list(cols) + " FROM " + from + ")"
}

func list(cols [][2]string) string {
	sel := make([]string, len(cols))
	for i, c := range cols {
		sel[i] = c[1] + " AS " + quote(c[0])
	}
	return strings.Join(sel, ", ")
}

// planViews makes the views of main over the numbers of data.
func planViews() string {
	pick := func(v *numberView, names ...string) string {
		var cols [][2]string
		for _, n := range names {
			for _, c := range append(append([][2]string{{"item_id", "k.item_id"}, {"site_id", "k.site_id"}, {SeqColumn, "t.rowid"}}, v.plain...), v.order...) {
				if c[0] == n {
					cols = append(cols, c)
				}
			}
		}
		return list(cols)
	}
	var b strings.Builder
	for _, v := range numberViews() {
		names := strings.Fields("item_id site_id on kind order_id qty available_after seq")
		if v.table == "pegging" {
			names = strings.Fields("supply_id supply_kind demand_id demand_kind item_id site_id qty due_on demand_order seq")
		}
		fmt.Fprintf(&b, "CREATE VIEW main.%[1]s AS SELECT %[2]s FROM data.%[1]s t JOIN data.skus k ON k.sku = t.sku", v.table, pick(&v, names...))
		for _, j := range v.joins {
			fmt.Fprintf(&b, " LEFT JOIN data.orders %[1]s ON %[1]s.ref = t.%[2]s", j[0], j[1])
		}
		b.WriteString(";\n")
	}
	return b.String()
}
