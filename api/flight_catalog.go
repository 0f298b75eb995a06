package api

import (
	"context"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"planwright/snapshot"
)

// What a driver lists: catalogs, schemas, tables with their columns, and the keys
// of the star schema.

// rows builds a batch of texts and hands it out as a stream. A nil cell is NULL.
func rowsOf(schema *arrow.Schema, rows [][]any) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, row := range rows {
		for i, v := range row {
			switch f := b.Field(i).(type) {
			case *array.StringBuilder:
				if s, ok := v.(string); ok {
					f.Append(s)
					continue
				}
			case *array.BinaryBuilder:
				if s, ok := v.([]byte); ok {
					f.Append(s)
					continue
				}
			case *array.Int32Builder:
				if n, ok := v.(int); ok {
					f.Append(int32(n))
					continue
				}
			case *array.Uint8Builder:
				if n, ok := v.(int); ok {
					f.Append(uint8(n))
					continue
				}
			case *array.BooleanBuilder:
				if x, ok := v.(bool); ok {
					f.Append(x)
					continue
				}
			case *array.ListBuilder:
				if list, ok := v.([]string); ok {
					f.Append(true)
					for _, s := range list {
						f.ValueBuilder().(*array.StringBuilder).Append(s)
					}
					continue
				}
			}
			b.Field(i).AppendNull()
		}
	}
	ch := make(chan flight.StreamChunk, 1)
	ch <- flight.StreamChunk{Data: b.NewRecordBatch()}
	close(ch)
	return schema, ch, nil
}

// column of the catalog, as DuckDB lists it.
type catalogColumn struct{ catalog, schema, table, kind, name, typ, remarks string }

// columns lists the columns of every table that a call sees, in order.
func (f *flightSQL) columns(ctx context.Context) ([]catalogColumn, error) {
	plan, err := f.planOf(ctx)
	if err != nil {
		return nil, err
	}
	const list = `SELECT c.database_name, c.schema_name, c.table_name, CASE WHEN v.view_name IS NULL THEN 'TABLE' ELSE 'VIEW' END, c.column_name, c.data_type, coalesce(c.comment, '')
		FROM duckdb_columns() c LEFT JOIN duckdb_views() v ON v.database_name = c.database_name AND v.schema_name = c.schema_name AND v.view_name = c.table_name
		WHERE c.database_name IN ('plan', 'snap') AND NOT c.internal ORDER BY 1, 2, 4, 3, c.column_index`
	var rows *snapshot.Rows
	if plan != "" {
		rows, err = f.s.ws.Select(ctx, plan, list)
	} else {
		rows, err = f.s.ws.SelectSnapshot(ctx, "", list)
	}
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var cols []catalogColumn
	for rows.Next() {
		var c catalogColumn
		if err := rows.Scan(&c.catalog, &c.schema, &c.table, &c.kind, &c.name, &c.typ, &c.remarks); err != nil {
			return nil, err
		}
		cols = append(cols, c)
	}
	return cols, rows.Err()
}

// like matches a pattern of JDBC: % any text, _ any character, \ before one that
// stands for itself. nil matches all.
func like(pattern *string, s string) bool {
	if pattern == nil {
		return true
	}
	return likeRunes([]rune(*pattern), []rune(s))
}

func likeRunes(p, s []rune) bool {
	star, mark := -1, 0 // where to go on after the last %
	i, j := 0, 0
	for j < len(s) {
		switch {
		case i < len(p) && p[i] == '%':
			star, mark = i, j
			i++
			continue
		case i+1 < len(p) && p[i] == '\\' && p[i+1] == s[j]:
			i, j = i+2, j+1
			continue
		case i < len(p) && p[i] != '\\' && (p[i] == '_' || p[i] == s[j]):
			i, j = i+1, j+1
			continue
		}
		if star < 0 {
			return false
		}
		mark++
		i, j = star+1, mark
	}
	for i < len(p) && p[i] == '%' {
		i++
	}
	return i == len(p)
}

func same(want *string, have string) bool { return want == nil || *want == have }

// GetFlightInfoCatalogs implements the listing of catalogs.
func (f *flightSQL) GetFlightInfoCatalogs(_ context.Context, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return f.info(d, d.GetCmd(), schema_ref.Catalogs), nil
}

// DoGetCatalogs lists the catalogs.
func (f *flightSQL) DoGetCatalogs(ctx context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	cols, err := f.columns(ctx)
	if err != nil {
		return nil, nil, err
	}
	var rows [][]any
	last := ""
	for _, c := range cols {
		if c.catalog != last {
			rows = append(rows, []any{c.catalog})
			last = c.catalog
		}
	}
	return rowsOf(schema_ref.Catalogs, rows)
}

// GetFlightInfoSchemas implements the listing of schemas.
func (f *flightSQL) GetFlightInfoSchemas(_ context.Context, _ flightsql.GetDBSchemas, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return f.info(d, d.GetCmd(), schema_ref.DBSchemas), nil
}

// DoGetDBSchemas lists the schemas.
func (f *flightSQL) DoGetDBSchemas(ctx context.Context, q flightsql.GetDBSchemas) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	cols, err := f.columns(ctx)
	if err != nil {
		return nil, nil, err
	}
	var rows [][]any
	var last [2]string
	for _, c := range cols {
		if at := [2]string{c.catalog, c.schema}; at != last && same(q.GetCatalog(), c.catalog) && like(q.GetDBSchemaFilterPattern(), c.schema) {
			rows, last = append(rows, []any{c.catalog, c.schema}), at
		}
	}
	return rowsOf(schema_ref.DBSchemas, rows)
}

// GetFlightInfoTables implements the listing of tables.
func (f *flightSQL) GetFlightInfoTables(_ context.Context, q flightsql.GetTables, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	schema := schema_ref.Tables
	if q.GetIncludeSchema() {
		schema = schema_ref.TablesWithIncludedSchema
	}
	return f.info(d, d.GetCmd(), schema), nil
}

// DoGetTables lists the tables and views.
func (f *flightSQL) DoGetTables(ctx context.Context, q flightsql.GetTables) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	cols, err := f.columns(ctx)
	if err != nil {
		return nil, nil, err
	}
	var rows [][]any
	for i := 0; i < len(cols); {
		c, end := cols[i], i
		for end < len(cols) && cols[end].table == c.table && cols[end].schema == c.schema && cols[end].catalog == c.catalog {
			end++
		}
		if same(q.GetCatalog(), c.catalog) && like(q.GetDBSchemaFilterPattern(), c.schema) && like(q.GetTableNameFilterPattern(), c.table) && (len(q.GetTableTypes()) == 0 || slices.Contains(q.GetTableTypes(), c.kind)) {
			row := []any{c.catalog, c.schema, c.table, c.kind}
			if q.GetIncludeSchema() {
				fields := make([]arrow.Field, 0, end-i)
				for _, x := range cols[i:end] {
					t := snapshot.ArrowTypeNamed(x.typ)
					fields = append(fields, arrow.Field{Name: x.name, Type: t, Nullable: true, Metadata: columnMetadata(x.typ, t, x.catalog, x.schema, x.table, x.remarks)})
				}
				row = append(row, flight.SerializeSchema(arrow.NewSchema(fields, nil), memory.DefaultAllocator))
			}
			rows = append(rows, row)
		}
		i = end
	}
	if q.GetIncludeSchema() {
		return rowsOf(schema_ref.TablesWithIncludedSchema, rows)
	}
	return rowsOf(schema_ref.Tables, rows)
}

// GetFlightInfoTableTypes implements the listing of kinds of tables.
func (f *flightSQL) GetFlightInfoTableTypes(_ context.Context, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return f.info(d, d.GetCmd(), schema_ref.TableTypes), nil
}

// DoGetTableTypes lists the kinds of tables.
func (f *flightSQL) DoGetTableTypes(context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return rowsOf(schema_ref.TableTypes, [][]any{{"TABLE"}, {"VIEW"}})
}

// GetFlightInfoPrimaryKeys implements the listing of a view's key.
func (f *flightSQL) GetFlightInfoPrimaryKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return f.info(d, d.GetCmd(), schema_ref.PrimaryKeys), nil
}

// inPlan says whether a reference may be to the views of the star schema.
func inPlan(r flightsql.TableRef) bool { return same(r.Catalog, "plan") && same(r.DBSchema, "main") }

// DoGetPrimaryKeys lists the key of a view of the star schema; other tables have
// none.
func (f *flightSQL) DoGetPrimaryKeys(_ context.Context, r flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	var rows [][]any
	if v := snapshot.BIViewNamed(r.Table); v != nil && inPlan(r) {
		for i, k := range v.Key {
			rows = append(rows, []any{"plan", "main", v.Name, k, i + 1, nil})
		}
	}
	return rowsOf(schema_ref.PrimaryKeys, rows)
}

// references lists the foreign keys of the star schema: columns of `from` (""
// any) to the keys of `to`.
func references(from, to string) [][]any {
	var rows [][]any
	for _, v := range snapshot.BIViews() {
		if from != "" && v.Name != from {
			continue
		}
		for _, c := range v.Columns {
			d := snapshot.BIViewNamed(c.Ref)
			if d == nil || len(d.Key) != 1 || to != "" && d.Name != to {
				continue
			}
			rows = append(rows, []any{"plan", "main", d.Name, d.Key[0], "plan", "main", v.Name, c.Name, 1, nil, nil, 3, 3}) // no action on update and delete
		}
	}
	return rows
}

// GetFlightInfoImportedKeys implements the listing of what a view refers to.
func (f *flightSQL) GetFlightInfoImportedKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return f.info(d, d.GetCmd(), schema_ref.ImportedKeys), nil
}

// DoGetImportedKeys lists what a view refers to.
func (f *flightSQL) DoGetImportedKeys(_ context.Context, r flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	var rows [][]any
	if r.Table != "" && inPlan(r) {
		rows = references(r.Table, "")
	}
	return rowsOf(schema_ref.ImportedKeys, rows)
}

// GetFlightInfoExportedKeys implements the listing of what refers to a view.
func (f *flightSQL) GetFlightInfoExportedKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return f.info(d, d.GetCmd(), schema_ref.ExportedKeys), nil
}

// DoGetExportedKeys lists what refers to a view.
func (f *flightSQL) DoGetExportedKeys(_ context.Context, r flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	var rows [][]any
	if r.Table != "" && inPlan(r) {
		rows = references("", r.Table)
	}
	return rowsOf(schema_ref.ExportedKeys, rows)
}

// GetFlightInfoCrossReference implements the listing of references between two
// views.
func (f *flightSQL) GetFlightInfoCrossReference(_ context.Context, _ flightsql.CrossTableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return f.info(d, d.GetCmd(), schema_ref.CrossReference), nil
}

// DoGetCrossReference lists the references between two views.
func (f *flightSQL) DoGetCrossReference(_ context.Context, r flightsql.CrossTableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	var rows [][]any
	if r.PKRef.Table != "" && r.FKRef.Table != "" && inPlan(r.PKRef) && inPlan(r.FKRef) {
		rows = references(r.FKRef.Table, r.PKRef.Table)
	}
	return rowsOf(schema_ref.CrossReference, rows)
}
