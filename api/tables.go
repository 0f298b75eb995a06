package api

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"

	"planwright"
	"planwright/snapshot"
)

// A table download is GET /v1/{plans/{plan}|snapshots/{snapshot}}/tables/{table}
// with these query parameters:
//
//	format   csv, jsonl, json, parquet, arrow or xlsx; else by the Accept header, else csv
//	select   columns, separated by commas; all
//	where    a filter as in the lists, over the table's columns
//	order    columns, each optionally followed by desc; the order of storage (of
//	         pegging and requirements of over a million rows ask for seq)
//	limit    rows at most
//
// GET /v1/{plans/{plan}|snapshots/{snapshot}}/tables lists the tables.

// isTablePath says whether a path is that of a table or of the list of them.
func isTablePath(path string) bool {
	_, ok := splitTablePath(path)
	return ok
}

// tablePath is a download's path taken apart.
type tablePath struct {
	plan  bool // else a snapshot
	name  string
	table string // "": the list
}

func splitTablePath(path string) (tablePath, bool) {
	part := strings.Split(path, "/")
	if len(part) < 5 || len(part) > 6 || part[0] != "" || part[1] != "v1" || part[4] != "tables" || part[2] != "plans" && part[2] != "snapshots" {
		return tablePath{}, false
	}
	t := tablePath{plan: part[2] == "plans", name: part[2] + "/" + part[3]}
	if len(part) == 6 {
		if part[5] == "" {
			return tablePath{}, false
		}
		t.table = part[5]
	}
	return t, true
}

// downloadFactor is how much longer a download may take than a query: the
// client reads while it runs.
const downloadFactor = 30

// maxSorted is how many rows of a view over numbers are sorted where no order is
// asked for. More come as they are read: to hold millions of rows for an order
// that nobody asked for took a gigabyte, and failed as Parquet.
const maxSorted = 1_000_000

// maxSelect bounds a list of columns.
const maxSelect = 4096

// downloadTable streams a table.
func (s *Server) downloadTable(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		s.writeProblem(w, r, refuse(codes.Unimplemented, "a table can only be read with GET"), http.StatusMethodNotAllowed)
		return
	}
	start := time.Now()
	began, err := s.sendTable(w, r)
	s.metrics.queries.WithLabelValues("table", outcome(err)).Observe(time.Since(start).Seconds())
	s.endDownload(w, r, began, err)
}

// sendTable writes the answer; began says whether anything was written.
func (s *Server) sendTable(w http.ResponseWriter, r *http.Request) (began bool, err error) {
	ctx := r.Context()
	path, _ := splitTablePath(r.URL.Path)
	var id string
	if path.plan {
		id, err = s.planID("plan", path.name)
	} else {
		id, err = s.snapshotID("snapshot", path.name)
	}
	if err != nil {
		return false, err
	}
	ask, err := parseTableQuery(r)
	if err != nil {
		return false, err
	}
	if path.table == "" {
		return s.sendTableList(w, r, path, id, ask)
	}
	cols, err := s.tableColumns(ctx, path.plan, id, path.table)
	if err != nil {
		return false, err
	}
	if len(cols) == 0 {
		return false, refuse(codes.NotFound, "%s has no table %s", path.name, clip(path.table))
	}
	if ask.where == "" && ask.order == "" && path.plan && snapshot.ByNumber(path.table) {
		n, err := s.count(ctx, id, path.table, "", nil)
		if err != nil {
			return false, err
		}
		ask.unsorted = n > maxSorted
	}
	query, err := ask.sql(path, cols)
	if err != nil {
		return false, err
	}
	release, err := s.slot(ctx)
	if err != nil {
		return false, err
	}
	q := snapshot.QueryRequest{SQL: query, Plan: "-", Timeout: s.limits.Query * downloadFactor, Memory: s.limits.Memory}
	if path.plan {
		q.Plan = id
	} else {
		q.Snapshot = id
	}
	out := &lateHeader{w: w, set: func(h http.Header) {
		h.Set("Content-Type", ask.format.MediaType())
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.table + "." + ask.format.String()}))
	}}
	err = s.spooled(ctx, out, release, func(ctx context.Context, to io.Writer) error {
		_, err := s.ws.Export(ctx, q, ask.format, to, nil)
		return err
	})
	if err == nil && !out.began { // no byte: an empty answer is one all the same
		_, err = out.Write(nil)
	}
	return out.began, err
}

// sendTableList writes the tables and their columns.
func (s *Server) sendTableList(w http.ResponseWriter, r *http.Request, path tablePath, id string, ask tableQuery) (bool, error) {
	alias := "snap"
	if path.plan {
		alias = "plan"
	}
	rows, err := s.selectFrom(r.Context(), path.plan, id, `SELECT table_name AS "table", column_name AS "column", data_type AS "type" FROM duckdb_columns()
		WHERE database_name = ? AND schema_name = 'main' AND NOT internal ORDER BY table_name, column_index`, alias)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if ask.format == snapshot.Parquet {
		return false, badField("format", "parquet is for tables; the list of them comes as csv, json, jsonl, xlsx or arrow")
	}
	out := &lateHeader{w: w, set: func(h http.Header) { h.Set("Content-Type", ask.format.MediaType()) }}
	_, err = snapshot.WriteRows(rows, ask.format, out)
	return out.began, err
}

// selectFrom reads a plan, or a snapshot.
func (s *Server) selectFrom(ctx context.Context, plan bool, id, query string, args ...any) (*snapshot.Rows, error) {
	if plan {
		return s.ws.Select(ctx, id, query, args...)
	}
	return s.ws.SelectSnapshot(ctx, id, query, args...)
}

// tableColumns returns the columns of a table; none where there is no table.
func (s *Server) tableColumns(ctx context.Context, plan bool, id, table string) (columns, error) {
	alias := "snap"
	if plan {
		alias = "plan"
	}
	if strings.IndexByte(table, 0) >= 0 || !utf8.ValidString(table) {
		return nil, nil
	}
	rows, err := s.selectFrom(ctx, plan, id, "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = ? AND schema_name = 'main' AND table_name = ? AND NOT internal ORDER BY column_index", alias, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var cols columns
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return nil, err
		}
		cols = append(cols, column{name: name, kind: kindOfType(typ)})
	}
	return cols, rows.Err()
}

// kindOfType is the kind of a DuckDB type.
func kindOfType(typ string) kind {
	switch {
	case strings.HasPrefix(typ, "DECIMAL"):
		return qtyKind
	case typ == "DOUBLE" || typ == "FLOAT":
		return floatKind
	case strings.HasSuffix(typ, "INT") || strings.HasSuffix(typ, "INTEGER"):
		return intKind
	case typ == "DATE":
		return dayKind
	case typ == "BOOLEAN":
		return boolKind
	case strings.HasPrefix(typ, "TIMESTAMP"):
		return timeKind
	}
	return textKind
}

// tableQuery is what a download asks for.
type tableQuery struct {
	format       snapshot.Format
	names        []string // nil: all
	where, order string
	limit        int64 // 0: all
	unsorted     bool  // too many rows to sort for nobody
}

// notAcceptable is the answer to an Accept header that we cannot please.
const notAcceptable = "a table comes as text/csv, application/x-ndjson, application/json, application/vnd.apache.parquet, application/vnd.apache.arrow.stream or xlsx"

// parseTableQuery reads the query parameters of a download.
func parseTableQuery(r *http.Request) (tableQuery, error) {
	var q tableQuery
	values := r.URL.Query()
	if len(r.URL.RawQuery) > 4*maxFilter {
		return q, badField("query", "is longer than %d bytes", 4*maxFilter)
	}
	for _, key := range sortedKeys(values) {
		if !slices.Contains([]string{"format", "select", "where", "order", "limit"}, key) {
			return q, badField(clip(key), "is no query parameter: there are format, select, where, order and limit")
		}
		if len(values[key]) > 1 {
			return q, badField(key, "comes more than once")
		}
	}
	var err error
	if q.format, err = formatOf(r); err != nil {
		return q, err
	}
	if list := values.Get("select"); list != "" {
		if len(list) > maxSelect {
			return q, badField("select", "is longer than %d bytes", maxSelect)
		}
		for _, name := range strings.Split(list, ",") {
			q.names = append(q.names, strings.TrimSpace(name))
		}
	}
	q.where, q.order = values.Get("where"), values.Get("order")
	if text := values.Get("limit"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return q, badField("limit", "%q is not a whole number above 0", clip(text))
		}
		q.limit = n
	}
	return q, nil
}

func sortedKeys(values map[string][]string) []string {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// acceptedFormat chooses the format that an Accept header wants most; CSV for
// anything.
func acceptedFormat(accept string) (snapshot.Format, bool) {
	best, bestQ, found := snapshot.CSV, 0.0, false
	for _, part := range strings.Split(accept, ",") {
		typ, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if text, ok := params["q"]; ok {
			if weight, err = strconv.ParseFloat(text, 64); err != nil || weight < 0 || weight > 1 {
				continue
			}
		}
		f, ok := mediaTypes[typ]
		if ok && weight > bestQ {
			best, bestQ, found = f, weight, true
		}
	}
	return best, found
}

// mediaTypes are the names of formats that Accept headers use.
var mediaTypes = map[string]snapshot.Format{
	"*/*": snapshot.CSV, "text/*": snapshot.CSV, "text/csv": snapshot.CSV,
	"application/x-ndjson": snapshot.JSONLines, "application/ndjson": snapshot.JSONLines, "application/jsonl": snapshot.JSONLines, "application/x-jsonlines": snapshot.JSONLines,
	"application/json": snapshot.JSON, "application/vnd.apache.parquet": snapshot.Parquet, "application/x-parquet": snapshot.Parquet,
	"application/vnd.apache.arrow.stream": snapshot.Arrow, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": snapshot.XLSX,
}

// sql makes the SELECT. Everything in it that the client wrote is a column of
// the table or a literal that was parsed and is written anew.
func (q tableQuery) sql(path tablePath, cols columns) (string, error) {
	list := make([]string, 0, len(cols))
	for _, c := range cols {
		list = append(list, quote(c.name))
	}
	if q.names != nil {
		list = list[:0]
		for _, name := range q.names {
			if cols.find(name) == nil {
				return "", badField("select", "%q is not one of the columns %s", clip(name), cols.names())
			}
			list = append(list, quote(name))
		}
	}
	f, err := parseFilter(q.where, cols)
	if err != nil {
		return "", badField("where", "%s", err)
	}
	terms, err := parseOrder(q.order, cols)
	if err != nil {
		return "", badField("order", "%s", err)
	}
	var b strings.Builder
	b.WriteString("SELECT " + strings.Join(list, ", ") + " FROM ")
	if path.plan {
		b.WriteString("plan.")
	} else {
		b.WriteString("snap.")
	}
	b.WriteString(quote(path.table))
	if where := f.sql(literal); where != "" {
		b.WriteString(" WHERE " + where)
	}
	if len(terms) > 0 {
		b.WriteString(" ORDER BY " + orderSQL(terms))
	} else if path.plan && cols.find(snapshot.SeqColumn) != nil && !q.unsorted {
		b.WriteString(" ORDER BY " + snapshot.SeqColumn)
	}
	if q.limit > 0 {
		fmt.Fprintf(&b, " LIMIT %d", q.limit)
	}
	return b.String(), nil
}

// literal writes a value of a condition as SQL.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case planwright.Qty:
		return "CAST('" + v.String() + "' AS DECIMAL(18,6))"
	case float64:
		return "CAST('" + strconv.FormatFloat(v, 'g', -1, 64) + "' AS DOUBLE)"
	case int64:
		return decimal(v)
	case planwright.Day:
		return "DATE '" + v.String() + "'"
	case time.Time:
		return "TIMESTAMP '" + v.UTC().Format("2006-01-02 15:04:05.999999") + "'"
	case bool:
		return strconv.FormatBool(v)
	}
	return "NULL"
}

// lateHeader sets the headers of a success with the first byte, so that an
// error before it can be answered as one.
type lateHeader struct {
	w     http.ResponseWriter
	set   func(http.Header)
	began bool
}

func (l *lateHeader) Write(b []byte) (int, error) {
	if !l.began {
		l.began = true
		l.set(l.w.Header())
	}
	return l.w.Write(b)
}
