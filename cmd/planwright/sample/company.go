package sample

import (
	"fmt"
	"strconv"
)

var siteName = [nSites]string{"深圳工厂 Shenzhen plant", "重庆工厂 Chongqing plant", "广州仓 Guangzhou warehouse", "上海仓 Shanghai warehouse", "成都仓 Chengdu warehouse"}
var siteRegion = [nSites]string{"华南 South China", "西南 Southwest China", "华南 South China", "华东 East China", "西南 Southwest China"}

// supplierName by number; two rounds over the groups.
var supplierName = []string{
	"宝烨金属 Baoye Metals", "光辰精密 Kosei Bearings", "联晟电子 Liansheng Electronics", "亿朗能源 Yilang Energy", "固邦紧固件 Gubang Fasteners",
	"金塑高分子 Jinsu Polymers", "汇力化工 Huili Chemicals", "彩印包装 Caiyin Packaging", "锐钻附件 Ruizuan Accessories", "恒嵘精工 Hengrong Machining",
	"江岭线材 Jiangling Wire", "北岸轴承 Nordufer Bearings", "华晏半导体 Huayan Semiconductors", "天陌电芯 Tianmo Cells", "东明标准件 Dongming Standard Parts",
	"普岚塑料 Pulan Plastics", "长隽润滑 Changjun Lubricants", "裕枫纸品 Yufeng Paper", "金刚磨具 Jingang Abrasives", "双珩粉末 Shuangheng Sintering",
}

var plannerName = []string{"陈静 Chen Jing", "李强 Li Qiang", "王敏 Wang Min", "赵磊 Zhao Lei", "刘洋 Liu Yang", "周婷 Zhou Ting"}

// planner of a kind: by what it is.
func planner(k *kind) string {
	switch k.class {
	case finished:
		return plannerName[0]
	case spare:
		return plannerName[1]
	case assembly, subassembly:
		return plannerName[2]
	case raw:
		return plannerName[5]
	}
	if k.group == gElectronic || k.group == gCell {
		return plannerName[3]
	}
	return plannerName[4]
}

// writeCompany writes the tables that do not grow with the items.
func (g *generator) writeCompany() {
	o := &g.out
	for _, kv := range [][2]string{{"currency", "CNY"}, {"company", companyName}} {
		o.settings.str(kv[0])
		o.settings.str(kv[1])
		o.settings.end()
	}
	for s := range siteID {
		o.sites.str(siteID[s])
		o.sites.str(siteName[s])
		o.sites.str(siteRegion[s])
		o.sites.str(g.siteCal[s].id)
		o.sites.end()
	}
	for _, c := range []*workCalendar{g.siteCal[siteSZ], g.siteCal[siteCQ], g.siteCal[siteGZ], g.supplyCal[0], g.supplyCal[1], g.supplyCal[2]} {
		g.writeCalendar(c)
	}
	for i := range g.suppliers {
		s := &g.suppliers[i]
		o.suppliers.serial("SUP-", i+1, 4)
		if i < len(supplierName) {
			o.suppliers.str(supplierName[i])
		} else {
			o.suppliers.str(fmt.Sprintf("%s 供应商 Supplier %04d", categoryOfGroup[i%int(nGroups)], i+1))
		}
		if s.cal != nil {
			o.suppliers.str(s.cal.id)
		} else {
			o.suppliers.empty(1)
		}
		o.suppliers.integer(s.minOrder)
		o.suppliers.integer(s.lead)
		o.suppliers.end()
	}
	g.writeEvents()
}

var categoryOfGroup = [nGroups]string{"金属", "轴承", "电子", "电芯", "紧固件", "塑料", "化工", "包装", "附件", "机加工"}

func (g *generator) writeCalendar(c *workCalendar) {
	t := g.out.calendars
	for w := 1; w <= 7; w++ {
		if c.weekend[w] {
			t.str(c.id)
			t.empty(1)
			t.integer(w)
			t.str("false")
			t.end()
		}
	}
	// Holidays overlap (a plant's closure covers the statutory days): one row
	// a day, and none where the weekday is free already.
	for i, on := range c.on {
		if d := c.first + int32(i); !on && !c.weekend[weekday(d)] {
			t.str(c.id)
			t.day(d)
			t.empty(1)
			t.str("false")
			t.end()
		}
	}
}

func (g *generator) event(name string, s span, kind, scope, effect string) {
	t := g.out.events
	g.eventNo++
	t.serial("EV-", g.eventNo, 5)
	t.str(name)
	t.day(s.from)
	t.day(s.to)
	t.str(kind)
	t.str(scope)
	t.str(effect)
	t.end()
}

// writeEvents lists festivals, promotions and closures from the first day of
// the history to a year and a half after the as-of day.
func (g *generator) writeEvents() {
	first, last := g.day(0), g.asOf+540
	y0, _, _ := civilOf(first)
	y1, _, _ := civilOf(last)
	for y := y0; y <= y1; y++ {
		year := strconv.Itoa(y)
		sf := springFestival(y)
		for _, p := range festivalPhases {
			s := span{sf + p.from, sf + p.to}
			if s.to < first || s.from > last {
				continue
			}
			for site := siteGZ; site < nSites; site++ {
				g.event(p.zh+" "+p.en+" "+year, s, "holiday", siteID[site], strconv.FormatFloat(p.effect, 'f', -1, 64))
			}
		}
		for i := range campaigns {
			c := &campaigns[i]
			s := c.in(y)
			if s.to < first || s.from > last {
				continue
			}
			for _, cat := range c.cats {
				g.event(c.zh+" "+c.en+" "+year, s, "promotion", categoryName[cat], strconv.FormatFloat(c.effect, 'f', -1, 64))
			}
		}
		for i := range min(len(g.suppliers), 20) {
			if s := (span{sf - 9, sf + 15}); g.suppliers[i].cal == g.supplyCal[1] && s.to >= g.asOf && s.from <= last {
				g.event("春节停产 Closed for Spring Festival "+year, s, "closure", string(appendSerial(nil, "SUP-", i+1, 4)), "closed")
			}
		}
	}
}
