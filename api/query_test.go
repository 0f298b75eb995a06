package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/parquet/file"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	planwrightv1 "planwright/api/planwright/v1"
)

// TestSQLDownload: the same rows in every format, over GET and POST.
func TestSQLDownload(t *testing.T) {
	v := planned(t, 0, true, nil)
	const sql = "SELECT item_id, unit_cost, DATE '2026-07-01' AS d, NULL::INTEGER AS z FROM plan.bi_item WHERE item_id < 'C' AND item_id > 'B' ORDER BY 1"
	for _, c := range []struct{ format, want string }{
		{"csv", "item_id,unit_cost,d,z\nBIKE,200,2026-07-01,\n"},
		{"jsonl", `{"item_id":"BIKE","unit_cost":200,"d":"2026-07-01","z":null}` + "\n"},
		{"json", `[{"item_id":"BIKE","unit_cost":200,"d":"2026-07-01","z":null}]` + "\n"},
	} {
		for _, a := range []answer{v.do("GET", "/v1/sql?format="+c.format+"&sql="+url.QueryEscape(sql), ""), v.do("POST", "/v1/plans/latest/sql?format="+c.format, sql)} {
			if a.status != 200 || string(a.body) != c.want {
				t.Errorf("%s: %d %q, want %q", c.format, a.status, a.body, c.want)
			}
		}
	}
	a := v.do("POST", "/v1/sql?format=arrow", "SELECT i, i::VARCHAR AS s FROM range(70000) t(i)")
	r, err := ipc.NewReader(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	rows := int64(0)
	for r.Next() {
		rows += r.RecordBatch().NumRows()
	}
	r.Release()
	if rows != 70000 || r.Err() != nil {
		t.Errorf("arrow: %d rows, %v", rows, r.Err())
	}
	a = v.do("POST", "/v1/sql?format=parquet", "SELECT i, i::VARCHAR AS s FROM range(70000) t(i)")
	if p, err := file.NewParquetReader(bytes.NewReader(a.body)); err != nil || p.NumRows() != 70000 {
		t.Errorf("parquet: %v", err)
	}
	if a := v.do("POST", "/v1/sql?format=xlsx", sql); a.status != 200 || !bytes.HasPrefix(a.body, []byte("PK")) {
		t.Errorf("xlsx: %d", a.status)
	}
	if a := v.do("POST", "/v1/sql?format=csv", "SELECT * FROM range(0)"); a.status != 200 || string(a.body) != "range\n" {
		t.Errorf("no rows: %d %q", a.status, a.body)
	}
	for _, c := range []struct {
		method, path, body string
		want               int
		text               string
	}{
		{"GET", "/v1/sql", "", 400, "empty"},
		{"POST", "/v1/sql?sql=SELECT+1", "SELECT 2", 400, "body"},
		{"POST", "/v1/sql?color=red", "SELECT 2", 400, "color"},
		{"POST", "/v1/sql?format=doc", "SELECT 2", 400, "doc"},
		{"POST", "/v1/sql?max_rows=x", "SELECT 2", 400, "max_rows"},
		{"POST", "/v1/plans/none/sql", "SELECT 2", 404, ""},
		{"DELETE", "/v1/sql", "", 405, ""},
		{"POST", "/v1/sql", "SELECT 1; SELECT 2", 400, "QUERY_REFUSED"},
		{"POST", "/v1/sql", "FROM duckdb_databases()", 400, "QUERY_REFUSED"},
		{"POST", "/v1/sql", "FROM glob('*')", 400, "QUERY_REFUSED"},
		{"POST", "/v1/sql?max_rows=2", "SELECT * FROM range(3)", 429, "QUERY_LIMIT"},
	} {
		if a := v.do(c.method, c.path, c.body); a.status != c.want || !strings.Contains(string(a.body), c.text) {
			t.Errorf("%s %s %q: %d %s, want %d and %q", c.method, c.path, c.body, a.status, a.body, c.want, c.text)
		}
	}
}

// TestQueryPages: pages of any size join to the whole, and a token is good for
// its query alone.
func TestQueryPages(t *testing.T) {
	v := planned(t, 0, true, nil)
	const sql = "SELECT i FROM range(250) t(i) ORDER BY i"
	for _, size := range []int{1, 7, 100, 249, 250, 251} {
		if size == 1 && testing.Short() {
			continue
		}
		token, n := "", 0
		for range 260 {
			if size == 1 && n == 5 { // a page is a process; a few of them are enough
				n, token = 250, ""
				break
			}
			m := v.post("/v1/query", fmt.Sprintf(`{"sql":%q,"max_rows":%d,"page_token":%q}`, sql, size, token))
			for _, row := range m["rows"].([]any) {
				if got := row.([]any)[0]; got != fmt.Sprint(n) {
					t.Fatalf("pages of %d: row %d is %v", size, n, got)
				}
				n++
			}
			token, _ = m["next_page_token"].(string)
			if (token != "") != (m["truncated"] == true) {
				t.Fatalf("token %q, truncated %v", token, m["truncated"])
			}
			if token == "" {
				break
			}
		}
		if n != 250 || token != "" {
			t.Errorf("pages of %d: %d rows, token %q", size, n, token)
		}
	}
	m := v.post("/v1/query", fmt.Sprintf(`{"sql":%q,"max_rows":10}`, sql))
	if a := v.do("POST", "/v1/query", fmt.Sprintf(`{"sql":"SELECT 1","page_token":%q}`, m["next_page_token"])); a.status != 400 || !strings.Contains(string(a.body), "page_token") {
		t.Errorf("a token of another query: %d %s", a.status, a.body)
	}
}

// TestStreamQuery: a stream has every row once, over gRPC and REST, and a limit
// of rows ends it with its code.
func TestStreamQuery(t *testing.T) {
	v := planned(t, 0, true, nil)
	queries := planwrightv1.NewAnalyticsServiceClient(v.grpc)
	read := func(req *planwrightv1.StreamQueryRequest) (rows int, columns int, err error) {
		st, err := queries.StreamQuery(deadline(t, time.Minute), req)
		if err != nil {
			return 0, 0, err
		}
		for {
			m, err := st.Recv()
			if errors.Is(err, io.EOF) {
				return rows, columns, nil
			}
			if err != nil {
				return rows, columns, err
			}
			columns += len(m.GetColumns())
			for _, r := range m.GetRows() {
				if got := r.GetValues()[0].GetStringValue(); got != fmt.Sprint(rows) {
					t.Fatalf("row %d is %s", rows, got)
				}
				rows++
			}
		}
	}
	if n, c, err := read(&planwrightv1.StreamQueryRequest{Sql: "SELECT i, i % 3 AS r FROM range(50000) t(i)"}); n != 50000 || c != 2 || err != nil {
		t.Errorf("%d rows, %d columns, %v", n, c, err)
	}
	if n, c, err := read(&planwrightv1.StreamQueryRequest{Sql: "SELECT 1 WHERE false"}); n != 0 || c != 1 || err != nil {
		t.Errorf("no rows: %d rows, %d columns, %v", n, c, err)
	}
	if _, _, err := read(&planwrightv1.StreamQueryRequest{Sql: "SELECT i FROM range(50000) t(i)", MaxRows: 49999}); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("beyond the limit of rows: %v", err)
	}
	if _, _, err := read(&planwrightv1.StreamQueryRequest{Sql: "FROM enable_logging()"}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a refused statement: %v", err)
	}
	a := v.do("POST", "/v1/query:stream", `{"sql":"SELECT i FROM range(10000) t(i)"}`)
	lines, rows, columns := 0, 0, 0
	for line := range strings.Lines(string(a.body)) {
		var m struct {
			Result struct{ Columns, Rows []any }
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("REST: %v: %.100s", err, line)
		}
		lines, rows, columns = lines+1, rows+len(m.Result.Rows), columns+len(m.Result.Columns)
	}
	if a.status != 200 || lines < 2 || rows != 10000 || columns != 1 {
		t.Errorf("REST: %d, %d rows in %d lines, %d columns", a.status, rows, lines, columns)
	}
	// What takes all memory ends by itself, and the server is as well as before.
	for range 2 {
		if _, err := queries.Query(deadline(t, time.Minute), &planwrightv1.QueryRequest{Sql: "SELECT length(repeat('x', 4000000000))"}); status.Code(err) != codes.ResourceExhausted {
			t.Errorf("a query that takes all memory: %v", err)
		}
	}
	if m, err := queries.Query(deadline(t, time.Minute), &planwrightv1.QueryRequest{Sql: "SELECT 42"}); err != nil || len(m.GetRows()) != 1 {
		t.Errorf("the next query: %v", err)
	}
}
