package snapshot

import (
	"context"
	"strconv"
	"strings"

	"planwright"
)

// LoadMade reads the planned orders of a plan and its messages on open orders as
// the engine that made it wrote them: of orders the sku, kind, quantity, due day,
// cost and sequence, the other columns being empty; of messages the exceptions
// EXPEDITE, DEFER and CANCEL. snap is the plan's snapshot.
func (w *Workspace) LoadMade(ctx context.Context, id string, snap *planwright.Snapshot) (*planwright.PlannedOrders, *planwright.Exceptions, error) {
	id, err := w.ResolvePlan(id)
	if err != nil {
		return nil, nil, err
	}
	path, err := w.file(ctx, planKind, id)
	if err != nil {
		return nil, nil, err
	}
	o, x := &planwright.PlannedOrders{}, &planwright.Exceptions{}
	err = w.read(ctx, path, func(c *Conn) error {
		if _, err := readMeta(ctx, c, id); err != nil {
			return err
		}
		l := planLoader{ctx: ctx, c: c, s: snap, id: id}
		l.made(o, x)
		return l.bad
	})
	if err != nil {
		return nil, nil, err
	}
	return o, x, nil
}

func (l *planLoader) made(o *planwright.PlannedOrders, x *planwright.Exceptions) {
	var kind, id, code []string
	l.each(`SELECT item_id, site_id, order_id, kind, qty, due_on, cost FROM main.planned_orders ORDER BY item_id, site_id, due_on, order_id`, func(n int, skus []planwright.SKU, col func() vec) {
		o.SKU = append(o.SKU, skus...)
		textCells(&id, n, col())
		textCells(&kind, n, col())
		qtyCells(&o.Qty, n, col())
		dayCells(&o.Due, n, col())
		floatCells(&o.Cost, n, col())
	})
	for i := range kind {
		k, ok := planwright.ParseOrderKind(kind[i])
		seq, err := strconv.ParseInt(id[i][strings.LastIndexByte(id[i], ':')+1:], 10, 32)
		if !ok || err != nil {
			l.bad = fail(planwright.CodeFileFormat, "open plan", l.id, "planned order "+id[i]+" of kind "+kind[i], "run the plan again", err)
			return
		}
		o.Kind, o.Seq = append(o.Kind, k), append(o.Seq, int32(seq))
	}
	l.each(`SELECT item_id, site_id, code, order_id, "on", qty, move_to, value FROM main.exceptions WHERE order_id <> '' AND item_id <> '' AND code IN ('EXPEDITE', 'DEFER', 'CANCEL') ORDER BY item_id, site_id, order_id, "on", move_to, qty`, func(n int, skus []planwright.SKU, col func() vec) {
		x.SKU = append(x.SKU, skus...)
		textCells(&code, n, col())
		textCells(&x.OrderID, n, col())
		dayCells(&x.On, n, col())
		qtyCells(&x.Qty, n, col())
		dayCells(&x.MoveTo, n, col())
		floatCells(&x.Value, n, col())
	})
	for i := range code {
		c, _ := planwright.ParseCode(code[i]) // one of the three
		x.Code, x.Detail = append(x.Code, c), append(x.Detail, "")
	}
}
