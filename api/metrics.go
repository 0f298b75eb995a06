package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"planwright"
	"planwright/plan"
	"planwright/snapshot"
)

// metrics are what Prometheus reads. No label has more than a handful of
// values: never a sku, never a plan.
type metrics struct {
	registry    *prometheus.Registry
	runs        *prometheus.HistogramVec
	series      *prometheus.CounterVec
	lastSuccess prometheus.Gauge
	queries     *prometheus.HistogramVec
	requests    *prometheus.CounterVec
	latency     *prometheus.HistogramVec
	refused     *prometheus.CounterVec
}

// newMetrics registers the metrics of a workspace.
func newMetrics(ws *snapshot.Workspace) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		runs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "planwright_plan_run_duration_seconds", Help: "Time of a planning run by stage; stage run is the whole.",
			Buckets: prometheus.ExponentialBuckets(0.01, 2.5, 14),
		}, []string{"stage", "outcome"}),
		series: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "planwright_series_forecasted_total", Help: "Series forecast in planning runs, by the method chosen.",
		}, []string{"method"}),
		lastSuccess: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "planwright_last_success_timestamp_seconds", Help: "When the newest plan was published, Unix time; 0 without one.",
		}),
		queries: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "planwright_query_duration_seconds", Help: "Time of SQL queries and table downloads.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 14),
		}, []string{"protocol", "outcome"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "planwright_requests_total", Help: "Requests answered, by protocol (grpc, rest) and code: of gRPC, or of HTTP.",
		}, []string{"protocol", "code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "planwright_request_duration_seconds", Help: "Time to answer a request, streams and downloads included.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2.5, 14),
		}, []string{"protocol"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "planwright_refused_total", Help: "Lines of the audit log that are refusals, by reason.",
		}, []string{"reason"}),
	}
	age := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "planwright_snapshot_age_seconds", Help: "Time since the newest snapshot was published; NaN without one.",
	}, func() float64 {
		info, err := ws.GetSnapshot("")
		if err != nil {
			return nan
		}
		return time.Since(info.CreatedAt).Seconds()
	})
	m.registry.MustRegister(m.runs, m.series, m.lastSuccess, m.queries, m.requests, m.latency, m.refused, age, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if info, err := ws.GetPlan(""); err == nil {
		m.lastSuccess.Set(float64(info.CreatedAt.Unix()))
	}
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// published counts a plan: its series by method, and when it was.
func (m *metrics) published(series map[string]int, at time.Time) {
	for method, n := range series {
		m.series.WithLabelValues(method).Add(float64(n))
	}
	m.lastSuccess.Set(float64(at.Unix()))
}

// answered counts a request.
func (m *metrics) answered(protocol, code string, took time.Duration) {
	m.requests.WithLabelValues(protocol, code).Inc()
	m.latency.WithLabelValues(protocol).Observe(took.Seconds())
}

// outcome names how something ended.
func outcome(err error) string {
	var fault *planwright.Error
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "limit"
	case errors.As(err, &fault) && fault.Code == planwright.CodeQueryLimit:
		return "limit"
	case errors.As(err, &fault) && fault.Code != planwright.CodeInternal:
		return "refused"
	}
	return "error"
}

// runStages are the stages of a run as a client sees them: loading, those of
// the plan, and writing.
var runStages = func() []string {
	names := []string{"load"}
	for _, s := range plan.Stages {
		names = append(names, string(s))
	}
	return append(names, "write")
}()

// stageIndex is the number of a stage from 1; 0 for none.
func stageIndex(name string) int {
	for i, s := range runStages {
		if s == name {
			return i + 1
		}
	}
	return 0
}
