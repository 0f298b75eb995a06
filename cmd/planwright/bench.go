package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwright"
	"planwright/cmd/planwright/sample"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// benchStages are the parts of the whole way that are timed: a run's own stages,
// and what is before and after it.
var benchStages = []string{"generate", "import", "load", "forecast", "segment", "mrp", "capacity", "suggest", "analytics", "write", "verify"}

// benchRun is what one size took.
type benchRun struct {
	items, skus, history, orders int
	layers                       int // of age
	took                         map[string]time.Duration
	wall, cpu                    time.Duration
	peak                         int64 // bytes; 0: this system does not tell
}

// stopwatch adds up the time of stages that follow each other.
type stopwatch struct {
	stage string
	since time.Time
	took  map[string]time.Duration
}

func (s *stopwatch) start(stage string) {
	now := time.Now()
	if s.stage != "" {
		s.took[s.stage] += now.Sub(s.since)
	}
	s.stage, s.since = stage, now
}

// benchVerb measures this machine on companies that are made for it.
func (a *app) benchVerb() *cobra.Command {
	var sizes, dir string
	var seed uint64
	var stock int
	cmd := a.verb("bench", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if cmd.Flags().Changed("stock") {
			if stock < 1 || stock > maxBenchSKUs {
				return usage(fmt.Sprintf("--stock %d: give a number of sku's from 1 to %d", stock, maxBenchSKUs))
			}
			r, err := a.benchStock(cmd.Context(), dir, stock)
			if err != nil {
				return err
			}
			return a.showBench([]benchRun{r}, a.stockRows())
		}
		var items []int
		for _, s := range list(sizes) {
			n, err := strconv.Atoi(s)
			if err != nil || n < sample.MinItems || n > sample.MaxItems {
				return usage(fmt.Sprintf("--items %s: give numbers of items from %d to %d, with commas between", sizes, sample.MinItems, sample.MaxItems))
			}
			items = append(items, n)
		}
		if len(items) == 0 {
			return usage("--items: give at least one number of items")
		}
		slices.Sort(items) // the peak of memory is that of the process so far
		var runs []benchRun
		for _, n := range slices.Compact(items) {
			r, err := a.benchOne(cmd.Context(), dir, n, seed)
			if err != nil {
				return err
			}
			runs = append(runs, r)
		}
		return a.showBench(runs, a.benchRows())
	})
	cmd.Flags().StringVar(&sizes, "items", "300,3000", a.T("cli.bench.items"))
	cmd.Flags().IntVar(&stock, "stock", 0, a.T("cli.bench.skus"))
	cmd.Flags().StringVar(&dir, "dir", "", a.T("cli.bench.dir"))
	cmd.Flags().Uint64Var(&seed, "seed", 1, a.T("cli.demo.seed"))
	return cmd
}

// benchOne takes one made company the whole way in a workspace of its own, which
// is gone afterwards.
func (a *app) benchOne(ctx context.Context, dir string, items int, seed uint64) (r benchRun, err error) {
	if dir, err = os.MkdirTemp(dir, "planwright-bench-"); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	a.say("cli.bench.size", "items", count(items))
	files := filepath.Join(dir, "sample")
	if err := os.Mkdir(files, 0o755); err != nil {
		return r, err
	}
	w, err := snapshot.OpenWorkspace(filepath.Join(dir, "data"))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	bars := a.progress()
	defer bars.done()

	watch := &stopwatch{took: map[string]time.Duration{}}
	began, cpu := time.Now(), processTime()
	watch.start("generate")
	company, err := sample.Write(ctx, sample.Options{Items: items, Seed: seed, Dir: files}, func(_ string, done, total int64) { bars.show("generate", done, total) })
	if err != nil {
		return r, err
	}
	watch.start("import")
	report, err := w.Import(ctx, snapshot.ImportOptions{Paths: []string{files}, AsOf: planwright.Day(company.AsOf), Progress: bars.show})
	if err != nil {
		return r, err
	}
	bars.done()
	f := runFlags{snapshot: report.Snapshot.ID, period: "week", method: "auto"}
	opt, err := a.planOptions(f)
	if err != nil {
		return r, err
	}
	a.watch = watch // the run tells its stages
	info, p, err := a.plan(ctx, w, f, opt)
	a.watch = nil
	if err != nil {
		return r, err
	}
	watch.start("verify")
	if _, err := w.VerifyPlan(ctx, info.ID); err != nil {
		return r, err
	}
	watch.start("")
	r = benchRun{items: company.Items, skus: len(p.Classes.ABC), orders: p.Orders.Len(), took: watch.took, wall: time.Since(began), cpu: processTime() - cpu, peak: peakMemory()}
	for _, t := range report.Tables {
		if t.Table == "demand_history" {
			r.history += int(t.Imported)
		}
	}
	return r, nil
}

// benchRow is one line of the table: what is told of every run.
type benchRow struct {
	name string
	of   func(benchRun) string
}

// benchRows are the lines of the whole way.
func (a *app) benchRows() []benchRow {
	return append([]benchRow{
		{a.T("cli.bench.head"), func(r benchRun) string { return count(r.items) }},
		{a.T("kpi.skus"), func(r benchRun) string { return count(r.skus) }},
		{a.T("cli.bench.history"), func(r benchRun) string { return count(r.history) }},
		{a.T("kpi.planned_orders"), func(r benchRun) string { return count(r.orders) }},
	}, a.timeRows(benchStages)...)
}

// timeRows are the lines of time and memory.
func (a *app) timeRows(stages []string) (rows []benchRow) {
	seconds := func(d time.Duration) string {
		if d < 50*time.Millisecond {
			return "< 0.1"
		}
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64)
	}
	for _, s := range stages {
		rows = append(rows, benchRow{a.T("stage."+s) + ", s", func(r benchRun) string { return seconds(r.took[s]) }})
	}
	rows = append(rows,
		benchRow{a.T("cli.bench.wall"), func(r benchRun) string { return seconds(r.wall) }},
		benchRow{a.T("cli.bench.cpu"), func(r benchRun) string { return seconds(r.cpu) }})
	if peakMemory() > 0 {
		rows = append(rows, benchRow{a.T("cli.bench.peak"), func(r benchRun) string { return strconv.FormatFloat(float64(r.peak)/(1<<30), 'f', 2, 64) }})
	}
	return rows
}

// showBench shows the runs, as rows for machines or as a table.
func (a *app) showBench(runs []benchRun, rows []benchRow) error {
	if a.machine() {
		return a.benchSheet(runs)
	}
	a.benchTable(runs, rows)
	a.next("cli.bench.next")
	return nil
}

// benchTable prints the runs as a Markdown table that a page of figures can take,
// under a line that tells the machine. The first line of rows is its head.
func (a *app) benchTable(runs []benchRun, rows []benchRow) {
	fmt.Fprintf(a.out, "planwright %s, %s, %s/%s, %s\n\n", planwright.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, a.T("cli.bench.workers", "n", strconv.Itoa(a.workers)))
	line := func(cells []string) { fmt.Fprintf(a.out, "| %s |\n", strings.Join(cells, " | ")) }
	for i, row := range rows {
		cells, rule := []string{row.name}, []string{"---"}
		for _, r := range runs {
			cells, rule = append(cells, row.of(r)), append(rule, "---:")
		}
		line(cells)
		if i == 0 {
			line(rule)
		}
	}
}

// benchSheet writes a row for every size and stage.
func (a *app) benchSheet(runs []benchRun) error {
	out, err := a.newSheet([]string{"items", "skus", "history_rows", "planned_orders", "stage", "seconds", "cpu_seconds", "peak_bytes"})
	if err != nil {
		return err
	}
	defer out.discard()
	for _, r := range runs {
		for _, s := range benchStages {
			if _, timed := r.took[s]; !timed && r.items == 0 {
				continue // no part of what was measured
			}
			if err := out.row(int64(r.items), int64(r.skus), int64(r.history), int64(r.orders), s, r.took[s].Seconds(), nil, nil); err != nil {
				return err
			}
		}
		if err := out.row(int64(r.items), int64(r.skus), int64(r.history), int64(r.orders), "all", r.wall.Seconds(), r.cpu.Seconds(), r.peak); err != nil {
			return err
		}
	}
	return out.close()
}
