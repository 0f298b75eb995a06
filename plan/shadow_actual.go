package plan

import (
	"context"

	"planwright"
)

// DemandThatCame is the demand since the plan's day in the history of a later snapshot:
// sales less returns of each day, by the sku's of the plan's snapshot. Sku's that this one
// does not have are left out.
func (st *Standing) DemandThatCame(ctx context.Context, later *planwright.Snapshot) (func(planwright.SKU) ([]planwright.Day, []planwright.Qty), error) {
	type sold struct {
		on  []planwright.Day
		qty []planwright.Qty
	}
	all := map[planwright.SKU]*sold{}
	const at = 4096
	for lo := planwright.SKU(0); int(lo) < later.Len() && later.ReadHistory != nil; lo += at {
		h, err := later.ReadHistory(ctx, lo, min(lo+at, planwright.SKU(later.Len())))
		if err != nil {
			return nil, err
		}
		for i := range len(h.Off) - 1 {
			k := lo + planwright.SKU(i)
			own := st.Snap.Find(later.Items.ID[later.SKUs.Item[k]], later.Sites.ID[later.SKUs.Site[k]])
			if own == planwright.NoSKU {
				continue
			}
			for r := h.Off[i]; r < h.Off[i+1]; r++ {
				if h.On[r] < st.Snap.AsOf || h.Kind[r] == planwright.Issue {
					continue
				}
				x := all[own]
				if x == nil {
					x = &sold{}
					all[own] = x
				}
				q := h.Qty[r]
				if h.Kind[r] == planwright.Return {
					q = -q
				}
				x.on, x.qty = append(x.on, h.On[r]), append(x.qty, q)
			}
		}
	}
	return func(k planwright.SKU) ([]planwright.Day, []planwright.Qty) {
		if x := all[k]; x != nil {
			return x.on, x.qty
		}
		return nil, nil
	}, nil
}
