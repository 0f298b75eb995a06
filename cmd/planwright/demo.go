package main

import (
	"fmt"
	"os"
	"path/filepath"

	"planwright"
	"planwright/cmd/planwright/sample"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// demoVerb makes the sample company and takes it the whole way.
func (a *app) demoVerb() *cobra.Command {
	var items int
	var seed uint64
	var asOf, method string
	cmd := a.verb("demo", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		on, err := day("as-of", asOf)
		if err != nil {
			return err
		}
		if items != 0 && (items < sample.MinItems || items > sample.MaxItems) {
			return usage(fmt.Sprintf("--items %d: give a number from %d to %d", items, sample.MinItems, sample.MaxItems))
		}
		w, err := a.create()
		if err != nil {
			return err
		}
		defer w.Close()
		dir := filepath.Join(a.data, "sample")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		bars := a.progress()
		company, err := sample.Write(ctx, sample.Options{Items: items, Seed: seed, AsOf: int32(on), Dir: dir}, func(_ string, done, total int64) { bars.show("generate", done, total) })
		bars.done()
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s\n", a.T("cli.demo.company", "name", company.Name, "items", count(company.Items), "dir", dir))
		report, err := a.importPaths(ctx, w, snapshot.ImportOptions{Paths: []string{dir}, AsOf: planwright.Day(company.AsOf)})
		if err != nil {
			return err
		}
		a.importSummary(report, false)
		fmt.Fprintln(a.out)
		f := runFlags{snapshot: report.Snapshot.ID, period: "week", method: method}
		opt, err := a.planOptions(f)
		if err != nil {
			return err
		}
		info, p, err := a.plan(ctx, w, f, opt)
		if err != nil {
			return err
		}
		made := summaryOf(info.ID, p)
		a.summary(&made)
		fmt.Fprintln(a.out)
		if err := a.todo(ctx, w, info.ID, "true", " ORDER BY s.rank", nil, 5); err != nil {
			return err
		}
		a.next("cli.demo.next", "data", a.data)
		return nil
	})
	cmd.Flags().IntVar(&items, "items", sample.DefaultItems, a.T("cli.demo.items"))
	cmd.Flags().Uint64Var(&seed, "seed", 1, a.T("cli.demo.seed"))
	cmd.Flags().StringVar(&asOf, "as-of", "", a.T("cli.demo.asof"))
	cmd.Flags().StringVar(&method, "method", "auto", a.T("cli.flag.method"))
	return cmd
}
