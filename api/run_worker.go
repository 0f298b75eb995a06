package api

import (
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"planwright"
	"planwright/plan"
	"planwright/snapshot"
)

// init turns the process into one that runs or imports where its environment
// says so. It is not left to main: the test binaries of every package that
// starts a server need it too.
func init() {
	if os.Getenv(runEnv) == "" {
		return
	}
	os.Exit(runWorker(os.Stdin, os.Stdout))
}

// runWorker does one request.
func runWorker(in io.Reader, to io.Writer) int {
	if err := os.Unsetenv(runEnv); err != nil {
		return 1
	}
	signal.Ignore(os.Interrupt) // of a terminal, which the service hears too
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var req runRequest
	if err := gob.NewDecoder(in).Decode(&req); err != nil {
		return 1 // never asked
	}
	go func() { // the service is gone; what is not published stays so
		_, _ = io.Copy(io.Discard, in)
		os.Exit(1)
	}()
	if !req.Eager {
		giveWay() // before the work: threads have the priority of those that start them
	}
	out := &reporter{enc: gob.NewEncoder(to)}
	end := runReport{Ended: true}
	if err := req.do(ctx, out, &end); err != nil {
		f := snapshot.FaultOf(snapshot.SystemFault(err))
		end.Fault = &f
	}
	out.send(end)
	return 0
}

// reporter tells the service how far the work is.
type reporter struct {
	mu    sync.Mutex
	enc   *gob.Encoder
	stage string
	at    time.Time
}

// reportEvery is the least time between two reports about one stage, but for the
// first and the last.
const reportEvery = 20 * time.Millisecond

// report is called from many goroutines.
func (r *reporter) report(stage string, done, total int64) {
	r.mu.Lock()
	now := time.Now()
	if stage == r.stage && done != total && now.Sub(r.at) < reportEvery {
		r.mu.Unlock()
		return
	}
	r.stage, r.at = stage, now
	r.mu.Unlock()
	r.send(runReport{Stage: stage, Done: done, Total: total})
}

func (r *reporter) send(m runReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.enc.Encode(m) != nil {
		os.Exit(1) // nobody listens
	}
}

// do does the request.
func (req *runRequest) do(ctx context.Context, out *reporter, end *runReport) error {
	if req.Memory > 0 {
		// A run's heap and the two databases that it has open at once.
		debug.SetMemoryLimit(req.Memory / 2)
		snapshot.SetMemory(max(req.Memory/4, leastMemory))
	}
	w, err := snapshot.OpenWorkspace(req.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }() // all that counts is published
	var lock *os.File
	if req.Locked {
		lock = os.NewFile(3, "lock")
	}
	w.Adopt(lock)
	if req.Value != nil {
		return req.Value.do(ctx, w, out, end)
	}
	if req.Import != nil {
		req.Import.Progress = out.report
		report, err := w.Import(ctx, *req.Import)
		if err != nil {
			return err
		}
		end.Made = report.Snapshot.ID
		end.Import = &importAccount{Tables: report.Tables, Notes: report.Notes, Skipped: report.Skipped, Unchanged: report.Unchanged}
		return nil
	}
	return req.Plan.do(ctx, w, out, end)
}

// leastMemory is what DuckDB needs at least to do anything.
const leastMemory = 64 << 20

// do loads, plans and writes.
func (p *planWork) do(ctx context.Context, w *snapshot.Workspace, out *reporter, end *runReport) error {
	opt := p.Options
	out.report("load", 0, 0)
	data, closeData, err := w.Load(ctx, p.Snapshot, snapshot.LoadOptions{Threads: opt.Workers})
	if err != nil {
		return err
	}
	defer func() {
		if err := closeData(); err != nil {
			fmt.Fprintln(os.Stderr, "snapshot did not close:", err)
		}
	}()
	key, err := opt.Canonical()
	if err != nil {
		return err
	}
	base, closeBase, err := w.CarryFrom(ctx, p.Base, data, key)
	if err != nil {
		return err
	}
	opt.Base = base
	opt.Progress = func(stage plan.Stage, done, total int) { out.report(string(stage), int64(done), int64(total)) }
	out.report(runStages[1], 0, int64(data.Len())) // the plan's first word comes with its first result
	made, err := plan.Run(ctx, data, opt)
	if cerr := closeBase(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	out.report("write", 0, 0)
	info, err := w.WritePlan(ctx, data, made, p.Run, func(done, total int64) { out.report("write", done, total) })
	if err != nil {
		return err
	}
	end.Made, end.Series = info.ID, seriesByMethod(made)
	return nil
}

// seriesByMethod counts the series that each method forecast.
func seriesByMethod(p *planwright.Plan) map[string]int {
	counts, last := map[string]int{}, planwright.NoSKU
	for i, k := range p.Forecast.SKU {
		if k != last {
			counts[p.Forecast.Method[i]]++
			last = k
		}
	}
	return counts
}
