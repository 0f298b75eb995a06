package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	planwrightv1 "planwright/api/planwright/v1"
)

// lister asks for pages of lists of the newest plan: request i is the same for
// REST and gRPC.
type lister struct {
	addr string
	size int
	http *http.Client
	conn []*grpc.ClientConn
}

func newLister(t testing.TB, addr string, size int) *lister {
	l := &lister{addr: addr, size: size, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute}}
	for range 4 {
		c, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		l.conn = append(l.conn, c)
	}
	t.Cleanup(func() {
		l.http.CloseIdleConnections()
		for _, c := range l.conn {
			_ = c.Close() // every answer was read
		}
	})
	return l
}

// filterOf makes forty different pages of planned orders.
func filterOf(i int) string { return fmt.Sprintf(`qty > %d`, 10*(i%40)) }

func (l *lister) rest(ctx context.Context, i int) error {
	path := fmt.Sprintf("/v1/plans/latest/%s?page_size=%d", []string{"suggestions", "exceptions", "policies"}[i/4%3], l.size)
	if i%4 != 0 {
		path = fmt.Sprintf("/v1/plans/latest/plannedOrders?page_size=%d&filter=%s", l.size, strings.ReplaceAll(filterOf(i), " ", "%20"))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.addr+path, nil)
	if err != nil {
		return err
	}
	resp, err := l.http.Do(req)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err == nil && (resp.StatusCode != http.StatusOK || n < 100) {
		err = fmt.Errorf("%s: status %d, %d bytes", path, resp.StatusCode, n)
	}
	return err
}

func (l *lister) grpc(ctx context.Context, i int) (err error) {
	const parent = "plans/latest"
	c, size := l.conn[i%len(l.conn)], int32(l.size)
	switch {
	case i%4 != 0:
		_, err = planwrightv1.NewPlanServiceClient(c).ListPlannedOrders(ctx, &planwrightv1.ListPlannedOrdersRequest{Parent: parent, PageSize: size, Filter: filterOf(i)})
	case i/4%3 == 0:
		_, err = planwrightv1.NewReplenishmentServiceClient(c).ListSuggestions(ctx, &planwrightv1.ListSuggestionsRequest{Parent: parent, PageSize: size})
	case i/4%3 == 1:
		_, err = planwrightv1.NewPlanServiceClient(c).ListExceptions(ctx, &planwrightv1.ListExceptionsRequest{Parent: parent, PageSize: size})
	default:
		_, err = planwrightv1.NewReplenishmentServiceClient(c).ListPolicies(ctx, &planwrightv1.ListPoliciesRequest{Parent: parent, PageSize: size})
	}
	return err
}

// latencies are those of one measurement.
type latencies struct {
	mu     sync.Mutex
	all    []time.Duration
	failed error
}

func (l *latencies) add(d time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, d)
	if err != nil {
		l.failed = err
	}
}

// report tells quantiles in milliseconds.
func (l *latencies) report(b *testing.B, took time.Duration) {
	if l.failed != nil || len(l.all) == 0 {
		b.Fatalf("of %d requests: %v", len(l.all), l.failed)
	}
	slices.Sort(l.all)
	ms := func(q float64) float64 {
		return float64(l.all[min(len(l.all)-1, int(q*float64(len(l.all))))].Microseconds()) / 1000
	}
	b.ReportMetric(float64(len(l.all))/took.Seconds(), "requests/s")
	b.ReportMetric(ms(0.5), "ms-median")
	b.ReportMetric(ms(0.99), "ms-p99")
	b.ReportMetric(ms(1), "ms-worst")
	b.ReportMetric(0, "ns/op")
}

// saturate lets clients ask without a pause.
func saturate(b *testing.B, clients int, d time.Duration, ask func(context.Context, int) error) {
	var got latencies
	var all sync.WaitGroup
	began := time.Now()
	for c := range clients {
		all.Go(func() {
			for i := c * 1000; time.Since(began) < d; i++ {
				due := time.Now()
				err := ask(context.Background(), i)
				got.add(time.Since(due), err)
			}
		})
	}
	all.Wait()
	got.report(b, time.Since(began))
}

// pace sends so many requests a second, whether the ones before are answered or
// not: a latency begins when a request was due.
func pace(b *testing.B, rate int, d time.Duration, ask func(context.Context, int) error) {
	var got latencies
	var all sync.WaitGroup
	began := time.Now()
	for i := range int(d.Seconds() * float64(rate)) {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		all.Go(func() {
			err := ask(context.Background(), i)
			got.add(time.Since(due), err)
		})
	}
	all.Wait()
	got.report(b, time.Since(began))
}

// BenchmarkService measures a service of its own under load: what it answers at
// most, and at 300 requests a second while a planning run is at work. Set
// PLANWRIGHT_BENCH_DATA to a workspace with a plan and PLANWRIGHT_BENCH_SECONDS
// for each measurement; -benchtime 1x.
func BenchmarkService(b *testing.B) {
	data, _ := sampleWorkspace(b)
	d := secondsOf(b, "PLANWRIGHT_BENCH_SECONDS", 2*time.Second)
	s := startService(b, data, freeAddress(b))
	for _, size := range []int{100, 20} {
		l := newLister(b, s.addr, size)
		for name, ask := range map[string]func(context.Context, int) error{"gRPC": l.grpc, "REST": l.rest} {
			for i := range 240 { // pages are read once
				if err := ask(b.Context(), i); err != nil {
					b.Fatal(err)
				}
			}
			b.Run(fmt.Sprintf("most/%s/rows=%d", name, size), func(b *testing.B) {
				for b.Loop() {
					saturate(b, 16, d, ask)
				}
			})
			b.Run(fmt.Sprintf("300/alone/%s/rows=%d", name, size), func(b *testing.B) {
				for b.Loop() {
					pace(b, 300, d, ask)
				}
			})
			b.Run(fmt.Sprintf("300/run/%s/rows=%d", name, size), func(b *testing.B) {
				for b.Loop() {
					stop := startRun(b, s)
					pace(b, 300, d, ask)
					stop()
				}
			})
		}
	}
}

// startRun plans anew, one run after the other, until stop is called.
func startRun(b *testing.B, s *service) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if _, err := s.operation(ctx, "/v1/plans", map[string]any{"options": map[string]any{"base": "none"}}); err != nil {
				b.Error(err)
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}
