package api

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	planwrightv1 "planwright/api/planwright/v1"
)

// TestStreamProblem: a stream over REST that ends before its first message is a problem
// as every other refusal, and is in the audit log once.
func TestStreamProblem(t *testing.T) {
	v := planned(t, 0, true, nil)
	for path, want := range map[string]struct {
		status int
		reason string
	}{
		"/v1/plans/p9999-00000000:watch":        {404, "NO_PLAN"},
		"/v1/files:verify":                      {400, "USAGE"},
		"/v1/files:verify?collection=snapshots": {200, ""},
		"/v1/files:verify?collection=nothing":   {400, "USAGE"},
	} {
		a := v.do("GET", path, "", "Accept-Language", "zh-CN")
		if a.status != want.status {
			t.Errorf("%s = %d %s", path, a.status, a.body)
			continue
		}
		if want.reason == "" {
			continue
		}
		p := a.json(t)
		if !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") || p["reason"] != want.reason || p["locale"] != "zh-CN" || p["status"] != float64(want.status) || p["instance"] == "" {
			t.Errorf("%s = %s %s", path, a.header.Get("Content-Type"), a.body)
		}
	}
	if a := v.do("POST", "/v1/plans/latest:streamQuery", `{"sql":"DROP TABLE x"}`); a.status != 400 || a.json(t)["reason"] != "QUERY_REFUSED" {
		t.Errorf("a stream of refused SQL = %d %s", a.status, a.body)
	}
	if n := strings.Count(v.log.String(), `"msg":"audit"`); n != 1 {
		t.Errorf("the refused SQL is in the audit log %d times", n)
	}
}

// TestSiteNumbers: a key with sites sees no number of rows of the company, whatever
// describes the plan or the snapshot.
func TestSiteNumbers(t *testing.T) {
	v, admin, east := servedSites(t)
	ops := list(v.get("/v1/operations"), "operations")
	if len(ops) < 2 {
		t.Fatalf("operations %v", ops)
	}
	paths := []string{"/v1/plans/latest", "/v1/plans", "/v1/snapshots/latest", "/v1/snapshots", "/v1/operations"}
	for _, op := range ops {
		paths = append(paths, "/v1/"+op["name"].(string))
	}
	for _, path := range paths {
		for _, key := range []string{admin, east} {
			v.key = key
			a := v.do("GET", path, "")
			shown := strings.Contains(string(a.body), `"row_count":"`) || strings.Contains(string(a.body), `"sku_count":"4"`)
			if a.status != 200 || shown != (key == admin) {
				t.Errorf("%s with sites %v = %d, numbers of rows %v: %.300s", path, key == east, a.status, shown, a.body)
			}
		}
	}
}

// TestSiteDecisions: of a suggestion of another site a key learns nothing by deciding
// about it: neither by an etag nor by a request id that somebody used.
func TestSiteDecisions(t *testing.T) {
	v, admin, east := servedSites(t)
	const decide = "/v1/plans/latest/suggestions:decide"
	row := list(v.get("/v1/plans/latest/suggestions?filter="+url.QueryEscape(`site_id = "WEST"`)), "suggestions")[0]
	id := fmt.Sprint(row["suggestion_id"])
	body := strings.Replace(decideBody(t, map[string]any{"suggestion_id": id, "action": "approve"}), "{", `{"request_id":"west-1",`, 1)
	v.key = admin
	v.post(decide, body)
	v.key = east
	plain := func(a answer, id string) string {
		m := a.json(t)
		return strings.ReplaceAll(fmt.Sprint(a.status, m["reason"], m["detail"], m["message"]), id, "ID")
	}
	none := plain(v.do("POST", decide, decideBody(t, map[string]any{"suggestion_id": "NONE", "action": "approve"})), "NONE")
	for _, d := range []map[string]any{{"action": "approve"}, {"action": "approve", "etag": "0000000000000000"}, {"action": "burn"}, {"action": "snooze", "date": "2000-01-01"}} {
		d["suggestion_id"] = id
		if got := plain(v.do("POST", decide, decideBody(t, d)), id); got != none {
			t.Errorf("%v: %s, want %s", d, got, none)
		}
	}
	if a := v.do("POST", decide, body); a.status != 409 || strings.Contains(string(a.body), "WESTERN") {
		t.Errorf("with the request id of another = %d %s", a.status, a.body)
	}
}

// TestDecisionConflict: who looked at an old state is told so, in their language, and
// not that a run holds the workspace; a request id with other content is refused.
func TestDecisionConflict(t *testing.T) {
	v := planned(t, 0, true, nil)
	const decide = "/v1/plans/latest/suggestions:decide"
	first := list(v.get("/v1/plans/latest/suggestions?filter="+url.QueryEscape(`action = "buy"`)), "suggestions")[0]
	ask := func(id string, d map[string]any) answer {
		d["suggestion_id"] = first["suggestion_id"]
		return v.do("POST", decide, strings.Replace(decideBody(t, d), "{", `{"request_id":"`+id+`",`, 1), "Accept-Language", "zh")
	}
	if a := ask("", map[string]any{"action": "approve", "etag": "0000000000000000"}); a.status != 409 || a.json(t)["reason"] != "CHANGED_MEANWHILE" || a.header.Get("Retry-After") != "" ||
		!strings.Contains(string(a.body), "其间已有新的决定：现为 open") {
		t.Errorf("an old etag = %d %v %s", a.status, a.header, a.body)
	}
	if a := ask("c-1", map[string]any{"action": "change", "qty": "700", "reason": "x"}); a.status != 200 {
		t.Fatalf("change = %d %s", a.status, a.body)
	}
	if a := ask("c-1", map[string]any{"action": "change", "qty": "700", "reason": "x"}); a.status != 200 {
		t.Errorf("the same again = %d %s", a.status, a.body)
	}
	for _, d := range []map[string]any{{"action": "change", "qty": "701", "reason": "x"}, {"action": "change", "qty": "700", "date": "2026-09-01", "reason": "x"}, {"action": "change", "qty": "700", "reason": "y"}} {
		if a := ask("c-1", d); a.status != 409 || a.json(t)["reason"] != "ALREADY_EXISTS" {
			t.Errorf("other content %v = %d %s", d, a.status, a.body)
		}
	}
	for said, d := range map[string]map[string]any{
		"没有任何修改": {"action": "change"}, "应为 approve、reject": {"action": "burn"}, "暂缓要给出恢复的日期": {"action": "snooze"}, "已经过去": {"action": "snooze", "date": "2020-01-01"},
		"不能带数量和日期": {"action": "approve", "date": "2026-09-01"},
	} {
		if m := ask("", d).json(t); !strings.Contains(fmt.Sprint(m["message"]), "第 1 个决定："+"") || !strings.Contains(fmt.Sprint(m["message"]), said) {
			t.Errorf("%v is refused as %v", d, m["message"])
		}
	}
	// The journal in another order.
	ask("", map[string]any{"action": "reopen"})
	if rows := list(v.get("/v1/decisions?order_by=decision_id"), "decisions"); len(rows) != 2 || rows[0]["decision_id"] != "1" {
		t.Errorf("oldest first: %v", rows)
	}
}

// TestReflectionWithFields: a client that asks for the protos first brings the field mask
// of the call that it means to make.
func TestReflectionWithFields(t *testing.T) {
	v := planned(t, 0, false, nil)
	ctx := metadata.AppendToOutgoingContext(deadline(t, time.Minute), "x-goog-fieldmask", "name")
	if names := reflected(t, ctx, v.grpc); len(names) == 0 {
		t.Error("reflection with a field mask lists nothing")
	}
	s, err := planwrightv1.NewSnapshotServiceClient(v.grpc).GetSnapshot(ctx, &planwrightv1.GetSnapshotRequest{Name: "snapshots/latest"})
	if err != nil || s.GetName() == "" || !proto.Equal(s, &planwrightv1.Snapshot{Name: s.GetName()}) {
		t.Errorf("the masked snapshot is %v, %v", s, err)
	}
}

// TestConfigWords: what is wrong with a configuration is said in words of a
// configuration, not of the program.
func TestConfigWords(t *testing.T) {
	for text, want := range map[string]string{
		"listne: x":                              "line 1: there is no key listne",
		"tls:\n  crt: x":                         "line 2: there is no key crt",
		"limits: {queries: many}":                `line 1: "many" is not a whole number`,
		"limits: {query: 60}":                    `line 1: "60" is not a time such as 10s, 1m or 1h`,
		"no_auth: maybe":                         `line 1: "maybe" is not true or false`,
		"import_roots: {a: b}":                   "line 1: is not a list",
		"tls: x":                                 `line 1: "x" is not a mapping of keys`,
		"limits: {requests_per_second: .nan}":    "limits: one is below 0, or no number",
		"approvals: [{over: .nan, role: admin}]": "approvals[0].over: NaN is not an amount from 0 on",
	} {
		if _, err := parseFile([]byte(text), t.TempDir()); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestClockChange: a nightly schedule runs once a night, also in the night in which
// clocks are put on over its hour, and in that in which its hour comes twice; one of
// every hour runs every hour.
func TestClockChange(t *testing.T) {
	for _, c := range []struct{ zone, cron, from, want string }{
		{"Europe/Berlin", "30 2 * * *", "2026-03-28 12:00", "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z 2026-03-31T00:30:00Z"},
		{"Europe/Berlin", "0,30 2 * * *", "2026-03-28 12:00", "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z 2026-03-30T00:30:00Z"},
		{"Europe/Berlin", "30 2 * * *", "2026-10-24 12:00", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z 2026-10-27T01:30:00Z"},
		{"Europe/Berlin", "0 * * * *", "2026-10-25 01:30", "2026-10-25T00:00:00Z 2026-10-25T01:00:00Z 2026-10-25T02:00:00Z"},
		{"Europe/Berlin", "30 6 * * 1", "2026-03-28 12:00", "2026-03-30T04:30:00Z 2026-04-06T04:30:00Z 2026-04-13T04:30:00Z"},
		{"America/New_York", "30 2 8 3 *", "2026-03-07 12:00", "2026-03-08T07:00:00Z 2027-03-08T07:30:00Z 2028-03-08T07:30:00Z"},
		{"Asia/Shanghai", "30 2 * * *", "2026-03-28 12:00", "2026-03-28T18:30:00Z 2026-03-29T18:30:00Z 2026-03-30T18:30:00Z"},
	} {
		f, err := parseFile(fmt.Appendf(nil, "schedules: [{name: n, cron: %q, time_zone: %s, plan: {}}]", c.cron, c.zone), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		s := &f.schedules[0]
		at, err := time.ParseInLocation("2006-01-02 15:04", c.from, s.zone)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range 3 {
			at = s.times.Next(at)
			got = append(got, at.UTC().Format(time.RFC3339))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s in %s from %s: %v, want %s", c.cron, c.zone, c.from, got, c.want)
		}
	}
}

// TestDigestOfAskedRun: a run that a client asked for is told once on each channel that
// wants it.
func TestDigestOfAskedRun(t *testing.T) {
	all, own := &inbox{}, &inbox{}
	a, b := wecomFake(all), wecomFake(own)
	t.Cleanup(a.Close)
	t.Cleanup(b.Close)
	f, err := parseFile(fmt.Appendf(nil, "language: zh\nnotices: [{name: a, kind: wecom, url: '%s'}, {name: b, kind: wecom, url: '%s', schedules_only: true}]", a.URL, b.URL), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v := planned(t, 0, false, func(c *Config) { c.File = f })
	v.finish(v.post("/v1/plans", `{"request_id":"r","options":{"method":"naive"}}`))
	v.finish(v.post("/v1/plans", `{"request_id":"r","options":{"method":"naive"}}`))
	all.wait(t, 1)
	list, err := v.ws.ListNotices(context.Background(), "")
	if err != nil || len(list) != 1 || list[0].Channel != "a" || !strings.HasPrefix(list[0].Subject, "plan/p0001") {
		t.Errorf("notices %v, %v", list, err)
	}
	if len(own.got) != 0 {
		t.Errorf("a channel of schedules alone was told %v", own.got)
	}
}

// TestReplayGivesBack: the place of replays is free as soon as a cancelled one is over.
func TestReplayGivesBack(t *testing.T) {
	v := planned(t, 20, false, nil)
	for range 3 {
		name := fmt.Sprint(v.post("/v1/snapshots/latest:replayValue", `{}`)["name"])
		v.post("/v1/"+name+":cancel", `{}`)
		if op := v.post("/v1/"+name+":wait", `{"timeout":"60s"}`); op["done"] != true {
			t.Fatalf("cancelled, it is %v", op)
		}
	}
}

// TestSharedBacktest: a backtest of a snapshot takes no place of queries, and a second one is
// told to come back.
func TestSharedBacktest(t *testing.T) {
	v := planned(t, 0, false, func(c *Config) { c.Limits.Queries = 1 })
	v.s.backtesting.Lock()
	a := v.do("POST", "/v1/forecasts:backtest", `{"snapshot":"snapshots/latest","methods":["naive"]}`, "Accept-Language", "zh")
	if a.status != 409 || a.json(t)["reason"] != "BUSY" || !strings.Contains(string(a.body), "另一个快照回测正在进行") {
		t.Errorf("beside another = %d %s", a.status, a.body)
	}
	v.s.backtesting.Unlock()
	v.s.slots <- struct{}{} // all places of queries are taken
	defer func() { <-v.s.slots }()
	if a := v.do("POST", "/v1/forecasts:backtest", `{"snapshot":"snapshots/latest","methods":["naive"]}`); a.status != 200 {
		t.Errorf("beside queries = %d %s", a.status, a.body)
	}
}

// TestScenarioWords: what is wrong with a scenario is told in English in detail, and in the
// reader's language in message.
func TestScenarioWords(t *testing.T) {
	v := planned(t, 0, true, nil)
	for body, want := range map[string]int{`{"scenario":{"changes":"make it better"}}`: 400, `{"scenario":{"changes":"demand of item NOPE +50 %"}}`: 404} {
		a := v.do("POST", "/v1/scenarios", body, "Accept-Language", "zh")
		p := a.json(t)
		if a.status != want || strings.ContainsRune(fmt.Sprint(p["detail"]), '第') || !strings.ContainsRune(fmt.Sprint(p["message"]), '第') {
			t.Errorf("%s = %d %s", body, a.status, a.body)
		}
	}
	if a := v.do("POST", "/v1/forecastOverrides", `{"item_id":"X00001","site_id":"MAIN","from":"2026-08-03","qty":"5"}`, "Accept-Language", "zh"); !strings.Contains(string(a.body), "没有原因或作者: 请说明原因和作者") {
		t.Errorf("an override without a reason = %d %s", a.status, a.body)
	}
}

// TestEventWords: why an event was refused is told in the reader's language, at once and in
// the list; the list is filtered by the words of the log.
func TestEventWords(t *testing.T) {
	v := planned(t, 0, false, nil)
	if a := v.do("POST", "/v1/events:append", `{"events":[{"event_id":"x","type":"boom"}]}`, "Accept-Language", "zh"); !strings.Contains(string(a.body), "type 为 boom，可用值为") {
		t.Errorf("refused at once: %s", a.body)
	}
	if a := v.do("GET", "/v1/refusedEvents?filter="+url.QueryEscape(`reason : "boom, want one of"`), "", "Accept-Language", "zh"); !strings.Contains(string(a.body), "type 为 boom，可用值为") {
		t.Errorf("in the list: %s", a.body)
	}
}
