package tabular

import (
	"bytes"
	"strings"
)

// Dialect is how a text file separates its cells.
type Dialect struct {
	Delimiter byte
	Quote     byte // '"' or '\''
	Hint      bool // the first line says the separator itself: sep=;
}

// delimiters are the separators that are told by themselves, the usual ones
// first: the order breaks ties.
var delimiters = []byte{',', ';', '\t', '|', '^', '~'}

// maxDialectLines is how many lines of a sample are looked at.
const maxDialectLines = 200

// GuessDialect finds the separator under which most lines of the sample have
// the same number of cells, quotes respected. Lines above the table (titles,
// remarks) and totals below it do not have to fit. A file of one column gets
// the comma.
func GuessDialect(sample []byte) Dialect {
	if d, ok := sepLine(sample); ok {
		return Dialect{d, guessQuote(sample, d), true}
	}
	best, bestScore := byte(','), 0.0
	for _, d := range delimiters {
		counts := fieldCounts(sample, d, '"')
		if len(counts) == 0 {
			continue
		}
		mode, share := modeOf(counts)
		if mode < 2 {
			continue
		}
		// Evenness first, then the number of cells; a separator that only a
		// minority of lines agrees on is one inside texts.
		score := share*1000 + float64(min(mode, 60))
		if score > bestScore+1e-9 {
			best, bestScore = d, score
		}
	}
	return Dialect{best, guessQuote(sample, best), false}
}

// sepLine reads the line sep=; with which spreadsheets are told the separator.
func sepLine(sample []byte) (byte, bool) {
	line, _, _ := bytes.Cut(sample, []byte("\n"))
	line = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimRight(line, "\r"), []byte("\xef\xbb\xbf")))
	if len(line) >= 5 && strings.EqualFold(string(line[:4]), "sep=") {
		return line[4], true
	}
	if strings.EqualFold(string(line), "sep=") {
		return '\t', true // the tab was trimmed away
	}
	return 0, false
}

// fieldCounts counts the cells of the lines of a sample that are not blank.
func fieldCounts(sample []byte, delim, quote byte) []int {
	var counts []int
	n, inside, start, any := 1, false, true, false
	for i := 0; i < len(sample) && len(counts) < maxDialectLines; i++ {
		b := sample[i]
		switch {
		case b == quote && (start || inside):
			if inside && i+1 < len(sample) && sample[i+1] == quote {
				i++
			} else {
				inside = !inside
			}
			start, any = false, true
		case inside:
		case b == delim:
			n++
			start = true
		case b == '\n':
			if any {
				counts = append(counts, n)
			}
			n, start, any = 1, true, false
		case b == ' ' || b == '\r':
		default:
			start, any = false, true
		}
	}
	if any && !inside && len(counts) < maxDialectLines && (len(counts) == 0 || len(sample) < 60<<10) {
		counts = append(counts, n)
	}
	return counts
}

// modeOf returns the most frequent count and the share of lines that have it.
// Ties go to the larger one.
func modeOf(counts []int) (mode int, share float64) {
	seen := map[int]int{}
	for _, c := range counts {
		seen[c]++
		if seen[c] > seen[mode] || seen[c] == seen[mode] && c > mode {
			mode = c
		}
	}
	return mode, float64(seen[mode]) / float64(len(counts))
}

// guessQuote is the single quote where cells stand in single quotes, else the
// double one.
func guessQuote(sample []byte, delim byte) byte {
	single, double := 0, 0
	for _, line := range bytes.SplitN(sample, []byte("\n"), maxDialectLines) {
		for _, cell := range bytes.Split(bytes.TrimRight(line, "\r"), []byte{delim}) {
			cell = bytes.TrimSpace(cell)
			if len(cell) >= 2 && cell[0] == cell[len(cell)-1] {
				switch cell[0] {
				case '\'':
					single++
				case '"':
					double++
				}
			}
		}
	}
	if single > 2 && double == 0 {
		return '\''
	}
	return '"'
}
