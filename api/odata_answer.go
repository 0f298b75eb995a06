package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"planwright"
	"planwright/snapshot"
)

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
	_, names := o.selected()
	rows, want, err := o.page(ctx, plan, at.offset+q.skip, size)
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
	// Rows that come in another order than theirs wait for it.
	var place map[int64]int
	var waiting [][]byte
	if want != nil {
		place, waiting = make(map[int64]int, len(want)), make([][]byte, len(want))
		for i, row := range want {
			place[int64(row)] = i
		}
	}
	o.w.Header().Set("Content-Type", odataJSON)
	var n int64
	put := func(row []byte) {
		if n > 0 {
			b = append(b, ',', '\n')
		}
		b = append(b, row...)
		n++
	}
	var row []byte
	for rows.Next() {
		row = append(row[:0], '{')
		for i := range names {
			if i > 0 {
				row = append(row, ',')
			}
			row = appendODataCell(append(row, keys[i]...), rows.Value(i))
		}
		row = append(row, '}')
		if want != nil {
			number, _ := rows.Value(len(names)).(int64)
			if i, ok := place[number]; ok {
				waiting[i] = append([]byte(nil), row...)
			}
			continue
		}
		put(row)
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
	for _, row := range waiting {
		if row == nil {
			return began, fmt.Errorf("a row of %s is not found", o.view.Name)
		}
		put(row)
	}
	b = append(b, ']')
	if left := q.top - n; n == size && n > 0 && (q.top < 0 || left > 0) {
		next := page{subject: plan, offset: at.offset + q.skip + n}
		b = fmt.Appendf(b, `,"@odata.nextLink":%q`, o.nextLink(r, next.token(words...), left))
	}
	_, err = o.w.Write(append(b, "}\n"...))
	return true, err
}

// page selects size rows from place offset of the collection on. Rows of a fact lie in
// the order of their numbers: without filter and order a page is a range of them. With
// either, the numbers of the rows are found once and remembered; want, if not nil, are
// those of the page in their order, and the last column of rows.
func (o *odataWriter) page(ctx context.Context, plan string, offset, size int64) (rows *snapshot.Rows, want []uint32, err error) {
	q, v := o.q, o.view
	list, _ := o.selected()
	order := q.order
	if !v.Fact {
		if order != "" {
			order += ", "
		}
		order += strings.Join(v.Key, ", ")
	}
	switch {
	case !v.Numbered(): // a few rows
		rows, err = o.s.ws.Select(ctx, plan, "SELECT "+list+o.from()+o.filtered()+fmt.Sprintf(" ORDER BY %s LIMIT %d OFFSET %d", order, size, offset), q.args...)
	case order == "" && q.where == "":
		rows, err = o.s.ws.Select(ctx, plan, "SELECT "+list+" FROM "+v.Rows(plan, fmt.Sprintf("rowid >= %d AND rowid < %d", offset, offset+size))+" ORDER BY "+snapshot.RowColumn)
	default:
		want, _, err = o.s.positions.page(ctx, o.s, positionQuery{plan: plan, table: v.Name, row: snapshot.RowColumn, from: v.Filter(plan, q.where+" "+order), where: q.where, args: q.args, order: order}, offset, size)
		if err != nil {
			return nil, nil, err
		}
		if want == nil {
			want = []uint32{}
		}
		rows, err = o.s.ws.Select(ctx, plan, "SELECT "+list+", "+snapshot.RowColumn+" FROM "+v.Rows(plan, among(want)))
	}
	return rows, want, err
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
