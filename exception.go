package planwright

// Code names a condition: an exception of a plan, a finding of a check, the
// reason of a quarantined row, or an error. The message catalogue has a text
// and a remedy for each, in every language.
type Code uint16

// Severity ranks a condition.
type Severity uint8

// The severities. A FAIL sets rows aside; a WARN is planned with and shown; an
// INFO is for the record.
const (
	Info Severity = iota
	Warn
	Fail
)

var severityNames = []string{"info", "warn", "fail"}

func (s Severity) String() string { return name(severityNames, uint8(s)) }

// ParseSeverity reads info, warn or fail.
func ParseSeverity(s string) (Severity, bool) {
	v, ok := parseName(severityNames, s)
	return Severity(v), ok
}

// The codes. Their order is not part of any contract; their names are.
const (
	NoCode Code = iota

	// Exceptions of a plan.
	CodePastDueStart    // a proposal whose start lies before the as-of day was moved to it
	CodePastDueFinish   // an open receipt is overdue
	CodePastDueDemand   // an open requirement is overdue
	CodeExpedite        // a firm receipt comes later than needed
	CodeDefer           // a firm receipt comes earlier than needed
	CodeCancel          // a firm receipt is not needed
	CodeLate            // a requirement is met later than its day
	CodeUncovered       // a requirement is not met within the plan
	CodeNoSource        // a sku needs supply and has no way to get it
	CodeNoBOM           // a made sku has no bill of material that holds
	CodeBOMCycle        // the sku is on a cycle of BOM or transfer lines
	CodeShortageInFence // a shortage inside the planning time fence
	CodeBelowSafety     // projected stock falls below safety stock
	CodeExcess          // stock exceeds all requirements
	CodeNotPlanned      // a sku with requirements is excluded from planning
	CodeDiscontinued    // requirements of a discontinued item without successor
	CodeExpiring        // stock expires before it is used
	CodeQtyRange        // a quantity of the calculation leaves the range
	CodeLotLimit        // lot rules contradict each other or split into too many orders
	CodeHorizonCut      // requirements beyond the horizon are not planned
	CodeForecastFailed  // no forecast could be made
	CodeLaterReorder    // requirements that a reorder point or buffer does not look at yet
	CodePastDueRelease  // a proposal should have been released before the as-of day
	CodeOverload        // a resource has more load on a day than capacity
	CodeMaxExceeded     // projected stock rises above its maximum
	CodeReceiptAfterOut // a firm receipt of an item that is no longer procured

	// Findings of a check, and reasons of quarantined rows.
	CodeUnknownItem
	CodeUnknownSite
	CodeUnknownSupplier
	CodeUnknownColumnValue
	CodeDuplicateKey
	CodeNegativeQty
	CodeMissingValue
	CodeBadNumber
	CodeBadDate
	CodeDateRange
	CodePrecision
	CodeLeadTimeMissing
	CodeUOMConversion
	CodeEffectivityOverlap
	CodeEffectivityEmpty
	CodeOrderPastDue
	CodeSelfComponent
	CodeUnknownColumn
	CodeRaggedRow
	CodeNoStockRow
	CodeUnknownCalendar
	CodeUnknownSetting
	CodeUnknownResource
	CodeAlternateShares // the shares of an alternate group are not 100 % together
	CodeDestroyedCode
	CodeNoCost
	CodeNoPrice
	CodeCostAbovePrice
	CodeNegativeCost
	CodeSimilarCode
	CodeSameName
	CodeObsoleteDemand
	CodePhaseOutOpen
	CodeMadeNoBOM
	CodeBoughtNoSupplier
	CodeLeadTimeLong
	CodeLevelsContradict
	CodeLotsContradict
	CodeStockExpired
	CodeStockUnused
	CodeHistoryShort
	CodeHistoryStale
	CodeOrderHuge
	CodeOrderTwice
	CodeUsageZero
	CodeScrapHigh
	CodeReceiptTooLarge
	CodeReceiptOrder
	CodeEventWaits    // an event that cannot be applied yet
	CodeEventConflict // the id of an event comes again with other content
	CodeEventTooLong  // a line that is too long to be an event
	CodeEventLog      // a part of the log of events is damaged

	// Errors.
	CodeUsage
	CodeFileNotFound
	CodeFileFormat
	CodeFileNewer
	CodeDigestMismatch
	CodeBusy
	CodeNoSnapshot
	CodeNoPlan
	CodeMapping
	CodeTooManyBadRows
	CodeQueryRefused
	CodeQueryLimit
	CodeNotFound
	CodeReplayShort // the history is too short for a replay
	CodeCancelled
	CodeUnsafeListen
	CodePublish // a plan could not be put where it was to go
	CodeNoPermission
	CodeDiskFull
	CodeJournalDamaged
	CodeChangedMeanwhile // it is no longer what the caller looked at
	CodeConfiguration    // the configuration of the service cannot be used
	CodeInternal

	numCodes
)

type codeInfo struct {
	name string
	sap  string
	sev  Severity
}

var codes = [numCodes]codeInfo{
	NoCode:              {"", "", Info},
	CodePastDueStart:    {"PAST_DUE_START", "03", Warn},
	CodePastDueFinish:   {"PAST_DUE_FINISH", "07", Warn},
	CodePastDueDemand:   {"PAST_DUE_DEMAND", "", Warn},
	CodeExpedite:        {"EXPEDITE", "10", Warn},
	CodeDefer:           {"DEFER", "15", Info},
	CodeCancel:          {"CANCEL", "20", Info},
	CodeLate:            {"LATE", "", Warn},
	CodeUncovered:       {"UNCOVERED", "", Fail},
	CodeNoSource:        {"NO_SOURCE", "", Fail},
	CodeNoBOM:           {"NO_BOM", "50", Warn},
	CodeBOMCycle:        {"BOM_CYCLE", "", Fail},
	CodeShortageInFence: {"SHORTAGE_IN_FENCE", "", Warn},
	CodeBelowSafety:     {"BELOW_SAFETY_STOCK", "96", Warn},
	CodeExcess:          {"EXCESS", "25", Info},
	CodeNotPlanned:      {"NOT_PLANNED", "", Warn},
	CodeDiscontinued:    {"DISCONTINUED", "58", Warn},
	CodeExpiring:        {"EXPIRING", "", Warn},
	CodeQtyRange:        {"QTY_RANGE", "", Fail},
	CodeLotLimit:        {"LOT_LIMIT", "", Warn},
	CodeHorizonCut:      {"HORIZON", "", Info},
	CodeForecastFailed:  {"FORECAST_FAILED", "", Warn},
	CodeLaterReorder:    {"LATER_REORDER", "", Info},
	CodePastDueRelease:  {"PAST_DUE_RELEASE", "02", Info},
	CodeOverload:        {"CAPACITY_OVERLOAD", "", Warn},
	CodeMaxExceeded:     {"MAX_EXCEEDED", "", Info},
	CodeReceiptAfterOut: {"RECEIPT_AFTER_OUT", "59", Warn},

	CodeUnknownItem:        {"UNKNOWN_ITEM", "", Fail},
	CodeUnknownSite:        {"UNKNOWN_SITE", "", Fail},
	CodeUnknownSupplier:    {"UNKNOWN_SUPPLIER", "", Fail},
	CodeUnknownColumnValue: {"UNKNOWN_VALUE", "", Fail},
	CodeDuplicateKey:       {"DUPLICATE_KEY", "", Fail},
	CodeNegativeQty:        {"NEGATIVE_QTY", "", Warn},
	CodeMissingValue:       {"MISSING_VALUE", "", Fail},
	CodeBadNumber:          {"BAD_NUMBER", "", Fail},
	CodeBadDate:            {"BAD_DATE", "", Fail},
	CodeDateRange:          {"DATE_RANGE", "", Fail},
	CodePrecision:          {"PRECISION", "", Warn},
	CodeLeadTimeMissing:    {"LEAD_TIME_MISSING", "", Warn},
	CodeUOMConversion:      {"UOM_CONVERSION", "", Fail},
	CodeEffectivityOverlap: {"EFFECTIVITY_OVERLAP", "", Warn},
	CodeEffectivityEmpty:   {"EFFECTIVITY_EMPTY", "", Warn},
	CodeOrderPastDue:       {"ORDER_PAST_DUE", "", Warn},
	CodeSelfComponent:      {"SELF_COMPONENT", "", Fail},
	CodeUnknownColumn:      {"UNKNOWN_COLUMN", "", Info},
	CodeRaggedRow:          {"RAGGED_ROW", "", Fail},
	CodeNoStockRow:         {"NO_STOCK", "", Info},
	CodeUnknownCalendar:    {"UNKNOWN_CALENDAR", "", Fail},
	CodeUnknownSetting:     {"UNKNOWN_SETTING", "", Warn},
	CodeUnknownResource:    {"UNKNOWN_RESOURCE", "", Fail},
	CodeAlternateShares:    {"ALTERNATE_SHARES", "", Warn},
	CodeDestroyedCode:      {"DESTROYED_CODE", "", Fail},
	CodeNoCost:             {"NO_COST", "", Warn},
	CodeNoPrice:            {"NO_PRICE", "", Warn},
	CodeCostAbovePrice:     {"COST_ABOVE_PRICE", "", Warn},
	CodeNegativeCost:       {"NEGATIVE_COST", "", Warn},
	CodeSimilarCode:        {"SIMILAR_CODE", "", Warn},
	CodeSameName:           {"SAME_NAME", "", Warn},
	CodeObsoleteDemand:     {"OBSOLETE_DEMAND", "", Warn},
	CodePhaseOutOpen:       {"PHASE_OUT_OPEN", "", Warn},
	CodeMadeNoBOM:          {"MADE_NO_BOM", "", Warn},
	CodeBoughtNoSupplier:   {"BOUGHT_NO_SOURCE", "", Warn},
	CodeLeadTimeLong:       {"LEAD_TIME_LONG", "", Warn},
	CodeLevelsContradict:   {"LEVELS_CONTRADICT", "", Warn},
	CodeLotsContradict:     {"LOTS_CONTRADICT", "", Warn},
	CodeStockExpired:       {"STOCK_EXPIRED", "", Warn},
	CodeStockUnused:        {"STOCK_UNUSED", "", Warn},
	CodeHistoryShort:       {"HISTORY_SHORT", "", Warn},
	CodeHistoryStale:       {"HISTORY_STALE", "", Warn},
	CodeOrderHuge:          {"ORDER_HUGE", "", Warn},
	CodeOrderTwice:         {"ORDER_TWICE", "", Warn},
	CodeUsageZero:          {"USAGE_ZERO", "", Warn},
	CodeScrapHigh:          {"SCRAP_HIGH", "", Warn},
	CodeReceiptTooLarge:    {"RECEIPT_TOO_LARGE", "", Warn},
	CodeReceiptOrder:       {"RECEIPT_BEFORE_ORDER", "", Warn},
	CodeEventWaits:         {"EVENT_WAITS", "", Warn},
	CodeEventConflict:      {"EVENT_CONFLICT", "", Fail},
	CodeEventTooLong:       {"EVENT_TOO_LONG", "", Fail},
	CodeEventLog:           {"EVENT_LOG_DAMAGED", "", Warn},

	CodeUsage:            {"USAGE", "", Fail},
	CodeFileNotFound:     {"FILE_NOT_FOUND", "", Fail},
	CodeFileFormat:       {"FILE_FORMAT", "", Fail},
	CodeFileNewer:        {"FILE_NEWER", "", Fail},
	CodeDigestMismatch:   {"DIGEST_MISMATCH", "", Fail},
	CodeBusy:             {"BUSY", "", Fail},
	CodeNoSnapshot:       {"NO_SNAPSHOT", "", Fail},
	CodeNoPlan:           {"NO_PLAN", "", Fail},
	CodeMapping:          {"MAPPING", "", Fail},
	CodeTooManyBadRows:   {"TOO_MANY_BAD_ROWS", "", Fail},
	CodeQueryRefused:     {"QUERY_REFUSED", "", Fail},
	CodeQueryLimit:       {"QUERY_LIMIT", "", Fail},
	CodeNotFound:         {"NOT_FOUND", "", Fail},
	CodeReplayShort:      {"REPLAY_SHORT", "", Fail},
	CodeCancelled:        {"CANCELLED", "", Fail},
	CodeUnsafeListen:     {"UNSAFE_LISTEN", "", Fail},
	CodePublish:          {"PUBLISH_FAILED", "", Fail},
	CodeNoPermission:     {"NO_PERMISSION", "", Fail},
	CodeDiskFull:         {"DISK_FULL", "", Fail},
	CodeJournalDamaged:   {"JOURNAL_DAMAGED", "", Fail},
	CodeChangedMeanwhile: {"CHANGED_MEANWHILE", "", Fail},
	CodeConfiguration:    {"CONFIGURATION", "", Fail},
	CodeInternal:         {"INTERNAL", "", Fail},
}

// String returns the name of the code, such as BOM_CYCLE.
func (c Code) String() string {
	if c < numCodes {
		return codes[c].name
	}
	return ""
}

// SAP returns SAP's number of the same exception, "" where there is none.
func (c Code) SAP() string {
	if c < numCodes {
		return codes[c].sap
	}
	return ""
}

// Severity returns the rank of the condition.
func (c Code) Severity() Severity {
	if c < numCodes {
		return codes[c].sev
	}
	return Info
}

// ParseCode reads a code's name.
func ParseCode(s string) (Code, bool) {
	for c := NoCode + 1; c < numCodes; c++ {
		if codes[c].name == s {
			return c, true
		}
	}
	return NoCode, false
}

// Codes returns every code.
func Codes() []Code {
	all := make([]Code, 0, numCodes-1)
	for c := NoCode + 1; c < numCodes; c++ {
		all = append(all, c)
	}
	return all
}

// Exceptions are conditions that a planner should look at, as columns.
type Exceptions struct {
	Code    []Code
	SKU     []SKU // NoSKU: of the whole plan
	OrderID []string
	On      []Day     // NoDay
	Qty     []Qty     // NoQty
	MoveTo  []Day     // NoDay
	Value   []float64 // money at stake
	Detail  []string  // a path, a name: what the text needs beside the columns
}

// Exception is one row of [Exceptions].
type Exception struct {
	Code    Code
	SKU     SKU
	OrderID string
	On      Day
	Qty     Qty
	MoveTo  Day
	Value   float64
	Detail  string
}

// Len returns the number of rows.
func (e *Exceptions) Len() int { return len(e.Code) }

// Add appends a row.
func (e *Exceptions) Add(x Exception) {
	e.Code = append(e.Code, x.Code)
	e.SKU = append(e.SKU, x.SKU)
	e.OrderID = append(e.OrderID, x.OrderID)
	e.On = append(e.On, x.On)
	e.Qty = append(e.Qty, x.Qty)
	e.MoveTo = append(e.MoveTo, x.MoveTo)
	e.Value = append(e.Value, x.Value)
	e.Detail = append(e.Detail, x.Detail)
}

// At returns row i.
func (e *Exceptions) At(i int) Exception {
	return Exception{e.Code[i], e.SKU[i], e.OrderID[i], e.On[i], e.Qty[i], e.MoveTo[i], e.Value[i], e.Detail[i]}
}

// Append adds all rows of x.
func (e *Exceptions) Append(x *Exceptions) {
	for i := range x.Code {
		e.Add(x.At(i))
	}
}
