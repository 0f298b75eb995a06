// Package explain is the arithmetic behind a figure, as a tree: a [Node] is a
// fact with its source or an operation on the nodes below it, and holds the value
// that the plan shows. [Node.Check] does every operation again, with exact
// quantities and calendar days, and compares. The package computes nothing of a
// plan itself and is pure; who plans builds the trees, who shows them looks up the
// texts of the keys.
package explain
