package main

// capacityReport shows what each resource is loaded with, and how much of the
// overload levelling takes away.
const capacityReport = `SELECT resource_id, count(*) AS days, count(*) FILTER (overload > 0) AS days_over, max(load / nullif(capacity, 0)) AS peak, sum(load) AS load,
		sum(capacity) AS capacity, sum(overload) AS overload, sum(greatest(levelled - capacity, 0)) AS overload_levelled
	FROM plan.capacity GROUP BY resource_id ORDER BY sum(overload) DESC, max(load / nullif(capacity, 0)) DESC, resource_id`

// kittingReport shows which orders wait for components and for which, then those
// that have them together, by day.
const kittingReport = `SELECT k.order_id, k.kind, k.item_id, k.site_id, k.qty, k.need_on, k.full_on, k.sets_now, k.set_rate, k.kinds_now, k.kinds, k.kind_rate, x.waits_for
	FROM plan.kits k LEFT JOIN (
		SELECT order_id, kind, array_to_string(list(item_id ORDER BY full_on DESC NULLS FIRST, item_id)[1:3], ', ') || CASE WHEN count(*) > 3 THEN ', …' ELSE '' END AS waits_for
		FROM plan.kit_shortages GROUP BY order_id, kind) x USING (order_id, kind)
	ORDER BY k.kinds_now = k.kinds, k.need_on, k.kind, k.order_id`
