package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// flightClient connects to a server as a driver does.
func flightClient(t testing.TB, v *served) *flightsql.Client {
	t.Helper()
	cl, err := flightsql.NewClient(strings.TrimPrefix(v.addr, "http://"), nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cl.Close() })
	return cl
}

// fetch reads every row of a ticket as lines of CSV.
func fetch(ctx context.Context, cl *flightsql.Client, info *flight.FlightInfo, err error) (string, error) {
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, e := range info.GetEndpoint() {
		r, err := cl.DoGet(ctx, e.GetTicket())
		if err != nil {
			return b.String(), err
		}
		for r.Next() {
			batch := r.RecordBatch()
			for i := range int(batch.NumRows()) {
				for c := range int(batch.NumCols()) {
					if c > 0 {
						b.WriteByte(',')
					}
					if batch.Column(c).IsValid(i) {
						b.WriteString(batch.Column(c).ValueStr(i))
					}
				}
				b.WriteByte('\n')
			}
		}
		err = r.Err()
		r.Release()
		if err != nil {
			return b.String(), err
		}
	}
	return b.String(), nil
}

func TestFlightSQL(t *testing.T) {
	v := planned(t, 0, true, nil)
	cl := flightClient(t, v)
	ctx := deadline(t, time.Minute)
	query := func(sql string) (string, error) {
		info, err := cl.Execute(ctx, sql)
		return fetch(ctx, cl, info, err)
	}
	for _, c := range []struct{ sql, want string }{
		{"SELECT item_id, unit_cost FROM bi_item WHERE item_id < 'C' AND item_id > 'B'", "BIKE,200\n"},
		{`SELECT "plan"."main"."bi_stock"."lot" FROM "plan"."main"."bi_stock" ORDER BY 1`, "L1\nL2\nL3\n"},
		{"SELECT count(*), sum(i), max(length(s)) FROM (SELECT i, repeat('x', 100) AS s FROM range(1000) t(i))", "1000,499500,100\n"},
		{"SELECT 1 WHERE false", ""},
		{"SELECT 1.5::DECIMAL(9,2) AS d, DATE '2026-01-02' AS x, [1] AS l, NULL AS n", "1.5,2026-01-02,[1],\n"},
	} {
		if got, err := query(c.sql); err != nil || got != c.want {
			t.Errorf("%s = %q, %v; want %q", c.sql, got, err, c.want)
		}
	}
	// Large rows: no message is over what a client takes.
	if got, err := query("SELECT sum(length(s)) FROM (SELECT repeat('x', 10000) AS s FROM range(3000))"); err != nil || got != "30000000\n" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := query("SELECT repeat('x', 10000) AS s FROM range(3000)"); err != nil || len(got) != 30003000 {
		t.Errorf("large rows: %d bytes, %v", len(got), err)
	}
	for _, sql := range []string{"SELECT 1; SELECT 2", "DROP TABLE plan.kpis", "FROM glob('*')", "FROM duckdb_settings()", "", "SELECT no_such"} {
		if got, err := query(sql); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s = %q, %v; want INVALID_ARGUMENT", sql, got, err)
		}
	}
	schema, err := cl.GetExecuteSchema(ctx, "SELECT 1 AS a, 'x' AS b")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := flight.DeserializeSchema(schema.GetSchema(), memory.DefaultAllocator); err != nil || s.NumFields() != 2 || s.Field(1).Type.ID() != arrow.STRING {
		t.Errorf("schema %v, %v", s, err)
	}
	// A failure in the middle arrives as one.
	if got, err := query("SELECT CASE WHEN i < 200000 THEN i ELSE error('half way') END FROM range(300000) t(i)"); err == nil || !strings.Contains(err.Error(), "half way") {
		t.Errorf("a query that fails half way gave %d bytes, %v", len(got), err)
	}
	// Who stops reading ends the work.
	few, stop := context.WithCancel(ctx)
	info, err := cl.Execute(few, "SELECT i, sin(i) FROM range(1000000000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	r, err := cl.DoGet(few, info.GetEndpoint()[0].GetTicket())
	if err != nil || !r.Next() {
		t.Fatal(err)
	}
	stop()
	r.Release()
}

func TestFlightPrepared(t *testing.T) {
	v := planned(t, 0, true, nil)
	cl := flightClient(t, v)
	ctx := deadline(t, time.Minute)
	p, err := cl.Prepare(ctx, "SELECT item_id, qty FROM bi_stock WHERE qty > ? AND item_id <> ? AND received_on < ? ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	if s := p.ParameterSchema(); s.NumFields() != 3 || s.Field(0).Type.ID() != arrow.DECIMAL128 || s.Field(2).Type.ID() != arrow.DATE32 {
		t.Errorf("parameters %v", s)
	}
	if s := p.DatasetSchema(); s.NumFields() != 2 || s.Field(1).Type.String() != "decimal(18, 6)" {
		t.Errorf("columns %v", s)
	}
	bind := func(json string) {
		t.Helper()
		schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Float64, Nullable: true}, {Name: "b", Type: arrow.BinaryTypes.String}, {Name: "c", Type: arrow.BinaryTypes.String}}, nil)
		batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(json))
		if err != nil {
			t.Fatal(err)
		}
		p.SetParameters(batch)
		batch.Release()
	}
	for _, c := range []struct{ params, want string }{
		{`[{"a": 2, "b": "GHOST", "c": "2027-01-01"}]`, "BIKE,3\nWHEEL,20\n"},
		{`[{"a": 3, "b": "x", "c": "2026-03-01"}]`, "GHOST,40\nWHEEL,20\n"},
		{`[{"a": 30, "b": "x", "c": "2027-01-01"}, {"a": 2.5, "b": "GHOST", "c": "2027-01-01"}]`, "GHOST,40\nBIKE,3\nWHEEL,20\n"}, // once a row
		{`[{"a": null, "b": "x", "c": "2027-01-01"}]`, ""},
		{`[{"a": 1, "b": "' OR 1=1 --", "c": "2020-01-01"}]`, ""},
	} {
		bind(c.params)
		info, err := p.Execute(ctx)
		if got, err := fetch(ctx, cl, info, err); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.params, got, err, c.want)
		}
	}
	bind(`[{"a": 1, "b": "x", "c": "no date"}]`)
	if _, err := p.Execute(ctx); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a bad date: %v", err)
	}
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Execute(ctx); err == nil {
		t.Error("a closed statement runs")
	}
}

// TestFlightHandles: a handle is its maker's alone, and forgotten in time.
func TestFlightHandles(t *testing.T) {
	var h handleStore
	now := time.Now()
	id, err := h.put(&statement{sql: "SELECT 1", caller: "a"}, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		caller string
		after  time.Duration
		ok     bool
	}{{"a", 0, true}, {"b", 0, false}, {"a", handleLife, true}, {"a", 2 * handleLife, true}, {"a", 3*handleLife + time.Second, false}} {
		if _, err := h.get([]byte(id), c.caller, now.Add(c.after)); (err == nil) != c.ok {
			t.Errorf("%s after %s: %v", c.caller, c.after, err)
		}
	}
	if _, err := h.get([]byte("x"), "a", now); status.Code(plainStatus(err)) != codes.NotFound {
		t.Errorf("no handle: %v", err)
	}
	for range maxHandles - 1 {
		if _, err := h.put(&statement{}, now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.put(&statement{}, now.Add(time.Hour)); err != nil { // the first one is long forgotten
		t.Error(err)
	}
	if _, err := h.put(&statement{}, now.Add(time.Hour)); err == nil {
		t.Error("there is no end of handles")
	}
}

// plainStatus is the status of an error of ours.
func plainStatus(err error) error {
	var r *refusal
	if errors.As(err, &r) {
		return status.Error(r.code, r.what)
	}
	return err
}

func TestFlightCatalog(t *testing.T) {
	v := planned(t, 0, true, nil)
	cl := flightClient(t, v)
	ctx := deadline(t, time.Minute)
	check := func(what, want string, info *flight.FlightInfo, err error) {
		t.Helper()
		if got, err := fetch(ctx, cl, info, err); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", what, got, err, want)
		}
	}
	info, err := cl.GetCatalogs(ctx)
	check("catalogs", "plan\nsnap\n", info, err)
	info, err = cl.GetDBSchemas(ctx, &flightsql.GetDBSchemasOpts{})
	check("schemas", "plan,data\nplan,main\nsnap,data\nsnap,main\n", info, err)
	info, err = cl.GetDBSchemas(ctx, &flightsql.GetDBSchemasOpts{Catalog: proto.String("plan"), DbSchemaFilterPattern: proto.String("ma%")})
	check("schemas of plan like ma%", "plan,main\n", info, err)
	info, err = cl.GetTables(ctx, &flightsql.GetTablesOpts{Catalog: proto.String("plan"), DbSchemaFilterPattern: proto.String("main"), TableNameFilterPattern: proto.String(`bi\_s_o%`), TableTypes: []string{"VIEW"}})
	check("tables", "plan,main,bi_stock,VIEW\n", info, err)
	info, err = cl.GetTables(ctx, &flightsql.GetTablesOpts{TableTypes: []string{"SYNONYM"}})
	check("synonyms", "", info, err)
	info, err = cl.GetTables(ctx, &flightsql.GetTablesOpts{Catalog: proto.String("plan"), TableNameFilterPattern: proto.String("bi_kpi"), IncludeSchema: true})
	if err != nil {
		t.Fatal(err)
	}
	r, err := cl.DoGet(ctx, info.GetEndpoint()[0].GetTicket())
	if err != nil || !r.Next() {
		t.Fatal(err)
	}
	s, err := flight.DeserializeSchema(r.RecordBatch().Column(4).(*array.Binary).Value(0), memory.DefaultAllocator)
	r.Release()
	if err != nil || s.NumFields() != 7 || s.Field(6).Name != "value" || s.Field(6).Type.ID() != arrow.FLOAT64 {
		t.Errorf("columns of bi_kpi: %v, %v", s, err)
	} else if text, ok := s.Field(6).Metadata.GetValue(flightsql.RemarksKey); !ok || !strings.Contains(text, "指标值") {
		t.Errorf("remarks of bi_kpi.value: %q", text)
	}
	info, err = cl.GetTableTypes(ctx)
	check("table types", "TABLE\nVIEW\n", info, err)
	main := func(table string) flightsql.TableRef { return flightsql.TableRef{Table: table} }
	info, err = cl.GetPrimaryKeys(ctx, main("bi_sku"))
	check("key of bi_sku", "plan,main,bi_sku,item_id,1,\nplan,main,bi_sku,site_id,2,\n", info, err)
	info, err = cl.GetPrimaryKeys(ctx, main("kpis"))
	check("key of kpis", "", info, err)
	info, err = cl.GetImportedKeys(ctx, main("bi_kpi"))
	check("references of bi_kpi", "plan,main,bi_plan,plan_id,plan,main,bi_kpi,plan_id,1,,,3,3\nplan,main,bi_date,date,plan,main,bi_kpi,as_of,1,,,3,3\n", info, err)
	info, err = cl.GetCrossReference(ctx, main("bi_supplier"), main("bi_stock"))
	check("references of bi_stock to bi_supplier", "plan,main,bi_supplier,supplier_id,plan,main,bi_stock,supplier_id,1,,,3,3\n", info, err)
	info, err = cl.GetExportedKeys(ctx, main("bi_site"))
	if got, err := fetch(ctx, cl, info, err); err != nil || strings.Count(got, "\n") < 10 {
		t.Errorf("references to bi_site: %q, %v", got, err)
	}
	info, err = cl.GetXdbcTypeInfo(ctx, proto.Int32(91))
	check("type 91", "DATE,91,10,',',,1,false,2,,false,false,DATE,,,9,1,,\n", info, err)
	info, err = cl.GetSqlInfo(ctx, []flightsql.SqlInfo{flightsql.SqlInfoFlightSqlServerName, 999_999})
	if got, err := fetch(ctx, cl, info, err); err != nil || !strings.Contains(got, "planwright") || strings.Count(got, "\n") != 1 {
		t.Errorf("the server's name: %q, %v", got, err)
	}
	info, err = cl.GetSqlInfo(ctx, nil)
	if got, err := fetch(ctx, cl, info, err); err != nil || strings.Count(got, "\n") < 80 {
		t.Errorf("all of SqlInfo: %d, %v", strings.Count(got, "\n"), err)
	}
}

func TestFlightAuth(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) {
		c.Keys = mustKeys(t, "bi "+testKey+" viewer\nother "+strings.ToUpper(testKey)+" viewer\n")
	})
	cl := flightClient(t, v)
	ask := func(ctx context.Context) error {
		info, err := cl.Execute(ctx, "SELECT 1")
		_, err = fetch(ctx, cl, info, err)
		return err
	}
	base := deadline(t, time.Minute)
	if err := ask(base); status.Code(err) != codes.Unauthenticated {
		t.Errorf("without a key: %v", err)
	}
	for _, h := range []string{"Bearer " + testKey, "Basic dXNlcjprRGgzdjlRZVQxeFNnN0xtQjJuUg=="} {
		if err := ask(metadata.AppendToOutgoingContext(base, "authorization", h)); err != nil {
			t.Errorf("%s: %v", h, err)
		}
	}
	if err := ask(metadata.AppendToOutgoingContext(base, "authorization", "Basic dXNlcjpub25zZW5zZQ==")); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a wrong password: %v", err)
	}
	ctx, err := cl.Client.AuthenticateBasicToken(base, "anybody", testKey)
	if err == nil {
		err = ask(ctx)
	}
	if err != nil {
		t.Errorf("a handshake with Basic in its header: %v", err)
	}
	if _, err := cl.Client.AuthenticateBasicToken(base, "anybody", "nonsense"); err == nil {
		t.Error("a handshake with a wrong password passes")
	}
	// A statement of one key is not another's.
	mine := metadata.AppendToOutgoingContext(base, "authorization", "Bearer "+testKey)
	info, err := cl.Execute(mine, "SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	theirs := metadata.AppendToOutgoingContext(base, "authorization", "Bearer "+strings.ToUpper(testKey))
	if _, err := fetch(theirs, cl, info, nil); status.Code(err) != codes.NotFound {
		t.Errorf("another's statement: %v", err)
	}
	plan := v.ws
	id, err := plan.ResolvePlan("")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]codes.Code{id: codes.OK, "plans/" + id: codes.OK, "latest": codes.OK, "p9999-none": codes.NotFound} {
		if err := ask(metadata.AppendToOutgoingContext(mine, "plan", name)); status.Code(err) != want {
			t.Errorf("plan %s: %v, want %v", name, err, want)
		}
	}
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{{"", "", true}, {"%", "", true}, {"%", "abc", true}, {"a%c", "abbc", true}, {"a%c", "abbd", false}, {"a_c", "abc", true}, {"a_c", "ac", false}, {`a\_c`, "abc", false}, {`a\_c`, "a_c", true},
		{`\%`, "%", true}, {"%b%d%", "abcde", true}, {"%b%f%", "abcde", false}, {"物_", "物料", true}, {"abc", "ABC", false}, {"%%", "x", true}, {`a\`, "a", false}} {
		if got := like(&c.pattern, c.s); got != c.want {
			t.Errorf("like(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}

// BenchmarkFlightSQL reads rows over loopback: 10 million of them as
// -benchtime 1x.
func BenchmarkFlightSQL(b *testing.B) {
	v := planned(b, 0, true, func(c *Config) { c.Limits.Query = time.Minute })
	cl := flightClient(b, v)
	ctx := context.Background()
	const n = 10_000_000
	for b.Loop() {
		info, err := cl.Execute(ctx, fmt.Sprintf("SELECT (i %% 100000)::INTEGER AS sku, DATE '2026-01-01' + (i %% 365)::INTEGER AS d, (i * 0.5)::DOUBLE AS v FROM range(%d) t(i)", n))
		if err != nil {
			b.Fatal(err)
		}
		r, err := cl.DoGet(ctx, info.GetEndpoint()[0].GetTicket())
		if err != nil {
			b.Fatal(err)
		}
		rows := int64(0)
		for r.Next() {
			rows += r.RecordBatch().NumRows()
		}
		if r.Err() != nil || rows != n {
			b.Fatal(rows, r.Err())
		}
		r.Release()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
