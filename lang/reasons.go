package lang

// The reasons of suggestions: made of the numbers that a calculator needs.
var _ = register(map[string]text{
	"reason.segment":       {"for {segment} alone: ", "仅就 {segment}："},
	"reason.shortage":      {"by {due}: stock {stock} + receipts {receipts} + planned {planned} − required {required} − safety stock {safety} = short {short}; lot rules make it {qty}", "到 {due}：库存 {stock} + 在途 {receipts} + 已计划 {planned} − 需求 {required} − 安全库存 {safety} = 缺 {short}；按批量规则为 {qty}"},
	"reason.safety_stock":  {"by {due}: stock {stock} + receipts {receipts} + planned {planned} − required {required} is {short} below the safety stock of {safety}; lot rules make it {qty}", "到 {due}：库存 {stock} + 在途 {receipts} + 已计划 {planned} − 需求 {required}，比安全库存 {safety} 低 {short}；按批量规则为 {qty}"},
	"reason.reorder_point": {"stock {stock} + receipts {receipts} are below the reorder point {reorder_point}; one lot is {qty}", "库存 {stock} + 在途 {receipts} 低于再订货点 {reorder_point}；一批为 {qty}"},
	"reason.order_up_to":   {"by {due}: stock {stock} + receipts {receipts} + planned {planned} − required {required} is below the minimum; {qty} refills to {order_up_to}", "到 {due}：库存 {stock} + 在途 {receipts} + 已计划 {planned} − 需求 {required} 低于最小库存；补 {qty} 至 {order_up_to}"},
	"reason.buffer":        {"the net flow position is below the top of yellow; {qty} refills the buffer", "净流动位置低于黄区上限；补 {qty} 至缓冲上限"},
	"reason.expedite":      {"{qty} on order {order} come on {on} but are needed on {to}", "订单 {order} 的 {qty} 于 {on} 到货，但 {to} 就需要"},
	"reason.defer":         {"{qty} on order {order} come on {on} but are needed only on {to}", "订单 {order} 的 {qty} 于 {on} 到货，但 {to} 才需要"},
	"reason.cancel":        {"nothing requires the {qty} on order {order} that come on {on}", "订单 {order} 的 {qty}（{on} 到货）没有任何需求"},
	"reason.scrap":         {"{qty} on hand, nothing used in a year, nothing required; the newest lot is {days} days old", "在库 {qty}，一年未用且无需求；最新批次库龄 {days} 天"},
})
