package main

import (
	"context"
	"fmt"
	"strings"

	"planwright"
	"planwright/lang"
	"planwright/snapshot"
)

// untouched says of suggestion s that it can be released without a person.
const untouched = `(s.person IS NULL)`

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
	"date":     "CAST(s.act_by AS VARCHAR)",
	"person":   "coalesce(s.person, '')",
}

// worklistQuery groups the worklist and counts what can be released untouched. A
// group comes where most is at stake first, then by day; each shortage is counted in
// one group, so that groups add up.
func worklistQuery(by, where string, top int) (string, error) {
	column, ok := groupColumns[by]
	if !ok {
		return "", usage(fmt.Sprintf("--by %s: use supplier, date, site, planner, action or person", by))
	}
	byDay, group, order := "act_by", "grp, act_by", `sum(sum(at_stake_once)) OVER (PARTITION BY grp) DESC, grp, act_by`
	switch by {
	case "date":
		order = "act_by"
	case "person": // a line for each set of reasons, whatever the day
		byDay, group, order = "min(act_by)", "grp", "sum(at_stake_once) DESC, grp"
	}
	return `WITH list AS (SELECT ` + column + ` AS grp, s.act_by, s.value, s.impact, s.at_stake_once, ` + untouched + ` AS free
			FROM ` + snapshot.LiveSuggestions + ` s JOIN snap.items i USING (item_id) WHERE ` + where + `)
		SELECT grp AS "` + by + `", ` + byDay + ` AS act_by, count(*)::BIGINT AS lines, count(*) FILTER (free)::BIGINT AS untouched, sum(value) AS value, sum(impact) AS impact, sum(at_stake_once) AS at_stake
		FROM list GROUP BY ` + group + ` ORDER BY ` + order + limit(top), nil
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
	t := newTable(a.T("group."+by), a.T("col.act_by"), ">"+a.T("col.lines"), ">"+a.T("col.untouched"), ">"+a.T("col.money"), ">"+a.T("col.stake"), ">"+a.T("col.sales"))
	for i := range r.rows {
		name := r.text(i, by)
		if by == "person" {
			name = a.personText(name)
		}
		t.add(name, r.text(i, "act_by"), r.text(i, "lines"), r.text(i, "untouched"), money(r.float(i, "value")), money(r.float(i, "at_stake")), money(r.float(i, "impact")))
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
	why, err := readAll(w.SelectDecided(ctx, plan, `SELECT code, count(*)::BIGINT AS n FROM (SELECT unnest(string_split(s.person, ',')) AS code
		FROM `+snapshot.LiveSuggestions+` s JOIN snap.items i USING (item_id) WHERE `+where+`) GROUP BY code ORDER BY n DESC, code LIMIT 6`, args...))
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s\n", a.T("cli.todo.untouched", "free", r.text(0, "free"), "n", r.text(0, "n"), "share", fmt.Sprintf("%.0f", 100*free/n), "money", money(r.float(0, "value"))))
	var reasons []string
	for i := range why.rows {
		reasons = append(reasons, a.personText(why.text(i, "code"))+" "+why.text(i, "n"))
	}
	if len(reasons) > 0 {
		fmt.Fprintln(a.out, a.T("cli.todo.person", "list", strings.Join(reasons, " · ")))
	}
	fmt.Fprintln(a.out)
	return nil
}

// personText is why a person is needed, in the reader's language. Codes of
// exceptions are named by their titles.
func (a *app) personText(codes string) string {
	if codes == "" {
		return a.T("person.none")
	}
	list := strings.Split(codes, ",")
	for i, c := range list {
		if key := "person." + c; lang.Has(key) {
			list[i] = a.T(key)
		} else if x, ok := planwright.ParseCode(c); ok {
			list[i] = a.T("name." + x.String())
		}
	}
	return strings.Join(list, ", ")
}
