package lang

import (
	"strings"

	"planwright"
)

// Fault says in a language what an error is: the catalogue's text of its code,
// with its values, and its cause where the text does not tell it.
func Fault(l Language, e *planwright.Error) string {
	pairs := e.Args
	if len(pairs) == 0 { // the catalogue's text has one value: what went wrong
		detail := Detail(l, e.What)
		if detail == "" && e.Err != nil {
			detail = e.Err.Error()
		}
		if e.Subject != "" {
			detail = strings.TrimSuffix(e.Subject+": "+detail, ": ")
		}
		pairs = []string{"detail", detail}
	} else if len(pairs) == 2 && pairs[0] == "detail" && e.What != "" { // behind what it is about
		told := strings.Replace(pairs[1], e.What, Detail(l, e.What), 1)
		if e.Fix != "" {
			told = strings.Replace(told, e.Fix, Detail(l, e.Fix), 1)
		}
		pairs = []string{"detail", told}
	}
	line := Text(l, "what."+e.Code.String(), pairs...)
	if e.Err != nil && !strings.Contains(line, e.Err.Error()) {
		line += " (" + e.Err.Error() + ")"
	}
	return line
}
