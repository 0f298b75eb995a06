package planwright

// BOM holds the bill-of-material lines as compressed rows by parent sku: a line
// of the data set without a site stands once at every site where its parent is
// a sku. Lines of a parent are sorted by bom_id, then as the data set has them.
//
// The usage of a line is exact: a good parent quantity q requires
//
//	q · QtyPer / PerQty · (1 + ScrapPct/100)   (times), or
//	q · QtyPer / PerQty / (1 − ScrapPct/100)   (divide)
//
// of the component, rounded up once.
type BOM struct {
	Off         []int32 // n+1
	Component   []SKU
	Usage       []Ratio // per parent unit (per order where Fixed), scrap included
	QtyPer      []Qty   // as entered, in stock units of the component
	PerQty      []Qty
	Fixed       []bool
	ScrapPct    []Qty
	ScrapDivide []bool
	Role        []BOMRole
	ID          []string // bom_id
	Priority    []int32
	Phantom     []bool
	From        []Day // NoDay: always
	To          []Day // NoDay; exclusive
	AltGroup    []string
	AltPriority []int32
	AltShare    []Qty // percent; NoQty
	LotFrom     []Qty // NoQty
	LotTo       []Qty // NoQty
}

// Len returns the number of lines.
func (b *BOM) Len() int { return len(b.Component) }

// hundred is 100 percent in millionths of a percent.
const hundred = int64(100 * One)

// UsageRatio returns the exact usage of a BOM line: what one parent unit
// requires of the component, scrap included. pct is in millionths of a
// percent. It returns false where per is not positive, qty is negative, the
// scrap is not in [0, 100) (divide) or negative, or the reduced fraction does
// not fit into 64 bits.
func UsageRatio(qty, per, pct Qty, divide bool) (Ratio, bool) {
	if qty < 0 || per <= 0 || pct < 0 {
		return Ratio{}, false
	}
	if pct == 0 { // the usual line, without allocation
		g := gcd(int64(qty), int64(per))
		return Ratio{int64(qty) / g, int64(per) / g}, true
	}
	if divide {
		if int64(pct) >= hundred {
			return Ratio{}, false
		}
		return NewRatio([]int64{int64(qty), hundred}, []int64{int64(per), hundred - int64(pct)})
	}
	return NewRatio([]int64{int64(qty), hundred + int64(pct)}, []int64{int64(per), hundred})
}

// ScrapRatio returns the order quantity per good unit for an order scrap of
// pct (millionths of a percent): 1+s (times) or 1/(1−s) (divide). It returns
// false for a scrap outside [0, 100) (divide) or negative.
func ScrapRatio(pct Qty, divide bool) (Ratio, bool) {
	return UsageRatio(One, One, pct, divide)
}
