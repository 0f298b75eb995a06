package sample

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
)

// made writes a company into a temporary directory.
func made(tb testing.TB, opt Options) Company {
	tb.Helper()
	opt.Dir = tb.TempDir()
	c, err := Write(context.Background(), opt, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// rows reads a table as maps from column to value.
func rows(tb testing.TB, c Company, table string) []map[string]string {
	tb.Helper()
	f, err := os.Open(filepath.Join(c.Dir, table+".csv"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatalf("%s: %v", table, err)
	}
	out := make([]map[string]string, 0, len(all)-1)
	for _, rec := range all[1:] {
		m := make(map[string]string, len(rec))
		for i, v := range rec {
			m[all[0][i]] = v
		}
		out = append(out, m)
	}
	if int64(len(out)) != c.Rows(table) {
		tb.Errorf("%s: %d rows in the file, Company says %d", table, len(out), c.Rows(table))
	}
	return out
}

func number(tb testing.TB, s string) float64 {
	tb.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		tb.Fatalf("not a number: %q", s)
	}
	return x
}

func parseDay(tb testing.TB, s string) int32 {
	tb.Helper()
	d, err := time.Parse("2006-01-02", s)
	if err != nil {
		tb.Fatalf("not a date: %q", s)
	}
	return int32(d.Unix() / 86400)
}

func ids(rs []map[string]string, column string) map[string]bool {
	set := map[string]bool{}
	for _, r := range rs {
		set[r[column]] = true
	}
	return set
}

func digest(tb testing.TB, dir string) string {
	tb.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		tb.Fatal(err)
	}
	h := sha256.New()
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n", e.Name(), len(b))
		h.Write(b)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// TestSameOptionsSameBytes: the same options give the same files, another seed
// gives others.
func TestSameOptionsSameBytes(t *testing.T) {
	for _, items := range []int{0, MinItems, 4000} {
		a := digest(t, made(t, Options{Items: items, Seed: 7}).Dir)
		if b := digest(t, made(t, Options{Items: items, Seed: 7}).Dir); a != b {
			t.Errorf("items %d: two runs differ: %s, %s", items, a, b)
		}
		if b := digest(t, made(t, Options{Items: items, Seed: 8}).Dir); a == b {
			t.Errorf("items %d: seeds 7 and 8 give the same files", items)
		}
	}
}

// TestReferences: every id that a row names exists, keys are unique, amounts
// and dates parse, over several seeds and sizes.
func TestReferences(t *testing.T) {
	for _, opt := range []Options{{Seed: 1}, {Seed: 3, Items: 3500}, {Seed: 4, Items: MinItems, AsOf: civil(2024, 2, 29)}} {
		opt.NoFaults = true
		c := made(t, opt)
		if len(c.Faults) != 0 {
			t.Errorf("NoFaults: %d faults listed", len(c.Faults))
		}
		items, sites := ids(rows(t, c, "items"), "item_id"), ids(rows(t, c, "sites"), "site_id")
		suppliers := ids(rows(t, c, "suppliers"), "supplier_id")
		calendars := ids(rows(t, c, "calendars"), "calendar_id")
		orders := ids(rows(t, c, "supply_orders"), "order_id")
		want := max(opt.Items, 0)
		if want == 0 {
			want = DefaultItems
		}
		if len(items) != want || c.Items != want {
			t.Errorf("%d items, Company says %d, want %d", len(items), c.Items, want)
		}
		refs := map[string]map[string]bool{
			"item_id": items, "parent_id": items, "component_id": items, "successor_item_id": items,
			"site_id": sites, "from_site_id": sites, "supplier_id": suppliers, "calendar_id": calendars,
		}
		keys := map[string][]string{
			"items": {"item_id"}, "uoms": {"item_id", "uom"}, "skus": {"item_id", "site_id"},
			"bom":     {"parent_id", "component_id", "effective_from"},
			"sources": {"item_id", "site_id", "kind", "supplier_id", "from_site_id"}, "price_breaks": {"item_id", "supplier_id", "from_qty"},
			"stock": {"item_id", "site_id", "lot"}, "supply_orders": {"order_id"}, "demand_orders": {"order_id"},
			"reservations": {"order_id", "item_id"}, "receipts": {"order_id"}, "events": {"event_id"},
			"demand_history": {"item_id", "site_id", "on", "kind"}, "calendars": {"calendar_id", "on", "weekday"},
		}
		for _, table := range c.Tables {
			seen := map[string]bool{}
			for i, r := range rows(t, c, table.Table) {
				for col, v := range r {
					if set, ok := refs[col]; ok && v != "" && !set[v] {
						t.Fatalf("%s row %d: %s %q does not exist", table.Table, i+1, col, v)
					}
					switch {
					case v == "":
					case strings.HasSuffix(col, "_on") || col == "on" || col == "from" || col == "to" || strings.HasPrefix(col, "effective_"):
						parseDay(t, v)
					case strings.HasPrefix(col, "qty") || col == "price" || col == "factor" || strings.HasPrefix(col, "lot_m") || strings.HasPrefix(col, "unit_"):
						if x := number(t, v); x < 0 && table.Table != "movements" {
							t.Fatalf("%s row %d: %s = %s", table.Table, i+1, col, v)
						}
					}
				}
				if table.Table == "reservations" && !orders[r["order_id"]] {
					t.Fatalf("reservation of an unknown order %s", r["order_id"])
				}
				if cols := keys[table.Table]; cols != nil {
					k := ""
					for _, col := range cols {
						k += r[col] + "|"
					}
					if seen[k] {
						t.Fatalf("%s: key %s twice", table.Table, k)
					}
					seen[k] = true
				}
			}
		}
	}
}

// TestUnits: a unit that a row uses has a conversion for its item.
func TestUnits(t *testing.T) {
	c := made(t, Options{NoFaults: true})
	known := map[string]bool{}
	for _, r := range rows(t, c, "items") {
		known[r["item_id"]+"|"] = true
		known[r["item_id"]+"|"+r["uom"]] = true
	}
	for _, r := range rows(t, c, "uoms") {
		known[r["item_id"]+"|"+r["uom"]] = true
	}
	packs := 0
	for table, id := range map[string]string{"bom": "component_id", "sources": "item_id", "supply_orders": "item_id"} {
		for _, r := range rows(t, c, table) {
			if !known[r[id]+"|"+r["uom"]] {
				t.Errorf("%s: %s has no unit %s", table, r[id], r["uom"])
			}
			if r["uom"] == "BOX" {
				packs++
			}
		}
	}
	if packs == 0 {
		t.Error("nothing is bought in boxes")
	}
}

// TestBillOfMaterial: without faults it has no cycle and four levels, some five
// lines an item, and parts that many parents share.
func TestBillOfMaterial(t *testing.T) {
	for _, items := range []int{300, 4000} {
		c := made(t, Options{Items: items, NoFaults: true})
		children := map[string][]string{}
		parents := map[string]map[string]bool{}
		lines := rows(t, c, "bom")
		for _, r := range lines {
			p, k := r["parent_id"], r["component_id"]
			children[p] = append(children[p], k)
			if parents[k] == nil {
				parents[k] = map[string]bool{}
			}
			parents[k][p] = true
		}
		depth := map[string]int{}
		var visit func(string) int
		visit = func(id string) int {
			switch d := depth[id]; {
			case d > 0:
				return d
			case d < 0:
				t.Fatalf("BOM cycle through %s", id)
			}
			depth[id] = -1
			d := 0
			for _, k := range children[id] {
				d = max(d, visit(k))
			}
			depth[id] = d + 1
			return d + 1
		}
		deepest := 0
		for _, r := range rows(t, c, "items") {
			deepest = max(deepest, visit(r["item_id"]))
		}
		if deepest != 4 {
			t.Errorf("items %d: %d BOM levels, want 4", items, deepest)
		}
		if per := float64(len(lines)) / float64(items); per < 4.5 || per > 6 {
			t.Errorf("items %d: %.1f BOM lines an item, want about 5", items, per)
		}
		shared := 0
		for _, ps := range parents {
			if len(ps) > 3 {
				shared++
			}
		}
		if shared < items/20 {
			t.Errorf("items %d: only %d components have more than three parents", items, shared)
		}
	}
}

// TestEveryNeedHasASource: where a made item is made, each component that holds
// has a sku there; every bought or moved sku has a source with a lead time; a
// transfer leads to a sku of the giving site.
func TestEveryNeedHasASource(t *testing.T) {
	for _, opt := range []Options{{}, {Items: 3500, Seed: 5}} {
		opt.NoFaults = true
		c := made(t, opt)
		how := map[string]string{}
		for _, r := range rows(t, c, "skus") {
			how[r["item_id"]+"@"+r["site_id"]] = r["procurement"]
			if r["procurement"] == "make" && number(t, r["lead_time_days"]) <= 0 {
				t.Errorf("%s@%s: made without a lead time", r["item_id"], r["site_id"])
			}
		}
		sourced := map[string]bool{}
		for _, r := range rows(t, c, "sources") {
			if number(t, r["lead_time_days"]) <= 0 {
				t.Errorf("source of %s without a lead time", r["item_id"])
			}
			sourced[r["item_id"]+"@"+r["site_id"]] = true
			if from := r["from_site_id"]; from != "" && how[r["item_id"]+"@"+from] == "" {
				t.Errorf("%s moves from %s, which has no sku of it", r["item_id"], from)
			}
		}
		for k, p := range how {
			if p != "make" && !sourced[k] {
				t.Errorf("%s (%s) has no source", k, p)
			}
		}
		used := map[string]bool{}
		for _, r := range rows(t, c, "skus") {
			if number(t, r["x_incumbent_max"]+"0") > 0 {
				used[r["item_id"]+"@"+r["site_id"]] = true
			}
		}
		for _, r := range rows(t, c, "bom") {
			if to := r["effective_to"]; to != "" && parseDay(t, to) <= c.AsOf {
				continue
			}
			for _, plant := range siteID[:nPlants] {
				if k := r["parent_id"] + "@" + plant; how[k] == "make" && used[k] && how[r["component_id"]+"@"+plant] == "" {
					t.Errorf("%s needs %s there, which has no sku", k, r["component_id"])
				}
			}
		}
	}
}

// TestFaults: each listed fault is in its table, and none without faults.
func TestFaults(t *testing.T) {
	columns := map[string][]string{
		"bom": {"parent_id", "component_id"}, "items": {"item_id"}, "stock": {"item_id", "site_id", "lot"},
		"supply_orders": {"order_id"}, "demand_orders": {"order_id"}, "skus": {"item_id", "site_id"},
	}
	count := func(c Company, f Fault) int {
		n := 0
		for _, r := range rows(t, c, f.Table) {
			var k []string
			for _, col := range columns[f.Table] {
				k = append(k, r[col])
			}
			if strings.Join(k, "|") == f.Key {
				n++
			}
		}
		return n
	}
	for _, items := range []int{0, MinItems, 3500} {
		c, clean := made(t, Options{Items: items}), made(t, Options{Items: items, NoFaults: true})
		codes, skus := map[string]bool{}, map[string]bool{}
		for _, r := range rows(t, c, "skus") {
			skus[r["item_id"]+"@"+r["site_id"]] = true
		}
		for _, f := range c.Faults {
			// A fault has no second one beside it: its sku is a real one.
			for _, r := range rows(t, c, f.Table) {
				if k := r["item_id"] + "@" + r["site_id"]; r["order_id"] == f.Key && !skus[k] {
					t.Errorf("items %d: %s: order %s of %s, which is no sku", items, f.Code, f.Key, k)
				}
			}
			codes[f.Code] = true
			want := 1
			if f.Code == "DUPLICATE_KEY" || f.Code == "EFFECTIVITY_OVERLAP" {
				want = 2
			}
			if got := count(c, f); got != want {
				t.Errorf("items %d: %s %s %s in %d rows, want %d", items, f.Code, f.Table, f.Key, got, want)
			}
			if got := count(clean, f); got != want-1 && f.Code == "DUPLICATE_KEY" || got != 0 && f.Code != "DUPLICATE_KEY" {
				t.Errorf("items %d: %s %s %s in %d rows without faults", items, f.Code, f.Table, f.Key, got)
			}
		}
		for _, code := range []string{"BOM_CYCLE", "UNKNOWN_ITEM", "UNKNOWN_SITE", "DUPLICATE_KEY", "NEGATIVE_QTY", "MISSING_VALUE",
			"LEAD_TIME_MISSING", "UOM_CONVERSION", "EFFECTIVITY_OVERLAP", "ORDER_PAST_DUE", "DATE_RANGE", "BAD_NUMBER"} {
			if !codes[code] {
				t.Errorf("no fault %s", code)
			}
		}
	}
}

// TestLargeCompany: at most a hundred history rows an item, and no more than
// a site and a half for an item on average.
func TestLargeCompany(t *testing.T) {
	c := made(t, Options{Items: 5000, NoFaults: true})
	perItem := map[string]int{}
	for _, r := range rows(t, c, "demand_history") {
		perItem[r["item_id"]]++
	}
	for id, n := range perItem {
		if n > maxHistoryRows {
			t.Fatalf("%s has %d history rows, want at most %d", id, n, maxHistoryRows)
		}
	}
	if per := float64(c.Rows("skus")) / 5000; per > 1.7 {
		t.Errorf("%.2f skus an item, want at most 1.7", per)
	}
}

// TestParquetHistory writes and reads back rows over a row-group border.
func TestParquetHistory(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "demand_history.csv")
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := newHistory(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Error("the CSV of an earlier call is still there")
	}
	const n = rowGroup + 10
	for i := range n {
		h.add(fmt.Appendf(nil, "FG-%06d", i/1000), i%nSites, int32(20000+i%1000), int64(i), kindSale, i%3 == 0, i%7 == 0)
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	r, err := file.OpenParquetFile(h.path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if got := r.NumRows(); got != n || r.NumRowGroups() != 2 {
		t.Fatalf("%d rows in %d groups, want %d in 2", got, r.NumRowGroups(), n)
	}
	if got := r.MetaData().Schema.Column(3).LogicalType().String(); got != "Decimal(precision=18, scale=6)" {
		t.Errorf("qty is %s", got)
	}
	group := r.RowGroup(1)
	id := make([]parquet.ByteArray, 10)
	col, err := group.Column(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := col.(*file.ByteArrayColumnChunkReader).ReadBatch(10, id, nil, nil); err != nil {
		t.Fatal(err)
	}
	qty := make([]int64, 10)
	if col, err = group.Column(3); err != nil {
		t.Fatal(err)
	}
	if _, _, err := col.(*file.Int64ColumnChunkReader).ReadBatch(10, qty, nil, nil); err != nil {
		t.Fatal(err)
	}
	for j := range 10 {
		i := rowGroup + j
		if want := fmt.Sprintf("FG-%06d", i/1000); string(id[j]) != want || qty[j] != int64(i)*1000 {
			t.Errorf("row %d: %s %d, want %s %d", i, id[j], qty[j], want, i*1000)
		}
	}
}

// TestCancel: a cancelled call says so and leaves no files.
func TestCancel(t *testing.T) {
	for _, at := range []string{"bom", "demand_history"} {
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		_, err := Write(ctx, Options{Items: 4000, Dir: dir}, func(table string, done, total int64) {
			if table == at && done > total/3 {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in %s: error %v", at, err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("cancelled in %s: %d files left", at, len(left))
		}
	}
}

func TestBadOptions(t *testing.T) {
	for _, opt := range []Options{{Items: 5}, {Items: MinItems - 1}, {Items: MaxItems + 1}, {Items: -1}, {AsOf: 1}, {Dir: "no/such/dir"}} {
		if opt.Dir == "" {
			opt.Dir = t.TempDir()
		}
		if _, err := Write(context.Background(), opt, nil); err == nil {
			t.Errorf("Write(%+v) made a company", opt)
		}
	}
}

func benchmarkWrite(b *testing.B, items int) {
	for b.Loop() {
		dir := b.TempDir()
		if _, err := Write(context.Background(), Options{Items: items, Seed: 1, Dir: dir}, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(items)*float64(b.N)/b.Elapsed().Seconds(), "items/s")
}

func BenchmarkWrite300(b *testing.B)    { benchmarkWrite(b, 300) }
func BenchmarkWrite10000(b *testing.B)  { benchmarkWrite(b, 10_000) }
func BenchmarkWrite100000(b *testing.B) { benchmarkWrite(b, 100_000) }
