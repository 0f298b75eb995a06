package main

import (
	"errors"
	"fmt"

	"planwright/plan"

	"github.com/xuri/excelize/v2"
)

// valueMonthsSheet adds a sheet to the workbook of a value replay: the stock of all
// sides by month, and its chart. The workbook is whole before, and again after.
func (a *app) valueMonthsSheet(v *plan.Value) (err error) {
	months, names, lines := valueMonths(v, func(key string, pairs ...string) string { return a.T(key, pairs...) })
	if len(months) == 0 {
		return nil
	}
	f, err := excelize.OpenFile(a.output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sheet := a.T("value.months")
	if _, err := f.NewSheet(sheet); err != nil {
		return err
	}
	head := []any{a.T("sheet.month")}
	for _, n := range names {
		head = append(head, n)
	}
	if err := f.SetSheetRow(sheet, "A1", &head); err != nil {
		return err
	}
	for i, m := range months {
		row := []any{m}
		for _, l := range lines {
			if i < len(l) {
				row = append(row, l[i])
			}
		}
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+2), &row); err != nil {
			return err
		}
	}
	money, err := f.NewStyle(&excelize.Style{NumFmt: 3})
	if err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(len(head))
	if err != nil {
		return err
	}
	if err := errors.Join(f.SetCellStyle(sheet, "B2", fmt.Sprintf("%s%d", last, len(months)+1), money), f.SetColWidth(sheet, "A", last, 18)); err != nil {
		return err
	}
	var series []excelize.ChartSeries
	for k := range lines {
		column, err := excelize.ColumnNumberToName(k + 2)
		if err != nil {
			return err
		}
		series = append(series, excelize.ChartSeries{Name: fmt.Sprintf("'%s'!$%s$1", sheet, column), Categories: fmt.Sprintf("'%s'!$A$2:$A$%d", sheet, len(months)+1), Values: fmt.Sprintf("'%s'!$%s$2:$%s$%d", sheet, column, column, len(months)+1),
			Line: excelize.LineOptions{Width: 2}, Marker: excelize.ChartMarker{Symbol: "none"}})
	}
	var b book
	least := 0.0
	stock := b.axis("#,##0", 0)
	stock.Minimum = &least
	if err := f.AddChart(sheet, fmt.Sprintf("A%d", len(months)+4), &excelize.Chart{Type: excelize.Line, Series: series, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: a.T("value.chart_title")}}},
		XAxis: b.axis("@", 0), YAxis: stock, Legend: excelize.ChartLegend{Position: "bottom"}, Dimension: excelize.ChartDimension{Width: 720, Height: 340}}); err != nil {
		return err
	}
	b.file = f
	return b.save(a.output)
}
