package main

import (
	"context"
	"os"

	"planwright/publish"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// publishEnv is where the target of publish is looked for: a command line is
// seen by every user of the machine.
const publishEnv = "PLANWRIGHT_PUBLISH"

// publishVerb puts a plan's views where BI tools look for them.
func (a *app) publishVerb() *cobra.Command {
	var o publish.Options
	cmd := a.verb("publish [TARGET]", cobra.MaximumNArgs(1), func(cmd *cobra.Command, args []string) error {
		o.Target = os.Getenv(publishEnv)
		if len(args) > 0 {
			o.Target = args[0]
		}
		if o.Target == "" {
			return usage("publish: give postgres://user@host/database or FILE.duckdb, or set " + publishEnv)
		}
		if o.Keep == 0 {
			o.Keep = -1
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		return a.publish(cmd.Context(), w, o)
	})
	cmd.Flags().StringVar(&o.Plan, "plan", "latest", a.T("cli.flag.plan"))
	cmd.Flags().StringVar(&o.Schema, "schema", "planwright", a.T("cli.publish.schema"))
	cmd.Flags().IntVar(&o.Keep, "keep", 1, a.T("cli.publish.keep"))
	return cmd
}

// publish publishes and says what was done.
func (a *app) publish(ctx context.Context, w *snapshot.Workspace, o publish.Options) error {
	bars := a.progress()
	o.Progress = func(view string, rows int64) { bars.show(view, rows, rows) }
	res, err := publish.Run(ctx, w, o)
	bars.done()
	if err != nil {
		return err
	}
	total := int64(0)
	for _, n := range res.Rows {
		total += n
	}
	a.say("cli.publish.done", "id", res.PlanID, "target", res.Target, "n", count(int(total)))
	for _, s := range res.Left {
		a.say("cli.publish.left", "schema", s)
	}
	return nil
}
