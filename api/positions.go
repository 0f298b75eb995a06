package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/array"

	"planwright/snapshot"
)

// positions remembers where the rows of a list lie: the numbers of the rows that
// a filter lets through, in their order. Plans do not change, so that they stay
// true; a page then is so many rows by number, at any depth. What was asked
// longest ago goes first.
type positions struct {
	mu   sync.Mutex
	list []positionList // most recently used last
	size int            // numbers in all lists
}

type positionList struct {
	key  string
	rows []uint32
}

// maxPositions bounds the numbers that are remembered, 4 bytes each.
const maxPositions = 32 << 20

// of returns the numbers of the rows that a condition lets through, sorted;
// every order ends in that of storage.
func (p *positions) of(ctx context.Context, s *Server, plan, table, where string, args []any, order string) ([]uint32, error) {
	key := fmt.Sprintf("%s %s %s %#v %s", plan, table, where, args, order)
	p.mu.Lock()
	if i := slices.IndexFunc(p.list, func(l positionList) bool { return l.key == key }); i >= 0 {
		l := p.list[i]
		p.list = append(slices.Delete(p.list, i, i+1), l)
		p.mu.Unlock()
		return l.rows, nil
	}
	p.mu.Unlock()
	row, from := "rowid", "plan."+quote(table)
	if snapshot.ByNumber(table) {
		row, from = snapshot.SeqColumn, snapshot.NumberFilter(table, where+" "+order)
	}
	query := "SELECT " + row + " FROM " + from
	if where != "" {
		query += " WHERE " + where
	}
	if order != "" {
		order += ", "
	}
	rows, err := s.ws.Select(ctx, plan, query+" ORDER BY "+order+row, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []uint32
	for batches := rows.Batches(); ; {
		batch, err := batches.Next()
		if err != nil {
			return nil, err
		}
		if batch == nil {
			break
		}
		numbers, ok := batch.Column(0).(*array.Int64)
		if !ok {
			return nil, fmt.Errorf("table %s: rows without numbers", table)
		}
		for _, n := range numbers.Int64Values() {
			if n < 0 || n > 1<<32-1 {
				return nil, fmt.Errorf("table %s: a row with number %d", table, n)
			}
			list = append(list, uint32(n))
		}
		batch.Release()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(list) > maxPositions || slices.ContainsFunc(p.list, func(l positionList) bool { return l.key == key }) {
		return list, nil
	}
	p.list, p.size = append(p.list, positionList{key, list}), p.size+len(list)+64 // an empty list costs as well
	for p.size > maxPositions {
		p.size -= len(p.list[0].rows) + 64
		p.list = slices.Delete(p.list, 0, 1)
	}
	return list, nil
}

// among is the condition that a row's number is one of a few: a range where they
// are one, else a join, which DuckDB does in a quarter of the time of a list.
func among(want []uint32) string {
	sorted := slices.Clone(want)
	slices.Sort(sorted)
	if n := len(sorted); n > 0 && sorted[n-1]-sorted[0] == uint32(n-1) {
		return fmt.Sprintf("rowid BETWEEN %d AND %d", sorted[0], sorted[n-1])
	}
	var b strings.Builder
	b.WriteString("rowid IN (SELECT CAST(unnest([")
	for i, n := range sorted {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatUint(uint64(n), 10))
	}
	return b.String() + "]) AS BIGINT))"
}
