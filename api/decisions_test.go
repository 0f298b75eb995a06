package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"planwright"
	"planwright/snapshot"
)

func decideBody(t *testing.T, decisions ...map[string]any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"decisions": decisions})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestDecisions: what is decided shows at once, stays in the journal, holds for
// the next plan while the need is the same, and lapses when it changes.
func TestDecisions(t *testing.T) {
	v := planned(t, 0, true, nil)
	const decide = "/v1/plans/latest/suggestions:decide"
	open := list(v.get("/v1/plans/latest/suggestions"), "suggestions")
	if len(open) < 3 || open[0]["status"] != "open" || open[0]["etag"] == "" || open[0]["basis"] == "" {
		t.Fatalf("suggestions %v", open)
	}
	first, second := open[0], open[1]
	m := v.post(decide, decideBody(t,
		map[string]any{"suggestion_id": first["suggestion_id"], "action": "approve", "etag": first["etag"], "reason": "agreed by phone"},
		map[string]any{"suggestion_id": second["suggestion_id"], "action": "reject"}))
	got := list(m, "suggestions")
	if len(got) != 2 || got[0]["status"] != "approved" || got[0]["decided_by"] != "local" || got[0]["decision_reason"] != "agreed by phone" || got[1]["status"] != "rejected" {
		t.Fatalf("decided %v", got)
	}
	if got[0]["etag"] == first["etag"] {
		t.Error("the etag did not change")
	}
	if m := v.get("/v1/plans/latest/suggestions?filter=" + url.QueryEscape(`status = "approved"`)); m["total_size"] != 1.0 {
		t.Errorf("approved: %v", m["total_size"])
	}
	// An old etag, an unknown suggestion, nonsense: nothing is journalled.
	for body, want := range map[string]int{
		decideBody(t, map[string]any{"suggestion_id": first["suggestion_id"], "action": "reject", "etag": first["etag"]}):                                                         409,
		decideBody(t, map[string]any{"suggestion_id": "none", "action": "reject"}):                                                                                                404,
		decideBody(t, map[string]any{"suggestion_id": first["suggestion_id"], "action": "burn"}):                                                                                  400,
		decideBody(t, map[string]any{"suggestion_id": first["suggestion_id"], "action": "snooze"}):                                                                                400,
		decideBody(t, map[string]any{"suggestion_id": first["suggestion_id"], "action": "change"}):                                                                                400,
		decideBody(t, map[string]any{"suggestion_id": first["suggestion_id"], "action": "change", "qty": "-5"}):                                                                   400,
		decideBody(t, map[string]any{"suggestion_id": first["suggestion_id"], "action": "approve", "date": "2026-08-01"}):                                                         400,
		decideBody(t, map[string]any{"suggestion_id": second["suggestion_id"], "action": "approve"}, map[string]any{"suggestion_id": "none", "action": "reject"}):                 404,
		decideBody(t, map[string]any{"suggestion_id": second["suggestion_id"], "action": "reopen"}, map[string]any{"suggestion_id": second["suggestion_id"], "action": "reject"}): 400,
		`{"decisions":[]}`: 400,
	} {
		if a := v.do("POST", decide, body); a.status != want {
			t.Errorf("%s = %d %s, want %d", body, a.status, a.body, want)
		}
	}
	journal := v.get("/v1/decisions")
	rows := list(journal, "decisions")
	if journal["total_size"] != 2.0 || rows[0]["status"] != "rejected" || rows[1]["author"] != "local" || rows[1]["decision_id"] != "1" {
		t.Fatalf("journal %v", journal)
	}
	if m := v.get("/v1/decisions?filter=" + url.QueryEscape(`status = "approved"`)); m["total_size"] != 1.0 {
		t.Errorf("journal of approvals %v", m)
	}
	// The next plan of the same snapshot respects them; its digest says so.
	was := v.get("/v1/plans/latest")
	v.finish(v.post("/v1/plans", `{}`))
	is := v.get("/v1/plans/latest")
	if is["digest"] == was["digest"] {
		t.Error("a plan with decisions has the digest of one without")
	}
	next := v.get("/v1/plans/latest/suggestions/" + url.PathEscape(fmt.Sprint(first["suggestion_id"])))
	if next["status"] != "approved" || next["plan"] == was["name"] {
		t.Errorf("in the next plan it is %v", next["status"])
	}
	if o := list(v.get("/v1/plans/latest/plannedOrders?filter="+url.QueryEscape(fmt.Sprintf("order_id = %q", next["order_id"]))), "planned_orders"); len(o) == 1 && o[0]["firm"] != true {
		t.Errorf("the approved order is not firm: %v", o[0])
	}
	// Repeating a request changes nothing.
	third := list(v.get("/v1/plans/latest/suggestions?filter="+url.QueryEscape(fmt.Sprintf("suggestion_id = %q", open[2]["suggestion_id"]))), "suggestions")[0]
	body := strings.Replace(decideBody(t, map[string]any{"suggestion_id": third["suggestion_id"], "action": "approve", "etag": third["etag"]}), "{", `{"request_id":"r-1",`, 1)
	v.post(decide, body)
	v.post(decide, body) // its answer was lost: the etag is an old one by now
	if m := v.get("/v1/decisions"); m["total_size"] != 3.0 {
		t.Errorf("a repeated request journals %v decisions in all, want 3", m["total_size"])
	}
	if a := v.do("POST", decide, strings.Replace(body, "approve", "reject", 1)); a.status != 409 {
		t.Errorf("another request with a used id = %d %s, want 409", a.status, a.body)
	}
	v.post(decide, decideBody(t, map[string]any{"suggestion_id": first["suggestion_id"], "action": "reopen"}))
	if m := v.get("/v1/plans/latest/suggestions/" + url.PathEscape(fmt.Sprint(first["suggestion_id"]))); m["status"] != "open" {
		t.Errorf("reopened, it is %v", m["status"])
	}
}

// TestPermissions: every method of every service has its line, and no line has
// no method.
func TestPermissions(t *testing.T) {
	v := planned(t, 0, false, nil)
	have := map[string]bool{}
	for service, info := range v.s.grpc.GetServiceInfo() {
		if strings.HasPrefix(service, "grpc.") {
			continue
		}
		for _, m := range info.Methods {
			name := service[strings.LastIndexByte(service, '.')+1:] + "/" + m.Name
			have[name] = true
			if _, ok := permissions[name]; !ok {
				t.Errorf("%s has no permission: add it to permissions", name)
			}
		}
	}
	for name := range permissions {
		if !have[name] {
			t.Errorf("permission of %s, which is no method", name)
		}
	}
}

// TestRoles: who may do what, and who sees what.
func TestRoles(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) {
		c.Approvals = []ApprovalRule{{Over: 0, Action: "make", Role: Approver}, {Over: 1e12, Role: Admin}}
	})
	ctx := context.Background()
	mint := func(k snapshot.Key) string {
		t.Helper()
		secret, _, err := v.ws.CreateKey(ctx, k, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	viewer := mint(snapshot.Key{Name: "vera", Role: "viewer"})
	planner := mint(snapshot.Key{Name: "paul", Role: "planner"})
	small := mint(snapshot.Key{Name: "sam", Role: "approver", MaxValue: 0.01})
	approver := mint(snapshot.Key{Name: "anna", Role: "approver"})
	elsewhere := mint(snapshot.Key{Name: "eve", Role: "planner", Sites: []string{"MOON"}})
	admin := mint(snapshot.Key{Name: "adam", Role: "admin"})
	gone, k, err := v.ws.CreateKey(ctx, snapshot.Key{Name: "gus", Role: "admin"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := v.ws.RevokeKey(ctx, k.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	late := mint(snapshot.Key{Name: "lea", Role: "admin", Expires: time.Now().Add(-time.Hour)})

	v.key = admin
	suggestions := list(v.get("/v1/plans/latest/suggestions"), "suggestions")
	var making map[string]any
	for _, s := range suggestions {
		if s["action"] == "make" {
			making = s
		}
	}
	if making == nil {
		t.Fatal("nothing to make")
	}
	approve := decideBody(t, map[string]any{"suggestion_id": making["suggestion_id"], "action": "approve"})
	reject := decideBody(t, map[string]any{"suggestion_id": making["suggestion_id"], "action": "reject"})
	for _, c := range []struct {
		who, key, method, path, body string
		want                         int
	}{
		{"nobody", "", "GET", "/v1/plans", "", 401},
		{"a stranger", "pwk_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "GET", "/v1/plans", "", 401},
		{"half a key", viewer[:40], "GET", "/v1/plans", "", 401},
		{"the revoked", gone, "GET", "/v1/plans", "", 401},
		{"the expired", late, "GET", "/v1/plans", "", 401},
		{"viewer", viewer, "GET", "/v1/plans", "", 200},
		{"viewer", viewer, "POST", "/v1/plans", "{}", 403},
		{"viewer", viewer, "POST", "/v1/plans/latest/suggestions:decide", reject, 403},
		{"viewer", viewer, "POST", "/v1/snapshots", `{"paths":["."]}`, 403},
		{"planner", planner, "POST", "/v1/plans", `{"validate_only":true}`, 200},
		{"planner", planner, "POST", "/v1/snapshots", `{"paths":["."]}`, 403},
		{"planner", planner, "POST", "/v1/plans/latest/suggestions:decide", approve, 403},
		{"planner", planner, "POST", "/v1/plans/latest/suggestions:decide", reject, 200},
		{"small approver", small, "POST", "/v1/plans/latest/suggestions:decide", approve, 403},
		{"approver", approver, "POST", "/v1/plans/latest/suggestions:decide", approve, 200},
		{"other site", elsewhere, "POST", "/v1/plans/latest/suggestions:decide", reject, 404},
		{"other site", elsewhere, "GET", "/v1/plans/latest/suggestions/" + url.PathEscape(fmt.Sprint(making["suggestion_id"])), "", 404},
		{"other site", elsewhere, "GET", "/v1/plans/latest/pegging?order_id=x", "", 403},
		{"other site", elsewhere, "GET", "/v1/plans/latest/tables/planned_orders?format=csv", "", 403},
		{"other site", elsewhere, "POST", "/v1/query", `{"sql":"SELECT 1"}`, 403},
	} {
		v.key = c.key
		if a := v.do(c.method, c.path, c.body); a.status != c.want {
			t.Errorf("%s: %s %s = %d %s, want %d", c.who, c.method, c.path, a.status, a.body, c.want)
		}
	}
	v.key = elsewhere
	for _, path := range []string{"suggestions", "plannedOrders", "requirements", "exceptions", "policies", "forecasts", "classes", "aging"} {
		if m := v.get("/v1/plans/latest/" + path); m["total_size"] != 0.0 {
			t.Errorf("a key of another site sees %v %s", m["total_size"], path)
		}
	}
	if m := v.get("/v1/decisions"); m["total_size"] != 0.0 {
		t.Errorf("a key of another site sees %v decisions", m["total_size"])
	}
	v.key = admin
	if rows := list(v.get("/v1/decisions"), "decisions"); len(rows) != 2 || rows[0]["author"] != "anna" || rows[1]["author"] != "paul" {
		t.Errorf("journal %v", rows)
	}
	if log := v.log.String(); strings.Contains(log, viewer[17:]) || strings.Contains(log, admin[17:]) {
		t.Error("the log shows a key")
	}
}

// TestApprovalRules: of the rules that fit, the strictest holds; a new quantity
// counts with its own value.
func TestApprovalRules(t *testing.T) {
	s := &Server{cfg: Config{Approvals: []ApprovalRule{
		{Over: 1000, Role: Approver}, {Over: 100000, Role: Admin}, {Category: "steel", Role: Approver, Approvers: []string{"anna"}}, {Supplier: "S9", Over: 10, Role: Admin}, {Site: "EAST", Role: Approver},
	}}}
	about := snapshot.Decidable{ID: "x", Site: "WEST", Supplier: "S1", Action: planwright.ActBuy, Qty: 10 * planwright.One, Value: 500}
	for _, c := range []struct {
		name   string
		role   Role
		status planwright.DecisionStatus
		edit   func(s *snapshot.Decidable, d *planwright.Decision)
		ok     bool
	}{
		{"paul", Planner, planwright.StatusApproved, nil, true},
		{"paul", Planner, planwright.StatusApproved, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Value = 1001 }, false},
		{"paul", Planner, planwright.StatusRejected, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Value = 1e9 }, true},
		{"paul", Planner, planwright.StatusChanged, func(_ *snapshot.Decidable, d *planwright.Decision) { d.Qty = 21 * planwright.One }, false},
		{"paul", Planner, planwright.StatusChanged, func(_ *snapshot.Decidable, d *planwright.Decision) { d.Qty = 20 * planwright.One }, true},
		{"anna", Approver, planwright.StatusApproved, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Value = 1001 }, true},
		{"anna", Approver, planwright.StatusApproved, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Value = 100001 }, false},
		{"anna", Approver, planwright.StatusApproved, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Category = "steel" }, true},
		{"otto", Approver, planwright.StatusApproved, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Category = "steel" }, false},
		{"otto", Approver, planwright.StatusApproved, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Supplier = "S9" }, false},
		{"adam", Admin, planwright.StatusApproved, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Supplier = "S9" }, true},
		{"paul", Planner, planwright.StatusExported, func(s *snapshot.Decidable, _ *planwright.Decision) { s.Site = "EAST" }, false},
	} {
		about, d := about, planwright.Decision{Status: c.status, Qty: planwright.NoQty}
		if c.edit != nil {
			c.edit(&about, &d)
		}
		ctx := context.WithValue(context.Background(), callKey{}, call{who: &Principal{Name: c.name, Role: c.role}})
		if err := s.mayDecide(ctx, &d, &about); (err == nil) != c.ok {
			t.Errorf("%s (%s) decides %s of %+v: %v, want ok %v", c.name, c.role, c.status, about, err, c.ok)
		}
	}
}

// TestReadOnly: a replica reads everything and changes nothing.
func TestReadOnly(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) { c.ReadOnly = true })
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/v1/plans/latest/suggestions", "", 200}, {"POST", "/v1/query", `{"sql":"SELECT 1"}`, 200}, {"GET", "/openapi", "", 200}, {"GET", "/debug/pprof/heap", "", 200},
		{"GET", "/debug/pprof/cmdline", "", 404}, {"POST", "/v1/plans", "{}", 400}, {"POST", "/v1/plans/latest/suggestions:decide", `{"decisions":[{"suggestion_id":"x","action":"approve"}]}`, 400},
		{"POST", "/v1/snapshots", `{"paths":["."]}`, 400}, {"DELETE", "/v1/" + fmt.Sprint(v.get("/v1/plans/latest")["name"]), "", 400},
	} {
		if a := v.do(c.method, c.path, c.body); a.status != c.want {
			t.Errorf("%s %s = %d %.300s, want %d", c.method, c.path, a.status, a.body, c.want)
		}
	}
	if a := v.do("GET", "/openapi", ""); !strings.Contains(string(a.body), "/v1/plans/{plan}/suggestions") || strings.Contains(string(a.body), "<script") {
		t.Errorf("the page for people is %.300s", a.body)
	}
}

// TestDelete: plans and snapshots by their own names, snapshots with plans by
// force; what an operation of before made is told from the journal.
func TestDelete(t *testing.T) {
	v := planned(t, 0, true, nil)
	plan, snap := fmt.Sprint(v.get("/v1/plans/latest")["name"]), fmt.Sprint(v.get("/v1/snapshots/latest")["name"])
	runs, err := v.ws.ListRuns(context.Background(), 10)
	if err != nil || len(runs) == 0 {
		t.Fatal(runs, err)
	}
	for _, r := range runs { // they are of the process that made the template
		if m := v.get("/v1/operations/" + r.ID); m["done"] != true || m["response"] == nil {
			t.Errorf("operation of before: %v", m)
		}
	}
	for _, c := range []struct {
		path string
		want int
	}{{"/v1/plans/latest", 400}, {"/v1/" + snap, 400}, {"/v1/plans/p0099-00000000", 404}, {"/v1/" + snap + "?force=true", 200}, {"/v1/" + plan, 200}, {"/v1/" + plan, 404}} {
		if a := v.do("DELETE", c.path, ""); a.status != c.want {
			t.Errorf("DELETE %s = %d %s, want %d", c.path, a.status, a.body, c.want)
		}
	}
}
