package replenish

import (
	"container/heap"
	"fmt"
	"math"
)

// FillItem is an item that may join an order.
type FillItem struct {
	Position     float64      // inventory position before the order
	Demand       Distribution // until the next order could arrive
	HoldingCost  float64      // of a unit left over then
	StockoutCost float64      // of a unit short then
	Least        float64      // ordered in any case
	Most         float64      // at most; 0: no limit
	Multiple     float64      // order in steps of it; 0: 1

	Value, Weight, Volume float64 // of a unit
}

// OrderLimits are what an order must reach and must not exceed; 0: none.
type OrderLimits struct {
	MinValue             float64 // the supplier takes no smaller order
	MaxWeight, MaxVolume float64 // the truck or container
	// FillUp adds what is worth least too, as long as it fits: a truck that costs
	// the same full or half empty. Otherwise only what saves more than it costs is
	// added, and beyond that what is needed for MinValue.
	FillUp bool
}

// FilledOrder is an order across items.
type FilledOrder struct {
	Quantities            []float64
	Value, Weight, Volume float64
	Saved                 float64 // expected cost before less after the order
	Short                 float64 // of MinValue: 0, unless limits stop the order before
}

// mostFillSteps bounds the steps of an order.
const mostFillSteps = 1e6

// FillOrder decides what joins an order: one step of one item at a time, that
// which saves most expected cost, h·n̄ + p·n, for the room it takes (the share of
// the truck's weight or volume, whichever is larger) or, for a minimum value,
// for its value. A step's saving falls with the quantity, so that for equal
// steps the result is optimal (Fox 1966); otherwise it is short of the optimum
// by less than the saving of one step. An error wraps [ErrInput].
func FillOrder(items []FillItem, limits OrderLimits) (FilledOrder, error) {
	const op = "order fill"
	if err := checkInputs(op, input{"minimum value", limits.MinValue, notNegative}, input{"weight limit", limits.MaxWeight, notNegative}, input{"volume limit", limits.MaxVolume, notNegative}); err != nil {
		return FilledOrder{}, err
	}
	out := FilledOrder{Quantities: make([]float64, len(items))}
	q := &fillQueue{}
	for i, it := range items {
		if err := checkLaw(op, fmt.Sprintf("item %d: demand", i), it.Demand); err != nil {
			return FilledOrder{}, err
		}
		if err := checkInputs(fmt.Sprintf("%s: item %d", op, i), input{"position", it.Position, anyFinite}, input{"holding cost", it.HoldingCost, notNegative}, input{"stockout cost", it.StockoutCost, notNegative},
			input{"least", it.Least, notNegative}, input{"most", it.Most, notNegative}, input{"multiple", it.Multiple, notNegative},
			input{"value", it.Value, notNegative}, input{"weight", it.Weight, notNegative}, input{"volume", it.Volume, notNegative}); err != nil {
			return FilledOrder{}, err
		}
		if it.Multiple == 0 {
			it.Multiple = 1
		}
		s := fillStep{item: i, it: it}
		if it.Least > 0 {
			n := math.Ceil(it.Least / it.Multiple * (1 - 1e-12))
			out.add(&s, n*it.Multiple)
		}
		s.next(limits)
		q.steps = append(q.steps, s)
	}
	heap.Init(q)
	for steps := 0; len(q.steps) > 0; steps++ {
		s := &q.steps[0]
		lacking := out.Value < limits.MinValue
		fits := (limits.MaxWeight == 0 || out.Weight+s.it.Multiple*s.it.Weight <= limits.MaxWeight*(1+1e-12)) &&
			(limits.MaxVolume == 0 || out.Volume+s.it.Multiple*s.it.Volume <= limits.MaxVolume*(1+1e-12))
		full := s.it.Most > 0 && out.Quantities[s.item]+s.it.Multiple > s.it.Most*(1+1e-12)
		// A step that takes no room, or has no value, would be added for ever.
		idle := s.gain <= 0 && !(lacking && s.it.Value > 0) && !(limits.FillUp && (limits.MaxWeight > 0 && s.it.Weight > 0 || limits.MaxVolume > 0 && s.it.Volume > 0))
		if !fits || full || idle || steps >= mostFillSteps {
			heap.Pop(q)
			continue
		}
		out.add(s, s.it.Multiple)
		s.next(limits)
		heap.Fix(q, 0)
	}
	out.Short = max(0, limits.MinValue-out.Value)
	return out, nil
}

func (o *FilledOrder) add(s *fillStep, quantity float64) {
	before := s.cost()
	s.quantity += quantity
	o.Saved += before - s.cost()
	o.Quantities[s.item] = s.quantity
	o.Value += quantity * s.it.Value
	o.Weight += quantity * s.it.Weight
	o.Volume += quantity * s.it.Volume
}

// fillStep is the next step of an item.
type fillStep struct {
	item     int
	it       FillItem
	quantity float64
	gain     float64 // saved by the step
	rank     float64 // gain by room
}

func (s *fillStep) cost() float64 {
	return NewsvendorCost(s.it.Demand, s.it.HoldingCost, s.it.StockoutCost, s.it.Position+s.quantity)
}

func (s *fillStep) next(l OrderLimits) {
	now := s.cost()
	s.quantity += s.it.Multiple
	s.gain = now - s.cost()
	s.quantity -= s.it.Multiple
	room := 0.0
	if l.MaxWeight > 0 {
		room = s.it.Weight / l.MaxWeight
	}
	if l.MaxVolume > 0 {
		room = max(room, s.it.Volume/l.MaxVolume)
	}
	if room == 0 {
		room = s.it.Value
	}
	s.rank = s.gain
	if room > 0 {
		s.rank = s.gain / (room * s.it.Multiple)
	}
}

type fillQueue struct{ steps []fillStep }

func (q *fillQueue) Len() int { return len(q.steps) }
func (q *fillQueue) Less(a, b int) bool {
	if q.steps[a].rank != q.steps[b].rank {
		return q.steps[a].rank > q.steps[b].rank
	}
	return q.steps[a].item < q.steps[b].item
}
func (q *fillQueue) Swap(a, b int) { q.steps[a], q.steps[b] = q.steps[b], q.steps[a] }
func (q *fillQueue) Push(x any)    { q.steps = append(q.steps, x.(fillStep)) }
func (q *fillQueue) Pop() any {
	last := len(q.steps) - 1
	s := q.steps[last]
	q.steps = q.steps[:last]
	return s
}
