package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDamagedIsTold: a newest snapshot or plan that cannot be opened is named by the
// readiness of the service, and by the error of who asks for it; an older one is
// served.
func TestDamagedIsTold(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) { c.EagerRuns = true })
	if a := v.do("GET", "/readyz", ""); a.status != 200 || string(a.body) != "ok\n" {
		t.Fatalf("/readyz = %d %s", a.status, a.body)
	}
	oldPlan := v.get("/v1/plans/latest")["name"].(string)
	v.finish(v.post("/v1/plans", `{"options":{"method":"naive"}}`))
	plan := v.get("/v1/plans/latest")["name"].(string)
	snap := v.get("/v1/snapshots/latest")["name"].(string)
	if err := v.stop(); err != nil {
		t.Fatal(err)
	}
	dir := v.ws.Dir()
	spoil := func(name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)+".duckdb"), []byte("not a database at all"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	spoil(plan)
	v = serve(t, dir, nil)
	for range 2 {
		if a := v.do("GET", "/readyz", ""); a.status != 200 || string(a.body) != "ok\ndamaged: "+plan+"\n" {
			t.Errorf("/readyz = %d %s", a.status, a.body)
		}
	}
	if a := v.do("GET", "/v1/plans/latest/plannedOrders", ""); a.status < 400 || !strings.Contains(string(a.body), filepath.Base(plan)) {
		t.Errorf("the newest plan = %d %s", a.status, a.body)
	}
	if a := v.do("GET", "/v1/"+oldPlan+"/plannedOrders", ""); a.status != 200 {
		t.Errorf("the older plan = %d %s", a.status, a.body)
	}
	if err := v.stop(); err != nil {
		t.Fatal(err)
	}
	spoil(snap)
	v = serve(t, dir, nil)
	if a := v.do("GET", "/readyz", ""); a.status != 200 || !strings.Contains(string(a.body), "damaged: "+snap+"\n") {
		t.Errorf("/readyz = %d %s", a.status, a.body)
	}
	if a := v.do("GET", "/v1/"+snap+":check", ""); a.status < 400 || !strings.Contains(string(a.body), filepath.Base(snap)) {
		t.Errorf("the newest snapshot = %d %s", a.status, a.body)
	}
	if a := v.do("GET", "/v1/plans", ""); a.status != 200 || !strings.Contains(string(a.body), filepath.Base(oldPlan)) {
		t.Errorf("the list of plans = %d %s", a.status, a.body)
	}
}
