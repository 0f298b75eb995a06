package snapshot

import (
	"context"
	"math"
	"testing"

	"planwright"
)

// adviceFiles hold each condition that advice looks for once.
var adviceFiles = map[string]string{
	"items.csv": "item_id,name,uom,unit_cost,unit_price,status\nA,bolt,EA,2,1,active\n007,x1,EA,1,2,active\n7,x2,EA,1,2,active\nN1,same,EA,1,2,active\nN2,Same ,EA,1,2,active\nOBS,o,EA,1,2,obsolete\nPH,p,EA,1,2,phase_out\n" +
		"NC,q,EA,0,0,active\nNEG,r,EA,-1,2,active\nMK,m,EA,1,2,active\nBY,b,EA,1,2,active\nLT,l,EA,1,2,active\nLV,v,EA,1,2,active\nLO,w,EA,1,2,active\nP,pp,EA,1,9,active\nH,h,EA,1,2,active\n",
	"suppliers.csv":      "supplier_id\nV\n",
	"skus.csv":           "item_id,procurement,lead_time_days,safety_stock,order_up_to,lot_min,lot_max\nMK,make,1,,,,\nBY,buy,1,,,,\nLT,buy,900,,,,\nLV,buy,1,50,10,,\nLO,buy,1,,,20,10\nH,buy,,,,,\n",
	"sources.csv":        "item_id,kind,supplier_id,lead_time_days\nLT,buy,V,\nLV,buy,V,\nLO,buy,V,\nH,buy,V,\n",
	"stock.csv":          "item_id,qty,expires_on\nNC,5,\nN1,3,2025-01-01\nLT,7,\n",
	"demand_orders.csv":  "order_id,item_id,qty,due_on\nS1,OBS,4,2026-02-01\nS2,NC,1,2026-02-01\nS3,A,1,2026-02-01\nS3,A,1,2026-02-01\n",
	"supply_orders.csv":  "order_id,kind,item_id,qty,due_on\nO1,purchase,H,100000,2026-02-01\nO2,purchase,A,1,2026-02-01\nO2,purchase,A,1,2026-02-01\n",
	"bom.csv":            "parent_id,component_id,qty_per,scrap_pct\nP,A,0,\nP,N2,1,60\n",
	"demand_history.csv": "item_id,on,qty\nH,2024-12-01,1\nH,2025-01-01,1\nH,2025-01-02,1\nH,2025-01-03,1\nH,2025-01-04,1\nH,2025-01-05,1\nH,2025-01-06,1\nH,2025-01-07,1\nH,2025-01-08,1\nH,2025-01-09,1\nA,2025-12-20,1\n",
	"receipts.csv":       "order_id,supplier_id,item_id,ordered_on,received_on,qty_ordered,qty_received\nR1,V,LT,2025-01-01,2025-01-11,10,10\nR2,V,LT,2025-01-01,2025-01-13,10,10\nR3,V,LT,2025-01-01,2025-01-15,10,1000\nR4,V,LT,2025-01-01,2024-12-01,10,10\n",
}

func TestAdvice(t *testing.T) {
	w := openTest(t)
	importText(t, w, adviceFiles, ImportOptions{AsOf: day(t, "2026-01-01")})
	r, err := w.Check(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Items) < 40 {
		t.Errorf("%d checks, want 40", len(r.Items))
	}
	found := map[planwright.Code]CheckItem{}
	for _, i := range r.Items {
		inChinese(t, i.Examples)
		found[i.Code] = i
	}
	for code := range advised {
		i := found[code]
		if i.Rows == 0 || i.Status() != "WARN" || len(i.Examples) == 0 || i.Examples[0].Detail == "" {
			t.Errorf("%s = %+v, want a warning with an example", code, i)
		}
	}
	if x := found[planwright.CodeObsoleteDemand].Examples; len(x) != 1 || x[0].ItemID != "OBS" || math.Abs(x[0].Value-8) > 1e-9 {
		t.Errorf("OBSOLETE_DEMAND = %+v, want OBS with 4 at 2 = 8 at stake", x)
	}
	if x := found[planwright.CodeOrderTwice]; x.Rows != 2 || x.Examples[0].Row != 5 && x.Examples[0].Row != 4 {
		t.Errorf("ORDER_TWICE = %+v, want row 4 and row 5", x)
	}
}

// A lead time that nobody entered is the median of what the supplier needed,
// and is marked.
func TestRepair(t *testing.T) {
	w := openTest(t)
	importText(t, w, adviceFiles, ImportOptions{AsOf: day(t, "2026-01-01"), Repair: true})
	if got, want := queryText(t, w, "SELECT k.item_id, k.lead_time_days, r.note FROM data.repairs r JOIN main.skus k USING (sku)"), "H|12|lead_time=12"; got != want {
		t.Errorf("repaired %s, want %s", got, want)
	}
}
