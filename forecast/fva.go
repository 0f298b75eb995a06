package forecast

import (
	"cmp"
	"math"
	"slices"
)

// ProcessStep is a station of the forecasting process, in order.
type ProcessStep uint8

// The steps: the naive forecast that costs nothing, the statistical one of the
// history as it is, the one of the cleaned history, and what planners made of it.
const (
	NaiveStep ProcessStep = iota
	StatisticalStep
	CleanedStep
	OverriddenStep
	processSteps = 4
)

// String returns the word for the step.
func (s ProcessStep) String() string {
	return [...]string{"naive", "statistical", "cleaned", "overridden"}[min(s, OverriddenStep)]
}

// Made is what each step of the process forecast for one item and period, and
// what happened. A step that was not taken is NaN and passes on what the one
// before it said.
type Made struct {
	Item     int
	Author   string // of the override; "" where there was none
	Actual   float64
	Forecast [processSteps]float64
}

// ValueAdded sums up the accuracy of the steps over some rows: forecast value
// added of Gilliland (2010), The Business Forecasting Deal, chapter 4. A step
// that does not lower the error is not worth its work.
type ValueAdded struct {
	Item   int    // of a row by item, else -1
	Author string // of a row by author, else ""

	Rows   int
	Demand float64 // sum of absolute actuals
	// AbsError and Error are sums over the rows, by step; Error is forecast less
	// actual.
	AbsError, Error [processSteps]float64
	// Changed is the number of rows that a step changed, Better how many of
	// these it brought nearer to the actual, Worse how many farther away.
	Changed, Better, Worse [processSteps]int
}

// WAPE is the error of a step as a fraction of demand; NaN without demand.
func (v *ValueAdded) WAPE(s ProcessStep) float64 { return ratio(v.AbsError[s], v.Demand) }

// Bias is (forecast - actual) of a step as a fraction of demand; NaN without
// demand.
func (v *ValueAdded) Bias(s ProcessStep) float64 { return ratio(v.Error[s], v.Demand) }

// Added is what step s took off the WAPE of the step before it: above 0 it
// helped. It is 0 for the first.
func (v *ValueAdded) Added(s ProcessStep) float64 {
	if s == NaiveStep {
		return 0
	}
	return ratio(v.AbsError[s-1]-v.AbsError[s], v.Demand)
}

// ForecastValueAdded sums rows up: all together, by item (in order of number),
// and by author of an override (in order of name; only rows that have one).
// Rows whose actual is not finite, or whose first step is not, are left out. The
// result does not depend on the order of rows of different items; rows of one
// item are summed as they come.
func ForecastValueAdded(rows []Made) (total ValueAdded, items, authors []ValueAdded) {
	total.Item = -1
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rows[a].Item, rows[b].Item) })
	for _, i := range order {
		m := &rows[i]
		if !scored(m) {
			continue
		}
		if n := len(items); n == 0 || items[n-1].Item != m.Item {
			items = append(items, ValueAdded{Item: m.Item})
		}
		items[len(items)-1].add(m)
		total.add(m)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rows[a].Author, rows[b].Author) })
	for _, i := range order {
		m := &rows[i]
		if m.Author == "" || !scored(m) {
			continue
		}
		if n := len(authors); n == 0 || authors[n-1].Author != m.Author {
			authors = append(authors, ValueAdded{Item: -1, Author: m.Author})
		}
		authors[len(authors)-1].add(m)
	}
	return total, items, authors
}

func scored(m *Made) bool {
	return !math.IsNaN(m.Actual-m.Actual) && !math.IsNaN(m.Forecast[0]-m.Forecast[0])
}

func (v *ValueAdded) add(m *Made) {
	v.Rows++
	v.Demand += math.Abs(m.Actual)
	last := m.Forecast[0]
	for s := range m.Forecast {
		f := m.Forecast[s]
		if math.IsNaN(f - f) {
			f = last
		}
		e := math.Abs(f - m.Actual)
		v.AbsError[s] += e
		v.Error[s] += f - m.Actual
		if f != last {
			v.Changed[s]++
			switch before := math.Abs(last - m.Actual); {
			case e < before:
				v.Better[s]++
			case e > before:
				v.Worse[s]++
			}
		}
		last = f
	}
}
