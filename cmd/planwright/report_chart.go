package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"planwright"
	"planwright/analytics"
	"planwright/chart"
	"planwright/lang"
	"planwright/snapshot"
)

// picture is a chart of a report.
type picture = chart.Picture

// save writes a chart as the ending of the path says, whole or not at all.
func save(p *picture, path string, extra *chart.Font) error {
	data := p.SVG()
	if filepath.Ext(path) == ".png" {
		var err error
		if data, err = p.PNG(extra); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the cause is what matters
	}
	return err
}

// label is a text of the report's chart.
func (r *reporter) label(key string, pairs ...string) string {
	return r.chartText(r.f.chart, r.extra, key, pairs...)
}

// fontPlaces are where systems keep fonts with Chinese glyphs.
var fontPlaces = []string{
	"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
	"/System/Library/Fonts/PingFang.ttc", "/System/Library/Fonts/STHeiti Light.ttc", "/System/Library/Fonts/Hiragino Sans GB.ttc",
	`C:\Windows\Fonts\msyh.ttc`, `C:\Windows\Fonts\simhei.ttf`, `C:\Windows\Fonts\simsun.ttc`,
}

// chartFont reads the font of --font, or one of the system with Chinese glyphs, for
// a chart that is a PNG; nil for others. Where there is none a PNG has English
// labels, and that is said.
func (a *app) chartFont(path, font string) (*chart.Font, error) {
	if filepath.Ext(path) != ".png" {
		return nil, nil
	}
	places := fontPlaces
	if font != "" {
		places = []string{font}
	}
	for _, place := range places {
		data, err := os.ReadFile(place) //nolint:gosec // the user's own choice, or a fixed place
		if err == nil {
			var f *chart.Font
			if f, err = chart.ReadFont(data); err == nil && f.Has("库存计划") {
				return f, nil
			}
			if err == nil {
				err = errors.New(a.T("cli.report.notchinese"))
			}
		}
		if font != "" {
			return nil, usage(fmt.Sprintf("--font %s: %s", place, err))
		}
	}
	if a.lang == lang.Chinese {
		a.say("cli.report.nofont")
	}
	return nil, nil
}

// chartText is a text of a chart: the built-in fonts of a PNG have no Chinese
// glyphs.
func (a *app) chartText(path string, font *chart.Font, key string, pairs ...string) string {
	if filepath.Ext(path) == ".png" && font == nil {
		return lang.Text(lang.English, key, pairs...)
	}
	return a.T(key, pairs...)
}

func (r *reporter) drawABC() (*picture, error) {
	res, err := r.abcRows()
	if err != nil {
		return nil, err
	}
	total := 0.0
	for i := range res.rows {
		total += max(0, number(res.rows[i][res.col("measure")]))
	}
	share, class := make([]float64, len(res.rows)), make([]string, len(res.rows))
	for i, row := range res.rows {
		if v := number(row[res.col("measure")]); v > 0 {
			share[i] = v / total
		}
		class[i] = res.text(i, "abc")
	}
	return chart.Pareto{Title: r.label("report.abc"), SKUs: r.label("rcol.skus")}.Draw(share, class), nil
}

func (r *reporter) drawAging() (*picture, error) {
	totals, _, err := r.agingTotals()
	if err != nil {
		return nil, err
	}
	var names []string
	var values []float64
	for _, t := range totals {
		name := t.Bucket
		if name == analytics.Undated {
			name = r.label("cli.report.unknown")
		}
		names, values = append(names, name), append(values, t.Value)
	}
	return chart.Bars(r.label("report.aging"), names, values, true), nil
}

func (r *reporter) drawProjection() (*picture, error) {
	if r.f.item != "" {
		return r.drawStock()
	}
	res, err := r.projectionRows()
	if err != nil {
		return nil, err
	}
	var label []string
	var stock, in, out, short []float64
	for i := range res.rows {
		label = append(label, strings.TrimPrefix(res.text(i, "week_start"), "20"))
		stock, in = append(stock, res.float(i, "stock_value")), append(in, res.float(i, "receipts_value"))
		out, short = append(out, res.float(i, "issues_value")), append(short, res.float(i, "short_value"))
	}
	return chart.Projection{Title: r.label("report.projection"), Stock: r.label("rcol.stock_value"), Receipts: r.label("rcol.receipts_value"), Issues: r.label("rcol.issues_value"), Short: r.label("rcol.short_value")}.Draw(label, stock, in, out, short), nil
}

// forecastRows are the forecast of the sku of --item.
func (r *reporter) forecastRows() (*result, string, error) {
	if r.f.item == "" {
		return nil, "", usage(r.T("cli.report.needitem"))
	}
	item, site, err := r.findSKU(r.ctx, r.w, r.plan, r.f.item)
	if err != nil {
		return nil, "", err
	}
	res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT item_id, site_id, period_start, period_end, method, mean, sd, q05, q10, q50, q90, q95, final FROM plan.forecast WHERE item_id = ? AND site_id = ? ORDER BY period_start`, item, site)
	return res, item + "@" + site, err
}

func (r *reporter) forecast() error {
	res, _, err := r.forecastRows()
	if err != nil {
		return err
	}
	if r.machine() {
		return r.write(res)
	}
	r.title("forecast")
	r.show(res)
	r.next("cli.report.next", "report", "forecast")
	return nil
}

// pastPeriods is how many periods of the past a fan chart shows.
const pastPeriods = 52

func (r *reporter) drawForecast() (*picture, error) {
	res, name, err := r.forecastRows()
	if err != nil {
		return nil, err
	}
	info, err := r.w.GetPlan(r.plan)
	if err != nil {
		return nil, err
	}
	period := planwright.ByWeek
	for _, p := range []planwright.Period{planwright.ByDay, planwright.ByWeek, planwright.ByMonth} {
		if strings.Contains(info.Options, `"period":"`+p.String()+`"`) {
			period = p
		}
	}
	var item, site string
	if len(res.rows) == 0 {
		return nil, &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", name}}
	}
	item, site = res.text(0, "item_id"), res.text(0, "site_id")
	hist, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT "on", sum(CASE WHEN kind = 'return' THEN -qty ELSE qty END) AS qty FROM snap.demand_history WHERE item_id = ? AND site_id = ? AND kind <> 'issue' AND "on" < ? GROUP BY 1 ORDER BY 1`, item, site, info.AsOf)
	if err != nil {
		return nil, err
	}
	end := period.Index(info.AsOf)
	first := end
	for _, row := range hist.rows {
		if d, ok := row[0].(planwright.Day); ok {
			first = min(first, period.Index(d))
		}
	}
	first = max(first, end-pastPeriods)
	past := make([]float64, end-first)
	label := make([]string, 0, len(past)+len(res.rows))
	for i := range past {
		label = append(label, strings.TrimPrefix(period.FromIndex(first+i).String(), "20"))
	}
	for i, row := range hist.rows {
		if d, ok := row[0].(planwright.Day); ok {
			if at := period.Index(d) - first; at >= 0 && at < len(past) {
				past[at] += hist.float(i, "qty")
			}
		}
	}
	var mean, lo80, hi80, lo90, hi90 []float64
	for i := range res.rows {
		label = append(label, strings.TrimPrefix(res.text(i, "period_start"), "20"))
		mean = append(mean, res.float(i, "mean"))
		lo80, hi80 = append(lo80, res.float(i, "q10")), append(hi80, res.float(i, "q90"))
		lo90, hi90 = append(lo90, res.float(i, "q05")), append(hi90, res.float(i, "q95"))
	}
	return chart.Fan{Title: r.label("report.fan") + " " + name, Past: r.label("chart.past"), Mean: r.label("chart.mean"), Inner: "80 %", Outer: "90 %"}.Draw(label, past, mean, lo80, hi80, lo90, hi90), nil
}

// byID orders plans by their names, which count up.
func byID(a, b snapshot.PlanInfo) int { return cmp.Compare(a.ID, b.ID) }
