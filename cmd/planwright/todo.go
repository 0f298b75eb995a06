package main

import (
	"context"
	"fmt"
	"strings"

	"planwright"
	"planwright/lang"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// todoVerb shows the worklist.
func (a *app) todoVerb() *cobra.Command {
	var plan *string
	var top int
	var urgency, planner, status, by, release, sort string
	cmd := a.verb("todo", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		where, args, err := todoFilter(urgency, planner, status)
		if err != nil {
			return err
		}
		part, err := releaseFilter(release)
		if err != nil {
			return err
		}
		where += " AND " + part
		order, err := todoOrder(sort)
		if err != nil {
			return err
		}
		if by != "" && a.machine() {
			query, err := worklistQuery(by, where, top)
			if err != nil {
				return err
			}
			r, err := w.SelectDecided(cmd.Context(), *plan, query, args...)
			if err != nil {
				return err
			}
			_, err = a.emit(r)
			return err
		}
		if by != "" {
			if err := a.grouped(cmd.Context(), w, *plan, by, where, args, top); err != nil {
				return err
			}
			a.next("cli.todo.next")
			return nil
		}
		if a.machine() {
			r, err := w.SelectDecided(cmd.Context(), *plan, `SELECT s.* EXCLUDE (seq_) FROM `+snapshot.LiveSuggestions+` s JOIN snap.items i USING (item_id) WHERE `+where+order+limit(top), args...)
			if err != nil {
				return err
			}
			_, err = a.emit(r)
			return err
		}
		if err := a.todo(cmd.Context(), w, *plan, where, order, args, top); err != nil {
			return err
		}
		a.next("cli.todo.next")
		return nil
	})
	plan = a.planFlag(cmd)
	cmd.Flags().IntVar(&top, "top", 10, a.T("cli.flag.top"))
	cmd.Flags().StringVar(&urgency, "urgency", "", a.T("cli.todo.urgency"))
	cmd.Flags().StringVar(&status, "status", "open", a.T("cli.todo.status"))
	cmd.Flags().StringVar(&planner, "planner", "", a.T("cli.todo.planner"))
	cmd.Flags().StringVar(&by, "by", "", a.T("cli.todo.by"))
	cmd.Flags().StringVar(&release, "release", "", a.T("cli.todo.release"))
	cmd.Flags().StringVar(&sort, "sort", "urgency", a.T("cli.todo.sort"))
	return cmd
}

func limit(top int) string {
	if top <= 0 {
		return ""
	}
	return fmt.Sprintf(" LIMIT %d", top)
}

// todoOrder is the order of --sort.
func todoOrder(sort string) (string, error) {
	switch sort {
	case "urgency":
		return " ORDER BY s.rank", nil
	case "money":
		return " ORDER BY s.at_stake DESC, s.rank", nil
	case "date":
		return " ORDER BY s.act_by, s.rank", nil
	}
	return "", usage(fmt.Sprintf("--sort %s: use urgency, money or date", sort))
}

func todoFilter(urgency, planner, status string) (where string, args []any, err error) {
	where = "true"
	if status != "all" {
		if _, ok := planwright.ParseDecisionStatus(status); !ok {
			return "", nil, usage(fmt.Sprintf("--status %s: use open, approved, rejected, snoozed, changed, exported or all", status))
		}
		where, args = "s.status = ?", append(args, status)
	}
	if urgency != "" {
		var list []string
		for _, u := range strings.Split(urgency, ",") {
			if _, ok := planwright.ParseUrgency(u); !ok {
				return "", nil, usage(fmt.Sprintf("--urgency %s: use urgent, due, watch, excess, dead", u))
			}
			list = append(list, "?")
			args = append(args, u)
		}
		where += " AND s.urgency IN (" + strings.Join(list, ", ") + ")"
	}
	if planner != "" {
		where += " AND i.planner = ?"
		args = append(args, planner)
	}
	return where, args, nil
}

// todo prints the worklist: one line of figures and one of reason each.
func (a *app) todo(ctx context.Context, w *snapshot.Workspace, plan, where, order string, args []any, top int) error {
	sums, err := readAll(w.SelectDecided(ctx, plan, `SELECT s.urgency, count(*) AS n, sum(s.value) AS value, sum(s.at_stake_once) AS at_stake FROM `+snapshot.LiveSuggestions+` s JOIN snap.items i USING (item_id) WHERE `+where+` GROUP BY s.urgency ORDER BY min(s.rank)`, args...))
	if err != nil {
		return err
	}
	var parts []string
	stake := 0.0
	for i := range sums.rows {
		stake += sums.float(i, "at_stake")
		parts = append(parts, a.T("cli.todo.sum", "n", sums.text(i, "n"), "urgency", a.T("urgency."+sums.text(i, "urgency")), "money", money(sums.float(i, "value"))))
	}
	if len(parts) == 0 {
		fmt.Fprintln(a.out, a.T("cli.todo.none"))
		return nil
	}
	fmt.Fprintf(a.out, "%s\n%s\n", strings.Join(parts, " · "), a.T("cli.todo.sum_stake", "money", money(stake)))
	if err := a.zeroTouch(ctx, w, plan, where, args); err != nil {
		return err
	}
	reason := "reason"
	if a.lang == lang.Chinese {
		reason = "reason_zh"
	}
	r, err := readAll(w.SelectDecided(ctx, plan, `SELECT s.rank, s.suggestion_id, s.urgency, s.action, s.item_id, s.site_id, coalesce(i.name, '') AS name, s.qty, i.uom, s.act_by, s.need_on, s.impact, s.at_stake, s.at_stake_once, s.person, s.`+reason+` AS reason
		FROM `+snapshot.LiveSuggestions+` s JOIN snap.items i USING (item_id) WHERE `+where+order+limit(top), args...))
	if err != nil {
		return err
	}
	for i := range r.rows {
		need := ""
		if d := r.text(i, "need_on"); d != "" {
			need = a.T("cli.todo.need", "day", d)
		}
		fmt.Fprintf(a.out, "%3s. %s  %s %s %s  %s@%s  %s\n", r.text(i, "rank"), a.urgencyWord(r.text(i, "urgency")), a.T("action."+r.text(i, "action")), r.text(i, "qty"), r.text(i, "uom"), r.text(i, "item_id"), r.text(i, "site_id"), r.text(i, "name"))
		fmt.Fprintf(a.out, "     %s  %s  %s\n", a.T("cli.todo.act", "day", r.text(i, "act_by")), need, a.stakeText(r.float(i, "at_stake"), r.float(i, "at_stake_once"), r.float(i, "impact")))
		fmt.Fprintf(a.out, "     %s\n", r.text(i, "reason"))
		if codes := r.text(i, "person"); codes != "" {
			fmt.Fprintf(a.out, "     %s\n", a.T("cli.todo.needs", "why", a.personText(codes)))
		}
	}
	return nil
}

// stakeText is what a line has at stake, with what is counted on other lines.
func (a *app) stakeText(stake, once, sales float64) string {
	if money(once) == money(stake) {
		return a.T("cli.todo.stake", "money", money(stake), "sales", money(sales))
	}
	return a.T("cli.todo.once", "money", money(stake), "once", money(once), "sales", money(sales))
}

// urgencyWord is the urgency in the reader's language, in color where that is
// wanted.
func (a *app) urgencyWord(u string) string {
	word := a.T("urgency." + u)
	if !a.color {
		return "[" + word + "]"
	}
	colors := map[string]string{"urgent": "31", "due": "33", "watch": "36", "excess": "35", "dead": "90"}
	return "\x1b[" + colors[u] + "m" + word + "\x1b[0m"
}
