package mrp

import (
	"cmp"
	"slices"

	"planwright"
)

// coverage is the dynamic safety stock of the sku at hand at the end of day d:
// what is required within its coverage days, working days of the site, after d.
// With level requirements that is the average daily requirement times the target
// range of SAP's coverage profile; with others the stock covers the very days
// that come. It stands above the safety stock entered.
func (w *worker) coverage(d planwright.Day) planwright.Qty {
	n := int(w.p.s.SKUs.CoverageDays[w.k])
	if n <= 0 {
		return 0
	}
	last := w.p.s.Sites.Calendar[w.p.s.SKUs.Site[w.k]].Add(d, n)
	i, _ := slices.BinarySearchFunc(w.demands, d+1, func(x demand, d planwright.Day) int { return cmp.Compare(x.day, d) })
	var sum planwright.Qty
	for ; i < len(w.demands) && w.demands[i].day <= last; i++ {
		sum, _ = bounded(sum, w.demands[i].qty)
	}
	return sum
}

// coverageDays adds the days on which a requirement comes into the range of
// coverage: the target may rise on them.
func (w *worker) coverageDays() {
	n := int(w.p.s.SKUs.CoverageDays[w.k])
	if n <= 0 {
		return
	}
	cal := w.p.s.Sites.Calendar[w.p.s.SKUs.Site[w.k]]
	for i := range w.demands {
		if d := cal.Add(w.demands[i].day, -n); d > w.p.s.AsOf {
			w.days = append(w.days, d)
		}
	}
}

// tooMuch writes that the stock of today covers more than the coverage days, and
// the first day on which a stock with a maximum rises above it.
func (w *worker) tooMuch() {
	s := w.p.s
	if s.SKUs.CoverageDays[w.k] > 0 {
		if t := w.target(s.AsOf); w.base[0] > t {
			w.say(planwright.CodeExcess, s.AsOf, w.base[0]-t, planwright.NoDay, w.worth(w.base[0]-t), "", "")
		}
	}
	most := w.p.in.OrderUpTo[w.k]
	if !most.Known() || most <= 0 || s.SKUs.MRPType[w.k] != planwright.MinMax && s.SKUs.LotRule[w.k] != planwright.LotMinMax {
		return
	}
	mine := w.elems[len(w.elems)-len(w.after):]
	for i := range mine {
		if i+1 < len(mine) && mine[i+1].on == mine[i].on || mine[i].on < s.AsOf {
			continue
		}
		if w.after[i] > most {
			w.say(planwright.CodeMaxExceeded, mine[i].on, w.after[i], planwright.NoDay, w.worth(w.after[i]-most), "", most.String())
			return
		}
	}
}
