package forecast

import "math"

// etsPoint is what a form runs from: first states, but for the seasonal ones, and
// parameters.
type etsPoint struct {
	l, b                    float64
	alpha, beta, gamma, phi float64
}

// etsSums is what the likelihood is made of. bad is set where a mean is not
// positive under a multiplicative error.
type etsSums struct {
	sse, logs float64
	bad       bool
}

// flush adds the logarithm of a product of means: one logarithm for many values,
// taken before the product leaves 1e-200..1e200.
func (a *etsSums) flush(prod float64) float64 {
	a.logs += math.Log(prod)
	return 1
}

const (
	muMin = 1e-100 // of a mean, in units of the largest observation
	muMax = 1e100
)

// The kernels run one form of trend and season over y and sum up its errors;
// relative says that they are those of a multiplicative error. s is the ring of
// seasonal states, the first period's first, and is changed. They are the
// recursion of [ETS] with the states in registers, a function for each pair of
// trend and season because a branch inside would cost more than the arithmetic.
// Additive and multiplicative errors share them: with the error d[t] = y[t]-mu[t]
// the states move alike.

// etsSumsN has a level alone.
func etsSumsN(y []float64, p *etsPoint, relative bool) (a etsSums) {
	l, alpha, prod := p.l, p.alpha, 1.0
	for _, v := range y {
		d := v - l
		if d != d {
			continue
		}
		if relative {
			mu := l
			if !(mu > muMin && mu < muMax) {
				a.bad = true
				return a
			}
			if prod *= mu; prod < 1e-100 || prod > 1e100 {
				prod = a.flush(prod)
			}
			e := d / mu
			a.sse += e * e
		} else {
			a.sse += d * d
		}
		l += alpha * d
	}
	a.flush(prod)
	return a
}

// etsSumsA has an additive trend and no season.
func etsSumsA(y []float64, p *etsPoint, relative bool) (a etsSums) {
	l, b, alpha, beta, phi, prod := p.l, p.b, p.alpha, p.beta, p.phi, 1.0
	for _, v := range y {
		b *= phi
		l += b
		d := v - l
		if d != d {
			continue
		}
		if relative {
			mu := l
			if !(mu > muMin && mu < muMax) {
				a.bad = true
				return a
			}
			if prod *= mu; prod < 1e-100 || prod > 1e100 {
				prod = a.flush(prod)
			}
			e := d / mu
			a.sse += e * e
		} else {
			a.sse += d * d
		}
		l += alpha * d
		b += beta * d
	}
	a.flush(prod)
	return a
}

// etsSumsSA has an additive season and no or an additive trend.
func etsSumsSA(y []float64, p *etsPoint, s []float64, relative bool) (a etsSums) {
	l, b, alpha, beta, gamma, phi, prod := p.l, p.b, p.alpha, p.beta, p.gamma, p.phi, 1.0
	j := 0
	for _, v := range y {
		if j >= len(s) {
			j = 0
		}
		b *= phi
		l += b
		mu := l + s[j]
		d := v - mu
		if d == d {
			if relative {
				if !(mu > muMin && mu < muMax) {
					a.bad = true
					return a
				}
				if prod *= mu; prod < 1e-100 || prod > 1e100 {
					prod = a.flush(prod)
				}
				e := d / mu
				a.sse += e * e
			} else {
				a.sse += d * d
			}
			l += alpha * d
			b += beta * d
			s[j] += gamma * d
		}
		j++
	}
	a.flush(prod)
	return a
}

// etsSumsSM has a multiplicative season and no or an additive trend.
func etsSumsSM(y []float64, p *etsPoint, s []float64, relative bool) (a etsSums) {
	l, b, alpha, beta, gamma, phi, prod := p.l, p.b, p.alpha, p.beta, p.gamma, p.phi, 1.0
	j := 0
	for _, v := range y {
		if j >= len(s) {
			j = 0
		}
		b *= phi
		l += b
		sj := s[j]
		mu := l * sj
		d := v - mu
		if d == d {
			if relative {
				if !(mu > muMin && mu < muMax) {
					a.bad = true
					return a
				}
				if prod *= mu; prod < 1e-100 || prod > 1e100 {
					prod = a.flush(prod)
				}
				e := d / mu
				a.sse += e * e
			} else {
				a.sse += d * d
			}
			u := d / sj
			s[j] = sj + gamma*d/l
			l += alpha * u
			b += beta * u
		}
		j++
	}
	a.flush(prod)
	return a
}

// etsSumsM has a multiplicative trend and any season.
func etsSumsM(y []float64, p *etsPoint, season Component, s []float64, relative bool) (a etsSums) {
	l, b, alpha, beta, gamma, phi, prod := p.l, p.b, p.alpha, p.beta, p.gamma, p.phi, 1.0
	j := 0
	for _, v := range y {
		if j >= len(s) {
			j = 0
		}
		if !(l > muMin && b > muMin) {
			a.bad = true
			return a
		}
		b = power(b, phi)
		old := l
		l *= b
		mu := l
		switch season {
		case Additive:
			mu += s[j]
		case Multiplicative:
			mu *= s[j]
		}
		d := v - mu
		if d == d {
			if relative {
				if !(mu > muMin && mu < muMax) {
					a.bad = true
					return a
				}
				if prod *= mu; prod < 1e-100 || prod > 1e100 {
					prod = a.flush(prod)
				}
				e := d / mu
				a.sse += e * e
			} else {
				a.sse += d * d
			}
			u := d
			switch season {
			case Additive:
				s[j] += gamma * d
			case Multiplicative:
				u = d / s[j]
				s[j] += gamma * d / l
			}
			l += alpha * u
			b += beta * u / old
		}
		j++
	}
	a.flush(prod)
	return a
}
