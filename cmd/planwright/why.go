package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"planwright"
	"planwright/explain"
	"planwright/lang"
	"planwright/plan"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// whyVerb shows the arithmetic behind a suggestion, an order or a sku.
func (a *app) whyVerb() *cobra.Command {
	var id *string
	var short, whole, whatIf bool
	cmd := a.verb("why ID|ITEM[@SITE]", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		ctx := cmd.Context()
		s, err := a.selectAll(ctx, w, *id, `SELECT * FROM plan.suggestions WHERE suggestion_id = ? OR order_id = ? ORDER BY suggestion_id = ? DESC, rank LIMIT 1`, args[0], args[0], args[0])
		if err != nil {
			return err
		}
		if short && len(s.rows) > 0 && !a.machine() {
			fmt.Fprintln(a.out, a.suggestionLine(s))
			return nil
		}
		st, done, err := a.stand(ctx, w, *id)
		if err != nil {
			return err
		}
		defer done() //nolint:errcheck // read only
		if len(s.rows) > 0 {
			return a.whySuggestion(ctx, st, s, whole, whatIf)
		}
		if row := st.Order(args[0]); row >= 0 {
			x, err := st.WhyOrder(ctx, row)
			if err != nil {
				return err
			}
			return a.whyOne(ctx, st, x, whole, whatIf)
		}
		item, site, err := a.findSKU(ctx, w, *id, args[0])
		if err != nil {
			return err
		}
		return a.whySKU(ctx, w, st, *id, item, site, whole)
	})
	id = a.planFlag(cmd)
	cmd.Flags().BoolVar(&short, "short", false, a.T("cli.why.short"))
	cmd.Flags().BoolVar(&whole, "whole", false, a.T("cli.why.whole"))
	cmd.Flags().BoolVar(&whatIf, "what-if", false, a.T("cli.why.what_if"))
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

// suggestionLine is a suggestion in one line.
func (a *app) suggestionLine(s *result) string {
	reason := "reason"
	if a.lang == lang.Chinese {
		reason = "reason_zh"
	}
	return a.T("cli.why.line", "action", a.T("action."+s.text(0, "action")), "qty", s.text(0, "qty"), "sku", s.text(0, "item_id")+"@"+s.text(0, "site_id"), "reason", s.text(0, reason))
}

func (a *app) whySuggestion(ctx context.Context, st *plan.Standing, s *result, whole, whatIf bool) error {
	name := s.text(0, "suggestion_id")
	g := &st.Plan.Suggestions
	for i := range g.ID {
		if g.ID[i] != name {
			continue
		}
		x, err := st.WhySuggestion(ctx, i)
		if err != nil {
			return err
		}
		if !a.machine() {
			fmt.Fprintln(a.out, a.suggestionLine(s))
			fmt.Fprintln(a.out)
		}
		return a.whyOne(ctx, st, x, whole, whatIf)
	}
	return &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", name}}
}

// jsonWhy is an explanation as JSON has it.
type jsonWhy struct {
	ID      string       `json:"id,omitempty"`
	Item    string       `json:"item_id"`
	Site    string       `json:"site_id"`
	Action  string       `json:"action,omitempty"`
	Repairs []string     `json:"repaired,omitempty"`
	Figures []jsonFigure `json:"figures"`
	Changes []jsonChange `json:"what_would_have_to_change,omitempty"`
}

type jsonFigure struct {
	Name  string   `json:"name"`
	Value string   `json:"value"`
	Tree  jsonTree `json:"tree"`
}

type jsonChange struct {
	Goal string   `json:"goal"`
	Text string   `json:"text"`
	Key  string   `json:"key"`
	Cost *float64 `json:"cost,omitempty"`
}

func (a *app) jsonWhy(st *plan.Standing, xs ...*plan.Explanation) jsonWhy {
	s := st.Snap
	x := xs[0]
	j := jsonWhy{ID: x.ID, Item: s.Items.ID[s.SKUs.Item[x.SKU]], Site: s.Sites.ID[s.SKUs.Site[x.SKU]], Action: x.Action, Repairs: x.Repairs, Figures: []jsonFigure{}}
	for _, x := range xs {
		for _, f := range x.Figures {
			j.Figures = append(j.Figures, jsonFigure{f.Name, f.Tree.Value.String(), a.jsonTree(f.Tree)})
		}
	}
	return j
}

// goalNames are the goals of counterfactuals in JSON.
var goalNames = map[plan.Goal]string{plan.GoalZero: "not_needed", plan.GoalWeekLater: "a_week_later"}

// whyOne prints the explanation of an order or a suggestion.
func (a *app) whyOne(ctx context.Context, st *plan.Standing, x *plan.Explanation, whole, whatIf bool) error {
	var changes []plan.Counterfactual
	if whatIf && x.Order >= 0 {
		var err error
		if changes, err = st.Counterfactuals(ctx, x.Order); err != nil {
			return err
		}
	}
	if a.machine() {
		j := a.jsonWhy(st, x)
		for _, c := range changes {
			y := jsonChange{Goal: goalNames[c.Goal], Text: a.change(c), Key: c.Key}
			if c.CostKey != "" {
				y.Cost = &c.Cost
			}
			j.Changes = append(j.Changes, y)
		}
		return a.writeJSON(j)
	}
	a.figures(x, whole)
	if whatIf && x.Order >= 0 {
		for _, goal := range []plan.Goal{plan.GoalZero, plan.GoalWeekLater} {
			t := newTable(a.T(map[plan.Goal]string{plan.GoalZero: "cli.why.zero", plan.GoalWeekLater: "cli.why.week"}[goal]), a.T("col.cost"))
			for _, c := range changes {
				if c.Goal == goal {
					t.add(a.T(c.Key, c.Pairs...), a.changeCost(c))
				}
			}
			if len(t.rows) == 0 {
				t.add(a.T("cli.why.firm"), "")
			}
			t.write(a.out, 0)
			fmt.Fprintln(a.out)
		}
	}
	a.next("cli.why.next")
	return nil
}

func (a *app) change(c plan.Counterfactual) string {
	if c.CostKey == "" {
		return a.T(c.Key, c.Pairs...)
	}
	return a.T(c.Key, c.Pairs...) + ": " + a.changeCost(c)
}

func (a *app) changeCost(c plan.Counterfactual) string {
	if c.CostKey == "" {
		return ""
	}
	return a.T(c.CostKey, c.CostText...)
}

// stakeLevels are the levels of a stake that are shown without --whole.
const stakeLevels = 3

// figures prints the trees of an explanation.
func (a *app) figures(x *plan.Explanation, whole bool) {
	if len(x.Repairs) > 0 {
		fmt.Fprintln(a.out, a.T("cli.why.repaired", "list", strings.Join(x.Repairs, ", ")))
	}
	t := treeWriter{a: a, w: a.out, whole: whole, seen: map[*explain.Node]bool{}}
	for _, f := range x.Figures {
		name := "figure." + f.Name
		if lang.Has(name) {
			name = a.T(name)
		} else {
			name = f.Name
		}
		if t.most = 0; f.Name == "impact" || f.Name == "at_stake" { // through open orders they go deep
			t.most = stakeLevels
		}
		fmt.Fprintf(a.out, "%s = ", name)
		t.write(f.Tree)
		fmt.Fprintln(a.out)
	}
}

// writeJSON writes a document to the output, or to the file of -o.
func (a *app) writeJSON(v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if a.output == "" {
		_, err = a.out.Write(b)
		return err
	}
	f, err := snapshot.FormatOf(a.output)
	if err != nil {
		return err
	}
	if f.String() != "json" {
		return usage(fmt.Sprintf("-o %s: this is a document, write it as .json", a.output))
	}
	return writeDocument(a.output, b)
}

// whySKU prints how the policy and the forecast of a sku came about, and its MRP
// record.
func (a *app) whySKU(ctx context.Context, w *snapshot.Workspace, st *plan.Standing, id, item, site string, whole bool) error {
	k := st.Snap.Find(item, site)
	if k == planwright.NoSKU {
		return &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", item + "@" + site}}
	}
	policy, err := st.WhyPolicy(ctx, k)
	if err != nil {
		return err
	}
	forecast, err := st.WhyForecast(ctx, k)
	if err != nil {
		return err
	}
	if a.machine() {
		return a.writeJSON(a.jsonWhy(st, policy, forecast))
	}
	if err := a.whyPolicy(ctx, w, id, item, site); err != nil {
		return err
	}
	a.figures(policy, whole)
	if len(forecast.Figures) > 0 && !whole { // the first periods show how
		forecast.Figures = forecast.Figures[:min(2, len(forecast.Figures))]
	}
	a.figures(forecast, whole)
	if err := a.whyRecord(ctx, w, id, item, site); err != nil {
		return err
	}
	a.next("cli.why.next")
	return nil
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
	var after []float64
	for i := range r.rows {
		after = append(after, r.float(i, "available_after"))
	}
	fmt.Fprintf(a.out, "%s  %s\n\n", a.T("chart.balance"), sparkline(after, sparkWidth))
	a.print(r)
	return nil
}
