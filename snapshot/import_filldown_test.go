package snapshot

import (
	"context"
	"strings"
	"testing"

	"planwright"
)

// TestFilledMend: a line that was set aside has what it took from the first line of its
// order, so that it can be mended by itself.
func TestFilledMend(t *testing.T) {
	w := openTest(t)
	dir := writeFiles(t, map[string]string{"sales.csv": "order_no,date,customer,item,qty\nS1,2025-10-01,A,X,2\n,,,Y,few\n,,,Z,1\nS2,2025-10-03,B,X,1\n"})
	ctx := context.Background()
	r, err := w.Import(ctx, ImportOptions{Paths: []string{dir}, AsOf: planwright.Date(2026, 1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := accounting(r), "demand_history 4=3+0+0+1"; got != want {
		t.Fatalf("accounting = %s, want %s", got, want)
	}
	rows, _, err := w.ListQuarantine(ctx, "", "demand_history", 0, 10)
	if err != nil || len(rows) != 1 || strings.Join(rows[0].Values, ",") != "S1,2025-10-01,A,Y,few" {
		t.Errorf("set aside %+v, %v", rows, err)
	}
	for _, bad := range []string{"[nothing]", "[date, date]"} {
		text := "version: 1\nfiles:\n  sales.csv:\n    fill_down: " + bad + "\ntables:\n  - table: demand_history\n    from: sales.csv\n    columns: {item_id: item, on: date, qty: qty}\n"
		if _, err := w.Import(ctx, ImportOptions{Paths: []string{dir}, MapText: text}); err == nil || !strings.Contains(err.Error(), "fill_down") {
			t.Errorf("fill_down %s: %v", bad, err)
		}
	}
}
