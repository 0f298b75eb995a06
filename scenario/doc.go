// Package scenario is the language of what-if questions: a scenario is a list of
// changes as text, such as
//
//	demand of category Garden +20 % from 2026-07-01 to 2026-08-31
//	delay supplier S-17 by 7 days
//	service of class A = 99 %
//
// [Parse] reads it, [Apply] makes the changed snapshot of a snapshot, which stays
// as it is, and says which sku's are touched and how. The package plans nothing.
//
// docs/whatif.md has the grammar and examples of every change.
package scenario
