package forecast

// ADIDA is the aggregate-disaggregate approach of Nikolopoulos, Syntetos,
// Boylan, Petropoulos and Assimakopoulos (2011), An aggregate-disaggregate
// intermittent demand approach to forecasting, Journal of the Operational
// Research Society 62, 544-554. Demand is summed over blocks of k periods that
// end with the last one, so that few blocks are empty; the blocks are smoothed
// by [SES] and its level is spread evenly:
//
//	A[i] = y[n-ik+1] + ... + y[n-(i-1)k]      i = 1..floor(n/k)
//	forecast of every step = SES(A)/k
//
// Block 0 means the average interval between demands, rounded. The smoothing
// parameter is the one of least squared error within [AlphaMin, AlphaMax], 0
// for both means 0.1 to 0.3: blocks are few and an unbounded search follows
// their noise.
type ADIDA struct {
	Block              int
	AlphaMin, AlphaMax float64
}

// IMAPA is the intermittent multiple aggregation prediction algorithm of
// Petropoulos and Kourentzes (2015), Forecast combinations for intermittent
// demand, Journal of the Operational Research Society 66, 914-924: the mean of
// the [ADIDA] forecasts of blocks 1, 2, ..., Blocks. Blocks 0 means the average
// interval between demands, rounded.
type IMAPA struct {
	Blocks             int
	AlphaMin, AlphaMax float64
}

// Bounds of the smoothing parameter of block sums.
const (
	blockAlphaMin = 0.1
	blockAlphaMax = 0.3
)

// Fit returns the forecast of every step, demand per period. y must hold finite
// values only; with none, or no demand, the forecast is 0. scratch may be nil;
// where it has the capacity of y nothing is allocated.
func (a ADIDA) Fit(y, scratch []float64) float64 {
	lo, hi := alphaRange(a.AlphaMin, a.AlphaMax)
	k := a.Block
	if k <= 0 {
		k = meanInterval(y)
	}
	rate, _ := blockRate(y, k, lo, hi, scratch)
	return rate
}

// Fit returns the forecast of every step; see [ADIDA.Fit].
func (a IMAPA) Fit(y, scratch []float64) float64 {
	lo, hi := alphaRange(a.AlphaMin, a.AlphaMax)
	k := a.Blocks
	if k <= 0 {
		k = meanInterval(y)
	}
	rate, _ := blockRates(y, k, lo, hi, scratch)
	return rate
}

// blockRates is the mean over blocks 1..k of blockRate, of the rates and of the
// weights of the last period.
func blockRates(y []float64, k int, lo, hi float64, scratch []float64) (rate, alpha float64) {
	k = max(1, min(k, len(y)))
	for b := 1; b <= k; b++ {
		r, a := blockRate(y, b, lo, hi, scratch)
		rate += (r - rate) / float64(b)
		alpha += (a - alpha) / float64(b)
	}
	return rate, alpha
}

// blockRate smooths sums over k periods. It returns the demand per period and
// the smoothing parameter of the blocks over k: about the weight that the
// latest period has in the forecast.
func blockRate(y []float64, k int, lo, hi float64, scratch []float64) (rate, alpha float64) {
	if len(y) == 0 {
		return 0, lo
	}
	k = max(1, min(k, len(y)))
	blocks := y
	if k > 1 {
		blocks = scratch[:0]
		for t := len(y) % k; t < len(y); t += k {
			sum := 0.0
			for _, v := range y[t : t+k] {
				sum += v
			}
			blocks = append(blocks, sum)
		}
	}
	alpha = sesWithin(blocks, lo, hi)
	return SES{Alpha: alpha}.Fit(blocks).Level / float64(k), alpha / float64(k)
}

// sesWithin returns the alpha within [lo, hi] whose one-step errors have the
// least sum of squares, to 0.005.
func sesWithin(y []float64, lo, hi float64) float64 {
	const ratio = 0.6180339887498949
	left, right := lo, hi
	a, b := right-ratio*(right-left), left+ratio*(right-left)
	_, fa := sesSeed(y, a)
	_, fb := sesSeed(y, b)
	for right-left > 0.005 {
		if fa <= fb {
			right, b, fb = b, a, fa
			a = right - ratio*(right-left)
			_, fa = sesSeed(y, a)
		} else {
			left, a, fa = a, b, fb
			b = left + ratio*(right-left)
			_, fb = sesSeed(y, b)
		}
	}
	best, least := (left+right)/2, min(fa, fb)
	for _, edge := range [...]float64{hi, lo} {
		if _, f := sesSeed(y, edge); f < least {
			best, least = edge, f
		}
	}
	return best
}

func alphaRange(lo, hi float64) (float64, float64) {
	if !(lo > 0) {
		lo = blockAlphaMin
	}
	if !(hi > 0) {
		hi = blockAlphaMax
	}
	lo = min(lo, 1)
	return lo, min(max(hi, lo), 1)
}

// meanInterval is the average number of periods between demands, rounded, the
// first counted from the start; at least 1.
func meanInterval(y []float64) int {
	last, demands := 0, 0
	for i, v := range y {
		if v != 0 {
			last = i + 1
			demands++
		}
	}
	if demands == 0 {
		return 1
	}
	return max(1, (2*last+demands)/(2*demands))
}
