package forecast

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func stamp(y int, m time.Month, d int) int32 {
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// TestBucket goes through 60 years of days beside the time package.
func TestBucket(t *testing.T) {
	buckets := []Bucket{{}, {Kind: WeekBucket}, {Kind: MonthBucket}, {Kind: RetailBucket}, {Kind: RetailBucket, Pattern: 544, ShiftWeeks: 4}}
	last := make([]int, len(buckets))
	for d := stamp(1965, 1, 1); d < stamp(2035, 1, 1); d++ {
		at := time.Unix(int64(d)*86400, 0).UTC()
		for i, b := range buckets {
			k := b.Index(d)
			if from, next := b.Start(k), b.Start(k+1); d < from || d >= next {
				t.Fatalf("%+v: day %v has index %d, which is [%d, %d)", b, at, k, from, next)
			}
			if d > stamp(1965, 1, 1) && k != last[i] && k != last[i]+1 {
				t.Fatalf("%+v: index jumps from %d to %d", b, last[i], k)
			}
			last[i] = k
		}
		if got := buckets[2].Index(d); got != at.Year()*12+int(at.Month())-1 {
			t.Fatalf("month of %v = %d", at, got)
		}
		if at.Weekday() == time.Monday && buckets[1].Start(buckets[1].Index(d)) != d {
			t.Fatalf("week of %v does not start on it", at)
		}
		if year, week := at.ISOWeek(); isoYear(int(d)) != year || (int(d)-isoYearStart(year))/7 != week-1 {
			t.Fatalf("ISO week of %v", at)
		}
	}
	// 2020 has 53 weeks: its last retail period has 6, the others 4 4 5.
	retail := Bucket{Kind: RetailBucket}
	for k, weeks := range []int32{4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 6} {
		i := 2020*12 + k
		if got := (retail.Start(i+1) - retail.Start(i)) / 7; got != weeks {
			t.Errorf("period %d of 2020 has %d weeks, want %d", k+1, got, weeks)
		}
	}
}

func TestCollect(t *testing.T) {
	b := Bucket{Kind: MonthBucket}
	days := []int32{stamp(2024, 3, 5), stamp(2024, 1, 20), stamp(2024, 3, 5), stamp(2024, 2, 29), stamp(2023, 12, 31)}
	s, err := b.Collect(days, []float64{4, 7, -1, 2, 100}, stamp(2024, 1, 17), stamp(2024, 3, 10))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Value, []float64{7, 2, 3}) || !slices.Equal(s.Returned, []float64{0, 0, -1}) {
		t.Errorf("values %v, returned %v", s.Value, s.Returned)
	}
	close2(t, "January", s.Share[0], 15.0/31, 1e-12)
	close2(t, "March", s.Share[2], 10.0/31, 1e-12)
	got := WholePeriods(s.Value, s.Share)
	if len(got) != 2 || got[0].To != 7*31.0/15 || got[1].To != 3*31.0/10 {
		t.Errorf("whole periods: %v", got)
	}
	for _, c := range []struct {
		b        Bucket
		v        []float64
		from, to int32
	}{
		{b, []float64{1}, 5, 4}, {b, []float64{math.NaN()}, 0, 9}, {b, nil, 0, 9}, {Bucket{Kind: 9}, []float64{1}, 0, 9},
		{Bucket{}, []float64{1}, 0, 1 << 29},
	} {
		if _, err := c.b.Collect([]int32{3}, c.v, c.from, c.to); !errors.Is(err, ErrOption) && !errors.Is(err, ErrValue) {
			t.Errorf("Collect(%+v) = %v", c, err)
		}
	}
}

func TestNetReturns(t *testing.T) {
	y := []float64{5, 0, 3, -4, 2, -20}
	c := NetReturns(y)
	Apply(y, c)
	if !slices.Equal(y, []float64{0, 0, 0, 0, 0, 0}) {
		t.Errorf("netted %v", y)
	}
	Revert(y, c)
	if !slices.Equal(y, []float64{5, 0, 3, -4, 2, -20}) {
		t.Errorf("reverted %v", y)
	}
	y = []float64{5, 3, -4, 2}
	Apply(y, NetReturns(y))
	if !slices.Equal(y, []float64{4, 0, 0, 2}) {
		t.Errorf("netted %v, want the 4 taken from 3 and 5", y)
	}
}

// TestUncensor: a weekly rhythm, stock lost on two days.
func TestUncensor(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 62))
	n := 140
	truth, sold, stock := make([]float64, n), make([]float64, n), make([]float64, n)
	week := []float64{10, 12, 14, 16, 30, 50, 5}
	lost, found := 0.0, 0.0
	for i := range truth {
		truth[i] = math.Round(week[i%7] * (1 + 0.1*rng.NormFloat64()))
		sold[i], stock[i] = truth[i], 1
		if rng.Float64() < 0.2 {
			stock[i] = math.Floor(4*rng.Float64()) / 4
			sold[i] = truth[i] * stock[i]
			lost += truth[i] - sold[i]
		}
	}
	for _, c := range Uncensor(sold, stock, 7) {
		if c.To < c.From || c.Why != StockoutDemand {
			t.Fatalf("%+v", c)
		}
		found += c.To - c.From
	}
	close2(t, "lost sales", found/lost, 1, 0.05)
	// Without an open period: share of day, and missing.
	c := Uncensor([]float64{6, 0}, []float64{0.5, 0}, 7)
	if len(c) != 2 || c[0].To != 12 || !math.IsNaN(c[1].To) {
		t.Errorf("Uncensor without open periods = %v", c)
	}
}

func TestSuspiciousGaps(t *testing.T) {
	y := make([]float64, 100)
	for i := range y {
		if y[i] = 5; i >= 40 && i < 52 {
			y[i] = 0
		}
	}
	if got := len(SuspiciousGaps(y)); got != 12 {
		t.Errorf("%d zeros of a weekly seller are suspicious, want 12", got)
	}
	for i := range y {
		if i%4 != 0 {
			y[i] = 0
		}
	}
	if got := SuspiciousGaps(y); got != nil {
		t.Errorf("zeros of a rare seller are suspicious: %v", got)
	}
}

func seasonalSeries(rng *rand.Rand, n, m int) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = 100 + 40*math.Sin(2*math.Pi*float64(i)/float64(m)) + 5*rng.NormFloat64()
	}
	return y
}

func TestOutliers(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 72))
	found, false1 := 0, 0
	for range 50 {
		y := seasonalSeries(rng, 60, 12)
		raw := slices.Clone(y)
		at := 5 + rng.IntN(50)
		y[at] += 90
		c := Outliers(y, 12, 0)
		for _, o := range c {
			if o.Period == at {
				found++
				if math.Abs(o.To-raw[at]) > 60 || o.From != y[at] {
					t.Errorf("%+v, was %v", o, raw[at])
				}
			} else {
				false1++
			}
		}
	}
	if found < 49 || false1 > 60 {
		t.Errorf("found %d of 50, %d false of 3000", found, false1)
	}
	// A new level is not a row of outliers.
	y := seasonalSeries(rng, 60, 12)
	for i := 30; i < 60; i++ {
		y[i] += 200
	}
	for _, o := range Outliers(y, 12, 0) {
		if o.Score > 5 && (o.Period < 28 || o.Period > 32) {
			t.Errorf("a new level gives outlier %+v", o)
		}
	}
	// Sizes of rare demand.
	lumpy := make([]float64, 50)
	for i := 0; i < 50; i += 4 {
		lumpy[i] = 3 + float64(i%3)
	}
	lumpy[17] = 400
	if c := Outliers(lumpy, 0, 0); len(c) != 1 || c[0].Period != 17 || c[0].To > 40 {
		t.Errorf("outliers of rare demand: %v", c)
	}
	for _, y := range [][]float64{nil, {1}, {math.NaN(), math.NaN()}, make([]float64, 30), {5, 5, 5, 5, 5, 5, 5}} {
		if c := Outliers(y, 12, 0); c != nil {
			t.Errorf("Outliers(%v) = %v", y, c)
		}
	}
	if c := Outliers([]float64{5, 5, 5, 5, 5, 5, 90, 5, 5, 5, 5, 5}, 0, 0); len(c) != 1 || c[0].Period != 6 {
		t.Errorf("one odd value among equal ones: %v", c)
	}
}

func TestLevelShifts(t *testing.T) {
	rng := rand.New(rand.NewPCG(81, 82))
	right, extra := 0, 0
	for range 50 {
		y := seasonalSeries(rng, 84, 12)
		for i := 50; i < len(y); i++ {
			y[i] += 60
		}
		for _, s := range LevelShifts(y, 12) {
			if s.At >= 48 && s.At <= 52 {
				right++
				close2(t, "levels", s.After-s.Before, 60, 25)
			} else {
				extra++
			}
		}
	}
	if right < 45 || extra > 5 {
		t.Errorf("%d of 50 shifts found, %d others", right, extra)
	}
	flat, trend := 0, 0
	for range 100 {
		y, z := make([]float64, 60), make([]float64, 60)
		for i := range y {
			y[i] = rng.NormFloat64()
			z[i] = y[i] + 0.2*float64(i)
		}
		flat += len(LevelShifts(y, 0))
		trend += len(LevelShifts(z, 0))
	}
	if flat > 2 || trend > 5 {
		t.Errorf("%d shifts in 100 flat series, %d in 100 trends", flat, trend)
	}
	y := []float64{10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 20, 24, 20, 24, 20, 24, 20, 24, 20, 24, 20, 24}
	s := LevelShifts(y, 0)
	if len(s) != 1 || s[0].At != 12 || s[0].Before != 11 || s[0].After != 22 {
		t.Fatalf("shifts %+v", s)
	}
	Apply(y, LevelPast(y, s))
	if y[0] != 20 || y[11] != 24 || y[12] != 20 {
		t.Errorf("the past at the level of today: %v", y)
	}
}

func TestWorkDays(t *testing.T) {
	y, days := []float64{20, 22, 18, 0}, []float64{20, 22, 18, 0}
	Apply(y, EqualWorkDays(y, days))
	if !slices.Equal(y, []float64{20, 20, 20, 0}) {
		t.Errorf("equal working days: %v", y)
	}
	close2(t, "factor", WorkDayFactor(days, 10), 0.5, 1e-12)
}

// TestPrepare: every step is in the account, and the account gives the original
// back, bit by bit.
func TestPrepare(t *testing.T) {
	rng := rand.New(rand.NewPCG(91, 92))
	for range 200 {
		n := rng.IntN(80)
		y := make([]float64, n)
		opt := PrepareOptions{Season: rng.IntN(13), Gaps: true, Shifts: rng.IntN(2) == 0, Outliers: true}
		opt.Share, opt.InStock, opt.WorkDays, opt.Observed = make([]float64, n), make([]float64, n), make([]float64, n), make([]bool, n)
		for i := range y {
			y[i] = math.Round(20 * rng.NormFloat64() * float64(rng.IntN(3)))
			opt.Share[i], opt.InStock[i], opt.WorkDays[i], opt.Observed[i] = 1, 1, float64(rng.IntN(24)), rng.Float64() > 0.05
			if rng.IntN(5) == 0 {
				opt.InStock[i] = rng.Float64()
			}
		}
		if n > 0 {
			opt.Share[0], opt.Share[n-1] = rng.Float64(), rng.Float64()
		}
		p, err := Prepare(y, opt)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range p.Value {
			if v < 0 || math.IsInf(v, 0) {
				t.Fatalf("value %v in period %d", v, i)
			}
		}
		again := slices.Clone(y)
		Apply(again, p.Changes)
		Revert(p.Value, p.Changes)
		for i := range y {
			if p.Value[i] != y[i] {
				t.Fatalf("period %d: %v after reverting, was %v", i, p.Value[i], y[i])
			}
		}
		for _, c := range p.Changes {
			if c.Why.String() == "none" {
				t.Fatalf("%+v has no reason", c)
			}
		}
	}
	for _, opt := range []PrepareOptions{{Share: []float64{1}}, {InStock: []float64{1, 2}}, {WorkDays: []float64{1, -1}}, {Observed: []bool{true}}} {
		if _, err := Prepare([]float64{1, 2}, opt); !errors.Is(err, ErrOption) {
			t.Errorf("Prepare(%+v) = %v", opt, err)
		}
	}
	if _, err := Prepare([]float64{math.Inf(1)}, PrepareOptions{}); !errors.Is(err, ErrValue) {
		t.Error(err)
	}
}

// FuzzPrepare reads bytes as a series with everything switched on.
func FuzzPrepare(f *testing.F) {
	f.Add([]byte{4, 10, 20, 30, 0, 0, 7, 200, 255, 250, 1, 1, 1, 90, 1})
	f.Add([]byte{12, 251, 1, 252, 1, 253, 0, 254})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 2 || len(b) > 300 {
			return
		}
		n := len(b) - 1
		y := make([]float64, n)
		opt := PrepareOptions{Season: int(b[0] % 30), Gaps: true, Shifts: true, Outliers: true}
		opt.Share, opt.InStock, opt.WorkDays, opt.Observed = make([]float64, n), make([]float64, n), make([]float64, n), make([]bool, n)
		for i, v := range b[1:] {
			switch {
			case v == 255:
				y[i] = math.NaN()
			case v >= 250:
				y[i] = math.Pow(-10, float64(v-248)*50)
			case v >= 200:
				y[i] = -float64(v - 200)
			default:
				y[i] = float64(v)
			}
			opt.Share[i], opt.InStock[i], opt.WorkDays[i], opt.Observed[i] = 1, 1-float64(v%4)/4*float64(v%2), float64(v%8), v%31 != 5
		}
		p, err := Prepare(y, opt)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range p.Value {
			if math.IsInf(v, 0) || v < 0 {
				t.Fatalf("value %v in period %d", v, i)
			}
		}
		for _, c := range p.Changes {
			if math.IsNaN(c.Score) || math.IsInf(c.To, 0) {
				t.Fatalf("%+v", c)
			}
		}
		Revert(p.Value, p.Changes)
		for i, v := range p.Value {
			if v != y[i] && !(math.IsNaN(v) && math.IsNaN(y[i])) {
				t.Fatalf("period %d: %v, was %v", i, v, y[i])
			}
		}
	})
}
