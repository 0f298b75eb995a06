package plan

import (
	"math"
	"sync"

	"planwright"
	"planwright/analytics"
)

// unitCosts returns the unit cost by sku.
func unitCosts(s *planwright.Snapshot) []float64 {
	cost := make([]float64, s.Len())
	for k := range cost {
		cost[k] = s.Items.UnitCost[s.SKUs.Item[k]]
	}
	return cost
}

// segment classifies the company: ABC by the value of a year's use, in the whole
// and within site and category, XYZ by the variation of demand by period and by
// the relative forecast error, HML by unit cost, VED as entered. An ABC class
// that people entered is kept. pins, if given, hold the classes of another plan.
func segment(s *planwright.Snapshot, p *planwright.Plan, d *demand, pins *Pins) {
	n := s.Len()
	value := unitCosts(s)
	for k := range value {
		value[k] *= d.yearQty[k]
	}
	t := &p.Classes
	site, category := s.SKUs.Site, make([]int32, n)
	names := map[string]int32{}
	for k := range n {
		name := s.Items.Category[s.SKUs.Item[k]]
		g, ok := names[name]
		if !ok {
			g = int32(len(names))
			names[name] = g
		}
		category[k] = g
	}
	var wg sync.WaitGroup // each sorts the company in its own way
	wg.Go(func() { t.ABCSite, _ = analytics.ABCRank(value, site, analytics.ABCParams{}) })
	wg.Go(func() { t.ABCCategory, _ = analytics.ABCRank(value, category, analytics.ABCParams{}) })
	analytics.ABC(value, analytics.ABCParams{}, t)
	analytics.XYZ(d.cv, analytics.XYZParams{}, t)
	t.Demand = make([]string, n)
	for k := range n {
		t.Demand[k] = d.class[k].String()
		if entered := s.Items.ABC[s.SKUs.Item[k]]; entered != "" {
			t.ABC[k] = entered
		}
	}
	if pins != nil {
		copy(t.ABC, pins.ABC)
		copy(t.XYZ, pins.XYZ)
	}
	wg.Wait()
	// Classes of items hold at every site.
	hml := analytics.HML(s.Items.UnitCost, analytics.HMLParams{})
	t.HML, t.VED = make([]string, n), make([]string, n)
	for k := range n {
		item := s.SKUs.Item[k]
		t.HML[k] = hml[item]
		if s.Criticality != nil {
			t.VED[k] = analytics.VED(s.Criticality[item])
		}
	}
	wape := make([]float64, n)
	for k := range wape {
		wape[k] = math.NaN()
	}
	for i, k := range p.Accuracy.SKU {
		wape[k] = p.Accuracy.WAPE[i]
	}
	var errors planwright.Classes
	analytics.XYZ(wape, analytics.XYZParams{}, &errors)
	t.ErrorXYZ = errors.XYZ
	for i, k := range p.Policies.SKU {
		p.Policies.Class[i] = t.ABC[k] + t.XYZ[k]
	}
}
