package explain_test

import (
	"testing"

	"planwright"
	"planwright/explain"
)

// TestCheck: 30 required with 4 % scrap in lots of 12, by hand: 30 × 1.04 = 31.2,
// 36. A changed fact, and a changed figure, are found.
func TestCheck(t *testing.T) {
	one := planwright.One
	fact := func(q planwright.Qty) *explain.Node {
		return explain.Leaf("x", explain.Q(q), explain.Source{Table: "t"})
	}
	build := func() *explain.Node {
		usage := explain.Make("u", explain.Usage, []*explain.Node{fact(one), fact(one), fact(4 * one)})
		need := explain.Make("n", explain.Times, []*explain.Node{explain.Make("s", explain.Sum, []*explain.Node{fact(45 * one), fact(15 * one).Less()}), usage})
		return explain.Make("q", explain.Ceiling, []*explain.Node{need, fact(12 * one)})
	}
	n := build()
	if n.Value.String() != "36" || n.Of[0].Value.String() != "31.2" || n.Of[0].Of[1].Value.String() != "26/25" {
		t.Errorf("%s of %s by %s, want 36 of 31.2 by 26/25", n.Value, n.Of[0].Value, n.Of[0].Of[1].Value)
	}
	if err := n.Check(); err != nil {
		t.Error(err)
	}
	if v, err := n.Eval(); err != nil || !v.Equal(n.Value) {
		t.Errorf("its facts make %s, %v", v, err)
	}
	n.Leaves()[0].Value = explain.Q(60 * one)
	if v, _ := n.Eval(); v.String() != "48" {
		t.Errorf("45 more require %s, want 48", v)
	}
	if n.Check() == nil {
		t.Error("a changed fact goes unnoticed")
	}
	n = build()
	n.Value = explain.Q(48 * one)
	if n.Check() == nil {
		t.Error("a changed figure goes unnoticed")
	}
}

// TestSpread: 10 over 4 days is 2.5 a day; 1 millionth over 4 days falls on the
// first.
func TestSpread(t *testing.T) {
	days := func(n int) *explain.Node { return explain.Leaf("d", explain.N(n), explain.Source{Rule: "r"}) }
	of := func(q planwright.Qty, n, a, b int) string {
		return explain.Make("s", explain.Spread, []*explain.Node{explain.Leaf("q", explain.Q(q), explain.Source{Rule: "r"}), days(n), days(a), days(b)}).Value.String()
	}
	if got := of(10*planwright.One, 4, 1, 3); got != "5" {
		t.Errorf("two of four days of 10 get %s, want 5", got)
	}
	if got := of(1, 4, 0, 1) + " " + of(1, 4, 1, 4); got != "0.000001 0" {
		t.Errorf("a millionth falls on %s", got)
	}
}
