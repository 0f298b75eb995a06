package main

import (
	"context"
	"fmt"
	"time"

	"planwright"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// importVerb reads files into a new snapshot.
func (a *app) importVerb() *cobra.Command {
	var opt snapshot.ImportOptions
	var asOf string
	var onServer bool
	cmd := a.verb("import PATH...", cobra.MinimumNArgs(1), func(cmd *cobra.Command, args []string) error {
		var err error
		if opt.AsOf, err = day("as-of", asOf); err != nil {
			return err
		}
		opt.Paths, opt.Today, opt.Language = args, today(), a.lang
		if onServer && a.remote == nil {
			return usage(a.T("cli.import.noserver"))
		}
		report, err := a.importAnywhere(cmd.Context(), opt, onServer)
		if err != nil {
			return err
		}
		a.importSummary(report, true)
		a.next("cli.import.next")
		return nil
	})
	cmd.Flags().StringVar(&opt.MapFile, "map", "", a.T("cli.import.map"))
	cmd.Flags().StringVar(&opt.SaveMap, "save-map", "", a.T("cli.import.savemap"))
	cmd.Flags().BoolVar(&onServer, "on-server", false, a.T("cli.import.onserver"))
	cmd.Flags().StringVar(&asOf, "as-of", "", a.T("cli.flag.asof"))
	a.fileFlags(cmd, &opt.File)
	cmd.Flags().BoolVar(&opt.Update, "update", false, a.T("cli.import.update"))
	cmd.Flags().BoolVar(&opt.Tombstone, "tombstone", false, a.T("cli.import.tombstone"))
	cmd.Flags().BoolVar(&opt.Repair, "repair", false, a.T("cli.import.repair"))
	cmd.Flags().BoolVar(&opt.Append, "append", false, a.T("cli.import.append"))
	cmd.Flags().Float64Var(&opt.MaxBad, "max-bad", 0, a.T("cli.import.maxbad"))
	return cmd
}

// importAnywhere imports into the workspace here, or on the server.
func (a *app) importAnywhere(ctx context.Context, opt snapshot.ImportOptions, onServer bool) (snapshot.ImportReport, error) {
	if a.remote != nil {
		defer a.endTransfers()
		return a.remote.Import(ctx, opt, onServer)
	}
	w, err := a.create()
	if err != nil {
		return snapshot.ImportReport{}, err
	}
	defer w.Close()
	return a.importPaths(ctx, w, opt)
}

func (a *app) importPaths(ctx context.Context, w *snapshot.Workspace, opt snapshot.ImportOptions) (snapshot.ImportReport, error) {
	bars := a.progress()
	defer bars.done()
	opt.Progress = bars.show
	return w.Import(ctx, opt)
}

// today is the planning day of data that tells none, such as a list of stock.
func today() planwright.Day {
	now := time.Now()
	return planwright.Date(now.Year(), int(now.Month()), now.Day())
}

// importSummary prints the accounting of every file: rows read = imported +
// merged + ignored + quarantined.
func (a *app) importSummary(r snapshot.ImportReport, whole bool) {
	if r.Unchanged {
		fmt.Fprintf(a.out, "%s\n", a.T("cli.import.unchanged", "id", r.Snapshot.ID))
	}
	fmt.Fprintf(a.out, "%s\n", a.T("cli.import.done", "id", r.Snapshot.ID, "asof", r.Snapshot.AsOf.String()))
	t := newTable(a.T("col.table"), a.T("col.file"), ">"+a.T("col.read"), ">"+a.T("col.imported"), ">"+a.T("col.merged"), ">"+a.T("col.ignored"), ">"+a.T("col.quarantined"))
	var bad int64
	for _, x := range r.Tables {
		bad += x.Quarantined
		if whole || x.Quarantined > 0 {
			t.add(x.Table, x.File, count(x.Read), count(x.Imported), count(x.Merged), count(x.Ignored), count(x.Quarantined))
		}
	}
	if len(t.rows) > 0 {
		t.write(a.out, 40)
	}
	if whole {
		for _, n := range r.Notes {
			fmt.Fprintln(a.out, n)
		}
		for _, n := range r.Skipped {
			fmt.Fprintln(a.out, a.T("cli.import.skipped", "file", n))
		}
	}
	if bad > 0 {
		fmt.Fprintln(a.out, a.T("cli.import.quarantine", "n", count(bad), "dir", r.QuarantineDir))
	}
}
