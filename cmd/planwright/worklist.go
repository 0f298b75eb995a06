package main

import (
	"context"
	"fmt"

	"planwright/snapshot"
)

// untouched says of suggestion s that it can be released without a person: it is a
// new order, it comes in time, nothing that a planner should look at, an
// exception of severity fail or warn, speaks of its sku, and no stock of another site
// is suggested or divided for its sku.
const untouched = `(s.action IN ('buy', 'make', 'transfer', 'subcontract')
	AND NOT EXISTS (SELECT 1 FROM plan.planned_orders o WHERE o.order_id = s.order_id AND o.available_on > s.need_on)
	AND NOT EXISTS (SELECT 1 FROM plan.exceptions e WHERE e.item_id = s.item_id AND e.site_id = s.site_id AND e.severity IN ('fail', 'warn'))
	AND NOT EXISTS (SELECT 1 FROM plan.suggestions v WHERE v.item_id = s.item_id AND v.site_id = s.site_id AND v.reason_key IN ('reason.rebalance', 'reason.fair_share_cover', 'reason.fair_share_need')))`

// releaseFilter is the condition of --release.
func releaseFilter(release string) (string, error) {
	switch release {
	case "":
		return "true", nil
	case "untouched":
		return untouched, nil
	case "person":
		return "NOT " + untouched, nil
	}
	return "", usage(fmt.Sprintf("--release %s: use untouched or person", release))
}

// groupColumns are what the worklist can be grouped by.
var groupColumns = map[string]string{
	"supplier": "coalesce(s.supplier_id, s.site_id || ' ' || s.action)",
	"site":     "s.site_id",
	"planner":  "coalesce(i.planner, '')",
	"action":   "s.action",
}

// worklistQuery groups the worklist and counts what can be released untouched. A
// group comes where most is at stake first, then by day.
func worklistQuery(by, where string, top int) (string, error) {
	column, ok := groupColumns[by]
	if !ok {
		return "", usage(fmt.Sprintf("--by %s: use supplier, site, planner or action", by))
	}
	return `WITH list AS (SELECT ` + column + ` AS grp, s.act_by, s.value, s.impact, ` + untouched + ` AS free
			FROM ` + snapshot.LiveSuggestions + ` s JOIN snap.items i USING (item_id) WHERE ` + where + `)
		SELECT grp AS "` + by + `", act_by, count(*)::BIGINT AS lines, count(*) FILTER (free)::BIGINT AS untouched, sum(value) AS value, sum(impact) AS impact
		FROM list GROUP BY grp, act_by ORDER BY sum(sum(impact)) OVER (PARTITION BY grp) DESC, grp, act_by` + limit(top), nil
}

// grouped prints the worklist by group and day to act.
func (a *app) grouped(ctx context.Context, w *snapshot.Workspace, plan, by, where string, args []any, top int) error {
	query, err := worklistQuery(by, where, top)
	if err != nil {
		return err
	}
	r, err := readAll(w.SelectDecided(ctx, plan, query, args...))
	if err != nil {
		return err
	}
	if len(r.rows) == 0 {
		fmt.Fprintln(a.out, a.T("cli.todo.none"))
		return nil
	}
	if err := a.zeroTouch(ctx, w, plan, where, args); err != nil {
		return err
	}
	t := newTable(a.T("group."+by), a.T("col.act_by"), ">"+a.T("col.lines"), ">"+a.T("col.untouched"), ">"+a.T("col.money"), ">"+a.T("col.stake"))
	for i := range r.rows {
		t.add(r.text(i, by), r.text(i, "act_by"), r.text(i, "lines"), r.text(i, "untouched"), money(r.float(i, "value")), money(r.float(i, "impact")))
	}
	t.write(a.out, 0)
	return nil
}

// zeroTouch prints the share of the lines that can be released untouched.
func (a *app) zeroTouch(ctx context.Context, w *snapshot.Workspace, plan, where string, args []any) error {
	r, err := readAll(w.SelectDecided(ctx, plan, `SELECT count(*)::BIGINT AS n, count(*) FILTER (`+untouched+`)::BIGINT AS free, coalesce(sum(s.value) FILTER (`+untouched+`), 0) AS value
		FROM `+snapshot.LiveSuggestions+` s JOIN snap.items i USING (item_id) WHERE `+where, args...))
	if err != nil || len(r.rows) == 0 {
		return err
	}
	n, free := r.float(0, "n"), r.float(0, "free")
	if n == 0 {
		return nil
	}
	fmt.Fprintf(a.out, "%s\n\n", a.T("cli.todo.untouched", "free", r.text(0, "free"), "n", r.text(0, "n"), "share", fmt.Sprintf("%.0f", 100*free/n), "money", money(r.float(0, "value"))))
	return nil
}
