package replenish

import (
	"container/heap"
	"fmt"
	"math"
	"slices"

	"planwright"
)

// ShareRule says what sites of equal priority get equal of.
type ShareRule uint8

// The rules.
const (
	ShareRunOut ShareRule = iota // days of cover after deployment, (position + share)/demand
	ShareTarget                  // share of the target reached, (position + share)/target
	ShareNeed                    // share of the need met
)

// ShareSite is a site that waits for stock.
type ShareSite struct {
	Position planwright.Qty // stock, and what is on the way, less what is owed
	Target   planwright.Qty // it needs target − position, rounded up to whole packs
	Demand   float64        // a period; for ShareRunOut
	Priority int            // lower numbers are served in full before higher ones get anything
	Pack     planwright.Qty // shares are whole packs; 0: any quantity
}

// FairShare divides stock among sites that need more than there is (fair
// share deployment, Silver, Pyke and Thomas 2017, 11.6). Within a priority every
// site gets what lifts it to one common level, as high as the stock allows, and
// none more than it needs; where packs are whole, the last of them go one by
// one to the site that is lowest. Sites without demand (target) come after the
// others of their priority. Equal sites are served in their order.
//
// The shares add up to what is available, or to all needs; what is left is less
// than the pack of any site that still needs one. An error (wrapping [ErrInput])
// names what is out of range.
func FairShare(available planwright.Qty, sites []ShareSite, rule ShareRule) ([]planwright.Qty, error) {
	if available < 0 || rule > ShareNeed {
		return nil, fmt.Errorf("replenish: fair share: available %v, rule %d; what is available may not be negative: %w", available, rule, ErrInput)
	}
	share := make([]planwright.Qty, len(sites))
	need := make([]planwright.Qty, len(sites))
	order := make([]int, len(sites))
	for i, s := range sites {
		if !s.Position.Known() || !s.Target.Known() || s.Pack < 0 || !(s.Demand >= 0) || math.IsInf(s.Demand, 0) {
			return nil, fmt.Errorf("replenish: fair share: site %d: position %v, target %v, pack %v, demand %v; quantities must be known, pack and demand finite and not negative: %w", i, s.Position, s.Target, s.Pack, s.Demand, ErrInput)
		}
		order[i] = i
		if s.Target <= s.Position {
			continue
		}
		gap, ok := s.Target.Add(-s.Position)
		if ok {
			gap, ok = gap.CeilTo(s.Pack)
		}
		if !ok {
			return nil, fmt.Errorf("replenish: fair share: site %d: position %v, target %v; the difference leaves the range of quantities: %w", i, s.Position, s.Target, ErrInput)
		}
		need[i] = gap
	}
	slices.SortStableFunc(order, func(a, b int) int { return sites[a].Priority - sites[b].Priority })
	for from := 0; from < len(order) && available > 0; {
		to := from
		for to < len(order) && sites[order[to]].Priority == sites[order[from]].Priority {
			to++
		}
		available = shareLevel(available, sites, order[from:to], rule, need, share)
		from = to
	}
	return share, nil
}

// shareLevel serves sites of one priority; it returns what is left.
func shareLevel(available planwright.Qty, sites []ShareSite, who []int, rule ShareRule, need, share []planwright.Qty) planwright.Qty {
	// Site i is at the level (start + share)/per.
	level := func(i int, extra planwright.Qty) (start, per float64) {
		s := sites[i]
		switch rule {
		case ShareTarget:
			return float64(s.Position) + float64(extra), max(0, float64(s.Target))
		case ShareNeed:
			return float64(extra), float64(need[i])
		}
		return float64(s.Position) + float64(extra), s.Demand
	}
	var total planwright.Qty
	full := true
	for _, i := range who {
		var ok bool
		if total, ok = total.Add(need[i]); !ok || total > available {
			full = false
			break
		}
	}
	if full {
		for _, i := range who {
			share[i] = need[i]
		}
		return available - total
	}
	// The common level t: Σ clamp(per·t − start, 0, need) = available, by
	// bisection between the lowest and the highest level; it only sets where
	// the packs begin to be handed out, all sums are exact.
	give := func(t float64) float64 {
		sum := 0.0
		for _, i := range who {
			if start, per := level(i, 0); per > 0 {
				sum += min(max(0, per*t-start), float64(need[i]))
			}
		}
		return sum
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, i := range who {
		if start, per := level(i, 0); per > 0 {
			lo, hi = min(lo, start/per), max(hi, (start+float64(need[i]))/per)
		}
	}
	left := available
	if lo < hi {
		for range 200 {
			m := lo + 0.5*(hi-lo)
			if m <= lo || m >= hi {
				break
			}
			if give(m) <= float64(available) {
				lo = m
			} else {
				hi = m
			}
		}
		for _, i := range who {
			start, per := level(i, 0)
			if per <= 0 {
				continue
			}
			q := planwright.Qty(min(max(0, math.Floor(per*lo-start)), float64(need[i])))
			q = min(q-q%max(1, sites[i].Pack), need[i], left-left%max(1, sites[i].Pack))
			share[i] = q
			left -= q
		}
	}
	// What packs and rounding left, to the lowest; sites without a level last.
	q := &shareQueue{}
	for at, i := range who {
		q.push(at, i, level, share, need)
	}
	heap.Init(q)
	for left > 0 && q.Len() > 0 {
		e := q.of[0]
		i := e.site
		pack := max(1, sites[i].Pack)
		if sites[i].Pack == 0 {
			// Without packs there is no smallest step: all that lifts it to
			// the next one, or that it needs, or that there is.
			pack = min(left, need[i]-share[i])
			if start, per := level(i, share[i]); per > 0 && q.Len() > 1 {
				next := q.second()
				if lift := math.Ceil(per*next.level - start); lift < float64(pack) {
					pack = planwright.Qty(max(1, lift))
				}
			}
		}
		if pack > left {
			heap.Pop(q) // no whole pack is left for it
			continue
		}
		share[i] += pack
		left -= pack
		if share[i] >= need[i] {
			heap.Pop(q)
			continue
		}
		start, per := level(i, share[i])
		if per > 0 {
			q.of[0].level = start / per
		}
		heap.Fix(q, 0)
	}
	return left
}

type shareEntry struct {
	level    float64
	at, site int
}

type shareQueue struct{ of []shareEntry }

func (q *shareQueue) push(at, i int, level func(int, planwright.Qty) (float64, float64), share, need []planwright.Qty) {
	if share[i] >= need[i] {
		return
	}
	start, per := level(i, share[i])
	l := math.Inf(1)
	if per > 0 {
		l = start / per
	}
	q.of = append(q.of, shareEntry{l, at, i})
}

func (q *shareQueue) second() shareEntry {
	if len(q.of) > 2 && q.Less(2, 1) {
		return q.of[2]
	}
	return q.of[1]
}

func (q *shareQueue) Len() int { return len(q.of) }
func (q *shareQueue) Less(i, j int) bool {
	if q.of[i].level != q.of[j].level {
		return q.of[i].level < q.of[j].level
	}
	return q.of[i].at < q.of[j].at
}
func (q *shareQueue) Swap(i, j int) { q.of[i], q.of[j] = q.of[j], q.of[i] }
func (q *shareQueue) Push(x any)    { q.of = append(q.of, x.(shareEntry)) }
func (q *shareQueue) Pop() any {
	last := len(q.of) - 1
	x := q.of[last]
	q.of = q.of[:last]
	return x
}
