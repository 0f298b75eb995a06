package replenish

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"testing"
)

// The reference cases lie beside the repository, or where ANCHOR_CASES says:
//
//	ANCHOR_CASES=DIR go test ./replenish -run TestReferenceCases
//
// A table of cases that is generated into package replenish_test shares no name
// with this file; with the build tag anchors, anchor_adapters_test.go answers it.

type (
	// CaseIn are the inputs of a case by name.
	CaseIn map[string]any
	// CaseOut are the outputs of a case by name.
	CaseOut map[string]any
)

func (in CaseIn) has(k string) bool { return in[k] != nil }

func (in CaseIn) num(k string) float64 {
	x, ok := in[k].(float64)
	if !ok {
		panic(fmt.Sprintf("%s: %v is no number", k, in[k]))
	}
	return x
}

func (in CaseIn) numOr(k string, otherwise float64) float64 {
	if x, ok := in[k].(float64); ok {
		return x
	}
	return otherwise
}

func (in CaseIn) yes(k string) bool { b, _ := in[k].(bool); return b }

func (in CaseIn) text(k string) string { s, _ := in[k].(string); return s }

func numbers(v any) (out []float64) {
	list, _ := v.([]any)
	for _, e := range list {
		x, _ := e.(float64)
		out = append(out, x)
	}
	return out
}

func (in CaseIn) nums(k string) []float64 { return numbers(in[k]) }

func (in CaseIn) each(k string, n int) []float64 {
	if list := in.nums(k); list != nil {
		return list[len(list)-n:]
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = in.num(k)
	}
	return out
}

func (in CaseIn) sub(k string) CaseIn { m, _ := in[k].(map[string]any); return m }

func (in CaseIn) subs(k string) (out []CaseIn) {
	list, _ := in[k].([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		out = append(out, m)
	}
	return out
}

func (in CaseIn) network() []CaseIn {
	for _, k := range [...]string{"tree", "network"} {
		if in.has(k) {
			return in.sub(k).subs("network")
		}
	}
	return in.subs("nodes")
}

func (in CaseIn) pmf(k string) (values, probabilities []float64) {
	switch v := in[k].(type) {
	case map[string]any:
		for name := range v {
			if x, err := strconv.ParseFloat(name, 64); err == nil {
				values = append(values, x)
			}
		}
		sort.Float64s(values)
		for _, x := range values {
			for name, p := range v {
				if y, err := strconv.ParseFloat(name, 64); err == nil && y == x {
					probabilities = append(probabilities, p.(float64))
				}
			}
		}
	case []any:
		for i, e := range v {
			x, p := float64(i), 0.0
			if pair := numbers(e); len(pair) == 2 {
				x, p = pair[0], pair[1]
			} else {
				p, _ = e.(float64)
			}
			values, probabilities = append(values, x), append(probabilities, p)
		}
	}
	return values, probabilities
}

func (in CaseIn) chain(t *testing.T) CaseIn {
	dir := os.Getenv("ANCHOR_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "cases")
	}
	b, err := os.ReadFile(filepath.Join(dir, in.text("willems_file")))
	if err != nil {
		t.Skipf("the supply chain of this case is not beside the repository: %v", err)
	}
	var out CaseIn
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// informative are outputs that are no targets: values of approximations and
// wrong formulas, and plans that tie.
func informative(function, key string) bool {
	for _, part := range [...]string{"toy", "metric_", "published_", "reference_simulated", "stockpyl_value", "cost_times_", "_asymptotic_", "_one_optimum"} {
		for i := 0; i+len(part) <= len(key); i++ {
			if key[i:i+len(part)] == part {
				return true
			}
		}
	}
	switch key {
	case "ratio", "cst":
		return true
	case "order_quantities", "next_order_period":
		return function == "wagner_whitin"
	case "base_cycle_time", "order_multiples":
		return function == "joint_replenishment_optimal_strict_cyclic_or_general"
	}
	return false
}

var caseFamilies = map[string]func(*testing.T, string, CaseIn) CaseOut{
	"eoq": AdaptEoq, "eoq_discounts": AdaptEoqDiscounts, "eoq_joint_replenishment": AdaptEoqJointReplenishment, "finite_horizon": AdaptFiniteHorizon,
	"gold_service": AdaptGoldService, "gsm": AdaptGsm, "loss_functions": AdaptLossFunctions, "newsvendor": AdaptNewsvendor, "rq": AdaptRq, "ss": AdaptSs,
	"ssm": AdaptSsm, "supply_uncertainty": AdaptSupplyUncertainty, "wagner_whitin": AdaptWagnerWhitin,
}

type referenceCase struct {
	Name, Function, Kind string
	Inputs               CaseIn
	Expected             map[string]any
	Tolerance            map[string]float64
}

// TestReferenceCases compares with the answers of other programs and of exact
// enumeration.
func TestReferenceCases(t *testing.T) {
	dir := os.Getenv("ANCHOR_CASES")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "cases", "inventory")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) == 0 {
		t.Skipf("the reference cases are not beside this repository (%s)", dir)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Family string
			Cases  []referenceCase
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		adapt := caseFamilies[doc.Family]
		if adapt == nil {
			continue
		}
		t.Run(doc.Family, func(t *testing.T) {
			for _, c := range doc.Cases {
				if c.Function == "" {
					c.Function = c.Kind
				}
				t.Run(c.Function+"/"+c.Name, func(t *testing.T) { compareCase(t, c, adapt(t, c.Function, c.Inputs)) })
			}
		})
	}
}

func compareCase(t *testing.T, c referenceCase, out CaseOut) {
	b, err := json.Marshal(out) // refuses NaN
	if err != nil {
		t.Fatalf("%v: %v", out, err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range c.Expected {
		if informative(c.Function, key) {
			continue
		}
		rel := c.Tolerance["rel"]
		switch key {
		case "reorder_point", "order_quantity":
			rel = max(rel, c.Tolerance["rq_rel"])
		case "echelon_base_stock":
			rel = max(rel, c.Tolerance["base_stock_rel"])
		}
		if c.Function == "finite_horizon_dp" { // the answers are those of a coarse grid
			switch rel = max(rel, 2e-3); key {
			case "reorder_points":
				rel = 0.06
			case "order_up_to_levels":
				rel = 0.03
			}
		}
		same(t, key, got[key], want, rel, c.Tolerance["abs"])
	}
}

func same(t *testing.T, key string, got, want any, rel, abs float64) {
	switch want := want.(type) {
	case float64:
		if g, ok := got.(float64); !ok || math.Abs(g-want) > max(abs, rel*math.Abs(want)) {
			t.Errorf("%s = %v, want %v", key, got, want)
		}
	case []any:
		g, _ := got.([]any)
		if len(g)+1 == len(want) && want[0] == 0.0 { // a filler for period 0
			want = want[1:]
		}
		if len(g) != len(want) {
			t.Errorf("%s = %v, want %v", key, got, want)
			return
		}
		for i := range want {
			same(t, fmt.Sprintf("%s[%d]", key, i), g[i], want[i], rel, abs)
		}
	case map[string]any:
		g, _ := got.(map[string]any)
		for k, w := range want {
			if !informative("", k) {
				same(t, key+"."+k, g[k], w, rel, abs)
			}
		}
	default:
		if got != want {
			t.Errorf("%s = %v, want %v", key, got, want)
		}
	}
}
