package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright/tabular"
)

// toldUnits is the unit of the items that no list of items gives one: what their stock
// is counted in, else their orders, bills and prices; of several the one that stands
// most often. A list in the data set's own names that leaves a unit out means EA.
func (im *importer) toldUnits(ctx context.Context) error {
	var missing int64 = 1
	foreign := func(s *staged) bool { return s.spec.expr("item_id") != "item_id" }
	if list := im.byTable["items"]; len(list) > 0 && !slices.ContainsFunc(list, foreign) {
		missing = 0
	} else if len(list) > 0 {
		if _, err := im.c.Scan(ctx, "SELECT count(*) FROM v_items WHERE uom IS NULL", nil, &missing); err != nil {
			return err
		}
	}
	var parts []string
	for i, name := range []string{"stock", "demand_orders", "supply_orders", "bom", "sources"} {
		if t := TableNamed(name); missing > 0 && len(im.byTable[name]) > 0 {
			parts = append(parts, fmt.Sprintf("SELECT %s AS item_id, uom, %d AS place FROM v_%s WHERE uom IS NOT NULL", unitItem(t), i, name))
		}
	}
	if len(parts) == 0 {
		return im.c.Exec(ctx, "CREATE OR REPLACE TEMP TABLE told_units (item_id VARCHAR, uom VARCHAR)")
	}
	converted := "" // a unit with a factor is another one than the stock unit
	if len(im.byTable["uoms"]) > 0 {
		converted = " WHERE (item_id, lower(uom)) NOT IN (SELECT (item_id, lower(uom)) FROM v_uoms WHERE item_id IS NOT NULL AND uom IS NOT NULL)"
	}
	return im.c.Exec(ctx, `CREATE OR REPLACE TEMP TABLE told_units AS SELECT item_id, uom FROM (SELECT item_id, min(uom) AS uom, row_number() OVER (PARTITION BY item_id ORDER BY min(place), count(*) DESC, lower(uom)) AS rn
		FROM (`+strings.Join(parts, " UNION ALL ")+`)`+converted+` GROUP BY item_id, lower(uom)) WHERE rn = 1`)
}

// toldNames is the name of the items where there is no list of items: what stands
// beside their codes in the files, of several the one that stands most often.
func (im *importer) toldNames(ctx context.Context) error {
	var parts []string
	for i := range Tables {
		t := &Tables[i]
		item := unitItem(t)
		if item == "" && t.Column("item_id") != nil {
			item = "item_id"
		}
		if item == "" || len(im.byTable["items"]) > 0 || im.bulk(t) {
			continue
		}
		for _, s := range im.byTable[t.Name] {
			for _, x := range s.extras {
				title := s.spec.expr(x)
				if !slices.Contains(tabular.Meanings(title), "item_name") {
					continue
				}
				of := item
				if t.Name == "bom" {
					if of = endOfBill(title); of == "" {
						continue
					}
				}
				parts = append(parts, fmt.Sprintf("SELECT %s AS item_id, trim(CAST(%s AS VARCHAR)) AS name FROM v_%s WHERE __src = %d", of, quote(x), t.Name, s.k))
			}
		}
	}
	if len(parts) == 0 {
		return im.c.Exec(ctx, "CREATE OR REPLACE TEMP TABLE told_names (item_id VARCHAR, name VARCHAR)")
	}
	return im.c.Exec(ctx, `CREATE OR REPLACE TEMP TABLE told_names AS SELECT item_id, name FROM (SELECT item_id, name, row_number() OVER (PARTITION BY item_id ORDER BY count(*) DESC, name) AS rn
		FROM (`+strings.Join(parts, " UNION ALL ")+`) WHERE name <> '' AND item_id IS NOT NULL GROUP BY item_id, name) WHERE rn = 1`)
}

// endOfBill is the column of a bill whose item a title speaks of, "" where it does not
// tell.
func endOfBill(title string) string {
	title = strings.ToLower(strings.TrimSpace(title))
	begins := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(title, w) })
	}
	switch {
	case begins("子", "零件", "零部件", "材料", "物料", "部件", "配件", "元件", "原料", "component", "part", "child", "material"):
		return "component_id"
	case begins("父", "母", "产品", "成品", "主件", "parent", "product", "assembly", "finished"):
		return "parent_id"
	}
	return ""
}
