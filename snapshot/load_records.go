package snapshot

import (
	"context"

	"planwright"
)

// LoadRecords reads the MRP records of a plan back: the dated elements of every
// sku, in the order of the engine. Ref is None: the records tell what there is
// and when, not whose it is.
func (w *Workspace) LoadRecords(ctx context.Context, id string) (*planwright.Requirements, error) {
	id, err := w.ResolvePlan(id)
	if err != nil {
		return nil, err
	}
	info, err := w.GetPlan(id)
	if err != nil {
		return nil, err
	}
	n := info.Rows["requirements"]
	r := &planwright.Requirements{SKU: make([]planwright.SKU, 0, n), On: make([]planwright.Day, 0, n), Kind: make([]planwright.ElementKind, 0, n),
		Ref: make([]int32, 0, n), Qty: make([]planwright.Qty, 0, n), After: make([]planwright.Qty, 0, n)}
	path, err := w.file(ctx, planKind, id)
	if err != nil {
		return nil, err
	}
	err = w.read(ctx, path, func(c *Conn) error {
		if _, err := readMeta(ctx, c, id); err != nil {
			return err
		}
		s, err := c.stream(ctx, `SELECT sku, "on", kind, qty, available_after FROM data.requirements`)
		if err != nil {
			return err
		}
		defer s.Close()
		for {
			more, err := s.next()
			if err != nil || !more {
				return err
			}
			sku, on, kind, qty, after := s.chunk.col(0), s.chunk.col(1), s.chunk.col(2), s.chunk.col(3), s.chunk.col(4)
			r.SKU = append(r.SKU, cells[planwright.SKU](&sku)...)
			r.On = append(r.On, cells[planwright.Day](&on)...)
			r.Qty = append(r.Qty, cells[planwright.Qty](&qty)...)
			r.After = append(r.After, cells[planwright.Qty](&after)...)
			for _, k := range cells[int32](&kind) {
				r.Kind = append(r.Kind, planwright.ElementKind(k))
				r.Ref = append(r.Ref, planwright.None)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}
