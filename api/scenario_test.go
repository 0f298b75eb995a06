package api

import (
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
)

// TestScenarios: a scenario is answered, kept once a request, listed, compared and
// deleted, over gRPC and REST; one that is only to be looked at is not kept; what
// cannot be is refused.
func TestScenarios(t *testing.T) {
	v := planned(t, 0, true, nil)
	ctx := deadline(t, time.Minute)
	c := planwrightv1.NewPlanServiceClient(v.grpc)
	ask := &planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "demand of everything +50 %"}, ScenarioId: "more", RequestId: "r-1", ValidateOnly: true}
	x, err := c.CreateScenario(ctx, ask)
	if err != nil || len(x.GetEffects()) != 1 || x.GetFigures() != nil || x.GetName() != "" {
		t.Fatalf("validate_only = %v, %v", x, err)
	}
	ask.ValidateOnly = false
	if x, err = c.CreateScenario(ctx, ask); err != nil || x.GetName() != "scenarios/more" || x.GetPlannedCount() == 0 || x.GetCaution() != "" {
		t.Fatalf("CreateScenario = %v, %v", x, err)
	}
	// An override that the plan does not know yet is told.
	o, err := v.ws.SetOverride(ctx, planwright.ForecastOverride{Item: "BIKE", Kind: planwright.Override, From: planwright.Date(2026, 7, 6), To: planwright.Date(2026, 7, 12), Qty: 9 * planwright.One, Reason: "tender", Author: "li"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if y, err := c.CreateScenario(ctx, &planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "demand of everything +50 %"}}); err != nil || y.GetCaution() == "" {
		t.Errorf("with an override since the plan: %q, %v", y.GetCaution(), err)
	}
	if _, err := v.ws.RemoveOverride(ctx, o.ID, "lost", "li", time.Now()); err != nil {
		t.Fatal(err)
	}
	if x.GetFigures().GetOrderValue() <= x.GetBaseFigures().GetOrderValue() || len(x.GetSuggestions()) == 0 {
		t.Errorf("half as much again orders no more: %v", x)
	}
	again, err := c.CreateScenario(ctx, ask)
	if err != nil || again.GetName() != x.GetName() || !proto.Equal(again.GetFigures(), x.GetFigures()) {
		t.Errorf("the same request = %v, %v", again, err)
	}
	for _, bad := range []struct {
		req  *planwrightv1.CreateScenarioRequest
		code codes.Code
	}{
		{&planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "demand of"}}, codes.InvalidArgument},
		{&planwrightv1.CreateScenarioRequest{}, codes.InvalidArgument},
		{&planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "demand of item NO +5 %"}}, codes.NotFound},
		{&planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "budget = 1", Plan: "plans/p9999-00000000"}}, codes.NotFound},
		{&planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "demand of everything +10 %"}, ScenarioId: "more", RequestId: "r-1"}, codes.AlreadyExists},
		{&planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "demand of everything +10 %"}, ScenarioId: "more"}, codes.InvalidArgument},
		{&planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "demand of everything +10 %"}, ScenarioId: "../more"}, codes.InvalidArgument},
	} {
		if _, err := c.CreateScenario(ctx, bad.req); status.Code(err) != bad.code {
			t.Errorf("CreateScenario(%v) = %v, want %v", bad.req, err, bad.code)
		}
	}
	if _, err := c.CreateScenario(ctx, &planwrightv1.CreateScenarioRequest{Scenario: &planwrightv1.Scenario{Changes: "service of everything = 80 %"}, ScenarioId: "less"}); err != nil {
		t.Fatal(err)
	}
	list, err := c.ListScenarios(ctx, &planwrightv1.ListScenariosRequest{PageSize: 1})
	if err != nil || list.GetTotalSize() != 2 || list.GetScenarios()[0].GetName() != "scenarios/less" || list.GetNextPageToken() == "" {
		t.Errorf("ListScenarios = %v, %v", list, err)
	}
	both, err := c.CompareScenarios(ctx, &planwrightv1.CompareScenariosRequest{Names: []string{"scenarios/more", "scenarios/less"}})
	if err != nil || len(both.GetScenarios()) != 2 || !proto.Equal(both.GetScenarios()[0].GetBaseFigures(), both.GetScenarios()[1].GetBaseFigures()) {
		t.Errorf("CompareScenarios = %v, %v", both, err)
	}
	if m := v.get("/v1/scenarios:compare"); len(m["scenarios"].([]any)) != 2 {
		t.Errorf("REST compares %v", m)
	}
	if m := v.get("/v1/scenarios/more"); m["changes"] != "demand of everything +50 %" {
		t.Errorf("REST gets %v", m)
	}
	if _, err := c.DeleteScenario(ctx, &planwrightv1.DeleteScenarioRequest{Name: "scenarios/more"}); err != nil {
		t.Error(err)
	}
	if _, err := c.GetScenario(ctx, &planwrightv1.GetScenarioRequest{Name: "scenarios/more"}); status.Code(err) != codes.NotFound {
		t.Errorf("a deleted scenario: %v", err)
	}
}
