package replenish

import (
	"fmt"
	"math"

	"planwright"
)

// SlowMover is the mean demand of the protection interval up to which demand is
// counted piece by piece (Silver, Pyke and Thomas 2017, 6.7 and 8.1; Axsäter
// 2015, 5.1): normal and gamma laws round badly there.
const SlowMover = 10.0

// NegativeBinomialFrom and BinomialTo bound the ratio of variance to mean that
// is taken as Poisson; above, demand comes in lumps, below, it is more regular
// than chance.
const (
	NegativeBinomialFrom = 1.1
	BinomialTo           = 0.9
)

// FitInteger returns the integer law with the given moments: Poisson where
// variance/mean lies between [BinomialTo] and [NegativeBinomialFrom], negative
// binomial above and binomial below. A mean of 0 or less is no demand; a
// standard deviation of 0 is taken at the two whole numbers around the mean.
func FitInteger(mean, sd float64) IntegerDistribution {
	mean, sd = moment(mean), moment(sd)
	v := sd * sd
	switch {
	case !(mean > 0):
		return Poisson{}
	case v > NegativeBinomialFrom*mean:
		return NewNegativeBinomial(mean, v)
	case v >= BinomialTo*mean:
		return Poisson{mean}
	}
	return FitBinomial(mean, v)
}

// lawName is the Method of a policy with the law d.
func lawName(d Distribution) string {
	switch d.(type) {
	case Normal:
		return "normal"
	case Gamma:
		return "gamma"
	case Lognormal:
		return "lognormal"
	case Poisson:
		return "poisson"
	case NegativeBinomial:
		return "negative_binomial"
	case Binomial:
		return "binomial"
	case *Table:
		return "empirical"
	case *Quantiles:
		return "quantiles"
	case *Mixture:
		return "mixture"
	}
	return "given"
}

// shaped says whether the forecast gives more than moments.
func (d *Demand) shaped() bool { return len(d.Paths.Values) > 0 || len(d.QuantileLevels) > 0 }

// law returns the distribution of the demand of n periods from paths or
// quantiles.
func (d *Demand) law(n float64) (Distribution, error) {
	if n <= 0 {
		return Normal{}, nil
	}
	if len(d.Paths.Values) > 0 {
		return d.Paths.Over(n)
	}
	m := len(d.QuantileLevels)
	horizons := 0
	if m > 0 {
		horizons = len(d.CumQuantiles) / m
	}
	if m == 0 || horizons == 0 || len(d.CumQuantiles) != m*horizons {
		return nil, fmt.Errorf("policy: %d quantiles for %d levels: %w: give one for each level and horizon", len(d.CumQuantiles), m, ErrInput)
	}
	row := func(i int) []float64 { return d.CumQuantiles[(i-1)*m : i*m] } // after i periods
	values := make([]float64, m)
	switch i := int(min(n, float64(horizons))); {
	case i == horizons && n > float64(horizons):
		// The centre goes on as it went, the spread with the root of time.
		last := row(horizons)
		q, err := NewQuantiles(d.QuantileLevels, last)
		if err != nil {
			return nil, fmt.Errorf("policy: %w", err)
		}
		centre, _ := q.Moments()
		f := n / float64(horizons)
		for k, v := range last {
			values[k] = centre*f + (v-centre)*math.Sqrt(f)
		}
	case i == 0:
		for k, v := range row(1) {
			values[k] = v * n
		}
	default:
		w := n - float64(i)
		for k, v := range row(i) {
			values[k] = v
			if w > 0 {
				values[k] += w * (row(i + 1)[k] - v)
			}
		}
	}
	q, err := NewQuantiles(d.QuantileLevels, values)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return q, nil
}

// twoPoints returns the lead times l±sd with equal weights, or, where that
// would be below 0, 0 and (l²+sd²)/l: two points with the given moments.
func twoPoints(l, sd float64) (times, weights []float64) {
	switch {
	case sd == 0 || l == 0:
		return []float64{l}, []float64{1}
	case sd <= l:
		return []float64{l - sd, l + sd}, []float64{0.5, 0.5}
	}
	high := (l*l + sd*sd) / l
	return []float64{0, high}, []float64{1 - l/high, l / high}
}

// choose picks the law and decides with it.
func (c *calculation) choose() {
	p := c.p
	cv, pieces := c.protection.sd() > GammaFrom*c.protection.mean, false
	// A gamma demand needs a mean above zero for each part that varies.
	positive := c.protection.mean > 0 && (c.lead.mean > 0 || c.lead.variance == 0)
	whole := !p.Divisible && p.Lot.Multiple%planwright.One == 0 && p.Lot.Min%planwright.One == 0
	switch p.Family {
	case FamilyAuto:
		pieces = whole && positive && c.protection.mean <= SlowMover && c.protection.variance > 0
	case FamilyPoisson, FamilyNegativeBinomial, FamilyInteger:
		pieces = whole && positive && c.protection.variance > 0
	}
	if pieces {
		c.out.Notes |= NotePieces
		if q := math.Ceil(c.q * (1 - 1e-12)); q <= largest {
			c.q = max(1, q)
		}
	}
	var fit func(mean, sd float64) Distribution
	switch {
	case pieces:
		fit = func(mean, sd float64) Distribution {
			if p.Family == FamilyPoisson {
				return NewPoisson(mean)
			}
			if p.Family == FamilyNegativeBinomial {
				sd = max(sd, math.Sqrt(max(0, mean)))
			}
			return FitInteger(mean, sd)
		}
	case p.Family == FamilyLognormal && positive:
		fit = func(mean, sd float64) Distribution { return NewLognormal(mean, sd) }
	case c.lawLead != nil || len(p.LeadTimes) > 0:
		fit = func(mean, sd float64) Distribution {
			// Each part by its own variation: a mixture of lead times varies much more.
			if p.Family == FamilyGamma || p.Family != FamilyNormal && sd > GammaFrom*mean && mean > 0 {
				return NewGamma(mean, sd)
			}
			return NewNormal(mean, sd)
		}
	case (p.Family == FamilyGamma || p.Family != FamilyNormal && cv) && positive:
		c.out.Method = "gamma"
		decide(c, NewGamma(c.lead.mean, c.lead.sd()), NewGamma(c.protection.mean, c.protection.sd()), NewGamma)
		return
	default:
		c.out.Method = "normal"
		decide(c, NewNormal(c.lead.mean, c.lead.sd()), NewNormal(c.protection.mean, c.protection.sd()), NewNormal)
		return
	}
	lead, protection := c.lawLead, c.lawProtection
	if lead == nil {
		lead, protection = fit(c.lead.mean, c.lead.sd()), fit(c.protection.mean, c.protection.sd())
		if len(p.LeadTimes) > 0 {
			lead, protection = c.mixed(0, c.lead, fit), c.mixed(c.review, c.protection, fit)
		}
	}
	c.out.Method = lawName(protection)
	decide(c, lead, protection, fit)
}

// mixed returns the law of the demand of a measured lead time and extra
// periods, v its moments.
func (c *calculation) mixed(extra float64, v interval, fit func(mean, sd float64) Distribution) Distribution {
	lump := c.review == 0 && v != c.lead
	parts := make([]Distribution, len(c.times))
	for i, l := range c.times {
		part := interval{}
		part.mean, part.variance = c.d.over(l + extra)
		if lump {
			part = part.plus(c.step.mean, c.step.variance)
		}
		parts[i] = fit(part.mean, part.sd())
	}
	m, err := NewMixture(c.weights, parts)
	if err != nil {
		return fit(v.mean, v.sd())
	}
	return m
}

// shape finds the laws of lead time, protection interval and review period from
// paths, quantiles and measured lead times, with their moments.
func (c *calculation) shape() error {
	mixture := func(extra float64) (Distribution, interval, float64, error) {
		parts := make([]Distribution, len(c.times))
		inner := 0.0
		for i, l := range c.times {
			var err error
			if parts[i], err = c.d.law(l + extra); err != nil {
				return nil, interval{}, 0, err
			}
			_, sd := parts[i].Moments()
			inner += c.weights[i] * sd * sd
		}
		if len(parts) == 1 {
			mean, sd := parts[0].Moments()
			return parts[0], interval{mean, sd * sd}, 0, nil
		}
		m, err := NewMixture(c.weights, parts)
		if err != nil {
			return nil, interval{}, 0, err
		}
		mean, sd := m.Moments()
		return m, interval{mean, sd * sd}, math.Sqrt(max(0, sd*sd-inner)), nil
	}
	var err error
	if c.lawLead, c.lead, c.leadPart, err = mixture(0); err != nil {
		return err
	}
	c.lawProtection, c.protection, c.protectionPart = c.lawLead, c.lead, c.leadPart
	switch {
	case c.review > 0:
		if c.lawProtection, c.protection, c.protectionPart, err = mixture(c.review); err != nil {
			return err
		}
		r, err := c.d.law(c.review)
		if err != nil {
			return err
		}
		_, sd := r.Moments()
		c.step = interval{c.protection.mean - c.lead.mean, sd * sd}
	case c.p.LumpMean > 0:
		// One lump on top: the law of the sum is taken as moved by its mean.
		c.step = interval{c.p.LumpMean, c.p.LumpSD * c.p.LumpSD}
		c.protection = c.lead.plus(c.step.mean, c.step.variance)
		c.lawProtection = moved{c.lawLead, c.step.mean}
	}
	return nil
}

// moved is a law moved to the right.
type moved struct {
	d  Distribution
	by float64
}

func (m moved) Moments() (mean, sd float64) { mean, sd = m.d.Moments(); return mean + m.by, sd }
func (m moved) CDF(x float64) float64       { return m.d.CDF(x - m.by) }
func (m moved) Quantile(p float64) float64  { return m.d.Quantile(p) + m.by }
func (m moved) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	return m.d.Losses(x - m.by)
}
