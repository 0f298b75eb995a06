package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"planwright/snapshot"

	"gopkg.in/yaml.v3"
)

// erpTemplates are the forms of ERP systems that come with the program.
//
//go:embed erp/*.yaml
var erpTemplates embed.FS

// erpForm says how proposals or parameters become rows of an ERP system's
// import form. docs/erp.md has its format.
type erpForm struct {
	Name    string                       `yaml:"name"`
	What    string                       `yaml:"what"` // purchase, work, transfer, subcontract, orders, parameters
	Codes   map[string]map[string]string `yaml:"codes"`
	Columns []erpColumn                  `yaml:"columns"`
	Header  *bool                        `yaml:"header"` // false: no row of titles
}

type erpColumn struct {
	Title string `yaml:"title"`
	Value string `yaml:"value"` // a field, or an SQL expression over the fields
}

// erpNames lists the forms that come with the program.
func erpNames() []string {
	files, err := fs.Glob(erpTemplates, "erp/*.yaml")
	if err != nil {
		panic("planwright: the forms cannot be listed")
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, "erp/"), ".yaml")
	}
	return files
}

// readERPForm returns a form by its name, or from a file of the user's own.
func readERPForm(name string) (*erpForm, error) {
	text, err := erpTemplates.ReadFile("erp/" + name + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = os.ReadFile(name); err != nil {
			return nil, usage(fmt.Sprintf("--as %s: neither a file nor one of %s", name, strings.Join(erpNames(), ", ")))
		}
	}
	if err != nil {
		return nil, err
	}
	return parseERPForm(name, text)
}

func parseERPForm(name string, text []byte) (*erpForm, error) {
	var f erpForm
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, usage(fmt.Sprintf("--as %s: %v", name, err))
	}
	if f.What != "orders" && f.What != "parameters" && !slices.Contains(orderKinds, f.What) {
		return nil, usage(fmt.Sprintf("--as %s: what: %q, want orders, parameters or one of %s", name, f.What, strings.Join(orderKinds, ", ")))
	}
	if len(f.Columns) == 0 {
		return nil, usage(fmt.Sprintf("--as %s: it has no columns", name))
	}
	for _, c := range f.Columns {
		if c.Title == "" || c.Value == "" {
			return nil, usage(fmt.Sprintf("--as %s: a column needs title and value", name))
		}
	}
	return &f, nil
}

var orderKinds = []string{"purchase", "work", "transfer", "subcontract"}

// sqlText writes a text as a constant of SQL.
func sqlText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// query makes the SELECT of a form. Its fields are those of docs/erp.md.
// Orders are in the order of their release and id: the same plan gives the
// same file, and an order keeps its id from plan to plan while its need does. Of several decisions
// about one order, by several suggestions, the newest counts.
func (f *erpForm) query(until string, approved bool) string {
	var codes []string
	for _, field := range sortedNames(f.Codes) {
		var b strings.Builder
		for _, from := range sortedNames(f.Codes[field]) {
			fmt.Fprintf(&b, " WHEN %s THEN %s", sqlText(from), sqlText(f.Codes[field][from]))
		}
		if b.Len() > 0 {
			codes = append(codes, fmt.Sprintf("CASE CAST(%[1]s AS VARCHAR)%[2]s ELSE CAST(%[1]s AS VARCHAR) END AS %[1]s", field, b.String()))
		}
	}
	replace := ""
	if len(codes) > 0 {
		replace = " REPLACE (" + strings.Join(codes, ", ") + ")"
	}
	var cols []string
	for _, c := range f.Columns {
		cols = append(cols, fmt.Sprintf("%s AS \"%s\"", c.Value, strings.ReplaceAll(c.Title, `"`, `""`)))
	}
	if f.What == "parameters" {
		return fmt.Sprintf(`WITH fields AS (SELECT p.item_id, i.name AS item_name, i.uom, p.site_id, p.safety_stock, p.reorder_point, p.order_up_to, p.order_qty, p.service_target, k.lead_time_days, k.lot_min, k.lot_multiple, k.lot_max, p.method
			FROM plan.policies p JOIN snap.items i USING (item_id) LEFT JOIN snap.skus k ON k.item_id = p.item_id AND k.site_id = p.site_id)
			SELECT %s FROM (SELECT *%s FROM fields) ORDER BY item_id, site_id`, strings.Join(cols, ", "), replace)
	}
	where := ""
	if f.What != "orders" {
		where = " AND o.kind = " + sqlText(f.What)
	}
	if until != "" {
		where += " AND o.release_on <= DATE " + sqlText(until)
	}
	if approved {
		where += " AND n.d.status IN ('approved', 'changed')"
	}
	return fmt.Sprintf(`WITH fields AS (SELECT o.order_id, row_number() OVER (ORDER BY o.release_on, o.order_id) AS line, o.kind, o.item_id, i.name AS item_name, o.site_id, o.supplier_id, u.name AS supplier_name, o.from_site_id,
			CASE WHEN n.d.status = 'changed' AND n.d.new_qty IS NOT NULL THEN n.d.new_qty ELSE o.qty END AS qty, i.uom,
			CASE WHEN n.d.status = 'changed' AND n.d.new_qty IS NOT NULL AND o.qty > 0 THEN CAST(n.d.new_qty * o.order_qty / o.qty AS DECIMAL(18,6)) ELSE o.order_qty END AS order_qty, coalesce(o.order_uom, i.uom) AS order_uom,
			o.release_on, o.start_on, CASE WHEN n.d.status = 'changed' AND n.d.new_date IS NOT NULL THEN n.d.new_date ELSE o.due_on END AS due_on, o.need_on, o.cost, CASE WHEN o.order_qty > 0 THEN round(CAST(o.cost AS DOUBLE) / CAST(o.order_qty AS DOUBLE), 6) END AS price, o.reason, coalesce(n.d.status, 'open') AS status
			FROM plan.planned_orders o JOIN snap.items i ON i.item_id = o.item_id LEFT JOIN snap.suppliers u ON u.supplier_id = o.supplier_id
			LEFT JOIN (SELECT g.order_id, arg_max(e, e.decision_id) AS d FROM plan.suggestions g JOIN memory.main.decided e USING (suggestion_id) WHERE g.action IN ('buy', 'make', 'transfer', 'subcontract') GROUP BY g.order_id) n ON n.order_id = o.order_id
			WHERE coalesce(n.d.status, 'open') NOT IN ('rejected', 'snoozed')%s)
		SELECT %s FROM (SELECT *%s FROM fields) ORDER BY line`, where, strings.Join(cols, ", "), replace)
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}

// exportERP writes the proposals or parameters of a plan in a form.
func (a *app) exportERP(ctx context.Context, w *snapshot.Workspace, plan, name, until string, approved bool) error {
	f, err := readERPForm(name)
	if err != nil {
		return err
	}
	if until != "" {
		if _, err := day("until", until); err != nil {
			return err
		}
	}
	rows, err := w.SelectDecided(ctx, plan, f.query(until, approved))
	if err != nil {
		return err
	}
	n, err := a.emit(rows)
	if err != nil {
		return err
	}
	a.say("cli.export.done", "n", count(n), "file", a.output)
	return nil
}
