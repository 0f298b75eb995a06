package api

import (
	"context"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/plan"
)

// Changes of an answer.
const (
	defaultChanges = 100
	maxChanges     = 10_000
)

// ComparePlans says what changed between two plans, and why.
func (p *planService) ComparePlans(ctx context.Context, req *planwrightv1.ComparePlansRequest) (*planwrightv1.PlanComparison, error) {
	most := int(req.GetMaxChanges())
	switch {
	case most < 0 || most > maxChanges:
		return nil, badField("max_changes", "%d is not 0 to %d", most, maxChanges)
	case most == 0:
		most = defaultChanges
	}
	var st [2]*plan.Standing
	for i, f := range [2][2]string{{"base", req.GetBase()}, {"name", req.GetName()}} {
		x, done, err := p.s.askable(ctx, f[0], f[1])
		if err != nil {
			return nil, err
		}
		defer done() //nolint:errcheck // read only
		st[i] = x
	}
	c, err := plan.Compare(ctx, st[0], st[1])
	if err != nil {
		return nil, err
	}
	out := &planwrightv1.PlanComparison{KeptCount: size32(int64(c.Kept)), ChangedCount: size32(int64(len(c.Changes))), EngineChanged: c.EngineChanged}
	for _, x := range plan.Causes() {
		if t := c.Totals[x]; t.Orders > 0 || t.Money != 0 {
			out.Causes = append(out.Causes, &planwrightv1.CauseTotal{Cause: x.String(), Orders: size32(int64(t.Orders)), Money: t.Money})
		}
	}
	for _, b := range c.Bands {
		out.Bands = append(out.Bands, &planwrightv1.NervousnessBand{FromDay: int32(b.FromDay), ToDay: int32(b.ToDay), Orders: size32(int64(b.Orders)), Changed: size32(int64(b.Changed)), Planned: b.Planned, Moved: b.Moved})
	}
	for i := range c.Changes[:min(most, len(c.Changes))] {
		out.Changes = append(out.Changes, orderChange(st, &c.Changes[i]))
	}
	return out, nil
}

func orderChange(st [2]*plan.Standing, x *plan.Change) *planwrightv1.OrderChange {
	s, k := st[1].Snap, x.SKU
	if k == planwright.NoSKU {
		s, k = st[0].Snap, st[0].Plan.Orders.SKU[x.From]
	}
	m := &planwrightv1.OrderChange{Kind: x.Kind.String(), Cause: x.Why.String(), ItemId: s.Items.ID[s.SKUs.Item[k]], SiteId: s.Sites.ID[s.SKUs.Site[k]], FromOrderId: x.FromID, OrderId: x.ID,
		FromQty: x.FromQty.String(), ToQty: x.ToQty.String(), FromDueOn: dayText(x.FromDay), ToDueOn: dayText(x.ToDay), Money: x.Money}
	for c, q := range x.Parts {
		if q != 0 {
			m.Parts = append(m.Parts, &planwrightv1.ChangePart{Cause: plan.Cause(c).String(), Qty: q.String()})
		}
	}
	return m
}
