package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"gopkg.in/yaml.v3"

	"planwright"
	"planwright/plan"
	"planwright/snapshot"
)

// File is the configuration file of a server. Every key is in
// docs/operations.md; one that is not known is refused.
type File struct {
	Listen      string         `yaml:"listen"`
	TLS         FileTLS        `yaml:"tls"`
	KeyFile     string         `yaml:"api_key_file"`
	NoAuth      bool           `yaml:"no_auth"`
	ImportRoots []string       `yaml:"import_roots"`
	Workers     int            `yaml:"workers"`
	RunPriority string         `yaml:"run_priority"`
	Language    string         `yaml:"language"`
	PublicURL   string         `yaml:"public_url"`
	OIDC        FileOIDC       `yaml:"oidc"`
	Limits      FileLimits     `yaml:"limits"`
	Approvals   []FileApproval `yaml:"approvals"`
	Schedules   []FileSchedule `yaml:"schedules"`
	Retention   FileRetention  `yaml:"retention"`
	Events      FileEvents     `yaml:"events"`
	Notices     []FileNotice   `yaml:"notices"`
	Traces      FileTraces     `yaml:"traces"`
	AuditLog    string         `yaml:"audit_log"`
	tokens      *issuer        // made of OIDC
	dir         string         // of the file: relative paths start here
	channels    []channel      // made of Notices
	schedules   []schedule     // made of Schedules
	approvals   []ApprovalRule // made of Approvals
	retention   snapshot.Retention
}

// FileTLS names PEM files. With a client CA, callers need a certificate of it.
type FileTLS struct {
	Cert     string `yaml:"cert"`
	Key      string `yaml:"key"`
	ClientCA string `yaml:"client_ca"`
}

// FileLimits are [Limits], and how often one caller may ask.
type FileLimits struct {
	Body     int64         `yaml:"body_bytes"`
	Upload   int64         `yaml:"upload_bytes"`
	Header   time.Duration `yaml:"header"`
	Stall    time.Duration `yaml:"stall"`
	Query    time.Duration `yaml:"query"`
	Memory   int64         `yaml:"query_bytes"`
	Queries  int           `yaml:"queries"`
	Spool    int64         `yaml:"spool_bytes"`
	Run      int64         `yaml:"run_bytes"`
	Shutdown time.Duration `yaml:"shutdown"`
	Rate     float64       `yaml:"requests_per_second"`
	Burst    int           `yaml:"burst"`
}

// FileApproval is an [ApprovalRule].
type FileApproval struct {
	Over      float64  `yaml:"over"`
	Action    string   `yaml:"action"`
	Category  string   `yaml:"category"`
	Supplier  string   `yaml:"supplier"`
	Site      string   `yaml:"site"`
	Role      string   `yaml:"role"`
	Approvers []string `yaml:"approvers"`
}

// FileSchedule is what is done again and again.
type FileSchedule struct {
	Name     string        `yaml:"name"`
	Cron     string        `yaml:"cron"`
	TimeZone string        `yaml:"time_zone"`
	CatchUp  *bool         `yaml:"catch_up"`
	Patience time.Duration `yaml:"patience"`
	Import   *FileImport   `yaml:"import"`
	Fold     bool          `yaml:"fold"`
	Plan     *FilePlan     `yaml:"plan"`
	Publish  []string      `yaml:"publish"`
}

// FileEvents says when events become a snapshot by themselves.
type FileEvents struct {
	FoldEvery time.Duration `yaml:"fold_every"` // 0: on demand alone
}

// FileImport is the import of a schedule.
type FileImport struct {
	Paths   []string `yaml:"paths"`
	Mapping string   `yaml:"mapping"`
}

// FilePlan is the planning run of a schedule.
type FilePlan struct {
	Horizon int    `yaml:"horizon"`
	Period  string `yaml:"period"`
	Method  string `yaml:"method"`
}

// FileRetention is [snapshot.Retention].
type FileRetention struct {
	Plans     int `yaml:"plans"`
	Snapshots int `yaml:"snapshots"`
	Days      int `yaml:"days"`
}

// FileNotice is a channel of notices.
type FileNotice struct {
	Name      string   `yaml:"name"`
	Kind      string   `yaml:"kind"`
	URL       string   `yaml:"url"`
	Secret    string   `yaml:"secret"`
	Top       int      `yaml:"top"`
	Failures  bool     `yaml:"failures_only"`
	Schedules bool     `yaml:"schedules_only"`
	Server    string   `yaml:"server"`
	User      string   `yaml:"user"`
	From      string   `yaml:"from"`
	To        []string `yaml:"to"`
}

// LoadFile reads a configuration file. Relative paths in it start at its
// directory. An error names the key.
func LoadFile(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, &planwright.Error{Code: planwright.CodeFileNotFound, Op: "read configuration", Subject: path, Fix: "give a file that is there", Args: []string{"detail", path}, Err: err}
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err == nil {
		var f *File
		if f, err = parseFile(b, dir); err == nil {
			return f, nil
		}
	}
	return nil, &planwright.Error{Code: planwright.CodeConfiguration, Op: "read configuration", Subject: path, What: err.Error(), Fix: "docs/operations.md has every key"}
}

// What the reader of YAML says of a key and of a value, in its own words.
var (
	yamlKey   = regexp.MustCompile(`field (\S+) not found in type \S+`)
	yamlValue = regexp.MustCompile("cannot unmarshal !!\\w+( `[^`]*`)? into (\\S+)")
)

// yamlError says in words of a configuration what the reader of YAML says of Go's types.
func yamlError(err error) error {
	text := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n  ", " "), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors: ")
	text = yamlKey.ReplaceAllString(text, "there is no key $1")
	text = yamlValue.ReplaceAllStringFunc(text, func(s string) string {
		m := yamlValue.FindStringSubmatch(s)
		want := "a mapping of keys"
		switch kind := m[2]; {
		case kind == "time.Duration":
			want = "a time such as 10s, 1m or 1h"
		case strings.HasPrefix(kind, "int"):
			want = "a whole number"
		case strings.HasPrefix(kind, "float"):
			want = "a number"
		case strings.HasSuffix(kind, "bool"):
			want = "true or false"
		case strings.HasPrefix(kind, "[]"):
			want = "a list"
		case kind == "string":
			want = "a text"
		}
		return strings.ReplaceAll(strings.TrimSpace(m[1]+" is not "+want), "`", "\"")
	})
	return errors.New(text)
}

// parseFile reads a configuration.
func parseFile(b []byte, dir string) (*File, error) {
	f := &File{dir: dir}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(f); err != nil && !errors.Is(err, io.EOF) {
		return nil, yamlError(err)
	}
	if err := d.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("it has more than one document")
	}
	for _, p := range []*string{&f.TLS.Cert, &f.TLS.Key, &f.TLS.ClientCA, &f.KeyFile, &f.AuditLog} {
		*p = f.path(*p)
	}
	for i := range f.ImportRoots {
		f.ImportRoots[i] = f.path(f.ImportRoots[i])
	}
	if f.Workers < 0 {
		return nil, errors.New("workers: below 0")
	}
	if f.RunPriority != "" && f.RunPriority != "low" && f.RunPriority != "normal" {
		return nil, fmt.Errorf("run_priority: %q is not low or normal", f.RunPriority)
	}
	if f.Language != "" && f.Language != "en" && f.Language != "zh" {
		return nil, fmt.Errorf("language: %q is not en or zh", f.Language)
	}
	if f.PublicURL != "" {
		if u, err := url.Parse(f.PublicURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, fmt.Errorf("public_url: %q is not an address such as https://plan.example.com", f.PublicURL)
		}
	}
	var err error
	if f.tokens, err = f.OIDC.issuer(); err != nil {
		return nil, err
	}
	if err := f.Traces.check(); err != nil {
		return nil, err
	}
	l := &f.Limits
	if l.Body < 0 || l.Upload < 0 || l.Header < 0 || l.Stall < 0 || l.Query < 0 || l.Memory < 0 || l.Queries < 0 || l.Spool < 0 || l.Run < 0 || l.Shutdown < 0 || !(l.Rate >= 0) || l.Burst < 0 {
		return nil, errors.New("limits: one is below 0, or no number")
	}
	for i, a := range f.Approvals {
		if !(a.Over >= 0) {
			return nil, fmt.Errorf("approvals[%d].over: %v is not an amount from 0 on", i, a.Over)
		}
		role, ok := ParseRole(a.Role)
		if !ok {
			return nil, fmt.Errorf("approvals[%d].role: %q is not viewer, planner, approver or admin", i, a.Role)
		}
		if a.Action != "" {
			if _, ok := planwright.ParseAction(a.Action); !ok {
				return nil, fmt.Errorf("approvals[%d].action: %q is no action of a suggestion", i, a.Action)
			}
		}
		f.approvals = append(f.approvals, ApprovalRule{Over: a.Over, Action: a.Action, Category: a.Category, Supplier: a.Supplier, Site: a.Site, Role: role, Approvers: a.Approvers})
	}
	if e := f.Events.FoldEvery; e != 0 && e < time.Second {
		return nil, fmt.Errorf("events.fold_every: %s is below a second", e)
	}
	if r := f.Retention; r.Plans < 0 || r.Snapshots < 0 || r.Days < 0 {
		return nil, errors.New("retention: a number is below 0")
	}
	f.retention = snapshot.Retention{Plans: f.Retention.Plans, Snapshots: f.Retention.Snapshots, For: time.Duration(f.Retention.Days) * 24 * time.Hour}
	names := map[string]bool{}
	for i := range f.Schedules {
		s, err := f.schedule(&f.Schedules[i])
		if err == nil && names[s.name] {
			err = fmt.Errorf("name: %q comes twice", s.name)
		}
		if err != nil {
			return nil, fmt.Errorf("schedules[%d].%w", i, err)
		}
		names[s.name] = true
		f.schedules = append(f.schedules, s)
	}
	clear(names)
	for i := range f.Notices {
		c, err := f.channel(&f.Notices[i])
		if err == nil && names[c.name] {
			err = fmt.Errorf("name: %q comes twice", c.name)
		}
		if err != nil {
			return nil, fmt.Errorf("notices[%d].%w", i, err)
		}
		names[c.name] = true
		f.channels = append(f.channels, c)
	}
	return f, nil
}

// path makes a path of the file whole.
func (f *File) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(f.dir, p)
}

// secret reads a secret from where the file says that it is: a secret itself
// does not belong into a file that people mail around.
func (f *File) secret(key, s string) (string, error) {
	kind, where, _ := strings.Cut(s, ":")
	switch kind {
	case "":
		return "", nil
	case "env":
		if v := os.Getenv(where); v != "" {
			return v, nil
		}
		return "", fmt.Errorf("%s: the environment has no %s", key, where)
	case "file":
		b, err := os.ReadFile(f.path(where))
		if err != nil {
			return "", fmt.Errorf("%s: %w", key, err)
		}
		if v := strings.TrimSpace(string(b)); v != "" {
			return v, nil
		}
		return "", fmt.Errorf("%s: %s is empty", key, where)
	}
	return "", fmt.Errorf("%s: say env:NAME or file:PATH; a secret itself does not belong here", key)
}

// schedule checks a schedule.
func (f *File) schedule(c *FileSchedule) (schedule, error) {
	s := schedule{name: c.Name, catchUp: c.CatchUp == nil || *c.CatchUp, patience: c.Patience}
	if !plainID(c.Name) {
		return s, fmt.Errorf("name: %q is not of letters, digits, - and _", c.Name)
	}
	s.zone = time.Local
	if c.TimeZone != "" {
		var err error
		if s.zone, err = time.LoadLocation(c.TimeZone); err != nil {
			return s, fmt.Errorf("time_zone: %q is none such as Asia/Shanghai", c.TimeZone)
		}
	}
	if strings.Contains(c.Cron, "TZ=") {
		return s, errors.New("cron: the time zone has a key of its own")
	}
	times, err := cron.ParseStandard(c.Cron)
	if err != nil {
		return s, fmt.Errorf("cron: %w", err)
	}
	if spec, ok := times.(*cron.SpecSchedule); ok {
		times = clockTimes{spec}
	}
	s.times = times
	if times.Next(time.Now()).IsZero() {
		return s, fmt.Errorf("cron: %q never comes", c.Cron)
	}
	if s.patience < 0 {
		return s, errors.New("patience: below 0")
	}
	if s.patience == 0 {
		s.patience = time.Hour
	}
	s.folds = c.Fold
	if c.Import == nil && c.Plan == nil && !c.Fold {
		return s, errors.New("import: there is neither import nor fold nor plan: nothing to do")
	}
	if c.Import != nil {
		if len(c.Import.Paths) == 0 {
			return s, errors.New("import.paths: is empty")
		}
		for _, p := range c.Import.Paths {
			s.paths = append(s.paths, f.path(p))
		}
		s.mapping = f.path(c.Import.Mapping)
	}
	if c.Plan != nil {
		s.plans = true
		opt := plan.Options{Horizon: c.Plan.Horizon, Method: c.Plan.Method}
		if c.Plan.Period != "" {
			p, ok := planwright.ParsePeriod(c.Plan.Period)
			if !ok {
				return s, fmt.Errorf("plan.period: %q is not day, week or month", c.Plan.Period)
			}
			opt.Period = p
		}
		if s.options, err = opt.Validate(); err != nil {
			return s, fmt.Errorf("plan: %w", err)
		}
		s.options.Workers = runWorkers(0, f.Workers)
	}
	if len(c.Publish) > 0 && c.Plan == nil {
		return s, errors.New("publish: there is no plan to publish")
	}
	for _, p := range c.Publish {
		target, err := f.target(p)
		if err != nil {
			return s, err
		}
		s.publish = append(s.publish, target)
	}
	return s, nil
}

// target reads where a schedule publishes to: what stands there, or where a secret
// has it.
func (f *File) target(s string) (string, error) {
	if strings.HasPrefix(s, "env:") || strings.HasPrefix(s, "file:") {
		return f.secret("publish", s)
	}
	if strings.HasSuffix(s, ".duckdb") && !strings.Contains(s, "://") {
		return f.path(s), nil
	}
	if u, err := url.Parse(s); err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Host != "" {
		if _, has := u.User.Password(); has || u.Query().Has("password") {
			return "", errors.New("publish: say env:NAME or file:PATH; a password does not belong here")
		}
		return s, nil
	}
	return "", errors.New("publish: a target is postgres://user@host/database, a file that ends in .duckdb, env:NAME or file:PATH")
}

// Apply puts what the file says into a configuration.
func (f *File) Apply(c *Config) error {
	if f.KeyFile != "" {
		keys, err := LoadKeys(f.KeyFile)
		if err != nil {
			return err
		}
		c.Keys = keys
	}
	if f.TLS.Cert != "" || f.TLS.Key != "" {
		c.CertFile, c.KeyFile = f.TLS.Cert, f.TLS.Key
	}
	c.ClientCA = f.TLS.ClientCA
	c.NoAuth = c.NoAuth || f.NoAuth
	c.ImportRoots = append(c.ImportRoots, f.ImportRoots...)
	if f.Workers > 0 {
		c.Workers = f.Workers
	}
	c.EagerRuns = f.RunPriority == "normal"
	c.Limits = Limits(f.Limits)
	c.Approvals, c.File = f.approvals, f
	return nil
}
