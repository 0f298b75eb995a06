package forecast

import (
	"encoding/binary"
	"fmt"
	"math"
)

// stateVersion is the first byte of an encoded [State]. A newer one is refused.
const stateVersion = 2

// codec writes or reads the fields of a state, in one order for both ways.
type codec struct {
	b     []byte
	read  bool
	short bool // the bytes ended early
}

func (c *codec) number(v *int) {
	if !c.read {
		c.b = binary.AppendVarint(c.b, int64(*v))
		return
	}
	x, n := binary.Varint(c.b)
	if n <= 0 {
		c.short, x, n = true, 0, 0
	}
	*v, c.b = int(x), c.b[n:]
}

func (c *codec) word(v *uint64) {
	if !c.read {
		c.b = binary.LittleEndian.AppendUint64(c.b, *v)
		return
	}
	if len(c.b) < 8 {
		c.short = true
		return
	}
	*v, c.b = binary.LittleEndian.Uint64(c.b), c.b[8:]
}

func (c *codec) float(v *float64) {
	w := math.Float64bits(*v)
	c.word(&w)
	*v = math.Float64frombits(w)
}

func (c *codec) flag(v *bool) {
	n := 0
	if *v {
		n = 1
	}
	c.number(&n)
	*v = n == 1
}

// count is the length of a list whose elements take at least least bytes.
func (c *codec) count(n, least int) int {
	c.number(&n)
	if c.read && (n < 0 || n > len(c.b)/least) {
		c.short, n = true, 0
	}
	return n
}

func (c *codec) floats(v *[]float64) {
	n := c.count(len(*v), 8)
	if c.read {
		*v = make([]float64, n)
	}
	for i := range *v {
		c.float(&(*v)[i])
	}
}

func (c *codec) numbers(v *[]int) {
	n := c.count(len(*v), 1)
	if c.read {
		*v = make([]int, n)
	}
	for i := range *v {
		c.number(&(*v)[i])
	}
}

func (c *codec) text(v *string) {
	n := c.count(len(*v), 1)
	if !c.read {
		c.b = append(c.b, *v...)
		return
	}
	*v, c.b = string(c.b[:n]), c.b[n:]
}

// enumerated is a number of an enumeration below limit.
func enumerated[T ~uint8](c *codec, v *T, limit int) {
	n := int(*v)
	c.number(&n)
	if c.read && (n < 0 || n >= limit) {
		c.short, n = true, 0
	}
	*v = T(n)
}

func (c *codec) ets(m *ETS) {
	enumerated(c, &m.Form.Error, 3)
	enumerated(c, &m.Form.Trend, 3)
	enumerated(c, &m.Form.Season, 3)
	c.flag(&m.Form.Damped)
	c.number(&m.Season)
	for _, v := range []*float64{&m.Alpha, &m.Beta, &m.Gamma, &m.Phi, &m.Initial.Level, &m.Initial.Slope, &m.Sigma2} {
		c.float(v)
	}
	c.floats(&m.Initial.Seasonal)
	if c.read && (len(m.Initial.Seasonal) > maxETSSeason || m.Form.Season != None && len(m.Initial.Seasonal) != m.Season) {
		c.short = true
	}
}

func (c *codec) arima(m *ARIMA) {
	for _, v := range []*int{&m.Order.P, &m.Order.D, &m.Order.Q, &m.Order.SP, &m.Order.SD, &m.Order.SQ, &m.Order.Season, &m.State.Periods, &m.State.Ahead} {
		c.number(v)
	}
	c.flag(&m.Constant)
	for _, v := range []*float64{&m.Intercept, &m.Sigma2, &m.State.F, &m.State.M, &m.State.Scale} {
		c.float(v)
	}
	for _, v := range []*[]float64{&m.AR, &m.MA, &m.SAR, &m.SMA, &m.Coef, &m.State.Level, &m.State.Gain, &m.State.Change, &m.State.Last} {
		c.floats(v)
	}
}

func (c *codec) member(m *member) {
	enumerated(c, &m.method, int(ensemble))
	enumerated(c, &m.form, 3)
	for _, v := range []*float64{&m.weight, &m.alpha, &m.beta, &m.phi, &m.l0, &m.b0} {
		c.float(v)
	}
	c.text(&m.why)
	c.numbers(&m.own)
	for _, s := range m.own {
		c.short = c.short || s < 2 || s > MaxSeason
	}
	switch m.method {
	case ces:
		enumerated(c, &m.ces.form, 5)
		c.number(&m.ces.season)
		for _, v := range []*float64{&m.ces.a0, &m.ces.a1, &m.ces.b0, &m.ces.b1, &m.ces.l0, &m.ces.c0} {
			c.float(v)
		}
		c.floats(&m.seasonal)
		c.short = c.short || m.ces.season != len(m.seasonal)
	case ets:
		c.ets(&m.ets)
	case etsMean:
		n := c.count(len(m.average.Models), 60)
		if c.read {
			if n > len(etsForms) {
				c.short, n = true, 0
			}
			m.average.Models = make([]ETS, n)
		}
		for i := range m.average.Models {
			c.ets(&m.average.Models[i])
		}
		c.floats(&m.average.Weights)
		c.short = c.short || len(m.average.Models) != len(m.average.Weights)
	case arima:
		c.number(&m.arimaFrom)
		c.number(&m.arimaAt)
		c.arima(&m.arima)
	}
}

func (c *codec) state(s *State) {
	c.number(&s.Length)
	c.number(&s.before)
	c.short = c.short || s.before < 0
	c.word(&s.digest)
	c.number(&s.exp)
	c.number(&s.season)
	enumerated(c, &s.form, 3)
	c.floats(&s.index)
	c.numbers(&s.periods)
	n := c.count(len(s.cycles), 1)
	if c.read {
		s.cycles = make([][]float64, n)
	}
	for i := range s.cycles {
		c.floats(&s.cycles[i])
		c.short = c.short || i >= len(s.periods) || s.periods[i] != len(s.cycles[i])
	}
	c.flag(&s.mult)
	c.flag(&s.irregular)
	c.number(&s.opt.season)
	c.number(&s.opt.horizon)
	c.number(&s.opt.cumulative)
	c.text(&s.opt.method)
	c.flag(&s.opt.nonNegative)
	n = c.count(len(s.members), 50)
	if c.read {
		if n > maxMembers {
			c.short, n = true, 0
		}
		s.members = make([]member, n)
	}
	for i := range s.members {
		c.member(&s.members[i])
	}
	for i := range s.seen {
		c.floats(&s.seen[i])
		c.numbers(&s.seenN[i])
	}
	c.floats(&s.bias)
	t := &s.accuracy
	for _, v := range []*float64{&t.abs, &t.sq, &t.err, &t.size, &s.naiveAbs, &s.scaleAbs, &s.scaleSq, &s.inSample, &s.Departure.Tracking, &s.Departure.Ratio} {
		c.float(v)
	}
	c.text(&s.note)
	c.number(&t.n)
	c.number(&s.origins)
	c.number(&s.Departure.New)
	c.flag(&s.Departure.Stale)
	if c.read && (s.form != NoSeason && (len(s.index) != s.season || s.season < 2) || len(s.members) == 0 && s.Length > 0) {
		c.short = true
	}
}

// AppendBinary appends the state to b: a version byte, then its fields, a few
// hundred bytes for a series without season.
func (s *State) AppendBinary(b []byte) ([]byte, error) {
	c := codec{b: append(b, stateVersion)}
	c.state(s)
	return c.b, nil
}

// MarshalBinary is AppendBinary to nothing.
func (s *State) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary is the state that AppendBinary wrote. It refuses, with an error
// wrapping [ErrState], what another version wrote and what is cut off or not a
// state.
func (s *State) UnmarshalBinary(b []byte) error {
	if len(b) == 0 || b[0] != stateVersion {
		return fmt.Errorf("forecast: encoded state of another version: %w", ErrState)
	}
	c := codec{b: b[1:], read: true}
	*s = State{}
	c.state(s)
	if c.short || len(c.b) > 0 || !s.sound() {
		*s = State{}
		return fmt.Errorf("forecast: encoded state of %d bytes is damaged: %w", len(b), ErrState)
	}
	return nil
}
