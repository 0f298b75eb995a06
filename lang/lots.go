package lang

// The verb lots.
var _ = register(map[string]text{
	"cli.lots.rule":     {"one of {rules}", "规则之一：{rules}"},
	"cli.lots.setup":    {"cost of a setup or an order; a column setup of the file goes before it", "每次准备（订货）成本；文件中的 setup 列优先"},
	"cli.lots.holding":  {"cost of holding a unit for a period; a column holding of the file goes before it", "每单位每期的持有成本；文件中的 holding 列优先"},
	"cli.lots.lot_size": {"the fixed quantity of foq; for poq, the quantity that the periods are taken from", "foq 的固定批量；对 poq 则由此推算覆盖期数"},
	"cli.lots.periods":  {"periods that a lot of poq covers; 0: from the lot size or the economic order quantity", "poq 每批覆盖的期数；0 表示由批量或经济订货量推算"},
	"cli.lots.done":     {"{n} lots by {rule}, total cost {cost}", "按 {rule} 共 {n} 批，总成本 {cost}"},
})
