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
	var made [2]*plan.Made
	if st[0].Plan.Version != st[1].Plan.Version {
		for i, x := range st {
			id, err := p.s.planID([]string{"base", "name"}[i], []string{req.GetBase(), req.GetName()}[i])
			if err != nil {
				return nil, err
			}
			o, list, err := p.s.ws.LoadMade(ctx, id, x.Snap)
			if err != nil {
				return nil, err
			}
			made[i] = &plan.Made{Orders: *o, Exceptions: *list}
		}
	}
	c, err := plan.CompareMade(ctx, st[0], st[1], made[0], made[1])
	if err != nil {
		return nil, err
	}
	out := &planwrightv1.PlanComparison{KeptCount: size32(int64(c.Kept)), ChangedCount: size32(int64(len(c.Changes))), EngineChanged: c.EngineChanged, ChangedMessageCount: size32(int64(len(c.Messages)))}
	for _, x := range plan.Causes() {
		if t := c.Totals[x]; t.Orders > 0 || t.Money != 0 {
			out.Causes = append(out.Causes, &planwrightv1.CauseTotal{Cause: x.String(), Orders: size32(int64(t.Orders)), Money: t.Money})
		}
	}
	for _, b := range c.Bands {
		out.Bands = append(out.Bands, &planwrightv1.NervousnessBand{FromDay: int32(b.FromDay), ToDay: int32(b.ToDay), Orders: size32(int64(b.Orders)), Changed: size32(int64(b.Changed)), Planned: b.Planned, Moved: b.Moved})
	}
	for i := range c.Changes[:min(most, len(c.Changes))] {
		out.Changes = append(out.Changes, orderChange(&c.Changes[i]))
	}
	for i := range c.Messages[:min(most, len(c.Messages))] {
		x := &c.Messages[i]
		out.Messages = append(out.Messages, &planwrightv1.MessageChange{Kind: x.Kind.String(), Action: x.Action.String(), Cause: x.Why.String(), OrderId: x.OrderID, ItemId: x.Item, SiteId: x.Site,
			FromQty: x.FromQty.String(), ToQty: x.ToQty.String(), FromMoveTo: dayText(x.FromDay), ToMoveTo: dayText(x.ToDay), Money: x.Money, Parts: changeParts(x.Parts[:])})
	}
	return out, nil
}

func orderChange(x *plan.Change) *planwrightv1.OrderChange {
	return &planwrightv1.OrderChange{Kind: x.Kind.String(), Cause: x.Why.String(), ItemId: x.Item, SiteId: x.Site, FromOrderId: x.FromID, OrderId: x.ID,
		FromQty: x.FromQty.String(), ToQty: x.ToQty.String(), FromDueOn: dayText(x.FromDay), ToDueOn: dayText(x.ToDay), Money: x.Money, Parts: changeParts(x.Parts[:])}
}

// changeParts are the causes that did something to a quantity.
func changeParts(parts []planwright.Qty) []*planwrightv1.ChangePart {
	var list []*planwrightv1.ChangePart
	for c, q := range parts {
		if q != 0 {
			list = append(list, &planwrightv1.ChangePart{Cause: plan.Cause(c).String(), Qty: q.String()})
		}
	}
	return list
}
