package explain

import (
	"fmt"

	"planwright"
)

// Source is where a fact comes from.
type Source struct {
	// Table of the snapshot or of the plan, as the data set names it; "" where
	// the fact is no cell of a table.
	Table string
	// Row is the key of the row: codes joined by "|".
	Row string
	// Column of the table.
	Column string
	// Rule says which rule chose the value where several could hold: "entered",
	// "default", "source", "sku", "supplier", "policy", "repaired: CODE …".
	Rule string
}

// Node is a figure: a fact (Op is Fact), or what an operation makes of the nodes
// below it.
type Node struct {
	// Key is the node's text in the message catalogue, Pairs its values by name.
	Key   string
	Pairs []string

	Op    Op
	Value Value
	Of    []*Node
	Minus bool // the node above subtracts it

	Source Source
	// Calendar counts the days of AddDays, OnOrBefore and OnOrAfter; nil: every
	// day.
	Calendar *planwright.Calendar
	// Again computes the value of a node of Op Function.
	Again func(of []Value) (Value, error)
	// Order is the planned order or open order that the figure is of: it has an
	// explanation of its own.
	Order string
}

// Leaf is a fact.
func Leaf(key string, v Value, from Source, pairs ...string) *Node {
	return &Node{Key: key, Value: v, Source: from, Pairs: pairs}
}

// Make is an operation on nodes; its value is computed here. An operation that
// cannot be done on them is an error of the caller and panics.
func Make(key string, op Op, of []*Node, pairs ...string) *Node {
	n := &Node{Key: key, Op: op, Of: of, Pairs: pairs}
	return n.Done()
}

// Done computes the value of a node that was put together by hand, and returns
// the node.
func (n *Node) Done() *Node {
	v, err := n.compute(values(n.Of))
	if err != nil {
		panic("explain: " + err.Error())
	}
	n.Value = v
	return n
}

// Less marks nodes as subtracted.
func (n *Node) Less() *Node {
	n.Minus = true
	return n
}

func values(of []*Node) []Value {
	v := make([]Value, len(of))
	for i, n := range of {
		v[i] = n.Value
	}
	return v
}

// Eval computes the value of the tree from its facts alone.
func (n *Node) Eval() (Value, error) {
	if n.Op == Fact {
		return n.Value, nil
	}
	of := make([]Value, len(n.Of))
	for i, x := range n.Of {
		v, err := x.Eval()
		if err != nil {
			return v, err
		}
		of[i] = v
	}
	v, err := n.compute(of)
	if err != nil {
		return v, fmt.Errorf("%s: %w", n.Key, err)
	}
	return v, nil
}

// Check computes every node again from the nodes below it. It returns an error
// that names the first one that shows another figure.
func (n *Node) Check() error {
	for _, x := range n.Of {
		if err := x.Check(); err != nil {
			return err
		}
	}
	if n.Op == Fact {
		return nil
	}
	v, err := n.compute(values(n.Of))
	if err != nil {
		return fmt.Errorf("%s: %w", n.Key, err)
	}
	if !v.Equal(n.Value) {
		return fmt.Errorf("%s shows %s, its parts make %s", n.Key, n.Value, v)
	}
	return nil
}

// Walk calls do for every node, from the top, with its depth. Where do returns
// false the nodes below are left out.
func (n *Node) Walk(do func(n *Node, depth int) bool) { n.walk(do, 0) }

func (n *Node) walk(do func(n *Node, depth int) bool, depth int) {
	if !do(n, depth) {
		return
	}
	for _, x := range n.Of {
		x.walk(do, depth+1)
	}
}

// Leaves returns the facts of the tree, from left to right.
func (n *Node) Leaves() []*Node {
	var all []*Node
	n.Walk(func(x *Node, _ int) bool {
		if x.Op == Fact {
			all = append(all, x)
		}
		return true
	})
	return all
}
