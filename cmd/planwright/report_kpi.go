package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// kpi shows the key figures, those of another plan beside them, by group, or of
// all plans.
func (r *reporter) kpi() error {
	group, err := r.choice("group", r.f.group, "", "site", "category", "planner", "abc", "abc_xyz")
	if err != nil {
		return err
	}
	switch {
	case r.f.history:
		return r.kpiHistory()
	case group != "":
		return r.kpiGroups(group)
	}
	res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT name, value FROM plan.kpis`)
	if err != nil {
		return err
	}
	old := ""
	if r.f.against != "" || !r.machine() {
		if old, err = r.before(); err != nil {
			return err
		}
	}
	was := map[string]float64{}
	if old != "" {
		o, err := r.selectAll(r.ctx, r.w, old, `SELECT name, value FROM plan.kpis`)
		if err != nil && r.f.against != "" {
			return err
		}
		for i := range rowsOrNone(o) {
			was[o.text(i, "name")] = o.float(i, "value")
		}
	}
	target, err := r.targets()
	if err != nil {
		return err
	}
	out := &result{head: []string{"name", "value", "before", "change", "target"}}
	for i := range res.rows {
		name, v := res.text(i, "name"), res.float(i, "value")
		b, known := was[name]
		row := []any{name, v, figure(b, known), figure(v-b, known), nil}
		if t, ok := target[name]; ok {
			row[4] = t
		}
		out.rows = append(out.rows, row)
	}
	if r.machine() {
		return r.write(out)
	}
	r.title("kpi")
	if len(was) > 0 {
		fmt.Fprintf(r.out, "%s\n\n", r.T("cli.report.before", "id", old))
	}
	head := []string{r.T("col.figure"), ">" + r.T("col.value")}
	if len(was) > 0 {
		head = append(head, ">"+r.T("rcol.before"), ">"+r.T("rcol.change"))
	}
	if len(target) > 0 {
		head = append(head, ">"+r.T("cli.report.target"))
	}
	t := newTable(head...)
	for _, row := range out.rows {
		name, _ := row[0].(string)
		cells := []string{r.T("kpi." + name), r.cell(name, row[1])}
		if len(was) > 0 {
			cells = append(cells, r.cell(name, row[2]), r.cell(name, row[3]))
		}
		if len(target) > 0 {
			cells = append(cells, r.cell(name, row[4]))
		}
		t.add(cells...)
	}
	t.write(r.out, 0)
	r.next("cli.report.next", "report", "kpi")
	return nil
}

func rowsOrNone(r *result) [][]any {
	if r == nil {
		return nil
	}
	return r.rows
}

// targets are the figures that the company wants: settings kpi_target.NAME.
func (r *reporter) targets() (map[string]float64, error) {
	res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT lower(name) AS name, TRY_CAST(value AS DOUBLE) AS value FROM snap.settings WHERE lower(name) LIKE 'kpi_target.%' AND TRY_CAST(value AS DOUBLE) IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for i := range res.rows {
		out[strings.TrimPrefix(res.text(i, "name"), "kpi_target.")] = res.float(i, "value")
	}
	return out, nil
}

// groupFigures are the figures by group that a terminal shows.
var groupFigures = []string{"skus", "stock_value", "turns_use", "days_use", "gmroi", "fill_rate", "otif_plan", "excess_stock_value", "slow_stock_value", "dead_stock_value", "safety_gap_value"}

func (r *reporter) kpiGroups(group string) error {
	if r.machine() {
		return r.stream(`SELECT dimension, key, name, value FROM plan.kpi_groups WHERE dimension = ? ORDER BY rowid`, group)
	}
	res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT key, name, value FROM plan.kpi_groups WHERE dimension = ? ORDER BY rowid`, group)
	if err != nil {
		return err
	}
	old, err := r.before()
	if err != nil {
		return err
	}
	was := map[string]float64{}
	if old != "" {
		// A plan of before may be gone or have no such table: then there is nothing to compare.
		if o, err := r.selectAll(r.ctx, r.w, old, `SELECT key, value FROM plan.kpi_groups WHERE dimension = ? AND name = 'stock_value'`, group); err == nil {
			for i := range o.rows {
				was[o.text(i, "key")] = o.float(i, "value")
			}
		}
	}
	r.title("kpi")
	head := []string{r.T("rcol.key")}
	for _, f := range groupFigures {
		head = append(head, ">"+r.heading(f))
	}
	if len(was) > 0 {
		head = append(head, ">"+r.T("kpi.stock_value")+" "+r.T("rcol.change"))
	}
	t := newTable(head...)
	values := map[string]float64{}
	var keys []string
	for i := range res.rows {
		key := res.text(i, "key")
		if len(keys) == 0 || keys[len(keys)-1] != key {
			keys = append(keys, key)
		}
		values[key+"\x00"+res.text(i, "name")] = res.float(i, "value")
	}
	for _, key := range keys {
		name := key
		if name == "" {
			name = r.T("cli.report.unknown")
		}
		cells := []string{name}
		for _, f := range groupFigures {
			v, ok := values[key+"\x00"+f]
			if !ok {
				v = math.NaN()
			}
			cells = append(cells, r.cell(f, v))
		}
		if len(was) > 0 {
			cells = append(cells, money(values[key+"\x00stock_value"]-was[key]))
		}
		t.add(cells...)
	}
	t.write(r.out, 0)
	r.next("cli.report.next", "report", "kpi")
	return nil
}

// historyFigures are the figures that a terminal shows of each plan.
var historyFigures = []string{"stock_value", "turns", "days_of_supply", "excess_stock_value", "dead_stock_value", "otif_plan", "forecast_wape", "suggestions"}

// kpiHistory shows the figures of every plan, the oldest first, and their trend.
func (r *reporter) kpiHistory() error {
	list, err := r.w.ListPlans()
	if err != nil {
		return err
	}
	slices.SortFunc(list, byID)
	out := &result{head: []string{"plan", "as_of", "created_at", "name", "value"}}
	perPlan := map[string]map[string]float64{}
	for _, p := range list {
		res, err := r.selectAll(r.ctx, r.w, p.ID, `SELECT name, value FROM plan.kpis`)
		if err != nil {
			continue // a plan of another format; verify tells why
		}
		perPlan[p.ID] = map[string]float64{}
		for i := range res.rows {
			out.rows = append(out.rows, []any{p.ID, p.AsOf, p.CreatedAt.Format("2006-01-02 15:04:05"), res.text(i, "name"), res.float(i, "value")})
			perPlan[p.ID][res.text(i, "name")] = res.float(i, "value")
		}
	}
	if r.machine() {
		return r.write(out)
	}
	r.title("kpi")
	head := []string{r.T("rcol.plan"), r.T("rcol.as_of")}
	for _, f := range historyFigures {
		head = append(head, ">"+r.heading(f))
	}
	t := newTable(append(head, "")...)
	most := 0.0
	for _, v := range perPlan {
		most = max(most, v["stock_value"])
	}
	for _, p := range list {
		v, ok := perPlan[p.ID]
		if !ok {
			continue
		}
		cells := []string{p.ID, p.AsOf.String()}
		for _, f := range historyFigures {
			x, known := v[f]
			if !known {
				x = math.NaN()
			}
			cells = append(cells, r.cell(f, x))
		}
		t.add(append(cells, bar(v["stock_value"]/max(most, 1e-9), 20))...)
	}
	t.write(r.out, 0)
	r.next("cli.report.next", "report", "kpi")
	return nil
}
