package api

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const wholeFile = `
listen: 127.0.0.1:9000
workers: 2
language: zh
public_url: https://plan.example.com/
import_roots: [inbox]
limits: {body_bytes: 1000, query: 5s, requests_per_second: 10, burst: 3}
approvals:
  - {over: 100000, role: approver}
  - {category: steel, role: approver, approvers: [anna]}
retention: {plans: 30, snapshots: 10, days: 90}
schedules:
  - name: nightly
    cron: "30 2 * * 1-5"
    time_zone: Asia/Shanghai
    import: {paths: [inbox], mapping: map.yaml}
    plan: {horizon: 13, period: week}
notices:
  - {name: hook, kind: webhook, url: "https://example.com/h", secret: "env:PLANWRIGHT_TEST_SECRET"}
  - {name: ding, kind: dingtalk, url: "https://example.com/d", secret: "file:secret"}
  - {name: wecom, kind: wecom, url: "https://example.com/w", failures_only: true, top: 3}
  - {name: post, kind: email, server: "mail.example.com:587", from: plan@example.com, to: [a@example.com]}
`

func TestConfigFile(t *testing.T) {
	t.Setenv("PLANWRIGHT_TEST_SECRET", "s3cret")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("SEC1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "planwright.yaml")
	if err := os.WriteFile(path, []byte(wholeFile), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c Config
	if err := f.Apply(&c); err != nil {
		t.Fatal(err)
	}
	if c.Limits.Body != 1000 || c.Limits.Query != 5*time.Second || c.Limits.Rate != 10 || len(c.Approvals) != 2 || c.ImportRoots[0] != filepath.Join(dir, "inbox") || c.Workers != 2 {
		t.Errorf("configuration %+v", c)
	}
	s := &f.schedules[0]
	if s.paths[0] != filepath.Join(dir, "inbox") || !s.catchUp || !s.plans || s.options.Horizon != 13 || s.options.Workers != 2 {
		t.Errorf("schedule %+v", s)
	}
	// 2:30 in Shanghai on Monday is 18:30 UTC on Sunday.
	if next := s.times.Next(time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC).In(s.zone)); !next.Equal(time.Date(2026, 11, 29, 18, 30, 0, 0, time.UTC)) {
		t.Errorf("next run %v", next)
	}
	if len(f.channels) != 4 || !f.channels[2].failuresOnly || f.channels[2].top != 3 || f.channels[0].top != noticeTop {
		t.Errorf("channels %+v", f.channels)
	}
}

// TestConfigRefuses: every error names its key.
func TestConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"lisen: x":                  "lisen",
		"limits: {body: 1}":         "body",
		"workers: many":             "line 1",
		"workers: -1":               "workers",
		"language: fr":              "language",
		"public_url: plan":          "public_url",
		"limits: {queries: -2}":     "limits",
		"approvals: [{role: king}]": "approvals[0].role",
		"approvals: [{role: admin, action: burn}]":                                                  "approvals[0].action",
		"retention: {plans: -1}":                                                                    "retention",
		"schedules: [{name: a b, cron: '* * * * *', plan: {}}]":                                     "schedules[0].name",
		"schedules: [{name: a, cron: 'often', plan: {}}]":                                           "schedules[0].cron",
		"schedules: [{name: a, cron: '0 0 30 2 *', plan: {}}]":                                      "schedules[0].cron",
		"schedules: [{name: a, cron: 'TZ=UTC 0 0 * * *', plan: {}}]":                                "schedules[0].cron",
		"schedules: [{name: a, cron: '* * * * *', time_zone: Moon, plan: {}}]":                      "schedules[0].time_zone",
		"schedules: [{name: a, cron: '* * * * *'}]":                                                 "nothing to do",
		"schedules: [{name: a, cron: '* * * * *', import: {paths: []}}]":                            "schedules[0].import.paths",
		"schedules: [{name: a, cron: '* * * * *', plan: {}, publish: ['postgres://u:secret@h/d']}]": "a password does not belong here",
		"schedules: [{name: a, cron: '* * * * *', plan: {}, publish: ['ftp://h']}]":                 "schedules[0].publish",
		"schedules: [{name: a, cron: '* * * * *', import: {paths: [x]}, publish: [a.duckdb]}]":      "schedules[0].publish",
		"run_priority: high": "run_priority",
		"schedules: [{name: a, cron: '* * * * *', plan: {period: eon}}]":                              "schedules[0].plan.period",
		"schedules: [{name: a, cron: '* * * * *', plan: {}}, {name: a, cron: '* * * * *', plan: {}}]": "schedules[1].name",
		"notices: [{name: a, kind: pigeon, url: 'http://x.y'}]":                                       "notices[0].kind",
		"notices: [{name: a, kind: webhook, url: 'http://x.y'}]":                                      "notices[0].secret",
		"notices: [{name: a, kind: webhook, url: 'http://x.y', secret: hunter2}]":                     "notices[0].secret",
		"notices: [{name: a, kind: webhook, url: 'http://x.y', secret: 'env:NOT_THERE_1'}]":           "notices[0].secret",
		"notices: [{name: a, kind: wecom, url: 'file:///etc/passwd'}]":                                "notices[0].url",
		"notices: [{name: a, kind: email, server: mail, from: a@b.c, to: [d@e.f]}]":                   "notices[0].server",
		"notices: [{name: a, kind: email, server: 'm:25', from: nobody, to: [d@e.f]}]":                "notices[0].from",
		"oidc: {audience: x}":                                            "oidc.issuer",
		"oidc: {issuer: 'http://example.com', audience: x}":              "oidc.issuer",
		"oidc: {issuer: 'https://example.com'}":                          "oidc.audience",
		"oidc: {issuer: 'https://e.com', audience: x, roles: {a: king}}": "oidc.roles.a",
		"a: 1\n---\nb: 2":                                                "a",
		"- 1":                                                            "",
		"listen: [":                                                      "",
	} {
		_, err := parseFile([]byte(text), t.TempDir())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that names %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error %q shows a secret", err)
		}
	}
	if f, err := parseFile(nil, t.TempDir()); err != nil || f == nil {
		t.Errorf("an empty file: %v", err)
	}
}

// TestConfigDocumented: docs/operations.md has every key.
func TestConfigDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(of reflect.Type, path string)
	walk = func(of reflect.Type, path string) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct {
			if !strings.Contains(string(page), "| `"+path+"` |") {
				t.Errorf("docs/operations.md lacks the key `%s`", path)
			}
			return
		}
		for i := range of.NumField() {
			if key := of.Field(i).Tag.Get("yaml"); key != "" {
				walk(of.Field(i).Type, strings.TrimPrefix(path+"."+key, "."))
			}
		}
	}
	walk(reflect.TypeFor[File](), "")
}

func FuzzConfigFile(f *testing.F) {
	f.Add(wholeFile)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parseFile([]byte(text), "/nowhere")
		if (file == nil) == (err == nil) {
			t.Errorf("parseFile = %v, %v", file, err)
		}
	})
}
