package api

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	planwrightv1 "planwright/api/planwright/v1"
)

// TestFields: of an answer the fields that are asked for, no others, and nothing
// of what is not there.
func TestFields(t *testing.T) {
	v := 1.5
	whole := &planwrightv1.ListPlansResponse{NextPageToken: "n", TotalSize: 2, Plans: []*planwrightv1.Plan{
		{Name: "plans/a", AsOf: "2026-06-30", Kpis: []*planwrightv1.Kpi{{Name: "x", Value: &v}}}, {Name: "plans/b", Digest: "d"}}}
	for _, c := range []struct {
		fields string
		want   *planwrightv1.ListPlansResponse
	}{
		{"", whole}, {"*", whole},
		{"total_size", &planwrightv1.ListPlansResponse{TotalSize: 2}},
		{"plans.name, totalSize", &planwrightv1.ListPlansResponse{TotalSize: 2, Plans: []*planwrightv1.Plan{{Name: "plans/a"}, {Name: "plans/b"}}}},
		{"plans.kpis.value", &planwrightv1.ListPlansResponse{Plans: []*planwrightv1.Plan{{Kpis: []*planwrightv1.Kpi{{Value: &v}}}, {}}}},
		{"plans,plans.name", &planwrightv1.ListPlansResponse{Plans: whole.GetPlans()}},
		{"plans.name,plans", &planwrightv1.ListPlansResponse{Plans: whole.GetPlans()}},
	} {
		before := proto.Clone(whole)
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(fieldsHeader, c.fields))
		got, err := partial(ctx, whole)
		if err != nil || !proto.Equal(got.(proto.Message), c.want) {
			t.Errorf("fields %q: %v, %v", c.fields, got, err)
		}
		if !proto.Equal(before, whole) {
			t.Fatalf("fields %q changed the answer itself", c.fields)
		}
	}
	for _, bad := range []string{"plans.nothing", "plan", "total_size.x", "plans.name.x", ",", "plans..name", strings.Repeat("plans,", 1000)} {
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(fieldsHeader, bad))
		if got, err := partial(ctx, whole); err == nil {
			t.Errorf("fields %.40q: %v", bad, got)
		}
	}

	sv := planned(t, 0, true, nil)
	if a := sv.do("GET", "/v1/plans?fields=plans.name", ""); a.status != 200 || !strings.HasPrefix(string(a.body), `{"plans":[{"name":"plans/`) || strings.Contains(string(a.body), "digest") || strings.Contains(string(a.body), "total_size") {
		t.Errorf("REST: %d %s", a.status, a.body)
	}
	if m := sv.get("/v1/plans/latest?read_mask=name,asOf"); len(m) != 2 || m["as_of"] == nil || m["name"] == nil {
		t.Errorf("REST: %v", m)
	}
	for _, bad := range []string{"/v1/plans?fields=plans.nothing", "/v1/plans?fields=a&read_mask=b", "/v1/plans?fields=plans&fields=plans"} {
		if a := sv.do("GET", bad, ""); a.status != 400 || !strings.Contains(string(a.body), `"field":"fields"`) {
			t.Errorf("%s: %d %s", bad, a.status, a.body)
		}
	}
	client := planwrightv1.NewPlanServiceClient(sv.grpc)
	ctx := metadata.AppendToOutgoingContext(t.Context(), fieldsHeader, "name")
	if m, err := client.GetPlan(ctx, &planwrightv1.GetPlanRequest{Name: "plans/latest"}); err != nil || m.GetName() == "" || m.GetDigest() != "" || len(m.GetKpis()) > 0 {
		t.Errorf("gRPC: %v, %v", m, err)
	}
	ctx = metadata.AppendToOutgoingContext(t.Context(), fieldsHeader, "nothing")
	if _, err := client.GetPlan(ctx, &planwrightv1.GetPlanRequest{Name: "plans/latest"}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("gRPC: %v", err)
	}
}
