package planwright

// The tables of a plan that analytics makes. A figure that does not exist is
// NaN, NoInt, NoDay or "", never 0. Money is in the currency of the snapshot.

// Flow tells how the stock of each sku moved in the year before the as-of day
// and how long it lasts; one row a sku.
type Flow struct {
	SKU          []SKU
	OnHand       []Qty     // all statuses
	StockValue   []float64 // at unit cost, negative as it is
	AverageQty   []float64 // over the days that the stock ledger covers; without one, on hand
	AverageValue []float64
	YearUse      []float64 // units sold and issued, returns taken off
	UseValue     []float64 // at unit cost
	YearSales    []float64 // units sold, returns taken off
	Margin       []float64 // of the sales: price less cost
	Picks        []int32   // rows of demand
	Turns        []float64
	DaysBack     []float64 // days of supply by the year's use
	DaysForward  []float64 // days of supply by what is required
	GMROI        []float64
	StockoutDays []int32
	LostQty      []float64 // estimate
	LostValue    []float64 // at selling price, at cost where there is none
	FillRate     []float64 // sold over sold and lost
	LastUse      []Day
	LastReceipt  []Day
	Idle         []int32  // days since the last use
	Movement     []string // moving, slow, dead, unknown; "" without stock
}

// SlowMovers are the sku's whose stock is slow, dead or of unknown movement.
type SlowMovers struct {
	SKU         []SKU
	Movement    []string
	Idle        []int32
	LastUse     []Day
	LastReceipt []Day
	Qty         []Qty
	Value       []float64
	YearUse     []float64
	Turns       []float64
	Age         []int32 // of the oldest layer
	Provision   []float64
}

// Surplus is stock above everything that the plan requires.
type Surplus struct {
	SKU       []SKU
	Kind      []string // excess, dead, obsolete
	OnHand    []Qty
	Required  []Qty // within the horizon, safety stock included
	Qty       []Qty // OnHand - Required
	Value     []float64
	LastUse   []Day
	CoverDays []float64 // the whole stock at the year's use
	Action    []string  // transfer, use_up, hold, dispose
	NextUse   []SKU     // the sku that can take it; NoSKU
	NextOn    []Day
	Provision []float64
}

// ExpiryRisk is what becomes of each lot that expires, first expired first out.
type ExpiryRisk struct {
	SKU       []SKU
	Lot       []string
	ExpiresOn []Day // the last day of use
	DaysLeft  []int32
	Bucket    []string
	Qty       []Qty
	Used      []Qty // before it expires
	AtRisk    []Qty
	Value     []float64
	RiskValue []float64
	Status    []string // expired, at_risk, ok
}

// Projection is the value of stock by week, site, category and ABC class.
// Balance of a week = balance before + Receipts - Issues.
type Projection struct {
	Start     []Day // of the week; the first row of a group starts on the as-of day
	End       []Day // its last day
	Site      []int32
	Category  []string
	ABC       []string
	Opening   []float64 // balance at the start, negative where stock is owed
	Receipts  []float64
	Issues    []float64
	Balance   []float64
	Stock     []float64 // positive balances of the sku's
	Short     []float64 // negative ones, as a positive number
	SafetyGap []float64 // value by which sku's lie below their safety stock
}

// Breaches are the first days on which sku's fall below their safety stock.
type Breaches struct {
	SKU        []SKU
	On         []Day // below safety stock from then on
	Until      []Day // back on it; NoDay: not in the horizon
	StockoutOn []Day // first day below zero; NoDay: none
	Available  []Qty // at the lowest
	Safety     []Qty
	Short      []Qty // Safety - Available at the lowest
	Value      []float64
}

// SupplierScores are what finished purchases tell of suppliers: one row for the
// whole supplier (SKU = NoSKU), then one for each of its sku's.
type SupplierScores struct {
	Supplier                       []int32
	SKU                            []SKU
	Receipts                       []int32
	LeadMean, LeadSD               []float64 // days from order to receipt
	LeadQ50, LeadQ90, LeadQ95      []float64
	LeadTrend                      []float64 // days a year
	PromisedMean                   []float64 // days from order to promised day
	LateMean                       []float64 // days after the promised day, early ones negative
	OnTime, InFull, OTIF           []float64 // shares of the receipts
	QtyRate                        []float64 // received over ordered
	RejectRate                     []float64 // rejected over received
	PriceTrend                     []float64 // change of the price a year, a fraction
	Delivery, Quantity, Quality    []float64 // parts of the score, 0..100
	LeadStability, PriceScore, All []float64
}

// Amplification compares the variation of orders with that of demand.
type Amplification struct {
	SKU                   []SKU
	Level                 []int32  // low-level code
	Basis                 []string // purchase, receipt
	Periods               []int32
	DemandMean, DemandVar []float64
	OrderMean, OrderVar   []float64
	Ratio                 []float64 // OrderVar / DemandVar
	Normalized            []float64 // of the squared coefficients of variation
}

// KPIGroups are key figures by site, category, planner and ABC class; the
// additive ones of a dimension sum to the figure of the whole plan.
type KPIGroups struct {
	Dimension []string
	Key       []string
	Name      []string
	Value     []float64
}
