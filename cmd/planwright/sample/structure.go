package sample

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Salts keep the random streams of an item apart, so that what one stage draws
// never shifts another.
const (
	saltBOM uint64 = iota + 1
	saltItem
	saltSim
	saltSupplier
)

// dice is one reusable stream; seed restarts it for (salt, number).
type dice struct {
	pcg  rand.PCG
	rand *rand.Rand
	base uint64
}

func newDice(seed uint64) *dice {
	d := &dice{base: seed}
	d.rand = rand.New(&d.pcg)
	return d
}

func (d *dice) seed(salt, number uint64) *rand.Rand {
	d.pcg.Seed(d.base^salt*0x9e3779b97f4a7c15, number)
	return d.rand
}

// Sites, plants first.
const (
	siteSZ = iota
	siteCQ
	siteGZ
	siteSH
	siteCD
	nSites
	nPlants = 2
)

var siteID = [nSites]string{"PL-SZ", "PL-CQ", "WH-GZ", "WH-SH", "WH-CD"}

// transferDays is the transport time between sites in calendar days.
var transferDays = [nSites][nSites]int{
	siteSZ: {siteCQ: 4, siteGZ: 2, siteSH: 4, siteCD: 6},
	siteCQ: {siteSZ: 4, siteGZ: 5, siteSH: 5, siteCD: 2},
	siteGZ: {siteSH: 4, siteCD: 5},
}

// layout numbers the items: kinds in order, a contiguous range each.
type layout struct {
	n     int
	base  [nKinds + 1]int32
	first [nClasses]int32 // first item of a class
	of    []uint8         // kind of an item
}

func newLayout(n int) layout {
	l := layout{n: n, of: make([]uint8, n)}
	var classItems [nClasses]int
	rest := n
	var classKinds [nClasses]int
	for k := range kinds {
		classKinds[kinds[k].class]++
	}
	for c := nClasses - 1; c > 0; c-- {
		classItems[c] = max(n*classShare[c]/100, classKinds[c])
		rest -= classItems[c]
	}
	classItems[0] = rest
	for c := range nClasses {
		total, given := 0, 0
		for k := range kinds {
			if kinds[k].class == c {
				total += kinds[k].weight
			}
		}
		// Every kind has one item; the others go by weight, the cumulative
		// share rounded so that they add up.
		cum, extra := 0, classItems[c]-classKinds[c]
		for k := range kinds {
			if kinds[k].class != c {
				continue
			}
			cum += kinds[k].weight
			upto := extra * cum / total
			l.base[k+1] = int32(1 + upto - given)
			given = upto
		}
	}
	for k := range kinds {
		l.base[k+1] += l.base[k]
	}
	for k := range kinds {
		for i := l.base[k]; i < l.base[k+1]; i++ {
			l.of[i] = uint8(k)
		}
	}
	for c := nClasses; c > 0; c-- {
		for k := nKinds - 1; k >= 0; k-- {
			if kinds[k].class == c-1 {
				l.first[c-1] = l.base[k]
			}
		}
	}
	return l
}

func (l *layout) count(k int) int32 { return l.base[k+1] - l.base[k] }

// variant returns the kind of an item and its number within the kind.
func (l *layout) variant(item int32) (*kind, int32) {
	k := l.of[item]
	return &kinds[k], item - l.base[k]
}

// platform returns the platform of an item, false where it fits all.
func (l *layout) platform(item int32) (uint8, bool) {
	k, v := l.variant(item)
	if k.plats == nil {
		return 0, false
	}
	if k.class == finished {
		// Two models in a row share a platform: the second succeeds the first.
		v /= 2
	}
	return k.plats[int(v)%len(k.plats)], true
}

// home returns the plant that makes (or mainly uses) the item.
func (l *layout) home(item int32) int8 {
	k, v := l.variant(item)
	switch {
	case k.class == part || k.class == raw:
		return int8(v & 1)
	case k.home == byPlatform:
		if p, _ := l.platform(item); p >= pAC600 {
			return atChongqing
		}
		return atShenzhen
	}
	return k.home
}

func (l *layout) appendID(dst []byte, item int32) []byte {
	c := kinds[l.of[item]].class
	return appendSerial(dst, classPrefix[c], int(item-l.first[c])+1, 6)
}

// appendSerial appends prefix and number with leading zeros.
func appendSerial(dst []byte, prefix string, number, digits int) []byte {
	dst = append(dst, prefix...)
	var b [20]byte
	s := strconv.AppendInt(b[:0], int64(number), 10)
	for i := len(s); i < digits; i++ {
		dst = append(dst, '0')
	}
	return append(dst, s...)
}

// appendName appends the bilingual name, without commas or quotes.
func (l *layout) appendName(dst []byte, item int32) []byte {
	k, v := l.variant(item)
	dst = append(append(append(append(dst, k.zh...), ' '), k.en...), ' ')
	if p, ok := l.platform(item); ok {
		dst = append(append(dst, platformName[p]...), ' ')
		if k.class == finished {
			return append(strconv.AppendInt(append(dst, 'R'), int64(v/2)+1, 10), "AB"[v&1])
		}
		return strconv.AppendInt(append(dst, 'M'), int64(int(v)/len(k.plats))+1, 10)
	}
	dst = append(dst, k.specs[int(v)%len(k.specs)]...)
	if n := int(v) / len(k.specs); n > 0 {
		dst = strconv.AppendInt(append(dst, '-'), int64(n)+1, 10)
	}
	return dst
}

// line is a component of a made item.
type line struct {
	comp     int32
	qty      int32 // in grams or pieces
	grams    bool
	scrap    float64
	from, to int32 // effectivity, 0 = open
}

// stockQty is the quantity in the component's stock unit, scrap included.
func (b *line) stockQty() float64 {
	q := float64(b.qty) * (1 + b.scrap/100)
	if b.grams {
		q /= 1000
	}
	return q
}

// activeOn says whether the line holds on a day.
func (b *line) activeOn(day int32) bool {
	return (b.from == 0 || b.from <= day) && (b.to == 0 || day < b.to)
}

// lines appends the bill of material of an item to dst[:0]. It depends on seed
// and item alone, so that no stage needs to keep half a million lines.
func (g *generator) lines(dst []line, item int32) []line {
	dst = dst[:0]
	k, _ := g.lay.variant(item)
	if k.slots == nil {
		return dst
	}
	r := g.bomDice.seed(saltBOM, uint64(item))
	plat, _ := g.lay.platform(item)
	home := g.lay.home(item)
	for i := range k.slots {
		s := &k.slots[i]
		if s.share > 0 && r.IntN(100) >= s.share {
			continue
		}
		if s.only != nil && !slices.Contains(s.only, plat) {
			continue
		}
		comp := g.pick(r, s.kind, plat, home)
		if comp = g.unused(dst, comp); comp < 0 {
			continue
		}
		b := line{comp: comp, qty: int32(s.lo + r.IntN(s.hi-s.lo+1)), grams: s.grams, scrap: kinds[s.kind].scrap}
		if kinds[s.kind].class == part && r.IntN(100) < 2 {
			// An engineering change: another variant takes the place.
			if next := g.unused(append(dst, b), g.next(comp)); next >= 0 {
				change := g.asOf + int32(r.IntN(200)) - 80
				nb := b
				nb.comp, nb.from = next, change
				b.to = change
				dst = append(dst, b, nb)
				continue
			}
		}
		dst = append(dst, b)
	}
	return dst
}

// pick chooses a variant of a kind that fits the platform; popular variants are
// chosen more often, and parts mostly from those of the plant.
func (g *generator) pick(r *rand.Rand, k int, plat uint8, home int8) int32 {
	n, base := g.lay.count(k), g.lay.base[k]
	u := r.Float64()
	if ps := kinds[k].plats; ps != nil {
		if at := int32(slices.Index(ps, plat)); at >= 0 && at < n {
			step := int32(len(ps))
			fit := (n-at-1)/step + 1
			return base + at + step*int32(float64(fit)*u)
		}
		return base + int32(float64(n)*u)
	}
	u *= math.Sqrt(u)
	if n < 8 || r.IntN(100) < 6 {
		return base + int32(float64(n)*u)
	}
	return base + 2*int32(float64(n/2)*u) + int32(home)
}

// next returns another variant of the same kind and platform or plant, -1 where there is
// none.
func (g *generator) next(item int32) int32 {
	k := g.lay.of[item]
	n := g.lay.count(int(k))
	step := int32(1)
	if ps := kinds[k].plats; ps != nil {
		step = int32(len(ps))
	} else if n >= 8 {
		step = 2
	}
	if v := item - g.lay.base[k] + step; v < n {
		return item + step
	}
	return -1
}

// unused returns item or a following variant that dst does not hold yet.
func (g *generator) unused(dst []line, item int32) int32 {
	for item >= 0 && slices.ContainsFunc(dst, func(b line) bool { return b.comp == item }) {
		item = g.next(item)
	}
	return item
}

// explode fills the columns over the items: expected daily requirement at each
// plant, number of parents, unit cost, and the value that separates classes.
// Items are numbered by level, so one pass down gives requirements and one
// pass up gives costs.
func (g *generator) explode(ctx context.Context, progress func(string, int64, int64)) error {
	var buf [32]line
	n := int32(g.lay.n)
	for i := range n {
		if i&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			progress("bom", int64(i), 2*int64(n))
		}
		if m := g.demandModel(i); m.sold() {
			g.soldRate[i] = float32(m.total(g))
		}
		rate := g.useRate(i)
		home := g.lay.home(i)
		for _, b := range g.lines(buf[:0], i) {
			share := 1.0
			if b.from > g.asOf {
				share = .03 // pilot builds before an engineering change
			} else if !b.activeOn(g.asOf) {
				share = 0
			}
			g.use[home][b.comp] += rate * share * b.stockQty()
			if share*rate > 0 && g.parents[b.comp] < math.MaxUint8 {
				g.parents[b.comp]++
			}
		}
	}
	values := make([]float64, 0, n)
	total := 0.0
	for i := n - 1; i >= 0; i-- {
		if i&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			progress("bom", int64(2*n-i), 2*int64(n))
		}
		k, v := g.lay.variant(i)
		r := g.bomDice.seed(saltItem, uint64(i)+1<<40)
		spread := float64(v%int32(max(len(k.specs), 1))) / float64(max(len(k.specs)-1, 1))
		if k.plats != nil {
			spread = r.Float64()
		}
		c := (k.costLo + (k.costHi-k.costLo)*spread) * (.96 + .08*r.Float64())
		if p, ok := g.lay.platform(i); ok {
			c *= math.Sqrt(platformPower[p])
		}
		for _, b := range g.lines(buf[:0], i) {
			if b.activeOn(g.asOf) {
				c += g.cost[b.comp] * b.stockQty()
			}
		}
		g.cost[i] = roundCost(c)
		if value := g.cost[i] * g.useRate(i); value > 0 {
			values = append(values, value)
			total += value
		}
	}
	slices.Sort(values)
	// A until 80 % of the value of use, B until 95 %.
	cum := 0.0
	for j := len(values) - 1; j >= 0; j-- {
		cum += values[j]
		if cum < .80*total {
			g.valueA = values[j]
		}
		if cum < .95*total {
			g.valueB = values[j]
		}
	}
	return nil
}

// useRate is the expected use of an item in all places, a day.
func (g *generator) useRate(item int32) float64 {
	return g.use[0][item] + g.use[1][item] + float64(g.soldRate[item])
}

// valueClass returns 0, 1, 2 for A, B, C.
func (g *generator) valueClass(item int32) int {
	switch v := g.cost[item] * g.useRate(item); {
	case v >= g.valueA && v > 0:
		return 0
	case v >= g.valueB && v > 0:
		return 1
	}
	return 2
}

// roundCost keeps four significant decimals of small costs and two of others.
func roundCost(c float64) float64 {
	if c < 1 {
		return math.Round(c*1e4) / 1e4
	}
	return math.Round(c*100) / 100
}
