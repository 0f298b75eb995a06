package sample

import (
	"context"
	"math"
)

// generator holds what all items share, and a few columns over the items.
type generator struct {
	opt  Options
	asOf int32
	lay  layout

	step  int // days of a history step: 1, or 7 in large companies
	steps int // steps of the longest history

	itemDice, bomDice, simDice, tableDice *dice

	siteCal   [nSites]*workCalendar
	supplyCal []*workCalendar
	suppliers []supplier

	factor    [nSeasons][]float64 // demand factor by category and step
	promo     [nSeasons][]bool
	recent    [nSeasons]float64 // average factor of a day, last quarter
	work      [nPlants][]float64
	resetStep []bool // steps with an incumbent setting

	use      [nPlants][]float64 // dependent requirement a day, by item
	soldRate []float32
	cost     []float64
	parents  []uint8
	valueA   float64 // value of use a day from which an item is class A, B
	valueB   float64

	out      files
	faults   []Fault
	itemRows int
	orderSeq [3]int // last number of work, purchase, transfer orders
	demandNo int
	eventNo  int

	runs  [nSites]run
	asked [nSites][]int64
	lineBuf,
	lineBuf2 []line
	name   []byte
	price  float64 // of the current item
	broken int32   // item + 1 whose price breaks are written
}

func newGenerator(opt Options) *generator {
	g := &generator{opt: opt, asOf: opt.AsOf, lay: newLayout(opt.Items)}
	g.step, g.steps = 1, 3*365+1
	if opt.Items > dailyItems {
		g.step, g.steps = 7, maxHistoryRows
	}
	g.itemDice, g.bomDice = newDice(opt.Seed), newDice(opt.Seed)
	g.simDice, g.tableDice = newDice(opt.Seed), newDice(opt.Seed)
	g.makeCalendars()
	g.makeSuppliers()
	g.fillFactors()
	g.resetStep = make([]bool, g.steps)
	for t := 1; t < g.steps; t++ {
		y0, m0, _ := civilOf(g.day(t - 1))
		y1, m1, _ := civilOf(g.day(t))
		g.resetStep[t] = y0 != y1 || m0 <= 6 && m1 > 6
	}
	n := g.lay.n
	for p := range g.use {
		g.use[p] = make([]float64, n)
	}
	g.soldRate, g.cost, g.parents = make([]float32, n), make([]float64, n), make([]uint8, n)
	for s := range g.asked {
		g.asked[s] = make([]int64, g.steps)
	}
	return g
}

// day is the first day of a step; the step after the last is the as-of day.
func (g *generator) day(t int) int32 { return g.asOf - int32((g.steps-t)*g.step) }

// parquetHistory says whether demand_history is expected to be so long that
// Parquet serves better.
func (g *generator) parquetHistory() bool {
	perItem := 60
	if g.step == 1 {
		perItem = 800
	}
	return g.lay.n*perItem > parquetRows
}

func (g *generator) open() error { return g.out.open(g.opt.Dir, g.parquetHistory()) }

// makeCalendars makes the calendars of plants, warehouses and suppliers around
// the years of the data. Factories close around Spring Festival for longer than
// the statutory holiday.
func (g *generator) makeCalendars() {
	first, last := g.day(0)-90, g.asOf+900
	y0, _, _ := civilOf(first)
	y1, _, _ := civilOf(last)
	var national, plant, long, warehouse []span
	for y := y0; y <= y1; y++ {
		h := nationalHolidays(y)
		sf := springFestival(y)
		national = append(national, h...)
		plant = append(append(plant, h...), span{sf - 4, sf + 9})
		long = append(append(long, h...), span{sf - 9, sf + 15})
		warehouse = append(warehouse, span{sf - 1, sf + 5})
	}
	cal := func(id string, weekend []int, holidays []span) *workCalendar {
		return newWorkCalendar(id, weekend, holidays, first, last)
	}
	g.siteCal[siteSZ] = cal("CAL-SZ", []int{7}, plant)
	g.siteCal[siteCQ] = cal("CAL-CQ", []int{6, 7}, plant)
	wh := cal("CAL-WH", nil, warehouse)
	g.siteCal[siteGZ], g.siteCal[siteSH], g.siteCal[siteCD] = wh, wh, wh
	g.supplyCal = []*workCalendar{
		cal("CAL-CN", []int{6, 7}, national),
		cal("CAL-CN-LONG", []int{6, 7}, long),
		cal("CAL-INTL", []int{6, 7}, nil),
	}
}

// supplier delivers the parts of one group.
type supplier struct {
	cal      *workCalendar // nil: lead times in calendar days
	late, sd float64       // delay: mean and spread as shares of the lead time
	lead     int           // its usual lead time, days
	minOrder int           // CNY
}

// makeSuppliers draws the suppliers; supplier i serves group i mod nGroups.
func (g *generator) makeSuppliers() {
	n := 2 * int(nGroups)
	if g.lay.n > dailyItems {
		n = min(n+g.lay.n/400/int(nGroups)*int(nGroups), 2000)
	}
	g.suppliers = make([]supplier, n)
	for i := range g.suppliers {
		r := g.tableDice.seed(saltSupplier, uint64(i))
		s := supplier{lead: 10 + r.IntN(20), minOrder: []int{0, 500, 1000, 2000, 5000}[r.IntN(5)]}
		switch r.IntN(5) {
		case 0, 1:
			s.late, s.sd = 0, .05
		case 2, 3:
			s.late, s.sd = .04, .12
		default:
			s.late, s.sd = .15, .25
		}
		switch {
		case i%int(nGroups) == int(gBearing):
			s.cal = g.supplyCal[2]
		case r.IntN(10) < 3:
			s.cal = g.supplyCal[1]
		case r.IntN(10) < 6:
			s.cal = g.supplyCal[0]
		}
		g.suppliers[i] = s
	}
}

// supplierOf returns a supplier of the item's group.
func (g *generator) supplierOf(k *kind, draw uint64) int32 {
	per := uint64(len(g.suppliers) / int(nGroups))
	return int32(uint64(k.group) + draw%per*uint64(nGroups))
}

// write makes every table: first those of the company, then, item by item, the
// rest.
func (g *generator) write(ctx context.Context, progress func(string, int64, int64)) error {
	g.writeCompany()
	n := int64(g.lay.n)
	for i := range g.lay.n {
		if i&255 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			progress("demand_history", int64(i), n)
		}
		g.writeItem(int32(i))
	}
	g.itemRows += g.lay.n
	if !g.opt.NoFaults {
		g.plantFaults()
	}
	progress("demand_history", n, n)
	return ctx.Err()
}

// nice rounds up to 1, 2, 2.5 or 5 times a power of ten, at least 1.
func nice(x float64) int64 {
	if x <= 1 {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range [...]float64{1, 2, 2.5, 5} {
		if v := m * p; x <= v*1.0001 && v == math.Trunc(v) {
			return int64(v)
		}
	}
	return int64(10 * p)
}
