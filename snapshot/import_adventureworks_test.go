package snapshot

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"planwright"
)

// adventureWorks returns the directory of the AdventureWorks data and the
// mapping that is shipped as an example.
func adventureWorks(t testing.TB) (dir, mapping string) {
	dir = filepath.Join("..", "..", "shared", "data", "adventureworks_planning")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the AdventureWorks data are not here: " + dir)
	}
	return dir, filepath.Join("..", "docs", "examples", "adventureworks", "mapping.yaml")
}

func TestImportAdventureWorks(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: one large import; others do the same at less cost")
	}
	dir, mapping := adventureWorks(t)
	w := openTest(t)
	r, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, MapFile: mapping, AsOf: planwright.NoDay})
	if err != nil {
		t.Fatal(err)
	}
	want := "items 504=504+0+0+0; uoms 460=5+2+453+0; suppliers 104=104+0+0+0; skus 504=504+0+0+0; bom 2576=2576+0+0+0; " +
		"sources 460=155+0+17+288; stock 1069=1069+0+0+0; supply_orders 8845=144+0+8580+121; supply_orders 72591=0+0+72591+0; " +
		"demand_orders 121317=504+0+120813+0; demand_history 121317=121317+0+0+0; receipts 8845=7430+0+1415+0"
	if got := accounting(r); got != want {
		t.Errorf("accounting\n got %s\nwant %s", got, want)
	}
	if got, want := codes(r), "sources:UOM_CONVERSION:fail=288 supply_orders:ORDER_PAST_DUE:warn=44 supply_orders:UOM_CONVERSION:fail=121"; got != want {
		t.Errorf("found\n got %s\nwant %s", got, want)
	}
	if r.AsOf != day(t, "2014-06-30") || r.AsOfBy != "mapping" {
		t.Errorf("as of %s by %s, want 2014-06-30 by mapping", r.AsOf, r.AsOfBy)
	}
	// The sums of what came through, against the files themselves.
	sales := filepath.Join(dir, "sales.csv.gz")
	sums := queryText(t, w, "SELECT (SELECT sum(qty) FROM data.demand_history) = (SELECT sum(qty) FROM read_csv("+literal(sales)+")), "+
		"(SELECT sum(qty) FROM data.demand_orders) = (SELECT sum(qty) FROM read_csv("+literal(sales)+") WHERE ship_date > DATE '2014-06-30' AND order_date <= DATE '2014-06-30'), "+
		"(SELECT sum(qty) FROM data.stock) = (SELECT sum(on_hand) FROM read_csv("+literal(filepath.Join(dir, "inventory.csv"))+")), "+
		"(SELECT count(*) FROM main.skus WHERE implicit)")
	if want := "true|true|true|0"; sums != want {
		t.Errorf("sums agree = %s, want %s", sums, want)
	}
}
