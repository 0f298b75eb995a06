package api

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestForecastDetail: the history ends before the planning day, competing methods
// forecast every period, terms add up to the forecast.
func TestForecastDetail(t *testing.T) {
	v := planned(t, 0, true, nil)
	m := v.get("/v1/plans/latest/forecast?item_id=BIKE")
	periods, history, methods := list(m, "periods"), list(m, "history"), list(m, "methods")
	if len(periods) == 0 || len(history) == 0 || len(methods) == 0 || len(list(m, "cumulative")) == 0 || m["item_id"] != "BIKE" {
		t.Fatalf("forecast of BIKE: %v", m)
	}
	weight := 0.0
	for _, c := range methods {
		mean, ok := c["mean"].([]any)
		if !ok || len(mean) != len(periods) {
			t.Errorf("method %v forecasts %d periods, want %d", c["method"], len(mean), len(periods))
		}
		weight += c["weight"].(float64)
	}
	if math.Abs(weight-1) > 1e-9 {
		t.Errorf("weights sum to %v", weight)
	}
	first := periods[0]["forecast"].(map[string]any)
	if last := history[len(history)-1]; fmt.Sprint(last["period_start"]) >= fmt.Sprint(first["period_start"]) {
		t.Errorf("the history ends on %v, the forecast begins on %v", last["period_start"], first["period_start"])
	}
	e := v.get("/v1/plans/latest/forecast:explain?item_id=BIKE")
	for _, p := range list(e, "periods") {
		sum := 0.0
		for _, c := range list(p, "components") {
			sum += c["value"].(float64)
			if s := fmt.Sprint(c["source"]); s == "" || strings.HasPrefix(s, "component.") {
				t.Errorf("component %v has no source", c)
			}
		}
		if f := p["forecast"].(map[string]any)["final"].(float64); math.Abs(sum-f) > 1e-9*(1+f) {
			t.Errorf("terms sum to %v, forecast %v", sum, f)
		}
	}
	for path, want := range map[string]int{"forecast?item_id=NOBODY": 404, "forecast?item_id=BIKE&site_id=MOON": 404, "forecast?item_id=TUBE": 404, "forecast": 404, "forecast:explain?item_id=NOBODY": 404} {
		if got := v.do("GET", "/v1/plans/latest/"+path, ""); got.status != want {
			t.Errorf("GET %s = %d, want %d: %s", path, got.status, want, got.body)
		}
	}
}

// TestOverrides: what is set is listed and shown, planned with by the next plan,
// and gone when it is taken back.
func TestOverrides(t *testing.T) {
	v := planned(t, 0, true, nil)
	first := list(v.get("/v1/plans/latest/forecast?item_id=BIKE"), "periods")[2]["forecast"].(map[string]any)
	body := fmt.Sprintf(`{"item_id":"BIKE","from":%q,"to":%q,"qty":"777","reason":"tender","author":"li"}`, first["period_start"], first["period_end"])
	o := v.post("/v1/forecastOverrides", body)
	if o["name"] != "forecastOverrides/1" || o["author"] != "li" || o["kind"] != "override" || o["site_id"] != first["site_id"] {
		t.Fatalf("override %v", o)
	}
	if l := v.get("/v1/forecastOverrides?filter=item_id%20%3D%20%22BIKE%22"); l["total_size"] != 1.0 || len(list(l, "overrides")) != 1 {
		t.Errorf("list %v", l)
	}
	v.finish(v.post("/v1/plans", `{"options":{"method":"ses","outliers":"off","reconcile":"none","base":"none"}}`))
	m := v.get("/v1/plans/latest/forecast?item_id=BIKE")
	if len(list(m, "overrides")) != 1 {
		t.Errorf("overrides of the sku: %v", m["overrides"])
	}
	final := func(m map[string]any) any {
		return list(m, "periods")[2]["forecast"].(map[string]any)["final"]
	}
	if got := final(m); got != 777.0 {
		t.Errorf("planned with %v, want 777", got)
	}
	if r := v.post("/v1/forecastOverrides/1:remove", `{"reason":"lost","author":"li"}`); r["removes"] != "1" {
		t.Errorf("taken back: %v", r)
	}
	v.finish(v.post("/v1/plans", `{"options":{"method":"ses","base":"none"}}`))
	if got := final(v.get("/v1/plans/latest/forecast?item_id=BIKE")); got == 777.0 {
		t.Error("planned with an override that was taken back")
	}
	if l := v.get("/v1/forecastOverrides?all=true"); l["total_size"] != 2.0 {
		t.Errorf("journal %v", l)
	}
	for b, want := range map[string]int{
		`{}`: 400, strings.Replace(body, "BIKE", "NOBODY", 1): 404, strings.Replace(body, `"777"`, `"-1"`, 1): 400, strings.Replace(body, "tender", "", 1): 400,
		strings.Replace(body, `"reason"`, `"kind":"forecast","reason"`, 1): 400, strings.Replace(body, `"777"`, `"many"`, 1): 400,
	} {
		if got := v.do("POST", "/v1/forecastOverrides", b); got.status != want {
			t.Errorf("%s = %d, want %d: %s", b, got.status, want, got.body)
		}
	}
	for name, want := range map[string]int{"1": 404, "9": 404, "x": 400} {
		if got := v.do("POST", "/v1/forecastOverrides/"+name+":remove", `{"reason":"r"}`); got.status != want {
			t.Errorf("remove %s = %d, want %d: %s", name, got.status, want, got.body)
		}
	}
	for _, bad := range []string{`{"options":{"base":"plans/p0099"}}`, `{"options":{"outliers":"hide"}}`, `{"options":{"reconcile":"magic"}}`} {
		if got := v.do("POST", "/v1/plans", bad); got.status != 400 && got.status != 404 {
			t.Errorf("%s = %d: %s", bad, got.status, got.body)
		}
	}
}

// TestBacktest replays the company and series that are sent.
func TestBacktest(t *testing.T) {
	v := planned(t, 0, true, nil)
	m := v.post("/v1/forecasts:backtest", `{"snapshot":"snapshots/latest","methods":["ses","snaive"],"periods":4,"horizon":2,"by_series":true}`)
	if len(list(m, "leaderboard")) < 2 || len(list(m, "series")) < 2 {
		t.Errorf("backtest of the company: %v", m)
	}
	var y []string
	for i := range 40 {
		y = append(y, fmt.Sprint(10+20*(i%4)+i*7%3))
	}
	m = v.post("/v1/forecasts:backtest", fmt.Sprintf(`{"series":[{"series_id":"a","values":[%s]},{"series_id":"b","values":[1,2]}],"period":"quarter","methods":["snaive","naive"],"horizon":4,"periods":8}`, strings.Join(y, ",")))
	board := list(m, "leaderboard")
	if len(board) == 0 || board[0]["method"] != "snaive" || !(board[0]["mase"].(float64) < 2) || board[0]["demand_class"] != "all" || m["short_series"] != 1.0 {
		t.Errorf("backtest of a season of four: %v", m)
	}
	for _, bad := range []string{`{}`, `{"snapshot":"snapshots/s0099"}`, `{"snapshot":"snapshots/latest","methods":["magic"]}`, `{"snapshot":"snapshots/latest","items":["NOBODY"]}`,
		`{"series":[{"values":[1]}],"methods":["magic"]}`, `{"series":[{"values":[1]}],"period":"eon"}`, `{"series":[{"values":[1]}],"periods":-1}`, `{"series":[{"values":[1]}],"level":2}`,
		`{"snapshot":"snapshots/latest","series":[{"values":[1]}]}`} {
		if got := v.do("POST", "/v1/forecasts:backtest", bad); got.status != 400 && got.status != 404 {
			t.Errorf("%s = %d: %s", bad, got.status, got.body)
		}
	}
}
