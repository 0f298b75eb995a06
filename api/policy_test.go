package api

import (
	"math"
	"strings"
	"testing"

	"planwright/plan"
)

// TestComputePolicy is the normal case done by hand: weekly demand 100, error
// 20, two weeks of lead time and one of review, 97.5 % in a cycle.
func TestComputePolicy(t *testing.T) {
	v := planned(t, 0, true, nil)
	m := v.post("/v1/policies:compute", `{"mean":100,"sd":20,"lead_time_days":14,"review_days":7,"service_level":0.975,"order_qty":50,"divisible":true}`)
	want := 1.959963984540054 * 20 * math.Sqrt(3)
	if got, _ := m["safety_stock"].(float64); m["policy"] != "RS" || m["method"] != "normal" || math.Abs(got-want) > 1e-9*want {
		t.Errorf("policy %v, want RS with safety stock %.6f", m, want)
	}
	if got, _ := m["order_up_to"].(float64); math.Abs(got-300-want) > 1e-9*got {
		t.Errorf("order-up-to %v, want %.6f", got, 300+want)
	}
	terms := list(m, "terms")
	if len(terms) == 0 || terms[0]["name"] == "" || terms[0]["source"] == "" {
		t.Errorf("terms %v, want every number with its source", terms)
	}
	for _, term := range terms {
		if source, _ := term["source"].(string); strings.HasPrefix(source, "source.") {
			t.Errorf("the source of %v is a code without a text", term)
		}
	}
	for options, field := range map[string]string{`"multi_echelon":true,"stock_budget":5`: "options.multi_echelon", `"fill_rate":1`: "options.fill_rate", `"stock_budget":-1`: "options.stock_budget"} {
		got := v.do("POST", "/v1/plans", `{"validate_only":true,"options":{`+options+`}}`)
		if got.status != 400 || !strings.Contains(string(got.body), field) {
			t.Errorf("options %s: %d %s, want 400 that names %s", options, got.status, got.body, field)
		}
	}
	h := v.post("/v1/policies:compute", `{"history":[12,9,11,10,13,8,12,10,11,9,12,10,11,10,9,12,11,10,13,9],"lead_time_days":14}`)
	if h["forecast_method"] == "" || h["policy"] != "sQ" {
		t.Errorf("policy of a history %v", h)
	}
	for body, want := range map[string]int{
		`{"mean":-1}`: 400, `{"mean":"NaN"}`: 400, `{"mean":1,"sd":"Infinity"}`: 400, `{"mean":1,"service_level":2}`: 400, `{"mean":1,"family":"cauchy"}`: 400,
		`{"mean":1,"period":"hour"}`: 400, `{"mean":1,"service_kind":"best"}`: 400, `{"mean":1,"lot_min":"-3"}`: 400, `{"history":[1,2],"lead_time_days":1e300}`: 400, `{}`: 200,
	} {
		if got := v.do("POST", "/v1/policies:compute", body); got.status != want {
			t.Errorf("compute %s = %d %s, want %d", body, got.status, got.body, want)
		}
	}
}

// TestSimulatePolicy: Poisson demand of 10 a period, one by one, lead time 1,
// base stock 14: 13 or less in the lead time leave a unit, P(X <= 13) = 0.8645.
func TestSimulatePolicy(t *testing.T) {
	v := planned(t, 0, true, nil)
	body := `{"demand":{"type":"constant","mean":1},"customers_per_period":10,"lead_time":{"type":"constant","mean":1},"reorder_point":13,"order_up_to":14,"periods":50000,"seed":"7"}`
	m := v.post("/v1/policies:simulate", body)
	fill, _ := m["fill_rate"].(map[string]any)
	mean, _ := fill["mean"].(float64)
	half, _ := fill["half_width"].(float64)
	if half <= 0 || half > 0.01 || math.Abs(mean-0.864464) > 2*half {
		t.Errorf("fill rate %v, want 0.8645", fill)
	}
	if again := v.post("/v1/policies:simulate", body); again["fill_rate"].(map[string]any)["mean"] != fill["mean"] {
		t.Errorf("the same seed gives %v, then %v", fill, again["fill_rate"])
	}
	for body, want := range map[string]int{
		`{}`: 400, `{"demand":{"type":"cauchy"}}`: 400, `{"demand":{"type":"normal","mean":"NaN"}}`: 400, `{"demand":{"type":"poisson","mean":3},"periods":1e12}`: 400,
		`{"demand":{"type":"poisson","mean":3},"batches":2147483647}`: 400, `{"demand":{"type":"poisson","mean":3},"batches":1}`: 400, `{"demand":{"type":"poisson","mean":3},"review":1e-9}`: 400,
		`{"demand":{"type":"poisson","mean":3},"customers_per_period":1e9}`: 400, `{"history":[1,2],"demand":{"type":"poisson"}}`: 400,
		`{"demand":{"type":"empirical","values":[1,2],"probabilities":[0.5]}}`: 400, `{"demand":{"type":"negative_binomial","mean":5,"sd":1}}`: 400,
		`{"history":[5,0,3,8],"bootstrap_block":2,"order_up_to":20,"reorder_point":10,"periods":100}`: 200,
	} {
		if got := v.do("POST", "/v1/policies:simulate", body); got.status != want {
			t.Errorf("simulate %s = %d %s, want %d", body, got.status, got.body, want)
		}
	}
}

// TestTradeoff: more service costs more stock, and the best division of the money
// is never below one target for all.
func TestTradeoff(t *testing.T) {
	v := planned(t, 0, true, nil)
	m := v.get("/v1/plans/latest:tradeoff")
	if m["skus"] != 1.0 { // the others of the company have no lead time to protect
		t.Fatalf("trade-off of %v sku's, want BIKE's", m["skus"])
	}
	uniform, optimal := list(m, "uniform"), list(m, "optimal")
	if len(uniform) < 10 || len(optimal) < 10 {
		t.Fatalf("%d and %d points", len(uniform), len(optimal))
	}
	num := func(p map[string]any, name string) float64 { x, _ := p[name].(float64); return x }
	for i := 1; i < len(uniform); i++ {
		if num(uniform[i], "investment") < num(uniform[i-1], "investment") || num(uniform[i], "fill_rate") < num(uniform[i-1], "fill_rate") {
			t.Errorf("uniform %v, then %v: both must rise", uniform[i-1], uniform[i])
		}
	}
	for _, u := range uniform {
		for i := 1; i < len(optimal); i++ {
			a, b := optimal[i-1], optimal[i]
			if x := num(u, "investment"); num(a, "investment") <= x && x <= num(b, "investment") && num(b, "fill_rate") < num(u, "fill_rate")-1e-9 {
				t.Errorf("one target for all gives %v, the best division %v", u, b)
			}
		}
	}
	if m["entered"] != nil || m["enteredSkus"] != nil {
		t.Errorf("levels that nobody entered: %v of %v sku's", m["entered"], m["enteredSkus"])
	}
	rows := []plan.TradeoffRow{{UnitCost: 4, YearlyDemand: 1200, Mean: 80, SD: 25, ReorderPoint: 100, OrderQty: 60, Entered: true, EnteredMin: 130, EnteredMax: 190}}
	computed, err := plan.ComputeTradeoff(rows, plan.TradeoffGoal{})
	if err != nil {
		t.Fatal(err)
	}
	if x := tradeoffMessage("p1", &computed); x.GetEnteredSkus() != 1 || !(x.GetEntered().GetInvestment() > x.GetCurrent().GetInvestment()) || x.GetEntered().ServiceTarget != nil {
		t.Errorf("higher levels entered: %v of %d sku's, the plan's %v", x.GetEntered(), x.GetEnteredSkus(), x.GetCurrent())
	}
	if got := v.do("GET", "/v1/plans/p9999:tradeoff", ""); got.status != 404 {
		t.Errorf("trade-off of no plan = %d", got.status)
	}
}
