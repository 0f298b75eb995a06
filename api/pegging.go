package api

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"

	planwrightv1 "planwright/api/planwright/v1"
)

// Limits of following pegs: a part that everything uses leads everywhere.
const (
	maxLinks  = 10_000
	maxLevels = 100
	maxAsked  = 500 // orders in one query
)

// pegNode is an order on the way: of one item where the order has lines for
// several.
type pegNode struct{ id, item string }

// pegging answers GetPegging by following the plan's single-level pegs, level
// by level.
type pegging struct {
	s    *Server
	plan string
	root *planwrightv1.GetPeggingRequest
}

// GetPegging follows the pegging of an order.
func (p *planService) GetPegging(ctx context.Context, req *planwrightv1.GetPeggingRequest) (*planwrightv1.Pegging, error) {
	if req.GetOrderId() == "" {
		return nil, badField("order_id", "is empty")
	}
	switch req.GetDirection() {
	case planwrightv1.PeggingDirection_PEGGING_DIRECTION_UNSPECIFIED, planwrightv1.PeggingDirection_PEGGING_DIRECTION_UP, planwrightv1.PeggingDirection_PEGGING_DIRECTION_DOWN:
	default:
		return nil, badField("direction", "is not one of the directions")
	}
	id, err := p.s.planID("parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	g := &pegging{s: p.s, plan: id, root: req}
	out := &planwrightv1.Pegging{Plan: planPrefix + id, OrderId: req.GetOrderId()}
	if req.GetDirection() != planwrightv1.PeggingDirection_PEGGING_DIRECTION_DOWN {
		links, cut, err := g.follow(ctx, true)
		if err != nil {
			return nil, err
		}
		out.Up, out.Truncated = links, cut
	}
	if req.GetDirection() != planwrightv1.PeggingDirection_PEGGING_DIRECTION_UP {
		links, cut, err := g.follow(ctx, false)
		if err != nil {
			return nil, err
		}
		out.Down, out.Truncated = links, out.Truncated || cut
	}
	if len(out.GetUp()) == 0 && len(out.GetDown()) == 0 {
		known, err := g.known(ctx)
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, refuse(codes.NotFound, "plan %s has no order %s that is pegged", id, clip(req.GetOrderId()))
		}
	}
	return out, nil
}

// known says whether the plan pegs the order at all, the other way.
func (g *pegging) known(ctx context.Context) (bool, error) {
	for _, end := range []string{"supply_id = ?", "demand_order = ?"} {
		n, err := g.s.count(ctx, g.plan, "pegging", end, []any{g.root.GetOrderId()})
		if n > 0 || err != nil {
			return n > 0, err
		}
	}
	return false, nil
}

// follow returns the links of one direction. Every link comes once, at the
// first level that reaches it.
func (g *pegging) follow(ctx context.Context, up bool) (links []*planwrightv1.PeggingLink, truncated bool, err error) {
	wave := []pegNode{{g.root.GetOrderId(), g.root.GetItemId()}}
	seen := map[pegNode]bool{wave[0]: true}
	for level := int32(1); len(wave) > 0; level++ {
		if level > maxLevels {
			return links, true, nil
		}
		var after []pegNode
		for lo := 0; lo < len(wave); lo += maxAsked {
			part := wave[lo:min(lo+maxAsked, len(wave))]
			site := ""
			if level == 1 {
				site = g.root.GetSiteId()
			}
			found, err := g.links(ctx, part, site, up, level, maxLinks-len(links))
			if err != nil {
				return nil, false, err
			}
			links = append(links, found...)
			for _, l := range found {
				if n, ok := beyond(l, up); ok && !seen[n] {
					seen[n] = true
					after = append(after, n)
				}
			}
			if len(links) >= maxLinks {
				return links, true, nil
			}
		}
		wave = after
	}
	return links, false, nil
}

// beyond returns the order at the far end of a link, from which to follow on.
// Upwards: what a planned order, a transfer or a work order takes is a demand
// of that order. Downwards: a supply that is an order has demands of its own.
func beyond(l *planwrightv1.PeggingLink, up bool) (pegNode, bool) {
	if up {
		switch l.GetDemandKind() {
		case "dependent", "reservation":
			return pegNode{id: l.GetDemandId()}, l.GetDemandId() != ""
		case "transfer": // the same item at another site
			return pegNode{l.GetDemandId(), l.GetItemId()}, l.GetDemandId() != ""
		}
		return pegNode{}, false
	}
	switch l.GetSupplyKind() {
	case "transfer":
		return pegNode{l.GetSupplyId(), l.GetItemId()}, l.GetSupplyId() != ""
	case "stock", "purchase":
		return pegNode{}, false
	}
	return pegNode{id: l.GetSupplyId()}, l.GetSupplyId() != ""
}

// links reads the pegs of the orders of one level.
func (g *pegging) links(ctx context.Context, nodes []pegNode, site string, up bool, level int32, limit int) ([]*planwrightv1.PeggingLink, error) {
	var b strings.Builder
	var args []any
	b.WriteString("SELECT supply_id, supply_kind, demand_id, demand_kind, item_id, site_id, qty, due_on FROM plan.pegging WHERE ")
	b.WriteString("(")
	end := map[bool]string{true: "supply_id", false: "demand_order"}[up]
	var whole []any
	for _, n := range nodes {
		if n.item == "" {
			whole = append(whole, n.id)
		}
	}
	if len(whole) > 0 {
		b.WriteString(end + " IN (?" + strings.Repeat(", ?", len(whole)-1) + ")")
		args = append(args, whole...)
	}
	for _, n := range nodes {
		if n.item == "" {
			continue
		}
		if len(args) > 0 {
			b.WriteString(" OR ")
		}
		b.WriteString(end + " = ? AND item_id = ?")
		args = append(args, n.id, n.item)
	}
	b.WriteString(")")
	if site != "" {
		b.WriteString(" AND site_id = ?")
		args = append(args, site)
	}
	b.WriteString(" ORDER BY seq LIMIT " + decimal(int64(limit)))
	rows, err := g.s.ws.Select(ctx, g.plan, b.String(), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*planwrightv1.PeggingLink
	c := &cells{rows: rows}
	for rows.Next() {
		c.at = 0
		found = append(found, &planwrightv1.PeggingLink{Level: level, SupplyId: c.text(), SupplyKind: c.text(), DemandId: c.text(), DemandKind: c.text(),
			ItemId: c.text(), SiteId: c.text(), Qty: c.qty(), DueOn: c.day()})
	}
	if c.err != nil {
		return nil, c.err
	}
	return found, rows.Err()
}
