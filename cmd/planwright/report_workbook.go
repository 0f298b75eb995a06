package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"planwright"
	"planwright/lang"
	"planwright/snapshot"

	"github.com/xuri/excelize/v2"
)

// sheetLimit is the most rows of data that a sheet takes, below Excel's 1,048,576.
const sheetLimit = 1_000_000

// bookSheet is a sheet of the workbook: a topic and its rows.
type bookSheet struct {
	key   string // of the title: sheet.KEY
	query string
	total string // the column that is summed below the title; "" for none
}

// bookSheets are the topics of the workbook, in the order of its sheets.
func bookSheets(l lang.Language) []bookSheet {
	reason, message := "reason", "message"
	if l == lang.Chinese {
		reason, message = "reason_zh", "message_zh"
	}
	item := ` JOIN snap.items i USING (item_id) `
	class := item + `JOIN plan.classes c USING (item_id, site_id) `
	return []bookSheet{
		{"todo", `SELECT t.rank, t.urgency, t.action, t.item_id, t.site_id, i.name, i.planner, t.qty, i.uom, t.act_by, t.need_on, t.value, t.at_stake, t.at_stake_once, t.impact, t.person, t.` + reason + ` AS reason, t.supplier_id, t.order_id, t.suggestion_id FROM plan.suggestions t` + item + `ORDER BY t.rank`, "value"},
		{"orders", `SELECT t.order_id, t.kind, t.item_id, t.site_id, i.name, t.supplier_id, t.from_site_id, t.qty, i.uom, t.order_qty, t.order_uom, t.release_on, t.start_on, t.due_on, t.cost, t.reason FROM plan.planned_orders t` + item + `ORDER BY t.release_on, t.order_id`, "cost"},
		{"policies", `SELECT t.item_id, t.site_id, i.name, t.class, t.policy, t.safety_stock, t.reorder_point, t.order_up_to, t.order_qty, t.service_target, t.service_expected, t.cycle_stock_value, t.safety_stock_value, t.method FROM plan.policies t` + item + `ORDER BY t.item_id, t.site_id`, "safety_stock_value"},
		{"classes", `SELECT t.item_id, t.site_id, i.name, i.category, t.abc, t.xyz, t.abc_site, t.abc_category, t.fsn, t.hml, t.ved, t.usage_value, t.share, t.cum_share, t.cv, t.demand_class FROM plan.classes t` + item + `ORDER BY t.usage_value DESC, t.item_id, t.site_id`, "usage_value"},
		{"stock", `SELECT t.item_id, t.site_id, i.name, c.abc, t.on_hand, t.stock_value, t.average_value, t.use_value, t.turns, t.days_back, t.days_forward, t.gmroi, t.stockout_days, t.lost_value, t.fill_rate, t.last_use_on, t.last_receipt_on, t.movement FROM plan.flow t` + class + `ORDER BY t.stock_value DESC, t.item_id, t.site_id`, "stock_value"},
		{"aging", `SELECT t.item_id, t.site_id, i.name, t.lot, t.received_on, t.age_days, t.bucket, t.qty, t.value, t.provision, t.basis, t.expires_on FROM plan.aging t` + item + `ORDER BY t.age_days DESC NULLS FIRST, t.item_id, t.site_id`, "value"},
		{"expiry", `SELECT t.item_id, t.site_id, i.name, t.lot, t.expires_on, t.days_left, t.status, t.qty, t.used, t.at_risk, t.value, t.risk_value FROM plan.expiry_risk t` + item + `ORDER BY t.risk_value DESC, t.expires_on, t.item_id, t.site_id`, "risk_value"},
		{"slow", `SELECT t.item_id, t.site_id, i.name, t.movement, t.idle_days, t.last_use_on, t.last_receipt_on, t.qty, t.value, t.year_use, t.turns, t.age_days, t.provision FROM plan.slow_movers t` + item + `ORDER BY t.value DESC, t.item_id, t.site_id`, "value"},
		{"excess", `SELECT t.item_id, t.site_id, i.name, t.kind, t.on_hand, t.required, t.qty, t.value, t.last_use_on, t.cover_days, t.action, t.next_item_id, t.next_site_id, t.next_on, t.provision FROM plan.excess t` + item + `ORDER BY t.value DESC, t.item_id, t.site_id`, "value"},
		{"projection", `SELECT week_start, max(week_end) AS week_end, sum(opening_value) AS opening_value, sum(receipts_value) AS receipts_value, sum(issues_value) AS issues_value, sum(stock_value) AS stock_value, sum(short_value) AS short_value, sum(safety_gap_value) AS safety_gap_value FROM plan.projection GROUP BY week_start ORDER BY week_start`, ""},
		{"breaches", `SELECT t.item_id, t.site_id, i.name, t.below_on, t.until, t.stockout_on, t.available, t.safety_stock, t.short, t.value FROM plan.safety_breaches t` + item + `ORDER BY t.below_on, t.value DESC, t.item_id, t.site_id`, "value"},
		{"suppliers", `SELECT t.supplier_id, s.name, t.item_id, t.site_id, t.receipts, t.lead_mean, t.lead_sd, t.lead_q50, t.lead_q90, t.lead_trend, t.late_mean, t.on_time, t.in_full, t.otif, t.reject_rate, t.price_trend, t.delivery_score, t.quantity_score, t.quality_score, t.lead_score, t.price_score, t.score FROM plan.supplier_scores t LEFT JOIN snap.suppliers s USING (supplier_id) ORDER BY t.supplier_id, t.item_id NULLS FIRST, t.site_id`, ""},
		{"kitting", kittingReport, ""},
		{"accuracy", `SELECT t.item_id, t.site_id, i.name, c.abc, t.demand_class, t.method, t.periods, t.mase, t.wape, t.bias, t.naive_wape, t.fva FROM plan.forecast_accuracy t` + class + `ORDER BY c.usage_value DESC, t.item_id, t.site_id`, ""},
		{"exceptions", `SELECT t.code, t.severity, t.item_id, t.site_id, t.order_id, t."on", t.qty, t.move_to, t.value, t.` + message + ` AS message FROM plan.exceptions t ORDER BY t.rowid`, ""},
	}
}

// book is a workbook being written.
type book struct {
	*reporter
	file                                                *excelize.File
	head, title, money, percent, day, plain, edit, bold int
	rows, sheets, tables                                int
	whole, layers                                       int // style of a count; rows of the sheet of aging
	first                                               bool
}

// workbook writes the plan as an xlsx file: a sheet a topic, with filters, frozen
// headers and formats, and the arithmetic of the order quantities as formulas that
// recalculate. Sheets are streamed: memory does not grow with the rows.
func (r *reporter) workbook() error {
	if r.output == "" || filepath.Ext(r.output) != ".xlsx" {
		return usage(r.T("cli.report.notxlsx"))
	}
	b := &book{reporter: r, file: excelize.NewFile(), first: true}
	err := b.fill()
	if err == nil {
		err = b.save(r.output)
	}
	if err = errors.Join(err, b.file.Close()); err != nil {
		return err
	}
	r.say("cli.report.workbook", "file", r.output, "sheets", count(b.sheets), "rows", count(b.rows))
	return nil
}

// save writes the file beside its place and gives it its name when it is whole.
func (b *book) save(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = b.file.Write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func (b *book) fill() error {
	if err := b.styles(); err != nil {
		return err
	}
	// The summary refers to the other sheets, and stands before them.
	if err := b.file.SetSheetName("Sheet1", b.T("sheet.summary")); err != nil {
		return err
	}
	if err := b.quantities(); err != nil {
		return err
	}
	totals := map[string]string{} // sheet key -> the cell of its total
	for _, s := range bookSheets(b.lang) {
		before := b.rows
		at, err := b.stream(s)
		if s.key == "aging" {
			b.layers = b.rows - before
		}
		if err != nil {
			return fmt.Errorf("sheet %s: %w", s.key, err)
		}
		totals[s.key] = at
	}
	if err := b.summary(totals); err != nil {
		return err
	}
	if err := b.tradeoffSheet(); err != nil {
		return err
	}
	if err := b.stockSheet(); err != nil {
		return err
	}
	b.file.SetActiveSheet(0)
	full := true
	return b.file.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &full})
}

func (b *book) styles() error {
	border := []excelize.Border{{Type: "bottom", Color: "1F4E78", Style: 1}}
	for _, s := range []struct {
		id *int
		st excelize.Style
	}{
		{&b.head, excelize.Style{Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F4E78"}}, Border: border, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}}},
		{&b.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}},
		{&b.bold, excelize.Style{Font: &excelize.Font{Bold: true}, CustomNumFmt: text("#,##0.00")}},
		{&b.money, excelize.Style{CustomNumFmt: text("#,##0.00")}},
		{&b.whole, excelize.Style{CustomNumFmt: text("#,##0")}},
		{&b.percent, excelize.Style{CustomNumFmt: text("0.0%")}},
		{&b.day, excelize.Style{CustomNumFmt: text("yyyy-mm-dd")}},
		{&b.plain, excelize.Style{CustomNumFmt: text("#,##0.######")}},
		{&b.edit, excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF2CC"}}}},
	} {
		id, err := b.file.NewStyle(&s.st)
		if err != nil {
			return err
		}
		*s.id = id
	}
	return nil
}

func text(s string) *string { return &s }

// cell is a value with its format.
func (b *book) cell(name string, v any) any {
	switch v := v.(type) {
	case planwright.Qty:
		if v == planwright.NoQty {
			return nil
		}
		return b.number(v.Float())
	case planwright.Day:
		if !v.Known() {
			return nil
		}
		y, m, d := v.Civil()
		return excelize.Cell{StyleID: b.day, Value: time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)}
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		if slices.Contains(fractions, name) {
			return excelize.Cell{StyleID: b.percent, Value: v}
		}
		return excelize.Cell{StyleID: b.money, Value: v}
	case string:
		if words[name] != "" && v != "" && lang.Has(words[name]+v) {
			return b.T(words[name] + v)
		}
		for _, p := range []string{"urgency", "severity", "action"} {
			if p == name && lang.Has(p+"."+v) {
				return b.T(p + "." + v)
			}
		}
		if len(v) > 30_000 { // a cell of Excel holds 32,767 characters
			v = v[:30_000]
		}
		return strings.ToValidUTF8(v, "?")
	case nil, int64, bool:
		return v
	}
	return string(snapshot.AppendValue(nil, v))
}

// number is a quantity: whole ones without a decimal point.
func (b *book) number(x float64) any {
	return excelize.Cell{StyleID: b.format(x), Value: x}
}

// format is the style of a quantity.
func (b *book) format(x float64) int {
	if x == math.Trunc(x) {
		return b.whole
	}
	return b.plain
}

// newSheet starts a sheet: a title, a total, the header in row 3 and panes frozen
// below it.
func (b *book) newSheet(name, title, total string, head []string, width []float64) (*excelize.StreamWriter, error) {
	if _, err := b.file.NewSheet(name); err != nil {
		return nil, err
	}
	b.sheets++
	if err := b.paper(name); err != nil {
		return nil, err
	}
	sw, err := b.file.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	for i, w := range width {
		if err := sw.SetColWidth(i+1, i+1, w); err != nil {
			return nil, err
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, XSplit: 0, YSplit: 3, TopLeftCell: "A4", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	if err := sw.SetRow("A1", []any{excelize.Cell{StyleID: b.title, Value: title}}); err != nil {
		return nil, err
	}
	if total != "" {
		if err := sw.SetRow("A2", []any{excelize.Cell{StyleID: b.bold, Value: b.T("cli.report.total")}, excelize.Cell{StyleID: b.bold, Formula: total}}); err != nil {
			return nil, err
		}
	}
	cells := make([]any, len(head))
	for i, h := range head {
		cells[i] = excelize.Cell{StyleID: b.head, Value: h}
	}
	return sw, sw.SetRow("A3", cells, excelize.RowOpts{Height: 30})
}

// paper makes a sheet as wide as a page when it is printed.
func (b *book) paper(sheet string) error {
	fit, wide, any, landscape := true, 1, 0, "landscape"
	return errors.Join(b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &any}))
}

// finish ends a sheet with a table over its rows, which gives it filters.
func (b *book) finish(sw *excelize.StreamWriter, columns, rows int) error {
	if rows > 0 {
		b.tables++
		last, err := excelize.CoordinatesToCellName(columns, rows+3)
		if err != nil {
			return err
		}
		if err := sw.AddTable(&excelize.Table{Range: "A3:" + last, Name: fmt.Sprintf("Topic_%d", b.tables), StyleName: "TableStyleLight9"}); err != nil {
			return err
		}
	}
	b.rows += rows
	return sw.Flush()
}

// titles are the headers of columns in the reader's language, each once.
func (b *book) titles(names []string) []string {
	out := make([]string, len(names))
	seen := map[string]int{}
	for i, n := range names {
		for _, p := range []string{"rcol.", "col."} {
			if lang.Has(p + n) {
				out[i] = b.T(p + n)
				break
			}
		}
		if out[i] == "" {
			out[i] = strings.ReplaceAll(n, "_", " ")
		}
		if seen[out[i]]++; seen[out[i]] > 1 { // a table needs names that differ
			out[i] += fmt.Sprintf(" (%d)", seen[out[i]])
		}
	}
	return out
}

// stream writes a topic and returns the cell of its total.
func (b *book) stream(s bookSheet) (string, error) {
	rows, err := b.w.Select(b.ctx, b.plan, s.query)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	names := make([]string, len(rows.Columns))
	widths := make([]float64, len(rows.Columns))
	total, formula := "", ""
	for i, c := range rows.Columns {
		names[i] = c.Name
		widths[i] = 14
		switch c.Name {
		case "name", "order_id", "suggestion_id":
			widths[i] = 28
		case "reason", "message":
			widths[i] = 80
		case "rank", "abc", "xyz", "uom":
			widths[i] = 8
		}
		if c.Name == s.total {
			col, err := excelize.ColumnNumberToName(i + 1)
			if err != nil {
				return "", err
			}
			formula = fmt.Sprintf("SUBTOTAL(109,%s4:%s%d)", col, col, sheetLimit+3)
		}
	}
	head := b.titles(names)
	name := b.T("sheet." + s.key)
	part, n := 1, 0
	sw, err := b.newSheet(name, name, formula, head, widths)
	if err != nil {
		return "", err
	}
	if formula != "" {
		total = "'" + name + "'!B2"
	}
	cells := make([]any, len(names))
	for rows.Next() {
		if n == sheetLimit {
			if err := b.finish(sw, len(names), n); err != nil {
				return "", err
			}
			part, n = part+1, 0
			next := fmt.Sprintf("%s %d", name, part)
			if sw, err = b.newSheet(next, next, formula, head, widths); err != nil {
				return "", err
			}
			total += "+'" + next + "'!B2"
		}
		for i := range cells {
			cells[i] = b.cell(names[i], rows.Value(i))
		}
		n++
		if err := sw.SetRow(fmt.Sprintf("A%d", n+3), cells); err != nil {
			return "", err
		}
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	return total, b.finish(sw, len(names), n)
}

// quantities writes the arithmetic of every suggested order as formulas: who
// changes a requirement, a safety stock or a lot rule sees the new quantity.
//
//	short    = max(0, required + safety stock - stock - receipts - planned)
//	quantity = short + what the lot rule and later receipts add, at least the
//	           minimum, rounded up to the multiple (less a millionth, so that no
//	           spreadsheet's arithmetic adds a whole one); 0 where that is nothing
func (b *book) quantities() error {
	rows, err := b.w.Select(b.ctx, b.plan, `SELECT t.rank, t.action, t.item_id, t.site_id, i.name, t.act_by, t.numbers, k.lot_rule, coalesce(s.lot_min, k.lot_min) AS lot_min, coalesce(s.lot_multiple, k.lot_multiple) AS lot_multiple, t.qty, i.unit_cost
		FROM plan.suggestions t JOIN snap.items i USING (item_id) LEFT JOIN snap.sites p USING (site_id) LEFT JOIN snap.skus k ON k.item = i.item AND k.site = p.site
		LEFT JOIN (SELECT item_id, site_id, supplier_id, max(lot_min) AS lot_min, max(lot_multiple) AS lot_multiple FROM snap.sources GROUP BY ALL) s ON s.item_id = t.item_id AND s.site_id = t.site_id AND s.supplier_id = t.supplier_id
		WHERE t.reason_key IN ('reason.shortage', 'reason.safety_stock') ORDER BY t.rank`+fmt.Sprintf(" LIMIT %d", sheetLimit))
	if err != nil {
		return err
	}
	defer rows.Close()
	names := []string{"rank", "action", "item_id", "site_id", "name", "act_by", "on_hand", "receipts", "planned", "required", "safety_stock", "short", "lot_rule", "lot_min", "lot_multiple", "lot_adds", "qty", "qty_plan", "unit_cost", "value"}
	widths := []float64{8, 10, 14, 10, 28, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 14, 14, 12, 16}
	name := b.T("sheet.quantities")
	sw, err := b.newSheet(name, name, fmt.Sprintf("SUBTOTAL(109,T4:T%d)", sheetLimit+3), b.titles(names), widths)
	if err != nil {
		return err
	}
	n := 0
	for rows.Next() {
		var rank int
		var action, item, site, title, numbers, rule string
		var by planwright.Day
		var least, multiple, qty planwright.Qty
		var cost float64
		if err := rows.Scan(&rank, &action, &item, &site, &title, &by, &numbers, &rule, &least, &multiple, &qty, &cost); err != nil {
			return err
		}
		v := map[string]float64{}
		for _, kv := range strings.Split(numbers, ";") {
			k, x, _ := strings.Cut(kv, "=")
			if q, err := planwright.ParseQty(x); err == nil {
				v[k] = q.Float()
			}
		}
		short := math.Max(0, v["required"]+v["safety"]-v["stock"]-v["receipts"]-v["planned"])
		min, mult := positive(least), positive(multiple)
		adds := 0.0
		if math.Abs(lotOf(short, min, mult)-qty.Float()) > 1e-6 {
			adds = qty.Float() - short
			if math.Abs(lotOf(qty.Float(), min, mult)-qty.Float()) > 1e-6 { // cut by a maximum, or by a rule of its own
				min, mult = 0, 0
			}
		}
		n++
		line := n + 3
		f := func(format string) string { return strings.ReplaceAll(format, "#", fmt.Sprint(line)) }
		edit := func(x float64) any { return excelize.Cell{StyleID: b.edit, Value: x} }
		if err := sw.SetRow(fmt.Sprintf("A%d", line), []any{int64(rank), b.T("action." + action), item, site, title, b.cell("", by),
			b.number(v["stock"]), b.number(v["receipts"]), b.number(v["planned"]), edit(v["required"]), edit(v["safety"]),
			excelize.Cell{Formula: f("MAX(0,J#+K#-G#-H#-I#)"), Value: short, StyleID: b.format(short)}, rule, edit(min), edit(mult), b.number(adds),
			excelize.Cell{Formula: f("IF(L#+P#<=0,0,IF(O#>0,ROUNDUP(MAX(L#+P#,N#)/O#-0.000001,0)*O#,MAX(L#+P#,N#)))"), Value: qty.Float(), StyleID: b.format(qty.Float())}, b.number(qty.Float()),
			excelize.Cell{StyleID: b.money, Value: finiteOr0(cost)}, excelize.Cell{StyleID: b.money, Formula: f("Q#*S#"), Value: qty.Float() * finiteOr0(cost)}}); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return b.finish(sw, len(names), n)
}

func positive(q planwright.Qty) float64 {
	if !q.Known() || q < 0 {
		return 0
	}
	return q.Float()
}

func finiteOr0(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// lotOf is the quantity that the formula of the sheet makes of a shortage.
func lotOf(short, least, multiple float64) float64 {
	if short <= 0 {
		return 0
	}
	q := math.Max(short, least)
	if multiple > 0 {
		q = math.Ceil(q/multiple-1e-9) * multiple
	}
	return q
}
