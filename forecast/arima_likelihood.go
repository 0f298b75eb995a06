package forecast

import "math"

// steadyGain is the relative change of the innovation variance below which the
// filter is taken to have reached its steady state.
const steadyGain = 1e-13

// armaFilter is the Kalman filter of an ARMA process in the recursions of
// Chandrasekhar type: Morf, Sidhu and Kailath (1974), Some new algorithms for
// recursive estimation in constant linear systems, IEEE Transactions on
// Automatic Control 19; for ARMA models Mélard (1984), Algorithm AS 197, Applied
// Statistics 33. Between one step and the next the covariance matrix of the
// state changes by a matrix of rank one, m*w*w', since it starts at its
// stationary value. Only w is carried along, never the matrix:
//
//	v    = y - a[0]                      innovation, of variance F
//	a    = T a + k v/F
//	F'   = F + m*w[0]²
//	k'   = k + m*w[0]*T w                k = T P Z'
//	w'   = T w - k'*w[0]/F'
//	m'   = m*(1 + m*w[0]²/F)
//
// T being the companion matrix, a step costs a few operations an element of the
// state, O(r) in place of O(r²), and is exact. Once F no longer moves over r
// steps the innovations follow from the sparse difference equation.
type armaFilter struct {
	a       []float64 // states, r+1 a column, the last 0
	k, w, c []float64
	f, m    float64

	u      []float64 // standardised innovations, one column after the other
	sumLog float64   // sum of log F
}

// start sets the filter to the first period of the process.
func (f *armaFilter) start(p *arma, columns int) bool {
	r := p.r
	f.a = grow(f.a, columns*(r+1))
	clear(f.a)
	f.k, f.w, f.c = grow(f.k, r), grow(f.w, r+1), grow(f.c, r+1)
	if !p.firstCovariance(f.c[:r]) {
		return false
	}
	f.c[r] = 0
	f.f = f.c[0]
	for i := range f.k {
		f.k[i] = p.phi[i]*f.c[0] + f.c[i+1]
	}
	copy(f.w, f.k)
	f.w[r] = 0
	f.m = -1 / f.f
	return f.f > 0 && !math.IsInf(f.f, 0)
}

// run filters columns of n values each, which lie one after the other in y, and
// leaves the standardised innovations v/sqrt(F) in u and the sum of log F in
// sumLog. With whole the states after the last value are exact, as a forecast
// needs them; without, the sparse equation takes over once it can. It returns
// false if the process is not stationary or the numbers run out.
func (f *armaFilter) run(p *arma, y []float64, n, columns int, whole bool) bool {
	f.u = grow(f.u, n*columns)
	if !f.start(p, columns) {
		return false
	}
	r := p.r
	product, sum := 1.0, 0.0
	calm, t := 0, 0
	inverse := 1 / f.f
	for ; t < n; t++ {
		if !whole && calm > r {
			break
		}
		v := f.f
		if !(v > 0.5) {
			return false // cannot be below one but by lost digits
		}
		product *= v
		if product > 1e200 || product < 1e-200 {
			sum += math.Log(product)
			product = 1
		}
		root := math.Sqrt(inverse)
		for c := 1; c < columns; c++ {
			a := f.a[c*(r+1) : (c+1)*(r+1)]
			e := y[c*n+t] - a[0]
			f.u[c*n+t] = e * root
			f.correct(p, a, e*inverse)
		}
		e := y[t] - f.a[0]
		f.u[t] = e * root
		var still bool
		if inverse, still = f.step(p, e*inverse, inverse); still {
			calm++
		} else {
			calm = 0
		}
	}
	if rest := n - t; rest > 0 {
		f.difference(p, y, n, columns, t)
		sum += float64(rest) * math.Log(f.f)
	}
	f.sumLog = sum + math.Log(product)
	return !math.IsNaN(f.sumLog) && !math.IsInf(f.sumLog, 0)
}

// correct moves one state to the next period: g is the innovation over its
// variance.
func (f *armaFilter) correct(p *arma, a []float64, g float64) {
	first := a[0]
	k := f.k
	phi := p.phi[:len(k)]
	next := a[1:][:len(k)]
	for i, ki := range k {
		a[i] = phi[i]*first + next[i] + ki*g
	}
}

// advance moves gain and variance to the next period and says whether the
// variance stood still.
func (f *armaFilter) advance(p *arma) bool {
	w0 := f.w[0]
	g := f.m * w0
	change := g * w0
	next := f.f + change
	ratio := w0 / next
	k := f.k
	phi := p.phi[:len(k)]
	w := f.w[:len(k)]
	shifted := f.w[1:][:len(k)]
	for i := range k {
		tw := phi[i]*w0 + shifted[i]
		ki := k[i] + g*tw
		k[i] = ki
		w[i] = tw - ki*ratio
	}
	f.m *= 1 + change/f.f
	f.f = next
	return math.Abs(change) <= steadyGain*next
}

// step is correct for the first column and advance in one pass. inverse is 1/F;
// that of the next period is returned.
func (f *armaFilter) step(p *arma, e, inverse float64) (next float64, still bool) {
	w0, first := f.w[0], f.a[0]
	g := f.m * w0
	change := g * w0
	f.m *= 1 + change*inverse
	f.f += change
	next = 1 / f.f
	ratio := w0 * next
	k, phi := f.k, p.phi[:p.p]
	n := len(k)
	a, w := f.a[:n], f.w[:n]
	aNext, wNext := f.a[1:][:n], f.w[1:][:n]
	for i, c := range phi {
		ki := k[i]
		tw := c*w0 + wNext[i]
		a[i] = c*first + aNext[i] + ki*e
		ki += g * tw
		k[i] = ki
		w[i] = tw - ki*ratio
	}
	// Past the autoregression the companion matrix only shifts.
	for i := len(phi); i < n; i++ {
		ki, tw := k[i], wNext[i]
		a[i] = aNext[i] + ki*e
		ki += g * tw
		k[i] = ki
		w[i] = tw - ki*ratio
	}
	return next, math.Abs(change) <= steadyGain*f.f
}

// difference continues the innovations from period t on, once gain and variance
// are steady: v[t] = y[t] - sum phi y[t-lag] - sum theta v[t-lag].
func (f *armaFilter) difference(p *arma, y []float64, n, columns, t int) {
	root := 1 / math.Sqrt(f.f)
	for c := range columns {
		yc, u := y[c*n:(c+1)*n], f.u[c*n:(c+1)*n]
		for s := t; s < n; s++ {
			e := yc[s]
			for i, lag := range p.arLag {
				e -= p.arCoef[i] * yc[s-lag]
			}
			e *= root
			for i, lag := range p.maLag {
				e -= p.maCoef[i] * u[s-lag]
			}
			u[s] = e
		}
	}
}

// conditional leaves in u the innovations that follow from the difference
// equation with innovations of zero before period p, and returns the number of
// periods that have one: the conditional least squares of Box and Jenkins (1976).
func (f *armaFilter) conditional(p *arma, y []float64, n, columns int) int {
	f.u = grow(f.u, n*columns)
	start := min(p.p, n)
	for c := range columns {
		yc, u := y[c*n:(c+1)*n], f.u[c*n:(c+1)*n]
		clear(u[:start])
		for s := start; s < n; s++ {
			e := yc[s]
			for i, lag := range p.arLag {
				e -= p.arCoef[i] * yc[s-lag]
			}
			for i, lag := range p.maLag {
				if lag > s-start {
					break
				}
				e -= p.maCoef[i] * u[s-lag]
			}
			u[s] = e
		}
	}
	return n - start
}

// gls regresses the first column of innovations on the others and returns the
// sum of squares that is left. beta gets the coefficients, chol is scratch of
// k*k, k = columns-1. logDet is the logarithm of the determinant of the normal
// equations of the first gaps columns: with it, the density in which these
// columns are pulses at missing values is that of the values observed, Gómez,
// Maravall and Peña (1999), Missing observations in ARIMA models, Journal of
// Econometrics 88. A column that depends on those before it gets zero.
func (f *armaFilter) gls(n, columns, gaps int, beta, chol []float64) (rss, logDet float64) {
	u := f.u
	y := u[:n]
	for _, v := range y {
		rss += v * v
	}
	k := columns - 1
	for j := range k {
		x := u[(j+1)*n : (j+2)*n]
		row := chol[j*k : j*k+j+1]
		for i := range j {
			s := dot(x, u[(i+1)*n:(i+2)*n])
			for l := range i {
				s -= row[l] * chol[i*k+l]
			}
			row[i] = 0
			if d := chol[i*k+i]; d > 0 {
				row[i] = s / d
			}
		}
		full := dot(x, x)
		d, b := full, dot(x, y)
		for l := range j {
			d -= row[l] * row[l]
			b -= row[l] * beta[l]
		}
		if d <= 1e-11*full || full == 0 {
			row[j], beta[j] = 0, 0
			continue
		}
		row[j] = math.Sqrt(d)
		beta[j] = b / row[j]
		rss -= beta[j] * beta[j]
		if j < gaps {
			logDet += math.Log(d)
		}
	}
	for j := k - 1; j >= 0; j-- {
		d := chol[j*k+j]
		if d == 0 {
			beta[j] = 0
			continue
		}
		b := beta[j]
		for l := j + 1; l < k; l++ {
			b -= chol[l*k+j] * beta[l]
		}
		beta[j] = b / d
	}
	return max(rss, 0), logDet
}

func dot(x, y []float64) float64 {
	s := 0.0
	y = y[:len(x)]
	for i, v := range x {
		s += v * y[i]
	}
	return s
}
