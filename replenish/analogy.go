package replenish

import (
	"fmt"
	"math"
)

// Analog is an item that a new one is expected to sell like.
type Analog struct {
	Mean, SD float64 // demand a period
	Scale    float64 // how much more the new item is expected to sell; 0: 1
	Weight   float64 // how alike the two are; 0: 1
}

// NewItem is what is known of the demand of an item without a history.
type NewItem struct {
	Mean    float64 // a period
	SD      float64 // of a period's demand around the item's own mean
	LevelSD float64 // of the item's own mean around Mean: what is not known
}

// OneAnalogCV is the coefficient of variation of a new item's mean where a
// single analog says nothing about the spread between items.
const OneAnalogCV = 0.5

// ByAnalogy joins analogs by the law of total variance: the variance within
// items is the mean of theirs, the one between items is that of their means, as
// a prediction for one more item: with weights w that add up to 1 and
// n = 1/Σw² items that count,
//
//	between = Σ w(μ−m)² · n/(n−1) · (1+1/n).
func ByAnalogy(analogs []Analog) (NewItem, error) {
	if len(analogs) == 0 {
		return NewItem{}, fmt.Errorf("replenish: new item: no analogs; name at least one: %w", ErrInput)
	}
	var sum, mean, within, squares float64
	for i, a := range analogs {
		w, k := a.Weight, a.Scale
		if w == 0 {
			w = 1
		}
		if k == 0 {
			k = 1
		}
		for _, x := range []float64{a.Mean, a.SD, k, w} {
			if !(x >= 0) || x > largest {
				return NewItem{}, fmt.Errorf("replenish: new item: analog %d: mean %v, sd %v, scale %v, weight %v; all must be from 0 to 1e15: %w", i, a.Mean, a.SD, k, w, ErrInput)
			}
		}
		sum += w
		squares += w * w
		mean += w * k * a.Mean
		within += w * k * k * a.SD * a.SD
	}
	mean, within = mean/sum, within/sum
	between := 0.0
	for _, a := range analogs {
		w, k := a.Weight, a.Scale
		if w == 0 {
			w = 1
		}
		if k == 0 {
			k = 1
		}
		d := k*a.Mean - mean
		between += w / sum * d * d
	}
	n := sum * sum / squares
	if n > 1+1e-9 {
		between *= (n + 1) / (n - 1)
	} else {
		between = OneAnalogCV * OneAnalogCV * mean * mean
	}
	return NewItem{mean, math.Sqrt(within), math.Sqrt(between)}, nil
}

// Learn takes in the item's own demand: its mean over so many periods. The more
// there are, the less the analogs count (normal conjugate prior):
//
//	weight of own mean = LevelSD² / (LevelSD² + SD²/periods).
func (n NewItem) Learn(mean float64, periods int) NewItem {
	n.Mean, n.SD, n.LevelSD = moment(n.Mean), max(0, moment(n.SD)), max(0, moment(n.LevelSD))
	if periods <= 0 || mean != mean || math.IsInf(mean, 0) {
		return n
	}
	level, noise := n.LevelSD*n.LevelSD, n.SD*n.SD/float64(periods)
	if level+noise == 0 {
		return n
	}
	w := level / (level + noise)
	n.Mean = finite(n.Mean + w*(moment(mean)-n.Mean))
	n.LevelSD = finite(math.Sqrt(level * (1 - w)))
	return n
}

// Over returns mean and standard deviation of the demand of an interval: what
// is not known of the level grows with the interval, not with its root
// (Prak, Teunter and Syntetos, 2017).
func (n NewItem) Over(periods float64) (mean, sd float64) {
	n.Mean, n.SD, n.LevelSD, periods = moment(n.Mean), moment(n.SD), moment(n.LevelSD), max(0, moment(periods))
	return finite(n.Mean * periods), finite(math.Sqrt(n.SD*n.SD*periods + n.LevelSD*n.LevelSD*periods*periods))
}
