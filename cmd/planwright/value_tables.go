package main

import (
	"fmt"
	"math"

	"planwright/chart"
	"planwright/plan"
)

// valueLine is a figure of both sides of a comparison.
type valueLine struct {
	key    string
	figure func(f *plan.ValueFigures) float64
	text   func(float64) string
	// blind says that the figure needs to know what was not sold.
	blind bool
}

var valueLines = []valueLine{
	{"stock", func(f *plan.ValueFigures) float64 { return f.Stock }, money, false},
	{"turns", func(f *plan.ValueFigures) float64 { return f.Turns }, func(x float64) string { return fmt.Sprintf("%.1f", x) }, false},
	{"fill", func(f *plan.ValueFigures) float64 { return f.FillRate }, func(x float64) string { return fmt.Sprintf("%.2f %%", 100*x) }, true},
	{"cycle", func(f *plan.ValueFigures) float64 { return f.CycleService }, percentOf, true},
	{"outdays", func(f *plan.ValueFigures) float64 { return f.OutDays }, money, true},
	{"margin", func(f *plan.ValueFigures) float64 { return f.LostMargin }, money, true},
	{"orders", func(f *plan.ValueFigures) float64 { return f.Orders }, money, false},
	{"purchases", func(f *plan.ValueFigures) float64 { return f.Purchases }, money, false},
	{"holding", func(f *plan.ValueFigures) float64 { return f.Holding }, money, false},
	{"ordering", func(f *plan.ValueFigures) float64 { return f.Ordering }, money, false},
	{"end", func(f *plan.ValueFigures) float64 { return f.End }, money, false},
	{"excess", func(f *plan.ValueFigures) float64 { return f.Excess }, money, false},
}

// valueTables writes a replay for a person.
func (a *app) valueTables(v *plan.Value) {
	o := &v.Options
	fmt.Fprintln(a.out, a.T("value.head", "from", o.From.String(), "to", (o.To-1).String(), "reviews", count(o.Reviews), "n", count(v.Replayed), "all", count(v.SKUs), "use", percentOf(v.UseShare), "stock", percentOf(v.StockShare)))
	unmet := "value.lost"
	if o.Backorder {
		unmet = "value.backorder"
	}
	fmt.Fprintln(a.out, a.T(unmet))
	for i := range v.Comparisons {
		a.valueComparison(v, &v.Comparisons[i])
	}
	if len(v.Comparisons) > 0 {
		a.valueCurve(&v.Comparisons[0])
	}
	if len(v.Left) > 0 {
		fmt.Fprintln(a.out)
		t := newTable(a.T("value.left"), a.T("col.rival"), ">SKU", ">%")
		for _, l := range v.Left {
			rival := ""
			if l.Rival != "" {
				rival = a.T("rival." + l.Rival)
			}
			t.add(a.T("left."+l.Reason), rival, count(l.SKUs), fmt.Sprintf("%.1f", 100*l.UseShare))
		}
		t.write(a.out, 0)
	}
	if len(v.Missing) > 0 {
		fmt.Fprintln(a.out)
		t := newTable(a.T("value.none"), a.T("col.rival"), "")
		for _, g := range v.Missing {
			t.add(a.T("gap."+g.Figure), a.T("rival."+g.Rival), a.gapReason(g))
		}
		t.write(a.out, 0)
	}
	fmt.Fprintln(a.out)
	fmt.Fprintln(a.out, a.T("value.assume"))
	a.next("cli.value.next")
}

// gapReason says why a figure is not given.
func (a *app) gapReason(g plan.ValueGap) string {
	if g.Figure == "all" {
		return a.T("left." + g.Reason)
	}
	return a.T("gapwhy." + g.Reason)
}

func (a *app) valueComparison(v *plan.Value, c *plan.ValueComparison) {
	rival := a.T("rival." + c.Rival)
	fmt.Fprintf(a.out, "\n%s\n\n", a.T("value.against", "rival", rival, "n", count(c.SKUs), "use", percentOf(c.UseShare)))
	t := newTable("", ">"+rival, ">"+a.T("value.plan"))
	for _, l := range valueLines {
		if l.key == "margin" && v.Options.Backorder {
			continue
		}
		write := func(x float64, hide bool) string {
			if hide || math.IsNaN(x) {
				return "–"
			}
			return l.text(x)
		}
		t.add(a.T("value."+l.key), write(l.figure(&c.Them), l.blind && c.Blind), write(l.figure(&c.Us), false))
	}
	t.write(a.out, 0)
	fmt.Fprintln(a.out)
	within := func(in plan.ValueInterval) string {
		if !c.Intervals {
			return a.T("value.nointerval")
		}
		return between(in)
	}
	level := fmt.Sprintf("%.0f %%", 100*v.Options.Level)
	// A part of the stock that is not needed, or is needed beyond it.
	less := func(x float64) string {
		if x < 0 {
			return a.T("value.more", "x", percentOf(-x))
		}
		return a.T("value.less", "x", percentOf(x))
	}
	more := func(x float64) string { return less(-x) }
	undecided := func(in plan.ValueInterval) {
		if c.Intervals && in.Low < 0 && in.High > 0 {
			fmt.Fprintln(a.out, "  "+a.T("value.undecided"))
		}
	}
	if !math.IsNaN(c.Saving) {
		key := "value.saving"
		if c.SavingAtLeast {
			key = "value.saving_more"
		}
		fmt.Fprintln(a.out, a.T(key, "x", less(c.Saving), "money", money(math.Abs(c.Freed)), "level", level, "in", within(c.SavingIn)))
		undecided(c.SavingIn)
	}
	if !math.IsNaN(c.Gain) {
		key := "value.gain"
		if c.GainAtLeast {
			key = "value.gain_more"
		}
		fmt.Fprintln(a.out, a.T(key, "x", more(c.Gain), "in", within(c.GainIn)))
		undecided(c.GainIn)
	}
	if c.Blind {
		fmt.Fprintln(a.out, a.T("value.own_plain", "x", less(c.OwnSaving)))
	} else {
		fmt.Fprintln(a.out, a.T("value.own", "x", less(c.OwnSaving), "y", more(c.OwnGain)))
	}
	fmt.Fprintln(a.out)
	a.valueMonths(c, rival)
	fmt.Fprintln(a.out)
	g := newTable(a.T("value.groups"), ">"+a.T("value.stock_short")+": "+rival, ">"+a.T("value.plan"), ">"+a.T("value.fill_short")+": "+rival, ">"+a.T("value.plan"), ">"+a.T("col.saving_equal"))
	for i := range c.Groups {
		e := &c.Groups[i]
		if e.Dimension == "month" {
			continue
		}
		fill := fmt.Sprintf("%.2f %%", 100*e.Them.FillRate)
		if c.Blind {
			fill = "–"
		}
		g.add(e.Key, money(e.Them.Stock), money(e.Us.Stock), fill, fmt.Sprintf("%.2f %%", 100*e.Us.FillRate), percentOf(e.Saving))
	}
	g.write(a.out, 0)
}

// monthBar is how many cells the longest bar has.
const monthBar = 24

func (a *app) valueMonths(c *plan.ValueComparison, rival string) {
	most := 0.0
	for i := range c.Groups {
		if g := &c.Groups[i]; g.Dimension == "month" {
			most = max(most, g.Them.Stock, g.Us.Stock)
		}
	}
	t := newTable(a.T("value.months"), ">"+rival, "", ">"+a.T("value.plan"), "")
	for i := range c.Groups {
		g := &c.Groups[i]
		if g.Dimension != "month" {
			continue
		}
		them, us := g.Them.Stock, g.Us.Stock
		t.add(g.Key, money(them), bar(them/max(most, 1), monthBar), money(us), bar(us/max(most, 1), monthBar))
	}
	t.write(a.out, 0)
}

func (a *app) valueCurve(c *plan.ValueComparison) {
	fmt.Fprintln(a.out)
	fmt.Fprintln(a.out, a.T("value.curve"))
	t := newTable(">"+a.T("col.shift"), ">"+a.T("value.stock"), ">"+a.T("value.fill"))
	for _, p := range c.Points {
		t.add(fmt.Sprintf("%+.1f", p.Shift), money(p.Stock), fmt.Sprintf("%.2f %%", 100*p.FillRate))
	}
	t.write(a.out, 0)
}

// valueSheet writes a replay for a machine: a row for each comparison as a whole
// and each part of it, for each point of the curve, and for each figure that is
// not given.
func (a *app) valueSheet(v *plan.Value) error {
	head := []string{"rival", "part", "key", "skus", "use_share"}
	for _, l := range valueLines {
		head = append(head, l.key+"_rival", l.key+"_plan")
	}
	head = append(head, "saving", "saving_low", "saving_high", "saving_at_least", "freed", "gain", "gain_low", "gain_high", "own_saving", "own_gain", "not_given", "assumption")
	w, err := a.newSheet(head)
	if err != nil {
		return err
	}
	defer w.discard()
	row := func(first []any, them, us *plan.ValueFigures, blind bool, last ...any) error {
		cells := first
		for _, l := range valueLines {
			x, y := any(nil), any(nil)
			if us != nil {
				x, y = l.figure(them), l.figure(us)
			}
			if l.blind && blind {
				x = nil
			}
			cells = append(cells, x, y)
		}
		for len(cells)+len(last) < len(head) {
			last = append(last, nil)
		}
		return w.row(append(cells, last...)...)
	}
	for i := range v.Comparisons {
		c := &v.Comparisons[i]
		within := func(x float64, in plan.ValueInterval) []any {
			if !c.Intervals || math.IsNaN(x) {
				return []any{x, nil, nil}
			}
			return []any{x, in.Low, in.High}
		}
		own := c.OwnGain
		if c.Blind {
			own = math.NaN()
		}
		last := append(within(c.Saving, c.SavingIn), any(c.SavingAtLeast), any(c.Freed))
		last = append(last, within(c.Gain, c.GainIn)...)
		last = append(last, c.OwnSaving, own)
		if err := row([]any{c.Rival, "all", "", int64(c.SKUs), c.UseShare}, &c.Them, &c.Us, c.Blind, last...); err != nil {
			return err
		}
		for j := range c.Groups {
			g := &c.Groups[j]
			if err := row([]any{c.Rival, g.Dimension, g.Key, nil, nil}, &g.Them, &g.Us, c.Blind, g.Saving); err != nil {
				return err
			}
		}
		for _, p := range c.Points {
			f := plan.ValueFigures{Stock: p.Stock, FillRate: p.FillRate}
			cells := []any{c.Rival, "target", fmt.Sprintf("%+.1f", p.Shift), nil, nil}
			for _, l := range valueLines {
				x := any(nil)
				if l.key == "stock" || l.key == "fill" {
					x = l.figure(&f)
				}
				cells = append(cells, nil, x)
			}
			for len(cells) < len(head) {
				cells = append(cells, nil)
			}
			if err := w.row(cells...); err != nil {
				return err
			}
		}
	}
	for _, g := range v.Missing {
		cells := make([]any, len(head))
		cells[0], cells[1], cells[2], cells[len(head)-2] = g.Rival, "not_given", g.Figure, a.gapReason(g)
		if err := w.row(cells...); err != nil {
			return err
		}
	}
	for _, code := range v.Assumptions() {
		cells := make([]any, len(head))
		cells[0], cells[1], cells[2], cells[len(head)-1] = "", "assumption", code, a.T("assume."+code)
		if err := w.row(cells...); err != nil {
			return err
		}
	}
	return w.close()
}

// valueChart draws the stock of all sides by month.
func valueChart(v *plan.Value, words func(key string, pairs ...string) string) *picture {
	label, names, lines := valueMonths(v, words)
	return chart.Lines{Title: words("value.chart_title"), Names: names}.Draw(label, lines)
}

// valueMonths is the stock of all sides by month: the months, the sides, and a line of
// values for each.
func valueMonths(v *plan.Value, words func(key string, pairs ...string) string) (label, names []string, lines [][]float64) {
	for i := range v.Comparisons {
		c := &v.Comparisons[i]
		var them, us []float64
		var months []string
		for j := range c.Groups {
			if g := &c.Groups[j]; g.Dimension == "month" {
				months = append(months, g.Key)
				them, us = append(them, g.Them.Stock), append(us, g.Us.Stock)
			}
		}
		if i == 0 {
			label = months
			names, lines = append(names, words("value.plan")), append(lines, us)
		}
		if c.SKUs == v.Comparisons[0].SKUs { // others are of other sku's
			names, lines = append(names, words("rival."+c.Rival)), append(lines, them)
		}
	}
	return label, names, lines
}
