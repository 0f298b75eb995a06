package forecast

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"
)

// FuzzForecast reads bytes as options and a series: the first bytes choose
// method, season, horizon and flags; the second chooses how the rest is read,
// as raw float64 values or as small demands with gaps.
func FuzzForecast(f *testing.F) {
	f.Add([]byte{0, 0, 12, 6, 1, 0, 0, 3, 0, 1, 0, 0, 5})
	f.Add([]byte{3, 1, 4, 6, 0, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4})
	f.Add([]byte{9, 0, 7, 200, 1, 255, 255, 1, 9})
	week := []byte{20, 0, 3, 5, 9} // auto, seasons 3 and 9, every third phase closed
	for i := range 60 {
		week = append(week, byte(i%3*(20+i)))
	}
	f.Add(week)
	f.Add([]byte{20, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 8, 9, 7}) // a launch
	f.Add(append([]byte{5, 128, 2, 2, 0}, binary.LittleEndian.AppendUint64(nil, math.Float64bits(1e300))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 5 || len(b) > 1000 {
			return
		}
		names := append(Methods(), "")
		opt := Options{
			Method:       names[int(b[0])%len(names)],
			Season:       int(b[2]),
			Horizon:      int(b[3]),
			CumulativeTo: int(b[3]) / 2,
			NonNegative:  b[4]&1 == 1,
			Quantiles:    []float64{0.9, 0.01, 0.5, 0.999}[:b[4]>>1&3],
		}
		if b[4]&8 != 0 {
			opt.Seasons = []int{3 * opt.Season, 7 * opt.Season}
		}
		var y []float64
		if data := b[5:]; b[1] >= 128 {
			for ; len(data) >= 8; data = data[8:] {
				y = append(y, math.Float64frombits(binary.LittleEndian.Uint64(data)))
			}
		} else {
			for _, v := range data {
				switch {
				case v == 255:
					y = append(y, math.NaN())
				case v > 127:
					y = append(y, 0)
				default:
					y = append(y, float64(v))
				}
			}
		}
		r, err := Forecast(y, opt)
		if err != nil {
			if !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrValue) {
				t.Fatalf("Forecast(%v, %+v) = %v", y, opt, err)
			}
			return
		}
		check(t, y, opt, &r)
	})
}
