package api

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"planwright"
	"planwright/snapshot"
)

// tableList lists a table of a plan, a row as a message T.
type tableList[T any] struct {
	method  string
	table   string
	columns columns // what is selected, filtered and sorted by, in the order of row
	// order is the default; "" is the order of storage, in which the plan file
	// is sorted as the protos say.
	order string
	// source is what is selected from in place of the table, with its rows numbered
	// in the order of storage by the column seq_; live says that it shows what is
	// decided now.
	source string
	live   bool
	// row reads the columns in their order; name, where there is one, names what it
	// read after its plan.
	row  func(c *cells) T
	name func(m T, plan string)
}

// listPage is one page of a table. It may be shared: nothing of it is changed.
type listPage[T any] struct {
	plan  string // id
	rows  []T
	next  string
	total int32
}

// page reads a page.
func (l *tableList[T]) page(ctx context.Context, s *Server, q listQuery) (listPage[T], error) {
	var out listPage[T]
	q.method = l.method
	f, terms, size, err := q.parse(l.columns)
	if err != nil {
		return out, err
	}
	at, err := parseToken(q.token, q.words()...)
	if err != nil {
		return out, badField("page_token", "%s", err)
	}
	if at.subject != "" {
		out.plan, err = s.ws.ResolvePlan(at.subject)
	} else {
		out.plan, err = s.planID("parent", q.parent)
	}
	if err != nil {
		return out, err
	}
	where, args := f.where()
	if l.columns.find("site_id") != nil {
		if only, sites := callOf(ctx).siteCondition(quote("site_id")); only != "" {
			if where != "" {
				only = where + " AND " + only
			}
			where, args = only, append(args, sites...)
		}
	} else if err := callOf(ctx).wholeCompany(); err != nil {
		return out, err
	}
	stamp := ""
	if l.live {
		stamp = s.ws.JournalStamp() // before reading: a later decision makes it stale
	}
	key := fmt.Sprintf("%p %s %s %q %s %#v %d %d", l, out.plan, stamp, q.words(), where, args, size, at.offset)
	if known, ok := s.pages.get(key); ok {
		if page, ok := known.(listPage[T]); ok {
			return page, nil
		}
	}
	if order := l.orderOf(terms); !l.live && (where != "" || order != "") {
		if err := l.sorted(ctx, s, &out, q, where, args, order, at.offset, size); err != nil {
			return out, err
		}
		s.pages.put(key, len(out.rows), out)
		return out, nil
	}
	total, err := l.count(ctx, s, out.plan, where, args)
	if err != nil {
		return out, err
	}
	out.total = size32(total)
	if at.offset >= total {
		return out, nil
	}
	query, args := l.sql(where, args, terms, size, at.offset)
	rows, err := l.query(ctx, s, out.plan, query, args)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	c := &cells{rows: rows}
	for rows.Next() {
		c.at = 0
		m := l.row(c)
		if c.err != nil {
			return out, c.err
		}
		if l.name != nil {
			l.name(m, out.plan)
		}
		out.rows = append(out.rows, m)
	}
	if err := rows.Err(); err != nil {
		return out, err
	}
	if end := at.offset + int64(len(out.rows)); len(out.rows) == size && end < total {
		out.next = page{subject: out.plan, offset: end}.token(q.words()...)
	}
	s.pages.put(key, len(out.rows), out)
	return out, nil
}

// sql makes the query of a page. Every order ends in that of storage, which is
// total: no row comes twice or not at all.
func (l *tableList[T]) sql(where string, args []any, terms []orderTerm, size int, offset int64) (string, []any) {
	var b strings.Builder
	b.WriteString("SELECT ")
	for i := range l.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(l.columns[i].expr())
	}
	order, row := l.orderOf(terms), l.rowColumn()
	if order == "" && where == "" && snapshot.ByNumber(l.table) {
		fmt.Fprintf(&b, " FROM %s ORDER BY %s", snapshot.NumberRows(l.table, fmt.Sprintf("rowid >= %d AND rowid < %d", offset, offset+int64(size))), row)
		return b.String(), args
	}
	if l.source == "" {
		b.WriteString(" FROM plan." + quote(l.table))
	} else {
		b.WriteString(" FROM " + l.source)
	}
	if order == "" && where == "" {
		// Rows lie in order without gaps: read these alone.
		fmt.Fprintf(&b, " WHERE %[1]s >= %[2]d AND %[1]s < %[3]d ORDER BY %[1]s", row, offset, offset+int64(size))
		return b.String(), args
	}
	if where != "" {
		b.WriteString(" WHERE " + where)
	}
	b.WriteString(" ORDER BY ")
	if order != "" {
		b.WriteString(order + ", ")
	}
	fmt.Fprintf(&b, "%s LIMIT %d OFFSET %d", row, size, offset)
	return b.String(), args
}

// orderOf is the order asked for, else that of the list.
func (l *tableList[T]) orderOf(terms []orderTerm) string {
	if len(terms) > 0 {
		return orderSQL(terms)
	}
	return l.order
}

// rowColumn is the column that numbers the rows in the order of storage.
func (l *tableList[T]) rowColumn() string {
	switch {
	case l.source != "":
		return "seq_"
	case snapshot.ByNumber(l.table):
		return snapshot.SeqColumn
	}
	return "rowid"
}

// sorted reads a page of rows that are filtered or sorted: where all of them lie
// is found once and remembered, so that every page costs the same, however deep.
func (l *tableList[T]) sorted(ctx context.Context, s *Server, out *listPage[T], q listQuery, where string, args []any, order string, offset int64, size int) error {
	row, from := "rowid", "plan."+quote(l.table)
	if snapshot.ByNumber(l.table) {
		row, from = snapshot.SeqColumn, snapshot.NumberFilter(l.table, where+" "+order)
	}
	want, total, err := s.positions.page(ctx, s, positionQuery{plan: out.plan, table: l.table, row: row, from: from, where: where, args: args, order: order}, offset, int64(size))
	if err == nil && total < 0 {
		if total = int64(len(want)); len(want) == size {
			total, err = s.count(ctx, out.plan, l.table, where, args)
		}
	}
	if err != nil {
		return err
	}
	out.total = size32(total)
	if len(want) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("SELECT ")
	for i := range l.columns {
		b.WriteString(l.columns[i].expr() + ", ")
	}
	if snapshot.ByNumber(l.table) {
		b.WriteString(snapshot.SeqColumn + " FROM " + snapshot.NumberRows(l.table, among(want)))
	} else {
		b.WriteString("rowid FROM plan." + quote(l.table) + " WHERE " + among(want))
	}
	rows, err := s.ws.Select(ctx, out.plan, b.String())
	if err != nil {
		return err
	}
	defer rows.Close()
	place := make(map[int64]int, len(want))
	for i, r := range want {
		place[int64(r)] = i
	}
	out.rows = make([]T, len(want))
	c, n := &cells{rows: rows}, 0
	for rows.Next() {
		c.at = 0
		m := l.row(c)
		at, ok := rows.Value(len(l.columns)).(int64)
		if c.err != nil {
			return c.err
		}
		if i, found := place[at]; ok && found {
			out.rows[i] = m
			n++
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != len(want) {
		return fmt.Errorf("%d of %d rows of %s found", n, len(want), l.table)
	}
	if end := offset + int64(len(want)); end < total {
		out.next = page{subject: out.plan, offset: end}.token(q.words()...)
	}
	return nil
}

// query runs a query of the list.
func (l *tableList[T]) query(ctx context.Context, s *Server, plan, query string, args []any) (*snapshot.Rows, error) {
	if l.live {
		return s.ws.SelectDecided(ctx, plan, query, args...)
	}
	return s.ws.Select(ctx, plan, query, args...)
}

// count returns how many rows a condition lets through.
func (l *tableList[T]) count(ctx context.Context, s *Server, plan, where string, args []any) (int64, error) {
	if !l.live || where == "" {
		return s.count(ctx, plan, l.table, where, args)
	}
	return scanCount(l.query(ctx, s, plan, "SELECT count(*) FROM "+l.source+" WHERE "+where, args))
}

// scanCount reads the one number of a count.
func scanCount(rows *snapshot.Rows, err error) (n int64, _ error) {
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}

// counts remembers how many rows of a plan's table a filter lets through: plans
// do not change.
type counts struct {
	mu   sync.Mutex
	rows map[string]int64
}

// keptCounts bounds what is remembered.
const keptCounts = 1024

func (c *counts) get(key string) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok := c.rows[key]
	return n, ok
}

func (c *counts) put(key string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == nil || len(c.rows) >= keptCounts {
		c.rows = map[string]int64{}
	}
	c.rows[key] = n
}

// count returns how many rows of a plan's table a condition lets through.
func (s *Server) count(ctx context.Context, plan, table, where string, args []any) (int64, error) {
	key := fmt.Sprintf("%s %s %s %#v", plan, table, where, args)
	if n, ok := s.counts.get(key); ok {
		return n, nil
	}
	from := quote(table)
	if where == "" && snapshot.ByNumber(table) {
		from = "data." + from // no names are needed to count
	}
	query := "SELECT count(*) FROM plan." + from
	if where != "" {
		query += " WHERE " + where
	}
	n, err := scanCount(s.ws.Select(ctx, plan, query, args...))
	if err != nil {
		return 0, err
	}
	s.counts.put(key, n)
	return n, nil
}

// cells reads the columns of a row one after the other, as the API writes
// them. The first value of another type than expected is kept as err.
type cells struct {
	rows *snapshot.Rows
	at   int
	err  error
}

func next[T any](c *cells) (v T, ok bool) {
	i := c.at
	c.at++
	if c.err != nil {
		return v, false
	}
	x := c.rows.Value(i)
	if x == nil {
		return v, false
	}
	if v, ok = x.(T); !ok {
		c.err = fmt.Errorf("column %s holds a %T", c.rows.Columns[i].Name, x)
	}
	return v, ok
}

// text returns "" where there is no value.
func (c *cells) text() string { s, _ := next[string](c); return s }

// qty returns a decimal, "" where there is none.
func (c *cells) qty() string {
	if q, ok := next[planwright.Qty](c); ok {
		return q.String()
	}
	return ""
}

// day returns an ISO date, "" where there is none.
func (c *cells) day() string {
	if d, ok := next[planwright.Day](c); ok {
		return d.String()
	}
	return ""
}

// number returns 0 where there is none.
func (c *cells) number() float64 {
	if f, ok := next[float64](c); ok && !math.IsNaN(f) {
		return f
	}
	return 0
}

// optional returns nil where there is none.
func (c *cells) optional() *float64 {
	if f, ok := next[float64](c); ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return &f
	}
	return nil
}

// count returns a whole number, 0 where there is none.
func (c *cells) count() int32 {
	if n := c.integer(); n != nil {
		return *n
	}
	return 0
}

func (c *cells) flag() bool { b, _ := next[bool](c); return b }

// instant returns nil where there is none.
func (c *cells) instant() *timestamppb.Timestamp {
	if t, ok := next[time.Time](c); ok {
		return timestamppb.New(t)
	}
	return nil
}

// integer returns nil where there is none.
func (c *cells) integer() *int32 {
	if n, ok := next[int64](c); ok {
		v := int32(n)
		return &v
	}
	return nil
}
