package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"planwright"
	"planwright/plan"
	"planwright/snapshot"
)

// ledgerRows is the number of rows of the stock ledger a sku that a company made for
// measuring has; every second one is a sale, and as such in the demand history.
const ledgerRows = 10

// maxBenchSKUs bounds the company: its ledger has to fit on the disk.
const maxBenchSKUs = 3_000_000

// benchStockSQL makes n sku's, two sites an item, each with two lots, rows of the ledger
// and of demand in the two years before the day, all drawn by hashes of their numbers.
func benchStockSQL(n int, asOf planwright.Day) string {
	return fmt.Sprintf(`
INSERT INTO main.sites (site, site_id) VALUES (0, 'EAST'), (1, 'WEST');
INSERT INTO main.items (item, item_id, name, category, uom, unit_cost, unit_price, planner)
	SELECT i, printf('I%%07d', i), 'Item ' || i, 'C' || (i %% 50), 'EA', round(exp(4 * sqrt(u)), 2), round(exp(4 * sqrt(u)) * 1.6, 2), 'P' || (i %% 9) FROM (SELECT i, hash(i) %% 1000003 / 1000003.0 AS u FROM range(%[1]d) t(i));
INSERT INTO main.skus (sku, item, site, item_id, site_id, implicit)
	SELECT k, k // 2, k %% 2, printf('I%%07d', k // 2), CASE WHEN k %% 2 = 0 THEN 'EAST' ELSE 'WEST' END, false FROM range(%[2]d) t(k);
INSERT INTO data.stock (sku, qty, lot, received_on)
	SELECT k // 2, hash(k) %% 300, 'L' || k, CASE WHEN k %% 6 = 0 THEN DATE '%[4]s' - (hash(k, 1) %% 700)::INTEGER END FROM range(%[2]d * 2) t(k);
INSERT INTO data.movements (sku, "on", qty, kind, document)
	SELECT r // %[3]d, DATE '%[4]s' - 700 + ((r %% %[3]d) * 70 + hash(r) %% 70)::INTEGER, CASE WHEN r %% 2 = 0 THEN 1 ELSE -1 END * (1 + hash(r, 2) %% 100)::INTEGER, CASE WHEN r %% 2 = 0 THEN 'receipt' ELSE 'issue' END, 'D' || r FROM range(%[2]d * %[3]d) t(r);
INSERT INTO data.demand_history (sku, "on", qty, kind) SELECT sku, "on", -qty, 'sale' FROM data.movements WHERE qty < 0;
`, (n+1)/2, n, ledgerRows, asOf)
}

// benchStock publishes a company of so many sku's and measures from the published file on
// what its stock tells: classes, ages, flow, what does not move, key figures.
func (a *app) benchStock(ctx context.Context, dir string, skus int) (r benchRun, err error) {
	if dir, err = os.MkdirTemp(dir, "planwright-bench-"); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	a.say("cli.bench.stock", "skus", count(skus))
	w, err := snapshot.OpenWorkspace(filepath.Join(dir, "data"))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	d, err := w.NewSnapshotFile(ctx)
	if err != nil {
		return r, err
	}
	d.AsOf = planwright.Date(2026, 6, 30)
	if err := d.Conn.Exec(ctx, benchStockSQL(skus, d.AsOf)); err != nil {
		return r, errors.Join(err, d.Discard())
	}
	made, err := d.Publish(ctx)
	if err != nil {
		return r, err
	}
	r = benchRun{skus: skus, history: skus * ledgerRows, took: map[string]time.Duration{}}
	watch := &stopwatch{took: r.took}
	began, cpu := time.Now(), processTime()
	watch.start("load")
	s, done, err := w.Load(ctx, made.ID, snapshot.LoadOptions{Threads: a.workers})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, done()) }()
	opt := plan.Options{Workers: a.workers, Progress: func(stage plan.Stage, done, _ int) {
		if watch.stage != string(stage) {
			watch.start(string(stage))
		}
	}}
	watch.start(string(plan.StageSegment))
	p, err := plan.TakeStock(ctx, s, opt)
	if err != nil {
		return r, err
	}
	watch.start("")
	r.wall, r.cpu, r.peak, r.layers = time.Since(began), processTime()-cpu, peakMemory(), len(p.Aging.SKU)
	return r, nil
}

// stockRows are the lines of what a company's stock tells.
func (a *app) stockRows() []benchRow {
	return append([]benchRow{
		{a.T("kpi.skus"), func(r benchRun) string { return count(r.skus) }},
		{a.T("cli.bench.ledger"), func(r benchRun) string { return count(r.history) }},
		{a.T("cli.bench.layers"), func(r benchRun) string { return count(r.layers) }},
	}, a.timeRows([]string{"load", "segment", "analytics"})...)
}
