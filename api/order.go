package api

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// orderTerm is a column to sort by.
type orderTerm struct {
	column *column
	desc   bool
}

// parseOrder reads a list of fields, each optionally followed by desc or asc
// (AIP-132). No field may come twice.
func parseOrder(s string, cs columns) ([]orderTerm, error) {
	if len(s) > maxOrder {
		return nil, fmt.Errorf("is longer than %d bytes", maxOrder)
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return nil, fmt.Errorf("is not plain UTF-8 text")
	}
	p := scanner{s: s}
	p.space()
	if p.end() {
		return nil, nil
	}
	var terms []orderTerm
	for {
		at := p.at
		col := cs.find(p.word())
		if col == nil {
			p.at = at
			return nil, p.fault("one of the fields " + cs.names())
		}
		for _, t := range terms {
			if t.column == col {
				p.at = at
				return nil, p.fault("another field than " + col.name)
			}
		}
		t := orderTerm{column: col}
		p.space()
		at = p.at
		switch p.word() {
		case "desc":
			t.desc = true
		case "asc", "":
		default:
			p.at = at
			return nil, p.fault("desc, a comma or the end")
		}
		if terms = append(terms, t); len(terms) > maxOrderTerms {
			return nil, fmt.Errorf("has more than %d fields", maxOrderTerms)
		}
		p.space()
		if p.end() {
			return terms, nil
		}
		if p.s[p.at] != ',' {
			return nil, p.fault("a comma or the end")
		}
		p.at++
		p.space()
	}
}

// orderSQL makes the ORDER BY list of the terms; what has no value comes last.
func orderSQL(terms []orderTerm) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = t.column.sortExpr() + " ASC NULLS LAST"
		if t.desc {
			parts[i] = t.column.sortExpr() + " DESC NULLS LAST"
		}
	}
	return strings.Join(parts, ", ")
}

// precedes says whether row a comes before row b in the order of the terms,
// for the lists that are not tables.
func precedes(terms []orderTerm, a, b func(name string) any) int {
	for _, t := range terms {
		x, y := a(t.column.name), b(t.column.name)
		d := compare(x, y)
		if t.desc && x != nil && y != nil {
			d = -d
		}
		if d != 0 {
			return d
		}
	}
	return 0
}
