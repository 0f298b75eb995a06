package forecast

import (
	"math"
	"slices"
)

// Calibrator learns from a whole catalogue what one short series cannot tell,
// the first of two passes: how often an item sells at all, what a demand is,
// and how widely demand scatters about its rate. The second pass hands the [Pool] to [SporadicOptions].
//
//	c := forecast.NewCalibrator(len(series))
//	for i, y := range series { c.Observe(i, y, &scratch) } // in any order, by any number of workers
//	pool := c.Pool()
//
// The result depends on the set of series alone: what each one taught is kept
// apart and summed in sorted order. Pool series that are alike; a catalogue of
// two trades is two pools.
type Calibrator struct {
	stats []poolStat
}

type poolStat struct {
	periods, demands float64
	size             float64 // mean demand, in the caller's unit
	seen, theory     float64 // squared one-step errors, and what the sizes seen make them
}

// Pool is what a catalogue taught. The zero Pool is not of use; a nil *Pool
// means none.
type Pool struct {
	Series int // with a value
	// A and B are those of the beta distribution that the probabilities of a
	// demand in a period follow over the catalogue: an item that has not sold
	// in n periods sells in the next with probability A/(A+B+n). 0 if not
	// enough was seen.
	A, B float64
	// Size is the median over items of the mean size of a demand.
	Size float64
	// Ratio is how much wider demand scatters about the smoothed rate than
	// independent periods with the sizes seen would make it.
	Ratio float64
}

// NewCalibrator returns a calibrator for n series.
func NewCalibrator(n int) *Calibrator { return &Calibrator{stats: make([]poolStat, n)} }

// Observe learns from series i, which it replaces if seen before. Different i
// may be observed at the same time, each goroutine with its own scratch. A
// series without finite values teaches nothing.
func (c *Calibrator) Observe(i int, y []float64, s *Sporadic) {
	st := &c.stats[i]
	*st = poolStat{}
	if s.load(y, &s.head) != nil {
		return
	}
	st.periods, st.demands = s.n, s.demands
	if s.demands == 0 {
		return
	}
	st.size = s.size * s.head.Unit
	s.pool = nil
	// One-step errors as in around, and their expectation.
	l, prior := s.mean, s.sizeRatio()
	const alpha = 0.1
	for _, v := range s.x {
		e := v - l
		st.seen += e * e / (s.mean * prior)
		st.theory += l / s.mean
		l += alpha * e
	}
}

// Pool returns what was learnt.
func (c *Calibrator) Pool() *Pool {
	p := &Pool{Ratio: 1}
	var sorted []float64
	sum := func(f func(*poolStat) float64) float64 {
		sorted = sorted[:0]
		for i := range c.stats {
			if c.stats[i].periods > 0 {
				sorted = append(sorted, f(&c.stats[i]))
			}
		}
		slices.Sort(sorted)
		t := 0.0
		for _, v := range sorted {
			t += v
		}
		return t
	}
	count := sum(func(*poolStat) float64 { return 1 })
	p.Series = int(count)
	if count == 0 {
		return p
	}
	seen, theory := sum(func(s *poolStat) float64 { return s.seen }), sum(func(s *poolStat) float64 { return s.theory })
	// Twenty periods of a ratio of 1 for a start.
	p.Ratio = min(max((seen+20)/(theory+20), 0.5), 3)
	sum(func(s *poolStat) float64 {
		if s.demands == 0 {
			return math.Inf(1)
		}
		return s.size
	})
	n := 0
	for n < len(sorted) && !math.IsInf(sorted[n], 1) {
		n++
	}
	if n > 0 {
		p.Size = sorted[n/2]
	}

	// The beta distribution by moments: the variance of the shares of periods
	// with demand is that of the probabilities plus their sampling error.
	if count >= 10 {
		periods, demands := sum(func(s *poolStat) float64 { return s.periods }), sum(func(s *poolStat) float64 { return s.demands })
		mean := demands / periods
		total := sum(func(s *poolStat) float64 {
			d := s.demands/s.periods - mean
			return s.periods * d * d
		})
		square := sum(func(s *poolStat) float64 { return s.periods * s.periods })
		noise := mean * (1 - mean)
		v := (total - (count-1)*noise) / (periods - square/periods)
		if mean > 0 && mean < 1 && v > 0 {
			k := min(max(noise/v-1, 0.1), 1000)
			p.A, p.B = mean*k, (1-mean)*k
		}
	}
	return p
}

// informed adds what the catalogue knows of the probability of a demand.
func (s *Sporadic) informed(l law) law {
	if s.pool == nil || s.pool.A <= 0 {
		return l
	}
	// The prior counts as periods seen long ago: it shares the memory.
	l.a += s.pool.A
	l.b += s.pool.B
	return l
}

// unsold is the law of a series without demand: none, or what the catalogue says
// of items that have not sold for as long.
func (s *Sporadic) unsold(dst *SporadicResult) law {
	if p := s.pool; p != nil && p.A > 0 && p.Size > 0 {
		s.say("no demand yet: the catalogue's frequency and size are used")
		dst.Unit = p.Size
		return law{kind: compoundLaw, a: p.A, b: p.B + s.n, size: 1, sizeVMR: 1, shift: 1}
	}
	s.say("no demand: the forecast is none")
	return law{keep: 1, vmr: 1}
}
