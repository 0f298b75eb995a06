package api

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"planwright/snapshot"
)

// twoSites is a company of two sites that share nothing: what is of WEST has
// WESTERN in its codes.
var twoSites = map[string]string{
	"sites.csv":         "site_id,name\nEAST,East\nWEST,West\n",
	"items.csv":         "item_id,name,uom,unit_cost,unit_price\nE-A,Eastern,EA,5,9\nE-B,Eastern,EA,2,\nWESTERN-A,x,EA,5,9\nWESTERN-B,x,EA,2,\n",
	"suppliers.csv":     "supplier_id,name,lead_time_days\nE-SUP,East,5\nWESTERN-SUP,West,5\n",
	"skus.csv":          "item_id,site_id,procurement,lead_time_days\nE-A,EAST,make,2\nE-B,EAST,buy,5\nWESTERN-A,WEST,make,2\nWESTERN-B,WEST,buy,5\n",
	"sources.csv":       "item_id,site_id,kind,supplier_id,price\nE-B,EAST,buy,E-SUP,2\nWESTERN-B,WEST,buy,WESTERN-SUP,2\n",
	"bom.csv":           "parent_id,component_id,qty_per\nE-A,E-B,2\nWESTERN-A,WESTERN-B,2\n",
	"stock.csv":         "item_id,site_id,qty,lot,received_on\nE-A,EAST,300,L1,2024-05-01\nWESTERN-A,WEST,300,L1,2024-05-01\n",
	"demand_orders.csv": "order_id,item_id,site_id,qty,due_on\nE-1,E-A,EAST,900,2026-07-15\nWESTERN-1,WESTERN-A,WEST,900,2026-07-15\n",
}

// servedSites serves that company, planned, with a suggestion of each site decided
// about and a forecast of each overridden. It returns a key of an administrator
// and one of EAST alone.
func servedSites(t *testing.T) (v *served, admin, east string) {
	t.Helper()
	in := t.TempDir()
	for name, text := range twoSites {
		if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var history strings.Builder
	history.WriteString("item_id,site_id,on,qty\n")
	day := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	for w := range 52 {
		for _, sku := range []string{"E-A,EAST", "WESTERN-A,WEST"} {
			fmt.Fprintf(&history, "%s,%s,%d\n", sku, day.AddDate(0, 0, 7*w).Format(time.DateOnly), 40+w%7)
		}
	}
	if err := os.WriteFile(filepath.Join(in, "demand_history.csv"), []byte(history.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	v = serve(t, t.TempDir(), func(c *Config) { c.ImportRoots = []string{in} })
	mint := func(k snapshot.Key) string {
		secret, _, err := v.ws.CreateKey(context.Background(), k, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	admin = mint(snapshot.Key{Name: "adam", Role: "admin"})
	east = mint(snapshot.Key{Name: "eve", Role: "approver", Sites: []string{"EAST"}})
	v.key = admin
	v.finish(v.post("/v1/snapshots", `{"paths":["."],"as_of":"2026-07-01"}`))
	v.finish(v.post("/v1/plans", `{}`))
	for _, site := range []string{"EAST", "WEST"} {
		rows := list(v.get("/v1/plans/latest/suggestions?filter="+url.QueryEscape(`site_id = "`+site+`"`)), "suggestions")
		if len(rows) == 0 {
			t.Fatalf("there is no suggestion of %s", site)
		}
		v.post("/v1/plans/latest/suggestions:decide", decideBody(t, map[string]any{"suggestion_id": rows[0]["suggestion_id"], "action": "reject"}))
	}
	for _, sku := range [][2]string{{"E-A", "EAST"}, {"WESTERN-A", "WEST"}} {
		v.post("/v1/forecastOverrides", fmt.Sprintf(`{"item_id":%q,"site_id":%q,"from":"2026-07-06","qty":"77","reason":"fair"}`, sku[0], sku[1]))
	}
	v.post("/v1/scenarios", `{"scenario":{"changes":"demand of item WESTERN-A +50 %"},"scenario_id":"west"}`)
	return v, admin, east
}

// westward are requests of every method that could show or change what is of WEST.
// A method that is missing here is called with the names below filled in.
var westward = map[string]string{
	"ListSnapshots":     `{}`,
	"ListPlans":         `{}`,
	"CreateSnapshot":    `{"paths":["."]}`,
	"ComparePlans":      `{"name":"plans/latest","base":"plans/latest"}`,
	"GetKpis":           `{"name":"plans/latest/kpis"}`,
	"DecideSuggestions": `{"parent":"plans/latest","decisions":[{"suggestion_id":"{suggestion}","action":"approve"}]}`,
	"Promise":           `{"parent":"plans/latest","lines":[{"item_id":"WESTERN-A","site_id":"WEST","qty":"1","due_on":"2026-07-03"}]}`,
	"SetOverride":       `{"item_id":"WESTERN-A","site_id":"WEST","from":"2026-07-13","qty":"1","reason":"mine"}`,
	"Backtest":          `{"snapshot":"snapshots/latest","by_series":true}`,
	"ComputeForecast":   `{"period":"month","horizon":1,"series":[{"series_id":"a","values":[1,2,3]}]}`,
	"ComputePolicy":     `{}`,
	"SimulatePolicy":    `{}`,
	"Query":             `{"sql":"SELECT item_id FROM plan.policies"}`,
	"StreamQuery":       `{"sql":"SELECT item_id FROM plan.policies"}`,
	"DeletePlan":        `{"name":"plans/none"}`,
	"DeleteSnapshot":    `{"name":"snapshots/none"}`,
	"DeleteOperation":   `{"name":"operations/none"}`,
	"CancelOperation":   `{"name":"operations/none"}`,
	"ListOperations":    `{}`,
	"RemoveOverride":    `{"name":"forecastOverrides/2","reason":"mine"}`,
	"ExplodeBom":        `{"parent":"plans/latest","item_id":"WESTERN-A","site_id":"WEST"}`,
	"WhereUsed":         `{"parent":"plans/latest","item_id":"WESTERN-B","site_id":"WEST"}`,
	"GetScenario":       `{"name":"scenarios/west"}`,
	"ListScenarios":     `{}`,
	"DeleteScenario":    `{"name":"scenarios/none"}`,
	"CreateScenario":    `{"scenario":{"changes":"demand of item WESTERN-A +10 %"},"validate_only":true}`,
	"CompareScenarios":  `{"names":["scenarios/west"]}`,
	"GetSuggestion":     `{"name":"plans/latest/suggestions/{suggestion}"}`,
}

// TestOtherSites: every method of every service, and every table, view and
// statement, called with a key of EAST, shows nothing of WEST and changes nothing
// there. The same calls by an administrator show that there is something to see.
func TestOtherSites(t *testing.T) {
	v, admin, east := servedSites(t)
	v.key = admin
	ops := list(v.get("/v1/operations"), "operations")
	western := list(v.get("/v1/plans/latest/suggestions?filter="+url.QueryEscape(`site_id = "WEST"`)), "suggestions")
	fill := strings.NewReplacer("{suggestion}", fmt.Sprint(western[0]["suggestion_id"]), "{operation}", fmt.Sprint(ops[0]["name"]))
	fields := map[string]string{"parent": "plans/latest", "item_id": "WESTERN-A", "site_id": "WEST", "suggestion_id": "{suggestion}", "order_id": "WESTERN-1", "plan": "plans/latest", "snapshot": "snapshots/latest"}
	shown, calls := 0, 0
	for _, m := range serviceMethods(v.s) {
		name := string(m.Name())
		body, ok := westward[name]
		if !ok { // by the names of its fields
			req := dynamicpb.NewMessage(m.Input())
			for i := range m.Input().Fields().Len() {
				f := m.Input().Fields().Get(i)
				value := fields[string(f.Name())]
				switch {
				case f.Name() == "name":
					if strings.HasSuffix(name, "Operation") {
						value = "{operation}"
					} else if strings.HasSuffix(name, "Plan") {
						value = "plans/latest"
					} else if strings.HasSuffix(name, "Snapshot") {
						value = "snapshots/latest"
					}
				case f.Name() == "parent" && strings.Contains(string(m.Input().FullName()), "Quarantine"):
					value = "snapshots/latest"
				}
				if value != "" && f.Kind() == protoreflect.StringKind && !f.IsList() {
					req.Set(f, protoreflect.ValueOfString(fill.Replace(value)))
				}
			}
			b, err := protojson.Marshal(req)
			if err != nil {
				t.Fatal(err)
			}
			body = string(b)
		}
		seen := map[string]string{}
		for who, key := range map[string]string{"admin": admin, "east": east} {
			flights := strings.HasPrefix(string(m.FullName()), "arrow.") // empty commands: TestFlightAuth has real ones
			if who == "admin" && (flights || !strings.HasPrefix(name, "List") && !strings.HasPrefix(name, "Get")) {
				continue // it would change what the other is to see
			}
			out, err := callMethod(v, key, m, fill.Replace(body))
			calls++
			if code := status.Code(err); code == codes.Internal || code == codes.Unknown || code == codes.DeadlineExceeded {
				t.Errorf("%s by %s: %v", m.FullName(), who, err)
			}
			seen[who] = out
			if flights && err == nil && name != "Handshake" {
				t.Errorf("%s is answered for a key of EAST", m.FullName())
			}
			nothingYet := status.Code(err) == codes.NotFound && strings.Contains(name, "Event") // no event was sent
			if err != nil && who == "admin" && !nothingYet {
				t.Errorf("%s by the administrator: %v: the call shows nothing about %s", m.FullName(), err, body)
			}
		}
		if strings.Contains(seen["admin"], "WESTERN") {
			shown++
		}
		if strings.Contains(seen["east"], "WESTERN") || strings.Contains(seen["east"], `stock_value`) {
			t.Errorf("%s shows a key of EAST: %.600s", m.FullName(), seen["east"])
		}
	}
	if shown < 10 {
		t.Errorf("%d methods show an administrator something of WEST: the test shows too little", shown)
	}
	if calls < 60 {
		t.Errorf("%d calls", calls)
	}

	// What comes without the gateway.
	paths := []string{"/v1/plans/latest/tables", "/v1/snapshots/latest/tables", "/v1/sql?sql=" + url.QueryEscape("SELECT item_id FROM plan.policies"), "/v1/plans/latest/sql?sql=SELECT+1", "/metrics", "/openapi.json", "/debug/pprof/heap"}
	for _, table := range []string{"policies", "planned_orders", "kpis", "bi_items", "suggestions"} {
		paths = append(paths, "/v1/plans/latest/tables/"+table, "/v1/plans/latest/tables/"+table+"?where="+url.QueryEscape(`site_id = "EAST"`))
	}
	for _, table := range []string{"items", "skus", "stock"} {
		paths = append(paths, "/v1/snapshots/latest/tables/"+table)
	}
	for _, view := range snapshot.BIViews() {
		for _, q := range []string{"", "?$filter=" + url.QueryEscape("true or site_id eq 'WEST'"), "?$filter=" + url.QueryEscape("site_id eq 'WEST') or (1 eq 1"), "?$orderby=site_id%20desc", "/$count"} {
			paths = append(paths, "/odata/v4/"+view.Name+q)
		}
	}
	v.key = east
	for _, path := range paths {
		a := v.do("GET", path, "")
		if a.status >= 500 || bytes.Contains(a.body, []byte("WESTERN")) {
			t.Errorf("GET %s by a key of EAST = %d %.300s", path, a.status, a.body)
		}
	}
	// Nothing was decided or overridden in WEST by the key of EAST.
	v.key = admin
	for _, path := range []string{"/v1/decisions", "/v1/forecastOverrides"} {
		body := string(v.do("GET", path, "").body)
		if strings.Contains(body, `"eve"`) {
			t.Errorf("a key of EAST is the author of something: %s", body)
		}
	}
}

// callMethod calls a method with a JSON message and returns all its answers as
// JSON.
func callMethod(v *served, key string, m protoreflect.MethodDescriptor, body string) (string, error) {
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(context.Background(), "x-api-key", key), time.Minute)
	defer cancel()
	req := dynamicpb.NewMessage(m.Input())
	if err := protojson.Unmarshal([]byte(body), req); err != nil {
		return "", fmt.Errorf("%s: %w", body, err)
	}
	answers, err := invoke(ctx, v.grpc, m, req)
	var out strings.Builder
	for _, a := range answers {
		b, merr := protojson.Marshal(a)
		if merr != nil { // details of a type that is not linked in
			b, merr = proto.Marshal(a)
		}
		if merr != nil {
			return "", merr
		}
		out.Write(b)
		out.WriteByte('\n')
	}
	return out.String(), err
}
