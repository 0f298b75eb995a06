package plan

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"planwright"
	"planwright/forecast"
)

// cause is something that moves the demand of the sku's in its scope: a
// promotion that comes every year, a holiday, the working days of a site. The
// occurrences of one name are one cause.
type cause struct {
	kind, name, scope string
	entered           float64 // factor less one as people entered it; NaN: unknown
	strong            float64 // share from which a period counts as touched
	share             []float64
}

// The kinds of causes beside those of events.
const (
	calendarCause = "calendar"
	promoCause    = "promo"
)

// causes are all of a company, with the effects learned from its history. A
// period of share x multiplies demand by 1 + effect*x; causes of a period add up.
type causes struct {
	first   int // period index of share[0]
	list    []cause
	byScope map[string][]int32
	effect  []float64
	seen    []int64 // periods of sku's that taught it
}

// Prior knowledge of an effect: an entered factor may be off by a quarter, an
// unknown one is about none. The response of one sku to what its scope does lies
// within 0.4 of the same.
const (
	enteredSD  = 0.25
	unknownSD  = 0.5
	responseSD = 0.4
)

// newCauses lists what the snapshot says of causes, from first to last of the
// periods.
func newCauses(s *planwright.Snapshot, p planwright.Period, from, to planwright.Day) *causes {
	c := &causes{first: p.Index(from), byScope: map[string][]int32{}}
	n := p.Index(to) - c.first + 1
	at := map[[3]string]int32{}
	find := func(kind, name, scope string, entered, strong float64) int32 {
		key := [3]string{kind, name, scope}
		i, ok := at[key]
		if !ok {
			i = int32(len(c.list))
			at[key] = i
			e := cause{kind: kind, name: name, scope: scope, entered: entered, strong: strong}
			if kind != promoCause { // whose share each history has for itself
				e.share = make([]float64, n)
			}
			c.list = append(c.list, e)
			c.byScope[scope] = append(c.byScope[scope], i)
		}
		return i
	}
	// add puts the days a..b into a cause.
	add := func(i int32, a, b planwright.Day, weight float64) {
		a, b = max(a, from), min(b, to)
		for a <= b {
			start := p.Start(a)
			end := min(b, p.Next(start)-1)
			x := &c.list[i].share[p.Index(a)-c.first]
			*x = min(1, *x+weight*float64(end-a+1)/float64(p.Next(start)-start))
			a = end + 1
		}
	}
	e := &s.Events
	order := make([]int, len(e.ID))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(e.From[a], e.From[b]) })
	for _, i := range order {
		if e.Kind[i] == planwright.Closure && !(e.Effect[i] > 0) {
			continue // it stops supply, not demand
		}
		scope := strings.TrimSpace(e.Scope[i])
		if scope == "*" {
			scope = ""
		}
		k := find(e.Kind[i].String(), recurring(e.Name[i]), scope, math.NaN(), 0.02)
		if f := e.Effect[i]; f >= 0 {
			c.list[k].entered = f - 1 // the newest word counts
		}
		add(k, e.From[i], e.To[i], 1)
	}
	if s.Holidays == "CN" {
		c.chinese(find, add, from, to)
	}
	c.calendars(s, p, find)
	// Days marked as promotion in the history that no event explains.
	categories := map[string]bool{}
	for _, category := range s.Items.Category {
		categories[category] = true
	}
	if len(categories) > mostPromoted {
		categories = map[string]bool{"": true}
	}
	for _, category := range slices.Sorted(maps.Keys(categories)) {
		find(promoCause, "promo", category, math.NaN(), 0.02)
	}
	c.effect, c.seen = make([]float64, len(c.list)), make([]int64, len(c.list))
	for i := range c.list {
		if e := c.list[i].entered; !math.IsNaN(e) {
			c.effect[i] = e
		}
	}
	return c
}

// mostPromoted is the number of categories up to which marks of promotion have an
// effect of their own in each.
const mostPromoted = 200

// recurring is the name of an event without its year.
func recurring(name string) string {
	words := strings.Fields(name)
	kept := words[:0]
	for _, w := range words {
		digits := strings.TrimSuffix(w, "年")
		if len(digits) == 4 && (strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20")) && strings.Trim(digits, "0123456789") == "" {
			continue
		}
		kept = append(kept, w)
	}
	return strings.Join(kept, " ")
}

// chinese adds the official holidays of mainland China: the Spring Festival by
// the lunar calendar, with the weeks in which demand comes forward before it and
// is slow to come back after it; the days off of the others; make-up working
// days.
func (c *causes) chinese(find func(kind, name, scope string, entered, strong float64) int32, add func(i int32, a, b planwright.Day, weight float64), from, to planwright.Day) {
	kind := planwright.Holiday.String()
	y0, _, _ := from.Civil()
	y1, _, _ := to.Civil()
	for y := y0; y <= y1; y++ {
		first, err := forecast.LunarDay(y, 1, 1)
		if err != nil {
			continue
		}
		day := planwright.Day(first)
		for _, w := range []struct {
			name string
			a, b planwright.Day
		}{{"before Spring Festival", -28, -8}, {"Spring Festival", -7, 7}, {"after Spring Festival", 8, 21}} {
			add(find(kind, w.name, "", math.NaN(), 0.02), day+w.a, day+w.b, 1)
		}
		for _, h := range forecast.ChineseHolidays(y) {
			d := planwright.Day(h.Day)
			switch {
			case h.Working:
				add(find(kind, "make-up working day", "", math.NaN(), 0.02), d, d, 1)
			case d < day-7 || d > day+7:
				add(find(kind, h.Name, "", math.NaN(), 0.02), d, d, 1)
			}
		}
	}
}

// calendars adds a cause for each site with a calendar: by how much the working
// days of a period differ from the average. In a plan of days it is the days off
// within the week and the weekend days worked.
func (c *causes) calendars(s *planwright.Snapshot, p planwright.Period, find func(kind, name, scope string, entered, strong float64) int32) {
	calendars := s.Sites.Calendar
	if assumed := s.Assumed.DemandCalendar; assumed != nil {
		calendars = assumed // a site that is closed in a scenario sells on
	}
	for i, cal := range calendars {
		if cal == nil {
			continue
		}
		// In one plan of days -1 is a day off; of longer periods the share of
		// working days above the average.
		k := find(calendarCause, calendarCause, s.Sites.ID[i], math.NaN(), 0.15)
		share := c.list[k].share
		mean := 0.0
		for t := range share {
			start := p.FromIndex(c.first + t)
			end := p.Next(start)
			if p == planwright.ByDay {
				switch weekend := start.Weekday() >= 6; {
				case !weekend && !cal.Working(start):
					share[t] = -1
				case weekend && cal.Working(start) && !cal.Working(start+7) && !cal.Working(start-7):
					share[t] = 1
				}
				continue
			}
			days := 0
			for d := start; d < end; d++ {
				if cal.Working(d) {
					days++
				}
			}
			share[t] = float64(days) / float64(end-start)
			mean += share[t] / float64(len(share))
		}
		if p == planwright.ByDay || mean == 0 {
			continue
		}
		for t := range share {
			share[t] = share[t]/mean - 1
		}
	}
}

// of lists the causes of a sku, ascending, in dst.
func (c *causes) of(dst []int32, s *planwright.Snapshot, k planwright.SKU) []int32 {
	dst = dst[:0]
	item, site := s.SKUs.Item[k], s.SKUs.Site[k]
	scopes := [...]string{"", s.Items.Category[item], s.Items.ID[item], s.Sites.ID[site], s.Sites.Region[site]}
	for i, scope := range scopes {
		if slices.Contains(scopes[:i], scope) {
			continue
		}
		dst = append(dst, c.byScope[scope]...)
	}
	slices.Sort(dst)
	return slices.Compact(dst)
}

// rows are what one sku tells of its causes.
type causeRows struct {
	list   []int32
	x      []float64 // [period*len(list)+cause]
	r      []float64 // demand over the usual, less one; NaN where nothing is to be learned
	weight float64
}

// observe fills r with the history of a sku. It says whether there is anything
// to learn: the sku must sell in most periods, and know enough periods that no
// cause touches.
func (c *causes) observe(r *causeRows, s *planwright.Snapshot, k planwright.SKU, h *past) bool {
	y := h.y
	r.list = c.of(r.list, s, k)
	n, m := len(y), len(r.list)
	r.x, r.r = zeros(r.x, n*m), zeros(r.r, n)
	touched := make([]bool, n)
	promoted := make([]bool, n)
	any := false
	for j, g := range r.list {
		e := &c.list[g]
		for t := range n {
			x := 0.0
			if e.kind == promoCause {
				if p := t - (n - len(h.promo)); p >= 0 && !promoted[t] {
					x = h.promo[p]
				}
			} else if i := h.first + t - c.first; i >= 0 && i < len(e.share) {
				x = e.share[i]
			}
			r.x[t*m+j] = x
			if math.Abs(x) > e.strong {
				any, touched[t] = true, true
				promoted[t] = promoted[t] || e.kind == planwright.Promotion.String()
			}
		}
	}
	if !any || frequent(y) < leastFrequent {
		return false
	}
	// What is usual: the mean of the nearest periods without a cause.
	quiet, errs, squares := 0, 0, 0.0
	for t := range n {
		base, count := around(y, touched, t)
		r.r[t] = math.NaN()
		if count < 2 || !(base > 0) || math.IsNaN(y[t]) {
			continue
		}
		d := min(y[t]/base-1, 5)
		if touched[t] {
			r.r[t] = d
			continue
		}
		quiet++
		errs++
		squares += d * d
	}
	if quiet < 8 {
		return false
	}
	r.weight = 1 / max(squares/float64(errs), 0.01)
	return true
}

// leastFrequent is the share of periods with demand from which the effect of a
// cause can be told, and taken out without turning pieces into parts.
const leastFrequent = 0.6

func frequent(y []float64) float64 {
	seen, sold := 0, 0
	for _, v := range y {
		if !math.IsNaN(v) {
			seen++
			if v > 0 {
				sold++
			}
		}
	}
	if seen == 0 {
		return 0
	}
	return float64(sold) / float64(seen)
}

// around is the mean of up to eight untouched periods nearest to t, t left out.
func around(y []float64, touched []bool, t int) (mean float64, n int) {
	for d := 1; n < 8 && (t-d >= 0 || t+d < len(y)) && d <= 26; d++ {
		for _, i := range [2]int{t - d, t + d} {
			if i >= 0 && i < len(y) && n < 8 && !touched[i] && !math.IsNaN(y[i]) {
				mean += y[i]
				n++
			}
		}
	}
	if n > 0 {
		mean /= float64(n)
	}
	return mean, n
}

// lesson are the normal equations of the effects, in fixed point: sums do not
// depend on the order in which sku's are added. Of more than mostCauses the matrix
// has its diagonal alone.
type lesson struct {
	n    int
	a, b []int64
	seen []int64
}

const fixed = 1 << 20

func newLesson(n int) *lesson {
	size := n * n
	if n > mostCauses {
		size = n
	}
	return &lesson{n: n, a: make([]int64, size), b: make([]int64, n), seen: make([]int64, n)}
}

// mostCauses is the most causes whose effects are told apart from one another
// where they fall into one period: a thousand promotions of single items hardly
// ever do.
const mostCauses = 1500

func (l *lesson) add(r *causeRows) {
	m := len(r.list)
	for t, d := range r.r {
		if math.IsNaN(d) {
			continue
		}
		x := r.x[t*m : (t+1)*m]
		for i, u := range x {
			if u == 0 {
				continue
			}
			g := int(r.list[i])
			l.b[g] += int64(math.RoundToEven(r.weight * u * d * fixed))
			l.seen[g]++
			if l.n > mostCauses {
				l.a[g] += int64(math.RoundToEven(r.weight * u * u * fixed))
				continue
			}
			for j, v := range x[:i+1] {
				if v != 0 {
					l.a[g*l.n+int(r.list[j])] += int64(math.RoundToEven(r.weight * u * v * fixed))
				}
			}
		}
	}
}

func (l *lesson) merge(o *lesson) {
	for i, v := range o.a {
		l.a[i] += v
	}
	for i, v := range o.b {
		l.b[i] += v
		l.seen[i] += o.seen[i]
	}
}

// learn solves for the effects: weighted least squares over all sku's of a
// scope, drawn towards what was entered (ridge regression, Hoerl and Kennard
// 1970).
func (c *causes) learn(l *lesson) {
	n := l.n
	alone := n > mostCauses
	a := make([]float64, len(l.a))
	for i := range n {
		prior, sd := 0.0, unknownSD
		if e := c.list[i].entered; !math.IsNaN(e) {
			prior, sd = e, enteredSD
		}
		if alone {
			c.effect[i] = (float64(l.b[i])/fixed + prior/(sd*sd)) / (float64(l.a[i])/fixed + 1/(sd*sd))
			c.seen[i] = l.seen[i]
			continue
		}
		for j := range i + 1 {
			a[i*n+j] = float64(l.a[i*n+j]) / fixed
		}
		a[i*n+i] += 1 / (sd * sd)
		c.effect[i] = float64(l.b[i])/fixed + prior/(sd*sd)
		c.seen[i] = l.seen[i]
	}
	if !alone {
		solve(a, c.effect)
	}
	for i := range c.effect {
		lo, hi := -0.95, 9.0
		if c.list[i].kind == calendarCause {
			lo, hi = 0, 1.5
		}
		x := min(max(c.effect[i], lo), hi)
		if c.list[i].kind == calendarCause && x < leastCalendar {
			x = 0 // demand does not mind
		}
		c.effect[i] = x
	}
}

// solve replaces x by the solution of the positive definite system a, of which
// the lower triangle is given and overwritten by its Cholesky factor.
func solve(a, x []float64) {
	n := len(x)
	for j := range n {
		row := a[j*n:]
		d := row[j]
		for k := range j {
			d -= row[k] * row[k]
		}
		d = math.Sqrt(max(d, 1e-12))
		row[j] = d
		for i := j + 1; i < n; i++ {
			v := a[i*n+j]
			if v != 0 || j > 0 {
				for k := range j {
					v -= a[i*n+k] * row[k]
				}
			}
			a[i*n+j] = v / d
		}
	}
	for i := range n {
		for k := range i {
			x[i] -= a[i*n+k] * x[k]
		}
		x[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= a[k*n+i] * x[k]
		}
		x[i] /= a[i*n+i]
	}
}

// leastCalendar is the effect of working days below which there is none.
const leastCalendar = 0.1

// response is how strongly a sku follows what its causes do to their scope,
// about 1, from its own history.
func (c *causes) response(r *causeRows) float64 {
	const k = 1 / (responseSD * responseSD)
	top, bottom := k, k
	m := len(r.list)
	for t, d := range r.r {
		if math.IsNaN(d) {
			continue
		}
		x := 0.0
		for j, g := range r.list {
			x += c.effect[g] * r.x[t*m+j]
		}
		top += r.weight * x * d
		bottom += r.weight * x * x
	}
	return min(max(top/bottom, 0), 2.5)
}

// Factors of a period within which demand is taken for untouched, and below
// which it says too little of the rest.
const (
	leastEffect = 0.02
	leastFactor = 0.3
)

// clear writes the history without its causes into dst.
func (c *causes) clear(dst []float64, r *causeRows, y []float64, response float64) []float64 {
	dst = append(dst[:0], y...)
	m := len(r.list)
	for t := range dst {
		f := 1.0
		for j, g := range r.list {
			f += response * c.effect[g] * r.x[t*m+j]
		}
		switch {
		case math.Abs(f-1) < leastEffect:
		case f < leastFactor:
			dst[t] = math.NaN()
		default:
			dst[t] /= min(f, 20)
		}
	}
	return dst
}

// at is the effect of cause g on a period, and whether there is one.
func (c *causes) at(g int32, period int, response float64) (float64, bool) {
	e := &c.list[g]
	if i := period - c.first; e.kind != promoCause && i >= 0 && i < len(e.share) && e.share[i] != 0 && c.effect[g] != 0 {
		return response * c.effect[g] * e.share[i], true
	}
	return 0, false
}
