package lang

// What changed between two plans.
var _ = register(map[string]text{
	"cli.diff":        {"show what changed between two plans, by cause", "显示两个计划之间的变化及原因"},
	"cli.diff.sum":    {"{kept} planned orders as before; {new} new, {gone} gone, {moved} moved, {resized} resized", "{kept} 个计划订单不变；新增 {new}、取消 {gone}、改期 {moved}、改量 {resized}"},
	"cli.diff.engine": {"The plans were made by different versions of the engine; both are replayed by this one.", "两个计划由不同版本的引擎生成；此处均以当前版本重算。"},
	"cli.diff.band":   {"{from} to {to} days", "{from} 至 {to} 天"},
	"cli.diff.beyond": {"{from} days and later", "{from} 天及以后"},
	"cli.diff.next":   {"planwright why ORDER shows the arithmetic of an order; --json gives every change with its parts", "planwright why ORDER 查看订单的计算；--json 输出每项变化及其构成"},

	"change.new": {"new", "新增"}, "change.gone": {"gone", "取消"}, "change.moved": {"moved", "改期"}, "change.resized": {"resized", "改量"},

	"cause.day":         {"passing of days", "日期推移"},
	"cause.horizon":     {"length of the horizon", "计划期长度"},
	"cause.stock":       {"stock", "库存"},
	"cause.orders":      {"customer orders and reservations", "客户订单与预留"},
	"cause.receipts":    {"open receipts", "在途"},
	"cause.forecast":    {"forecast", "预测"},
	"cause.policy":      {"safety stocks and reorder levels", "安全库存与订货水平"},
	"cause.lead_time":   {"lead times", "提前期"},
	"cause.parameter":   {"other parameters", "其他参数"},
	"cause.master_data": {"master data", "主数据"},

	"col.cause":         {"cause", "原因"},
	"col.orders":        {"orders", "订单数"},
	"col.due_in":        {"due in", "交期在"},
	"col.changed":       {"changed", "变化数"},
	"col.planned_money": {"planned before", "原计划金额"},
	"col.moved_money":   {"money changed", "变化金额"},
	"col.money":         {"money", "金额"},
	"col.sku":           {"sku", "物料@地点"},
	"col.quantity":      {"quantity", "数量"},
	"col.day":           {"day", "日期"},
	"col.parts":         {"made up of", "构成"},

	"cli.todo.by":        {"group by supplier, site, planner or action, and by the day to act", "按 supplier、site、planner 或 action 及处理日分组"},
	"cli.todo.release":   {"only what can be released untouched, or what needs a person", "仅可直接下达（untouched）或需人工处理（person）"},
	"cli.todo.untouched": {"{free} of {n} lines ({share} %), worth {money}, can be released untouched: new orders in time, on whose sku's no exception speaks", "{n} 条中 {free} 条（{share} %，货值 {money}）可直接下达：按时的新订单，且物料无例外"},
	"group.supplier":     {"supplier, or site and action", "供应商，或地点与动作"},
	"group.site":         {"site", "地点"},
	"group.planner":      {"planner", "计划员"},
	"group.action":       {"action", "动作"},
	"col.act_by":         {"act by", "最迟处理"},
	"col.lines":          {"lines", "条数"},
	"col.untouched":      {"untouched", "可直接下达"},
	"col.stake":          {"at stake", "影响金额"},
})
