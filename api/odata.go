package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"planwright"
	"planwright/snapshot"
)

// OData v4, read-only, over the star schema of a plan:
//
//	/odata/v4/                        the views of the newest plan
//	/odata/v4/$metadata               what they are, in CSDL
//	/odata/v4/bi_stock                rows, with $select $filter $orderby $top $skip $count
//	/odata/v4/bi_item('A1')           one row by its key
//	/odata/v4/bi_stock/$count         how many
//	/odata/v4/plans/{plan}/...        the same of another plan
//
// Long collections come in pages; the link to the next one stays with the plan
// in which the first began.

// Rows of a page, where the client does not prefer others.
const (
	odataPage    = 10_000
	maxODataPage = 50_000
)

const odataPrefix = "/odata/v4"

// isODataPath says whether a path is of OData.
func isODataPath(path string) bool {
	return path == odataPrefix || strings.HasPrefix(path, odataPrefix+"/")
}

// odataPath is a path taken apart.
type odataPath struct {
	root string // of the service, as the client wrote it, with a slash behind
	plan string // name
	view string // "": the service document; "$metadata"
	key  string // what stands in the parentheses
	one  bool   // there are parentheses
	n    bool   // /$count
}

func splitODataPath(path string) (odataPath, bool) {
	p := odataPath{root: odataPrefix + "/", plan: planPrefix + "latest"}
	rest := strings.TrimPrefix(strings.TrimPrefix(path, odataPrefix), "/")
	if after, ok := strings.CutPrefix(rest, planPrefix); ok {
		id, tail, _ := strings.Cut(after, "/")
		p.plan, p.root, rest = planPrefix+id, p.root+planPrefix+url.PathEscape(id)+"/", tail
	}
	if i := strings.IndexByte(rest, '('); i >= 0 && strings.HasSuffix(rest, ")") {
		p.key, p.one, rest = rest[i+1:len(rest)-1], true, rest[:i]
	} else if view, ok := strings.CutSuffix(rest, "/$count"); ok {
		p.n, rest = true, view
	}
	p.view = rest
	return p, !strings.Contains(rest, "/")
}

// odata answers a request of OData.
func (s *Server) odata(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("OData-Version", "4.0")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		s.writeProblem(w, r, refuse(codes.Unimplemented, "OData is read-only here"), http.StatusMethodNotAllowed)
		return
	}
	start := time.Now()
	began, err := s.sendOData(w, r)
	s.metrics.queries.WithLabelValues("odata", outcome(err)).Observe(time.Since(start).Seconds())
	s.endDownload(w, r, began, err)
}

func (s *Server) sendOData(w http.ResponseWriter, r *http.Request) (began bool, err error) {
	path, ok := splitODataPath(r.URL.Path)
	if !ok {
		return false, refuse(codes.NotFound, "there is no resource %s", clip(r.URL.Path))
	}
	id, err := s.planID("plan", path.plan)
	if err != nil {
		return false, err
	}
	base := baseURL(r, s.cfg.CertFile != "") + path.root
	switch path.view {
	case "":
		b := fmt.Appendf(nil, `{"@odata.context":%q,"value":[`, base+"$metadata")
		for i, v := range snapshot.BIViews() {
			if i > 0 {
				b = append(b, ',')
			}
			b = fmt.Appendf(b, `{"name":%q,"kind":"EntitySet","url":%q}`, v.Name, v.Name)
		}
		w.Header().Set("Content-Type", odataJSON)
		_, err := w.Write(append(b, "]}\n"...))
		return true, err
	case "$metadata":
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		_, err := w.Write([]byte(odataMetadata(languageOf(r.Header.Get("Accept-Language")))))
		return true, err
	}
	view := snapshot.BIViewNamed(path.view)
	if view == nil {
		return false, refuse(codes.NotFound, "there is no entity set %s", clip(path.view))
	}
	q, err := parseODataQuery(r, view)
	if err != nil {
		return false, err
	}
	if err := q.bound(callOf(r.Context()), view); err != nil {
		return false, err
	}
	release, err := s.slot(r.Context())
	if err != nil {
		return false, err
	}
	defer release()
	ctx, stop := context.WithTimeout(r.Context(), s.limits.Query)
	defer stop()
	out := &odataWriter{w: w, base: base, view: view, q: q, s: s}
	switch {
	case path.n:
		return out.count(ctx, id)
	case path.one:
		return out.one(ctx, id, path.key)
	}
	return out.collection(ctx, id, r)
}

const odataJSON = "application/json;odata.metadata=minimal;charset=utf-8"

// baseURL is the address that the client knows the server by.
func baseURL(r *http.Request, tls bool) string {
	scheme := "http"
	if proto := r.Header.Get("X-Forwarded-Proto"); tls || proto == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// odataQuery is what a request asks for.
type odataQuery struct {
	cols    columns
	names   []string // nil: all
	where   string
	args    []any
	order   string // "": by the key
	filter  string // as the client wrote it
	orderby string
	top     int64 // -1: all
	skip    int64
	count   bool
	size    int64  // of a page
	token   string // $skiptoken
}

// viewColumns are the columns of a view for filters and orders.
func viewColumns(v *snapshot.BIView) columns {
	cols := make(columns, len(v.Columns))
	for i, c := range v.Columns {
		cols[i] = column{name: c.Name, kind: kindOfType(c.Type)}
	}
	return cols
}

func parseODataQuery(r *http.Request, v *snapshot.BIView) (*odataQuery, error) {
	q := &odataQuery{cols: viewColumns(v), top: -1, size: odataPage}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badField("query", "cannot be read")
	}
	for _, key := range sortedKeys(values) {
		name := key
		if !strings.HasPrefix(key, "$") && slices.Contains([]string{"select", "filter", "orderby", "top", "skip", "count", "format", "skiptoken", "expand", "apply", "search", "compute"}, key) {
			name = "$" + key // 4.01 leaves the sign out
		}
		value := values[key][0]
		if len(values[key]) > 1 {
			return nil, badField(clip(key), "comes more than once")
		}
		switch name {
		case "$select":
			err = q.parseSelect(value)
		case "$filter":
			q.filter = value
			if q.where, q.args, err = parseOData(value, q.cols); err != nil {
				err = badField("$filter", "%s", err)
			}
		case "$orderby":
			q.orderby = value
			err = q.parseOrder(value)
		case "$top":
			q.top, err = natural(name, value)
		case "$skip":
			q.skip, err = natural(name, value)
		case "$count":
			if value != "true" && value != "false" {
				err = badField(name, "%q is not true or false", clip(value))
			}
			q.count = value == "true"
		case "$skiptoken":
			q.token = value
		case "$format":
			if value != "json" && !strings.HasPrefix(value, "application/json") {
				err = badField(name, "%q: there is json", clip(value))
			}
		case "$expand", "$apply", "$search", "$compute", "$levels", "$index", "$schemaversion":
			err = refuse(codes.Unimplemented, "%s is not offered", name)
		default:
			if strings.HasPrefix(name, "$") {
				err = badField(clip(key), "is no query option")
			}
			// Other parameters are the client's own, as the standard has it.
		}
		if err != nil {
			return nil, err
		}
	}
	for _, p := range strings.FieldsFunc(strings.Join(r.Header.Values("Prefer"), ","), func(c rune) bool { return c == ',' || c == ';' }) {
		k, val, _ := strings.Cut(strings.TrimSpace(p), "=")
		if n, err := strconv.ParseInt(strings.Trim(val, `"`), 10, 64); err == nil && n > 0 && (k == "odata.maxpagesize" || k == "maxpagesize") {
			q.size = min(n, maxODataPage)
		}
	}
	return q, nil
}

func natural(name, s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, badField(name, "%q is not a whole number", clip(s))
	}
	return n, nil
}

func (q *odataQuery) parseSelect(s string) error {
	for _, name := range strings.Split(s, ",") {
		name = strings.TrimSpace(name)
		if name == "*" {
			q.names = nil
			return nil
		}
		if q.cols.find(name) == nil {
			return badField("$select", "%q is not one of the columns %s", clip(name), q.cols.names())
		}
		if !slices.Contains(q.names, name) {
			q.names = append(q.names, name)
		}
	}
	return nil
}

// parseOrder reads $orderby: columns, each with asc or desc. NULL is the smallest
// value in OData.
func (q *odataQuery) parseOrder(s string) error {
	terms, err := parseOrder(s, q.cols)
	if err != nil {
		return badField("$orderby", "%s", err)
	}
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = t.column.expr() + " ASC NULLS FIRST"
		if t.desc {
			parts[i] = t.column.expr() + " DESC NULLS LAST"
		}
	}
	q.order = strings.Join(parts, ", ")
	return nil
}

// bound keeps a caller to their sites.
func (q *odataQuery) bound(c call, v *snapshot.BIView) error {
	if v.Column("site_id") == nil {
		if v.Fact {
			return c.wholeCompany()
		}
		return q.boundDimension(c, v)
	}
	if only, args := c.siteCondition("site_id"); only != "" {
		if q.where != "" {
			only = "(" + q.where + ") AND " + only
		}
		q.where, q.args = only, append(q.args, args...)
	}
	return nil
}

// boundDimension keeps items and suppliers, which have no site, to those that some
// row of the caller's sites speaks of.
func (q *odataQuery) boundDimension(c call, v *snapshot.BIView) error {
	only, sites := c.siteCondition("site_id")
	if only == "" || len(v.Key) != 1 || v.Key[0] != "item_id" && v.Key[0] != "supplier_id" {
		return nil
	}
	key := v.Key[0]
	var parts []string
	for _, other := range snapshot.BIViews() {
		if other.Column(key) != nil && other.Column("site_id") != nil && (key != "item_id" || !other.Fact) { // the sku's have every item
			parts = append(parts, "SELECT "+key+" FROM plan."+other.Name+" WHERE "+only)
			q.args = append(q.args, sites...)
		}
	}
	own := key + " IN (" + strings.Join(parts, " UNION ") + ")"
	if q.where != "" {
		own = "(" + q.where + ") AND " + own
	}
	q.where = own
	return nil
}

// odataWriter writes an answer.
type odataWriter struct {
	w    http.ResponseWriter
	s    *Server
	base string
	view *snapshot.BIView
	q    *odataQuery
}

func (o *odataWriter) from() string { return " FROM plan." + o.view.Name }

func (o *odataWriter) filtered() string {
	if o.q.where == "" {
		return ""
	}
	return " WHERE " + o.q.where
}

// total counts the rows that the filter lets through.
func (o *odataWriter) total(ctx context.Context, plan string) (int64, error) {
	rows, err := o.s.ws.Select(ctx, plan, "SELECT count(*)"+o.from()+o.filtered(), o.q.args...)
	if err != nil {
		return 0, odataError(ctx, err)
	}
	defer rows.Close()
	var n int64
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, odataError(ctx, rows.Err())
}

// odataError tells a query that was ended for its time from one that DuckDB
// cannot run, such as a cast of a text that is no number.
func odataError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return &planwright.Error{Code: planwright.CodeQueryLimit, Op: "query", What: "it ran too long", Fix: "filter more", Args: []string{"detail", "it ran too long"}, Err: ctx.Err()}
	}
	return err
}

func (o *odataWriter) count(ctx context.Context, plan string) (bool, error) {
	n, err := o.total(ctx, plan)
	if err != nil {
		return false, err
	}
	o.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err = o.w.Write(strconv.AppendInt(nil, n, 10))
	return true, err
}

// selected is the list of columns and their names.
func (o *odataWriter) selected() (list string, names []string) {
	names = o.q.names
	if names == nil {
		for _, c := range o.view.Columns {
			names = append(names, c.Name)
		}
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quote(n)
	}
	return strings.Join(quoted, ", "), names
}

// contextURL says what the answer is of.
func (o *odataWriter) contextURL(suffix string) string {
	u := o.base + "$metadata#" + o.view.Name
	if o.q.names != nil {
		u += "(" + strings.Join(o.q.names, ",") + ")"
	}
	return u + suffix
}

// one answers with the row of a key: 5, 'A1', or a='x',b='y'.
func (o *odataWriter) one(ctx context.Context, plan, key string) (bool, error) {
	where, args, err := parseODataKey(key, o.view, o.q.cols)
	if err != nil {
		return false, badField("key", "%s", err)
	}
	if o.q.where != "" { // of the caller's sites
		where, args = "("+where+") AND "+o.q.where, join(args, o.q.args)
	}
	list, names := o.selected()
	rows, err := o.s.ws.Select(ctx, plan, "SELECT "+list+o.from()+" WHERE "+where+" LIMIT 1", args...)
	if err != nil {
		return false, odataError(ctx, err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return false, odataError(ctx, err)
		}
		return false, refuse(codes.NotFound, "%s has no row %s", o.view.Name, clip(key))
	}
	b := fmt.Appendf(nil, `{"@odata.context":%q`, o.contextURL("/$entity"))
	for i, n := range names {
		b = appendODataCell(fmt.Appendf(b, `,%q:`, n), rows.Value(i))
	}
	o.w.Header().Set("Content-Type", odataJSON)
	_, err = o.w.Write(append(b, "}\n"...))
	return true, err
}

// collection answers with a page.
func (o *odataWriter) collection(ctx context.Context, plan string, r *http.Request) (began bool, err error) {
	q := o.q
	words := []string{"odata", o.view.Name, q.filter, q.orderby, strings.Join(q.names, ",")}
	at, err := parseToken(q.token, words...)
	if err != nil {
		return false, badField("$skiptoken", "%s", err)
	}
	if at.subject != "" {
		if plan, err = o.s.ws.ResolvePlan(at.subject); err != nil {
			return false, err
		}
	}
	size := q.size
	if q.top >= 0 {
		size = min(size, q.top)
	}
	list, names := o.selected()
	// Rows of a fact are numbered: without an order, the next page begins behind
	// the number of the last row and reads nothing before it.
	byNumber := o.view.Fact && q.order == ""
	sql, args := "SELECT "+list, q.args
	if byNumber {
		sql += ", row_id"
	}
	if byNumber && q.where == "" {
		sql += " FROM " + o.view.Range(plan, at.offset+q.skip, at.offset+q.skip+size)
	} else {
		sql += o.from() + o.filtered()
	}
	and := func(cond string) {
		if strings.Contains(sql, " WHERE ") {
			sql += " AND (" + cond + ")"
		} else {
			sql += " WHERE " + cond
		}
	}
	skip := q.skip
	switch {
	case byNumber && q.where == "":
		sql += " ORDER BY row_id"
	case byNumber:
		and(fmt.Sprintf("row_id >= %d", at.offset))
		sql += fmt.Sprintf(" ORDER BY row_id LIMIT %d OFFSET %d", size, skip)
	default:
		key := strings.Join(o.view.Key, ", ")
		if q.order != "" {
			key = q.order + ", " + key
		}
		sql += fmt.Sprintf(" ORDER BY %s LIMIT %d OFFSET %d", key, size, at.offset+skip)
	}
	rows, err := o.s.ws.Select(ctx, plan, sql, args...)
	if err != nil {
		return false, odataError(ctx, err)
	}
	defer rows.Close()
	b := fmt.Appendf(make([]byte, 0, 128<<10), `{"@odata.context":%q`, o.contextURL(""))
	if q.count {
		n, err := o.total(ctx, plan)
		if err != nil {
			return false, err
		}
		b = fmt.Appendf(b, `,"@odata.count":%d`, n)
	}
	b = append(b, `,"value":[`...)
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = strconv.Quote(n) + ":"
	}
	o.w.Header().Set("Content-Type", odataJSON)
	var n, last int64
	for rows.Next() {
		if n > 0 {
			b = append(b, ',', '\n')
		}
		b = append(b, '{')
		for i := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendODataCell(append(b, keys[i]...), rows.Value(i))
		}
		b = append(b, '}')
		n++
		if byNumber {
			last, _ = rows.Value(len(names)).(int64)
		}
		if len(b) > 64<<10 {
			if _, err := o.w.Write(b); err != nil {
				return true, err
			}
			began, b = true, b[:0]
		}
	}
	if err := rows.Err(); err != nil {
		return began, odataError(ctx, err)
	}
	b = append(b, ']')
	if left := q.top - n; n == size && n > 0 && (q.top < 0 || left > 0) {
		next := page{subject: plan, offset: at.offset + q.skip + n}
		if byNumber {
			next.offset = last + 1
		}
		b = fmt.Appendf(b, `,"@odata.nextLink":%q`, o.nextLink(r, next.token(words...), left))
	}
	_, err = o.w.Write(append(b, "}\n"...))
	return true, err
}

// nextLink is the address of the next page.
func (o *odataWriter) nextLink(r *http.Request, token string, left int64) string {
	v := r.URL.Query()
	for _, k := range []string{"$skip", "skip", "$top", "top", "$count", "count", "skiptoken"} {
		v.Del(k)
	}
	v.Set("$skiptoken", token)
	if o.q.top >= 0 {
		v.Set("$top", strconv.FormatInt(left, 10))
	}
	// %24 for $ is the same to every client but the oldest.
	return o.base + o.view.Name + "?" + strings.ReplaceAll(v.Encode(), "%24", "$")
}

// appendODataCell appends a value as OData's JSON has it.
func appendODataCell(dst []byte, v any) []byte {
	if t, ok := v.(time.Time); ok {
		return append(t.UTC().AppendFormat(append(dst, '"'), "2006-01-02T15:04:05.999999"), 'Z', '"')
	}
	return snapshot.AppendJSON(dst, v)
}

// parseODataKey reads what stands in the parentheses of a key.
func parseODataKey(s string, v *snapshot.BIView, cols columns) (where string, args []any, err error) {
	p := &odataParser{scanner: scanner{s: s}, cols: cols}
	var parts []string
	seen := map[string]bool{}
	for {
		name := v.Key[0]
		if at := p.at; len(v.Key) > 1 || strings.Contains(s, "=") {
			p.space()
			if w := p.word(); w != "" && p.char('=') {
				name = w
			} else {
				p.at = at
			}
		}
		if !slices.Contains(v.Key, name) || seen[name] {
			return "", nil, fmt.Errorf("is not of %s", strings.Join(v.Key, ", "))
		}
		seen[name] = true
		e, err := p.primary()
		if err != nil {
			return "", nil, err
		}
		left := odataExpr{sql: quote(name), kind: cols.find(name).kind}
		x, y, ok := comparable(left, e)
		if !ok || !e.literal || e.null {
			return "", nil, fmt.Errorf("%s is of another kind", name)
		}
		parts, args = append(parts, x+" = "+y), join(args, e.args)
		if p.char(',') {
			continue
		}
		p.space()
		if !p.end() {
			return "", nil, p.fault("a comma or the end")
		}
		break
	}
	if len(seen) != len(v.Key) {
		return "", nil, fmt.Errorf("needs %s", strings.Join(v.Key, ", "))
	}
	return strings.Join(parts, " AND "), args, nil
}
