package analytics

import (
	"cmp"
	"slices"
)

// HMLParams are the limits of high and medium unit costs. The zero value calls
// the dearest 10 % of the items H and the next 20 % M.
type HMLParams struct {
	High, Medium float64 // shares of the items; 0: 0.10 and 0.20
	// HighCost and MediumCost, if above 0, are limits in money in place of shares:
	// H from HighCost, M from MediumCost.
	HighCost, MediumCost float64
}

// HML classifies by unit cost: high, medium, low. Items of equal cost have one
// class, that of the dearest place among them; a cost that is 0, negative or not
// a number is L.
func HML(cost []float64, p HMLParams) []string {
	out := make([]string, len(cost))
	for k := range out {
		out[k] = "L"
	}
	if p.HighCost > 0 || p.MediumCost > 0 {
		for k, c := range cost {
			switch {
			case p.HighCost > 0 && c >= p.HighCost:
				out[k] = "H"
			case p.MediumCost > 0 && c >= p.MediumCost:
				out[k] = "M"
			}
		}
		return out
	}
	if p.High == 0 {
		p.High = 0.10
	}
	if p.Medium == 0 {
		p.Medium = 0.20
	}
	order := make([]int32, 0, len(cost))
	for k, c := range cost {
		if c > 0 && finite(c) {
			order = append(order, int32(k))
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(cost[b], cost[a]), cmp.Compare(a, b)) })
	n := float64(len(order))
	class := "L"
	for i, k := range order {
		if i == 0 || cost[k] != cost[order[i-1]] {
			switch at := float64(i); {
			case at < p.High*n:
				class = "H"
			case at < p.High*n+p.Medium*n: // not (High+Medium)·n, which rounds up
				class = "M"
			default:
				class = "L"
			}
		}
		out[k] = class
	}
	return out
}
