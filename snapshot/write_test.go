package snapshot

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwright"
)

func TestWritePlan(t *testing.T) {
	w, s, info := planned(t)
	ctx := context.Background()
	p := testPlan(s)
	if info.Digest != p.Digest || info.SnapshotID != s.ID || info.RequestID != "q1" || info.Rows["pegging"] != 4 {
		t.Errorf("plan = %+v", info)
	}
	for _, c := range []struct{ sql, want string }{
		{"SELECT * FROM plan.planned_orders ORDER BY order_id", "" +
			"P:FRAME@EAST:20260710:1,purchase,FRAME,EAST,S1,,24,24,2,BOX,2026-06-26,2026-07-06,2026-07-10,2160,false,reorder_point,2026-07-10,,8,2\n" +
			"W:BIKE@EAST:20260708:1,work,BIKE,EAST,,,10.256411,10,10.256411,EA,2026-07-06,2026-07-06,2026-07-08,3000,false,shortage,2026-07-08,2026-07-06,7,1\n" +
			"W:WHEEL@EAST:20260706:1,work,WHEEL,EAST,,,20,20,20,EA,2026-07-04,2026-07-06,2026-07-06,1000,true,shortage,2026-07-06,2026-07-06,9,3\n"},
		{"SELECT * EXCLUDE (seq, demand_order) FROM plan.pegging ORDER BY seq", "" +
			",stock,SO1,order,BIKE,EAST,4,2026-07-06\n" +
			"W:BIKE@EAST:20260708:1,planned,2026-07-06,forecast,BIKE,EAST,6,2026-07-06\n" +
			"PO1,purchase,W:BIKE@EAST:20260708:1,dependent,FRAME,EAST,10.256411,2026-07-06\n" +
			"W:WHEEL@EAST:20260706:1,planned,W:BIKE@EAST:20260708:1,dependent,WHEEL,EAST,20,2026-07-06\n"},
		{"SELECT * EXCLUDE (seq) FROM plan.requirements ORDER BY seq", "BIKE,EAST,2026-06-30,stock,,4,4\nBIKE,EAST,2026-07-06,order,SO1,-10,-6\nFRAME,EAST,2026-07-06,receipt,PO1,50,50\n"},
		{"SELECT code, sap_code, severity, item_id, order_id, \"on\", qty, move_to, value, message FROM plan.exceptions WHERE item_id IS NOT NULL", "" +
			"EXPEDITE,10,warn,FRAME,PO1,2026-07-10,50,2026-07-06,12.5,bring receipt PO1 of 50 FRAME@EAST forward from 2026-07-10 to 2026-07-06\n"},
		{"SELECT message_zh FROM plan.exceptions WHERE code = 'EXPEDITE'", "将 FRAME@EAST 的在途 PO1（数量 50）从 2026-07-10 提前到 2026-07-06\n"},
		{"SELECT period_end, mean, q99, override, final FROM plan.forecast", "2026-07-13,10,18,,10\n2026-07-20,11.25,18,12,12\n"},
		{"SELECT mase, pinball, fva, demand_class FROM plan.forecast_accuracy", "0.8,,0.1,smooth\n"},
		{"SELECT class, safety_stock, reorder_point, order_up_to, service_expected, explain FROM plan.policies", "AX,0.000005,,0,,z=1.645;sigma=3\n"},
		{"SELECT rank, suggestion_id, action, urgency, status, need_on, supplier_id, at_stake, at_stake_once, person, reason FROM plan.suggestions ORDER BY rank", "" +
			"1,G1,buy,urgent,open,2026-07-06,S1,33,30,,stock 4 + receipts 0 are below the reorder point 30; one lot is 24\n" +
			"2,G2,expedite,watch,rejected,,,2,2,\"open_order,EXPEDITE\",50 on order PO1 come on 2026-07-10 but are needed on 2026-07-06\n"},
		{"SELECT item_id, abc, xyz, cv FROM plan.classes", "BIKE,A,X,0.3\nFRAME,B,,\n"},
		{"SELECT lot, received_on, age_days, bucket, qty, value FROM plan.aging", ",,,undated,0.000007,0.5\n"},
	} {
		rows, err := w.Select(ctx, info.ID, c.sql)
		if got := selectText(t, rows, err); got != c.want {
			t.Errorf("%s = %s, want %s", c.sql, got, c.want)
		}
	}
}

// TestPlanDigest: the digests of the tables that the writer takes while it
// writes are those of the file, and equal plans give equal content.
func TestPlanDigest(t *testing.T) {
	w, s, a := planned(t)
	ctx := context.Background()
	b, err := w.WritePlan(ctx, s, testPlan(s), RunInfo{RunID: "another"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.Content != b.Content || a.Digest != b.Digest || a.ID == b.ID {
		t.Errorf("two writes of one plan: %+v and %+v", a, b)
	}
	for _, id := range []string{a.ID, b.ID} {
		if _, err := w.VerifyPlan(ctx, id); err != nil {
			t.Error(err)
		}
	}
	p := testPlan(s)
	p.Orders.Qty[1]++
	c, err := w.WritePlan(ctx, s, p, RunInfo{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Content == a.Content {
		t.Error("a millionth more, and the same content digest")
	}
}

func TestWritePlanFiles(t *testing.T) {
	w, s, info := planned(t)
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "out")
	for _, f := range []Format{CSV, Parquet} {
		if err := WritePlanFiles(ctx, dir, f, s, testPlan(s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := WritePlanFiles(ctx, dir, XLSX, s, testPlan(s)); codeOf(err) != planwright.CodeUsage {
		t.Errorf("plan files as a workbook: %v", err)
	}
	db, conn, err := createDB("", dbOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range planFiles {
		b, err := os.ReadFile(filepath.Join(dir, table+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		_, got, _ := strings.Cut(string(b), "\n")
		query := "FROM plan." + table
		if ByNumber(table) {
			query = "SELECT COLUMNS(c -> c NOT IN ('seq', 'demand_order')) " + query + " ORDER BY seq"
		}
		rows, err := w.Select(ctx, info.ID, query)
		if want := selectText(t, rows, err); got != want {
			t.Errorf("%s.csv = %s, the plan has %s", table, got, want)
		}
		rows, err = conn.Query(ctx, "FROM read_parquet("+literal(filepath.Join(dir, table+".parquet"))+")")
		if fromParquet := selectText(t, rows, err); fromParquet != got {
			t.Errorf("%s.parquet = %s, the CSV has %s", table, fromParquet, got)
		}
	}
	conn.Close()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2*len(planFiles) {
		t.Errorf("the directory holds %d files, %v; want %d", len(entries), err, 2*len(planFiles))
	}
}

func TestTemplate(t *testing.T) {
	value := func(dst []byte, name string) []byte { return append(append(dst, '<'), name+">"...) }
	for _, c := range []struct{ text, want string }{{"", ""}, {"no values", "no values"}, {"{a}", "<a>"}, {"x {a} y {b}", "x <a> y <b>"}, {"{a}{a}!", "<a><a>!"}, {"half {open", "half {open"}} {
		tm := newTemplate(c.text)
		if got := string(tm.fill(nil, value)); got != c.want {
			t.Errorf("fill(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestAppendMoney(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{{0, "0"}, {12.5, "12.50"}, {1234, "1234"}, {-0.004, "-0"}, {1e9 + 0.126, "1000000000.13"}, {nan(), ""}} {
		if got := string(appendMoney(nil, c.x)); got != c.want {
			t.Errorf("appendMoney(%g) = %s, want %s", c.x, got, c.want)
		}
	}
}

// TestPlanViews: the views over numbers name every kind of supply, demand and
// element as the engine's own words do, in the order of the engine.
func TestPlanViews(t *testing.T) {
	w, s, info := planned(t)
	ctx := context.Background()
	for _, table := range planTables(newPlanText(s, testPlan(s))) {
		if !ByNumber(table.name) {
			continue
		}
		var names []string
		for _, c := range table.cols {
			names = append(names, quote(c.name))
		}
		rows, err := w.Select(ctx, info.ID, "SELECT "+strings.Join(names, ", ")+" FROM plan."+table.name+" ORDER BY seq")
		got := selectText(t, rows, err)
		var want strings.Builder
		if err := writeCSV(ctx, &table, &want); err != nil {
			t.Fatal(err)
		}
		if _, body, _ := strings.Cut(want.String(), "\n"); got != body {
			t.Errorf("%s = %s, want %s", table.name, got, body)
		}
	}
	rows, err := w.Select(ctx, info.ID, "SELECT demand_order, count(*) FROM plan.pegging WHERE demand_order = 'SO1' OR demand_kind = 'forecast' GROUP BY ALL ORDER BY ALL")
	if got, want := selectText(t, rows, err), "SO1,1\n,1\n"; got != want {
		t.Errorf("demand_order = %s, want %s", got, want)
	}
}

// TestPlanTablesDocumented: every column that the data set documents for plans
// is there, in its order, before what we add.
func TestPlanTablesDocumented(t *testing.T) {
	documented := map[string]string{
		"planned_orders":    "order_id kind item_id site_id supplier_id from_site_id qty qty_good order_qty order_uom release_on start_on due_on cost firm reason",
		"pegging":           "supply_id supply_kind demand_id demand_kind item_id site_id qty due_on",
		"requirements":      "item_id site_id on kind order_id qty available_after",
		"buffers":           "item_id site_id red_base red_safety tor yellow toy green tog qualified_demand net_flow_position recommended",
		"exceptions":        "code sap_code severity item_id site_id order_id on qty move_to value message",
		"forecast":          "item_id site_id period_start period_end method mean sd q05 q10 q50 q90 q95 q99 override final",
		"forecast_accuracy": "item_id site_id method periods mase rmsse wape bias pinball naive_wape fva",
		"policies":          "item_id site_id class policy safety_stock reorder_point order_up_to order_qty service_target service_expected cycle_stock_value safety_stock_value method explain",
		"suggestions":       "suggestion_id action urgency status item_id site_id qty value act_by need_on impact reason order_id",
	}
	for _, table := range planTables(nil) {
		want := strings.Fields(documented[table.name])
		var got []string
		for _, c := range table.cols {
			got = append(got, c.name)
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s has columns %v, documented are %v", table.name, got, want)
		}
		delete(documented, table.name)
	}
	if len(documented) > 0 {
		t.Errorf("not in a plan: %v", documented)
	}
}
