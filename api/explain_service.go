package api

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/explain"
	"planwright/lang"
	"planwright/plan"
	"planwright/snapshot"
)

// askable puts a plan up in memory to be asked why. done lets go of its snapshot.
func (s *Server) askable(ctx context.Context, field, name string) (st *plan.Standing, done func() error, err error) {
	id, err := s.planID(field, name)
	if err != nil {
		return nil, nil, err
	}
	info, err := s.ws.GetPlan(id)
	if err != nil {
		return nil, nil, err
	}
	snap, closeSnap, err := s.ws.Load(ctx, info.SnapshotID, snapshot.LoadOptions{})
	if err != nil {
		return nil, nil, err
	}
	p, err := s.ws.LoadPlan(ctx, id, snap)
	if err == nil {
		st, err = plan.Stand(ctx, snap, p, 1)
	}
	if err != nil {
		_ = closeSnap()
		return nil, nil, err
	}
	return st, closeSnap, nil
}

// ExplainSuggestion explains the figures of a suggestion.
func (r *replenishmentService) ExplainSuggestion(ctx context.Context, req *planwrightv1.ExplainSuggestionRequest) (*planwrightv1.Explanation, error) {
	parent, id, ok := strings.Cut(req.GetName(), suggestionInfix)
	if !ok || id == "" || len(id) > maxSuggestionLen || strings.IndexByte(id, 0) >= 0 {
		return nil, badField("name", "%q is not plans/{plan}/suggestions/{suggestion}", clip(req.GetName()))
	}
	st, done, err := r.s.askable(ctx, "name", parent)
	if err != nil {
		return nil, err
	}
	defer done() //nolint:errcheck // read only
	// REST leaves a slash inside the id encoded; no id has that sequence itself.
	id = strings.NewReplacer("%2F", "/", "%2f", "/").Replace(id)
	i := slices.Index(st.Plan.Suggestions.ID, id)
	if i < 0 {
		return nil, refuse(codes.NotFound, "the plan has no suggestion %s", clip(id))
	}
	x, err := st.WhySuggestion(ctx, i)
	if err != nil {
		return nil, err
	}
	m := explanation(ctx, st, x)
	if req.GetCounterfactuals() && x.Order >= 0 {
		list, err := st.Counterfactuals(ctx, x.Order)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			y := &planwrightv1.Counterfactual{Goal: "not_needed", Text: lang.Text(callOf(ctx).language, c.Key, c.Pairs...), Key: c.Key}
			if c.Goal == plan.GoalWeekLater {
				y.Goal = "a_week_later"
			}
			if c.CostKey != "" {
				y.Cost = &c.Cost
			}
			m.Counterfactuals = append(m.Counterfactuals, y)
		}
	}
	return m, nil
}

// ExplainPolicy explains the levels of a sku.
func (r *replenishmentService) ExplainPolicy(ctx context.Context, req *planwrightv1.ExplainPolicyRequest) (*planwrightv1.Explanation, error) {
	st, done, err := r.s.askable(ctx, "parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	defer done() //nolint:errcheck // read only
	k := st.Snap.Find(req.GetItemId(), req.GetSiteId())
	if k == planwright.NoSKU {
		return nil, refuse(codes.NotFound, "the plan has no sku %s at site %s", clip(req.GetItemId()), clip(req.GetSiteId()))
	}
	x, err := st.WhyPolicy(ctx, k)
	if err != nil {
		return nil, err
	}
	return explanation(ctx, st, x), nil
}

// explanation writes the figures in the language of the call.
func explanation(ctx context.Context, st *plan.Standing, x *plan.Explanation) *planwrightv1.Explanation {
	s, l := st.Snap, callOf(ctx).language
	m := &planwrightv1.Explanation{Subject: x.ID, ItemId: s.Items.ID[s.SKUs.Item[x.SKU]], SiteId: s.Sites.ID[s.SKUs.Site[x.SKU]], Repaired: x.Repairs}
	for _, f := range x.Figures {
		m.Figures = append(m.Figures, &planwrightv1.ExplainedFigure{Name: f.Name, Value: f.Tree.Value.String(), Tree: explanationNode(l, f.Tree)})
	}
	return m
}

func explanationNode(l lang.Language, n *explain.Node) *planwrightv1.ExplanationNode {
	m := &planwrightv1.ExplanationNode{Text: lang.Text(l, n.Key, n.Pairs...), Key: n.Key, Op: n.Op.String(), Kind: n.Value.Kind.String(), Value: n.Value.String(), Minus: n.Minus, OrderId: n.Order}
	if n.Op == explain.Fact {
		m.SourceTable, m.SourceRow, m.SourceColumn, m.SourceRule = n.Source.Table, n.Source.Row, n.Source.Column, n.Source.Rule
	}
	for _, x := range n.Of {
		m.Parts = append(m.Parts, explanationNode(l, x))
	}
	return m
}
