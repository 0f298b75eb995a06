package plan

import (
	"math"

	"planwright"
)

// Figures are a [Tally] as people and machines read it; money is in the currency of
// the snapshot.
type Figures struct {
	Service      *float64  `json:"service,omitempty"` // 0..1; nil: no policy
	InFull       *float64  `json:"in_full,omitempty"` // nil: no order lines
	StockValue   float64   `json:"stock_value"`       // mean over the horizon
	StockEnd     float64   `json:"stock_end"`
	SafetyStock  float64   `json:"safety_stock"`
	ShortSKUs    int64     `json:"short_skus"`
	ShortValue   float64   `json:"short_value"`
	Orders       int64     `json:"orders"`
	OrderValue   float64   `json:"order_value"`
	PurchaseCash float64   `json:"purchase_cash"`
	CashByWeek   []float64 `json:"cash_by_week"`
}

// Summary is what is kept of an answer, and compared.
type Summary struct {
	AsOf     string  `json:"as_of"`
	Base     Figures `json:"base"`
	Scenario Figures `json:"scenario"`

	Forecast int  `json:"forecast_again"`
	Planned  int  `json:"planned_again"`
	Whole    bool `json:"whole_company,omitempty"`

	OrdersNew          int `json:"orders_new"`
	OrdersGone         int `json:"orders_gone"`
	OrdersMoved        int `json:"orders_moved"`
	OrdersResized      int `json:"orders_resized"`
	SuggestionsNew     int `json:"suggestions_new"`
	SuggestionsGone    int `json:"suggestions_gone"`
	SuggestionsChanged int `json:"suggestions_changed"`
}

// Figures turns sums into figures.
func (t *Tally) Figures() Figures {
	money := func(c int64) float64 { return float64(c) / 100 }
	share := func(x float64) *float64 {
		if math.IsNaN(x) {
			return nil
		}
		return &x
	}
	f := Figures{Service: share(t.Service()), InFull: share(t.InFull()), StockValue: t.Stock(), StockEnd: money(t.StockEnd), SafetyStock: money(t.Safety),
		ShortSKUs: t.Short, ShortValue: money(t.ShortValue), Orders: t.Orders, OrderValue: money(t.OrderValue), CashByWeek: make([]float64, len(t.Cash))}
	for i, c := range t.Cash {
		f.CashByWeek[i] = money(c)
		f.PurchaseCash += money(c)
	}
	return f
}

// Summary is what is kept of the outcome.
func (o *Outcome) Summary() Summary {
	s := Summary{AsOf: o.Base.AsOf.String(), Base: o.Base.Figures(), Scenario: o.Is.Figures(), Forecast: o.Forecast, Planned: o.Planned, Whole: o.Whole}
	for i := range o.Orders.Changes {
		switch o.Orders.Changes[i].Kind {
		case OrderNew:
			s.OrdersNew++
		case OrderGone:
			s.OrdersGone++
		case OrderMoved:
			s.OrdersMoved++
		case OrderResized:
			s.OrdersResized++
		}
	}
	for _, c := range o.Suggestions {
		switch c.Kind {
		case OrderNew:
			s.SuggestionsNew++
		case OrderGone:
			s.SuggestionsGone++
		default:
			s.SuggestionsChanged++
		}
	}
	return s
}

// ScenarioFigure is one figure of a comparison: Name is a key of the catalogue after "whatif.figure.".
type ScenarioFigure struct {
	Name  string
	Value *float64 // nil: there is none
	Share bool     // of one, else a number or money
}

// List lists the figures in the order in which they are shown.
func (f *Figures) List() []ScenarioFigure {
	count := func(n int64) *float64 { x := float64(n); return &x }
	return []ScenarioFigure{
		{"service", f.Service, true}, {"in_full", f.InFull, true}, {"stock_value", &f.StockValue, false}, {"stock_end", &f.StockEnd, false}, {"safety_stock", &f.SafetyStock, false},
		{"short_skus", count(f.ShortSKUs), false}, {"short_value", &f.ShortValue, false}, {"orders", count(f.Orders), false}, {"order_value", &f.OrderValue, false}, {"purchase_cash", &f.PurchaseCash, false},
	}
}

// WeekStart is the first day of week i of the cash of a summary.
func (s *Summary) WeekStart(i int) planwright.Day {
	d, err := planwright.ParseDay(s.AsOf)
	if err != nil {
		return planwright.NoDay
	}
	return d + planwright.Day(7*i)
}
