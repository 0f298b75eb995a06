package replay

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

const tol = 1e-6 // units: sums of a few hundred floats

func days(n int) []int32 { return make([]int32, n) }

// levels makes the policy "below s up to S" that looks on the given days.
func levels(s, up float64, on ...int32) *Policy {
	p := &Policy{Days: on, Width: 1}
	for range on {
		p.Need, p.Cover = append(p.Need, s), append(p.Cover, up)
	}
	return p
}

// TestByHand is a week done with a pencil: 10 units, 3 a day, looked at on days 0
// and 3, below 8 up to 12, a lead time of 2 days.
//
//	day         0  1  2  3  4  5  6
//	arrives     .  .  .  .  .  11 .
//	position    10 .  .  1  .  .  .
//	orders      .  .  .  11 .  .  .
//	wanted      3  3  3  3  3  3  3
//	short       .  .  .  2  3  .  .
//	left        7  4  1  0  0  8  5
func TestByHand(t *testing.T) {
	c := Case{Demand: []float64{3, 3, 3, 3, 3, 3, 3}, Lead: []int32{2, 2, 2, 2, 2, 2, 2}, Opening: 10}
	var out [1]Sums
	st := new(Simulator).Run(&c, levels(8, 12, 0, 3), days(7), out[:])
	want := Sums{Days: 7, Stock: 25, Demand: 21, Short: 5, OutDays: 2, Orders: 1, Ordered: 11, Received: 11, Cycles: 1}
	if out[0] != want || st != (State{OnHand: 5}) {
		t.Errorf("lost sales: %+v, left %+v, want %+v", out[0], st, want)
	}
	// With backorders 5 of the 11 go to those who wait.
	c.Backorder, out[0] = true, Sums{}
	st = new(Simulator).Run(&c, levels(8, 12, 0, 3), days(7), out[:])
	want = Sums{Days: 7, Stock: 7 + 4 + 1 + 0 + 0 + 3 + 0, Demand: 21, Short: 5, OutDays: 2, Orders: 1, Ordered: 11, Received: 11, Cycles: 1}
	if out[0] != want || st != (State{}) {
		t.Errorf("backorders: %+v, left %+v, want %+v", out[0], st, want)
	}
}

// random makes a case and a policy of many kinds.
func random(r *rand.Rand) (*Case, *Policy) {
	n := 30 + r.IntN(200)
	c := &Case{Opening: float64(r.IntN(60)), Backorder: r.IntN(2) == 0, Coming: make([]float64, n), Other: make([]float64, n)}
	for t := range n {
		c.Demand = append(c.Demand, float64(r.IntN(3)*r.IntN(9)))
		c.Lead = append(c.Lead, int32(r.IntN(20)))
		if r.IntN(20) == 0 {
			c.Coming[t] = float64(r.IntN(30))
		}
		if r.IntN(15) == 0 {
			c.Other[t] = float64(r.IntN(9) - 6)
		}
	}
	p := &Policy{Width: 1 + r.IntN(7), At: r.IntN(2) == 0, Lot: Lot{Min: float64(r.IntN(12)), Multiple: float64(r.IntN(6)), Step: float64(r.IntN(2))}}
	for t := 0; t < n; t += 7 {
		p.Days = append(p.Days, int32(t))
		p.Safety = append(p.Safety, float64(r.IntN(40)))
		level := float64(r.IntN(60))
		for range p.Width {
			level += float64(r.IntN(5))
			p.Need, p.Cover = append(p.Need, level), append(p.Cover, level+float64(r.IntN(50)))
		}
	}
	return c, p
}

// brute is the same days told without any of the kernel's devices: orders are a
// list that is searched.
func brute(c *Case, p *Policy) (sum Sums, st State) {
	type order struct {
		day int
		q   float64
	}
	var open []order
	on, owed := c.Opening, 0.0
	for t, q := range c.Coming {
		if q > 0 {
			open = append(open, order{t, q})
		}
	}
	short, last := false, 0
	var plan *order
	for t := range c.Demand {
		got, any := 0.0, false
		open = slices.DeleteFunc(open, func(o order) bool {
			if o.day != t {
				return false
			}
			got, any = got+o.q, true
			return true
		})
		if any {
			sum.Received += got
			sum.Cycles++
			if !short {
				sum.Good++
			}
			short = false
			pay := min(got, owed)
			owed -= pay
			on += got - pay
		}
		if r := slices.Index(p.Days, int32(t)); r >= 0 {
			position := on - owed
			for _, o := range open {
				position += o.q
			}
			plan = nil
			for j := range p.Width {
				i := r*p.Width + j
				lack := p.Safety[r] + p.Need[i] - position
				if lack > 1e-9 || p.At && math.Abs(lack) <= 1e-9 {
					if want := p.Safety[r] + p.Cover[i] - position; want > 1e-9 {
						q := max(want, p.Lot.Min)
						for _, m := range []float64{p.Lot.Step, p.Lot.Multiple} {
							if m > 0 {
								q = math.Ceil(q/m-1e-9) * m
							}
						}
						if plan == nil {
							plan = &order{day: t + j}
						}
						plan.q += q // lots of the days until the next review go together
						position += q
					}
				}
			}
		}
		if plan != nil && plan.day == t {
			due := t + max(1, int(c.Lead[t]))
			if due < last {
				due = last
			}
			last = due
			open = append(open, order{due, plan.q})
			sum.Orders++
			sum.Ordered += plan.q
			plan = nil
		}
		x := c.Other[t]
		if on+x < 0 {
			x = -on
		}
		sum.Moved += x
		on += x
		sum.Demand += c.Demand[t]
		if lack := c.Demand[t] - on; lack > 1e-9 {
			on = 0
			short = true
			sum.Short += lack
			sum.OutDays++
			if c.Backorder {
				owed += lack
			}
		} else {
			on -= c.Demand[t]
		}
		sum.Stock += on
		sum.Days++
	}
	st = State{OnHand: on, Backlog: owed}
	for _, o := range open {
		st.OnOrder += o.q
	}
	return sum, st
}

// The kernel does what a plain telling of the days does; units are conserved; the
// cut into stretches changes no sum; units of another size, or another money,
// scale the result.
func TestAgainstBrute(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var sim Simulator
	near := func(a, b float64) bool { return math.Abs(a-b) <= tol*max(1, math.Abs(a)) }
	for i := range 3000 {
		c, p := random(r)
		bin := make([]int32, len(c.Demand))
		for d := range bin {
			bin[d] = int32(d / 13)
		}
		out := make([]Sums, len(bin)/13+1)
		st := sim.Run(c, p, bin, out)
		var got Sums
		for j := range out {
			got.Add(&out[j])
		}
		want, wantState := brute(c, p)
		if !near(got.Stock, want.Stock) || !near(got.Short, want.Short) || got.Orders != want.Orders || !near(got.Ordered, want.Ordered) || got.OutDays != want.OutDays ||
			got.Cycles != want.Cycles || got.Good != want.Good || !near(got.Received, want.Received) || !near(st.OnHand, wantState.OnHand) || !near(st.Backlog, wantState.Backlog) || !near(st.OnOrder, wantState.OnOrder) {
			t.Fatalf("case %d: %+v %+v, by brute force %+v %+v", i, got, st, want, wantState)
		}
		served := got.Demand - got.Short
		if c.Backorder {
			served = got.Demand - st.Backlog
		}
		if balance := c.Opening + got.Received + got.Moved - served; !near(balance, st.OnHand) {
			t.Fatalf("case %d: opening + received + moved - served = %v, left %v", i, balance, st.OnHand)
		}
		// Twelve times as many pieces.
		const k = 12
		scale := func(v []float64) []float64 {
			v = slices.Clone(v)
			for i := range v {
				v[i] *= k
			}
			return v
		}
		c2, p2 := *c, *p
		c2.Demand, c2.Other, c2.Coming, c2.Opening = scale(c.Demand), scale(c.Other), scale(c.Coming), c.Opening*k
		p2.Need, p2.Cover, p2.Safety = scale(p.Need), scale(p.Cover), scale(p.Safety)
		p2.Lot = Lot{Min: p.Lot.Min * k, Multiple: p.Lot.Multiple * k, Step: p.Lot.Step * k}
		clear(out)
		st2 := sim.Run(&c2, &p2, bin, out)
		var big Sums
		for j := range out {
			big.Add(&out[j])
		}
		if !near(big.Stock, got.Stock*k) || !near(big.Short, got.Short*k) || big.Orders != got.Orders || !near(st2.OnHand, st.OnHand*k) {
			t.Fatalf("case %d: units of a twelfth give %+v, want %d times %+v", i, big, k, got)
		}
		var a, b Totals
		a.Count(&got, &Money{3, 5, 0.2, 7}, c.Backorder)
		b.Count(&got, &Money{30, 50, 0.2, 70}, c.Backorder)
		if !near(a.Stock*10, b.Stock) || !near(a.Lost*10, b.Lost) || !near(a.Holding*10, b.Holding) || !near(a.Ordering*10, b.Ordering) || !near(a.FillRate(), b.FillRate()) || !near(a.Turns(), b.Turns()) {
			t.Fatalf("case %d: other money: %+v, %+v", i, a, b)
		}
	}
}

// More safety stock never serves less, on the same demand and with fixed lead
// times; and the kernel does not allocate.
func TestMoreSafety(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var sim Simulator
	for i := range 500 {
		c, p := random(r)
		p.Lot = Lot{}
		p.Width, p.Need, p.Cover = 1, p.Need[:len(p.Days)], p.Need[:len(p.Days)]
		for d := range c.Lead {
			c.Lead[d] = 5
		}
		clear(c.Other)
		before := math.Inf(1)
		for s := range 6 {
			for j := range p.Safety {
				p.Safety[j] = float64(10 * s)
			}
			var out [1]Sums
			sim.Run(c, p, days(len(c.Demand)), out[:])
			if out[0].Short > before+tol {
				t.Fatalf("case %d: safety stock %d: %v short, with ten less %v", i, 10*s, out[0].Short, before)
			}
			before = out[0].Short
		}
	}
	c, p := random(r)
	out, bin := make([]Sums, 1), days(len(c.Demand))
	if n := testing.AllocsPerRun(10, func() { sim.Run(c, p, bin, out) }); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

// What a company did is counted as a policy is: fed with what a policy did, the
// ledger gives its sums back.
func TestHappened(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 200 {
		c, p := random(r)
		c.Backorder = false
		clear(c.Other)
		n := len(c.Demand)
		each := make([]int32, n)
		for t := range each {
			each[t] = int32(t)
		}
		byDay := make([]Sums, n)
		new(Simulator).Run(c, p, each, byDay)
		var h Happened
		net := make([]float64, n)
		for t := range byDay {
			b := &byDay[t]
			h.Sold, h.Received = append(h.Sold, b.Demand-b.Short), append(h.Received, b.Received)
			net[t] = b.Received - (b.Demand - b.Short)
		}
		h.Stock = make([]float64, n)
		opening, lowest := Balance(h.Stock, net, byDay[n-1].Stock)
		if math.Abs(opening-c.Opening) > tol || lowest < -tol {
			t.Fatalf("case %d: opening %v, lowest %v, want %v and not below 0", i, opening, lowest, c.Opening)
		}
		var got, want Sums
		one := make([]Sums, 1)
		h.Count(c, days(n), one)
		got = one[0]
		for t := range byDay {
			want.Add(&byDay[t])
		}
		if math.Abs(got.Stock-want.Stock) > tol*want.Stock || math.Abs(got.Short-want.Short) > tol || got.Good != want.Good || got.OutDays != want.OutDays {
			t.Fatalf("case %d: %+v, want %+v", i, got, want)
		}
	}
}
