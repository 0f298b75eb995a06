package mrp

import (
	"testing"

	"planwright"
)

// The decoupled lead time of a made buffer goes on through its parts up to the
// next buffer: A 2 days + B 5; C is a buffer itself and cuts the path. With an ADU
// of 2 and factors of a half: red 7 + 3.5, yellow 14, green 7.
func TestBufferDecoupledLeadTime(t *testing.T) {
	s, r := planOf(t, `
sku A mrp_type=ddmrp lead_time_days=2 adu=2
sku B lead_time_days=5
sku C mrp_type=ddmrp lead_time_days=30 adu=1
bom A B 1
bom A C 1
stock C 100
stock A 24
`)
	b := &r.Buffers
	a := s.Find("A", "")
	for i, k := range b.SKU {
		if k != a {
			continue
		}
		for _, x := range []struct {
			name string
			got  planwright.Qty
			want float64
		}{{"TOR", b.TOR[i], 10.5}, {"TOY", b.TOY[i], 24.5}, {"TOG", b.TOG[i], 31.5}, {"NFP", b.NetFlow[i], 24}, {"recommended", b.Recommended[i], 7.5}} {
			if x.got.Float() != x.want {
				t.Errorf("%s of A = %s, want %v", x.name, x.got, x.want)
			}
		}
	}
}
