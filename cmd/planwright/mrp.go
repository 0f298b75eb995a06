package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"planwright"
	"planwright/lang"
	"planwright/mrp"
	"planwright/plan"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// mrpVerb plans the tables of a directory, without a workspace: it neither
// forecasts nor computes policies, an empty one is none.
func (a *app) mrpVerb() *cobra.Command {
	var asOf, format string
	cmd := a.verb("mrp DIR", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return a.standalone(cmd.Context(), args[0], asOf, format, func(ctx context.Context, s *planwright.Snapshot) (*planwright.Plan, error) {
			bars := a.progress()
			defer bars.done()
			r, err := mrp.Run(ctx, mrp.Input{Snap: s}, mrp.Options{Workers: a.workers, Progress: func(done, total int) { bars.show("mrp", int64(done), int64(total)) }})
			if err != nil {
				return nil, err
			}
			p := &planwright.Plan{AsOf: s.AsOf, Orders: r.Orders, Pegs: r.Pegs, Requirements: r.Requirements, Buffers: r.Buffers, Exceptions: r.Exceptions}
			bars.show("capacity", 0, 1)
			if err := plan.CheckCapacity(ctx, s, p); err != nil {
				return nil, err
			}
			plan.CheckKits(s, p)
			bars.show("capacity", 1, 1)
			p.Exceptions.Append(&s.Found)
			a.say("cli.mrp.done", "orders", count(p.Orders.Len()), "exceptions", count(p.Exceptions.Len()), "out", a.output)
			return p, nil
		})
	})
	cmd.Flags().StringVar(&asOf, "as-of", "", a.T("cli.flag.asof"))
	cmd.Flags().StringVar(&format, "format", "csv", a.T("cli.flag.format"))
	return cmd
}

// standalone reads a directory of tables, plans it and writes the tables of
// the plan to the directory of -o.
func (a *app) standalone(ctx context.Context, dir, asOf, format string, do func(context.Context, *planwright.Snapshot) (*planwright.Plan, error), tables ...string) error {
	on, err := day("as-of", asOf)
	if err != nil {
		return err
	}
	policies := slices.Contains(tables, "policies")
	if a.output == "" && !(a.json && policies) {
		return usage("-o OUTDIR is missing")
	}
	f, ok := snapshot.ParseFormat(format)
	if !ok {
		return usage(fmt.Sprintf("--format %s: use csv or parquet", format))
	}
	s, report, closeFiles, err := snapshot.LoadFiles(ctx, dir, on)
	if err != nil {
		return err
	}
	defer func() { _ = closeFiles() }() // only read
	for _, t := range report.Tables {
		if t.Quarantined > 0 {
			a.say("cli.mrp.refused", "n", count(t.Quarantined), "read", count(t.Read), "file", t.File)
		}
	}
	a.showFindings(report.Findings)
	p, err := do(ctx, s)
	if err != nil {
		return err
	}
	if a.output == "" { // for a program: every number of every policy
		return a.writeTerms(s, p)
	}
	if err := snapshot.WritePlanFiles(ctx, a.output, f, s, p, tables...); err != nil || !policies {
		return err
	}
	return a.writeTermsFile(a.output, f, s, p)
}

// showFindings prints what was found in the rows of files: of each code and
// table what was refused, then what was kept but is doubtful, a few of each.
func (a *app) showFindings(list []snapshot.Finding) {
	const each, all = 5, 40
	type kind struct {
		code  planwright.Code
		table string
	}
	count, left := map[kind]int{}, 0
	for i := range list { // worst first
		x := &list[i]
		if x.Row == 0 || x.Severity == planwright.Info {
			continue
		}
		k := kind{x.Code, x.Table}
		if count[k]++; count[k] > each || i >= all {
			left++
			continue
		}
		fmt.Fprintf(a.err, "  %s %s %s:%d %s\n", a.T("severity."+x.Severity.String()), x.Code, filepath.Base(x.File), x.Row, lang.Detail(a.lang, x.Detail))
	}
	if left > 0 {
		a.say("cli.more.findings", "n", fmt.Sprint(left))
	}
}

// policyVerb computes the policies of the tables of a directory.
func (a *app) policyVerb() *cobra.Command {
	var asOf, format, period string
	var opt plan.Options
	cmd := a.verb("policy DIR", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		p, ok := planwright.ParsePeriod(period)
		if !ok {
			return usage(fmt.Sprintf("--period %s: use day, week or month", period))
		}
		opt.Period, opt.Workers = p, a.workers
		if _, err := opt.Validate(); err != nil {
			return err
		}
		return a.standalone(cmd.Context(), args[0], asOf, format, func(ctx context.Context, s *planwright.Snapshot) (*planwright.Plan, error) {
			bars := a.progress()
			defer bars.done()
			opt.Progress = func(st plan.Stage, done, total int) { bars.show(string(st), int64(done), int64(total)) }
			made, err := plan.Run(ctx, s, opt)
			if err != nil {
				return nil, err
			}
			a.say("cli.policy.done", "n", count(len(made.Policies.SKU)), "out", a.output)
			return made, nil
		}, "policies", "echelons", "forecast", "forecast_accuracy", "classes", "kpis", "exceptions")
	})
	cmd.Flags().StringVar(&asOf, "as-of", "", a.T("cli.flag.asof"))
	cmd.Flags().StringVar(&format, "format", "csv", a.T("cli.flag.format"))
	cmd.Flags().StringVar(&period, "period", "week", a.T("cli.flag.period"))
	cmd.Flags().StringVar(&opt.Method, "method", "auto", a.T("cli.flag.method"))
	cmd.Flags().BoolVar(&opt.MultiEchelon, "multi-echelon", false, a.T("cli.flag.multi_echelon"))
	cmd.Flags().Float64Var(&opt.StockBudget, "stock-budget", 0, a.T("cli.flag.stock_budget"))
	cmd.Flags().Float64Var(&opt.FillRate, "fill-rate", 0, a.T("cli.flag.fill_rate"))
	return cmd
}

// exportVerb writes tables or views to files.
func (a *app) exportVerb() *cobra.Command {
	var plan *string
	var format, form, until string
	var approved bool
	cmd := a.verb("export TABLE...", cobra.ArbitraryArgs, func(cmd *cobra.Command, args []string) error {
		if a.output == "" {
			return usage("-o FILE is missing")
		}
		if (form == "") == (len(args) == 0) {
			return usage("export: name tables, or a form with --as: " + strings.Join(erpNames(), ", "))
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		if form != "" {
			return a.exportERP(cmd.Context(), w, *plan, form, until, approved)
		}
		for _, name := range args {
			path := a.output
			if len(args) > 1 { // a directory of files
				f, ok := snapshot.ParseFormat(format)
				if !ok {
					return usage(fmt.Sprintf("--format %s: use csv, json, jsonl, parquet, arrow or xlsx", format))
				}
				path = filepath.Join(a.output, name+"."+f.String())
			}
			f, err := snapshot.FormatOf(path)
			if err != nil {
				return err
			}
			query, err := tableQuery(name)
			if err != nil {
				return err
			}
			bars := a.progress()
			n, err := w.ExportFile(cmd.Context(), snapshot.QueryRequest{SQL: query, Plan: *plan}, f, path, func(rows int64) { bars.show("write", rows, 0) })
			bars.done()
			if err != nil {
				return err
			}
			a.say("cli.export.done", "n", count(n), "file", path)
		}
		return nil
	})
	plan = a.planFlag(cmd)
	cmd.Flags().StringVar(&format, "format", "csv", a.T("cli.flag.format"))
	cmd.Flags().StringVar(&form, "as", "", a.T("cli.export.as"))
	cmd.Flags().StringVar(&until, "until", "", a.T("cli.export.until"))
	cmd.Flags().BoolVar(&approved, "approved", false, a.T("cli.export.approved"))
	return cmd
}

// tableQuery is the query of a table named plan.x, snap.x, or x (of the plan
// where it has one, else of the snapshot).
func tableQuery(name string) (string, error) {
	schema, table, ok := strings.Cut(name, ".")
	if !ok {
		schema, table = "plan", name
		if snapshot.TableNamed(name) != nil {
			schema = "snap"
		}
	}
	if schema != "plan" && schema != "snap" || strings.ContainsAny(table, "\"'; ") || table == "" {
		return "", usage(fmt.Sprintf("export %s: name a table of plan or snap", name))
	}
	query := fmt.Sprintf(`SELECT * FROM %s."%s"`, schema, table)
	if schema == "plan" && snapshot.ByNumber(table) {
		query += " ORDER BY " + snapshot.SeqColumn
	}
	return query, nil
}
