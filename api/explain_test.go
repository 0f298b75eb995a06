package api

import (
	"math/big"
	"net/url"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	planwrightv1 "planwright/api/planwright/v1"
)

// addsUp does the sums of a tree again, in exact decimals, and counts them.
func addsUp(t *testing.T, n *planwrightv1.ExplanationNode) (sums int) {
	t.Helper()
	if n.GetOp() == "fact" && n.GetSourceTable() == "" && n.GetSourceRule() == "" {
		t.Errorf("%s is a fact without source", n.GetText())
	}
	if n.GetOp() == "sum" && n.GetKind() == "quantity" {
		total := new(big.Rat)
		for _, x := range n.GetParts() {
			v, ok := new(big.Rat).SetString(x.GetValue())
			if !ok {
				t.Fatalf("%q is no number", x.GetValue())
			}
			if x.GetMinus() {
				v.Neg(v)
			}
			total.Add(total, v)
		}
		if want, _ := new(big.Rat).SetString(n.GetValue()); want == nil || want.Cmp(total) != 0 {
			t.Errorf("%s is %s, its parts make %s", n.GetText(), n.GetValue(), total.FloatString(6))
		}
		sums++
	}
	for _, x := range n.GetParts() {
		sums += addsUp(t, x)
	}
	return sums
}

// TestExplain: suggestions and policies explain themselves over gRPC and REST, in
// both languages, with figures equal to those listed.
func TestExplain(t *testing.T) {
	v := planned(t, 0, true, nil)
	ctx := deadline(t, time.Minute)
	c := planwrightv1.NewReplenishmentServiceClient(v.grpc)
	found, err := c.ListSuggestions(ctx, &planwrightv1.ListSuggestionsRequest{Parent: "plans/latest", PageSize: 12})
	if err != nil || len(found.GetSuggestions()) == 0 {
		t.Fatalf("ListSuggestions = %v, %v", found, err)
	}
	sums, changes := 0, 0
	for i, s := range found.GetSuggestions() {
		x, err := c.ExplainSuggestion(ctx, &planwrightv1.ExplainSuggestionRequest{Name: s.GetName(), Counterfactuals: i < 3})
		if err != nil {
			t.Fatalf("ExplainSuggestion(%s) = %v", s.GetName(), err)
		}
		changes += len(x.GetCounterfactuals())
		for _, f := range x.GetFigures() {
			if f.GetName() == "qty" && f.GetValue() != s.GetQty() || f.GetName() == "act_by" && f.GetValue() != s.GetActBy() {
				t.Errorf("%s of %s is %s, its explanation makes %s", f.GetName(), s.GetName(), s.GetQty()+" by "+s.GetActBy(), f.GetValue())
			}
			sums += addsUp(t, f.GetTree())
		}
	}
	if sums == 0 {
		t.Error("no sum to check")
	}
	first := found.GetSuggestions()[0]
	zh, err := c.ExplainSuggestion(metadata.AppendToOutgoingContext(ctx, "accept-language", "zh"), &planwrightv1.ExplainSuggestionRequest{Name: first.GetName()})
	en, err2 := c.ExplainSuggestion(ctx, &planwrightv1.ExplainSuggestionRequest{Name: first.GetName()})
	if err != nil || err2 != nil || zh.GetFigures()[0].GetTree().GetText() == en.GetFigures()[0].GetTree().GetText() || zh.GetFigures()[0].GetValue() != en.GetFigures()[0].GetValue() {
		t.Errorf("Chinese and English explain %v and %v, %v, %v", zh, en, err, err2)
	}
	p, err := c.ExplainPolicy(ctx, &planwrightv1.ExplainPolicyRequest{Parent: "plans/latest", ItemId: first.GetItemId(), SiteId: first.GetSiteId()})
	if err != nil || len(p.GetFigures()) == 0 {
		t.Errorf("ExplainPolicy = %v, %v", p, err)
	}
	for _, bad := range []string{"plans/latest/suggestions/none", "plans/latest"} {
		_, err := c.ExplainSuggestion(ctx, &planwrightv1.ExplainSuggestionRequest{Name: bad})
		if code := status.Code(err); code != codes.NotFound && code != codes.InvalidArgument {
			t.Errorf("ExplainSuggestion(%s) = %v", bad, err)
		}
	}
	if _, err := c.ExplainPolicy(ctx, &planwrightv1.ExplainPolicyRequest{Parent: "plans/latest", ItemId: "none"}); status.Code(err) != codes.NotFound {
		t.Errorf("ExplainPolicy of no sku = %v", err)
	}
	m := v.get("/v1/plans/latest/suggestions/" + url.PathEscape(first.GetSuggestionId()) + ":explain")
	if figures := list(m, "figures"); len(figures) != len(en.GetFigures()) || m["subject"] != first.GetSuggestionId() {
		t.Errorf("REST explains %v", m)
	}
	if m := v.get("/v1/plans/latest:explainPolicy?item_id=" + url.QueryEscape(first.GetItemId()) + "&site_id=" + url.QueryEscape(first.GetSiteId())); len(list(m, "figures")) == 0 {
		t.Errorf("REST explains the policy by %v", m)
	}
}

// TestComparePlans: a plan differs from itself in nothing, over gRPC and REST; a
// plan that is missing, and more changes than an answer holds, are refused.
func TestComparePlans(t *testing.T) {
	v := planned(t, 0, true, nil)
	ctx := deadline(t, time.Minute)
	c := planwrightv1.NewPlanServiceClient(v.grpc)
	x, err := c.ComparePlans(ctx, &planwrightv1.ComparePlansRequest{Name: "plans/latest", Base: "plans/latest"})
	if err != nil || x.GetChangedCount() != 0 || x.GetKeptCount() == 0 || len(x.GetBands()) == 0 {
		t.Errorf("ComparePlans = %v, %v", x, err)
	}
	if m := v.get("/v1/plans/latest:compare?base=plans/latest"); m["kept_count"] != float64(x.GetKeptCount()) {
		t.Errorf("REST compares %v", m)
	}
	for _, bad := range []*planwrightv1.ComparePlansRequest{{Name: "plans/latest", Base: "plans/p9999-00000000"}, {Name: "plans/latest", Base: "plans/latest", MaxChanges: -1}} {
		if _, err := c.ComparePlans(ctx, bad); status.Code(err) != codes.NotFound && status.Code(err) != codes.InvalidArgument {
			t.Errorf("ComparePlans(%v) = %v", bad, err)
		}
	}
}
