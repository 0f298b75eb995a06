package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"

	"planwright/snapshot"
)

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
