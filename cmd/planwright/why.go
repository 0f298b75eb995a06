package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"planwright"
	"planwright/lang"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// whyVerb shows the arithmetic behind a suggestion or a sku.
func (a *app) whyVerb() *cobra.Command {
	var plan *string
	cmd := a.verb("why ID|ITEM[@SITE]", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		ctx := cmd.Context()
		s, err := a.selectAll(ctx, w, *plan, `SELECT * FROM plan.suggestions WHERE suggestion_id = ? OR order_id = ? ORDER BY rank LIMIT 1`, args[0], args[0])
		if err != nil {
			return err
		}
		item, site := "", ""
		if len(s.rows) > 0 {
			item, site = s.text(0, "item_id"), s.text(0, "site_id")
		} else if item, site, err = a.findSKU(ctx, w, *plan, args[0]); err != nil {
			return err
		}
		if a.machine() {
			r, err := w.Select(ctx, *plan, `SELECT * FROM plan.requirements WHERE item_id = ? AND site_id = ? ORDER BY seq`, item, site)
			if err != nil {
				return err
			}
			_, err = a.emit(r)
			return err
		}
		if len(s.rows) > 0 {
			a.whySuggestion(s)
		}
		if err := a.whyPolicy(ctx, w, *plan, item, site); err != nil {
			return err
		}
		if err := a.whyRecord(ctx, w, *plan, item, site); err != nil {
			return err
		}
		a.next("cli.why.next")
		return nil
	})
	plan = a.planFlag(cmd)
	return cmd
}

// findSKU splits ITEM[@SITE]; codes may hold an @ themselves, so every split is
// tried.
func (a *app) findSKU(ctx context.Context, w *snapshot.Workspace, plan, name string) (item, site string, err error) {
	r, err := a.selectAll(ctx, w, plan, `SELECT i.item_id, t.site_id FROM snap.skus k JOIN snap.items i ON i.item = k.item JOIN snap.sites t ON t.site = k.site
		WHERE i.item_id = ? OR i.item_id || '@' || t.site_id = ? ORDER BY i.item_id || '@' || t.site_id = ? DESC, k.sku`, name, name, name)
	if err != nil {
		return "", "", err
	}
	if len(r.rows) == 0 {
		return "", "", &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", name}}
	}
	if len(r.rows) > 1 && r.text(0, "item_id") == name {
		var sites []string
		for i := range r.rows {
			sites = append(sites, r.text(i, "item_id")+"@"+r.text(i, "site_id"))
		}
		a.say("cli.why.sites", "list", strings.Join(sites, ", "))
	}
	return r.text(0, "item_id"), r.text(0, "site_id"), nil
}

func (a *app) whySuggestion(s *result) {
	reason := "reason"
	if a.lang == lang.Chinese {
		reason = "reason_zh"
	}
	fmt.Fprintf(a.out, "%s\n", s.text(0, "suggestion_id"))
	fmt.Fprintf(a.out, "  %s %s %s@%s, %s\n  %s\n\n", a.T("action."+s.text(0, "action")), s.text(0, "qty"), s.text(0, "item_id"), s.text(0, "site_id"), a.T("cli.todo.act", "day", s.text(0, "act_by")), s.text(0, reason))
}

// whyPolicy prints the terms of the sku's policy.
func (a *app) whyPolicy(ctx context.Context, w *snapshot.Workspace, plan, item, site string) error {
	p, err := a.selectAll(ctx, w, plan, `SELECT class, policy, safety_stock, reorder_point, order_up_to, order_qty, service_target, service_expected, method, explain, sources FROM plan.policies WHERE item_id = ? AND site_id = ?`, item, site)
	if err != nil || len(p.rows) == 0 {
		return err
	}
	fmt.Fprintf(a.out, "%s\n", a.T("cli.why.policy", "item", item, "site", site))
	t := newTable(a.T("col.figure"), ">"+a.T("col.value"))
	for i, h := range p.head {
		if h != "explain" && h != "sources" {
			t.add(a.T("policy."+h), shown(p.rows[0][i]))
		}
	}
	t.write(a.out, 0)
	fmt.Fprintln(a.out)
	terms := newTable(a.T("col.term"), "", ">"+a.T("col.value"), a.T("col.source"))
	for _, m := range a.policyTerms(p.text(0, "explain"), p.text(0, "sources")) {
		value := m.value
		if x, err := strconv.ParseFloat(value, 64); err == nil {
			value = shown(x)
		}
		terms.add(m.name, m.text, value, m.sourceText)
	}
	terms.write(a.out, 0)
	fmt.Fprintln(a.out)
	return nil
}

// whyRecord prints the MRP record: every dated element and what is available
// after it.
func (a *app) whyRecord(ctx context.Context, w *snapshot.Workspace, plan, item, site string) error {
	r, err := a.selectAll(ctx, w, plan, `SELECT "on", kind, order_id, qty, available_after FROM plan.requirements WHERE item_id = ? AND site_id = ? ORDER BY seq LIMIT 60`, item, site)
	if err != nil || len(r.rows) == 0 {
		return err
	}
	a.print(r)
	return nil
}
