package planwright_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	. "planwright"

	"pgregory.net/rapid"
)

func TestParseQty(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Qty
		err  error
	}{
		{"0", 0, nil},
		{"12", 12_000_000, nil},
		{"-0.5", -500_000, nil},
		{"+7.250000", 7_250_000, nil},
		{".5", 500_000, nil},
		{"5.", 5_000_000, nil},
		{"0.000001", 1, nil},
		{"0.0000010000000000000000000", 1, nil},
		{"1e3", 1_000_000_000, nil},
		{"6.90E+6", 6_900_000_000_000, nil},
		{"1e-6", 1, nil},
		{"2500e-3", 2_500_000, nil},
		{"0e99", 0, nil},
		{"-0", 0, nil},
		{"0000000000000000000000001", 1_000_000, nil},
		{"999999999999.999999", MaxQty, nil},
		{"-999999999999.999999", -MaxQty, nil},
		{"1000000000000", 0, ErrQtyRange},
		{"123456789012345678901234", 0, ErrQtyRange},
		{"1e300", 0, ErrQtyRange},
		{"1e-7", 0, ErrQtyPrecision},
		{"0.0000001", 0, ErrQtyPrecision},
		{"1.23456789012345678901234", 0, ErrQtyPrecision},
		{"", 0, ErrQtySyntax},
		{"-", 0, ErrQtySyntax},
		{".", 0, ErrQtySyntax},
		{"1,000", 0, ErrQtySyntax},
		{"12 ", 0, ErrQtySyntax},
		{"1e", 0, ErrQtySyntax},
		{"1.2.3", 0, ErrQtySyntax},
		{"12345678901234567890123x", 0, ErrQtySyntax},
		{"NaN", 0, ErrQtySyntax},
	} {
		got, err := ParseQty(c.in)
		if !errors.Is(err, c.err) || got != c.want {
			t.Errorf("ParseQty(%q) = %d, %v, want %d, %v", c.in, int64(got), err, int64(c.want), c.err)
		}
	}
}

// TestQtyRoundTrip: what is printed reads back as the same number.
func TestQtyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Qty(rapid.Int64Range(-int64(MaxQty), int64(MaxQty)).Draw(t, "q"))
		got, err := ParseQty(q.String())
		if err != nil || got != q {
			t.Fatalf("ParseQty(%q) = %d, %v, want %d", q.String(), got, err, q)
		}
	})
}

// FuzzParseQty checks the parser against exact rational arithmetic.
func FuzzParseQty(f *testing.F) {
	for _, s := range []string{"1.5", "-12e-3", "999999999999.999999", "1e13", "0.0000005", "--1", "1e+", "00.10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := ParseQty(s)
		if err != nil || len(s) > 60 || strings.ContainsAny(s, "/_xXbBoOpP") {
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("ParseQty(%q) = %v, but it is not a number", s, q)
		}
		want.Mul(want, big.NewRat(1_000_000, 1))
		if !want.IsInt() || want.Num().Cmp(big.NewInt(int64(q))) != 0 {
			t.Fatalf("ParseQty(%q) = %d millionths, want %s", s, int64(q), want)
		}
	})
}

// TestMulUp checks the 128-bit product against big integers, at every size.
func TestMulUp(t *testing.T) {
	size := func(t *rapid.T, name string) int64 {
		bits := rapid.IntRange(0, 62).Draw(t, name+" bits")
		return rapid.Int64Range(0, int64(1)<<bits).Draw(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		q := Qty(min(size(t, "q"), int64(MaxQty)))
		if rapid.Bool().Draw(t, "negative") {
			q = -q
		}
		r := Ratio{Num: size(t, "num"), Den: max(1, size(t, "den"))}
		got, ok := q.MulUp(r)
		exact := new(big.Int).Mul(big.NewInt(int64(q)), big.NewInt(r.Num))
		quo, rem := new(big.Int).DivMod(exact, big.NewInt(r.Den), new(big.Int)) // floor
		if rem.Sign() != 0 {
			quo.Add(quo, big.NewInt(1))
		}
		fits := new(big.Int).Abs(quo).Cmp(big.NewInt(int64(MaxQty))) <= 0
		if ok != fits || ok && quo.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("%d.MulUp(%d/%d) = %d, %v, want %s (fits %v)", q, r.Num, r.Den, got, ok, quo, fits)
		}
	})
}

// TestUsageRatio: 100 units at 10 % component scrap need 110 (times) or
// 111.111112 (divide, rounded up once).
func TestUsageRatio(t *testing.T) {
	for _, c := range []struct {
		qty, per, pct Qty
		divide        bool
		parent, want  string
	}{
		{One, One, 10 * One, false, "100", "110"},
		{One, One, 10 * One, true, "100", "111.111112"},
		{One, 3 * One, 0, false, "100", "33.333334"},
		{One, 3 * One, 0, false, "99", "33"},
		{2 * One, One, 0, false, "0.000001", "0.000002"},
	} {
		r, ok := UsageRatio(c.qty, c.per, c.pct, c.divide)
		parent, _ := ParseQty(c.parent)
		got, ok2 := parent.MulUp(r)
		if !ok || !ok2 || got.String() != c.want {
			t.Errorf("%s x usage(%s per %s, scrap %s%%, divide %v) = %s, want %s", c.parent, c.qty, c.per, c.pct, c.divide, got, c.want)
		}
	}
	for _, c := range []struct{ qty, per, pct Qty }{{-1, One, 0}, {One, 0, 0}, {One, -One, 0}, {One, One, 100 * One}, {One, One, -1}} {
		if r, ok := UsageRatio(c.qty, c.per, c.pct, true); ok {
			t.Errorf("UsageRatio(%s, %s, %s) = %v, want a refusal", c.qty, c.per, c.pct, r)
		}
	}
}

func TestCeilTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Qty(rapid.Int64Range(-1e15, 1e15).Draw(t, "q"))
		step := Qty(rapid.Int64Range(1, 1e9).Draw(t, "step"))
		got, ok := q.CeilTo(step)
		if !ok || got < q || got-q >= step || got%step != 0 {
			t.Fatalf("%d.CeilTo(%d) = %d", q, step, got)
		}
	})
	if got, ok := MaxQty.CeilTo(One); ok {
		t.Errorf("MaxQty.CeilTo(1) = %s, want a refusal", got)
	}
}
