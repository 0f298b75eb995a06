package main

import (
	"fmt"
	"regexp"

	"planwright"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// verbs lists the verbs in the order in which a new user meets them.
func (a *app) verbs() []*cobra.Command {
	return []*cobra.Command{
		a.demoVerb(), a.inspectVerb(), a.importVerb(), a.eventsVerb(), a.checkVerb(), a.runVerb(), a.todoVerb(), a.whyVerb(), a.diffVerb(), a.whatifVerb(), a.pegVerb(), a.decideVerb(), a.overrideVerb(),
		a.reportVerb(), a.backtestVerb(), a.sqlVerb(), a.exportVerb(), a.publishVerb(), a.snapshotsVerb(), a.plansVerb(), a.serveVerb(), a.keysVerb(), a.noticesVerb(), a.backupVerb(), a.restoreVerb(), a.explainVerb(),
		a.forecastVerb(), a.mrpVerb(), a.lotsVerb(), a.policyVerb(), a.benchVerb(),
	}
}

// open opens the workspace of --data.
func (a *app) open() (*snapshot.Workspace, error) { return snapshot.OpenWorkspace(a.data) }

// day reads a day flag; "" is 0.
func day(flag, s string) (planwright.Day, error) {
	if s == "" {
		return 0, nil
	}
	d, err := planwright.ParseDay(s)
	if err != nil {
		return 0, usage(fmt.Sprintf("--%s %s: %v", flag, s, err))
	}
	return d, nil
}

// explainVerb tells what a code means and how to mend it.
func (a *app) explainVerb() *cobra.Command {
	return a.verb("explain [CODE]", cobra.MaximumNArgs(1), func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			t := newTable(a.T("col.code"), a.T("col.severity"), a.T("col.sap"), a.T("col.title"))
			for _, c := range planwright.Codes() {
				t.add(c.String(), a.T("severity."+c.Severity().String()), c.SAP(), a.T("name."+c.String()))
			}
			t.write(a.out, 0)
			return nil
		}
		c, ok := planwright.ParseCode(args[0])
		if !ok {
			return &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", args[0]}}
		}
		// The values of a text are left open here.
		what := regexp.MustCompile(`\{[a-z_]+\}`).ReplaceAllString(a.T("what."+c.String()), "…")
		fmt.Fprintf(a.out, "%s  %s\n\n%s\n%s\n", c, a.T("name."+c.String()), what, a.T("fix."+c.String()))
		if c.SAP() != "" {
			fmt.Fprintf(a.out, "%s\n", a.T("cli.explain.sap", "code", c.SAP()))
		}
		return nil
	})
}
