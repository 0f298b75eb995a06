package replenish

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

func compute(t interface{ Fatal(...any) }, d Demand, p Params) Policy {
	if h, ok := t.(interface{ Helper() }); ok {
		h.Helper()
	}
	out, err := Compute(d, p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (p Policy) term(name string) float64 {
	for _, t := range p.Terms {
		if t.Name == name {
			return t.Value
		}
	}
	return 0
}

// TestComputeTextbook: weekly demand 100 with σ 20, lead time 14 days, safety
// factor 1.645 for 95 %: safety stock 1.645·20·√2.
func TestComputeTextbook(t *testing.T) {
	const k = 1.6448536269514722
	d := Demand{Mean: 100, SD: 20, PeriodDays: 7}
	for _, c := range []struct {
		name     string
		p        Params
		kind     string
		ss, s, S float64
	}{
		{"continuous", Params{LeadDays: 14}, PolicySQ, k * 20 * math.Sqrt2, 200 + k*20*math.Sqrt2, 300 + k*20*math.Sqrt2},
		{"periodic protects review and lead time", Params{LeadDays: 14, ReviewDays: 7}, PolicyRS, k * 20 * math.Sqrt(3), 300 + k*20*math.Sqrt(3), 300 + k*20*math.Sqrt(3)},
		{"random lead time", Params{LeadDays: 14, LeadSDDays: 3.5}, PolicySQ, k * math.Sqrt(2*400+50*50), 200 + k*math.Sqrt(2*400+50*50), 300 + k*math.Sqrt(2*400+50*50)},
		{"minimum and multiple", Params{LeadDays: 14, Lot: Lot{Min: 130 * planwright.One, Multiple: 50 * planwright.One}}, PolicySQ, k * 20 * math.Sqrt2, 200 + k*20*math.Sqrt2, 350 + k*20*math.Sqrt2},
	} {
		p := compute(t, d, c.p)
		if p.Kind != c.kind || !near(p.SafetyStock, c.ss, 1e-12, 0) || !near(p.ReorderPoint, c.s, 1e-12, 0) || !near(p.OrderUpTo, c.S, 1e-12, 0) || !near(p.Expected, 0.95, 1e-12, 0) {
			t.Errorf("%s: %s safety stock %g, reorder point %g, up to %g, service %g; want %s %g %g %g 0.95", c.name, p.Kind, p.SafetyStock, p.ReorderPoint, p.OrderUpTo, p.Expected, c.kind, c.ss, c.s, c.S)
		}
	}
}

// TestComputeEOQ: the order quantity is Harris's over the holding cost of a
// year of 365 days.
func TestComputeEOQ(t *testing.T) {
	p := compute(t, Demand{Mean: 10}, Params{LeadDays: 5, OrderCost: 50, UnitCost: 4, HoldingRate: 0.25})
	if want := math.Sqrt(2 * 50 * 3650 / 1); !near(p.OrderQty, want, 1e-12, 0) || !near(p.CycleStock, want/2, 1e-12, 0) {
		t.Errorf("order quantity = %g, want %g", p.OrderQty, want)
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if p := compute(t, Demand{Mean: 10}, Params{LeadDays: 5, OrderCost: 50, UnitCost: bad, HoldingRate: 0.25}); p.OrderQty != 10 {
			t.Errorf("unit cost %g: order quantity = %g, want one period's demand 10", bad, p.OrderQty)
		}
	}
}

// TestComputeBatches: a minimum raises the fill rate at the same reorder point,
// so the safety stock for a target falls, below zero in the end.
func TestComputeBatches(t *testing.T) {
	d := Demand{Mean: 20, SD: 8, PeriodDays: 7}
	before := math.Inf(1)
	for _, lot := range []int64{0, 50, 100, 400, 2000} {
		p := compute(t, d, Params{LeadDays: 21, Target: 0.95, Kind: planwright.FillRate, Lot: Lot{Min: planwright.Qty(lot) * planwright.One}})
		if p.SafetyStock >= before {
			t.Errorf("minimum %d: safety stock %g is not below %g", lot, p.SafetyStock, before)
		}
		if !near(p.FillRate, 0.95, 1e-9, 0) {
			t.Errorf("minimum %d: fill rate %g, want 0.95", lot, p.FillRate)
		}
		before = p.SafetyStock
	}
	p := compute(t, d, Params{LeadDays: 21, Target: 0.95, Kind: planwright.FillRate, OrderQty: 2000})
	if p.SafetyStock >= 0 || p.Notes&NoteNegative == 0 {
		t.Errorf("safety stock %g with notes %v, want a negative one that is reported", p.SafetyStock, p.Notes.Names())
	}
	p = compute(t, d, Params{LeadDays: 21, Target: 0.95, Kind: planwright.FillRate, OrderQty: 2000, NoNegative: true})
	if p.SafetyStock != 0 || p.Notes&NoteFloored == 0 || p.FillRate < 0.95 {
		t.Errorf("safety stock %g, fill rate %g, notes %v; want 0, more than 0.95, reported", p.SafetyStock, p.FillRate, p.Notes.Names())
	}
}

func TestComputeFamily(t *testing.T) {
	for _, c := range []struct {
		sd   float64
		want string
	}{{35, "normal"}, {36, "gamma"}} {
		if p := compute(t, Demand{Mean: 100, SD: c.sd}, Params{LeadDays: 1}); p.Method != c.want {
			t.Errorf("cv %g: %s, want %s", c.sd/100, p.Method, c.want)
		}
	}
	// It is the variation over the interval that counts.
	if p := compute(t, Demand{Mean: 100, SD: 100}, Params{LeadDays: 16}); p.Method != "normal" {
		t.Errorf("cv 0.25 over the interval: %s, want normal", p.Method)
	}
}

// TestComputeCurve: a measured curve of cumulative errors takes the place of
// σ√n; between horizons the variance is linear, beyond the end it goes on.
func TestComputeCurve(t *testing.T) {
	d := Demand{Mean: 10, SD: 1, CumMean: []float64{10, 22, 36}, CumSD: []float64{3, 5, 7}}
	for _, c := range []struct{ lead, mean, variance float64 }{
		{1, 10, 9}, {2, 22, 25}, {1.5, 16, 17}, {0.5, 5, 4.5}, {3, 36, 49}, {5, 36 + 2*14, 49 + 2*24},
	} {
		p := compute(t, d, Params{LeadDays: c.lead})
		if got := p.term("demand"); !near(got, c.mean, 1e-12, 0) {
			t.Errorf("lead time %g: demand %g, want %g", c.lead, got, c.mean)
		}
		if got := p.term("sd"); !near(got*got, c.variance, 1e-12, 0) {
			t.Errorf("lead time %g: variance %g, want %g", c.lead, got*got, c.variance)
		}
		if beyond := p.Notes&NoteBeyondCurve != 0; beyond != (c.lead > 3) {
			t.Errorf("lead time %g: beyond the curve %v", c.lead, beyond)
		}
	}
}

// TestComputeEstimation: the error of the mean grows with n, not √n (Prak,
// Teunter and Syntetos 2017), and a bias moves the mean.
func TestComputeEstimation(t *testing.T) {
	p := compute(t, Demand{Mean: 50, SD: 4, MeanSE: 2, Bias: 1}, Params{LeadDays: 9})
	if want := math.Sqrt(9*16 + 81*4); !near(p.term("sd"), want, 1e-12, 0) || !near(p.term("demand"), 459, 1e-12, 0) {
		t.Errorf("demand %g, sd %g, want 459, %g", p.term("demand"), p.term("sd"), want)
	}
}

func TestComputeEntered(t *testing.T) {
	d := Demand{Mean: 10, SD: 2}
	yes := func(v float64) Entered { return Entered{v, true} }
	for _, c := range []struct {
		name      string
		p         Params
		ss, s, up float64
	}{
		{"safety stock", Params{LeadDays: 4, SafetyStock: yes(7)}, 7, 47, 57},
		{"safety stock 0", Params{LeadDays: 4, SafetyStock: yes(0)}, 0, 40, 50},
		{"reorder point", Params{LeadDays: 4, ReorderPoint: yes(45)}, 5, 45, 55},
		{"reorder point 0", Params{LeadDays: 4, ReorderPoint: yes(0)}, -40, 0, 10},
		{"reorder point and safety stock", Params{LeadDays: 4, ReorderPoint: yes(45), SafetyStock: yes(1)}, 1, 45, 55},
		{"all three", Params{LeadDays: 4, SafetyStock: yes(1), ReorderPoint: yes(45), OrderUpTo: yes(99)}, 1, 45, 99},
		{"order-up-to of periodic review", Params{LeadDays: 4, ReviewDays: 1, OrderUpTo: yes(60)}, 10, 60, 60},
	} {
		p := compute(t, d, c.p)
		if p.SafetyStock != c.ss || p.ReorderPoint != c.s || p.OrderUpTo != c.up || p.Method != "entered" {
			t.Errorf("%s: %g, %g, %g by %s; want %g, %g, %g as entered", c.name, p.SafetyStock, p.ReorderPoint, p.OrderUpTo, p.Method, c.ss, c.s, c.up)
		}
	}
	if e := EnteredQty(planwright.NoQty); e.Given {
		t.Error("EnteredQty(NoQty) is given")
	}
	if e := EnteredQty(0); !e.Given || e.Value != 0 {
		t.Error("EnteredQty(0) is not an entered 0")
	}
}

func TestComputeNoDemand(t *testing.T) {
	for _, d := range []Demand{{}, {SD: 5}, {CumMean: []float64{0, 0}, CumSD: []float64{1, 2}}} {
		p := compute(t, d, Params{LeadDays: 7, ReviewDays: 1, OrderQty: 0})
		if p.Kind != PolicyNone || p.SafetyStock != 0 || p.ReorderPoint != 0 || p.OrderUpTo != 0 || p.OrderQty != 0 || p.Notes&NoteNoDemand == 0 {
			t.Errorf("%+v: %+v, want zeros with a reason", d, p)
		}
	}
	p := compute(t, Demand{}, Params{LeadDays: 7, SafetyStock: Entered{3, true}})
	if p.SafetyStock != 3 || p.ReorderPoint != 3 || p.Method != "entered" {
		t.Errorf("entered without demand: %+v", p)
	}
}

// TestComputeLimits are the documented limit values.
func TestComputeLimits(t *testing.T) {
	p := compute(t, Demand{Mean: 10, SD: 3}, Params{LeadDays: 4, Target: 1})
	if p.Target != MaxTarget || p.Notes&NoteTargetCapped == 0 || !near(p.SafetyStock, 6*3.719016485455709, 1e-9, 0) {
		t.Errorf("target 1: target %g, safety stock %g, notes %v", p.Target, p.SafetyStock, p.Notes.Names())
	}
	p = compute(t, Demand{Mean: 10}, Params{LeadDays: 4})
	if p.SafetyStock != 0 || p.ReorderPoint != 40 || p.Method != "certain" || p.CycleService != 1 {
		t.Errorf("σ 0: %+v", p)
	}
	p = compute(t, Demand{Mean: 10}, Params{LeadDays: 4, Target: 0.9, Kind: planwright.FillRate, OrderQty: 30})
	if !near(p.SafetyStock, -3, 1e-12, 0) || !near(p.FillRate, 0.9, 1e-12, 0) {
		t.Errorf("σ 0, fill rate: safety stock %g gives %g, want -3 and 0.9", p.SafetyStock, p.FillRate)
	}
	p = compute(t, Demand{Mean: 10, SD: 3}, Params{})
	if p.SafetyStock != 0 || p.ReorderPoint != 0 || p.OrderUpTo != 10 {
		t.Errorf("no lead time, no review: %+v", p)
	}
	p = compute(t, Demand{Mean: 10, SD: 100}, Params{LeadDays: 1, Divisible: true})
	if p.Method != "gamma" || p.ReorderPoint <= 0 {
		t.Errorf("cv 10: %+v", p)
	}
	p = compute(t, Demand{Mean: 10, SD: 100}, Params{LeadDays: 1, Target: 0.99})
	if p.Method != "negative_binomial" || p.ReorderPoint <= 0 || p.ReorderPoint != math.Floor(p.ReorderPoint) {
		t.Errorf("cv 10 in pieces: %+v", p)
	}
}

func TestComputeErrors(t *testing.T) {
	ok, lead := Demand{Mean: 10, SD: 3}, Params{LeadDays: 4}
	for name, c := range map[string]struct {
		d Demand
		p Params
	}{
		"negative mean":      {Demand{Mean: -1}, lead},
		"NaN sd":             {Demand{Mean: 1, SD: math.NaN()}, lead},
		"infinite mean":      {Demand{Mean: math.Inf(1)}, lead},
		"negative lead time": {ok, Params{LeadDays: -1}},
		"percent":            {ok, Params{Target: 95}},
		"negative target":    {ok, Params{Target: -0.5}},
		"NaN target":         {ok, Params{Target: math.NaN()}},
		"NaN in the curve":   {Demand{Mean: 1, CumMean: []float64{1, math.NaN()}, CumSD: []float64{1, 1}}, Params{LeadDays: 2}},
		"huge limits":        {ok, Params{LeadDays: 1, Lot: Lot{Min: planwright.MaxQty, Multiple: planwright.MaxQty - 1}}},
	} {
		if _, err := Compute(c.d, c.p); !errors.Is(err, ErrInput) {
			t.Errorf("%s: error %v, want one that wraps ErrInput", name, err)
		}
	}
}

// TestTermsRecompute: the terms are the arithmetic of the result.
func TestTermsRecompute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, p := drawDemand(t), drawParams(t)
		out := compute(t, d, p)
		if out.Kind == PolicyNone {
			return
		}
		v := out.term
		scale := 1e-9 * (math.Abs(v("reorder_point")) + v("demand") + v("sd"))
		check := func(what string, got, want float64) {
			if !near(got, want, 0, scale) {
				t.Fatalf("%s: %s = %g by its terms, want %g\n%+v", out.Kind, what, got, want, out.Terms)
			}
		}
		check("interval", v("interval"), map[bool]float64{true: v("lead_time") + v("review"), false: v("lead_time")}[out.Kind == PolicyRS])
		check("sd", v("sd"), math.Hypot(v("sd_demand"), v("sd_lead_time")))
		check("safety stock", v("safety_stock"), v("k")*math.Hypot(v("sd"), v("undershoot_sd")))
		check("reorder point", v("reorder_point"), v("demand")+v("undershoot")+v("safety_stock"))
		if out.Kind == PolicyRS {
			check("order up to", v("order_up_to"), v("reorder_point"))
		} else {
			check("order up to", v("order_up_to"), v("reorder_point")+v("order_qty"))
		}
		if out.Expected < out.Target-1e-7 {
			t.Fatalf("expected service %g, target %g\n%+v", out.Expected, out.Target, out)
		}
	})
}

func drawDemand(t *rapid.T) Demand {
	mean := math.Exp(rapid.Float64Range(-4, 9).Draw(t, "ln mean"))
	d := Demand{Mean: mean, SD: mean * rapid.Float64Range(0.01, 4).Draw(t, "cv"), PeriodDays: rapid.SampledFrom([]float64{0, 1, 7, 30.4375}).Draw(t, "period")}
	if rapid.Bool().Draw(t, "se") {
		d.MeanSE = 0.1 * d.SD
	}
	return d
}

func drawParams(t *rapid.T) Params {
	p := Params{
		LeadDays:   rapid.Float64Range(0.5, 90).Draw(t, "lead"),
		LeadSDDays: rapid.SampledFrom([]float64{0, 0.5, 4}).Draw(t, "lead sd"),
		ReviewDays: rapid.SampledFrom([]float64{0, 0, 1, 7, 30}).Draw(t, "review"),
		Target:     rapid.Float64Range(0.5, 0.999).Draw(t, "target"),
		Kind:       rapid.SampledFrom([]planwright.ServiceKind{planwright.CycleService, planwright.FillRate}).Draw(t, "kind"),
	}
	if rapid.Bool().Draw(t, "lot") {
		p.Lot.Min = planwright.Qty(rapid.Int64Range(1, 1e9).Draw(t, "min"))
		p.Lot.Multiple = planwright.Qty(rapid.Int64Range(0, 1e8).Draw(t, "multiple"))
	}
	if p.ReviewDays == 0 && rapid.Bool().Draw(t, "lumps") {
		p.LumpMean, p.LumpSD = rapid.Float64Range(0.1, 5).Draw(t, "lump"), rapid.Float64Range(0, 5).Draw(t, "lump sd")
	}
	return p
}

// TestScale: in another unit the policy is the same policy.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, p := drawDemand(t), drawParams(t)
		p.Lot, p.Divisible = Lot{}, true
		const f = 1024 // exact in binary
		d2, p2 := d, p
		d2.Mean, d2.SD, d2.MeanSE = d.Mean*f, d.SD*f, d.MeanSE*f
		p2.LumpMean, p2.LumpSD = p.LumpMean*f, p.LumpSD*f
		a, b := compute(t, d, p), compute(t, d2, p2)
		for _, c := range [][2]float64{{a.SafetyStock, b.SafetyStock}, {a.ReorderPoint, b.ReorderPoint}, {a.OrderUpTo, b.OrderUpTo}, {a.OrderQty, b.OrderQty}} {
			if !near(c[0]*f, c[1], 1e-9, 1e-9*f*(a.ReorderPoint+a.OrderQty)) {
				t.Fatalf("%+v\nscaled %+v", a, b)
			}
		}
	})
}

// TestMonotone: more service, more variation, a longer or less certain lead
// time never need a lower level. (Below a fill rate of one half more variation
// helps; a gamma quantile falls with the variation where it is very large; a fill
// rate under periodic review compares two intervals, and theory orders them for
// sums of the same demand only.)
func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, p := drawDemand(t), drawParams(t)
		p.Lot = Lot{}
		p.OrderQty = d.Mean * 3
		p.Target = rapid.Float64Range(0.7, 0.999).Draw(t, "high target")
		base := compute(t, d, p)
		raised := func(what string, d Demand, p Params, from Policy) {
			out := compute(t, d, p)
			if out.Kind != from.Kind {
				return
			}
			if out.ReorderPoint < from.ReorderPoint-1e-8*(math.Abs(from.ReorderPoint)+d.Mean) {
				t.Fatalf("more %s: reorder point %g, before %g", what, out.ReorderPoint, from.ReorderPoint)
			}
		}
		more := p
		more.Target = p.Target + 0.5*(1-p.Target)
		raised("service", d, more, base)
		if p.Kind == planwright.FillRate && (p.ReviewDays > 0 || p.LumpMean > 0) {
			return
		}
		p.Family = FamilyNormal
		base = compute(t, d, p)
		d2 := d
		d2.SD *= 1.2
		raised("variation", d2, p, base)
		more = p
		more.LeadSDDays++
		raised("lead time variation", d, more, base)
		more = p
		more.LeadDays *= 1.3
		raised("lead time", d, more, base)
	})
}

// TestPooling: one safety stock for two independent demands is not above the
// sum of two (normal demand, cycle service).
func TestPooling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawDemand(t), drawDemand(t)
		b.PeriodDays, a.MeanSE, b.MeanSE = a.PeriodDays, 0, 0
		p := Params{LeadDays: 10, Target: rapid.Float64Range(0.5, 0.999).Draw(t, "target"), Family: FamilyNormal}
		both := Demand{Mean: a.Mean + b.Mean, SD: math.Hypot(a.SD, b.SD), PeriodDays: a.PeriodDays}
		pooled, sum := compute(t, both, p).SafetyStock, compute(t, a, p).SafetyStock+compute(t, b, p).SafetyStock
		if pooled > sum*(1+1e-12)+1e-9 {
			t.Fatalf("pooled safety stock %g, sum %g", pooled, sum)
		}
	})
}

// FuzzCompute: no input makes a NaN, an infinity or a panic.
func FuzzCompute(f *testing.F) {
	f.Add(10.0, 3.0, 7.0, 14.0, 2.0, 7.0, 0.95, 0.0, 1.0, 50.0, 0.2, 0.0, 0.0, uint8(1))
	f.Add(1e-300, 1e15, 1.0, 1e15, 1e15, 1e15, 1.0, 1e15, 0.0, math.Inf(1), math.NaN(), 1e15, 1e15, uint8(7))
	f.Add(1e15, 0.0, 0.0, 0.0, 5.0, 1e-9, 1e-300, 1e-12, -1.0, -1.0, -1.0, 3.0, 9.0, uint8(3))
	f.Fuzz(func(t *testing.T, mean, sd, period, lead, leadSD, review, target, q, unitCost, orderCost, rate, lump, lumpSD float64, flags uint8) {
		d := Demand{Mean: mean, SD: sd, PeriodDays: period}
		if flags&4 != 0 {
			d.CumMean, d.CumSD = []float64{mean, lump, q}, []float64{sd, lumpSD, lead}
		}
		p := Params{
			LeadDays: lead, LeadSDDays: leadSD, ReviewDays: review, Target: target, Kind: planwright.ServiceKind(flags & 1), Family: Family(flags >> 3 & 3),
			OrderQty: q, UnitCost: unitCost, OrderCost: orderCost, HoldingRate: rate, LumpMean: lump, LumpSD: lumpSD,
			Lot: Lot{Min: planwright.Clamp(lump), Multiple: planwright.Clamp(review)}, NoNegative: flags&2 != 0,
			SafetyStock: Entered{target, flags&32 != 0}, OrderUpTo: Entered{lead, flags&64 != 0},
		}
		out, err := Compute(d, p)
		if err != nil {
			if !errors.Is(err, ErrInput) {
				t.Fatalf("error %v does not wrap ErrInput", err)
			}
			return
		}
		v := reflect.ValueOf(out)
		for i := range v.NumField() {
			if v.Field(i).Kind() == reflect.Float64 && !(math.Abs(v.Field(i).Float()) <= math.MaxFloat64) {
				t.Fatalf("%s = %g\n%+v\n%+v", v.Type().Field(i).Name, v.Field(i).Float(), d, p)
			}
		}
		for _, term := range out.Terms {
			if !(math.Abs(term.Value) <= math.MaxFloat64) {
				t.Fatalf("term %s = %g", term.Name, term.Value)
			}
		}
		for _, s := range []float64{out.Expected, out.CycleService, out.FillRate} {
			if s < 0 || s > 1 {
				t.Fatalf("service %g", s)
			}
		}
	})
}

func BenchmarkCompute(b *testing.B) {
	for _, c := range []struct {
		name string
		d    Demand
		p    Params
	}{
		{"normal/cycle", Demand{Mean: 100, SD: 20, PeriodDays: 7}, Params{LeadDays: 14}},
		{"normal/cycle/periodic", Demand{Mean: 100, SD: 20, PeriodDays: 7}, Params{LeadDays: 14, ReviewDays: 1}},
		{"normal/fill", Demand{Mean: 100, SD: 20, PeriodDays: 7}, Params{LeadDays: 14, Kind: planwright.FillRate}},
		{"normal/fill/periodic", Demand{Mean: 100, SD: 20, PeriodDays: 7}, Params{LeadDays: 14, ReviewDays: 7, Kind: planwright.FillRate, OrderQty: 300}},
		{"gamma/cycle", Demand{Mean: 10, SD: 12, PeriodDays: 7}, Params{LeadDays: 14}},
		{"gamma/fill", Demand{Mean: 10, SD: 12, PeriodDays: 7}, Params{LeadDays: 14, Kind: planwright.FillRate}},
		{"gamma/fill/order-up-to", Demand{Mean: 10, SD: 12, PeriodDays: 7}, Params{LeadDays: 14, ReviewDays: 7, Kind: planwright.FillRate}},
		{"gamma/fill/periodic", Demand{Mean: 10, SD: 12, PeriodDays: 7}, Params{LeadDays: 14, ReviewDays: 7, Kind: planwright.FillRate, OrderQty: 30}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compute(c.d, c.p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A season whose mean is nearly 0 with the error of its other weeks is no demand
// that can be: the undershoot of its moments is not believed. What can be is
// planned as without the bound.
func TestReviewMost(t *testing.T) {
	d := Demand{Mean: 0.15, SD: 33, PeriodDays: 7, CumMean: []float64{0.15, 0.25}, CumSD: []float64{33, 39}}
	p := Params{LeadDays: 1, ReviewDays: 7, Target: 0.95, NoNegative: true}
	p.OrderQty = 1
	wild, err := Compute(d, p)
	if err != nil {
		t.Fatal(err)
	}
	p.ReviewMost = 150
	tame, err := Compute(d, p)
	if err != nil {
		t.Fatal(err)
	}
	if wild.ReorderPoint < 10*p.ReviewMost || tame.ReorderPoint > 2*p.ReviewMost || tame.OrderQty != p.OrderQty || tame.Kind != PolicyRS {
		t.Errorf("a level of %v without the bound, %v with it: %+v", wild.ReorderPoint, tame.ReorderPoint, tame)
	}
	d = Demand{Mean: 3, SD: 4, PeriodDays: 7, CumMean: []float64{3, 6}, CumSD: []float64{4, 6}}
	p.OrderQty, p.ReviewMost = 12, 0
	want, err := Compute(d, p)
	if err != nil {
		t.Fatal(err)
	}
	p.ReviewMost = 16.0 / 3
	if got, err := Compute(d, p); err != nil || got.ReorderPoint != want.ReorderPoint || got.OrderQty != want.OrderQty {
		t.Errorf("levels %v and %v of a demand that can be, %v without the bound (%v)", got.ReorderPoint, got.OrderUpTo, want.ReorderPoint, err)
	}
}
