package plan

import (
	"math"
	"slices"
	"strings"

	"planwright"
	"planwright/replay"
)

// Columns of the sums that figures at equal service or stock follow from: demand
// at price and at cost, stock and shortage of the rival, and both of the plan at
// each target.
const (
	colDemand = iota
	colUse
	colStock
	colShort
	colSweep
	valueColumns = colSweep + 2*sweep
)

// mostGroups is about how many groups of sku's the bootstrap resamples: single
// sku's in a small company.
const mostGroups = chunk

// valuePart is what a chunk of sku's adds.
type valuePart struct {
	skus       int
	use        float64
	stock      float64
	left       map[[2]string]ValueLeft
	rival      [rivals]valueSums
	groupOf    func(k planwright.SKU) int
	stockWorth func(k planwright.SKU) float64
}

// valueSums are the sums of a comparison.
type valueSums struct {
	skus   int
	use    float64
	blocks *replay.Blocks
	filled []bool // groups with a sku
	groups []valueGroupSums
}

// valueGroupSums are those of a class, a site or a month.
type valueGroupSums struct {
	them, us replay.Totals
	at       [valueColumns]float64
}

// Groups of a comparison: the classes, then sites, then months.
var valueClasses = [...]string{"A", "B", "C"}

func (p *valuePart) grow(r *valueRun) {
	n := r.s.Len()
	chunks := (n + chunk - 1) / chunk
	groups := min(chunk, (mostGroups+chunks-1)/chunks)
	p.left = map[[2]string]ValueLeft{}
	p.groupOf = func(k planwright.SKU) int { return int(k) % chunk * groups / chunk }
	p.stockWorth = func(k planwright.SKU) float64 {
		q := 0.0
		for i := r.s.Stock.Off[k]; i < r.s.Stock.Off[k+1]; i++ {
			q += r.s.Stock.Qty[i].Float()
		}
		return max(0, q) * known(r.s.Items.UnitCost[r.s.SKUs.Item[k]])
	}
	for v := range p.rival {
		p.rival[v] = valueSums{blocks: replay.NewBlocks(groups, r.stretches, valueColumns), filled: make([]bool, groups),
			groups: make([]valueGroupSums, len(valueClasses)+r.s.Sites.Len()+len(r.months))}
	}
}

func (p *valuePart) leave(r *valueRun, k planwright.SKU, rival, reason string) {
	e := p.left[[2]string{rival, reason}]
	e.Rival, e.Reason = rival, reason
	e.SKUs++
	e.UseShare += r.use[k] // the share follows when all are counted
	p.left[[2]string{rival, reason}] = e
}

func (p *valuePart) replayed(r *valueRun, k planwright.SKU) {
	p.skus++
	p.use += r.use[k]
	p.stock += p.stockWorth(k)
}

// add counts the sku that w has replayed in the comparison with rival v.
func (p *valuePart) add(w *valueWorker, k planwright.SKU, v int, money *replay.Money, yearNeed float64) {
	r, s := w.r, &p.rival[v]
	s.skus++
	s.use += r.use[k]
	g := p.groupOf(k)
	s.filled[g] = true
	site := len(valueClasses) + int(r.s.SKUs.Site[k])
	class := slices.Index(valueClasses[:], r.abc[k])
	cost, worth := money.Cost, money.Worth()
	late := r.opt.Backorder
	them, us := w.sums[sweep+v], w.sums[asSet]
	for b := range r.month {
		month := &s.groups[len(valueClasses)+r.s.Sites.Len()+r.month[b]]
		row := s.blocks.Row(g, r.stretch[b])
		var at [valueColumns]float64
		at[colDemand], at[colUse], at[colStock], at[colShort] = them[b].Demand*worth, them[b].Demand*cost, them[b].Stock*cost, them[b].Short*worth
		for j := range sweep {
			at[colSweep+2*j], at[colSweep+2*j+1] = w.sums[j][b].Stock*cost, w.sums[j][b].Short*worth
		}
		for c, x := range at {
			row[c] += x
		}
		for _, to := range [...]*valueGroupSums{month, &s.groups[site], &s.groups[class]} {
			to.them.Count(&them[b], money, late)
			to.us.Count(&us[b], money, late)
			for c, x := range at {
				to.at[c] += x
			}
		}
	}
	last := &s.groups[len(s.groups)-1] // the stock of the end belongs to the last month
	for _, to := range [...]*valueGroupSums{last, &s.groups[site], &s.groups[class]} {
		to.them.Close(w.state[sweep+v].OnHand, yearNeed, money)
		to.us.Close(w.state[asSet].OnHand, yearNeed, money)
	}
}

func (s *valueSums) join(o *valueSums) {
	s.skus += o.skus
	s.use += o.use
	if s.groups == nil {
		s.groups = make([]valueGroupSums, len(o.groups))
		s.blocks = &replay.Blocks{PerGroup: o.blocks.PerGroup, Columns: o.blocks.Columns}
	}
	for i := range o.groups {
		a, b := &s.groups[i], &o.groups[i]
		a.them.Add(&b.them)
		a.us.Add(&b.us)
		for c, x := range b.at {
			a.at[c] += x
		}
	}
	size := o.blocks.PerGroup * o.blocks.Columns
	for g, is := range o.filled {
		if is {
			s.blocks.Sums = append(s.blocks.Sums, o.blocks.Sums[g*size:(g+1)*size]...)
		}
	}
}

// figuresOf are the stock and shortage of the plan as its targets move.
func curveOf(at []float64) replay.Curve {
	var c replay.Curve
	for j := range sweep {
		c.Stock = append(c.Stock, at[colSweep+2*j])
		c.Short = append(c.Short, ofWhole(at[colSweep+2*j+1], at[colDemand]))
	}
	return c
}

// ofWhole is a/whole; 0 of nothing.
func ofWhole(a, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return a / whole
}

// savingOf is the part of the rival's stock that the plan does not need at its
// fill rate.
func savingOf(at []float64) (saving float64, fit replay.Fit) {
	c := curveOf(at)
	stock, fit := c.StockAt(ofWhole(at[colShort], at[colDemand]))
	if at[colStock] == 0 {
		return math.NaN(), fit
	}
	return 1 - stock/at[colStock], fit
}

// gainOf is the fill rate above the rival's with as much stock.
func gainOf(at []float64) (gain float64, fit replay.Fit) {
	c := curveOf(at)
	short, fit := c.ShortAt(at[colStock])
	return ofWhole(at[colShort], at[colDemand]) - short, fit
}

func ownSavingOf(at []float64) float64 {
	return 1 - ofWhole(at[colSweep+2*asSet], at[colStock])
}

func ownGainOf(at []float64) float64 {
	return ofWhole(at[colShort]-at[colSweep+2*asSet+1], at[colDemand])
}

// valueFigures are those with intervals. A saving turns on what befalls few sku's,
// an order far too large above all, and might as well befall others. The half-years
// of a gain differ most by season, each sku by its own.
var valueFigures = []replay.Figure{
	{Of: func(x []float64) float64 { v, _ := savingOf(x); return v }, Ratio: true, Shared: true},
	{Of: func(x []float64) float64 { v, _ := gainOf(x); return v }},
	{Of: ownSavingOf, Ratio: true, Shared: true},
	{Of: ownGainOf},
}

// mostCover is the stock, in days of use, above which it is not in proportion to
// use: what is above the use of a year is excess.
const mostCover = 365

// valueSizes is the column by which each is compared between sku's: stock by use
// at cost, the rest by demand.
func valueSizes() []int {
	of := make([]int, valueColumns)
	of[colUse], of[colStock] = colUse, colUse
	for j := range sweep {
		of[colSweep+2*j] = colUse
	}
	return of // others: 0, colDemand
}

// leastCompared is the number of sku's below which a comparison says nothing of
// a company.
const leastCompared = 5

// result puts the parts together.
func (r *valueRun) result(parts []valuePart) *Value {
	out := &Value{Options: r.opt, SKUs: r.s.Len(), Marked: r.marked, LedgerFrom: r.ledgerFrom}
	var sums [rivals]valueSums
	left := map[[2]string]ValueLeft{}
	stock, allStock := 0.0, 0.0
	use := 0.0
	for i := range parts {
		p := &parts[i]
		out.Replayed += p.skus
		use += p.use
		stock += p.stock
		for v := range sums {
			sums[v].join(&p.rival[v])
		}
		for key, e := range p.left {
			a := left[key]
			a.Rival, a.Reason = e.Rival, e.Reason
			a.SKUs += e.SKUs
			a.UseShare += e.UseShare
			left[key] = a
		}
		lo := planwright.SKU(i * chunk)
		for k := lo; k < min(lo+chunk, planwright.SKU(r.s.Len())); k++ {
			if r.only == nil || r.only[k] {
				allStock += p.stockWorth(k)
			}
		}
	}
	out.UseShare, out.StockShare = ofWhole(use, r.allUse), ofWhole(stock, allStock)
	for _, e := range left {
		e.UseShare = ofWhole(e.UseShare, r.allUse)
		out.Left = append(out.Left, e)
	}
	slices.SortFunc(out.Left, func(a, b ValueLeft) int {
		if a.Rival != b.Rival {
			return strings.Compare(a.Rival, b.Rival)
		}
		if a.SKUs != b.SKUs {
			return b.SKUs - a.SKUs
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	for v, name := range rivalNames {
		if sums[v].skus < leastCompared {
			out.Missing = append(out.Missing, ValueGap{name, "all", r.whyNot(v, left)})
			continue
		}
		out.Comparisons = append(out.Comparisons, r.compare(name, &sums[v], out))
	}
	return out
}

// whyNot is the reason for which most sku's are not compared with a rival.
func (r *valueRun) whyNot(v int, left map[[2]string]ValueLeft) string {
	best, most := "few", 0
	for _, e := range left {
		if e.Rival == rivalNames[v] && (e.SKUs > most || e.SKUs == most && e.Reason < best) {
			best, most = e.Reason, e.SKUs
		}
	}
	return best
}

// compare makes the figures of a comparison.
func (r *valueRun) compare(name string, s *valueSums, out *Value) ValueComparison {
	days := float64(r.days)
	c := ValueComparison{Rival: name, SKUs: s.skus, UseShare: ofWhole(s.use, r.allUse), Days: days}
	nan := math.NaN()
	var them, us replay.Totals
	for i := range valueClasses { // the classes together are the whole
		them.Add(&s.groups[i].them)
		us.Add(&s.groups[i].us)
	}
	c.Them, c.Us = figuresOf(&them, days), figuresOf(&us, days)
	at := s.blocks.Total(nil)
	curve := curveOf(at)
	for j, z := range targetShifts {
		c.Points = append(c.Points, ValuePoint{z, curve.Stock[j] / days, 1 - curve.Short[j]})
	}
	// Without marks and ledger nobody knows what was not sold.
	blind := name == RivalActual && !r.marked && them.Short == 0
	c.Blind = blind
	c.OwnSaving, c.OwnGain = ownSavingOf(at), ownGainOf(at)
	var fit replay.Fit
	c.Saving, fit = savingOf(at)
	c.SavingAtLeast = fit == replay.Below
	if fit == replay.Above {
		c.Saving = nan
		out.Missing = append(out.Missing, ValueGap{name, "saving", "above"})
	}
	c.Gain, fit = gainOf(at)
	c.GainAtLeast = fit == replay.Above
	if fit == replay.Below {
		c.Gain = nan
		out.Missing = append(out.Missing, ValueGap{name, "gain", "below"})
	}
	if blind {
		c.Saving, c.Gain, c.OwnGain = nan, nan, nan
		c.SavingAtLeast, c.GainAtLeast = false, false
		out.Missing = append(out.Missing, ValueGap{name, "saving", "unseen"}, ValueGap{name, "gain", "unseen"})
	}
	c.Freed = c.Saving * at[colStock] / days
	if in, ok := s.blocks.Predict(valueFigures, valueSizes(), mostCover, r.opt.Level, r.opt.Draws, r.opt.Seed); ok {
		c.Intervals = true
		c.SavingIn, c.GainIn, c.OwnSavingIn, c.OwnGainIn = in[0], in[1], in[2], in[3]
	} else {
		out.Missing = append(out.Missing, ValueGap{name, "interval", "short"})
	}
	for _, x := range [...]struct {
		figure string
		value  float64
	}{{"margin", c.Us.LostMargin}, {"holding", c.Us.Holding}, {"ordering", c.Us.Ordering}} {
		if math.IsNaN(x.value) && !(x.figure == "margin" && r.opt.Backorder) { // who waits costs no margin
			out.Missing = append(out.Missing, ValueGap{name, x.figure, "rate_" + x.figure})
		}
	}
	sites := r.s.Sites.Len()
	for i := range s.groups {
		g := &s.groups[i]
		if g.us.Days == 0 {
			continue
		}
		e := ValueGroup{Days: days}
		switch {
		case i < len(valueClasses):
			e.Dimension, e.Key = "class", valueClasses[i]
		case i < len(valueClasses)+sites:
			e.Dimension, e.Key = "site", r.s.Sites.ID[i-len(valueClasses)]
		default:
			m := i - len(valueClasses) - sites
			e.Dimension, e.Start, e.Days = "month", r.months[m], r.monthDays[m]
			e.Key = e.Start.String()[:7]
		}
		e.Them, e.Us = figuresOf(&g.them, e.Days), figuresOf(&g.us, e.Days)
		e.Saving, fit = savingOf(g.at[:])
		if fit != replay.Inside || blind || e.Dimension == "month" {
			e.Saving = nan // a month has too few shortages for a curve
		}
		c.Groups = append(c.Groups, e)
	}
	return c
}
