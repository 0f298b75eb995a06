package forecast

import (
	"fmt"
	"math"
)

// Change is one value that preparation replaced, and why. A list of changes, in
// the order made, is a full account: [Revert] takes them back.
type Change struct {
	Period   int
	From, To float64 // NaN for a value that is missing
	Why      Reason
	// Score is how strong the reason is: for an outlier its distance in robust
	// standard deviations, for a stockout the share of the period without
	// stock, for a partial period the share of it that was seen, for a level
	// shift the ratio or difference of levels, for working days their number.
	Score float64
}

// Reason is why preparation changed a value.
type Reason uint8

// The reasons.
const (
	PartialPeriod Reason = iota + 1
	NettedReturn
	MissingValue
	StockoutDemand
	ShiftedLevel
	WorkingDayCount
	OutlierValue
)

// String returns the field's words for the reason.
func (r Reason) String() string {
	switch r {
	case PartialPeriod:
		return "partial period"
	case NettedReturn:
		return "netted return"
	case MissingValue:
		return "missing value"
	case StockoutDemand:
		return "stockout"
	case ShiftedLevel:
		return "level shift"
	case WorkingDayCount:
		return "working days"
	case OutlierValue:
		return "outlier"
	}
	return "none"
}

// Apply makes the changes in y.
func Apply(y []float64, changes []Change) {
	for _, c := range changes {
		y[c.Period] = c.To
	}
}

// Revert takes the changes back, last first.
func Revert(y []float64, changes []Change) {
	for i := len(changes) - 1; i >= 0; i-- {
		y[changes[i].Period] = changes[i].From
	}
}

// PrepareOptions say which steps of demand preparation to take. The zero value
// only nets returns.
type PrepareOptions struct {
	// Season is the number of periods in a season, 0 or 1 for none.
	Season int
	// Share is the part of each period that was seen, see [Series]; nil for
	// whole periods.
	Share []float64
	// Observed says for each period whether there are records of it: without,
	// a value is missing and not zero. nil means all.
	Observed []bool
	// InStock is the share of each period in which the item was in stock; nil
	// means always.
	InStock []float64
	// WorkDays is the number of working days of each period; nil means no
	// adjustment.
	WorkDays []float64
	// Gaps, Shifts and Outliers switch the steps that judge by the series
	// alone: suspicious runs of zeros become missing, the past before a shift
	// is brought to the level of today, outliers are pulled in.
	Gaps, Shifts, Outliers bool
}

// Prepared is a series made ready for a forecast.
type Prepared struct {
	Value   []float64
	Changes []Change // in the order made
	Shifts  []Shift  // found, whether or not the past was brought to the level
}

// Prepare takes the steps in the order in which they need each other: what is
// missing, partial periods, returns, stockouts, working days, level shifts,
// outliers. y is not changed. It returns an error wrapping [ErrOption] if a
// column has another length than y or a value that makes no sense.
func Prepare(y []float64, opt PrepareOptions) (Prepared, error) {
	for _, c := range []struct {
		name string
		n    int
		set  bool
	}{
		{"shares", len(opt.Share), opt.Share != nil}, {"observed flags", len(opt.Observed), opt.Observed != nil},
		{"in-stock shares", len(opt.InStock), opt.InStock != nil}, {"working days", len(opt.WorkDays), opt.WorkDays != nil},
	} {
		if c.set && c.n != len(y) {
			return Prepared{}, fmt.Errorf("forecast: %d %s for %d periods: %w: give one each", c.n, c.name, len(y), ErrOption)
		}
	}
	for i, v := range y {
		if math.IsInf(v, 0) {
			return Prepared{}, fmt.Errorf("forecast: value %v in period %d: %w", v, i, ErrValue)
		}
	}
	for c, col := range [2][]float64{opt.Share, opt.InStock} {
		for i, v := range col {
			if !(v >= 0 && v <= 1) {
				return Prepared{}, fmt.Errorf("forecast: %s %v of period %d: %w: use 0 to 1", [2]string{"share", "in-stock share"}[c], v, i, ErrOption)
			}
		}
	}
	for i, v := range opt.WorkDays {
		if !(v >= 0 && v <= 1e6) {
			return Prepared{}, fmt.Errorf("forecast: %v working days in period %d: %w: use 0 or more", v, i, ErrOption)
		}
	}
	p := Prepared{Value: append([]float64(nil), y...)}
	take := func(changes []Change) {
		for i := range changes {
			// Sums of the largest numbers stay numbers.
			c := &changes[i]
			c.To = min(max(c.To, -math.MaxFloat64), math.MaxFloat64)
			c.Score = min(max(c.Score, -math.MaxFloat64), math.MaxFloat64)
		}
		Apply(p.Value, changes)
		p.Changes = append(p.Changes, changes...)
	}
	if opt.Observed != nil {
		take(Unobserved(p.Value, opt.Observed))
	}
	if opt.Gaps {
		take(SuspiciousGaps(p.Value))
	}
	if opt.Share != nil {
		take(WholePeriods(p.Value, opt.Share))
	}
	take(NetReturns(p.Value))
	if opt.InStock != nil {
		take(Uncensor(p.Value, opt.InStock, opt.Season))
	}
	if opt.WorkDays != nil {
		take(EqualWorkDays(p.Value, opt.WorkDays))
	}
	p.Shifts = LevelShifts(p.Value, opt.Season)
	if opt.Shifts {
		take(LevelPast(p.Value, p.Shifts))
	}
	if opt.Outliers {
		take(Outliers(p.Value, opt.Season, 0))
	}
	return p, nil
}

// Unobserved makes a period without records missing. A zero that was recorded is
// demand of zero.
func Unobserved(y []float64, observed []bool) (changes []Change) {
	for i, seen := range observed {
		if !seen && !math.IsNaN(y[i]) {
			changes = append(changes, Change{i, y[i], math.NaN(), MissingValue, 1})
		}
	}
	return changes
}

// SuspiciousGaps makes runs of zeros missing that chance does not explain: those
// within the life of the item, between two demands, whose length L makes
// (1-p)^L less than one in 10,000, p being the share of periods with demand
// outside of the run. It finds lost records in what sells every week; where
// demand is rare, zeros are believed. The Score is L.
func SuspiciousGaps(y []float64) (changes []Change) {
	first, last, demands := -1, -1, 0
	for i, v := range y {
		if v > 0 {
			if first < 0 {
				first = i
			}
			last = i
			demands++
		}
	}
	if demands < 4 {
		return nil
	}
	for i := first; i <= last; {
		if y[i] != 0 {
			i++
			continue
		}
		end := i
		for y[end] == 0 {
			end++
		}
		run := end - i
		p := float64(demands) / float64(last-first+1-run)
		if run > 1 && float64(run)*math.Log1p(-min(p, 0.99)) < math.Log(1e-4) {
			for k := i; k < end; k++ {
				changes = append(changes, Change{k, 0, math.NaN(), MissingValue, float64(run)})
			}
		}
		i = end
	}
	return changes
}

// leastShare is the share of a period from which its demand tells the whole.
const leastShare = 0.3

// WholePeriods brings the demand of a partly seen period to its whole length,
// y/share, or makes it missing where less than three tenths of it were seen.
func WholePeriods(y, share []float64) (changes []Change) {
	for i, s := range share {
		switch v := y[i]; {
		case s >= 1 || math.IsNaN(v):
		case s < leastShare:
			changes = append(changes, Change{i, v, math.NaN(), PartialPeriod, s})
		case v != 0:
			changes = append(changes, Change{i, v, v / s, PartialPeriod, s})
		}
	}
	return changes
}

// NetReturns takes what a period got back beyond its demand from the demand
// before it, latest first: that is what was returned. What no earlier demand
// accounts for is dropped. After it no value is below zero.
func NetReturns(y []float64) (changes []Change) {
	left := append([]float64(nil), y...)
	for i := range left {
		back := -left[i]
		if !(back > 0) {
			continue
		}
		changes = append(changes, Change{i, left[i], 0, NettedReturn, back})
		left[i] = 0
		for k := i - 1; k >= 0 && back > 0; k-- {
			if !(left[k] > 0) {
				continue
			}
			d := min(back, left[k])
			changes = append(changes, Change{k, left[k], left[k] - d, NettedReturn, d})
			left[k] -= d
			back -= d
		}
	}
	return changes
}

// EqualWorkDays brings every period to the average number of working days,
// y*mean/days. A period without working days keeps its value. A forecast of the
// result is brought back by days/mean, see [WorkDayFactor].
func EqualWorkDays(y, days []float64) (changes []Change) {
	mean := meanWorkDays(days)
	for i, d := range days {
		if d > 0 && d != mean && y[i] != 0 && !math.IsNaN(y[i]) {
			changes = append(changes, Change{i, y[i], y[i] * mean / d, WorkingDayCount, d})
		}
	}
	return changes
}

// WorkDayFactor is what a forecast for a period of the given working days is
// multiplied by if its history was made by [EqualWorkDays] with days.
func WorkDayFactor(days []float64, ahead float64) float64 {
	mean := meanWorkDays(days)
	if mean <= 0 {
		return 1
	}
	return ahead / mean
}

func meanWorkDays(days []float64) float64 {
	sum, n := 0.0, 0.0
	for _, d := range days {
		if d > 0 {
			sum += d
			n++
		}
	}
	return ratioOr(sum, n, 0)
}
