package replenish

import (
	"fmt"
	"math"
)

// TwoBin is a stock of two bins: when the working bin is empty, an order refills
// it and the reserve bin is used meanwhile.
type TwoBin struct {
	Working float64 // order quantity
	Reserve float64 // reorder point
	Service float64 // in the measure asked for
}

// TwoBinFor returns the smallest reserve bin for a working bin of q whose fill
// rate (or cycle service) is at least target: it is the (s, Q) system, in which
// a second order may be under way; the reserve is not below 0. An error wraps
// [ErrInput].
func TwoBinFor(lead Distribution, measure Measure, target, q float64) (TwoBin, error) {
	return twoBin(lead, measure, target, q, func() float64 {
		if measure == MeasureFill {
			return LevelForFillRate(lead, q, target)
		}
		return lead.Quantile(target)
	}, q)
}

// EqualBins returns the smallest bin size b such that two bins of it have a fill
// rate (or cycle service) of at least target: the kanban of two cards. An error
// wraps [ErrInput].
func EqualBins(lead Distribution, measure Measure, target float64) (TwoBin, error) {
	return twoBin(lead, measure, target, 1, func() float64 {
		if measure != MeasureFill {
			return lead.Quantile(target)
		}
		enough := func(b float64) bool { return b > 0 && FillRate(lead, b, b) >= target }
		if integer(lead) {
			return smallestInteger(1, lead.Quantile(target), enough)
		}
		lo, hi := 0.0, max(1e-300, lead.Quantile(target))
		for !enough(hi) && hi < largest {
			lo, hi = hi, 2*hi
		}
		for range 200 {
			m := 0.5 * (lo + hi)
			if m == lo || m == hi {
				break
			}
			if enough(m) {
				hi = m
			} else {
				lo = m
			}
		}
		return hi
	}, 0)
}

func twoBin(lead Distribution, measure Measure, target, check float64, reserve func() float64, q float64) (TwoBin, error) {
	const op = "two bins"
	if err := checkLaw(op, "lead time demand", lead); err != nil {
		return TwoBin{}, err
	}
	if err := checkInputs(op, input{"working bin", check, aboveZero}); err != nil {
		return TwoBin{}, err
	}
	if measure != MeasureFill && measure != MeasureCycle || !(target > 0 && target < 1) {
		return TwoBin{}, fmt.Errorf("%s: target %v in measure %d: %w: give a fraction inside (0, 1) of the fill rate or the cycle service", op, target, measure, ErrInput)
	}
	b := TwoBin{Reserve: max(0, reserve())}
	if b.Working = q; q == 0 {
		b.Reserve = max(b.Reserve, math.SmallestNonzeroFloat64)
		b.Working = b.Reserve
	}
	if measure == MeasureFill {
		b.Service = FillRate(lead, b.Reserve, b.Working)
	} else {
		b.Service = lead.CDF(b.Reserve)
	}
	return b, nil
}
