package forecast

// simplexDim is the number of parameters of the largest model searched
// (alpha, beta and phi of the damped trend).
const simplexDim = 3

type point [simplexDim]float64

// nelderMead minimises f over the unit cube by the simplex method of Nelder
// and Mead (1965), A simplex method for function minimization, with their
// coefficients: reflection 1, expansion 2, contraction 1/2, shrinkage 1/2.
// Points outside of the cube are moved to its surface before they are tried.
//
// start holds the first corner, step the edge of the first simplex along every
// axis. The search ends after maxEvals evaluations or when the values at the
// corners agree to a relative tol. It returns the best point and its value. f
// must not return NaN.
func nelderMead(f func(point) float64, start point, step float64, maxEvals int, tol float64) (point, float64) {
	const corners = simplexDim + 1
	var p [corners]point
	var v [corners]float64
	for i := range p {
		p[i] = start
		if i > 0 {
			// Step inwards where the corner sits at the far wall.
			if d := i - 1; p[i][d]+step <= 1 {
				p[i][d] += step
			} else {
				p[i][d] -= step
			}
			p[i] = intoCube(p[i])
		}
		v[i] = f(p[i])
	}
	evals := corners
	for {
		// Insertion sort: four corners, nearly in order; stable, so that
		// equal values keep the order in which they were found.
		for i := 1; i < corners; i++ {
			for j := i; j > 0 && v[j] < v[j-1]; j-- {
				p[j], p[j-1] = p[j-1], p[j]
				v[j], v[j-1] = v[j-1], v[j]
			}
		}
		worst := corners - 1
		if evals >= maxEvals || v[worst]-v[0] <= tol*v[0] {
			return p[0], v[0]
		}
		var centre point
		for i := range worst {
			for d := range centre {
				centre[d] += p[i][d] / simplexDim
			}
		}
		try := func(coef float64) (point, float64) {
			var q point
			for d := range q {
				q[d] = centre[d] + coef*(p[worst][d]-centre[d])
			}
			q = intoCube(q)
			return q, f(q)
		}
		reflected, vr := try(-1)
		evals++
		switch {
		case vr < v[0]:
			expanded, ve := try(-2)
			evals++
			if ve < vr {
				p[worst], v[worst] = expanded, ve
			} else {
				p[worst], v[worst] = reflected, vr
			}
			continue
		case vr < v[worst-1]:
			p[worst], v[worst] = reflected, vr
			continue
		case vr < v[worst]:
			p[worst], v[worst] = reflected, vr
		}
		contracted, vc := try(0.5)
		evals++
		if vc < v[worst] {
			p[worst], v[worst] = contracted, vc
			continue
		}
		for i := 1; i < corners; i++ {
			for d := range p[i] {
				p[i][d] = p[0][d] + (p[i][d]-p[0][d])/2
			}
			v[i] = f(p[i])
			evals++
		}
	}
}

func intoCube(p point) point {
	for d := range p {
		p[d] = min(max(p[d], 0), 1)
	}
	return p
}
