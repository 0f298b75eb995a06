package plan

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"

	"planwright"
	"planwright/forecast"
)

// fit is what the forecast of a sku rests on, beside its result.
type fit struct {
	response float64 // how strongly it follows its causes
	list     []int32 // its causes
	marks    []mark
	state    []byte // as it is carried on
}

// mark is a value of the history that looks strange, whether or not it was
// pulled in.
type mark struct {
	forecast.Change
	applied bool
}

// Kinds of states.
const (
	demandState  = "demand"
	useState     = "use"
	companyState = "company"
)

// statistics forecasts a history: causes taken out, outliers marked, a model
// carried on where there is one that still fits, fitted where not.
func (w *demandWorker) statistics(k planwright.SKU, kind string, h *past, opt forecast.Options, dst *forecast.Result, f *fit) error {
	c := w.d.company.causes
	carried, known := w.carried(k, kind)
	*f = fit{response: 1}
	y := h.y
	if kind == demandState && c != nil {
		if c.observe(&w.rows, w.s, k, h) {
			if known {
				f.response = carried.response
			} else {
				f.response = c.response(&w.rows)
			}
			w.free = c.clear(w.free, &w.rows, y, f.response)
			y = w.free
		}
		// What sells rarely sells in pieces: causes do not make parts of them.
		if frequent(h.y) >= leastFrequent {
			f.list = append(f.list, w.rows.list...)
		}
	}
	adjust := w.opt.Outliers == OutlierAdjust
	if known {
		f.marks = carried.marks
		for _, m := range f.marks {
			if m.applied && m.Period < len(y) {
				y = w.own(y, h)
				y[m.Period] = m.To
			}
		}
		err := w.engine.Update(y, &carried.state, opt, dst)
		if err == nil && (w.replays || !carried.state.Departure.Stale) { // a replay has its own times to fit
			dst.Accuracy.Pinball = carried.pinball
			for i := range dst.Candidates {
				if i < len(carried.score) {
					dst.Candidates[i].Score = carried.score[i]
				}
			}
			w.keep(carried, f)
			return nil
		}
		if err != nil && !errors.Is(err, forecast.ErrState) {
			return err
		}
		// Fitted anew, from the history as it is.
		if y, f.marks = h.y, nil; len(f.list) > 0 && c.observe(&w.rows, w.s, k, h) {
			f.response = c.response(&w.rows)
			w.free = c.clear(w.free, &w.rows, y, f.response)
			y = w.free
		}
	}
	if w.opt.Outliers != OutlierOff {
		for _, o := range forecast.Outliers(y, shortSeason(opt.Season), 0) {
			f.marks = append(f.marks, mark{o, adjust})
			if adjust {
				y = w.own(y, h)
				y[o.Period] = o.To
			}
		}
		for _, sh := range forecast.LevelShifts(y, shortSeason(opt.Season)) {
			f.marks = append(f.marks, mark{forecast.Change{Period: sh.At, From: sh.Before, To: sh.After, Why: forecast.ShiftedLevel, Score: sh.After - sh.Before}, false})
		}
	}
	if err := w.engine.Forecast(y, opt, dst); err != nil {
		return err
	}
	st := carriedState{response: f.response, pinball: dst.Accuracy.Pinball, marks: f.marks}
	w.engine.State(&st.state)
	for _, m := range dst.Candidates {
		if m.Weight > 0 { // the others are not carried on
			st.score = append(st.score, m.Score)
		}
	}
	w.keep(&st, f)
	return nil
}

// keep holds a state for a later run; a replay goes on from it itself.
func (w *demandWorker) keep(st *carriedState, f *fit) {
	if w.replays {
		w.memory = st
		return
	}
	f.state = st.encode(f)
}

// shortSeason is a season that a history of a few years shows often enough to
// tell what is unusual in it: of weeks it has each but two or three times, and
// their neighbours say more.
func shortSeason(season int) int {
	if season > 24 {
		return 0
	}
	return season
}

// own makes y a copy that may be changed, if it is the history itself.
func (w *demandWorker) own(y []float64, h *past) []float64 {
	if len(y) > 0 && len(h.y) > 0 && &y[0] == &h.y[0] {
		w.free = append(w.free[:0], y...)
		return w.free
	}
	return y
}

// carriedState is what a plan keeps of a fitted model.
type carriedState struct {
	response float64
	pinball  float64
	score    []float64 // of the members
	marks    []mark
	state    forecast.State
}

// carriedVersion is the first byte of an encoded state.
const carriedVersion = 1

// encode writes a state; marks are those of f.
func (c *carriedState) encode(f *fit) []byte {
	b := []byte{carriedVersion}
	float := func(v float64) { b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) }
	float(f.response)
	float(c.pinball)
	b = binary.AppendUvarint(b, uint64(len(c.score)))
	for _, v := range c.score {
		float(v)
	}
	b = binary.AppendUvarint(b, uint64(len(f.marks)))
	for _, m := range f.marks {
		b = binary.AppendUvarint(b, uint64(m.Period))
		applied := byte(0)
		if m.applied {
			applied = 1
		}
		b = append(b, byte(m.Why), applied)
		float(m.From)
		float(m.To)
		float(m.Score)
	}
	b, err := c.state.AppendBinary(b)
	if err != nil {
		panic("plan: a state does not encode")
	}
	return b
}

// decode reads what encode wrote.
func (c *carriedState) decode(b []byte) error {
	short := false
	float := func() float64 {
		if len(b) < 8 {
			short = true
			return 0
		}
		v := math.Float64frombits(binary.LittleEndian.Uint64(b))
		b = b[8:]
		return v
	}
	count := func(least int) int {
		n, used := binary.Uvarint(b)
		if used <= 0 || n > uint64(len(b)/max(1, least)) {
			short = true
			return 0
		}
		b = b[used:]
		return int(n)
	}
	if len(b) == 0 || b[0] != carriedVersion {
		return forecast.ErrState
	}
	b = b[1:]
	c.response, c.pinball = float(), float()
	c.score = make([]float64, count(8))
	for i := range c.score {
		c.score[i] = float()
	}
	c.marks = make([]mark, count(27))
	for i := range c.marks {
		m := &c.marks[i]
		at, used := binary.Uvarint(b)
		if used <= 0 || at > forecast.MaxPeriods || len(b) < used+2 {
			return forecast.ErrState
		}
		m.Period, b = int(at), b[used:]
		m.Why, m.applied = forecast.Reason(b[0]), b[1] == 1
		b = b[2:]
		m.From, m.To, m.Score = float(), float(), float()
	}
	if short {
		return forecast.ErrState
	}
	return c.state.UnmarshalBinary(b)
}

// carried is the state of a sku in the plan that the run goes on from. One that
// cannot be read, of another version for example, is as none.
func (w *demandWorker) carried(k planwright.SKU, kind string) (*carriedState, bool) {
	if w.replays {
		return w.memory, w.memory != nil
	}
	t := &w.states
	for w.at < len(t.SKU) && t.SKU[w.at] < k {
		w.at++
	}
	for i := w.at; i < len(t.SKU) && t.SKU[i] == k; i++ {
		if t.Kind[i] != kind {
			continue
		}
		b, err := base64.RawStdEncoding.DecodeString(t.State[i])
		if err != nil {
			return nil, false
		}
		var c carriedState
		if c.decode(b) != nil {
			return nil, false
		}
		return &c, true
	}
	return nil, false
}

// addState keeps what a later run goes on from.
func (w *demandWorker) addState(k planwright.SKU, kind string, f *fit, out *demandRows) {
	if len(f.state) == 0 {
		return
	}
	t := &out.states
	t.SKU = append(t.SKU, k)
	t.Kind = append(t.Kind, kind)
	t.State = append(t.State, base64.RawStdEncoding.EncodeToString(f.state))
}
