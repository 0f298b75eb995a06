package forecast

// Search returns s with the parameters of least squared error on y, each from
// 0.02 to 0.5. The two parts of the method do not touch, so each is searched
// alone: Beta by the squared error of the probability against what happened
// (Brier score), Alpha by that of the size in periods with demand, as Kourentzes
// (2014), On intermittent demand model optimisation and selection,
// International Journal of Production Economics 156, 180-190, proposes to
// measure rates and not single values. A parameter above zero is kept.
func (s TSB) Search(y []float64) TSB {
	grid := [...]float64{0.02, 0.05, 0.08, 0.12, 0.17, 0.23, 0.3, 0.4, 0.5}
	if s.Beta <= 0 {
		least := -1.0
		for _, b := range grid {
			d, sse, seen := 0.0, 0.0, false
			for i, v := range y {
				hit := 0.0
				if v != 0 {
					hit = 1
				}
				switch {
				case seen:
					e := hit - d
					sse += e * e
					d += b * e
				case v != 0:
					d, seen = 1/float64(i+1), true
				}
			}
			if least < 0 || sse < least {
				s.Beta, least = b, sse
			}
		}
	}
	if s.Alpha <= 0 {
		least := -1.0
		for _, a := range grid {
			z, sse, seen := 0.0, 0.0, false
			for _, v := range y {
				if v == 0 {
					continue
				}
				if !seen {
					z, seen = v, true
					continue
				}
				e := v - z
				sse += e * e
				z += a * e
			}
			if least < 0 || sse < least {
				s.Alpha, least = a, sse
			}
		}
	}
	return s
}
