package api

import (
	"testing"
	"time"
)

// TestPace: parts are small for a client that is slow, for one that has not yet
// taken more than networks hold back, and for one that was quick and stops.
func TestPace(t *testing.T) {
	const windows = 4 * slowPart // what a slow client's side takes at once
	var p pace
	took := int64(0)
	for took < windows {
		if p.part() != slowPart {
			t.Errorf("after %d bytes a part has %d", took, p.part())
		}
		took += p.part()
		p.took(p.part(), 0)
	}
	for took < 64<<20 {
		took += p.part()
		p.took(p.part(), quickly/2)
	}
	if p.part() != quickPart {
		t.Errorf("for a quick client a part has %d bytes", p.part())
	}
	p.took(p.part(), quickly+time.Millisecond)
	if p.part() != slowPart {
		t.Errorf("for one that stopped a part has %d bytes", p.part())
	}
}
