package snapshot

// Type is the type of a column of the data set.
type Type uint8

// The column types and how a snapshot stores them.
const (
	Text   Type = iota // VARCHAR; codes stay text
	Qty                // DECIMAL(18,6)
	Float              // DOUBLE
	Int                // INTEGER
	Date               // DATE
	Bool               // BOOLEAN
	Enum               // VARCHAR, one of Values
	Ref                // the code of a row of another table (Of)
	Length             // INTEGER; days, may come as 3.0
)

// Column is one column of a table of the data set.
type Column struct {
	Name     string
	Type     Type
	Required bool
	Default  string   // of an empty cell; "" keeps NULL
	Values   []string // of an Enum
	Of       string   // of a Ref: items, sites, suppliers, calendars, resources
	Min      bool     // negative values are refused (a quantity that cannot be negative)
}

// Table is one table of the data set, as DATASET.md of the documentation has
// it: the contract of every way in.
type Table struct {
	Name    string
	Columns []Column
	Key     []string // unique together; empty: rows may repeat
	Sort    []string // order of storage, after the sku
}

// Column returns the column of that name, nil if there is none.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// TableNamed returns the table of that name, nil if there is none.
func TableNamed(name string) *Table {
	for i := range Tables {
		if Tables[i].Name == name {
			return &Tables[i]
		}
	}
	return nil
}

func text(n string) Column  { return Column{Name: n, Type: Text} }
func qty(n string) Column   { return Column{Name: n, Type: Qty} }
func pos(n string) Column   { return Column{Name: n, Type: Qty, Min: true} }
func float(n string) Column { return Column{Name: n, Type: Float} }
func rate(n string) Column  { return Column{Name: n, Type: Float, Min: true} }
func days(n string) Column  { return Column{Name: n, Type: Length, Min: true} }
func date(n string) Column  { return Column{Name: n, Type: Date} }
func flag(n, def string) Column {
	return Column{Name: n, Type: Bool, Default: def}
}
func enum(n, def string, values ...string) Column {
	return Column{Name: n, Type: Enum, Default: def, Values: values}
}
func ref(n, of string) Column { return Column{Name: n, Type: Ref, Of: of} }
func integer(n, def string) Column {
	return Column{Name: n, Type: Int, Default: def}
}
func (c Column) must() Column { c.Required = true; return c }
func (c Column) def(v string) Column {
	c.Default = v
	return c
}

var (
	item = ref("item_id", "items").must()
	site = ref("site_id", "sites").def("MAIN")
)

// Tables are the tables of the data set, in the order of import: a table comes
// after those it refers to.
var Tables = []Table{
	{Name: "settings", Key: []string{"name"}, Columns: []Column{text("name").must(), text("value").must()}},
	{Name: "calendars", Columns: []Column{text("calendar_id").must(), date("on"), {Name: "weekday", Type: Int}, {Name: "working", Type: Bool, Required: true}}},
	{Name: "items", Key: []string{"item_id"}, Columns: []Column{
		text("item_id").must(), text("name"), text("category"), text("uom").def("EA"), float("unit_cost").def("0"), float("unit_price").def("0"),
		days("shelf_life_days"), integer("decimals", ""), enum("status", "active", "active", "phase_out", "obsolete"),
		date("effective_out_on"), ref("successor_item_id", "items"), text("abc_class"), text("planner")}},
	{Name: "uoms", Key: []string{"item_id", "uom"}, Columns: []Column{item, text("uom").must(), pos("factor").must(), pos("per").def("1")}},
	{Name: "sites", Key: []string{"site_id"}, Columns: []Column{text("site_id").must(), text("name"), text("region"), ref("calendar_id", "calendars")}},
	{Name: "suppliers", Key: []string{"supplier_id"}, Columns: []Column{text("supplier_id").must(), text("name"), ref("calendar_id", "calendars"), rate("min_order_value").def("0"), days("lead_time_days")}},
	{Name: "skus", Key: []string{"item_id", "site_id"}, Columns: []Column{
		item, site, enum("procurement", "", "make", "buy", "transfer", "subcontract"), days("lead_time_days"), float("lead_time_sd"), days("gr_days").def("0"),
		pos("lead_time_per_unit").def("0"), enum("mrp_type", "mrp", "mrp", "reorder_point", "min_max", "periodic", "forecast", "ddmrp", "none"),
		enum("reorder_scope", "stock", "stock", "lead_time", "horizon"),
		enum("lot_rule", "lfl", "lfl", "foq", "day", "week", "month", "poq", "ppb", "ppb_closest", "silver_meal", "luc", "groff", "wagner_whitin", "min_max"),
		pos("lot_size"), integer("lot_periods", ""), pos("lot_min").def("0"), pos("lot_multiple").def("0"), pos("lot_max").def("0"),
		enum("lot_max_rest", "min_again", "min_again", "as_is"), text("rounding_profile"), enum("group_start", "shortage", "shortage", "movement"),
		qty("safety_stock"), enum("safety_stock_timing", "today", "today", "first_movement", "receipt_in_window"), days("safety_time_days").def("0"), days("coverage_days").def("0"),
		days("reschedule_days").def("0"), days("reschedule_tolerance_days").def("0"), qty("reorder_point"), qty("order_up_to"), days("review_days").def("0"),
		float("service_level"), enum("service_kind", "cycle", "cycle", "fill"), float("order_cost"), float("holding_rate"), float("backorder_cost"),
		days("demand_fence_days").def("0"), days("planning_fence_days").def("0"), enum("fence_type", "", "P1", "P2", "P3", "P4"),
		pos("scrap_pct").def("0"), enum("scrap_rule", "times", "times", "divide"), float("spike_threshold").def("0.5"), enum("phantom_stock", "net", "net", "ignore"),
		days("opening_days").def("0"), pos("adu"), days("decoupled_lead_time_days"), float("lead_time_factor"), float("variability_factor"), days("spike_horizon_days"),
		integer("consumption_mode", "2"), days("consume_back_days"), days("consume_fwd_days"), integer("strategy", "40")}},
	{Name: "sku_periods", Key: []string{"item_id", "site_id", "from"}, Sort: []string{"from"}, Columns: []Column{item, site, date("from").must(), qty("safety_stock"), pos("scrap_pct"), float("service_level")}},
	{Name: "bom", Columns: []Column{
		ref("parent_id", "items").must(), ref("component_id", "items").must(), pos("qty_per").must(), pos("per_qty").def("1"), flag("fixed", "false"),
		pos("scrap_pct").def("0"), enum("scrap_rule", "times", "times", "divide"), text("uom"), enum("role", "component", "component", "coproduct", "byproduct"),
		ref("site_id", "sites"), text("bom_id").def("1"), integer("priority", "1"), flag("phantom", "false"), date("effective_from"), date("effective_to"),
		text("alternate_group"), integer("alternate_priority", "1"), pos("alternate_share"), pos("lot_from"), pos("lot_to")}},
	{Name: "sources", Sort: []string{"priority"}, Columns: []Column{
		item, site, enum("kind", "", "make", "buy", "transfer", "subcontract").must(), ref("supplier_id", "suppliers"), ref("from_site_id", "sites"), text("bom_id"),
		days("lead_time_days"), rate("lead_time_sd"), integer("priority", "1"), float("quota").def("0"), float("quota_base").def("0"), flag("from_stock_only", "false"),
		pos("lot_min"), pos("lot_multiple"), pos("lot_max"), text("uom"), float("price"), date("effective_from"), date("effective_to"), text("order_weekdays")}},
	{Name: "price_breaks", Key: []string{"item_id", "supplier_id", "from_qty"}, Columns: []Column{item, ref("supplier_id", "suppliers").must(), pos("from_qty").must(), rate("price").must(), enum("kind", "all_units", "all_units", "incremental")}},
	{Name: "stock", Sort: []string{"received_on", "lot"}, Columns: []Column{
		item, site, qty("qty").must(), text("uom"), text("lot"), date("received_on"), date("expires_on"), enum("status", "available", "available", "inspection", "blocked"),
		text("bin"), text("segment"), ref("supplier_id", "suppliers")}},
	{Name: "supply_orders", Sort: []string{"due_on", "order_id"}, Columns: []Column{
		text("order_id").must(), enum("kind", "", "purchase", "work", "transfer", "subcontract", "planned").must(), item, site, pos("qty").must(), text("uom"), date("due_on").must(), date("ordered_on"),
		flag("firm", "true"), flag("shipped", "false"), text("segment"), ref("supplier_id", "suppliers"), ref("from_site_id", "sites")}},
	{Name: "demand_orders", Sort: []string{"due_on", "priority", "order_id"}, Columns: []Column{
		text("order_id").must(), item, site, pos("qty").must(), text("uom"), date("due_on").must(), date("ordered_on"), integer("priority", "10"), text("customer_id"), text("segment"), float("price")}},
	{Name: "reservations", Sort: []string{"due_on", "order_id"}, Columns: []Column{text("order_id").must(), item, site, pos("qty").must(), date("due_on").must()}},
	{Name: "demand_history", Sort: []string{"on"}, Columns: []Column{
		item, site, date("on").must(), qty("qty").must(), enum("kind", "sale", "sale", "return", "issue"), text("customer_id"), float("price"), flag("promo", "false"), flag("stockout", "false")}},
	{Name: "movements", Sort: []string{"on"}, Columns: []Column{item, site, date("on").must(), qty("qty").must(), text("kind"), text("lot"), text("document")}},
	{Name: "receipts", Sort: []string{"received_on"}, Columns: []Column{
		text("order_id").must(), ref("supplier_id", "suppliers").must(), item, site, date("ordered_on").must(), date("promised_on"), date("received_on").must(),
		pos("qty_ordered").must(), pos("qty_received").must(), pos("qty_rejected").def("0")}},
	{Name: "forecasts", Sort: []string{"from"}, Columns: []Column{
		item, site, date("from").must(), date("to").must(), qty("qty").must(), text("customer_id"), enum("kind", "forecast", "forecast", "override", "floor", "cap"), text("reason"), text("author")}},
	{Name: "events", Key: []string{"event_id"}, Columns: []Column{
		text("event_id").must(), text("name"), date("from").must(), date("to").must(), enum("kind", "holiday", "holiday", "promotion", "closure", "price"), text("scope"), text("effect")}},
	{Name: "resources", Key: []string{"resource_id"}, Columns: []Column{text("resource_id").must(), ref("site_id", "sites"), ref("calendar_id", "calendars"), float("capacity_per_day").must()}},
	{Name: "routings", Columns: []Column{item, text("bom_id"), integer("step", "").must(), ref("resource_id", "resources").must(), float("setup").must(), float("per_unit").must(), float("scrap_pct").def("0")}},
}
