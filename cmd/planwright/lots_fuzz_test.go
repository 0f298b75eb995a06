package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"planwright"
	"planwright/mrp"
)

// FuzzLotFile reads any bytes as the file of `planwright lots`: an error, or a
// problem whose lots cover its needs by every rule that a grid has.
func FuzzLotFile(f *testing.F) {
	for _, seed := range []string{
		"period,qty\n1,10\n2,0\n3,5\n", "period,qty,setup,holding,unit_cost\n2026-01-05,1.5,100,1,2\n2026-01-06,3,90,1,2\n",
		"period,qty\n2,1\n1,1\n", "\ufeffperiod,qty\n1,999999999999.999999\n2,999999999999.999999\n", "period,qty,setup\n1,1,1e308\n2,1,1e308\n",
		"period,qty\n1,-1\n", "period,qty\n1,NaN\n", "period,qty\n1,1\n1,2\n", "qty,period\n", "", "period,qty\n9999999999999999999,1\n", "period,qty\n\"1\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "lots.csv")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		p := mrp.LotProblem{Setup: []float64{100}, Holding: []float64{1}, LotSize: 7 * planwright.One, Periods: 3}
		names, err := readLotProblem(context.Background(), path, &p)
		if err != nil {
			return
		}
		if len(names) != len(p.Need) || len(names) == 0 {
			t.Fatalf("%d names of %d periods", len(names), len(p.Need))
		}
		for rule := planwright.LotForLot; rule <= planwright.LotMinMax; rule++ {
			p.Rule = rule
			lots, cost, err := mrp.Lots(p)
			if err != nil {
				continue
			}
			var stock planwright.Qty
			for i, q := range lots {
				if stock += q - p.Need[i]; stock < 0 || q < 0 {
					t.Fatalf("%s: short of %s in period %d", rule, -stock, i+1)
				}
				if !(cost[i] >= 0) {
					t.Fatalf("%s: cost %v of period %d", rule, cost[i], i+1)
				}
			}
		}
	})
}
