package replay

import "math"

// uniform is a number in [0, 1) that depends on its arguments alone: the
// counter-based generator SplitMix64 (Steele, Lea and Flood 2014) over them. The
// draws of a sku are the same whoever asks, in whatever order.
func uniform(seed, stream, counter uint64) float64 {
	x := mix(seed + 0x9e3779b97f4a7c15)
	x = mix(x ^ stream*0xbf58476d1ce4e5b9)
	x = mix(x + counter*0x9e3779b97f4a7c15)
	return float64(x>>11) / (1 << 53)
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// LeadTimes fills dst with the days that an order of each day takes. seen are
// lead times that happened, rising; they are drawn from as they are. Without
// them planned is the mean and sd the spread of a normal law. Orders of one week
// have one draw, so that policies that order on different days of it meet the
// same supplier; week is the number of the first day's week (any count) and
// day its day in the week.
func LeadTimes(dst []int32, seen []float64, planned, sd float64, seed, stream uint64, firstDay int) {
	for t := range dst {
		week := uint64((firstDay + t) / 7)
		if t > 0 && (firstDay+t)%7 != 0 {
			dst[t] = dst[t-1]
			continue
		}
		u := uniform(seed, stream, week)
		l := planned
		switch {
		case len(seen) > 0:
			l = seen[min(int(u*float64(len(seen))), len(seen)-1)]
		case sd > 0:
			// Box and Muller (1958), from two draws.
			v := uniform(seed, ^stream, week)
			l += sd * math.Sqrt(-2*math.Log(1-u)) * math.Cos(2*math.Pi*v)
		}
		dst[t] = int32(min(max(math.Round(l), 1), 3650))
	}
}
