package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright"
)

// breakCycles sets aside the BOM lines that close a cycle.
func (im *importer) breakCycles(ctx context.Context) error {
	if len(im.byTable["bom"]) == 0 {
		return nil
	}
	var items int64
	if _, err := im.c.Scan(ctx, "SELECT count(*) FROM main.items", nil, &items); err != nil {
		return err
	}
	rows, err := im.c.Query(ctx, `SELECT t.__src, t.__row, p.item, q.item, coalesce(s.site, -1) FROM v_bom t
		JOIN main.items p ON p.item_id = t.parent_id JOIN main.items q ON q.item_id = t.component_id LEFT JOIN main.sites s ON s.site_id = t.site_id
		WHERE t.role = 'component' ORDER BY t.__src, t.__row`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var arcs []arc
	var where [][2]int64
	for rows.Next() {
		var src, row int64
		var a arc
		if err := rows.Scan(&src, &row, &a.parent, &a.component, &a.site); err != nil {
			return err
		}
		arcs, where = append(arcs, a), append(where, [2]int64{src, row})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	closing, paths := closingArcs(int(items), arcs)
	if len(closing) == 0 {
		return nil
	}
	names, err := im.itemNames(ctx, paths)
	if err != nil {
		return err
	}
	for k, i := range closing {
		text := pathText(paths[k], func(x int32) string { return names[x] })
		if err := im.setAside(ctx, TableNamed("bom"), "INSERT INTO bad SELECT ?, ?, 'BOM_CYCLE', ?, 1", where[i][0], where[i][1], text); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) itemNames(ctx context.Context, paths [][]int32) (map[int32]string, error) {
	need := map[int32]bool{}
	for _, p := range paths {
		for _, x := range p {
			need[x] = true
		}
	}
	rows, err := im.c.Query(ctx, "SELECT item, item_id FROM main.items")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := map[int32]string{}
	for rows.Next() {
		var x int32
		var id string
		if err := rows.Scan(&x, &id); err != nil {
			return nil, err
		}
		if need[x] {
			names[x] = id
		}
	}
	return names, rows.Err()
}

// closure makes main.skus: every item at every site that some row speaks of,
// and every component of what may be made there.
func (im *importer) closure(ctx context.Context) error {
	var parts []string
	pair := func(item, site, table string) {
		parts = append(parts, fmt.Sprintf("SELECT DISTINCT %s AS item_id, %s AS site_id FROM v_%s WHERE %s IS NOT NULL", item, site, table, site))
	}
	for i := range Tables {
		t := &Tables[i]
		if len(im.byTable[t.Name]) == 0 || t.Name != "skus" && (home(t.Name) != "data" || t.Name == "bom") {
			continue
		}
		if im.bulk(t) {
			parts = append(parts, "SELECT item_id, site_id FROM "+im.keysOf(t)+" WHERE site_id IS NOT NULL")
			continue
		}
		pair("item_id", "site_id", t.Name)
		if t.Column("from_site_id") != nil {
			pair("item_id", "from_site_id", t.Name)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "SELECT item_id, '' AS site_id FROM main.items WHERE false")
	}
	err := im.c.Exec(ctx, `CREATE TEMP TABLE keys AS SELECT DISTINCT i.item, s.site FROM (`+strings.Join(parts, " UNION ALL ")+`) p
		JOIN main.items i ON i.item_id = p.item_id JOIN main.sites s ON s.site_id = p.site_id;
	CREATE TEMP TABLE lines AS SELECT DISTINCT p.item AS parent, q.item AS component, s.site FROM v_bom t
		JOIN main.items p ON p.item_id = t.parent_id JOIN main.items q ON q.item_id = t.component_id LEFT JOIN main.sites s ON s.site_id = t.site_id;
	CREATE TEMP TABLE unmade AS SELECT k.item, k.site FROM keys k
		JOIN main.items i ON i.item = k.item JOIN main.sites s ON s.site = k.site
		LEFT JOIN v_skus p ON p.item_id = i.item_id AND p.site_id = s.site_id
		LEFT JOIN (SELECT item_id, site_id, bool_or(kind IN ('make', 'subcontract')) AS makes FROM v_sources GROUP BY item_id, site_id) o ON o.item_id = i.item_id AND o.site_id = s.site_id
		WHERE NOT (coalesce(p.procurement, '') IN ('make', 'subcontract') OR p.procurement IS NULL AND coalesce(o.makes, true));
	CREATE TEMP TABLE front AS SELECT item, site FROM keys;`)
	if err != nil {
		return err
	}
	// An item that nothing speaks of is still kept where there is one site.
	lone := `INSERT INTO %s SELECT item, 0 FROM main.items WHERE (SELECT count(*) FROM main.sites) = 1 AND item NOT IN (SELECT item FROM keys)`
	if err := im.c.Exec(ctx, fmt.Sprintf(lone, "front")+"; "+fmt.Sprintf(lone, "keys")); err != nil {
		return err
	}
	for {
		err := im.c.Exec(ctx, `CREATE OR REPLACE TEMP TABLE found AS SELECT DISTINCT l.component AS item, f.site FROM front f JOIN lines l ON l.parent = f.item AND (l.site IS NULL OR l.site = f.site)
			WHERE NOT EXISTS (SELECT 1 FROM unmade u WHERE u.item = f.item AND u.site = f.site) AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.item = l.component AND k.site = f.site)`)
		if err != nil {
			return err
		}
		var n int64
		if _, err := im.c.Scan(ctx, "SELECT count(*) FROM found", nil, &n); err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if err := im.c.Exec(ctx, "INSERT INTO keys SELECT item, site FROM found; CREATE OR REPLACE TEMP TABLE front AS SELECT item, site FROM found;"); err != nil {
			return err
		}
	}
	if err := im.addExtras(ctx, "main", "skus"); err != nil {
		return err
	}
	t := TableNamed("skus")
	cols := []string{"sku", "item", "site", "item_id", "site_id", "implicit"}
	vals := []string{"CAST(row_number() OVER (ORDER BY k.item, k.site) - 1 AS INTEGER)", "k.item", "k.site", "i.item_id", "s.site_id", "t.item_id IS NULL"}
	for _, c := range t.Columns {
		if c.Name != "item_id" && c.Name != "site_id" {
			cols, vals = append(cols, quote(c.Name)), append(vals, skuColumn(c.Name))
		}
	}
	for _, x := range im.extrasOf("skus") {
		cols, vals = append(cols, quote(x)), append(vals, "t."+quote(x))
	}
	return im.c.Exec(ctx, fmt.Sprintf(`INSERT INTO main.skus (%s) SELECT %s FROM keys k JOIN main.items i ON i.item = k.item JOIN main.sites s ON s.site = k.site
		LEFT JOIN v_skus t ON t.item_id = i.item_id AND t.site_id = s.site_id ORDER BY k.item, k.site`, strings.Join(cols, ", "), strings.Join(vals, ", ")))
}

// skuLimits are what a planning parameter can be; another value is emptied,
// which makes the default hold, and said.
var skuLimits = map[string]string{
	"service_level": "t.service_level > 0 AND t.service_level < 1", "consumption_mode": "t.consumption_mode BETWEEN 1 AND 4",
	"lot_periods": "t.lot_periods >= 1", "lead_time_sd": "t.lead_time_sd >= 0", "holding_rate": "t.holding_rate >= 0",
	"order_cost": "t.order_cost >= 0", "backorder_cost": "t.backorder_cost >= 0", "spike_threshold": "t.spike_threshold >= 0",
	"lead_time_factor": "t.lead_time_factor >= 0", "variability_factor": "t.variability_factor >= 0", "strategy": "t.strategy IN (10, 11, 20, 40, 50, 52, 60, 70)",
	"rounding_profile": `regexp_full_match(t.rounding_profile, '\s*\d+(\.\d+)?\s*:\s*\d+(\.\d+)?\s*(;\s*\d+(\.\d+)?\s*:\s*\d+(\.\d+)?\s*)*;?\s*')`,
}

func skuColumn(name string) string {
	if limit := skuLimits[name]; limit != "" {
		return fmt.Sprintf("CASE WHEN %s THEN t.%s END", limit, quote(name))
	}
	return "t." + quote(name)
}

// rowsOf is how many rows were staged for a table.
func (im *importer) rowsOf(t *Table) int64 {
	n := int64(0)
	for _, s := range im.byTable[t.Name] {
		n += s.rows
	}
	return n
}

// write fills the tables of the snapshot from what is left of the staged rows.
func (im *importer) write(ctx context.Context) error {
	for i := range Tables {
		t := &Tables[i]
		if numbered[t.Name] != "" || t.Name == "skus" || len(im.byTable[t.Name]) == 0 {
			continue
		}
		if err := im.addExtras(ctx, home(t.Name), t.Name); err != nil {
			return err
		}
		if im.bulk(t) {
			if err := im.writeBulk(ctx, t); err != nil {
				return err
			}
			continue
		}
		stop := im.c.noteRows(im.note, "write "+t.Name, im.rowsOf(t))
		err := im.c.Exec(ctx, im.writeSQL(t))
		stop()
		if err != nil {
			return err
		}
	}
	return nil
}

// writeSQL is the INSERT of one table: codes become numbers, quantities stock
// units, in the order in which the engine reads them.
func (im *importer) writeSQL(t *Table) string {
	var cols, vals []string
	add := func(name, sql string) { cols, vals = append(cols, quote(name)), append(vals, sql) }
	from := "v_" + t.Name + " t LEFT JOIN files ON files.src = t.__src"
	order := "t.__src, t.__row"
	data := home(t.Name) == "data"
	units := unitItem(t) != ""
	foreign := units && im.converts()
	switch {
	case t.Name == "bom":
		from += " JOIN main.items p ON p.item_id = t.parent_id JOIN main.items i ON i.item_id = t.component_id LEFT JOIN main.sites s ON s.site_id = t.site_id"
		add("line", "CAST(row_number() OVER (ORDER BY t.__src, t.__row) - 1 AS INTEGER)")
		add("parent", "p.item")
		add("component", "i.item")
		add("site", "s.site")
	case t.Name == "price_breaks":
		from += " JOIN main.items i ON i.item_id = t.item_id JOIN main.suppliers u ON u.supplier_id = t.supplier_id"
		add("item", "i.item")
		add("supplier", "u.supplier")
		order = "i.item, u.supplier, t.from_qty"
	case data:
		from += " JOIN main.skus k ON k.item_id = t.item_id AND k.site_id = t.site_id"
		add("sku", "k.sku")
		order = "k.sku"
		for _, s := range t.Sort {
			order += ", t." + quote(s) + " NULLS FIRST"
		}
		order += ", t.__src, t.__row"
		if units {
			from += " JOIN main.items i ON i.item = k.item"
		}
	}
	if foreign {
		from += " LEFT JOIN conv ON conv.item = i.item AND conv.uom = lower(t.uom)"
	}
	for _, c := range t.Columns {
		col := "t." + quote(c.Name)
		switch {
		case data && (c.Name == "item_id" || c.Name == "site_id" || c.Name == "parent_id" || c.Name == "component_id"):
		case data && c.Name == "supplier_id":
			from += " LEFT JOIN main.suppliers u ON u.supplier_id = t.supplier_id"
			add("supplier", "u.supplier")
		case data && c.Name == "from_site_id":
			from += " LEFT JOIN main.skus f ON f.item_id = t.item_id AND f.site_id = t.from_site_id"
			add("from_sku", "f.sku")
		case c.Name == "uom" && units:
			if t.Name == "sources" && foreign {
				add("uom", "CASE WHEN conv.factor IS NULL THEN i.uom ELSE t.uom END")
			} else if t.Name == "sources" {
				add("uom", "i.uom")
			}
		case foreign && t.Name == "bom" && (c.Name == "qty_per" || c.Name == "per_qty"):
			add(c.Name, bomQty(c.Name))
		case foreign && slices.Contains(convertible[t.Name], c.Name):
			add(c.Name, fmt.Sprintf("CASE WHEN conv.factor IS NULL THEN %s ELSE muldiv(%s, conv.factor, conv.per) END", col, col))
		case foreign && c.Name == "price":
			add(c.Name, "CASE WHEN conv.factor IS NULL THEN t.price ELSE t.price * CAST(conv.per AS DOUBLE) / CAST(conv.factor AS DOUBLE) END")
		default:
			add(c.Name, col)
		}
	}
	switch {
	case t.Name == "sources" && foreign:
		millionths := func(c string) string { return "CAST(millionths(" + c + ") AS BIGINT)" }
		g := "gcd(" + millionths("conv.factor") + ", " + millionths("conv.per") + ")"
		add("per_uom_num", "coalesce("+millionths("conv.factor")+" // "+g+", 1)")
		add("per_uom_den", "coalesce("+millionths("conv.per")+" // "+g+", 1)")
	case t.Name == "sources":
		add("per_uom_num", "1")
		add("per_uom_den", "1")
	}
	if data && !huge[t.Name] {
		row := "t.__row"
		for _, s := range im.byTable[t.Name] {
			if s.src.turned != nil {
				row = fmt.Sprintf("CASE WHEN t.__src = %d THEN t.__row // %d ELSE %s END", s.k, perRow, row)
			}
		}
		add(sourceColumn, "files.file || ':' || "+row)
	}
	for _, x := range im.extrasOf(t.Name) {
		add(x, "t."+quote(x))
	}
	return fmt.Sprintf("INSERT INTO %s.%s (%s) SELECT %s FROM %s ORDER BY %s", home(t.Name), t.Name, strings.Join(cols, ", "), strings.Join(vals, ", "), from, order)
}

// bomExact says whether a line's quantity in stock units can be kept as an
// exact fraction: the factor multiplies the one side, per the other.
const bomExact = `(TRY_CAST(CAST(t.qty_per AS DECIMAL(38,6)) * CAST(conv.factor AS DECIMAL(38,6)) AS DECIMAL(18,6)) = CAST(t.qty_per AS DECIMAL(38,6)) * CAST(conv.factor AS DECIMAL(38,6))
	AND TRY_CAST(CAST(t.per_qty AS DECIMAL(38,6)) * CAST(conv.per AS DECIMAL(38,6)) AS DECIMAL(18,6)) = CAST(t.per_qty AS DECIMAL(38,6)) * CAST(conv.per AS DECIMAL(38,6)))`

func bomQty(column string) string {
	if column == "per_qty" {
		return "CASE WHEN conv.factor IS NOT NULL AND " + bomExact + " THEN CAST(CAST(t.per_qty AS DECIMAL(38,6)) * CAST(conv.per AS DECIMAL(38,6)) AS DECIMAL(18,6)) ELSE t.per_qty END"
	}
	return "CASE WHEN conv.factor IS NULL THEN t.qty_per WHEN " + bomExact + " THEN CAST(CAST(t.qty_per AS DECIMAL(38,6)) * CAST(conv.factor AS DECIMAL(38,6)) AS DECIMAL(18,6)) ELSE muldiv(t.qty_per, conv.factor, conv.per) END"
}

// account counts, for every file of every table, what became of its rows.
func (im *importer) account(ctx context.Context) ([]TableReport, error) {
	counts := map[int]*TableReport{}
	reports := make([]TableReport, len(im.specs))
	for i, s := range im.specs {
		reports[i] = TableReport{Table: s.table.Name, File: s.src.in.name, Read: s.src.rows + s.src.blank + s.src.titles + s.src.totals,
			Blank: s.src.blank, Titles: s.src.titles, Totals: s.src.totals,
			Ignored: s.src.blank + s.src.titles + s.src.totals + s.src.rows - s.src.bad - s.kept, Quarantined: s.src.bad, Merged: s.kept - s.flagged - s.src.notObject - s.rows}
		reports[i].Imported = s.rows
		if !s.grouped {
			reports[i].Imported += s.src.notObject // taken off again below
		}
		counts[s.k] = &reports[i]
	}
	rows, err := im.c.Query(ctx, "SELECT src, code, CAST(sum(n) AS BIGINT), count(*) FROM bad GROUP BY src, code ORDER BY src, code")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var src int
		var code string
		var n, groups int64
		if err := rows.Scan(&src, &code, &n, &groups); err != nil {
			return nil, err
		}
		r := counts[src]
		s := im.specs[src]
		if code == merged {
			r.Imported -= groups
			r.Merged += groups
			continue
		}
		r.Quarantined += n
		if !s.grouped {
			r.Imported -= n
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i, s := range im.specs {
		if !s.grouped {
			continue
		}
		// A group that is refused takes all its rows with it.
		var groups, rowsOf int64
		_, err := im.c.Scan(ctx, fmt.Sprintf("SELECT count(*), CAST(coalesce(sum(t.__n), 0) AS BIGINT) FROM bad b JOIN stg.%s t ON t.__row = b.row WHERE b.src = %d AND b.code <> '%s' AND NOT EXISTS (SELECT 1 FROM stg.b_%d x WHERE x.row = b.row)", s.name(), s.k, merged, s.k), nil, &groups, &rowsOf)
		if err != nil {
			return nil, err
		}
		reports[i].Imported -= groups
		reports[i].Merged -= rowsOf - groups
	}
	for _, r := range reports {
		if r.Read != r.Imported+r.Merged+r.Ignored+r.Quarantined || r.Imported < 0 || r.Merged < 0 || r.Ignored < 0 {
			return nil, fail(planwright.CodeInternal, "import", r.File, fmt.Sprintf("table %s: %d rows read, but %d imported, %d merged, %d ignored, %d quarantined", r.Table, r.Read, r.Imported, r.Merged, r.Ignored, r.Quarantined), "", nil)
		}
	}
	return reports, nil
}
