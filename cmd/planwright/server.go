package main

import (
	"context"
	"os"
	"strings"
	"time"

	"planwright"
	"planwright/remote"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// A workspace is here (--data) or on a running server (--server). Verbs read both by
// the same code: [app.open] gives a workspace, of a server a copy of its published
// files that refuses to be written. What changes a workspace goes through
// [app.writer]: the workspace itself, or the server.

// writer is how verbs change a workspace.
type writer interface {
	Decide(ctx context.Context, r snapshot.DecisionRequest) ([]planwright.Decision, error)
	SetOverride(ctx context.Context, o planwright.ForecastOverride, at time.Time) (planwright.ForecastOverride, error)
	RemoveOverride(ctx context.Context, id int64, reason, author string, at time.Time) (planwright.ForecastOverride, error)
	DeleteSnapshot(ctx context.Context, id string, force bool) error
	DeletePlan(ctx context.Context, id string) error
	VerifySnapshots(ctx context.Context, ids []string, told func(id string, err error)) error
	VerifyPlans(ctx context.Context, ids []string, told func(id string, err error)) error
	CreateKey(ctx context.Context, k snapshot.Key, now time.Time) (secret string, made snapshot.Key, err error)
	RevokeKey(ctx context.Context, id string, now time.Time) error
	ListKeys(ctx context.Context) ([]snapshot.Key, error)
	ListNotices(ctx context.Context, state string) ([]snapshot.Notice, error)
	RetryNotice(ctx context.Context, id string, now time.Time) error
	SaveScenario(ctx context.Context, s snapshot.Scenario, at time.Time) (kept snapshot.Scenario, made bool, err error)
}

// place is what is not in the published files, and so is asked where the
// workspace lies: the log of events, scenarios, a backup.
type place interface {
	AppendEvents(ctx context.Context, in []snapshot.EventIn, by string, now time.Time) ([]snapshot.EventResult, error)
	Fold(ctx context.Context, o snapshot.FoldOptions) (snapshot.FoldReport, error)
	EventStatus(ctx context.Context) (snapshot.EventStatus, error)
	EachEvent(ctx context.Context, give func(seq int64, event []byte) error) error
	ListRefusedEvents(ctx context.Context) ([]snapshot.RefusedEvent, error)
	ListScenarios(ctx context.Context) ([]snapshot.Scenario, error)
	GetScenario(ctx context.Context, name string) (snapshot.Scenario, error)
	DeleteScenario(ctx context.Context, name, author string, at time.Time) error
	Backup(ctx context.Context, dir string, now time.Time, progress func(done, total int64)) (snapshot.BackupInfo, error)
}

// serverFlags are the global flags of a server.
type serverFlags struct {
	server, keyFile, ca, clientCert string
}

// Environment of a client.
const (
	serverEnv = "PLANWRIGHT_SERVER"
	keyEnv    = "PLANWRIGHT_KEY"
	cacheEnv  = "PLANWRIGHT_CACHE"
)

func (a *app) serverFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.far.server, "server", "", a.T("cli.flag.server"))
	f.StringVar(&a.far.keyFile, "key-file", "", a.T("cli.flag.keyfile"))
	f.StringVar(&a.far.ca, "ca", "", a.T("cli.flag.ca"))
	f.StringVar(&a.far.clientCert, "client-cert", "", a.T("cli.flag.clientcert"))
}

// standalone verbs turn files into files; local ones work where a workspace lies.
var (
	standalone = map[string]bool{"inspect": true, "explain": true, "forecast": true, "mrp": true, "lots": true, "policy": true, "bench": true, "help": true, "completion": true}
	local      = map[string]bool{"demo": true, "serve": true, "restore": true}
)

// choose settles whether a verb works here or on a server.
func (a *app) choose(cmd *cobra.Command) error {
	top := cmd
	for top.HasParent() && top.Parent().HasParent() {
		top = top.Parent()
	}
	verb, flags := top.Name(), cmd.Flags()
	said, data := flags.Changed("server"), flags.Changed("data")
	if !said && !data {
		a.far.server = os.Getenv(serverEnv)
	}
	switch {
	case a.far.server == "":
		if said {
			return usage(a.T("cli.server.empty"))
		}
		return nil
	case said && data:
		return usage(a.T("cli.server.data"))
	case standalone[verb]:
		if said {
			return usage(a.T("cli.server.standalone", "verb", verb))
		}
		a.far.server = ""
		return nil
	case local[verb]:
		return usage(a.T("cli.server.local", "verb", verb, "server", a.far.server))
	case flags.Changed("author") && flags.Lookup("author") != nil && os.Getenv(keyEnv)+a.far.keyFile != "":
		return usage(a.T("cli.server.author"))
	}
	return a.dial()
}

// dial makes the client of the server.
func (a *app) dial() error {
	o := remote.Options{Server: a.far.server, Key: os.Getenv(keyEnv), CA: a.far.ca, ClientCert: a.far.clientCert, Cache: os.Getenv(cacheEnv), Language: a.lang, Progress: a.transfer}
	if a.far.keyFile != "" {
		b, err := os.ReadFile(a.far.keyFile)
		if err != nil {
			return err
		}
		o.Key = strings.TrimSpace(string(b))
	}
	if strings.ContainsFunc(o.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return usage(a.T("cli.server.badkey"))
	}
	var err error
	if a.remote, err = remote.Dial(o); err != nil {
		return err
	}
	if o.Key != "" && !a.remote.Encrypted() {
		a.say("cli.server.clear", "server", a.remote.Name())
	}
	return nil
}

// transfer shows the progress of what a server sends, gets or does.
func (a *app) transfer(stage string, done, total int64) {
	if a.transfers == nil {
		a.transfers = a.progress()
	}
	a.transfers.show(stage, done, total)
	if stage == "fetch" && done >= total {
		a.endTransfers()
	}
}

func (a *app) endTransfers() {
	if a.transfers != nil {
		a.transfers.done()
		a.transfers = nil
	}
}

// open opens the workspace for reading; one that is not there is not made.
func (a *app) open() (*snapshot.Workspace, error) {
	if a.remote != nil {
		return a.remote.Open(a.ctx)
	}
	return snapshot.FindWorkspace(a.data)
}

// create opens the workspace for a verb that may be its first.
func (a *app) create() (*snapshot.Workspace, error) {
	if a.remote != nil {
		return a.remote.Open(a.ctx)
	}
	return snapshot.OpenWorkspace(a.data)
}

// writer is how an open workspace is changed.
func (a *app) writer(w *snapshot.Workspace) writer {
	if a.remote != nil {
		return a.remote
	}
	return w
}

// place is where the workspace lies: here, or the server without a copy of its
// files. done closes it.
func (a *app) place() (p place, done func(), err error) {
	if a.remote != nil {
		return a.remote, func() {}, nil
	}
	w, err := a.open()
	if err != nil {
		return nil, nil, err
	}
	return w, func() { w.Close() }, nil
}
