package snapshot

import (
	"fmt"
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

// planViews are the views of main over the numbers of data. Column demand_order is
// demand_id where that is an order and not a day: DuckDB finds an order in it
// through its number, without reading every peg.
func planViews() string {
	var demand, element []string
	for k := planwright.DemandOrder; k <= planwright.DemandOpenTransfer; k++ {
		demand = append(demand, literal(k.String()))
	}
	for k := planwright.ElemStock; k <= planwright.ElemOpenTransfer; k++ {
		element = append(element, literal(k.String()))
	}
	return fmt.Sprintf(`
CREATE VIEW main.pegging AS SELECT s.order_id AS supply_id,
	CASE t.supply_kind WHEN %d THEN 'stock' WHEN %d THEN s.kind WHEN %d THEN 'coproduct' ELSE 'planned' END AS supply_kind,
	coalesce(d.order_id, CAST(t.demand_on AS VARCHAR)) AS demand_id, [%s][t.demand_kind + 1] AS demand_kind,
	k.item_id, k.site_id, t.qty, t.due_on, d.order_id AS demand_order, t.rowid AS seq
FROM data.pegging t JOIN data.skus k ON k.sku = t.sku LEFT JOIN data.orders s ON s.ref = t.supply LEFT JOIN data.orders d ON d.ref = t.demand;
CREATE VIEW main.requirements AS SELECT k.item_id, k.site_id, t."on", [%s][t.kind + 1] AS kind, o.order_id, t.qty, t.available_after, t.rowid AS seq
FROM data.requirements t JOIN data.skus k ON k.sku = t.sku LEFT JOIN data.orders o ON o.ref = t.ref;
`, planwright.SupplyStock, planwright.SupplyReceipt, planwright.SupplyCoProduct, strings.Join(demand, ", "), strings.Join(element, ", "))
}
