package snapshot

import (
	"context"
	"testing"

	"planwright"
)

// TestMonthNames: every month by its name, before and behind the day.
func TestMonthNames(t *testing.T) {
	w := openTest(t)
	text := "item_id,received_on,qty\nA,15-Sep-2025,1\nB,16 Dec 2025,1\nC,1-Jan-2026,1\nD,17-May-2025 10:30,1\nE,18-Oct-2025 Sat,1\n"
	if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{writeFiles(t, map[string]string{"stock.csv": text})}, AsOf: planwright.Date(2026, 1, 2)}); err != nil {
		t.Fatal(err)
	}
	if got, want := queryText(t, w, "SELECT item_id, received_on FROM stock ORDER BY item_id"), "A|2025-09-15;B|2025-12-16;C|2026-01-01;D|2025-05-17;E|2025-10-18"; got != want {
		t.Errorf("read %s, want %s", got, want)
	}
}
