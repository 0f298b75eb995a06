package main

import (
	"fmt"

	"planwright/plan"

	"github.com/xuri/excelize/v2"
)

// tradeoffSheet writes the points of service against stock with a chart of their
// own. A plan without demand or costs has no such sheet.
func (b *book) tradeoffSheet() error {
	q, err := b.selectAll(b.ctx, b.w, b.plan, plan.TradeoffQuery)
	if err != nil {
		return err
	}
	t, err := plan.ComputeTradeoff(tradeoffRows(q), plan.TradeoffGoal{})
	if err != nil || t.SKUs == 0 {
		return err
	}
	sheet := b.T("sheet.tradeoff")
	head := []string{b.T("col.curve"), b.T("col.stock_value"), b.T("col.fill_rate"), b.T("col.short_value"), b.T("col.short_sales")}
	sw, err := b.newSheet(sheet, b.T("report.tradeoff"), "", head, []float64{24, 18, 14, 18, 18})
	if err != nil {
		return err
	}
	n := 0
	put := func(curve string, list ...plan.TradeoffPoint) (from, to int, err error) {
		from = n + 4
		for _, p := range list {
			n++
			row := []any{b.T("tradeoff." + curve), excelize.Cell{StyleID: b.money, Value: p.Investment}, excelize.Cell{StyleID: b.percent, Value: p.FillRate}, excelize.Cell{StyleID: b.money, Value: p.ShortValue}, excelize.Cell{StyleID: b.money, Value: p.ShortSales}}
			if err := sw.SetRow(fmt.Sprintf("A%d", n+3), row); err != nil {
				return 0, 0, err
			}
		}
		return from, n + 3, nil
	}
	var series []excelize.ChartSeries
	type curve struct {
		curve, colour string
		list          []plan.TradeoffPoint
	}
	curves := []curve{{"optimal", "1F4E79", t.Optimal}, {"uniform", "C55A11", t.Uniform}, {"today", "404040", []plan.TradeoffPoint{t.Today}}, {"current", "548235", []plan.TradeoffPoint{t.Current}}}
	if t.EnteredSKUs > 0 {
		curves = append(curves, curve{"entered", "BF9000", []plan.TradeoffPoint{t.Entered}})
	}
	for _, c := range curves {
		from, to, err := put(c.curve, c.list...)
		if err != nil {
			return err
		}
		s := excelize.ChartSeries{Name: fmt.Sprintf("'%s'!$A$%d", sheet, from), Categories: fmt.Sprintf("'%s'!$B$%d:$B$%d", sheet, from, to), Values: fmt.Sprintf("'%s'!$C$%d:$C$%d", sheet, from, to)}
		// Said in full: of what a chart does not say each program has its own idea.
		colour := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{c.colour}}
		s.Fill, s.Line = colour, excelize.LineOptions{Type: excelize.LineSolid, Width: 2}
		s.Marker = excelize.ChartMarker{Symbol: "none"}
		if len(c.list) == 1 {
			s.Marker = excelize.ChartMarker{Symbol: "diamond", Size: 10, Fill: colour}
		}
		series = append(series, s)
	}
	if err := b.finish(sw, len(head), n); err != nil {
		return err
	}
	share, most := b.axis("0%", 0), 1.0
	share.Maximum = &most
	// The chart stands on the summary: a streamed sheet takes none.
	return b.file.AddChart(b.T("sheet.summary"), "D39", &excelize.Chart{Type: excelize.Scatter, Series: series, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: b.T("report.tradeoff")}}},
		XAxis: b.axis("#,##0", 0), YAxis: share, Legend: excelize.ChartLegend{Position: "bottom"}, Dimension: excelize.ChartDimension{Width: 720, Height: 340}})
}
