package tabular

import (
	"strings"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// score decodes the sample and says how much its characters beyond ASCII read
// like a table in the language of the encoding: 0 not at all, 1 all of them,
// and more for every known title.
func (c *Charsets) score(name string) (score float64, words int) {
	enc, err := Encoding(name)
	if err != nil || enc == nil {
		return 0, 0
	}
	sample := c.sample
	if len(sample) == 0 {
		sample = c.head
	}
	text, err := enc.NewDecoder().Bytes(sample)
	if err != nil {
		return 0, 0
	}
	var sum, n, wrong float64
	runes := []rune(string(text))
	for i, r := range runes {
		if r < 0x80 {
			continue
		}
		n++
		if r == unicode.ReplacementChar {
			wrong++
			continue
		}
		switch name {
		case Windows1252:
			sum += western(runes, i)
		default:
			x := common(name, r)
			if x > 0 && inWord(runes, i) {
				x /= 2 // one or two characters inside a word of plain letters
			}
			sum += x
		}
	}
	if n == 0 || wrong > 0.02*n+1 {
		return 0, 0
	}
	score = max(0, (sum-2*wrong)/n)
	head, err := enc.NewDecoder().Bytes(c.head[:min(len(c.head), 8<<10)])
	if err == nil {
		words = titles(string(head))
	}
	return score + 0.25*float64(words), words
}

// titles counts cells of the first lines that are titles known to mean
// something, written beyond ASCII.
func titles(text string) int {
	n := 0
	lines := strings.SplitN(text, "\n", 8)
	for _, line := range lines[:min(len(lines), 7)] {
		for _, cell := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(",;\t|\r\"", r) }) {
			ascii := true
			for _, r := range cell {
				ascii = ascii && r < 0x80
			}
			if !ascii && len(Meanings(cell)) > 0 {
				n++
			}
		}
	}
	return min(n, 8)
}

// common says how usual a character is in the language of a double-byte
// encoding: 1 for the first level of its standard, which holds the characters
// of daily use, little for what nobody writes.
func common(name string, r rune) float64 {
	switch {
	case r >= 0xe000 && r < 0xf900, unicode.Is(unicode.Co, r):
		return -1
	case r >= 0xff61 && r <= 0xff9f: // half-width katakana
		return 0.1
	case r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xff5e, r == '—', r == '…', r == '“', r == '”', r == '·', r == '×', r == '°', r == 'Φ', r == 'φ', r == '℃', r == 'Ω':
		return 0.6
	}
	switch name {
	case GB18030:
		if b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r))); err == nil && len(b) == 2 {
			switch {
			case b[0] >= 0xb0 && b[0] <= 0xd7 && b[1] >= 0xa1: // GB 2312, level 1
				return 1
			case b[0] >= 0xd8 && b[0] <= 0xf7 && b[1] >= 0xa1: // level 2
				return 0.5
			}
		}
		return 0
	case Big5:
		if b, err := traditionalchinese.Big5.NewEncoder().Bytes([]byte(string(r))); err == nil && len(b) == 2 {
			switch {
			case b[0] >= 0xa4 && b[0] <= 0xc6: // level 1
				return 1
			case b[0] >= 0xc9 && b[0] <= 0xf9: // level 2
				return 0.2
			}
		}
		return 0
	case ShiftJIS:
		switch {
		case r >= 0x3041 && r <= 0x30ff: // kana
			return 1.2
		case unicode.Is(unicode.Han, r):
			return 0.6
		}
		return 0
	}
	return 0
}

// western says how usual a character of Windows-1252 is where it stands:
// accented letters keep company with plain ones, signs stand alone.
func western(runes []rune, i int) float64 {
	r := runes[i]
	plain := func(k int) bool {
		return k >= 0 && k < len(runes) && (runes[k] >= 'a' && runes[k] <= 'z' || runes[k] >= 'A' && runes[k] <= 'Z')
	}
	alone := func(k int) bool { return k < 0 || k >= len(runes) || runes[k] < 0x80 }
	switch {
	case unicode.IsLetter(r):
		if plain(i-1) || plain(i+1) {
			if inWord(runes, i) {
				return 0.95
			}
			if i+1 < len(runes) && runes[i+1] >= 0x80 && i > 0 && runes[i-1] >= 0x80 {
				return 0.2
			}
			if !alone(i-1) || !alone(i+1) {
				return 0.5
			}
			return 0.95
		}
		return 0.1
	case strings.ContainsRune("€£°²³±µ·½¼¾§©®ø–—’“”«»\u00a0×", r):
		if alone(i-1) && alone(i+1) {
			return 0.8
		}
	}
	return 0
}

// inWord says whether the character stands, alone or with one other beyond
// ASCII, between plain letters: Piñón is Spanish, not Chinese.
func inWord(runes []rune, i int) bool {
	plain := func(k int) bool {
		return k >= 0 && k < len(runes) && (runes[k] >= 'a' && runes[k] <= 'z' || runes[k] >= 'A' && runes[k] <= 'Z')
	}
	from, to := i-1, i+1
	for from >= 0 && runes[from] >= 0x80 && i-from <= 2 {
		from--
	}
	for to < len(runes) && runes[to] >= 0x80 && to-i <= 2 {
		to++
	}
	return to-from <= 3 && plain(from) && plain(to)
}
