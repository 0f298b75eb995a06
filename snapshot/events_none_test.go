package snapshot

import (
	"testing"

	"planwright"
)

// TestFoldWithoutEvents: after an import, without any event, a fold is the import; of another
// planning day it is a snapshot.
func TestFoldWithoutEvents(t *testing.T) {
	w := openTest(t)
	importBase(t, w)
	was, err := w.GetSnapshot("")
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []planwright.Day{planwright.NoDay, was.AsOf} {
		if r := foldTest(t, w, FoldOptions{AsOf: day}); !r.Unchanged || r.Snapshot.ID != was.ID || r.Root != was.ID {
			t.Errorf("a fold of nothing is %+v, want %s", r, was.ID)
		}
	}
	if list, err := w.ListSnapshots(); err != nil || len(list) != 1 {
		t.Errorf("%d snapshots, %v", len(list), err)
	}
	if r := foldTest(t, w, FoldOptions{AsOf: was.AsOf + 1}); r.Unchanged || r.Snapshot.AsOf != was.AsOf+1 {
		t.Errorf("a fold of the next day is %+v", r)
	}
}
