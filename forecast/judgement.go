package forecast

import (
	"errors"
	"fmt"
	"math"
)

// ErrOverride is wrapped by the errors of an override that cannot be applied.
var ErrOverride = errors.New("override")

// OverrideKind is what a planner does to a forecast.
type OverrideKind uint8

// The kinds. SetTo, AddTo and ScaleBy move the expectation, and the distribution
// with it; Floor and Cap bound demand itself: a contracted minimum, an
// allocation.
const (
	SetTo OverrideKind = iota + 1
	AddTo
	ScaleBy
	Floor
	Cap
)

// String returns the word for the kind.
func (k OverrideKind) String() string {
	if k >= SetTo && k <= Cap {
		return [...]string{"set", "add", "scale", "floor", "cap"}[k-1]
	}
	return "none"
}

// Override is one judgement on steps From..To (1 is the next period), with who
// made it and why.
type Override struct {
	From, To int
	Kind     OverrideKind
	Value    float64
	Author   string
	Reason   string
}

// Judged is the account of one override at one step.
type Judged struct {
	Override int // index
	Step     int
	Before   float64 // mean
	After    float64
}

// Judgement is a forecast on which overrides act, in place: Mean and its
// quantiles, the sums of the first steps and theirs, laid out as in [Result].
// Quantiles and sums may be nil.
type Judgement struct {
	Mean, Quantile       []float64
	CumMean, CumQuantile []float64
}

// Apply makes the overrides in order, later ones upon earlier ones. A step that
// none touches keeps its bits. Quantiles of a step whose mean moves from a to b
// move in proportion, b/a, or by b-a where a is zero, and are never below zero
// if they were not; floors and caps cut mean and quantiles. The sum of the first
// steps moves in the same way as its mean, which moves by what the means of its
// steps moved; floors and caps of all its steps together cut it.
//
// All is checked before anything is changed. It returns an error wrapping
// [ErrOverride] for an unknown kind, steps outside of the forecast, a value that
// is not finite (or a factor, floor or cap below zero), or a missing author or
// reason.
func (f *Judgement) Apply(overrides []Override) ([]Judged, error) {
	h, c := len(f.Mean), len(f.CumMean)
	for i, o := range overrides {
		bad := func(what string) error { return fmt.Errorf("forecast: %w %d (%s): %s", ErrOverride, i, o.Kind, what) }
		switch {
		case o.Kind < SetTo || o.Kind > Cap:
			return nil, bad("unknown kind: use set, add, scale, floor or cap")
		case o.From < 1 || o.To < o.From || o.To > h:
			return nil, bad(fmt.Sprintf("steps %d to %d of a forecast of %d: use steps within it", o.From, o.To, h))
		case math.IsNaN(o.Value) || math.Abs(o.Value) > 1e200:
			return nil, bad(fmt.Sprintf("value %v: use a finite number", o.Value))
		case o.Kind >= ScaleBy && o.Value < 0:
			return nil, bad(fmt.Sprintf("value %v: use 0 or more", o.Value))
		case o.Author == "" || o.Reason == "":
			return nil, bad("give author and reason")
		}
	}
	if (h > 0 && len(f.Quantile)%h != 0) || (c > 0 && len(f.CumQuantile)%c != 0) {
		return nil, fmt.Errorf("forecast: %w: quantiles are not rows of the length of the means", ErrOverride)
	}
	var account []Judged
	delta := make([]float64, h)
	for i, o := range overrides {
		clear(delta)
		for j := o.From - 1; j < o.To; j++ {
			before := f.Mean[j]
			after := before
			switch o.Kind {
			case SetTo:
				after = o.Value
			case AddTo:
				after += o.Value
			case ScaleBy:
				after *= o.Value
			case Floor:
				after = max(after, o.Value)
			case Cap:
				after = min(after, o.Value)
			}
			after = min(max(after, -math.MaxFloat64), math.MaxFloat64)
			if o.Kind == AddTo && before >= 0 {
				after = max(0, after)
			}
			f.Mean[j] = after
			delta[j] = after - before
			for k := j; k < len(f.Quantile); k += h {
				q := &f.Quantile[k]
				switch o.Kind {
				case Floor:
					*q = max(*q, o.Value)
				case Cap:
					*q = min(*q, o.Value)
				default:
					*q = moved(*q, before, after)
				}
			}
			if after != before {
				account = append(account, Judged{i, j + 1, before, after})
			}
		}
		f.sums(o, delta)
	}
	return account, nil
}

func (f *Judgement) sums(o Override, delta []float64) {
	c := len(f.CumMean)
	total := 0.0
	for j := range c {
		if j < len(delta) {
			total += delta[j]
		}
		before := f.CumMean[j]
		after := before + total
		if before >= 0 {
			after = max(0, after)
		}
		if total != 0 {
			f.CumMean[j] = after
			for k := j; k < len(f.CumQuantile); k += c {
				f.CumQuantile[k] = moved(f.CumQuantile[k], before, after)
			}
		}
		// A bound on every step of the sum is one on the sum.
		if o.From != 1 || j >= o.To {
			continue
		}
		bound := o.Value * float64(j+1)
		for k := j; k < len(f.CumQuantile); k += c {
			switch o.Kind {
			case Floor:
				f.CumQuantile[k] = max(f.CumQuantile[k], bound)
			case Cap:
				f.CumQuantile[k] = min(f.CumQuantile[k], bound)
			}
		}
	}
}

// moved is a quantile after its mean went from a to b.
func moved(q, a, b float64) float64 {
	if a == b {
		return q
	}
	to := q + b - a
	if r := b / a; a > 0 && b >= 0 && r < 1e6 {
		to = q * r
	}
	if q >= 0 {
		to = max(0, to)
	}
	return min(max(to, -math.MaxFloat64), math.MaxFloat64)
}
