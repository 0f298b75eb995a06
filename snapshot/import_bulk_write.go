package snapshot

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// sortRows is how many rows are sorted at a time, which bounds the memory.
var sortRows int64 = 16 << 20

// writeBulk fills a table of the snapshot from its rows in n_k: by ranges of
// skus, each sorted by sku, day, file and row.
func (im *importer) writeBulk(ctx context.Context, t *Table) error {
	err := im.c.Exec(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE numbers AS SELECT p.__src, p.__pair, k.sku FROM pairs_%s p JOIN main.skus k ON k.item_id = p.item_id AND k.site_id = p.site_id", t.Name))
	if err != nil {
		return err
	}
	ranges, err := im.skuRanges(ctx, t)
	if err != nil {
		return err
	}
	if !im.freeTexts(t) {
		// The texts are of few kinds: the other ways to pack them need not be tried.
		if err := im.c.Exec(ctx, "SET force_compression = 'dictionary'"); err != nil {
			return err
		}
	}
	done, total := int64(0), im.rowsOf(t)
	im.note("write "+t.Name, 0, total)
	for _, r := range ranges {
		stop := im.c.follow(func(share float64) {
			im.note("write "+t.Name, min(total, done+int64(share*float64(r.rows))), total)
		})
		err := im.c.Exec(ctx, im.bulkSQL(t, r))
		stop()
		if err != nil {
			return err
		}
		done = min(total, done+r.rows)
	}
	im.note("write "+t.Name, total, total)
	return im.c.Exec(ctx, "DROP TABLE numbers; SET force_compression = 'auto'")
}

// freeTexts says whether a table has a text column whose values may all differ.
func (im *importer) freeTexts(t *Table) bool {
	for _, s := range im.byTable[t.Name] {
		if len(s.extras) > 0 {
			return true
		}
		for i := range t.Columns {
			c := &t.Columns[i]
			if _, same := s.same[c.Name]; !same && c.Type == Text {
				return true
			}
		}
	}
	return false
}

// skuRange is a range of skus and about the number of their rows.
type skuRange struct {
	lo, hi int32 // hi is the last one
	rows   int64
}

// skuRanges cuts the skus so that the rows of each range fit into memory.
func (im *importer) skuRanges(ctx context.Context, t *Table) (list []skuRange, err error) {
	var parts []string
	for _, s := range im.byTable[t.Name] {
		parts = append(parts, fmt.Sprintf("SELECT m.sku, p.n FROM stg.p_%d p JOIN numbers m ON m.__src = %d AND m.__pair = p.__pair", s.k, s.k))
	}
	rows, err := im.c.Query(ctx, "SELECT sku, CAST(sum(n) AS BIGINT) FROM ("+strings.Join(parts, " UNION ALL ")+") GROUP BY sku ORDER BY sku")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var sku int32
		var n int64
		if err := rows.Scan(&sku, &n); err != nil {
			return nil, err
		}
		if k := len(list) - 1; k >= 0 && list[k].rows+n <= sortRows {
			list[k].hi, list[k].rows = sku, list[k].rows+n
			continue
		}
		list = append(list, skuRange{sku, sku, n})
	}
	return list, rows.Err()
}

// bulkSQL is the INSERT of the rows of a range. Where sku, day, file and row
// fit into 63 bits they are sorted as one number, which is a good deal quicker.
// What is the same in every row is put in behind the sort.
func (im *importer) bulkSQL(t *Table, r skuRange) string {
	specs := im.byTable[t.Name]
	last := int64(0)
	for _, s := range specs {
		last = max(last, s.lastRow)
	}
	rowBits, srcBits, skuBits := bits.Len64(uint64(last)), 0, bits.Len32(uint32(r.hi-r.lo))
	if len(specs) > 1 {
		srcBits = bits.Len(uint(len(specs) - 1))
	}
	packed := rowBits+srcBits+dayBits+skuBits <= 63
	cols, inner, outer := []string{"sku", `"on"`}, []string{}, []string{}
	order := "__key"
	if packed {
		inner = append(inner, fmt.Sprintf("(CAST(m.sku - %d AS BIGINT) << %d) | (CAST(n.\"on\" - DATE '1970-01-01' AS BIGINT) << %d) | (CAST(%%d AS BIGINT) << %d) | (%%s) AS __key",
			r.lo, dayBits+srcBits+rowBits, srcBits+rowBits, rowBits))
		outer = append(outer, fmt.Sprintf("CAST(__key >> %d AS INTEGER) + %d", dayBits+srcBits+rowBits, r.lo),
			fmt.Sprintf("DATE '1970-01-01' + CAST((__key >> %d) & %d AS INTEGER)", srcBits+rowBits, 1<<dayBits-1))
	} else {
		inner = append(inner, `m.sku, n."on", %d AS __src, %s AS __row`)
		outer = append(outer, "sku", `"on"`)
		order = `sku, "on", __src, __row`
	}
	// A column that is the same in every row of every file is no part of the
	// sort.
	names := []string{}
	for i := range t.Columns {
		if c := t.Columns[i].Name; c != "item_id" && c != "site_id" && c != "on" {
			names = append(names, c)
		}
	}
	names = append(names, im.extrasOf(t.Name)...)
	payload := make([][]string, len(specs))
	for _, name := range names {
		cols = append(cols, quote(name))
		same, varies := specs[0].heldSQL(t, name)
		for _, s := range specs[1:] {
			sql, v := s.heldSQL(t, name)
			varies = varies || v || sql != same
		}
		if !varies {
			outer = append(outer, same)
			continue
		}
		for i, s := range specs {
			sql, _ := s.heldSQL(t, name)
			payload[i] = append(payload[i], sql+" AS "+quote(name))
		}
		if c := t.Column(name); c != nil && c.Type == Enum {
			outer = append(outer, "CAST("+quote(name)+" AS VARCHAR)")
		} else {
			outer = append(outer, quote(name))
		}
	}
	var parts []string
	for i, s := range specs {
		sel := append([]string{fmt.Sprintf(inner[0], i, s.numberSQL())}, payload[i]...)
		parts = append(parts, fmt.Sprintf("SELECT %s FROM stg.n_%d n JOIN (SELECT __pair, sku FROM numbers WHERE __src = %d AND sku BETWEEN %d AND %d) m ON m.__pair = n.__pair WHERE %s",
			strings.Join(sel, ", "), s.k, s.k, r.lo, r.hi, im.sound(s)))
	}
	return fmt.Sprintf("INSERT INTO %s.%s (%s) SELECT %s FROM (SELECT * FROM (%s) ORDER BY %s)",
		home(t.Name), t.Name, strings.Join(cols, ", "), strings.Join(outer, ", "), strings.Join(parts, " UNION ALL "), order)
}

// dayBits hold the days from 1970 to 2199.
const dayBits = 17

// heldSQL is a column in rows n of n_k; varies says that n_k has it, else it is
// the same in every row.
func (s *staged) heldSQL(t *Table, name string) (sql string, varies bool) {
	if v, ok := s.same[name]; ok {
		return v, false
	}
	if t.Column(name) == nil && !slices.Contains(s.extras, name) {
		return "CAST(NULL AS VARCHAR)", false
	}
	return "n." + quote(name), true
}
