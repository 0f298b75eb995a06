package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"planwright"
	"planwright/analytics"
)

// abcMeasures are the measures by which ABC can classify.
var abcMeasures = map[string]string{"usage": "t.use_value", "margin": "t.margin", "quantity": "t.year_use", "picks": "CAST(t.picks AS DOUBLE)"}

// abc shows the classes of the plan, or classifies anew by the flags.
func (r *reporter) abc() error {
	res, err := r.abcRows()
	if err != nil {
		return err
	}
	if r.machine() {
		return r.write(res)
	}
	r.title("abc")
	sums := &result{head: []string{"abc", "n", "value"}}
	class, value := res.col("abc"), res.col("measure")
	for _, c := range []string{"A", "B", "C"} {
		n, v := int64(0), 0.0
		for _, row := range res.rows {
			if row[class] == any(c) {
				n++
				if f, ok := row[value].(float64); ok && f > 0 {
					v += f
				}
			}
		}
		sums.rows = append(sums.rows, []any{c, n, v})
	}
	r.shares(sums, "", "rcol.abc", false)
	all := len(res.rows)
	if r.f.top > 0 && all > r.f.top {
		res = &result{head: res.head, rows: res.rows[:r.f.top]}
	}
	r.show(res)
	if all > len(res.rows) {
		r.say("cli.report.more", "n", count(all))
	}
	r.next("cli.report.next", "report", "abc")
	return nil
}

// abcRows are the sku's with their class, the largest first.
func (r *reporter) abcRows() (*result, error) {
	by, err := r.choice("by", r.f.by, "usage", "usage", "margin", "quantity", "picks")
	if err != nil {
		return nil, err
	}
	per, err := r.choice("per", r.f.per, "company", "company", "site", "category")
	if err != nil {
		return nil, err
	}
	var p analytics.ABCParams
	cut, err := r.numbers("cut", r.f.cut)
	if err != nil {
		return nil, err
	}
	counts, err := r.numbers("counts", strings.TrimSpace(r.f.counts))
	if err != nil {
		return nil, err
	}
	if len(cut) == 2 {
		p.A, p.B = cut[0]/100, cut[1]/100
	} else if cut != nil {
		return nil, usage(r.T("cli.report.badlist", "flag", "cut", "value", r.f.cut))
	}
	if len(counts) == 2 {
		p.CountA, p.CountB = int(counts[0]), int(counts[1])
	} else if counts != nil {
		return nil, usage(r.T("cli.report.badlist", "flag", "counts", "value", r.f.counts))
	}
	where, args := r.where("t")
	res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT t.item_id, t.site_id, i.name, coalesce(i.category, '') AS category, c.abc, `+abcMeasures[by]+` AS measure, c.share, c.cum_share`+
		strings.ReplaceAll(fmt.Sprintf(withItem, "flow"), "{where}", where)+`ORDER BY t.item_id, t.site_id`, args...)
	if err != nil {
		return nil, err
	}
	class, measure, share, before := res.col("abc"), res.col("measure"), res.col("share"), res.col("cum_share")
	filtered := len(args) > 0
	if by != "usage" || per != "company" || cut != nil || counts != nil || filtered {
		values, group, sums := make([]float64, len(res.rows)), make([]int32, len(res.rows)), map[int32]float64{}
		names := map[string]int32{}
		for k, row := range res.rows {
			values[k] = number(row[measure])
			name := ""
			switch per {
			case "site":
				name = shown(row[res.col("site_id")])
			case "category":
				name = shown(row[res.col("category")])
			}
			g, ok := names[name]
			if !ok {
				g = int32(len(names))
				names[name] = g
			}
			group[k] = g
			if values[k] > 0 {
				sums[g] += values[k]
			}
		}
		classes, cum := analytics.ABCRank(values, group, p)
		for k, row := range res.rows {
			row[class], row[before], row[share] = classes[k], cum[k], 0.0
			if s := sums[group[k]]; s > 0 && values[k] > 0 {
				row[share] = values[k] / s
			}
		}
	}
	slices.SortStableFunc(res.rows, func(a, b []any) int { return cmp.Compare(number(b[measure]), number(a[measure])) })
	return res, nil
}

// number is a figure of a row, 0 where there is none.
func number(v any) float64 {
	switch v := v.(type) {
	case float64:
		if v == v {
			return v
		}
	case int64:
		return float64(v)
	case planwright.Qty:
		return v.Float()
	}
	return 0
}

// figure is a cell that may be absent.
func figure(v float64, ok bool) any {
	if !ok {
		return nil
	}
	return v
}

// matrix shows the nine cells.
func (r *reporter) matrix() error {
	where, args := r.where("t")
	res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT c.abc, coalesce(c.xyz, '') AS xyz, t.stock_value, t.average_value, t.use_value, t.year_sales * coalesce(nullif(i.unit_price, 0), i.unit_cost, 0) AS sold, t.lost_value, p.service_target
		FROM plan.flow t JOIN snap.items i USING (item_id) JOIN plan.classes c USING (item_id, site_id) LEFT JOIN plan.policies p USING (item_id, site_id) WHERE `+where, args...)
	if err != nil {
		return err
	}
	var in analytics.MatrixInput
	for i := range res.rows {
		in.ABC, in.XYZ = append(in.ABC, res.text(i, "abc")), append(in.XYZ, res.text(i, "xyz"))
		in.StockValue, in.AverageValue = append(in.StockValue, res.float(i, "stock_value")), append(in.AverageValue, res.float(i, "average_value"))
		in.UseValue, in.Sold, in.Lost = append(in.UseValue, res.float(i, "use_value")), append(in.Sold, res.float(i, "sold")), append(in.Lost, res.float(i, "lost_value"))
		in.Service = append(in.Service, res.float(i, "service_target"))
	}
	out := &result{head: []string{"abc", "xyz", "skus", "stock_value", "average_value", "use_value", "turns", "service", "fill_rate"}}
	cells := analytics.Matrix(&in)
	for _, c := range cells {
		fill, ok := analytics.FillRate(c.Sold, c.Lost)
		out.rows = append(out.rows, []any{c.ABC, c.XYZ, int64(c.SKUs), c.StockValue, c.AverageValue, c.UseValue, figure(c.Turns, c.TurnsKnown), figure(c.Service, c.ServiceKnown), figure(fill, ok)})
	}
	if r.machine() {
		return r.write(out)
	}
	r.title("matrix")
	all := 0.0
	for _, c := range cells {
		all += max(0, c.StockValue)
	}
	t := newTable("", "X", "Y", "Z", r.T("cli.report.unknown"))
	for a := range 3 {
		line := []string{string("ABC"[a])}
		for _, c := range cells[4*a : 4*a+4] {
			line = append(line, fmt.Sprintf("%s · %s %s", count(c.SKUs), money(c.StockValue), bar(c.StockValue/max(all, 1e-9), 12)))
		}
		t.add(line...)
	}
	t.write(r.out, 0)
	fmt.Fprintln(r.out)
	r.show(out)
	r.next("cli.report.next", "report", "matrix")
	return nil
}

// changes shows what changed its class since another plan.
func (r *reporter) changes() error {
	old, err := r.before()
	if err != nil {
		return err
	}
	if old == "" {
		r.say("cli.report.first")
		return nil
	}
	read := func(plan string) (keys, classes []string, err error) {
		res, err := r.selectAll(r.ctx, r.w, plan, `SELECT item_id, site_id, abc || coalesce(xyz, '') AS class FROM plan.classes ORDER BY item_id, site_id`)
		if err != nil {
			return nil, nil, err
		}
		type row struct{ key, class string }
		rows := make([]row, len(res.rows))
		for i := range res.rows {
			rows[i] = row{res.text(i, "item_id") + "\x00" + res.text(i, "site_id"), res.text(i, "class")}
		}
		slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.key, b.key) })
		for _, x := range rows {
			keys, classes = append(keys, x.key), append(classes, x.class)
		}
		return keys, classes, nil
	}
	k1, c1, err := read(old)
	if err != nil {
		return err
	}
	k2, c2, err := read(r.plan)
	if err != nil {
		return err
	}
	out := &result{head: []string{"item_id", "site_id", "before", "after"}}
	moves := map[[2]string]int64{}
	for _, c := range analytics.ClassChanges(k1, c1, k2, c2) {
		item, site, _ := strings.Cut(c.Key, "\x00")
		out.rows = append(out.rows, []any{item, site, c.Before, c.After})
		moves[[2]string{c.Before, c.After}]++
	}
	if r.machine() {
		return r.write(out)
	}
	r.title("changes")
	fmt.Fprintf(r.out, "%s\n\n", r.T("cli.report.before", "id", old))
	sums := &result{head: []string{"before", "after", "count"}}
	for m, n := range moves {
		sums.rows = append(sums.rows, []any{m[0], m[1], n})
	}
	slices.SortFunc(sums.rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(b[2].(int64), a[2].(int64)), cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
	})
	r.show(sums)
	fmt.Fprintln(r.out)
	r.show(r.first(out))
	r.next("cli.report.next", "report", "changes")
	return nil
}

// first cuts a result to --top rows.
func (r *reporter) first(res *result) *result {
	if r.f.top > 0 && len(res.rows) > r.f.top {
		return &result{head: res.head, rows: res.rows[:r.f.top]}
	}
	return res
}

// agingTotals adds the layers up by bucket, those of --buckets or the usual ones.
func (r *reporter) agingTotals() ([]analytics.BucketTotal, map[string]float64, error) {
	cut, err := r.numbers("buckets", r.f.buckets)
	if err != nil {
		return nil, nil, err
	}
	var to []int32
	for _, v := range cut {
		to = append(to, int32(v))
	}
	names := analytics.NewBuckets(to).Names() // the last two are open and undated
	if to == nil {
		to = analytics.DefaultBuckets
	}
	var bounds strings.Builder
	from := int32(0)
	for i, t := range to {
		fmt.Fprintf(&bounds, "(%d, %d, %d), ", i, from, t)
		from = t + 1
	}
	fmt.Fprintf(&bounds, "(%d, %d, %d)", len(to), from, math.MaxInt32)
	where, args := r.where("t")
	res, err := r.selectAll(r.ctx, r.w, r.plan, fmt.Sprintf(`SELECT coalesce(b.place, %d) AS place, count(*) AS layers, count(DISTINCT (t.item_id, t.site_id)) AS skus, sum(t.value) AS value, sum(t.provision) AS provision
		FROM plan.aging t JOIN snap.items i USING (item_id) JOIN plan.classes c USING (item_id, site_id) LEFT JOIN (VALUES %s) b(place, lo, hi) ON t.age_days BETWEEN b.lo AND b.hi
		WHERE %s GROUP BY 1 ORDER BY 1`, len(to)+1, bounds.String(), where), args...)
	if err != nil {
		return nil, nil, err
	}
	totals, provision, whole := make([]analytics.BucketTotal, len(names)), map[string]float64{}, 0.0
	for i, name := range names {
		totals[i].Bucket = name
	}
	for i := range res.rows {
		t := &totals[int(res.float(i, "place"))]
		t.Layers, t.SKUs, t.Value = int(res.float(i, "layers")), int(res.float(i, "skus")), res.float(i, "value")
		provision[t.Bucket] = res.float(i, "provision")
		whole += t.Value
	}
	for i := range totals {
		if whole != 0 {
			totals[i].Share = totals[i].Value / whole
		}
	}
	return totals, provision, nil
}

// aging shows the buckets.
func (r *reporter) aging() error {
	totals, provision, err := r.agingTotals()
	if err != nil {
		return err
	}
	out := &result{head: []string{"bucket", "layers", "skus", "value", "share", "provision"}}
	value, set := 0.0, 0.0
	for _, t := range totals {
		out.rows = append(out.rows, []any{t.Bucket, int64(t.Layers), int64(t.SKUs), t.Value, t.Share, provision[t.Bucket]})
		value += t.Value
		set += provision[t.Bucket]
	}
	if r.machine() {
		return r.write(out)
	}
	r.title("aging")
	t := newTable(r.T("col.days"), ">"+r.T("col.layers"), ">"+r.T("col.skus"), ">"+r.T("col.value"), ">"+r.T("col.share"), ">"+r.T("rcol.provision"), "")
	for _, x := range totals {
		name := x.Bucket
		if name == analytics.Undated {
			name = r.T("cli.report.unknown")
		}
		t.add(name, count(x.Layers), count(x.SKUs), money(x.Value), percent(x.Share), money(provision[x.Bucket]), bar(x.Share, 30))
	}
	t.add(r.T("cli.report.total"), "", "", money(value), "", money(set), "")
	t.write(r.out, 0)
	r.next("cli.report.next", "report", "aging")
	return nil
}

// projectionRows are the weeks ahead.
func (r *reporter) projectionRows() (*result, error) {
	cond, args := []string{"true"}, []any{}
	for _, c := range [][2]string{{"site_id", r.f.site}, {"category", r.f.category}, {"abc", strings.ToUpper(r.f.class)}} {
		if c[1] != "" {
			cond, args = append(cond, c[0]+" = ?"), append(args, c[1])
		}
	}
	return r.selectAll(r.ctx, r.w, r.plan, `SELECT week_start, max(week_end) AS week_end, sum(opening_value) AS opening_value, sum(receipts_value) AS receipts_value, sum(issues_value) AS issues_value,
		sum(balance_value) AS balance_value, sum(stock_value) AS stock_value, sum(short_value) AS short_value, sum(safety_gap_value) AS safety_gap_value
		FROM plan.projection WHERE `+strings.Join(cond, " AND ")+` GROUP BY week_start ORDER BY week_start`, args...)
}

func (r *reporter) projection() error {
	if r.f.item != "" {
		return r.stockProjection()
	}
	res, err := r.projectionRows()
	if err != nil {
		return err
	}
	if r.machine() {
		return r.write(res)
	}
	r.title("projection")
	most := 0.0
	for i := range res.rows {
		most = max(most, res.float(i, "stock_value"))
	}
	t := newTable(r.T("rcol.week_start"), ">"+r.T("rcol.opening_value"), ">"+r.T("rcol.receipts_value"), ">"+r.T("rcol.issues_value"), ">"+r.T("rcol.stock_value"), ">"+r.T("rcol.short_value"), ">"+r.T("rcol.safety_gap_value"), "")
	for i := range res.rows {
		v := res.float(i, "stock_value")
		t.add(res.text(i, "week_start"), money(res.float(i, "opening_value")), money(res.float(i, "receipts_value")), money(res.float(i, "issues_value")), money(v),
			money(res.float(i, "short_value")), money(res.float(i, "safety_gap_value")), bar(v/max(most, 1e-9), 30))
	}
	t.write(r.out, 0)
	var stock []float64
	for i := range res.rows {
		stock = append(stock, res.float(i, "stock_value"))
	}
	fmt.Fprintf(r.out, "\n%s  %s\n", r.T("rcol.stock_value"), sparkline(stock, sparkWidth))
	r.next("cli.report.next", "report", "projection")
	return nil
}

// suppliers shows the score of each supplier with its parts.
func (r *reporter) suppliers() error {
	if r.machine() {
		return r.stream(`SELECT t.* FROM plan.supplier_scores t ORDER BY t.supplier_id, t.item_id NULLS FIRST, t.site_id`)
	}
	r.title("suppliers")
	res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT t.supplier_id, s.name, t.receipts, t.lead_mean, t.lead_sd, t.lead_q90, t.lead_trend, t.late_mean, t.on_time, t.in_full, t.otif, t.reject_rate, t.score
		FROM plan.supplier_scores t LEFT JOIN snap.suppliers s USING (supplier_id) WHERE t.item_id IS NULL ORDER BY t.score DESC, t.supplier_id`+limit(r.f.top))
	if err != nil {
		return err
	}
	res.head = append(res.head, "")
	for i := range res.rows {
		res.rows[i] = append(res.rows[i], bar(res.float(i, "score")/100, 10))
	}
	r.show(res)
	r.next("cli.report.next", "report", "suppliers")
	return nil
}

// nervousness compares the releases of the plan with those of another.
func (r *reporter) nervousness() error {
	old, err := r.before()
	if err != nil {
		return err
	}
	if old == "" {
		r.say("cli.report.first")
		return nil
	}
	info, err := r.w.GetPlan(r.plan)
	if err != nil {
		return err
	}
	cost := map[string]float64{}
	from := info.AsOf
	read := func(plan string) ([]analytics.PlannedRow, error) {
		res, err := r.selectAll(r.ctx, r.w, plan, `SELECT o.item_id, o.site_id, o.release_on, o.qty, i.unit_cost FROM plan.planned_orders o JOIN snap.items i USING (item_id) WHERE o.release_on >= ? AND o.release_on < ?`, from, from+planwright.Day(r.f.fence))
		if err != nil {
			return nil, err
		}
		rows := make([]analytics.PlannedRow, 0, len(res.rows))
		for i, row := range res.rows {
			key := res.text(i, "item_id") + "\x00" + res.text(i, "site_id")
			day, _ := row[res.col("release_on")].(planwright.Day)
			qty, _ := row[res.col("qty")].(planwright.Qty)
			rows = append(rows, analytics.PlannedRow{Key: key, Release: day, Qty: qty})
			cost[key] = number(row[res.col("unit_cost")])
		}
		slices.SortFunc(rows, func(a, b analytics.PlannedRow) int {
			return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Release, b.Release))
		})
		return rows, nil
	}
	before, err := read(old)
	if err != nil {
		return err
	}
	after, err := read(r.plan)
	if err != nil {
		return err
	}
	n := analytics.Nervousness(before, after, from, from+planwright.Day(r.f.fence), planwright.ByWeek.Index, func(key string) float64 { return cost[key] })
	out := &result{head: []string{"before", "after", "fence_days", "skus", "skus_changed", "periods", "periods_changed", "value_before", "value_after", "value_changed", "nervousness"},
		rows: [][]any{{old, r.plan, int64(r.f.fence), int64(n.SKUs), int64(n.Changed), int64(n.Periods), int64(n.Moved), n.Before, n.After, n.Diff, n.Index}}}
	if r.machine() {
		return r.write(out)
	}
	r.title("nervousness")
	fmt.Fprintf(r.out, "%s\n", r.T("cli.report.before", "id", old))
	fmt.Fprintf(r.out, "%s\n", r.T("cli.report.nervous", "changed", count(n.Changed), "skus", count(n.SKUs), "moved", count(n.Moved), "periods", count(n.Periods), "days", strconv.Itoa(r.f.fence), "index", fmt.Sprintf("%.3f", n.Index)))
	r.next("cli.report.next", "report", "nervousness")
	return nil
}

// accuracy shows the errors of the chosen methods by method and by class.
func (r *reporter) accuracy() error {
	if r.f.by != "" {
		query, err := accuracyReport(r.f.by)
		if err != nil {
			return err
		}
		if where, _ := r.where("t"); where != "true" {
			return usage(r.T("cli.report.nofilter"))
		}
		if r.machine() {
			return r.stream(query)
		}
		r.title("accuracy")
		return r.list(query, "accuracy")
	}
	where, args := r.where("t")
	query := `SELECT t.method, count(*) AS series, avg(t.mase) AS mase, avg(t.rmsse) AS rmsse, avg(t.wape) AS wape, avg(t.bias) AS bias, avg(t.pinball) AS pinball, avg(t.naive_wape) AS naive_wape, avg(t.fva) AS fva` +
		strings.ReplaceAll(fmt.Sprintf(withItem, "forecast_accuracy"), "{where}", where) + `GROUP BY t.method ORDER BY series DESC, t.method`
	if r.machine() {
		return r.stream(query, args...)
	}
	r.title("accuracy")
	for _, key := range []string{"c.abc", "t.demand_class"} {
		res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT `+key+`, count(*) AS series, sum(t.wape * c.usage_value) / nullif(sum(c.usage_value), 0) AS wape, sum(t.bias * c.usage_value) / nullif(sum(c.usage_value), 0) AS bias,
			sum(t.fva * c.usage_value) / nullif(sum(c.usage_value), 0) AS fva, avg(t.mase) AS mase`+strings.ReplaceAll(fmt.Sprintf(withItem, "forecast_accuracy"), "{where}", where+" AND isfinite(t.wape) AND isfinite(t.fva)")+`GROUP BY 1 ORDER BY 1`, args...)
		if err != nil {
			return err
		}
		r.show(res)
		fmt.Fprintln(r.out)
	}
	res, err := r.selectAll(r.ctx, r.w, r.plan, query, args...)
	if err != nil {
		return err
	}
	r.show(r.first(res))
	r.next("cli.report.next", "report", "accuracy")
	return nil
}
