package replenish

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// referenceCase is one problem with a known answer.
type referenceCase struct {
	Name, Function, Kind string
	Inputs               json.RawMessage
	Expected             map[string]any
	Tolerance            struct{ Rel, Abs float64 }
}

func readCases(t *testing.T, file string) []referenceCase {
	path := filepath.Join("..", "..", "shared", "cases", "inventory", file)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the collection of reference cases is not beside this repository: %v", err)
	}
	var doc struct{ Cases []referenceCase }
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Cases
}

type referenceInputs struct {
	FixedCost     float64 `json:"fixed_cost"`
	HoldingCost   float64 `json:"holding_cost"`
	DemandRate    float64 `json:"demand_rate"`
	OrderQuantity float64 `json:"order_quantity"`

	X, Z, A, B, Mean, SD float64

	LeadTimeDemand referenceLaw `json:"lead_time_demand"`
	PeriodDemand   referenceLaw `json:"period_demand"`
	ReorderPoint   float64      `json:"reorder_point"`
	TargetFill     float64      `json:"target_fill_rate"`
	TargetCycle    float64      `json:"target_cycle_service"`
	LeadTimePMF    [][2]float64 `json:"lead_time_pmf"`
	Review         float64      `json:"review_period"`
	LeadTime       float64      `json:"lead_time"`
	OrderUpTo      float64      `json:"order_up_to"`
	Alpha, Phi     float64
	Horizon        int
	OneStep        float64 `json:"one_step_sigma"`
	Innovation     float64 `json:"innovation_sigma"`
}

type referenceLaw struct {
	Type               string
	Mean, SD, Variance float64
}

// over returns the distribution of n periods' demand, nil for a family that
// this package does not have.
func (l referenceLaw) over(n float64) Distribution {
	switch l.Type {
	case "normal":
		return NewNormal(l.Mean*n, l.SD*math.Sqrt(n))
	case "gamma":
		return NewGamma(l.Mean*n, l.SD*math.Sqrt(n))
	}
	return nil
}

// TestReferenceCases compares with the collected answers of other programs and
// of exact enumeration, where they lie beside this repository.
func TestReferenceCases(t *testing.T) {
	compared := 0
	for _, file := range []string{"eoq.json", "loss_functions.json", "gold_service.json"} {
		for _, c := range readCases(t, file) {
			var in referenceInputs
			if err := json.Unmarshal(c.Inputs, &in); err != nil {
				continue // a kind whose inputs have another shape
			}
			got := answer(c, in)
			for name, v := range got {
				want, ok := c.Expected[name].(float64)
				if !ok {
					t.Errorf("%s %s: no expected %s", file, c.Name, name)
					continue
				}
				compared++
				if !near(v, want, c.Tolerance.Rel, c.Tolerance.Abs) {
					t.Errorf("%s %s: %s = %.12g, want %.12g", file, c.Name, name, v, want)
				}
			}
		}
	}
	if compared < 70 {
		t.Errorf("compared %d answers, want at least 70: the readers no longer fit the files", compared)
	}
}

// answer computes a case, nil if it is of a family that is not here.
func answer(c referenceCase, in referenceInputs) map[string]float64 {
	pair := func(n, nbar float64) map[string]float64 { return map[string]float64{"n_plus": n, "n_minus": nbar} }
	switch c.Function {
	case "economic_order_quantity":
		q := in.OrderQuantity
		if q == 0 {
			q = EOQ(in.FixedCost, in.HoldingCost, in.DemandRate)
		}
		return map[string]float64{"order_quantity": q, "cost": EOQCost(in.FixedCost, in.HoldingCost, in.DemandRate, q)}
	case "standard_normal_loss":
		return pair(StandardNormalLoss(in.Z))
	case "standard_normal_second_loss":
		return pair(StandardNormalSecondLoss(in.Z))
	case "normal_loss":
		return pair(NormalLoss(in.X, in.Mean, in.SD))
	case "normal_second_loss":
		return pair(NormalSecondLoss(in.X, in.Mean, in.SD))
	case "gamma_loss":
		return pair(GammaLoss(in.X, in.A, in.B))
	case "gamma_second_loss":
		return pair(GammaSecondLoss(in.X, in.A, in.B))
	}
	switch c.Kind {
	case "sQ_measures":
		d := in.LeadTimeDemand.over(1)
		if d == nil {
			return nil
		}
		b, h := ExpectedBackorders(d, in.ReorderPoint, in.OrderQuantity)
		p2 := FillRate(d, in.ReorderPoint, in.OrderQuantity)
		return map[string]float64{"cycle_service_level": d.CDF(in.ReorderPoint), "fill_rate_exact": p2, "ready_rate": p2, "expected_backorders": b, "expected_on_hand": h}
	case "sQ_fill_rate_inverse":
		d := in.LeadTimeDemand.over(1)
		if d == nil {
			return nil
		}
		s := LevelForFillRate(d, in.OrderQuantity, in.TargetFill)
		m, _ := d.Moments()
		return map[string]float64{"reorder_point": s, "safety_stock": s - m, "achieved_fill_rate": FillRate(d, s, in.OrderQuantity)}
	case "RS_measures":
		l, p := in.PeriodDemand.over(in.LeadTime), in.PeriodDemand.over(in.LeadTime+in.Review)
		if p == nil {
			return nil
		}
		return map[string]float64{"cycle_service_level": p.CDF(in.OrderUpTo), "fill_rate_exact": PeriodicFillRate(l, p, in.OrderUpTo, 0)}
	case "random_lead_time":
		l, v := 0.0, 0.0
		for _, x := range in.LeadTimePMF {
			l += x[0] * x[1]
		}
		for _, x := range in.LeadTimePMF {
			v += (x[0] - l) * (x[0] - l) * x[1]
		}
		mean, sd := RandomLeadTimeDemand(in.PeriodDemand.Mean, math.Sqrt(in.PeriodDemand.Variance), l, math.Sqrt(v))
		return map[string]float64{"ltd_mean": mean, "ltd_variance": sd * sd, "reorder_point_normal_approx": NewNormal(mean, sd).Quantile(in.TargetCycle)}
	case "lead_time_error_variance_SES":
		return map[string]float64{"cumulative_sd": SESCumulativeSD(in.OneStep, in.Alpha, float64(in.Horizon))}
	case "lead_time_error_variance_AR1":
		return map[string]float64{"cumulative_forecast_error_sd": AR1CumulativeSD(in.Innovation, in.Phi, in.Horizon)}
	}
	return nil
}

// TestReferenceFamilies counts nothing that it does not know: the families that
// are left out are those of other chapters.
func TestReferenceFamilies(t *testing.T) {
	for _, c := range readCases(t, "gold_service.json") {
		if c.Kind == "" || strings.TrimSpace(c.Name) == "" {
			t.Errorf("case without kind or name: %+v", c)
		}
	}
}
