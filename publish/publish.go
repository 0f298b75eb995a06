package publish

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"planwright"
	"planwright/snapshot"
)

// Options say what is published and where. A zero field takes the default.
type Options struct {
	Plan   string // id; "": the newest
	Target string // postgres://… or key=value of libpq, or a path that ends in .duckdb
	Schema string // of PostgreSQL, whose views readers use; planwright
	Keep   int    // publications before this one whose tables stay; 1, -1: none

	// Progress, if given, is called with the rows published so far.
	Progress func(view string, rows int64)
}

// Result says what was published.
type Result struct {
	PlanID string
	Target string // without secrets
	Schema string // that holds the tables; "" of a file
	Rows   map[string]int64
	// Left are schemas of older publications that could not be dropped, because
	// somebody reads them; the next publication tries again.
	Left []string
}

// Run publishes a plan. Errors have code PUBLISH_FAILED, USAGE for a target that
// is none, or that of the workspace.
func Run(ctx context.Context, w *snapshot.Workspace, o Options) (Result, error) {
	id, err := w.ResolvePlan(o.Plan)
	if err != nil {
		return Result{}, err
	}
	o.Plan = id
	switch {
	case o.Target == "":
		return Result{}, usage("no target is given")
	case strings.HasSuffix(o.Target, ".duckdb") && !strings.Contains(o.Target, "://"):
		info, err := w.CopyPlan(ctx, id, o.Target)
		return Result{PlanID: id, Target: o.Target, Rows: info.Rows}, err
	case strings.HasPrefix(o.Target, "postgres://"), strings.HasPrefix(o.Target, "postgresql://"), strings.Contains(o.Target, "="):
		return toPostgres(ctx, w, o)
	}
	return Result{}, usage(fmt.Sprintf("%q is neither postgres://user@host/database nor a file that ends in .duckdb", withoutSecret(o.Target)))
}

func usage(what string) error {
	return &planwright.Error{Code: planwright.CodeUsage, Op: "publish", What: what, Args: []string{"detail", "publish: " + what}}
}

// failed wraps what the other side says. It never shows the target's password:
// the driver's errors leave it out.
func failed(ctx context.Context, target, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var own *planwright.Error
	if errors.As(err, &own) {
		return err
	}
	if err != nil { // the driver writes an address a line
		err = errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
	return &planwright.Error{Code: planwright.CodePublish, Op: "publish", Subject: target, What: what, Args: []string{"detail", target + ": " + what}, Err: err}
}

// withoutSecret hides what stands between the user and the host.
func withoutSecret(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return strings.Split(s, "password")[0]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, _, _ := strings.Cut(rest[:i], ":")
		rest = user + "@" + rest[i+1:]
	}
	host, _, _ := strings.Cut(rest, "?")
	return scheme + "://" + host
}
