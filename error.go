package planwright

import "strings"

// Error says that something could not be done: the operation, the subject
// (file, row, code) and what to do about it. Code finds the text in the reader's
// language in the message catalogue, with Args as its values.
type Error struct {
	Code    Code
	Op      string   // mrp, import, open snapshot
	Subject string   // bom.csv row 12, item A100
	What    string   // what is wrong, in English
	Fix     string   // what to do, in English
	Args    []string // values for the catalogue's text
	Err     error    // the cause, if any
}

// Error returns "op: subject: what: fix", leaving out what is empty.
func (e *Error) Error() string {
	var parts []string
	for _, p := range []string{e.Op, e.Subject, e.What} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if e.Fix != "" {
		parts = append(parts, e.Fix)
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
