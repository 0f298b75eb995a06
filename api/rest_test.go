package api

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestREST(t *testing.T) {
	v := planned(t, 0, true, nil)

	snap := v.get("/v1/snapshots/latest")
	if snap["as_of"] != "2026-07-01" || snap["currency"] != "EUR" {
		t.Errorf("snapshot %v", snap)
	}
	if snap["quarantined_count"] != "1" {
		t.Errorf("quarantined_count = %v, want \"1\": a BOM line of an unknown item", snap["quarantined_count"])
	}
	rows := list(v.get("/v1/snapshots/latest/quarantine"), "rows")
	if len(rows) != 1 || rows[0]["code"] != "UNKNOWN_ITEM" || rows[0]["table"] != "bom" || !strings.Contains(fmt.Sprint(rows[0]["raw"]), "NOTHING") {
		t.Errorf("quarantine %v", rows)
	}
	if m := v.get("/v1/snapshots"); m["total_size"] != 1.0 || len(list(m, "snapshots")) != 1 {
		t.Errorf("snapshots %v", m)
	}

	check := v.get("/v1/snapshots/latest:check")
	if check["outcome"] != "CHECK_OUTCOME_FAIL" || check["snapshot"] != snap["name"] {
		t.Errorf("check %v", check)
	}
	for _, c := range list(check, "checks") {
		found := list(c, "findings")
		switch c["code"] {
		case "UNKNOWN_ITEM":
			if c["outcome"] != "CHECK_OUTCOME_FAIL" || c["count"] != "1" || len(found) != 1 || found[0]["file"] != "bom.csv" || found[0]["row"] != "5" {
				t.Errorf("check UNKNOWN_ITEM %v", c)
			}
		case "BOM_CYCLE":
			if c["outcome"] != "CHECK_OUTCOME_PASS" || c["title"] == "" {
				t.Errorf("check BOM_CYCLE %v", c)
			}
		}
	}

	plan := v.get("/v1/plans/latest")
	name, _ := plan["name"].(string)
	if !strings.HasPrefix(name, "plans/p0001-") || plan["snapshot"] != snap["name"] || plan["period"] != "week" || len(list(plan, "kpis")) == 0 {
		t.Errorf("plan %v", plan)
	}
	if m := v.get("/v1/plans?filter=" + url.QueryEscape(`as_of = "2026-07-01"`)); m["total_size"] != 1.0 {
		t.Errorf("plans of the day: %v", m)
	}
	if m := v.get("/v1/plans?filter=" + url.QueryEscape(`as_of > "2026-07-01"`)); m["total_size"] != 0.0 {
		t.Errorf("plans of later days: %v", m)
	}

	// A bicycle is made of a frame and two wheels.
	orders := list(v.get("/v1/plans/-/plannedOrders?filter="+url.QueryEscape(`item_id = "BIKE"`)), "planned_orders")
	if len(orders) == 0 {
		t.Fatal("no planned order of BIKE")
	}
	first := fmt.Sprint(orders[0]["order_id"])
	peg := v.get("/v1/plans/latest/pegging?direction=PEGGING_DIRECTION_DOWN&order_id=" + url.QueryEscape(first))
	parts := map[string]bool{}
	for _, l := range list(peg, "down") {
		parts[fmt.Sprint(l["item_id"])] = true
	}
	if !parts["FRAME"] || !parts["WHEEL"] || !parts["TUBE"] {
		t.Errorf("%s is made of %v, want FRAME, WHEEL and TUBE", first, parts)
	}
	tube := list(v.get("/v1/plans/latest/plannedOrders?filter="+url.QueryEscape(`item_id = "TUBE"`)), "planned_orders")
	if len(tube) == 0 {
		t.Fatal("no planned order of TUBE")
	}
	up := list(v.get("/v1/plans/latest/pegging?direction=PEGGING_DIRECTION_UP&order_id="+url.QueryEscape(fmt.Sprint(tube[0]["order_id"]))), "up")
	ends := map[string]bool{}
	for _, l := range up {
		ends[fmt.Sprint(l["demand_kind"])] = true
	}
	if !ends["dependent"] || !ends["order"] && !ends["forecast"] && !ends["safety_stock"] {
		t.Errorf("TUBE serves %v", up)
	}

	// An id with every odd character is found by its escaped path.
	odd := list(v.get("/v1/plans/latest/suggestions?filter="+url.QueryEscape(`item_id = "A/B %2 \"x\" '1'"`)), "suggestions")
	if len(odd) == 0 {
		t.Fatal("no suggestion for the odd item")
	}
	id := fmt.Sprint(odd[0]["suggestion_id"])
	if m := v.get("/v1/plans/latest/suggestions/" + url.PathEscape(id)); m["suggestion_id"] != id || m["name"] != name+"/suggestions/"+id {
		t.Errorf("suggestion %q is %v", id, m)
	}

	for _, path := range []string{"requirements", "exceptions", "forecasts", "policies", "classes", "aging", "suggestions"} {
		m := v.get("/v1/plans/latest/" + path)
		if m["total_size"] == nil || m["total_size"] == 0.0 {
			t.Errorf("%s is empty: %v", path, m)
		}
	}
	if m := list(v.get("/v1/plans/latest/aging?order_by=age_days%20desc"), "layers"); len(m) == 0 || m[0]["item_id"] != "GHOST" {
		t.Errorf("the oldest stock is %v, want GHOST", m)
	}

	q := v.post("/v1/query", `{"sql":"SELECT count(*) AS n, 1::INTEGER AS i, 0.5::DECIMAL(18,6) AS q, DATE '2026-07-01' AS d, NULL AS z, [1,2] AS l FROM snap.items"}`)
	if got := fmt.Sprint(q["rows"]); got != "[[6 1 0.5 2026-07-01 <nil> [1, 2]]]" {
		t.Errorf("query rows %s", got)
	}
	if q := v.post("/v1/plans/latest:query", `{"sql":"SELECT * FROM range(10)","max_rows":3}`); q["truncated"] != true || len(q["rows"].([]any)) != 3 {
		t.Errorf("query of 3 rows: %v", q)
	}
	f := v.post("/v1/forecasts:compute", `{"period":"month","horizon":2,"method":"naive","quantiles":[0.9],"series":[{"series_id":"a","start":"2026-01-31","values":[1,2,"NaN",4]},{"series_id":"b","values":[]}]}`)
	fs := list(f, "forecasts")
	if len(fs) != 2 || fs[1]["error"] == nil || fs[0]["method"] != "naive" {
		t.Fatalf("forecasts %v", f)
	}
	if steps := list(fs[0], "steps"); len(steps) != 2 || steps[0]["mean"] != 4.0 || steps[0]["period_start"] != "2026-05-31" || steps[1]["period_start"] != "2026-06-30" {
		t.Errorf("steps %v", steps)
	}
	v.finish(v.post("/v1/plans", `{"options":{"method":"naive"}}`))
	ops := v.get("/v1/operations?filter=" + url.QueryEscape("done = true"))
	if len(list(ops, "operations")) != 1 {
		t.Errorf("operations %v", ops)
	}
	metrics := string(v.do("GET", "/metrics", "").body)
	for _, want := range []string{`planwright_plan_run_duration_seconds_count{outcome="ok",stage="run"} 1`, `planwright_plan_run_duration_seconds_count{outcome="ok",stage="mrp"} 1`,
		`planwright_series_forecasted_total{method="naive"} 1`, `planwright_query_duration_seconds_count{outcome="ok",protocol="rest"} 2`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}

// TestPages: the pages of a list together are the list, in its order.
func TestPages(t *testing.T) {
	v := planned(t, 40, true, nil)
	for _, order := range []string{"", "mean desc", "period_start, item_id desc"} {
		for _, filter := range []string{"", `period_start >= "2026-08-01" AND item_id != "BIKE"`} {
			base := "/v1/plans/latest/forecasts?order_by=" + url.QueryEscape(order) + "&filter=" + url.QueryEscape(filter)
			all := v.get(base + "&page_size=1000")
			want := list(all, "forecasts")
			if n, _ := all["total_size"].(float64); n > 1000 {
				want = append(want, list(v.get(base+"&page_size=1000&page_token="+fmt.Sprint(all["next_page_token"])), "forecasts")...)
			}
			var got []map[string]any
			token, pages := "", 0
			for {
				m := v.get(base + "&page_size=333&page_token=" + token)
				if m["total_size"] != all["total_size"] {
					t.Fatalf("total_size %v, then %v", all["total_size"], m["total_size"])
				}
				got = append(got, list(m, "forecasts")...)
				pages++
				if token, _ = m["next_page_token"].(string); token == "" {
					break
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || pages < 3 {
				t.Errorf("order %q filter %q: %d rows in %d pages, want %d rows", order, filter, len(got), pages, len(want))
			}
		}
	}
	// A list of the latest goes on in the plan in which it began.
	m := v.get("/v1/plans/latest/policies?page_size=5")
	token := fmt.Sprint(m["next_page_token"])
	v.finish(v.post("/v1/plans", `{"options":{"horizon":3}}`))
	if a := v.do("GET", "/v1/plans/latest/policies?page_size=5&page_token="+token, ""); a.status != 200 {
		t.Errorf("the second page is gone with a new plan: %s", a.body)
	}
	if a := v.do("GET", "/v1/plans/latest/classes?page_size=5&page_token="+token, ""); a.status != 400 {
		t.Errorf("a token of another list passes: %d", a.status)
	}
}

func TestTables(t *testing.T) {
	v := planned(t, 0, true, nil)
	a := v.do("GET", "/v1/plans/latest/tables/policies?select=item_id,safety_stock&order=item_id%20desc&limit=3", "")
	if a.status != 200 || a.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(a.header.Get("Content-Disposition"), "policies.csv") {
		t.Errorf("policies: %d %v", a.status, a.header)
	}
	rows, err := csv.NewReader(strings.NewReader(string(a.body))).ReadAll()
	if err != nil || len(rows) != 4 || strings.Join(rows[0], ",") != "item_id,safety_stock" || rows[1][0] != "WHEEL" {
		t.Errorf("policies as CSV: %v, %v", rows, err)
	}
	a = v.do("GET", "/v1/snapshots/-/tables/items?where="+url.QueryEscape(`item_id : "'1'" AND unit_cost >= 7`), "", "Accept", "application/x-ndjson")
	sc := bufio.NewScanner(strings.NewReader(string(a.body)))
	n := 0
	for ; sc.Scan(); n++ {
		var m map[string]any
		if err := json.Unmarshal(sc.Bytes(), &m); err != nil || m["item_id"] != `A/B %2 "x" '1'` {
			t.Errorf("line %s: %v", sc.Bytes(), err)
		}
	}
	if n != 1 || a.header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("items as JSON lines: %d %v\n%s", n, a.header, a.body)
	}
	a = v.do("GET", "/v1/plans/latest/tables/planned_orders", "", "Accept", "text/html;q=0.9, application/vnd.apache.parquet, */*;q=0.1")
	if a.status != 200 || !strings.HasPrefix(string(a.body), "PAR1") || !strings.HasSuffix(string(a.body), "PAR1") {
		t.Errorf("planned_orders as Parquet: %d, %d bytes", a.status, len(a.body))
	}
	for _, format := range []string{"json", "arrow", "xlsx"} {
		if a := v.do("GET", "/v1/plans/latest/tables/aging?format="+format, ""); a.status != 200 || len(a.body) == 0 {
			t.Errorf("aging as %s: %d", format, a.status)
		}
	}
	if a := v.do("GET", "/v1/plans/latest/tables?format=csv", ""); a.status != 200 || !strings.Contains(string(a.body), "planned_orders,order_id,VARCHAR") {
		t.Errorf("list of tables: %d %.200s", a.status, a.body)
	}
	for path, status := range map[string]int{
		"/v1/plans/latest/tables/nothing":                                                                     404,
		"/v1/plans/none/tables/aging":                                                                         404,
		"/v1/plans/latest/tables/aging?format=docx":                                                           400,
		"/v1/plans/latest/tables/aging?select=item_id,password":                                               400,
		"/v1/plans/latest/tables/aging?where=1=1":                                                             400,
		"/v1/plans/latest/tables/aging?where=" + url.QueryEscape(`item_id = "x" OR 1=1`):                      400,
		"/v1/plans/latest/tables/aging?order=random()":                                                        400,
		"/v1/plans/latest/tables/aging?limit=-1":                                                              400,
		"/v1/plans/latest/tables/aging?limt=1":                                                                400,
		"/v1/plans/latest/tables/aging?limit=1&limit=2":                                                       400,
		"/v1/plans/..%2f..%2fjournal/tables/runs":                                                             404, // a slash is no part of a plan's name
		"/v1/plans/../tables/aging":                                                                           400,
		"/v1/plans/latest/tables/" + url.PathEscape(`aging" UNION SELECT * FROM read_text('/etc/passwd') --`): 404,
		"/v1/plans/latest/tables/duckdb_settings":                                                             404,
		"/v1/snapshots/latest/tables/data.stock":                                                              404,
	} {
		if a := v.do("GET", path, ""); a.status != status || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("GET %s = %d %s, want %d as a problem", path, a.status, a.body, status)
		}
	}
	if a := v.do("GET", "/v1/plans/latest/tables/aging", "", "Accept", "text/html"); a.status != 406 {
		t.Errorf("Accept: text/html = %d, want 406", a.status)
	}
	if a := v.do("POST", "/v1/plans/latest/tables/aging", "{}"); a.status != 405 || a.header.Get("Allow") != "GET" {
		t.Errorf("POST to a table = %d", a.status)
	}
}

// TestBadInput: what cannot be read is refused with a problem that says what
// and where, and never with a 5xx.
func TestBadInput(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) { c.Limits.Body = 1 << 20 })
	for _, c := range []struct {
		method, path, body string
		status             int
		reason, field      string
	}{
		{"GET", "/v1/plans/none", "", 404, "NO_PLAN", ""},
		{"GET", "/v1/plans/..", "", 400, "USAGE", "name"},
		{"GET", "/v1/plans/%2e%2e%2fjournal", "", 400, "USAGE", "name"},
		{"GET", "/v1/plans/.", "", 400, "USAGE", "name"},
		{"GET", "/v1/plans/p0001.duckdb", "", 400, "USAGE", "name"},
		{"GET", "/v1/snapshots/none", "", 404, "NO_SNAPSHOT", ""},
		{"GET", "/v1/plans/latest/policies?page_size=-1", "", 400, "USAGE", "page_size"},
		{"GET", "/v1/plans/latest/policies?page_size=x", "", 400, "USAGE", ""},
		{"GET", "/v1/plans/latest/policies?page_token=AAAA", "", 400, "USAGE", "page_token"},
		{"GET", "/v1/plans/latest/policies?filter=item_id", "", 400, "USAGE", "filter"},
		{"GET", "/v1/plans/latest/policies?order_by=nothing", "", 400, "USAGE", "order_by"},
		{"GET", "/v1/plans/latest/policies?filtre=x", "", 400, "USAGE", ""},
		{"GET", "/v1/plans/latest/pegging", "", 400, "USAGE", "order_id"},
		{"GET", "/v1/plans/latest/pegging?order_id=none", "", 404, "NOT_FOUND", ""},
		{"GET", "/v1/plans/latest/suggestions/none", "", 404, "NOT_FOUND", ""},
		{"GET", "/v1/operations/none", "", 404, "NOT_FOUND", ""},
		{"GET", "/v1/nothing", "", 404, "NOT_FOUND", ""},
		{"GET", "/nothing", "", 404, "NOT_FOUND", ""},
		{"DELETE", "/v1/plans", "", 405, "UNIMPLEMENTED", ""},
		{"POST", "/v1/plans", "{", 400, "USAGE", ""},
		{"POST", "/v1/plans", `{"snapshot":"snapshots/latest"} {}`, 400, "USAGE", ""},
		{"POST", "/v1/plans", `{"snapshoot":"snapshots/latest"}`, 400, "USAGE", ""},
		{"POST", "/v1/plans", `{"snapshot":"snapshots/../x"}`, 400, "USAGE", "snapshot"},
		{"POST", "/v1/plans", `{"options":{"horizon":-3}}`, 400, "USAGE", "options.horizon"},
		{"POST", "/v1/plans", `{"options":{"period":"fortnight"}}`, 400, "USAGE", "options.period"},
		{"POST", "/v1/plans", `{"options":{"method":"magic"}}`, 400, "USAGE", "options.method"},
		{"POST", "/v1/plans", `{"options":{"as_of":"2026-02-30"}}`, 400, "USAGE", "options.as_of"},
		{"POST", "/v1/plans", `{"options":{"workers":-1}}`, 400, "USAGE", "options.workers"},
		{"POST", "/v1/plans", `{"request_id":"` + strings.Repeat("x", 129) + `"}`, 400, "USAGE", "request_id"},
		{"POST", "/v1/plans", `{"request_id":"ü"}`, 400, "USAGE", "request_id"},
		{"POST", "/v1/snapshots", `{}`, 400, "USAGE", "paths"},
		{"POST", "/v1/snapshots", `{"paths":["../.."]}`, 400, "USAGE", "paths[0]"},
		{"POST", "/v1/snapshots", `{"paths":["/etc/passwd"]}`, 400, "USAGE", "paths[0]"},
		{"POST", "/v1/snapshots", `{"paths":["none.csv"]}`, 404, "FILE_NOT_FOUND", ""},
		{"POST", "/v1/query", `{"sql":""}`, 400, "USAGE", "sql"},
		{"POST", "/v1/query", `{"sql":"DROP TABLE plan.policies"}`, 400, "QUERY_REFUSED", ""},
		{"POST", "/v1/query", `{"sql":"SELECT 1; SELECT 2"}`, 400, "QUERY_REFUSED", ""},
		{"POST", "/v1/query", `{"sql":"SELECT * FROM read_text('/etc/passwd')"}`, 400, "QUERY_REFUSED", ""},
		{"POST", "/v1/query", `{"sql":"SELECT 1","max_rows":-1}`, 400, "USAGE", "max_rows"},
		{"POST", "/v1/query", `{"sql":"SELECT 1","max_rows":1e99}`, 400, "USAGE", ""},
		{"POST", "/v1/forecasts:compute", `{"period":"month","horizon":0,"series":[{"values":[1]}]}`, 400, "USAGE", "horizon"},
		{"POST", "/v1/forecasts:compute", `{"period":"decade","horizon":1,"series":[{"values":[1]}]}`, 400, "USAGE", "period"},
		{"POST", "/v1/forecasts:compute", `{"period":"month","horizon":1,"series":[]}`, 400, "USAGE", "series"},
		{"POST", "/v1/forecasts:compute", `{"period":"month","horizon":1,"quantiles":["NaN"],"series":[{"values":[1]}]}`, 400, "USAGE", ""},
		{"POST", "/v1/forecasts:compute", `{"period":"month","horizon":1,"quantiles":[1.5],"series":[{"values":[1]}]}`, 400, "USAGE", ""},
		{"POST", "/v1/forecasts:compute", `{"period":"month","horizon":1,"method":"magic","series":[{"values":[1]}]}`, 400, "USAGE", ""},
		{"POST", "/v1/forecasts:compute", `{"period":"month","horizon":1,"series":[{"start":"soon","values":[1]}]}`, 400, "USAGE", "series[0].start"},
		{"POST", "/v1/query", `{"sql":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "RESOURCE_EXHAUSTED", ""},
	} {
		a := v.do(c.method, c.path, c.body)
		if a.status != c.status || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %.60s = %d %.300s, want %d as a problem", c.method, c.path, c.body, a.status, a.body, c.status)
			continue
		}
		p := a.json(t)
		if c.reason != "" && p["reason"] != c.reason {
			t.Errorf("%s %s %.60s: reason %v, want %s", c.method, c.path, c.body, p["reason"], c.reason)
		}
		if c.field != "" && (len(list(p, "errors")) != 1 || list(p, "errors")[0]["field"] != c.field) {
			t.Errorf("%s %s %.60s: errors %v, want field %s", c.method, c.path, c.body, p["errors"], c.field)
		}
		if p["status"] != float64(c.status) || p["title"] == "" || p["detail"] == "" || p["message"] == "" {
			t.Errorf("%s %s: %v lacks a member", c.method, c.path, p)
		}
		if strings.Contains(string(a.body), v.ws.Dir()) {
			t.Errorf("%s %s shows where the workspace lies: %s", c.method, c.path, a.body)
		}
	}
}

func TestProblemLanguage(t *testing.T) {
	v := serve(t, t.TempDir(), nil)
	for accept, want := range map[string]string{"": "no such plan", "de, en;q=0.5": "no such plan", "zh-CN,zh;q=0.9,en;q=0.8": "没有该计划", "zh-TW": "没有该计划", "en;q=0.1,zh;q=0.9": "没有该计划"} {
		a := v.do("GET", "/v1/plans/latest", "", "Accept-Language", accept)
		p := a.json(t)
		if a.status != 404 || !strings.Contains(fmt.Sprint(p["message"]), want) {
			t.Errorf("Accept-Language %q: %d %v, want %s", accept, a.status, p["message"], want)
		}
	}
}

func TestEdges(t *testing.T) {
	v := serve(t, t.TempDir(), nil)
	for _, path := range []string{"/healthz", "/readyz"} {
		if a := v.do("GET", path, ""); a.status != 200 || string(a.body) != "ok\n" {
			t.Errorf("%s = %d %s", path, a.status, a.body)
		}
	}
	if a := v.do("GET", "/openapi.json", ""); a.status != 200 || a.json(t)["swagger"] != "2.0" {
		t.Errorf("/openapi.json = %d", a.status)
	}
	a := v.do("GET", "/metrics", "")
	for _, name := range []string{"planwright_snapshot_age_seconds", "planwright_last_success_timestamp_seconds", "go_goroutines"} {
		if a.status != 200 || !strings.Contains(string(a.body), name) {
			t.Errorf("/metrics has no %s (%d)", name, a.status)
		}
	}
	a = v.do("GET", "/v1/plans", "", "X-Request-Id", "abc-123")
	for k, want := range map[string]string{"X-Request-Id": "abc-123", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Type": "application/json"} {
		if got := a.header.Get(k); got != want {
			t.Errorf("%s: %s, want %s", k, got, want)
		}
	}
	if id := v.do("GET", "/v1/plans", "", "X-Request-Id", `x" onclick="y`).header.Get("X-Request-Id"); len(id) != 16 {
		t.Errorf("an odd request id comes back as %q", id)
	}
	if a := v.do("GET", "/v1/plans", "", "Host", "evil.example"); a.status != http.StatusMisdirectedRequest {
		t.Errorf("a request for another host = %d", a.status)
	}
	if a := v.do("POST", "/v1/plans", "{}", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); a.status != 403 {
		t.Errorf("a request from another site = %d", a.status)
	}
	if a := v.do("POST", "/healthz", "{}"); a.status != 405 {
		t.Errorf("POST /healthz = %d", a.status)
	}
	if !strings.Contains(v.log.String(), `"request_id":"abc-123"`) {
		t.Error("the log lacks the request id")
	}
}

func TestAuth(t *testing.T) {
	v := planned(t, 0, false, func(c *Config) { c.Keys = mustKeys(t, "airflow "+testKey) })
	v.key = ""
	for _, path := range []string{"/v1/plans", "/v1/snapshots/latest/tables/items", "/openapi.json", "/metrics", "/", "/nothing"} {
		a := v.do("GET", path, "")
		if a.status != 401 || a.header.Get("WWW-Authenticate") == "" || a.json(t)["reason"] != "UNAUTHENTICATED" {
			t.Errorf("GET %s without a key = %d %s", path, a.status, a.body)
		}
		if a := v.do("GET", path, "", "X-Api-Key", testKey+"x"); a.status != 401 {
			t.Errorf("GET %s with a wrong key = %d", path, a.status)
		}
		if a := v.do("GET", path, "", "X-Api-Key", testKey); a.status == 401 {
			t.Errorf("GET %s with the key = %d", path, a.status)
		}
		if a := v.do("GET", path, "", "Authorization", "Bearer "+testKey); a.status == 401 {
			t.Errorf("GET %s with the key as bearer = %d", path, a.status)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if a := v.do("GET", path, ""); a.status != 200 {
			t.Errorf("GET %s without a key = %d", path, a.status)
		}
	}
	if log := v.log.String(); strings.Contains(log, testKey) || !strings.Contains(log, `"caller":"airflow"`) {
		t.Error("the log shows the key, or lacks the caller")
	}
}
