package analytics

import (
	"math/rand/v2"
	"strings"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

const asOf = planwright.Day(20000)

// stockRow is a row of stock in units; age < 0: undated.
type stockRow struct {
	qty    float64
	age    int
	lot    string
	status planwright.StockStatus
}

func stockOf(skus ...[]stockRow) *planwright.Stock {
	s := &planwright.Stock{Off: []int32{0}}
	for _, rows := range skus {
		for _, r := range rows {
			on := planwright.NoDay
			if r.age >= 0 {
				on = asOf - planwright.Day(r.age)
			}
			s.Qty = append(s.Qty, planwright.Clamp(r.qty))
			s.ReceivedOn = append(s.ReceivedOn, on)
			s.ExpiresOn = append(s.ExpiresOn, planwright.NoDay)
			s.Lot = append(s.Lot, r.lot)
			s.Status = append(s.Status, r.status)
		}
		s.Off = append(s.Off, int32(len(s.Qty)))
	}
	return s
}

// in is what came in or went out: quantity and age in days.
type in struct {
	qty float64
	age int
}

func movementsOf(lo planwright.SKU, skus ...[]in) *planwright.Movements {
	m := &planwright.Movements{Lo: lo, Off: []int32{0}}
	for _, rows := range skus {
		for _, r := range rows {
			m.On = append(m.On, asOf-planwright.Day(r.age))
			m.Qty = append(m.Qty, planwright.Clamp(r.qty))
		}
		m.Off = append(m.Off, int32(len(m.Qty)))
	}
	return m
}

func costs(n int, c float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = c
	}
	return out
}

// draw writes layers as "qty lot age bucket basis".
func draw(t *planwright.Aging) string {
	var b strings.Builder
	for i := range t.SKU {
		age := "?"
		if t.Age[i] != planwright.NoInt {
			age = planwright.Qty(int64(t.Age[i]) * int64(planwright.One)).String()
		}
		b.WriteString(strings.Join(strings.Fields(t.Qty[i].String()+" "+t.Lot[i]+" "+age+" "+t.Bucket[i]+" "+t.Basis[i]), " ") + "; ")
	}
	return strings.TrimSuffix(b.String(), "; ")
}

func TestAging(t *testing.T) {
	for _, c := range []struct {
		name      string
		stock     []stockRow
		movements []in
		receipts  []in
		want      string
	}{
		{"lots, oldest first", []stockRow{{qty: 5, age: 10, lot: "B"}, {qty: 3, age: 400, lot: "A"}}, nil, nil,
			"3 A 400 >360 lot; 5 B 10 0-30 lot"},
		{"bucket bounds", []stockRow{{qty: 1, age: 0}, {qty: 1, age: 30}, {qty: 1, age: 31}, {qty: 1, age: 60}, {qty: 1, age: 61}, {qty: 1, age: 180}, {qty: 1, age: 360}, {qty: 1, age: 361}}, nil, nil,
			"1 361 >360 lot; 1 360 181-360 lot; 1 180 91-180 lot; 1 61 61-90 lot; 1 60 31-60 lot; 1 31 31-60 lot; 1 30 0-30 lot; 1 0 0-30 lot"},
		{"blocked and inspection are stock", []stockRow{{qty: 2, age: 5, status: planwright.Blocked}, {qty: 1, age: 5, status: planwright.Inspection}}, nil, nil,
			"2 5 0-30 lot; 1 5 0-30 lot"},
		{"nothing tells", []stockRow{{qty: 7, age: -1, lot: "L"}}, nil, nil,
			"7 L ? undated undated"},
		{"movements, newest first until explained", []stockRow{{qty: 12, age: -1}}, []in{{9, 100}, {-20, 60}, {8, 50}, {-3, 20}, {5, 5}}, nil,
			"7 50 31-60 movement; 5 5 0-30 movement"},
		{"movements do not explain all", []stockRow{{qty: 12, age: -1}}, []in{{5, 40}}, nil,
			"7 ? undated undated; 5 40 31-60 movement"},
		{"purchases before the ledger", []stockRow{{qty: 12, age: -1}}, []in{{5, 40}}, []in{{4, 200}, {9, 40}},
			"3 ? undated undated; 4 200 181-360 receipt; 5 40 31-60 movement"},
		{"purchases alone", []stockRow{{qty: 6, age: -1}}, nil, []in{{4, 200}, {4, 40}},
			"2 200 181-360 receipt; 4 40 31-60 receipt"},
		{"a dated lot explains the movement of its day", []stockRow{{qty: 4, age: -1}, {qty: 5, age: 10, lot: "L"}}, []in{{3, 70}, {6, 10}}, nil,
			"3 70 61-90 movement; 5 L 10 0-30 lot; 1 10 0-30 movement"},
		{"two receipts of a day are one", []stockRow{{qty: 9, age: -1}}, []in{{5, 8}, {6, 8}}, nil,
			"9 8 0-30 movement"},
		{"the as-of day has not begun", []stockRow{{qty: 9, age: -1}}, []in{{4, 3}, {6, 0}, {6, -2}}, nil,
			"5 ? undated undated; 4 3 0-30 movement"},
		{"a lot of tomorrow has age 0", []stockRow{{qty: 9, age: 0}}, nil, nil,
			"9 0 0-30 lot"},
		{"negative rows use the oldest", []stockRow{{qty: -4, age: -1}, {qty: 3, age: 90}, {qty: 5, age: 10}}, nil, nil,
			"4 10 0-30 lot"},
		{"negative stock has no layers", []stockRow{{qty: -4, age: -1}, {qty: 3, age: 90}}, nil, nil, ""},
		{"zero stock", []stockRow{{qty: -3, age: -1}, {qty: 3, age: 90}, {qty: 0, age: 4}}, nil, nil, ""},
		{"no stock", nil, []in{{5, 5}}, []in{{5, 5}}, ""},
	} {
		src := AgingSource{AsOf: asOf, Stock: stockOf(nil, c.stock), UnitCost: costs(2, 2)}
		if c.receipts != nil {
			m := movementsOf(0, nil, c.receipts)
			src.Receipts = Inbound{Off: m.Off, On: m.On, Qty: m.Qty}
		}
		var ledger *planwright.Movements
		if c.movements != nil {
			ledger = movementsOf(1, c.movements)
		}
		var out planwright.Aging
		neg := src.Append(&out, ledger, 1, 2)
		if got := draw(&out); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if wantNeg := c.name == "negative stock has no layers"; wantNeg != (len(neg.SKU) == 1) || wantNeg && (neg.Qty[0] != -planwright.One || neg.Value[0] != -2 || neg.SKU[0] != 1) {
			t.Errorf("%s: negative %+v", c.name, neg)
		}
	}
}

func TestIndexReceipts(t *testing.T) {
	one := planwright.One
	r := &planwright.Receipts{
		SKU:        []planwright.SKU{1, 0, 1, 1, planwright.NoSKU, 5},
		ReceivedOn: []planwright.Day{30, 10, 20, planwright.NoDay, 5, 5},
		Received:   []planwright.Qty{5 * one, 4 * one, 3 * one, one, one, one},
		Rejected:   []planwright.Qty{one, 4 * one, planwright.NoQty, 0, 0, 0},
	}
	got := IndexReceipts(r, 2)
	if len(got.On) != 2 || got.Off[1] != 0 || got.Off[2] != 2 || got.On[0] != 20 || got.Qty[0] != 3*one || got.On[1] != 30 || got.Qty[1] != 4*one {
		t.Errorf("IndexReceipts = %+v", got)
	}
}

// drawStock makes stock and ledger of a few sku's.
func drawStock(t *rapid.T) (*planwright.Stock, *planwright.Movements, Inbound) {
	n := rapid.IntRange(1, 6).Draw(t, "skus")
	var rows [][]stockRow
	var moves, receipts [][]in
	for range n {
		var r []stockRow
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			r = append(r, stockRow{qty: float64(rapid.IntRange(-300, 2000).Draw(t, "qty")) / 100, age: rapid.IntRange(-1, 500).Draw(t, "age")})
		}
		rows = append(rows, r)
		ledger := func() (m []in) {
			age := 600
			for range rapid.IntRange(0, 6).Draw(t, "moves") {
				age = rapid.IntRange(0, age).Draw(t, "move age")
				m = append(m, in{float64(rapid.IntRange(-900, 900).Draw(t, "move")) / 100, age})
			}
			return m
		}
		moves, receipts = append(moves, ledger()), append(receipts, ledger())
	}
	m := movementsOf(0, receipts...)
	return stockOf(rows...), movementsOf(0, moves...), Inbound{m.Off, m.On, m.Qty}
}

// TestAgingConserves: the layers of a sku sum exactly to its stock, layers and
// negative stock are worth the stock, buckets sum to the layers, and the sku's
// may be done in any chunks.
func TestAgingConserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stock, moves, receipts := drawStock(t)
		n := len(stock.Off) - 1
		cost := make([]float64, n)
		for k := range cost {
			cost[k] = float64(rapid.IntRange(0, 500).Draw(t, "cost")) / 4
		}
		src := AgingSource{AsOf: asOf, Stock: stock, UnitCost: cost, Receipts: receipts}
		var out planwright.Aging
		neg := src.Append(&out, moves, 0, planwright.SKU(n))
		onHand := make([]planwright.Qty, n)
		OnHand(stock, onHand)
		sum := make([]planwright.Qty, n)
		value := 0.0
		for i, k := range out.SKU {
			sum[k] += out.Qty[i]
			value += out.Value[i]
			if out.Qty[i] <= 0 || (out.Age[i] == planwright.NoInt) != (out.Basis[i] == BasisUndated) || out.ReceivedOn[i].Known() == (out.Bucket[i] == Undated) {
				t.Fatalf("layer %d: %s", i, draw(&out))
			}
			if i > 0 && (out.SKU[i-1] > k || out.SKU[i-1] == k && out.ReceivedOn[i-1] > out.ReceivedOn[i]) {
				t.Fatalf("layer %d is out of order: %s", i, draw(&out))
			}
		}
		for i, k := range neg.SKU {
			sum[k] += neg.Qty[i]
			value += neg.Value[i]
		}
		want := 0.0
		for k, q := range onHand {
			if sum[k] != q {
				t.Fatalf("sku %d: layers sum to %v, stock is %v: %s", k, sum[k], q, draw(&out))
			}
			want += q.Float() * cost[k]
		}
		if d := value - want; d > 1e-9 || d < -1e-9 {
			t.Fatalf("layers and negative stock are worth %g, the stock %g", value, want)
		}
		var bucketValue, share float64
		layers := 0
		for _, b := range NewBuckets(nil).Totals(&out) {
			bucketValue += b.Value
			share += b.Share
			layers += b.Layers
		}
		var figures planwright.KPIs
		KeyFigures(&Position{OnHand: onHand, UnitCost: cost, YearUse: cost}, &figures)
		stockValue := figure(&figures, "stock_value")
		if d := bucketValue + figure(&figures, "negative_stock_value") - stockValue; layers != len(out.SKU) || d > 1e-9 || d < -1e-9 {
			t.Fatalf("buckets hold %d layers worth %g, stock is worth %g with %g negative", layers, bucketValue, stockValue, figure(&figures, "negative_stock_value"))
		}
		if bucketValue > 0 && (share < 1-1e-12 || share > 1+1e-12) {
			t.Fatalf("shares sum to %g", share)
		}
		var parts planwright.Aging
		for k := range n {
			src.Append(&parts, moves, planwright.SKU(k), planwright.SKU(k+1))
		}
		if draw(&parts) != draw(&out) {
			t.Fatalf("sku by sku: %s\nat once: %s", draw(&parts), draw(&out))
		}
	})
}

func TestAgingBadMoney(t *testing.T) {
	src := AgingSource{AsOf: asOf, Stock: stockOf([]stockRow{{qty: 1e12, age: 4}, {qty: 1e12, age: 5}}), UnitCost: []float64{1e308}}
	var out planwright.Aging
	src.Append(&out, nil, 0, 1)
	for i, v := range out.Value {
		if !finite(v) {
			t.Errorf("layer %d is worth %g", i, v)
		}
	}
	src = AgingSource{AsOf: asOf, Stock: &planwright.Stock{}, UnitCost: []float64{1}}
	if neg := src.Append(&out, nil, 0, 1); len(neg.SKU) != 0 {
		t.Errorf("no stock table: %+v", neg)
	}
}

func TestBuckets(t *testing.T) {
	b := NewBuckets([]int32{7, 3, -2, 14})
	if got := strings.Join(b.Names(), " "); got != "0-7 8-14 >14 undated" {
		t.Errorf("Names = %s", got)
	}
	for age, want := range map[int32]string{-5: "0-7", 7: "0-7", 8: "8-14", 15: ">14", planwright.NoInt: Undated} {
		if got := b.Of(age); got != want {
			t.Errorf("Of(%d) = %s, want %s", age, got, want)
		}
	}
	// Layers made with other buckets are not lost.
	out := planwright.Aging{SKU: []planwright.SKU{0, 0, 1}, Bucket: []string{"0-30", "0-7", "0-30"}, Value: []float64{1, 2, 3}}
	totals := b.Totals(&out)
	last := totals[len(totals)-1]
	if last.Bucket != "0-30" || last.Layers != 2 || last.SKUs != 2 || last.Value != 4 || totals[0].Value != 2 {
		t.Errorf("Totals = %+v", totals)
	}
}

func BenchmarkAging(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	const skus, layers = 250_000, 1_000_000
	s := &planwright.Stock{Off: make([]int32, skus+1)}
	m := &planwright.Movements{Off: make([]int32, skus+1)}
	for k := range skus {
		for range layers / skus {
			on := planwright.NoDay
			if k%2 == 0 {
				on = asOf - planwright.Day(rng.IntN(800))
			}
			s.Qty = append(s.Qty, planwright.Qty(1+rng.Int64N(1e8)))
			s.ReceivedOn = append(s.ReceivedOn, on)
			s.Lot = append(s.Lot, "")
			m.On = append(m.On, asOf-planwright.Day(800-100*len(m.On)%8))
			m.Qty = append(m.Qty, planwright.Qty(1+rng.Int64N(1e8)))
		}
		s.Off[k+1], m.Off[k+1] = int32(len(s.Qty)), int32(len(m.Qty))
	}
	src := AgingSource{AsOf: asOf, Stock: s, UnitCost: costs(skus, 3)}
	var out planwright.Aging
	for b.Loop() {
		out = planwright.Aging{}
		src.Append(&out, m, 0, skus)
	}
	b.ReportMetric(float64(len(out.SKU)), "layers")
}
