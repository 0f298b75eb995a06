package sample

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestHistory: three years of days up to the day before the as-of day; Spring
// Festival is a hole in each year; promotions lift sales; there are stockouts,
// slow spare parts, new and dying items.
func TestHistory(t *testing.T) {
	c := made(t, Options{Seed: 11, NoFaults: true})
	first, last := int32(math.MaxInt32), int32(0)
	sales := map[int32]float64{}
	sellers := map[string]int{}
	var stockouts, saleRows, promos, censored int
	firstSale := map[string]int32{}
	for _, r := range rows(t, c, "demand_history") {
		d := parseDay(t, r["on"])
		first, last = min(first, d), max(last, d)
		q := number(t, r["qty"])
		if r["kind"] != "sale" {
			continue
		}
		saleRows++
		sales[d] += q
		sellers[r["item_id"]+"@"+r["site_id"]]++
		if f, ok := firstSale[r["item_id"]]; !ok || d < f {
			firstSale[r["item_id"]] = d
		}
		if r["stockout"] == "true" {
			stockouts++
			if q == 0 {
				censored++
			}
		} else if q == 0 {
			t.Fatalf("row without quantity and stockout: %v", r)
		}
		if r["promo"] == "true" {
			promos++
		}
	}
	if first != civil(2023, 6, 30) || last != c.AsOf-1 {
		t.Errorf("history from %s to %s, want 2023-06-30 to 2026-06-29", dayString(first), dayString(last))
	}
	mean := func(from, to int32) float64 {
		s := 0.0
		for d := from; d <= to; d++ {
			s += sales[d]
		}
		return s / float64(to-from+1)
	}
	for _, y := range []int{2024, 2025, 2026} {
		sf := springFestival(y)
		closed, usual := mean(sf-4, sf+8), mean(sf+30, sf+57)
		if closed > .35*usual {
			t.Errorf("Spring Festival %d: %.0f a day, want under 35 %% of %.0f", y, closed, usual)
		}
	}
	if sale, usual := mean(civil(2025, 11, 3), civil(2025, 11, 9)), mean(civil(2025, 10, 13), civil(2025, 10, 26)); sale < 1.2*usual {
		t.Errorf("Double 11: %.0f a day, want over 1.2 x %.0f", sale, usual)
	}
	if share := float64(stockouts) / float64(saleRows); share < .005 || share > .12 || censored == 0 {
		t.Errorf("stockout rows: %.3f of all, %d without sale", share, censored)
	}
	if promos == 0 {
		t.Error("no row carries the promotion flag")
	}
	slow := 0
	for _, n := range sellers {
		if n < 1096/4 {
			slow++
		}
	}
	if slow < 20 {
		t.Errorf("%d skus sell on less than one day in four, want at least 20", slow)
	}
	young := 0
	for _, d := range firstSale {
		if d > c.AsOf-300 {
			young++
		}
	}
	if young < 4 {
		t.Errorf("%d items with a short history, want at least 4", young)
	}
	dying := 0
	for _, r := range rows(t, c, "items") {
		if r["status"] == "phase_out" {
			dying++
			if r["successor_item_id"] == "" || parseDay(t, r["effective_out_on"]) <= c.AsOf {
				t.Errorf("phase-out without successor or in the past: %v", r)
			}
		}
	}
	if dying < 3 {
		t.Errorf("%d dying items, want at least 3", dying)
	}
}

// TestLedger: what is on hand less the movements of the last year is an opening
// balance that is not negative at any time, and lots carry their history.
func TestLedger(t *testing.T) {
	for _, opt := range []Options{{Seed: 2}, {Seed: 3, Items: 3500}} {
		opt.NoFaults = true
		c := made(t, opt)
		onHand := map[string]float64{}
		for _, r := range rows(t, c, "stock") {
			onHand[r["item_id"]+"@"+r["site_id"]] += number(t, r["qty"])
			if d := parseDay(t, r["received_on"]); d >= c.AsOf {
				t.Errorf("lot received on %s, after the as-of day", r["received_on"])
			}
		}
		type entry struct {
			day int32
			qty float64
		}
		ledger := map[string][]entry{}
		for _, r := range rows(t, c, "movements") {
			k := r["item_id"] + "@" + r["site_id"]
			ledger[k] = append(ledger[k], entry{parseDay(t, r["on"]), number(t, r["qty"])})
		}
		const tol = 1e-6 // sums of decimals in float64
		for k, es := range ledger {
			// Backwards from today; receipts of a day precede its issues.
			slices.SortStableFunc(es, func(a, b entry) int {
				if a.day != b.day {
					return int(b.day - a.day)
				}
				if a.qty < b.qty {
					return -1
				} else if a.qty > b.qty {
					return 1
				}
				return 0
			})
			balance := onHand[k]
			for _, e := range es {
				balance -= e.qty
				if balance < -tol {
					t.Fatalf("%s: balance before %s is %.3f", k, dayString(e.day), balance)
				}
			}
		}
	}
}

// TestIncumbent is the rule of the doc comment of incumbent, recomputed from
// the written history for warehouses that a plant feeds.
func TestIncumbent(t *testing.T) {
	c := made(t, Options{Seed: 2, NoFaults: true})
	from, to := civil(2025, 7, 1), civil(2026, 1, 1)
	sold := map[string]float64{}
	for _, r := range rows(t, c, "demand_history") {
		if d := parseDay(t, r["on"]); d >= from && d < to && r["kind"] == "sale" {
			sold[r["item_id"]+"@"+r["site_id"]] += number(t, r["qty"])
		}
	}
	lead := map[string]float64{}
	for _, r := range rows(t, c, "sources") {
		lead[r["item_id"]+"@"+r["site_id"]] = number(t, r["lead_time_days"])
	}
	checked := 0
	for _, r := range rows(t, c, "skus") {
		k := r["item_id"] + "@" + r["site_id"]
		if r["procurement"] != "transfer" || !strings.HasPrefix(r["site_id"], "WH-") || !strings.Contains(r["x_incumbent_history"], "2025-07-01:") {
			continue
		}
		if r["x_incumbent_set_on"] != "2026-01-01" {
			t.Errorf("%s: set on %s, want 2026-01-01", k, r["x_incumbent_set_on"])
		}
		avg := sold[k] / float64(to-from)
		want := max(math.Ceil(1.15*avg*(lead[k]+number(t, r["review_days"]))), 1)
		if got := number(t, r["x_incumbent_min"]); got != want {
			t.Errorf("incumbent min of %s = %v, want %v", k, got, want)
		}
		checked++
	}
	if checked < 100 {
		t.Errorf("%d skus compared, want at least 100", checked)
	}
}

// TestOpenOrders: there are late orders, far ones, and work orders with
// reservations; real lead times of a supplier vary.
func TestOpenOrders(t *testing.T) {
	c := made(t, Options{Seed: 2, NoFaults: true})
	kindsOf, late, far := map[string]int{}, 0, 0
	for _, r := range rows(t, c, "supply_orders") {
		kindsOf[r["kind"]]++
		switch due := parseDay(t, r["due_on"]); {
		case due < c.AsOf:
			late++
		case due > c.AsOf+170:
			far++
		}
	}
	if kindsOf["purchase"] < 50 || kindsOf["work"] < 20 || kindsOf["transfer"] < 20 || late < 5 || far < 1 {
		t.Errorf("open orders %v, %d late, %d far ahead", kindsOf, late, far)
	}
	if n := c.Rows("reservations"); n < 100 {
		t.Errorf("%d reservations", n)
	}
	var n, sum, sq float64
	for _, r := range rows(t, c, "receipts") {
		d := float64(parseDay(t, r["received_on"]) - parseDay(t, r["promised_on"]))
		n, sum, sq = n+1, sum+d, sq+d*d
	}
	if sd := math.Sqrt(sq/n - sum/n*sum/n); sd < 1 || sd > 12 {
		t.Errorf("deviation of receipts from the promise: sd %.1f days", sd)
	}
}
