package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"planwright"
	"planwright/api"
	"planwright/plan"
	"planwright/scenario"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// whatifVerb answers a what-if question.
func (a *app) whatifVerb() *cobra.Command {
	var f whatifFlags
	cmd := a.verb("whatif", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		text, err := f.text()
		if err != nil {
			return err
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		return a.problem(a.whatif(cmd.Context(), w, &f, text))
	})
	cmd.Flags().StringArrayVar(&f.set, "set", nil, a.T("cli.whatif.set"))
	cmd.Flags().StringVar(&f.file, "file", "", a.T("cli.whatif.file"))
	cmd.Flags().StringVar(&f.plan, "plan", "latest", a.T("cli.flag.plan"))
	cmd.Flags().StringVar(&f.name, "name", "", a.T("cli.whatif.name"))
	cmd.Flags().StringVar(&f.author, "author", userName(), a.T("cli.decide.author"))
	cmd.Flags().StringVar(&f.request, "request-id", "", a.T("cli.flag.request"))
	cmd.Flags().StringVar(&f.rows, "rows", "figures", a.T("cli.whatif.rows"))
	cmd.Flags().IntVar(&f.top, "top", 20, a.T("cli.flag.top"))
	cmd.AddCommand(a.whatifListVerb(), a.whatifShowVerb(), a.whatifCompareVerb(), a.whatifDeleteVerb())
	return cmd
}

type whatifFlags struct {
	set                                     []string
	file, plan, name, author, request, rows string
	top                                     int
}

// maxScenarioFile bounds a file of changes, in bytes.
const maxScenarioFile = 4 * scenario.MaxText

// text are the changes of the flags, a change a line.
func (f *whatifFlags) text() (string, error) {
	if f.rows != "figures" && f.rows != "suggestions" && f.rows != "orders" {
		return "", usage(fmt.Sprintf("--rows %s: use figures, suggestions or orders", f.rows))
	}
	if f.name != "" && !snapshot.ScenarioName(f.name) {
		return "", usage(fmt.Sprintf("--name %s: use letters, digits, _ and -", f.name))
	}
	text := strings.Join(f.set, "\n")
	if f.file != "" {
		info, err := os.Stat(f.file)
		if err != nil {
			return "", err
		}
		if info.Size() > maxScenarioFile {
			return "", usage(fmt.Sprintf("--file %s: a scenario has at most %d characters", f.file, scenario.MaxText))
		}
		b, err := os.ReadFile(f.file)
		if err != nil {
			return "", err
		}
		text = strings.TrimPrefix(string(b), "\ufeff") + "\n" + text
	}
	return text, nil
}

// problem tells what is wrong with a scenario in the reader's language.
func (a *app) problem(err error) error {
	var p *scenario.Problem
	if !errors.As(err, &p) {
		return err
	}
	return &planwright.Error{Code: p.Code, Op: "whatif", Args: []string{"detail", p.Text(a.lang)}}
}

func (a *app) whatif(ctx context.Context, w *snapshot.Workspace, f *whatifFlags, text string) error {
	info, err := w.GetPlan(f.plan)
	if err != nil {
		return err
	}
	changes, err := scenario.Parse(text, info.AsOf)
	if err != nil {
		return err
	}
	bars := a.progress()
	defer bars.done()
	g, sure, done, err := api.OpenGround(ctx, w, info.ID, a.workers, func(_ string, done, total int64) { bars.show("load", done, total) })
	if err != nil {
		return err
	}
	defer done() //nolint:errcheck // read only
	bars.done()
	began := time.Now()
	applied, err := scenario.Apply(g.Snap, g.Base(), changes)
	if err != nil {
		return err
	}
	o, err := g.Replan(ctx, applied)
	if err != nil {
		return err
	}
	took := time.Since(began)
	sum := o.Summary()
	if f.name != "" {
		result, err := json.Marshal(sum)
		if err != nil {
			return err
		}
		kept, made, err := a.writer(w).SaveScenario(ctx, snapshot.Scenario{Name: f.name, PlanID: info.ID, Changes: scenario.Format(changes), Author: f.author, RequestID: f.request,
			Engine: planwright.Version, Result: string(result)}, time.Now())
		if err != nil {
			return err
		}
		if made {
			a.say("cli.whatif.kept", "name", kept.Name)
		} else {
			a.say("cli.whatif.again", "name", kept.Name, "request", f.request)
		}
	}
	if !sure && o.Forecast > 0 {
		a.say("cli.whatif.unsure")
	}
	if a.machine() {
		switch f.rows {
		case "suggestions":
			return a.emitProposals(g.Standing, applied.Snap, o)
		case "orders":
			return a.emitDiff([2]*plan.Standing{g.Standing, {Snap: applied.Snap, Plan: g.Plan}}, o.Orders)
		}
		return a.emitFigures([]string{f.name}, []plan.Summary{sum})
	}
	fmt.Fprintln(a.out, a.T("cli.whatif.done", "plan", info.ID, "forecast", count(o.Forecast), "planned", count(o.Planned), "seconds", strconv.FormatFloat(took.Seconds(), 'f', 2, 64)))
	for i := range changes {
		e := &applied.Effects[i]
		line := a.T("cli.whatif.effect", "change", changes[i].String(), "skus", count(e.SKUs), "rows", count(e.Rows))
		if e.Note != "" {
			line += "; " + a.T(e.Note, e.Pairs...)
		}
		fmt.Fprintln(a.out, "  "+harmless(line))
	}
	fmt.Fprintln(a.out)
	a.printFigures([]string{a.T("cli.whatif.scenario")}, []plan.Summary{sum})
	a.printProposals(g.Standing, applied.Snap, o, f.top)
	if f.name == "" {
		a.next("cli.whatif.next")
	} else {
		a.next("cli.whatif.next_kept", "name", f.name)
	}
	return nil
}

// proposalCells are item and site of a change of the list.
func proposalCells(st *plan.Standing, after *planwright.Snapshot, c *plan.SuggestionChange) (x *plan.Proposal, item, site string) {
	s := after
	if x = c.Is; x == nil {
		s, x = st.Snap, c.Was
	}
	return x, s.Items.ID[s.SKUs.Item[x.SKU]], s.Sites.ID[s.SKUs.Site[x.SKU]]
}

func (a *app) emitProposals(st *plan.Standing, after *planwright.Snapshot, o *plan.Outcome) error {
	s, err := a.newSheet([]string{"change", "suggestion_id", "action", "item_id", "site_id", "from_qty", "to_qty", "from_act_by", "to_act_by", "from_value", "to_value"})
	if err != nil {
		return err
	}
	defer s.discard()
	for i := range o.Suggestions {
		c := &o.Suggestions[i]
		x, item, site := proposalCells(st, after, c)
		row := []any{c.Kind.String(), x.ID, x.Action.String(), item, site, nil, nil, nil, nil, nil, nil}
		if c.Was != nil {
			row[5], row[7], row[9] = c.Was.Qty, c.Was.ActBy, c.Was.Value
		}
		if c.Is != nil {
			row[6], row[8], row[10] = c.Is.Qty, c.Is.ActBy, c.Is.Value
		}
		if err := s.row(row...); err != nil {
			return err
		}
	}
	return s.close()
}

func (a *app) printProposals(st *plan.Standing, after *planwright.Snapshot, o *plan.Outcome, top int) {
	sum := o.Summary()
	fmt.Fprintln(a.out)
	fmt.Fprintln(a.out, a.T("cli.whatif.list", "new", count(sum.SuggestionsNew), "gone", count(sum.SuggestionsGone), "changed", count(sum.SuggestionsChanged)))
	if len(o.Suggestions) == 0 {
		return
	}
	t := newTable(a.T("col.change"), a.T("col.action"), a.T("col.sku"), ">"+a.T("col.quantity"), a.T("col.act_by"), ">"+a.T("col.money"))
	for i := range o.Suggestions {
		if top > 0 && i == top {
			break
		}
		c := &o.Suggestions[i]
		x, item, site := proposalCells(st, after, c)
		qty, day := x.Qty.String(), dayOrNone(x.ActBy)
		if c.Was != nil && c.Is != nil {
			qty, day = wasIs(c.Was.Qty.String(), c.Is.Qty.String()), wasIs(dayOrNone(c.Was.ActBy), dayOrNone(c.Is.ActBy))
		}
		t.add(a.T("change."+c.Kind.String()), a.T("action."+x.Action.String()), item+"@"+site, qty, day, money(x.Value))
	}
	t.write(a.out, 0)
}
