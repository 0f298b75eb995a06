package snapshot

import (
	"context"
	"testing"
	"time"

	"planwright"
)

// What was set is there after the journal is opened anew, in order; a later word
// takes an earlier one's place, and what is taken back no longer holds though the
// journal keeps it.
func TestOverrideJournal(t *testing.T) {
	ctx := context.Background()
	w, _ := testWorkspace(t)
	now := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	day := planwright.Date(2026, 7, 6)
	o := planwright.ForecastOverride{Item: "FRAME", From: day, To: day + 6, Kind: planwright.Override, Qty: 5 * planwright.One, Reason: "tender", Author: "li"}
	first, err := w.SetOverride(ctx, o, now)
	if err != nil || first.ID != 1 || first.Site != "EAST" {
		t.Fatalf("first override %+v, %v", first, err)
	}
	o.Qty = 7 * planwright.One
	if _, err := w.SetOverride(ctx, o, now); err != nil {
		t.Fatal(err)
	}
	o.Kind, o.Qty = planwright.Floor, planwright.One
	third, err := w.SetOverride(ctx, o, now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenWorkspace(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	standing, err := again.StandingOverrides(ctx)
	if err != nil || len(standing) != 2 || standing[0].ID != 2 || standing[0].Qty != 7*planwright.One || standing[1] != third {
		t.Fatalf("standing %+v, %v", standing, err)
	}
	if _, err := again.RemoveOverride(ctx, 2, "lost the tender", "li", now); err != nil {
		t.Fatal(err)
	}
	if standing, err = again.StandingOverrides(ctx); err != nil || len(standing) != 1 || standing[0].ID != 3 {
		t.Errorf("after taking one back: %+v, %v", standing, err)
	}
	all, err := again.ListOverrides(ctx, 0)
	if err != nil || len(all) != 4 || all[0].Removes != 2 || all[0].Reason != "lost the tender" {
		t.Errorf("journal %+v, %v", all, err)
	}
	if some, err := again.ListOverrides(ctx, 2); err != nil || len(some) != 2 {
		t.Errorf("two of the journal: %d, %v", len(some), err)
	}
	if _, err := again.RemoveOverride(ctx, 2, "twice", "li", now); codeOf(err) != planwright.CodeNotFound {
		t.Errorf("taking back twice: %v", err)
	}
	for name, bad := range map[string]func(o *planwright.ForecastOverride){
		"no such item": func(o *planwright.ForecastOverride) { o.Item = "Z" }, "several sites": func(o *planwright.ForecastOverride) { o.Item = "BIKE" }, "no such site": func(o *planwright.ForecastOverride) { o.Site = "X" },
		"no reason": func(o *planwright.ForecastOverride) { o.Reason = " " }, "no author": func(o *planwright.ForecastOverride) { o.Author = "" },
		"below zero": func(o *planwright.ForecastOverride) { o.Qty = -1 }, "no quantity": func(o *planwright.ForecastOverride) { o.Qty = planwright.NoQty },
		"ends before it begins": func(o *planwright.ForecastOverride) { o.To = o.From - 1 }, "no day": func(o *planwright.ForecastOverride) { o.From = planwright.NoDay },
		"kind": func(o *planwright.ForecastOverride) { o.Kind = planwright.GivenForecast }, "a century": func(o *planwright.ForecastOverride) { o.To = o.From + 36500 },
	} {
		x := o
		bad(&x)
		if _, err := w.SetOverride(ctx, x, now); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if all, err := w.ListOverrides(ctx, 0); err != nil || len(all) != 4 {
		t.Errorf("refused overrides left %d entries, %v", len(all), err)
	}
}
