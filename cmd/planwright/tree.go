package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"planwright/explain"
	"planwright/lang"
)

// treeCut is the number of nodes below one that a tree shows before it says how
// many more there are.
const treeCut = 8

// treeWriter prints trees; what it has printed before it does not print again.
type treeWriter struct {
	a     *app
	w     io.Writer
	whole bool // without cutting
	most  int  // levels that are shown; 0: all
	seen  map[*explain.Node]bool
}

// write prints the arithmetic of a figure: each line a figure, what it is, and for
// a fact where it stands.
func (t *treeWriter) write(n *explain.Node) { t.line(n, "", "", 1) }

func (t *treeWriter) line(n *explain.Node, lead, below string, level int) {
	a, w, whole := t.a, t.w, t.whole
	value := valueText(n.Value)
	if n.Minus {
		if strings.HasPrefix(value, "-") {
			value = "(" + value + ")"
		}
		value = "− " + value
	}
	again := ""
	switch {
	case t.seen[n] && len(n.Of) > 0:
		again = a.T("cli.why.above")
	case t.most > 0 && level > t.most && len(n.Of) > 0 && !whole:
		again = a.T("cli.why.below")
	}
	fmt.Fprintf(w, "%s%s  %s%s%s%s\n", lead, value, operator(n), a.T(n.Key, n.Pairs...), a.whence(n), again)
	if again != "" {
		return
	}
	t.seen[n] = true
	list := n.Of
	if n.Op == explain.Same && len(list) == 1 && list[0].Op != explain.Fact { // the same figure again
		list = list[0].Of
	}
	cut := len(list)
	if !whole && cut > treeCut+1 {
		cut = treeCut
	}
	for i, x := range list[:cut] {
		branch, under := "├─ ", "│  "
		if i == len(list)-1 {
			branch, under = "└─ ", "   "
		}
		t.line(x, below+branch, below+under, level+1)
	}
	if cut < len(list) {
		fmt.Fprintf(w, "%s└─ %s\n", below, a.T("cli.why.more", "n", strconv.Itoa(len(list)-cut)))
	}
}

// operator is the sign of what is done to the nodes below.
func operator(n *explain.Node) string {
	signs := map[explain.Op]string{explain.Sum: "Σ ", explain.Max: "max ", explain.Min: "min ", explain.Times: "× ", explain.TimesDown: "× ", explain.Product: "× ", explain.Ceiling: "⌈⌉ ", explain.Over: "÷ "}
	if len(n.Of) == 1 && n.Op == explain.Sum && !n.Of[0].Minus {
		return ""
	}
	return signs[n.Op]
}

// valueText is a value as a table shows it: estimates to six digits, large ones to
// two decimals.
func valueText(v explain.Value) string {
	if v.Kind == explain.Number {
		if x := math.Abs(v.F); x >= 1e5 && x < 1e15 { // money: to the cent
			return strings.TrimSuffix(strconv.FormatFloat(v.F, 'f', 2, 64), ".00")
		}
		return strconv.FormatFloat(v.F, 'g', 6, 64)
	}
	return v.String()
}

// whence names the cell that a fact stands in.
func (a *app) whence(n *explain.Node) string {
	s := n.Source
	if n.Op != explain.Fact || s.Table == "" && s.Rule == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString("  [")
	if s.Table != "" {
		b.WriteString(s.Table + " " + s.Row + " " + s.Column)
	}
	if s.Rule != "" && (s.Table == "" || s.Rule != "sku" && s.Rule != "item" && s.Rule != "source") {
		if s.Table != "" {
			b.WriteString(": ")
		}
		b.WriteString(a.ruleText(s.Rule))
	}
	b.WriteString("]")
	return b.String()
}

// ruleText is the word for a rule, the rule itself where it has none.
func (a *app) ruleText(rule string) string {
	for _, key := range []string{"rule." + rule, "source." + rule} {
		if lang.Has(key) {
			return a.T(key)
		}
	}
	return rule
}

// jsonTree is a tree as JSON has it.
type jsonTree struct {
	Text   string      `json:"text"`
	Key    string      `json:"key"`
	Op     string      `json:"op"`
	Kind   string      `json:"kind"`
	Value  string      `json:"value"`
	Minus  bool        `json:"minus,omitempty"`
	Order  string      `json:"order_id,omitempty"`
	Source *jsonSource `json:"source,omitempty"`
	Of     []jsonTree  `json:"of,omitempty"`
}

type jsonSource struct {
	Table  string `json:"table,omitempty"`
	Row    string `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
	Rule   string `json:"rule,omitempty"`
}

func (a *app) jsonTree(n *explain.Node) jsonTree {
	t := jsonTree{Text: a.T(n.Key, n.Pairs...), Key: n.Key, Op: n.Op.String(), Kind: n.Value.Kind.String(), Value: n.Value.String(), Minus: n.Minus, Order: n.Order}
	if n.Op == explain.Fact {
		t.Source = &jsonSource{n.Source.Table, n.Source.Row, n.Source.Column, n.Source.Rule}
	}
	for _, x := range n.Of {
		t.Of = append(t.Of, a.jsonTree(x))
	}
	return t
}
