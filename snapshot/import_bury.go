package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// deletionMarks are the titles, in lower case and without blanks, of a column
// that says of a row that it is gone: DELETED or LOEKZ of a table of SAP, 删除标记
// of a Chinese system.
var deletionMarks = []string{"_deleted", "deleted", "is_deleted", "deletion_flag", "loekz", "lvorm", "删除", "删除标记", "删除标志", "是否删除", "已删除"}

// isDeletionMark says whether an extra column of a table is one.
func isDeletionMark(column string) bool {
	name := strings.ToLower(strings.Join(strings.Fields(column), ""))
	return slices.Contains(deletionMarks, name) || slices.Contains(deletionMarks, strings.TrimPrefix(name, "x_"))
}

// marked is the SQL of a row whose mark says that it is gone.
func marked(column string) string {
	return fmt.Sprintf("lower(trim(coalesce(%s, ''))) IN ('true', 't', 'yes', 'y', '1', 'x', 'deleted', 'd', '是', '删除', '已删除')", quote(column))
}

// tombKeys are what a row that is gone is named by in tables without a key;
// what a row leaves empty does not count.
var tombKeys = map[string][]string{
	"calendars": {"calendar_id", "on", "weekday"}, "bom": {"parent_id", "component_id", "site_id", "bom_id"}, "sources": {"item_id", "site_id", "kind", "supplier_id", "from_site_id"},
	"stock": {"item_id", "site_id", "lot", "bin"}, "supply_orders": {"order_id", "item_id", "site_id"}, "demand_orders": {"order_id", "item_id", "site_id"},
	"reservations": {"order_id", "item_id", "site_id"}, "demand_history": {"item_id", "site_id", "on", "customer_id"}, "movements": {"item_id", "site_id", "on", "document"},
	"receipts": {"order_id", "item_id", "received_on"}, "forecasts": {"item_id", "site_id", "from", "customer_id"}, "routings": {"item_id", "bom_id", "step"},
}

// bury deletes the rows that rows of the new files mark as gone, by their key,
// and takes the marks out: they are read and ignored. Of a file of marks alone
// nothing else is taken over.
func (j *job) bury(ctx context.Context, st *stager) error {
	j.tombs = map[*staged]bool{}
	for _, s := range j.specs {
		if s.src.in.kind == "snapshot" || s.grouped {
			continue
		}
		var marks []string
		for _, x := range s.extras {
			if isDeletionMark(x) {
				marks = append(marks, marked(x))
			}
		}
		if len(marks) == 0 && !j.o.Tombstone {
			continue
		}
		dead := "__err IS NULL"
		if !j.o.Tombstone {
			dead += " AND (" + strings.Join(marks, " OR ") + ")"
			s.extras = slices.DeleteFunc(s.extras, isDeletionMark)
		}
		j.tombs[s] = true
		for _, old := range j.specs {
			if old.table != s.table || old.src.in.kind != "snapshot" {
				continue
			}
			key, loose := s.table.Key, false
			if len(key) == 0 {
				key, loose = tombKeys[s.table.Name], true
			}
			var on []string
			for _, k := range key {
				cond := fmt.Sprintf("n.%[1]s IS NOT DISTINCT FROM o.%[1]s", quote(k))
				if loose || k == "site_id" { // a data set of one site need not name it
					cond = fmt.Sprintf("(n.%[1]s IS NULL OR n.%[1]s IS NOT DISTINCT FROM o.%[1]s)", quote(k))
				}
				on = append(on, cond)
			}
			if err := st.c.Exec(ctx, fmt.Sprintf("DELETE FROM %s o WHERE EXISTS (SELECT 1 FROM (SELECT * FROM %s WHERE %s) n WHERE %s)", old.name(), s.name(), dead, strings.Join(on, " AND "))); err != nil {
				return err
			}
		}
		var n int64
		if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT count(*) FROM %s WHERE %s", s.name(), dead), nil, &n); err != nil {
			return err
		}
		if !s.hasRow && n > 0 { // rows keep their numbers
			if err := st.c.Exec(ctx, fmt.Sprintf("CREATE TABLE buried AS SELECT %s AS __row, * FROM %s t; DROP TABLE %s; ALTER TABLE buried RENAME TO %s", s.rowSQL(), s.name(), s.name(), s.name())); err != nil {
				return err
			}
			s.hasRow = true
		}
		if err := st.c.Exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE %s", s.name(), dead)); err != nil {
			return err
		}
		s.rows -= n
		s.kept -= n
		if n > 0 {
			j.say("import.gone", "file", s.src.in.name, "n", fmt.Sprint(n), "table", s.table.Name)
		}
	}
	return nil
}
