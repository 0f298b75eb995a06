package analytics

import (
	"strconv"
	"strings"

	"planwright"
)

// Provision is a policy of writing stock down by its age: the share of the value
// that is set aside from an age in days on. The zero value sets nothing aside.
type Provision struct {
	from []int32
	rate []float64
}

// ParseProvision reads a policy as age:rate;age:rate, ages ascending in days and
// rates from 0 to 1, such as 181:0.25;361:0.5;721:1; undated:0.5 may follow for
// stock whose age is not known. False where the text is no policy.
func ParseProvision(s string) (Provision, bool) {
	var p Provision
	if s == "" {
		return p, true
	}
	undated := 0.0
	for _, part := range strings.Split(s, ";") {
		age, rate, ok := strings.Cut(strings.TrimSpace(part), ":")
		r, err := strconv.ParseFloat(rate, 64)
		if !ok || err != nil || !(r >= 0 && r <= 1) {
			return Provision{}, false
		}
		if age == Undated {
			undated = r
			continue
		}
		d, err := strconv.ParseInt(age, 10, 32)
		if err != nil || d < 0 || len(p.from) > 0 && int32(d) <= p.from[len(p.from)-1] {
			return Provision{}, false
		}
		p.from, p.rate = append(p.from, int32(d)), append(p.rate, r)
	}
	p.rate = append(p.rate, undated) // the last one has no age
	return p, true
}

// Rate returns the share that is set aside at an age; NoInt is undated.
func (p Provision) Rate(age int32) float64 {
	if len(p.rate) == 0 {
		return 0
	}
	if age == planwright.NoInt {
		return p.rate[len(p.from)]
	}
	for i := len(p.from) - 1; i >= 0; i-- {
		if age >= p.from[i] {
			return p.rate[i]
		}
	}
	return 0
}
