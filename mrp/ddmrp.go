package mrp

import (
	"math"

	"planwright"
)

// ADUDays is the window, from the as-of day, whose mean requirement is the
// average daily usage where none is entered.
const ADUDays = 90

// buffer plans a demand-driven buffer (Ptak and Smith, Demand Driven Material
// Requirements Planning). With DLT the decoupled lead time, entered or the longest
// path of the structure that no buffer protects, and ADU the average daily usage:
//
//	red base   = DLT · ADU · lead time factor     red safety = red base · variability factor
//	yellow     = DLT · ADU
//	green      = max(DLT · ADU · lead time factor, minimum lot, order cycle · ADU)
//
// Qualified demand is what is overdue, due today, or a day's total of at least
// the spike threshold of the red zone inside the spike horizon. The net flow
// position, stock + supply due inside DLT − qualified demand, strictly below the
// top of yellow orders up to the top of green.
func (w *worker) buffer() {
	s := w.p.s
	v, ok := w.pick(s.AsOf, planwright.One)
	d := forward(s, w.k, &v, 0, s.AsOf)
	dlt := s.SKUs.DLT[w.k]
	if dlt == planwright.NoInt {
		dlt = max(int32(d.available-s.AsOf), w.p.decoupled(w.k))
	}
	adu := s.SKUs.ADU[w.k].Float()
	if math.IsNaN(adu) {
		adu = 0
		for i := range w.demands {
			if w.demands[i].day < s.AsOf+ADUDays {
				adu += w.demands[i].qty.Float()
			}
		}
		adu /= ADUDays
	}
	use := float64(dlt) * adu
	base := planwright.Clamp(use * s.SKUs.LeadTimeFactor[w.k])
	safety := planwright.Clamp(base.Float() * s.SKUs.VarFactor[w.k])
	tor := w.plus(base, safety)
	yellow := planwright.Clamp(use)
	green := max(base, v.lotMin, planwright.Clamp(float64(s.SKUs.ReviewDays[w.k])*adu))
	toy := w.plus(tor, yellow)
	tog := w.plus(toy, green)

	horizon := s.SKUs.SpikeHorizon[w.k]
	if horizon == planwright.NoInt {
		horizon = dlt
	}
	threshold := planwright.Clamp(tor.Float() * s.SKUs.SpikeThreshold[w.k])
	var qualified planwright.Qty
	for i := 0; i < len(w.demands); {
		j, day := i, planwright.Qty(0)
		for ; j < len(w.demands) && w.demands[j].day == w.demands[i].day; j++ {
			day = w.plus(day, w.demands[j].qty)
		}
		if on := w.demands[i].day; on <= s.AsOf || on <= s.AsOf+planwright.Day(horizon) && day >= threshold {
			qualified = w.plus(qualified, day)
		}
		i = j
	}
	var flow planwright.Qty
	for i := range w.supplies {
		if x := &w.supplies[i]; x.kind == planwright.ElemStock || x.on <= s.AsOf+planwright.Day(dlt) {
			flow = w.plus(flow, x.qty)
		}
	}
	flow = w.plus(flow, -qualified)
	var recommended planwright.Qty
	if flow < toy {
		recommended = w.plus(tog, -flow)
	}
	b := &w.bufs
	b.SKU = append(b.SKU, w.k)
	b.RedBase, b.RedSafety, b.TOR = append(b.RedBase, base), append(b.RedSafety, safety), append(b.TOR, tor)
	b.Yellow, b.TOY = append(b.Yellow, yellow), append(b.TOY, toy)
	b.Green, b.TOG = append(b.Green, green), append(b.TOG, tog)
	b.QualifiedDemand, b.NetFlow, b.Recommended = append(b.QualifiedDemand, qualified), append(b.NetFlow, flow), append(b.Recommended, recommended)
	if recommended <= 0 {
		return
	}
	if !ok {
		w.once(planwright.CodeNoSource, s.AsOf, recommended, "")
		return
	}
	if w.trace != nil {
		c := Cause{By: ByBuffer, Trigger: s.AsOf, At: s.AsOf + planwright.Day(dlt), Need: d.available, Floor: toy, UpTo: tog, Base: flow, DLT: dlt, ADU: adu, Qualified: qualified, First: w.wayOf(&v)}
		w.trace.open(w, c)
	}
	w.place(d.available, recommended, planwright.ForBuffer)
	for i := range w.orders {
		w.orders[i].need = s.AsOf
	}
}

// appendBuffers appends rows lo..hi-1 of src to dst.
func appendBuffers(dst, src *planwright.Buffers, lo, hi int) {
	dst.SKU = append(dst.SKU, src.SKU[lo:hi]...)
	from := bufferColumns(src)
	for i, c := range bufferColumns(dst) {
		*c = append(*c, (*from[i])[lo:hi]...)
	}
}

// bufferColumns are the quantities of a table of buffers.
func bufferColumns(b *planwright.Buffers) [10]*[]planwright.Qty {
	return [...]*[]planwright.Qty{&b.RedBase, &b.RedSafety, &b.TOR, &b.Yellow, &b.TOY, &b.Green, &b.TOG, &b.QualifiedDemand, &b.NetFlow, &b.Recommended}
}
