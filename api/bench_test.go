package api

import (
	"context"
	"io"
	"net/http"
	"os"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	planwrightv1 "planwright/api/planwright/v1"
)

// benchmarked serves a plan of 300 items, or the workspace that
// PLANWRIGHT_BENCH_DATA names.
func benchmarked(b *testing.B) *served {
	dir := os.Getenv("PLANWRIGHT_BENCH_DATA")
	if dir == "" {
		dir = b.TempDir()
		if err := os.CopyFS(dir, os.DirFS(templates.of(b, 300, true))); err != nil {
			b.Fatal(err)
		}
	}
	return serve(b, dir, nil)
}

// BenchmarkListGRPC reads first pages of 100 planned orders.
func BenchmarkListGRPC(b *testing.B) {
	v := benchmarked(b)
	conn, err := grpc.NewClient(v.addr[len("http://"):], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	plans := planwrightv1.NewPlanServiceClient(conn)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := plans.ListRequirements(context.Background(), &planwrightv1.ListRequirementsRequest{Parent: "plans/latest"}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// BenchmarkListREST reads the same by REST.
func BenchmarkListREST(b *testing.B) {
	v := benchmarked(b)
	v.http.Transport = &http.Transport{MaxIdleConnsPerHost: 16}
	defer v.http.CloseIdleConnections()
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			resp, err := v.http.Get(v.addr + "/v1/plans/latest/requirements")
			if err != nil {
				b.Error(err)
				return
			}
			_, err = io.Copy(io.Discard, resp.Body)
			if cerr := resp.Body.Close(); err != nil || cerr != nil || resp.StatusCode != 200 {
				b.Error(resp.StatusCode, err, cerr)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
