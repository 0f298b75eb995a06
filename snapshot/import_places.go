package snapshot

import (
	"context"
	"fmt"
	"strings"
)

// placed are the tables whose rows say at which site an item is.
var placed = []string{"skus", "stock", "supply_orders", "demand_orders", "demand_history"}

// places makes temp table places, where a company may have several sites: the
// sites of every item that no source names. There a source without a site holds;
// lists of what suppliers deliver seldom say where.
func (im *importer) places(ctx context.Context) error {
	listed := len(im.byTable["sites"]) > 0
	if listed && im.site != "" || len(im.byTable["sources"]) == 0 {
		return nil
	}
	site := "site_id"
	if im.site != "" {
		site = "coalesce(site_id, " + literal(im.site) + ")"
	}
	var at, own []string
	for _, table := range placed {
		for _, s := range im.byTable[table] {
			at = append(at, fmt.Sprintf("SELECT item_id, %s AS site_id FROM stg.%s WHERE __err IS NULL", site, s.name()))
		}
	}
	if len(at) == 0 {
		return nil
	}
	known := ""
	if listed {
		known = " WHERE site_id IN (SELECT site_id FROM v_sites)"
	}
	for _, s := range im.byTable["sources"] {
		own = append(own, fmt.Sprintf("SELECT item_id, site_id FROM stg.%s WHERE __err IS NULL AND site_id IS NOT NULL", s.name()))
	}
	im.placed = true
	return im.c.Exec(ctx, fmt.Sprintf("CREATE TEMP TABLE places AS SELECT item_id, site_id FROM (%s)%s EXCEPT SELECT item_id, site_id FROM (%s)",
		strings.Join(at, " UNION ALL "), known, strings.Join(own, " UNION ALL ")))
}

// placedRows is the join that makes a row of each site of a source that names
// none, "" for other tables.
func (im *importer) placedRows(t *Table) string {
	if !im.placed || t.Name != "sources" {
		return ""
	}
	return " LEFT JOIN places ON t.site_id IS NULL AND places.item_id = t.item_id"
}
