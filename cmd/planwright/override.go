package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"planwright"

	"github.com/spf13/cobra"
)

// overrideVerb journals a judgement on the forecast of a sku.
func (a *app) overrideVerb() *cobra.Command {
	var from, to, qty, kind, reason, author string
	cmd := a.verb("override ITEM[@SITE]", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		var o planwright.ForecastOverride
		var ok bool
		if o.Kind, ok = planwright.ParseForecastKind(kind); !ok || o.Kind == planwright.GivenForecast {
			return usage(fmt.Sprintf("--kind %s: use override, floor or cap", kind))
		}
		if from == "" || qty == "" {
			return usage("--from DAY and --qty N are needed; --to DAY is the last day, else the override is of one day")
		}
		var err error
		if o.From, err = day("from", from); err != nil {
			return err
		}
		if o.To = o.From; to != "" {
			if o.To, err = day("to", to); err != nil {
				return err
			}
		}
		if o.Qty, err = planwright.ParseQty(qty); err != nil {
			return usage(fmt.Sprintf("--qty %s: %v", qty, err))
		}
		o.Item, o.Site, _ = strings.Cut(args[0], "@")
		o.Reason, o.Author = reason, author
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		made, err := a.writer(w).SetOverride(cmd.Context(), o, time.Now())
		if err != nil {
			return err
		}
		if a.machine() {
			return a.emitOverrides([]planwright.ForecastOverride{made})
		}
		fmt.Fprintln(a.out, a.T("cli.override.done", "id", fmt.Sprint(made.ID), "item", made.Item+"@"+made.Site, "kind", made.Kind.String(), "qty", made.Qty.String(), "from", made.From.String(), "to", made.To.String()))
		a.next("cli.override.next")
		return nil
	})
	cmd.Flags().StringVar(&from, "from", "", a.T("cli.override.from"))
	cmd.Flags().StringVar(&to, "to", "", a.T("cli.override.to"))
	cmd.Flags().StringVar(&qty, "qty", "", a.T("cli.override.qty"))
	cmd.Flags().StringVar(&kind, "kind", "override", a.T("cli.override.kind"))
	cmd.Flags().StringVar(&reason, "reason", "", a.T("cli.override.reason"))
	cmd.Flags().StringVar(&author, "author", userName(), a.T("cli.decide.author"))
	cmd.AddCommand(a.overridesVerb(), a.removeOverrideVerb())
	return cmd
}

// overridesVerb lists the overrides that hold, or the whole journal of them.
func (a *app) overridesVerb() *cobra.Command {
	var all bool
	cmd := a.verb("list", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		list, err := w.StandingOverrides(cmd.Context())
		if all {
			list, err = w.ListOverrides(cmd.Context(), 0)
		}
		if err != nil {
			return err
		}
		return a.showOverrides(list)
	})
	cmd.Short = a.T("cli.override.list")
	cmd.Flags().BoolVar(&all, "all", false, a.T("cli.override.all"))
	return cmd
}

// removeOverrideVerb takes an override back.
func (a *app) removeOverrideVerb() *cobra.Command {
	var reason, author string
	cmd := a.verb("remove ID", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || id < 1 {
			return usage(fmt.Sprintf("override remove %s: give a number of `planwright override list`", args[0]))
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		made, err := a.writer(w).RemoveOverride(cmd.Context(), id, reason, author, time.Now())
		if err != nil {
			return err
		}
		if a.machine() {
			return a.emitOverrides([]planwright.ForecastOverride{made})
		}
		fmt.Fprintln(a.out, a.T("cli.override.removed", "id", args[0], "item", made.Item+"@"+made.Site))
		a.next("cli.override.next")
		return nil
	})
	cmd.Flags().StringVar(&reason, "reason", "", a.T("cli.override.reason"))
	cmd.Flags().StringVar(&author, "author", userName(), a.T("cli.decide.author"))
	return cmd
}

func (a *app) showOverrides(list []planwright.ForecastOverride) error {
	if a.machine() {
		return a.emitOverrides(list)
	}
	t := newTable(">#", a.T("col.time"), a.T("col.author"), a.T("col.item"), a.T("col.kind"), ">"+a.T("col.qty"), a.T("col.from"), a.T("col.to"), a.T("col.reason"))
	for i := range list {
		o := &list[i]
		kind := o.Kind.String()
		if o.Removes != 0 {
			kind = a.T("cli.override.takes_back", "id", fmt.Sprint(o.Removes))
		}
		t.add(fmt.Sprint(o.ID), o.At.Local().Format("2006-01-02 15:04"), o.Author, o.Item+"@"+o.Site, kind, o.Qty.String(), o.From.String(), o.To.String(), o.Reason)
	}
	t.write(a.out, 0)
	return nil
}

func (a *app) emitOverrides(list []planwright.ForecastOverride) error {
	s, err := a.newSheet([]string{"override_id", "item_id", "site_id", "from", "to", "kind", "qty", "reason", "author", "set_at", "removes"})
	if err != nil {
		return err
	}
	defer s.discard()
	for i := range list {
		o := &list[i]
		var removes any
		if o.Removes != 0 {
			removes = o.Removes
		}
		if err := s.row(o.ID, o.Item, o.Site, o.From, o.To, o.Kind.String(), o.Qty, o.Reason, o.Author, o.At.UTC().Format(time.RFC3339), removes); err != nil {
			return err
		}
	}
	return s.close()
}
