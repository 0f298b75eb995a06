package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"

	"planwright"
	"planwright/lang"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// eventsVerb appends, folds and shows events: what happened to stock and orders
// since the import.
func (a *app) eventsVerb() *cobra.Command {
	cmd := a.verb("events", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return a.eventStatus(cmd) })
	var encoding string
	appendTo := a.verb("append FILE...", cobra.MinimumNArgs(1), func(cmd *cobra.Command, args []string) error { return a.appendEvents(cmd, args, encoding) })
	appendTo.Short = a.T("cli.events.append")
	appendTo.Flags().StringVar(&encoding, "encoding", "", a.T("cli.events.encoding"))
	var asOf string
	fold := a.verb("fold", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return a.foldEvents(cmd, asOf) })
	fold.Short = a.T("cli.events.fold")
	fold.Flags().StringVar(&asOf, "as-of", "", a.T("cli.events.asof"))
	status := a.verb("status", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return a.eventStatus(cmd) })
	status.Short = a.T("cli.events.status")
	refused := a.verb("refused", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return a.refusedEvents(cmd) })
	refused.Short = a.T("cli.events.refused")
	list := a.verb("list", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return a.listEvents(cmd) })
	list.Short = a.T("cli.events.list")
	cmd.AddCommand(appendTo, fold, status, refused, list)
	return cmd
}

// eventBatch is how many events of a file are one write.
const eventBatch = 5000

// eventAnswer is the answer to one event, a line of JSON as soon as the event is
// on the disk.
type eventAnswer struct {
	ID      string `json:"event_id"`
	Outcome string `json:"outcome"`
	Seq     int64  `json:"seq,omitempty"`
	Code    string `json:"code,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
}

// shownRefusals is how many refused events are shown; `events refused` has all.
const shownRefusals = 20

func (a *app) appendEvents(cmd *cobra.Command, files []string, encoding string) error {
	w, done, err := a.place()
	if err != nil {
		return err
	}
	defer done()
	who := "cli"
	if u, err := user.Current(); err == nil {
		who = "cli:" + u.Username
	}
	var n [3]int64
	var bad []eventAnswer
	out := bufio.NewWriter(a.out)
	began := time.Now()
	for _, file := range files {
		err := snapshot.ReadEventFile(cmd.Context(), file, os.Stdin, encoding, eventBatch, func(list []snapshot.EventIn) error {
			results, err := w.AppendEvents(cmd.Context(), list, who, time.Now())
			if err != nil {
				return err
			}
			for i := range results {
				r := &results[i]
				n[r.Outcome]++
				x := eventAnswer{ID: r.ID, Outcome: r.Outcome.String(), Seq: r.Seq, Reason: lang.Detail(a.lang, r.Reason)}
				if r.Outcome == snapshot.EventRefused {
					x.Code, x.Remedy = r.Code.String(), a.T("fix."+r.Code.String())
					if x.ID == "" {
						x.ID = list[i].Source
					}
					if len(bad) < shownRefusals {
						bad = append(bad, x)
					}
				}
				if a.json {
					line, err := json.Marshal(x)
					if err != nil {
						return err
					}
					if _, err := out.Write(append(line, '\n')); err != nil {
						return err
					}
				}
			}
			return out.Flush()
		})
		if err != nil {
			return err
		}
	}
	if !a.json {
		seconds := max(time.Since(began).Seconds(), 1e-3)
		fmt.Fprintln(a.out, a.T("cli.events.appended", "accepted", count(n[snapshot.EventAccepted]), "duplicates", count(n[snapshot.EventDuplicate]), "refused", count(n[snapshot.EventRefused]), "rate", count(int64(float64(n[0]+n[1]+n[2])/seconds))))
		if len(bad) > 0 {
			t := newTable(a.T("col.event"), a.T("col.code"), a.T("col.reason"), a.T("col.remedy"))
			for _, x := range bad {
				t.add(harmless(x.ID), x.Code, harmless(x.Reason), x.Remedy)
			}
			t.write(a.out, 60)
		}
	}
	if n[snapshot.EventRefused] > 0 {
		a.exit = exitBadRows
		a.next("cli.events.next.refused")
		return nil
	}
	a.next("cli.events.next.fold")
	return nil
}

func (a *app) foldEvents(cmd *cobra.Command, asOf string) error {
	d, err := day("as-of", asOf)
	if err != nil {
		return err
	}
	w, done, err := a.place()
	if err != nil {
		return err
	}
	defer done()
	bars := a.progress()
	r, err := w.Fold(cmd.Context(), snapshot.FoldOptions{AsOf: d, Progress: bars.show})
	bars.done()
	if err != nil {
		return err
	}
	if a.machine() {
		s, err := a.newSheet([]string{"snapshot", "unchanged", "root", "as_of", "applied", "held", "reversed", "later", "waiting"})
		if err != nil {
			return err
		}
		defer s.discard()
		if err := s.row(r.Snapshot.ID, r.Unchanged, r.Root, r.Snapshot.AsOf, r.Applied, r.Held, r.Reversed, r.Later, int64(len(r.Waiting))); err != nil {
			return err
		}
		return s.close()
	}
	key := "cli.events.folded"
	if r.Unchanged {
		key = "cli.events.unchanged"
	}
	fmt.Fprintln(a.out, a.T(key, "id", r.Snapshot.ID, "asof", r.Snapshot.AsOf.String(), "root", r.Root))
	fmt.Fprintln(a.out, a.T("cli.events.counts", "applied", count(r.Applied), "held", count(r.Held), "reversed", count(r.Reversed), "later", count(r.Later), "waiting", count(int64(len(r.Waiting)))))
	if len(r.Waiting) > 0 {
		t := newTable(a.T("col.event"), a.T("col.code"), a.T("col.reason"))
		for i, x := range r.Waiting {
			if i == shownRefusals {
				break
			}
			t.add(harmless(x.ID), x.Code.String(), harmless(lang.Detail(a.lang, x.Problem.Reason)))
		}
		t.write(a.out, 100)
	}
	a.next("cli.events.next.run")
	return nil
}

func (a *app) eventStatus(cmd *cobra.Command) error {
	w, done, err := a.place()
	if err != nil {
		return err
	}
	defer done()
	s, err := w.EventStatus(cmd.Context())
	if err != nil {
		return err
	}
	if a.machine() {
		sh, err := a.newSheet([]string{"events", "newest", "folded", "refused", "damaged", "torn_bytes", "bytes", "snapshot", "root"})
		if err != nil {
			return err
		}
		defer sh.discard()
		if err := sh.row(s.Events, s.Last, s.Folded, s.Refused, s.Damaged, s.Torn, s.Bytes, s.Snapshot, s.Root); err != nil {
			return err
		}
		return sh.close()
	}
	fmt.Fprintln(a.out, a.T("cli.events.holds", "n", count(s.Events), "bytes", count(s.Bytes), "refused", count(s.Refused)))
	if s.Snapshot != "" {
		fmt.Fprintln(a.out, a.T("cli.events.since", "id", s.Snapshot, "root", s.Root, "n", count(max(0, s.Last-s.Folded))))
	}
	if s.Torn > 0 {
		fmt.Fprintln(a.out, a.T("cli.events.torn", "bytes", count(s.Torn)))
	}
	if s.Damaged > 0 {
		fmt.Fprintf(a.out, "%s %s\n", a.T("what."+planwright.CodeEventLog.String(), "n", count(s.Damaged)), a.T("fix."+planwright.CodeEventLog.String()))
		a.exit = exitFailed
	}
	return nil
}

// listEvents writes the accepted events as JSON lines, which append reads again.
func (a *app) listEvents(cmd *cobra.Command) error {
	w, done, err := a.place()
	if err != nil {
		return err
	}
	defer done()
	out := bufio.NewWriter(a.out)
	err = w.EachEvent(cmd.Context(), func(_ int64, event []byte) error {
		_, err := out.Write(append(event, '\n'))
		return err
	})
	return errors.Join(err, out.Flush())
}

func (a *app) refusedEvents(cmd *cobra.Command) error {
	w, done, err := a.place()
	if err != nil {
		return err
	}
	defer done()
	list, err := w.ListRefusedEvents(cmd.Context())
	if err != nil {
		return err
	}
	if a.machine() {
		s, err := a.newSheet([]string{"at", "by", "source", "event_id", "code", "reason", "remedy", "text"})
		if err != nil {
			return err
		}
		defer s.discard()
		for i := range list {
			r := &list[i]
			if err := s.row(r.At.Format(time.RFC3339), r.By, r.Source, r.ID, r.Code, r.Reason, a.T("fix."+r.Code), r.Text); err != nil {
				return err
			}
		}
		return s.close()
	}
	if len(list) == 0 {
		fmt.Fprintln(a.out, a.T("cli.events.norefused"))
		return nil
	}
	t := newTable(a.T("col.event"), a.T("col.file"), a.T("col.code"), a.T("col.reason"), a.T("col.remedy"))
	for i := range list {
		r := &list[i]
		t.add(harmless(r.ID), harmless(r.Source), r.Code, harmless(r.Reason), a.T("fix."+r.Code))
	}
	t.write(a.out, 60)
	return nil
}
