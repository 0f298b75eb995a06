package main

import (
	"fmt"
	"regexp"
	"strings"

	"planwright"
	"planwright/lang"

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
			return a.table(a.allCodes())
		}
		c, known := planwright.ParseCode(args[0])
		name := c.String()
		if !known {
			// A reason that only the service has.
			if name = strings.ToUpper(args[0]); !lang.Has("name."+name) || !lang.Has("fix."+name) {
				return &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", args[0]}}
			}
		}
		// The values of a text are left open here.
		what := regexp.MustCompile(`\{[a-z_]+\}`).ReplaceAllString(a.T("what."+name), "…")
		sap := ""
		if known {
			sap = c.SAP()
		}
		if a.machine() {
			return a.table(&result{head: []string{"code", "title", "what", "fix", "sap"}, rows: [][]any{{name, a.T("name." + name), what, a.T("fix." + name), sap}}})
		}
		fmt.Fprintf(a.out, "%s  %s\n\n%s\n%s\n", name, a.T("name."+name), what, a.T("fix."+name))
		if sap != "" {
			fmt.Fprintf(a.out, "%s\n", a.T("cli.explain.sap", "code", sap))
		}
		return nil
	})
}

// allCodes lists the codes: to a reader in his words.
func (a *app) allCodes() *result {
	r := &result{head: []string{"code", "severity", "sap", "title"}}
	if !a.machine() {
		for i, h := range r.head {
			r.head[i] = a.T("col." + h)
		}
	}
	for _, c := range planwright.Codes() {
		severity := c.Severity().String()
		if !a.machine() {
			severity = a.T("severity." + severity)
		}
		r.rows = append(r.rows, []any{c.String(), severity, c.SAP(), a.T("name." + c.String())})
	}
	return r
}
