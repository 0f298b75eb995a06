package forecast

import "math"

// bfgs minimises a smooth function by the method of Broyden, Fletcher, Goldfarb
// and Shanno: Nocedal and Wright (2006), Numerical optimization, algorithm 6.1,
// with backtracking and gradients by differences. Its slices are kept from search
// to search, so that nothing is allocated.
type bfgs struct {
	g, gNew, dir, xNew, s, y, hy []float64
	h                            []float64 // inverse of the second derivatives
	evals                        int
}

// Smallest and largest steps of a search.
const (
	differenceStep = 1e-5
	longestStep    = 2.0
)

// minimise moves x to a minimum of f and returns its value. The search ends when
// an iteration gains less than tol twice in a row, or after maxEvals
// evaluations. f may return +Inf where it is not defined, not NaN; unit is the
// rough size of its second derivatives. f(x) is start.
func (b *bfgs) minimise(f func([]float64) float64, x []float64, start, unit, tol float64, maxEvals int) float64 {
	n := len(x)
	b.evals = 0
	if n == 0 || math.IsInf(start, 1) {
		return start
	}
	b.g, b.gNew, b.dir, b.xNew = grow(b.g, n), grow(b.gNew, n), grow(b.dir, n), grow(b.xNew, n)
	b.s, b.y, b.hy, b.h = grow(b.s, n), grow(b.y, n), grow(b.hy, n), grow(b.h, n*n)
	v := start
	b.gradient(f, x, v, b.g)
	b.reset(n, 1/unit)
	fresh, small := true, 0
	for b.evals < maxEvals {
		slope, long := 0.0, 0.0
		for i := range n {
			d := 0.0
			for j := range n {
				d -= b.h[i*n+j] * b.g[j]
			}
			b.dir[i] = d
			slope += d * b.g[i]
			long = max(long, math.Abs(d))
		}
		if !fresh && -slope < tol {
			return v // the parabola has half of this left
		}
		if !(slope < 0) {
			if fresh {
				return v
			}
			b.reset(n, 1/unit)
			fresh = true
			continue
		}
		step := 1.0
		if long > longestStep {
			step = longestStep / long
		}
		better := false
		vNew := v
		for range 14 {
			for i := range n {
				b.xNew[i] = x[i] + step*b.dir[i]
			}
			vNew = f(b.xNew)
			b.evals++
			if vNew <= v+1e-4*step*slope {
				better = true
				break
			}
			// The minimum of the parabola through what is known, within
			// reason.
			shrink := 0.1
			if !math.IsInf(vNew, 1) {
				shrink = -slope * step / (2 * (vNew - v - slope*step))
				shrink = min(max(shrink, 0.1), 0.5)
			}
			step *= shrink
		}
		if !better {
			if fresh || -slope < tol {
				return v
			}
			b.reset(n, 1/unit)
			fresh = true
			continue
		}
		gain := v - vNew
		b.gradient(f, b.xNew, vNew, b.gNew)
		sy, yy := 0.0, 0.0
		for i := range n {
			b.s[i] = b.xNew[i] - x[i]
			b.y[i] = b.gNew[i] - b.g[i]
			sy += b.s[i] * b.y[i]
			yy += b.y[i] * b.y[i]
		}
		copy(x, b.xNew)
		copy(b.g, b.gNew)
		v = vNew
		if gain < tol {
			if small++; small == 2 {
				return v
			}
		} else {
			small = 0
		}
		if sy > 1e-12*yy/unit {
			if fresh {
				b.reset(n, sy/yy)
			}
			b.update(n, sy)
			fresh = false
		}
	}
	return v
}

func (b *bfgs) reset(n int, d float64) {
	clear(b.h)
	for i := range n {
		b.h[i*n+i] = d
	}
}

// update is equation 6.17 of Nocedal and Wright.
func (b *bfgs) update(n int, sy float64) {
	yhy := 0.0
	for i := range n {
		v := 0.0
		for j := range n {
			v += b.h[i*n+j] * b.y[j]
		}
		b.hy[i] = v
		yhy += v * b.y[i]
	}
	scale := (1 + yhy/sy) / sy
	for i := range n {
		for j := range n {
			b.h[i*n+j] += scale*b.s[i]*b.s[j] - (b.hy[i]*b.s[j]+b.s[i]*b.hy[j])/sy
		}
	}
}

// gradient takes forward differences, or backward ones where the function ends.
func (b *bfgs) gradient(f func([]float64) float64, x []float64, v float64, g []float64) {
	for i, xi := range x {
		h := differenceStep * max(1, math.Abs(xi))
		x[i] = xi + h
		d := f(x)
		b.evals++
		if math.IsInf(d, 1) {
			x[i] = xi - h
			d = f(x)
			b.evals++
			h = -h
		}
		x[i] = xi
		g[i] = 0
		if !math.IsInf(d, 1) {
			g[i] = (d - v) / h
		}
	}
}
