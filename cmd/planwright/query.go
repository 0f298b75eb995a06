package main

import (
	"context"
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
	return harmless(string(snapshot.AppendValue(nil, r.rows[row][r.col(name)])))
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
