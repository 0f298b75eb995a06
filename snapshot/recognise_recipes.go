package snapshot

import "planwright/tabular"

// recipe says how a table of the data set looks in files that do not carry its
// names: what it needs, what speaks for it, and which meanings fill which
// column, the better ones first.
type recipe struct {
	table string
	name  []string // parts of the names of such files and sheets
	need  [][]tabular.Meaning
	clue  []tabular.Meaning
	not   []tabular.Meaning
	base  float64
	cols  []columnFill
}

// columnFill is a column of the data set and the meanings that fill it.
type columnFill struct {
	column   string
	meanings []tabular.Meaning
}

type ms = []tabular.Meaning

// entityNames are names of files that list one kind of thing; there a column
// called name, pk or id is the code of the thing.
var entityNames = map[string][]string{
	"items":     {"item", "items", "product", "products", "part", "parts", "material", "materials", "article", "artikel", "sku", "物料", "物料档案", "物料主数据", "存货", "存货档案", "商品", "产品", "货品", "品目", "品目マスタ"},
	"sites":     {"site", "sites", "location", "locations", "warehouse", "warehouses", "plant", "store", "stores", "仓库", "仓库档案", "地点", "倉庫", "lager"},
	"suppliers": {"supplier", "suppliers", "vendor", "vendors", "供应商", "供应商档案", "厂商", "仕入先", "lieferant", "lieferanten"},
	"orders":    {"demand", "demands", "order", "orders", "salesorder", "salesorders", "operationplan", "销售订单", "订单"},
}

var recipes = []recipe{
	{
		table: "bom", name: []string{"bom", "bill of material", "billofmaterial", "物料清单", "产品结构", "配方", "部品表", "部品構成", "stückliste", "stueckliste", "nomenclature", "structure"}, base: 1,
		need: []ms{{"parent"}, {"component"}, {"usage", "qty"}}, clue: ms{"usage_den", "scrap"},
		cols: []columnFill{{"parent_id", ms{"parent"}}, {"component_id", ms{"component"}}, {"qty_per", ms{"usage", "qty"}}, {"per_qty", ms{"usage_den"}}, {"scrap_pct", ms{"scrap"}}, {"uom", ms{"uom"}}, {"effective_from", ms{"from"}}, {"effective_to", ms{"to"}}},
	},
	{
		table: "uoms", name: []string{"uom", "unit conversion", "换算", "单位换算", "umrechnung"}, base: 0.6,
		need: []ms{{"item"}, {"alt_uom", "uom"}, {"uom_factor"}},
		cols: []columnFill{{"item_id", ms{"item"}}, {"uom", ms{"alt_uom", "uom"}}, {"factor", ms{"uom_factor"}}, {"per", ms{"usage_den"}}},
	},
	{
		table: "forecasts", name: []string{"forecast", "预测", "予測", "prognose"}, base: 0.6,
		need: []ms{{"item"}, {"forecast"}, {"period", "date", "from"}}, not: ms{"lot", "on_hand"},
		cols: []columnFill{{"item_id", ms{"item"}}, {"site_id", ms{"site"}}, {"from", ms{"from", "period", "date"}}, {"qty", ms{"forecast"}}, {"customer_id", ms{"customer"}}},
	},
	{
		table: "receipts", name: []string{"receipt", "goods receipt", "收货", "采购入库", "到货", "入荷", "wareneingang"}, base: 0.5,
		need: []ms{{"item"}, {"order"}, {"supplier"}, {"received_on"}, {"ordered_on", "date"}, {"received_qty", "qty"}},
		cols: []columnFill{{"order_id", ms{"order"}}, {"supplier_id", ms{"supplier"}}, {"item_id", ms{"item"}}, {"site_id", ms{"site"}}, {"ordered_on", ms{"ordered_on", "date"}}, {"promised_on", ms{"promised_on", "due"}}, {"received_on", ms{"received_on"}},
			{"qty_ordered", ms{"ordered_qty", "qty"}}, {"qty_received", ms{"received_qty", "qty"}}, {"qty_rejected", ms{"rejected_qty"}}},
	},
	{
		table: "supply_orders", name: []string{"purchase order", "purchase_order", "purchaseorder", "supply", "open po", "po_", "po lines", "采购订单", "采购", "在途", "work order", "work_order", "workorder", "production order", "manufacturing order", "生产订单", "工单", "生产任务", "委外", "transfer order", "调拨", "発注", "製造指図", "bestellung", "fertigungsauftr", "purchase.order", "mrp.production", "operationplan", "commande fournisseur"},
		need: []ms{{"item"}, {"qty", "open_qty"}, {"due"}, {"order"}}, clue: ms{"supplier", "open_qty", "received_qty", "from_site"}, not: ms{"customer", "parent"}, base: 0.4,
		cols: []columnFill{{"order_id", ms{"order"}}, {"item_id", ms{"item"}}, {"site_id", ms{"to_site", "site"}}, {"qty", ms{"open_qty", "qty"}}, {"uom", ms{"uom"}}, {"due_on", ms{"due"}}, {"ordered_on", ms{"ordered_on", "date"}}, {"supplier_id", ms{"supplier", "supplier_name"}}, {"from_site_id", ms{"from_site"}}},
	},
	{
		table: "demand_orders", name: []string{"sales order", "sale order", "sale.order", "open order", "customer order", "demand", "backlog", "so_", "销售订单", "客户订单", "订单", "受注", "kundenauftr", "commande client"},
		need: []ms{{"item"}, {"qty", "open_qty"}, {"due"}, {"order"}}, clue: ms{"customer", "open_qty", "priority"}, not: ms{"supplier", "parent"}, base: 0.4,
		cols: []columnFill{{"order_id", ms{"order"}}, {"item_id", ms{"item"}}, {"site_id", ms{"site"}}, {"qty", ms{"open_qty", "qty"}}, {"uom", ms{"uom"}}, {"due_on", ms{"due"}}, {"ordered_on", ms{"ordered_on", "date"}}, {"priority", ms{"priority"}}, {"customer_id", ms{"customer", "customer_name"}}, {"price", ms{"price"}}},
	},
	{
		table: "movements", name: []string{"movement", "ledger", "stock card", "stock.move", "mb51", "transactions", "流水", "收发", "出入库", "台账", "入出庫", "lagerbewegung"}, base: 0.3,
		need: []ms{{"item"}, {"date"}, {"qty", "in_qty", "out_qty"}, {"movement", "in_qty", "out_qty"}}, not: ms{"customer", "price", "due"}, clue: ms{"in_qty", "out_qty", "lot"},
		cols: []columnFill{{"item_id", ms{"item"}}, {"site_id", ms{"site"}}, {"on", ms{"date"}}, {"qty", ms{"qty"}}, {"kind", ms{"movement"}}, {"lot", ms{"lot"}}, {"document", ms{"order"}}},
	},
	{
		table: "demand_history", name: []string{"sales", "sale", "history", "demand", "invoice", "retail", "shipment", "consumption", "usage", "orderdetails", "order_details", "销售", "出库", "销量", "发货", "历史", "売上", "出荷", "verkauf", "absatz", "ventes", "train", "test"},
		need: []ms{{"item", "item_name"}, {"qty"}, {"date", "period", "step", "due"}}, clue: ms{"price", "customer", "amount", "promo"}, not: ms{"supplier", "on_hand", "due", "parent", "movement"}, base: 0.5,
		cols: []columnFill{{"item_id", ms{"item"}}, {"site_id", ms{"site"}}, {"on", ms{"date", "period", "due"}}, {"qty", ms{"qty"}}, {"customer_id", ms{"customer"}}, {"price", ms{"price"}}, {"promo", ms{"promo"}}, {"stockout", ms{"stockout"}}},
	},
	{
		table: "stock", name: []string{"stock", "inventory", "on hand", "onhand", "on_hand", "库存", "现存量", "即时库存", "結存", "结存", "在庫", "bestand", "buffer", "existencias", "giacenza", "mb52", "quant"},
		need: []ms{{"item"}, {"on_hand", "qty"}}, clue: ms{"on_hand", "lot", "bin", "expires", "site", "available", "received_on", "stock_status"}, not: ms{"due", "date", "order", "customer", "parent", "period", "step"}, base: 0.2,
		cols: []columnFill{{"item_id", ms{"item"}}, {"site_id", ms{"site"}}, {"qty", ms{"on_hand", "qty"}}, {"uom", ms{"uom"}}, {"lot", ms{"lot"}}, {"received_on", ms{"received_on", "produced_on"}}, {"expires_on", ms{"expires"}}, {"bin", ms{"bin"}}},
	},
	{
		table: "sources", name: []string{"source", "itemsupplier", "item_supplier", "item supplier", "itemdistribution", "vendor list", "price list", "productvendor", "info record", "货源", "采购信息", "供应商物料", "价目表", "供货"}, base: 0.3,
		need: []ms{{"item"}, {"supplier", "supplier_name", "from_site"}, {"lead_time", "lot_min", "price", "cost", "lot_multiple"}}, not: ms{"due", "order", "qty", "date", "on_hand", "item_name"},
		cols: sourceFills,
	},
	{
		table: "skus", name: []string{"sku", "planning", "parameter", "计划参数", "参数", "mrp", "reorder"}, base: 0.1,
		need: []ms{{"item"}, {"safety_stock", "reorder_point", "lead_time", "order_up_to", "lot_min", "lot_size", "lot_multiple"}}, not: ms{"due", "order", "qty", "date", "parent", "item_name", "on_hand", "supplier"},
		cols: skuFills,
	},
	{
		table: "items", name: entityNames["items"], base: 0.2,
		need: []ms{{"item"}, {"item_name", "uom", "cost", "price", "category", "spec"}}, clue: ms{"item_name", "uom", "cost", "spec", "category", "lead_time", "safety_stock"}, not: ms{"from", "to", "due", "order", "qty", "date", "parent", "customer", "lot", "movement", "in_qty", "out_qty"},
		cols: []columnFill{{"item_id", ms{"item"}}, {"name", ms{"item_name"}}, {"category", ms{"category", "category_id"}}, {"uom", ms{"uom"}}, {"unit_cost", ms{"cost"}}, {"unit_price", ms{"price"}}, {"shelf_life_days", ms{"shelf_life"}}, {"abc_class", ms{"abc"}}, {"planner", ms{"planner"}}, {"x_spec", ms{"spec"}}},
	},
	{
		table: "suppliers", name: entityNames["suppliers"],
		need: []ms{{"supplier"}}, clue: ms{"supplier_name", "company", "lead_time"}, not: ms{"item", "qty", "order", "due", "date", "customer", "price"},
		cols: []columnFill{{"supplier_id", ms{"supplier"}}, {"name", ms{"supplier_name", "company", "item_name"}}, {"lead_time_days", ms{"lead_time"}}, {"min_order_value", ms{"min_value"}}},
	},
	{
		table: "sites", name: entityNames["sites"],
		need: []ms{{"site"}}, clue: ms{"site_name", "region"}, not: ms{"item", "qty", "order", "due", "date", "customer", "supplier", "price", "resource"},
		cols: []columnFill{{"site_id", ms{"site"}}, {"name", ms{"site_name", "item_name"}}, {"region", ms{"region"}}},
	},
}

var sourceFills = []columnFill{{"item_id", ms{"item"}}, {"site_id", ms{"site"}}, {"supplier_id", ms{"supplier", "supplier_name"}}, {"from_site_id", ms{"from_site"}}, {"lead_time_days", ms{"lead_time"}}, {"lot_min", ms{"lot_min"}}, {"lot_multiple", ms{"lot_multiple"}}, {"lot_max", ms{"lot_max"}},
	{"uom", ms{"uom"}}, {"price", ms{"price", "cost"}}, {"priority", ms{"priority"}}, {"effective_from", ms{"from"}}, {"effective_to", ms{"to"}}, {"quota", ms{"quota"}}}

var skuFills = []columnFill{{"item_id", ms{"item"}}, {"site_id", ms{"site"}}, {"procurement", ms{"procurement"}}, {"lead_time_days", ms{"lead_time"}}, {"safety_stock", ms{"safety_stock"}}, {"reorder_point", ms{"reorder_point"}}, {"order_up_to", ms{"order_up_to"}},
	{"lot_min", ms{"lot_min"}}, {"lot_multiple", ms{"lot_multiple"}}, {"lot_max", ms{"lot_max"}}, {"lot_size", ms{"lot_size"}}, {"service_level", ms{"service_level"}}, {"scrap_pct", ms{"scrap"}}}

func recipeOf(table string) *recipe {
	for i := range recipes {
		if recipes[i].table == table {
			return &recipes[i]
		}
	}
	return nil
}

// wordsFor are the words that stand for a value of the data set in exports.
var wordsFor = map[string]map[string][]string{
	"procurement": {
		"make":        {"make", "m", "e", "mfg", "manufacture", "manufactured", "in-house", "inhouse", "produce", "自制", "自产", "生产", "制造", "自制件", "内製", "eigenfertigung", "mo", "production", "1"},
		"buy":         {"buy", "b", "p", "f", "purchase", "purchased", "bought", "外购", "采购", "外购件", "购买", "購買", "fremdbeschaffung", "po", "2"},
		"subcontract": {"subcontract", "subcontracted", "委外", "外协", "委外件", "外协件", "外注", "lohnbearbeitung", "3"},
		"transfer":    {"transfer", "调拨", "移動", "umlagerung", "do"},
	},
	"supply": {
		"purchase":    {"po", "purchase", "purchase order", "buy", "采购", "采购订单", "标准采购", "nb"},
		"work":        {"mo", "wo", "work", "work order", "manufacturing", "make", "production", "生产", "工单", "自制", "普通生产"},
		"transfer":    {"do", "transfer", "distribution", "调拨", "调拨单", "stock transfer"},
		"subcontract": {"subcontract", "委外", "外协", "委外加工"},
	},
	"obsolete":  {"obsolete": {"1", "true", "yes", "y", "t", "x", "停用", "禁用", "是", "discontinued", "obsolete", "inactive"}},
	"closed":    {"closed": {"closed", "complete", "completed", "done", "finished", "received", "delivered", "invoiced", "shipped", "cancelled", "canceled", "cancel", "rejected", "已关闭", "关闭", "已完成", "完成", "已完工", "完工", "已入库", "取消", "已取消", "作废", "结案", "已结案", "完了", "erledigt", "storniert", "abgeschlossen"}},
	"cancelled": {"cancelled": {"cancelled", "canceled", "cancel", "取消", "已取消", "作废", "rejected", "storniert", "refunded", "voided", "交易关闭", "退款成功", "已退款"}},
	"moved":     {"moved": {"transfer", "transfer out", "transfer shipment", "transfer receipt", "negative adjmt.", "positive adjmt.", "adjustment", "inventory adjustment", "stock adjustment", "scrap", "purchase return", "return to vendor", "调拨", "调拨出库", "移库", "移库出库", "盘亏", "盘亏出库", "盘盈", "盘点", "报废", "报废出库", "采购退货", "122", "161", "301", "303", "305", "309", "311", "313", "315", "321", "322", "343", "344", "411", "412", "551", "552", "555", "701", "702", "711"}},
	"out":       {"out": {"out", "issue", "s", "出库", "发出", "出", "领料", "销售出库", "生产领料", "调拨出库", "consumption", "shipment", "sale", "sales", "601", "261", "201", "221", "231", "251", "281", "551", "641", "643", "702", "negative adjmt.", "出庫"}},
	"blocked":   {"blocked": {"blocked", "冻结", "冻结库存", "不良", "不合格", "gesperrt", "hold"}, "inspection": {"inspection", "quality", "待检", "质检", "in quality inspection", "prüfung"}},
}
