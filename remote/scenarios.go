package remote

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	planwrightv1 "planwright/api/planwright/v1"
	"planwright/plan"
	"planwright/snapshot"
)

// figures reads the figures of a scenario.
func figures(m *planwrightv1.ScenarioFigures) plan.Figures {
	return plan.Figures{Service: m.Service, InFull: m.InFull, StockValue: m.GetStockValue(), StockEnd: m.GetStockEnd(), SafetyStock: m.GetSafetyStock(), ShortSKUs: int64(m.GetShortSkuCount()),
		ShortValue: m.GetShortValue(), Orders: int64(m.GetOrderCount()), OrderValue: m.GetOrderValue(), CashByWeek: m.GetCashByWeek(), PurchaseCash: m.GetPurchaseCash()}
}

func scenarioOf(m *planwrightv1.Scenario) (snapshot.Scenario, error) {
	result, err := json.Marshal(plan.Summary{AsOf: m.GetAsOf(), Base: figures(m.GetBaseFigures()), Scenario: figures(m.GetFigures()), Forecast: int(m.GetForecastCount()), Planned: int(m.GetPlannedCount()),
		SuggestionsNew: int(m.GetSuggestionsNewCount()), SuggestionsGone: int(m.GetSuggestionsGoneCount()), SuggestionsChanged: int(m.GetSuggestionsChangedCount())})
	return snapshot.Scenario{Name: strings.TrimPrefix(m.GetName(), "scenarios/"), PlanID: strings.TrimPrefix(m.GetPlan(), "plans/"), Changes: m.GetChanges(), Author: m.GetAuthor(), Result: string(result), At: m.GetCreateTime().AsTime()}, err
}

// SaveScenario has a scenario answered and kept by the server. made is false for a
// request that was answered before.
func (s *Server) SaveScenario(ctx context.Context, x snapshot.Scenario, _ time.Time) (kept snapshot.Scenario, made bool, err error) {
	before, err := s.GetScenario(ctx, x.Name)
	var f *Fault
	if err != nil && !(errors.As(err, &f) && f.Code == codes.NotFound) {
		return x, false, err
	}
	if x.RequestID == "" {
		x.RequestID = requestID()
	}
	m, err := s.plans.CreateScenario(ctx, &planwrightv1.CreateScenarioRequest{ScenarioId: x.Name, RequestId: x.RequestID, MaxSuggestions: 1,
		Scenario: &planwrightv1.Scenario{Plan: "plans/" + x.PlanID, Changes: x.Changes, Author: x.Author}})
	if err != nil {
		return x, false, err
	}
	kept, err = scenarioOf(m)
	return kept, before.Name == "" || !before.At.Equal(kept.At), err
}

// ListScenarios lists the scenarios that are kept, newest first.
func (s *Server) ListScenarios(ctx context.Context) ([]snapshot.Scenario, error) {
	ms, err := pages(ctx, func(ctx context.Context, token string) ([]*planwrightv1.Scenario, string, error) {
		r, err := s.plans.ListScenarios(ctx, &planwrightv1.ListScenariosRequest{PageSize: pageRows, PageToken: token})
		return r.GetScenarios(), r.GetNextPageToken(), err
	})
	if err != nil {
		return nil, err
	}
	var list []snapshot.Scenario
	for _, m := range ms {
		x, err := scenarioOf(m)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// GetScenario returns the scenario of a name.
func (s *Server) GetScenario(ctx context.Context, name string) (snapshot.Scenario, error) {
	m, err := s.plans.GetScenario(ctx, &planwrightv1.GetScenarioRequest{Name: "scenarios/" + name})
	if err != nil {
		return snapshot.Scenario{}, err
	}
	return scenarioOf(m)
}

// DeleteScenario deletes a scenario.
func (s *Server) DeleteScenario(ctx context.Context, name, _ string, _ time.Time) error {
	_, err := s.plans.DeleteScenario(ctx, &planwrightv1.DeleteScenarioRequest{Name: "scenarios/" + name})
	return err
}
