package plan

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"planwright"
)

// carry makes of a plan what a later run goes on from.
func carry(p *planwright.Plan) *planwright.Carried {
	c := &planwright.Carried{PlanID: "p0001", Digest: p.Digest, Options: p.Options}
	for i, k := range p.States.SKU {
		if k == planwright.NoSKU {
			c.Company = p.States.State[i]
		}
	}
	c.ReadStates = func(_ context.Context, lo, hi planwright.SKU) (*planwright.ForecastStates, error) {
		t := &planwright.ForecastStates{}
		for i, k := range p.States.SKU {
			if k >= lo && k < hi {
				t.SKU, t.Kind, t.State = append(t.SKU, k), append(t.Kind, p.States.Kind[i]), append(t.State, p.States.State[i])
			}
		}
		return t, nil
	}
	return c
}

// A night later the models follow the week that has come: all but those whose
// demand has left them keep their parameters, and the forecasts are near those of
// fitting anew. The same snapshot, options and base give the same plan.
func TestCarriedStates(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: one run after another")
	}
	s := promoted(t, 2)
	s.AsOf = s.AsOf.Monday()
	jump := planwright.SKU(7)
	before := s.AsOf
	noise := func(k planwright.SKU, d planwright.Day) float64 {
		return math.Round(15 + 10*rand.New(rand.NewPCG(uint64(k)+99, uint64(d))).Float64())
	}
	qty := func(k planwright.SKU, d planwright.Day) float64 {
		q := noise(k, d)
		if k == jump && d >= before {
			q *= 8
		}
		return q
	}
	sold(s, s.AsOf-7*150, qty)
	s.Events = planwright.Events{}
	first, err := Run(context.Background(), s, Options{Horizon: 8})
	if err != nil {
		t.Fatal(err)
	}
	// The same night again: nothing new, nothing changed but the way there.
	same, err := Run(context.Background(), s, Options{Horizon: 8, Base: carry(first)})
	if err != nil {
		t.Fatal(err)
	}
	if same.Carried != first.Digest {
		t.Errorf("carried %q, want the digest of the base", same.Carried)
	}
	for i := range same.Forecast.SKU {
		if a, b := first.Forecast.Mean[i], same.Forecast.Mean[i]; math.Abs(a-b) > 1e-6*(1+a) {
			t.Errorf("sku %d, step %d: %v carried on without news, %v fitted", same.Forecast.SKU[i], i, b, a)
		}
	}
	moved := *s
	moved.AsOf += 14
	sold(&moved, s.AsOf-7*150, qty)
	next, err := Run(context.Background(), &moved, Options{Horizon: 8, Base: carry(first)})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Run(context.Background(), &moved, Options{Horizon: 8, Base: carry(first), Workers: 3})
	if err != nil || again.Digest != next.Digest {
		t.Errorf("the same snapshot, options and base give another plan (%v)", err)
	}
	anew, err := Run(context.Background(), &moved, Options{Horizon: 8})
	if err != nil {
		t.Fatal(err)
	}
	if next.Digest == anew.Digest {
		t.Error("a plan that goes on from another has the digest of one that does not")
	}
	state := func(p *planwright.Plan, k planwright.SKU) string {
		for i := range p.States.SKU {
			if p.States.SKU[i] == k {
				return p.States.State[i]
			}
		}
		return ""
	}
	for i := range next.Forecast.SKU {
		a, b := next.Forecast.Mean[i], anew.Forecast.Mean[i]
		if k := next.Forecast.SKU[i]; k != jump && math.Abs(a-b) > 0.15*b {
			t.Errorf("sku %d, step %d: %v carried on, %v fitted anew", k, i, a, b)
		}
	}
	if state(next, jump) != state(anew, jump) {
		t.Error("a sku whose demand has jumped was not fitted anew")
	}
	if state(next, 0) == state(anew, 0) {
		t.Error("a quiet sku was fitted anew")
	}
	for i := range next.Accuracy.SKU {
		if math.IsNaN(next.Accuracy.MASE[i]) || math.IsNaN(next.Accuracy.Pinball[i]) {
			t.Errorf("sku %d lost its accuracy", next.Accuracy.SKU[i])
		}
	}
	// Other options, or states that cannot be read, are as no base.
	for _, opt := range []Options{{Horizon: 9}, {Horizon: 8, Method: "ses"}} {
		plain, err := Run(context.Background(), &moved, opt)
		if err != nil {
			t.Fatal(err)
		}
		opt.Base = carry(first)
		if other, err := Run(context.Background(), &moved, opt); err != nil || other.Digest != plain.Digest {
			t.Errorf("%+v goes on from a plan of other options (%v)", opt, err)
		}
	}
	bad := carry(first)
	bad.ReadStates = func(_ context.Context, lo, hi planwright.SKU) (*planwright.ForecastStates, error) {
		t := &planwright.ForecastStates{}
		for k := lo; k < hi; k++ {
			t.SKU, t.Kind, t.State = append(t.SKU, k), append(t.Kind, demandState), append(t.State, "AQEB")
		}
		return t, nil
	}
	if p, err := Run(context.Background(), &moved, Options{Horizon: 8, Base: bad}); err != nil || p.Forecast.Len() != anew.Forecast.Len() {
		t.Errorf("damaged states: %v", err)
	}
	bad.Company = "{"
	if _, err := Run(context.Background(), &moved, Options{Horizon: 8, Base: bad}); err == nil {
		t.Error("damaged knowledge of the company gives no error")
	}
}

// FuzzCarriedState: no bytes make decoding panic, and what decodes encodes to the
// same.
func FuzzCarriedState(f *testing.F) {
	s := company(f, 3)
	p, err := Run(context.Background(), s, Options{Method: "ets", Horizon: 4})
	if err != nil {
		f.Fatal(err)
	}
	w := demandWorker{states: p.States}
	c, ok := w.carried(0, demandState)
	if !ok {
		f.Fatal("no state")
	}
	f.Add(c.encode(&fit{response: c.response, marks: c.marks}))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var c carriedState
		if c.decode(b) != nil {
			return
		}
		again := c.encode(&fit{response: c.response, marks: c.marks})
		var d carriedState
		if err := d.decode(again); err != nil {
			t.Fatalf("what was encoded does not decode: %v", err)
		}
	})
}
