package planwright

import (
	"context"
	"fmt"
	"math"
)

var nan = math.NaN()

// Snapshot is what a company knew at one moment, as columns. It is read-only
// once [Snapshot.Validate] has passed and may be shared between goroutines.
type Snapshot struct {
	ID      string
	Digest  string // of the content, hex; see the snapshot package
	AsOf    Day    // the planning day: the opening of this day
	Journal int64  // position of the journal that is folded in

	Currency    string
	Provision   string // settings.provision: age:rate;age:rate, see analytics; "" for none
	KeepPast    bool   // settings.past_start = keep
	SpreadStart bool   // settings.forecast_spread = start
	Holidays    string // settings.holidays: country whose official holidays move demand, CN; "" for none
	HistoryFrom Day    // first day of the demand history; 0: not known
	Stocking    Stocking

	Items       Items
	Sites       Sites
	Suppliers   Suppliers
	SKUs        SKUs
	SKUPeriods  SKUPeriods
	BOM         BOM
	Sources     Sources
	PriceBreaks PriceBreaks
	Stock       Stock
	Supply      Supply
	Demand      Demand
	Reserved    Reserved
	Given       Given
	Events      Events
	Receipts    Receipts
	Resources   Resources
	Routings    Routings

	// Criticality is what people entered for each item (extra column ved or
	// criticality of items); nil: nothing.
	Criticality []string

	// IncumbentMin and IncumbentMax are the levels that the company works with
	// (extra columns x_incumbent_min and x_incumbent_max of skus), for comparison
	// alone: no plan rests on them. nil: nothing.
	IncumbentMin, IncumbentMax []Qty

	// ReadHistory returns the past demand of the sku's lo <= sku < hi. It may
	// be called from several goroutines at once; nil means there is none.
	ReadHistory func(ctx context.Context, lo, hi SKU) (*History, error)
	// ReadMovements returns the stock ledger of the sku's lo <= sku < hi. It
	// may be called from several goroutines at once; nil means there is none.
	ReadMovements func(ctx context.Context, lo, hi SKU) (*Movements, error)

	// Repaired names the sku's whose parameters an import repaired, as
	// compressed rows by sku; Note says what was done, as code and value.
	RepairedOff  []int32
	RepairedNote []string

	// Found are exceptions that the import found in the data itself (rows set
	// aside because of a cycle, for example); a plan repeats them.
	Found Exceptions

	// Assumed is what a scenario adds; the zero value of an imported snapshot.
	Assumed Assumed
}

// Len returns the number of sku's.
func (s *Snapshot) Len() int { return s.SKUs.Len() }

// Code returns "item" for a data set of one site, else "item@site".
func (s *Snapshot) Code(k SKU) string {
	if k < 0 || int(k) >= s.Len() {
		return ""
	}
	item := s.Items.ID[s.SKUs.Item[k]]
	if s.Sites.Len() <= 1 {
		return item
	}
	return item + "@" + s.Sites.ID[s.SKUs.Site[k]]
}

// Find returns the sku of an item code and a site code ("" for the only site),
// NoSKU if there is none.
func (s *Snapshot) Find(item, site string) SKU {
	lo, hi := 0, s.Len()
	for lo < hi { // sku's are in code order
		mid := (lo + hi) / 2
		i, t := s.Items.ID[s.SKUs.Item[mid]], s.Sites.ID[s.SKUs.Site[mid]]
		if i < item || i == item && t < site {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < s.Len() && s.Items.ID[s.SKUs.Item[lo]] == item && (site == "" || s.Sites.ID[s.SKUs.Site[lo]] == site) {
		return SKU(lo)
	}
	return NoSKU
}

// Stock is on-hand stock as compressed rows by sku, in the order of receipt
// (undated lots first).
type Stock struct {
	Off        []int32
	Qty        []Qty
	Lot        []string
	ReceivedOn []Day // NoDay
	ExpiresOn  []Day // NoDay; the last day of use
	Status     []StockStatus
	Segment    []string
	Supplier   []int32 // held at a subcontractor; None
}

// Supply are open receipts as compressed rows by sku, ascending by due day,
// then order id.
type Supply struct {
	Off       []int32
	OrderID   []string
	Kind      []OrderKind
	Qty       []Qty
	DueOn     []Day
	OrderedOn []Day // NoDay
	Firm      []bool
	Shipped   []bool
	Segment   []string
	Supplier  []int32 // None
	From      []SKU   // NoSKU
}

// Demand are open requirements from outside as compressed rows by sku,
// ascending by due day, then priority, then order id.
type Demand struct {
	Off       []int32
	OrderID   []string
	Qty       []Qty
	DueOn     []Day
	OrderedOn []Day // NoDay
	Priority  []int32
	Customer  []string
	Segment   []string
	Price     []float64 // NaN
}

// Reserved is component demand of open work orders as compressed rows by sku,
// ascending by due day, then order id.
type Reserved struct {
	Off     []int32
	OrderID []string
	Qty     []Qty
	DueOn   []Day
}

// Given are forecasts and judgements entered from outside as compressed rows
// by sku, ascending by From.
type Given struct {
	Off      []int32
	From     []Day
	To       []Day // inclusive
	Qty      []Qty // of the whole period
	Kind     []ForecastKind
	Customer []string
	Reason   []string
	Author   []string
}

// Events move demand or supply; Effect is a factor on demand, 0 for closed.
type Events struct {
	ID     []string
	Name   []string
	From   []Day
	To     []Day // inclusive
	Kind   []EventKind
	Scope  []string
	Effect []float64 // NaN: unknown
}

// Receipts are finished purchases, sorted by supplier, item, receipt day.
type Receipts struct {
	Supplier   []int32
	SKU        []SKU
	OrderedOn  []Day
	PromisedOn []Day // NoDay
	ReceivedOn []Day
	Ordered    []Qty
	Received   []Qty
	Rejected   []Qty
}

// History is past demand of the sku's Lo..Lo+len(Off)-2 as compressed rows,
// ascending by day. Quantities of returns are positive and subtract.
type History struct {
	Lo       SKU
	Off      []int32
	On       []Day
	Qty      []Qty
	Kind     []HistoryKind
	Stockout []bool
	Promo    []bool
}

// Movements is the stock ledger of the sku's Lo..Lo+len(Off)-2 as compressed
// rows, ascending by day. Receipts are positive, issues negative.
type Movements struct {
	Lo  SKU
	Off []int32
	On  []Day
	Qty []Qty
	// Transfer says that a row is one half of a transfer between two sites, and
	// Document which; nil where the range has none.
	Transfer []bool
	Document []string
}

// Validate checks what every room relies on: all columns of a table have one
// length, compressed rows cover their values, references lie inside their
// table, rows are sorted as documented, quantities are in range. It returns an
// error that names the table, column and row. A snapshot that passes must not
// be changed any more.
func (s *Snapshot) Validate() error {
	if s.AsOf < MinDay || s.AsOf > MaxDay {
		return fmt.Errorf("snapshot: as-of day %d is outside 1970-01-01..2199-12-31: give --as-of", s.AsOf)
	}
	for _, t := range s.columns() {
		if err := t.check(); err != nil {
			return err
		}
	}
	n := s.Len()
	for k := 0; k < n; k++ {
		if k > 0 {
			a, b := s.SKUs.Item[k-1], s.SKUs.Item[k]
			if a > b || a == b && s.SKUs.Site[k-1] >= s.SKUs.Site[k] {
				return fmt.Errorf("snapshot: skus row %d is not in the order of item and site", k)
			}
		}
		if m := s.SKUs.Site[k]; m < 0 || int(m) >= s.Sites.Len() {
			return fmt.Errorf("snapshot: skus row %d: no site %d", k, m)
		}
		if m := s.SKUs.Item[k]; m < 0 || int(m) >= s.Items.Len() {
			return fmt.Errorf("snapshot: skus row %d: no item %d", k, m)
		}
	}
	for i := 1; i < s.Items.Len(); i++ {
		if s.Items.ID[i-1] >= s.Items.ID[i] {
			return fmt.Errorf("snapshot: items row %d is not in code order", i)
		}
	}
	return nil
}
