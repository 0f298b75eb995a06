// Package ledger says what an event is (a movement of stock, a change of an
// order) and what a set of events makes of the stock, the open orders and the
// history of a snapshot. It does no I/O: events and rows come in, rows go out.
//
// Two kinds of events meet here. A movement is relative: a receipt of 5. A
// statement is absolute: a count of 40, an order of which 12 are open. A
// statement holds what happened before it, so that a movement changes it only
// when it happened later. The base snapshot is a statement about everything, at
// its cut. From this follows all of the rest: events may come late, twice and in
// any order, and the same set of events on the same base gives the same rows.
//
//	L1: the result is a function of the base and of the set of events.
//	L2: events are applied by when they happened, never by when they arrived.
//	L3: what a statement holds is not counted again; it changes history alone.
//	L4: an event that cannot be applied yet waits, with its reason, and changes nothing.
package ledger
