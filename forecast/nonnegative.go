package forecast

import "math"

// NonNegative writes the coherent forecasts without a negative value that are
// nearest to base into dst, Wickramasuriya, Turlach and Hyndman (2020), Optimal
// non-negative forecast reconciliation, Statistics and Computing 30, 1167-1182:
//
//	min (y^ - S b)' W^-1 (y^ - S b)   with b >= 0
//
// by block principal pivoting, Portugal, Júdice and Vicente (1994), A comparison
// of block pivoting and interior-point algorithms for linear least squares
// problems with nonnegative variables, Mathematics of Computation 63, 625-643:
// series are held at zero or free; all whose sign is wrong change sides at once.
//
// It terminates: the number of wrong signs must fall to a new low within four
// exchanges, else one series at a time changes, the last one with a wrong sign,
// until it does; that rule of Murty (1974) never returns to a partition when
// S'W^-1 S is positive definite, as it is, and partitions are finite. Beyond
// 20 + bottom/2 exchanges, which rounding or a hostile case may need, the
// solution so far is cut at zero, which is coherent and not negative: exact is
// then false.
func (r *Reconciler) NonNegative(dst, base []float64) (exact bool, err error) {
	h := r.h
	copyBase := append(r.out[:0], base...)
	if err := r.Reconcile(dst, base); err != nil {
		return false, err
	}
	bottom := dst[h.Upper:]
	negative := false
	for _, v := range bottom {
		negative = negative || v < 0
	}
	if !negative {
		return true, nil
	}
	n := h.Bottom
	free := make([]bool, n)
	c, b, g, diag := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	res, dir, q := make([]float64, n), make([]float64, n), make([]float64, n)
	full, back := make([]float64, h.Nodes()), make([]float64, h.Nodes())
	r.unweigh(back, copyBase)
	h.sumTo(c, back)
	for i := range n {
		free[i] = bottom[i] > 0
		diag[i] = 1 / r.diag[h.Upper+i]
		for _, u := range h.tRow[h.tOff[i]:h.tOff[i+1]] {
			diag[i] += 1 / r.diag[u]
		}
	}
	// dst = S'W^-1 S v.
	normal := func(dst, v []float64) {
		copy(full[h.Upper:], v)
		h.Sum(full)
		r.unweigh(back, full)
		h.sumTo(dst, back)
	}
	masked := func(dst, v []float64) {
		normal(dst, v)
		for i, f := range free {
			if !f {
				dst[i] = 0
			}
		}
	}
	rhs := make([]float64, n)
	wrong := make([]int, 0, n)
	least, spare := n+1, 3
	for range 20 + n/2 {
		size, slope := 0.0, 0.0
		for i, f := range free {
			rhs[i] = 0
			if f {
				rhs[i] = c[i]
			}
			slope = max(slope, math.Abs(c[i]))
		}
		conjugate(b, rhs, diag, res, dir, q, masked)
		normal(g, b)
		for _, v := range b {
			size = max(size, math.Abs(v))
		}
		wrong = wrong[:0]
		for i, f := range free {
			if (f && b[i] < -1e-10*size) || (!f && g[i]-c[i] < -1e-10*slope) {
				wrong = append(wrong, i)
			}
		}
		if len(wrong) == 0 {
			exact = true
			break
		}
		switch {
		case len(wrong) < least:
			least, spare = len(wrong), 3
		case spare > 0:
			spare--
		default:
			wrong[0] = wrong[len(wrong)-1]
			wrong = wrong[:1]
		}
		for _, i := range wrong {
			free[i] = !free[i]
		}
	}
	for i, v := range b {
		bottom[i] = max(0, v)
	}
	h.Sum(dst)
	return exact, nil
}
