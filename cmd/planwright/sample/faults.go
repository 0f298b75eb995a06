package sample

import "slices"

// Extra items that carry faults, beyond the numbers of the others.
const (
	cycleA   = "SA-900001"
	cycleB   = "SA-900002"
	selfItem = "SA-900003"
	noLead   = "PT-900001"
	noUom    = "PT-900002"
	phantom  = "PT-999999" // exists nowhere
)

// plantFaults appends rows with errors that real exports have. Items and orders
// of their own carry them where the fault would spoil a real one.
func (g *generator) plantFaults() {
	o := &g.out
	fault := func(code, table, key, what string) {
		g.faults = append(g.faults, Fault{code, table, key, what})
	}
	row := func(t *table, values ...string) {
		for _, v := range values {
			t.str(v)
		}
		t.empty(t.cols - len(values))
		t.end()
	}
	id := func(k int, v int32) string {
		return string(g.lay.appendID(nil, g.lay.base[k]+v))
	}
	item := func(id, name, uom, cost string, cat uint8) {
		row(o.items, id, name, categoryName[cat], uom, cost, "", "", "0", "active", "", "", plannerName[4])
		g.itemRows++
	}
	madeHere := func(id string) {
		row(o.skus, id, siteID[siteSZ], "make", "2", "", "mrp", "lfl")
	}
	today, future := dayString(g.asOf), dayString(g.asOf+30)

	item(cycleA, "线束 Wire harness A", "EA", "1.8", catElectric)
	item(cycleB, "线束 Wire harness B", "EA", "1.6", catElectric)
	madeHere(cycleA)
	madeHere(cycleB)
	row(o.bom, cycleA, cycleB, "1")
	row(o.bom, cycleB, cycleA, "1")
	row(o.stock, cycleA, siteID[siteSZ], "120", "LW9000001", dayString(g.asOf-90), "", "available", "Z-01-1")
	fault("BOM_CYCLE", "bom", cycleA+"|"+cycleB, cycleA+" > "+cycleB+" > "+cycleA)

	item(selfItem, "支架 Bracket", "EA", "0.9", catMech)
	madeHere(selfItem)
	row(o.bom, selfItem, selfItem, "1")
	fault("BOM_CYCLE", "bom", selfItem+"|"+selfItem, "the item is a component of itself")

	parent := id(6, 0)
	row(o.bom, parent, phantom, "1")
	fault("UNKNOWN_ITEM", "bom", parent+"|"+phantom, "component "+phantom+" is not in items")

	fan := id(kFan, 0)
	row(o.stock, fan, "WH-XA", "400", "LP9000002", dayString(g.asOf-40), "", "available", "A-02-1")
	fault("UNKNOWN_SITE", "stock", fan+"|WH-XA|LP9000002", "site WH-XA is not in sites")

	dup := id(kCarton, 0)
	row(o.items, dup, "彩箱 Carton (old record)", categoryName[catPack], "EA", "1.25", "", "", "0", "active", "", "", plannerName[4])
	fault("DUPLICATE_KEY", "items", dup, "two rows with one item_id")

	neg := id(kSpring, 0)
	row(o.stock, neg, siteID[siteCQ], "-350", "LP9000003", dayString(g.asOf-12), "", "available", "B-11-2")
	fault("NEGATIVE_QTY", "stock", neg+"|"+siteID[siteCQ]+"|LP9000003", "on-hand quantity -350")

	missing := id(kLED, 0)
	row(o.supplyOrders, "PO-9000001", "purchase", missing, siteID[siteSZ], "", "", future, today, "true", "", "SUP-0003")
	fault("MISSING_VALUE", "supply_orders", "PO-9000001", "no quantity")

	item(noLead, "定制接线端子 Special terminal", "EA", "2.4", catElectric)
	row(o.suppliers, "SUP-9001", "新供应商 New supplier (not yet rated)")
	row(o.skus, noLead, siteID[siteSZ], "buy", "", "", "mrp", "lfl")
	row(o.sources, noLead, siteID[siteSZ], "buy", "SUP-9001", "", "", "", "1", "", "", "", "2.4")
	row(o.bom, id(kController, 0), noLead, "1")
	fault("LEAD_TIME_MISSING", "skus", noLead+"|"+siteID[siteSZ], "no lead time at source, sku or supplier SUP-9001")

	item(noUom, "包装泡棉 Packing foam", "EA", "0.6", catPack)
	row(o.skus, noUom, siteID[siteSZ], "buy", "7", "", "mrp", "lfl")
	row(o.supplyOrders, "PO-9000002", "purchase", noUom, siteID[siteSZ], "3", "PALLET", future, today, "true", "", "SUP-0008")
	fault("UOM_CONVERSION", "supply_orders", "PO-9000002", noUom+" has no conversion from PALLET to EA")

	// A component that the parent does not have otherwise.
	over, comp := id(7, 0), ""
	lines := g.lines(nil, g.lay.base[7])
	for v := g.lay.base[kFan]; comp == ""; v++ {
		if !slices.ContainsFunc(lines, func(b line) bool { return b.comp == v }) {
			comp = string(g.lay.appendID(nil, v))
		}
	}
	row(o.bom, over, comp, "1", "", "", dayString(g.asOf-300), dayString(g.asOf+60))
	row(o.bom, over, comp, "2", "", "", dayString(g.asOf+30))
	fault("EFFECTIVITY_OVERLAP", "bom", over+"|"+comp, "both lines hold from "+dayString(g.asOf+30)+" to "+dayString(g.asOf+60))

	late := id(0, 0)
	row(o.demandOrders, "SO-9000001", late, siteID[siteGZ], "12", dayString(g.asOf-850), dayString(g.asOf-870), "10", "C0007")
	fault("ORDER_PAST_DUE", "demand_orders", "SO-9000001", "open since "+dayString(g.asOf-850))

	far := id(kPCB, 0)
	due := dayString(civil(2206, 7, 15)) // for 2026
	row(o.supplyOrders, "PO-9000003", "purchase", far, siteID[siteSZ], "500", "", due, today, "true", "", "SUP-0003")
	fault("DATE_RANGE", "supply_orders", "PO-9000003", "due "+due)

	bad := id(1, 0)
	row(o.demandOrders, "SO-9000002", bad, siteID[siteGZ], "12O", dayString(g.asOf+9), today, "10", "C0012")
	fault("BAD_NUMBER", "demand_orders", "SO-9000002", `quantity "12O" ends in a letter`)
}
