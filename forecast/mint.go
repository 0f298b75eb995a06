package forecast

import (
	"fmt"
	"math"
)

// Weighting is the error covariance W that reconciliation assumes.
type Weighting uint8

// The weightings. OLS takes errors of all nodes for alike; Structural takes
// those of a node for the sum of as many alike as it has series; Variance takes
// the mean squared residual of each node, nodes independent; Shrinkage the
// sample covariance of the residuals, shrunk towards its diagonal.
const (
	OLS Weighting = iota
	Structural
	Variance
	Shrinkage
)

// MinT is minimum trace reconciliation, Wickramasuriya, Athanasopoulos and
// Hyndman (2019), Optimal forecast reconciliation for hierarchical and grouped
// time series through trace minimization, Journal of the American Statistical
// Association 114, 804-819: of all coherent forecasts the one nearest to the
// base forecasts in the metric of their error covariance W,
//
//	y~ = S (S'W^-1 S)^-1 S'W^-1 y^  =  y^ - W C'(C W C')^-1 C y^
//
// unbiased where the base forecasts are (S P S = S). The second form has one
// unknown a sum, not one a bottom series: it is solved by a Cholesky factor up
// to some hundreds of sums and by conjugate gradients beyond, where W is a
// diagonal and, with Shrinkage, residuals times residuals, never written out.
type MinT struct {
	Weighting Weighting
	// Residuals hold one row of one-step errors a node, all of one length;
	// needed for Variance and Shrinkage.
	Residuals [][]float64
	// Lambda fixes the shrinkage towards the diagonal, 0 < Lambda <= 1. 0 means
	// the estimate of Schäfer and Strimmer (2005).
	Lambda float64
}

// Reconciler reconciles the forecasts of one hierarchy. It holds scratch: one
// serves one goroutine.
type Reconciler struct {
	Lambda float64 // shrinkage used

	h     *Hierarchy
	diag  []float64 // of W less the low rank part
	low   []float64 // node-major residuals, scaled: W = diag + low*low'
	rank  int
	chol  []float64 // lower factor of C W C', row-major, nil beyond denseSums
	jac   []float64 // diagonal of C diag C'
	cl    []float64 // C low, node-major
	z     []float64 // (C diag C')^-1 C low, made when first needed
	outer []float64 // lower factor of I + (C low)' z
	inner []float64 // lower factor of I + low' diag^-1 low

	v, w, gap, x []float64 // scratch
	res, dir, q  []float64
	tmp          []float64
	out          []float64
}

// denseSums is the most sums whose matrix is factored: 600 cost a tenth of a
// second once and 0.4 ms a vector.
const denseSums = 600

// Reconciler prepares the reconciliation of forecasts of h. It returns an error
// wrapping [ErrHierarchy].
func (m MinT) Reconciler(h *Hierarchy) (*Reconciler, error) {
	n := h.Nodes()
	r := &Reconciler{h: h, diag: make([]float64, n)}
	switch m.Weighting {
	case OLS:
		for i := range r.diag {
			r.diag[i] = 1
		}
	case Structural:
		for i := range r.diag {
			r.diag[i] = float64(len(h.Series(i)))
		}
	case Variance, Shrinkage:
		if err := r.estimate(m); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("forecast: %w: weighting %d", ErrHierarchy, m.Weighting)
	}
	r.v, r.w, r.gap, r.x = make([]float64, n), make([]float64, n), make([]float64, h.Upper), make([]float64, h.Upper)
	r.res, r.dir, r.q = make([]float64, n), make([]float64, n), make([]float64, n)
	r.tmp, r.out = make([]float64, r.rank), make([]float64, n)
	return r, r.prepare()
}

func (r *Reconciler) estimate(m MinT) error {
	n := r.h.Nodes()
	if len(m.Residuals) != n {
		return fmt.Errorf("forecast: %w: residuals of %d nodes for %d: give one row each", ErrHierarchy, len(m.Residuals), n)
	}
	t := len(m.Residuals[0])
	mean := 0.0
	for i, row := range m.Residuals {
		if len(row) != t || t == 0 {
			return fmt.Errorf("forecast: %w: residuals of node %d have %d periods, the first %d: give rows of one length above 0", ErrHierarchy, i, len(row), t)
		}
		ss := 0.0
		for _, e := range row {
			ss += e * e
		}
		if !(ss < math.MaxFloat64) {
			return fmt.Errorf("forecast: %w: residuals of node %d: give finite numbers of a size that can be squared", ErrHierarchy, i)
		}
		r.diag[i] = ss / float64(t)
		mean += r.diag[i] / float64(n)
	}
	if mean == 0 {
		mean = 1
	}
	for i := range r.diag {
		// A node without error is trusted, not divided by.
		r.diag[i] = max(r.diag[i], 1e-8*mean)
	}
	if m.Weighting == Variance {
		return nil
	}
	r.Lambda = m.Lambda
	if !(r.Lambda > 0) {
		r.Lambda = shrinkage(m.Residuals, r.diag)
	}
	// With nothing left of the diagonal W would be singular.
	r.Lambda = min(max(r.Lambda, 1e-3), 1)
	if r.Lambda == 1 {
		return nil
	}
	r.rank = t
	r.low = make([]float64, n*t)
	f := math.Sqrt((1 - r.Lambda) / float64(t))
	for i, row := range m.Residuals {
		for k, e := range row {
			r.low[i*t+k] = f * e
		}
		r.diag[i] *= r.Lambda
	}
	return nil
}

// shrinkage is the intensity of Schäfer and Strimmer (2005), A shrinkage
// approach to large-scale covariance matrix estimation, Statistical Applications
// in Genetics and Molecular Biology 4, for the correlations of all pairs,
//
//	lambda = sum Var(r[ij]) / sum r[ij]²,   i != j
//
// Sums over pairs of nodes are written as sums over pairs of periods, so that the
// matrix of all pairs is not needed.
func shrinkage(e [][]float64, variance []float64) float64 {
	n, t := len(e), len(e[0])
	if t < 2 {
		return 1
	}
	gram := make([]float64, t*t) // X X', X standardised, periods by nodes
	fourth := 0.0
	self := 0.0
	x := make([]float64, t)
	for i, row := range e {
		s := 1 / math.Sqrt(variance[i])
		own := 0.0
		for k, v := range row {
			x[k] = v * s
			own += x[k] * x[k]
			fourth += x[k] * x[k] * x[k] * x[k]
		}
		self += own * own
		for a, va := range x {
			if va == 0 {
				continue
			}
			g := gram[a*t : a*t+a+1]
			for b := range g {
				g[b] += va * x[b]
			}
		}
	}
	square, diagonal := 0.0, 0.0
	for a := range t {
		for b := range a {
			square += 2 * gram[a*t+b] * gram[a*t+b]
		}
		g := gram[a*t+a]
		square += g * g
		diagonal += g * g
	}
	f := float64(t)
	pairs := (square - self) / (f * f)  // sum of r² over i != j
	products := (diagonal - fourth) / f // sum of the means of x²x²
	variances := (products - pairs) / (f - 1)
	if n < 2 || pairs <= 0 {
		return 1
	}
	return min(max(variances/pairs, 0), 1)
}

// prepare builds what solves with C W C', and the inner matrix of W^-1.
func (r *Reconciler) prepare() error {
	h := r.h
	r.jac = make([]float64, h.Upper)
	cl := make([]float64, h.Upper*r.rank)
	r.cl = cl
	for u := range h.Upper {
		d := r.diag[u]
		row := cl[u*r.rank : (u+1)*r.rank]
		copy(row, r.low[u*r.rank:][:r.rank])
		for _, b := range h.Series(u) {
			i := h.Upper + int(b)
			d += r.diag[i]
			for k, v := range r.low[i*r.rank:][:r.rank] {
				row[k] -= v
			}
		}
		r.jac[u] = d
	}
	if h.Upper <= denseSums && h.Upper > 0 {
		n := h.Upper
		a := make([]float64, n*n)
		for u := range n {
			a[u*n+u] = r.diag[u]
		}
		for b := range h.Bottom {
			list := h.tRow[h.tOff[b]:h.tOff[b+1]]
			d := r.diag[h.Upper+b]
			for i, u := range list {
				for _, v := range list[:i+1] {
					a[int(u)*n+int(v)] += d
				}
			}
		}
		for u := range n {
			for v := range u + 1 {
				s := 0.0
				for k, x := range cl[u*r.rank : (u+1)*r.rank] {
					s += x * cl[v*r.rank+k]
				}
				a[u*n+v] += s
			}
		}
		if !cholesky(a, n) {
			return fmt.Errorf("forecast: %w: the error covariance is singular to rounding: use Variance or a larger Lambda", ErrHierarchy)
		}
		r.chol = a
	}
	if r.rank > 0 {
		t := r.rank
		a := make([]float64, t*t)
		for i, d := range r.diag {
			row := r.low[i*t : (i+1)*t]
			for k, v := range row {
				for l, w := range row[:k+1] {
					a[k*t+l] += v * w / d
				}
			}
		}
		for k := range t {
			a[k*t+k]++
		}
		if !cholesky(a, t) {
			return fmt.Errorf("forecast: %w: the error covariance is singular to rounding: use Variance or a larger Lambda", ErrHierarchy)
		}
		r.inner = a
	}
	return nil
}

// weigh writes W*v into dst.
func (r *Reconciler) weigh(dst, v []float64) {
	for i, d := range r.diag {
		dst[i] = d * v[i]
	}
	if r.rank == 0 {
		return
	}
	clear(r.tmp)
	for i, x := range v {
		for k, l := range r.low[i*r.rank : (i+1)*r.rank] {
			r.tmp[k] += l * x
		}
	}
	for i := range dst {
		s := 0.0
		for k, l := range r.low[i*r.rank : (i+1)*r.rank] {
			s += l * r.tmp[k]
		}
		dst[i] += s
	}
}

// unweigh writes W^-1*v into dst, by the identity of Woodbury.
func (r *Reconciler) unweigh(dst, v []float64) {
	for i, d := range r.diag {
		dst[i] = v[i] / d
	}
	if r.rank == 0 {
		return
	}
	clear(r.tmp)
	for i, x := range dst {
		for k, l := range r.low[i*r.rank : (i+1)*r.rank] {
			r.tmp[k] += l * x
		}
	}
	choleskySolve(r.inner, r.rank, r.tmp)
	for i, d := range r.diag {
		s := 0.0
		for k, l := range r.low[i*r.rank : (i+1)*r.rank] {
			s += l * r.tmp[k]
		}
		dst[i] -= s / d
	}
}

// Reconcile writes the reconciled forecasts of base into dst; both are vectors
// of the hierarchy and may be the same. Bottom forecasts may come out negative:
// see [Reconciler.NonNegative].
func (r *Reconciler) Reconcile(dst, base []float64) error {
	if err := r.h.fits("base forecast", base); err != nil {
		return err
	}
	r.h.gaps(r.gap, base)
	r.solve(r.x, r.gap)
	r.h.spreadGaps(r.v, r.x)
	r.weigh(r.w, r.v)
	for i := r.h.Upper; i < len(base); i++ {
		dst[i] = base[i] - r.w[i]
	}
	r.h.Sum(dst)
	return nil
}

// Variances writes the variances of the errors of the reconciled forecasts into
// dst, one a node: the diagonal of W - W C'(C W C')^-1 C W, for W as given, that
// is of one-step errors and, with OLS and Structural, in units of W.
func (r *Reconciler) Variances(dst []float64) {
	n := r.h.Nodes()
	for i := range n {
		clear(r.v)
		r.v[i] = 1
		r.weigh(r.w, r.v)
		own := r.w[i]
		r.h.gaps(r.gap, r.w)
		r.solve(r.x, r.gap)
		for u, g := range r.gap {
			own -= g * r.x[u]
		}
		dst[i] = max(0, own)
	}
}

// solve finds x with C W C' x = b. Beyond denseSums the low rank part is taken in
// by the identity of Woodbury: with G = C diag C' and Q = C low,
//
//	(G + Q Q')^-1 b = G^-1 b - Z (I + Q'Z)^-1 Q' G^-1 b,   Z = G^-1 Q
//
// so that conjugate gradients run on G alone, which a few steps solve.
func (r *Reconciler) solve(x, b []float64) {
	n, t := r.h.Upper, r.rank
	if r.chol != nil {
		copy(x, b)
		choleskySolve(r.chol, n, x)
		return
	}
	r.solveDiagonal(x, b)
	if t == 0 {
		return
	}
	if r.z == nil {
		r.capacitance()
	}
	clear(r.tmp)
	for u, v := range x {
		for k, q := range r.cl[u*t : (u+1)*t] {
			r.tmp[k] += q * v
		}
	}
	choleskySolve(r.outer, t, r.tmp)
	for u := range x {
		s := 0.0
		for k, z := range r.z[u*t : (u+1)*t] {
			s += z * r.tmp[k]
		}
		x[u] -= s
	}
}

// capacitance prepares Z and the factor of I + Q'Z.
func (r *Reconciler) capacitance() {
	n, t := r.h.Upper, r.rank
	r.z = make([]float64, n*t)
	col, sol := make([]float64, n), make([]float64, n)
	for k := range t {
		for u := range col {
			col[u] = r.cl[u*t+k]
		}
		r.solveDiagonal(sol, col)
		for u, v := range sol {
			r.z[u*t+k] = v
		}
	}
	a := make([]float64, t*t)
	for u := range n {
		z := r.z[u*t : (u+1)*t]
		for k, q := range r.cl[u*t : (u+1)*t] {
			for l := range k + 1 {
				a[k*t+l] += q * z[l]
			}
		}
	}
	for k := range t {
		a[k*t+k]++
	}
	// The identity added to what is positive semidefinite up to rounding: a
	// pivot is at least about one.
	cholesky(a, t)
	r.outer = a
}

func (r *Reconciler) solveDiagonal(x, b []float64) {
	n := r.h.Upper
	conjugate(x, b, r.jac, r.res[:n], r.dir[:n], r.q[:n], func(dst, v []float64) {
		r.h.spreadGaps(r.v, v)
		for i, d := range r.diag {
			r.v[i] *= d
		}
		r.h.gaps(dst, r.v)
	})
}

// conjugate solves A*x = b by conjugate gradients with the diagonal of A as
// preconditioner, Golub and Van Loan (2013), Matrix Computations, algorithm
// 11.5.1, from x = 0 to a residual of 1e-13 of b or as far as rounding allows.
func conjugate(x, b, diag, res, dir, q []float64, apply func(dst, v []float64)) {
	clear(x)
	copy(res, b)
	bb, rz := 0.0, 0.0
	for i, v := range res {
		dir[i] = v / diag[i]
		rz += v * dir[i]
		bb += v * v / diag[i]
	}
	limit := 1e-26 * bb
	for range 10*len(x) + 50 {
		if !(rz > limit) {
			return
		}
		apply(q, dir)
		dq := 0.0
		for i, d := range dir {
			dq += d * q[i]
		}
		if !(dq > 0) {
			return
		}
		alpha := rz / dq
		next := 0.0
		for i, d := range dir {
			x[i] += alpha * d
			res[i] -= alpha * q[i]
			next += res[i] * res[i] / diag[i]
		}
		beta := next / rz
		rz = next
		for i, v := range res {
			dir[i] = v/diag[i] + beta*dir[i]
		}
	}
}

// cholesky replaces the lower triangle of the n by n matrix a by its factor.
func cholesky(a []float64, n int) bool {
	for i := range n {
		ai := a[i*n : i*n+i+1]
		for j := range i + 1 {
			aj := a[j*n : j*n+j+1]
			s := ai[j]
			for k, v := range aj[:j] {
				s -= ai[k] * v
			}
			if i > j {
				ai[j] = s / aj[j]
			} else if s > 0 {
				ai[i] = math.Sqrt(s)
			} else {
				return false
			}
		}
	}
	return true
}

// choleskySolve replaces b by the solution of L L' x = b.
func choleskySolve(l []float64, n int, b []float64) {
	for i := range n {
		row := l[i*n : i*n+i+1]
		s := b[i]
		for k, v := range row[:i] {
			s -= v * b[k]
		}
		b[i] = s / row[i]
	}
	for i := n - 1; i >= 0; i-- {
		row := l[i*n : i*n+i+1]
		x := b[i] / row[i]
		b[i] = x
		for k, v := range row[:i] {
			b[k] -= v * x
		}
	}
}
