package forecast

import "math"

// Lattice is the distribution of a demand that comes in whole units:
//
//	P[k] = Pr(demand = k*Unit),   k = 0..len(P)-1
//
// The zero value is no demand for certain.
type Lattice struct {
	Unit float64
	P    []float64
}

// Mean returns the expected demand.
func (l Lattice) Mean() float64 {
	sum, mass := 0.0, 0.0
	for k, p := range l.P {
		sum += p * float64(k)
		mass += p
	}
	return l.Unit * ratioOr(sum, mass, 0)
}

// Variance returns the variance of the demand.
func (l Lattice) Variance() float64 {
	mean, ss, mass := 0.0, 0.0, 0.0
	for k, p := range l.P {
		mean += p * float64(k)
		ss += p * float64(k) * float64(k)
		mass += p
	}
	if mass <= 0 {
		return 0
	}
	mean /= mass
	return max(0, ss/mass-mean*mean) * l.Unit * l.Unit
}

// Quantile returns the least demand x with Pr(demand <= x) >= p, the one-sided
// service quantile. p outside (0, 1) is moved to its edge.
func (l Lattice) Quantile(p float64) float64 {
	mass := 0.0
	for _, q := range l.P {
		mass += q
	}
	// What rounding leaves out of a sum of probabilities must not lift the
	// quantile by a unit.
	want := min(max(p, 0), 1)*mass - 1e-12
	sum := 0.0
	for k, q := range l.P {
		if sum += q; sum >= want && sum > 0 {
			return float64(k) * l.Unit
		}
	}
	return float64(max(0, len(l.P)-1)) * l.Unit
}

// CDF returns Pr(demand <= x).
func (l Lattice) CDF(x float64) float64 {
	if len(l.P) == 0 || l.Unit <= 0 {
		if x >= 0 {
			return 1
		}
		return 0
	}
	sum := 0.0
	for k, q := range l.P {
		if float64(k)*l.Unit > x {
			break
		}
		sum += q
	}
	return min(1, sum)
}

const (
	// maxUnits is the most units that the largest demand of a series is cut
	// into: wider ones are put on a coarser lattice.
	maxUnits = 128
	// maxLattice is the longest distribution written out; wider ones are the
	// gamma of the same mean and variance, which many units approach.
	maxLattice = 2048
	// maxConvolutions is the most periods whose sum is written out.
	maxConvolutions = 400
	// packDemands is the number of demands from which a common divisor of
	// whole numbers is taken for a pack size and not for chance.
	packDemands = 6
)

// latticeUnit returns the unit in which the values above zero of y are counted:
// 1 for whole numbers, their pack size where enough of them share one, the
// common divisor of what is sold by the fraction, and 1/128 of the largest
// value where there is none.
func latticeUnit(y []float64) float64 {
	unit, big, demands, whole := 0.0, 0.0, 0, true
	for _, v := range y {
		if v <= 0 {
			continue
		}
		demands++
		big = max(big, v)
		if v != math.Floor(v) {
			whole = false
		}
	}
	if demands == 0 {
		return 1
	}
	least := big / maxUnits
	for _, v := range y {
		if v <= 0 {
			continue
		}
		if unit = commonDivisor(v, unit, least*1e-3); unit < least {
			break
		}
	}
	if whole && demands < packDemands && unit >= 1 {
		unit = 1
	}
	if unit < least {
		return least
	}
	return unit
}

// commonDivisor is Euclid's algorithm on numbers that carry rounding errors.
func commonDivisor(a, b, tol float64) float64 {
	for b > tol {
		r := math.Mod(a, b)
		if b-r < tol {
			r = 0
		}
		a, b = b, r
	}
	return a
}

// negBin appends to dst the negative binomial probabilities of 0, 1, 2, ... with
// the given mean and variance-to-mean ratio, up to a tail of 1e-10 or the limit
// of entries. A ratio of 1 or less is the Poisson distribution. With r =
// mean/(vmr-1) and q = 1-1/vmr,
//
//	P[0] = vmr^-r,   P[x+1] = P[x] * q*(r+x)/(x+1)
//
// Johnson, Kemp and Kotz (2005), Univariate Discrete Distributions, section 5.1.
// Two such variables of one ratio add up to another: their means add.
func negBin(dst []float64, mean, vmr float64, limit int) []float64 {
	vmr = max(1, vmr)
	return negBinFrom(dst, math.Exp(-mean*logRatio(vmr)), mean, vmr, limit)
}

// negBinFrom is negBin whose probability of zero is known to be p.
func negBinFrom(dst []float64, p, mean, vmr float64, limit int) []float64 {
	q := 1 - 1/vmr
	sum := 0.0
	for x := 0; x < limit; x++ {
		dst = append(dst, p)
		sum += p
		if float64(x) > mean && 1-sum < 1e-10 {
			break
		}
		p *= (mean/vmr + float64(x)*q) / float64(x+1)
		if p == 0 && float64(x) > mean {
			break
		}
	}
	return dst
}

// logRatio is log(v)/(v-1), 1 at v = 1.
func logRatio(v float64) float64 {
	if v-1 < 1e-8 {
		return 1
	}
	return math.Log(v) / (v - 1)
}

// negBinLog is the logarithm of the probability of x under [negBin] without the
// factor 1/x!, which no parameter changes; lr is logRatio(vmr).
func negBinLog(x, mean, vmr, lr float64) float64 {
	if x == 0 {
		return -mean * lr
	}
	// x need not be whole on a coarse lattice: its whole part counts.
	a, q := mean/vmr, 1-1/vmr
	log, prod := 0.0, 1.0
	for k := 0.0; k < x; k++ {
		prod *= a + k*q
		if prod > 1e200 || prod < 1e-200 {
			log += math.Log(prod)
			prod = 1
		}
	}
	return log + math.Log(prod) - mean*lr
}

// convolve writes the distribution of the sum of independent a and b into dst
// and returns it, cut after limit entries.
func convolve(dst, a, b []float64, limit int) []float64 {
	n := min(limit, len(a)+len(b)-1)
	dst = grow(dst, max(0, n))
	clear(dst)
	i := 0
	// Four rows at a time, so that a sum is loaded and stored once for four
	// products.
	for ; i+4 <= len(a) && i+3+len(b) <= n; i += 4 {
		p0, p1, p2, p3 := a[i], a[i+1], a[i+2], a[i+3]
		row := dst[i : i+3+len(b)]
		b0, b1, b2 := 0.0, 0.0, 0.0
		for j, v := range b {
			row[j] += p0*v + p1*b0 + p2*b1 + p3*b2
			b0, b1, b2 = v, b0, b1
		}
		k := len(b)
		row[k] += p1*b0 + p2*b1 + p3*b2
		row[k+1] += p2*b0 + p3*b1
		row[k+2] += p3 * b0
	}
	for ; i < len(a) && i < n; i++ {
		p := a[i]
		row := dst[i:min(n, i+len(b))]
		for j := range row {
			row[j] += p * b[j]
		}
	}
	return dst
}

// trimTail cuts what a distribution has above its 1-eps quantile.
func trimTail(p []float64, eps float64) []float64 {
	tail := 0.0
	n := len(p)
	for n > 1 {
		if tail += p[n-1]; tail > eps {
			break
		}
		n--
	}
	return p[:n]
}

func ratioOr(a, b, or float64) float64 {
	if b > 0 {
		return a / b
	}
	return or
}
