package api

import (
	"context"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/mrp"
)

// maxPromises bounds the lines of one request.
const maxPromises = 1000

// Promise says when new orders can be delivered.
func (p *planService) Promise(ctx context.Context, req *planwrightv1.PromiseRequest) (*planwrightv1.PromiseResponse, error) {
	if n := len(req.GetLines()); n == 0 || n > maxPromises {
		return nil, badField("lines", "are %d, not 1 to %d", n, maxPromises)
	}
	if m := req.GetMode(); m != "" && m != "atp" && m != "ctp" {
		return nil, badField("mode", "%q is not atp or ctp", clip(m))
	}
	st, err := p.s.stand(ctx, "parent", req.GetParent(), true)
	if err != nil {
		return nil, err
	}
	requests := make([]mrp.Request, len(req.GetLines()))
	for i, l := range req.GetLines() {
		field := "lines[" + decimal(int64(i)) + "]"
		r := &requests[i]
		if r.SKU, err = st.sku(l.GetItemId(), l.GetSiteId()); err != nil {
			return nil, err
		}
		if r.Qty, err = qtyField(field+".qty", l.GetQty(), 0); err != nil {
			return nil, err
		}
		if r.Due, err = dayField(field+".due_on", l.GetDueOn(), st.snap.AsOf); err != nil {
			return nil, err
		}
		r.Priority = l.GetPriority()
	}
	promiser := mrp.NewPromiser(st.structure, st.records, mrp.ATPOptions{FirmOnly: req.GetFirmOnly(), KeepForecast: req.GetKeepForecast(), KeepSafety: req.GetKeepSafetyStock()})
	out := &planwrightv1.PromiseResponse{Plan: planPrefix + st.plan, Answers: make([]*planwrightv1.PromiseAnswer, len(requests))}
	for _, i := range mrp.Order(requests) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if req.GetMode() == "atp" {
			parts, rest := promiser.Deliver(requests[i])
			out.Answers[i] = st.deliveries(requests[i], parts, rest)
		} else {
			out.Answers[i] = st.answer(promiser.Promise(requests[i]))
		}
	}
	return out, nil
}

// deliveries writes an answer from what is free.
func (st *standing) deliveries(r mrp.Request, parts []mrp.Delivery, rest planwright.Qty) *planwrightv1.PromiseAnswer {
	m := &planwrightv1.PromiseAnswer{Ok: rest == 0}
	for _, d := range parts {
		m.Parts = append(m.Parts, &planwrightv1.PromisePart{On: d.On.String(), Qty: d.Qty.String()})
	}
	if rest > 0 {
		m.Short = st.ref(r.SKU)
		return m
	}
	last := parts[len(parts)-1].On
	m.On, m.LateDays = last.String(), int32(last-max(r.Due, st.snap.AsOf))
	return m
}

// answer writes a promise through the bill of material.
func (st *standing) answer(a mrp.Promise) *planwrightv1.PromiseAnswer {
	m := &planwrightv1.PromiseAnswer{Ok: a.OK, On: dayText(a.On), LateDays: a.Late, Truncated: a.Cut}
	for _, k := range a.Critical {
		m.Critical = append(m.Critical, st.ref(k))
	}
	if a.Short != planwright.NoSKU {
		m.Short = st.ref(a.Short)
	}
	for _, x := range a.Steps {
		step := &planwrightv1.PromiseStep{Level: int32(x.Level), Qty: x.Qty.String(), NewOrder: x.New, StartOn: dayText(x.Start), AvailableOn: dayText(x.Available)}
		step.ItemId, step.SiteId = st.codes(x.SKU)
		m.Steps = append(m.Steps, step)
	}
	return m
}

func (st *standing) ref(k planwright.SKU) *planwrightv1.SkuRef {
	item, site := st.codes(k)
	return &planwrightv1.SkuRef{ItemId: item, SiteId: site}
}
