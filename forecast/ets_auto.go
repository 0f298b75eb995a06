package forecast

import "math"

// ETSCriterion is what the automatic choice minimises.
type ETSCriterion uint8

const (
	ByAICc ETSCriterion = iota // Akaike's, corrected for small samples (Hurvich and Tsai 1989)
	ByAIC                      // Akaike's (1974)
	ByBIC                      // Schwarz's (1978)
)

// ETSOptions say which forms take part in the automatic choice. The zero value
// is that of the literature: all but multiplicative trends and the forms that mix
// an additive error with a multiplicative part or a multiplicative trend with
// an additive season, whose variance is infinite or whose arithmetic is unstable.
type ETSOptions struct {
	// MultiplicativeTrend lets multiplicative trends take part.
	MultiplicativeTrend bool
	// NoDamping leaves damped trends out.
	NoDamping bool
	// AdditiveOnly leaves all multiplicative forms out.
	AdditiveOnly bool
	// Unrestricted lets the mixed forms take part.
	Unrestricted bool
	// Criterion is what is minimised.
	Criterion ETSCriterion
	// Allow, if not nil, says of each form left whether it takes part.
	Allow func(ETSForm) bool
}

// etsForms are all forms, in the order tried.
var etsForms = ETSForms()

// allows says whether a form takes part.
func (o *ETSOptions) allows(f ETSForm) bool {
	if o.AdditiveOnly && f.multiplicative() ||
		o.NoDamping && f.Damped || !o.MultiplicativeTrend && f.Trend == Multiplicative {
		return false
	}
	if !o.Unrestricted && (f.Error == Additive && (f.Trend == Multiplicative || f.Season == Multiplicative) ||
		f.Trend == Multiplicative && f.Season == Additive) {
		return false
	}
	return o.Allow == nil || o.Allow(f)
}

// penalty is what the criterion adds to -2*LogLik.
func (o *ETSOptions) penalty(k, n float64) float64 {
	switch o.Criterion {
	case ByAIC:
		return 2 * k
	case ByBIC:
		return k * math.Log(n)
	}
	if n-k-1 <= 0 {
		return math.Inf(1)
	}
	return 2*k + 2*k*(k+1)/(n-k-1)
}

// Auto fits every form that opt lets take part and that the series allows, and
// writes the one with the least criterion into dst, whose slices are reused.
// Missing values (NaN) are passed over, not filled. Seasons over 24 are not
// modelled: decompose such a series first. Where nothing can be estimated (under
// 5 values, all equal) or no form is left, dst is simple exponential smoothing
// and says so in Note. The error wraps [ErrEmpty], [ErrValue] or [ErrOption].
func (f *ETSFitter) Auto(dst *ETS, y []float64, m int, opt ETSOptions) error {
	if err := f.load(y, m); err != nil {
		return err
	}
	if f.level {
		f.flat(dst, f.reason())
		return nil
	}
	best := math.Inf(1)
	var form ETSForm
	for _, c := range etsForms {
		penalty := f.penalty(c, &opt)
		if math.IsInf(penalty, 1) {
			continue
		}
		if v := f.fit(c, best-penalty) + penalty; v < best {
			best, form = v, c
			f.keep()
		}
	}
	if math.IsInf(best, 1) {
		f.flat(dst, f.reason())
		return nil
	}
	f.write(dst, form)
	return nil
}

// penalty is that of the criterion, +Inf for a form that does not take part.
func (f *ETSFitter) penalty(c ETSForm, opt *ETSOptions) float64 {
	if !opt.allows(c) || f.cannot(c) {
		return math.Inf(1)
	}
	s := &f.search
	return opt.penalty(float64(c.Parameters(s.season)), float64(s.observed))
}

// reason says why a level without parameters stands in.
func (f *ETSFitter) reason() string {
	if f.level {
		return "all values are equal: their level"
	}
	return "no form can be estimated on so few values: smoothed with alpha 0.5"
}
