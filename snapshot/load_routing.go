package snapshot

import (
	"fmt"
	"slices"

	"planwright"
)

func (l *loader) resources() error {
	n, err := l.count("resources")
	if err != nil {
		return err
	}
	t := &l.s.Resources
	*t = planwright.Resources{ID: make([]string, n), Site: filled(n, planwright.None), PerDay: make([]float64, n)}
	site, cal := make([]string, n), make([]string, n)
	err = l.read("resources", "SELECT resource_id, site_id, calendar_id, capacity_per_day FROM main.resources ORDER BY resource_id", n, func(b *block) {
		b.texts(t.ID)
		b.texts(site)
		b.texts(cal)
		b.floats(t.PerDay)
	})
	t.Calendar = l.calendarsOf(cal)
	for i, id := range site {
		if x, ok := slices.BinarySearch(l.s.Sites.ID, id); ok {
			t.Site[i] = int32(x)
		}
	}
	return err
}

// routings reads the steps. One whose item or resource the snapshot does not
// have (an import refuses it; a file made before it did may hold it) loads
// nothing that could be levelled: it is left out with an exception.
func (l *loader) routings() error {
	n, err := l.count("routings")
	if err != nil {
		return err
	}
	r := planwright.Routings{BOMID: make([]string, n), Step: make([]int32, n), Setup: make([]float64, n), PerUnit: make([]float64, n), ScrapPct: make([]float64, n)}
	item, resource := make([]string, n), make([]string, n)
	err = l.read("routings", "SELECT item_id, bom_id, step, resource_id, setup, per_unit, scrap_pct FROM main.routings ORDER BY item_id, bom_id, step, resource_id", n, func(b *block) {
		b.texts(item)
		b.texts(r.BOMID)
		b.ints(r.Step)
		b.texts(resource)
		b.floats(r.Setup)
		b.floats(r.PerUnit)
		b.floats(r.ScrapPct)
	})
	t := &l.s.Routings
	for i := range n {
		at, known := slices.BinarySearch(l.s.Items.ID, item[i])
		res, works := slices.BinarySearch(l.s.Resources.ID, resource[i])
		if !known || !works {
			x := planwright.Exception{Code: planwright.CodeUnknownItem, SKU: planwright.NoSKU, On: planwright.NoDay, Qty: planwright.NoQty, MoveTo: planwright.NoDay,
				Detail: fmt.Sprintf("routing of %s, step %d: resource %s", item[i], r.Step[i], resource[i])}
			if known {
				x.Code = planwright.CodeUnknownResource
				if l.skuOff[at] < l.skuOff[at+1] {
					x.SKU = planwright.SKU(l.skuOff[at])
				}
			}
			l.s.Found.Add(x)
			continue
		}
		t.Item, t.Resource, t.BOMID, t.Step = append(t.Item, int32(at)), append(t.Resource, int32(res)), append(t.BOMID, r.BOMID[i]), append(t.Step, r.Step[i])
		t.Setup, t.PerUnit, t.ScrapPct = append(t.Setup, r.Setup[i]), append(t.PerUnit, r.PerUnit[i]), append(t.ScrapPct, r.ScrapPct[i])
	}
	return err
}
