package api

import (
	"fmt"
	"testing"
)

// TestPageCache: what is read stays, what is not goes, and the bound holds.
func TestPageCache(t *testing.T) {
	var c pageCache
	const rows = 99 // and one for the page itself
	for i := range 2 * keptRows / (rows + 1) {
		c.put(fmt.Sprint(i), rows, i)
		if _, ok := c.get("0"); !ok {
			t.Fatalf("after %d pages the one that is read is gone", i)
		}
		if c.rows > keptRows || c.order.Len() != len(c.by) {
			t.Fatalf("%d rows, %d pages in order, %d by key", c.rows, c.order.Len(), len(c.by))
		}
	}
	if _, ok := c.get("1"); ok {
		t.Error("a page that nobody read is kept")
	}
	if v, ok := c.get(fmt.Sprint(2*keptRows/(rows+1) - 1)); !ok || v != 2*keptRows/(rows+1)-1 {
		t.Errorf("the newest page is %v", v)
	}
	c.put("huge", keptRows, 1)
	if _, ok := c.get("huge"); ok {
		t.Error("a page of everything is kept")
	}
}
