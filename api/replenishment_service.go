package api

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"

	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/snapshot"
)

// replenishmentService implements planwright.v1.ReplenishmentService.
type replenishmentService struct {
	planwrightv1.UnimplementedReplenishmentServiceServer
	s *Server
}

// pressing sorts urgencies: what cannot wait first.
const pressing = `CASE urgency WHEN 'urgent' THEN 0 WHEN 'due' THEN 1 WHEN 'watch' THEN 2 WHEN 'excess' THEN 3 ELSE 4 END`

// suggestionLists are the lists of suggestions by language.
var suggestionLists = map[lang.Language]*tableList[*planwrightv1.Suggestion]{
	lang.English: suggestionList("reason"), lang.Chinese: suggestionList("reason_zh"),
}

// suggestionList lists suggestions, which are stored by rank.
func suggestionList(reason string) *tableList[*planwrightv1.Suggestion] {
	return &tableList[*planwrightv1.Suggestion]{
		method: "suggestions", table: "suggestions", live: true,
		source: snapshot.LiveSuggestions,
		name: func(m *planwrightv1.Suggestion, plan string) {
			m.Name = planPrefix + plan + suggestionInfix + m.GetSuggestionId()
		},
		columns: columns{{name: "suggestion_id"}, {name: "action"}, {name: "urgency", rank: pressing}, {name: "status"}, {name: "item_id"}, {name: "site_id"}, {name: "qty", kind: qtyKind},
			{name: "value", kind: floatKind}, {name: "act_by", kind: dayKind}, {name: "need_on", kind: dayKind}, {name: "impact", kind: floatKind}, {name: "reason", sql: reason},
			{name: "order_id"}, {name: "supplier_id"}, {name: "rank", kind: intKind}, {name: "basis"}, {name: "decided_by"}, {name: "decided_at", kind: timeKind}, {name: "decision_reason"},
			{name: "decided_qty", kind: qtyKind, sql: "new_qty"}, {name: "decided_date", kind: dayKind, sql: "new_date"}, {name: "snoozed_until", kind: dayKind, sql: "until"}, {name: "decision_id", kind: intKind}, {name: "at_stake", kind: floatKind}, {name: "person"}, {name: "at_stake_once", kind: floatKind}},
		row: func(c *cells) *planwrightv1.Suggestion {
			m := &planwrightv1.Suggestion{SuggestionId: c.text(), Action: c.text(), Urgency: c.text(), Status: c.text(), ItemId: c.text(), SiteId: c.text(), Qty: c.qty(), Value: c.number(),
				ActBy: c.day(), NeedOn: c.day(), Impact: c.number(), Reason: c.text(), OrderId: c.text(), SupplierId: c.text()}
			if n := c.integer(); n != nil {
				m.Rank = *n
			}
			m.Basis, m.DecidedBy, m.DecidedAt, m.DecisionReason, m.DecidedQty, m.DecidedDate, m.SnoozedUntil = c.text(), c.text(), c.instant(), c.text(), c.qty(), c.day(), c.day()
			n, _ := next[int64](c)
			m.AtStake, m.Person, m.AtStakeOnce = c.number(), c.text(), c.number()
			m.Etag = snapshot.SuggestionEtag(m.GetSuggestionId(), m.GetBasis(), m.GetStatus(), n)
			return m
		},
	}
}

// ListSuggestions lists suggestions.
func (r *replenishmentService) ListSuggestions(ctx context.Context, req *planwrightv1.ListSuggestionsRequest) (*planwrightv1.ListSuggestionsResponse, error) {
	pg, err := suggestionLists[callOf(ctx).language].page(ctx, r.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListSuggestionsResponse{Suggestions: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

// GetSuggestion gets one suggestion.
func (r *replenishmentService) GetSuggestion(ctx context.Context, req *planwrightv1.GetSuggestionRequest) (*planwrightv1.Suggestion, error) {
	parent, id, ok := strings.Cut(req.GetName(), suggestionInfix)
	if !ok || id == "" || len(id) > maxSuggestionLen || strings.IndexByte(id, 0) >= 0 {
		return nil, badField("name", "%q is not plans/{plan}/suggestions/{suggestion}", clip(req.GetName()))
	}
	plan, err := r.s.planID("name", parent)
	if err != nil {
		return nil, err
	}
	l := suggestionLists[callOf(ctx).language]
	// REST leaves a slash inside the id encoded; no id has that sequence itself.
	where := filter{{column: l.columns.find("suggestion_id"), value: strings.NewReplacer("%2F", "/", "%2f", "/").Replace(id)}}
	cond, args := where.where()
	query, args := l.sql(cond, args, nil, 1, 0)
	rows, err := l.query(ctx, r.s, plan, query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, err
		}
		return nil, refuse(codes.NotFound, "plan %s has no suggestion %s", plan, clip(id))
	}
	c := &cells{rows: rows}
	m := l.row(c)
	if c.err != nil {
		return nil, c.err
	}
	if !callOf(ctx).sees(m.GetSiteId()) {
		return nil, refuse(codes.NotFound, "plan %s has no suggestion %s", plan, clip(id))
	}
	m.Name = planPrefix + plan + suggestionInfix + m.GetSuggestionId()
	return m, nil
}

var policies = tableList[*planwrightv1.Policy]{
	method: "policies", table: "policies", order: "item_id, site_id",
	columns: columns{{name: "item_id"}, {name: "site_id"}, {name: "class"}, {name: "policy"}, {name: "safety_stock", kind: qtyKind}, {name: "reorder_point", kind: qtyKind},
		{name: "order_up_to", kind: qtyKind}, {name: "order_qty", kind: qtyKind}, {name: "service_target", kind: floatKind}, {name: "service_expected", kind: floatKind},
		{name: "cycle_stock_value", kind: floatKind}, {name: "safety_stock_value", kind: floatKind}, {name: "method"}, {name: "explain"}, {name: "sources"}},
	row: func(c *cells) *planwrightv1.Policy {
		return &planwrightv1.Policy{ItemId: c.text(), SiteId: c.text(), Class: c.text(), Policy: c.text(), SafetyStock: c.qty(), ReorderPoint: c.qty(), OrderUpTo: c.qty(), OrderQty: c.qty(),
			ServiceTarget: c.optional(), ServiceExpected: c.optional(), CycleStockValue: c.optional(), SafetyStockValue: c.optional(), Method: c.text(), Explain: c.text(), Sources: c.text()}
	},
}

// ListPolicies lists the policies of the sku's.
func (r *replenishmentService) ListPolicies(ctx context.Context, req *planwrightv1.ListPoliciesRequest) (*planwrightv1.ListPoliciesResponse, error) {
	pg, err := policies.page(ctx, r.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListPoliciesResponse{Policies: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}
