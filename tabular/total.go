package tabular

import (
	"bytes"
	"strings"
)

// totals are the words that a row of sums begins with.
var totals = map[string]bool{}

func init() {
	for _, w := range strings.Split("*|**|***|本期合计|本年累计|本年合计|本日合计|本季合计|本期发生额|期初余额|期初结存|上期结存|上月结存|期初库存|期末余额|承前页|过次页|opening balance|closing balance|carried forward|brought forward|anfangsbestand|endbestand|übertrag|合计|总计|小计|共计|累计|本页小计|本页合计|本月合计|合計|總計|小計|total|totals|grand total|grandtotal|subtotal|sub total|sub-total|sum|summe|gesamt|gesamtsumme|total général|total general|total geral|totale|итого|всего", "|") {
		totals[w] = true
	}
}

// maxTotalWord is longer than any total word in bytes.
const maxTotalWord = 40

// IsTotal says whether a row is one of sums and not of data: its first filled
// cell is a word for a total and every other filled cell a number.
func IsTotal(cells []string) bool {
	first, clear := true, false
	others, blanks := 0, 0
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			blanks++
			continue
		}
		if first {
			if !totalWord(c) {
				return false
			}
			first, clear = false, c[0] >= 0x80 || len(c) > 5
			continue
		}
		if totalWord(c) {
			continue
		}
		if !numberLike(c) {
			return false
		}
		others++
	}
	// Without an empty cell, Total may be the code of something.
	return !first && (blanks > 0 || clear && others > 0 || len(cells) == 1)
}

func totalWord(c string) bool {
	if len(c) > maxTotalWord {
		return false
	}
	w := strings.ToLower(strings.TrimRight(c, ":： ."))
	if totals[w] {
		return true
	}
	return totals[strings.Join(strings.Fields(strings.ReplaceAll(w, "\u3000", " ")), "")]
}

// MayTotal is a quick look at a record: it says false for nearly all that
// cannot be a row of sums.
func MayTotal(raw []byte, delim byte) bool {
	i := 0
	for i < len(raw) && (raw[i] == delim || raw[i] == ' ' || raw[i] == '"' || raw[i] == '\'' || raw[i] == '\t') {
		i++
	}
	if i >= len(raw) {
		return false
	}
	switch raw[i] {
	case '*', 't', 'T', 's', 'S', 'g', 'G', 'o', 'O', 'c', 'C', 'b', 'B', 'a', 'A', 'e', 'E', 0xc3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe3, 0xd0, 0xc2:
	default:
		return false
	}
	end := bytes.IndexByte(raw[i:], delim)
	if end < 0 {
		end = len(raw) - i
	}
	return end <= maxTotalWord && totalWord(strings.Trim(string(raw[i:i+end]), " \"'\r"))
}

// ruleRun is how many equal signs in a row draw a line.
const ruleRun = 5

// IsRule says whether a record is a drawn line, as reports for printing have
// them between their rows: dashes, with the signs of corners and columns alone.
func IsRule(raw []byte) bool {
	if len(raw) < ruleRun {
		return false
	}
	run, longest := 0, 0
	for i, c := range raw {
		switch c {
		case '-', '=', '_', '*':
			if i > 0 && raw[i-1] == c {
				run++
			} else {
				run = 1
			}
			longest = max(longest, run)
		case '+', '|', ' ', '\t', '\r':
			run = 0
		default:
			return false
		}
	}
	return longest >= ruleRun
}
