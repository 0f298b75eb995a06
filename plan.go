package planwright

import "context"

// Plan is what one run made of one snapshot. It is new on every run; nothing in
// it depends on the number of workers, on the clock or on the machine.
type Plan struct {
	SnapshotID     string
	SnapshotDigest string
	Journal        int64
	Carried        string // digest of carried state (fitted models, decisions), "" for none
	AsOf           Day
	HorizonEnd     Day // exclusive
	Period         Period
	Options        string // canonical JSON of the options that can change the result
	Version        string
	Digest         string // of all of the above but SnapshotID, and of every table

	Orders       PlannedOrders
	Pegs         Pegging
	Requirements Requirements
	Buffers      Buffers
	Exceptions   Exceptions
	Forecast     Forecast
	Cumulative   CumulativeForecast
	Methods      ForecastMethods
	Components   ForecastComponents
	Changes      HistoryChanges
	Causes       Causes
	States       ForecastStates
	Accuracy     Accuracy
	Policies     Policies
	Echelons     Echelons
	Suggestions  Suggestions
	Stakes       Stakes
	Classes      Classes
	Aging        Aging
	KPIs         KPIs
	Capacity     CapacityLoad
	Moves        CapacityMoves
	Kits         Kits
	KitShortages KitShortages

	Flow          Flow
	SlowMovers    SlowMovers
	Surplus       Surplus
	ExpiryRisk    ExpiryRisk
	Projection    Projection
	Breaches      Breaches
	Scores        SupplierScores
	Amplification Amplification
	KPIGroups     KPIGroups
}

// OrderReason says what made a planned order necessary.
type OrderReason uint8

// The reasons of planned orders.
const (
	ForShortage    OrderReason = iota // requirements exceed what is available
	ForSafetyStock                    // restores the safety stock alone
	ForReorder                        // stock and receipts fell below the reorder point
	ForMaximum                        // refills to the order-up-to level
	ForBuffer                         // net flow position below the top of yellow
)

var orderReasonNames = []string{"shortage", "safety_stock", "reorder_point", "order_up_to", "buffer"}

func (r OrderReason) String() string { return name(orderReasonNames, uint8(r)) }

// PlannedOrders are proposed receipts, sorted by sku, then due day, then the
// sequence of making.
type PlannedOrders struct {
	SKU       []SKU
	Kind      []OrderKind
	Source    []int32 // row of Snapshot.Sources; None where the sku's own parameters hold
	Supplier  []int32 // None
	From      []SKU   // transfers; NoSKU
	Qty       []Qty   // launched: scrap included
	Good      []Qty   // received
	Release   []Day
	Start     []Day
	Due       []Day
	Available []Day // due + goods-receipt processing
	Need      []Day // the day whose shortage it covers; after it, the order is late
	Cost      []float64
	Firm      []bool
	Reason    []OrderReason
	Seq       []int32 // 1.. among the orders of the same sku, kind and due day
}

// Len returns the number of orders.
func (o *PlannedOrders) Len() int { return len(o.SKU) }

// ID returns the name of order i, which depends on sku, kind, due day and
// sequence alone: the same need keeps its name from plan to plan.
func (o *PlannedOrders) ID(s *Snapshot, i int) string {
	return string(o.AppendID(nil, s, i))
}

// kindLetters are the first letters of planned order names.
const kindLetters = "PWTSX"

// AppendID appends the name of order i to dst: kind, item, site, day and
// sequence, such as P:A100@MAIN:20260706:1. The characters %, @ and : of the
// codes are written %25, %40 and %3A, so that two orders never share a name.
func (o *PlannedOrders) AppendID(dst []byte, s *Snapshot, i int) []byte {
	k := o.SKU[i]
	dst = append(dst, kindLetters[o.Kind[i]], ':')
	dst = appendEscaped(dst, s.Items.ID[s.SKUs.Item[k]])
	dst = append(dst, '@')
	dst = appendEscaped(dst, s.Sites.ID[s.SKUs.Site[k]])
	dst = append(dst, ':')
	y, m, d := o.Due[i].Civil()
	dst = append(dst, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10),
		byte('0'+m/10), byte('0'+m%10), byte('0'+d/10), byte('0'+d%10), ':')
	return appendInt(dst, int64(o.Seq[i]))
}

func appendEscaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '%':
			dst = append(dst, "%25"...)
		case '@':
			dst = append(dst, "%40"...)
		case ':':
			dst = append(dst, "%3A"...)
		default:
			dst = append(dst, s[i])
		}
	}
	return dst
}

func appendInt(dst []byte, v int64) []byte {
	if v < 0 {
		dst = append(dst, '-')
		v = -v
	}
	var b [20]byte
	n := len(b)
	for {
		n--
		b[n] = byte('0' + v%10)
		v /= 10
		if v == 0 {
			return append(dst, b[n:]...)
		}
	}
}

// SupplyKind is the kind of a supply in pegging.
type SupplyKind uint8

// The kinds of supply. Ref is None for stock, a row of Snapshot.Supply for
// SupplyReceipt, a row of Plan.Orders for the others.
const (
	SupplyStock SupplyKind = iota
	SupplyReceipt
	SupplyPlanned
	SupplyCoProduct
)

// DemandKind is the kind of a demand in pegging and requirements.
type DemandKind uint8

// The kinds of demand and what Ref is: a row of Snapshot.Demand, the day of the
// forecast, the planned parent's row, the planned transfer's row, nothing (None),
// a row of Snapshot.Reserved, and the row of Snapshot.Supply of a firm transfer
// that is not shipped.
const (
	DemandOrder DemandKind = iota
	DemandForecast
	DemandDependent
	DemandTransfer
	DemandSafety
	DemandReserved
	DemandOpenTransfer
)

var demandKindNames = []string{"order", "forecast", "dependent", "transfer", "safety_stock", "reservation", "transfer"}

func (k DemandKind) String() string { return name(demandKindNames, uint8(k)) }

// Pegging holds, for each sku, which quantity of which supply serves which
// demand, sorted by sku, then in the order of netting.
type Pegging struct {
	SKU        []SKU
	SupplyKind []SupplyKind
	SupplyRef  []int32
	DemandKind []DemandKind
	DemandRef  []int32
	Qty        []Qty
	DueOn      []Day // of the demand
}

// Len returns the number of pegs.
func (p *Pegging) Len() int { return len(p.SKU) }

// ElementKind is the kind of a dated element of an MRP record.
type ElementKind uint8

// The kinds of elements.
const (
	ElemStock ElementKind = iota
	ElemReceipt
	ElemPlanned
	ElemCoProduct
	ElemOrder
	ElemForecast
	ElemDependent
	ElemTransfer
	ElemReserved
	ElemSafety
	ElemExpiry
	ElemOpenTransfer
)

var elementKindNames = []string{"stock", "receipt", "planned_receipt", "coproduct", "order", "forecast", "dependent", "transfer", "reservation", "safety_stock", "expiry", "transfer"}

func (k ElementKind) String() string {
	if k == ElemCoProduct {
		return "planned_receipt"
	}
	return name(elementKindNames, uint8(k))
}

// Requirements are the dated elements of every sku's MRP record, sorted by sku
// and day; receipts positive, requirements negative. Ref is as in [Pegging]:
// a row of the table that Kind speaks of, None where there is none.
type Requirements struct {
	SKU   []SKU
	On    []Day
	Kind  []ElementKind
	Ref   []int32
	Qty   []Qty
	After []Qty // projected available balance after the element
}

// Len returns the number of elements.
func (r *Requirements) Len() int { return len(r.SKU) }

// Buffers are the zones of demand-driven buffers.
type Buffers struct {
	SKU                                              []SKU
	RedBase, RedSafety, TOR, Yellow, TOY, Green, TOG []Qty
	QualifiedDemand, NetFlow, Recommended            []Qty
}

// Quantiles are the probabilities of the quantile columns of [Forecast].
var Quantiles = []float64{0.05, 0.1, 0.5, 0.9, 0.95, 0.99}

// QuantileNames are the column names of [Quantiles].
var QuantileNames = []string{"q05", "q10", "q50", "q90", "q95", "q99"}

// Forecast is the demand forecast, sorted by sku and period, in stock units a
// period.
type Forecast struct {
	SKU      []SKU
	Start    []Day
	End      []Day // the last day of the period
	Method   []string
	Mean     []float64
	SD       []float64
	Q        [][]float64 // one column a probability of Quantiles
	Override []float64   // NaN: none
	Final    []float64   // what is planned with
}

// Len returns the number of rows.
func (f *Forecast) Len() int { return len(f.SKU) }

// CumulativeForecast is the demand of the first periods together, which a safety
// stock covers, sorted by sku and number of periods; the first one counts whole.
type CumulativeForecast struct {
	SKU     []SKU
	Periods []int32
	End     []Day // the last day
	Mean    []float64
	SD      []float64
	Q       [][]float64 // one column a probability of Quantiles
}

// ForecastMethods are the methods that were compared for a sku, in the order
// tried.
type ForecastMethods struct {
	SKU    []SKU
	Method []string
	Season []string  // taken out before: none, additive, multiplicative
	Score  []float64 // of the backtest, less is better; NaN: none
	Weight []float64 // in the forecast
	Why    []string
}

// ForecastComponents split a forecast that is more than its method's: base and
// what each cause adds, in the unit of the forecast; they sum up to its final
// value. Forecasts that are their base alone have none.
type ForecastComponents struct {
	SKU       []SKU
	Start     []Day // of the period, as in Forecast
	Component []string
	Value     []float64
}

// HistoryChanges are the values of the demand history that preparation replaced
// (Applied) or only marked. From is what was booked: nothing is lost.
type HistoryChanges struct {
	SKU      []SKU
	Start    []Day     // first day of the period
	From, To []float64 // NaN: not known
	Reason   []string
	Score    []float64 // how strong the reason is: see forecast.Change
	Applied  []bool
}

// Causes are what moves demand in a company: promotions, holidays, working days,
// and by how much, as people entered it and as the history shows.
type Causes struct {
	Kind    []string
	Name    []string // without the year
	Scope   []string
	Entered []float64 // factor on demand; NaN: none
	Effect  []float64 // factor that the forecasts use
	Periods []int64   // periods of sku's that it was learned from
}

// ForecastStates are fitted models, encoded as text: a later run follows new
// demand with them without fitting. A row without sku holds what the company as
// a whole taught.
type ForecastStates struct {
	SKU   []SKU
	Kind  []string // demand, use, company
	State []string
}

// Carried is what a run takes over from an earlier plan.
type Carried struct {
	PlanID  string
	Digest  string // of that plan
	Options string // of it, as in Plan
	Company string // of its states the row without sku
	// ReadStates returns the states of the sku's lo <= sku < hi, numbered as
	// this run's. It may be called from several goroutines at once.
	ReadStates func(ctx context.Context, lo, hi SKU) (*ForecastStates, error)
}

// Accuracy tells how well the chosen method did in its backtest.
type Accuracy struct {
	SKU                              []SKU
	Method                           []string
	Periods                          []int32
	MASE, RMSSE, WAPE, Bias, Pinball []float64
	NaiveWAPE                        []float64
	FVA                              []float64 // NaiveWAPE - WAPE: forecast value added
	Class                            []string  // smooth, erratic, intermittent, lumpy
}

// Policies are the computed policies of the sku's.
type Policies struct {
	SKU              []SKU
	Class            []string // ABC and XYZ, such as AX
	Policy           []string
	SafetyStock      []Qty
	ReorderPoint     []Qty
	OrderUpTo        []Qty
	OrderQty         []Qty
	ServiceTarget    []float64
	ServiceExpected  []float64
	CycleStockValue  []float64
	SafetyStockValue []float64
	Method           []string // distribution, or entered
	Explain          []string // the numbers of the formula, name=value;...
	Sources          []string // where each comes from, name=code;... (source.<code> of the catalogue)

	// What the trade-off of service and stock is computed from: mean and standard
	// deviation of the demand that the policy protects, and demand a year.
	ProtectedMean, ProtectedSD, YearlyDemand []float64
}

// Echelons are the stages of the company's supply networks under a plan of
// guaranteed service, by network, then sku; empty where none was asked for. Times
// are in days, money is a year's.
type Echelons struct {
	SKU         []SKU
	Network     []int32   // 1.. in the order of their first sku's
	StageTime   []float64 // of the stage itself: lead time and review period
	InboundTime []float64 // wait for the slowest supplier
	ServiceTime []float64 // promised to customers
	NetLeadTime []float64 // inbound + stage - service: what the stock covers
	DailyMean   []float64 // demand of a day, of the sku and all that it serves
	DailySD     []float64
	Factor      []float64 // safety factor
	SafetyStock []float64 // factor * sd * root of the net lead time; 0: the stage only passes on
	BaseStock   []float64
	AloneStock  []Qty // safety stock that the sku alone would have; NoQty: it has no policy
	HoldingCost []float64

	NetworkCost, NetworkBound, NetworkGap []float64 // of its network: cost, what no plan costs less than, (cost - bound)/cost
}

// Action is what a suggestion tells a planner to do.
type Action uint8

// The actions.
const (
	ActBuy Action = iota
	ActMake
	ActTransfer
	ActSubcontract
	ActExpedite
	ActDefer
	ActCancel
	ActScrap
)

var actionNames = []string{"buy", "make", "transfer", "subcontract", "expedite", "defer", "cancel", "scrap"}

func (a Action) String() string { return name(actionNames, uint8(a)) }

// ParseAction reads buy, make, transfer, subcontract, expedite, defer, cancel or
// scrap.
func ParseAction(s string) (Action, bool) {
	v, ok := parseName(actionNames, s)
	return Action(v), ok
}

// OnOpenOrder says whether the action speaks of an order that is open, not of a
// planned one.
func (a Action) OnOpenOrder() bool { return a == ActExpedite || a == ActDefer || a == ActCancel }

// Urgency ranks suggestions.
type Urgency uint8

// The urgencies: act today, act within the next days, look ahead, too much
// stock, stock without use.
const (
	Urgent Urgency = iota
	DueSoon
	Watch
	Excess
	Dead
)

var urgencyNames = []string{"urgent", "due", "watch", "excess", "dead"}

func (u Urgency) String() string { return name(urgencyNames, uint8(u)) }

// ParseUrgency reads urgent, due, watch, excess or dead.
func ParseUrgency(s string) (Urgency, bool) {
	v, ok := parseName(urgencyNames, s)
	return Urgency(v), ok
}

// Stakes are the money that hangs on each planned order, by the rows of
// [PlannedOrders].
type Stakes struct {
	Impact  []float64 // sales value that the order serves, through all levels
	AtStake []float64 // cost of the shortage that it avoids
}

// Suggestions are what to do, by urgency, then by what is at stake: row 0 first.
type Suggestions struct {
	ID      []string
	Action  []Action
	Urgency []Urgency
	SKU     []SKU
	Qty     []Qty
	Value   []float64 // money of the order
	ActBy   []Day
	NeedOn  []Day     // NoDay
	Impact  []float64 // sales value that hangs on it; of stock not needed its value
	AtStake []float64 // expected money: shortage cost avoided, or the cost of capital freed

	// AtStakeOnce is what of AtStake is counted on this line, each shortage on one line of
	// all: its sum is the key figures shortage_cost_avoided and capital_cost_freed.
	AtStakeOnce []float64

	Person    []string // why a person is needed, codes joined by ","; "": it can be released untouched
	ReasonKey []string // of the message catalogue
	Reason    []string // its numbers, name=value;...
	OrderID   []string // the planned or open order
	Supplier  []int32  // None

	Basis    []string         // quantity and need that a decision about it holds to
	Status   []DecisionStatus // as decided before the plan was made
	Decision []int32          // number of the decision that says so; 0: none
}

// Key names what suggestion i is about, in every plan alike.
func (g *Suggestions) Key(s *Snapshot, i int) SuggestionKey {
	k := g.SKU[i]
	key := SuggestionKey{Action: g.Action[i], Item: s.Items.ID[s.SKUs.Item[k]], Site: s.Sites.ID[s.SKUs.Site[k]], Cause: g.ReasonKey[i]}
	if key.Action.OnOpenOrder() {
		key.Order = g.OrderID[i]
	}
	return key
}

// Len returns the number of suggestions.
func (s *Suggestions) Len() int { return len(s.ID) }

// Classes are the ABC and XYZ classes of the sku's, by value of use.
type Classes struct {
	SKU        []SKU
	ABC        []string
	XYZ        []string
	UsageValue []float64 // of a year
	Share      []float64
	CumShare   []float64 // before the sku
	CV         []float64 // of demand by period; NaN: unknown
	Demand     []string  // demand class
	Level      []int32   // low-level code: the longest way down from any root

	ABCSite     []string // by value of use within the site
	ABCCategory []string // within the category
	ErrorXYZ    []string // XYZ by the relative forecast error in place of the variation
	FSN         []string // F, S, N by turns; "" without stock
	HML         []string // H, M, L by unit cost
	VED         []string // V, E, D as entered; "" where nothing is
}

// Aging are the age layers of stock by first in, first out.
type Aging struct {
	SKU        []SKU
	Lot        []string
	ReceivedOn []Day   // NoDay: undated
	Age        []int32 // days; NoInt: undated
	Bucket     []string
	Qty        []Qty
	Value      []float64
	Basis      []string // lot, receipt, movement, transfer, undated
	ExpiresOn  []Day    // NoDay: does not expire, or not known
	Provision  []float64
}

// KPIs are figures of the whole plan.
type KPIs struct {
	Name  []string
	Value []float64
}

// CapacityLoad is the load of resources by day, sorted by resource and day:
// days without load are left out. Loads are in the unit of the resource.
type CapacityLoad struct {
	Resource []int32 // row of Snapshot.Resources
	On       []Day
	Load     []Qty // of the plan as it is
	Capacity []Qty // 0 on a day on which the resource does not work
	Levelled []Qty // the load once the moves of CapacityMoves are made
}

// Len returns the number of rows.
func (t *CapacityLoad) Len() int { return len(t.Resource) }

// CapacityMoves are planned orders that take load off overloaded days when they
// are done earlier, in the order of the plan. They are proposals: the plan's own
// orders keep their days.
type CapacityMoves struct {
	Order                          []int32 // row of Plan.Orders
	Days                           []int32 // working days of its site
	Release, Start, Due, Available []Day
}

// Len returns the number of moves.
func (t *CapacityMoves) Len() int { return len(t.Order) }

// Kits tell for each open work order, and each planned one that starts soon,
// whether its components are there together, if components are handed out by
// priority: open orders first, then by day.
type Kits struct {
	OrderID   []string // of an open order; "" where Order names a planned one
	Order     []int32  // row of Plan.Orders; None
	SKU       []SKU    // what is assembled; NoSKU: unknown
	Qty       []Qty    // sets
	Need      []Day
	SetsNow   []Qty // that can be assembled from what is there today
	SetsByDay []Qty // and by the day of the need
	SetRate   []float64
	Kinds     []int32 // of components
	KindsNow  []int32 // that are there in full today
	KindsBy   []int32 // and by the day of the need
	KindRate  []float64
	FullOn    []Day // the first day on which everything is there; NoDay: never
}

// Len returns the number of kits.
func (t *Kits) Len() int { return len(t.SKU) }

// KitShortages are the components that a kit does not have in full today, in the
// order of the kits.
type KitShortages struct {
	Kit     []int32 // row of Kits
	SKU     []SKU
	Need    []Qty
	Now     []Qty // handed out of what is there today
	ByDay   []Qty // and by the day of the need
	Later   []Qty // handed out of receipts after it
	Missing []Qty // that nothing covers
	FullOn  []Day // NoDay: never
}

// Len returns the number of shortages.
func (t *KitShortages) Len() int { return len(t.Kit) }
