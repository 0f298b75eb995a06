package planwright

// SKU is an item at a site, numbered 0..n-1 in the order of item code, then
// site code.
type SKU int32

// NoSKU is the absent reference to a sku.
const NoSKU SKU = -1 << 31

// Items are the columns of the items table, in code order.
type Items struct {
	ID        []string
	Name      []string
	Category  []string
	UOM       []string // stock unit
	UnitCost  []float64
	UnitPrice []float64
	ShelfLife []int32      // days; NoInt: does not expire
	Decimals  []int8       // planned quantities are rounded up to so many
	Status    []ItemStatus //
	OutOn     []Day        // effective_out_on; NoDay: none
	Successor []int32      // item; None: none
	ABC       []string     // class entered by hand, "" where computed
	Planner   []string
}

// Len returns the number of items.
func (t *Items) Len() int { return len(t.ID) }

// Sites are the columns of the sites table, in code order.
type Sites struct {
	ID       []string
	Name     []string
	Region   []string
	Calendar []*Calendar // nil: every day works
}

// Len returns the number of sites.
func (t *Sites) Len() int { return len(t.ID) }

// Suppliers are the columns of the suppliers table, in code order.
type Suppliers struct {
	ID            []string
	Name          []string
	Calendar      []*Calendar // nil: calendar days
	MinOrderValue []float64   // 0: none
	LeadTime      []int32     // days; NoInt: not given
}

// Len returns the number of suppliers.
func (t *Suppliers) Len() int { return len(t.ID) }

// SKUs are the columns of the skus table. A numeric column holds its type's
// sentinel where the data set left the cell empty and that means something of
// its own; elsewhere the documented default. Quantities are in stock units,
// times in days.
type SKUs struct {
	Item []int32
	Site []int32

	Procurement     []Procurement // ProcurementNone: by the default rule
	LeadTime        []int32       // NoInt: not given
	LeadTimeSD      []float64     // NaN: not given
	GRDays          []int32
	LeadTimePerUnit []Qty // days per unit, in millionths
	OpeningDays     []int32

	MRPType      []MRPType
	ReorderScope []ReorderScope
	LotRule      []LotRule
	LotSize      []Qty // NoQty
	LotPeriods   []int32
	LotMin       []Qty // 0: none
	LotMultiple  []Qty // 0: none
	LotMax       []Qty // 0: none
	LotMaxAsIs   []bool
	Rounding     []string // rounding profile, from:step;from:step
	GroupMove    []bool   // group_start = movement

	SafetyStock   []Qty // NoQty: computed by the policy stage
	SafetyTiming  []SafetyTiming
	SafetyTime    []int32
	CoverageDays  []int32
	ReorderPoint  []Qty     // NoQty: computed by the policy stage
	OrderUpTo     []Qty     // NoQty: computed by the policy stage
	ReviewDays    []int32   // 0: continuous review
	ServiceLevel  []float64 // NaN: by the settings, else 0.95
	ServiceKind   []ServiceKind
	OrderCost     []float64 // NaN: not given
	HoldingRate   []float64 // per year of the unit cost; NaN: not given
	BackorderCost []float64 // NaN: not given

	RescheduleDays      []int32
	RescheduleTolerance []int32
	DemandFence         []int32
	PlanningFence       []int32
	FenceType           []FenceType
	ScrapPct            []Qty // percent, in millionths of a percent
	ScrapDivide         []bool
	PhantomIgnoreStock  []bool

	ADU             []Qty // NoQty: computed
	DLT             []int32
	LeadTimeFactor  []float64
	VarFactor       []float64
	SpikeThreshold  []float64
	SpikeHorizon    []int32
	ConsumptionMode []uint8
	ConsumeBack     []int32 // NoInt: inside the forecast's own period
	ConsumeForward  []int32
	Strategy        []int32
}

// Len returns the number of sku's.
func (t *SKUs) Len() int { return len(t.Item) }

// Grow sets every column to n rows of defaults: the values that the data set
// documents for an empty cell.
func (t *SKUs) Grow(n int) {
	*t = SKUs{
		Item: make([]int32, n), Site: make([]int32, n),
		Procurement: make([]Procurement, n), LeadTime: fill(n, NoInt), LeadTimeSD: fill(n, nan),
		GRDays: make([]int32, n), LeadTimePerUnit: make([]Qty, n), OpeningDays: make([]int32, n),
		MRPType: make([]MRPType, n), ReorderScope: make([]ReorderScope, n), LotRule: make([]LotRule, n),
		LotSize: fill(n, NoQty), LotPeriods: fill[int32](n, 1), LotMin: make([]Qty, n), LotMultiple: make([]Qty, n), LotMax: make([]Qty, n),
		LotMaxAsIs: make([]bool, n), Rounding: make([]string, n), GroupMove: make([]bool, n),
		SafetyStock: fill(n, NoQty), SafetyTiming: make([]SafetyTiming, n), SafetyTime: make([]int32, n), CoverageDays: make([]int32, n),
		ReorderPoint: fill(n, NoQty), OrderUpTo: fill(n, NoQty), ReviewDays: make([]int32, n),
		ServiceLevel: fill(n, nan), ServiceKind: make([]ServiceKind, n),
		OrderCost: fill(n, nan), HoldingRate: fill(n, nan), BackorderCost: fill(n, nan),
		RescheduleDays: make([]int32, n), RescheduleTolerance: make([]int32, n),
		DemandFence: make([]int32, n), PlanningFence: make([]int32, n), FenceType: make([]FenceType, n),
		ScrapPct: make([]Qty, n), ScrapDivide: make([]bool, n), PhantomIgnoreStock: make([]bool, n),
		ADU: fill(n, NoQty), DLT: fill(n, NoInt), LeadTimeFactor: fill(n, 0.5), VarFactor: fill(n, 0.5),
		SpikeThreshold: fill(n, 0.5), SpikeHorizon: fill(n, NoInt),
		ConsumptionMode: fill[uint8](n, 2), ConsumeBack: fill(n, NoInt), ConsumeForward: fill(n, NoInt), Strategy: fill[int32](n, 40),
	}
}

func fill[T any](n int, v T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// SKUPeriods are values of a sku from a day on, as compressed rows by sku,
// ascending by day.
type SKUPeriods struct {
	Off          []int32 // n+1
	From         []Day
	SafetyStock  []Qty     // NoQty: unchanged
	ScrapPct     []Qty     // NoQty: unchanged
	ServiceLevel []float64 // NaN: unchanged
}

// Sources are the ways to get a sku, as compressed rows by sku, in the order
// of priority, then of the data set.
type Sources struct {
	Off           []int32 // n+1
	Kind          []Procurement
	Supplier      []int32 // None
	From          []SKU   // the same item at from_site_id; NoSKU
	BOMID         []string
	LeadTime      []int32   // NoInt
	LeadTimeSD    []float64 // NaN
	Priority      []int32
	Quota         []float64 // 0: none
	QuotaBase     []float64
	FromStockOnly []bool
	LotMin        []Qty // NoQty: the sku's
	LotMultiple   []Qty // NoQty
	LotMax        []Qty // NoQty
	UOM           []string
	PerUOM        []Ratio // stock units per UOM; 1/1 for the stock unit
	Price         []float64
	EffectiveFrom []Day   // NoDay
	EffectiveTo   []Day   // NoDay; exclusive
	OrderWeekdays []uint8 // bit 0 Monday .. bit 6 Sunday; 0: every day
}

// PriceBreaks are quantity discounts, sorted by item, supplier, quantity.
type PriceBreaks struct {
	Item, Supplier []int32
	FromQty        []Qty
	Price          []float64
	Incremental    []bool
}
