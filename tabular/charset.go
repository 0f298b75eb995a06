package tabular

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// The names of the encodings that are told by themselves.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	GB18030     = "gb18030"
	Big5        = "big5"
	ShiftJIS    = "shift_jis"
	Windows1252 = "windows-1252"
)

// Encoding returns the decoder of an encoding by its name, nil for UTF-8 and
// "". Beside the ones that are told by themselves, every name of the WHATWG
// encoding standard is known.
func Encoding(name string) (encoding.Encoding, error) {
	switch strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), "_", "-")) {
	case "", "utf-8", "utf8", "utf-8-sig":
		return nil, nil
	case "utf-16", "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	case "gb18030", "gbk", "gb2312", "cp936", "ansi-zh":
		return simplifiedchinese.GB18030, nil
	case "big5", "cp950", "big5-hkscs":
		return traditionalchinese.Big5, nil
	case "shift-jis", "sjis", "cp932", "windows-31j":
		return japanese.ShiftJIS, nil
	case "windows-1252", "cp1252", "latin1", "latin-1", "iso-8859-1":
		return charmap.Windows1252, nil
	}
	e, err := htmlindex.Get(strings.TrimSpace(name))
	if err != nil {
		return nil, fmt.Errorf("encoding %q: want utf-8, utf-16, gb18030, big5, shift_jis, windows-1252 or another name of the WHATWG standard", name)
	}
	if name, _ := htmlindex.Name(e); name == "utf-8" {
		return nil, nil
	}
	return e, nil
}

// Charset is a guess at the encoding of a text.
type Charset struct {
	Name       string
	Confidence float64 // 0..1
	Reason     string
}

// Charsets gathers, over a whole file, what tells its encoding. Bytes come in
// by Write, in pieces of any size; Guess answers at the end.
type Charsets struct {
	head   []byte // the first bytes
	sample []byte // lines with bytes beyond ASCII
	line   []byte // the line at hand, as far as it is kept
	high   bool   // the line at hand has bytes beyond ASCII
	carry  []byte // an unfinished character of UTF-8
	good   int64  // characters of UTF-8 beyond ASCII
	bad    int64  // bytes that are no UTF-8
	zeros  [2]int64
	n      int64
}

const (
	keepHead   = 64 << 10
	keepSample = 256 << 10
	keepLine   = 8 << 10
)

// Write takes the next bytes of the file. It never fails.
func (c *Charsets) Write(p []byte) (int, error) {
	written := len(p)
	if room := keepHead - len(c.head); room > 0 {
		c.head = append(c.head, p[:min(room, len(p))]...)
	}
	if c.n < keepHead {
		for i, b := range p {
			if b == 0 {
				c.zeros[(c.n+int64(i))&1]++
			}
		}
	}
	c.n += int64(len(p))
	c.utf8(p)
	for len(p) > 0 && len(c.sample) < keepSample {
		i := bytes.IndexByte(p, '\n')
		part := p
		if i >= 0 {
			part = p[:i+1]
		}
		if !c.high {
			for _, b := range part {
				if b >= utf8.RuneSelf {
					c.high = true
					break
				}
			}
		}
		if room := keepLine - len(c.line); room > 0 {
			c.line = append(c.line, part[:min(room, len(part))]...)
		}
		if i >= 0 {
			c.endLine()
		}
		p = p[len(part):]
	}
	return written, nil
}

func (c *Charsets) endLine() {
	if c.high {
		c.sample = append(c.sample, c.line...)
	}
	c.line, c.high = c.line[:0], false
}

// utf8 counts what is and what is not UTF-8, across the borders of pieces.
func (c *Charsets) utf8(p []byte) {
	if len(c.carry) > 0 {
		n := min(utf8.UTFMax-len(c.carry), len(p))
		c.carry = append(c.carry, p[:n]...)
		if !utf8.FullRune(c.carry) {
			return
		}
		_, size := utf8.DecodeRune(c.carry)
		before := len(c.carry) - n
		if _, s := utf8.DecodeRune(c.carry); s == 1 {
			c.bad++
		} else {
			c.good++
		}
		if size < before { // a broken start: what follows is judged anew
			rest := append([]byte(nil), c.carry[size:before]...)
			c.carry = c.carry[:0]
			c.utf8(append(rest, p...))
			return
		}
		p = p[size-before:]
		c.carry = c.carry[:0]
	}
	for i := 0; i < len(p); {
		if p[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !utf8.FullRune(p[i:]) {
			c.carry = append(c.carry[:0], p[i:]...)
			return
		}
		r, size := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && size == 1 {
			c.bad++
		} else {
			c.good++
		}
		i += size
	}
}

// Guess tells the encoding of what was written: a byte order mark first, then
// strict UTF-8, then the legacy encoding whose text reads most like a table of
// its language; header words break ties. GB18030 is never tried before UTF-8:
// most UTF-8 headers decode as GB18030 without an error.
func (c *Charsets) Guess() Charset {
	c.endLine()
	if len(c.carry) > 0 {
		c.bad += int64(len(c.carry))
		c.carry = nil
	}
	switch {
	case bytes.HasPrefix(c.head, []byte{0xef, 0xbb, 0xbf}):
		return Charset{UTF8, 1, "byte order mark"}
	case bytes.HasPrefix(c.head, []byte{0xff, 0xfe}):
		return Charset{UTF16LE, 1, "byte order mark"}
	case bytes.HasPrefix(c.head, []byte{0xfe, 0xff}):
		return Charset{UTF16BE, 1, "byte order mark"}
	}
	if half := int64(len(c.head)) / 2; half >= 8 {
		// Text of UTF-16 without a mark: every other byte of ASCII is zero.
		if c.zeros[1] > half/4 && c.zeros[0] <= half/50 {
			return Charset{UTF16LE, 0.95, "every other byte is zero"}
		}
		if c.zeros[0] > half/4 && c.zeros[1] <= half/50 {
			return Charset{UTF16BE, 0.95, "every other byte is zero"}
		}
	}
	if c.bad == 0 {
		if c.good == 0 {
			return Charset{UTF8, 1, "plain ASCII"}
		}
		return Charset{UTF8, 1, "all of it is valid"}
	}
	if c.good >= 10*c.bad {
		return Charset{UTF8, 0.9, "valid but for a few bytes"}
	}
	best, second := Charset{Windows1252, 0, ""}, 0.0
	for _, name := range []string{GB18030, Big5, ShiftJIS, Windows1252} {
		score, words := c.score(name)
		if score > best.Confidence {
			second = best.Confidence
			best = Charset{name, score, "its text reads best so"}
			if words > 0 {
				best.Reason = fmt.Sprintf("%d known titles in it", words)
			}
		} else if score > second {
			second = score
		}
	}
	if best.Reason == "" {
		best.Reason = "nothing else fits"
	}
	best.Confidence = min(1, max(0.3, best.Confidence)) * (1 - 0.5*min(1, second/max(best.Confidence, 1e-9)))
	return best
}
