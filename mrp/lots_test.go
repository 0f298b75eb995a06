package mrp_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwright"
	"planwright/mrp"

	"pgregory.net/rapid"
)

func units(need ...float64) []planwright.Qty {
	q := make([]planwright.Qty, len(need))
	for i, x := range need {
		q[i] = planwright.Clamp(x)
	}
	return q
}

func total(cost []float64) float64 {
	sum := 0.0
	for _, c := range cost {
		sum += c
	}
	return sum
}

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-9*max(1, math.Abs(want)) }

// sizingRules are the rules of a grid that need no parameter.
var sizingRules = []planwright.LotRule{
	planwright.LotForLot, planwright.POQ, planwright.PartPeriod, planwright.PartPeriodClosest,
	planwright.SilverMeal, planwright.LeastUnitCost, planwright.Groff, planwright.WagnerWhitin,
}

// The data of three textbooks. Where a table below does not name a page, the
// lots follow from the rule's equation on the book's data.
var (
	// Heizer and Render, Operations Management, chapter on MRP, lot-sizing
	// example: setup 100, holding 1 a week; 35 on hand cover week 1.
	heizer = mrp.LotProblem{Need: units(0, 30, 40, 0, 10, 40, 30, 0, 30, 55), Setup: []float64{100}, Holding: []float64{1}}
	// Orlicky (1975), Material Requirements Planning, on lot sizing: setup 100,
	// unit cost 50, 24% a year, 1 a month; EOQ 58.
	orlicky = mrp.LotProblem{Need: units(35, 10, 0, 40, 0, 20, 5, 10, 30), Setup: []float64{100}, Holding: []float64{1}}
	// Silver, Pyke and Peterson (1998), Inventory Management and Production
	// Planning and Scheduling, the 12-month example of lot sizing: A = 54, vr = 0.4 a month.
	silver = mrp.LotProblem{Need: units(10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41), Setup: []float64{54}, Holding: []float64{0.4}}
	// Wagner and Whitin (1958), table 1: setup costs that differ by month.
	wagner = mrp.LotProblem{
		Need:    units(69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56),
		Setup:   []float64{85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114},
		Holding: []float64{1},
	}
)

func TestLotsTextbook(t *testing.T) {
	for _, c := range []struct {
		name    string
		p       mrp.LotProblem
		rule    planwright.LotRule
		size    float64
		periods int
		lots    []float64
		cost    float64
	}{
		{"Heizer & Render, lot for lot", heizer, planwright.LotForLot, 0, 0, []float64{0, 30, 40, 0, 10, 40, 30, 0, 30, 55}, 700},
		{"Heizer & Render, least unit cost", heizer, planwright.LeastUnitCost, 0, 0, []float64{0, 70, 0, 0, 80, 0, 0, 0, 85, 0}, 495},
		{"Heizer & Render, part period", heizer, planwright.PartPeriod, 0, 0, []float64{0, 80, 0, 0, 0, 70, 0, 0, 85, 0}, 455},
		{"Heizer & Render, part period closest", heizer, planwright.PartPeriodClosest, 0, 0, []float64{0, 80, 0, 0, 0, 100, 0, 0, 0, 55}, 490},
		{"Heizer & Render, Silver-Meal", heizer, planwright.SilverMeal, 0, 0, []float64{0, 80, 0, 0, 0, 70, 0, 0, 85, 0}, 455},
		{"Heizer & Render, Wagner-Whitin", heizer, planwright.WagnerWhitin, 0, 0, []float64{0, 80, 0, 0, 0, 70, 0, 0, 85, 0}, 455},
		{"Heizer & Render, fixed 73", heizer, planwright.FixedQty, 73, 0, []float64{0, 73, 0, 0, 73, 0, 73, 0, 0, 73}, 4*100 + 43 + 3 + 3 + 66 + 26 + 69 + 69 + 39 + 57},
		{"Heizer & Render, 3 periods", heizer, planwright.POQ, 0, 3, []float64{0, 70, 0, 0, 80, 0, 0, 0, 85, 0}, 495},
		// EOQ 68.6 at 23.5 a week lasts 2.9 weeks; 73 lasts 3.1.
		{"Heizer & Render, periods of the EOQ", heizer, planwright.POQ, 0, 0, []float64{0, 70, 0, 0, 80, 0, 0, 0, 85, 0}, 495},
		{"Heizer & Render, periods of 73", heizer, planwright.POQ, 73, 0, []float64{0, 70, 0, 0, 80, 0, 0, 0, 85, 0}, 495},
		// 2K/h = 200: 2·40, 6·0, 12·10 pass, 20·40 does not; 2·30, 6·0 pass, 12·30 does not; 2·55 passes.
		{"Heizer & Render, Groff", heizer, planwright.Groff, 0, 0, []float64{0, 80, 0, 0, 0, 70, 0, 0, 85, 0}, 455},
		{"Orlicky, lot for lot", orlicky, planwright.LotForLot, 0, 0, []float64{35, 10, 0, 40, 0, 20, 5, 10, 30}, 700},
		{"Orlicky, Wagner-Whitin", orlicky, planwright.WagnerWhitin, 0, 0, []float64{45, 0, 0, 65, 0, 0, 0, 40, 0}, 395},
		{"Silver, lot for lot", silver, planwright.LotForLot, 0, 0, []float64{10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41}, 648},
		{"Silver, least unit cost", silver, planwright.LeastUnitCost, 0, 0, []float64{84, 0, 0, 284, 0, 217, 0, 176, 0, 160, 238, 41}, 558.8},
		{"Silver, 2 periods", silver, planwright.POQ, 0, 2, []float64{72, 0, 142, 0, 283, 0, 140, 0, 284, 0, 279, 0}, 553.6},
		{"Silver, periods of the EOQ", silver, planwright.POQ, 0, 0, []float64{72, 0, 142, 0, 283, 0, 140, 0, 284, 0, 279, 0}, 553.6},
		{"Silver, Silver-Meal", silver, planwright.SilverMeal, 0, 0, []float64{84, 0, 0, 130, 283, 0, 140, 0, 124, 160, 279, 0}, 501.2},
		{"Silver, Wagner-Whitin", silver, planwright.WagnerWhitin, 0, 0, []float64{84, 0, 0, 130, 283, 0, 140, 0, 124, 160, 279, 0}, 501.2},
		{"Wagner & Whitin", wagner, planwright.WagnerWhitin, 0, 0, []float64{98, 0, 97, 0, 121, 0, 0, 112, 0, 67, 135, 0}, 864},
	} {
		p := c.p
		p.Rule, p.LotSize, p.Periods = c.rule, planwright.Clamp(c.size), c.periods
		lots, cost, err := mrp.Lots(p)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if want := units(c.lots...); !slices.Equal(lots, want) {
			t.Errorf("%s: lots %v, want %v", c.name, lots, want)
		}
		if !near(total(cost), c.cost) {
			t.Errorf("%s: cost %v, want %v", c.name, total(cost), c.cost)
		}
	}
}

// TestLotsTies: an equal criterion extends the lot, and the latest of equally
// good setups is taken, whichever way the last digits fall.
func TestLotsTies(t *testing.T) {
	for _, c := range []struct {
		name string
		p    mrp.LotProblem
		lots []float64
	}{
		// (K + h·d)/2 = K at h·d = K.
		{"Silver-Meal", mrp.LotProblem{Rule: planwright.SilverMeal, Need: units(5, 3), Setup: []float64{0.3}, Holding: []float64{0.1}}, []float64{8, 0}},
		// (K + h·d2)/(d1 + d2) = K/d1 at h = K/d1.
		{"least unit cost", mrp.LotProblem{Rule: planwright.LeastUnitCost, Need: units(3, 7), Setup: []float64{0.3}, Holding: []float64{0.1}}, []float64{10, 0}},
		{"part period", mrp.LotProblem{Rule: planwright.PartPeriod, Need: units(9, 3), Setup: []float64{0.3}, Holding: []float64{0.1}}, []float64{12, 0}},
		// 10 carried against 30 is as far as 50.
		{"part period closest", mrp.LotProblem{Rule: planwright.PartPeriodClosest, Need: units(1, 10, 20, 1), Setup: []float64{30}, Holding: []float64{1}}, []float64{31, 0, 0, 1}},
		{"Groff", mrp.LotProblem{Rule: planwright.Groff, Need: units(9, 3), Setup: []float64{0.3}, Holding: []float64{0.1}}, []float64{12, 0}},
		{"Wagner-Whitin", mrp.LotProblem{Rule: planwright.WagnerWhitin, Need: units(9, 3), Setup: []float64{0.3}, Holding: []float64{0.1}}, []float64{9, 3}},
	} {
		lots, _, err := mrp.Lots(c.p)
		if err != nil || !slices.Equal(lots, units(c.lots...)) {
			t.Errorf("%s: lots %v (%v), want %v", c.name, lots, err, c.lots)
		}
	}
}

// TestWagnerWhitinOrdersInAnEmptyPeriod: with costs that vary, the best plan
// may order where nothing is needed.
func TestWagnerWhitinOrdersInAnEmptyPeriod(t *testing.T) {
	lots, cost, err := mrp.Lots(mrp.LotProblem{
		Rule: planwright.WagnerWhitin, Need: units(0, 0, 10), Setup: []float64{50, 5, 100}, Holding: []float64{1}, UnitCost: []float64{2},
	})
	if err != nil || !slices.Equal(lots, units(0, 10, 0)) || !slices.Equal(cost, []float64{0, 5 + 10 + 20, 0}) {
		t.Errorf("lots %v, cost %v, %v; want 10 in period 2 at 35", lots, cost, err)
	}
	// Holding is summed over the periods waited, each at its own price: 9 to
	// wait in period 1 and 1 in period 2, not 9 twice.
	lots, cost, err = mrp.Lots(mrp.LotProblem{
		Rule: planwright.WagnerWhitin, Need: units(1, 0, 1), Setup: []float64{12, 12, 12}, Holding: []float64{9, 1, 0},
	})
	if err != nil || !slices.Equal(lots, units(2, 0, 0)) || !near(total(cost), 22) {
		t.Errorf("lots %v, cost %v, %v; want 2 in period 1 at 22", lots, cost, err)
	}
}

func TestLotsRefuses(t *testing.T) {
	three := units(1, 2, 3)
	nan := math.NaN()
	for _, c := range []struct {
		p    mrp.LotProblem
		want string
	}{
		{mrp.LotProblem{Need: units(1, -2, 3)}, "period 2: the net requirement is -2"},
		{mrp.LotProblem{Need: []planwright.Qty{1, planwright.NoQty}}, "period 2: the net requirement is not given"},
		{mrp.LotProblem{Need: []planwright.Qty{planwright.MaxQty, 1}}, "period 2: the net requirements up to here exceed"},
		{mrp.LotProblem{Need: three, Setup: []float64{1, 2, -3}}, "period 3: the setup is -3"},
		{mrp.LotProblem{Need: three, Holding: []float64{1, nan, 3}}, "period 2: the holding is NaN"},
		{mrp.LotProblem{Need: three, UnitCost: []float64{math.Inf(1), 1, 3}}, "period 1: the unit cost is +Inf"},
		{mrp.LotProblem{Need: three, UnitCost: []float64{-1}}, "every period: the unit cost is -1"},
		{mrp.LotProblem{Need: three, Setup: []float64{1, 2}}, "setup: 2 values for 3 periods"},
		{mrp.LotProblem{Need: three, Holding: []float64{1e308}}, "period 1: the cost up to here is beyond"},
		{mrp.LotProblem{Need: three, Rule: planwright.FixedQty}, "lot size: foq has no fixed quantity"},
		{mrp.LotProblem{Need: three, Rule: planwright.FixedQty, LotSize: -1}, "lot size: -0.000001 is negative"},
		{mrp.LotProblem{Need: three, Rule: planwright.POQ, Periods: -1}, "periods: -1 is negative"},
		{mrp.LotProblem{Need: []planwright.Qty{planwright.MaxQty}, Rule: planwright.FixedQty, LotSize: planwright.MaxQty - 1}, "period 1: the lot exceeds"},
		{mrp.LotProblem{Need: three, Rule: planwright.LotWeek}, "rule week: is not a rule on a grid"},
		{mrp.LotProblem{Need: three, Rule: planwright.LotMinMax}, "rule min_max: is not a rule on a grid"},
	} {
		lots, cost, err := mrp.Lots(c.p)
		var e *planwright.Error
		if lots != nil || cost != nil || !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Lots(%v %v) = %v, %v, %v; want %q", c.p.Rule, c.p.Need, lots, cost, err, c.want)
		}
	}
	for _, r := range sizingRules {
		if lots, cost, err := mrp.Lots(mrp.LotProblem{Rule: r}); err != nil || len(lots) != 0 || len(cost) != 0 {
			t.Errorf("%v of no periods = %v, %v, %v", r, lots, cost, err)
		}
	}
}

func drawProblem(t *rapid.T, most int) mrp.LotProblem {
	n := rapid.IntRange(1, most).Draw(t, "periods")
	p := mrp.LotProblem{Need: make([]planwright.Qty, n)}
	for i := range p.Need {
		if rapid.IntRange(0, 2).Draw(t, "kind") > 0 {
			p.Need[i] = planwright.Qty(rapid.Int64Range(0, 200_000_000).Draw(t, "need"))
		}
	}
	column := func(name string, hi float64) []float64 {
		v := make([]float64, []int{0, 1, n}[rapid.IntRange(0, 2).Draw(t, name+" values")])
		for i := range v {
			v[i] = rapid.Float64Range(0, hi).Draw(t, name)
		}
		return v
	}
	p.Setup, p.Holding, p.UnitCost = column("setup", 500), column("holding", 3), column("unit cost", 8)
	return p
}

// priced is the cost of a plan, figured from its definition: every unit pays
// for every period that it waits.
func priced(p mrp.LotProblem, lots []planwright.Qty) float64 {
	at := func(c []float64, t int) float64 {
		switch len(c) {
		case 0:
			return 0
		case 1:
			return c[0]
		}
		return c[t]
	}
	sum, stock := 0.0, planwright.Qty(0)
	for t, q := range lots {
		if stock += q - p.Need[t]; stock < 0 {
			return math.Inf(1)
		}
		sum += at(p.Holding, t) * stock.Float()
		if q > 0 {
			sum += at(p.Setup, t) + at(p.UnitCost, t)*q.Float()
		}
	}
	return sum
}

// TestLotsCover: the lots of every rule cover the needs in time and, but for a
// fixed quantity, no more; the cost told is the cost of the lots; no rule is
// cheaper than Wagner-Whitin.
func TestLotsCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t, 30)
		p.Rule = planwright.WagnerWhitin
		_, cost, err := mrp.Lots(p)
		if err != nil {
			t.Fatal(err)
		}
		best := total(cost)
		for _, rule := range append([]planwright.LotRule{planwright.FixedQty}, sizingRules...) {
			p.Rule, p.LotSize = rule, 0
			if rule == planwright.FixedQty {
				p.LotSize = planwright.Qty(rapid.Int64Range(1, 300_000_000).Draw(t, "lot size"))
			}
			lots, cost, err := mrp.Lots(p)
			if err != nil {
				t.Fatalf("%v: %v", rule, err)
			}
			stock := planwright.Qty(0)
			for i, q := range lots {
				if stock += q - p.Need[i]; q < 0 || stock < 0 {
					t.Fatalf("%v: lots %v of needs %v are short in period %d", rule, lots, p.Need, i+1)
				}
			}
			if stock > 0 && rule != planwright.FixedQty {
				t.Fatalf("%v: lots %v of needs %v leave %v", rule, lots, p.Need, stock)
			}
			if got, want := total(cost), priced(p, lots); !near(got, want) {
				t.Fatalf("%v: told cost %v, want %v", rule, got, want)
			}
			if c := total(cost); best > c*(1+1e-9)+1e-9 {
				t.Fatalf("Wagner-Whitin costs %v, %v costs %v", best, rule, c)
			}
		}
	})
}

// TestWagnerWhitinIsBest against every one of the 2^T sets of setup periods.
func TestWagnerWhitinIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t, 10)
		p.Rule = planwright.WagnerWhitin
		lots, cost, err := mrp.Lots(p)
		if err != nil {
			t.Fatal(err)
		}
		n := len(p.Need)
		least := math.Inf(1)
		plan := make([]planwright.Qty, n)
		for set := range uint(1) << n {
			clear(plan)
			for i := range n {
				// A need is met from the latest setup up to it.
				if s := bits.Len(set & (2<<i - 1)); s > 0 {
					plan[s-1] += p.Need[i]
				}
			}
			least = min(least, priced(p, plan))
		}
		if !near(total(cost), least) {
			t.Fatalf("Wagner-Whitin(%+v) = %v at %v, want %v", p, lots, total(cost), least)
		}
	})
}

// TestLotsScale: needs k times as large with holding costs k times as small, or
// money k times as small, give the lots of the same periods.
func TestLotsScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t, 20)
		p.Rule = rapid.SampledFrom(sizingRules).Draw(t, "rule")
		k := rapid.Int64Range(2, 1000).Draw(t, "k")
		want, cost, err := mrp.Lots(p)
		if err != nil {
			t.Fatal(err)
		}
		scale := func(v []float64, by float64) []float64 {
			out := make([]float64, len(v))
			for i := range v {
				out[i] = v[i] * by
			}
			return out
		}
		big := p
		big.Need = make([]planwright.Qty, len(p.Need))
		for i, q := range p.Need {
			big.Need[i] = q * planwright.Qty(k)
		}
		big.Holding, big.UnitCost = scale(p.Holding, 1/float64(k)), scale(p.UnitCost, 1/float64(k))
		dear := p
		dear.Setup, dear.Holding, dear.UnitCost = scale(p.Setup, float64(k)), scale(p.Holding, float64(k)), scale(p.UnitCost, float64(k))
		for _, c := range []struct {
			name         string
			p            mrp.LotProblem
			units, money float64
		}{{"quantity", big, float64(k), 1}, {"money", dear, 1, float64(k)}} {
			lots, got, err := mrp.Lots(c.p)
			if err != nil {
				t.Fatal(err)
			}
			if sum := total(cost) * c.money; math.Abs(total(got)-sum) > 1e-9*max(sum, 1e-3) {
				t.Fatalf("%v, %s times %d: cost %v, want %v", p.Rule, c.name, k, total(got), sum)
			}
			for i, q := range lots {
				if q != want[i]*planwright.Qty(c.units) {
					t.Fatalf("%v, %s times %d: lots %v, want %v times %v", p.Rule, c.name, k, lots, c.units, want)
				}
			}
		}
	})
}

func FuzzLots(f *testing.F) {
	f.Add(uint8(11), int64(5e6), int64(0), 100.0, 1.0, 0.0, int64(7), 3, 4)
	f.Add(uint8(8), int64(planwright.MaxQty), int64(1), 0.0, 0.0, 0.0, int64(1), 0, 1)
	f.Add(uint8(1), int64(1), int64(planwright.MaxQty), 1e300, 1e300, 1e-300, int64(planwright.MaxQty), 2, 2)
	f.Add(uint8(9), int64(1), int64(1), 1e-308, 5e-324, math.NaN(), int64(-1), -1, 9)
	f.Fuzz(func(t *testing.T, rule uint8, a, b int64, setup, holding, unit float64, size int64, periods, n int) {
		n = min(max(n, 0), 40)
		p := mrp.LotProblem{
			Need: make([]planwright.Qty, n), Setup: []float64{setup}, Holding: []float64{holding}, UnitCost: []float64{unit},
			Rule: planwright.LotRule(rule % 13), LotSize: planwright.Qty(size), Periods: periods,
		}
		for i := range p.Need {
			p.Need[i] = planwright.Qty([]int64{a, b, 0, a}[i%4])
		}
		lots, cost, err := mrp.Lots(p)
		if err != nil {
			var e *planwright.Error
			if !errors.As(err, &e) || e.Subject == "" || e.What == "" || e.Fix == "" {
				t.Fatalf("error %v does not say what, where and how to mend it", err)
			}
			return
		}
		if len(lots) != n || len(cost) != n {
			t.Fatalf("%d lots and %d costs of %d periods", len(lots), len(cost), n)
		}
		stock := planwright.Qty(0)
		for i, q := range lots {
			if stock += q - p.Need[i]; q < 0 || stock < 0 {
				t.Fatalf("lots %v of %v are short in period %d", lots, p.Need, i+1)
			}
			if !(cost[i] >= 0) || math.IsInf(cost[i], 1) {
				t.Fatalf("cost %v in period %d", cost[i], i+1)
			}
		}
	})
}

// lotCase is one case of the lot-sizing collection.
type lotCase struct {
	ID, Kind string
	Items    []struct {
		Lot struct {
			Rule string
			Qty  float64
			N    int
		}
	}
	Inventory []struct{ Qty float64 }
	Demand    []struct {
		Due int
		Qty float64
	}
	Params struct {
		Setup   float64   `json:"setup_cost"`
		Setups  []float64 `json:"setup_cost_by_period"`
		Holding float64   `json:"holding_cost_per_period"`
		Horizon int
	}
	Expected struct {
		Orders []struct {
			Due int
			Qty float64
		} `json:"planned_orders"`
		Cost    float64 `json:"total_cost"`
		Optimum float64 `json:"optimum_cost"`
	}
}

var caseRules = map[string]planwright.LotRule{
	"LFL": planwright.LotForLot, "FOQ": planwright.FixedQty, "POQ": planwright.POQ, "LUC": planwright.LeastUnitCost,
	"SILVER_MEAL": planwright.SilverMeal, "WAGNER_WHITIN": planwright.WagnerWhitin, "GROFF": planwright.Groff,
	"PPB_not_exceed": planwright.PartPeriod, "PPB_closest": planwright.PartPeriodClosest,
}

// TestLotsCases runs the cases of the conformance collection that stands beside
// the module, where there is one.
func TestLotsCases(t *testing.T) {
	files, err := filepath.Glob("../../shared/cases/mrp/ls-*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no conformance cases in ../../shared/cases/mrp")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c lotCase
		if err := json.Unmarshal(data, &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		rule, ok := caseRules[c.Items[0].Lot.Rule]
		if c.Kind != "lotsizing" || !ok {
			t.Errorf("%s: kind %s, rule %s", c.ID, c.Kind, c.Items[0].Lot.Rule)
			continue
		}
		n := c.Params.Horizon
		for _, d := range c.Demand {
			n = max(n, d.Due)
		}
		p := mrp.LotProblem{
			Need: make([]planwright.Qty, n), Setup: c.Params.Setups, Holding: []float64{c.Params.Holding},
			Rule: rule, LotSize: planwright.Clamp(c.Items[0].Lot.Qty), Periods: c.Items[0].Lot.N,
		}
		if p.Setup == nil {
			p.Setup = []float64{c.Params.Setup}
		}
		stock := planwright.Qty(0)
		for _, x := range c.Inventory {
			stock += planwright.Clamp(x.Qty)
		}
		for _, d := range c.Demand {
			p.Need[d.Due-1] += planwright.Clamp(d.Qty)
		}
		for i, d := range p.Need {
			used := min(stock, d)
			stock -= used
			p.Need[i] -= used
		}
		want := make([]planwright.Qty, n)
		for _, o := range c.Expected.Orders {
			want[o.Due-1] += planwright.Clamp(o.Qty)
		}
		lots, cost, err := mrp.Lots(p)
		if err != nil || !slices.Equal(lots, want) || !near(total(cost), c.Expected.Cost) {
			t.Errorf("%s: lots %v at %v (%v), want %v at %v", c.ID, lots, total(cost), err, want, c.Expected.Cost)
		}
		if c.Expected.Optimum > 0 {
			p.Rule = planwright.WagnerWhitin
			if _, cost, err = mrp.Lots(p); err != nil || !near(total(cost), c.Expected.Optimum) {
				t.Errorf("%s: optimum %v (%v), want %v", c.ID, total(cost), err, c.Expected.Optimum)
			}
		}
	}
}

// oneOrMany reads a number or a list of numbers.
type oneOrMany []float64

func (v *oneOrMany) UnmarshalJSON(data []byte) error {
	var one float64
	if err := json.Unmarshal(data, &one); err == nil {
		*v = []float64{one}
		return nil
	}
	return json.Unmarshal(data, (*[]float64)(v))
}

// TestWagnerWhitinCases: optima of enumeration and of an independent program,
// with costs that vary by period.
func TestWagnerWhitinCases(t *testing.T) {
	data, err := os.ReadFile("../../shared/cases/inventory/wagner_whitin.json")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no conformance cases in ../../shared/cases/inventory")
	}
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Cases []struct {
			Name   string
			Inputs struct {
				Periods  int       `json:"num_periods"`
				Holding  oneOrMany `json:"holding_cost"`
				Setup    oneOrMany `json:"fixed_cost"`
				Demand   oneOrMany
				UnitCost oneOrMany `json:"purchase_cost"`
			}
			Expected struct {
				Cost float64
			}
		}
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Cases {
		demand := []float64(c.Inputs.Demand)
		for len(demand) < c.Inputs.Periods {
			demand = append(demand, demand[0])
		}
		_, cost, err := mrp.Lots(mrp.LotProblem{
			Rule: planwright.WagnerWhitin, Need: units(demand...), Setup: c.Inputs.Setup, Holding: c.Inputs.Holding, UnitCost: c.Inputs.UnitCost,
		})
		if err != nil || math.Abs(total(cost)-c.Expected.Cost) > 1e-6*max(1, c.Expected.Cost) {
			t.Errorf("%s: cost %v (%v), want %v", c.Name, total(cost), err, c.Expected.Cost)
		}
	}
}

func benchmarkWagnerWhitin(b *testing.B, n int, setup float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := mrp.LotProblem{Rule: planwright.WagnerWhitin, Need: make([]planwright.Qty, n), Setup: []float64{setup}, Holding: []float64{1}}
	for i := range p.Need {
		p.Need[i] = planwright.Qty(rng.Int64N(100)) * planwright.One
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := mrp.Lots(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWagnerWhitin(b *testing.B) {
	b.Run("T=52", func(b *testing.B) { benchmarkWagnerWhitin(b, 52, 200) })
	b.Run("T=365", func(b *testing.B) { benchmarkWagnerWhitin(b, 365, 200) })
	b.Run("T=365/one lot", func(b *testing.B) { benchmarkWagnerWhitin(b, 365, 1e9) })
}
