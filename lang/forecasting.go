package lang

// What forecasting says: backtests, accuracies, overrides.
var _ = register(map[string]text{
	"cli.backtest":         {"replay the demand history: how well every method would have forecast", "用历史需求回测：比较各预测方法的精度"},
	"cli.backtest.periods": {"periods replayed, counted from the end; 0: 26 weeks, 90 days or 12 months", "回测的周期数（从末尾算起）；0 表示 26 周、90 天或 12 个月"},
	"cli.backtest.horizon": {"periods ahead of each forecast; 0: 4 weeks, 14 days or 3 months", "每次预测的周期数；0 表示 4 周、14 天或 3 个月"},
	"cli.backtest.step":    {"periods between forecasts; 0: the horizon", "两次预测的间隔；0 表示等于预测周期数"},
	"cli.backtest.methods": {"methods compared, such as auto,ets:MAdM,snaive; empty: {methods}", "比较的方法，如 auto,ets:MAdM,snaive；默认：{methods}"},
	"cli.backtest.refit":   {"fit parameters anew at every origin", "在每个起点重新估计参数"},
	"cli.backtest.level":   {"interval whose coverage is measured, in percent", "检验覆盖率的区间（百分比）"},
	"cli.backtest.by":      {"rows: method, class (method and demand class) or item", "行：method、class（方法与需求类别）或 item"},
	"cli.backtest.items":   {"only these items, ITEM or ITEM@SITE, by commas", "仅回测这些物料，ITEM 或 ITEM@SITE，逗号分隔"},
	"cli.backtest.done":    {"{n} items replayed over {periods} periods of a {period}: {origins} forecasts of {horizon} each", "已回测 {n} 个物料，{periods} 个周期（{period}）：各做 {origins} 次、每次 {horizon} 期的预测"},
	"cli.backtest.short":   {"{n} items have too short a history for it", "{n} 个物料的历史过短，未回测"},
	"cli.backtest.next":    {"planwright run --method NAME plans with one method; planwright report accuracy --by item shows the plan's own accuracy", "planwright run --method NAME 用指定方法计划；planwright report accuracy --by item 查看计划自身的精度"},

	"cli.accuracy.by": {"accuracy by method, class, category, site, item or method,class", "精度按 method、class、category、site、item 或 method,class 汇总"},

	"col.method":   {"method", "方法"},
	"col.series":   {"series", "序列"},
	"col.bias":     {"bias", "偏差"},
	"col.pinball":  {"pinball", "分位数损失"},
	"col.coverage": {"coverage", "覆盖率"},
	"col.tracking": {"tracking", "跟踪信号"},
	"col.item":     {"item", "物料"},

	"cli.flag.base":      {"plan whose fitted models are carried on: auto (the newest of an earlier snapshot), none, or an id", "沿用其已拟合模型的计划：auto（较早快照的最新计划）、none 或计划编号"},
	"cli.flag.outliers":  {"values that nothing explains: mark (list and keep), adjust, off", "异常值：mark（列出并保留）、adjust（调整）、off"},
	"cli.flag.reconcile": {"bring the forecasts of items, categories, sites and the company together: none, mint", "协调物料、类别、地点与公司层级的预测：none、mint"},
	"cli.run.base":       {"forecasting models are carried on from plan {id}; --base none fits all anew", "沿用计划 {id} 的预测模型；--base none 全部重新拟合"},
})
