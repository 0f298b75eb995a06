package planwright_test

import (
	"testing"

	"planwright"
)

func TestStockingSettings(t *testing.T) {
	var s planwright.Stocking
	for _, c := range [][2]string{{"service_level", "0.9"}, {"Service_Level.A", "0.98"}, {"service_level.AX", "0.99"}, {"service_level.z", "0.8"}, {"multi_echelon", "on"},
		{"stock_budget", "1e6"}, {"fill_rate", "0.97"}, {"holding_rate", " 0.2 "}} {
		if !s.Set(c[0], c[1]) {
			t.Errorf("Set(%q, %q) is refused", c[0], c[1])
		}
	}
	if s.ServiceLevel != 0.9 || !s.MultiEchelon || s.StockBudget != 1e6 || s.FillRate != 0.97 || s.HoldingRate != 0.2 {
		t.Errorf("settings are %+v", s)
	}
	for _, c := range []struct {
		abc, xyz string
		want     float64
	}{{"A", "X", 0.99}, {"A", "Y", 0.98}, {"A", "Z", 0.98}, {"B", "Z", 0.8}, {"C", "X", 0}, {"", "", 0}} {
		if got := s.Target(c.abc, c.xyz); got != c.want {
			t.Errorf("Target(%q, %q) = %v, want %v", c.abc, c.xyz, got, c.want)
		}
	}
	for _, c := range [][2]string{{"service_level", "0"}, {"service_level", "95"}, {"service_level.A", "NaN"}, {"service_level.", "0.9"}, {"fill_rate", "1"}, {"stock_budget", "-1"},
		{"stock_budget", "Inf"}, {"multi_echelon", "perhaps"}, {"holding_rate", ""}, {"past_start", "keep"}} {
		if was := s; s.Set(c[0], c[1]) || len(was.Classes) != len(s.Classes) {
			t.Errorf("Set(%q, %q) is taken", c[0], c[1])
		}
	}
}
