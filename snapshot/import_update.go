package snapshot

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"planwright"
)

// errUnchanged says that an import made what the newest snapshot is already.
var errUnchanged = errors.New("the same as the newest snapshot")

// How the rows of a new file and those of the snapshot before meet.
//
//	by key      items, sites, suppliers, parameters: a new row replaces the old one of its key, the others stay
//	whole       stock, orders, bills, sources: an extract is complete, what it lacks is gone
//	by day      histories and ledgers: an extract replaces the days that it covers, for the skus that it names
var byDay = map[string]string{"demand_history": "on", "movements": "on", "receipts": "received_on"}

// baseName is what the rows of the snapshot before are called in reports.
func baseName(id, table string) string { return id + "/" + table }

// base offers the tables of a snapshot to the import as files, and returns the
// specs that read them.
func (j *job) base(ctx context.Context, w *Workspace, id string) (inputs []input, specs []TableSpec, err error) {
	path, err := w.file(ctx, snapshotKind, id)
	if err != nil {
		return nil, nil, err
	}
	db, c, err := createDB(path, dbOptions{ReadOnly: true, TempDir: w.spillDir()})
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		c.Close()
		_ = db.Close() // read only: nothing can be lost
	}()
	for i := range Tables {
		t := &Tables[i]
		if j.proposals && !slices.Contains(proposalBase, t.Name) {
			continue
		}
		var n int64
		where := ""
		if t.Name == "skus" {
			where = " WHERE NOT implicit" // the others follow from the rest
		}
		if _, err := c.Scan(ctx, "SELECT count(*) FROM main."+t.Name+where, nil, &n); err != nil {
			return nil, nil, damaged(ctx, db.path, err)
		}
		if n == 0 {
			continue
		}
		have, err := c.describe(ctx, "main", t.Name)
		if err != nil {
			return nil, nil, err
		}
		spec := TableSpec{Table: t.Name, From: baseName(id, t.Name), As: "src"}
		var cols []string
		for _, h := range have {
			if t.Column(h.Name) == nil && !extraName(h.Name) {
				continue
			}
			e := quote(h.Name)
			if t.Name == "sources" && slices.Contains(convertible["sources"], h.Name) {
				// Kept in stock units; the row is in its own unit again.
				e = fmt.Sprintf("CAST(%s * coalesce(per_uom_den, 1) / coalesce(per_uom_num, 1) AS DECIMAL(18,6)) AS %s", e, e)
			}
			if t.Name == "sources" && h.Name == "price" {
				e = "price * coalesce(per_uom_num, 1) / coalesce(per_uom_den, 1) AS price"
			}
			cols = append(cols, e)
			spec.Columns = append(spec.Columns, ColumnSpec{h.Name, h.Name})
		}
		path := filepath.Join(j.dir, "base_"+t.Name+".parquet")
		if err := c.Exec(ctx, fmt.Sprintf("COPY (SELECT %s FROM main.%s%s) TO %s (FORMAT parquet)", strings.Join(cols, ", "), t.Name, where, literal(path))); err != nil {
			return nil, nil, damaged(ctx, db.path, err)
		}
		inputs = append(inputs, input{name: spec.From, path: path, format: "parquet", kind: "snapshot"})
		specs = append(specs, spec)
	}
	return inputs, specs, nil
}

// meet takes the old rows away that new ones replace. Specs of the snapshot
// before come first.
func (j *job) meet(ctx context.Context, st *stager) error {
	if err := j.bury(ctx, st); err != nil {
		return err
	}
	for _, old := range j.specs {
		if old.src.in.kind != "snapshot" {
			continue
		}
		t := old.table
		for _, s := range j.specs {
			if s.table != t || s.src.in.kind == "snapshot" {
				continue
			}
			where := ""
			switch {
			case len(t.Key) > 0:
				var on []string
				for _, k := range t.Key {
					on = append(on, fmt.Sprintf("n.%s IS NOT DISTINCT FROM o.%s", quote(k), quote(k)))
				}
				where = fmt.Sprintf("EXISTS (SELECT 1 FROM %s n WHERE n.__err IS NULL AND %s)", s.name(), strings.Join(on, " AND "))
			case byDay[t.Name] != "":
				d := quote(byDay[t.Name])
				where = fmt.Sprintf(`EXISTS (SELECT 1 FROM (SELECT item_id, site_id, min(%[1]s) AS lo, max(%[1]s) AS hi FROM %[2]s WHERE __err IS NULL GROUP BY ALL) n
					WHERE n.item_id = o.item_id AND coalesce(n.site_id, o.site_id) = o.site_id AND o.%[1]s BETWEEN n.lo AND n.hi)`, d, s.name())
			default:
				where = "true"
			}
			if len(t.Key) == 0 && (j.o.Append || j.tombs[s] && s.rows == 0) {
				continue // rows that were mended come to the others; a list of what is gone is no extract
			}
			if err := st.c.Exec(ctx, fmt.Sprintf("DELETE FROM %s o WHERE %s", old.name(), where)); err != nil {
				return err
			}
		}
		var left int64
		if _, err := st.c.Scan(ctx, "SELECT count(*) FROM "+old.name(), nil, &left); err != nil {
			return err
		}
		old.replaced = old.rows - left
		old.rows = left
	}
	return nil
}

// updateOf settles which snapshot an import goes on from, "" for none.
func (w *Workspace) updateOf(o ImportOptions) (string, error) {
	if o.Tombstone && !o.Update && !o.Append {
		return "", fail(planwright.CodeUsage, "import", "tombstone", "there is nothing to delete from", "give --update or --append too", nil)
	}
	if !o.Update && !o.Append {
		return "", nil
	}
	id, err := w.ResolveSnapshot("")
	var e *planwright.Error
	if errors.As(err, &e) && e.Code == planwright.CodeNoSnapshot && !o.Append {
		return "", nil // the first import of a workspace
	}
	if err != nil {
		return "", err
	}
	lin, err := w.lineage(id) // of a fold: its events are folded in again afterwards
	return lin.root, err
}
