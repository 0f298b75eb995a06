package snapshot

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"planwright"
	"planwright/lang"
)

// planTable is one table of a plan: its columns, its rows and how to write one.
type planTable struct {
	schema string // "" is main
	name   string
	cols   []planColumn
	rows   int
	// fill returns the function that writes row i, with scratch memory of its
	// own. It leaves ending the row to the caller.
	fill func() func(w rowWriter, i int)
	// each, in place of fill, writes all rows of a table whose number is not known
	// before; end ends a row.
	each func(ctx context.Context, w rowWriter, end func() error) error
}

type planColumn struct {
	name string
	typ  outType
}

// rowWriter takes the cells of one row, from the first column to the last: a
// table of DuckDB or a file. A missing value (NoQty, NoDay, NoInt, NaN) is NULL.
type rowWriter interface {
	int(col int, x int32)
	qty(col int, q planwright.Qty)
	float(col int, x float64)
	day(col int, d planwright.Day)
	bool(col int, b bool)
	text(col int, s string)
	textOrNull(col int, s string)
	bytes(col int, b []byte)
	null(col int)
}

// columns reads a list of name:type, where type is one of i(nteger), q(uantity),
// f(loat), d(ate), b(oolean), and text where there is none.
func columns(list string) []planColumn {
	var cols []planColumn
	for _, f := range strings.Fields(list) {
		name, typ, _ := strings.Cut(f, ":")
		c := planColumn{name, outText}
		switch typ {
		case "i":
			c.typ = outInt
		case "q":
			c.typ = outQty
		case "f":
			c.typ = outFloat
		case "d":
			c.typ = outDate
		case "b":
			c.typ = outBool
		}
		cols = append(cols, c)
	}
	return cols
}

func (t *planTable) create() string {
	var b strings.Builder
	cols := make([]physical, len(t.cols))
	for i, c := range t.cols {
		cols[i] = physical{c.name, outNames[c.typ]}
	}
	writeCreate(&b, t.home(), t.name, cols)
	return b.String()
}

// home is the schema that the table lies in.
func (t *planTable) home() string { return cmp.Or(t.schema, "main") }

// columnInfo describes the columns as a query of the table would.
func (t *planTable) columnInfo() []ColumnInfo {
	ids := map[outType]mapping.Type{outInt: mapping.TypeInteger, outQty: mapping.TypeDecimal, outFloat: mapping.TypeDouble, outDate: mapping.TypeDate,
		outBool: mapping.TypeBoolean, outText: mapping.TypeVarchar, outBig: mapping.TypeBigInt}
	info := make([]ColumnInfo, len(t.cols))
	for i, c := range t.cols {
		info[i] = ColumnInfo{Name: c.name, Type: outNames[c.typ], id: ids[c.typ], inner: mapping.TypeBigInt, scale: 6, width: 18}
	}
	return info
}

// planTables are the tables of a plan as people read them, with codes and words
// in place of numbers. With t == nil they have columns only. A plan file holds
// two of them as views: see planFileTables.
func planTables(t *planText) []planTable {
	buffers := "item_id site_id red_base:q red_safety:q tor:q yellow:q toy:q green:q tog:q qualified_demand:q net_flow_position:q recommended:q"
	if t != nil && t.files {
		buffers += " nfp:q" // the net flow position under the name that DDMRP tools give it
	}
	stakes := " impact:f at_stake:f"
	if t != nil && t.files && len(t.p.Stakes.Impact) == 0 { // netted alone: nothing is at stake
		stakes = ""
	}
	tables := []planTable{
		{name: "planned_orders", cols: columns("order_id kind item_id site_id supplier_id from_site_id qty:q qty_good:q order_qty:q order_uom release_on:d start_on:d due_on:d cost:f firm:b reason available_on:d need_on:d" + stakes)},
		{name: "pegging", cols: columns("supply_id supply_kind demand_id demand_kind item_id site_id qty:q due_on:d")},
		{name: "requirements", cols: columns("item_id site_id on:d kind order_id qty:q available_after:q")},
		{name: "buffers", cols: columns(buffers)},
		{name: "exceptions", cols: columns("code sap_code severity item_id site_id order_id on:d qty:q move_to:d value:f message message_zh detail")},
		{name: "forecast", cols: columns("item_id site_id period_start:d period_end:d method mean:f sd:f " + strings.Join(planwright.QuantileNames, ":f ") + ":f override:f final:f")},
		{name: "forecast_cumulative", cols: columns("item_id site_id periods:i period_end:d mean:f sd:f " + strings.Join(planwright.QuantileNames, ":f ") + ":f")},
		{name: "forecast_methods", cols: columns("item_id site_id method season score:f weight:f why")},
		{name: "forecast_components", cols: columns("item_id site_id period_start:d component value:f")},
		{name: "history_changes", cols: columns("item_id site_id period_start:d value_from:f value_to:f reason score:f applied:b")},
		{name: "causes", cols: columns("kind name scope entered:f effect:f periods:i")},
		{name: "forecast_accuracy", cols: columns("item_id site_id method periods:i mase:f rmsse:f wape:f bias:f pinball:f naive_wape:f fva:f demand_class")},
		{name: "policies", cols: columns("item_id site_id class policy safety_stock:q reorder_point:q order_up_to:q order_qty:q service_target:f service_expected:f cycle_stock_value:f safety_stock_value:f method explain protected_mean:f protected_sd:f yearly_demand:f sources")},
		{name: "echelons", cols: columns("item_id site_id network:i stage_time:f inbound_time:f service_time:f net_lead_time:f daily_mean:f daily_sd:f safety_factor:f safety_stock:f base_stock:f alone_stock:q holding_cost:f network_cost:f network_bound:f network_gap:f")},
		{name: "suggestions", cols: columns("suggestion_id action urgency status item_id site_id qty:q value:f act_by:d need_on:d impact:f reason order_id rank:i supplier_id reason_zh reason_key numbers basis decision_id:i at_stake:f person at_stake_once:f")},
		{name: "classes", cols: columns("item_id site_id abc xyz usage_value:f share:f cum_share:f cv:f demand_class low_level_code:i abc_site abc_category xyz_error fsn hml ved")},
		{name: "aging", cols: columns("item_id site_id lot received_on:d age_days:i bucket qty:q value:f basis expires_on:d provision:f")},
		{name: "kpis", cols: columns("name value:f")},
		{name: "capacity", cols: columns("resource_id on:d load:q capacity:q overload:q levelled:q")},
		{name: "capacity_moves", cols: columns("order_id item_id site_id qty:q days:i start_on:d due_on:d new_release_on:d new_start_on:d new_due_on:d new_available_on:d")},
		{name: "kits", cols: columns("order_id kind item_id site_id qty:q need_on:d sets_now:q sets_by_need:q set_rate:f kinds:i kinds_now:i kinds_by_need:i kind_rate:f full_on:d")},
		{name: "kit_shortages", cols: columns("order_id kind need_on:d item_id site_id needed:q now:q by_need:q later:q missing:q full_on:d")},
	}
	if t == nil {
		return append(tables, analyticsTables(nil)...)
	}
	p := t.p
	for i, f := range []struct {
		rows int
		fill func() func(w rowWriter, i int)
	}{
		{p.Orders.Len(), t.plannedOrders}, {p.Pegs.Len(), t.pegging}, {p.Requirements.Len(), t.requirements}, {len(p.Buffers.SKU), t.buffers},
		{p.Exceptions.Len(), t.exceptions}, {p.Forecast.Len(), t.forecast}, {len(p.Cumulative.SKU), t.cumulative}, {len(p.Methods.SKU), t.methods}, {len(p.Components.SKU), t.components},
		{len(p.Changes.SKU), t.changes}, {len(p.Causes.Kind), t.causes}, {len(p.Accuracy.SKU), t.accuracy}, {len(p.Policies.SKU), t.policies}, {len(p.Echelons.SKU), t.echelons},
		{p.Suggestions.Len(), t.suggestions}, {len(p.Classes.SKU), t.classes}, {len(p.Aging.SKU), t.aging}, {len(p.KPIs.Name), t.kpis},
		{p.Capacity.Len(), t.capacity}, {p.Moves.Len(), t.moves}, {p.Kits.Len(), t.kits}, {p.KitShortages.Len(), t.kitShortages},
	} {
		tables[i].rows, tables[i].fill = f.rows, f.fill
	}
	return append(tables, analyticsTables(t)...)
}

// sku writes item and site.
func (t *planText) sku(w rowWriter, col int, k planwright.SKU) {
	if k == planwright.NoSKU {
		w.null(col)
		w.null(col + 1)
		return
	}
	w.text(col, t.item[k])
	w.text(col+1, t.site[k])
}

func orNull(w rowWriter, col int, b []byte) {
	if len(b) == 0 {
		w.null(col)
		return
	}
	w.bytes(col, b)
}

func (t *planText) plannedOrders() func(w rowWriter, i int) {
	o, stakes := &t.p.Orders, &t.p.Stakes
	return func(w rowWriter, i int) {
		w.bytes(0, t.order(int32(i)))
		w.text(1, o.Kind[i].String())
		t.sku(w, 2, o.SKU[i])
		w.textOrNull(4, t.supplier(o.Supplier[i]))
		if from := o.From[i]; from != planwright.NoSKU {
			w.text(5, t.site[from])
		} else {
			w.null(5)
		}
		w.qty(6, o.Qty[i])
		w.qty(7, o.Good[i])
		q, uom := t.orderQty(i)
		w.qty(8, q)
		w.text(9, uom)
		w.day(10, o.Release[i])
		w.day(11, o.Start[i])
		w.day(12, o.Due[i])
		w.float(13, o.Cost[i])
		w.bool(14, o.Firm[i])
		w.text(15, o.Reason[i].String())
		w.day(16, o.Available[i])
		w.day(17, o.Need[i])
		if len(stakes.Impact) > 0 {
			w.float(18, stakes.Impact[i])
			w.float(19, stakes.AtStake[i])
		}
	}
}

func (t *planText) pegging() func(w rowWriter, i int) {
	g := &t.p.Pegs
	var buf []byte
	return func(w rowWriter, i int) {
		id, kind := t.supply(buf[:0], g.SupplyKind[i], g.SupplyRef[i])
		orNull(w, 0, id)
		w.text(1, kind)
		buf = t.demand(id[:0], g.DemandKind[i], g.DemandRef[i])
		orNull(w, 2, buf)
		w.text(3, g.DemandKind[i].String())
		t.sku(w, 4, g.SKU[i])
		w.qty(6, g.Qty[i])
		w.day(7, g.DueOn[i])
	}
}

func (t *planText) requirements() func(w rowWriter, i int) {
	r := &t.p.Requirements
	var buf []byte
	return func(w rowWriter, i int) {
		t.sku(w, 0, r.SKU[i])
		w.day(2, r.On[i])
		kind := r.Kind[i]
		if t.files && kind == planwright.ElemPlanned {
			kind = planwright.ElemReceipt // who reads the files sums receipts; order_id tells planned ones
		}
		w.text(3, kind.String())
		buf = t.element(buf[:0], r.Kind[i], r.Ref[i])
		orNull(w, 4, buf)
		w.qty(5, r.Qty[i])
		w.qty(6, r.After[i])
	}
}

func (t *planText) buffers() func(w rowWriter, i int) {
	b := &t.p.Buffers
	return func(w rowWriter, i int) {
		t.sku(w, 0, b.SKU[i])
		for c, q := range []planwright.Qty{b.RedBase[i], b.RedSafety[i], b.TOR[i], b.Yellow[i], b.TOY[i], b.Green[i], b.TOG[i], b.QualifiedDemand[i], b.NetFlow[i], b.Recommended[i]} {
			w.qty(2+c, q)
		}
		if t.files {
			w.qty(12, b.NetFlow[i])
		}
	}
}

func (t *planText) exceptions() func(w rowWriter, i int) {
	e := &t.p.Exceptions
	en, zh := newTemplates(lang.English), newTemplates(lang.Chinese)
	var buf []byte
	return func(w rowWriter, i int) {
		x := e.At(i)
		w.text(0, x.Code.String())
		w.textOrNull(1, x.Code.SAP())
		w.text(2, x.Code.Severity().String())
		t.sku(w, 3, x.SKU)
		w.textOrNull(5, x.OrderID)
		w.day(6, x.On)
		w.qty(7, x.Qty)
		w.day(8, x.MoveTo)
		w.float(9, x.Value)
		buf = t.exceptionText(buf[:0], en, x)
		w.bytes(10, buf)
		buf = t.exceptionText(buf[:0], zh, x)
		w.bytes(11, buf)
		w.textOrNull(12, x.Detail)
	}
}

func (t *planText) forecast() func(w rowWriter, i int) {
	f := &t.p.Forecast
	return func(w rowWriter, i int) {
		t.sku(w, 0, f.SKU[i])
		w.day(2, f.Start[i])
		w.day(3, f.End[i])
		w.text(4, f.Method[i])
		w.float(5, f.Mean[i])
		w.float(6, f.SD[i])
		c := 7
		for _, q := range f.Q {
			w.float(c, q[i])
			c++
		}
		w.float(c, f.Override[i])
		w.float(c+1, f.Final[i])
	}
}

func (t *planText) accuracy() func(w rowWriter, i int) {
	a := &t.p.Accuracy
	return func(w rowWriter, i int) {
		t.sku(w, 0, a.SKU[i])
		w.text(2, a.Method[i])
		w.int(3, a.Periods[i])
		for c, x := range []float64{a.MASE[i], a.RMSSE[i], a.WAPE[i], a.Bias[i], a.Pinball[i], a.NaiveWAPE[i], a.FVA[i]} {
			w.float(4+c, x)
		}
		w.textOrNull(11, a.Class[i])
	}
}

func (t *planText) policies() func(w rowWriter, i int) {
	p := &t.p.Policies
	return func(w rowWriter, i int) {
		t.sku(w, 0, p.SKU[i])
		w.textOrNull(2, p.Class[i])
		w.text(3, p.Policy[i])
		w.qty(4, p.SafetyStock[i])
		w.qty(5, p.ReorderPoint[i])
		w.qty(6, p.OrderUpTo[i])
		w.qty(7, p.OrderQty[i])
		w.float(8, p.ServiceTarget[i])
		w.float(9, p.ServiceExpected[i])
		w.float(10, p.CycleStockValue[i])
		w.float(11, p.SafetyStockValue[i])
		w.textOrNull(12, p.Method[i])
		w.textOrNull(13, p.Explain[i])
		w.float(14, p.ProtectedMean[i])
		w.float(15, p.ProtectedSD[i])
		w.float(16, p.YearlyDemand[i])
		w.textOrNull(17, p.Sources[i])
	}
}

func (t *planText) echelons() func(w rowWriter, i int) {
	e := &t.p.Echelons
	return func(w rowWriter, i int) {
		t.sku(w, 0, e.SKU[i])
		w.int(2, e.Network[i])
		for c, x := range []float64{e.StageTime[i], e.InboundTime[i], e.ServiceTime[i], e.NetLeadTime[i], e.DailyMean[i], e.DailySD[i], e.Factor[i], e.SafetyStock[i], e.BaseStock[i]} {
			w.float(3+c, x)
		}
		w.qty(12, e.AloneStock[i])
		for c, x := range []float64{e.HoldingCost[i], e.NetworkCost[i], e.NetworkBound[i], e.NetworkGap[i]} {
			w.float(13+c, x)
		}
	}
}

func (t *planText) suggestions() func(w rowWriter, i int) {
	g := &t.p.Suggestions
	en, zh := newTemplates(lang.English), newTemplates(lang.Chinese)
	var buf []byte
	return func(w rowWriter, i int) {
		w.text(0, g.ID[i])
		w.text(1, g.Action[i].String())
		w.text(2, g.Urgency[i].String())
		w.text(3, g.Status[i].String())
		t.sku(w, 4, g.SKU[i])
		w.qty(6, g.Qty[i])
		w.float(7, g.Value[i])
		w.day(8, g.ActBy[i])
		w.day(9, g.NeedOn[i])
		w.float(10, g.Impact[i])
		buf = reasonText(buf[:0], en, g.ReasonKey[i], g.Reason[i])
		w.bytes(11, buf)
		w.textOrNull(12, g.OrderID[i])
		w.int(13, int32(i+1))
		w.textOrNull(14, t.supplier(g.Supplier[i]))
		buf = reasonText(buf[:0], zh, g.ReasonKey[i], g.Reason[i])
		w.bytes(15, buf)
		w.text(16, g.ReasonKey[i])
		w.textOrNull(17, g.Reason[i])
		w.text(18, g.Basis[i])
		if g.Decision[i] == 0 {
			w.null(19)
		} else {
			w.int(19, g.Decision[i])
		}
		w.float(20, g.AtStake[i])
		w.textOrNull(21, g.Person[i])
		w.float(22, g.AtStakeOnce[i])
	}
}

func (t *planText) classes() func(w rowWriter, i int) {
	c := &t.p.Classes
	return func(w rowWriter, i int) {
		t.sku(w, 0, c.SKU[i])
		w.textOrNull(2, c.ABC[i])
		w.textOrNull(3, c.XYZ[i])
		w.float(4, c.UsageValue[i])
		w.float(5, c.Share[i])
		w.float(6, c.CumShare[i])
		w.float(7, c.CV[i])
		w.textOrNull(8, c.Demand[i])
		w.int(9, c.Level[i])
		moreClasses(w, 10, c, i)
	}
}

func (t *planText) aging() func(w rowWriter, i int) {
	a := &t.p.Aging
	return func(w rowWriter, i int) {
		t.sku(w, 0, a.SKU[i])
		w.textOrNull(2, a.Lot[i])
		w.day(3, a.ReceivedOn[i])
		w.int(4, a.Age[i])
		w.text(5, a.Bucket[i])
		w.qty(6, a.Qty[i])
		w.float(7, a.Value[i])
		w.text(8, a.Basis[i])
		w.day(9, a.ExpiresOn[i])
		w.float(10, a.Provision[i])
	}
}

func (t *planText) kpis() func(w rowWriter, i int) {
	k := &t.p.KPIs
	return func(w rowWriter, i int) {
		w.text(0, k.Name[i])
		w.float(1, k.Value[i])
	}
}

// appendFloat appends the shortest decimal form that reads back as x; nothing
// for NaN.
func appendFloat(dst []byte, x float64) []byte {
	if math.IsNaN(x) {
		return dst
	}
	if a := math.Abs(x); x == 0 || a >= 1e-6 && a < 1e15 {
		return strconv.AppendFloat(dst, x, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, x, 'g', -1, 64)
}

// appendMoney appends an amount with two decimals, none where they are zero.
func appendMoney(dst []byte, x float64) []byte {
	if math.IsNaN(x) {
		return dst
	}
	b := strconv.AppendFloat(dst, x, 'f', 2, 64)
	if tail := b[len(b)-3:]; slices.Equal(tail, []byte(".00")) {
		b = b[:len(b)-3]
	}
	return b
}
