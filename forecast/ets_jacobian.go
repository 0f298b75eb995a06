package forecast

import "math"

// etsBlock is the number of rows of derivatives that are kept before they are
// summed into the normal matrix: they stay in the first cache level.
const etsBlock = 32

// etsJacobian holds the derivatives of the states of one form by everything
// that is estimated, and sums up the normal matrix of the errors. A column of a
// row is one estimated value, in the order
//
//	l[0], b[0], s[0] .. s[m-2], alpha, beta, gamma, phi
//
// without those that the form has not. s[m-1] is what the first seasonal states
// need to add up to 0 (or m). The derivative by alpha holds beta/alpha and
// gamma/(1-alpha) fixed, those by beta and gamma are by these ratios: see
// [etsSearch].
type etsJacobian struct {
	width  int // of a row: the values estimated and two columns more
	dl, db []float64
	ds     []float64 // rows by phase
	rows   []float64
	used   int       // rows
	normal []float64 // width x width, upper triangle: sums of products of columns
}

// reset prepares for k estimated values of which the first ones are states.
func (j *etsJacobian) reset(k, m int, trend, season bool) {
	w := k + 2
	j.width, j.used = w, 0
	j.dl, j.db = grow(j.dl, k), grow(j.db, k)
	clear(j.dl)
	clear(j.db)
	j.dl[0] = 1
	at := 1
	if trend {
		j.db[at] = 1
		at++
	}
	if season {
		j.ds = grow(j.ds, m*k)
		clear(j.ds)
		for p := range m - 1 {
			j.ds[p*k+at+p] = 1
			j.ds[(m-1)*k+at+p] = -1
		}
	}
	j.rows = grow(j.rows, etsBlock*w)
	j.normal = grow(j.normal, w*w)
	clear(j.normal)
}

// sum adds the products of the rows kept to the normal matrix: two of its rows
// and four periods at a time, so that a value loaded is used twice and a sum is
// stored once for four products.
func (j *etsJacobian) sum() {
	w := j.width
	for j.used%4 != 0 {
		clear(j.rows[j.used*w : (j.used+1)*w])
		j.used++
	}
	for r := 0; r < j.used; r += 4 {
		block := j.rows[r*w : (r+4)*w]
		r0, r1, r2, r3 := block[:w], block[w:2*w], block[2*w:3*w], block[3*w:4*w]
		i := 0
		for ; i+1 < w; i += 2 {
			a0, a1, a2, a3 := r0[i], r1[i], r2[i], r3[i]
			b0, b1, b2, b3 := r0[i+1], r1[i+1], r2[i+1], r3[i+1]
			j.normal[i*w+i] += a0*a0 + a1*a1 + (a2*a2 + a3*a3)
			x := j.normal[i*w+i+1 : i*w+w]
			y := j.normal[(i+1)*w+i+1:][:len(x)]
			c0 := r0[i+1:][:len(x)]
			c1 := r1[i+1:][:len(x)]
			c2 := r2[i+1:][:len(x)]
			c3 := r3[i+1:][:len(x)]
			for c := range x {
				v0, v1, v2, v3 := c0[c], c1[c], c2[c], c3[c]
				x[c] += a0*v0 + a1*v1 + (a2*v2 + a3*v3)
				y[c] += b0*v0 + b1*v1 + (b2*v2 + b3*v3)
			}
		}
		if i < w {
			a0, a1, a2, a3 := r0[i], r1[i], r2[i], r3[i]
			j.normal[i*w+i] += a0*a0 + a1*a1 + (a2*a2 + a3*a3)
		}
	}
	j.used = 0
}

// deriveLevel is derive for the level alone, all sums in registers.
func (j *etsJacobian) deriveLevel(y []float64, p *etsPoint, relative bool) {
	l, alpha, keep := p.l, p.alpha, 1-p.alpha
	// Derivatives of l by l[0] and by alpha.
	u, v := 1.0, 0.0
	var uu, uv, ue, ur, vv, ve, vr, ee float64
	for _, x := range y {
		d := x - l
		if d != d {
			continue
		}
		a, b := u, v
		e := d
		if relative {
			inverse := 1 / l
			weight := x * inverse * inverse
			e = d * inverse
			// A row times mu/y is the derivative of log mu.
			ur += a * inverse
			vr += b * inverse
			a *= weight
			b *= weight
		}
		uu += a * a
		uv += a * b
		vv += b * b
		ue += a * e
		ve += b * e
		ee += e * e
		l += alpha * d
		v = keep*v + d
		u *= keep
	}
	copy(j.normal, []float64{
		uu, uv, ue, ur,
		0, vv, ve, vr,
		0, 0, ee, 0,
		0, 0, 0, 0,
	})
}

// deriveTrend is derive for an additive trend without season. Its five columns
// (the last for phi, unused without damping) and the two more stand in arrays of
// fixed length.
func (j *etsJacobian) deriveTrend(y []float64, p *etsPoint, f ETSForm) {
	const columns, wide = 5, 7
	betaA, betaB := 0.0, p.alpha-smoothMin
	if betaB > 0 {
		betaA = (p.beta - smoothMin) / betaB
	}
	relative := f.Error == Multiplicative
	l, b, alpha, beta, phi := p.l, p.b, p.alpha, p.beta, p.phi
	dl, db := [columns]float64{0: 1}, [columns]float64{1: 1}
	var rows [4][wide]float64
	var total [wide][wide]float64
	at := 0
	for _, v := range y {
		slope := b
		b *= phi
		l += b
		d := v - l
		if d != d {
			db[4] += slope / phi
			for i := range columns {
				db[i] *= phi
				dl[i] += db[i]
			}
			continue
		}
		row := &rows[at]
		weight, e, ratio := 1.0, d, 0.0
		if relative {
			inverse := 1 / l
			e = d * inverse
			weight = v * inverse * inverse
			ratio = l / v
		}
		row[5], row[6] = e, ratio
		db[4] += slope / phi
		for i := range columns {
			g := phi * db[i]
			q := dl[i] + g
			row[i] = weight * q
			db[i] = g - beta*q
			dl[i] = q - alpha*q
		}
		dl[2] += d
		db[2] += betaA * d
		db[3] += betaB * d
		l += alpha * d
		b += beta * d
		if at++; at == len(rows) {
			addRows(&total, &rows)
			at = 0
		}
	}
	for ; at > 0 && at < len(rows); at++ {
		rows[at] = [wide]float64{}
	}
	if at > 0 {
		addRows(&total, &rows)
	}
	// Without damping the column of phi is left out.
	k := j.width - 2
	for i := range j.width {
		from := i
		if i >= k {
			from += columns - k
		}
		for c := i; c < j.width; c++ {
			to := c
			if c >= k {
				to += columns - k
			}
			j.normal[i*j.width+c] = total[from][to]
		}
	}
}

// addRows adds the products of the columns of four rows to the upper triangle of
// total.
func addRows(total *[7][7]float64, rows *[4][7]float64) {
	r0, r1, r2, r3 := &rows[0], &rows[1], &rows[2], &rows[3]
	for i := range total {
		a0, a1, a2, a3 := r0[i], r1[i], r2[i], r3[i]
		out := &total[i]
		for c := i; c < len(out); c++ {
			out[c] += a0*r0[c] + a1*r1[c] + (a2*r2[c] + a3*r3[c])
		}
	}
}

// derive runs a form over y and sums up its normal matrix. The row of period t
// is weight*dmu[t], then the error and, under a multiplicative error, mu/y;
// weight is 1, or y/mu² under a multiplicative error, which makes the row the
// derivative of -d/mu. s is the ring of seasonal states and is changed.
func (j *etsJacobian) derive(y []float64, p *etsPoint, f ETSForm, s []float64) {
	trend, season := f.Trend, f.Season
	if trend == None && season == None {
		j.deriveLevel(y, p, f.Error == Multiplicative)
		return
	}
	if trend == Additive && season == None {
		j.deriveTrend(y, p, f)
		return
	}
	k := j.width - 2
	iA, iB, iG, iP := k-f.smoothing(), -1, -1, -1
	at := iA + 1
	if trend != None {
		iB = at
		at++
	}
	if season != None {
		iG = at
		at++
	}
	if f.Damped {
		iP = at
	}
	// Derivatives of beta and gamma by alpha, beta and gamma of the search.
	betaA, betaB := 0.0, p.alpha-smoothMin
	if betaB > 0 {
		betaA = (p.beta - smoothMin) / betaB
	}
	gammaA, gammaG := 0.0, 1-p.alpha-smoothMin
	if gammaG > 0 {
		gammaA = -(p.gamma - smoothMin) / gammaG
	}
	m := len(s)
	l, b, phi := p.l, p.b, p.phi
	dl, db := j.dl[:k], j.db[:k]
	phase := 0
	for _, v := range y {
		alpha, beta, gamma := p.alpha, p.beta, p.gamma
		if phase >= m {
			phase = 0
		}
		// The part without the season.
		q, old := l, l
		growth := b // what comes of the slope
		gb := phi   // its derivative by the slope
		switch trend {
		case Additive:
			growth = phi * b
			q = l + growth
			if iP >= 0 {
				db[iP] += b / phi
			}
		case Multiplicative:
			growth = power(b, phi)
			q = l * growth
			gb = phi * growth / b
			if iP >= 0 {
				db[iP] += b * math.Log(b) / phi
			}
		}
		mu, sj := q, 1.0
		if season != None {
			sj = s[phase]
			if season == Additive {
				mu = q + sj
			} else {
				mu = q * sj
			}
		}
		d := v - mu
		weight, e, ratio := 1.0, d, 0.0
		missing := d != d
		if missing {
			d, weight, e, alpha, beta, gamma, v = 0, 0, 0, 0, 0, 0, mu
		} else if f.Error == Multiplicative {
			e = d / mu
			weight = v / (mu * mu)
			ratio = mu / v
		}
		row := j.rows[j.used*j.width:][:j.width]
		row[k], row[k+1] = e, ratio
		row = row[:k]
		u := d // the error without the season
		c := 0.0
		switch season {
		case Additive:
			c = 1
		case Multiplicative:
			u = d / sj
			c = v / (sj * sj)
		}
		var ds []float64
		if season != None {
			ds = j.ds[phase*k:][:k]
		}
		switch {
		case trend == Multiplicative:
			bl, bu := beta/old, beta*u/(old*old)
			for i := range row {
				g := gb * db[i]
				dq := growth*dl[i] + old*g
				x := -dq
				r := dq
				if season != None {
					x -= c * ds[i]
					if season == Additive {
						r += ds[i]
						ds[i] += gamma * x
					} else {
						r = sj*dq + q*ds[i]
						ds[i] -= gamma * (ds[i] + v/(q*q)*dq)
					}
				}
				row[i] = weight * r
				db[i] = g + bl*x - bu*dl[i]
				dl[i] = dq + alpha*x
			}
		case season == None && trend == None:
			for i := range row {
				dq := dl[i]
				row[i] = weight * dq
				dl[i] = dq - alpha*dq
			}
		case season == None:
			for i := range row {
				g := phi * db[i]
				dq := dl[i] + g
				row[i] = weight * dq
				db[i] = g - beta*dq
				dl[i] = dq - alpha*dq
			}
		case season == Additive && trend == None:
			for i := range row {
				dq, h := dl[i], ds[i]
				r := dq + h
				row[i] = weight * r
				dl[i] = dq - alpha*r
				ds[i] = h - gamma*r
			}
		case season == Additive:
			for i := range row {
				g, h := phi*db[i], ds[i]
				dq := dl[i] + g
				r := dq + h
				row[i] = weight * r
				db[i] = g - beta*r
				dl[i] = dq - alpha*r
				ds[i] = h - gamma*r
			}
		case trend == None:
			ws, wq := weight*sj, weight*q
			al, ac := 1-alpha, alpha*c
			gs, gq := 1-gamma, gamma*v/(q*q)
			for i := range row {
				dq, h := dl[i], ds[i]
				row[i] = ws*dq + wq*h
				dl[i] = al*dq - ac*h
				ds[i] = gs*h - gq*dq
			}
		default:
			ws, wq := weight*sj, weight*q
			al, ac, bc := 1-alpha, alpha*c, beta*c
			gs, gq := 1-gamma, gamma*v/(q*q)
			for i := range row {
				g, h := phi*db[i], ds[i]
				dq := dl[i] + g
				row[i] = ws*dq + wq*h
				db[i] = g - beta*dq - bc*h
				dl[i] = al*dq - ac*h
				ds[i] = gs*h - gq*dq
			}
		}
		if !missing {
			// What the parameters themselves do.
			dl[iA] += u
			ub := u
			if trend == Multiplicative {
				ub = u / old
			}
			if iB >= 0 {
				db[iA] += betaA * ub
				db[iB] += betaB * ub
			}
			if iG >= 0 {
				ug := d
				if season == Multiplicative {
					ug = d / q
				}
				ds[iA] += gammaA * ug
				ds[iG] += gammaG * ug
			}
		}
		l = q + alpha*u
		switch trend {
		case Additive:
			b = growth + beta*u
		case Multiplicative:
			b = growth + beta*u/old
		}
		switch season {
		case Additive:
			s[phase] = sj + gamma*d
		case Multiplicative:
			s[phase] = sj + gamma*d/q
		}
		phase++
		if j.used++; j.used == etsBlock {
			j.sum()
		}
	}
	j.sum()
}
