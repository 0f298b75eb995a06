package main

import (
	"fmt"
	"math"
	"strings"

	"planwright"
	"planwright/chart"
)

// stockDays is the projected stock of one sku, day by day where something happens.
type stockDays struct {
	name, title string
	from        planwright.Day
	safety      float64
	days        []chart.StockDay
}

// stockOfItem reads the projection of the sku of --item.
func (r *reporter) stockOfItem() (*stockDays, error) {
	item, site, err := r.findSKU(r.ctx, r.w, r.plan, r.f.item)
	if err != nil {
		return nil, err
	}
	return r.stockOf(item, site)
}

// stockOf reads the projection of a sku: its MRP record by day, its safety stock, and
// the fan that the quantiles of the cumulative forecast (10 % and 90 %) draw around the
// balance.
func (r *reporter) stockOf(item, site string) (*stockDays, error) {
	info, err := r.w.GetPlan(r.plan)
	if err != nil {
		return nil, err
	}
	res, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT "on", last(available_after ORDER BY seq)::DOUBLE AS balance, coalesce(sum(qty) FILTER (kind = 'receipt'), 0)::DOUBLE AS receipts,
		coalesce(sum(qty) FILTER (kind IN ('planned_receipt', 'co_product')), 0)::DOUBLE AS planned FROM plan.requirements WHERE item_id = ? AND site_id = ? GROUP BY "on" ORDER BY "on"`, item, site)
	if err != nil {
		return nil, err
	}
	more, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT coalesce((SELECT greatest(p.safety_stock, 0) FROM plan.policies p WHERE p.item_id = i.item_id AND p.site_id = ?), 0)::DOUBLE AS safety, coalesce(i.name, '') AS name FROM snap.items i WHERE i.item_id = ?`, site, item)
	if err != nil {
		return nil, err
	}
	fan, err := r.selectAll(r.ctx, r.w, r.plan, `SELECT period_end, mean, q10, q90 FROM plan.forecast_cumulative WHERE item_id = ? AND site_id = ? ORDER BY periods`, item, site)
	if err != nil {
		return nil, err
	}
	s := &stockDays{name: item + "@" + site, from: info.AsOf}
	s.title = s.name
	if len(more.rows) > 0 {
		s.safety = more.float(0, "safety")
		if name := more.text(0, "name"); name != "" {
			s.title += "  " + name
		}
	}
	at, end := 0, info.AsOf-1 // of the fan
	mean, low, high := 0.0, 0.0, 0.0
	for i, row := range res.rows {
		on, ok := row[0].(planwright.Day)
		if !ok {
			continue
		}
		on = max(on, info.AsOf)
		d := chart.StockDay{Day: int(on - info.AsOf), Label: strings.TrimPrefix(on.String(), "20"), Balance: res.float(i, "balance"), Receipts: res.float(i, "receipts"), Planned: res.float(i, "planned"), Low: math.NaN(), High: math.NaN()}
		for at < len(fan.rows) && end < on {
			end, _ = fan.rows[at][0].(planwright.Day)
			mean, low, high = fan.float(at, "mean"), fan.float(at, "q10"), fan.float(at, "q90")
			at++
		}
		if len(fan.rows) > 0 && end >= on { // beyond the last sum nothing is known
			d.Low, d.High = d.Balance-math.Max(0, high-mean), d.Balance+math.Max(0, mean-low)
		}
		if n := len(s.days); n > 0 && s.days[n-1].Day == d.Day { // what is overdue counts today
			d.Receipts, d.Planned = d.Receipts+s.days[n-1].Receipts, d.Planned+s.days[n-1].Planned
			s.days[n-1] = d
			continue
		}
		s.days = append(s.days, d)
	}
	return s, nil
}

func (r *reporter) drawStock() (*picture, error) {
	s, err := r.stockOfItem()
	if err != nil {
		return nil, err
	}
	title := s.title
	if r.extra == nil && !strings.HasSuffix(r.f.chart, ".svg") {
		title = s.name // its name may be Chinese
	}
	return chart.Stock{Title: title, Balance: r.label("chart.balance"), Safety: r.label("chart.safety"), Receipts: r.label("chart.receipts"), Planned: r.label("chart.planned"), Fan: r.label("chart.fan")}.Draw(s.days, s.safety), nil
}

// stockProjection prints the projected stock of one sku.
func (r *reporter) stockProjection() error {
	s, err := r.stockOfItem()
	if err != nil {
		return err
	}
	if r.machine() {
		out, err := r.newSheet([]string{"on", "balance", "low", "high", "receipts", "planned", "safety_stock"})
		if err != nil {
			return err
		}
		defer out.discard()
		for _, d := range s.days {
			var low, high any
			if !math.IsNaN(d.Low) {
				low, high = d.Low, d.High
			}
			if err := out.row(s.from+planwright.Day(d.Day), d.Balance, low, high, d.Receipts, d.Planned, s.safety); err != nil {
				return err
			}
		}
		return out.close()
	}
	r.title("projection")
	fmt.Fprintf(r.out, "%s\n%s  %s\n\n", s.title, r.T("chart.balance"), s.spark())
	t := newTable(r.T("col.day"), ">"+r.T("chart.balance"), ">"+r.T("chart.receipts"), ">"+r.T("chart.planned"), ">"+r.T("chart.safety"), r.T("chart.fan"))
	for i, d := range s.days {
		if r.f.top > 0 && i == r.f.top {
			r.say("cli.report.more", "n", count(len(s.days)))
			break
		}
		fan := ""
		if !math.IsNaN(d.Low) {
			fan = shown(d.Low) + " … " + shown(d.High)
		}
		t.add((s.from + planwright.Day(d.Day)).String(), shown(d.Balance), shown(d.Receipts), shown(d.Planned), shown(s.safety), fan)
	}
	t.write(r.out, 0)
	r.next("cli.report.next", "report", "projection")
	return nil
}

// spark is the balance of the days as a line of blocks, each day as long as it lasts.
func (s *stockDays) spark() string {
	if len(s.days) == 0 {
		return ""
	}
	var all []float64
	for i, d := range s.days {
		end := d.Day + 1
		if i+1 < len(s.days) {
			end = s.days[i+1].Day
		}
		for range end - d.Day {
			all = append(all, d.Balance)
		}
	}
	return sparkline(all, sparkWidth)
}

// sparkWidth is the width of a sparkline in a terminal.
const sparkWidth = 60

// sparkline draws values as blocks from the lowest, or 0, to the highest; a place that
// holds several shows the lowest, below zero ▿.
func sparkline(values []float64, width int) string {
	width = min(width, len(values))
	lo, hi := 0.0, 0.0
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			hi = max(hi, v)
		}
	}
	blocks := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for i := range width {
		low := math.NaN()
		for _, v := range values[i*len(values)/width : (i+1)*len(values)/width] {
			if math.IsNaN(low) || v < low {
				low = v
			}
		}
		switch {
		case math.IsNaN(low):
			b.WriteByte(' ')
		case low < lo:
			b.WriteRune('▿')
		case hi == 0:
			b.WriteRune(blocks[0])
		default:
			b.WriteRune(blocks[int(min(low/hi, 1)*float64(len(blocks)-1)+0.5)])
		}
	}
	return b.String()
}

// drawTradeoff draws the curve of service against stock, and where the company stands.
func (r *reporter) drawTradeoff() (*picture, error) {
	t, err := r.tradeoffPoints()
	if err != nil {
		return nil, err
	}
	var best, uniform []chart.CurvePoint
	for _, p := range t.Optimal {
		best = append(best, chart.CurvePoint{Stock: p.Investment, FillRate: p.FillRate})
	}
	for _, p := range t.Uniform {
		uniform = append(uniform, chart.CurvePoint{Stock: p.Investment, FillRate: p.FillRate})
	}
	var marks []chart.CurvePoint
	if t.SKUs > 0 {
		marks = []chart.CurvePoint{{Stock: t.Today.Investment, FillRate: t.Today.FillRate, Text: r.label("tradeoff.today")}, {Stock: t.Current.Investment, FillRate: t.Current.FillRate, Text: r.label("tradeoff.current")},
			{Stock: t.Chosen.Investment, FillRate: t.Chosen.FillRate, Text: r.label("tradeoff.chosen")}}
		if t.EnteredSKUs > 0 {
			marks = append(marks, chart.CurvePoint{Stock: t.Entered.Investment, FillRate: t.Entered.FillRate, Text: r.label("tradeoff.entered")})
		}
	}
	return chart.Curve{Title: r.label("report.tradeoff"), X: r.label("col.stock_value"), Best: r.label("tradeoff.optimal"), Uniform: r.label("tradeoff.uniform")}.Draw(best, uniform, marks), nil
}
