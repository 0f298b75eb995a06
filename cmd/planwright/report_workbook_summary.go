package main

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/xuri/excelize/v2"
)

// summary writes the key figures, what the sheets add up to, and two charts.
func (b *book) summary(totals map[string]string) error {
	sheet := b.T("sheet.summary")
	b.sheets++
	info, err := b.w.GetPlan(b.plan)
	if err != nil {
		return err
	}
	kpi, err := b.selectAll(b.ctx, b.w, b.plan, `SELECT name, value FROM plan.kpis`)
	if err != nil {
		return err
	}
	var failed error
	set := func(cell string, v any, style int) {
		if c, ok := v.(excelize.Cell); ok {
			failed = errors.Join(failed, b.file.SetCellFormula(sheet, cell, c.Formula))
		} else {
			failed = errors.Join(failed, b.file.SetCellValue(sheet, cell, v))
		}
		failed = errors.Join(failed, b.file.SetCellStyle(sheet, cell, cell, style))
	}
	set("A1", b.T("sheet.title", "plan", b.plan, "asof", info.AsOf.String(), "end", (info.HorizonEnd-1).String()), b.title)
	set("A3", b.T("col.figure"), b.head)
	set("B3", b.T("col.value"), b.head)
	line := 4
	for i := range kpi.rows {
		name, v := kpi.text(i, "name"), kpi.float(i, "value")
		style := b.money
		switch {
		case slices.Contains(fractions, name):
			style = b.percent
		case v == math.Trunc(v):
			style = b.whole
		}
		set(fmt.Sprintf("A%d", line), b.T("kpi."+name), b.plain)
		set(fmt.Sprintf("B%d", line), v, style)
		line++
	}
	line++
	set(fmt.Sprintf("A%d", line), b.T("sheet.checks"), b.head)
	set(fmt.Sprintf("B%d", line), b.T("col.value"), b.head)
	for _, key := range []string{"stock", "aging", "classes", "excess", "slow", "expiry", "policies", "orders"} {
		line++
		set(fmt.Sprintf("A%d", line), b.T("sheet."+key), b.plain)
		set(fmt.Sprintf("B%d", line), excelize.Cell{Formula: totals[key]}, b.money)
	}
	failed = errors.Join(failed, b.file.SetColWidth(sheet, "A", "A", 46), b.file.SetColWidth(sheet, "B", "B", 20))
	failed = errors.Join(failed, b.file.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 3, TopLeftCell: "A4", ActivePane: "bottomLeft"}))
	if failed != nil {
		return failed
	}
	weeks, err := b.selectAll(b.ctx, b.w, b.plan, `SELECT count(DISTINCT week_start) AS n FROM plan.projection`)
	if err != nil {
		return err
	}
	if n := int(weeks.float(0, "n")); n > 0 {
		p := "'" + b.T("sheet.projection") + "'!"
		days := b.axis("yyyy-mm-dd", 4)
		days.Alignment.TextRotation = 60
		if err := b.file.AddChart(sheet, "D3", &excelize.Chart{Type: excelize.Line, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: b.T("report.projection")}}},
			Series:    []excelize.ChartSeries{{Name: p + "$F$3", Categories: fmt.Sprintf("%s$A$4:$A$%d", p, n+3), Values: fmt.Sprintf("%s$F$4:$F$%d", p, n+3)}},
			XAxis:     days,
			YAxis:     b.axis("#,##0", 0),
			Dimension: excelize.ChartDimension{Width: 720, Height: 320}}); err != nil {
			return err
		}
	}
	// The buckets stand on the summary, so that their chart has something to show.
	totalsByBucket, err := b.selectAll(b.ctx, b.w, b.plan, `SELECT bucket, sum(value) AS value FROM plan.aging GROUP BY bucket ORDER BY min(age_days) NULLS LAST`)
	if err != nil || len(totalsByBucket.rows) == 0 {
		return err
	}
	line += 2
	set(fmt.Sprintf("A%d", line), b.T("report.aging"), b.head)
	set(fmt.Sprintf("B%d", line), b.T("col.value"), b.head)
	from := line + 1
	aging := "'" + b.T("sheet.aging") + "'!"
	for i := range totalsByBucket.rows {
		line++
		set(fmt.Sprintf("A%d", line), totalsByBucket.text(i, "bucket"), b.plain)
		// Not SUMIF, which takes the name >360 for a comparison; and no formula
		// over layers that go on in another sheet.
		var v any = totalsByBucket.float(i, "value")
		if b.layers <= sheetLimit {
			v = excelize.Cell{Formula: fmt.Sprintf("SUMPRODUCT((%s$G$4:$G$%d=A%d)*%s$I$4:$I$%d)", aging, b.layers+3, line, aging, b.layers+3)}
		}
		set(fmt.Sprintf("B%d", line), v, b.money)
	}
	if failed != nil {
		return failed
	}
	own := "'" + sheet + "'!"
	if err := b.paper(sheet); err != nil {
		return err
	}
	return b.file.AddChart(sheet, "D21", &excelize.Chart{Type: excelize.Col, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: b.T("report.aging")}}},
		Series: []excelize.ChartSeries{{Name: own + fmt.Sprintf("$B$%d", from-1), Categories: fmt.Sprintf("%s$A$%d:$A$%d", own, from, line), Values: fmt.Sprintf("%s$B$%d:$B$%d", own, from, line)}},
		XAxis:  b.axis("", 0), YAxis: b.axis("#,##0", 0), VaryColors: new(false), Legend: excelize.ChartLegend{Position: "none"},
		Dimension: excelize.ChartDimension{Width: 720, Height: 320}})
}

// axis shows numbers in a format, every so many of them, in a colour that can be read.
func (b *book) axis(format string, skip int) excelize.ChartAxis {
	return excelize.ChartAxis{NumFmt: excelize.ChartNumFmt{CustomNumFmt: format}, TickLabelSkip: skip, Font: excelize.Font{Color: "404040", Size: 9}}
}
