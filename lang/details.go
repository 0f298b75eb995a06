package lang

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// details are the sentences that say what is wrong with a row of a file, an event or a
// sku. Data keep them in English, as they were found; [Detail] gives them in the
// language of who reads. A sentence may end in a colon and the cell that it is about.
// What is in braces is the same in both; names of columns stay as they are.
var details = []text{
	// A cell.
	{"{column} is empty", "{column} 为空"},
	{"{column} is not a number", "{column} 不是数字"},
	{"{column} is not a whole number", "{column} 不是整数"},
	{"{column} is not a whole number from 0 on", "{column} 不是大于等于 0 的整数"},
	{"{column} is not a number from 0 on", "{column} 不是大于等于 0 的数字"},
	{"{column} is beyond 999,999,999,999.999999", "{column} 超出 999,999,999,999.999999"},
	{"{column} is beyond 999,999,999,999.999999 in stock units", "{column} 换算为库存单位后超出 999,999,999,999.999999"},
	{"{column} is beyond the range of whole numbers", "{column} 超出整数范围"},
	{"{column} is negative", "{column} 为负数"},
	{"{column} is neither true nor false", "{column} 既不是“是”也不是“否”"},
	{"{column} is not one of {values}", "{column} 不在可用值之中（{values}）"},
	{"{column} is not a date like 2026-07-01", "{column} 不是 2026-07-01 这样的日期"},
	{"{column} is not a moment like 2026-07-01 or 2026-07-01T14:03:00+08:00", "{column} 不是 2026-07-01 或 2026-07-01T14:03:00+08:00 这样的时刻"},
	{"{column} is outside 1970-01-01 to 2199-12-31", "{column} 不在 1970-01-01 至 2199-12-31 之间"},
	{"{column} outside 1970 to 2199: read as without limit", "{column} 不在 1970 至 2199 年之间：按无期限处理"},
	{"{column} was a code: a spreadsheet made a number of it", "{column} 原为编码：被电子表格转成了数字"},
	{"{column} was a code, a spreadsheet made a number of it", "{column} 原为编码：被电子表格转成了数字"},
	{"{column} rounded to 6 decimals", "{column} 已舍入到 6 位小数"},
	{"{column} rounded up to whole days", "{column} 已向上取整为整天"},
	{"{column} has more than 6 decimals", "{column} 的小数超过 6 位"},
	{"{column} has {n} bytes, at most {most} are kept", "{column} 有 {n} 字节，最多保留 {most} 字节"},
	{"{column} is not UTF-8", "{column} 不是 UTF-8"},
	{"{column} has control characters", "{column} 含控制字符"},
	// A record.
	{"{n} fields, want {want}", "有 {n} 个字段，应为 {want} 个"},
	{"{n} cells, want {want}", "有 {n} 个单元格，应为 {want} 个"},
	{"bytes that are not {encoding}", "含有不属于 {encoding} 的字节"},
	{"nested more than {n} deep", "嵌套超过 {n} 层"},
	{"text after a closing quote", "结束引号之后还有文字"},
	{"longer than 1 MiB", "超过 1 MiB"},
	{"a zero byte", "含有零字节"},
	{"not a JSON object", "不是 JSON 对象"},
	// A row beside others.
	{"{column} is empty, and there are several sites", "{column} 为空，而仓库/工厂不止一个"},
	{"{column} {code} is not in table {table}", "{column} {code} 不在表 {table} 中"},
	{"{column} {code} is not in table {table}: left empty", "{column} {code} 不在表 {table} 中：留空"},
	{"no conversion from {unit} to {stock_unit} for item {item}", "物料 {item} 没有从 {unit} 到 {stock_unit} 的换算"},
	{"{column} {day} is after the planning day {as_of}", "{column} {day} 晚于计划日 {as_of}"},
	{"{column} {day} is more than 30 years away", "{column} {day} 距今超过 30 年"},
	{"{column} is {day}, more than 30 years away", "{column} 为 {day}，距今超过 30 年"},
	{"the key of row {row} again, with other values", "与第 {row} 行主键相同，但内容不同"},
	{"the key of row {row} of {file} again, with other values", "与 {file} 第 {row} 行主键相同，但内容不同"},
	{"neither on nor weekday is given", "on 与 weekday 都没有给出"},
	{"weekday is {value}, want 1 (Monday) to 7", "weekday 为 {value}，应为 1（星期一）到 7"},
	{"factor and per must be above 0", "factor 与 per 必须大于 0"},
	{"scrap_pct is {value}: nothing would be left", "scrap_pct 为 {value}：将一无所剩"},
	{"service_level is {value}, want a fraction between 0 and 1", "service_level 为 {value}，应为 0 与 1 之间的小数"},
	{"{item} is a component of itself", "{item} 是自身的组件"},
	{"per_qty is 0", "per_qty 为 0"},
	{"from_site_id is empty: where is it transferred from?", "from_site_id 为空：从哪里调拨？"},
	{"transfers to its own site {site}", "调往本仓库/工厂 {site}"},
	{"quota, quota_base or price is negative", "quota、quota_base 或 price 为负数"},
	{"capacity_per_day is {value}, want 0 or more", "capacity_per_day 为 {value}，应大于等于 0"},
	{"setup is {setup}, per_unit {per_unit}: a step takes 0 or more of its resource", "setup 为 {setup}，per_unit 为 {per_unit}：工序占用资源不得小于 0"},
	{"scrap_pct is {value}, want 0 to less than 100", "scrap_pct 为 {value}，应大于等于 0 且小于 100"},
	{"ends on {day}, before it begins on {from}", "结束日 {day} 早于开始日 {from}"},
	{"provision is {value}, want age:rate;age:rate such as 181:0.25;361:0.5", "provision 为 {value}，应为 库龄:比例;库龄:比例，如 181:0.25;361:0.5"},
	{"counted_at is {value}, want a moment like 2026-07-01T14:00", "counted_at 为 {value}，应为 2026-07-01T14:00 这样的时刻"},
	{"as_of is {value}, want a date like 2026-07-01", "as_of 为 {value}，应为 2026-07-01 这样的日期"},
	{"{name} is {value}, want one of {values}", "{name} 为 {value}，可用值为 {values}"},
	{"{name} is {value}, want a fraction above 0 and up to 1", "{name} 为 {value}，应为大于 0 且不超过 1 的小数"},
	{"{name} is {value}, want a fraction below 1", "{name} 为 {value}，应为小于 1 的小数"},
	{"{name} is {value}, want a number, not negative", "{name} 为 {value}，应为非负数"},
	{"{name} is {value}, want a number", "{name} 为 {value}，应为数字"},
	// Rows that are kept.
	{"{name} is no setting; it is kept", "{name} 不是已知的设置；已保留"},
	{"stock of {qty} is netted as it is", "库存 {qty} 按原值参与净需求计算"},
	{"qty of {qty} is planned as it is", "qty {qty} 按原值计划"},
	{"safety_stock of {qty} is planned as it is", "safety_stock {qty} 按原值计划"},
	{"safety_stock, reorder_point or order_up_to is {qty}: planned as it is", "safety_stock、reorder_point 或 order_up_to 为 {qty}：按原值计划"},
	{"price is {price}", "price 为 {price}"},
	{"received on {day}, after the planning day", "收货日 {day} 晚于计划日"},
	{"{order} was due on {day}", "{order} 应于 {day} 到期"},
	{"{item} holds from {from} to {to}: never", "{item} 的有效期为 {from} 至 {to}：从不生效"},
	{"holds from {from} to {to}: never", "有效期为 {from} 至 {to}：从不生效"},
	{"{item} is already a component from {from} to {to}: both lines count", "{item} 在 {from} 至 {to} 已是组件：两行都计入"},
	{"qty_per of {item} in stock units rounded to 6 decimals", "{item} 的 qty_per 换算为库存单位后舍入到 6 位小数"},
	{"no lead time: planned as if it took no time", "没有提前期：按不需要时间计划"},
	{"lot_min {min} is above lot_max {max}: the maximum holds", "lot_min {min} 大于 lot_max {max}：以最大值为准"},
	{"order_weekdays {value}: only the digits 1 (Monday) to 7 count", "order_weekdays {value}：只认 1（星期一）到 7 的数字"},
	{"the shares of alternate group {group} add up to {sum} %", "替代组 {group} 的份额合计为 {sum} %"},
	{"decimals {value} is not 0 to 6: left empty", "decimals {value} 不在 0 到 6 之间：留空"},
	{"{column} {value} cannot be: left empty", "{column} {value} 不可能：留空"},
	// What planning finds.
	{"order quantity", "订单数量"},
	{"sum of a record", "该物料各项之和"},
	{"lot size", "批量"},
	{"co-product", "联产品"},
	{"scrap", "损耗"},
	{"scrap of the routing", "工艺路线的损耗"},
	{"bom line {line}: {parent} > {item}, {qty} per {per} with scrap {pct} %", "bom 第 {line} 行：{parent} > {item}，每 {per} 用 {qty}，损耗率 {pct} %"},
	{"bom line {line}: component {item} is not at site {site}", "bom 第 {line} 行：地点 {site} 没有子项 {item}"},
	{"routing of {item}, step {step}: resource {resource}", "{item} 的工艺路线第 {step} 步：资源 {resource}"},
	// Advice.
	{"stock of {qty} has no cost: it counts as worth nothing", "库存 {qty} 没有成本：按零价值计"},
	{"open orders for {qty} and no price", "未交订单 {qty}，但没有价格"},
	{"costs {cost} and sells at {price}", "成本 {cost}，售价 {price}"},
	{"unit_cost is {cost}, unit_price {price}", "unit_cost 为 {cost}，unit_price 为 {price}"},
	{"differs from {item} in zeros, signs or case alone", "与 {item} 只差零、符号或大小写"},
	{"is called {name}, as {item} is", "名称 {name} 与 {item} 相同"},
	{"is obsolete, and {qty} are ordered", "已淘汰，但仍有订单 {qty}"},
	{"is phased out, without a day and without a successor", "正在淘汰，但没有日期也没有替代物料"},
	{"is made, and no bill of material says of what", "自制，但没有物料清单说明用料"},
	{"is bought, and no source says from whom", "外购，但没有货源说明向谁采购"},
	{"a lead time of {days} days", "提前期为 {days} 天"},
	{"safety stock {safety}, reorder point {reorder_point}, maximum {max}", "安全库存 {safety}，再订货点 {reorder_point}，最大库存 {max}"},
	{"lots of at least {min}, in steps of {step}, at most {max}", "批量至少 {min}，增量 {step}，至多 {max}"},
	{"{qty} expired before the planning day", "{qty} 在计划日之前已过期"},
	{"stock of {qty}, and nothing that needs it: no order, no history, no bill, no forecast", "库存 {qty}，却没有任何需求：无订单、无历史、无清单、无预测"},
	{"history of {days} days: too short to see a season or a trend", "历史只有 {days} 天：太短，看不出季节或趋势"},
	{"last sold on {day}", "最后一次销售在 {day}"},
	{"open receipts of {qty}, and {sold} sold in {days} days", "在途 {qty}，而 {days} 天内只销售 {sold}"},
	{"{item} is used with a quantity of 0", "{item} 的用量为 0"},
	{"scrap of {pct} %", "损耗率 {pct} %"},
	{"received {qty} of {ordered}", "收到 {qty}，订购 {ordered}"},
	{"received on {day}, before it was ordered on {ordered}", "收货日 {day} 早于订购日 {ordered}"},
	{"{order} for {qty} on {day} stands twice", "{order}（{qty}，{day}）出现两次"},
	// Events.
	{"event {id} waits: {problem}", "事件 {id} 等待中：{problem}"},
	{"{name} is no field of an event", "{name} 不是事件的字段"},
	{"{column} is given twice", "{column} 出现两次"},
	{"{column} is an array or an object, want a text or a number", "{column} 是数组或对象，应为文字或数字"},
	{"at is empty: when did it happen?", "at 为空：何时发生？"},
	{"at is {at}, and today is {today}", "at 为 {at}，而今天是 {today}"},
	{"{column} is empty, and a {type} needs it", "{column} 为空，而 {type} 需要它"},
	{"qty is {qty}: a {type} has a quantity from 0 on; take an event back with a reversal, correct stock with an adjustment", "qty 为 {qty}：{type} 的数量不得小于 0；撤回事件请用 reversal，更正库存请用 adjustment"},
	{"qty is 0: nothing moved", "qty 为 0：没有移动"},
	{"{column} is {site}, the site that it goes to", "{column} 为 {site}，正是调入的仓库/工厂"},
	{"rejected is {rejected} of {qty}", "rejected 为 {rejected}，总数 {qty}"},
	{"of is the event itself", "of 指向事件自身"},
	{"of is {id}, an event that is not there", "of 为 {id}，没有这个事件"},
	{"of is {id}, itself a reversal: append what happened anew, under another id", "of 为 {id}，它本身是撤回：请用新的编号重新追加所发生的事"},
	{"of is {id}, which {by} has taken back", "of 为 {id}，已被 {by} 撤回"},
	{"of is {id}, a {type} that the snapshot holds: say how it is now", "of 为 {id}，是快照中已有的 {type}：请说明现在的情况"},
	{"{column} is {order}, which has no line for {item} at {site}", "{column} 为 {order}，其中没有 {site} 的 {item}"},
	{"{column} is {order}, an order that is not there yet", "{column} 为 {order}，还没有这个订单"},
	{"{column} is {order}, an order that is not there yet; a new one needs qty, due_on and (a supply order) kind", "{column} 为 {order}，还没有这个订单；新订单需要 qty、due_on，供应订单还需要 kind"},
	{"event_id {id} came before with other content: {text}", "event_id {id} 先前以其他内容出现过：{text}"},
	{"a line of {n} bytes", "一行有 {n} 字节"},
	{"a row of {n} bytes", "一行有 {n} 字节"},
	{"the line is not UTF-8", "该行不是 UTF-8"},
	{"the JSON ends too early", "JSON 不完整"},
	{"more than one JSON value on a line", "一行有多个 JSON 值"},
	{"no JSON", "不是 JSON"},
	{"the row is not UTF-8", "该行不是 UTF-8"},
	{"the row cannot be taken apart: {problem}", "该行无法解析：{problem}"},
}

// detailPattern recognises the English of a sentence.
type detailPattern struct {
	text
	longest string // of the parts between holes: a quick look before the pattern
	size    int    // of all of them
	whole   bool   // its end is a sentence: no cell follows
	holds   bool   // one of its holes is a sentence
	re      *regexp.Regexp
	names   []string
}

var detailPatterns = sync.OnceValue(func() []detailPattern {
	hole := regexp.MustCompile(`\{[a-z_]+\}`)
	all := slices.Concat(details, refusals, faults)
	list := make([]detailPattern, len(all))
	for i, d := range all {
		p := detailPattern{text: d}
		var re strings.Builder
		at := 0
		part := func(s string) {
			re.WriteString(regexp.QuoteMeta(s))
			p.size += len(s)
			if len(s) > len(p.longest) {
				p.longest = s
			}
		}
		for _, h := range hole.FindAllStringIndex(d.en, -1) {
			part(d.en[at:h[0]])
			name := d.en[h[0]+1 : h[1]-1]
			p.names = append(p.names, name)
			p.holds = p.holds || name == "problem"
			if name == "column" {
				re.WriteString(`(\w+)`)
			} else {
				re.WriteString(`(.*?)`)
			}
			at = h[1]
		}
		part(d.en[at:])
		if p.whole = strings.HasSuffix(d.en, "{problem}"); p.whole {
			p.re = regexp.MustCompile(`(?s)^` + re.String() + `$`)
		} else {
			p.re = regexp.MustCompile(`(?s)^` + re.String() + `(?:: (.*))?$`)
		}
		list[i] = p
	}
	return list
})

// Detail gives what was found in a row, an event or a sku, which is kept in English, in
// a language. A sentence that the catalogue does not know stays as it is. Where several
// fit, it is the one with the most text of its own.
func Detail(l Language, s string) string {
	if l == English || s == "" {
		return s
	}
	best, _ := detail(l, s)
	return best
}

// detail is what [Detail] gives, and how much text of the catalogue is in it; s, 0 for
// what it does not know.
func detail(l Language, s string) (best string, size int) {
	best = s
	patterns := detailPatterns()
	for i := range patterns {
		p := &patterns[i]
		if p.size <= size && !p.holds || !strings.Contains(s, p.longest) {
			continue
		}
		m := p.re.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		zh, known := p.zh, p.size
		for k, name := range p.names {
			v := m[k+1]
			if name == "problem" {
				var more int
				v, more = detail(l, v)
				known += more
			}
			zh = strings.Replace(zh, "{"+name+"}", v, 1)
		}
		if known <= size {
			continue
		}
		if cell := m[len(m)-1]; cell != "" && !p.whole {
			zh += "：" + cell
		}
		best, size = zh, known
	}
	return best, size
}
