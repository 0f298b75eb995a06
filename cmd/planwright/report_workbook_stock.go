package main

import (
	"fmt"
	"math"

	"planwright"

	"github.com/xuri/excelize/v2"
)

// stockPictures is how many sku's have their projected stock drawn in a workbook.
const stockPictures = 4

// stockSheet writes the projected stock of the sku's that come first in the worklist,
// a row a week: the balance with its fan, the safety stock, and what comes in; each has a
// chart of its own on the summary, over the cells. A plan without new orders has none.
func (b *book) stockSheet() error {
	q, err := b.selectAll(b.ctx, b.w, b.plan, `SELECT item_id, site_id FROM plan.suggestions WHERE action IN ('buy', 'make', 'transfer', 'subcontract') GROUP BY item_id, site_id ORDER BY min(rank) LIMIT `+fmt.Sprint(stockPictures))
	if err != nil || len(q.rows) == 0 {
		return err
	}
	sheet := b.T("sheet.outlook")
	head := []string{b.T("col.sku"), b.T("col.day"), b.T("chart.balance"), b.T("chart.safety"), b.T("chart.fan") + " 10 %", b.T("chart.fan") + " 90 %", b.T("chart.receipts"), b.T("chart.planned")}
	sw, err := b.newSheet(sheet, b.T("sheet.outlook_title"), "", head, []float64{30, 14, 14, 14, 14, 14, 14, 14})
	if err != nil {
		return err
	}
	type block struct {
		title    string
		from, to int
	}
	var blocks []block
	n := 0
	for i := range q.rows {
		s, err := b.stockOf(q.text(i, "item_id"), q.text(i, "site_id"))
		if err != nil {
			return err
		}
		if len(s.days) == 0 {
			continue
		}
		from, at := n+4, 0
		last := s.days[len(s.days)-1].Day
		d := s.days[0]
		for day := 0; day < last+7; day += 7 {
			receipts, planned := 0.0, 0.0
			for at < len(s.days) && s.days[at].Day <= day {
				d = s.days[at]
				receipts, planned = receipts+d.Receipts, planned+d.Planned
				at++
			}
			n++
			row := []any{s.name, (s.from + planwright.Day(day)).String()[5:], b.number(d.Balance), b.number(s.safety), nil, nil, b.number(receipts), b.number(planned)}
			if !math.IsNaN(d.Low) {
				row[4], row[5] = b.number(d.Low), b.number(d.High)
			}
			if err := sw.SetRow(fmt.Sprintf("A%d", n+3), row); err != nil {
				return err
			}
		}
		blocks = append(blocks, block{s.title, from, n + 3})
	}
	if err := b.finish(sw, len(head), n); err != nil {
		return err
	}
	for i, x := range blocks {
		series := func(column, colour string, dash excelize.LineDashType) excelize.ChartSeries {
			fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
			return excelize.ChartSeries{Name: fmt.Sprintf("'%s'!$%s$3", sheet, column), Categories: fmt.Sprintf("'%s'!$B$%d:$B$%d", sheet, x.from, x.to), Values: fmt.Sprintf("'%s'!$%s$%d:$%s$%d", sheet, column, x.from, column, x.to),
				Fill: fill, Line: excelize.LineOptions{Type: excelize.LineSolid, Width: 1.75, Dash: dash, Fill: fill}, Marker: excelize.ChartMarker{Symbol: "none"}}
		}
		// Both charts of a combination name the axes: some programs take those of the last.
		days, units := b.axis("yyyy-mm-dd", 4), b.axis("#,##0", 0)
		days.TickLabelPosition = excelize.ChartTickLabelLow
		lines := &excelize.Chart{Type: excelize.Line, XAxis: days, YAxis: units, Series: []excelize.ChartSeries{series("C", "1F4E79", excelize.LineDashUnset), series("D", "C00000", excelize.LineDashDash),
			series("E", "9DC3E6", excelize.LineDashDash), series("F", "9DC3E6", excelize.LineDashDash)}}
		if err := b.file.AddChart(b.T("sheet.summary"), fmt.Sprintf("D%d", 57+20*i), &excelize.Chart{Type: excelize.Col, XAxis: days, YAxis: units,
			Series: []excelize.ChartSeries{series("G", "A9D18E", excelize.LineDashUnset), series("H", "FFD966", excelize.LineDashUnset)}, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: x.title}}},
			Legend: excelize.ChartLegend{Position: "bottom"}, Dimension: excelize.ChartDimension{Width: 720, Height: 380}}, lines); err != nil {
			return err
		}
	}
	return nil
}
