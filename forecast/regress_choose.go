package forecast

import "math"

// normal fills gram with the products of the filtered columns under the error
// model m: gaps, constant, f.column, y, in this order. It returns how many are
// there before f.column.
func (f *RegressionFitter) normal(m *ARIMA) (fixed int) {
	a := &f.arima
	if a.load(f.z, nil) != nil || a.prepare(m.Order, m.Constant) != nil {
		panic("forecast: a series once fitted is refused")
	}
	n := a.n
	fixed = len(a.gaps) + a.k
	count := fixed + len(f.column) + 1
	// a.cols holds y, gaps and constant; the rest is appended.
	f.all = grow(f.all, count*n)
	all := f.all
	copy(all, a.cols[n:(1+fixed)*n])
	f.size = grow(f.size, len(f.column))
	for i := range f.column {
		x := f.column[i].x[a.skip : len(f.z)-a.tail]
		col := all[(fixed+i)*n : (fixed+i+1)*n]
		a.differenced(col, func(t int) float64 { return x[t] })
		size := 0.0
		for _, v := range col {
			size = max(size, math.Abs(v))
		}
		f.size[i] = size
		if size > 0 {
			for t := range col {
				col[t] /= size
			}
		}
	}
	copy(all[(count-1)*n:], a.cols[:n])
	a.poly.expand(m.AR, m.MA, m.SAR, m.SMA, m.Order.Season)
	if !a.filter.run(&a.poly, all, n, count, false) {
		panic("forecast: a fitted model does not filter")
	}
	f.gram = grow(f.gram, count*count)
	for i := range count {
		for j := range i + 1 {
			s := dot(a.filter.u[i*n:(i+1)*n], a.filter.u[j*n:(j+1)*n])
			f.gram[i*count+j], f.gram[j*count+i] = s, s
		}
	}
	return fixed
}

// sweep is the operator of Beaton (1964) on row and column p of the symmetric
// matrix a: it takes a column into the regression, and a second time out of it
// again. What is left in the corner is the residual sum of squares.
func sweep(a []float64, count, p int) {
	d := a[p*count+p]
	for i := range count {
		if i == p {
			continue
		}
		b := a[i*count+p] / d
		for j := range count {
			if j != p {
				a[i*count+j] -= b * a[p*count+j]
			}
		}
	}
	for i := range count {
		if i != p {
			a[i*count+p] /= d
			a[p*count+i] /= -d
		}
	}
	a[p*count+p] = 1 / d
}

// dependent is the share of a column, left by those in the regression, below
// which it is taken for their sum.
const dependent = 1e-7

// choose selects among all columns under the error model m.
func (f *RegressionFitter) choose(m *ARIMA, limit int) {
	fixed := f.normal(m)
	a := &f.arima
	candidates := len(f.column)
	count := fixed + candidates + 1
	last := count - 1
	f.square = grow(f.square, candidates)
	for i := range candidates {
		f.square[i] = f.gram[(fixed+i)*count+fixed+i]
	}
	f.in = grow(f.in, candidates)
	clear(f.in)
	take := func(i int) bool {
		p := fixed + i
		if d := f.gram[p*count+p]; !(d > dependent*f.square[i]) || d <= 0 {
			return false
		}
		sweep(f.gram, count, p)
		f.in[i] = !f.in[i]
		return true
	}
	for p := range fixed {
		if f.gram[p*count+p] > 0 {
			sweep(f.gram, count, p)
		}
	}
	k := 0
	for i := range candidates {
		if f.column[i].keep && take(i) {
			k++
		}
	}
	nu := float64(a.used())
	base := float64(m.Order.parameters() + a.k + 1)
	price := max(0, 2*math.Log(float64(max(1, candidates)))-2)
	criterion := func(rss float64, columns int) float64 {
		p := base + float64(columns)
		if nu-p-1 <= 0 {
			return math.Inf(1)
		}
		return nu*math.Log(max(rss, a.floor)/nu) + 2*p + 2*p*(p+1)/(nu-p-1) + price*float64(columns)
	}
	rss := f.gram[last*count+last]
	best := criterion(rss, k)
	for k < limit {
		pick, gain := -1, 0.0
		for i := range candidates {
			p := fixed + i
			d := f.gram[p*count+p]
			if f.in[i] || !(d > dependent*f.square[i]) {
				continue
			}
			c := f.gram[p*count+last]
			if g := c * c / d; g > gain*(1+1e-9) {
				pick, gain = i, g
			}
		}
		if pick < 0 {
			break
		}
		v := criterion(rss-gain, k+1)
		if !(v < best) || !take(pick) {
			break
		}
		best, rss = v, f.gram[last*count+last]
		k++
	}
	for again := true; again; {
		again = false
		for i := range candidates {
			if !f.in[i] || f.column[i].keep {
				continue
			}
			p := fixed + i
			b := f.gram[p*count+last]
			without := rss + b*b/f.gram[p*count+p]
			if v := criterion(without, k-1); v < best {
				sweep(f.gram, count, p)
				f.in[i] = false
				best, rss = v, f.gram[last*count+last]
				k--
				again = true
			}
		}
	}
	f.chosen = f.chosen[:0]
	for i, in := range f.in {
		if in {
			f.chosen = append(f.chosen, i)
		}
	}
}

// standardErrors computes those of the columns chosen under the final model.
func (f *RegressionFitter) standardErrors(m *ARIMA) {
	fixed := f.normal(m)
	count := fixed + len(f.column) + 1
	for p := range fixed {
		if f.gram[p*count+p] > 0 {
			sweep(f.gram, count, p)
		}
	}
	for _, i := range f.chosen {
		f.column[i].se = 0
		if p := fixed + i; f.gram[p*count+p] > 0 {
			sweep(f.gram, count, p)
		}
	}
	for _, i := range f.chosen {
		p := fixed + i
		if f.size[i] > 0 {
			f.column[i].se = clampFinite(math.Sqrt(max(0, m.Sigma2*f.gram[p*count+p])) / f.size[i])
		}
	}
}
