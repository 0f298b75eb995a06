package plan

import (
	"strconv"
	"strings"

	"planwright/replenish"
)

// explain writes the terms of a policy as name=value;..., each to the
// last digit, and beside them where each comes from, as name=code;...
// (source.<code> of the message catalogue).
func (w *policyWriter) explain(in *policyInput, p replenish.Policy) (terms, sources string) {
	b, from := w.text[:0], w.from[:0]
	put := func(name string, v float64, source string) {
		if len(b) > 0 {
			b, from = append(b, ';'), append(from, ';')
		}
		b = append(append(b, name...), '=')
		b = strconv.AppendFloat(b, v, 'g', -1, 64)
		from = append(append(append(from, name...), '='), source...)
	}
	put("protection_periods", in.protects, "protection")
	for _, t := range p.Terms {
		source := t.Source
		switch source { // the package knows an input, the plan knows which
		case "target":
			source = in.targetFrom
		case "lead_time":
			source = in.leadFrom
		}
		put(t.Name, t.Value, source)
	}
	if in.forecast != "" {
		b = append(append(b, ";forecast="...), in.forecast...)
	}
	if notes := p.Notes.Names(); len(notes) > 0 {
		b = append(append(b, ";notes="...), strings.Join(notes, "+")...)
	}
	w.text, w.from = b, from
	sources, seen := w.lists[string(from)]
	if !seen {
		if w.lists == nil {
			w.lists = map[string]string{}
		}
		sources = string(from)
		w.lists[sources] = sources
	}
	return string(b), sources
}
