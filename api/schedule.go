package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"planwright"
	"planwright/lang"
	"planwright/plan"
	"planwright/snapshot"
)

// schedule is a chain that is run again and again: import, plan, publish,
// notices, retention.
type schedule struct {
	name     string
	times    cron.Schedule
	zone     *time.Location
	catchUp  bool
	patience time.Duration // for another run of the workspace to end

	paths   []string // empty: nothing is imported
	mapping string
	folds   bool // events, after the import
	plans   bool
	options plan.Options
	publish []string // targets; they may hold passwords
}

// Waiting: the clock is looked at this often, so that one that jumps is noticed,
// and a workspace that is in use is tried again after a while.
const (
	clockEvery = 15 * time.Second
	busyEvery  = 2 * time.Second
)

// latest returns the last due time at or before now, after the one that was
// answered; zero for none. Of several that were missed the last alone counts:
// planning yesterday twice helps nobody.
func (c *schedule) latest(answered, now time.Time) time.Time {
	var due time.Time
	for t := c.times.Next(answered.In(c.zone)); !t.IsZero() && !t.After(now); t = c.times.Next(t) {
		due = t
	}
	return due
}

// keep runs a schedule until ctx ends.
func (s *Server) keep(ctx context.Context, c *schedule) {
	ctx = context.WithValue(ctx, callKey{}, call{requestID: randomID(), caller: "schedule:" + c.name, who: &Principal{Name: "schedule:" + c.name, Role: Admin}, language: s.language()})
	answered, err := s.ws.ScheduleDue(ctx, c.name, time.Now())
	for err != nil { // somebody else has the workspace
		if !pause(ctx, busyEvery) {
			return
		}
		answered, err = s.ws.ScheduleDue(ctx, c.name, time.Now())
	}
	if !c.catchUp {
		if due := c.latest(answered, time.Now()); !due.IsZero() {
			answered = due
		}
	}
	for {
		due := c.latest(answered, time.Now())
		if due.IsZero() {
			next := c.times.Next(time.Now().In(c.zone))
			if !pause(ctx, min(clockEvery, max(time.Millisecond, time.Until(next)))) {
				return
			}
			continue
		}
		s.log.InfoContext(ctx, "schedule begins", "schedule", c.name, "due", due)
		err := s.runSchedule(ctx, c, due)
		if ctx.Err() != nil {
			return // it is answered after the restart
		}
		if err != nil {
			s.log.ErrorContext(ctx, "schedule failed", "schedule", c.name, "due", due, "error", err)
			s.noticeFailure(ctx, c, due, err)
		} else {
			s.log.InfoContext(ctx, "schedule done", "schedule", c.name, "due", due)
		}
		answered = due
		if err := s.ws.SetScheduleDue(ctx, c.name, due); err != nil {
			s.log.ErrorContext(ctx, "schedule is not in the journal", "schedule", c.name, "error", err)
		}
	}
}

// keepFolding folds the events that came, every so often, until ctx ends. What is
// in use is tried again the next time.
func (s *Server) keepFolding(ctx context.Context, every time.Duration) {
	ctx = context.WithValue(ctx, callKey{}, call{requestID: randomID(), caller: "events", who: &Principal{Name: "events", Role: Admin}, language: s.language()})
	done := ""
	for pause(ctx, every) {
		st, err := s.ws.EventStatus(ctx)
		now := st.Snapshot + " " + decimal(st.Last)
		if err == nil && (st.Snapshot == "" || st.Last == 0 || now == done || st.Folded >= st.Last && st.Root != st.Snapshot) {
			continue // nothing is new
		}
		if err == nil {
			op := &operation{id: snapshot.NewRunID(), kind: snapshotOp}
			v := &snapshotService{s: s}
			err = s.ops.start(ctx, op, func(ctx context.Context, op *operation) (string, proto.Message, error) {
				return v.runFold(ctx, op, planwright.NoDay)
			})
			for st := op.state(); err == nil && !st.ended; st = op.state() {
				select {
				case <-st.changed:
				case <-ctx.Done():
					op.stop()
					<-st.changed
				}
			}
			if fault := op.state().fault; err == nil && fault != nil {
				err = faultOf(fault)
			}
		}
		var e *planwright.Error
		if err == nil {
			done = now // of an import that holds all of it no snapshot is made
		}
		if err != nil && ctx.Err() == nil && (!errors.As(err, &e) || e.Code != planwright.CodeBusy) {
			s.log.WarnContext(ctx, "events are not folded", "error", err)
		}
	}
}

// pause waits; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// runSchedule does the chain of a schedule once. Its requests carry the due time
// as their ids: what a process that died had done is not done again.
func (s *Server) runSchedule(ctx context.Context, c *schedule, due time.Time) error {
	id := fmt.Sprintf("schedule/%s/%s", c.name, due.UTC().Format("20060102T150405Z"))
	snap := "latest"
	if len(c.paths) > 0 {
		opt := snapshot.ImportOptions{Paths: c.paths, MapFile: c.mapping, AsOf: planwright.NoDay}
		v := &snapshotService{s: s}
		made, err := s.runOnce(ctx, c, "import", id, func(op *operation) work {
			op.kind = snapshotOp
			return func(ctx context.Context, op *operation) (string, proto.Message, error) {
				return v.run(ctx, op, opt, false)
			}
		})
		if err != nil {
			return stepFault{"import", err}
		}
		snap = made.SnapshotID
	}
	if c.folds {
		v := &snapshotService{s: s}
		made, err := s.runOnce(ctx, c, foldRun, id, func(op *operation) work {
			op.kind = snapshotOp
			return func(ctx context.Context, op *operation) (string, proto.Message, error) {
				return v.runFold(ctx, op, planwright.NoDay)
			}
		})
		if err != nil {
			return stepFault{"fold", err}
		}
		snap = made.SnapshotID
	}
	if c.plans {
		snapID, err := s.ws.ResolveSnapshot(snap)
		if err != nil {
			return err
		}
		p := &planService{s: s}
		made, err := s.runOnce(ctx, c, "plan", id, func(op *operation) work {
			op.kind, op.subject, op.made = planOp, snapshotPrefix+snapID, planPrefix+op.id
			return func(ctx context.Context, op *operation) (string, proto.Message, error) {
				return p.run(ctx, op, snapID, snapshot.AutoBase, c.options)
			}
		})
		if err != nil {
			return stepFault{"plan", err}
		}
		published := s.publish(ctx, c, made.PlanID)
		if ctx.Err() != nil {
			return ctx.Err() // done again after the restart: a publication is one swap
		}
		s.noticePlan(ctx, made.PlanID, false) // the plan is there, whatever became of its copies
		if published != nil {
			return stepFault{"publish", published}
		}
	}
	if f := s.cfg.File; f != nil {
		deleted, err := s.ws.Retain(ctx, f.retention, time.Now())
		if len(deleted) > 0 {
			s.log.InfoContext(ctx, "retention", "deleted", deleted)
		}
		if err != nil {
			s.log.WarnContext(ctx, "retention stopped", "error", err) // tried again after the next run
		}
	}
	return nil
}

// publishPauses lie between the attempts to publish: databases restart at night.
var publishPauses = []time.Duration{2 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute}

// publish puts a plan where the schedule wants it, and tries again where that
// fails. Each target has its own chance.
func (s *Server) publish(ctx context.Context, c *schedule, id string) (err error) {
	for _, target := range c.publish {
		for try := 0; ; try++ {
			began := time.Now()
			perr := s.cfg.Publish(ctx, id, target)
			if perr == nil {
				s.log.InfoContext(ctx, "published", "schedule", c.name, "plan", id, "seconds", time.Since(began).Seconds())
				break
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			s.log.WarnContext(ctx, "publishing failed", "schedule", c.name, "plan", id, "attempt", try+1, "error", perr)
			if try == len(publishPauses) {
				err = errors.Join(err, perr)
				break
			}
			if !pause(ctx, publishPauses[try]) {
				return ctx.Err()
			}
		}
	}
	return err
}

// runOnce runs one operation of a schedule to its end and returns its entry of
// the journal, or that of the earlier process that did it.
func (s *Server) runOnce(ctx context.Context, c *schedule, kind, id string, make func(*operation) work) (snapshot.Run, error) {
	began := time.Now()
	for {
		if run, found, err := s.ws.FindRun(ctx, kind, id); err != nil || found && run.Status == "done" {
			return run, err
		}
		op := &operation{id: snapshot.NewRunID(), requestID: id}
		err := s.ops.start(ctx, op, make(op))
		var e *planwright.Error
		if errors.As(err, &e) && e.Code == planwright.CodeBusy && time.Since(began) < c.patience {
			if !pause(ctx, busyEvery) {
				return snapshot.Run{}, ctx.Err()
			}
			continue
		}
		if err != nil {
			return snapshot.Run{}, err
		}
		st := op.state()
		for !st.ended {
			select {
			case <-st.changed:
			case <-ctx.Done():
				op.stop()
				<-st.changed
			}
			st = op.state()
		}
		if st.fault != nil {
			return snapshot.Run{}, faultOf(st.fault)
		}
		run, found, err := s.ws.FindRun(ctx, kind, id)
		if err == nil && !found {
			err = refuse(codes.Internal, "the run is not in the journal")
		}
		return run, err
	}
}

// opFault is an operation's fault as an error: it says what happened in English, and
// its status says it in the language of the operation too.
type opFault struct{ *status.Status }

func (f opFault) Error() string { return f.Message() }

// faultOf is an operation's fault as an error.
func faultOf(st *status.Status) error { return opFault{st} }

// stepFault is where a chain failed.
type stepFault struct {
	step string // import, fold, plan, publish
	error
}

func (f stepFault) Error() string { return f.step + ": " + f.error.Error() }
func (f stepFault) Unwrap() error { return f.error }

// told says what failed in the language of notices. What the catalogue does not know
// is said as it is.
func (s *Server) told(err error) string {
	l := s.language()
	switch e := err.(type) {
	case stepFault:
		return lang.Text(l, "notice.step."+e.step) + ": " + s.told(e.error)
	case opFault:
		for _, d := range e.Details() {
			if m, ok := d.(*errdetails.LocalizedMessage); ok && m.GetLocale() == locale(l) {
				return m.GetMessage()
			}
		}
	case *planwright.Error:
		return lang.Fault(l, e)
	case *refusal:
		return lang.Detail(l, e.what)
	case interface{ Unwrap() []error }:
		var all []string
		for _, one := range e.Unwrap() {
			all = append(all, s.told(one))
		}
		return strings.Join(all, "; ")
	}
	return err.Error()
}

// language is the language of what the server writes by itself.
func (s *Server) language() lang.Language {
	if s.cfg.File == nil {
		return lang.English
	}
	return lang.Parse(s.cfg.File.Language)
}
