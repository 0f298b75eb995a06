package api

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"planwright/plan"
	"planwright/snapshot"
)

// inbox is a receiver of messages that checks their signatures as the receivers
// of the real ones do.
type inbox struct {
	mu    sync.Mutex
	got   []string // bodies taken
	fails int      // answers to spoil first
	tries int
}

func (b *inbox) take(body string) (ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tries++
	if b.tries <= b.fails {
		return false
	}
	b.got = append(b.got, body)
	return true
}

func (b *inbox) wait(t *testing.T, n int) []string {
	t.Helper()
	for began := time.Now(); time.Since(began) < 2*time.Minute; time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		got := append([]string(nil), b.got...)
		b.mu.Unlock()
		if len(got) >= n {
			return got
		}
	}
	t.Fatalf("after two minutes there are fewer than %d messages", n)
	return nil
}

const robotSecret = "SEC0123456789"

// webhookFake accepts what is signed with the secret, not long ago.
func webhookFake(t *testing.T, b *inbox) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		parts := map[string]string{}
		for _, p := range strings.Split(r.Header.Get("X-Planwright-Signature"), ",") {
			k, v, _ := strings.Cut(p, "=")
			parts[k] = v
		}
		sent, _ := strconv.ParseInt(parts["t"], 10, 64)
		m := hmac.New(sha256.New, []byte(robotSecret))
		fmt.Fprintf(m, "%s.%s", parts["t"], body)
		if hex.EncodeToString(m.Sum(nil)) != parts["v1"] || time.Since(time.Unix(sent, 0)).Abs() > time.Minute {
			t.Errorf("a webhook is not signed: %s", r.Header.Get("X-Planwright-Signature"))
		}
		if !b.take(string(body)) {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
}

// dingtalkFake checks as DingTalk documents it: errcode 310000 for a wrong sign
// or a time more than an hour off.
func dingtalkFake(b *inbox) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		stamp := r.URL.Query().Get("timestamp")
		m := hmac.New(sha256.New, []byte(robotSecret))
		m.Write([]byte(stamp + "\n" + robotSecret))
		ms, _ := strconv.ParseInt(stamp, 10, 64)
		var msg struct {
			Type     string `json:"msgtype"`
			Markdown struct{ Title, Text string }
		}
		if json.Unmarshal(body, &msg) != nil || msg.Type != "markdown" || msg.Markdown.Title == "" || msg.Markdown.Text == "" ||
			base64.StdEncoding.EncodeToString(m.Sum(nil)) != r.URL.Query().Get("sign") || time.Since(time.UnixMilli(ms)).Abs() > time.Hour || r.URL.Query().Get("access_token") != "tok" {
			fmt.Fprint(w, `{"errcode":310000,"errmsg":"sign not match"}`)
			return
		}
		if !b.take(msg.Markdown.Text) {
			fmt.Fprint(w, `{"errcode":130101,"errmsg":"send too fast"}`)
			return
		}
		fmt.Fprint(w, `{"errcode":0,"errmsg":"ok"}`)
	}))
}

func wecomFake(b *inbox) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var msg struct {
			Type     string `json:"msgtype"`
			Markdown struct{ Content string }
		}
		if json.Unmarshal(body, &msg) != nil || msg.Type != "markdown" || len(msg.Markdown.Content) > wecomBytes || !b.take(msg.Markdown.Content) {
			fmt.Fprint(w, `{"errcode":40058,"errmsg":"invalid"}`)
			return
		}
		fmt.Fprint(w, `{"errcode":0,"errmsg":"ok"}`)
	}))
}

// smtpFake takes messages as RFC 5321 has it, without TLS: it is on this machine.
func smtpFake(t *testing.T, b *inbox) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer func() { _ = c.Close() }()
				in := bufio.NewScanner(c)
				fmt.Fprint(c, "220 fake\r\n")
				for in.Scan() {
					word, _, _ := strings.Cut(strings.ToUpper(in.Text()), " ")
					switch word {
					case "EHLO", "HELO":
						fmt.Fprint(c, "250-fake\r\n250 8BITMIME\r\n")
					case "DATA":
						fmt.Fprint(c, "354 go on\r\n")
						var body strings.Builder
						for in.Scan() && in.Text() != "." {
							body.WriteString(in.Text() + "\n")
						}
						b.take(body.String())
						fmt.Fprint(c, "250 taken\r\n")
					case "QUIT":
						fmt.Fprint(c, "221 bye\r\n")
						return
					default:
						fmt.Fprint(c, "250 ok\r\n")
					}
				}
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); serving.Wait() })
	return l.Addr().String()
}

// TestScheduleChain: a schedule imports a folder, plans it, keeps what retention
// says and tells everybody once; a receiver that fails is tried again.
func TestScheduleChain(t *testing.T) {
	was := noticePauses
	noticePauses = []time.Duration{20 * time.Millisecond, 20 * time.Millisecond}
	t.Cleanup(func() { noticePauses = was })
	hooks, dings, wecoms, mails, dead := &inbox{fails: 1}, &inbox{fails: 2}, &inbox{}, &inbox{}, &inbox{fails: 1000}
	var servers []*httptest.Server
	servers = append(servers, webhookFake(t, hooks), dingtalkFake(dings), wecomFake(wecoms), webhookFake(t, dead))
	for _, s := range servers {
		t.Cleanup(s.Close)
	}
	t.Setenv("PLANWRIGHT_TEST_SECRET", robotSecret)
	in := t.TempDir()
	writeCompany(t, in, 0)
	f, err := parseFile(fmt.Appendf(nil, `
public_url: https://plan.example.com
notices:
  - {name: hook, kind: webhook, url: "%s/h", secret: "env:PLANWRIGHT_TEST_SECRET"}
  - {name: ding, kind: dingtalk, url: "%s/robot/send?access_token=tok", secret: "env:PLANWRIGHT_TEST_SECRET", top: 2}
  - {name: wecom, kind: wecom, url: "%s/w?key=k"}
  - {name: dead, kind: webhook, url: "%s/x", secret: "env:PLANWRIGHT_TEST_SECRET"}
  - {name: quiet, kind: wecom, url: "%s/w?key=k", failures_only: true}
  - {name: post, kind: email, server: "%s", from: plan@example.com, to: [a@example.com]}
`, servers[0].URL, servers[1].URL, servers[2].URL, servers[3].URL, servers[2].URL, smtpFake(t, mails)), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	opt, err := plan.Options{Method: "ses"}.Validate()
	if err != nil {
		t.Fatal(err)
	}
	// The first due time is an hour ago and was missed; the next is far away.
	f.schedules = []schedule{{name: "nightly", times: cron.Every(time.Hour), zone: time.UTC, catchUp: true, patience: time.Minute, paths: []string{in}, plans: true, options: opt}}
	f.retention = snapshot.Retention{Plans: 1}
	dir := t.TempDir()
	ws, err := snapshot.OpenWorkspace(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.SetScheduleDue(context.Background(), "nightly", time.Now().Add(-90*time.Minute)); err != nil {
		t.Fatal(err)
	}
	start := func() *served { return serve(t, dir, func(c *Config) { c.File = f }) }
	v := start()
	hook := hooks.wait(t, 1)
	var msg map[string]string
	if err := json.Unmarshal([]byte(hook[0]), &msg); err != nil || !strings.HasPrefix(msg["subject"], "plan/p0001-") || !strings.Contains(msg["text"], "https://plan.example.com/v1/plans/") {
		t.Errorf("webhook %v %v", msg, err)
	}
	if got := dings.wait(t, 1)[0]; !strings.Contains(got, "1. **") || strings.Contains(got, "3. **") {
		t.Errorf("the digest for DingTalk, top 2, is %s", got)
	}
	wecoms.wait(t, 1)
	if got := mails.wait(t, 1)[0]; !strings.Contains(got, "plan@example.com") || !strings.Contains(got, "Subject:") {
		t.Errorf("mail %s", got)
	}
	if plans, err := v.ws.ListPlans(); err != nil || len(plans) != 1 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if list, err := v.ws.ListNotices(context.Background(), snapshot.NoticeDead); err == nil && len(list) == 1 && list[0].Channel == "dead" && list[0].Attempts == 3 && strings.Contains(list[0].Error, "502") {
			break
		}
		if time.Since(began) > 2*time.Minute {
			t.Fatal("the notice that nobody takes is not dead")
		}
	}
	if err := v.stop(); err != nil {
		t.Fatal(err)
	}
	// After a restart nothing is due, and nothing is told again.
	v = start()
	time.Sleep(300 * time.Millisecond)
	if plans, err := v.ws.ListPlans(); err != nil || len(plans) != 1 {
		t.Errorf("after a restart there are %d plans, %v", len(plans), err)
	}
	if hooks.tries != 2 || len(wecoms.got) != 1 {
		t.Errorf("after a restart: %d tries of the webhook, %d messages by WeCom", hooks.tries, len(wecoms.got))
	}
	for _, n := range []string{robotSecret} {
		if strings.Contains(v.log.String(), n) {
			t.Error("the log shows a secret")
		}
	}
}

// TestScheduleFailure: a schedule whose import fails tells it once, with the
// reason, and goes on to the next time.
func TestScheduleFailure(t *testing.T) {
	box := &inbox{}
	srv := wecomFake(box)
	t.Cleanup(srv.Close)
	f, err := parseFile(fmt.Appendf(nil, "language: zh\nnotices: [{name: w, kind: wecom, url: '%s', failures_only: true}]", srv.URL), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f.schedules = []schedule{{name: "nightly", times: cron.Every(time.Hour), zone: time.UTC, catchUp: true, patience: time.Minute, paths: []string{t.TempDir() + "/none"}}}
	dir := t.TempDir()
	ws, err := snapshot.OpenWorkspace(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.SetScheduleDue(context.Background(), "nightly", time.Now().Add(-90*time.Minute)); err != nil {
		t.Fatal(err)
	}
	v := serve(t, dir, func(c *Config) { c.File = f })
	if got := box.wait(t, 1)[0]; !strings.Contains(got, "定时任务 nightly 失败") || !strings.Contains(got, "导入: 文件或目录不存在") {
		t.Errorf("the failure is told as %s", got)
	}
	if snaps, err := v.ws.ListSnapshots(); err != nil || len(snaps) != 0 {
		t.Errorf("%d snapshots, %v", len(snaps), err)
	}
}

// TestSchedulePublishes: the plan of a schedule goes to its targets before the
// notices go out; one that does not answer at first is tried again, one that
// never does fails the chain and is told, and the others have the plan.
func TestSchedulePublishes(t *testing.T) {
	was := publishPauses
	publishPauses = []time.Duration{time.Millisecond, time.Millisecond}
	t.Cleanup(func() { publishPauses = was })
	box := &inbox{}
	srv := wecomFake(box)
	t.Cleanup(srv.Close)
	t.Setenv("PLANWRIGHT_TEST_TARGET", "postgres://u:pw@db/bi")
	f, err := parseFile(fmt.Appendf(nil, `notices: [{name: w, kind: wecom, url: '%s'}]
schedules: [{name: nightly, cron: "0 0 * * *", plan: {method: ses}, publish: ["env:PLANWRIGHT_TEST_TARGET", copy.duckdb, "postgres://nobody@there/x"]}]`, srv.URL), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(templates.of(t, 0, false))); err != nil {
		t.Fatal(err)
	}
	ws, err := snapshot.OpenWorkspace(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.SetScheduleDue(context.Background(), "nightly", time.Now().AddDate(0, 0, -2)); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	tries := map[string]int{}
	v := serve(t, dir, func(c *Config) {
		c.File = f
		c.Publish = func(_ context.Context, plan, target string) error {
			mu.Lock()
			defer mu.Unlock()
			tries[target]++
			switch {
			case plan == "" || target == "postgres://nobody@there/x":
				return errors.New("no route to there")
			case target == "postgres://u:pw@db/bi" && tries[target] < 3:
				return errors.New("the database starts")
			}
			return nil
		}
	})
	got := strings.Join(box.wait(t, 2), " ")
	mu.Lock()
	defer mu.Unlock()
	if tries["postgres://u:pw@db/bi"] != 3 || tries[f.dir+"/copy.duckdb"] != 1 || tries["postgres://nobody@there/x"] != 3 {
		t.Errorf("attempts %v", tries)
	}
	if !strings.Contains(got, "no route to there") || !strings.Contains(got, "p0001-") {
		t.Errorf("the notices are %s", got)
	}
	if strings.Contains(v.log.String(), "u:pw") {
		t.Error("the log shows a password")
	}
}

func TestScheduleLatest(t *testing.T) {
	times, err := cron.ParseStandard("30 2 * * 1-5")
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := schedule{times: times, zone: zone}
	at := func(s string) time.Time {
		d, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, x := range []struct{ answered, now, want string }{
		{"2026-11-23 02:30", "2026-11-23 12:00", ""},
		{"2026-11-23 02:30", "2026-11-24 02:29", ""},
		{"2026-11-23 02:30", "2026-11-24 02:30", "2026-11-24 02:30"},
		{"2026-11-19 02:30", "2026-11-25 09:00", "2026-11-25 02:30"}, // several missed: the last
		{"2026-11-27 02:30", "2026-11-29 12:00", ""},                 // a weekend
		{"2026-11-25 02:30", "2026-11-24 12:00", ""},                 // the clock went back
	} {
		got, want := c.latest(at(x.answered).UTC(), at(x.now).UTC()), time.Time{}
		if x.want != "" {
			want = at(x.want)
		}
		if !got.Equal(want) {
			t.Errorf("answered %s, now %s: due %v, want %v", x.answered, x.now, got, want)
		}
	}
}

// TestRetention: the newest plan and its snapshot stay whatever the rules say.
func TestRetention(t *testing.T) {
	v := planned(t, 0, true, nil)
	v.finish(v.post("/v1/plans", `{"options":{"method":"ses","horizon":4}}`))
	v.finish(v.post("/v1/plans", `{"options":{"method":"ses","horizon":5}}`))
	ctx := context.Background()
	for _, c := range []struct {
		keep snapshot.Retention
		at   time.Time
		left int
	}{{snapshot.Retention{}, time.Now(), 3}, {snapshot.Retention{For: time.Hour}, time.Now(), 3}, {snapshot.Retention{Plans: 2}, time.Now(), 2}, {snapshot.Retention{For: time.Hour}, time.Now().Add(2 * time.Hour), 1}} {
		if _, err := v.ws.Retain(ctx, c.keep, c.at); err != nil {
			t.Fatal(err)
		}
		if plans, err := v.ws.ListPlans(); err != nil || len(plans) != c.left {
			t.Errorf("%+v leaves %d plans, %v; want %d", c.keep, len(plans), err, c.left)
		}
	}
	if snaps, err := v.ws.ListSnapshots(); err != nil || len(snaps) != 1 {
		t.Errorf("%d snapshots, %v", len(snaps), err)
	}
}

// TestRate: one caller that runs wild is told to wait; another is served.
func TestRate(t *testing.T) {
	const other = "zYx8WvU7tSr6QpO5nMl4"
	v := serve(t, t.TempDir(), func(c *Config) {
		c.Keys = mustKeys(t, "a "+testKey+"\nb "+other)
		c.Limits.Rate, c.Limits.Burst = 0.001, 3
	})
	v.key = testKey
	for i := range 5 {
		a := v.do("GET", "/v1/plans", "")
		if want := map[bool]int{true: 200, false: 429}[i < 3]; a.status != want || want == 429 && a.header.Get("Retry-After") == "" {
			t.Errorf("request %d = %d, want %d", i, a.status, want)
		}
	}
	v.key = other
	if a := v.do("GET", "/v1/plans", ""); a.status != 200 {
		t.Errorf("the other caller gets %d", a.status)
	}
}

// TestCertificateRenewal: a certificate that changes on the disk is used without
// a restart; half of a renewal does no harm.
func TestCertificateRenewal(t *testing.T) {
	certFile, keyFile, _ := certificate(t)
	c := &liveCertificate{cert: certFile, key: keyFile}
	first, err := c.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	newCert, newKey, _ := certificate(t)
	swap := func(from, to string) {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, append(b, '\n'), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		c.seen = time.Time{}
	}
	swap(newCert, certFile)
	if half, err := c.get(nil); err != nil || half != first {
		t.Errorf("between the two files: %v, changed %v", err, half != first)
	}
	swap(newKey, keyFile)
	if whole, err := c.get(nil); err != nil || whole == first {
		t.Errorf("after both files: %v, changed %v", err, whole != first)
	}
}
