package planwright

// name returns the text of value v, "" beyond the list.
func name(names []string, v uint8) string {
	if int(v) < len(names) {
		return names[v]
	}
	return ""
}

func parseName(names []string, s string) (uint8, bool) {
	for i, n := range names {
		if n == s {
			return uint8(i), true
		}
	}
	return 0, false
}

// Every enumeration below has 0 as "not given" where that is a value of its
// own; String returns the text of DATASET's tables, ParseX reads it.

// Procurement is how a sku is obtained.
type Procurement uint8

// The kinds of procurement; ProcurementNone means: not given, take the default.
const (
	ProcurementNone Procurement = iota
	Make
	Buy
	Transfer
	Subcontract
)

var procurementNames = []string{"", "make", "buy", "transfer", "subcontract"}

func (p Procurement) String() string { return name(procurementNames, uint8(p)) }

// ParseProcurement reads make, buy, transfer, subcontract or "".
func ParseProcurement(s string) (Procurement, bool) {
	v, ok := parseName(procurementNames, s)
	return Procurement(v), ok
}

// MRPType is the planning procedure of a sku.
type MRPType uint8

// The planning procedures (SAP's in brackets).
const (
	MRP          MRPType = iota // net every dated requirement (PD)
	ReorderPoint                // one lot when stock and receipts fall below a level (VB, V1)
	MinMax                      // refill to a maximum when below a minimum
	Periodic                    // net on review days only (R1)
	ForecastOnly                // the forecast is the only requirement (VV)
	DDMRP                       // demand-driven buffers
	NotPlanned                  // shown, never planned (ND)
)

var mrpTypeNames = []string{"mrp", "reorder_point", "min_max", "periodic", "forecast", "ddmrp", "none"}

func (t MRPType) String() string { return name(mrpTypeNames, uint8(t)) }

// ParseMRPType reads a planning procedure.
func ParseMRPType(s string) (MRPType, bool) {
	v, ok := parseName(mrpTypeNames, s)
	return MRPType(v), ok
}

// ReorderScope says which requirements a reorder point sees.
type ReorderScope uint8

// The scopes of a reorder point.
const (
	ScopeStock    ReorderScope = iota // none: stock and firm receipts only
	ScopeLeadTime                     // those within the replenishment lead time
	ScopeHorizon                      // all
)

var reorderScopeNames = []string{"stock", "lead_time", "horizon"}

func (s ReorderScope) String() string { return name(reorderScopeNames, uint8(s)) }

// ParseReorderScope reads stock, lead_time or horizon.
func ParseReorderScope(s string) (ReorderScope, bool) {
	v, ok := parseName(reorderScopeNames, s)
	return ReorderScope(v), ok
}

// LotRule turns net requirements into lots.
type LotRule uint8

// The lot-sizing rules.
const (
	LotForLot LotRule = iota
	FixedQty
	LotDay
	LotWeek
	LotMonth
	POQ
	PartPeriod
	PartPeriodClosest
	SilverMeal
	LeastUnitCost
	Groff
	WagnerWhitin
	LotMinMax
)

var lotRuleNames = []string{"lfl", "foq", "day", "week", "month", "poq", "ppb", "ppb_closest", "silver_meal", "luc", "groff", "wagner_whitin", "min_max"}

func (r LotRule) String() string { return name(lotRuleNames, uint8(r)) }

// ParseLotRule reads a lot-sizing rule.
func ParseLotRule(s string) (LotRule, bool) {
	v, ok := parseName(lotRuleNames, s)
	return LotRule(v), ok
}

// SafetyTiming says when a stock below its safety stock is restored.
type SafetyTiming uint8

// The timings of restoring a safety stock.
const (
	RestoreToday           SafetyTiming = iota // on the as-of day, after its movements
	RestoreFirstMovement                       // at the first movement that finds it short
	RestoreReceiptInWindow                     // not before a receipt inside the grouping window that restores it anyway
)

var safetyTimingNames = []string{"today", "first_movement", "receipt_in_window"}

func (t SafetyTiming) String() string { return name(safetyTimingNames, uint8(t)) }

// ParseSafetyTiming reads a timing.
func ParseSafetyTiming(s string) (SafetyTiming, bool) {
	v, ok := parseName(safetyTimingNames, s)
	return SafetyTiming(v), ok
}

// FenceType is the behaviour of the planning time fence.
type FenceType uint8

// The fence types: P1 and P3 move new proposals to the end of the fence, P2
// and P4 leave the shortage inside it; P1 and P2 firm proposals inside.
const (
	FenceNone FenceType = iota
	FenceP1
	FenceP2
	FenceP3
	FenceP4
)

var fenceTypeNames = []string{"", "P1", "P2", "P3", "P4"}

func (t FenceType) String() string { return name(fenceTypeNames, uint8(t)) }

// ParseFenceType reads P1..P4 or "".
func ParseFenceType(s string) (FenceType, bool) {
	v, ok := parseName(fenceTypeNames, s)
	return FenceType(v), ok
}

// ServiceKind is the measure that a service level speaks of.
type ServiceKind uint8

// The measures of service.
const (
	CycleService ServiceKind = iota // probability of no stockout in a replenishment cycle (P1)
	FillRate                        // share of demand filled from stock (P2)
)

var serviceKindNames = []string{"cycle", "fill"}

func (k ServiceKind) String() string { return name(serviceKindNames, uint8(k)) }

// ParseServiceKind reads cycle or fill.
func ParseServiceKind(s string) (ServiceKind, bool) {
	v, ok := parseName(serviceKindNames, s)
	return ServiceKind(v), ok
}

// ItemStatus is the life-cycle stage of an item.
type ItemStatus uint8

// The life-cycle stages.
const (
	Active ItemStatus = iota
	PhaseOut
	Obsolete
)

var itemStatusNames = []string{"active", "phase_out", "obsolete"}

func (s ItemStatus) String() string { return name(itemStatusNames, uint8(s)) }

// ParseItemStatus reads active, phase_out or obsolete.
func ParseItemStatus(s string) (ItemStatus, bool) {
	v, ok := parseName(itemStatusNames, s)
	return ItemStatus(v), ok
}

// BOMRole is the part that a line plays in its bill of material.
type BOMRole uint8

// The roles of a BOM line.
const (
	Component BOMRole = iota
	CoProduct
	ByProduct
)

var bomRoleNames = []string{"component", "coproduct", "byproduct"}

func (r BOMRole) String() string { return name(bomRoleNames, uint8(r)) }

// ParseBOMRole reads component, coproduct or byproduct.
func ParseBOMRole(s string) (BOMRole, bool) {
	v, ok := parseName(bomRoleNames, s)
	return BOMRole(v), ok
}

// StockStatus is the usability of on-hand stock.
type StockStatus uint8

// The stock statuses: inspection counts as available to planning, blocked does
// not.
const (
	Available StockStatus = iota
	Inspection
	Blocked
)

var stockStatusNames = []string{"available", "inspection", "blocked"}

func (s StockStatus) String() string { return name(stockStatusNames, uint8(s)) }

// ParseStockStatus reads available, inspection or blocked.
func ParseStockStatus(s string) (StockStatus, bool) {
	v, ok := parseName(stockStatusNames, s)
	return StockStatus(v), ok
}

// OrderKind is the kind of a receipt, open or planned.
type OrderKind uint8

// The kinds of receipts. ProposedOrder is an open receipt that is itself a
// proposal of an earlier plan.
const (
	Purchase OrderKind = iota
	Work
	TransferOrder
	SubcontractOrder
	ProposedOrder
)

var orderKindNames = []string{"purchase", "work", "transfer", "subcontract", "planned"}

func (k OrderKind) String() string { return name(orderKindNames, uint8(k)) }

// ParseOrderKind reads the kind of a receipt.
func ParseOrderKind(s string) (OrderKind, bool) {
	v, ok := parseName(orderKindNames, s)
	return OrderKind(v), ok
}

// KindOf returns the kind of order that a procurement makes.
func KindOf(p Procurement) OrderKind {
	switch p {
	case Make:
		return Work
	case Transfer:
		return TransferOrder
	case Subcontract:
		return SubcontractOrder
	}
	return Purchase
}

// HistoryKind is the kind of a past demand.
type HistoryKind uint8

// The kinds of past demand. An issue is consumption by production and never
// makes an independent forecast of an item that MRP plans by dependent demand.
const (
	Sale HistoryKind = iota
	Return
	Issue
)

var historyKindNames = []string{"sale", "return", "issue"}

func (k HistoryKind) String() string { return name(historyKindNames, uint8(k)) }

// ParseHistoryKind reads sale, return or issue.
func ParseHistoryKind(s string) (HistoryKind, bool) {
	v, ok := parseName(historyKindNames, s)
	return HistoryKind(v), ok
}

// ForecastKind is the kind of a forecast given from outside.
type ForecastKind uint8

// The kinds of given forecasts: the demand itself, or a judgement over the
// computed one.
const (
	GivenForecast ForecastKind = iota
	Override
	Floor
	Cap
)

var forecastKindNames = []string{"forecast", "override", "floor", "cap"}

func (k ForecastKind) String() string { return name(forecastKindNames, uint8(k)) }

// ParseForecastKind reads forecast, override, floor or cap.
func ParseForecastKind(s string) (ForecastKind, bool) {
	v, ok := parseName(forecastKindNames, s)
	return ForecastKind(v), ok
}

// EventKind is the kind of an event.
type EventKind uint8

// The kinds of events.
const (
	Holiday EventKind = iota
	Promotion
	Closure
	PriceChange
)

var eventKindNames = []string{"holiday", "promotion", "closure", "price"}

func (k EventKind) String() string { return name(eventKindNames, uint8(k)) }

// ParseEventKind reads holiday, promotion, closure or price.
func ParseEventKind(s string) (EventKind, bool) {
	v, ok := parseName(eventKindNames, s)
	return EventKind(v), ok
}
