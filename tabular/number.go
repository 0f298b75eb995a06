package tabular

import (
	"regexp"
	"strconv"
	"strings"
)

// The ways in which a column may write its numbers.
const (
	PlainNumbers = ""  // 1234.5
	PointNumbers = "." // 1,234.5; full width, 1.2万, (5), 5-, ¥3
	CommaNumbers = "," // 1.234,5
)

var (
	plainNumber = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$`)
	pointNumber = regexp.MustCompile(`^[+-]?([0-9]{1,3}([, '][0-9]{3})+|[0-9]{1,3}(,[0-9]{2})*,[0-9]{3}|[0-9]+)(\.[0-9]*)?$`)
	commaNumber = regexp.MustCompile(`^[+-]?([0-9]{1,3}([. '][0-9]{3})+|[0-9]+)(,[0-9]*)?$`)
	destroyed   = regexp.MustCompile(`^[1-9](\.[0-9]+)?E\+[0-9]{2,3}$`)
)

// fullWidth maps full-width forms to the plain ones.
var fullWidth = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9",
	"．", ".", "，", ",", "－", "-", "−", "-", "＋", "+", "％", "%", "（", "(", "）", ")", "\u3000", " ", "\u00a0", " ", "\u202f", " ", "／", "/", "：", ":", "＇", "'", "’", "'")

// bare takes off a number what does not change it: currency signs, a sign
// behind it, brackets of a negative one, 万.
func bare(s string) string {
	s = strings.TrimSpace(fullWidth.Replace(s))
	s = strings.TrimSpace(strings.TrimLeft(s, "¥￥$€£"))
	for _, suffix := range []string{"元", "RMB", "CNY", "USD", "EUR", "€", "%", "万", "亿"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, suffix))
	}
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	if n := len(s); n > 1 && (s[n-1] == '-' || s[n-1] == '+') {
		s = s[:n-1]
	}
	return s
}

// numberLike says whether a cell is a number in some way of writing.
func numberLike(c string) bool {
	if c == "" || len(c) > 64 {
		return false
	}
	if plainNumber.MatchString(c) {
		return true
	}
	b := bare(c)
	return plainNumber.MatchString(b) || pointNumber.MatchString(b) || commaNumber.MatchString(b)
}

// Destroyed says whether a code was turned into a rounded number by a
// spreadsheet: 6.90E+12 was a bar code once, and its digits are lost.
func Destroyed(code string) bool { return destroyed.MatchString(code) }

// Absent are the ways in which programs write an empty cell.
var Absent = []string{"-", "--", "—", "N/A", "n/a", "NA", "NULL", "null", "#N/A", "None", "none", "NaN", "nan", "无", "\\N"}

func absent(c string) bool {
	for _, a := range Absent {
		if c == a {
			return true
		}
	}
	return false
}

// Numbers is what the cells of a column say about how it writes numbers.
type Numbers struct {
	Plain, Point, Comma int64 // cells that only this way of writing explains; Plain also counts 1.5
	Either              int64 // 1,234 and 1.234: thousands or decimals
	Signs               int64 // full width, 万, brackets, currency
	Percent             int64
	Bad                 int64
	Empty               bool // cells such as NA and -
}

// Add takes a cell that occurs n times.
func (x *Numbers) Add(c string, n int64) {
	c = strings.TrimSpace(c)
	if c == "" || absent(c) {
		x.Empty = x.Empty || c != ""
		return
	}
	b := bare(c)
	if strings.HasSuffix(fullWidth.Replace(c), "%") {
		x.Percent += n
	}
	if b != c {
		x.Signs += n
	}
	point, comma := pointNumber.MatchString(b), commaNumber.MatchString(b)
	switch {
	case plainNumber.MatchString(b):
		if i := strings.IndexByte(b, '.'); i >= 0 && i <= 3 && len(b)-i == 4 && comma {
			x.Either += n // 1.234
			return
		}
		x.Plain += n
		if strings.Contains(b, ".") {
			x.Point += n
		}
	case point && comma && strings.Contains(b, ","):
		x.Either += n // 1,234
		if strings.Count(b, ",") > 1 {
			x.Point += n
		}
	case point:
		x.Point += n
	case comma:
		x.Comma += n
	default:
		x.Bad += n
	}
}

// Style decides how the column writes its numbers. Whether 1,234 is a thousand
// or a fraction is told by the other cells, then by what is usual; decimal says
// what other columns of the file do (CommaNumbers, or "" for nothing).
func (x *Numbers) Style(decimal string) string {
	if x.Comma > 0 && x.Comma >= x.Point || x.Comma == 0 && x.Point == 0 && x.Either > 0 && decimal == CommaNumbers {
		return CommaNumbers
	}
	return PointNumbers
}

// Value reads a number in any of the ways of writing; of 1,234 the comma is a
// thousand's. false for what is none.
func Value(c string) (float64, bool) {
	b := bare(strings.TrimSpace(c))
	if !plainNumber.MatchString(b) {
		switch {
		case pointNumber.MatchString(b):
			b = strings.NewReplacer(",", "", " ", "", "'", "").Replace(b)
		case commaNumber.MatchString(b):
			b = strings.NewReplacer(".", "", " ", "", "'", "", ",", ".").Replace(b)
		default:
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(b, 64)
	return x, err == nil
}
