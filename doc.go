// Package planwright is the vocabulary of planning: quantities, days,
// calendars, sku's, bills of material, the snapshot of a company's data and the
// plan made of it. It holds no algorithm and does no I/O: the rooms that
// compute (forecast, replenish, mrp, analytics, plan) and the rooms at the edge
// (snapshot, api, cmd) all speak in these types.
//
// # Conventions
//
// Identity is dense: items, sites, suppliers and sku's are numbered 0..n-1 in
// the order of their codes, and every attribute is a column indexed by that
// number. Ragged data (lines of a BOM, orders of a sku) are stored as
// compressed rows: row i owns values[Off[i]:Off[i+1]].
//
// A value that is absent is told by the sentinel of its type: [NoQty], [NoDay],
// [NoInt], [None] for references, NaN for floats. No real value equals one.
//
// Quantities are exact ([Qty], millionths of the stock unit); statistics and
// money are float64. Days are numbers without zone or clock ([Day]).
package planwright

// Version is the version of the engine. It is part of a plan's identity: the
// same snapshot, options and version give the bit-identical plan.
const Version = "0.1.0"

// NoInt says that an integer column holds no value in this row.
const NoInt int32 = -1 << 31

// None is the absent reference to a row of another table.
const None int32 = -1 << 31
