package scenario

import (
	"planwright"
	"planwright/lang"
)

// Problem says what is wrong with a scenario, in words of the catalogue: Key with
// Pairs. At is where, in characters of the text from 1; 0 where it is not about
// one.
type Problem struct {
	Code  planwright.Code // USAGE or NOT_FOUND
	At    int
	Key   string
	Pairs []string
}

// Text says it in a language.
func (p *Problem) Text(l lang.Language) string {
	pairs := make([]string, len(p.Pairs))
	copy(pairs, p.Pairs)
	for i := 1; i < len(pairs); i += 2 {
		if pairs[i] == endOfText {
			pairs[i] = lang.Text(l, "whatif.end")
		}
	}
	text := lang.Text(l, p.Key, pairs...)
	if p.At > 0 {
		text = lang.Text(l, "whatif.at", "at", number(p.At), "text", text)
	}
	return text
}

// Error says it in English.
func (p *Problem) Error() string { return "scenario: " + p.Text(lang.English) }

// endOfText stands for the end of the text as what was found.
const endOfText = "\x00"
