package main

import (
	"context"
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
func (a *app) tradeoff(ctx context.Context, w *snapshot.Workspace, id string) error {
	r, err := a.selectAll(ctx, w, id, plan.TradeoffQuery)
	if err != nil {
		return err
	}
	rows := make([]plan.TradeoffRow, len(r.rows))
	for i := range r.rows {
		rows[i] = plan.TradeoffRow{UnitCost: r.float(i, "unit_cost"), YearlyDemand: r.float(i, "yearly_demand"), Mean: r.float(i, "mean"), SD: r.float(i, "sd"),
			ReorderPoint: r.float(i, "level"), OrderQty: r.float(i, "order_qty"), Divisible: r.float(i, "decimals") > 0}
	}
	t, err := plan.ComputeTradeoff(rows)
	if err != nil {
		return err
	}
	if t.SKUs == 0 {
		a.say("cli.tradeoff.none")
		return nil
	}
	type line struct {
		curve string
		plan.TradeoffPoint
	}
	lines := []line{{"current", t.Current}}
	for _, p := range t.Uniform {
		lines = append(lines, line{"uniform", p})
	}
	for _, p := range t.Optimal {
		lines = append(lines, line{"optimal", p})
	}
	if a.machine() {
		out, err := a.newSheet([]string{"curve", "service_target", "stock_value", "fill_rate", "short_value"})
		if err != nil {
			return err
		}
		defer out.discard()
		for _, l := range lines {
			var target any
			if !math.IsNaN(l.ServiceTarget) {
				target = l.ServiceTarget
			}
			if err := out.row(l.curve, target, l.Investment, l.FillRate, l.ShortValue); err != nil {
				return err
			}
		}
		return out.close()
	}
	table := newTable(a.T("col.curve"), ">"+a.T("col.target"), ">"+a.T("col.stock_value"), ">"+a.T("col.fill_rate"), ">"+a.T("col.short_value"), "")
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
		table.add(a.T("tradeoff."+l.curve), target, money(l.Investment), fmt.Sprintf("%.2f %%", 100*l.FillRate), money(l.ShortValue), bar(share, 30))
	}
	table.write(a.out, 0)
	a.next("cli.tradeoff.next")
	return nil
}
