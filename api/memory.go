package api

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// listQuery is what every list request asks for.
type listQuery struct {
	method, parent string
	filter, order  string
	size           int32
	token          string
}

// words are what a page token is tied to.
func (q listQuery) words() []string { return []string{q.method, q.parent, q.filter, q.order} }

// parse reads the filter and order of a query over the given fields.
func (q listQuery) parse(cs columns) (filter, []orderTerm, int, error) {
	size, err := pageSize(q.size)
	if err != nil {
		return nil, nil, 0, badField("page_size", "%d %s", q.size, err)
	}
	f, err := parseFilter(q.filter, cs)
	if err != nil {
		return nil, nil, 0, badField("filter", "%s", err)
	}
	terms, err := parseOrder(q.order, cs)
	if err != nil {
		return nil, nil, 0, badField("order_by", "%s", err)
	}
	return f, terms, size, nil
}

// memoryList lists what is no table: snapshots, plans, operations.
type memoryList[T any] struct {
	columns columns
	order   []orderTerm // default; empty: as given
	get     func(row T, column string) any
	key     func(row T) string // unique
}

// page returns the rows of one page, the token of the next and the number of
// rows that the filter lets through. The list may grow and shrink between two
// pages: a page begins behind the row that the one before ended with.
func (l memoryList[T]) page(all []T, q listQuery) (rows []T, next string, total int, err error) {
	f, terms, size, err := q.parse(l.columns)
	if err != nil {
		return nil, "", 0, err
	}
	at, err := parseToken(q.token, q.words()...)
	if err != nil {
		return nil, "", 0, badField("page_token", "%s", err)
	}
	if len(terms) == 0 {
		terms = l.order
	}
	for _, row := range all {
		if f.holds(func(name string) any { return l.get(row, name) }) {
			rows = append(rows, row)
		}
	}
	if len(terms) > 0 {
		slices.SortStableFunc(rows, func(a, b T) int {
			d := precedes(terms, func(n string) any { return l.get(a, n) }, func(n string) any { return l.get(b, n) })
			return cmp.Or(d, cmp.Compare(l.key(a), l.key(b)))
		})
	}
	total = len(rows)
	start := 0
	if q.token != "" {
		start = int(min(at.offset, int64(total)))
		if i := slices.IndexFunc(rows, func(row T) bool { return l.key(row) == at.subject }); i >= 0 {
			start = i + 1
		}
	}
	rows = rows[start:]
	if len(rows) > size {
		rows = rows[:size]
		next = page{subject: l.key(rows[size-1]), offset: int64(start + size)}.token(q.words()...)
	}
	return rows, next, total, nil
}

// size32 is a count as the protocol has it.
func size32(n int64) int32 { return int32(min(n, math.MaxInt32)) }

// nan is the value of what is not known.
var nan = math.NaN()

// decimal writes a whole number.
func decimal(n int64) string { return strconv.FormatInt(n, 10) }
