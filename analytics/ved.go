package analytics

import "strings"

// VED reads an entered criticality: V (vital), E (essential) or D (desirable), in
// any case, as a letter or a word, in English or Chinese; "" for anything else.
// Criticality is a judgement about what a missing part costs: it is entered,
// never guessed from figures.
func VED(entered string) string {
	switch strings.ToLower(strings.TrimSpace(entered)) {
	case "v", "vital", "关键", "重要":
		return "V"
	case "e", "essential", "必要":
		return "E"
	case "d", "desirable", "一般", "普通":
		return "D"
	}
	return ""
}
