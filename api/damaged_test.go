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
	for _, name := range []string{plan, snap} {
		path := filepath.Join(dir, filepath.FromSlash(name)+".duckdb")
		if err := os.WriteFile(path, []byte("not a database at all"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	v = serve(t, dir, nil)
	for range 2 {
		a := v.do("GET", "/readyz", "")
		if text := string(a.body); a.status != 200 || !strings.HasPrefix(text, "ok\n") || !strings.Contains(text, "damaged: "+plan+"\n") || !strings.Contains(text, "damaged: "+snap+"\n") {
			t.Errorf("/readyz = %d %s", a.status, a.body)
		}
	}
	for name, path := range map[string]string{plan: "/plannedOrders", snap: ":check"} {
		if a := v.do("GET", "/v1/"+name+path, ""); a.status < 400 || !strings.Contains(string(a.body), filepath.Base(name)) {
			t.Errorf("%s = %d %s", name, a.status, a.body)
		}
	}
	if a := v.do("GET", "/v1/"+oldPlan+"/suggestions", ""); a.status != 200 {
		t.Errorf("the older plan = %d %s", a.status, a.body)
	}
}
