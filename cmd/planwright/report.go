package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"planwright"
	"planwright/chart"
	"planwright/lang"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// reportFlags are the flags of `report`; a report that a flag does not concern
// leaves it alone.
type reportFlags struct {
	plan                           *string
	top, fence                     int
	by, per, cut, counts, buckets  string
	against, group                 string
	history                        bool
	site, category, planner, class string
	chart, item, font              string
	budget, target                 float64
}

// reporter is one report being made.
type reporter struct {
	*app
	ctx  context.Context
	w    *snapshot.Workspace
	plan string // its id
	f    *reportFlags

	extra *chart.Font // for Chinese labels of a PNG; nil: none is found
}

// report is a table of analytics: its rows in SQL with {where} for the filters,
// and what a reader gets before them. Aliases in the SQL: t the table, i the
// items, c the classes.
type report struct {
	name string
	rows string
	sums string                  // key, n, value: a line with a bar each
	key  string                  // catalogue prefix of the keys
	head string                  // title of the key column
	make func(r *reporter) error // in place of all that
	// flags are the flags that concern the report beside --plan and --top; nil: those
	// of filters.
	flags []string
	draw  func(r *reporter) (*picture, error)
}

// none says that a report has no flags of its own.
var none = []string{}

// filters are the flags that choose rows of sku's.
var filters = []string{"site", "category", "planner", "class"}

const withItem = ` FROM plan.%s t JOIN snap.items i USING (item_id) JOIN plan.classes c USING (item_id, site_id) WHERE {where} `

// reports are all reports in the order in which the help lists them.
func reports() []report {
	from := func(table string) string { return fmt.Sprintf(withItem, table) }
	return []report{
		{name: "abc", flags: append([]string{"by", "per", "cut", "counts"}, filters...), make: (*reporter).abc, draw: (*reporter).drawABC},
		{name: "xyz", key: "", head: "rcol.xyz",
			sums: `SELECT c.xyz, count(*) AS n, sum(t.use_value) AS value` + from("flow") + `GROUP BY ALL ORDER BY 1`,
			rows: `SELECT t.item_id, t.site_id, i.name, c.abc, c.xyz, c.cv, c.xyz_error, c.demand_class, c.usage_value` + from("flow") + `ORDER BY c.xyz, c.usage_value DESC, t.item_id, t.site_id`},
		{name: "matrix", make: (*reporter).matrix},
		{name: "classes", key: "", head: "rcol.fsn",
			sums: `SELECT c.fsn, count(*) AS n, sum(t.stock_value) AS value` + from("flow") + `GROUP BY ALL ORDER BY 1`,
			rows: `SELECT t.item_id, t.site_id, i.name, c.abc, c.abc_site, c.abc_category, c.xyz, c.fsn, c.hml, c.ved, t.turns, t.stock_value` + from("flow") + `ORDER BY c.usage_value DESC, t.item_id, t.site_id`},
		{name: "changes", flags: []string{"against"}, make: (*reporter).changes},
		{name: "aging", flags: append([]string{"buckets"}, filters...), make: (*reporter).aging, draw: (*reporter).drawAging},
		{name: "expiry", key: "", head: "rcol.bucket",
			sums: `SELECT t.bucket, count(*) AS n, sum(t.value) AS value` + from("expiry_risk") + `GROUP BY ALL ORDER BY min(t.days_left)`,
			rows: `SELECT t.item_id, t.site_id, i.name, t.lot, t.expires_on, t.days_left, t.status, t.qty, t.used, t.at_risk, t.value, t.risk_value` + from("expiry_risk") + `ORDER BY t.risk_value DESC, t.expires_on, t.item_id, t.site_id, t.lot`},
		{name: "slow", key: "movement.", head: "rcol.movement",
			sums: `SELECT t.movement, count(*) AS n, sum(t.value) AS value` + from("slow_movers") + `GROUP BY ALL ORDER BY 3 DESC`,
			rows: `SELECT t.item_id, t.site_id, i.name, c.abc, t.movement, t.idle_days, t.last_use_on, t.last_receipt_on, t.qty, t.value, t.year_use, t.turns, t.age_days, t.provision` + from("slow_movers") + `ORDER BY t.value DESC, t.item_id, t.site_id`},
		{name: "excess", key: "kind.", head: "rcol.kind",
			sums: `SELECT t.kind, count(*) AS n, sum(t.value) AS value` + from("excess") + `GROUP BY ALL ORDER BY 3 DESC`,
			rows: `SELECT t.item_id, t.site_id, i.name, c.abc, t.kind, t.on_hand, t.required, t.qty, t.value, t.last_use_on, t.cover_days, t.action, t.next_item_id, t.next_site_id, t.next_on, t.provision` + from("excess") + `ORDER BY t.value DESC, t.item_id, t.site_id`},
		{name: "turns", key: "", head: "rcol.abc",
			sums: `SELECT c.abc, count(*) AS n, sum(t.average_value) AS value` + from("flow") + `GROUP BY ALL ORDER BY 1`,
			rows: `SELECT t.item_id, t.site_id, i.name, c.abc, t.stock_value, t.average_value, t.use_value, t.turns, t.margin, t.gmroi, t.stockout_days, t.lost_qty, t.lost_value, t.fill_rate, t.picks` + from("flow") + `ORDER BY t.average_value DESC, t.item_id, t.site_id`},
		{name: "cover", key: "", head: "rcol.abc",
			sums: `SELECT c.abc, count(*) AS n, sum(t.stock_value) AS value` + from("flow") + `GROUP BY ALL ORDER BY 1`,
			rows: `SELECT t.item_id, t.site_id, i.name, c.abc, t.on_hand, t.year_use, t.days_back, t.days_forward, t.stock_value` + from("flow") + `AND (t.on_hand <> 0 OR t.days_forward IS NOT NULL) ORDER BY t.days_forward NULLS LAST, t.use_value DESC, t.item_id, t.site_id`},
		{name: "service",
			rows: `SELECT c.abc, c.xyz, count(*) AS skus, sum(p.service_target * t.use_value) / nullif(sum(t.use_value) FILTER (p.service_target IS NOT NULL), 0) AS service_target,
				sum(p.service_expected * t.use_value) / nullif(sum(t.use_value) FILTER (p.service_expected IS NOT NULL), 0) AS service_expected,
				sum(t.year_sales) / nullif(sum(t.year_sales + t.lost_qty), 0) AS fill_rate, sum(t.lost_value) AS lost_value, CAST(sum(t.stockout_days) AS BIGINT) AS stockout_days, sum(t.stock_value) AS stock_value
				FROM plan.flow t JOIN snap.items i USING (item_id) JOIN plan.classes c USING (item_id, site_id) LEFT JOIN plan.policies p USING (item_id, site_id) WHERE {where} GROUP BY ALL ORDER BY 1, 2`},
		{name: "projection", flags: []string{"site", "category", "class", "item"}, make: (*reporter).projection, draw: (*reporter).drawProjection},
		{name: "breaches", key: "", head: "rcol.week_start",
			sums: `SELECT CAST(date_trunc('week', t.below_on) AS DATE), count(*) AS n, sum(t.value) AS value` + from("safety_breaches") + `GROUP BY ALL ORDER BY 1`,
			rows: `SELECT t.item_id, t.site_id, i.name, c.abc, t.below_on, t.until, t.stockout_on, t.available, t.safety_stock, t.short, t.value` + from("safety_breaches") + `ORDER BY t.below_on, t.value DESC, t.item_id, t.site_id`},
		{name: "kitting", flags: none, make: (*reporter).kitting},
		{name: "suppliers", flags: none, make: (*reporter).suppliers},
		{name: "bullwhip", key: "", head: "rcol.low_level_code",
			sums: `SELECT t.low_level_code, count(*) AS n, median(t.normalized_ratio) AS value` + from("bullwhip") + `GROUP BY ALL ORDER BY 1`,
			rows: `SELECT t.item_id, t.site_id, i.name, c.abc, t.low_level_code, t.basis, t.periods, t.ratio, t.normalized_ratio` + from("bullwhip") + `ORDER BY t.normalized_ratio DESC, t.item_id, t.site_id`},
		{name: "capacity", flags: none, rows: capacityReport},
		{name: "echelons", flags: none, rows: `SELECT * FROM plan.echelons ORDER BY network, item_id, site_id`},
		{name: "tradeoff", flags: []string{"budget", "target"}, make: (*reporter).tradeoff, draw: (*reporter).drawTradeoff},
		{name: "nervousness", flags: []string{"against", "fence"}, make: (*reporter).nervousness},
		{name: "accuracy", flags: append([]string{"by"}, filters...), make: (*reporter).accuracy},
		{name: "forecast", flags: []string{"item"}, make: (*reporter).forecast, draw: (*reporter).drawForecast},
		{name: "kpi", flags: []string{"group", "history", "against"}, make: (*reporter).kpi},
		{name: "workbook", flags: none, make: (*reporter).workbook},
	}
}

// reportVerb shows an analytics table.
func (a *app) reportVerb() *cobra.Command {
	var f reportFlags
	var names []string
	for _, r := range reports() {
		names = append(names, r.name)
	}
	cmd := a.verb("report "+strings.Join(names, "|"), cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		list := reports()
		at := slices.IndexFunc(list, func(r report) bool { return r.name == args[0] })
		if at < 0 {
			return usage(fmt.Sprintf("report %s: use %s", args[0], strings.Join(names, ", ")))
		}
		if err := list[at].refuse(a, cmd); err != nil {
			return err
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		id, err := w.ResolvePlan(*f.plan)
		if err != nil {
			return err
		}
		return (&reporter{app: a, ctx: cmd.Context(), w: w, plan: id, f: &f}).run(&list[at])
	})
	var long strings.Builder
	long.WriteString(a.T("cli.report") + "\n\n" + a.T("cli.report.names") + "\n")
	for _, n := range names {
		fmt.Fprintf(&long, "  %-12s %s\n", n, a.T("report."+n))
	}
	cmd.Use, cmd.Long = "report NAME", long.String()
	f.plan = a.planFlag(cmd)
	fl := cmd.Flags()
	fl.IntVar(&f.top, "top", 20, a.T("cli.flag.top"))
	fl.StringVar(&f.by, "by", "", a.T("cli.report.by"))
	fl.StringVar(&f.per, "per", "", a.T("cli.report.per"))
	fl.StringVar(&f.cut, "cut", "", a.T("cli.report.cut"))
	fl.StringVar(&f.counts, "counts", "", a.T("cli.report.counts"))
	fl.StringVar(&f.buckets, "buckets", "", a.T("cli.report.buckets"))
	fl.StringVar(&f.against, "against", "", a.T("cli.report.against"))
	fl.StringVar(&f.group, "group", "", a.T("cli.report.group"))
	fl.BoolVar(&f.history, "history", false, a.T("cli.report.history"))
	fl.IntVar(&f.fence, "fence", 28, a.T("cli.report.fence"))
	fl.StringVar(&f.site, "site", "", a.T("cli.report.site"))
	fl.StringVar(&f.category, "category", "", a.T("cli.report.category"))
	fl.StringVar(&f.planner, "planner", "", a.T("cli.report.planner"))
	fl.StringVar(&f.class, "class", "", a.T("cli.report.class"))
	fl.StringVar(&f.chart, "chart", "", a.T("cli.report.chart"))
	fl.StringVar(&f.item, "item", "", a.T("cli.report.item"))
	fl.StringVar(&f.font, "font", "", a.T("cli.report.font"))
	fl.Float64Var(&f.budget, "budget", 0, a.T("cli.report.budget"))
	fl.Float64Var(&f.target, "target", 0, a.T("cli.report.fill_target"))
	cmd.AddCommand(a.fvaVerb())
	return cmd
}

// own are the flags that concern some reports alone.
var own = []string{"by", "per", "cut", "counts", "buckets", "against", "group", "history", "fence", "site", "category", "planner", "class", "item", "budget", "target"}

// refuse returns an error for a flag that does not concern the report: a filter that
// filters nothing would mislead.
func (p *report) refuse(a *app, cmd *cobra.Command) error {
	allowed := p.flags
	if allowed == nil {
		allowed = filters
	}
	for _, name := range own {
		if cmd.Flags().Changed(name) && !slices.Contains(allowed, name) {
			return usage(a.T("cli.report.notflag", "report", p.name, "flag", name))
		}
	}
	return nil
}

// run makes a report, and its chart if one was asked for.
func (r *reporter) run(p *report) error {
	if r.f.chart != "" {
		if p.draw == nil {
			return usage(r.T("cli.report.nochart", "report", p.name))
		}
		switch filepath.Ext(r.f.chart) {
		case ".svg", ".png":
		default:
			return usage(fmt.Sprintf("--chart %s: use .svg or .png", r.f.chart))
		}
		var err error
		if r.extra, err = r.chartFont(r.f.chart, r.f.font); err != nil {
			return err
		}
		c, err := p.draw(r)
		if err != nil {
			return err
		}
		if err := save(c, r.f.chart, r.extra); err != nil {
			return err
		}
		r.say("cli.report.wrote", "file", r.f.chart)
	}
	if p.make != nil {
		return p.make(r)
	}
	where, args := r.where("t")
	rows := strings.ReplaceAll(p.rows, "{where}", where)
	if r.machine() {
		return r.stream(rows, args...)
	}
	r.title(p.name)
	if p.sums != "" {
		s, err := r.selectAll(r.ctx, r.w, r.plan, strings.ReplaceAll(p.sums, "{where}", where), args...)
		if err != nil {
			return err
		}
		r.shares(s, p.key, p.head, p.name == "bullwhip")
	}
	return r.list(rows, p.name, args...)
}

// title prints what the report is.
func (r *reporter) title(name string) { fmt.Fprintf(r.out, "%s\n\n", r.T("report."+name)) }

// stream writes every row for a program or a file.
func (r *reporter) stream(query string, args ...any) error {
	rows, err := r.w.Select(r.ctx, r.plan, query, args...)
	if err != nil {
		return err
	}
	_, err = r.emit(rows)
	return err
}

// list prints the first rows.
func (r *reporter) list(query, name string, args ...any) error {
	n, err := r.selectAll(r.ctx, r.w, r.plan, "SELECT count(*) AS n FROM ("+query+")", args...)
	if err != nil {
		return err
	}
	res, err := r.selectAll(r.ctx, r.w, r.plan, query+limit(r.f.top), args...)
	if err != nil {
		return err
	}
	r.show(res)
	if all := int(n.float(0, "n")); all > len(res.rows) {
		r.say("cli.report.more", "n", count(all))
	}
	r.next("cli.report.next", "report", name)
	return nil
}

// where returns the condition of the filters; table is the alias that has
// site_id.
func (r *reporter) where(table string) (string, []any) {
	cond, args := []string{"true"}, []any{}
	add := func(value, sql string, n int) {
		if value != "" {
			cond = append(cond, sql)
			for range n {
				args = append(args, value)
			}
		}
	}
	add(r.f.site, table+".site_id = ?", 1)
	add(r.f.category, "i.category = ?", 1)
	add(r.f.planner, "i.planner = ?", 1)
	add(strings.ToUpper(r.f.class), "? IN (c.abc, c.xyz, c.abc || coalesce(c.xyz, ''), c.fsn, c.hml, c.ved)", 1)
	return strings.Join(cond, " AND "), args
}

// shares prints sums with a bar of the share of each; mean says that the values do
// not add up.
func (r *reporter) shares(s *result, prefix, head string, mean bool) {
	if len(s.rows) == 0 {
		return
	}
	total, most, skus := 0.0, 0.0, 0.0
	for i := range s.rows {
		v := s.float(i, "value")
		total += v
		most = max(most, v)
		skus += s.float(i, "n")
	}
	last := ">" + r.T("rcol.share")
	if mean {
		last = ""
	}
	t := newTable(r.T(head), ">"+r.T("rcol.count"), ">"+r.T("rcol.value"), last, "")
	for i, row := range s.rows {
		key := shown(row[0])
		if key == "" {
			key = r.T("cli.report.unknown")
		} else if prefix != "" {
			key = r.T(prefix + key)
		}
		v := s.float(i, "value")
		if mean {
			t.add(key, shown(row[1]), shown(v), "", bar(v/max(most, 1e-9), 30))
			continue
		}
		share := 0.0
		if total != 0 {
			share = v / total
		}
		t.add(key, count(int(s.float(i, "n"))), money(v), percent(share), bar(share, 30))
	}
	if !mean {
		t.add(r.T("cli.report.total"), count(int(skus)), money(total), "", "")
	}
	t.write(r.out, 0)
	fmt.Fprintln(r.out)
}

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }

// fractions are the columns that a reader wants as percent.
var fractions = []string{"share", "cum_share", "fill_rate", "service", "service_target", "service_expected", "on_time", "in_full", "otif", "reject_rate", "price_trend", "set_rate", "kind_rate", "otif_plan",
	"wape", "bias", "naive_wape", "fva", "supplier_on_time", "supplier_otif", "forecast_wape", "forecast_bias", "forecast_fva", "zero_touch_share"}

// words are the columns whose values have a text in the catalogue.
var words = map[string]string{"movement": "movement.", "kind": "kind.", "action": "use.", "status": "status.", "basis": "basis."}

// show prints a result as a reader wants it: titles and words in his language,
// shares in percent.
func (r *reporter) show(res *result) {
	if len(res.rows) == 0 {
		fmt.Fprintln(r.out, r.T("cli.report.none"))
		return
	}
	head := make([]string, len(res.head))
	for i, name := range res.head {
		head[i] = r.heading(name)
		for _, row := range res.rows {
			if isNumber(row[i]) {
				head[i] = ">" + head[i]
				break
			}
		}
	}
	t := newTable(head...)
	for _, row := range res.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = r.cell(res.head[i], c)
		}
		t.add(cells...)
	}
	t.write(r.out, 40)
}

// heading is the title of a column in the reader's language, its name where the
// catalogue has none.
func (r *reporter) heading(name string) string {
	for _, prefix := range []string{"rcol.", "kpi."} {
		if lang.Has(prefix + name) {
			return r.T(prefix + name)
		}
	}
	return name
}

// cell is a value of a column as a reader wants it.
func (r *reporter) cell(name string, c any) string {
	if f, ok := c.(float64); ok && slices.Contains(fractions, name) && f == f {
		return percent(f)
	}
	if s, ok := c.(string); ok && words[name] != "" && lang.Has(words[name]+s) {
		return r.T(words[name] + s)
	}
	return shown(c)
}

// before returns the plan to compare with: the one of --against, else the one
// before. "" if there is none.
func (r *reporter) before() (string, error) {
	if r.f.against != "" {
		return r.w.ResolvePlan(r.f.against)
	}
	list, err := r.w.ListPlans()
	if err != nil {
		return "", err
	}
	best := ""
	for _, p := range list {
		if p.ID < r.plan && p.ID > best {
			best = p.ID
		}
	}
	return best, nil
}

// numbers reads a list of ascending numbers.
func (r *reporter) numbers(flag, s string) ([]float64, error) {
	if s == "" {
		return nil, nil
	}
	var out []float64
	for _, part := range strings.Split(s, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(v >= 0) || v > 1e9 || len(out) > 0 && v <= out[len(out)-1] {
			return nil, usage(r.T("cli.report.badlist", "flag", flag, "value", s))
		}
		out = append(out, v)
	}
	return out, nil
}

// choice checks the value of a flag.
func (r *reporter) choice(flag, value, def string, list ...string) (string, error) {
	if value == "" {
		return def, nil
	}
	if !slices.Contains(list, value) {
		return "", usage(r.T("cli.report.oneplan", "flag", flag, "value", value, "list", strings.Join(list, ", ")))
	}
	return value, nil
}

// table writes rows that were made here to where the user wants them.
func (r *reporter) write(res *result) error {
	s, err := r.newSheet(res.head)
	if err != nil {
		return err
	}
	defer s.discard()
	for _, row := range res.rows {
		if err := s.row(row...); err != nil {
			return err
		}
	}
	return s.close()
}

func isNumber(v any) bool {
	switch v.(type) {
	case int64, float64, planwright.Qty, uint64:
		return true
	}
	return false
}
