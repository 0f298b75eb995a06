package main

import (
	"fmt"
	"os"
	"os/user"
	"time"

	"planwright"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// decideVerb journals a planner's decision about suggestions.
func (a *app) decideVerb() *cobra.Command {
	var plan *string
	var qty, date, reason, author, requestID string
	cmd := a.verb("decide ID… approve|reject|snooze|change|export|reopen", cobra.MinimumNArgs(2), func(cmd *cobra.Command, args []string) error {
		verb, ids := args[len(args)-1], args[:len(args)-1]
		if _, ok := snapshot.DecisionVerbs[verb]; !ok {
			return usage(fmt.Sprintf("%s: the last word is approve, reject, snooze, change, export or reopen", verb))
		}
		q, d := planwright.NoQty, planwright.NoDay
		var err error
		if qty != "" {
			if q, err = planwright.ParseQty(qty); err != nil {
				return usage(fmt.Sprintf("--qty %s: %v", qty, err))
			}
		}
		if date != "" {
			if d, err = day("date", date); err != nil {
				return err
			}
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		id, err := w.ResolvePlan(*plan)
		if err != nil {
			return err
		}
		r := snapshot.DecisionRequest{Plan: id, Author: author, RequestID: requestID, At: time.Now()}
		for _, s := range ids {
			r.Orders = append(r.Orders, snapshot.DecisionOrder{Suggestion: s, Verb: verb, Qty: q, Date: d, Reason: reason})
		}
		made, err := a.writer(w).Decide(cmd.Context(), r)
		if err != nil {
			return err
		}
		if a.machine() {
			return a.emitDecisions(made)
		}
		for i := range made {
			fmt.Fprintln(a.out, a.T("cli.decide.done", "n", fmt.Sprint(made[i].ID), "id", made[i].Suggestion, "status", a.T("status."+made[i].Status.String())))
		}
		a.next("cli.decide.next")
		return nil
	})
	plan = a.planFlag(cmd)
	cmd.Flags().StringVar(&qty, "qty", "", a.T("cli.decide.qty"))
	cmd.Flags().StringVar(&date, "date", "", a.T("cli.decide.date"))
	cmd.Flags().StringVar(&reason, "reason", "", a.T("cli.decide.reason"))
	cmd.Flags().StringVar(&author, "author", userName(), a.T("cli.decide.author"))
	cmd.Flags().StringVar(&requestID, "request-id", "", a.T("cli.flag.request"))
	cmd.AddCommand(a.decisionsVerb())
	return cmd
}

// userName is who runs the command, "" where the system does not say.
func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return os.Getenv("USER")
}

// decisionsVerb lists the journal of decisions.
func (a *app) decisionsVerb() *cobra.Command {
	var top int
	cmd := a.verb("list", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		list, err := w.ListDecisions(cmd.Context(), top)
		if err != nil {
			return err
		}
		if a.machine() {
			return a.emitDecisions(list)
		}
		t := newTable(">"+a.T("col.decision"), a.T("col.time"), a.T("col.author"), a.T("col.status"), a.T("col.suggestion"), a.T("col.basis"), a.T("col.decided"), a.T("col.reason"))
		for i := range list {
			d := &list[i]
			what := ""
			for _, s := range []string{qtyText(d.Qty), dayText(d.Date), dayText(d.Until)} {
				if s != "" {
					what += " " + s
				}
			}
			t.add(fmt.Sprint(d.ID), d.At.Local().Format("2006-01-02 15:04"), d.Author, a.T("status."+d.Status.String()), d.Suggestion, d.Basis, what, d.Reason)
		}
		t.write(a.out, 0)
		return nil
	})
	cmd.Flags().IntVar(&top, "top", 100, a.T("cli.flag.top"))
	return cmd
}

func qtyText(q planwright.Qty) string {
	if !q.Known() {
		return ""
	}
	return q.String()
}

func dayText(d planwright.Day) string {
	if !d.Known() {
		return ""
	}
	return d.String()
}

func (a *app) emitDecisions(list []planwright.Decision) error {
	s, err := a.newSheet([]string{"decision_id", "status", "action", "item_id", "site_id", "order_id", "cause", "basis", "qty", "date", "until", "reason", "author", "decided_at", "plan", "suggestion_id"})
	if err != nil {
		return err
	}
	defer s.discard()
	for i := range list {
		d := &list[i]
		if err := s.row(d.ID, d.Status.String(), d.Key.Action.String(), d.Key.Item, d.Key.Site, d.Key.Order, d.Key.Cause, d.Basis, qtyText(d.Qty), dayText(d.Date), dayText(d.Until), d.Reason, d.Author,
			d.At.UTC().Format(time.RFC3339), d.Plan, d.Suggestion); err != nil {
			return err
		}
	}
	return s.close()
}
