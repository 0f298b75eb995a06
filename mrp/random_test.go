package mrp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// drawModel draws a small data set in which anything may be set, sensible or
// not: cycles, huge and tiny quantities, lead times of years, contradicting lot
// limits.
func drawModel(t *rapid.T, wild bool) *model {
	m := newModel(planwright.Date(2026, 1, 5))
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	num := func(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, label) }
	chance := func(label string, pct int) bool { return num(label, 1, 100) <= pct }
	qty := func(label string) string {
		if wild && chance(label+" wild", 10) {
			return pick(label, "0", "0.000001", "0.333333", "1000000000", "999999999999.999999", "500000000000")
		}
		return fmt.Sprint(num(label, 1, 120))
	}
	day := func(label string) string {
		if wild && chance(label+" wild", 5) {
			return pick(label, "1970-01-01", "2199-12-31", "2026-01-05", "2030-02-28")
		}
		return fmt.Sprint(num(label, -10, 60))
	}
	if chance("keep", 15) {
		m.add("setting", "name", "past_start", "value", "keep")
	}
	if chance("spread", 15) {
		m.add("setting", "name", "forecast_spread", "value", "start")
	}
	if chance("calendar", 40) {
		m.add("calendar", "calendar_id", "C", "weekday", 6, "working", false)
		m.add("calendar", "calendar_id", "C", "weekday", 7, "working", false)
		if wild && chance("never", 5) {
			for d := 1; d <= 5; d++ {
				m.add("calendar", "calendar_id", "C", "weekday", d, "working", false)
			}
		}
	}
	n := num("items", 1, 7)
	sites := []string{"S1", "S2", "S3"}[:num("sites", 1, 3)]
	for _, s := range sites {
		m.add("site", "site_id", s, "calendar_id", pick("site calendar", "", "C"))
	}
	m.add("supplier", "supplier_id", "V1", "calendar_id", "C", "lead_time_days", 9)
	m.add("supplier", "supplier_id", "V2")
	code := func(i int) string { return string(rune('A' + i)) }
	anyItem := func(label string) string { return code(num(label, 0, n-1)) }
	for i := range n {
		row := m.add("item", "item_id", code(i), "unit_cost", num("cost", 0, 9))
		if chance("decimals", 30) {
			row["decimals"] = fmt.Sprint(num("decimals n", 0, 3))
		}
		if chance("phase out", 15) {
			row["status"], row["effective_out_on"] = pick("status", "phase_out", "obsolete"), fmt.Sprint(num("out", -5, 40))
			if chance("successor", 60) {
				row["successor_item_id"] = anyItem("successor of")
			}
		}
		for _, s := range sites {
			if len(sites) > 1 && chance("absent", 20) {
				continue
			}
			sku := m.add("sku", "item_id", code(i), "site_id", s, "lead_time_days", num("lead", 0, 15))
			some := func(pct int, col string, v func() string) {
				if chance(col, pct) {
					sku[col] = v()
				}
			}
			small := func(label string, hi int) func() string {
				return func() string { return fmt.Sprint(num(label, 0, hi)) }
			}
			some(10, "lead_time_days", func() string { return pick("long lead", "0", "400", "30000", "2000000000") })
			some(25, "mrp_type", func() string {
				return pick("type", "mrp", "reorder_point", "min_max", "periodic", "forecast", "ddmrp", "none")
			})
			some(40, "lot_rule", func() string {
				return pick("rule", "lfl", "foq", "day", "week", "month", "poq", "ppb", "silver_meal", "wagner_whitin", "groff", "min_max")
			})
			some(20, "procurement", func() string { return pick("procurement", "make", "buy", "transfer", "subcontract") })
			some(20, "reorder_scope", func() string { return pick("scope", "stock", "lead_time", "horizon") })
			some(25, "lot_size", func() string { return qty("lot size") })
			some(25, "lot_periods", small("periods", 30))
			some(25, "lot_min", func() string { return qty("lot min") })
			some(25, "lot_multiple", func() string { return qty("multiple") })
			some(15, "lot_max", func() string { return qty("lot max") })
			some(10, "lot_max_rest", func() string { return "as_is" })
			some(8, "rounding_profile", func() string { return pick("profile", "1:1;10:5;100:50", "0:0", "x", "5:7") })
			some(30, "safety_stock", func() string { return qty("safety") })
			some(20, "safety_stock_timing", func() string { return pick("timing", "today", "first_movement", "receipt_in_window") })
			some(20, "safety_time_days", small("ahead", 9))
			some(20, "gr_days", small("gr", 5))
			some(15, "opening_days", small("opening", 9))
			some(20, "reorder_point", func() string { return qty("point") })
			some(20, "order_up_to", func() string { return qty("upto") })
			some(15, "review_days", small("review", 30))
			some(15, "reschedule_days", small("reschedule", 30))
			some(10, "reschedule_tolerance_days", small("tolerance", 9))
			some(10, "demand_fence_days", small("demand fence", 20))
			some(15, "planning_fence_days", small("fence", 20))
			some(20, "fence_type", func() string { return pick("fence type", "P1", "P2", "P3", "P4") })
			some(15, "scrap_pct", func() string { return pick("scrap", "5", "33.333333", "99.9", "10") })
			some(50, "scrap_rule", func() string { return pick("scrap rule", "times", "divide") })
			some(10, "phantom_stock", func() string { return "ignore" })
			some(10, "group_start", func() string { return "movement" })
			some(10, "lead_time_per_unit", func() string { return pick("per unit", "0.1", "1", "1000") })
			some(20, "order_cost", small("order cost", 500))
			some(20, "holding_rate", func() string { return pick("rate", "0", "0.2", "3") })
			some(15, "consumption_mode", func() string { return fmt.Sprint(num("mode", 1, 4)) })
			some(15, "consume_back_days", small("back", 20))
			some(15, "consume_fwd_days", small("ahead", 20))
			some(10, "strategy", func() string { return pick("strategy", "10", "11", "20", "40", "50", "52", "60", "70") })
			some(10, "adu", func() string { return qty("adu") })
			if chance("period", 15) {
				m.add("period", "item_id", code(i), "site_id", s, "from", day("from"), "safety_stock", qty("dated safety"), "scrap_pct", pick("dated scrap", "", "7"))
			}
			for range num("sources", 0, 2) {
				if chance("no source", 50) {
					continue
				}
				row := m.add("source", "item_id", code(i), "site_id", s, "kind", pick("kind", "make", "buy", "transfer", "transfer", "subcontract"), "supplier_id", pick("supplier", "", "V1", "V2"),
					"lead_time_days", pick("source lead", "", "3", "12"), "priority", num("priority", 1, 2))
				if row["kind"] == "transfer" && chance("from", 90) {
					row["from_site_id"] = rapid.SampledFrom(sites).Draw(t, "from site")
				}
				if chance("from stock", 20) {
					row["from_stock_only"] = "true"
				}
				if chance("quota", 25) {
					row["quota"], row["quota_base"] = fmt.Sprint(num("quota n", 1, 5)), fmt.Sprint(num("base", 0, 50))
				}
				if chance("effective", 15) {
					row["effective_from"] = day("source from")
				}
				if chance("source lots", 20) {
					row["lot_min"], row["lot_multiple"] = qty("source min"), qty("source multiple")
				}
			}
		}
	}
	for range num("lines", 0, 2*n) {
		a, b := num("parent", 0, n-1), num("component", 0, n-1)
		if a > b && !(wild && chance("upward", 20)) {
			a, b = b, a
		}
		if a == b && !(wild && chance("self", 20)) {
			continue
		}
		row := m.add("bom", "parent_id", code(a), "component_id", code(b), "qty_per", pick("qty per", "1", "2", "0.333333", "0.000001", "1000"), "per_qty", pick("per qty", "", "", "3", "7"))
		opt := func(pct int, col string, of ...string) {
			if chance(col, pct) {
				row[col] = pick(col+" of", of...)
			}
		}
		opt(15, "scrap_pct", "10", "33.333333")
		opt(20, "scrap_rule", "times", "divide")
		opt(10, "fixed", "true")
		opt(8, "role", "coproduct", "byproduct")
		opt(15, "phantom", "true")
		opt(10, "effective_from", "5", "20")
		opt(10, "effective_to", "15", "30")
		opt(15, "alternate_group", "G", "H")
		opt(20, "alternate_priority", "1", "2", "3")
		opt(10, "alternate_share", "40", "60", "33.333333")
		opt(10, "bom_id", "1", "2")
		opt(8, "lot_from", "10")
		opt(8, "lot_to", "50")
	}
	where := func() (item, site string) { return anyItem("item"), rapid.SampledFrom(sites).Draw(t, "site") }
	for range num("stocks", 0, 6) {
		item, site := where()
		q := qty("stock")
		if chance("negative", 15) {
			q = "-" + q
		}
		row := m.add("stock", "item_id", item, "site_id", site, "qty", q, "status", pick("stock status", "", "", "inspection", "blocked"))
		if chance("segment", 15) {
			row["segment"] = pick("segment of", "M1", "M2")
		} else if chance("at a supplier", 15) {
			row["supplier_id"] = pick("holder", "V1", "V2")
		}
		if chance("expires", 30) {
			row["expires_on"] = day("expires")
		}
	}
	for i := range num("supplies", 0, 6) {
		item, site := where()
		row := m.add("supply", "order_id", fmt.Sprint("R", i), "item_id", item, "site_id", site, "qty", qty("receipt"), "due_on", day("receipt due"), "kind", pick("receipt kind", "purchase", "work", "transfer"))
		if chance("proposal", 15) {
			row["firm"] = "false"
		}
		if chance("receipt segment", 10) {
			row["segment"] = pick("receipt segment of", "M1", "M2")
		}
		if row["kind"] == "transfer" {
			row["from_site_id"] = rapid.SampledFrom(sites).Draw(t, "receipt from")
			row["shipped"] = pick("shipped", "", "true")
		}
	}
	for i := range num("demands", 0, 10) {
		item, site := where()
		row := m.add("demand", "order_id", fmt.Sprint("D", i), "item_id", item, "site_id", site, "qty", qty("demand"), "due_on", day("due"), "priority", num("order priority", 1, 3))
		if chance("order segment", 10) {
			row["segment"] = pick("order segment of", "M1", "M2")
		}
		row["customer_id"] = pick("customer", "", "C1", "C2")
	}
	for i := range num("reservations", 0, 3) {
		item, site := where()
		m.add("reservation", "order_id", fmt.Sprint("W", i), "item_id", item, "site_id", site, "qty", qty("reserved"), "due_on", day("reserved due"))
	}
	for range num("forecasts", 0, 3) {
		item, site := where()
		from := num("forecast from", -10, 60)
		m.add("forecast", "item_id", item, "site_id", site, "qty", qty("forecast"), "from", from, "to", from+num("length", 0, 40))
	}
	return m
}

// digest is the digest of every table of a result.
func digest(r *Result) string {
	h := sha256.New()
	for _, t := range []any{&r.Orders, &r.Pegs, &r.Requirements, &r.Buffers, &r.Exceptions, &struct{ Level []int32 }{r.Level}} {
		planwright.DigestColumns(h, t)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// firstDifference names a column that differs.
func firstDifference(got, want *Result) string {
	g, w := reflect.ValueOf(got).Elem(), reflect.ValueOf(want).Elem()
	for i := range g.NumField() {
		if g.Field(i).Kind() != reflect.Struct {
			continue
		}
		for j := range g.Field(i).NumField() {
			if a, b := g.Field(i).Field(j).Interface(), w.Field(i).Field(j).Interface(); !reflect.DeepEqual(a, b) {
				return fmt.Sprintf("%s.%s = %v, want %v", g.Type().Field(i).Name, g.Field(i).Type().Field(j).Name, a, b)
			}
		}
	}
	return "Level"
}

// planAnything plans a model that may hold anything: no panic, no endless loop,
// every invariant, and the same bits for any number of workers.
func planAnything(t *rapid.T) {
	m := drawModel(t, true)
	s, err := m.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Workers: 1}
	if rapid.IntRange(1, 100).Draw(t, "horizon") <= 30 {
		opt.HorizonEnd = s.AsOf + planwright.Day(rapid.IntRange(1, 60).Draw(t, "horizon days"))
	}
	in := Input{Snap: s}
	r, err := Run(context.Background(), in, opt)
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, in, opt, &r)
	first, one := &r, digest(&r)
	for _, n := range []int{2, 3, 8} {
		opt.Workers = n
		r, err := run(context.Background(), in, opt, 1)
		if err != nil {
			t.Fatal(err)
		}
		if d := digest(&r); d != one {
			t.Fatalf("digest with %d workers = %s, want %s: %s", n, d, one, firstDifference(&r, first))
		}
	}
}

func TestAnyModel(t *testing.T) { rapid.Check(t, planAnything) }

func FuzzRun(f *testing.F) { f.Fuzz(rapid.MakeFuzz(planAnything)) }
