package api

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	planwrightv1 "planwright/api/planwright/v1"
)

// TestAnalyticsLists: every list of analytics has the rows of its table, page by
// page, and the key figures sum over the groups.
func TestAnalyticsLists(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: one call after another")
	}
	in := t.TempDir()
	writeCompany(t, in, 0)
	receipts := "order_id,supplier_id,item_id,ordered_on,promised_on,received_on,qty_ordered,qty_received,qty_rejected\n" +
		"R1,ACME,WHEEL,2026-03-02,2026-03-12,2026-03-13,100,100,2\nR2,ACME,WHEEL,2026-04-02,2026-04-12,2026-04-10,100,90,0\nR3,ACME,WHEEL,2026-05-04,2026-05-14,2026-05-14,50,50,0\n"
	if err := os.WriteFile(filepath.Join(in, "receipts.csv"), []byte(receipts), 0o644); err != nil {
		t.Fatal(err)
	}
	v := serve(t, t.TempDir(), func(c *Config) { c.ImportRoots = []string{in} })
	if v.s.keys.Len() > 0 {
		v.key = testKey
	}
	v.finish(v.post("/v1/snapshots", `{"paths":["."],"as_of":"2026-07-01"}`))
	v.finish(v.post("/v1/plans", `{}`))
	ctx := deadline(t, time.Minute)
	a := planwrightv1.NewAnalyticsServiceClient(v.grpc)
	const parent = "plans/latest"
	sqlNumber := func(query string) float64 {
		t.Helper()
		r, err := a.Query(ctx, &planwrightv1.QueryRequest{Sql: query})
		if err != nil {
			t.Fatal(err)
		}
		return r.GetRows()[0].GetValues()[0].GetNumberValue()
	}
	// all reads a list to its end and returns its rows and the sum of a figure.
	all := func(page func(ctx context.Context, token string) (rows []any, next string, total int32, err error), figure func(any) float64) (n int, sum float64) {
		t.Helper()
		token := ""
		for {
			rows, next, total, err := page(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			n += len(rows)
			for _, r := range rows {
				sum += figure(r)
			}
			if token = next; token == "" {
				if n != int(total) {
					t.Errorf("%d rows of %d", n, total)
				}
				return n, sum
			}
		}
	}
	for _, c := range []struct {
		table, column string
		page          func(ctx context.Context, token string) ([]any, string, int32, error)
		figure        func(any) float64
	}{
		{"slow_movers", "value", func(ctx context.Context, token string) ([]any, string, int32, error) {
			r, err := a.ListSlowMovers(ctx, &planwrightv1.ListSlowMoversRequest{Parent: parent, PageSize: 7, PageToken: token})
			return rowsOfAny(r.GetSlowMovers()), r.GetNextPageToken(), r.GetTotalSize(), err
		}, func(x any) float64 { return x.(*planwrightv1.SlowMover).GetValue() }},
		{"excess", "value", func(ctx context.Context, token string) ([]any, string, int32, error) {
			r, err := a.ListExcess(ctx, &planwrightv1.ListExcessRequest{Parent: parent, PageSize: 7, PageToken: token})
			return rowsOfAny(r.GetExcess()), r.GetNextPageToken(), r.GetTotalSize(), err
		}, func(x any) float64 { return x.(*planwrightv1.Excess).GetValue() }},
		{"supplier_scores", "receipts", func(ctx context.Context, token string) ([]any, string, int32, error) {
			r, err := a.ListSupplierScores(ctx, &planwrightv1.ListSupplierScoresRequest{Parent: parent, PageSize: 50, PageToken: token})
			return rowsOfAny(r.GetSupplierScores()), r.GetNextPageToken(), r.GetTotalSize(), err
		}, func(x any) float64 { return float64(x.(*planwrightv1.SupplierScore).GetReceipts()) }},
		{"forecast_accuracy", "wape", func(ctx context.Context, token string) ([]any, string, int32, error) {
			r, err := a.ListAccuracy(ctx, &planwrightv1.ListAccuracyRequest{Parent: parent, PageSize: 50, PageToken: token})
			return rowsOfAny(r.GetAccuracies()), r.GetNextPageToken(), r.GetTotalSize(), err
		}, func(x any) float64 { return x.(*planwrightv1.Accuracy).GetWape() }},
	} {
		n, sum := all(c.page, c.figure)
		if want := sqlNumber("SELECT count(*)::INTEGER FROM plan." + c.table); float64(n) != want || n == 0 {
			t.Errorf("%s: %d rows, the table has %g", c.table, n, want)
		}
		if want := sqlNumber(fmt.Sprintf("SELECT sum(%s)::DOUBLE FROM plan.%s WHERE isfinite(%s::DOUBLE)", c.column, c.table, c.column)); math.Abs(sum-want) > 1e-6*math.Max(1, math.Abs(want)) {
			t.Errorf("%s: %s sums to %g, in the table to %g", c.table, c.column, sum, want)
		}
	}
	r, err := a.ListExcess(ctx, &planwrightv1.ListExcessRequest{Parent: parent, Filter: `kind = "dead"`, OrderBy: "value desc"})
	if err != nil || len(r.GetExcess()) == 0 {
		t.Fatalf("dead stock: %v, %v", r, err)
	}
	for _, x := range r.GetExcess() {
		if x.GetKind() != "dead" || x.GetQty() == "" || x.GetAction() == "" {
			t.Errorf("%v", x)
		}
	}

	// Key figures.
	whole, err := a.GetKpis(ctx, &planwrightv1.GetKpisRequest{Name: parent + "/kpis", CompareWith: parent})
	if err != nil {
		t.Fatal(err)
	}
	figure := map[string]float64{}
	for _, k := range whole.GetKpis() {
		figure[k.GetFigure()] = k.GetValue()
		if k.Before == nil || k.GetBefore() != k.GetValue() {
			t.Errorf("%s: %v compared with itself", k.GetFigure(), k)
		}
	}
	for _, group := range kpiGroups {
		parts, err := a.GetKpis(ctx, &planwrightv1.GetKpisRequest{Name: parent + "/kpis", GroupBy: group})
		if err != nil {
			t.Fatal(err)
		}
		sum := map[string]float64{}
		for _, k := range parts.GetKpis() {
			sum[k.GetFigure()] += k.GetValue()
		}
		for _, f := range []string{"stock_value", "excess_stock_value", "skus", "planned_value"} {
			if math.Abs(sum[f]-figure[f]) > 1e-6*math.Max(1, figure[f]) {
				t.Errorf("%s by %s sums to %g, the whole is %g", f, group, sum[f], figure[f])
			}
		}
	}
	for _, bad := range []*planwrightv1.GetKpisRequest{{Name: "plans/latest"}, {Name: parent + "/kpis", GroupBy: "moon"}} {
		if _, err := a.GetKpis(ctx, bad); status.Code(err) != codes.InvalidArgument {
			t.Errorf("GetKpis(%v): %v", bad, err)
		}
	}
	if _, err := a.GetKpis(ctx, &planwrightv1.GetKpisRequest{Name: parent + "/kpis", CompareWith: "plans/p9999-00000000"}); status.Code(err) != codes.NotFound {
		t.Errorf("compared with a plan that is not there: %v", err)
	}
}

// rowsOfAny gives rows of any message.
func rowsOfAny[T any](rows []T) []any {
	out := make([]any, len(rows))
	for i := range rows {
		out[i] = rows[i]
	}
	return out
}
