package replay

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Draws depend on their arguments alone, are spread evenly, and one week has one.
func TestDraws(t *testing.T) {
	var bins [10]int
	for i := range uint64(100_000) {
		bins[int(10*uniform(7, i%100, i/100))]++
	}
	for i, n := range bins {
		if math.Abs(float64(n)-10_000) > 400 { // 4 standard deviations
			t.Errorf("tenth %d has %d of 100,000 draws", i, n)
		}
	}
	seen := []float64{3, 5, 5, 9}
	lead := make([]int32, 700)
	LeadTimes(lead, seen, 4, 0, 1, 2, 3)
	count := map[int32]int{}
	for i, l := range lead {
		count[l]++
		if (3+i)%7 != 0 && i > 0 && l != lead[i-1] {
			t.Fatalf("day %d: %d, the day before %d", i, l, lead[i-1])
		}
	}
	if len(count) != 3 || count[5] < 250 || count[5] > 450 {
		t.Errorf("lead times %v, want 3, 5 (half of them) and 9", count)
	}
	// From another day on the same weeks have the same draws.
	later := make([]int32, 70)
	LeadTimes(later, seen, 4, 0, 1, 2, 3+140)
	for i, l := range later {
		if l != lead[140+i] {
			t.Fatalf("day %d: %d, asked later %d", 140+i, lead[140+i], l)
		}
	}
	many := make([]int32, 70_000)
	LeadTimes(many, nil, 20, 4, 1, 2, 0)
	sum, ss := 0.0, 0.0
	for _, l := range many {
		sum += float64(l)
		ss += float64(l) * float64(l)
	}
	mean := sum / 70_000
	if sd := math.Sqrt(ss/70_000 - mean*mean); math.Abs(mean-20) > 0.2 || math.Abs(sd-4) > 0.2 {
		t.Errorf("normal lead times: mean %v, sd %v, want 20 and 4", mean, sd)
	}
}

// Ten weeks of 4 a weekday, none on Sundays. A Sunday without stock wanted
// nothing; a Monday that had nothing at all the mean of the Mondays around; a
// Monday that ran out after 6 more than those around ever sold: half of their
// deviation, 0, on top; a day of a promotion what its other days sold.
func TestWanted(t *testing.T) {
	n := 70
	sold, out, promo, dst := make([]float64, n), make([]bool, n), make([]bool, n), make([]float64, n)
	for i := range sold {
		if i%7 != 6 {
			sold[i] = 4
		}
	}
	sold[14] = 8
	out[41], sold[35], out[35], sold[42], out[42] = true, 0, true, 6, true
	for i := 57; i < 63; i++ {
		promo[i], sold[i] = true, 10
	}
	out[60], sold[60] = true, 0
	Wanted(dst, sold, out, promo, false)
	if dst[41] != 0 || math.Abs(dst[35]-(8+4*4)/5.0) > tol || dst[42] != 6 || dst[1] != 4 || dst[60] != 10 {
		t.Errorf("wanted on a Sunday %v, on Mondays %v and %v, on a day with stock %v, in a promotion %v", dst[41], dst[35], dst[42], dst[1], dst[60])
	}
	sold[42] = 5 // only the Monday of 8 sold more, and it is four weeks away
	sold[28] = 7
	Wanted(dst, sold, out, promo, true)
	if dst[42] != 7 {
		t.Errorf("refused after 5: wanted %v, want 7", dst[42])
	}
}

func TestCurve(t *testing.T) {
	c := Curve{Stock: []float64{100, 200, 300}, Short: []float64{0.1, 0.01, 0.001}}
	for _, x := range []struct {
		short, stock float64
		fit          Fit
	}{{0.1, 100, Inside}, {0.01, 200, Inside}, {math.Sqrt(0.1 * 0.01), 150, Inside}, {0.001, 300, Inside}, {0.2, 100, Below}, {0.0001, 300, Above}} {
		if got, fit := c.StockAt(x.short); math.Abs(got-x.stock) > tol || fit != x.fit {
			t.Errorf("stock when %v is short: %v (%d), want %v (%d)", x.short, got, fit, x.stock, x.fit)
		}
	}
	for _, x := range []struct {
		stock, short float64
		fit          Fit
	}{{100, 0.1, Inside}, {150, math.Sqrt(0.1 * 0.01), Inside}, {90, 0.1, Below}, {400, 0.001, Above}} {
		if got, fit := c.ShortAt(x.stock); math.Abs(got-x.short) > tol || fit != x.fit {
			t.Errorf("short with stock %v: %v (%d), want %v (%d)", x.stock, got, fit, x.short, x.fit)
		}
	}
}

// The stated interval of a ratio holds the ratio of fresh data at its rate:
// sku's differ widely, their luck is independent.
func TestPredict(t *testing.T) {
	const groups, stretches = 40, 4
	in, low := 0, 0
	const times = 400
	for i := range times {
		r := rand.New(rand.NewPCG(11, uint64(i)))
		var level [groups]float64
		for g := range level {
			level[g] = 10 * math.Exp(r.NormFloat64())
		}
		draw := func() *Blocks {
			b := NewBlocks(groups, stretches, 2)
			for g := range groups {
				for s := range stretches {
					row := b.Row(g, s)
					row[0] = level[g]
					row[1] = level[g] * (0.7 + 0.3*r.NormFloat64())
				}
			}
			return b
		}
		ratio := func(x []float64) float64 { return x[1] / x[0] }
		past, fresh := draw(), draw()
		iv, ok := past.Predict([]Figure{{Of: ratio}}, []int{0, 0}, 100, 0.90, 200, uint64(i))
		if !ok {
			t.Fatal("no interval")
		}
		v := ratio(fresh.Total(nil))
		if v >= iv[0].Low && v <= iv[0].High {
			in++
		} else if v < iv[0].Low {
			low++
		}
	}
	// 4 standard deviations of a share of 400 are 0.06.
	if rate := float64(in) / times; math.Abs(rate-0.90) > 0.06 {
		t.Errorf("%.3f of the fresh ratios lie in their interval of 0.90 (%.3f below)", rate, float64(low)/times)
	}
	few := NewBlocks(LeastGroups-1, LeastStretches, 1)
	if _, ok := few.Predict(nil, []int{0}, 100, 0.9, 100, 1); ok {
		t.Error("an interval of nine groups")
	}
}

// Rare and large luck: one group in 15 has an order of four times its stock in one
// of its two stretches. Its own stretches do not tell a group what may befall it,
// those of all do.
func TestPredictShared(t *testing.T) {
	const groups, stretches, times = 40, 2, 400
	var in, low [2]int // own luck, shared
	for i := range times {
		r := rand.New(rand.NewPCG(12, uint64(i)))
		var level [groups]float64
		for g := range level {
			level[g] = 10 * math.Exp(r.NormFloat64())
		}
		draw := func() *Blocks {
			b := NewBlocks(groups, stretches, 3)
			for g := range groups {
				event := -1
				if r.IntN(15) == 0 {
					event = r.IntN(stretches)
				}
				for s := range stretches {
					row := b.Row(g, s)
					row[0] = level[g]
					row[1] = level[g] * (0.9 + 0.2*r.Float64())
					row[2] = level[g] * 0.5
					if s == event {
						row[1] += 4 * level[g]
					}
				}
			}
			return b
		}
		saving := func(x []float64) float64 { return 1 - x[2]/x[1] }
		past, fresh := draw(), draw()
		iv, ok := past.Predict([]Figure{{Of: saving}, {Of: saving, Ratio: true, Shared: true}}, []int{0, 0, 0}, 100, 0.90, 200, uint64(i))
		if !ok {
			t.Fatal("no interval")
		}
		v := saving(fresh.Total(nil))
		for j := range iv {
			if v >= iv[j].Low && v <= iv[j].High {
				in[j]++
			} else if v < iv[j].Low {
				low[j]++
			}
			if !(iv[j].High < 1) && j == 1 {
				t.Errorf("more than all can be saved: %+v", iv[j])
			}
		}
	}
	rate := func(n int) float64 { return float64(n) / times }
	if math.Abs(rate(in[1])-0.90) > 0.06 {
		t.Errorf("%.3f of the fresh savings lie in their interval of 0.90 (%.3f below)", rate(in[1]), rate(low[1]))
	}
	if rate(in[0]) > 0.84 {
		t.Errorf("%.3f lie in an interval that sees each group's own luck alone (%.3f below): the case shows nothing", rate(in[0]), rate(low[0]))
	}
	// Groups without size keep their own luck, and nothing becomes not a number.
	none := NewBlocks(LeastGroups, 2, 2)
	for g := range LeastGroups {
		none.Row(g, 0)[1], none.Row(g, 1)[1] = 1, 2
	}
	iv, _ := none.Predict([]Figure{{Of: func(x []float64) float64 { return x[1] }, Shared: true}}, []int{0, 0}, 100, 0.9, 200, 1)
	if !(iv[0].Low < 3*LeastGroups && iv[0].High > 3*LeastGroups) {
		t.Errorf("groups without size: %+v around %d", iv[0], 3*LeastGroups)
	}
	// One that is used once in a while and has stock for years lends nothing of it.
	for g := range LeastGroups {
		none.Row(g, 0)[0], none.Row(g, 1)[0] = 1, 1
	}
	none.Row(0, 0)[0], none.Row(0, 1)[0], none.Row(0, 1)[1] = 0, 0.001, 1000
	wild := []Figure{{Of: func(x []float64) float64 { return x[1] }, Shared: true}}
	all, _ := none.Predict(wild, []int{0, 0}, math.Inf(1), 0.9, 200, 1)
	iv, _ = none.Predict(wild, []int{0, 0}, 100, 0.9, 200, 1)
	if iv[0].High-iv[0].Low > 5000 || all[0].High-all[0].Low < 100_000 {
		t.Errorf("with a group out of proportion: %+v, if it lends %+v", iv[0], all[0])
	}
}

func BenchmarkRun(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	c, p := random(r)
	for len(c.Demand) < 364 {
		c.Demand, c.Lead, c.Other, c.Coming = append(c.Demand, 3), append(c.Lead, 9), append(c.Other, 0), append(c.Coming, 0)
	}
	out, bin := make([]Sums, 1), days(len(c.Demand))
	var sim Simulator
	b.ReportAllocs()
	for b.Loop() {
		sim.Run(c, p, bin, out)
	}
}
