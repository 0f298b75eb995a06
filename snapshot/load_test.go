package snapshot

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"

	"planwright"
)

func TestLoad(t *testing.T) {
	w, info := testWorkspace(t)
	s := loadFixture(t, w)
	if s.ID != info.ID || s.Digest != info.Digest || s.AsOf != planwright.Date(2026, 6, 30) {
		t.Errorf("loaded %s %s of %s, want %s %s of 2026-06-30", s.ID, s.Digest, s.AsOf, info.ID, info.Digest)
	}
	check := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	one := planwright.One
	check("currency", s.Currency, "CNY")
	check("keep past", s.KeepPast, true)
	check("items", s.Items.ID, []string{"BIKE", "FRAME", "SPOKE, steel", "WHEEL"})
	check("decimals", s.Items.Decimals, []int8{0, 6, 0, 0})
	check("status", s.Items.Status, []planwright.ItemStatus{planwright.Active, planwright.Active, planwright.PhaseOut, planwright.Active})
	check("shelf life", s.Items.ShelfLife, []int32{planwright.NoInt, planwright.NoInt, 400, planwright.NoInt})
	check("successor", s.Items.Successor, []int32{planwright.None, planwright.None, 3, planwright.None})
	check("out on", s.Items.OutOn[2], planwright.Date(2027, 1, 1))
	check("name", s.Items.Name[3], "轮子")
	if s.Sites.Calendar[0] == nil || s.Sites.Calendar[1] != nil {
		t.Errorf("calendars of the sites = %v", s.Sites.Calendar)
	}
	check("works on Saturday", s.Sites.Calendar[0].Working(planwright.Date(2026, 7, 4)), false)
	check("works on Friday", s.Sites.Calendar[0].Working(planwright.Date(2026, 7, 3)), true)
	check("supplier lead time", s.Suppliers.LeadTime, []int32{12, planwright.NoInt})
	check("procurement", s.SKUs.Procurement, []planwright.Procurement{planwright.Make, 0, planwright.Buy, 0, 0})
	check("lead time", s.SKUs.LeadTime, []int32{2, planwright.NoInt, 10, planwright.NoInt, planwright.NoInt})
	check("mrp type", s.SKUs.MRPType[2], planwright.ReorderPoint)
	check("lot rule", s.SKUs.LotRule[2], planwright.FixedQty)
	check("lot size", s.SKUs.LotSize, []planwright.Qty{planwright.NoQty, planwright.NoQty, 100 * one, planwright.NoQty, planwright.NoQty})
	check("safety stock", s.SKUs.SafetyStock, []planwright.Qty{5_500000, planwright.NoQty, planwright.NoQty, planwright.NoQty, planwright.NoQty})
	if l := s.SKUs.ServiceLevel; l[0] != 0.98 || !math.IsNaN(l[1]) || !math.IsNaN(l[4]) {
		t.Errorf("service level = %v, want 0.98 and none", l)
	}
	check("consumption mode", s.SKUs.ConsumptionMode, []uint8{3, 2, 2, 2, 2})
	check("lot max as is", s.SKUs.LotMaxAsIs, []bool{true, false, false, false, false})
	check("scrap", s.SKUs.ScrapPct[0], planwright.Qty(2_500000))
	check("strategy", s.SKUs.Strategy[0], int32(40))
	check("sku periods", s.SKUPeriods.Off, []int32{0, 1, 1, 1, 1, 1})
	check("sources", s.Sources.Off, []int32{0, 0, 1, 3, 3, 3})
	check("source from", s.Sources.From, []planwright.SKU{0, planwright.NoSKU, planwright.NoSKU})
	check("source unit", s.Sources.PerUOM, []planwright.Ratio{{Num: 1, Den: 1}, {Num: 12, Den: 1}, {Num: 1, Den: 1}})
	check("source weekdays", s.Sources.OrderWeekdays, []uint8{0, 0b1001, 0})
	check("source priority", s.Sources.Priority, []int32{1, 1, 2})
	// The bicycle is made in the east alone: the west gets it by transfer.
	check("bom", s.BOM.Off, []int32{0, 2, 2, 2, 2, 3})
	check("bom components", s.BOM.Component, []planwright.SKU{4, 2, 3})
	check("bom usage", s.BOM.Usage, []planwright.Ratio{{Num: 2, Den: 1}, {Num: 1, Den: 1}, {Num: 168, Den: 5}})
	check("bom id", s.BOM.ID, []string{"1", "1", "1"})
	check("resources", s.Resources.ID, []string{"LINE", "PRESS"})
	check("capacity", s.Resources.PerDay, []float64{16.5, 8})
	check("steps", s.Routings.Step, []int32{10, 20})
	check("resources of the steps", s.Routings.Resource, []int32{0, 1})
	check("times of the steps", s.Routings.PerUnit, []float64{0.1, 0.25})
	check("price breaks", s.PriceBreaks.Incremental, []bool{true})
	check("stock", s.Stock.Off, []int32{0, 1, 1, 1, 3, 3})
	check("stock qty", s.Stock.Qty, []planwright.Qty{4 * one, -2_500000, 100_000001})
	check("stock lot", s.Stock.Lot, []string{"L1", "", "ÅÄÖ-a-very-long-lot-number"})
	check("stock day", s.Stock.ReceivedOn[1], planwright.NoDay)
	check("stock status", s.Stock.Status, []planwright.StockStatus{planwright.Available, planwright.Available, planwright.Inspection})
	check("supply firm", s.Supply.Firm, []bool{true, false})
	check("supply kind", s.Supply.Kind, []planwright.OrderKind{planwright.Purchase, planwright.Work})
	check("demand priority", s.Demand.Priority, []int32{10, 10})
	check("reserved", s.Reserved.Qty, []planwright.Qty{320 * one})
	check("given", s.Given.Kind, []planwright.ForecastKind{planwright.GivenForecast})
	check("events", s.Events.Effect, []float64{0, 1.8})
	check("receipts by supplier", s.Receipts.Supplier, []int32{0, 1})
	check("repairs", s.RepairedOff, []int32{0, 0, 0, 1, 1, 1})
	check("found", s.Found.Code, []planwright.Code{planwright.CodeUnknownResource, planwright.CodeBOMCycle})
	check("found sku", s.Found.SKU, []planwright.SKU{4, 4})
	if !math.IsNaN(s.Demand.Price[0]) || !math.IsNaN(s.SKUs.OrderCost[0]) {
		t.Errorf("an empty price or cost is not NaN")
	}

	ctx := context.Background()
	h, err := s.ReadHistory(ctx, 0, planwright.SKU(s.Len()))
	if err != nil {
		t.Fatal(err)
	}
	check("history", h.Off, []int32{0, 2, 2, 2, 2, 3})
	check("history kind", h.Kind, []planwright.HistoryKind{planwright.Sale, planwright.Return, planwright.Issue})
	check("history stockout", h.Stockout, []bool{false, true, false})
	h, err = s.ReadHistory(ctx, 1, 5)
	if err != nil {
		t.Fatal(err)
	}
	check("part of history", h.Off, []int32{0, 0, 0, 0, 1})
	check("part of history starts", h.Lo, planwright.SKU(1))
	m, err := s.ReadMovements(ctx, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	check("movements", m.Qty, []planwright.Qty{100 * one, -20_250000})
	if h, err := s.ReadHistory(ctx, 5, 9); err != nil || len(h.Off) != 1 {
		t.Errorf("history beyond the last sku = %v, %v", h, err)
	}
}

// TestScratch: a draft in memory loads the same as a published one.
func TestScratch(t *testing.T) {
	ctx := context.Background()
	w, info := testWorkspace(t)
	want := loadFixture(t, w)
	d, err := NewScratch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	testDraft(t, d)
	s, done, err := d.Load(ctx, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Digest != info.Digest {
		t.Errorf("digest in memory %s, published %s", s.Digest, info.Digest)
	}
	s.ID, s.ReadHistory, s.ReadMovements = want.ID, nil, nil
	got := *want
	got.ReadHistory, got.ReadMovements = nil, nil
	if !slices.Equal(s.Items.ID, got.Items.ID) || !reflect.DeepEqual(s.BOM, got.BOM) || !reflect.DeepEqual(s.SKUs.LotSize, got.SKUs.LotSize) || !reflect.DeepEqual(s.Stock, got.Stock) {
		t.Errorf("a draft in memory loads otherwise than a published one")
	}
	if err := done(); err != nil {
		t.Error(err)
	}
	if _, err := d.Publish(ctx); codeOf(err) != planwright.CodeInternal {
		t.Errorf("publishing a draft in memory: %v", err)
	}
	if err := d.Discard(); err != nil {
		t.Error(err)
	}
}
