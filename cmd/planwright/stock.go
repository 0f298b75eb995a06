package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"planwright"
	"planwright/plan"
	"planwright/snapshot"
)

// policyTerm is a number of a policy's calculation as people read it.
type policyTerm struct {
	name, value, text  string
	source, sourceText string
}

// policyTerms joins the numbers of a policy with where they come from: columns
// explain and sources of the policies table.
func (a *app) policyTerms(explain, sources string) []policyTerm {
	from := map[string]string{}
	for _, kv := range strings.Split(sources, ";") {
		if name, code, ok := strings.Cut(kv, "="); ok {
			from[name] = code
		}
	}
	var out []policyTerm
	for _, kv := range strings.Split(explain, ";") {
		name, value, ok := strings.Cut(kv, "=")
		if !ok {
			continue
		}
		t := policyTerm{name: name, value: value, text: a.T("term." + name)}
		if code := from[name]; code != "" {
			t.source, t.sourceText = code, a.T("source."+code)
		}
		out = append(out, t)
	}
	return out
}

// termHead are the columns of the table of terms.
var termHead = []string{"item_id", "site_id", "term", "value", "text", "source", "source_text"}

// writeTerms writes every term of every policy, with its source in the reader's
// language, to where the user asked for.
func (a *app) writeTerms(s *planwright.Snapshot, p *planwright.Plan) error {
	out, err := a.newSheet(termHead)
	if err != nil {
		return err
	}
	defer out.discard()
	t := &p.Policies
	for i, k := range t.SKU {
		item, site := s.Items.ID[s.SKUs.Item[k]], s.Sites.ID[s.SKUs.Site[k]]
		for _, m := range a.policyTerms(t.Explain[i], t.Sources[i]) {
			if err := out.row(item, site, m.name, m.value, m.text, m.source, m.sourceText); err != nil {
				return err
			}
		}
	}
	return out.close()
}

// writeTermsFile writes the terms beside the other tables of a directory.
func (a *app) writeTermsFile(dir string, f snapshot.Format, s *planwright.Snapshot, p *planwright.Plan) error {
	b := *a
	b.output = filepath.Join(dir, "policy_terms."+f.String())
	return b.writeTerms(s, p)
}

// tradeoff shows what the service of a plan's stock costs, and what the same
// money could do.
func (r *reporter) tradeoff() error {
	t, err := r.tradeoffPoints()
	if err != nil {
		return err
	}
	return r.showTradeoff(t)
}

// tradeoffPoints computes the trade-off for --budget or --target.
func (r *reporter) tradeoffPoints() (t plan.Tradeoff, err error) {
	goal := plan.TradeoffGoal{Budget: r.f.budget, FillRate: r.f.target}
	if !(goal.Budget >= 0 && goal.Budget <= 1e15) {
		return t, usage(fmt.Sprintf("--budget %v: give money above 0", goal.Budget))
	}
	if !(goal.FillRate >= 0 && goal.FillRate < 1) || goal.FillRate > 0 && goal.Budget > 0 {
		return t, usage(fmt.Sprintf("--target %v: give a fill rate such as 0.98, without --budget", goal.FillRate))
	}
	q, err := r.selectAll(r.ctx, r.w, r.plan, plan.TradeoffQuery)
	if err != nil {
		return t, err
	}
	return plan.ComputeTradeoff(tradeoffRows(q), goal)
}

func tradeoffRows(r *result) []plan.TradeoffRow {
	rows := make([]plan.TradeoffRow, len(r.rows))
	for i := range r.rows {
		rows[i] = plan.TradeoffRow{UnitCost: r.float(i, "unit_cost"), YearlyDemand: r.float(i, "yearly_demand"), Mean: r.float(i, "mean"), SD: r.float(i, "sd"),
			ReorderPoint: r.float(i, "level"), OrderQty: r.float(i, "order_qty"), Divisible: r.float(i, "decimals") > 0,
			UnitPrice: r.float(i, "unit_price"), OnHand: r.float(i, "on_hand"), Stage: r.float(i, "stage") > 0, Sold: r.float(i, "sold") > 0,
			NetLeadTime: r.float(i, "net_lead_time"), DailyMean: r.float(i, "daily_mean"), DailySD: r.float(i, "daily_sd"), SafetyStock: r.float(i, "safety_stock"),
			Entered: r.float(i, "entered_min") >= 0, EnteredMin: r.float(i, "entered_min"), EnteredMax: r.float(i, "entered_max")}
	}
	return rows
}

func (a *app) showTradeoff(t plan.Tradeoff) error {
	if t.SKUs == 0 {
		a.say("cli.tradeoff.none")
		return nil
	}
	type line struct {
		curve string
		plan.TradeoffPoint
	}
	lines := []line{{"today", t.Today}}
	if t.EnteredSKUs > 0 {
		lines = append(lines, line{"entered", t.Entered})
	}
	lines = append(lines, line{"current", t.Current}, line{"chosen", t.Chosen})
	for _, p := range t.Uniform {
		lines = append(lines, line{"uniform", p})
	}
	for _, p := range t.Optimal {
		lines = append(lines, line{"optimal", p})
	}
	if a.machine() {
		out, err := a.newSheet([]string{"curve", "service_target", "stock_value", "fill_rate", "short_value", "short_sales"})
		if err != nil {
			return err
		}
		defer out.discard()
		for _, l := range lines {
			var target any
			if !math.IsNaN(l.ServiceTarget) {
				target = l.ServiceTarget
			}
			if err := out.row(l.curve, target, l.Investment, l.FillRate, l.ShortValue, l.ShortSales); err != nil {
				return err
			}
		}
		return out.close()
	}
	table := newTable(a.T("col.curve"), ">"+a.T("col.target"), ">"+a.T("col.stock_value"), ">"+a.T("col.fill_rate"), ">"+a.T("col.short_value"), ">"+a.T("col.short_sales"), "")
	most := 0.0
	for _, l := range lines {
		most = math.Max(most, l.Investment)
	}
	for _, l := range lines {
		target := ""
		if !math.IsNaN(l.ServiceTarget) {
			target = strconv.FormatFloat(100*l.ServiceTarget, 'f', -1, 64) + " %"
		}
		share := 0.0
		if most > 0 {
			share = l.Investment / most
		}
		table.add(a.T("tradeoff."+l.curve), target, money(l.Investment), fmt.Sprintf("%.2f %%", 100*l.FillRate), money(l.ShortValue), money(l.ShortSales), bar(share, 30))
	}
	table.write(a.out, 0)
	fmt.Fprintf(a.out, "\n%s\n", a.T("cli.tradeoff.step", "money", money(t.Next.Money), "stock", money(t.Chosen.Investment), "points", strconv.FormatFloat(100*t.Next.FillRate, 'f', 4, 64),
		"short", money(t.Next.ShortValue), "sales", money(t.Next.ShortSales)))
	if t.EnteredSKUs > 0 {
		fmt.Fprintln(a.out, a.T("cli.tradeoff.entered", "n", count(t.EnteredSKUs), "skus", count(t.SKUs)))
	}
	if t.Fixed > 0 {
		fmt.Fprintln(a.out, a.T("cli.tradeoff.behind", "money", money(t.Fixed)))
	}
	a.next("cli.tradeoff.next")
	return nil
}
