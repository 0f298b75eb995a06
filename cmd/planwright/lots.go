package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"planwright"
	"planwright/mrp"

	"github.com/spf13/cobra"
)

// maxLotPeriods bounds the grid of one problem: over fifty years of days.
const maxLotPeriods = 20_000

type lotsFlags struct {
	rule, lotSize  string
	setup, holding float64
	periods        int
}

// lotsVerb sizes the lots of one item on a grid of periods, without a
// workspace.
func (a *app) lotsVerb() *cobra.Command {
	var f lotsFlags
	cmd := a.verb("lots FILE", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return a.lotsFile(cmd.Context(), args[0], f)
	})
	rules := "lfl, foq, poq, ppb, ppb_closest, silver_meal, luc, groff, wagner_whitin"
	cmd.Flags().StringVar(&f.rule, "rule", "wagner_whitin", a.T("cli.lots.rule", "rules", rules))
	cmd.Flags().Float64Var(&f.setup, "setup", 0, a.T("cli.lots.setup"))
	cmd.Flags().Float64Var(&f.holding, "holding", 0, a.T("cli.lots.holding"))
	cmd.Flags().StringVar(&f.lotSize, "lot-size", "", a.T("cli.lots.lot_size"))
	cmd.Flags().IntVar(&f.periods, "periods", 0, a.T("cli.lots.periods"))
	return cmd
}

func (a *app) lotsFile(ctx context.Context, path string, f lotsFlags) error {
	p := mrp.LotProblem{Setup: []float64{f.setup}, Holding: []float64{f.holding}, Periods: f.periods}
	var ok bool
	if p.Rule, ok = planwright.ParseLotRule(f.rule); !ok {
		return usage(fmt.Sprintf("--rule %s: there is no such lot-sizing rule", f.rule))
	}
	if f.lotSize != "" {
		q, err := planwright.ParseQty(f.lotSize)
		if err != nil || q <= 0 {
			return usage(fmt.Sprintf("--lot-size %s: give a quantity over 0", f.lotSize))
		}
		p.LotSize = q
	}
	if f.periods < 0 {
		return usage(fmt.Sprintf("--periods %d: give 1 or more", f.periods))
	}
	for _, c := range []struct {
		flag string
		v    float64
	}{{"setup", f.setup}, {"holding", f.holding}} {
		if !(c.v >= 0) || math.IsInf(c.v, 1) {
			return usage(fmt.Sprintf("--%s %v: give a number of 0 or more", c.flag, c.v))
		}
	}
	names, err := readLotProblem(ctx, path, &p)
	if err != nil {
		return err
	}
	lots, cost, err := mrp.Lots(p)
	if err != nil {
		return err
	}
	w, err := a.newSheet([]string{"period", "qty", "cost"})
	if err != nil {
		return err
	}
	defer w.discard()
	sum, orders := 0.0, 0
	for t, q := range lots {
		sum += cost[t]
		if q > 0 {
			orders++
		}
		if err := w.row(names[t], q, cost[t]); err != nil {
			return err
		}
	}
	if err := w.close(); err != nil {
		return err
	}
	// Six decimals: the sum of a thousand products has noise in its last digits.
	text := strconv.FormatFloat(sum, 'f', 6, 64)
	text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	if a.output != "" { // else the rows are on stdout
		if a.json {
			_, err = fmt.Fprintf(a.out, "{\"total_cost\": %s}\n", text)
		} else {
			_, err = fmt.Fprintf(a.out, "total_cost %s\n", text)
		}
	}
	a.say("cli.lots.done", "n", count(orders), "rule", p.Rule.String(), "cost", text)
	return err
}

// lotRow is one period of the file.
type lotRow struct {
	at     int64 // day, second or number, for the order
	name   any   // as it is written out
	number bool
	row    int
	qty    planwright.Qty
	cost   [3]float64 // setup, holding, unit cost
}

// readLotProblem reads the needs of a csv file (period, qty and perhaps setup,
// holding, unit_cost) into p, and returns the names of the periods. Rows may
// stand in any order; a cost column of the file goes before the flag.
func readLotProblem(ctx context.Context, path string, p *mrp.LotProblem) ([]any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	c := csv.NewReader(f)
	c.ReuseRecord = true
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, badFile(path, 0, "the file is empty")
	}
	if err != nil {
		return nil, badFile(path, 1, err.Error())
	}
	columns := []string{"period", "qty", "setup", "holding", "unit_cost"}
	col := []int{-1, -1, -1, -1, -1}
	for i, h := range head {
		h = strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))
		k := slices.Index(columns, h)
		if k < 0 {
			return nil, badFile(path, 1, fmt.Sprintf("column %q: the columns are %s", h, strings.Join(columns, ", ")))
		}
		if col[k] >= 0 {
			return nil, badFile(path, 1, fmt.Sprintf("two columns %q", h))
		}
		col[k] = i
	}
	for k := range 2 {
		if col[k] < 0 {
			return nil, badFile(path, 1, fmt.Sprintf("no column %q", columns[k]))
		}
	}
	var rows []lotRow
	for n := 2; ; n++ {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, badFile(path, n, err.Error())
		}
		if len(rows) == maxLotPeriods {
			return nil, badFile(path, n, fmt.Sprintf("more than %d periods", maxLotPeriods))
		}
		r := lotRow{row: n}
		name := strings.TrimSpace(rec[col[0]])
		var ok bool
		if r.at, r.number, ok = parseTime(name); !ok {
			return nil, badFile(path, n, fmt.Sprintf("period %q is neither a number nor a date", name))
		}
		if r.name = strings.Clone(name); r.number {
			r.name = r.at
		}
		if r.qty, err = planwright.ParseQty(strings.TrimSpace(rec[col[1]])); err != nil {
			return nil, badFile(path, n, fmt.Sprintf("qty %q of period %s: %v", rec[col[1]], name, err))
		}
		if r.qty < 0 {
			return nil, badFile(path, n, fmt.Sprintf("qty %v of period %s is negative", r.qty, name))
		}
		for k, at := range col[2:] {
			if at < 0 {
				continue
			}
			v, err := strconv.ParseFloat(strings.TrimSpace(rec[at]), 64)
			if err != nil || !(v >= 0) || math.IsInf(v, 1) {
				return nil, badFile(path, n, fmt.Sprintf("%s %q of period %s is not a number of 0 or more", columns[k+2], rec[at], name))
			}
			r.cost[k] = v
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return nil, badFile(path, 0, "no rows")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return fillLotProblem(path, rows, col[2:], p)
}

// fillLotProblem puts the rows in the order of their periods.
func fillLotProblem(path string, rows []lotRow, col []int, p *mrp.LotProblem) ([]any, error) {
	slices.SortStableFunc(rows, func(a, b lotRow) int { return cmp.Compare(a.at, b.at) })
	target := [3]*[]float64{&p.Setup, &p.Holding, &p.UnitCost}
	for k, at := range col {
		if at >= 0 {
			*target[k] = make([]float64, len(rows))
		}
	}
	p.Need = make([]planwright.Qty, len(rows))
	names := make([]any, len(rows))
	for t, r := range rows {
		if t > 0 {
			before := rows[t-1]
			switch {
			case r.number != before.number:
				return nil, badFile(path, r.row, "periods are dates in some rows and numbers in others")
			case r.at == before.at:
				return nil, badFile(path, r.row, fmt.Sprintf("period %v stands in row %d already: one row is one period", r.name, before.row))
			case r.number && r.at != before.at+1:
				return nil, badFile(path, r.row, fmt.Sprintf("period %v follows %v: give the periods between with qty 0", r.name, before.name))
			}
		}
		p.Need[t], names[t] = r.qty, r.name
		for k, at := range col {
			if at >= 0 {
				(*target[k])[t] = r.cost[k]
			}
		}
	}
	return names, nil
}
