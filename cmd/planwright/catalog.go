package main

import (
	"context"
	"fmt"

	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// snapshotsVerb lists, shows, verifies and deletes snapshots.
func (a *app) snapshotsVerb() *cobra.Command {
	return a.catalogVerb("snapshots", catalog{
		list: func(w *snapshot.Workspace) ([]string, [][]any, error) {
			list, err := w.ListSnapshots()
			if err != nil {
				return nil, nil, err
			}
			var rows [][]any
			for _, s := range list {
				rows = append(rows, []any{s.ID, s.AsOf, s.CreatedAt.Format("2006-01-02 15:04:05"), s.Rows["skus"], s.Rows["demand_history"], s.Size, s.Digest[:12], s.Engine})
			}
			return []string{"snapshot", "as_of", "created_at", "skus", "history", "bytes", "digest", "engine"}, rows, nil
		},
		show: func(ctx context.Context, w *snapshot.Workspace, id string) (*result, string, error) {
			info, err := w.GetSnapshot(id)
			if err != nil {
				return nil, "", err
			}
			r := &result{head: []string{"table", "rows"}}
			for _, t := range snapshot.Tables {
				if n := info.Rows[t.Name]; n > 0 {
					r.rows = append(r.rows, []any{t.Name, n})
				}
			}
			return r, info.ID, nil
		},
		verify: writer.VerifySnapshots,
		remove: writer.DeleteSnapshot,
		diff:   a.diffSnapshots,
	})
}

// diffSnapshots shows what differs between two snapshots: a line a table, and
// examples.
func (a *app) diffSnapshots(ctx context.Context, w *snapshot.Workspace, before, after string) error {
	diffs, err := w.DiffSnapshots(ctx, before, after)
	if err != nil {
		return err
	}
	r := &result{head: []string{"table", "change", "key", "column", "before", "after"}}
	for _, d := range diffs {
		if !a.machine() {
			fmt.Fprintln(a.out, a.T("cli.diff.table", "table", d.Table, "added", count(d.Added), "removed", count(d.Removed), "changed", count(d.Changed)))
		}
		for _, x := range d.Examples {
			r.rows = append(r.rows, []any{d.Table, x.Change, x.Key, x.Column, x.Before, x.After})
		}
	}
	if len(diffs) == 0 && !a.machine() {
		fmt.Fprintln(a.out, a.T("cli.diff.same"))
		return nil
	}
	return a.table(r)
}

// plansVerb lists, shows, verifies and deletes plans.
func (a *app) plansVerb() *cobra.Command {
	return a.catalogVerb("plans", catalog{
		list: func(w *snapshot.Workspace) ([]string, [][]any, error) {
			list, err := w.ListPlans()
			if err != nil {
				return nil, nil, err
			}
			var rows [][]any
			for _, p := range list {
				rows = append(rows, []any{p.ID, p.SnapshotID, p.AsOf, p.HorizonEnd - 1, p.CreatedAt.Format("2006-01-02 15:04:05"), p.Rows["planned_orders"], p.Rows["suggestions"], p.Size, p.Digest[:12], p.Engine})
			}
			return []string{"plan", "snapshot", "as_of", "last_day", "created_at", "orders", "suggestions", "bytes", "digest", "engine"}, rows, nil
		},
		show: func(ctx context.Context, w *snapshot.Workspace, id string) (*result, string, error) {
			info, err := w.GetPlan(id)
			if err != nil {
				return nil, "", err
			}
			r, err := a.selectAll(ctx, w, info.ID, `SELECT name, value FROM plan.kpis`)
			return r, info.ID, err
		},
		verify: writer.VerifyPlans,
		remove: func(w writer, ctx context.Context, id string, _ bool) error { return w.DeletePlan(ctx, id) },
	})
}

// catalog is what snapshots and plans have in common for a reader.
type catalog struct {
	list   func(*snapshot.Workspace) ([]string, [][]any, error)
	show   func(context.Context, *snapshot.Workspace, string) (*result, string, error)
	verify func(w writer, ctx context.Context, ids []string, told func(id string, err error)) error
	remove func(w writer, ctx context.Context, id string, force bool) error
	diff   func(ctx context.Context, w *snapshot.Workspace, before, after string) error // nil: none
}

func (a *app) catalogVerb(name string, c catalog) *cobra.Command {
	var force bool
	use := name + " [list|show ID|verify [ID]|delete ID]"
	if c.diff != nil {
		use = name + " [list|show ID|diff ID ID|verify [ID]|delete ID]"
	}
	cmd := a.verb(use, cobra.MaximumNArgs(3), func(cmd *cobra.Command, args []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		do := "list"
		if len(args) > 0 {
			do = args[0]
		}
		switch {
		case do == "list" && len(args) < 2:
			head, rows, err := c.list(w)
			if err != nil {
				return err
			}
			return a.table(&result{head: head, rows: rows})
		case do == "show" && len(args) == 2:
			r, id, err := c.show(cmd.Context(), w, args[1])
			if err != nil {
				return err
			}
			if !a.machine() {
				fmt.Fprintln(a.out, id)
			}
			return a.table(r)
		case do == "diff" && len(args) == 3 && c.diff != nil:
			return c.diff(cmd.Context(), w, args[1], args[2])
		case do == "verify" && len(args) < 3:
			return a.verifyAll(cmd.Context(), w, c, args[1:])
		case do == "delete" && len(args) == 2:
			if err := c.remove(a.writer(w), cmd.Context(), args[1], force); err != nil {
				return err
			}
			a.say("cli.catalog.deleted", "id", args[1])
			return nil
		}
		return usage(fmt.Sprintf("%s: use list, show ID, verify [ID] or delete ID", name))
	})
	cmd.Flags().BoolVar(&force, "force", false, a.T("cli.catalog.force"))
	return cmd
}

// verifyAll verifies the digests of some or all, and tells of each as it goes.
func (a *app) verifyAll(ctx context.Context, w *snapshot.Workspace, c catalog, ids []string) error {
	r := &result{head: []string{"id", "status", "error"}}
	err := c.verify(a.writer(w), ctx, ids, func(id string, err error) {
		status, what := "ok", any(nil)
		if err != nil {
			status, what = "failed", err.Error()
			a.exit = a.fail(err)
		} else if !a.machine() {
			fmt.Fprintln(a.out, a.T("cli.catalog.verified", "id", id))
		}
		r.rows = append(r.rows, []any{id, status, what})
	})
	if err != nil || !a.machine() {
		return err
	}
	return a.table(r)
}

// table shows a small result: to a reader as a table, else as rows.
func (a *app) table(r *result) error {
	if !a.machine() {
		a.print(r)
		return nil
	}
	s, err := a.newSheet(r.head)
	if err != nil {
		return err
	}
	defer s.discard()
	for _, row := range r.rows {
		if err := s.row(row...); err != nil {
			return err
		}
	}
	return s.close()
}
