package snapshot

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"planwright"
)

// bomLines are the lines of data.bom as stored: by item, not yet spread over
// the sites.
type bomLines struct {
	line, parent, component, site []int32
	usage                         []planwright.Ratio
	qty, per, scrap               []planwright.Qty
	fixed, divide, phantom        []bool
	role                          []planwright.BOMRole
	id                            []string
	priority                      []int32
	from, to                      []planwright.Day
	altGroup                      []string
	altPriority                   []int32
	altShare, lotFrom, lotTo      []planwright.Qty
}

func (l *loader) bom() error {
	n, err := l.count("bom")
	if err != nil {
		return err
	}
	t := &bomLines{
		line: make([]int32, n), parent: make([]int32, n), component: make([]int32, n), site: filled(n, planwright.None), usage: make([]planwright.Ratio, n),
		qty: make([]planwright.Qty, n), per: filled(n, planwright.One), scrap: make([]planwright.Qty, n), fixed: make([]bool, n), divide: make([]bool, n), phantom: make([]bool, n),
		role: make([]planwright.BOMRole, n), id: filled(n, "1"), priority: filled[int32](n, 1), from: filled(n, planwright.NoDay), to: filled(n, planwright.NoDay),
		altGroup: make([]string, n), altPriority: filled[int32](n, 1), altShare: filled(n, planwright.NoQty), lotFrom: filled(n, planwright.NoQty), lotTo: filled(n, planwright.NoQty),
	}
	err = l.read("bom", `SELECT line, parent, component, site, qty_per, per_qty, fixed, scrap_pct, scrap_rule, role, bom_id, priority, phantom, effective_from, effective_to,
		alternate_group, alternate_priority, alternate_share, lot_from, lot_to FROM data.bom`, n, func(b *block) {
		b.ints(t.line)
		b.ints(t.parent)
		b.ints(t.component)
		b.ints(t.site)
		b.qtys(t.qty)
		b.qtys(t.per)
		b.bools(t.fixed)
		b.qtys(t.scrap)
		b.is(t.divide, "divide")
		enums(b, t.role, planwright.ParseBOMRole)
		b.texts(t.id)
		b.ints(t.priority)
		b.bools(t.phantom)
		b.days(t.from)
		b.days(t.to)
		b.texts(t.altGroup)
		b.ints(t.altPriority)
		b.qtys(t.altShare)
		b.qtys(t.lotFrom)
		b.qtys(t.lotTo)
	})
	if err != nil {
		return err
	}
	order, err := l.bomOrder(t)
	if err != nil {
		return err
	}
	order = l.bomUsage(t, order)
	l.spread(t, order)
	return nil
}

// bomOrder returns the lines by parent item, then bom_id, then as the data set
// has them.
func (l *loader) bomOrder(t *bomLines) ([]int32, error) {
	items := int32(l.s.Items.Len())
	sites := int32(l.s.Sites.Len())
	off := make([]int32, items+1)
	for i, p := range t.parent {
		c, s := t.component[i], t.site[i]
		if p < 0 || p >= items || c < 0 || c >= items || s != planwright.None && (s < 0 || s >= sites) {
			return nil, fail(planwright.CodeFileFormat, "open snapshot", "bom row "+strconv.Itoa(i), "parent, component or site is not in its table", "import the data again", nil)
		}
		off[p+1]++
	}
	for i := range items {
		off[i+1] += off[i]
	}
	order := make([]int32, len(t.parent))
	fill := slices.Clone(off[:items])
	for i, p := range t.parent {
		order[fill[p]] = int32(i)
		fill[p]++
	}
	for p := range items {
		lines := order[off[p]:off[p+1]]
		less := func(a, b int32) int {
			if c := cmp.Compare(t.id[a], t.id[b]); c != 0 {
				return c
			}
			return cmp.Compare(t.line[a], t.line[b])
		}
		if !slices.IsSortedFunc(lines, less) {
			slices.SortStableFunc(lines, less)
		}
	}
	return order, nil
}

// bomUsage computes the exact usage of every line and leaves out those whose
// usage cannot be written as a fraction of 64 bits, with an exception each.
func (l *loader) bomUsage(t *bomLines, order []int32) []int32 {
	kept := order[:0]
	for _, i := range order {
		u, ok := planwright.UsageRatio(t.qty[i], t.per[i], t.scrap[i], t.divide[i])
		if !ok {
			k := planwright.NoSKU
			if l.skuOff[t.parent[i]] < l.skuOff[t.parent[i]+1] {
				k = planwright.SKU(l.skuOff[t.parent[i]])
			}
			l.s.Found.Add(planwright.Exception{Code: planwright.CodeQtyRange, SKU: k, On: planwright.NoDay, Qty: t.qty[i], MoveTo: planwright.NoDay,
				Detail: fmt.Sprintf("bom line %d: %s > %s, %s per %s with scrap %s %%", t.line[i], l.s.Items.ID[t.parent[i]], l.s.Items.ID[t.component[i]], t.qty[i], t.per[i], t.scrap[i])})
			continue
		}
		t.usage[i] = u
		kept = append(kept, i)
	}
	return kept
}

// mayBeMade says whether a sku can be made: it says so, or it says nothing and
// its sources either say so or are not there. An import makes the components'
// sku's by the same rule.
func (l *loader) mayBeMade(k planwright.SKU) bool {
	switch l.s.SKUs.Procurement[k] {
	case planwright.Make, planwright.Subcontract:
		return true
	case planwright.Buy, planwright.Transfer:
		return false
	}
	lo, hi := l.s.Sources.Off[k], l.s.Sources.Off[k+1]
	for i := lo; i < hi; i++ {
		if kind := l.s.Sources.Kind[i]; kind == planwright.Make || kind == planwright.Subcontract {
			return true
		}
	}
	return lo == hi
}

// spread puts every line at the sku's of its parent: at its own site, or at
// every site where the parent may be made. A line whose component is no sku
// there is left out with an exception.
func (l *loader) spread(t *bomLines, order []int32) {
	skus := l.s.Len()
	b := &l.s.BOM
	b.Off = make([]int32, skus+1)
	var at, comp []int32 // line and component sku of every spread line, by parent sku
	lo := 0
	for lo < len(order) {
		parent := t.parent[order[lo]]
		hi := lo
		for hi < len(order) && t.parent[order[hi]] == parent {
			hi++
		}
		for k := l.skuOff[parent]; k < l.skuOff[parent+1]; k++ {
			site := l.s.SKUs.Site[k]
			made := l.mayBeMade(planwright.SKU(k))
			for _, i := range order[lo:hi] {
				if t.site[i] != site && (t.site[i] != planwright.None || !made) {
					continue
				}
				c := l.skuOf(t.component[i], site)
				if c == planwright.NoSKU {
					l.s.Found.Add(planwright.Exception{Code: planwright.CodeUnknownItem, SKU: planwright.SKU(k), On: planwright.NoDay, Qty: t.qty[i], MoveTo: planwright.NoDay,
						Detail: fmt.Sprintf("bom line %d: component %s is not at site %s", t.line[i], l.s.Items.ID[t.component[i]], l.s.Sites.ID[site])})
					continue
				}
				at, comp = append(at, i), append(comp, int32(c))
				b.Off[k+1]++
			}
		}
		lo = hi
	}
	for i := range skus {
		b.Off[i+1] += b.Off[i]
	}
	b.Component = make([]planwright.SKU, len(comp))
	for i, c := range comp {
		b.Component[i] = planwright.SKU(c)
	}
	b.Usage, b.QtyPer, b.PerQty, b.Fixed = pick(t.usage, at), pick(t.qty, at), pick(t.per, at), pick(t.fixed, at)
	b.ScrapPct, b.ScrapDivide, b.Role, b.ID = pick(t.scrap, at), pick(t.divide, at), pick(t.role, at), pick(t.id, at)
	b.Priority, b.Phantom, b.From, b.To = pick(t.priority, at), pick(t.phantom, at), pick(t.from, at), pick(t.to, at)
	b.AltGroup, b.AltPriority, b.AltShare = pick(t.altGroup, at), pick(t.altPriority, at), pick(t.altShare, at)
	b.LotFrom, b.LotTo = pick(t.lotFrom, at), pick(t.lotTo, at)
}
