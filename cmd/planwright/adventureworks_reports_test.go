package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// adventureWorksReports compares every table of analytics with SQL of its own
// over the snapshot, the requirements and the orders. It is a part of
// TestAdventureWorks, which makes the plan.
func adventureWorksReports(wrong func(name, query string), some func(query string)) {
	// One stock value, whichever way it is cut.
	wrong("stock value", `
		WITH stock AS (SELECT sum(s.qty * i.unit_cost)::DOUBLE AS v FROM snap.stock s JOIN snap.items i USING (item_id))
		SELECT * FROM stock, (
			SELECT 'flow' AS t, sum(stock_value) AS x FROM plan.flow
			UNION ALL SELECT 'aging', sum(value) + (SELECT value FROM plan.kpis WHERE name = 'negative_stock_value') FROM plan.aging
			UNION ALL SELECT 'projection', sum(opening_value) FROM plan.projection WHERE week_start = DATE '2014-06-30'
			UNION ALL SELECT 'kpi', value FROM plan.kpis WHERE name = 'stock_value'
			UNION ALL SELECT dimension, sum(value) FROM plan.kpi_groups WHERE name = 'stock_value' GROUP BY dimension)
		WHERE abs(v - x) > 1e-6 * v`)

	// FIFO: the stock of no known day is what came in last.
	wrong("age layers", `
		WITH hand AS (SELECT item_id, sum(qty)::DOUBLE AS hand FROM snap.stock GROUP BY 1 HAVING sum(qty) > 0),
		got AS (SELECT item_id, received_on, sum(qty_received - coalesce(qty_rejected, 0))::DOUBLE AS q FROM snap.receipts
			WHERE received_on < DATE '2014-06-30' AND qty_received - coalesce(qty_rejected, 0) > 0 GROUP BY 1, 2),
		newest AS (SELECT item_id, received_on, q, hand, sum(q) OVER (PARTITION BY item_id ORDER BY received_on DESC) - q AS after FROM got JOIN hand USING (item_id)),
		layers AS (
			SELECT item_id, received_on, least(q, hand - after) AS qty FROM newest WHERE hand > after
			UNION ALL SELECT item_id, NULL, hand - coalesce((SELECT sum(q) FROM got g WHERE g.item_id = h.item_id), 0) FROM hand h WHERE hand > coalesce((SELECT sum(q) FROM got g WHERE g.item_id = h.item_id), 0))
		SELECT l.item_id, l.received_on, l.qty, a.qty FROM layers l FULL JOIN (SELECT item_id, received_on, sum(qty)::DOUBLE AS qty FROM plan.aging GROUP BY 1, 2) a
			ON a.item_id = l.item_id AND a.received_on IS NOT DISTINCT FROM l.received_on
		WHERE abs(coalesce(l.qty, 0) - coalesce(a.qty, 0)) > 1e-6`)
	some(`SELECT 1 FROM plan.aging WHERE basis = 'receipt' LIMIT 1`)
	some(`SELECT 1 FROM plan.aging WHERE basis = 'undated' LIMIT 1`)

	wrong("use, turns and days of supply", `
		WITH used AS (
			SELECT i.item_id, coalesce(sum(h.qty), 0)::DOUBLE AS q, count(h.qty) AS picks FROM snap.items i
			LEFT JOIN snap.demand_history h ON h.item_id = i.item_id AND h."on" >= DATE '2014-06-30' - 365 AND h."on" < DATE '2014-06-30' GROUP BY 1
		), hand AS (SELECT item_id, sum(qty)::DOUBLE AS h FROM snap.stock GROUP BY 1)
		SELECT * FROM plan.flow f JOIN used u USING (item_id) JOIN snap.items i USING (item_id) LEFT JOIN hand USING (item_id)
		WHERE abs(f.year_use - u.q) > 1e-6 OR f.picks <> u.picks OR abs(f.use_value - u.q * i.unit_cost) > 1e-4
			OR h > 0 AND abs(f.turns - u.q / h) > 1e-9 * (1 + f.turns) OR h > 0 AND u.q > 0 AND abs(f.days_back - h / (u.q / 365)) > 1e-6 * f.days_back
			OR i.unit_price > 0 AND abs(f.margin - u.q * (i.unit_price - i.unit_cost)) > 1e-3`)

	wrong("days of supply forward", `
		WITH need AS (SELECT item_id, "on", seq, -qty::DOUBLE AS q, sum(-qty::DOUBLE) OVER (PARTITION BY item_id ORDER BY seq) AS cum FROM plan.requirements
			WHERE kind IN ('order', 'forecast', 'dependent', 'transfer', 'reservation') AND qty < 0),
		short AS (SELECT n.item_id, min(n."on") AS day FROM need n JOIN plan.flow f USING (item_id) WHERE n.cum > greatest(f.on_hand, 0) + 1e-7 GROUP BY 1)
		SELECT f.item_id, f.days_forward, greatest(day - DATE '2014-06-30', 0) AS by_sql FROM plan.flow f JOIN short USING (item_id)
		WHERE f.days_forward IS NULL OR abs(f.days_forward - greatest(day - DATE '2014-06-30', 0)) > 1e-9`)

	wrong("excess", `
		WITH need AS (SELECT item_id, sum(-qty)::DOUBLE AS q FROM plan.requirements WHERE kind IN ('order', 'forecast', 'dependent', 'transfer', 'reservation') GROUP BY 1),
		hand AS (SELECT item_id, sum(qty)::DOUBLE AS h FROM snap.stock GROUP BY 1),
		rest AS (SELECT item_id, h - coalesce(q, 0) - coalesce(p.safety_stock, 0)::DOUBLE AS over, i.unit_cost FROM hand JOIN snap.items i USING (item_id) LEFT JOIN need USING (item_id) LEFT JOIN plan.policies p USING (item_id))
		SELECT item_id, over, e.qty FROM (SELECT * FROM rest WHERE over > 1e-7) FULL JOIN plan.excess e USING (item_id)
		WHERE abs(coalesce(over, 0) - coalesce(e.qty, 0)) > 1e-6 OR abs(e.value - over * unit_cost) > 1e-4`)
	some(`SELECT 1 FROM plan.excess WHERE kind = 'excess' LIMIT 1`)

	wrong("slow and dead", `
		WITH used AS (SELECT item_id, max("on") AS day FROM snap.demand_history WHERE "on" < DATE '2014-06-30' AND qty > 0 GROUP BY 1),
		got AS (SELECT item_id, max(received_on) AS day FROM snap.receipts WHERE received_on < DATE '2014-06-30' GROUP BY 1),
		hand AS (SELECT item_id, sum(qty)::DOUBLE AS h FROM snap.stock GROUP BY 1 HAVING sum(qty) > 0),
		idle AS (SELECT item_id, DATE '2014-06-30' - coalesce(u.day, g.day) AS days FROM hand LEFT JOIN used u USING (item_id) LEFT JOIN got g USING (item_id)),
		class AS (SELECT item_id, days, CASE WHEN days IS NULL THEN 'unknown' WHEN days >= 365 THEN 'dead' WHEN days >= 90 THEN 'slow' ELSE 'moving' END AS class FROM idle)
		SELECT * FROM class c FULL JOIN plan.slow_movers s USING (item_id) WHERE c.class <> 'moving' AND s.movement IS DISTINCT FROM c.class OR c.class = 'moving' AND s.movement IS NOT NULL OR s.idle_days IS NOT NULL AND s.idle_days <> c.days`)
	some(`SELECT 1 FROM plan.slow_movers LIMIT 1`)

	wrong("safety stock breaches", `
		WITH closing AS (SELECT item_id, "on", max_by(available_after, seq)::DOUBLE AS q FROM plan.requirements GROUP BY 1, 2),
		below AS (SELECT c.item_id, min(greatest(c."on", DATE '2014-06-30')) AS day FROM closing c JOIN plan.policies p USING (item_id) WHERE c.q < greatest(coalesce(p.safety_stock, 0), 0)::DOUBLE GROUP BY 1)
		SELECT * FROM below FULL JOIN plan.safety_breaches b USING (item_id) WHERE b.below_on IS DISTINCT FROM below.day`)
	some(`SELECT 1 FROM plan.safety_breaches LIMIT 1`)

	wrong("projection", `
		WITH moved AS (
			SELECT greatest(date_trunc('week', "on")::DATE, DATE '2014-06-30') AS week, sum(greatest(r.qty, 0)::DOUBLE * i.unit_cost) AS came, sum(greatest(-r.qty, 0)::DOUBLE * i.unit_cost) AS went
			FROM plan.requirements r JOIN snap.items i USING (item_id) WHERE r.kind <> 'stock' AND r."on" < (SELECT max(week_end) FROM plan.projection) GROUP BY 1
		), planned AS (SELECT week_start AS week, sum(receipts_value) AS came, sum(issues_value) AS went, max(week_end) AS last FROM plan.projection GROUP BY 1)
		SELECT * FROM planned p LEFT JOIN moved m USING (week) WHERE p.last < (SELECT max(week_end) FROM plan.projection)
			AND (abs(p.came - coalesce(m.came, 0)) > 1e-6 * (1 + p.came) OR abs(p.went - coalesce(m.went, 0)) > 1e-6 * (1 + p.went))`)

	wrong("supplier scores", `
		WITH d AS (
			SELECT supplier_id, (received_on - ordered_on)::DOUBLE AS lead, (received_on - promised_on)::DOUBLE AS late, received_on <= promised_on AS on_time,
				qty_received - coalesce(qty_rejected, 0) >= qty_ordered AS in_full, qty_ordered::DOUBLE AS o, qty_received::DOUBLE AS g, coalesce(qty_rejected, 0)::DOUBLE AS r, ordered_on
			FROM snap.receipts WHERE received_on < DATE '2014-06-30' AND received_on >= DATE '2014-06-30' - 730 AND received_on >= ordered_on
		), s AS (
			SELECT supplier_id, count(*) AS n, avg(lead) AS mean, stddev_samp(lead) AS sd, quantile_cont(lead, 0.9) AS q90, avg(late) AS late, avg(on_time::INT) AS on_time, avg(in_full::INT) AS in_full,
				avg((on_time AND in_full)::INT) AS otif, sum(g) / sum(o) AS rate, sum(r) / nullif(sum(g), 0) AS reject, regr_slope(lead, ordered_on - DATE '2000-01-01') * 365 AS trend
			FROM d GROUP BY 1
		)
		SELECT * FROM s FULL JOIN (SELECT * FROM plan.supplier_scores WHERE item_id IS NULL) t USING (supplier_id)
		WHERE s.n IS DISTINCT FROM t.receipts OR abs(s.mean - t.lead_mean) > 1e-9 OR abs(s.sd - t.lead_sd) > 1e-9 OR abs(s.q90 - t.lead_q90) > 1e-9 OR abs(s.late - t.late_mean) > 1e-9
			OR abs(s.on_time - t.on_time) > 1e-9 OR abs(s.in_full - t.in_full) > 1e-9 OR abs(s.otif - t.otif) > 1e-9 OR abs(s.rate - t.qty_rate) > 1e-9 OR abs(s.reject - t.reject_rate) > 1e-9
			OR abs(s.trend - t.lead_trend) > 1e-6 * (1 + abs(s.trend))`)
	some(`SELECT 1 FROM plan.supplier_scores WHERE item_id IS NULL LIMIT 1`)
	wrong("receipts of a supplier and of its items", `
		SELECT supplier_id, sum(receipts) FILTER (item_id IS NULL) AS a, sum(receipts) FILTER (item_id IS NOT NULL) AS b FROM plan.supplier_scores GROUP BY 1 HAVING a <> b`)

	// Weeks from Monday; the series starts with the week of the first sale. Items that
	// were sold in the week in which the history begins are left out: it is brought
	// to a whole week before anything is made of it.
	wrong("variation of demand", `
		WITH first AS (SELECT item_id, min(date_trunc('week', "on")::DATE) AS first FROM snap.demand_history WHERE "on" < DATE '2014-06-30' GROUP BY 1),
		weeks AS (SELECT item_id, unnest(generate_series(first::TIMESTAMP, TIMESTAMP '2014-06-23', INTERVAL 7 DAY))::DATE AS week FROM first),
		sold AS (SELECT item_id, date_trunc('week', "on")::DATE AS week, sum(qty)::DOUBLE AS q FROM snap.demand_history WHERE "on" < DATE '2014-06-30' GROUP BY 1, 2),
		cv AS (SELECT item_id, stddev_samp(coalesce(q, 0)) / avg(coalesce(q, 0)) AS cv FROM weeks LEFT JOIN sold USING (item_id, week) GROUP BY 1 HAVING count(*) > 1)
		SELECT * FROM plan.classes c FULL JOIN cv USING (item_id) WHERE item_id NOT IN (SELECT item_id FROM first WHERE first = (SELECT min(first) FROM first))
			AND (abs(c.cv - cv.cv) > 1e-9 * (1 + cv.cv) OR (c.cv IS NULL) <> (cv.cv IS NULL) OR c.xyz IS DISTINCT FROM CASE WHEN cv.cv <= 0.5 THEN 'X' WHEN cv.cv <= 1 THEN 'Y' WHEN cv.cv IS NOT NULL THEN 'Z' END)`)
	some(`SELECT 1 FROM plan.classes WHERE xyz = 'Y' LIMIT 1`)

	wrong("bullwhip", `
		WITH span AS (SELECT item_id, greatest(min(date_trunc('week', "on")::DATE), DATE '2014-06-30' - 364) AS first FROM snap.demand_history WHERE "on" < DATE '2014-06-30' GROUP BY 1),
		weeks AS (SELECT item_id, unnest(generate_series(first::TIMESTAMP, TIMESTAMP '2014-06-23', INTERVAL 7 DAY))::DATE AS week FROM span),
		sold AS (SELECT item_id, date_trunc('week', "on")::DATE AS week, sum(qty)::DOUBLE AS q FROM snap.demand_history GROUP BY 1, 2),
		bought AS (SELECT item_id, date_trunc('week', ordered_on)::DATE AS week, sum(qty_ordered)::DOUBLE AS o FROM snap.receipts GROUP BY 1, 2),
		v AS (SELECT item_id, var_samp(coalesce(q, 0)) AS vd, var_samp(coalesce(o, 0)) AS vo, avg(coalesce(q, 0)) AS md, avg(coalesce(o, 0)) AS mo FROM weeks LEFT JOIN sold USING (item_id, week) LEFT JOIN bought USING (item_id, week)
			GROUP BY 1 HAVING count(*) >= 8)
		SELECT * FROM (SELECT * FROM v WHERE mo > 0 AND md > 0 AND vd > 0) FULL JOIN plan.bullwhip b USING (item_id)
		WHERE b.ratio IS NULL OR vd IS NULL OR abs(b.ratio - vo / vd) > 1e-6 * (1 + b.ratio) OR abs(b.normalized_ratio - vo / vd * md * md / mo / mo) > 1e-6 * (1 + b.normalized_ratio)`)

	wrong("ABC within the category", `
		WITH ranked AS (
			SELECT c.item_id, i.category, c.usage_value AS v, (sum(c.usage_value) OVER w - c.usage_value) / nullif(sum(c.usage_value) OVER (PARTITION BY i.category), 0) AS before
			FROM plan.classes c JOIN snap.items i USING (item_id) WINDOW w AS (PARTITION BY i.category ORDER BY c.usage_value DESC, c.item_id ROWS UNBOUNDED PRECEDING))
		SELECT * FROM plan.classes c JOIN ranked r USING (item_id)
		WHERE c.abc_category <> CASE WHEN r.v <= 0 THEN 'C' WHEN r.before < 0.8 THEN 'A' WHEN r.before < 0.95 THEN 'B' ELSE 'C' END`)

	wrong("key figures by group", `
		SELECT * FROM (
			SELECT 'category' AS dimension, i.category AS key, sum(f.stock_value) AS stock, sum(f.use_value) AS used FROM plan.flow f JOIN snap.items i USING (item_id) GROUP BY 2
			UNION ALL SELECT 'abc', c.abc, sum(f.stock_value), sum(f.use_value) FROM plan.flow f JOIN plan.classes c USING (item_id) GROUP BY 2
		) x LEFT JOIN (SELECT dimension, key, max(value) FILTER (name = 'stock_value') AS s, max(value) FILTER (name = 'consumption_value_year') AS u FROM plan.kpi_groups GROUP BY 1, 2) g
			ON g.dimension = x.dimension AND g.key = coalesce(x.key, '')
		WHERE s IS NULL OR abs(s - stock) > 1e-6 * (1 + abs(stock)) OR abs(u - used) > 1e-6 * (1 + used)`)

	wrong("FSN and HML", `
		WITH cost AS (SELECT item_id, rank() OVER (ORDER BY unit_cost DESC) - 1 AS place, count(*) OVER () AS n FROM snap.items WHERE unit_cost > 0)
		SELECT * FROM plan.classes c JOIN plan.flow f USING (item_id) LEFT JOIN cost USING (item_id)
		WHERE c.hml <> CASE WHEN place < 0.1 * n THEN 'H' WHEN place < 0.1 * n + 0.2 * n THEN 'M' ELSE 'L' END
			OR c.fsn IS DISTINCT FROM CASE WHEN f.on_hand > 0 OR f.average_qty > 0 THEN CASE WHEN f.turns >= 3 THEN 'F' WHEN f.turns >= 1 THEN 'S' ELSE 'N' END END`)
	some(`SELECT 1 FROM plan.classes WHERE hml = 'H' AND fsn = 'F' LIMIT 1`)

	// A planned order takes the bill of material that holds on its start; a kind is there
	// where no line of the order's shortages names it.
	wrong("kits", `
		WITH lines AS (SELECT o.order_id, count(DISTINCT b.component_id) AS kinds FROM plan.planned_orders o JOIN snap.bom b ON b.parent_id = o.item_id
			WHERE o.kind = 'work' AND (b.effective_from IS NULL OR o.start_on >= b.effective_from) AND (b.effective_to IS NULL OR o.start_on < b.effective_to) GROUP BY 1)
		SELECT k.order_id, k.kinds, l.kinds FROM plan.kits k JOIN lines l USING (order_id)
		WHERE k.kind = 'planned' AND k.kinds <> l.kinds OR k.kinds_now > k.kinds_by_need OR k.kinds_by_need > k.kinds OR k.sets_now > k.sets_by_need OR k.sets_by_need > k.qty
			OR abs(k.kind_rate - k.kinds_now / k.kinds) > 1e-9 OR abs(k.set_rate - k.sets_now::DOUBLE / k.qty::DOUBLE) > 1e-9`)
	some(`SELECT 1 FROM plan.kits WHERE kind = 'planned' AND kinds_now < kinds LIMIT 1`)

	// No lot of this company has a day on which it expires.
	wrong("expiry", `SELECT expires_on FROM snap.stock WHERE expires_on IS NOT NULL UNION ALL SELECT expires_on FROM plan.expiry_risk`)

	wrong("accuracy", `
		SELECT item_id FROM plan.forecast_accuracy WHERE abs(fva - (naive_wape - wape)) > 1e-9
		UNION ALL SELECT name FROM (
			SELECT sum(f.use_value * a.wape) / sum(f.use_value) AS wape, sum(f.use_value * a.bias) / sum(f.use_value) AS bias, sum(f.use_value * a.fva) / sum(f.use_value) AS fva
			FROM plan.forecast_accuracy a JOIN plan.flow f USING (item_id) WHERE f.use_value > 0 AND isfinite(a.wape + a.bias + a.fva)) w, plan.kpis k
		WHERE abs(value - CASE name WHEN 'forecast_wape' THEN wape WHEN 'forecast_bias' THEN bias WHEN 'forecast_fva' THEN fva ELSE value END) > 1e-9`)
	some(`SELECT 1 FROM plan.kpis WHERE name = 'forecast_fva'`)

	wrong("counted key figures", `
		SELECT * FROM plan.kpis k JOIN (
			SELECT 'planned_orders' AS name, count(*)::DOUBLE AS v FROM plan.planned_orders
			UNION ALL SELECT 'planned_value', sum(cost) FROM plan.planned_orders WHERE kind <> 'transfer'
			UNION ALL SELECT 'suggestions', count(*) FROM plan.suggestions
			UNION ALL SELECT 'exceptions', count(*) FROM plan.exceptions
			UNION ALL SELECT 'safety_breaches', count(*) FROM plan.safety_breaches
			UNION ALL SELECT 'safety_stock_value', sum(greatest(p.safety_stock, 0)::DOUBLE * i.unit_cost) FROM plan.policies p JOIN snap.items i USING (item_id)
			UNION ALL SELECT 'slow_stock_value', sum(value) FROM plan.slow_movers WHERE movement = 'slow'
			UNION ALL SELECT 'dead_stock_value', sum(value) FROM plan.slow_movers WHERE movement = 'dead'
			UNION ALL SELECT 'undated_stock_value', sum(value) FROM plan.aging WHERE age_days IS NULL) x USING (name)
		WHERE abs(k.value - coalesce(x.v, 0)) > 1e-6 * (1 + abs(coalesce(x.v, 0)))`)

	wrong("order lines on time in full", `
		SELECT * FROM (SELECT avg((available_after >= 0)::INT) AS otif, count(*) AS n FROM plan.requirements WHERE kind = 'order'),
			(SELECT max(value) FILTER (name = 'otif_plan') AS o, max(value) FILTER (name = 'order_lines') AS l FROM plan.kpis) WHERE abs(otif - o) > 1e-9 OR n <> l`)
}

// reportsOfAdventureWorks reads the reports that make figures of their own.
func reportsOfAdventureWorks(t *testing.T, data string) {
	t.Helper()
	sum := func(rows []map[string]any, col string) float64 {
		s := 0.0
		for _, r := range rows {
			if v, ok := r[col].(float64); ok {
				s += v
			}
		}
		return s
	}
	whole := rowsOf(t, must(t, "--data", data, "--json", "report", "matrix"))
	want := rowsOf(t, must(t, "--data", data, "--json", "sql", "SELECT count(*) AS skus, sum(stock_value) AS stock_value, sum(use_value) AS use_value FROM plan.flow"))[0]
	for col, v := range want {
		if got := sum(whole, col); got < v.(float64)*(1-1e-9)-1e-6 || got > v.(float64)*(1+1e-9)+1e-6 {
			t.Errorf("matrix: %s sums to %g, the plan has %g", col, got, v)
		}
	}

	// What a report lists sums to its table, and so do its parts by class.
	for _, c := range []struct{ report, column, sql string }{
		{"abc", "measure", "SELECT sum(use_value) FROM plan.flow"}, {"xyz", "usage_value", "SELECT sum(use_value) FROM plan.flow"}, {"classes", "stock_value", "SELECT sum(qty * unit_cost)::DOUBLE FROM snap.stock JOIN snap.items USING (item_id)"},
		{"aging", "value", "SELECT sum(value) FROM plan.aging"}, {"slow", "value", "SELECT sum(value) FROM plan.slow_movers"}, {"excess", "value", "SELECT sum(value) FROM plan.excess"}, {"breaches", "value", "SELECT sum(value) FROM plan.safety_breaches"},
		{"turns", "stock_value", "SELECT sum(qty * unit_cost)::DOUBLE FROM snap.stock JOIN snap.items USING (item_id)"}, {"cover", "stock_value", "SELECT sum(stock_value) FROM plan.flow WHERE on_hand <> 0 OR days_forward IS NOT NULL"},
		{"service", "stock_value", "SELECT sum(qty * unit_cost)::DOUBLE FROM snap.stock JOIN snap.items USING (item_id)"}, {"bullwhip", "ratio", "SELECT sum(ratio) FROM plan.bullwhip"}, {"projection", "stock_value", "SELECT sum(stock_value) FROM plan.projection"},
		// Once by supplier, once by its items.
		{"suppliers", "receipts", "SELECT 2 * count(*) FROM snap.receipts WHERE received_on < DATE '2014-06-30' AND received_on >= DATE '2014-06-30' - 730 AND received_on >= ordered_on"},
		{"kitting", "kinds", "SELECT sum(kinds) FROM plan.kits"},
	} {
		v := 0.0
		for _, r := range rowsOf(t, must(t, "--data", data, "--json", "sql", "SELECT coalesce(CAST(("+c.sql+") AS DOUBLE), 0) AS v")) {
			v, _ = r["v"].(float64)
		}
		near := func(what string, got float64) {
			t.Helper()
			if got < v-1e-9*(1+v) || got > v+1e-9*(1+v) {
				t.Errorf("report %s: %s sums to %g, want %g", what, c.column, got, v)
			}
		}
		rows := rowsOf(t, must(t, "--data", data, "--json", "report", c.report))
		near(c.report, sum(rows, c.column))
		if testing.Short() || c.report != "slow" && c.report != "aging" && c.report != "turns" {
			continue
		}
		parts := 0.0
		for _, class := range []string{"A", "B", "C"} {
			parts += sum(rowsOf(t, must(t, "--data", data, "--json", "report", c.report, "--class", class)), c.column)
		}
		near(c.report+" by class", parts)
	}
}

// reportsOfTwoPlans compares what is said of two plans with SQL over each: the newest
// plan, made with another forecast, and the one before.
func reportsOfTwoPlans(t *testing.T, data, files string) {
	t.Helper()
	must(t, "--data", data, "run", "--method", "naive")
	read := func(query string) [2]map[string]map[string]any {
		plans := rowsOf(t, must(t, "--data", data, "--json", "plans"))
		slices.SortFunc(plans, func(a, b map[string]any) int { return strings.Compare(a["plan"].(string), b["plan"].(string)) })
		var out [2]map[string]map[string]any
		for i, p := range plans[len(plans)-2:] {
			out[i] = map[string]map[string]any{}
			for _, r := range rowsOf(t, must(t, "--data", data, "--json", "sql", "--plan", p["plan"].(string), query)) {
				out[i][r["key"].(string)] = r
			}
		}
		return out
	}

	// Weeks run from Monday; the fence is the four weeks from 30 June 2014, a Monday.
	released := read(`SELECT item_id || ' ' || date_trunc('week', release_on)::DATE AS key, sum(qty)::DOUBLE AS qty, (sum(qty) * any_value(unit_cost))::DOUBLE AS value
		FROM plan.planned_orders JOIN snap.items USING (item_id) WHERE release_on >= DATE '2014-06-30' AND release_on < DATE '2014-07-28' GROUP BY 1, item_id, date_trunc('week', release_on)`)
	value := func(side int, key string) float64 { v, _ := released[side][key]["value"].(float64); return v }
	keys := map[string]bool{}
	for _, side := range released {
		for k := range side {
			keys[k] = true
		}
	}
	var before, after, diff float64
	for k := range keys {
		before, after, diff = before+value(0, k), after+value(1, k), diff+math.Abs(value(1, k)-value(0, k))
	}
	said := rowsOf(t, must(t, "--data", data, "--json", "report", "nervousness", "--fence", "28"))[0]
	for col, want := range map[string]float64{"value_before": before, "value_after": after, "value_changed": diff, "nervousness": diff / max(before, after), "periods": float64(len(keys))} {
		if got, _ := said[col].(float64); math.Abs(got-want) > 1e-9*(1+want) || want == 0 {
			t.Errorf("nervousness: %s is %g, by SQL %g", col, got, want)
		}
	}

	item := rowsOf(t, must(t, "--data", data, "--json", "sql", `SELECT item_id FROM plan.forecast GROUP BY 1 ORDER BY max(mean) DESC, 1 LIMIT 1`))[0]["item_id"].(string)
	rows := rowsOf(t, must(t, "--data", data, "--json", "report", "forecast", "--item", item))
	stored := rowsOf(t, must(t, "--data", data, "--json", "sql", `SELECT count(*) AS n, sum(mean) AS mean, sum(q95) AS q95 FROM plan.forecast WHERE item_id = '`+item+`'`))[0]
	mean, q95 := 0.0, 0.0
	for _, r := range rows {
		mean, q95 = mean+r["mean"].(float64), q95+r["q95"].(float64)
	}
	if float64(len(rows)) != stored["n"].(float64) || math.Abs(mean-stored["mean"].(float64)) > 1e-6*mean || math.Abs(q95-stored["q95"].(float64)) > 1e-6*q95 || mean <= 0 {
		t.Errorf("report forecast of %s: %d periods with %g, q95 %g; stored %v", item, len(rows), mean, q95, stored)
	}

	// Three months earlier other items are of other classes.
	must(t, "--data", data, "import", files, "--map", filepath.Join("..", "..", "docs", "examples", "adventureworks", "mapping.yaml"), "--as-of", "2014-03-31")
	must(t, "--data", data, "run", "--method", "naive")
	classes := read(`SELECT item_id AS key, abc || coalesce(xyz, '') AS class FROM plan.classes`)
	moved := map[string]bool{}
	for k, r := range classes[1] {
		if was := classes[0][k]["class"]; was != r["class"] {
			moved[fmt.Sprint(k, was, r["class"])] = true
		}
	}
	changed := len(moved)
	for _, r := range rowsOf(t, must(t, "--data", data, "--json", "report", "changes")) {
		k := fmt.Sprint(r["item_id"], r["before"], r["after"])
		if !moved[k] {
			t.Errorf("report changes has %s, SQL does not", k)
		}
		delete(moved, k)
	}
	if len(moved) > 0 {
		t.Errorf("report changes lacks %v", moved)
	}
	if changed < 20 {
		t.Errorf("%d items changed their class", changed)
	}
}
