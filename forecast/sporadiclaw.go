package forecast

import "math"

// law is the distribution of future demand that a fitted method implies, in
// units of the series. It is one of three kinds:
//
//   - negative binomial: means move by the recursion of [NegBin]; the sum of N
//     periods is negative binomial with its exact mean and variance,
//     v(mean) = vmr*sum of means*(reach of an error)² + loose*(sum of means)²;
//   - compound: the number of demands in N periods is beta-binomial(N, a, b),
//     that of a probability of which a+b periods are known, and sizes are
//     negative binomial, added to one unit if shifted. Exact, since the sizes of
//     k demands add up to a negative binomial of k times the mean;
//   - chain: [Willemain], exact by convolution.
type law struct {
	kind                    lawKind
	long, next, alpha, keep float64 // negative binomial; keep = phi+alpha
	vmr, loose              float64
	a, b                    float64 // compound
	size, sizeVMR, shift    float64
}

type lawKind uint8

const (
	negBinLaw lawKind = iota
	compoundLaw
	chainLaw
)

// meanAt is the mean of step j >= 1. For the chain see chain.moments.
func (l *law) meanAt(j int) float64 {
	if l.kind == compoundLaw {
		return l.a / (l.a + l.b) * l.size
	}
	if l.keep >= 1 {
		return l.next
	}
	return l.long + (l.next-l.long)*math.Pow(l.keep, float64(j-1))
}

// stepMoments accumulates the variance of single steps of a negative binomial law:
// that of the demand itself, and what the demands of the steps between will have
// moved its mean.
type stepMoments struct{ moved float64 }

func (s *stepMoments) step(l *law, j int) (mean, variance float64) {
	if j > 1 {
		s.moved = l.keep*l.keep*s.moved + l.alpha*l.alpha*l.vmr*l.meanAt(j-1)
	}
	mean = l.meanAt(j)
	return mean, l.vmr*mean + s.moved + l.loose*mean*mean
}

// sums accumulates mean and variance of the sum of a negative binomial law. An
// error of step i moves the sum up to N by 1 + alpha*(1 + keep + ... to the power
// N-i-1), its reach; with keep = 1 that is 1 + alpha*(N-i).
type sums struct {
	mean float64
	// Sums over steps of the variance times 1, x and x², x being keep^age or,
	// with keep = 1, the age.
	v0, v1, v2 float64
}

func (s *sums) step(l *law, j int) (mean, variance float64) {
	m := l.meanAt(j)
	s.mean += m
	u := l.vmr * m
	loose := l.loose * s.mean * s.mean
	if 1-l.keep < 1e-9 {
		s.v2 += 2*s.v1 + s.v0
		s.v1 += s.v0
		s.v0 += u
		return s.mean, s.v0 + 2*l.alpha*s.v1 + l.alpha*l.alpha*s.v2 + loose
	}
	s.v1 = s.v1*l.keep + u
	s.v2 = s.v2*l.keep*l.keep + u
	s.v0 += u
	c := l.alpha / (1 - l.keep)
	return s.mean, (1+c)*(1+c)*s.v0 - 2*c*(1+c)*s.v1 + c*c*s.v2 + loose
}

// compoundMoments is the mean and variance of the sum of n periods.
func (l *law) compoundMoments(n int) (mean, variance float64) {
	p, rho := l.a/(l.a+l.b), 1/(l.a+l.b+1)
	f := float64(n)
	k := f * p
	vk := f * p * (1 - p) * (1 + (f-1)*rho)
	return k * l.size, k*l.sizeVMR*max(0, l.size-l.shift) + vk*l.size*l.size
}

// compound writes the distribution of the sum of n periods into dst, as far as
// maxLattice; ok is false if that is not far enough. one is scratch.
func (l *law) compound(n int, dst, one []float64) (_, _ []float64, ok bool) {
	mean, variance := l.compoundMoments(n)
	if mean+12*math.Sqrt(variance)+10 > maxLattice || n > maxConvolutions ||
		float64(n)*max(0, l.size-l.shift)*logRatio(l.sizeVMR) > leastLog {
		return dst[:0], one, false
	}
	dst = append(dst[:0], 0)
	f := float64(n)
	// Pr(k) by its ratio to Pr(k-1), from Pr(0) = B(a, b+n)/B(a, b).
	p := 1.0
	for i := 0.0; i < f; i++ {
		p *= (l.b + i) / (l.a + l.b + i)
	}
	rest := max(0, l.size-l.shift)
	used := 0.0
	vmr := max(1, l.sizeVMR)
	none := math.Exp(-rest * logRatio(vmr)) // of one size; of k, its power
	zero := 1.0
	for k := 0; k <= n; k++ {
		if k > 0 {
			x := float64(k)
			p *= (f - x + 1) / x * (l.a + x - 1) / (l.b + f - x)
			zero *= none
		}
		if p > 1e-13 {
			shift := int(l.shift) * k
			one = negBinFrom(one[:0], zero, float64(k)*rest, vmr, maxLattice)
			for len(dst) < shift+len(one) {
				dst = append(dst, 0)
			}
			for i, q := range one {
				dst[shift+i] += p * q
			}
		}
		if used += p; 1-used < 1e-11 {
			break
		}
	}
	return dst, one, true
}

// leastLog is where the probability of zero, with which the recursion of negBin
// starts, is lost to the range of numbers.
const leastLog = 700

// negBinSum writes a negative binomial of mean and variance into dst; ok is
// false if it is too wide.
func negBinSum(dst []float64, mean, variance float64) (_ []float64, ok bool) {
	if mean+12*math.Sqrt(variance)+10 > maxLattice {
		return dst[:0], false
	}
	if mean <= 0 {
		return append(dst[:0], 1), true
	}
	if mean*logRatio(variance/mean) > leastLog {
		return dst[:0], false
	}
	return negBin(dst[:0], mean, variance/mean, maxLattice), true
}
