package mrp

import (
	"cmp"
	"math"
	"slices"

	"planwright"
)

// routing finds the steps by which an order is made.
type routing struct {
	s     *planwright.Snapshot
	off   []int32 // by item
	rows  []int32 // of Snapshot.Routings
	named []bool  // by item: some of its steps are of one bill of material alone
	loses bool    // some step has scrap
}

func newRouting(s *planwright.Snapshot) *routing {
	t := &routing{s: s, off: make([]int32, s.Items.Len()+1), rows: make([]int32, s.Routings.Len()), named: make([]bool, s.Items.Len())}
	for r, item := range s.Routings.Item {
		t.off[item+1]++
		t.named[item] = t.named[item] || s.Routings.BOMID[r] != ""
		t.loses = t.loses || s.Routings.ScrapPct[r] > 0
	}
	for i := range s.Items.Len() {
		t.off[i+1] += t.off[i]
	}
	at := slices.Clone(t.off)
	for r, item := range s.Routings.Item {
		t.rows[at[item]] = int32(r)
		at[item]++
	}
	for i := range s.Items.Len() {
		slices.SortStableFunc(t.rows[t.off[i]:t.off[i+1]], func(a, b int32) int { return cmp.Compare(s.Routings.Step[a], s.Routings.Step[b]) })
	}
	return t
}

// steps appends the rows of the routing after which sku k is made to a bill of
// material, by step: those of the bill where it has any, else those of every
// bill; on resources of the site alone.
func (t *routing) steps(k planwright.SKU, bom string, to []int32) []int32 {
	s, first, own := t.s, len(to), false
	item := s.SKUs.Item[k]
	for _, r := range t.rows[t.off[item]:t.off[item+1]] {
		at, id := s.Resources.Site[s.Routings.Resource[r]], s.Routings.BOMID[r]
		if at != planwright.None && at != s.SKUs.Site[k] || id != "" && id != bom {
			continue
		}
		if id != "" && !own {
			own, to = true, to[:first]
		} else if id == "" && own {
			continue
		}
		to = append(to, r)
	}
	return to
}

// loss is what must enter the first step for a unit that leaves the last one,
// times a scrap factor of the order:
//
//	Π (1 + s)     (scrap_rule times)
//	Π 1/(1 − s)   (divide)
//
// over the steps, exact where that fits into 64 bits, else rounded up in the
// ninth digit. Components enter at the first step, so that the requirement of all
// of them carries the whole product: SAP's cumulated operation scrap. It returns
// false if nothing would be left.
func (t *routing) loss(k planwright.SKU, bom string, order planwright.Ratio) (planwright.Ratio, bool) {
	s := t.s
	var room [16]int32
	rows := t.steps(k, bom, room[:0])
	num, den := []int64{order.Num}, []int64{order.Den}
	x := float64(order.Num) / float64(order.Den)
	const whole = int64(100 * planwright.One)
	for _, r := range rows {
		pct := int64(math.Round(s.Routings.ScrapPct[r] * float64(planwright.One)))
		if pct <= 0 {
			continue
		}
		if pct >= whole {
			return order, false
		}
		if s.SKUs.ScrapDivide[k] {
			num, den = append(num, whole), append(den, whole-pct)
		} else {
			num, den = append(num, whole+pct), append(den, whole)
		}
		x *= float64(num[len(num)-1]) / float64(den[len(den)-1])
	}
	if len(num) == 1 {
		return order, true
	}
	if r, ok := planwright.NewRatio(num, den); ok {
		return r, true
	}
	const digits = 1_000_000_000
	if x > 1_000_000 {
		return order, false
	}
	return planwright.Ratio{Num: int64(math.Ceil(x * digits * (1 + 1e-15))), Den: digits}, true
}

// passes is the part of what enters a step that leaves it.
func (t *routing) passes(k planwright.SKU, r int32) float64 {
	s := max(0, min(100, t.s.Routings.ScrapPct[r])) / 100
	if t.s.SKUs.ScrapDivide[k] {
		return 1 - s
	}
	return 1 / (1 + s)
}
