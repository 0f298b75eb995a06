package sample

import (
	"math"
	"math/rand/v2"
)

// campaign is a yearly promotion; a lunar one counts its days from Spring
// Festival.
type campaign struct {
	id, zh, en         string
	lunar              bool
	month, day, length int // lunar: day counts from the festival
	effect             float64
	cats               []uint8
}

var campaigns = []campaign{
	{id: "RESTART", zh: "开工季促销", en: "Construction restart", lunar: true, day: 16, length: 14, effect: 1.35, cats: []uint8{catDrill, catGrind, catSaw, catAccessory}},
	{id: "GARDEN", zh: "园艺节", en: "Garden festival", month: 4, day: 10, length: 11, effect: 1.6, cats: []uint8{catGarden}},
	{id: "618", zh: "618年中大促", en: "618 sale", month: 6, day: 8, length: 11, effect: 1.7, cats: []uint8{catDrill, catFasten, catSaw, catPower}},
	{id: "FAIR", zh: "五金博览会", en: "Hardware fair", month: 9, day: 15, length: 8, effect: 1.3, cats: []uint8{catFasten, catGrind, catSaw, catAccessory}},
	{id: "1111", zh: "双十一", en: "Double 11", month: 11, day: 1, length: 11, effect: 2.1, cats: []uint8{catDrill, catFasten, catGrind, catSaw, catPower, catAccessory}},
	{id: "1212", zh: "双十二", en: "Double 12", month: 12, day: 8, length: 5, effect: 1.4, cats: []uint8{catDrill, catFasten, catPower}},
}

func (c *campaign) in(year int) span {
	from := civil(year, max(c.month, 1), c.day)
	if c.lunar {
		from = springFestival(year) + int32(c.day)
	}
	return span{from, from + int32(c.length) - 1}
}

// festivalPhase is how dealers buy around the first day of the lunar year.
type festivalPhase struct {
	id, zh, en string
	from, to   int32 // days from the first day of the year
	effect     float64
}

var festivalPhases = []festivalPhase{
	{"PRE", "春节前备货", "Stocking before Spring Festival", -30, -12, 1.22},
	{"SLOW", "春节前停收", "Dealers close for Spring Festival", -11, -6, .8},
	{"CLOSED", "春节", "Spring Festival", -5, 9, .12},
	{"AFTER", "春节后恢复", "After Spring Festival", 10, 16, .6},
}

var weekdayFactor = [8]float64{0, 1.25, 1.15, 1.1, 1.1, 1.15, .8, .45}

// season is a yearly sine: amplitude and the day of the year of its peak.
var season = [nSeasons]struct{ amp, peak float64 }{
	catDrill: {.14, 285}, catFasten: {.12, 280}, catGrind: {.15, 120}, catSaw: {.13, 290},
	catGarden: {.60, 128}, catPower: {.10, 270}, catSpare: {.05, 200}, catAccessory: {.10, 130},
}

// fillFactors makes the demand factor of each category and step, the promotion
// flags, and the working share of the plants.
func (g *generator) fillFactors() {
	y0, _, _ := civilOf(g.day(0))
	y1, _, _ := civilOf(g.asOf)
	days := int(g.asOf - g.day(0))
	fest, sale := make([]float64, days), make([][nSeasons]float64, days)
	for i := range days {
		fest[i] = 1
		for c := range sale[i] {
			sale[i][c] = 1
		}
	}
	each := func(s span, do func(i int)) {
		for d := max(s.from, g.day(0)); d <= min(s.to, g.asOf-1); d++ {
			do(int(d - g.day(0)))
		}
	}
	for y := y0; y <= y1+1; y++ {
		sf := springFestival(y)
		for _, p := range festivalPhases {
			each(span{sf + p.from, sf + p.to}, func(i int) { fest[i] = p.effect })
		}
		each(span{civil(y, 10, 1), civil(y, 10, 7)}, func(i int) { fest[i] = .5 })
		each(span{civil(y, 5, 1), civil(y, 5, 5)}, func(i int) { fest[i] = .65 })
		for ci := range campaigns {
			each(campaigns[ci].in(y), func(i int) {
				for _, c := range campaigns[ci].cats {
					sale[i][c] = campaigns[ci].effect
				}
			})
		}
	}
	var recentDays float64
	for c := range g.factor {
		g.factor[c] = make([]float64, g.steps)
		g.promo[c] = make([]bool, g.steps)
	}
	for p := range g.work {
		g.work[p] = make([]float64, g.steps)
	}
	for i := range days {
		day := g.day(0) + int32(i)
		t := i / g.step
		y, _, _ := civilOf(day)
		doy := float64(day - civil(y, 1, 1))
		for c := range g.factor {
			f := weekdayFactor[weekday(day)] * fest[i] * sale[i][c] *
				(1 + season[c].amp*math.Cos(2*math.Pi*(doy-season[c].peak)/365.25))
			g.factor[c][t] += f
			if sale[i][c] > 1 && (g.step == 1 || i%g.step == g.step/2) {
				g.promo[c][t] = true
			}
			if day >= g.asOf-91 {
				g.recent[c] += f
			}
		}
		if day >= g.asOf-91 {
			recentDays++
		}
		for p := range g.work {
			if g.siteCal[p].works(day) {
				g.work[p][t]++
			}
		}
	}
	for c := range g.recent {
		g.recent[c] /= recentDays
	}
	for p := range g.work {
		sum := 0.0
		for _, w := range g.work[p] {
			sum += w
		}
		scale := float64(days) / sum
		for t := range g.work[p] {
			g.work[p][t] *= scale
		}
	}
}

// demandModel is how an item sells.
type demandModel struct {
	cat    uint8
	base   [nSites]float64 // units a day at the as-of day, before factors
	growth float64         // a year, continuous
	cv     float64         // of a day, beyond Poisson
	// hits is the probability of demand on a day, 0 for smooth demand; sizes
	// are geometric with mean base/hits.
	hits float64
	born int32 // first day of sale, 0 = before the history
	// gone, where not 0, is the day from which stock is used up and the
	// successor takes over; demand has been declining for 400 days.
	gone      int32
	successor int32
}

func (m *demandModel) sold() bool {
	return m.base[siteGZ]+m.base[siteSH]+m.base[siteCD] > 0
}

// life is the share of its full demand that an item has on a day.
func (m *demandModel) life(day, asOf int32) float64 {
	f := 1.0
	if m.born != 0 {
		if day < m.born {
			return 0
		}
		f = 1 - math.Exp(-float64(day-m.born+7)/60)
	}
	if m.gone != 0 && day > asOf-400 {
		f *= 1 - .88*float64(day-asOf+400)/400
	}
	return f
}

// total is the expected demand a day in all warehouses around the as-of day.
func (m *demandModel) total(g *generator) float64 {
	s := 0.0
	for _, b := range m.base {
		s += b
	}
	return s * g.recent[m.cat] * m.life(g.asOf, g.asOf)
}

// succession says whether a finished item dies (its next model takes over) or
// is such a next model. It depends on the place in the catalogue alone.
func (g *generator) succession(item int32) (dies, succeeds bool) {
	k, v := g.lay.variant(item)
	if k.class != finished {
		return false, false
	}
	h := (int(g.lay.of[item])*7 + int(v/2)*5) % 11
	if h != 3 && h != 6 {
		return false, false
	}
	if v&1 == 1 {
		return false, true
	}
	return v+1 < g.lay.count(int(g.lay.of[item])), false
}

var warehouseShare = [nSites]float64{siteGZ: .42, siteSH: .36, siteCD: .22}

// demandModel draws how an item sells; the zero model where it is not sold.
func (g *generator) demandModel(item int32) demandModel {
	k, _ := g.lay.variant(item)
	if k.class != finished && k.class != spare && !k.sold {
		return demandModel{}
	}
	r := g.itemDice.seed(saltItem, uint64(item))
	m := demandModel{cat: k.cat, growth: .06 + .10*r.NormFloat64(), cv: .25 + .35*r.Float64(), successor: -1}
	m.growth = min(max(m.growth, -.2), .3)
	mean := 0.0
	switch {
	case k.class == finished:
		mean = math.Exp(math.Log(10) + .95*r.NormFloat64())
		mean = min(mean, 120)
	case k.cat == catSpare:
		m.hits = .04 + .25*r.Float64()*r.Float64()
		mean = m.hits * (1.2 + 4*r.Float64()*r.Float64())
	case k.cat == catAccessory:
		mean = min(math.Exp(math.Log(6/math.Sqrt(k.costLo/10+.02))+.8*r.NormFloat64()), 400)
	default:
		mean = 2 + 8*r.Float64()
	}
	// Which warehouses keep it: most of them in a small company, fewer where
	// there are many items.
	second, third := 95, 85
	if g.step > 1 {
		second, third = 30, 30
	}
	if k.cat == catSpare {
		second, third = second*6/10, third/2
	}
	share := warehouseShare
	if x := r.IntN(100); x >= second {
		share[siteSH], share[siteCD] = 0, 0
	} else if x := r.IntN(100); x >= third {
		share[siteSH+r.IntN(2)] = 0
	}
	sum := share[siteGZ] + share[siteSH] + share[siteCD]
	for s := range share {
		if share[s] > 0 {
			m.base[s] = mean * share[s] / sum * (.75 + .5*r.Float64())
		}
	}
	dies, succeeds := g.succession(item)
	switch {
	case dies:
		m.gone, m.successor = g.asOf+30+int32(r.IntN(60)), item+1
	case succeeds:
		m.born = g.asOf - 130 - int32(r.IntN(120))
	case k.class == finished && r.IntN(100) < 6:
		m.born = g.asOf - 40 - int32(r.IntN(200))
	}
	return m
}

// draw fills dst with the latent demand of a site in steps from t0 on, in
// thousandths, and returns the first step with the item on sale.
func (m *demandModel) draw(g *generator, r *rand.Rand, site, t0 int, dst []int64) int {
	first := t0
	trend := m.base[site] * math.Exp(m.growth*float64(g.day(t0)-g.asOf)/365)
	grow := math.Exp(m.growth * float64(g.step) / 365)
	f := g.factor[m.cat]
	for t := t0; t < g.steps; t, trend = t+1, trend*grow {
		dst[t] = 0
		mean := trend * f[t]
		if m.born != 0 || m.gone != 0 {
			life := m.life(g.day(t), g.asOf)
			if life == 0 {
				first = t + 1
				continue
			}
			mean *= life
		}
		if m.hits > 0 {
			size := max(m.base[site]/m.hits, 1)
			n := poisson(r, mean/size)
			q := 0
			for range n {
				q += 1 + geometric(r, size-1)
			}
			dst[t] = int64(q) * 1000
			continue
		}
		dst[t] = int64(count(r, mean, m.cv)) * 1000
	}
	return first
}

// count draws a whole number with the given mean and a variance of
// mean + (cv mean)^2.
func count(r *rand.Rand, mean, cv float64) int {
	if mean < 6 {
		// Gamma mixing is costly; a two-point mixture has the same mean and
		// variance: rates mean (1 + cv) and mean (1 - cv).
		if r.Uint64()&1 == 0 {
			cv = -cv
		}
		return poisson(r, mean*(1+cv))
	}
	x := mean + math.Sqrt(mean+cv*cv*mean*mean)*r.NormFloat64()
	return int(max(math.Round(x), 0))
}

// poisson draws by multiplication of uniforms (Knuth), for small means.
func poisson(r *rand.Rand, mean float64) int {
	if mean > 30 {
		return int(max(math.Round(mean+math.Sqrt(mean)*r.NormFloat64()), 0))
	}
	limit, p, n := math.Exp(-mean), r.Float64(), 0
	for p > limit {
		p *= r.Float64()
		n++
	}
	return n
}

// geometric draws failures before the first success, with the given mean.
func geometric(r *rand.Rand, mean float64) int {
	if mean <= 0 {
		return 0
	}
	return int(math.Log(1-r.Float64()) / math.Log(mean/(1+mean)))
}
