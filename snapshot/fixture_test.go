package snapshot

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"planwright"
)

// fixture is a small company in SQL: two sites, a bicycle of frame and wheels,
// wheels of rims and spokes, bought and transferred parts, orders and history.
const fixture = `
INSERT INTO main.settings VALUES ('currency', 'CNY'), ('past_start', 'keep');
INSERT INTO main.calendars VALUES ('five', NULL, 6, false), ('five', NULL, 7, false), ('five', DATE '2026-01-01', NULL, false);
INSERT INTO main.items (item, item_id, name, category, uom, unit_cost, unit_price, decimals, status, shelf_life_days, planner) VALUES
	(0, 'BIKE', 'Bicycle', 'final', 'EA', 300, 500.5, 0, 'active', NULL, 'Li'), (1, 'FRAME', 'Frame', 'part', 'EA', 100, 0, NULL, NULL, NULL, NULL),
	(2, 'SPOKE, steel', 'Spoke', 'part', 'EA', 0.1, 0, 0, 'phase_out', 400, 'Wang'), (3, 'WHEEL', '轮子', 'part', 'EA', 50, 0, 0, 'active', NULL, NULL);
UPDATE main.items SET successor_item_id = 'WHEEL', effective_out_on = DATE '2027-01-01' WHERE item = 2;
INSERT INTO main.sites VALUES (0, 'EAST', 'East', NULL, 'five'), (1, 'WEST', 'West', 'w', NULL);
INSERT INTO main.suppliers VALUES (0, 'S1', 'Steel', 'five', 100, 12), (1, 'S2', NULL, NULL, 0, NULL);
INSERT INTO main.skus (sku, item, site, item_id, site_id, procurement, lead_time_days, mrp_type, lot_rule, lot_size, safety_stock, service_level, scrap_pct, consumption_mode, lot_max_rest, implicit) VALUES
	(0, 0, 0, 'BIKE', 'EAST', 'make', 2, 'mrp', 'lfl', NULL, 5.5, 0.98, 2.5, 3, 'as_is', false),
	(1, 0, 1, 'BIKE', 'WEST', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false),
	(2, 1, 0, 'FRAME', 'EAST', 'buy', 10, 'reorder_point', 'foq', 100, NULL, NULL, NULL, NULL, NULL, false),
	(3, 2, 0, 'SPOKE, steel', 'EAST', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true),
	(4, 3, 0, 'WHEEL', 'EAST', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true);
INSERT INTO data.sku_periods VALUES (0, DATE '2026-08-01', 7, NULL, NULL, 'p.csv:2');
INSERT INTO data.bom (line, parent, component, site, qty_per, per_qty, scrap_pct, scrap_rule, bom_id) VALUES
	(1, 3, 2, NULL, 32, 1, 5, 'times', NULL), (2, 0, 3, NULL, 2, 1, NULL, NULL, NULL), (3, 0, 1, 0, 1, 1, NULL, NULL, '1');
INSERT INTO data.sources (sku, kind, supplier, from_sku, lead_time_days, priority, uom, per_uom_num, per_uom_den, price, order_weekdays) VALUES
	(1, 'transfer', NULL, 0, 3, NULL, NULL, NULL, NULL, NULL, NULL), (2, 'buy', 0, NULL, NULL, 1, 'BOX', 12, 1, 90, '1,4'), (2, 'buy', 1, NULL, 5, 2, NULL, NULL, NULL, NULL, NULL);
INSERT INTO main.price_breaks (item, supplier, item_id, supplier_id, from_qty, price, kind) VALUES (1, 0, 'FRAME', 'S1', 100, 80, 'incremental');
INSERT INTO data.stock (sku, qty, lot, received_on, status) VALUES (0, 4, 'L1', DATE '2026-06-01', 'available'), (3, -2.5, NULL, NULL, NULL), (3, 100.000001, 'ÅÄÖ-a-very-long-lot-number', DATE '2026-05-01', 'inspection');
INSERT INTO data.supply_orders (sku, order_id, kind, qty, due_on, firm, supplier) VALUES (2, 'PO1', 'purchase', 50, DATE '2026-07-10', NULL, 0), (4, 'WO7', 'work', 10, DATE '2026-07-03', false, NULL);
INSERT INTO data.demand_orders (sku, order_id, qty, due_on, customer_id) VALUES (0, 'SO1', 10, DATE '2026-07-20', 'C1'), (1, 'SO2', 3, DATE '2026-07-02', NULL);
INSERT INTO data.reservations (sku, order_id, qty, due_on) VALUES (3, 'WO7', 320, DATE '2026-07-01');
INSERT INTO data.forecasts (sku, "from", "to", qty, kind) VALUES (0, DATE '2026-07-01', DATE '2026-07-31', 100, NULL);
INSERT INTO main.events VALUES ('E1', 'National day', DATE '2026-10-01', DATE '2026-10-07', 'holiday', 'EAST', 'closed'), ('E2', NULL, DATE '2026-11-11', DATE '2026-11-11', 'promotion', NULL, '1.8');
INSERT INTO data.receipts (sku, order_id, supplier, ordered_on, received_on, qty_ordered, qty_received, qty_rejected) VALUES
	(2, 'PO0', 1, DATE '2026-01-01', DATE '2026-01-15', 10, 10, 0), (2, 'POx', 0, DATE '2026-02-01', DATE '2026-02-15', 10, 9, 1);
INSERT INTO data.demand_history (sku, "on", qty, kind, stockout) VALUES (0, DATE '2026-06-01', 3, NULL, NULL), (0, DATE '2026-06-02', 1.5, 'return', true), (4, DATE '2026-05-01', 7, 'issue', false);
INSERT INTO data.movements (sku, "on", qty) VALUES (3, DATE '2026-05-01', 100), (3, DATE '2026-05-02', -20.25);
INSERT INTO main.resources (resource_id, site_id, calendar_id, capacity_per_day) VALUES ('PRESS', 'EAST', 'five', 8), ('LINE', NULL, NULL, 16.5);
INSERT INTO main.routings (item_id, bom_id, step, resource_id, setup, per_unit, scrap_pct) VALUES ('WHEEL', NULL, 20, 'PRESS', 0.5, 0.25, 2), ('WHEEL', NULL, 10, 'LINE', 1, 0.1, 0), ('WHEEL', NULL, 30, 'GONE', 1, 1, 0);
INSERT INTO data.repairs VALUES (2, 'lead_time=10');
INSERT INTO main.findings (code, severity, table_name, item_id, site_id, subject, detail) VALUES ('BOM_CYCLE', 'fail', 'bom', 'WHEEL', 'EAST', 'bom.csv row 9', 'WHEEL > RIM > WHEEL'), ('NO_STOCK', 'info', 'stock', 'FRAME', 'EAST', '', '');
`

// testDraft fills a draft with the fixture.
func testDraft(t testing.TB, d *Draft) {
	t.Helper()
	d.AsOf = planwright.Date(2026, 6, 30)
	d.Meta["source.1"] = "items.csv"
	if err := d.Conn.Exec(context.Background(), fixture); err != nil {
		t.Fatal(err)
	}
}

// workspaceFiles are a workspace with one snapshot of the fixture and one plan, made once
// and copied.
type workspaceFiles struct {
	dir  string
	snap SnapshotInfo
	plan PlanInfo
}

var theTemplate workspaceFiles

// copied returns a workspace of its own with the files of the template.
func copied(t testing.TB) (*Workspace, workspaceFiles) {
	t.Helper()
	if theTemplate.dir == "" {
		dir, err := os.MkdirTemp("", "planwright-snapshot-")
		if err != nil {
			t.Fatal(err)
		}
		w, err := OpenWorkspace(dir)
		if err != nil {
			t.Fatal(err)
		}
		made := workspaceFiles{dir: dir, snap: publishFixture(t, w)}
		s, done, err := w.Load(context.Background(), "", LoadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		made.plan, err = w.WritePlan(context.Background(), s, testPlan(s), RunInfo{RunID: "r1", RequestID: "q1", Started: time.Now()}, nil)
		if err = errors.Join(err, done(), w.Close()); err != nil {
			t.Fatal(err)
		}
		theTemplate = made
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(theTemplate.dir)); err != nil {
		t.Fatal(err)
	}
	return openFixture(t, dir), theTemplate
}

// testWorkspace returns a workspace with one snapshot of the fixture.
func testWorkspace(t testing.TB) (*Workspace, SnapshotInfo) {
	t.Helper()
	w := openFixture(t, t.TempDir())
	return w, publishFixture(t, w)
}

func openFixture(t testing.TB, dir string) *Workspace {
	t.Helper()
	w, err := OpenWorkspace(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func publishFixture(t testing.TB, w *Workspace) SnapshotInfo {
	t.Helper()
	ctx := context.Background()
	d, err := w.NewSnapshotFile(ctx)
	if err != nil {
		t.Fatal(err)
	}
	testDraft(t, d)
	info, err := d.Publish(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// loadFixture loads the newest snapshot until the test ends.
func loadFixture(t testing.TB, w *Workspace) *planwright.Snapshot {
	t.Helper()
	s, done, err := w.Load(context.Background(), "", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := done(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// testPlan is a plan with a row or two in every table.
func testPlan(s *planwright.Snapshot) *planwright.Plan {
	day := planwright.Date(2026, 7, 6)
	p := &planwright.Plan{SnapshotID: s.ID, SnapshotDigest: s.Digest, AsOf: s.AsOf, HorizonEnd: s.AsOf + 182, Options: `{"horizon":26}`, Version: planwright.Version}
	none, nosku := planwright.None, planwright.NoSKU
	p.Orders = planwright.PlannedOrders{
		SKU: []planwright.SKU{0, 2, 4}, Kind: []planwright.OrderKind{planwright.Work, planwright.Purchase, planwright.Work}, Source: []int32{none, 1, none},
		Supplier: []int32{none, 0, none}, From: []planwright.SKU{nosku, nosku, nosku}, Qty: []planwright.Qty{10_256411, 24 * planwright.One, 20 * planwright.One},
		Good: []planwright.Qty{10 * planwright.One, 24 * planwright.One, 20 * planwright.One}, Release: []planwright.Day{day, day - 10, day - 2}, Start: []planwright.Day{day, day, day},
		Due: []planwright.Day{day + 2, day + 4, day}, Available: []planwright.Day{day + 2, day + 4, day}, Need: []planwright.Day{day, planwright.NoDay, day}, Cost: []float64{3000, 2160, 1000}, Firm: []bool{false, false, true},
		Reason: []planwright.OrderReason{planwright.ForShortage, planwright.ForReorder, planwright.ForShortage}, Seq: []int32{1, 1, 1},
	}
	p.Pegs = planwright.Pegging{
		SKU: []planwright.SKU{0, 0, 2, 4}, SupplyKind: []planwright.SupplyKind{planwright.SupplyStock, planwright.SupplyPlanned, planwright.SupplyReceipt, planwright.SupplyPlanned},
		SupplyRef: []int32{none, 0, 0, 2}, DemandKind: []planwright.DemandKind{planwright.DemandOrder, planwright.DemandForecast, planwright.DemandDependent, planwright.DemandDependent},
		DemandRef: []int32{0, int32(day), 0, 0}, Qty: []planwright.Qty{4 * planwright.One, 6 * planwright.One, 10_256411, 20 * planwright.One}, DueOn: []planwright.Day{day, day, day, day},
	}
	p.Requirements = planwright.Requirements{
		SKU: []planwright.SKU{0, 0, 2}, On: []planwright.Day{s.AsOf, day, day}, Kind: []planwright.ElementKind{planwright.ElemStock, planwright.ElemOrder, planwright.ElemReceipt},
		Ref: []int32{none, 0, 0}, Qty: []planwright.Qty{4 * planwright.One, -10 * planwright.One, 50 * planwright.One}, After: []planwright.Qty{4 * planwright.One, -6 * planwright.One, 50 * planwright.One},
	}
	p.Exceptions.Add(planwright.Exception{Code: planwright.CodeExpedite, SKU: 2, OrderID: "PO1", On: day + 4, Qty: 50 * planwright.One, MoveTo: day, Value: 12.5})
	p.Exceptions.Add(planwright.Exception{Code: planwright.CodeHorizonCut, SKU: nosku, On: planwright.NoDay, Qty: planwright.NoQty, MoveTo: planwright.NoDay})
	q := func(x ...float64) []float64 { return x }
	p.Forecast = planwright.Forecast{SKU: []planwright.SKU{0, 0}, Start: []planwright.Day{day, day + 7}, End: []planwright.Day{day + 7, day + 14}, Method: []string{"ses", "ses"},
		Mean: q(10, 11.25), SD: q(2, 2), Q: [][]float64{q(5, 5), q(6, 6), q(10, 11), q(14, 14), q(15, 15), q(18, 18)}, Override: q(nan(), 12), Final: q(10, 12)}
	p.Cumulative = planwright.CumulativeForecast{SKU: []planwright.SKU{0}, Periods: []int32{1}, End: []planwright.Day{day + 6}, Mean: q(10), SD: q(2), Q: [][]float64{q(5), q(6), q(10), q(14), q(15), q(18)}}
	p.Methods = planwright.ForecastMethods{SKU: []planwright.SKU{0, 0}, Method: []string{"ses", "naive"}, Season: []string{"none", "none"}, Score: q(.8, nan()), Weight: q(1, 0), Why: []string{"least error", ""}}
	p.Components = planwright.ForecastComponents{SKU: []planwright.SKU{0, 0}, Start: []planwright.Day{day + 7, day + 7}, Component: []string{"base", "override"}, Value: q(11.25, .75)}
	p.Changes = planwright.HistoryChanges{SKU: []planwright.SKU{0}, Start: []planwright.Day{day - 28}, From: q(3), To: q(nan()), Reason: []string{"stockout"}, Score: q(.5), Applied: []bool{true}}
	p.Causes = planwright.Causes{Kind: []string{"promotion"}, Name: []string{"Sale"}, Scope: []string{""}, Entered: q(nan()), Effect: q(1.8), Periods: []int64{12}}
	p.States = planwright.ForecastStates{SKU: []planwright.SKU{0, 2, nosku}, Kind: []string{"demand", "use", "company"}, State: []string{"AQ", "Ag", "{}"}}
	p.Accuracy = planwright.Accuracy{SKU: []planwright.SKU{0}, Method: []string{"ses"}, Periods: []int32{52}, MASE: q(.8), RMSSE: q(.9), WAPE: q(.2), Bias: q(-.01), Pinball: q(nan()), NaiveWAPE: q(.3), FVA: q(.1), Class: []string{"smooth"}}
	p.Policies = planwright.Policies{SKU: []planwright.SKU{2}, Class: []string{"AX"}, Policy: []string{"reorder_point"}, SafetyStock: []planwright.Qty{5}, ReorderPoint: []planwright.Qty{planwright.NoQty}, OrderUpTo: []planwright.Qty{0},
		OrderQty: []planwright.Qty{100 * planwright.One}, ServiceTarget: q(.95), ServiceExpected: q(nan()), CycleStockValue: q(1), SafetyStockValue: q(2), Method: []string{"normal"}, Explain: []string{"z=1.645;sigma=3"}, Sources: []string{"z=target;sigma=root_sum"}, ProtectedMean: q(5), ProtectedSD: q(3), YearlyDemand: q(520)}
	p.Suggestions = planwright.Suggestions{ID: []string{"G1", "G2"}, Action: []planwright.Action{planwright.ActBuy, planwright.ActExpedite}, Urgency: []planwright.Urgency{planwright.Urgent, planwright.Watch},
		SKU: []planwright.SKU{2, 2}, Qty: []planwright.Qty{24 * planwright.One, 50 * planwright.One}, Value: q(2160, 0), ActBy: []planwright.Day{day, day}, NeedOn: []planwright.Day{day, planwright.NoDay}, Impact: q(99, 1), AtStake: q(33, 2), AtStakeOnce: q(30, 2), Person: []string{"", "open_order,EXPEDITE"},
		ReasonKey: []string{"reason.reorder_point", "reason.expedite"}, Reason: []string{"stock=4;receipts=0;reorder_point=30;qty=24", "qty=50;order=PO1;on=2026-07-10;to=2026-07-06"},
		OrderID: []string{"P:FRAME@EAST:20260710:1", "PO1"}, Supplier: []int32{0, none},
		Basis: []string{"qty=24;need=2026-07-06", "qty=50"}, Status: []planwright.DecisionStatus{planwright.StatusOpen, planwright.StatusRejected}, Decision: []int32{0, 7}}
	p.Stakes = planwright.Stakes{Impact: q(7, 8, 9), AtStake: q(1, 2, 3)}
	p.Classes = planwright.Classes{SKU: []planwright.SKU{0, 2}, ABC: []string{"A", "B"}, XYZ: []string{"X", ""}, UsageValue: q(1000, 10), Share: q(.99, .01), CumShare: q(0, .99), CV: q(.3, nan()), Demand: []string{"smooth", ""}, Level: []int32{0, 1}}
	p.Aging = planwright.Aging{SKU: []planwright.SKU{3}, Lot: []string{""}, ReceivedOn: []planwright.Day{planwright.NoDay}, Age: []int32{planwright.NoInt}, Bucket: []string{"undated"}, Qty: []planwright.Qty{7}, Value: q(.5), Basis: []string{"undated"}, ExpiresOn: []planwright.Day{planwright.NoDay}, Provision: q(0)}
	p.KPIs = planwright.KPIs{Name: []string{"stock_value"}, Value: q(1234.5)}
	p.Digest = p.ComputeDigest()
	return p
}

func nan() float64 { return planwright.NoQty.Float() }

// selectText returns the rows of a query as lines of CSV without a header.
func selectText(t testing.TB, rows *Rows, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	if _, err := WriteRows(rows, CSV, &b); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(b.String(), "\n")
	return body
}

// codeOf returns the code of an error, NoCode for nil.
func codeOf(err error) planwright.Code {
	for e := err; e != nil; {
		if p, ok := e.(*planwright.Error); ok {
			return p.Code
		}
		switch u := e.(type) {
		case interface{ Unwrap() error }:
			e = u.Unwrap()
		case interface{ Unwrap() []error }:
			for _, x := range u.Unwrap() {
				if c := codeOf(x); c != planwright.NoCode {
					return c
				}
			}
			return planwright.NoCode
		default:
			return planwright.NoCode
		}
	}
	return planwright.NoCode
}
