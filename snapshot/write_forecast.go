package snapshot

import (
	"math"

	"planwright"
)

// The tables of a plan that tell what its forecasts are made of.

func (t *planText) cumulative() func(w rowWriter, i int) {
	f := &t.p.Cumulative
	return func(w rowWriter, i int) {
		t.sku(w, 0, f.SKU[i])
		w.int(2, f.Periods[i])
		w.day(3, f.End[i])
		w.float(4, f.Mean[i])
		w.float(5, f.SD[i])
		for q := range f.Q {
			w.float(6+q, f.Q[q][i])
		}
	}
}

func (t *planText) methods() func(w rowWriter, i int) {
	m := &t.p.Methods
	return func(w rowWriter, i int) {
		t.sku(w, 0, m.SKU[i])
		w.text(2, m.Method[i])
		w.text(3, m.Season[i])
		w.float(4, m.Score[i])
		w.float(5, m.Weight[i])
		w.textOrNull(6, m.Why[i])
	}
}

func (t *planText) components() func(w rowWriter, i int) {
	c := &t.p.Components
	return func(w rowWriter, i int) {
		t.sku(w, 0, c.SKU[i])
		w.day(2, c.Start[i])
		w.text(3, c.Component[i])
		w.float(4, c.Value[i])
	}
}

func (t *planText) changes() func(w rowWriter, i int) {
	c := &t.p.Changes
	return func(w rowWriter, i int) {
		t.sku(w, 0, c.SKU[i])
		w.day(2, c.Start[i])
		w.float(3, c.From[i])
		w.float(4, c.To[i])
		w.text(5, c.Reason[i])
		w.float(6, c.Score[i])
		w.bool(7, c.Applied[i])
	}
}

func (t *planText) causes() func(w rowWriter, i int) {
	c := &t.p.Causes
	return func(w rowWriter, i int) {
		w.text(0, c.Kind[i])
		w.textOrNull(1, c.Name[i])
		w.textOrNull(2, c.Scope[i])
		w.float(3, c.Entered[i])
		w.float(4, c.Effect[i])
		w.int(5, int32(min(c.Periods[i], math.MaxInt32)))
	}
}

// states writes the fitted models by number: who reads them is the next run.
func (t *planText) states() func(w rowWriter, i int) {
	s := &t.p.States
	return func(w rowWriter, i int) {
		if s.SKU[i] == planwright.NoSKU {
			w.null(0)
		} else {
			w.int(0, int32(s.SKU[i]))
		}
		w.text(1, s.Kind[i])
		w.text(2, s.State[i])
	}
}
