package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

// DecideSuggestions decides about suggestions.
func (r *replenishmentService) DecideSuggestions(ctx context.Context, req *planwrightv1.DecideSuggestionsRequest) (*planwrightv1.DecideSuggestionsResponse, error) {
	if err := checkRequestID(req.GetRequestId()); err != nil {
		return nil, err
	}
	plan, err := r.s.planID("parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	ask := snapshot.DecisionRequest{Plan: plan, Author: c.caller, RequestID: req.GetRequestId(), At: time.Now(), DryRun: req.GetValidateOnly(),
		Orders: make([]snapshot.DecisionOrder, len(req.GetDecisions())), May: func(d *planwright.Decision, s *snapshot.Decidable) error { return r.s.mayDecide(ctx, d, s) }}
	ids := make([]any, len(ask.Orders))
	for i, d := range req.GetDecisions() {
		field := fmt.Sprintf("decisions[%d]", i)
		o := snapshot.DecisionOrder{Suggestion: d.GetSuggestionId(), Verb: d.GetAction(), Etag: d.GetEtag(), Qty: planwright.NoQty, Reason: d.GetReason()}
		if d.GetQty() != "" {
			if o.Qty, err = qtyField(field+".qty", d.GetQty(), 0); err != nil {
				return nil, err
			}
		}
		if o.Date, err = dayField(field+".date", d.GetDate(), planwright.NoDay); err != nil {
			return nil, err
		}
		ask.Orders[i], ids[i] = o, o.Suggestion
	}
	if c.who != nil && c.who.Sites != nil {
		ask.Sees = c.sees
	}
	made, err := r.s.ws.Decide(ctx, ask)
	if errors.Is(err, snapshot.ErrRequestUsed) {
		return nil, usedRequestID(req.GetRequestId())
	}
	if err != nil {
		return nil, err
	}
	for i := range made {
		r.s.log.InfoContext(ctx, "decided", "request_id", c.requestID, "decision", made[i].ID, "suggestion", made[i].Suggestion, "status", made[i].Status.String(), "caller", c.caller, "dry_run", ask.DryRun)
	}
	now, err := r.suggestions(ctx, plan, ids)
	if err != nil {
		return nil, err
	}
	resp := &planwrightv1.DecideSuggestionsResponse{}
	for i := range ask.Orders {
		if m := now[ask.Orders[i].Suggestion]; m != nil {
			resp.Suggestions = append(resp.Suggestions, m)
		}
	}
	return resp, nil
}

// suggestions reads suggestions of a plan as they are now, by id.
func (r *replenishmentService) suggestions(ctx context.Context, plan string, ids []any) (map[string]*planwrightv1.Suggestion, error) {
	l := suggestionLists[callOf(ctx).language]
	query, args := l.sql("suggestion_id IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(ids)), ", ")+")", ids, nil, len(ids), 0)
	rows, err := l.query(ctx, r.s, plan, query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[string]*planwrightv1.Suggestion, len(ids))
	c := &cells{rows: rows}
	for rows.Next() {
		c.at = 0
		m := l.row(c)
		if c.err != nil {
			return nil, c.err
		}
		m.Name = planPrefix + plan + suggestionInfix + m.GetSuggestionId()
		found[m.GetSuggestionId()] = m
	}
	return found, rows.Err()
}

// decisionList lists the journal.
var decisionList = memoryList[*planwrightv1.Decision]{
	columns: columns{{name: "decision_id", kind: intKind}, {name: "status"}, {name: "action"}, {name: "item_id"}, {name: "site_id"}, {name: "order_id"}, {name: "cause"},
		{name: "author"}, {name: "plan"}, {name: "suggestion_id"}, {name: "request_id"}, {name: "decided_at", kind: timeKind}},
	get: func(m *planwrightv1.Decision, name string) any {
		switch name {
		case "decision_id":
			return m.GetDecisionId()
		case "status":
			return m.GetStatus()
		case "action":
			return m.GetAction()
		case "item_id":
			return m.GetItemId()
		case "site_id":
			return m.GetSiteId()
		case "order_id":
			return m.GetOrderId()
		case "cause":
			return m.GetCause()
		case "author":
			return m.GetAuthor()
		case "plan":
			return m.GetPlan()
		case "suggestion_id":
			return m.GetSuggestionId()
		case "request_id":
			return m.GetRequestId()
		}
		return m.GetDecidedAt().AsTime()
	},
	key: func(m *planwrightv1.Decision) string { return fmt.Sprintf("%020d", m.GetDecisionId()) },
}

// ListDecisions lists the journal of decisions, newest first.
func (r *replenishmentService) ListDecisions(ctx context.Context, req *planwrightv1.ListDecisionsRequest) (*planwrightv1.ListDecisionsResponse, error) {
	list, err := r.s.ws.ListDecisions(ctx, 0)
	if err != nil {
		return nil, err
	}
	all := make([]*planwrightv1.Decision, 0, len(list))
	for i := range list {
		d := &list[i]
		if !callOf(ctx).sees(d.Key.Site) {
			continue
		}
		m := &planwrightv1.Decision{DecisionId: d.ID, Status: d.Status.String(), Action: d.Key.Action.String(), ItemId: d.Key.Item, SiteId: d.Key.Site, OrderId: d.Key.Order, Cause: d.Key.Cause,
			Basis: d.Basis, Date: dayText(d.Date), Until: dayText(d.Until), Reason: d.Reason, Author: d.Author, DecidedAt: timestamppb.New(d.At), Plan: planPrefix + d.Plan,
			SuggestionId: d.Suggestion, RequestId: d.RequestID}
		if d.Qty.Known() {
			m.Qty = d.Qty.String()
		}
		all = append(all, m)
	}
	rows, next, total, err := decisionList.page(all, listQuery{method: "decisions", filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListDecisionsResponse{Decisions: rows, NextPageToken: next, TotalSize: size32(int64(total))}, nil
}
