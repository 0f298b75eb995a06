package forecast

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Compact is the calibration with at most n values for each step, the means of as
// many equal shares of the sorted errors: quantiles and mean excesses stay, and
// a company's calibration takes a few hundred kilobytes however many series it
// has. n of 200 or more keeps the quantiles up to 0.999.
func (c *Calibration) Compact(n int) *Calibration {
	out := &Calibration{}
	thin := func(list [][]float64) [][]float64 {
		rows := make([][]float64, len(list))
		for j, v := range list {
			if len(v) <= n {
				rows[j] = v
				continue
			}
			rows[j] = make([]float64, n)
			for i := range n {
				a, b := i*len(v)/n, (i+1)*len(v)/n
				sum := 0.0
				for _, x := range v[a:b] {
					sum += x
				}
				rows[j][i] = sum / float64(b-a)
				if i > 0 { // shares of one value differ in the last digit
					rows[j][i] = max(rows[j][i], rows[j][i-1])
				}
			}
		}
		return rows
	}
	for k := range c.pools {
		for l := range c.pools[k] {
			out.pools[k][l] = errorPool{thin(c.pools[k][l].step), thin(c.pools[k][l].sum)}
		}
	}
	return out
}

// calibrationVersion is the first byte of an encoded [Calibration].
const calibrationVersion = 1

// AppendBinary appends the calibration to b: a version byte, then the errors of
// each kind, length class and step. Equal lists are written once.
func (c *Calibration) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, calibrationVersion)
	for k := range c.pools {
		for l := range c.pools[k] {
			p := &c.pools[k][l]
			for i, list := range [2][][]float64{p.step, p.sum} {
				b = binary.AppendUvarint(b, uint64(len(list)))
				for j, v := range list {
					if l > 0 {
						before := [2][][]float64{c.pools[k][l-1].step, c.pools[k][l-1].sum}[i]
						if j < len(before) && sameBits(before[j], v) {
							b = append(b, 1)
							continue
						}
					}
					b = append(b, 0)
					b = binary.AppendUvarint(b, uint64(len(v)))
					for _, x := range v {
						b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
					}
				}
			}
		}
	}
	return b, nil
}

func sameBits(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return false
		}
	}
	return true
}

// UnmarshalBinary is the calibration that AppendBinary wrote. It refuses, with an
// error wrapping [ErrState], what another version wrote and what is damaged.
func (c *Calibration) UnmarshalBinary(b []byte) error {
	whole := len(b)
	bad := func() error {
		*c = Calibration{}
		return fmt.Errorf("forecast: encoded calibration of %d bytes is damaged or of another version: %w", whole, ErrState)
	}
	if len(b) == 0 || b[0] != calibrationVersion {
		return bad()
	}
	b = b[1:]
	count := func(least int) (int, bool) {
		n, used := binary.Uvarint(b)
		if used <= 0 || n > uint64(len(b)/least) {
			return 0, false
		}
		b = b[used:]
		return int(n), true
	}
	*c = Calibration{}
	for k := range c.pools {
		for l := range c.pools[k] {
			p := &c.pools[k][l]
			for i, list := range [2]*[][]float64{&p.step, &p.sum} {
				n, ok := count(1)
				if !ok {
					return bad()
				}
				*list = make([][]float64, n)
				for j := range n {
					if len(b) == 0 || b[0] > 1 {
						return bad()
					}
					same := b[0] == 1
					b = b[1:]
					if same {
						if l == 0 {
							return bad()
						}
						before := [2][][]float64{c.pools[k][l-1].step, c.pools[k][l-1].sum}[i]
						if j >= len(before) {
							return bad()
						}
						(*list)[j] = before[j]
						continue
					}
					m, ok := count(8)
					if !ok {
						return bad()
					}
					v := make([]float64, m)
					for x := range v {
						v[x] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*x:]))
						if math.IsNaN(v[x]) || math.IsInf(v[x], 0) || x > 0 && v[x] < v[x-1] {
							return bad()
						}
					}
					(*list)[j], b = v, b[8*m:]
				}
			}
			if len(p.step) != len(p.sum) {
				return bad()
			}
		}
	}
	if len(b) > 0 {
		return bad()
	}
	return nil
}
