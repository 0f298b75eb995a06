package api

import (
	"fmt"
	"math"
	"testing"
)

// TestStructure explodes the bicycle and looks for what uses its tube: a frame
// takes 2.5 m and 4 % of scrap.
func TestStructure(t *testing.T) {
	v := planned(t, 0, true, nil)
	near := func(x any, want float64) bool { f, ok := x.(float64); return ok && math.Abs(f-want) < 1e-9 }
	usage := func(m map[string]any) map[string]map[string]any {
		found := map[string]map[string]any{}
		for _, u := range list(m, "usages") {
			found[fmt.Sprint(u["item_id"])] = u
		}
		return found
	}
	m := v.get("/v1/plans/latest:explodeBom?item_id=BIKE&qty=10")
	parts := usage(m)
	if len(parts) != 3 || !near(parts["FRAME"]["required"], 10) || !near(parts["WHEEL"]["required"], 20) || !near(parts["TUBE"]["required"], 26) || parts["TUBE"]["level"] != 2.0 {
		t.Errorf("BIKE is made of %v, want 10 FRAME, 20 WHEEL, 26 TUBE on level 2", m)
	}
	m = v.get("/v1/plans/latest:whereUsed?item_id=TUBE")
	users := usage(m)
	if len(users) != 2 || !near(users["FRAME"]["per"], 2.6) || !near(users["BIKE"]["per"], 2.6) || users["BIKE"]["top"] != true || users["FRAME"]["top"] == true {
		t.Errorf("TUBE is used in %v, want FRAME and BIKE", m)
	}
	if m := usage(v.get("/v1/plans/latest:whereUsed?item_id=TUBE&direct=true")); len(m) != 1 || !near(m["FRAME"]["per"], 2.6) {
		t.Errorf("TUBE is used directly in %v, want FRAME", m)
	}
	for path, want := range map[string]int{
		":explodeBom?item_id=NOBODY": 404, ":explodeBom?item_id=BIKE&site_id=MOON": 404, ":explodeBom?item_id=BIKE&qty=-1": 400, ":explodeBom?item_id=BIKE&qty=many": 400,
		":whereUsed?item_id=BIKE&on=yesterday": 400, ":whereUsed": 404,
	} {
		if got := v.do("GET", "/v1/plans/latest"+path, ""); got.status != want {
			t.Errorf("GET %s = %d, want %d", path, got.status, want)
		}
	}
}

// TestPromise: what one line is promised is not free for the next, and what is
// short is made through the bill of material, later.
func TestPromise(t *testing.T) {
	v := planned(t, 0, true, nil)
	m := v.post("/v1/plans/latest:promise", `{"mode":"atp","lines":[{"item_id":"GHOST","qty":"30","priority":2},{"item_id":"GHOST","qty":"20","priority":1},{"item_id":"GHOST","qty":"1","priority":3}]}`)
	a := list(m, "answers")
	if len(a) != 3 || a[1]["ok"] != true || a[1]["on"] != "2026-07-01" || a[0]["ok"] == true || a[2]["ok"] == true {
		t.Fatalf("40 GHOST promised as %v", m)
	}
	if parts := list(a[0], "parts"); len(parts) != 1 || parts[0]["qty"] != "20" {
		t.Errorf("the second of 40 GHOST gets %v, want the 20 that are left", a[0])
	}
	a = list(v.post("/v1/plans/latest:promise", `{"lines":[{"item_id":"BIKE","qty":"500","due_on":"2026-07-01"}]}`), "answers")
	if len(a) != 1 || a[0]["ok"] != true || fmt.Sprint(a[0]["on"]) <= "2026-07-01" || a[0]["late_days"] == 0.0 {
		t.Fatalf("500 BIKE promised as %v", a)
	}
	if c := list(a[0], "critical"); len(c) < 2 || c[0]["item_id"] != "BIKE" {
		t.Errorf("the critical chain is %v, want BIKE and what it waits for", c)
	}
	items := map[string]bool{}
	for _, s := range list(a[0], "steps") {
		items[fmt.Sprint(s["item_id"])] = true
		if fmt.Sprint(s["available_on"]) > fmt.Sprint(a[0]["on"]) {
			t.Errorf("step %v is there after the promised day %v", s, a[0]["on"])
		}
	}
	if !items["FRAME"] || !items["WHEEL"] {
		t.Errorf("500 BIKE rest on %v, want frames and wheels among it", items)
	}
	for body, want := range map[string]int{
		`{}`: 400, `{"lines":[]}`: 400, `{"lines":[{"item_id":"BIKE","qty":"0"}]}`: 400, `{"lines":[{"item_id":"BIKE","qty":"1e9999"}]}`: 400,
		`{"lines":[{"item_id":"BIKE","qty":"1","due_on":"soon"}]}`: 400, `{"mode":"maybe","lines":[{"item_id":"BIKE","qty":"1"}]}`: 400, `{"lines":[{"item_id":"NOBODY","qty":"1"}]}`: 404,
	} {
		if got := v.do("POST", "/v1/plans/latest:promise", body); got.status != want {
			t.Errorf("POST %s = %d %s, want %d", body, got.status, got.body, want)
		}
	}
}
