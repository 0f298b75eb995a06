package api

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/plan"
	"planwright/scenario"
	"planwright/snapshot"
)

const scenarioPrefix = "scenarios/"

// groundPlan keeps the plan that scenarios were asked of last in memory: questions come
// in runs about one plan, and one company is as much as memory should hold. Those who
// ask wait for each other.
type groundPlan struct {
	mu   sync.Mutex
	of   string // id of the plan, with the overrides and decisions that stood
	g    *plan.Ground
	sure bool // forecasts made again are the plan's where nothing is changed
	done func() error
}

// on calls do with the plan in memory.
func (x *groundPlan) on(ctx context.Context, s *Server, id string, do func(g *plan.Ground, sure bool) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	overrides, err := s.ws.StandingOverrides(ctx)
	if err != nil {
		return err
	}
	decisions, err := s.ws.StandingDecisions(ctx)
	if err != nil {
		return err
	}
	if of := id + " " + planwright.OverridesDigest(overrides) + " " + planwright.DecisionsDigest(decisions); x.of != of {
		if x.done != nil {
			if err := x.done(); err != nil {
				return err
			}
		}
		x.of, x.g, x.done = "", nil, nil
		g, sure, done, err := OpenGround(ctx, s.ws, id, s.cfg.Workers, nil)
		if err != nil {
			return err
		}
		x.of, x.g, x.sure, x.done = of, g, sure, done
	}
	return do(x.g, x.sure)
}

// scenarioFault is an error of the language in the language of the call.
func scenarioFault(ctx context.Context, err error) error {
	var p *scenario.Problem
	if !errors.As(err, &p) {
		return err
	}
	english, local := p.Text(lang.English), p.Text(callOf(ctx).language)
	if p.Code == planwright.CodeNotFound {
		return &refusal{codes.NotFound, english, local}
	}
	return &fieldError{"scenario.changes", english, local}
}

// CreateScenario answers a what-if question.
func (p *planService) CreateScenario(ctx context.Context, req *planwrightv1.CreateScenarioRequest) (*planwrightv1.Scenario, error) {
	most := int(req.GetMaxSuggestions())
	switch {
	case most < 0 || most > maxChanges:
		return nil, badField("max_suggestions", "%d is not 0 to %d", most, maxChanges)
	case most == 0:
		most = defaultChanges
	}
	if err := checkRequestID(req.GetRequestId()); err != nil {
		return nil, err
	}
	id := req.GetScenarioId()
	if id != "" && !snapshot.ScenarioName(id) {
		return nil, badField("scenario_id", "%q is not letters, digits, _ and -", clip(id))
	}
	name := req.GetScenario().GetPlan()
	if name == "" {
		name = planPrefix + "latest"
	}
	planID, err := p.s.planID("scenario.plan", name)
	if err != nil {
		return nil, err
	}
	info, err := p.s.ws.GetPlan(planID)
	if err != nil {
		return nil, err
	}
	changes, err := scenario.Parse(req.GetScenario().GetChanges(), info.AsOf)
	if err != nil {
		return nil, scenarioFault(ctx, err)
	}
	text := scenario.Format(changes)
	if rid := req.GetRequestId(); rid != "" && id != "" && !req.GetValidateOnly() {
		if old, ok, err := p.repeatedScenario(ctx, rid, id, text); err != nil || ok {
			return old, err
		}
	}
	m := &planwrightv1.Scenario{Plan: planPrefix + planID, Changes: text, Author: author(ctx, req.GetScenario().GetAuthor())}
	var sum plan.Summary
	err = p.s.ground.on(ctx, p.s, planID, func(g *plan.Ground, sure bool) error {
		a, err := scenario.Apply(g.Snap, g.Base(), changes)
		if err != nil {
			return scenarioFault(ctx, err)
		}
		for i := range changes {
			e := &a.Effects[i]
			x := &planwrightv1.ScenarioEffect{Change: changes[i].String(), SkuCount: size32(int64(e.SKUs)), ChangedCount: size32(int64(e.Rows))}
			if e.Note != "" {
				x.Note = lang.Text(callOf(ctx).language, e.Note, e.Pairs...)
			}
			m.Effects = append(m.Effects, x)
		}
		if req.GetValidateOnly() {
			return nil
		}
		o, err := g.Replan(ctx, a)
		if err != nil {
			return err
		}
		sum = o.Summary()
		if !sure && o.Forecast > 0 {
			m.Caution = lang.Text(callOf(ctx).language, "cli.whatif.unsure")
		}
		for i := range o.Suggestions[:min(most, len(o.Suggestions))] {
			m.Suggestions = append(m.Suggestions, scenarioSuggestion(g.Snap, a.Snap, &o.Suggestions[i]))
		}
		return nil
	})
	if err != nil || req.GetValidateOnly() {
		return m, err
	}
	scenarioFigures(m, &sum)
	if id == "" {
		return m, nil
	}
	result, err := json.Marshal(sum)
	if err != nil {
		return nil, err
	}
	kept, _, err := p.s.ws.SaveScenario(ctx, snapshot.Scenario{Name: id, PlanID: planID, Changes: text, Author: m.GetAuthor(), RequestID: req.GetRequestId(), Engine: planwright.Version, Result: string(result)}, time.Now())
	if err != nil {
		return nil, err
	}
	m.Name, m.CreateTime = scenarioPrefix+kept.Name, timestamppb.New(kept.At)
	c := callOf(ctx)
	p.s.log.InfoContext(ctx, "scenario kept", "request_id", c.requestID, "scenario", kept.Name, "plan", planID, "caller", c.caller)
	return m, nil
}

// repeatedScenario finds what an earlier request of that id made.
func (p *planService) repeatedScenario(ctx context.Context, requestID, id, changes string) (*planwrightv1.Scenario, bool, error) {
	list, err := p.s.ws.ListScenarios(ctx)
	if err != nil {
		return nil, false, err
	}
	for i := range list {
		if list[i].RequestID != requestID {
			continue
		}
		if list[i].Name != id || list[i].Changes != changes {
			return nil, false, usedRequestID(requestID)
		}
		m, err := scenarioMessage(&list[i])
		return m, true, err
	}
	return nil, false, nil
}

func scenarioSuggestion(before, after *planwright.Snapshot, c *plan.SuggestionChange) *planwrightv1.ScenarioSuggestion {
	x, s := c.Is, after
	if x == nil {
		x, s = c.Was, before
	}
	m := &planwrightv1.ScenarioSuggestion{Kind: c.Kind.String(), SuggestionId: x.ID, Action: x.Action.String(), ItemId: s.Items.ID[s.SKUs.Item[x.SKU]], SiteId: s.Sites.ID[s.SKUs.Site[x.SKU]], Value: x.Value}
	if c.Was != nil {
		m.FromQty, m.FromActBy = c.Was.Qty.String(), dayText(c.Was.ActBy)
	}
	if c.Is != nil {
		m.ToQty, m.ToActBy = c.Is.Qty.String(), dayText(c.Is.ActBy)
	}
	return m
}

// scenarioFigures writes the figures of an answer.
func scenarioFigures(m *planwrightv1.Scenario, s *plan.Summary) {
	of := func(f *plan.Figures) *planwrightv1.ScenarioFigures {
		return &planwrightv1.ScenarioFigures{Service: f.Service, InFull: f.InFull, StockValue: f.StockValue, StockEnd: f.StockEnd, SafetyStock: f.SafetyStock,
			ShortSkuCount: size32(f.ShortSKUs), ShortValue: f.ShortValue, OrderCount: size32(f.Orders), OrderValue: f.OrderValue, CashByWeek: f.CashByWeek, PurchaseCash: f.PurchaseCash}
	}
	m.AsOf = s.AsOf
	m.BaseFigures, m.Figures = of(&s.Base), of(&s.Scenario)
	m.ForecastCount, m.PlannedCount = size32(int64(s.Forecast)), size32(int64(s.Planned))
	m.SuggestionsNewCount, m.SuggestionsGoneCount, m.SuggestionsChangedCount = size32(int64(s.SuggestionsNew)), size32(int64(s.SuggestionsGone)), size32(int64(s.SuggestionsChanged))
}

// scenarioMessage is a scenario that is kept.
func scenarioMessage(s *snapshot.Scenario) (*planwrightv1.Scenario, error) {
	m := &planwrightv1.Scenario{Name: scenarioPrefix + s.Name, Plan: planPrefix + s.PlanID, Changes: s.Changes, Author: s.Author, CreateTime: timestamppb.New(s.At)}
	var sum plan.Summary
	if err := json.Unmarshal([]byte(s.Result), &sum); err != nil {
		return nil, err
	}
	scenarioFigures(m, &sum)
	return m, nil
}

// scenarioID reads the name of a scenario.
func scenarioID(field, name string) (string, error) {
	id, ok := strings.CutPrefix(name, scenarioPrefix)
	if !ok || !snapshot.ScenarioName(id) {
		return "", badField(field, "%q is not scenarios/{scenario}", clip(name))
	}
	return id, nil
}

// GetScenario gets a scenario.
func (p *planService) GetScenario(ctx context.Context, req *planwrightv1.GetScenarioRequest) (*planwrightv1.Scenario, error) {
	id, err := scenarioID("name", req.GetName())
	if err != nil {
		return nil, err
	}
	x, err := p.s.ws.GetScenario(ctx, id)
	if err != nil {
		return nil, err
	}
	return scenarioMessage(&x)
}

// DeleteScenario deletes a scenario.
func (p *planService) DeleteScenario(ctx context.Context, req *planwrightv1.DeleteScenarioRequest) (*emptypb.Empty, error) {
	id, err := scenarioID("name", req.GetName())
	if err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, p.s.ws.DeleteScenario(ctx, id, author(ctx, ""), time.Now())
}

// CompareScenarios sets scenarios side by side.
func (p *planService) CompareScenarios(ctx context.Context, req *planwrightv1.CompareScenariosRequest) (*planwrightv1.CompareScenariosResponse, error) {
	list, err := p.s.ws.ListScenarios(ctx)
	if err != nil {
		return nil, err
	}
	if len(req.GetNames()) > maxChanges {
		return nil, badField("names", "more than %d", maxChanges)
	}
	if len(req.GetNames()) > 0 {
		byName := map[string]snapshot.Scenario{}
		for _, x := range list {
			byName[x.Name] = x
		}
		list = list[:0]
		for _, name := range req.GetNames() {
			id, err := scenarioID("names", name)
			if err != nil {
				return nil, err
			}
			x, ok := byName[id]
			if !ok {
				return nil, refuse(codes.NotFound, "there is no scenario %s", clip(id))
			}
			list = append(list, x)
		}
	}
	out := &planwrightv1.CompareScenariosResponse{}
	for i := range list {
		m, err := scenarioMessage(&list[i])
		if err != nil {
			return nil, err
		}
		out.Scenarios = append(out.Scenarios, m)
	}
	return out, nil
}

var scenarioList = memoryList[*planwrightv1.Scenario]{
	columns: columns{{name: "scenario_id"}, {name: "plan"}, {name: "author"}, {name: "create_time", kind: timeKind}},
	get: func(m *planwrightv1.Scenario, name string) any {
		switch name {
		case "scenario_id":
			return strings.TrimPrefix(m.GetName(), scenarioPrefix)
		case "plan":
			return m.GetPlan()
		case "author":
			return m.GetAuthor()
		}
		return m.GetCreateTime().AsTime()
	},
	key: func(m *planwrightv1.Scenario) string {
		return m.GetCreateTime().AsTime().Format(time.RFC3339Nano) + m.GetName()
	},
}

// ListScenarios lists scenarios, newest first.
func (p *planService) ListScenarios(ctx context.Context, req *planwrightv1.ListScenariosRequest) (*planwrightv1.ListScenariosResponse, error) {
	list, err := p.s.ws.ListScenarios(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]*planwrightv1.Scenario, 0, len(list))
	for i := range list {
		m, err := scenarioMessage(&list[i])
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	rows, next, total, err := scenarioList.page(all, listQuery{method: "scenarios", filter: req.GetFilter(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListScenariosResponse{Scenarios: rows, NextPageToken: next, TotalSize: size32(int64(total))}, nil
}
