package forecast

import "math"

// response writes into dst[j] what an error of 1 in period n-1 moves the forecast
// of step j+1 by.
func (e *Engine) response(m *member, n int, dst []float64) {
	switch m.method {
	case naive:
		for j := range dst {
			dst[j] = 1
		}
	case drift:
		for j := range dst {
			dst[j] = 1 + 1/max(1, float64(n)-1)
		}
	case mean:
		for j := range dst {
			dst[j] = 1 / float64(n)
		}
	case seasonalNaive:
		for j := range dst {
			dst[j] = 0
			if (j+1)%e.cycle(m) == 0 {
				dst[j] = 1
			}
		}
	case holt:
		for j := range dst {
			dst[j] = m.alpha + m.beta*e.damp[j]
		}
	case mstl:
		for j := range dst {
			dst[j] = m.alpha
		}
	case sporadicMix:
		for j := range dst {
			dst[j] = crostonAlpha
		}
	case etsMean:
		e.restart(m)
		e.advance(m, n-1)
		m.tmp = grow(m.tmp, len(dst))
		mu := 0.0
		for i := range m.average.Models {
			v, _ := e.etsAll[i].mean()
			mu += m.average.Weights[i] * v
		}
		small := 1e-4 * max(math.Abs(mu), 1e-4)
		for k := range 2 {
			e.restart(m)
			e.advance(m, n-1)
			for i := range m.average.Models {
				v, _ := e.etsAll[i].mean()
				if k == 0 {
					v += small
				}
				m.average.Models[i].advance(&e.etsAll[i], v)
			}
			if k == 0 {
				e.etsBlend(m, dst, n)
			} else {
				e.etsBlend(m, m.tmp, n)
			}
		}
		for j := range dst {
			dst[j] = (dst[j] - m.tmp[j]) / small
		}
		e.restart(m)
	case arima:
		m.tmp = grow(m.tmp, len(dst)+1)
		m.arima.Psi(m.tmp)
		for j := range dst {
			dst[j] = min(max(m.tmp[j+1], -1e6), 1e6)
		}
	case ets:
		// The models may not be linear: the error tried is a small one.
		e.restart(m)
		e.advance(m, n-1)
		m.tmp = grow(m.tmp, len(dst))
		shocked := e.etsAt
		shocked.s = e.etsRing[1][:len(e.etsAt.s)]
		copy(shocked.s, e.etsAt.s)
		mu, _ := e.etsAt.mean()
		small := 1e-4 * max(math.Abs(mu), 1e-4)
		m.ets.advance(&shocked, mu+small)
		m.ets.advance(&e.etsAt, mu)
		m.etsPath(dst, &shocked, n)
		m.etsPath(m.tmp, &e.etsAt, n)
		for j := range dst {
			dst[j] = (dst[j] - m.tmp[j]) / small
		}
		e.restart(m)
	case otm, dstm, dotm, ces:
		e.restart(m)
		e.advance(m, n-1)
		m.tmp = grow(m.tmp, len(dst))
		if m.method == ces {
			e.cesNext.forecast(&m.ces, &e.cesFrom, m.tmp[:0])
			f := e.cesNext.next(&m.ces)
			e.cesNext.observe(&m.ces, f+1)
			shocked := &e.cesShock
			shocked.forecast(&m.ces, &e.cesNext, dst)
			e.cesFrom.observe(&m.ces, f)
			e.cesNext.forecast(&m.ces, &e.cesFrom, m.tmp)
		} else {
			s := e.thetaAt
			f := s.next()
			s.observe(n-1, f+1)
			s.forecast(dst)
			s = e.thetaAt
			s.observe(n-1, f)
			s.forecast(m.tmp)
		}
		for j := range dst {
			dst[j] -= m.tmp[j]
		}
	default:
		for j := range dst {
			dst[j] = m.alpha
		}
	}
}
