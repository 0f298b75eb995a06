package api

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"time"

	"google.golang.org/grpc/codes"

	"planwright/plan"
	"planwright/snapshot"
)

// Planning runs and imports work in a process of their own: it is this program
// again, told by its environment. The system gives it the processors that the
// service leaves, so that people do not wait for a run; what crashes it, or takes
// its memory, fails one operation and nothing else. It inherits the lock of the
// workspace and keeps it should the service die before it.

// runEnv marks such a process.
const runEnv = "PLANWRIGHT_RUN_WORKER"

// runPatience is the time that a cancelled process has to take back what it has
// not published.
const runPatience = 5 * time.Second

// runRequest is what the process is asked: a plan, an import or a value replay.
type runRequest struct {
	Dir    string
	Locked bool  // file 3 is that of the lock
	Memory int64 // bytes that it should not exceed; 0: no bound
	Eager  bool  // does not give way to others
	Plan   *planWork
	Import *snapshot.ImportOptions
	Value  *valueWork // reads alone, without the lock
}

// planWork is a planning run.
type planWork struct {
	Snapshot string
	Base     string
	Options  plan.Options // without what cannot be sent: Base and Progress
	Run      snapshot.RunInfo
}

// runReport is what the process says: how far it is, and at last how it ended.
type runReport struct {
	Stage       string
	Done, Total int64

	Ended  bool
	Fault  *snapshot.Fault
	Made   string         // id of the plan or the snapshot
	Series map[string]int // of a plan: by method
	Import *importAccount // of an import
	Value  *plan.Value    // of a value replay
}

// importAccount is what an import tells of its files.
type importAccount struct {
	Tables         []snapshot.TableReport
	Notes, Skipped []string
	Unchanged      bool
}

// runApart does a request in a process of its own, under the lock that this one
// holds. The end of ctx ends it, whatever it does. progress is called from this
// goroutine.
func (s *Server) runApart(ctx context.Context, req runRequest, progress func(stage string, done, total int)) (runReport, error) {
	if err := ctx.Err(); err != nil {
		return runReport{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return runReport{}, fmt.Errorf("this program cannot be found to be started again: %w", err)
	}
	req.Dir, req.Memory, req.Eager = s.dir, s.limits.Run, s.cfg.EagerRuns
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), runEnv+"=1")
	cmd.Stderr = slog.NewLogLogger(s.log.Handler(), slog.LevelError).Writer() // a crash is told in the log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = runPatience
	if req.Value != nil { // it only reads: nothing has to be put in order
		cmd.Cancel = func() error { return cmd.Process.Kill() }
	}
	if f := s.ws.LockFile(); f != nil && req.Value == nil {
		req.Locked, cmd.ExtraFiles = true, []*os.File{f}
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return runReport{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return runReport{}, err
	}
	if err := cmd.Start(); err != nil {
		return runReport{}, fmt.Errorf("no process for the run: %w", err)
	}
	last, heard := runReport{}, gob.NewEncoder(in).Encode(req)
	for dec := gob.NewDecoder(out); heard == nil && !last.Ended; {
		last = runReport{}
		if heard = dec.Decode(&last); heard == nil && !last.Ended {
			progress(last.Stage, int(last.Done), int(last.Total))
		}
	}
	if heard != nil && !errors.Is(heard, io.EOF) && !errors.Is(heard, io.ErrUnexpectedEOF) && !errors.Is(heard, syscall.EPIPE) {
		_ = cmd.Process.Kill() // it is alive and not understood
	}
	werr := errors.Join(in.Close(), cmd.Wait()) // the lock is free only when it is gone
	switch {
	case last.Ended && last.Fault == nil:
		return last, nil
	case ctx.Err() != nil:
		if !last.Ended && req.Value == nil {
			s.ws.Sweep()
		}
		return last, ctx.Err()
	case last.Ended:
		return last, last.Fault.Err()
	}
	if req.Value == nil { // what another run has not published yet is its own
		s.ws.Sweep()
	}
	s.log.ErrorContext(ctx, "the process of a run ended before its work", "request_id", requestIDOf(ctx), "error", werr)
	return last, refuse(codes.Aborted, "its process ended in the middle of it%s; nothing half-made was published: ask again", deathOf(cmd.ProcessState))
}

// deathOf says what ended a process, where that tells more than its end.
func deathOf(st *os.ProcessState) string {
	if w, ok := st.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		if w.Signal() == syscall.SIGKILL {
			return " (killed, most likely because the machine ran out of memory)"
		}
		return " (" + w.Signal().String() + ")"
	}
	return fmt.Sprintf(" (exit code %d)", st.ExitCode())
}
