package replay

import "math"

// Totals are sums over sku's in money, from which figures of a company or of a
// part of it follow. They add up.
type Totals struct {
	SKUs      float64
	Days      float64 // sku-days
	Stock     float64 // value-days of stock, at cost
	Served    float64 // at cost
	Demand    float64 // at selling price (at cost where there is none)
	Short     float64
	Lost      float64 // margin of what was short
	OutDays   float64
	Orders    float64
	Cycles    float64
	Good      float64
	Purchases float64 // ordered, at cost
	Holding   float64 // cost of holding the stock
	Ordering  float64 // cost of the orders
	End       float64 // stock after the last day, at cost
	Excess    float64 // of it above the demand of a year

	// Sku's without a selling price, a holding rate, a cost of an order: what is
	// summed of them says nothing of the whole if they are many.
	NoPrice, NoHold, NoOrder float64
}

// mostUnpriced is the share of sku's without a rate up to which a sum of money is
// that of the whole.
const mostUnpriced = 0.05

// LostMargin is the margin of what was short, HoldingCost and OrderingCost are what
// stock and orders cost: NaN where too many sku's have no price or rate for it.
func (t *Totals) LostMargin() float64   { return t.of(t.Lost, t.NoPrice) }
func (t *Totals) HoldingCost() float64  { return t.of(t.Holding, t.NoHold) }
func (t *Totals) OrderingCost() float64 { return t.of(t.Ordering, t.NoOrder) }

func (t *Totals) of(sum, without float64) float64 {
	if without > mostUnpriced*t.SKUs {
		return math.NaN()
	}
	return sum
}

// Money is what the units of a sku are worth. A price of 0 is none: demand then
// counts at cost, and no margin is lost.
type Money struct {
	Cost, Price float64
	Hold        float64 // rate a year, of the cost
	Order       float64 // cost of an order
}

// Worth is what a unit of demand counts.
func (m *Money) Worth() float64 {
	if m.Price == 0 {
		return m.Cost
	}
	return m.Price
}

// Count adds a sku. late says that customers waited: then all of the demand was
// served, and no margin is lost.
func (t *Totals) Count(s *Sums, m *Money, late bool) {
	cost, worth, margin := m.Cost, m.Worth(), 0.0
	if m.Price > 0 {
		margin = max(0, m.Price-cost)
	}
	t.Holding += s.Stock * cost * m.Hold / 365
	t.Ordering += s.Orders * m.Order
	t.Days += s.Days
	t.Stock += s.Stock * cost
	t.Demand += s.Demand * worth
	t.Short += s.Short * worth
	if late {
		t.Served += s.Demand * cost
	} else {
		t.Served += (s.Demand - s.Short) * cost
		t.Lost += s.Short * margin
	}
	t.OutDays += s.OutDays
	t.Orders += s.Orders
	t.Cycles += s.Cycles
	t.Good += s.Good
	t.Purchases += s.Ordered * cost
}

// Close adds what a sku is left with: on hand at cost, and what of it is above
// the need, in units. A sku is closed once in a part of a whole.
func (t *Totals) Close(on, need float64, m *Money) {
	t.SKUs++
	t.End += on * m.Cost
	t.Excess += max(0, on-need) * m.Cost
	for _, x := range [...]struct {
		rate float64
		none *float64
	}{{m.Price, &t.NoPrice}, {m.Hold, &t.NoHold}, {m.Order, &t.NoOrder}} {
		if x.rate == 0 {
			*x.none++
		}
	}
}

// Add adds o to t.
func (t *Totals) Add(o *Totals) {
	t.SKUs += o.SKUs
	t.Days += o.Days
	t.Stock += o.Stock
	t.Served += o.Served
	t.Demand += o.Demand
	t.Short += o.Short
	t.Lost += o.Lost
	t.OutDays += o.OutDays
	t.Orders += o.Orders
	t.Cycles += o.Cycles
	t.Good += o.Good
	t.Purchases += o.Purchases
	t.Holding += o.Holding
	t.Ordering += o.Ordering
	t.End += o.End
	t.Excess += o.Excess
	t.NoPrice += o.NoPrice
	t.NoHold += o.NoHold
	t.NoOrder += o.NoOrder
}

// ratio is a/b, and x where there is nothing to divide by.
func ratio(a, b, x float64) float64 {
	if b == 0 {
		return x
	}
	return a / b
}

// AverageStock is the mean value of the stock over so many days.
func (t *Totals) AverageStock(days float64) float64 { return ratio(t.Stock, days, 0) }

// Turns is what was served in a year of 365 days over the average stock, both at
// cost.
func (t *Totals) Turns() float64 { return ratio(t.Served*365, t.Stock, 0) }

// FillRate is the share of the demand, by value, that was served on its day.
func (t *Totals) FillRate() float64 { return 1 - ratio(t.Short, t.Demand, 0) }

// CycleService is the share of receipts before which nothing had been short.
func (t *Totals) CycleService() float64 { return ratio(t.Good, t.Cycles, 1) }
