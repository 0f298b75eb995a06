package scenario

import (
	"strings"

	"planwright"
	"planwright/lang"
)

// Problem says what is wrong with a scenario, in words of the catalogue: Key with
// Pairs. At is where, in characters from 1, of the text, or of line Line of it where it
// has several lines (Line 0: it has one); 0 where it is about no place.
type Problem struct {
	Code  planwright.Code // USAGE or NOT_FOUND
	At    int
	Line  int
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
		if pairs[i-1] == "want" && l != lang.English {
			for _, key := range wants {
				pairs[i] = strings.ReplaceAll(pairs[i], lang.Text(lang.English, key), lang.Text(l, key))
			}
		}
	}
	text := lang.Text(l, p.Key, pairs...)
	switch {
	case p.At > 0 && p.Line > 0:
		text = lang.Text(l, "whatif.at_line", "line", number(p.Line), "at", number(p.At), "text", text)
	case p.At > 0:
		text = lang.Text(l, "whatif.at", "at", number(p.At), "text", text)
	}
	return text
}

// Error says it in English.
func (p *Problem) Error() string { return "scenario: " + p.Text(lang.English) }

// wants are what a problem says is expected that is no word of the language.
var wants = []string{"whatif.want.number", "whatif.want.day", "whatif.want.month", "whatif.want.item", "whatif.want.order", "whatif.want.keyword",
	"whatif.want.item_name", "whatif.want.category_name", "whatif.want.site_name", "whatif.want.supplier_name", "whatif.want.class_name", "whatif.want.planner_name"}

// endOfText stands for the end of the text as what was found.
const endOfText = "\x00"
