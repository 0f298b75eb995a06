package analytics

// Change is a sku whose class differs between two plans.
type Change struct {
	Key           string // item and site
	Before, After string // "" where one of the plans does not know the sku
}

// ClassChanges compares the classes of two plans, each sorted by key, and returns
// what differs in the order of the keys: what moved, what is new, what is gone.
func ClassChanges(beforeKey, beforeClass, afterKey, afterClass []string) []Change {
	var out []Change
	i, j := 0, 0
	for i < len(beforeKey) || j < len(afterKey) {
		switch {
		case j == len(afterKey) || i < len(beforeKey) && beforeKey[i] < afterKey[j]:
			out = append(out, Change{beforeKey[i], beforeClass[i], ""})
			i++
		case i == len(beforeKey) || afterKey[j] < beforeKey[i]:
			out = append(out, Change{afterKey[j], "", afterClass[j]})
			j++
		default:
			if beforeClass[i] != afterClass[j] {
				out = append(out, Change{afterKey[j], beforeClass[i], afterClass[j]})
			}
			i++
			j++
		}
	}
	return out
}
