package snapshot

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"planwright"
)

// benchSKUs is the size of the made company of the benchmarks.
const benchSKUs = 100_000

// benchSQL makes a company of n items at one site: 5 BOM lines a parent, 100
// days of history, one source and some orders each.
func benchSQL(n int) string {
	return fmt.Sprintf(`
INSERT INTO main.sites VALUES (0, 'MAIN', NULL, NULL, NULL);
INSERT INTO main.suppliers SELECT i, format('S{:%[2]s}', i), NULL, NULL, 0, 7 FROM range(1000) t(i);
INSERT INTO main.items (item, item_id, name, uom, unit_cost, unit_price, decimals, status, category) SELECT i, format('ITEM-{:%[2]s}', i), 'name of item ' || i, 'EA', i %% 100, i %% 150, 0, 'active', 'c' || (i %% 20) FROM range(%[1]d) t(i);
INSERT INTO main.skus (sku, item, site, item_id, site_id, lead_time_days, lot_rule, implicit) SELECT i, i, 0, format('ITEM-{:%[2]s}', i), 'MAIN', i %% 30, 'lfl', false FROM range(%[1]d) t(i);
INSERT INTO data.bom (line, parent, component, qty_per, per_qty, scrap_pct) SELECT row_number() OVER (), p, (p + 1 + 37 * c) %% %[1]d, 1 + c, 1, (c %% 3) FROM range(%[1]d) t(p), range(5) u(c) ORDER BY p, c;
INSERT INTO data.sources (sku, kind, supplier, priority, price) SELECT i, CASE WHEN i %% 3 = 0 THEN 'make' ELSE 'buy' END, i %% 1000, 1, 5 FROM range(%[1]d) t(i);
INSERT INTO data.stock (sku, qty, lot, received_on) SELECT i, i %% 50, 'LOT' || i, DATE '2026-05-01' FROM range(%[1]d) t(i);
INSERT INTO data.supply_orders (sku, order_id, kind, qty, due_on) SELECT i // 2, 'PO-2026-' || i, 'purchase', 10 + i %% 7, DATE '2026-07-01' + (i %% 60)::INTEGER FROM range(%[1]d) t(i);
INSERT INTO data.demand_orders (sku, order_id, qty, due_on, customer_id) SELECT i // 3, 'SO-2026-' || i, 10 + i %% 7, DATE '2026-07-01' + (i %% 60)::INTEGER, 'C' || (i %% 100) FROM range(%[1]d) t(i);
INSERT INTO data.demand_history (sku, "on", qty, kind) SELECT i // 100, DATE '2026-01-01' + (i %% 100)::INTEGER, i %% 13, 'sale' FROM range(%[3]d) t(i);
`, n, "07d", n*100)
}

// benchWorkspace makes the company once for all benchmarks of a run.
func benchWorkspace(b *testing.B) *Workspace {
	b.Helper()
	n := benchSKUs
	if s := os.Getenv("PLANWRIGHT_BENCH_SKUS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	ctx := context.Background()
	w, err := OpenWorkspace(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	d, err := w.NewSnapshotFile(ctx)
	if err != nil {
		b.Fatal(err)
	}
	d.AsOf = planwright.Date(2026, 6, 30)
	if err := d.Conn.Exec(ctx, benchSQL(n)); err != nil {
		b.Fatal(err)
	}
	if _, err := d.Publish(ctx); err != nil {
		b.Fatal(err)
	}
	return w
}

func reportRows(b *testing.B, rows int) {
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkLoad reads all columns but the histories.
func BenchmarkLoad(b *testing.B) {
	w := benchWorkspace(b)
	rows := 0
	b.ResetTimer()
	for b.Loop() {
		s, done, err := w.Load(context.Background(), "", LoadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		rows = s.Items.Len() + s.Len() + s.BOM.Len() + len(s.Sources.Kind) + len(s.Stock.Qty) + len(s.Supply.Qty) + len(s.Demand.Qty)
		if err := done(); err != nil {
			b.Fatal(err)
		}
	}
	reportRows(b, rows)
}

// BenchmarkHistory reads the histories in chunks of 1024 sku's.
func BenchmarkHistory(b *testing.B) {
	w := benchWorkspace(b)
	ctx := context.Background()
	s, done, err := w.Load(ctx, "", LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	rows := 0
	for b.Loop() {
		rows = 0
		for lo := 0; lo < s.Len(); lo += 1024 {
			h, err := s.ReadHistory(ctx, planwright.SKU(lo), planwright.SKU(lo+1024))
			if err != nil {
				b.Fatal(err)
			}
			rows += len(h.On)
		}
	}
	reportRows(b, rows)
	if err := done(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVerify reads every byte and every value of a snapshot.
func BenchmarkVerify(b *testing.B) {
	w := benchWorkspace(b)
	rows := int64(0)
	for b.Loop() {
		info, err := w.VerifySnapshot(context.Background(), "")
		if err != nil {
			b.Fatal(err)
		}
		rows = 0
		for _, n := range info.Rows {
			rows += n
		}
	}
	reportRows(b, int(rows))
}

// benchPlan is a plan of the size that a run over the company makes.
func benchPlan(s *planwright.Snapshot) *planwright.Plan {
	p := &planwright.Plan{SnapshotID: s.ID, SnapshotDigest: s.Digest, AsOf: s.AsOf, HorizonEnd: s.AsOf + 182, Options: "{}", Version: planwright.Version}
	day := s.AsOf
	for k := range s.Len() {
		sku := planwright.SKU(k)
		for j := range 4 {
			o := &p.Orders
			o.SKU, o.Kind, o.Source = append(o.SKU, sku), append(o.Kind, planwright.Work), append(o.Source, planwright.None)
			o.Supplier, o.From = append(o.Supplier, planwright.None), append(o.From, planwright.NoSKU)
			o.Qty, o.Good = append(o.Qty, planwright.Qty(j+1)*planwright.One), append(o.Good, planwright.Qty(j+1)*planwright.One)
			d := day + planwright.Day(7*j)
			o.Release, o.Start, o.Due, o.Available, o.Need = append(o.Release, d), append(o.Start, d), append(o.Due, d+2), append(o.Available, d+2), append(o.Need, d+2)
			o.Cost, o.Firm, o.Reason, o.Seq = append(o.Cost, 12.5), append(o.Firm, false), append(o.Reason, planwright.ForShortage), append(o.Seq, 1)
			ref := int32(len(o.SKU) - 1)
			g := &p.Pegs
			g.SKU, g.SupplyKind, g.SupplyRef = append(g.SKU, sku), append(g.SupplyKind, planwright.SupplyPlanned), append(g.SupplyRef, ref)
			g.DemandKind, g.DemandRef = append(g.DemandKind, planwright.DemandDependent), append(g.DemandRef, ref/2)
			g.Qty, g.DueOn = append(g.Qty, planwright.One), append(g.DueOn, d)
			r := &p.Requirements
			for _, kind := range []planwright.ElementKind{planwright.ElemDependent, planwright.ElemPlanned} {
				r.SKU, r.On, r.Kind, r.Ref = append(r.SKU, sku), append(r.On, d), append(r.Kind, kind), append(r.Ref, ref)
				r.Qty, r.After = append(r.Qty, planwright.One), append(r.After, planwright.One)
			}
		}
		for j := range 26 {
			f := &p.Forecast
			d := day + planwright.Day(7*j)
			x := float64(k%1000) + float64(j)/7
			f.SKU, f.Start, f.End, f.Method = append(f.SKU, sku), append(f.Start, d), append(f.End, d+7), append(f.Method, "ses")
			f.Mean, f.SD, f.Override, f.Final = append(f.Mean, x), append(f.SD, x/3), append(f.Override, nan()), append(f.Final, x)
			if f.Q == nil {
				f.Q = make([][]float64, len(planwright.Quantiles))
			}
			for q := range f.Q {
				f.Q[q] = append(f.Q[q], x*planwright.Quantiles[q]*2)
			}
		}
		if k%3 == 0 {
			p.Exceptions.Add(planwright.Exception{Code: planwright.CodeExpedite, SKU: sku, OrderID: "PO-2026-1", On: day, Qty: planwright.One, MoveTo: day - 3, Value: 3.25})
		}
	}
	p.Digest = p.ComputeDigest()
	return p
}

// BenchmarkWritePlan writes a plan: orders, pegs, requirements, forecasts,
// exceptions.
func BenchmarkWritePlan(b *testing.B) {
	w := benchWorkspace(b)
	ctx := context.Background()
	s, done, err := w.Load(ctx, "", LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	p := benchPlan(s)
	rows, size := int64(0), int64(0)
	b.ResetTimer()
	for b.Loop() {
		info, err := w.WritePlan(ctx, s, p, RunInfo{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		rows, size = 0, info.Size
		for _, n := range info.Rows {
			rows += n
		}
		b.StopTimer()
		if err := w.DeletePlan(ctx, info.ID); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	reportRows(b, int(rows))
	b.ReportMetric(float64(size)/float64(rows), "bytes/row")
	if err := done(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWritePlanFiles writes the tables of MRP as CSV.
func BenchmarkWritePlanFiles(b *testing.B) {
	w := benchWorkspace(b)
	ctx := context.Background()
	s, done, err := w.Load(ctx, "", LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	p := benchPlan(s)
	dir := filepath.Join(b.TempDir(), "out")
	for b.Loop() {
		if err := WritePlanFiles(ctx, dir, CSV, s, p); err != nil {
			b.Fatal(err)
		}
	}
	reportRows(b, p.Orders.Len()+p.Pegs.Len()+p.Requirements.Len()+p.Exceptions.Len())
	if err := done(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkExport exports the history by format.
func BenchmarkExport(b *testing.B) {
	w := benchWorkspace(b)
	for _, f := range []Format{CSV, JSONLines, Arrow, Parquet, XLSX} {
		limit := 1_000_000
		if f == XLSX {
			limit = 100_000
		}
		b.Run(f.String(), func(b *testing.B) {
			for b.Loop() {
				q := QueryRequest{SQL: fmt.Sprintf(`SELECT item_id, site_id, "on", qty, kind, promo FROM snap.demand_history LIMIT %d`, limit)}
				if _, err := w.Export(context.Background(), q, f, io.Discard, nil); err != nil {
					b.Fatal(err)
				}
			}
			reportRows(b, limit)
		})
	}
}

// BenchmarkScratch makes, fills and loads a small data set in memory: what every
// standalone verb does first.
func BenchmarkScratch(b *testing.B) {
	ctx := context.Background()
	for b.Loop() {
		d, err := NewScratch(ctx)
		if err != nil {
			b.Fatal(err)
		}
		testDraft(b, d)
		_, done, err := d.Load(ctx, LoadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if err := done(); err != nil {
			b.Fatal(err)
		}
		if err := d.Discard(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSelect reads a page of a list.
func BenchmarkSelect(b *testing.B) {
	w := benchWorkspace(b)
	for b.Loop() {
		rows, err := w.SelectSnapshot(context.Background(), "", "SELECT item_id, name FROM snap.items ORDER BY unit_cost DESC, item_id LIMIT 50 OFFSET 100")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			_ = rows.Values()
		}
		rows.Close()
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}
