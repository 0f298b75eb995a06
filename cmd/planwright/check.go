package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"planwright/lang"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// checkVerb lists what is wrong with the data.
func (a *app) checkVerb() *cobra.Command {
	var id, failOn string
	cmd := a.verb("check", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		codes, err := parseCodes(failOn)
		if err != nil {
			return err
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		r, err := w.Check(cmd.Context(), id)
		if err != nil {
			return err
		}
		for _, x := range r.Items {
			if codes[x.Code] && x.Rows > 0 {
				a.exit = exitMatched
			}
		}
		if a.machine() {
			return a.table(checkRows(a, r))
		}
		a.showCheck(r)
		a.next("cli.check.next")
		return nil
	})
	cmd.Flags().StringVar(&id, "snapshot", "latest", a.T("cli.flag.snapshot"))
	cmd.Flags().StringVar(&failOn, "fail-on", "", a.T("cli.flag.failon"))
	return cmd
}

// checkRows is the list for machines: a row an example, or a row a check that
// passed.
func checkRows(a *app, r snapshot.CheckReport) *result {
	out := &result{head: []string{"code", "status", "rows", "table", "file", "row", "item_id", "site_id", "detail"}}
	for _, x := range r.Items {
		if len(x.Examples) == 0 {
			out.rows = append(out.rows, []any{x.Code.String(), x.Status(), x.Rows, nil, nil, nil, nil, nil, nil})
		}
		for _, f := range x.Examples {
			out.rows = append(out.rows, []any{x.Code.String(), x.Status(), x.Rows, f.Table, filepath.Base(f.File), f.Row, f.ItemID, f.SiteID, lang.Text(a.lang, "name."+x.Code.String()) + ": " + lang.Detail(a.lang, f.Detail)})
		}
	}
	return out
}

func (a *app) showCheck(r snapshot.CheckReport) {
	fmt.Fprintf(a.out, "%s\n\n", a.T("cli.import.done", "id", r.Snapshot.ID, "asof", r.Snapshot.AsOf.String()))
	t := newTable("", a.T("col.check"), ">"+a.T("col.rows"), a.T("col.title"), a.T("col.example"))
	passed := 0
	for _, x := range r.Items {
		if x.Rows == 0 {
			passed++
			continue
		}
		status := a.T("severity." + strings.ToLower(x.Status()))
		for i, f := range x.Examples {
			where := f.Table
			if f.File != "" {
				where = fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Row)
			}
			if f.File == "" && f.ItemID != "" {
				where = f.ItemID + "@" + f.SiteID
			}
			if i == 0 {
				t.add(status, x.Code.String(), count(x.Rows), a.T("name."+x.Code.String()), where+"  "+lang.Detail(a.lang, f.Detail))
			} else if i < 3 {
				t.add("", "", "", "", where+"  "+lang.Detail(a.lang, f.Detail))
			}
		}
		if len(x.Examples) == 0 {
			t.add(status, x.Code.String(), count(x.Rows), a.T("name."+x.Code.String()), "")
		}
	}
	if len(t.rows) > 0 {
		t.write(a.out, 60)
	} else {
		fmt.Fprintln(a.out, a.T("cli.check.clean"))
	}
	fmt.Fprintf(a.out, "\n%s\n", a.T("cli.check.passed", "n", count(passed), "total", count(len(r.Items))))
}

// inspectVerb tells what files are.
func (a *app) inspectVerb() *cobra.Command {
	var o snapshot.InspectOptions
	cmd := a.verb("inspect PATH...", cobra.MinimumNArgs(1), func(cmd *cobra.Command, args []string) error {
		o.Paths = args
		o.Today = today()
		files, err := snapshot.Inspect(cmd.Context(), o)
		if err != nil {
			return err
		}
		if a.machine() {
			return a.table(inspectRows(files))
		}
		for i := range files {
			a.showFile(&files[i])
		}
		a.next("cli.inspect.next")
		return nil
	})
	cmd.Flags().StringVar(&o.MapFile, "map", "", a.T("cli.import.map"))
	cmd.Flags().StringVar(&o.SaveMap, "save-map", "", a.T("cli.inspect.savemap"))
	a.fileFlags(cmd, &o.File)
	return cmd
}

// fileFlags are what a person may say about files that do not tell.
func (a *app) fileFlags(cmd *cobra.Command, o *snapshot.FileOptions) {
	cmd.Flags().StringVar(&o.Encoding, "encoding", "", a.T("cli.import.encoding"))
	cmd.Flags().StringVar(&o.Delimiter, "delimiter", "", a.T("cli.import.delimiter"))
	cmd.Flags().IntVar(&o.Header, "header", 0, a.T("cli.import.header"))
}

// inspectRows has a row for each column of each file.
func inspectRows(files []snapshot.FileReport) *result {
	out := &result{head: []string{"file", "format", "encoding", "header_row", "rows", "table", "table_confidence", "column", "target", "confidence", "error"}}
	for _, f := range files {
		if f.Err != nil || len(f.Tables) == 0 {
			what := any(nil)
			if f.Err != nil {
				what = f.Err.Error()
			}
			out.rows = append(out.rows, []any{f.Name, f.Format, f.Encoding, f.HeaderRow, f.Rows, nil, nil, nil, nil, nil, what})
			continue
		}
		for _, g := range f.Tables {
			for _, c := range g.Columns {
				out.rows = append(out.rows, []any{f.Name, f.Format, f.Encoding, f.HeaderRow, f.Rows, g.Table, g.Confidence, c.Source, c.Target, c.Confidence, nil})
			}
		}
	}
	return out
}

func (a *app) showFile(f *snapshot.FileReport) {
	fmt.Fprintf(a.out, "%s\n", f.Name)
	if f.Err != nil {
		fmt.Fprintf(a.out, "  %v\n\n", f.Err)
		return
	}
	facts := []string{f.Format}
	for _, x := range []string{f.Encoding, strings.ReplaceAll(f.Delimiter, "\t", "tab")} {
		if x != "" {
			facts = append(facts, x)
		}
	}
	facts = append(facts, a.T("cli.rows", "n", count(f.Rows)))
	if f.HeaderRow > 0 {
		facts = append(facts, a.T("cli.inspect.header", "row", count(f.HeaderRow)))
	}
	if f.Titles > 0 {
		facts = append(facts, a.T("cli.inspect.titles", "n", count(f.Titles)))
	}
	if f.Totals > 0 {
		facts = append(facts, a.T("cli.inspect.totals", "n", count(f.Totals)))
	}
	if f.Ragged > 0 {
		facts = append(facts, a.T("cli.inspect.ragged", "n", count(f.Ragged)))
	}
	fmt.Fprintf(a.out, "  %s\n", strings.Join(facts, ", "))
	if len(f.Tables) == 0 && f.Note != "" {
		fmt.Fprintf(a.out, "  %s\n\n", a.T("cli.inspect.note", "note", f.Note))
		return
	}
	if len(f.Tables) == 0 {
		fmt.Fprintf(a.out, "  %s\n\n", a.T("cli.inspect.unknown", "columns", strings.Join(f.Columns, ", ")))
		return
	}
	for i := range f.Tables {
		a.showGuess(&f.Tables[i])
	}
	fmt.Fprintln(a.out)
}

func (a *app) showGuess(g *snapshot.TableGuess) {
	fmt.Fprintf(a.out, "  %s\n", a.T("cli.inspect.table", "table", g.Table, "percent", fmt.Sprintf("%.0f", 100*g.Confidence), "by", g.By))
	t := newTable("  "+a.T("col.columns"), "→", ">"+a.T("col.confidence"))
	for _, c := range g.Columns {
		t.add("  "+c.Source, c.Target, fmt.Sprintf("%.0f %%", 100*c.Confidence))
	}
	t.write(a.out, 60)
	if len(g.Missing) > 0 {
		fmt.Fprintf(a.out, "  %s\n", a.T("cli.inspect.missing", "columns", strings.Join(g.Missing, ", ")))
	}
}
