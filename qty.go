package planwright

import (
	"errors"
	"math"
	"math/bits"
	"strconv"
)

// Qty is a quantity in millionths of the stock unit. It is exact: sums,
// differences and comparisons with zero have no tolerance. DuckDB's
// DECIMAL(18,6) has the same representation.
type Qty int64

const (
	// One is one stock unit.
	One Qty = 1_000_000
	// MaxQty is the largest magnitude that a data set may hold,
	// 999,999,999,999.999999 units.
	MaxQty Qty = 999_999_999_999_999_999
	// NoQty says that a quantity column holds no value in this row.
	NoQty Qty = math.MinInt64
)

// Errors of quantity arithmetic. Callers name the row.
var (
	ErrQtySyntax    = errors.New("not a number")
	ErrQtyPrecision = errors.New("more than 6 decimals")
	ErrQtyRange     = errors.New("beyond 999,999,999,999.999999")
)

// ParseQty reads a decimal number such as 12, -0.5, 1e3 or +7.250000. It
// returns [ErrQtySyntax] for anything that is not a number (empty included),
// [ErrQtyPrecision] for digits other than zero past the sixth decimal and
// [ErrQtyRange] for a magnitude over [MaxQty].
func ParseQty(s string) (Qty, error) {
	i, neg := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	// Digits are gathered without the point; scale counts those behind it.
	var mant uint64
	digits, scale, dropped := 0, 0, false
	point := false
	sawDigit := false
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		sawDigit = true
		switch {
		case digits >= 19 && point:
			if c != '0' {
				dropped = true
			}
		case digits >= 19:
			return 0, overflowOrSyntax(s[i:])
		default:
			mant = mant*10 + uint64(c-'0')
			if mant != 0 {
				digits++
			}
			if point {
				scale++
			}
		}
	}
	if !sawDigit {
		return 0, ErrQtySyntax
	}
	if i < len(s) {
		if s[i] != 'e' && s[i] != 'E' {
			return 0, ErrQtySyntax
		}
		exp, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return 0, ErrQtySyntax
		}
		if mant == 0 && !dropped {
			return 0, nil
		}
		if exp > 40 {
			return 0, ErrQtyRange
		}
		if exp < -60 {
			return 0, ErrQtyPrecision
		}
		scale -= exp
	}
	for ; scale > 6; scale-- {
		if mant%10 != 0 {
			return 0, ErrQtyPrecision
		}
		mant /= 10
		if mant == 0 && !dropped {
			scale = 6
			break
		}
	}
	for ; scale < 6; scale++ {
		hi, lo := bits.Mul64(mant, 10)
		if hi != 0 || lo > uint64(MaxQty) {
			return 0, ErrQtyRange
		}
		mant = lo
	}
	if mant > uint64(MaxQty) {
		return 0, ErrQtyRange
	}
	if dropped {
		return 0, ErrQtyPrecision
	}
	if neg {
		return -Qty(mant), nil
	}
	return Qty(mant), nil
}

// overflowOrSyntax tells a number that is too long from text that starts with
// digits.
func overflowOrSyntax(rest string) error {
	point := false
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c >= '0' && c <= '9':
		case c == '.' && !point:
			point = true
		case c == 'e' || c == 'E':
			if _, err := strconv.Atoi(rest[i+1:]); err != nil {
				return ErrQtySyntax
			}
			return ErrQtyRange
		default:
			return ErrQtySyntax
		}
	}
	return ErrQtyRange
}

// AppendTo appends the shortest decimal form of q (no trailing zeros) to dst.
// [NoQty] appends nothing.
func (q Qty) AppendTo(dst []byte) []byte {
	if q == NoQty {
		return dst
	}
	u := uint64(q)
	if q < 0 {
		dst = append(dst, '-')
		u = -u
	}
	dst = strconv.AppendUint(dst, u/1_000_000, 10)
	f := u % 1_000_000
	if f == 0 {
		return dst
	}
	var b [7]byte
	b[0] = '.'
	for i := 6; i >= 1; i-- {
		b[i] = byte('0' + f%10)
		f /= 10
	}
	n := 7
	for b[n-1] == '0' {
		n--
	}
	return append(dst, b[:n]...)
}

// String returns the shortest decimal form, "" for [NoQty].
func (q Qty) String() string { return string(q.AppendTo(make([]byte, 0, 24))) }

// Float returns q in stock units.
func (q Qty) Float() float64 {
	if q == NoQty {
		return math.NaN()
	}
	return float64(q) / 1e6
}

// Known says whether q holds a value.
func (q Qty) Known() bool { return q != NoQty }

// Or returns q, or def where q holds no value.
func (q Qty) Or(def Qty) Qty {
	if q == NoQty {
		return def
	}
	return q
}

// QtyOf returns x units rounded to the nearest millionth (half away from
// zero). It returns [ErrQtyRange] for a magnitude over [MaxQty], infinities
// included, and [ErrQtySyntax] for NaN.
func QtyOf(x float64) (Qty, error) {
	if x != x {
		return 0, ErrQtySyntax
	}
	if math.Abs(x) > 999_999_999_999.999 {
		return 0, ErrQtyRange
	}
	return Qty(math.Round(x * 1e6)), nil
}

// Clamp returns x units as a quantity, at the nearest bound where x lies
// beyond it and 0 where x is NaN. It is for estimates (a forecast, a safety
// stock), never for facts.
func Clamp(x float64) Qty {
	switch {
	case x != x:
		return 0
	case x >= 999_999_999_999:
		return MaxQty
	case x <= -999_999_999_999:
		return -MaxQty
	}
	return Qty(math.Round(x * 1e6))
}

// Add returns a+b, or false where the sum leaves the range of [MaxQty].
func (q Qty) Add(b Qty) (Qty, bool) {
	s := q + b
	return s, s <= MaxQty && s >= -MaxQty
}

// CeilTo returns the smallest multiple of step that is >= q, for step > 0;
// q itself for step <= 0. It returns false on leaving the range.
func (q Qty) CeilTo(step Qty) (Qty, bool) {
	if step <= 0 {
		return q, true
	}
	r := q % step
	switch {
	case r == 0:
		return q, true
	case q < 0:
		return q - r, true
	}
	return (q - r).Add(step)
}

// Step returns the quantity of one unit at the given number of decimals:
// 1 at 0, 0.01 at 2. Decimals outside 0..6 count as the nearest bound.
func Step(decimals int) Qty {
	step := One
	for i := 0; i < decimals && step > 1; i++ {
		step /= 10
	}
	return step
}

// Ratio is an exact fraction, such as a BOM usage or a unit conversion. The
// zero value is 0/0 and is not a valid ratio; see [NewRatio].
type Ratio struct{ Num, Den int64 }

// NewRatio reduces the product of num over the product of den. It returns
// false where a factor of den is zero, a factor is negative, or the reduced
// fraction does not fit into 64 bits.
func NewRatio(num, den []int64) (Ratio, bool) {
	n := append([]int64(nil), num...)
	d := append([]int64(nil), den...)
	for _, x := range n {
		if x < 0 {
			return Ratio{}, false
		}
		if x == 0 {
			return Ratio{0, 1}, allPositive(d)
		}
	}
	if !allPositive(d) {
		return Ratio{}, false
	}
	for i := range n {
		for j := range d {
			g := gcd(n[i], d[j])
			n[i] /= g
			d[j] /= g
		}
	}
	a, ok := product(n)
	if !ok {
		return Ratio{}, false
	}
	b, ok := product(d)
	return Ratio{a, b}, ok
}

func allPositive(x []int64) bool {
	for _, v := range x {
		if v <= 0 {
			return false
		}
	}
	return true
}

func product(x []int64) (int64, bool) {
	p := uint64(1)
	for _, v := range x {
		hi, lo := bits.Mul64(p, uint64(v))
		if hi != 0 || lo > math.MaxInt64 {
			return 0, false
		}
		p = lo
	}
	return int64(p), true
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// MulUp returns q·r rounded up to the next millionth, by a 128-bit product:
// a requirement is never planned short. It returns false where the result
// leaves the range of [MaxQty] or r is not valid. q may be negative, which
// rounds toward zero (still up).
func (q Qty) MulUp(r Ratio) (Qty, bool) {
	if r.Den <= 0 || r.Num < 0 {
		return 0, false
	}
	if q < 0 {
		v, ok := mulDiv(uint64(-q), uint64(r.Num), uint64(r.Den), false)
		return -v, ok
	}
	return mulDiv(uint64(q), uint64(r.Num), uint64(r.Den), true)
}

// DivUp returns q/r rounded up to the next millionth; see [Qty.MulUp].
func (q Qty) DivUp(r Ratio) (Qty, bool) {
	return q.MulUp(Ratio{r.Den, r.Num})
}

// MulDown returns q·r rounded down, for q >= 0: what a receipt of q yields.
func (q Qty) MulDown(r Ratio) (Qty, bool) {
	if r.Den <= 0 || r.Num < 0 || q < 0 {
		return 0, false
	}
	return mulDiv(uint64(q), uint64(r.Num), uint64(r.Den), false)
}

func mulDiv(a, num, den uint64, up bool) (Qty, bool) {
	hi, lo := bits.Mul64(a, num)
	if hi >= den {
		return 0, false
	}
	quo, rem := bits.Div64(hi, lo, den)
	if up && rem != 0 {
		quo++
	}
	if quo > uint64(MaxQty) {
		return 0, false
	}
	return Qty(quo), true
}
