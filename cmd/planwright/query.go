package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"planwright"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// planFlag adds --plan to a verb that reads one.
func (a *app) planFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("plan", "latest", a.T("cli.flag.plan"))
}

// result is a whole result of a query, for tables that people read.
type result struct {
	head []string
	rows [][]any
}

// col returns the number of a column.
func (r *result) col(name string) int {
	for i, h := range r.head {
		if h == name {
			return i
		}
	}
	panic("planwright: no column " + name)
}

func (r *result) text(row int, name string) string {
	return string(snapshot.AppendValue(nil, r.rows[row][r.col(name)]))
}

func (r *result) float(row int, name string) float64 {
	switch v := r.rows[row][r.col(name)].(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	case planwright.Qty:
		return v.Float()
	}
	return math.NaN()
}

// selectAll runs a query of our own over a plan and its snapshot.
func (a *app) selectAll(ctx context.Context, w *snapshot.Workspace, plan, sql string, args ...any) (*result, error) {
	return readAll(w.Select(ctx, plan, sql, args...))
}

// readAll reads a result to its end.
func readAll(r *snapshot.Rows, err error) (*result, error) {
	if err != nil {
		return nil, err
	}
	defer r.Close()
	out := &result{}
	for _, c := range r.Columns {
		out.head = append(out.head, c.Name)
	}
	for r.Next() {
		out.rows = append(out.rows, r.Values())
	}
	return out, r.Err()
}

// emit streams rows to where and how the user asked for.
func (a *app) emit(r *snapshot.Rows) (int, error) {
	defer r.Close()
	var head []string
	for _, c := range r.Columns {
		head = append(head, c.Name)
	}
	s, err := a.newSheet(head)
	if err != nil {
		return 0, err
	}
	defer s.discard()
	n := 0
	for r.Next() {
		n++
		if err := s.row(r.Values()...); err != nil {
			return n, err
		}
	}
	if err := r.Err(); err != nil {
		return n, err
	}
	return n, s.close()
}

// machine says whether the output goes to a program or a file, not to a
// reader.
func (a *app) machine() bool { return a.json || a.output != "" }

// print shows a result as a table: numbers to the right, whole figures.
func (a *app) print(r *result) {
	head := make([]string, len(r.head))
	for i, h := range r.head {
		for _, row := range r.rows {
			switch row[i].(type) {
			case int64, float64, planwright.Qty, uint64:
				h = ">" + r.head[i]
			}
		}
		head[i] = h
	}
	t := newTable(head...)
	for _, row := range r.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = shown(c)
		}
		t.add(cells...)
	}
	t.write(a.out, 60)
}

// shown is a cell as a reader wants it: at most three decimals.
func shown(c any) string {
	if f, ok := c.(float64); ok {
		if math.IsNaN(f) {
			return ""
		}
		if math.Abs(f) >= 1000 {
			return money(f)
		}
		return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(f, 'f', 3, 64), "0"), ".")
	}
	return string(snapshot.AppendValue(nil, c))
}

// sqlVerb runs a query of the user's own.
func (a *app) sqlVerb() *cobra.Command {
	var plan *string
	var snap string
	var limit int
	cmd := a.verb("sql SELECT", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		r, err := w.Query(cmd.Context(), snapshot.QueryRequest{SQL: args[0], Snapshot: snap, Plan: *plan, MaxRows: int64(limit)})
		if err != nil {
			return err
		}
		if a.machine() || !isTerminal(a.out) {
			_, err := a.emit(r)
			return err
		}
		defer r.Close()
		res := &result{}
		for _, c := range r.Columns {
			res.head = append(res.head, c.Name)
		}
		for r.Next() {
			res.rows = append(res.rows, r.Values())
		}
		if err := r.Err(); err != nil {
			return err
		}
		a.print(res)
		a.say("cli.rows", "n", count(len(res.rows)))
		return nil
	})
	plan = a.planFlag(cmd)
	cmd.Flags().StringVar(&snap, "snapshot", "", a.T("cli.flag.snapshot"))
	cmd.Flags().IntVar(&limit, "limit", 100_000, a.T("cli.flag.limit"))
	return cmd
}

// reports are the tables that `report` shows: its SQL and how many rows a
// terminal gets.
var reports = map[string]string{
	"echelons": `SELECT * FROM plan.echelons ORDER BY network, item_id, site_id`,
	"abc":      `SELECT c.item_id, c.site_id, i.name, c.abc, c.usage_value, c.share, c.cum_share FROM plan.classes c JOIN snap.items i USING (item_id) ORDER BY c.usage_value DESC, c.item_id, c.site_id`,
	"xyz":      `SELECT c.item_id, c.site_id, i.name, c.abc, c.xyz, c.cv, c.demand_class, c.usage_value FROM plan.classes c JOIN snap.items i USING (item_id) ORDER BY c.xyz, c.usage_value DESC, c.item_id, c.site_id`,
	"aging": `SELECT bucket, count(*) AS layers, count(DISTINCT (item_id, site_id)) AS skus, sum(value) AS value, sum(value) / nullif(sum(sum(value)) OVER (), 0) AS share
		FROM plan.aging GROUP BY bucket ORDER BY min(age_days) NULLS LAST, bucket`,
	"kpi":      `SELECT name, value FROM plan.kpis`,
	"accuracy": accuracyReports["method"],
	"capacity": capacityReport,
	"kitting":  kittingReport,
}

// reportVerb shows an analytics table.
func (a *app) reportVerb() *cobra.Command {
	var plan *string
	var top int
	var by string
	cmd := a.verb("report abc|xyz|aging|kpi|accuracy|capacity|kitting|tradeoff|echelons", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		query, ok := reports[args[0]]
		if args[0] == "accuracy" && by != "" {
			var err error
			if query, err = accuracyReport(by); err != nil {
				return err
			}
		}
		if !ok && args[0] != "tradeoff" {
			return usage(fmt.Sprintf("report %s: use abc, xyz, aging, kpi, accuracy, capacity, kitting, tradeoff or echelons", args[0]))
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		if args[0] == "tradeoff" {
			return a.tradeoff(cmd.Context(), w, *plan)
		}
		if a.machine() {
			r, err := w.Select(cmd.Context(), *plan, query)
			if err != nil {
				return err
			}
			_, err = a.emit(r)
			return err
		}
		r, err := a.selectAll(cmd.Context(), w, *plan, query)
		if err != nil {
			return err
		}
		a.report(args[0], r, top)
		a.next("cli.report.next", "report", args[0])
		return nil
	})
	plan = a.planFlag(cmd)
	cmd.Flags().IntVar(&top, "top", 20, a.T("cli.flag.top"))
	cmd.Flags().StringVar(&by, "by", "", a.T("cli.accuracy.by"))
	return cmd
}

// report prints a report with the picture that belongs to it.
func (a *app) report(name string, r *result, top int) {
	switch name {
	case "abc", "xyz":
		// The matrix first: how many sku's and how much money in each class.
		class := map[string]string{"abc": "abc", "xyz": "xyz"}[name]
		type group struct {
			n     int
			value float64
		}
		groups, total := map[string]*group{}, 0.0
		var order []string
		for i := range r.rows {
			c := r.text(i, class)
			if groups[c] == nil {
				groups[c] = &group{}
				order = append(order, c)
			}
			groups[c].n++
			groups[c].value += r.float(i, "usage_value")
			total += r.float(i, "usage_value")
		}
		t := newTable(a.T("col.class"), ">"+a.T("col.skus"), ">"+a.T("col.use"), ">"+a.T("col.share"), "")
		for _, c := range order {
			share := 0.0
			if total > 0 {
				share = groups[c].value / total
			}
			t.add(c, count(groups[c].n), money(groups[c].value), fmt.Sprintf("%.1f %%", 100*share), bar(share, 30))
		}
		t.write(a.out, 0)
		fmt.Fprintln(a.out)
		if top > 0 && len(r.rows) > top {
			r = &result{head: r.head, rows: r.rows[:top]}
		}
		a.print(r)
	case "aging":
		t := newTable(a.T("col.days"), ">"+a.T("col.layers"), ">"+a.T("col.skus"), ">"+a.T("col.value"), ">"+a.T("col.share"), "")
		for i := range r.rows {
			share := r.float(i, "share")
			t.add(r.text(i, "bucket"), r.text(i, "layers"), r.text(i, "skus"), money(r.float(i, "value")), fmt.Sprintf("%.1f %%", 100*share), bar(share, 30))
		}
		t.write(a.out, 0)
	case "kpi":
		t := newTable(a.T("col.figure"), ">"+a.T("col.value"))
		for i := range r.rows {
			t.add(a.T("kpi."+r.text(i, "name")), shown(r.rows[i][r.col("value")]))
		}
		t.write(a.out, 0)
	default:
		if top > 0 && len(r.rows) > top {
			r = &result{head: r.head, rows: r.rows[:top]}
		}
		a.print(r)
	}
}
