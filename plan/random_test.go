package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"planwright"
)

// randomCompany is company with everything that netting, lot sizing and dating
// can meet, by the dice of a seed.
func randomCompany(t testing.TB, n int, seed uint64) *planwright.Snapshot {
	t.Helper()
	s := company(t, n)
	r := rand.New(rand.NewPCG(seed, 7))
	weekend := planwright.NewCalendar([]planwright.CalendarRule{{Weekday: 6, On: planwright.NoDay}, {Weekday: 7, On: planwright.NoDay}})
	if r.IntN(3) > 0 {
		s.Sites.Calendar[0] = weekend
	}
	s.Suppliers = planwright.Suppliers{ID: []string{"S1", "S2"}, Name: []string{"", ""}, Calendar: []*planwright.Calendar{nil, weekend}, MinOrderValue: []float64{0, 0}, LeadTime: []int32{9, planwright.NoInt}}
	some := func(most int) planwright.Qty { return planwright.Qty(1+r.IntN(most)) * planwright.One }
	odds := func(n int) bool { return r.IntN(n) == 0 }
	t1 := &s.SKUs
	x := &s.Sources
	for k := range n {
		if odds(4) {
			t1.MRPType[k] = []planwright.MRPType{planwright.ReorderPoint, planwright.MinMax, planwright.Periodic, planwright.DDMRP, planwright.ForecastOnly}[r.IntN(5)]
		}
		t1.ReorderScope[k] = planwright.ReorderScope(r.IntN(3))
		t1.LotRule[k] = planwright.LotRule(r.IntN(13))
		t1.LotPeriods[k] = int32(1 + r.IntN(4))
		if odds(3) {
			t1.LotSize[k] = some(40)
		}
		if odds(3) {
			t1.LotMin[k] = some(60)
		}
		if odds(3) {
			t1.LotMultiple[k] = some(12)
		}
		if odds(4) {
			t1.LotMax[k] = 20*planwright.One + some(80)
		}
		t1.LotMaxAsIs[k] = odds(2)
		if odds(8) {
			t1.Rounding[k] = "1:1;10:5;100:50"
		}
		t1.GroupMove[k] = odds(5)
		if odds(3) {
			t1.SafetyStock[k] = some(30)
		}
		t1.SafetyTiming[k] = planwright.SafetyTiming(r.IntN(3))
		if odds(4) {
			t1.SafetyTime[k] = int32(1 + r.IntN(5))
		}
		if odds(6) {
			t1.CoverageDays[k] = int32(1 + r.IntN(9))
		}
		if odds(3) {
			t1.ReorderPoint[k] = some(60)
		}
		if odds(3) {
			t1.OrderUpTo[k] = 60*planwright.One + some(60)
		}
		if odds(4) {
			t1.ReviewDays[k] = 7
		}
		if odds(2) {
			t1.OrderCost[k], t1.HoldingRate[k] = float64(20+r.IntN(200)), 0.2
		}
		if odds(4) {
			t1.RescheduleDays[k], t1.RescheduleTolerance[k] = int32(10+r.IntN(20)), int32(r.IntN(4))
		}
		if odds(4) {
			t1.DemandFence[k] = int32(r.IntN(9))
		}
		if odds(4) {
			t1.PlanningFence[k], t1.FenceType[k] = int32(5+r.IntN(20)), planwright.FenceType(1+r.IntN(4))
		}
		if odds(4) {
			t1.ScrapPct[k], t1.ScrapDivide[k] = planwright.Qty(1+r.IntN(9_000_000)), odds(2)
		}
		if odds(4) {
			t1.GRDays[k] = int32(1 + r.IntN(3))
		}
		if odds(4) {
			t1.OpeningDays[k] = int32(1 + r.IntN(4))
		}
		if odds(5) {
			t1.LeadTimePerUnit[k] = planwright.Qty(20_000 + r.IntN(50_000))
		}
		t1.ConsumptionMode[k] = uint8(1 + r.IntN(4))
		if odds(2) {
			t1.ConsumeBack[k], t1.ConsumeForward[k] = int32(r.IntN(20)), int32(r.IntN(20))
		}
		t1.Strategy[k] = []int32{40, 40, 40, 10, 11, 70}[r.IntN(6)]
		s.Items.Decimals[k] = int8([]int{0, 0, 2, 6}[r.IntN(4)])
		if odds(12) {
			s.Items.Status[k], s.Items.OutOn[k] = planwright.PhaseOut, s.AsOf+planwright.Day(r.IntN(120))
		}

		add := func(kind planwright.Procurement, supplier int32) {
			x.Kind = append(x.Kind, kind)
			x.Supplier = append(x.Supplier, supplier)
			x.From = append(x.From, planwright.NoSKU)
			x.BOMID = append(x.BOMID, "")
			lead := planwright.NoInt
			if odds(2) {
				lead = int32(r.IntN(20))
			}
			x.LeadTime = append(x.LeadTime, lead)
			x.LeadTimeSD = append(x.LeadTimeSD, nan())
			x.Priority = append(x.Priority, 1)
			x.Quota = append(x.Quota, 0)
			x.QuotaBase = append(x.QuotaBase, 0)
			x.FromStockOnly = append(x.FromStockOnly, false)
			low := planwright.NoQty
			if odds(3) {
				low = some(50)
			}
			x.LotMin = append(x.LotMin, low)
			x.LotMultiple = append(x.LotMultiple, planwright.NoQty)
			x.LotMax = append(x.LotMax, planwright.NoQty)
			x.UOM = append(x.UOM, "")
			x.PerUOM = append(x.PerUOM, planwright.Ratio{Num: 1, Den: 1})
			x.Price = append(x.Price, float64(1+r.IntN(9)))
			x.EffectiveFrom = append(x.EffectiveFrom, planwright.NoDay)
			x.EffectiveTo = append(x.EffectiveTo, planwright.NoDay)
			days := uint8(0)
			if odds(4) {
				days = uint8(1 + r.IntN(31))
			}
			x.OrderWeekdays = append(x.OrderWeekdays, days)
		}
		if k%3 != 0 && odds(2) {
			add(planwright.Buy, int32(r.IntN(2)))
			if odds(3) {
				x.Quota[len(x.Quota)-1] = 60
				add(planwright.Buy, int32(r.IntN(2)))
				x.Quota[len(x.Quota)-1] = 40
			}
		}
		x.Off[k+1] = int32(len(x.Kind))
	}
	s.Demand = planwright.Demand{Off: []int32{0}}
	s.Supply = planwright.Supply{Off: []int32{0}}
	s.Reserved = planwright.Reserved{Off: []int32{0}}
	s.Given = planwright.Given{Off: []int32{0}}
	s.SKUPeriods = planwright.SKUPeriods{Off: []int32{0}}
	s.Stock = planwright.Stock{Off: []int32{0}}
	for k := range n {
		days := func(most, n int) []planwright.Day {
			d := make([]planwright.Day, r.IntN(n+1))
			for i := range d {
				d[i] = s.AsOf - 5 + planwright.Day(r.IntN(most))
			}
			slices.Sort(d)
			return d
		}
		for i, d := range days(90, 4) {
			s.Demand.OrderID = append(s.Demand.OrderID, fmt.Sprintf("D%d-%d", k, i))
			s.Demand.Qty = append(s.Demand.Qty, some(30))
			s.Demand.DueOn = append(s.Demand.DueOn, d)
			s.Demand.OrderedOn = append(s.Demand.OrderedOn, planwright.NoDay)
			s.Demand.Priority = append(s.Demand.Priority, 10)
			s.Demand.Customer = append(s.Demand.Customer, "")
			s.Demand.Segment = append(s.Demand.Segment, "")
			s.Demand.Price = append(s.Demand.Price, nan())
		}
		s.Demand.Off = append(s.Demand.Off, int32(len(s.Demand.Qty)))
		for i, d := range days(60, 2) {
			s.Supply.OrderID = append(s.Supply.OrderID, fmt.Sprintf("P%d-%d", k, i))
			s.Supply.Kind = append(s.Supply.Kind, planwright.Purchase)
			s.Supply.Qty = append(s.Supply.Qty, some(40))
			s.Supply.DueOn = append(s.Supply.DueOn, d)
			s.Supply.OrderedOn = append(s.Supply.OrderedOn, planwright.NoDay)
			s.Supply.Firm = append(s.Supply.Firm, !odds(6))
			s.Supply.Shipped = append(s.Supply.Shipped, false)
			s.Supply.Segment = append(s.Supply.Segment, "")
			s.Supply.Supplier = append(s.Supply.Supplier, planwright.None)
			s.Supply.From = append(s.Supply.From, planwright.NoSKU)
		}
		s.Supply.Off = append(s.Supply.Off, int32(len(s.Supply.Qty)))
		for i, d := range days(30, 1) {
			s.Reserved.OrderID = append(s.Reserved.OrderID, fmt.Sprintf("W%d-%d", k, i))
			s.Reserved.Qty = append(s.Reserved.Qty, some(20))
			s.Reserved.DueOn = append(s.Reserved.DueOn, d)
		}
		s.Reserved.Off = append(s.Reserved.Off, int32(len(s.Reserved.Qty)))
		for _, d := range days(90, 2) {
			s.Given.From = append(s.Given.From, d)
			s.Given.To = append(s.Given.To, d+planwright.Day(r.IntN(30)))
			s.Given.Qty = append(s.Given.Qty, some(100)/7)
			s.Given.Kind = append(s.Given.Kind, planwright.ForecastKind(r.IntN(4)))
			s.Given.Customer = append(s.Given.Customer, "")
			s.Given.Reason = append(s.Given.Reason, "")
			s.Given.Author = append(s.Given.Author, "")
		}
		s.Given.Off = append(s.Given.Off, int32(len(s.Given.Qty)))
		if odds(6) {
			s.SKUPeriods.From = append(s.SKUPeriods.From, s.AsOf+planwright.Day(r.IntN(60)))
			s.SKUPeriods.SafetyStock = append(s.SKUPeriods.SafetyStock, some(40))
			s.SKUPeriods.ScrapPct = append(s.SKUPeriods.ScrapPct, planwright.Qty(r.IntN(5_000_000)))
			s.SKUPeriods.ServiceLevel = append(s.SKUPeriods.ServiceLevel, nan())
		}
		s.SKUPeriods.Off = append(s.SKUPeriods.Off, int32(len(s.SKUPeriods.From)))
		for i := range r.IntN(3) {
			s.Stock.Qty = append(s.Stock.Qty, some(40)-5*planwright.One)
			s.Stock.Lot = append(s.Stock.Lot, fmt.Sprint("L", i))
			s.Stock.ReceivedOn = append(s.Stock.ReceivedOn, planwright.NoDay)
			e := planwright.NoDay
			if odds(3) {
				e = s.AsOf - 3 + planwright.Day(r.IntN(40))
			}
			s.Stock.ExpiresOn = append(s.Stock.ExpiresOn, e)
			s.Stock.Status = append(s.Stock.Status, planwright.StockStatus(r.IntN(3)))
			s.Stock.Segment = append(s.Stock.Segment, "")
			s.Stock.Supplier = append(s.Stock.Supplier, planwright.None)
		}
		s.Stock.Off = append(s.Stock.Off, int32(len(s.Stock.Qty)))
	}
	s.Digest = fmt.Sprint("random ", n, " ", seed)
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}
