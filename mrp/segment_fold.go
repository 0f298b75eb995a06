package mrp

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"planwright"
)

// whole is the sku that an expanded one is a part of, itself for others.
func (g *segments) whole(k planwright.SKU) planwright.SKU {
	if n := planwright.SKU(g.s.Len()); k >= n {
		return g.parts[k-n].sku
	}
	return k
}

// bySKU lists the rows of a table in the order of the sku's that they are of:
// those of the sku itself, then those of its parts.
func (g *segments) bySKU(skus []planwright.SKU) []int32 {
	rows := make([]int32, len(skus))
	for i := range rows {
		rows[i] = int32(i)
	}
	slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(g.whole(skus[a]), g.whole(skus[b])) })
	return rows
}

// fold puts the tables of the parts together with those of their sku's.
func (g *segments) fold(r Result) Result {
	out := Result{Level: r.Level[:g.s.Len()], Buffers: r.Buffers}
	place, names := g.foldOrders(&r.Orders, &out.Orders)
	out.Segments = g.records(&r, place)
	g.foldPegs(&r.Pegs, &out.Pegs, place)
	for _, k := range g.foldRequirements(&r.Requirements, &out.Requirements, place) {
		r.Exceptions.Add(planwright.Exception{Code: planwright.CodeQtyRange, SKU: k, On: planwright.NoDay, Qty: planwright.NoQty, MoveTo: planwright.NoDay, Detail: "sum of a record"})
	}
	g.foldExceptions(&r.Exceptions, &out.Exceptions, names)
	return out
}

// foldOrders sorts by sku and due day and numbers anew what shares a name. It
// returns the new row of each order and the new name of those that have one.
func (g *segments) foldOrders(o, out *planwright.PlannedOrders) (place []int32, names map[string]string) {
	rows := g.bySKU(o.SKU)
	slices.SortStableFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(g.whole(o.SKU[a]), g.whole(o.SKU[b])), cmp.Compare(o.Due[a], o.Due[b]), cmp.Compare(o.Kind[a], o.Kind[b]))
	})
	*out = selected(o, rows)
	place, names = make([]int32, len(rows)), map[string]string{}
	for i, old := range rows {
		place[old] = int32(i)
		out.SKU[i] = g.whole(out.SKU[i])
		if out.From[i] != planwright.NoSKU {
			out.From[i] = g.whole(out.From[i])
		}
		if out.Source[i] != planwright.None {
			out.Source[i] = g.rows["sources"][out.Source[i]]
		}
		out.Seq[i] = 1
		if i > 0 && out.SKU[i-1] == out.SKU[i] && out.Due[i-1] == out.Due[i] && out.Kind[i-1] == out.Kind[i] {
			out.Seq[i] = out.Seq[i-1] + 1
		}
		if o.SKU[old] != out.SKU[i] || o.Seq[old] != out.Seq[i] {
			names[o.ID(g.in.Snap, int(old))] = out.ID(g.s, i)
		}
	}
	return place, names
}

func (g *segments) foldPegs(p, out *planwright.Pegging, place []int32) {
	*out = selected(p, g.bySKU(p.SKU))
	for i := range out.SKU {
		out.SKU[i] = g.whole(out.SKU[i])
		switch x := &out.SupplyRef[i]; out.SupplyKind[i] {
		case planwright.SupplyReceipt:
			*x = g.rows["supply"][*x]
		case planwright.SupplyPlanned, planwright.SupplyCoProduct:
			*x = place[*x]
		}
		switch x := &out.DemandRef[i]; out.DemandKind[i] {
		case planwright.DemandOrder:
			*x = g.rows["demand"][*x]
		case planwright.DemandDependent, planwright.DemandTransfer:
			*x = place[*x]
		case planwright.DemandReserved:
			*x = g.rows["reserved"][*x]
		case planwright.DemandOpenTransfer:
			*x = g.rows["supply"][*x]
		}
	}
}

// foldRequirements merges the records of a sku by day, with the balance of all. It
// returns the sku's whose sums are out of range only together.
func (g *segments) foldRequirements(q, out *planwright.Requirements, place []int32) (beyond []planwright.SKU) {
	rows := g.bySKU(q.SKU)
	// One opening row a sku: the first one takes the stock of all.
	stock := map[planwright.SKU]planwright.Qty{}
	opens := map[planwright.SKU]planwright.Day{}
	for i, k := range q.SKU {
		if q.Kind[i] == planwright.ElemStock {
			k = g.whole(k)
			sum, ok := bounded(stock[k], q.Qty[i])
			if stock[k] = sum; !ok {
				beyond = append(beyond, k)
			}
			if d, ok := opens[k]; !ok || q.On[i] < d {
				opens[k] = q.On[i]
			}
		}
	}
	seen := map[planwright.SKU]bool{}
	rows = slices.DeleteFunc(rows, func(r int32) bool {
		k := g.whole(q.SKU[r])
		again := q.Kind[r] == planwright.ElemStock && seen[k]
		seen[k] = true
		return again
	})
	first := func(r int32) int {
		if q.Kind[r] == planwright.ElemStock {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(g.whole(q.SKU[a]), g.whole(q.SKU[b])), cmp.Compare(first(a), first(b)), cmp.Compare(q.On[a], q.On[b]), cmp.Compare(side(q.Kind[a]), side(q.Kind[b])))
	})
	*out = selected(q, rows)
	balance := planwright.Qty(0)
	var ok bool
	for i := range out.SKU {
		k := g.whole(out.SKU[i])
		out.SKU[i] = k
		switch x := &out.Ref[i]; out.Kind[i] {
		case planwright.ElemStock:
			balance = 0
			out.Qty[i], out.On[i] = stock[k], opens[k]
		case planwright.ElemReceipt, planwright.ElemOpenTransfer:
			*x = g.rows["supply"][*x]
		case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
			*x = place[*x]
		case planwright.ElemOrder:
			*x = g.rows["demand"][*x]
		case planwright.ElemReserved:
			*x = g.rows["reserved"][*x]
		}
		if balance, ok = bounded(balance, out.Qty[i]); !ok && !slices.Contains(beyond, k) {
			beyond = append(beyond, k)
		}
		out.After[i] = balance
	}
	return beyond
}

func (g *segments) foldExceptions(e, out *planwright.Exceptions, names map[string]string) {
	rows := make([]planwright.Exception, 0, e.Len())
	for i := range e.Code {
		x := e.At(i)
		if x.SKU != planwright.NoSKU {
			part := x.SKU != g.whole(x.SKU)
			x.SKU = g.whole(x.SKU)
			if part && x.Code == planwright.CodeBOMCycle {
				continue // told of the sku itself
			}
		}
		if name, ok := names[x.OrderID]; ok {
			x.OrderID = name
		}
		x.Detail = g.plain(x.Detail)
		rows = append(rows, x)
	}
	slices.SortStableFunc(rows, bySKU)
	for _, x := range rows {
		out.Add(x)
	}
}

// plain writes the codes of sku's instead of those of their parts.
func (g *segments) plain(text string) string {
	mark := string(utf8.MaxRune)
	for {
		i := strings.Index(text, mark)
		if i < 0 || len(text) < i+len(mark)+10 {
			return text
		}
		n := 0
		for _, c := range text[i+len(mark) : i+len(mark)+10] {
			n = n*10 + int(c-'0')
		}
		code := ""
		if n -= 1_000_000_000; n >= 0 && n < len(g.parts) {
			code = g.s.Items.ID[g.s.SKUs.Item[g.parts[n].sku]]
		}
		text = text[:i] + code + text[i+len(mark)+10:]
	}
}

// bySKU orders exceptions of several sku's.
func bySKU(a, b planwright.Exception) int {
	return cmp.Or(cmp.Compare(a.SKU, b.SKU), compareExceptions(a, b))
}
