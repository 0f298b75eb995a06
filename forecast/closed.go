package forecast

import "math"

// Phases of a season in which a series never had any demand, Sundays and nights
// of a shop, are closed: forecasts there are zero and errors there are no errors.
// That a phase is empty by chance must be less likely than closedChance over the
// whole season: a phase of c periods is, at a share q of zeros in the phases with
// demand, with probability q^c.
const (
	closedChance = 0.01
	closedCycles = 4 // least number of periods in a phase
)

// findClosed marks the closed phases that the first n values show, of the shortest
// season and of those that whole short ones fit in.
func (e *Engine) findClosed(n int) {
	e.closed, e.closedAny = e.closed[:0], false
	if len(e.asked) == 0 || n < closedCycles*e.asked[0] {
		return
	}
	for _, v := range e.x[:n] {
		if v < 0 {
			return
		}
	}
	for _, s := range e.asked {
		if s%e.asked[0] == 0 && n >= closedCycles*s {
			e.closeSeason(n, s)
		}
	}
}

// closeSeason adds the closed phases of a season of s periods.
func (e *Engine) closeSeason(n, s int) {
	if old := len(e.closed); old < s {
		for len(e.closed) < s {
			e.closed = append(e.closed, old > 0 && e.closed[len(e.closed)%old])
		}
	}
	zeros, open := 0.0, 0.0
	empty := func(p int) (bool, float64) {
		c := 0.0
		for t := p; t < n; t += s {
			if e.x[t] > 0 {
				return false, 0
			}
			c++
		}
		return true, c
	}
	for p := range s {
		if none, _ := empty(p); none {
			continue
		}
		for t := p; t < n; t += s {
			open++
			if e.x[t] == 0 {
				zeros++
			}
		}
	}
	if open == 0 {
		return
	}
	// Half a zero more than seen, so that a share of none is no certainty.
	q := math.Log((zeros + 0.5) / (open + 1))
	for p := range s {
		if none, c := empty(p); none && c >= closedCycles && math.Log(float64(s))+c*q < math.Log(closedChance) {
			for k := p; k < len(e.closed); k += s {
				e.closed[k], e.closedAny = true, true
			}
		}
	}
}

// shut says whether period t is closed. Distributions of sporadic demand have no
// phases.
func (e *Engine) shut(t int) bool {
	return e.closedAny && !e.intermittent && e.closed[t%len(e.closed)]
}

// openClass is the class of the series in the periods that are not closed.
func (e *Engine) openClass(class DemandClass) DemandClass {
	if !e.closedAny {
		return class
	}
	e.work = e.work[:0]
	for t, v := range e.raw {
		if !e.closed[t%len(e.closed)] {
			e.work = append(e.work, v)
		}
	}
	class, _, _ = Classify(e.work)
	return class
}
