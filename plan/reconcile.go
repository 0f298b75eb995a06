package plan

import (
	"cmp"
	"context"
	"math"
	"slices"

	"planwright"
	"planwright/forecast"
)

// levelKey names a series that sums sku's: all, those of a category, of a site.
type levelKey struct {
	level int
	name  string
}

// The levels above the sku's.
const (
	allLevel = iota
	categoryLevel
	siteLevel
	levels
)

func levelName(s *planwright.Snapshot, k planwright.SKU, level int) string {
	switch level {
	case categoryLevel:
		return s.Items.Category[s.SKUs.Item[k]]
	case siteLevel:
		return s.Sites.ID[s.SKUs.Site[k]]
	}
	return ""
}

// levelSums are histories of sums, aligned at the last complete period. They
// are kept where forecasts are to be reconciled.
type levelSums struct {
	of map[levelKey][]float64 // newest first
}

func (l *levelSums) add(s *planwright.Snapshot, k planwright.SKU, ser *series, opt Options) {
	if opt.Reconcile != ReconcileMinT {
		return
	}
	if l.of == nil {
		l.of = map[levelKey][]float64{}
	}
	n := len(ser.independent)
	newest := make([]float64, n)
	for i, v := range ser.independent {
		if !math.IsNaN(v) {
			newest[n-1-i] = v
		}
	}
	for level := range levels {
		l.put(levelKey{level, levelName(s, k, level)}, newest)
	}
}

func (l *levelSums) put(key levelKey, newest []float64) {
	y := l.of[key]
	for i, v := range newest {
		if i == len(y) {
			y = append(y, 0)
		}
		y[i] += v
	}
	l.of[key] = y
}

func (l *levelSums) join(o *levelSums) {
	if l.of == nil && o.of != nil {
		l.of = map[levelKey][]float64{}
	}
	for key, y := range o.of { // sums of one key, chunk by chunk: the order of keys does not matter
		l.put(key, y)
	}
}

// reconcile forecasts the company, its categories and its sites by themselves,
// and brings these forecasts and those of the sku's together by minimum trace
// reconciliation, each weighted by its variance and none below zero. What a
// sku's forecast moved by is a component of its own; its quantiles move in
// proportion. Overrides stay as people made them.
func (d *demand) reconcile(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, opt *Options) error {
	f := &p.Forecast
	var rows [][2]int // of each sku with a forecast
	for i := 0; i < f.Len(); {
		j := i
		for j < f.Len() && f.SKU[j] == f.SKU[i] {
			j++
		}
		rows = append(rows, [2]int{i, j})
		i = j
	}
	if len(rows) < 2 {
		return nil
	}
	var keys []levelKey
	for key := range d.sums.of {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b levelKey) int { return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.name, b.name)) })
	number := map[levelKey]int32{}
	var groups [levels]int32
	for _, key := range keys {
		number[key] = groups[key.level]
		groups[key.level]++
	}
	var keysOf [][]int32
	var used []levelKey
	for level := range levels {
		if level != allLevel && groups[level] < 2 {
			continue // the same as all of them
		}
		list := make([]int32, len(rows))
		for b, r := range rows {
			list[b] = number[levelKey{level, levelName(s, f.SKU[r[0]], level)}]
		}
		keysOf = append(keysOf, list)
		for _, key := range keys {
			if key.level == level {
				used = append(used, key)
			}
		}
	}
	h, err := forecast.NewHierarchy(len(rows), keysOf...)
	if err != nil {
		return err
	}
	// The sums by themselves.
	sums := make([]forecast.Result, len(used))
	var engine forecast.Engine
	share := 1.0
	if start := opt.Period.Start(opt.AsOf); start < opt.AsOf {
		end := opt.Period.Next(start)
		share = float64(end-opt.AsOf) / float64(end-start)
	}
	for i, key := range used {
		if err := ctx.Err(); err != nil {
			return err
		}
		y := slices.Clone(d.sums.of[key])
		slices.Reverse(y)
		if err := engine.Forecast(y, forecast.Options{Season: season(opt.Period), Horizon: opt.Horizon, NonNegative: true}, &sums[i]); err != nil {
			return err
		}
		sums[i].Residuals = forecast.Residuals{}
	}
	// Weights: the variance of the first whole step.
	at := min(1, opt.Horizon-1)
	residuals := make([][]float64, h.Nodes())
	for i := range residuals {
		if i < h.Upper {
			residuals[i] = []float64{sums[i].SD[at]}
		} else {
			residuals[i] = []float64{f.SD[rows[i-h.Upper][0]+at]}
		}
	}
	rec, err := forecast.MinT{Weighting: forecast.Variance, Residuals: residuals}.Reconciler(h)
	if err != nil {
		return err
	}
	plainOf := map[int]float64{} // rows whose forecast is more than its base
	for i, c := 0, 0; i < f.Len() && c < len(p.Components.SKU); i++ {
		for ; c < len(p.Components.SKU) && p.Components.SKU[c] == f.SKU[i] && p.Components.Start[c] == f.Start[i]; c++ {
			if p.Components.Component[c] == baseComponent {
				plainOf[i] = p.Components.Value[c]
			}
		}
	}
	base, out := make([]float64, h.Nodes()), make([]float64, h.Nodes())
	var moved components
	for j := range opt.Horizon {
		part := 1.0
		if j == 0 {
			part = share
		}
		for i := range sums {
			// A sum knows nothing of causes to come: it moves as its sku's do.
			plain, bent := 0.0, 0.0
			for _, b := range h.Series(i) {
				r := rows[b][0] + j
				bent += f.Mean[r]
				if v, ok := plainOf[r]; ok {
					plain += v
				} else {
					plain += f.Mean[r]
				}
			}
			base[i] = sums[i].Mean[j] * part
			if plain > 0 {
				base[i] *= bent / plain
			}
		}
		for b, r := range rows {
			base[h.Upper+b] = f.Mean[r[0]+j]
		}
		if _, err := rec.NonNegative(out, base); err != nil {
			return err
		}
		for b, r := range rows {
			i := r[0] + j
			was, is := f.Mean[i], out[h.Upper+b]
			if was == is {
				continue
			}
			moved.add(f.SKU[i], f.Start[i], hierarchyPart, is-was)
			ratio := 1.0
			if was > 0 {
				ratio = is / was
			}
			if math.IsNaN(f.Override[i]) {
				f.Final[i] = is
			}
			f.Mean[i] = is
			f.SD[i] *= ratio
			for q := range f.Q {
				f.Q[q][i] *= ratio
			}
		}
	}
	mergeComponents(&p.Components, &moved.t, f)
	return nil
}

// mergeComponents puts the parts of a reconciliation among the components, in
// the order of sku and period, with a base where there was none. Where people
// overrode, what they added is what is left.
func mergeComponents(t, moved *planwright.ForecastComponents, f *planwright.Forecast) {
	type place struct {
		sku   planwright.SKU
		start planwright.Day
	}
	delta := make(map[place]float64, len(moved.SKU))
	for i := range moved.SKU {
		delta[place{moved.SKU[i], moved.Start[i]}] = moved.Value[i]
	}
	var out components
	c := 0
	for i := range f.SKU {
		at := place{f.SKU[i], f.Start[i]}
		v, is := delta[at]
		from := c
		for c < len(t.SKU) && t.SKU[c] == at.sku && t.Start[c] == at.start {
			c++
		}
		if is && from == c {
			out.add(at.sku, at.start, baseComponent, f.Mean[i]-v)
		}
		override := 0.0
		for ; from < c; from++ {
			if t.Component[from] == overrideComponent {
				override = t.Value[from]
				continue
			}
			out.add(at.sku, at.start, t.Component[from], t.Value[from])
		}
		if is {
			out.add(at.sku, at.start, hierarchyPart, v)
		}
		if override != 0 || f.Final[i] != f.Mean[i] {
			out.add(at.sku, at.start, overrideComponent, f.Final[i]-f.Mean[i])
		}
	}
	*t = out.t
}
