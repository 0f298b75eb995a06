package api

import (
	"context"
	"net/http"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/plan"
	"planwright/snapshot"
)

// TestReplayValue: the report of the operation is that of the replay itself, over
// gRPC and REST; a request of the same id is the same operation; what cannot be is
// an error of the call or of the operation.
func TestReplayValue(t *testing.T) {
	v := planned(t, 20, false, nil)
	ctx := deadline(t, 2*time.Minute)
	c, ops := planwrightv1.NewReplenishmentServiceClient(v.grpc), longrunningpb.NewOperationsClient(v.grpc)
	finish := func(op *longrunningpb.Operation, err error) *longrunningpb.Operation {
		t.Helper()
		for err == nil && !op.GetDone() {
			op, err = ops.WaitOperation(ctx, &longrunningpb.WaitOperationRequest{Name: op.GetName(), Timeout: durationpb.New(30 * time.Second)})
		}
		if err != nil {
			t.Fatal(err)
		}
		return op
	}
	ask := &planwrightv1.ReplayValueRequest{Snapshot: "snapshots/latest", Method: "ses", Reviews: 26, Draws: 100, Seed: 7, Unmet: "backorder", RequestId: "v-1"}
	op := finish(c.ReplayValue(ctx, ask))
	got, meta := &planwrightv1.ValueReport{}, &planwrightv1.ReplayValueMetadata{}
	if err := op.GetResponse().UnmarshalTo(got); err != nil {
		t.Fatalf("%v: %v", op, err)
	}
	if err := op.GetMetadata().UnmarshalTo(meta); err != nil || meta.GetRequestId() != "v-1" || meta.GetProgress().GetStage() != "value" || meta.GetProgress().GetDone() == 0 {
		t.Errorf("metadata %v, %v", meta, err)
	}
	s, closeSnapshot, err := v.ws.Load(ctx, "latest", snapshot.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closeSnapshot() }()
	r, err := plan.RunValue(ctx, s, plan.ValueOptions{Method: "ses", Reviews: 26, Draws: 100, Seed: 7, Backorder: true})
	if err != nil {
		t.Fatal(err)
	}
	want := valueMessage(r, lang.English)
	want.Snapshot = got.GetSnapshot()
	if !proto.Equal(got, want) || got.GetReplayedCount() < 20 || len(got.GetComparisons()) == 0 || len(got.GetAssumptions()) == 0 || got.GetSnapshot() == "" {
		t.Errorf("the operation reports %v, the replay %v", got, want)
	}
	if again, err := c.ReplayValue(ctx, ask); err != nil || again.GetName() != op.GetName() {
		t.Errorf("the same request = %v, %v, want %s", again, err, op.GetName())
	}
	if m := v.finish(v.post("/v1/snapshots/latest:replayValue", `{"method":"ses","reviews":26,"draws":100,"items":["X00003"]}`)); m["replayed_count"] != 1.0 {
		t.Errorf("one sku over REST: %v", m)
	}
	for _, bad := range []struct {
		req  *planwrightv1.ReplayValueRequest
		code codes.Code
	}{
		{&planwrightv1.ReplayValueRequest{Snapshot: "snapshots/s0099"}, codes.NotFound},
		{&planwrightv1.ReplayValueRequest{Snapshot: "snapshots/latest", Unmet: "forgotten"}, codes.InvalidArgument},
		{&planwrightv1.ReplayValueRequest{Snapshot: "snapshots/latest", From: "yesterday"}, codes.InvalidArgument},
		{&planwrightv1.ReplayValueRequest{Snapshot: "snapshots/latest", Items: make([]string, maxBacktestItems+1)}, codes.InvalidArgument},
		{&planwrightv1.ReplayValueRequest{Snapshot: "snapshots/latest", Method: "ses", RequestId: "v-1"}, codes.AlreadyExists},
	} {
		if _, err := c.ReplayValue(ctx, bad.req); status.Code(err) != bad.code {
			t.Errorf("ReplayValue(%.200v) = %v, want %v", bad.req, err, bad.code)
		}
	}
	for _, bad := range []struct {
		req  *planwrightv1.ReplayValueRequest
		code codes.Code
	}{
		{&planwrightv1.ReplayValueRequest{Snapshot: "snapshots/latest", Items: []string{"NOTHING"}}, codes.NotFound},
		{&planwrightv1.ReplayValueRequest{Snapshot: "snapshots/latest", Reviews: 300}, codes.InvalidArgument},
	} {
		if op := finish(c.ReplayValue(ctx, bad.req)); codes.Code(op.GetError().GetCode()) != bad.code {
			t.Errorf("ReplayValue(%v) ends in %v, want %v", bad.req, op, bad.code)
		}
	}
}

// TestReplayValueCancel: a replay goes on beside planning runs, not beside another;
// who started it may cancel it, as a planner may, and nobody else.
func TestReplayValueCancel(t *testing.T) {
	v := planned(t, 20, false, nil)
	mint := func(name, role string) string {
		secret, _, err := v.ws.CreateKey(context.Background(), snapshot.Key{Name: name, Role: role}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	vera, vito, paul := mint("vera", "viewer"), mint("vito", "viewer"), mint("paul", "planner")
	as := func(key, path, body string, want int) map[string]any {
		t.Helper()
		v.key = key
		a := v.do(http.MethodPost, path, body)
		if a.status != want {
			t.Fatalf("%s: %d %s, want %d", path, a.status, a.body, want)
		}
		return a.json(t)
	}
	const replay = "/v1/snapshots/latest:replayValue"
	for _, who := range []string{vera, paul} {
		op := as(vera, replay, `{}`, http.StatusOK)
		name := "/v1/" + op["name"].(string)
		as(vito, replay, `{}`, http.StatusConflict)
		run := as(paul, "/v1/plans", `{"options":{"method":"naive"}}`, http.StatusOK)
		as(vito, name+":cancel", `{}`, http.StatusForbidden)
		as(vera, "/v1/"+run["name"].(string)+":cancel", `{}`, http.StatusForbidden)
		as(who, name+":cancel", `{}`, http.StatusOK)
		for op["done"] != true {
			op = as(vera, name+":wait", `{"timeout":"30s"}`, http.StatusOK)
		}
		if e, ok := op["error"].(map[string]any); !ok || e["code"] != float64(codes.Canceled) {
			t.Errorf("after it was cancelled: %v", op)
		}
		v.key = paul
		v.finish(run)
	}
	if odd := leftovers(t, v.ws.Dir()); len(odd) > 0 {
		t.Errorf("a cancelled replay leaves %v", odd)
	}
}
