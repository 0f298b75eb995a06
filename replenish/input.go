package replenish

import (
	"fmt"
	"math"
)

// bound is what an input may be.
type bound uint8

const (
	anyFinite   bound = iota
	notNegative       // 0 included
	aboveZero
	fraction // 0..1
)

// moment keeps a number within what can be computed with: NaN is 0, what is
// nearer to 0 than 1e-150 is 0, and what is beyond 1e150 is 1e150.
func moment(x float64) float64 {
	if !(x > 1e-150 || x < -1e-150) {
		return 0
	}
	return min(max(x, -1e150), 1e150)
}

// point keeps a point of a law within the same, however near to 0.
func point(x float64) float64 {
	if x != x {
		return 0
	}
	return min(max(x, -1e150), 1e150)
}

// finite returns a result that is a number: NaN, which only arguments beyond all
// use can make, is 0, and what is infinite ±1e300.
func finite(x float64) float64 {
	if x != x {
		return 0
	}
	return min(max(x, -1e300), 1e300)
}

// smallest bounds what must be above 0: below it quotients overflow.
const smallest = 1e-15

// input is one number of a calculation with its name.
type input struct {
	name string
	x    float64
	must bound
}

// checkInputs returns an error (wrapping [ErrInput]) that names the first input
// out of its range; none may be NaN, infinite or beyond 1e15.
func checkInputs(operation string, inputs ...input) error {
	for _, in := range inputs {
		ok := math.Abs(in.x) <= largest
		want := "a finite number"
		switch in.must {
		case notNegative:
			ok, want = ok && in.x >= 0, "a finite number, not negative"
		case aboveZero:
			ok, want = ok && in.x >= smallest, "a finite number above 0 (1e-15 at least)"
		case fraction:
			ok, want = ok && in.x >= 0 && in.x <= 1, "a fraction from 0 to 1"
		}
		if !ok {
			return fmt.Errorf("%s: %s %v: %w: give %s", operation, in.name, in.x, ErrInput, want)
		}
	}
	return nil
}

// checkLaw is checkInputs for a distribution: its moments must be finite.
func checkLaw(operation, name string, d Distribution) error {
	if d == nil {
		return fmt.Errorf("%s: %s is missing: %w: give a distribution", operation, name, ErrInput)
	}
	mean, sd := d.Moments()
	return checkInputs(operation, input{name + " mean", mean, anyFinite}, input{name + " sd", sd, notNegative})
}
