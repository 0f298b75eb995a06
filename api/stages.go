package api

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// stopwatch measures the stages of a run from its progress reports, which come
// from many goroutines. A stage lasts until the next one begins. Each is a span
// and a line of the log.
type stopwatch struct {
	s     *Server
	ctx   context.Context // of the run
	run   string
	begin time.Time

	mu    sync.Mutex
	stage string
	index int
	since time.Time
	span  trace.Span
	times map[string]time.Duration
}

// newStopwatch begins to measure a run.
func (s *Server) newStopwatch(ctx context.Context, run string) *stopwatch {
	now := time.Now()
	return &stopwatch{s: s, ctx: ctx, run: run, begin: now, since: now, times: map[string]time.Duration{}}
}

// at says that a stage is at work; stages before the one at work are ignored.
func (w *stopwatch) at(stage string, index int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if index <= w.index {
		return
	}
	w.lap(nil)
	w.stage, w.index = stage, index
	_, w.span = w.s.span(w.ctx, "stage "+stage)
	if w.span.IsRecording() {
		w.span.SetAttributes(attribute.String("planwright.run_id", w.run), attribute.String("planwright.stage", stage))
	}
}

// lap ends the stage at work.
func (w *stopwatch) lap(err error) {
	now := time.Now()
	if w.stage != "" {
		took := now.Sub(w.since)
		w.times[w.stage] += took
		endSpan(w.span, err)
		w.s.log.LogAttrs(w.ctx, slog.LevelInfo, "stage", slog.String("run_id", w.run), slog.String("request_id", requestIDOf(w.ctx)), slog.String("stage", w.stage),
			slog.Float64("seconds", took.Seconds()), slog.String("outcome", outcome(err)), traceAttr(w.ctx))
	}
	w.since = now
}

// stop ends the last stage with the run's error.
func (w *stopwatch) stop(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lap(err)
	w.stage = ""
}

// observe records all stages of a planning run with its outcome.
func (w *stopwatch) observe(m *metrics, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	how := outcome(err)
	for _, stage := range runStages {
		if d, ok := w.times[stage]; ok {
			m.runs.WithLabelValues(stage, how).Observe(d.Seconds())
		}
	}
	m.runs.WithLabelValues("run", how).Observe(time.Since(w.begin).Seconds())
}
