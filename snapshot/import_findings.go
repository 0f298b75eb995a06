package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright"
)

// findings writes what the import found to main.findings, at most maxExamples
// a code and table, and the number of refused rows to main.quarantine.
func (im *importer) findings(ctx context.Context) error {
	if err := im.c.Exec(ctx, "CREATE TEMP TABLE found_counts (code VARCHAR, severity VARCHAR, table_name VARCHAR, n BIGINT)"); err != nil {
		return err
	}
	for i := range Tables {
		if err := im.refused(ctx, &Tables[i]); err != nil {
			return err
		}
	}
	for _, s := range im.specs {
		if err := im.noticed(ctx, s); err != nil {
			return err
		}
	}
	if err := im.c.Exec(ctx, soldSQL); err != nil {
		return err
	}
	due, err := im.due(ctx, append(im.checks(), im.advice()...))
	if err != nil {
		return err
	}
	for _, q := range due {
		if err := im.find(ctx, q); err != nil {
			return err
		}
	}
	for _, s := range im.specs {
		if s.src.turned != nil {
			if err := im.c.Exec(ctx, fmt.Sprintf("UPDATE main.findings SET row = row // %d WHERE file = %s AND row >= %d", perRow, literal(s.src.in.name), perRow)); err != nil {
				return err
			}
		}
	}
	return nil
}

// due are the checks that can find something. One query a table tells it of
// those that begin with a condition on its rows: most find nothing, and planning
// a query costs more than reading the rows of a small company.
func (im *importer) due(ctx context.Context, list []check) ([]check, error) {
	hits := make([]bool, len(list))
	for i := range Tables {
		name := Tables[i].Name
		if len(im.byTable[name]) == 0 {
			continue // nothing was staged
		}
		var at []int
		var conds []string
		for k, q := range list {
			if q.table == name && q.where != "" {
				at, conds = append(at, k), append(conds, fmt.Sprintf("CASE WHEN bool_or(%s) THEN %d ELSE 0 END", q.where, int64(1)<<len(conds)))
			}
		}
		if len(at) == 0 {
			continue
		}
		var bits int64
		if _, err := im.c.Scan(ctx, fmt.Sprintf("SELECT CAST(%s AS BIGINT) FROM v_%s t", strings.Join(conds, " + "), name), nil, &bits); err != nil {
			return nil, err
		}
		for b, k := range at {
			hits[k] = bits>>b&1 == 1
		}
	}
	var out []check
	for k, q := range list {
		switch {
		case q.where != "" && !hits[k]:
		case q.where == "" && len(im.byTable[q.table]) == 0 && q.table != "skus": // every company has sku's
		case slices.ContainsFunc(q.needs, func(t string) bool { return len(im.byTable[t]) == 0 }):
		default:
			out = append(out, q)
		}
	}
	return out, nil
}

// itemColumn and siteColumn say whose finding a row of a table is.
func itemColumn(t *Table) string {
	switch {
	case t.Name == "bom":
		return "t.parent_id"
	case t.Column("item_id") != nil:
		return "t.item_id"
	}
	return "CAST(NULL AS VARCHAR)"
}

func siteColumn(t *Table) string {
	if t.Column("site_id") != nil {
		return "t.site_id"
	}
	return "CAST(NULL AS VARCHAR)"
}

// refused records the rows of a table that were set aside.
func (im *importer) refused(ctx context.Context, t *Table) error {
	for _, s := range im.byTable[t.Name] {
		// Records that could not be taken apart never reached a table.
		for k, b := range s.src.first {
			if k == maxExamples {
				break
			}
			err := im.c.Exec(ctx, "INSERT INTO main.findings VALUES ('RAGGED_ROW', 'fail', ?, ?, ?, NULL, NULL, NULL, NULL, ?)", t.Name, s.src.in.name, b.row, b.reason)
			if err != nil {
				return err
			}
		}
		q := ""
		if s.src.bad > 0 {
			q = fmt.Sprintf("INSERT INTO found_counts VALUES ('RAGGED_ROW', 'fail', '%s', %d); INSERT INTO main.quarantine VALUES ('%s', %s, 'RAGGED_ROW', %d);",
				t.Name, s.src.bad, t.Name, literal(s.src.in.name), s.src.bad)
		}
		if !im.spoiled[s.k] {
			if q != "" {
				if err := im.c.Exec(ctx, q); err != nil {
					return err
				}
			}
			continue
		}
		row := s.rowSQL()
		q += fmt.Sprintf(`INSERT INTO main.findings SELECT b.code, 'fail', '%[1]s', %[2]s, b.row, %[3]s, %[4]s, NULL, NULL, b.reason
			FROM (SELECT *, row_number() OVER (PARTITION BY code ORDER BY row) AS rank FROM bad WHERE src = %[5]d AND code <> '%[6]s') b LEFT JOIN stg.%[7]s t ON %[8]s = b.row WHERE b.rank <= %[9]d ORDER BY b.code, b.row;
			INSERT INTO found_counts SELECT code, 'fail', '%[1]s', CAST(sum(n) AS BIGINT) FROM bad WHERE src = %[5]d AND code <> '%[6]s' GROUP BY code ORDER BY code;
			INSERT INTO main.quarantine SELECT '%[1]s', %[2]s, code, CAST(sum(n) AS BIGINT) FROM bad WHERE src = %[5]d AND code <> '%[6]s' GROUP BY code ORDER BY code;`,
			t.Name, literal(s.src.in.name), itemColumn(t), siteColumn(t), s.k, merged, s.name(), row, maxExamples)
		if err := im.c.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// noticed records what was kept but not as it came.
func (im *importer) noticed(ctx context.Context, s *staged) error {
	for i, n := range s.notices {
		if s.warn>>i&1 == 0 {
			continue
		}
		err := im.find(ctx, check{code: n.code, severity: planwright.Warn, table: s.table.Name, query: fmt.Sprintf("SELECT %d AS src, %s AS row, %s AS item_id, %s AS site_id, '%s' AS subject, CAST(NULL AS DOUBLE) AS value, %s AS detail FROM stg.%s t WHERE t.__warn & %d <> 0 AND t.__err IS NULL",
			s.k, s.rowSQL(), itemColumn(s.table), siteColumn(s.table), n.column, literal(n.column+" "+n.reason), s.name(), int64(1)<<i)})
		if err != nil {
			return err
		}
	}
	return nil
}

// check is one look at the data: a query of src, row, item_id, site_id,
// subject, value, detail.
type check struct {
	code     planwright.Code
	severity planwright.Severity
	table    string
	query    string

	where string   // of rows t as they were staged: without one of these it finds nothing
	needs []string // tables without which it finds nothing
}

// find runs a check and records what it finds.
func (im *importer) find(ctx context.Context, q check) error {
	var n int64
	if _, err := im.c.Scan(ctx, "CREATE OR REPLACE TEMP TABLE seen AS "+q.query, nil, &n); err != nil || n == 0 {
		return err
	}
	return im.c.Exec(ctx, fmt.Sprintf(`INSERT INTO found_counts VALUES ('%[1]s', '%[2]s', '%[3]s', %[4]d);
		INSERT INTO main.findings SELECT '%[1]s', '%[2]s', '%[3]s', f.file, q.row, q.item_id, q.site_id, q.subject, q.value, q.detail
			FROM (SELECT * FROM seen ORDER BY src, row, item_id, site_id, subject LIMIT %[5]d) q LEFT JOIN files f ON f.src = q.src ORDER BY q.src, q.row, q.item_id, q.site_id, q.subject;`,
		q.code, q.severity, q.table, n, maxExamples))
}

// checks are the looks at rows that are kept.
func (im *importer) checks() []check {
	// A check of each row by itself.
	sel := func(code planwright.Code, table, subject, value, detail, where string) check {
		t := TableNamed(table)
		return check{code: code, severity: planwright.Warn, table: table, where: where, query: fmt.Sprintf("SELECT t.__src AS src, t.__row AS row, %s AS item_id, %s AS site_id, CAST(%s AS VARCHAR) AS subject, CAST(%s AS DOUBLE) AS value, %s AS detail FROM v_%s t WHERE %s", itemColumn(t), siteColumn(t), subject, value, detail, table, where)}
	}
	// A code that is in no row of the table it should be of.
	unknown := func(code planwright.Code, table, item, subject, column, of, id string) check {
		given := "t." + column + " IS NOT NULL"
		return check{code: code, severity: planwright.Warn, table: table, where: given, query: fmt.Sprintf("SELECT t.__src AS src, t.__row AS row, CAST(%[1]s AS VARCHAR) AS item_id, CAST(NULL AS VARCHAR) AS site_id, t.%[2]s AS subject, CAST(NULL AS DOUBLE) AS value, '%[3]s ' || t.%[3]s || ' is not in table %[4]s: left empty' AS detail FROM v_%[5]s t WHERE %[6]s AND t.%[3]s NOT IN (SELECT %[7]s FROM v_%[4]s)",
			item, subject, column, of, table, given, id)}
	}
	day := "DATE '" + im.asOf.String() + "'"
	list := []check{
		sel(planwright.CodeUnknownSetting, "settings", "t.name", "NULL", "t.name || ' is no setting; it is kept'", "lower(t.name) NOT IN ('past_start', 'forecast_spread', 'currency', 'as_of', 'holidays', 'service_level', 'holding_rate', 'multi_echelon', 'stock_budget', 'fill_rate', 'service_days', 'provision', 'counted_at') AND lower(t.name) NOT LIKE 'service_level.%' AND lower(t.name) NOT LIKE 'kpi_target.%'"),
		sel(planwright.CodeNegativeQty, "stock", "NULL", "t.qty", "'stock of ' || t.qty || ' is netted as it is'", "t.qty < 0"),
		sel(planwright.CodeNegativeQty, "forecasts", "NULL", "t.qty", "'qty of ' || t.qty || ' is planned as it is'", "t.qty < 0"),
		sel(planwright.CodeNegativeQty, "sku_periods", "NULL", "t.safety_stock", "'safety_stock of ' || t.safety_stock || ' is planned as it is'", "t.safety_stock < 0"),
		sel(planwright.CodeNegativeQty, "skus", "NULL", "least(t.safety_stock, t.reorder_point, t.order_up_to)", "'safety_stock, reorder_point or order_up_to is ' || least(t.safety_stock, t.reorder_point, t.order_up_to) || ': planned as it is'", "least(t.safety_stock, t.reorder_point, t.order_up_to) < 0"),
		sel(planwright.CodeNegativeCost, "demand_orders", "NULL", "t.price", "'price is ' || t.price", "t.price < 0"),
		sel(planwright.CodeDateRange, "stock", "NULL", "NULL", "'received on ' || t.received_on || ', after the planning day'", "t.received_on > "+day),
		sel(planwright.CodeOrderPastDue, "supply_orders", "NULL", "date_diff('day', t.due_on, "+day+")", "t.order_id || ' was due on ' || t.due_on", "t.due_on < "+day),
		sel(planwright.CodeOrderPastDue, "demand_orders", "NULL", "date_diff('day', t.due_on, "+day+")", "t.order_id || ' was due on ' || t.due_on", "t.due_on < "+day),
		sel(planwright.CodeOrderPastDue, "reservations", "NULL", "date_diff('day', t.due_on, "+day+")", "t.order_id || ' was due on ' || t.due_on", "t.due_on < "+day),
		sel(planwright.CodeEffectivityEmpty, "bom", "NULL", "NULL", "t.component_id || ' holds from ' || t.effective_from || ' to ' || t.effective_to || ': never'", "t.effective_to <= t.effective_from"),
		sel(planwright.CodeEffectivityEmpty, "sources", "NULL", "NULL", "'holds from ' || t.effective_from || ' to ' || t.effective_to || ': never'", "t.effective_to <= t.effective_from"),
		{code: planwright.CodeEffectivityOverlap, severity: planwright.Warn, table: "bom", query: `SELECT __src AS src, __row AS row, parent_id AS item_id, site_id, component_id AS subject, CAST(NULL AS DOUBLE) AS value,
			component_id || ' is already a component from ' || coalesce(CAST(from1 AS VARCHAR), 'ever') || ' to ' || coalesce(CAST(to1 AS VARCHAR), 'ever') || ': both lines count' AS detail
			FROM (SELECT *, lag(lo) OVER w AS lo1, lag(effective_from) OVER w AS from1, lag(effective_to) OVER w AS to1, max(hi) OVER (PARTITION BY parent_id, component_id, bom_id, site_id, role, alternate_group, lot_from, lot_to ORDER BY lo, __src, __row ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS hi1
				FROM (SELECT *, coalesce(effective_from, DATE '1970-01-01') AS lo, coalesce(effective_to, DATE '2200-01-01') AS hi FROM v_bom WHERE effective_to IS NULL OR effective_from IS NULL OR effective_to > effective_from)
				WINDOW w AS (PARTITION BY parent_id, component_id, bom_id, site_id, role, alternate_group, lot_from, lot_to ORDER BY lo, __src, __row))
			WHERE lo < hi1`},
		{code: planwright.CodePrecision, severity: planwright.Warn, table: "bom", needs: []string{"uoms"}, query: `SELECT t.__src AS src, t.__row AS row, t.parent_id AS item_id, t.site_id AS site_id, t.component_id AS subject, CAST(NULL AS DOUBLE) AS value,
			'qty_per of ' || t.component_id || ' in stock units rounded to 6 decimals' AS detail FROM v_bom t JOIN main.items i ON i.item_id = t.component_id JOIN conv ON conv.item = i.item AND conv.uom = lower(t.uom) WHERE NOT ` + bomExact},
		{code: planwright.CodeLeadTimeMissing, severity: planwright.Warn, table: "skus", query: leadTimeQuery},
		sel(planwright.CodeLotLimit, "skus", "NULL", "t.lot_min", "'lot_min ' || t.lot_min || ' is above lot_max ' || t.lot_max || ': the maximum holds'", "t.lot_max > 0 AND t.lot_min > t.lot_max"),
		sel(planwright.CodeLotLimit, "sources", "NULL", "t.lot_min", "'lot_min ' || t.lot_min || ' is above lot_max ' || t.lot_max || ': the maximum holds'", "t.lot_max > 0 AND t.lot_min > t.lot_max"),
		sel(planwright.CodeUnknownColumnValue, "sources", "NULL", "NULL", "'order_weekdays ' || t.order_weekdays || ': only the digits 1 (Monday) to 7 count'", "NOT regexp_full_match(t.order_weekdays, '[1-7 ,;/|]*')"),
		{code: planwright.CodeAlternateShares, severity: planwright.Warn, table: "bom", where: "t.alternate_group IS NOT NULL", query: `SELECT min(t.__src) AS src, min(t.__row) AS row, t.parent_id AS item_id, t.site_id AS site_id, t.alternate_group AS subject, CAST(sum(t.alternate_share) AS DOUBLE) AS value,
			'the shares of alternate group ' || t.alternate_group || ' add up to ' || sum(t.alternate_share) || ' %' AS detail FROM v_bom t
			WHERE t.alternate_group IS NOT NULL AND t.alternate_share > 0 AND t.effective_from IS NULL AND t.effective_to IS NULL
			GROUP BY t.parent_id, t.site_id, coalesce(t.bom_id, '1'), t.alternate_group HAVING sum(t.alternate_share) <> 100`},
		sel(planwright.CodeUnknownColumnValue, "items", "'decimals'", "t.decimals", "'decimals ' || t.decimals || ' is not 0 to 6: left empty'", "t.decimals NOT BETWEEN 0 AND 6"),
		unknown(planwright.CodeUnknownItem, "items", "t.item_id", "successor_item_id", "successor_item_id", "items", "item_id"),
		unknown(planwright.CodeUnknownCalendar, "sites", "NULL", "site_id", "calendar_id", "calendars", "calendar_id"),
		unknown(planwright.CodeUnknownCalendar, "suppliers", "NULL", "supplier_id", "calendar_id", "calendars", "calendar_id"),
	}
	for _, name := range sortedKeys(skuLimits) {
		list = append(list, sel(planwright.CodeUnknownColumnValue, "skus", literal(name), "TRY_CAST(t."+quote(name)+" AS DOUBLE)", fmt.Sprintf("'%s ' || t.%s || ' cannot be: left empty'", name, quote(name)), fmt.Sprintf("t.%s IS NOT NULL AND NOT (%s)", quote(name), skuLimits[name])))
	}
	return list
}

// leadTimeQuery finds what is made or bought without any lead time: of the
// sku, of its first source, of that source's supplier. It would be planned
// with none.
const leadTimeQuery = `SELECT CAST(NULL AS INTEGER) AS src, CAST(NULL AS BIGINT) AS row, k.item_id, k.site_id, CAST(NULL AS VARCHAR) AS subject, CAST(NULL AS DOUBLE) AS value,
	'no lead time: planned as if it took no time' AS detail ` + leadTimeMissing

// leadTimeMissing are the skus k of leadTimeQuery.
const leadTimeMissing = `FROM main.skus k
	LEFT JOIN (SELECT sku, bool_and(o.lead_time_days IS NULL AND u.lead_time_days IS NULL) AS missing, bool_and(o.kind = 'transfer') AS transfer FROM data.sources o LEFT JOIN main.suppliers u ON u.supplier = o.supplier GROUP BY sku) o ON o.sku = k.sku
	WHERE k.lead_time_days IS NULL AND coalesce(o.missing, true) AND NOT coalesce(o.transfer, false) AND coalesce(k.procurement, '') <> 'transfer' AND coalesce(k.mrp_type, '') <> 'none'`

// readFindings returns what was recorded, in the order of recording, and how
// often.
func (im *importer) readFindings(ctx context.Context) ([]Finding, []FindingCount, error) {
	list, err := findingsOf(ctx, im.c, "", maxExamples)
	if err != nil {
		return nil, nil, err
	}
	rows, err := im.c.Query(ctx, "SELECT code, severity, table_name, CAST(sum(n) AS BIGINT) FROM found_counts GROUP BY ALL ORDER BY ALL")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var counts []FindingCount
	for rows.Next() {
		var code, sev string
		var f FindingCount
		if err := rows.Scan(&code, &sev, &f.Table, &f.Rows); err != nil {
			return nil, nil, err
		}
		f.Code, _ = planwright.ParseCode(code)
		f.Severity, _ = planwright.ParseSeverity(sev)
		counts = append(counts, f)
	}
	return list, counts, rows.Err()
}

// findingsOf reads stored findings, worst first, at most perCode of each code,
// severity and table; where is a condition or "".
func findingsOf(ctx context.Context, c *Conn, where string, perCode int) ([]Finding, error) {
	if where != "" {
		where = " WHERE " + where
	}
	rows, err := c.Query(ctx, fmt.Sprintf(`SELECT code, severity, table_name, file, row, item_id, site_id, subject, value, detail FROM (
		SELECT *, row_number() OVER (PARTITION BY code, severity, table_name ORDER BY file, row, item_id, site_id, subject, detail) AS k FROM main.findings%s) WHERE k <= %d
		ORDER BY CASE severity WHEN 'fail' THEN 0 WHEN 'warn' THEN 1 ELSE 2 END, code, table_name, k`, where, perCode))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Finding
	for rows.Next() {
		var f Finding
		var code, sev string
		var row any
		if err := rows.Scan(&code, &sev, &f.Table, &f.File, &row, &f.ItemID, &f.SiteID, &f.Subject, &f.Value, &f.Detail); err != nil {
			return nil, err
		}
		f.Row, _ = row.(int64)
		f.Code, _ = planwright.ParseCode(code)
		f.Severity, _ = planwright.ParseSeverity(sev)
		list = append(list, f)
	}
	return list, rows.Err()
}

// detach lets go of the staging database and of everything temporary.
func (im *importer) detach(ctx context.Context) error {
	var b strings.Builder
	for i := range Tables {
		fmt.Fprintf(&b, "DROP VIEW IF EXISTS temp.v_%[1]s; DROP TABLE IF EXISTS temp.pairs_%[1]s;\n", Tables[i].Name)
	}
	for _, t := range []string{"bad", "files", "conv", "places", "keys", "lines", "unmade", "front", "found", "seen", "found_counts", "sold", "numbers", "broken"} {
		fmt.Fprintf(&b, "DROP TABLE IF EXISTS temp.%s;\n", t)
	}
	b.WriteString("DROP MACRO IF EXISTS temp.muldiv; DROP MACRO IF EXISTS temp.muldiv_int; DROP MACRO IF EXISTS temp.millionths; DETACH DATABASE IF EXISTS stg;")
	return im.c.Exec(ctx, b.String())
}

// leadTimeSkus are the numbers of the skus of leadTimeQuery.
const leadTimeSkus = `SELECT k.sku ` + leadTimeMissing
