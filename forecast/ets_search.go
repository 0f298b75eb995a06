package forecast

import "math"

// etsSearch looks for the states and parameters of one form with the greatest
// likelihood. The estimated values are x, in the order of etsJacobian: states as
// they are, then alpha and phi as they are, beta as its place between smoothMin
// and alpha, gamma as its place between smoothMin and 1-alpha, which turns the
// bounds of Hyndman et al. (2008) into a box.
//
// Maximising the likelihood is a problem of least squares in every form. Under
// additive errors r[t] = d[t]. Under multiplicative ones
//
//	n*log(sum e²) + 2*sum log mu = n*log(sum r²),   r[t] = e[t]*G,
//
// with G the geometric mean of the mu[t]. So the method is that of Levenberg
// (1944) and Marquardt (1963), the normal matrix from exact derivatives, with
// values at a bound held there (Kanzow, Yamashita and Fukushima 2004). The errors
// of most forms are linear or nearly so in the first states, which one step then
// solves for.
type etsSearch struct {
	y        []float64 // scaled so that the largest is about 1
	observed int
	season   int
	form     ETSForm
	k        int // values estimated
	states   int // of them, states

	jac      etsJacobian
	ring     []float64
	best     []float64 // x of the best so far
	try      []float64
	lo, hi   []float64
	h        []float64 // Gauss-Newton matrix, k x k
	g, dx    []float64
	free     []int
	fixed    []bool
	chol     []float64
	rhs      []float64
	poly     []float64
	promised float64 // decrease of the value that the last step tried was to bring
}

// sseFloor is the least squared error, in units of the largest observation, that is
// one: below it the fit is exact and the rest is rounding.
const sseFloor = 1e-26

// begin prepares for one form.
func (s *etsSearch) begin(form ETSForm) {
	m := s.season
	s.form = form
	s.states = form.states(m)
	s.k = s.states + form.smoothing()
	k := s.k
	s.best, s.try = grow(s.best, k), grow(s.try, k)
	s.lo, s.hi = grow(s.lo, k), grow(s.hi, k)
	s.h, s.chol = grow(s.h, k*k), grow(s.chol, k*k)
	s.g, s.dx, s.rhs = grow(s.g, k), grow(s.dx, k), grow(s.rhs, k)
	s.free, s.fixed = grow(s.free, k), grow(s.fixed, k)
	if form.Season != None {
		s.ring = grow(s.ring, m)
		s.poly = grow(s.poly, 2*(m+2))
	} else {
		s.ring = s.ring[:0]
	}
	for i := range s.lo {
		s.lo[i], s.hi[i] = math.Inf(-1), math.Inf(1)
	}
	at := 1
	if form.Trend == Multiplicative {
		s.lo[0], s.lo[1] = 1e-9, 1e-3
	}
	if form.Trend != None {
		at = 2
	}
	if form.Season == Multiplicative {
		for i := range m - 1 {
			s.lo[at+i] = 1e-6
		}
	}
	at = s.states
	s.lo[at], s.hi[at] = smoothMin, smoothMax
	for at++; at < k; at++ {
		s.lo[at], s.hi[at] = 0, 1
	}
	if form.Damped {
		s.lo[k-1], s.hi[k-1] = dampMin, dampMax
	}
}

// unpack reads x into a point and the ring.
func (s *etsSearch) unpack(x []float64) etsPoint {
	p := etsPoint{l: x[0], phi: 1}
	at := 1
	if s.form.Trend != None {
		p.b = x[1]
		at = 2
	}
	if m := s.season; s.form.Season != None {
		rest := 0.0
		if s.form.Season == Multiplicative {
			rest = float64(m)
		}
		for i := range m - 1 {
			v := x[at+i]
			s.ring[i] = v
			rest -= v
		}
		s.ring[m-1] = rest
	}
	at = s.states
	p.alpha = x[at]
	at++
	if s.form.Trend != None {
		p.beta = smoothMin + x[at]*(p.alpha-smoothMin)
		at++
	}
	if s.form.Season != None {
		p.gamma = smoothMin + x[at]*(1-p.alpha-smoothMin)
		at++
	}
	if s.form.Damped {
		p.phi = x[at]
	}
	return p
}

// parameters puts alpha, the places of beta and gamma, and phi into x.
func (s *etsSearch) parameters(x []float64, try *[4]float64) {
	at := s.states
	x[at] = try[0]
	at++
	if s.form.Trend != None {
		x[at] = try[1]
		at++
	}
	if s.form.Season != None {
		x[at] = try[2]
		at++
	}
	if s.form.Damped {
		x[at] = try[3]
	}
}

// value is -2*LogLik at x, +Inf where x is not allowed.
func (s *etsSearch) value(x []float64) float64 {
	p := s.unpack(x)
	if s.form.Season == Multiplicative && !(s.ring[s.season-1] > 0) {
		return math.Inf(1)
	}
	if s.form.Season != None && s.form.Trend != None && !s.stable(&p) {
		return math.Inf(1)
	}
	return s.deviance(&p)
}

func (s *etsSearch) deviance(p *etsPoint) float64 {
	relative := s.form.Error == Multiplicative
	var a etsSums
	switch {
	case s.form.Trend == Multiplicative:
		a = etsSumsM(s.y, p, s.form.Season, s.ring, relative)
	case s.form.Season == Additive:
		a = etsSumsSA(s.y, p, s.ring, relative)
	case s.form.Season == Multiplicative:
		a = etsSumsSM(s.y, p, s.ring, relative)
	case s.form.Trend == Additive:
		a = etsSumsA(s.y, p, relative)
	default:
		a = etsSumsN(s.y, p, relative)
	}
	v := float64(s.observed)*math.Log(max(a.sse, sseFloor*float64(s.observed))) + 2*a.logs
	if a.bad || math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}

// stable says whether the weights of past observations fade: whether the roots
// of the characteristic polynomial of the discount matrix (Hyndman et al. 2008,
// 10.1) lie within the unit circle,
//
//	z^(m+1) + (a+b-phi) z^m + (a+b-a*phi) (z^(m-1) + ... + z²)
//	        + (a+b-a*phi+c-1) z + phi (1-a-c),   a, b, c = alpha, beta, gamma.
//
// It is the recursion of Schur and Cohn: every reflection coefficient is under
// one. Forms without season or without trend are stable in the whole box.
func (s *etsSearch) stable(p *etsPoint) bool {
	m := s.season
	a, b := s.poly[:m+2], s.poly[m+2:2*(m+2)]
	mid := p.alpha + p.beta - p.alpha*p.phi
	a[0] = 1
	a[1] = p.alpha + p.beta - p.phi
	for i := 2; i < m; i++ {
		a[i] = mid
	}
	a[m] = mid + p.gamma - 1
	a[m+1] = p.phi * (1 - p.alpha - p.gamma)
	for n := m + 1; n > 0; n-- {
		r := a[n]
		if !(math.Abs(r) < 1) {
			return false
		}
		c := 1 / (1 - r*r)
		for i := 0; i < n; i++ {
			b[i] = (a[i] - r*a[n-i]) * c
		}
		a, b = b, a
	}
	return true
}

// derive leaves gradient and Gauss-Newton matrix of half the sum of squares at x
// in g and h, and returns the sum of squares. All three are in units of G².
func (s *etsSearch) derive(x []float64) (sse float64) {
	p := s.unpack(x)
	k := s.k
	s.jac.reset(k, s.season, s.form.Trend != None, s.form.Season != None)
	s.jac.derive(s.y, &p, s.form, s.ring)
	w, a := s.jac.width, s.jac.normal
	sse = max(a[k*w+k], sseFloor*float64(s.observed))
	if s.form.Error == Additive {
		for i := range k {
			s.g[i] = -a[i*w+k]
			copy(s.h[i*k+i:i*k+k], a[i*w+i:i*w+k])
		}
	} else {
		n := float64(s.observed)
		for i := range k {
			ci, zi := a[i*w+k], a[i*w+k+1]/n
			s.g[i] = -ci + sse*zi
			for c := i; c < k; c++ {
				cc, zc := a[c*w+k], a[c*w+k+1]/n
				s.h[i*k+c] = a[i*w+c] - ci*zc - zi*cc + sse*zi*zc
			}
		}
	}
	for i := range k {
		for c := range i {
			s.h[i*k+c] = s.h[c*k+i]
		}
	}
	return sse
}

// step leaves the damped Gauss-Newton step from x, within the box, in dx, and
// returns the decrease of the sum of squares that the quadratic model promises.
// If frozen only states move.
func (s *etsSearch) step(x []float64, lambda float64, frozen bool) float64 {
	k := s.k
	for i := range k {
		s.dx[i] = 0
		s.fixed[i] = x[i] <= s.lo[i] && s.g[i] > 0 || x[i] >= s.hi[i] && s.g[i] < 0 ||
			frozen && i >= s.states
	}
	for {
		s.free = s.free[:0]
		for i := range k {
			if !s.fixed[i] {
				s.free = append(s.free, i)
			}
		}
		s.solve(lambda)
		inside := true
		for _, i := range s.free {
			to := x[i] + s.dx[i]
			if to < s.lo[i] {
				s.dx[i], s.fixed[i], inside = s.lo[i]-x[i], true, false
			} else if to > s.hi[i] {
				s.dx[i], s.fixed[i], inside = s.hi[i]-x[i], true, false
			}
		}
		if inside {
			break
		}
	}
	promise := 0.0
	for i := range k {
		row := s.h[i*k : (i+1)*k]
		hd := 0.0
		for c, v := range row {
			hd += v * s.dx[c]
		}
		promise -= s.dx[i] * (2*s.g[i] + hd)
	}
	return promise
}

// solve solves for the free part of dx by Cholesky decomposition, the rest held.
// A value that cannot be told from those before it does not move.
func (s *etsSearch) solve(lambda float64) {
	k, n := s.k, len(s.free)
	for a, i := range s.free {
		r := -s.g[i]
		hi := s.h[i*k : (i+1)*k]
		for c, fixed := range s.fixed {
			if fixed {
				r -= hi[c] * s.dx[c]
			}
		}
		s.rhs[a] = r
	}
	for a, i := range s.free {
		hi := s.h[i*k : (i+1)*k]
		la := s.chol[a*n : a*n+a+1]
		for b := range a {
			lb := s.chol[b*n : b*n+b+1]
			v := hi[s.free[b]]
			for c := range b {
				v -= la[c] * lb[c]
			}
			la[b] = v * lb[b]
		}
		diag := hi[i]
		v := diag * (1 + lambda)
		for c := range a {
			v -= la[c] * la[c]
		}
		if v > 1e-13*diag {
			la[a] = 1 / math.Sqrt(v) // kept inverted
		} else {
			la[a] = 0
		}
		r := s.rhs[a]
		for c := range a {
			r -= la[c] * s.rhs[c]
		}
		s.rhs[a] = r * la[a]
	}
	for a := n - 1; a >= 0; a-- {
		v := s.rhs[a]
		for b := a + 1; b < n; b++ {
			v -= s.chol[b*n+a] * s.rhs[b]
		}
		v *= s.chol[a*n+a]
		s.rhs[a] = v
		s.dx[s.free[a]] = v
	}
}

// descend improves x, whose value is v, until a step promises less than tol of
// -2*LogLik, and returns the value reached.
func (s *etsSearch) descend(x []float64, v float64, steps int, tol float64, frozen bool) float64 {
	lambda := 1e-3
	if frozen {
		lambda = 0
	}
	n := float64(s.observed)
	for range steps {
		sse := s.derive(x)
		moved := false
		for range 12 {
			promise := s.step(x, lambda, frozen) / sse
			if !(promise > 0) {
				s.promised = 0
				return v
			}
			gain := math.Inf(1)
			if promise < 1 {
				gain = -n * math.Log1p(-promise)
			}
			s.promised = gain
			if gain < tol && lambda < 1 {
				return v
			}
			for i := range x {
				s.try[i] = min(max(x[i]+s.dx[i], s.lo[i]), s.hi[i])
			}
			w := s.value(s.try)
			if w < v {
				got := (v - w) / gain
				copy(x, s.try)
				v, moved = w, true
				switch {
				case got > 0.75:
					lambda /= 10
				case got < 0.25:
					lambda *= 4
				}
				break
			}
			lambda = max(lambda*8, 1e-3)
		}
		if !moved {
			return v
		}
	}
	return v
}
