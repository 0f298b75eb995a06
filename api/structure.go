package api

import (
	"context"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/mrp"
)

// ExplodeBom returns what a sku is made of.
func (p *planService) ExplodeBom(ctx context.Context, req *planwrightv1.ExplodeBomRequest) (*planwrightv1.ProductStructure, error) {
	qty, err := qtyField("qty", req.GetQty(), planwright.One)
	if err != nil {
		return nil, err
	}
	on, err := dayField("on", req.GetOn(), planwright.NoDay)
	if err != nil {
		return nil, err
	}
	st, err := p.s.stand(ctx, "parent", req.GetParent(), false)
	if err != nil {
		return nil, err
	}
	k, err := st.sku(req.GetItemId(), req.GetSiteId())
	if err != nil {
		return nil, err
	}
	out := st.structureOf(k, st.structure.Explosion(k, on))
	for _, u := range out.GetUsages() {
		x := u.GetPer()*qty.Float() + u.GetPerOrder()
		u.Required = &x
	}
	return out, nil
}

// WhereUsed returns what uses a sku.
func (p *planService) WhereUsed(ctx context.Context, req *planwrightv1.WhereUsedRequest) (*planwrightv1.ProductStructure, error) {
	on, err := dayField("on", req.GetOn(), planwright.NoDay)
	if err != nil {
		return nil, err
	}
	st, err := p.s.stand(ctx, "parent", req.GetParent(), false)
	if err != nil {
		return nil, err
	}
	k, err := st.sku(req.GetItemId(), req.GetSiteId())
	if err != nil {
		return nil, err
	}
	if req.GetDirect() {
		return st.structureOf(k, st.structure.WhereUsed(k, on)), nil
	}
	return st.structureOf(k, st.structure.Implosion(k, on)), nil
}

func (st *standing) structureOf(k planwright.SKU, uses []mrp.Use) *planwrightv1.ProductStructure {
	out := &planwrightv1.ProductStructure{Plan: planPrefix + st.plan}
	out.ItemId, out.SiteId = st.codes(k)
	for _, u := range uses {
		m := &planwrightv1.Usage{Level: int32(u.Level), Per: u.Per, PerOrder: u.PerOrder, Top: u.Top}
		m.ItemId, m.SiteId = st.codes(u.SKU)
		out.Usages = append(out.Usages, m)
	}
	return out
}
