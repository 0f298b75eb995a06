package snapshot

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"planwright"
)

func (l *loader) settings() error {
	rows, err := l.c.Query(l.ctx, "SELECT name, value FROM main.settings")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		switch name {
		case "currency":
			l.s.Currency = value
		case "past_start":
			l.s.KeepPast = value == "keep"
		case "provision":
			l.s.Provision = value
		case "forecast_spread":
			l.s.SpreadStart = value == "start"
		case "holidays":
			if l.s.Holidays = strings.ToUpper(value); l.s.Holidays == "NONE" {
				l.s.Holidays = ""
			}
		default:
			l.s.Stocking.Set(name, value) // others are kept for people
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	var first, n int64
	if _, err := l.c.Scan(l.ctx, `SELECT coalesce(date_diff('day', DATE '1970-01-01', min("on")), 0), count(*) FROM data.demand_history`, nil, &first, &n); err != nil {
		return err
	}
	l.s.HistoryFrom = planwright.Day(first)
	return nil
}

func (l *loader) calendarRules() error {
	rows, err := l.c.Query(l.ctx, `SELECT calendar_id, "on", coalesce(weekday, 0), working FROM main.calendars`)
	if err != nil {
		return err
	}
	defer rows.Close()
	rules := map[string][]planwright.CalendarRule{}
	for rows.Next() {
		var id string
		var r planwright.CalendarRule
		if err := rows.Scan(&id, &r.On, &r.Weekday, &r.Working); err != nil {
			return err
		}
		if r.On.Known() {
			r.Weekday = 0 // a rule for one day
		}
		rules[id] = append(rules[id], r)
	}
	l.calendars = map[string]*planwright.Calendar{}
	for id, r := range rules { // each calendar is made of its own rules alone
		l.calendars[id] = planwright.NewCalendar(r)
	}
	return rows.Err()
}

func (l *loader) calendarsOf(ids []string) []*planwright.Calendar {
	cal := make([]*planwright.Calendar, len(ids))
	for i, id := range ids {
		cal[i] = l.calendars[id] // nil for "" and for a calendar without rules
	}
	return cal
}

func (l *loader) items() error {
	n, err := l.count("items")
	if err != nil {
		return err
	}
	t := &l.s.Items
	*t = planwright.Items{
		ID: make([]string, n), Name: make([]string, n), Category: make([]string, n), UOM: filled(n, "EA"),
		UnitCost: make([]float64, n), UnitPrice: make([]float64, n), ShelfLife: filled(n, planwright.NoInt), Decimals: filled[int8](n, 6),
		Status: make([]planwright.ItemStatus, n), OutOn: filled(n, planwright.NoDay), Successor: filled(n, planwright.None),
		ABC: make([]string, n), Planner: make([]string, n),
	}
	succ := make([]string, n)
	err = l.read("items", `SELECT item, item_id, name, category, uom, unit_cost, unit_price, shelf_life_days, decimals, status, effective_out_on, successor_item_id, abc_class, planner FROM main.items`, n, func(b *block) {
		b.dense()
		b.texts(t.ID)
		b.texts(t.Name)
		b.texts(t.Category)
		b.texts(t.UOM)
		b.floats(t.UnitCost)
		b.floats(t.UnitPrice)
		b.ints(t.ShelfLife)
		small(b, t.Decimals, 0, 6)
		enums(b, t.Status, planwright.ParseItemStatus)
		b.days(t.OutOn)
		b.texts(succ)
		b.texts(t.ABC)
		b.texts(t.Planner)
	})
	for i, code := range succ {
		if code != "" {
			t.Successor[i] = codeRow(t.ID, code)
		}
	}
	if err != nil {
		return err
	}
	return l.criticality(n)
}

// criticality reads what people entered for vital, essential and desirable items
// in an extra column of the data set.
func (l *loader) criticality(n int) error {
	for _, col := range []string{"x_ved", "x_criticality"} {
		found, err := l.has("items", col)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		l.s.Criticality = make([]string, n)
		return l.read("items", "SELECT "+quote(col)+" FROM main.items", n, func(b *block) { b.texts(l.s.Criticality) })
	}
	return nil
}

// has says whether the data set came with an extra column of a table.
func (l *loader) has(table, col string) (bool, error) {
	var found int64
	_, err := l.c.Scan(l.ctx, "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = "+literal(table)+" AND column_name = "+literal(col)+" AND data_type = 'VARCHAR'", nil, &found)
	return found > 0, err
}

// incumbent reads the levels that the company works with, for comparison, from
// extra columns of the data set. What is no quantity is none.
func (l *loader) incumbent(n int) error {
	for col, dst := range map[string]*[]planwright.Qty{"x_incumbent_min": &l.s.IncumbentMin, "x_incumbent_max": &l.s.IncumbentMax} {
		*dst = make([]planwright.Qty, n)
		for i := range *dst {
			(*dst)[i] = planwright.NoQty
		}
		found, err := l.has("skus", col)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		text := make([]string, n)
		if err := l.read("skus", "SELECT "+quote(col)+" FROM main.skus", n, func(b *block) { b.texts(text) }); err != nil {
			return err
		}
		for i, v := range text {
			if q, err := planwright.ParseQty(v); err == nil && q >= 0 {
				(*dst)[i] = q
			}
		}
	}
	return nil
}

func (l *loader) sites() error {
	n, err := l.count("sites")
	if err != nil {
		return err
	}
	t := &l.s.Sites
	*t = planwright.Sites{ID: make([]string, n), Name: make([]string, n), Region: make([]string, n)}
	cal := make([]string, n)
	err = l.read("sites", "SELECT site, site_id, name, region, calendar_id FROM main.sites", n, func(b *block) {
		b.dense()
		b.texts(t.ID)
		b.texts(t.Name)
		b.texts(t.Region)
		b.texts(cal)
	})
	t.Calendar = l.calendarsOf(cal)
	return err
}

func (l *loader) suppliers() error {
	n, err := l.count("suppliers")
	if err != nil {
		return err
	}
	t := &l.s.Suppliers
	*t = planwright.Suppliers{ID: make([]string, n), Name: make([]string, n), MinOrderValue: make([]float64, n), LeadTime: filled(n, planwright.NoInt)}
	cal := make([]string, n)
	err = l.read("suppliers", "SELECT supplier, supplier_id, name, calendar_id, min_order_value, lead_time_days FROM main.suppliers", n, func(b *block) {
		b.dense()
		b.texts(t.ID)
		b.texts(t.Name)
		b.texts(cal)
		b.floats(t.MinOrderValue)
		b.ints(t.LeadTime)
	})
	t.Calendar = l.calendarsOf(cal)
	return err
}

func (l *loader) skus() error {
	n, err := l.count("skus")
	if err != nil {
		return err
	}
	t := &l.s.SKUs
	t.Grow(n)
	err = l.read("skus", `SELECT sku, item, site, procurement, lead_time_days, lead_time_sd, gr_days, lead_time_per_unit, opening_days,
		mrp_type, reorder_scope, lot_rule, lot_size, lot_periods, lot_min, lot_multiple, lot_max, lot_max_rest, rounding_profile, group_start,
		safety_stock, safety_stock_timing, safety_time_days, coverage_days, reorder_point, order_up_to, review_days,
		service_level, service_kind, order_cost, holding_rate, backorder_cost, reschedule_days, reschedule_tolerance_days,
		demand_fence_days, planning_fence_days, fence_type, scrap_pct, scrap_rule, phantom_stock,
		adu, decoupled_lead_time_days, lead_time_factor, variability_factor, spike_threshold, spike_horizon_days,
		consumption_mode, consume_back_days, consume_fwd_days, strategy FROM main.skus`, n, func(b *block) {
		b.dense()
		b.ints(t.Item)
		b.ints(t.Site)
		enums(b, t.Procurement, planwright.ParseProcurement)
		b.ints(t.LeadTime)
		b.floats(t.LeadTimeSD)
		b.ints(t.GRDays)
		b.qtys(t.LeadTimePerUnit)
		b.ints(t.OpeningDays)
		enums(b, t.MRPType, planwright.ParseMRPType)
		enums(b, t.ReorderScope, planwright.ParseReorderScope)
		enums(b, t.LotRule, planwright.ParseLotRule)
		b.qtys(t.LotSize)
		b.ints(t.LotPeriods)
		b.qtys(t.LotMin)
		b.qtys(t.LotMultiple)
		b.qtys(t.LotMax)
		b.is(t.LotMaxAsIs, "as_is")
		b.texts(t.Rounding)
		b.is(t.GroupMove, "movement")
		b.qtys(t.SafetyStock)
		enums(b, t.SafetyTiming, planwright.ParseSafetyTiming)
		b.ints(t.SafetyTime)
		b.ints(t.CoverageDays)
		b.qtys(t.ReorderPoint)
		b.qtys(t.OrderUpTo)
		b.ints(t.ReviewDays)
		b.floats(t.ServiceLevel)
		enums(b, t.ServiceKind, planwright.ParseServiceKind)
		b.floats(t.OrderCost)
		b.floats(t.HoldingRate)
		b.floats(t.BackorderCost)
		b.ints(t.RescheduleDays)
		b.ints(t.RescheduleTolerance)
		b.ints(t.DemandFence)
		b.ints(t.PlanningFence)
		enums(b, t.FenceType, planwright.ParseFenceType)
		b.qtys(t.ScrapPct)
		b.is(t.ScrapDivide, "divide")
		b.is(t.PhantomIgnoreStock, "ignore")
		b.qtys(t.ADU)
		b.ints(t.DLT)
		b.floats(t.LeadTimeFactor)
		b.floats(t.VarFactor)
		b.floats(t.SpikeThreshold)
		b.ints(t.SpikeHorizon)
		small(b, t.ConsumptionMode, 1, 4)
		b.ints(t.ConsumeBack)
		b.ints(t.ConsumeForward)
		b.ints(t.Strategy)
	})
	if err != nil {
		return err
	}
	items := int32(l.s.Items.Len())
	l.skuOff = make([]int32, items+1)
	for k, item := range t.Item {
		if item < 0 || item >= items || k > 0 && item < t.Item[k-1] {
			return fail(planwright.CodeFileFormat, "open snapshot", "skus row "+strconv.Itoa(k), "item "+strconv.Itoa(int(item))+" is out of order", "import the data again", nil)
		}
		l.skuOff[item+1]++
	}
	for i := range items {
		l.skuOff[i+1] += l.skuOff[i]
	}
	return l.incumbent(n)
}

func (l *loader) skuPeriods() (err error) {
	t := &l.s.SKUPeriods
	t.Off, err = l.rows("sku_periods", `"from", safety_stock, scrap_pct, service_level`, func(n int) {
		t.From, t.SafetyStock, t.ScrapPct, t.ServiceLevel = make([]planwright.Day, n), filled(n, planwright.NoQty), filled(n, planwright.NoQty), filled(n, math.NaN())
	}, func(b *block) {
		b.days(t.From)
		b.qtys(t.SafetyStock)
		b.qtys(t.ScrapPct)
		b.floats(t.ServiceLevel)
	})
	return err
}

func (l *loader) sources() (err error) {
	t := &l.s.Sources
	var num, den []int64
	var weekdays []string
	t.Off, err = l.rows("sources", `kind, supplier, from_sku, bom_id, lead_time_days, lead_time_sd, priority, quota, quota_base, from_stock_only, lot_min, lot_multiple, lot_max,
		uom, per_uom_num, per_uom_den, price, effective_from, effective_to, order_weekdays`, func(n int) {
		*t = planwright.Sources{
			Kind: make([]planwright.Procurement, n), Supplier: filled(n, planwright.None), From: filled(n, planwright.NoSKU), BOMID: make([]string, n),
			LeadTime: filled(n, planwright.NoInt), LeadTimeSD: filled(n, math.NaN()), Priority: filled[int32](n, 1), Quota: make([]float64, n), QuotaBase: make([]float64, n),
			FromStockOnly: make([]bool, n), LotMin: filled(n, planwright.NoQty), LotMultiple: filled(n, planwright.NoQty), LotMax: filled(n, planwright.NoQty),
			UOM: make([]string, n), PerUOM: make([]planwright.Ratio, n), Price: filled(n, math.NaN()), EffectiveFrom: filled(n, planwright.NoDay), EffectiveTo: filled(n, planwright.NoDay),
			OrderWeekdays: make([]uint8, n),
		}
		num, den, weekdays = filled[int64](n, 1), filled[int64](n, 1), make([]string, n)
	}, func(b *block) {
		enums(b, t.Kind, planwright.ParseProcurement)
		b.ints(t.Supplier)
		b.refs(t.From)
		b.texts(t.BOMID)
		b.ints(t.LeadTime)
		b.floats(t.LeadTimeSD)
		b.ints(t.Priority)
		b.floats(t.Quota)
		b.floats(t.QuotaBase)
		b.bools(t.FromStockOnly)
		b.qtys(t.LotMin)
		b.qtys(t.LotMultiple)
		b.qtys(t.LotMax)
		b.texts(t.UOM)
		v := b.vec()
		fillNumbers(num[b.lo:], &v)
		v = b.vec()
		fillNumbers(den[b.lo:], &v)
		b.floats(t.Price)
		b.days(t.EffectiveFrom)
		b.days(t.EffectiveTo)
		b.texts(weekdays)
	})
	for i := range num {
		t.PerUOM[i] = planwright.Ratio{Num: num[i], Den: den[i]}
		t.OrderWeekdays[i] = weekdayBits(weekdays[i])
	}
	return err
}

// weekdayBits reads weekdays written as digits, 1 for Monday to 7 for Sunday,
// with whatever between them: "1,3,5". No digit means every day.
func weekdayBits(s string) uint8 {
	var b uint8
	for i := 0; i < len(s); i++ {
		if s[i] >= '1' && s[i] <= '7' {
			b |= 1 << (s[i] - '1')
		}
	}
	return b
}

func (l *loader) priceBreaks() error {
	n, err := l.count("price_breaks")
	if err != nil {
		return err
	}
	t := &l.s.PriceBreaks
	*t = planwright.PriceBreaks{Item: make([]int32, n), Supplier: make([]int32, n), FromQty: make([]planwright.Qty, n), Price: make([]float64, n), Incremental: make([]bool, n)}
	return l.read("price_breaks", "SELECT item, supplier, from_qty, price, kind FROM main.price_breaks ORDER BY item, supplier, from_qty", n, func(b *block) {
		b.ints(t.Item)
		b.ints(t.Supplier)
		b.qtys(t.FromQty)
		b.floats(t.Price)
		b.is(t.Incremental, "incremental")
	})
}

func (l *loader) stock() (err error) {
	t := &l.s.Stock
	t.Off, err = l.rows("stock", "qty, lot, received_on, expires_on, status, segment, supplier", func(n int) {
		*t = planwright.Stock{Qty: make([]planwright.Qty, n), Lot: make([]string, n), ReceivedOn: filled(n, planwright.NoDay), ExpiresOn: filled(n, planwright.NoDay),
			Status: make([]planwright.StockStatus, n), Segment: make([]string, n), Supplier: filled(n, planwright.None)}
	}, func(b *block) {
		b.qtys(t.Qty)
		b.texts(t.Lot)
		b.days(t.ReceivedOn)
		b.days(t.ExpiresOn)
		enums(b, t.Status, planwright.ParseStockStatus)
		b.texts(t.Segment)
		b.ints(t.Supplier)
	})
	return err
}

func (l *loader) supply() (err error) {
	t := &l.s.Supply
	t.Off, err = l.rows("supply_orders", "order_id, kind, qty, due_on, ordered_on, firm, shipped, segment, supplier, from_sku", func(n int) {
		*t = planwright.Supply{OrderID: make([]string, n), Kind: make([]planwright.OrderKind, n), Qty: make([]planwright.Qty, n), DueOn: make([]planwright.Day, n),
			OrderedOn: filled(n, planwright.NoDay), Firm: filled(n, true), Shipped: make([]bool, n), Segment: make([]string, n), Supplier: filled(n, planwright.None), From: filled(n, planwright.NoSKU)}
	}, func(b *block) {
		b.texts(t.OrderID)
		enums(b, t.Kind, planwright.ParseOrderKind)
		b.qtys(t.Qty)
		b.days(t.DueOn)
		b.days(t.OrderedOn)
		b.bools(t.Firm)
		b.bools(t.Shipped)
		b.texts(t.Segment)
		b.ints(t.Supplier)
		b.refs(t.From)
	})
	return err
}

func (l *loader) demand() (err error) {
	t := &l.s.Demand
	t.Off, err = l.rows("demand_orders", "order_id, qty, due_on, ordered_on, priority, customer_id, segment, price", func(n int) {
		*t = planwright.Demand{OrderID: make([]string, n), Qty: make([]planwright.Qty, n), DueOn: make([]planwright.Day, n), OrderedOn: filled(n, planwright.NoDay),
			Priority: filled[int32](n, 10), Customer: make([]string, n), Segment: make([]string, n), Price: filled(n, math.NaN())}
	}, func(b *block) {
		b.texts(t.OrderID)
		b.qtys(t.Qty)
		b.days(t.DueOn)
		b.days(t.OrderedOn)
		b.ints(t.Priority)
		b.texts(t.Customer)
		b.texts(t.Segment)
		b.floats(t.Price)
	})
	return err
}

func (l *loader) reservations() (err error) {
	t := &l.s.Reserved
	t.Off, err = l.rows("reservations", "order_id, qty, due_on", func(n int) {
		*t = planwright.Reserved{OrderID: make([]string, n), Qty: make([]planwright.Qty, n), DueOn: make([]planwright.Day, n)}
	}, func(b *block) {
		b.texts(t.OrderID)
		b.qtys(t.Qty)
		b.days(t.DueOn)
	})
	return err
}

func (l *loader) given() (err error) {
	t := &l.s.Given
	t.Off, err = l.rows("forecasts", `"from", "to", qty, kind, customer_id, reason, author`, func(n int) {
		*t = planwright.Given{From: make([]planwright.Day, n), To: make([]planwright.Day, n), Qty: make([]planwright.Qty, n), Kind: make([]planwright.ForecastKind, n),
			Customer: make([]string, n), Reason: make([]string, n), Author: make([]string, n)}
	}, func(b *block) {
		b.days(t.From)
		b.days(t.To)
		b.qtys(t.Qty)
		enums(b, t.Kind, planwright.ParseForecastKind)
		b.texts(t.Customer)
		b.texts(t.Reason)
		b.texts(t.Author)
	})
	return err
}

func (l *loader) events() error {
	n, err := l.count("events")
	if err != nil {
		return err
	}
	t := &l.s.Events
	*t = planwright.Events{ID: make([]string, n), Name: make([]string, n), From: make([]planwright.Day, n), To: make([]planwright.Day, n),
		Kind: make([]planwright.EventKind, n), Scope: make([]string, n), Effect: filled(n, math.NaN())}
	effect := make([]string, n)
	err = l.read("events", `SELECT event_id, name, "from", "to", kind, scope, effect FROM main.events`, n, func(b *block) {
		b.texts(t.ID)
		b.texts(t.Name)
		b.days(t.From)
		b.days(t.To)
		enums(b, t.Kind, planwright.ParseEventKind)
		b.texts(t.Scope)
		b.texts(effect)
	})
	for i, e := range effect {
		if strings.EqualFold(e, "closed") {
			t.Effect[i] = 0
		} else if f, ferr := strconv.ParseFloat(e, 64); ferr == nil {
			t.Effect[i] = f
		}
	}
	return err
}

func (l *loader) receipts() error {
	n, err := l.count("receipts")
	if err != nil {
		return err
	}
	t := planwright.Receipts{Supplier: make([]int32, n), SKU: make([]planwright.SKU, n), OrderedOn: make([]planwright.Day, n), PromisedOn: filled(n, planwright.NoDay),
		ReceivedOn: make([]planwright.Day, n), Ordered: make([]planwright.Qty, n), Received: make([]planwright.Qty, n), Rejected: make([]planwright.Qty, n)}
	err = l.read("receipts", "SELECT supplier, sku, ordered_on, promised_on, received_on, qty_ordered, qty_received, qty_rejected FROM data.receipts", n, func(b *block) {
		b.ints(t.Supplier)
		b.refs(t.SKU)
		b.days(t.OrderedOn)
		b.days(t.PromisedOn)
		b.days(t.ReceivedOn)
		b.qtys(t.Ordered)
		b.qtys(t.Received)
		b.qtys(t.Rejected)
	})
	if err != nil {
		return err
	}
	// Stored by sku and day; wanted by supplier, item and day.
	at := make([]int32, n)
	for i := range at {
		at[i] = int32(i)
		if k := t.SKU[i]; k < 0 || int(k) >= l.s.Len() {
			return fail(planwright.CodeFileFormat, "open snapshot", "receipts row "+strconv.Itoa(i), "no sku "+strconv.Itoa(int(k)), "import the data again", nil)
		}
	}
	slices.SortStableFunc(at, func(a, b int32) int {
		if c := cmp.Compare(t.Supplier[a], t.Supplier[b]); c != 0 {
			return c
		}
		if c := cmp.Compare(l.s.SKUs.Item[t.SKU[a]], l.s.SKUs.Item[t.SKU[b]]); c != 0 {
			return c
		}
		return cmp.Compare(t.ReceivedOn[a], t.ReceivedOn[b])
	})
	l.s.Receipts = planwright.Receipts{Supplier: pick(t.Supplier, at), SKU: pick(t.SKU, at), OrderedOn: pick(t.OrderedOn, at), PromisedOn: pick(t.PromisedOn, at),
		ReceivedOn: pick(t.ReceivedOn, at), Ordered: pick(t.Ordered, at), Received: pick(t.Received, at), Rejected: pick(t.Rejected, at)}
	return nil
}

func pick[T any](column []T, at []int32) []T {
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = column[k]
	}
	return out
}

// repairs reads what an import repaired, by sku.
func (l *loader) repairs() (err error) {
	var n int64
	if _, err := l.c.Scan(l.ctx, "SELECT count(*) FROM data.repairs", nil, &n); err != nil {
		return err
	}
	skus := l.s.Len()
	l.s.RepairedOff = make([]int32, skus+1)
	l.s.RepairedNote = make([]string, n)
	at := make([]planwright.SKU, n)
	err = l.read("repairs", "SELECT sku, note FROM data.repairs ORDER BY sku, note", int(n), func(b *block) {
		b.refs(at)
		b.texts(l.s.RepairedNote)
	})
	if err != nil {
		return err
	}
	for _, k := range at {
		if k < 0 || int(k) >= skus {
			return fail(planwright.CodeFileFormat, "open snapshot", "repairs", "no sku "+strconv.Itoa(int(k)), "import the data again", nil)
		}
		l.s.RepairedOff[k+1]++
	}
	for i := range skus {
		l.s.RepairedOff[i+1] += l.s.RepairedOff[i]
	}
	return nil
}

// findings turns what the import set aside (severity fail) into exceptions of
// every plan: the planner of the item must know that a row is missing.
func (l *loader) findings() error {
	rows, err := l.c.Query(l.ctx, `SELECT code, item_id, site_id, value, detail, subject FROM main.findings WHERE severity = 'fail' AND item_id IS NOT NULL ORDER BY ALL`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name, item, site, detail, subject string
		var value float64
		if err := rows.Scan(&name, &item, &site, &value, &detail, &subject); err != nil {
			return err
		}
		code, ok := planwright.ParseCode(name)
		k := l.find(item, site)
		if !ok || k == planwright.NoSKU {
			continue
		}
		if detail == "" {
			detail = subject
		}
		if math.IsNaN(value) {
			value = 0
		}
		l.s.Found.Add(planwright.Exception{Code: code, SKU: k, On: planwright.NoDay, Qty: planwright.NoQty, MoveTo: planwright.NoDay, Value: value, Detail: detail})
	}
	return rows.Err()
}

// find returns the sku of an item and a site code; the item's first sku where
// no site is given.
func (l *loader) find(item, site string) planwright.SKU {
	i := codeRow(l.s.Items.ID, item)
	if i == planwright.None || l.skuOff[i] == l.skuOff[i+1] {
		return planwright.NoSKU
	}
	if site == "" {
		return planwright.SKU(l.skuOff[i])
	}
	s := codeRow(l.s.Sites.ID, site)
	if s == planwright.None {
		return planwright.NoSKU
	}
	return l.skuOf(i, s)
}
