package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

// attempt is one way to get in, or at what is not for the caller. header is name,
// value, name, value; status are the answers that refuse it.
type attempt struct {
	name, method, path, body string
	header                   []string
	status                   []int
	audited                  bool // it is in the audit log, as refused; else in the log alone
}

// fortress is a server with everything that lets people in: keys of a file, keys of
// the workspace, tokens of a provider.
type fortress struct {
	*served
	viewer, planner, admin, revoked, expired string // keys
	provider                                 *provider
	signer                                   *rsa.PrivateKey
	outside                                  string // a file outside of the import root
}

func newFortress(t *testing.T) *fortress {
	f := &fortress{provider: newProvider(t)}
	var err error
	if f.signer, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	f.provider.keys = []jose.JSONWebKey{{Key: f.signer, KeyID: "k1", Algorithm: "RS256", Use: "sig"}}
	file, err := parseFile(fmt.Appendf(nil, "oidc: {issuer: %q, audience: planwright, role_claim: role}", f.provider.URL), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(file.tokens.client.CloseIdleConnections)
	root := t.TempDir()
	f.outside = filepath.Join(t.TempDir(), "items.csv")
	if err := os.WriteFile(f.outside, []byte("item_id\nSECRETROW\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(f.outside, filepath.Join(root, "link.csv")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	f.served = planned(t, 0, true, func(c *Config) {
		c.File, c.ImportRoots, c.Limits.Body = file, []string{root}, 1<<20
		c.Keys = mustKeys(t, "bi "+testKey+" viewer")
	})
	mint := func(k snapshot.Key) (string, snapshot.Key) {
		secret, key, err := f.ws.CreateKey(context.Background(), k, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return secret, key
	}
	f.viewer, _ = mint(snapshot.Key{Name: "vera", Role: "viewer"})
	f.planner, _ = mint(snapshot.Key{Name: "paul", Role: "planner"})
	f.admin, _ = mint(snapshot.Key{Name: "adam", Role: "admin"})
	f.expired, _ = mint(snapshot.Key{Name: "lea", Role: "admin", Expires: time.Now().Add(-time.Second)})
	var k snapshot.Key
	f.revoked, k = mint(snapshot.Key{Name: "gus", Role: "admin"})
	if err := f.ws.RevokeKey(context.Background(), k.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	f.key = ""
	return f
}

// token is a token of the provider; edit changes its claims.
func (f *fortress) token(edit func(map[string]any)) string {
	now := time.Now()
	claims := map[string]any{"iss": f.provider.URL, "aud": "planwright", "sub": "u1", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "role": "viewer"}
	if edit != nil {
		edit(claims)
	}
	return sign(f.t.(*testing.T), jose.RS256, f.signer, claims)
}

// sqlEscapes are statements that would read, write or change more than rows of a
// plan. The first ones are those of which DuckDB's own read-only mode is known to
// let pass.
var sqlEscapes = []string{
	"PRAGMA enable_profiling='json'", "PRAGMA profiling_output='/tmp/x'", "CALL enable_logging()", "CREATE TEMP TABLE t AS SELECT 1", "SET VARIABLE x = 1", "PREPARE p AS SELECT 1",
	"SELECT 1; DROP TABLE plan.policies", "EXPLAIN ANALYZE SELECT 1", "SET memory_limit='1TB'", "RESET ALL", "SET GLOBAL enable_external_access=true",
	"SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM glob('/*')",
	"SELECT * FROM sniff_csv('/etc/passwd')", "SELECT * FROM parquet_scan('/tmp/x.parquet')", "SELECT * FROM read_json_auto('/etc/passwd')", "SELECT * FROM read_duckdb('/tmp/x')",
	"ATTACH '/tmp/x.db'", "DETACH plan", "USE snap", "COPY (SELECT 1) TO '/tmp/x'", "COPY plan.policies FROM '/etc/passwd'", "EXPORT DATABASE '/tmp/x'", "IMPORT DATABASE '/tmp/x'", "INSTALL httpfs", "LOAD httpfs",
	"SELECT getenv('PATH')", "SELECT * FROM duckdb_secrets()", "CREATE SECRET s (TYPE s3)", "SELECT * FROM query('DROP TABLE x')", "SELECT * FROM json_execute_serialized_sql('{}')",
	"INSERT INTO plan.policies SELECT * FROM plan.policies", "UPDATE plan.policies SET item_id = ''", "DELETE FROM plan.policies", "WITH x AS (DELETE FROM plan.policies RETURNING *) SELECT * FROM x",
	"CREATE MACRO f() AS 1", "CHECKPOINT", "VACUUM", "BEGIN", "SUMMARIZE '/etc/passwd'", "DESCRIBE SELECT * FROM read_csv('/etc/passwd')", "FROM read_csv_auto('/etc/passwd')",
	"SELECT (SELECT content FROM read_text('/etc/passwd'))", "SELECT * FROM plan.policies WHERE EXISTS (FROM read_text('/etc/passwd'))", "PIVOT (FROM read_text('/etc/passwd')) ON filename",
	"SELECT 1 /* */; -- \nATTACH '/tmp/x'", "ſELECT 1; DROP TABLE x", "SELECT * FROM pragma_database_list", "SELECT path FROM duckdb_databases()", "SELECT * FROM duckdb_settings()", "SELECT current_setting('temp_directory')",
	"SELECT write_log('x')", "SELECT * FROM sqlite_scan('/tmp/x','t')", "SELECT * FROM postgres_query('x','y')", "SELECT * FROM which_secret('x','s3')", "SELECT * FROM duckdb_logs()", "SELECT * FROM \"/etc/passwd\"",
	"SELECT * FROM read_text(['/etc/passwd'])", "SELECT * FROM read_text('file:///etc/passwd')", "SELECT * FROM read_csv('http://127.0.0.1/x')", "SELECT * FROM read_text('/proc/self/environ')",
}

// TestBreakIn tries every way in that we know of. Each attempt must be refused,
// by the right code and as a problem, must be found in the log by its request id,
// and must show neither a row, nor a key, nor where the workspace lies.
func TestBreakIn(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: one call after another; the race step has them in TestBreakInGRPC and TestPermissions")
	}
	f := newFortress(t)
	bearer := func(k string) []string { return []string{"Authorization", "Bearer " + k} }
	public, err := x509.MarshalPKIXPublicKey(f.signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set := func(name string, v any) func(map[string]any) { return func(c map[string]any) { c[name] = v } }
	good := f.token(nil)
	parts := strings.Split(good, ".")
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	claims := map[string]any{"iss": f.provider.URL, "aud": "planwright", "sub": "u", "exp": time.Now().Add(time.Hour).Unix(), "role": "admin"}
	hs := func(key []byte) string { return sign(t, jose.HS256, key, claims) }
	withHeader := func(header string) string { return b64(header) + "." + parts[1] + "." + parts[2] }

	var table []attempt
	add := func(audited bool, status int, name, method, path, body string, header ...string) {
		table = append(table, attempt{name, method, path, body, header, []int{status}, audited})
	}
	// Without a key, with what is none, and with one that is not good any more.
	for _, path := range []string{"/v1/plans", "/v1/plans/latest/suggestions", "/v1/sql?sql=SELECT+1", "/v1/plans/latest/tables/policies", "/odata/v4/", "/metrics", "/openapi.json", "/openapi", "/debug/pprof/", "/", "/v1/nothing"} {
		add(true, 401, "no key", "GET", path, "")
	}
	keys := map[string][]string{
		"a stranger's key": bearer("pwk_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "half a key": bearer(f.admin[:len(f.admin)/2]), "a key and more": bearer(f.admin + "A"),
		"a key in other letters": bearer(strings.ToLower(f.admin)), "its id alone": bearer(strings.Join(strings.Split(f.admin, "_")[:2], "_")), "revoked": bearer(f.revoked), "expired": bearer(f.expired),
		"empty": bearer(""), "scheme alone": {"Authorization", "Bearer"}, "basic without a password": {"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(f.admin+":"))},
		"a null": bearer("null"), "wildcard": bearer("*"), "sql": bearer("' OR '1'='1"), "digest scheme": {"Authorization", "Digest " + f.admin}, "long": bearer(strings.Repeat("A", 20000)),
		"in a cookie": {"Cookie", "Authorization=Bearer " + f.admin}, "in a proxy's header": {"Proxy-Authorization", "Bearer " + f.admin}, "spoofed metadata": {"Grpc-Metadata-Authorization", "Bearer " + f.admin},
		"spoofed metadata key": {"Grpc-Metadata-X-Api-Key", f.admin}, "spoofed user": {"X-Forwarded-User", "adam"}, "spoofed remote user": {"X-Remote-User", "adam", "X-Forwarded-For", "127.0.0.1", "Forwarded", "for=127.0.0.1"},
	}
	// Tokens that the provider did not make for us, or not now.
	keys["other issuer"] = bearer(f.token(set("iss", "https://evil.example.com")))
	keys["other audience"] = bearer(f.token(set("aud", "payroll")))
	keys["no audience"] = bearer(f.token(func(c map[string]any) { delete(c, "aud") }))
	keys["expired token"] = bearer(f.token(set("exp", time.Now().Add(-2*time.Minute).Unix())))
	keys["endless token"] = bearer(f.token(func(c map[string]any) { delete(c, "exp") }))
	keys["token of tomorrow"] = bearer(f.token(set("nbf", time.Now().Add(time.Hour).Unix())))
	keys["another's signature"] = bearer(sign(t, jose.RS256, stranger, claims))
	keys["public key as secret, DER"] = bearer(hs(public))
	keys["public key as secret, PEM"] = bearer(hs(publicPEM))
	keys["alg none"] = bearer(b64(`{"alg":"none"}`) + "." + parts[1] + ".")
	keys["alg None"] = bearer(b64(`{"alg":"None","typ":"JWT"}`) + "." + parts[1] + "." + parts[2])
	keys["alg changed"] = bearer(withHeader(`{"alg":"HS256","kid":"k1"}`))
	keys["kid of a path"] = bearer(withHeader(`{"alg":"RS256","kid":"../../../../dev/null"}`))
	keys["kid of sql"] = bearer(withHeader(`{"alg":"RS256","kid":"k1' UNION SELECT 'x"}`))
	keys["key of its own"] = bearer(withHeader(`{"alg":"RS256","jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"}}`))
	keys["key from elsewhere"] = bearer(withHeader(`{"alg":"RS256","jku":"https://evil.example.com/keys","x5u":"https://evil.example.com/c"}`))
	keys["other claims"] = bearer(parts[0] + "." + b64(`{"role":"admin"}`) + "." + parts[2])
	keys["no signature"] = bearer(parts[0] + "." + parts[1] + ".")
	keys["critical extension"] = bearer(withHeader(`{"alg":"RS256","crit":["x"],"x":1}`))
	for _, name := range sortedKeys(url.Values(keys)) {
		add(true, 401, name, "GET", "/v1/plans", "", keys[name]...)
	}
	add(true, 403, "no role", "GET", "/v1/plans", "", bearer(f.token(set("role", "guest")))...)
	add(true, 403, "role of an object", "GET", "/v1/plans", "", bearer(f.token(set("role", map[string]any{"admin": true})))...)
	// A role that is too low, and ways to borrow another.
	viewer := func(more ...string) []string { return append(bearer(f.viewer), more...) }
	for _, c := range [][3]string{{"POST", "/v1/plans", "{}"}, {"POST", "/v1/snapshots", `{"paths":["."]}`}, {"DELETE", "/v1/plans/latest", ""}, {"POST", "/v1/plans/latest/suggestions:decide", `{"decisions":[]}`}, {"POST", "/v1/forecastOverrides", `{}`}, {"GET", "/debug/pprof/heap", ""}} {
		add(true, 403, "a viewer", c[0], c[1], c[2], viewer()...)
	}
	add(true, 403, "a viewer's token", "POST", "/v1/plans", "{}", bearer(good)...)
	add(true, 403, "a planner imports", "POST", "/v1/snapshots", `{"paths":["."]}`, bearer(f.planner)...)
	add(true, 403, "metadata with another key", "POST", "/v1/plans", "{}", viewer("Grpc-Metadata-X-Api-Key", f.admin, "Grpc-Metadata-Authorization", "Bearer "+f.admin, "X-Planwright-Peer", "10.0.0.1")...)
	add(true, 403, "method override", "POST", "/v1/plans", `{}`, viewer("X-HTTP-Method-Override", "GET", "X-Method-Override", "GET")...)
	add(true, 403, "another site's page", "POST", "/v1/query", `{"sql":"SELECT 1"}`, append(bearer(f.admin), "Origin", "https://evil.example.com", "Sec-Fetch-Site", "cross-site")...)
	add(false, 405, "an override where GET is right", "DELETE", "/v1/plans", "", viewer("X-HTTP-Method-Override", "GET")...)
	// Paths that lead out.
	for _, p := range []string{"..", "../..", "/etc/passwd", "link.csv", "./link.csv", f.outside, "in\x00.csv", "..\\..\\x", "file:///etc/passwd", "/proc/self/environ", "~/.ssh/id_rsa", "....//....//etc/passwd", "%2e%2e/"} {
		body := jsonOf(t, map[string]any{"paths": []string{p}})
		table = append(table, attempt{"import of " + p, "POST", "/v1/snapshots", body, bearer(f.admin), []int{400, 404}, true})
		body = jsonOf(t, map[string]any{"paths": []string{"."}, "mapping_path": p})
		table = append(table, attempt{"mapping of " + p, "POST", "/v1/snapshots", body, bearer(f.admin), []int{400, 404}, true})
	}
	for _, p := range []string{"/v1/plans/..%2f..%2fjournal.duckdb", "/v1/plans/%2e%2e%2f%2e%2e", "/v1/plans/..;/x", "/v1/plans/p0001.duckdb", "/v1/snapshots/..%5c..%5cx", "/v1/plans/latest/tables/..%2f..%2fx", "/v1/plans/latest/tables/policies%00.csv",
		"/v1/plans/..%2fx/tables/policies", "/v1/snapshots/%2e%2e/tables/items", "/v1/plans/latest/tables/%22policies%22%3B%20DROP%20TABLE%20x", "/v1/plans/%00", "/v1/plans/latest/suggestions/..%2f..%2fx", "/odata/v4/..%2f..%2fx", "/v1/operations/..%2f..%2fx", "//etc/passwd", "/v1/../../etc/passwd",
		"/v1/plans/keys.secret", "/v1/plans/..%252f..%252fkeys.secret", "/keys.secret", "/journal.duckdb", "/v1/plans/..%c0%af..%c0%afetc", "/debug/pprof/cmdline", "/debug/pprof/../../v1/plans/none"} {
		table = append(table, attempt{"path " + p, "GET", p, "", bearer(f.admin), []int{400, 404}, false})
	}
	// SQL that does more than read rows, by each way of asking; and filters that would be SQL.
	for i, sql := range sqlEscapes {
		if testing.Short() && i%4 != 0 {
			continue // each is a process of its own
		}
		if i%3 == 0 {
			table = append(table, attempt{"query " + sql, "POST", "/v1/query", jsonOf(t, map[string]any{"sql": sql}), viewer(), []int{400}, true})
		} else if i%3 == 1 {
			table = append(table, attempt{"sql " + sql, "POST", "/v1/sql", sql, viewer("Content-Type", "application/sql"), []int{400}, true})
		} else {
			table = append(table, attempt{"sql " + sql, "GET", "/v1/plans/latest/sql?sql=" + url.QueryEscape(sql), "", viewer(), []int{400}, true})
		}
	}
	for _, q := range []string{"filter=" + url.QueryEscape(`item_id = "x" OR 1=1`), "filter=" + url.QueryEscape(`item_id = 'x'; DROP TABLE y`), "order_by=" + url.QueryEscape("item_id; DROP TABLE y"), "order_by=" + url.QueryEscape("(SELECT 1)"), "filter=" + url.QueryEscape(`(SELECT 1) = 1`)} {
		add(false, 400, "list with "+q, "GET", "/v1/plans/latest/policies?"+q, "", viewer()...)
	}
	for _, q := range []string{"where=" + url.QueryEscape("1=1); DROP TABLE y --"), "select=" + url.QueryEscape("item_id, (SELECT 1)"), "order=" + url.QueryEscape("item_id; DROP TABLE y"), "limit=-1", "format=exe"} {
		add(false, 400, "table with "+q, "GET", "/v1/plans/latest/tables/policies?"+q, "", viewer()...)
	}
	for _, q := range []string{"$filter=" + url.QueryEscape("1 eq 1); DROP TABLE y --"), "$orderby=" + url.QueryEscape("(select 1)"), "$select=" + url.QueryEscape("item_id,(select 1)"), "$filter=" + url.QueryEscape("read_text('/etc/passwd') eq 'x'")} {
		add(false, 400, "OData with "+q, "GET", "/odata/v4/bi_sku?"+q, "", viewer()...)
	}
	// What is too large, and what would become it.
	add(true, 413, "a large body", "POST", "/v1/query", `{"sql":"`+strings.Repeat("x", 2<<20)+`"}`, viewer()...)
	add(false, 415, "a packed body", "POST", "/v1/query", string(bomb(t)), viewer("Content-Encoding", "gzip")...)
	add(false, 415, "a packed statement", "POST", "/v1/sql", string(bomb(t)), viewer("Content-Encoding", "gzip")...)
	add(false, 400, "a deep body", "POST", "/v1/plans", strings.Repeat(`{"options":`, 20000), viewer()...)

	answers := make([]answer, len(table))
	var group errgroup.Group
	group.SetLimit(4)
	for i, a := range table {
		group.Go(func() (err error) {
			answers[i], err = f.raw(a, fmt.Sprintf("breakin-%d", i))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i, a := range table {
		got := answers[i]
		if !slices.Contains(a.status, got.status) {
			t.Errorf("%s: %s %.80s = %d %.200s, want %v", a.name, a.method, a.path, got.status, got.body, a.status)
		}
		if ct := got.header.Get("Content-Type"); ct != "application/problem+json" && !strings.HasPrefix(a.path, "/odata") {
			t.Errorf("%s: the answer is %s", a.name, ct)
		}
		for _, secret := range []string{f.ws.Dir(), "SECRETROW", "root:", f.admin, good} {
			if bytes.Contains(got.body, []byte(secret)) {
				t.Errorf("%s: the answer shows %.20s…: %.200s", a.name, secret, got.body)
			}
		}
	}
	logged, audited := map[any]bool{}, map[any]bool{}
	for _, m := range logLines(t, f.served, "request") {
		logged[m["request_id"]] = true
	}
	for _, m := range logLines(t, f.served, "audit") {
		audited[m["request_id"]] = m["event"] == "refused" && strings.HasPrefix(fmt.Sprint(m["peer"]), "127.0.0.1:")
	}
	for i, a := range table {
		if id := fmt.Sprintf("breakin-%d", i); !logged[id] || a.audited && !audited[id] {
			t.Errorf("%s: in the log %v, in the audit log as refused %v", a.name, logged[id], audited[id])
		}
	}
	t.Logf("%d attempts", len(table))
	f.key = f.admin
	if a := f.do("GET", "/v1/plans/latest/policies", ""); a.status != 200 {
		t.Errorf("afterwards the service answers %d", a.status)
	}
	for _, secret := range []string{f.viewer[17:], f.admin[17:], f.revoked[17:], parts[2], testKey} {
		if strings.Contains(f.log.String(), secret) {
			t.Errorf("the log shows a key or a token: %.12s…", secret)
		}
	}
}

// raw sends an attempt with its path as it is written.
func (f *fortress) raw(a attempt, id string) (answer, error) {
	path, query, _ := strings.Cut(a.path, "?")
	req, err := http.NewRequest(a.method, f.addr, strings.NewReader(a.body))
	if err != nil {
		return answer{}, err
	}
	req.URL.Opaque, req.URL.RawQuery = "//"+req.URL.Host+path, query
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Request-Id", id)
	for i := 0; i+1 < len(a.header); i += 2 {
		req.Header.Set(a.header[i], a.header[i+1])
	}
	resp, err := f.http.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", a.name, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var b bytes.Buffer
	_, _ = b.ReadFrom(http.MaxBytesReader(nil, resp.Body, 1<<20)) // what came is looked at
	return answer{resp.StatusCode, resp.Header, b.Bytes()}, nil
}

// bomb is a small body that unpacks to 64 MiB.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 64 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBreakInGRPC: the same over gRPC: no key, headers that only the gateway may
// set, messages that are too large or unpack to it.
func TestBreakInGRPC(t *testing.T) {
	f := newFortress(t)
	plans, sql := planwrightv1.NewPlanServiceClient(f.grpc), planwrightv1.NewAnalyticsServiceClient(f.grpc)
	large := &planwrightv1.QueryRequest{Sql: strings.Repeat("x", 2<<20)}
	for i, c := range []struct {
		name string
		md   []string
		call func(context.Context) error
		want codes.Code
	}{
		{"no key", nil, func(ctx context.Context) error { _, err := plans.ListPlans(ctx, nil); return err }, codes.Unauthenticated},
		{"two keys", []string{"x-api-key", f.viewer, "x-api-key", f.admin}, func(ctx context.Context) error { _, err := plans.ListPlans(ctx, nil); return err }, codes.Unauthenticated},
		{"two authorizations", []string{"authorization", "Bearer " + f.viewer, "authorization", "Bearer " + f.admin}, func(ctx context.Context) error { _, err := plans.ListPlans(ctx, nil); return err }, codes.Unauthenticated},
		{"the gateway's header", []string{"x-planwright-peer", "10.0.0.1", "x-forwarded-user", "adam", "grpcgateway-authorization", "Bearer " + f.admin}, func(ctx context.Context) error { _, err := plans.ListPlans(ctx, nil); return err }, codes.Unauthenticated},
		{"a viewer", []string{"x-api-key", f.viewer}, func(ctx context.Context) error { _, err := plans.CreatePlan(ctx, nil); return err }, codes.PermissionDenied},
		{"a large message", []string{"x-api-key", f.viewer}, func(ctx context.Context) error { _, err := sql.Query(ctx, large); return err }, codes.ResourceExhausted},
		{"a packed message", []string{"x-api-key", f.viewer}, func(ctx context.Context) error {
			_, err := sql.Query(ctx, large, grpc.UseCompressor("gzip"))
			return err
		}, codes.ResourceExhausted},
	} {
		id := fmt.Sprintf("breakin-grpc-%d", i)
		if encoding.GetCompressor("gzip") == nil {
			t.Fatal("gzip is not there to be tried")
		}
		ctx := metadata.AppendToOutgoingContext(context.Background(), append(c.md, "x-request-id", id)...)
		err := c.call(ctx)
		if status.Code(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if strings.HasSuffix(c.name, "message") {
			continue // refused before it is a call: not in the log of calls
		}
		if !slices.ContainsFunc(logLines(t, f.served, "audit"), func(m map[string]any) bool {
			return m["request_id"] == id && m["event"] == "refused" && strings.HasPrefix(fmt.Sprint(m["peer"]), "127.0.0.1:")
		}) {
			t.Errorf("%s is not in the audit log with its true peer", c.name)
		}
	}
}

// TestKeyComparison: what is compared of a key is its keyed hash, in constant
// time, with every key whatever the first ones say: nothing in the search for
// a key depends on how much of it is right.
func TestKeyComparison(t *testing.T) {
	a, b := mustKeys(t, testKey), mustKeys(t, testKey)
	if a.hashes[0] == b.hashes[0] {
		t.Error("the hash of a key is the same in two processes: it is not keyed")
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), "auth.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	searches := 0
	for _, d := range parsed.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "find" && fn.Name.Name != "findStored" {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			loop, ok := n.(*ast.RangeStmt)
			if !ok {
				return true
			}
			searches++
			compares := false
			ast.Inspect(loop.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BranchStmt, *ast.ReturnStmt, *ast.IfStmt, *ast.BinaryExpr:
					t.Errorf("the loop of %s can end early", fn.Name.Name)
				case *ast.SelectorExpr:
					compares = compares || n.Sel.Name == "ConstantTimeCompare"
				}
				return true
			})
			if !compares {
				t.Errorf("the loop of %s does not compare in constant time", fn.Name.Name)
			}
			return false
		})
	}
	if searches != 2 {
		t.Errorf("%d loops over keys are known, want 2", searches)
	}
}

// jsonOf writes a value.
func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
