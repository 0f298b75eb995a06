package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"planwright"
	"planwright/plan"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// whatifListVerb lists the scenarios that are kept.
func (a *app) whatifListVerb() *cobra.Command {
	cmd := a.verb("list", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		list, err := a.keptScenarios(cmd, nil)
		if err != nil {
			return err
		}
		if a.machine() {
			s, err := a.newSheet([]string{"name", "plan", "author", "created_at", "changes"})
			if err != nil {
				return err
			}
			defer s.discard()
			for _, x := range list {
				if err := s.row(x.Name, x.PlanID, x.Author, x.At.UTC().Format(time.RFC3339), x.Changes); err != nil {
					return err
				}
			}
			return s.close()
		}
		t := newTable(a.T("col.name"), a.T("col.plan"), a.T("col.author"), a.T("col.time"), a.T("col.changes"))
		for _, x := range list {
			t.add(x.Name, x.PlanID, x.Author, x.At.Local().Format("2006-01-02 15:04"), strings.ReplaceAll(x.Changes, "\n", "; "))
		}
		t.write(a.out, 0)
		a.next("cli.whatif.next_list")
		return nil
	})
	cmd.Short = a.T("cli.whatif.list_kept")
	return cmd
}

// whatifShowVerb shows a scenario that is kept.
func (a *app) whatifShowVerb() *cobra.Command {
	cmd := a.verb("show NAME", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		list, err := a.keptScenarios(cmd, args)
		if err != nil {
			return err
		}
		x := list[0]
		sums, err := summaries(list)
		if err != nil {
			return err
		}
		if a.machine() {
			return a.emitFigures([]string{x.Name}, sums)
		}
		fmt.Fprintln(a.out, harmless(a.T("cli.whatif.shown", "name", x.Name, "plan", x.PlanID, "author", x.Author, "time", x.At.Local().Format("2006-01-02 15:04"))))
		for _, line := range strings.Split(x.Changes, "\n") {
			fmt.Fprintln(a.out, "  "+harmless(line))
		}
		fmt.Fprintln(a.out)
		a.printFigures([]string{x.Name}, sums)
		a.next("cli.whatif.next_kept", "name", x.Name)
		return nil
	})
	cmd.Short = a.T("cli.whatif.show")
	return cmd
}

// whatifCompareVerb sets scenarios side by side.
func (a *app) whatifCompareVerb() *cobra.Command {
	cmd := a.verb("compare [NAME...]", cobra.ArbitraryArgs, func(cmd *cobra.Command, args []string) error {
		list, err := a.keptScenarios(cmd, args)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", a.T("cli.whatif.none")}}
		}
		sums, err := summaries(list)
		if err != nil {
			return err
		}
		var names []string
		for _, x := range list {
			names = append(names, x.Name)
			if x.PlanID != list[0].PlanID {
				a.say("cli.whatif.other_plan", "name", x.Name, "plan", x.PlanID, "base", list[0].PlanID)
			}
		}
		if a.machine() {
			return a.emitFigures(names, sums)
		}
		a.printFigures(names, sums)
		a.next("cli.whatif.next_list")
		return nil
	})
	cmd.Short = a.T("cli.whatif.compare")
	return cmd
}

// whatifDeleteVerb deletes a scenario.
func (a *app) whatifDeleteVerb() *cobra.Command {
	var author string
	cmd := a.verb("delete NAME", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		w, done, err := a.place()
		if err != nil {
			return err
		}
		defer done()
		if err := w.DeleteScenario(cmd.Context(), args[0], author, time.Now()); err != nil {
			return err
		}
		fmt.Fprintln(a.out, a.T("cli.whatif.deleted", "name", args[0]))
		a.next("cli.whatif.next_list")
		return nil
	})
	cmd.Short = a.T("cli.whatif.delete")
	cmd.Flags().StringVar(&author, "author", userName(), a.T("cli.decide.author"))
	return cmd
}

// keptScenarios reads the scenarios of some names, in their order; all without any.
func (a *app) keptScenarios(cmd *cobra.Command, names []string) ([]snapshot.Scenario, error) {
	w, done, err := a.place()
	if err != nil {
		return nil, err
	}
	defer done()
	if len(names) == 0 {
		return w.ListScenarios(cmd.Context())
	}
	var list []snapshot.Scenario
	for _, name := range names {
		x, err := w.GetScenario(cmd.Context(), name)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

func summaries(list []snapshot.Scenario) ([]plan.Summary, error) {
	sums := make([]plan.Summary, len(list))
	for i, x := range list {
		if err := json.Unmarshal([]byte(x.Result), &sums[i]); err != nil {
			return nil, fmt.Errorf("scenario %s: its answer cannot be read: %w", x.Name, err)
		}
	}
	return sums, nil
}

// emitFigures writes a row a figure and a scenario.
func (a *app) emitFigures(names []string, sums []plan.Summary) error {
	s, err := a.newSheet([]string{"scenario", "figure", "week_start", "base", "value", "difference"})
	if err != nil {
		return err
	}
	defer s.discard()
	number := func(x *float64) any {
		if x == nil {
			return nil
		}
		return *x
	}
	for i := range sums {
		base, is := sums[i].Base.List(), sums[i].Scenario.List()
		for j := range base {
			var diff any
			if base[j].Value != nil && is[j].Value != nil {
				diff = *is[j].Value - *base[j].Value
			}
			if err := s.row(names[i], base[j].Name, nil, number(base[j].Value), number(is[j].Value), diff); err != nil {
				return err
			}
		}
		for j, x := range sums[i].Scenario.CashByWeek {
			was := sums[i].Base.CashByWeek[j]
			if err := s.row(names[i], "cash_week", sums[i].WeekStart(j), was, x, x-was); err != nil {
				return err
			}
		}
	}
	return s.close()
}

// printFigures sets the figures of scenarios beside those of their plan, and the cash
// of the weeks in which they differ.
func (a *app) printFigures(names []string, sums []plan.Summary) {
	head := []string{a.T("col.figure"), ">" + a.T("cli.whatif.base")}
	for _, n := range names {
		head = append(head, ">"+n)
		if len(names) == 1 {
			head = append(head, ">"+a.T("col.difference"))
		}
	}
	show := func(f plan.ScenarioFigure) string {
		switch {
		case f.Value == nil:
			return "·"
		case f.Share:
			return strconv.FormatFloat(100**f.Value, 'f', 2, 64) + " %"
		}
		return money(*f.Value)
	}
	t := newTable(head...)
	for j, f := range sums[0].Base.List() {
		row := []string{a.T("whatif.figure." + f.Name), show(f)}
		for i := range sums {
			x := sums[i].Scenario.List()[j]
			row = append(row, show(x))
			if len(sums) == 1 {
				row = append(row, difference(f, x))
			}
		}
		t.add(row...)
	}
	t.write(a.out, 0)
	w := newTable(append([]string{a.T("cli.whatif.week")}, head[1:]...)...)
	for j := range sums[0].Base.CashByWeek {
		differs := false
		base := sums[0].Base.CashByWeek[j]
		row := []string{sums[0].WeekStart(j).String(), money(base)}
		for i := range sums {
			if j >= len(sums[i].Scenario.CashByWeek) {
				row = append(row, "·")
				continue
			}
			x := sums[i].Scenario.CashByWeek[j]
			differs = differs || x != base
			row = append(row, money(x))
			if len(sums) == 1 {
				row = append(row, plus(x-base, money(x-base)))
			}
		}
		if differs {
			w.add(row...)
		}
	}
	if len(w.rows) > 0 {
		fmt.Fprintln(a.out)
		w.write(a.out, 0)
	}
}

// difference writes what a figure has more or less.
func difference(base, is plan.ScenarioFigure) string {
	if base.Value == nil || is.Value == nil {
		return ""
	}
	d := *is.Value - *base.Value
	if base.Share {
		return plus(d, strconv.FormatFloat(100*d, 'f', 2, 64))
	}
	return plus(d, money(d))
}

// plus writes the sign of what is more.
func plus(d float64, text string) string {
	if d > 0 {
		return "+" + text
	}
	return text
}
