package snapshot

import (
	"context"
	"fmt"
	"strings"

	"planwright"
)

// soldSQL sums the history up by sku, once for all checks that ask it.
const soldSQL = `CREATE OR REPLACE TEMP TABLE sold AS SELECT sku, min("on") FILTER (sale) AS first_on, max("on") FILTER (sale) AS last_on, count(*) FILTER (sale) AS n, CAST(sum(qty) FILTER (sale) AS DOUBLE) AS qty
	FROM (SELECT sku, "on", qty, coalesce(kind, 'sale') = 'sale' AS sale FROM data.demand_history) GROUP BY sku`

// advice are the checks of what a planner would look at first in the data of a
// company: rows that can be planned with and are probably not meant. What is at
// stake is money where the data has prices, else a quantity or a number of days.
func (im *importer) advice() []check {
	day := "DATE '" + im.asOf.String() + "'"
	// Of skus and items: columns item_id, site_id, subject, value, detail.
	sku := func(code planwright.Code, value, detail, from, where string) check {
		return check{code: code, severity: planwright.Warn, table: "skus", needs: joined(from), query: fmt.Sprintf(`SELECT CAST(NULL AS INTEGER) AS src, CAST(NULL AS BIGINT) AS row, k.item_id, k.site_id, CAST(NULL AS VARCHAR) AS subject, CAST(%s AS DOUBLE) AS value, %s AS detail
			FROM main.skus k JOIN main.items i ON i.item = k.item %s WHERE %s`, value, detail, from, where)}
	}
	item := func(code planwright.Code, value, detail, from, where string) check {
		return check{code: code, severity: planwright.Warn, table: "items", needs: joined(from), query: fmt.Sprintf(`SELECT CAST(NULL AS INTEGER) AS src, CAST(NULL AS BIGINT) AS row, i.item_id, CAST(NULL AS VARCHAR) AS site_id, CAST(NULL AS VARCHAR) AS subject, CAST(%s AS DOUBLE) AS value, %s AS detail
			FROM main.items i %s WHERE %s`, value, detail, from, where)}
	}
	const (
		onHand  = "JOIN (SELECT sku, CAST(sum(qty) AS DOUBLE) AS qty FROM data.stock GROUP BY sku) s ON s.sku = k.sku"
		history = "JOIN sold h ON h.sku = k.sku AND h.n > 0"
		demand  = "JOIN (SELECT sku, CAST(sum(qty) AS DOUBLE) AS qty FROM data.demand_orders GROUP BY sku) d ON d.sku = k.sku"
		supply  = "JOIN (SELECT sku, CAST(sum(qty) AS DOUBLE) AS qty FROM data.supply_orders GROUP BY sku) o ON o.sku = k.sku"
	)
	list := []check{
		sku(planwright.CodeNoCost, "s.qty", "'stock of ' || s.qty || ' has no cost: it counts as worth nothing'", onHand, "s.qty > 0 AND coalesce(i.unit_cost, 0) = 0"),
		item(planwright.CodeNoPrice, "d.qty", "'open orders for ' || d.qty || ' and no price'", "JOIN (SELECT k.item, CAST(sum(o.qty) AS DOUBLE) AS qty FROM data.demand_orders o JOIN main.skus k ON k.sku = o.sku GROUP BY k.item) d ON d.item = i.item", "coalesce(i.unit_price, 0) = 0 AND coalesce(i.unit_cost, 0) = 0"),
		item(planwright.CodeCostAbovePrice, "i.unit_cost - i.unit_price", "'costs ' || i.unit_cost || ' and sells at ' || i.unit_price", "", "i.unit_price > 0 AND i.unit_cost > i.unit_price"),
		item(planwright.CodeNegativeCost, "i.unit_cost", "'unit_cost is ' || i.unit_cost || ', unit_price ' || i.unit_price", "", "i.unit_cost < 0 OR i.unit_price < 0"),
		item(planwright.CodeSimilarCode, "NULL", "'differs from ' || t.other || ' in zeros, signs or case alone'", `JOIN (SELECT item_id, lag(item_id) OVER (PARTITION BY key ORDER BY item_id) AS other FROM (SELECT item_id, ltrim(lower(regexp_replace(item_id, '[-_./ ]', '', 'g')), '0') AS key FROM main.items)) t ON t.item_id = i.item_id`, "t.other IS NOT NULL"),
		item(planwright.CodeSameName, "NULL", "'is called ' || i.name || ', as ' || t.other || ' is'", `JOIN (SELECT item_id, lag(item_id) OVER (PARTITION BY lower(trim(name)) ORDER BY item_id) AS other FROM main.items WHERE trim(coalesce(name, '')) <> '') t ON t.item_id = i.item_id`, "t.other IS NOT NULL"),
		sku(planwright.CodeObsoleteDemand, "d.qty * coalesce(nullif(i.unit_price, 0), i.unit_cost, 0)", "'is obsolete, and ' || d.qty || ' are ordered'", demand, "i.status = 'obsolete' AND d.qty > 0"),
		item(planwright.CodePhaseOutOpen, "NULL", "'is phased out, without a day and without a successor'", "", "i.status = 'phase_out' AND i.effective_out_on IS NULL AND i.successor_item_id IS NULL"),
		sku(planwright.CodeMadeNoBOM, "NULL", "'is made, and no bill of material says of what'", "", "k.procurement = 'make' AND NOT EXISTS (SELECT 1 FROM data.bom b WHERE b.parent = k.item)"),
		sku(planwright.CodeBoughtNoSupplier, "NULL", "'is bought, and no source says from whom'", "", "k.procurement = 'buy' AND NOT EXISTS (SELECT 1 FROM data.sources o WHERE o.sku = k.sku)"),
		sku(planwright.CodeLeadTimeLong, "k.lead_time_days", "'a lead time of ' || k.lead_time_days || ' days'", "", "k.lead_time_days > 365"),
		sku(planwright.CodeLevelsContradict, "CAST(k.safety_stock AS DOUBLE) * coalesce(i.unit_cost, 0)", "'safety stock ' || coalesce(CAST(k.safety_stock AS VARCHAR), '-') || ', reorder point ' || coalesce(CAST(k.reorder_point AS VARCHAR), '-') || ', maximum ' || k.order_up_to", "", "k.order_up_to > 0 AND (k.safety_stock > k.order_up_to OR k.reorder_point > k.order_up_to)"),
		sku(planwright.CodeLotsContradict, "NULL", "'lots of at least ' || coalesce(k.lot_min, 0) || ', in steps of ' || coalesce(k.lot_multiple, 0) || ', at most ' || k.lot_max", "", "k.lot_max > 0 AND (k.lot_min > k.lot_max OR k.lot_multiple > k.lot_max)"),
		sku(planwright.CodeStockExpired, "s.qty * coalesce(i.unit_cost, 0)", "s.qty || ' expired before the planning day'", "JOIN (SELECT sku, CAST(sum(qty) AS DOUBLE) AS qty FROM data.stock WHERE expires_on < "+day+" GROUP BY sku) s ON s.sku = k.sku", "s.qty > 0"),
		sku(planwright.CodeStockUnused, "s.qty * coalesce(i.unit_cost, 0)", "'stock of ' || s.qty || ', and nothing that needs it: no order, no history, no bill, no forecast'", onHand, `s.qty > 0 AND NOT EXISTS (SELECT 1 FROM data.demand_orders x WHERE x.sku = k.sku) AND NOT EXISTS (SELECT 1 FROM sold x WHERE x.sku = k.sku)
			AND NOT EXISTS (SELECT 1 FROM data.bom x WHERE x.component = k.item) AND NOT EXISTS (SELECT 1 FROM data.forecasts x WHERE x.sku = k.sku) AND NOT EXISTS (SELECT 1 FROM data.reservations x WHERE x.sku = k.sku)`),
		sku(planwright.CodeHistoryShort, "h.qty * coalesce(i.unit_price, 0)", "'history of ' || date_diff('day', h.first_on, "+day+") || ' days: too short to see a season or a trend'", history, "date_diff('day', h.first_on, "+day+") < 56"),
		sku(planwright.CodeHistoryStale, "h.qty * coalesce(i.unit_price, 0)", "'last sold on ' || h.last_on", history, "h.n >= 10 AND date_diff('day', h.last_on, "+day+") > 180"),
		sku(planwright.CodeOrderHuge, "o.qty * coalesce(i.unit_cost, 0)", "'open receipts of ' || o.qty || ', and ' || h.qty || ' sold in ' || date_diff('day', h.first_on, "+day+") || ' days'", supply+" "+history, "date_diff('day', h.first_on, "+day+") >= 90 AND h.qty > 0 AND o.qty > 3 * h.qty * 365 / greatest(date_diff('day', h.first_on, "+day+"), 365)"),
		{code: planwright.CodeOrderTwice, severity: planwright.Warn, table: "supply_orders", query: twiceSQL("supply_orders")},
		{code: planwright.CodeOrderTwice, severity: planwright.Warn, table: "demand_orders", query: twiceSQL("demand_orders")},
		{code: planwright.CodeUsageZero, severity: planwright.Warn, table: "bom", query: "SELECT t.__src AS src, t.__row AS row, t.parent_id AS item_id, t.site_id AS site_id, t.component_id AS subject, CAST(NULL AS DOUBLE) AS value, t.component_id || ' is used with a quantity of 0' AS detail FROM v_bom t WHERE t.qty_per = 0", where: "t.qty_per = 0"},
		{code: planwright.CodeScrapHigh, severity: planwright.Warn, table: "bom", query: "SELECT t.__src AS src, t.__row AS row, t.parent_id AS item_id, t.site_id AS site_id, t.component_id AS subject, CAST(t.scrap_pct AS DOUBLE) AS value, 'scrap of ' || t.scrap_pct || ' %' AS detail FROM v_bom t WHERE t.scrap_pct >= 50", where: "t.scrap_pct >= 50"},
		{code: planwright.CodeReceiptTooLarge, severity: planwright.Warn, table: "receipts", query: `SELECT CAST(NULL AS INTEGER) AS src, CAST(NULL AS BIGINT) AS row, k.item_id, k.site_id, r.order_id AS subject, CAST(r.qty_received - r.qty_ordered AS DOUBLE) AS value, 'received ' || r.qty_received || ' of ' || r.qty_ordered AS detail
			FROM data.receipts r JOIN main.skus k ON k.sku = r.sku WHERE r.qty_ordered > 0 AND r.qty_received > 10 * r.qty_ordered`},
		{code: planwright.CodeReceiptOrder, severity: planwright.Warn, table: "receipts", query: `SELECT CAST(NULL AS INTEGER) AS src, CAST(NULL AS BIGINT) AS row, k.item_id, k.site_id, r.order_id AS subject, CAST(date_diff('day', r.received_on, r.ordered_on) AS DOUBLE) AS value, 'received on ' || r.received_on || ', before it was ordered on ' || r.ordered_on AS detail
			FROM data.receipts r JOIN main.skus k ON k.sku = r.sku WHERE r.received_on < r.ordered_on`},
	}
	return list
}

// joined are the tables of facts that a FROM joins: without rows in one of them
// it has none.
func joined(from string) []string {
	var tables []string
	for _, t := range []string{"demand_orders", "supply_orders", "stock"} {
		if strings.Contains(from, "FROM data."+t+" ") {
			tables = append(tables, t)
		}
	}
	if strings.Contains(from, "JOIN sold ") {
		tables = append(tables, "demand_history")
	}
	return tables
}

// twiceSQL finds orders that stand twice: the same order, sku, day and
// quantity.
func twiceSQL(table string) string {
	return fmt.Sprintf(`SELECT __src AS src, __row AS row, item_id, site_id, order_id AS subject, CAST(qty AS DOUBLE) AS value, order_id || ' for ' || qty || ' on ' || due_on || ' stands twice' AS detail
		FROM (SELECT *, row_number() OVER (PARTITION BY order_id, item_id, site_id, due_on, qty ORDER BY __src, __row) AS again FROM v_%s) WHERE again > 1`, table)
}

// repair fills lead times that are missing with the median of the receipts of
// the sku's supplier, or of the lead times that other skus have from it. The
// sku is marked: every explanation that uses the number says that it was
// repaired.
func (im *importer) repair(ctx context.Context) error {
	return im.c.Exec(ctx, `CREATE OR REPLACE TEMP TABLE mended AS
		WITH missing AS (`+leadTimeSkus+`),
		first AS (SELECT sku, supplier FROM (SELECT sku, supplier, row_number() OVER (PARTITION BY sku ORDER BY coalesce(priority, 1), supplier) AS k FROM data.sources WHERE supplier IS NOT NULL) WHERE k = 1),
		seen AS (SELECT supplier, median(date_diff('day', ordered_on, received_on)) AS days, count(*) AS n FROM data.receipts WHERE supplier IS NOT NULL AND received_on >= ordered_on GROUP BY supplier HAVING count(*) >= 3),
		said AS (SELECT o.supplier, median(coalesce(o.lead_time_days, k.lead_time_days)) AS days FROM data.sources o JOIN main.skus k ON k.sku = o.sku WHERE o.supplier IS NOT NULL AND coalesce(o.lead_time_days, k.lead_time_days) IS NOT NULL GROUP BY o.supplier)
		SELECT m.sku, CAST(ceil(coalesce(seen.days, said.days)) AS INTEGER) AS days FROM missing m JOIN first ON first.sku = m.sku LEFT JOIN seen ON seen.supplier = first.supplier LEFT JOIN said ON said.supplier = first.supplier
		WHERE coalesce(seen.days, said.days) IS NOT NULL;
		UPDATE main.skus SET lead_time_days = m.days FROM mended m WHERE main.skus.sku = m.sku;
		INSERT INTO data.repairs SELECT sku, 'lead_time=' || days FROM mended ORDER BY sku;
		DROP TABLE mended;`)
}
