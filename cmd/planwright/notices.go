package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// noticesVerb lists the notices of the service, and sends a dead one again.
func (a *app) noticesVerb() *cobra.Command {
	var state string
	cmd := a.verb("notices", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		list, err := a.writer(w).ListNotices(cmd.Context(), state)
		if err != nil {
			return err
		}
		head := []string{"notice_id", "channel", "state", "attempts", "created_at", "title", "error"}
		if a.machine() {
			s, err := a.newSheet(head)
			if err != nil {
				return err
			}
			defer s.discard()
			for _, n := range list {
				if err := s.row(n.ID, n.Channel, n.State, int64(n.Attempts), n.Created.UTC().Format(time.RFC3339), n.Title, n.Error); err != nil {
					return err
				}
			}
			return s.close()
		}
		t := newTable(a.T("col.notice"), a.T("col.channel"), a.T("col.status"), ">"+a.T("col.attempts"), a.T("col.created"), a.T("col.title"), a.T("col.error"))
		for _, n := range list {
			t.add(n.ID, n.Channel, a.T("notice.state."+n.State), fmt.Sprint(n.Attempts), n.Created.Local().Format("2006-01-02 15:04"), n.Title, n.Error)
		}
		t.write(a.out, 0)
		return nil
	})
	cmd.Flags().StringVar(&state, "state", "", a.T("cli.notices.state"))
	retry := a.verb("retry ID", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		if err := a.writer(w).RetryNotice(cmd.Context(), args[0], time.Now()); err != nil {
			return err
		}
		a.say("cli.notices.retried", "id", args[0])
		return nil
	})
	cmd.AddCommand(retry)
	return cmd
}
