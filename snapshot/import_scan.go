package snapshot

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// maxRecord is the longest record of a text file. A longer one is a quote that
// nobody closed, or no table at all.
const maxRecord = 1 << 20

// records reads the records of a delimited text file. Its rules are those of
// RFC 4180 and what spreadsheets make of it: a field that starts with a quote
// ends at the closing one and may hold separators and line breaks; a quote
// inside an unquoted field is a character like any other. A quote that is
// never closed costs one line, not the rest of the file.
type records struct {
	r     io.Reader
	delim byte
	quote byte // 0: none
	buf   []byte
	pos   int
	end   int
	eof   bool
	row   int64 // number of the last record, from 1; blank ones count
}

// record is one record; raw is valid until the next one is read.
type record struct {
	raw     []byte // without its line break
	fields  int
	problem string // why it cannot be taken apart, "" where it can
	odd     bool   // readers may differ about it: write it anew before passing it on
	ending  int    // bytes of its line break: 2 for CR LF, 1, 0 at the end of the file
}

// What is wrong with a record; the reasons of RAGGED_ROW.
const (
	unclosedQuote = "a quote is not closed"
	textAfter     = "text after a closing quote"
	tooLong       = "longer than 1 MiB"
	zeroByte      = "a zero byte"
	notObject     = "not a JSON object"
)

func newRecords(r io.Reader, delim, quote byte) *records {
	return &records{r: r, delim: delim, quote: quote, buf: make([]byte, 4<<20)}
}

// fill reads more of the file behind what is not consumed; false when the
// buffer cannot take more or the file ends.
func (s *records) fill() (bool, error) {
	if s.eof {
		return false, nil
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		return false, nil
	}
	n, err := io.ReadFull(s.r, s.buf[s.end:])
	s.end += n
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		s.eof = true
		return n > 0, nil
	}
	return n > 0, err
}

// line finds the line that starts at offset from (relative to pos). It returns
// the offset behind its line break and the length of its text.
func (s *records) line(from int) (text, next int, whole bool, err error) {
	seen := from
	for {
		if i := bytes.IndexByte(s.buf[s.pos+seen:s.end], '\n'); i >= 0 {
			text, next = seen+i, seen+i+1
			if text > from && s.buf[s.pos+text-1] == '\r' {
				text--
			}
			return text, next, true, nil
		}
		seen = s.end - s.pos
		if seen-from > maxRecord {
			return seen, seen, false, nil
		}
		more, err := s.fill()
		if err != nil {
			return 0, 0, false, err
		}
		if !more {
			if seen > from && s.buf[s.pos+seen-1] == '\r' {
				return seen - 1, seen, true, nil
			}
			return seen, seen, true, nil
		}
	}
}

// next returns the next record, false at the end of the file.
func (s *records) next(rec *record) (bool, error) {
	*rec = record{}
	text, next, whole, err := s.line(0)
	if err != nil || next == 0 {
		return false, err
	}
	s.row++
	if !whole {
		return s.skipLong(rec)
	}
	l := s.buf[s.pos : s.pos+text]
	if s.quote == 0 || bytes.IndexByte(l, s.quote) < 0 {
		rec.fields = 1
		if s.delim != 0 {
			rec.fields += bytes.Count(l, []byte{s.delim})
		}
	} else if text, next, err = s.quoted(rec, text, next); err != nil {
		return false, err
	}
	rec.raw = s.buf[s.pos : s.pos+text]
	rec.ending = next - text
	if text > maxRecord {
		rec.raw, rec.problem = rec.raw[:1024], tooLong
	}
	if rec.problem == "" && bytes.IndexByte(rec.raw, 0) >= 0 {
		rec.problem = zeroByte
	}
	s.pos += next
	return true, nil
}

// quoted counts the fields of a record with quotes in its first line, reading
// on where a quoted field holds a line break.
func (s *records) quoted(rec *record, text, next int) (int, int, error) {
	first, firstNext := text, next
	i := 0
	rec.fields = 1
	for {
		// At the start of a field. Blanks before a quote are dropped.
		start := i
		for i < text && s.buf[s.pos+i] == ' ' && s.delim != ' ' {
			i++
		}
		if i < text && s.buf[s.pos+i] == s.quote {
			rec.odd = rec.odd || i > start
			i++
			for {
				j := bytes.IndexByte(s.buf[s.pos+i:s.pos+next], s.quote)
				if j < 0 {
					var whole bool
					var err error
					i = next
					if text, next, whole, err = s.line(next); err != nil {
						return 0, 0, err
					}
					if !whole || next == i || next > maxRecord {
						rec.problem, rec.fields = unclosedQuote, 0
						return first, firstNext, nil
					}
					continue
				}
				i += j + 1
				if i < text && s.buf[s.pos+i] == s.quote {
					i++
					continue
				}
				break
			}
			for i < text && s.buf[s.pos+i] == ' ' && s.delim != ' ' {
				i++
				rec.odd = true
			}
			if i < text && s.buf[s.pos+i] != s.delim {
				rec.problem = textAfter
				return text, next, nil
			}
		} else {
			i = start
			j := bytes.IndexByte(s.buf[s.pos+i:s.pos+text], s.delim)
			if j < 0 {
				j = text - i
			}
			if bytes.IndexByte(s.buf[s.pos+i:s.pos+i+j], s.quote) >= 0 {
				rec.odd = true
			}
			i += j
		}
		if i >= text {
			return text, next, nil
		}
		rec.fields++
		i++
	}
}

// skipLong passes over a line that is too long to be a record.
func (s *records) skipLong(rec *record) (bool, error) {
	rec.problem = tooLong
	rec.raw = append([]byte(nil), s.buf[s.pos:s.pos+1024]...)
	for {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], '\n'); i >= 0 {
			s.pos += i + 1
			return true, nil
		}
		s.pos = s.end
		more, err := s.fill()
		if err != nil {
			return false, err
		}
		if !more {
			return true, nil
		}
	}
}

// split takes a record apart into the texts of its fields.
func split(raw []byte, delim, quote byte) []string {
	var out []string
	if delim == 0 {
		return []string{string(raw)}
	}
	for i := 0; ; {
		j := i
		for j < len(raw) && raw[j] == ' ' && delim != ' ' {
			j++
		}
		if quote == 0 || j >= len(raw) || raw[j] != quote {
			k := bytes.IndexByte(raw[i:], delim)
			if k < 0 {
				return append(out, string(raw[i:]))
			}
			out = append(out, string(raw[i:i+k]))
			i += k + 1
			continue
		}
		var b strings.Builder
		for j++; j < len(raw); j++ {
			if raw[j] == quote {
				if j+1 < len(raw) && raw[j+1] == quote {
					j++
				} else {
					j++
					break
				}
			}
			b.WriteByte(raw[j])
		}
		for j < len(raw) && raw[j] != delim { // blanks, or text that makes the record a bad one
			if raw[j] != ' ' {
				b.WriteByte(raw[j])
			}
			j++
		}
		out = append(out, b.String())
		if j >= len(raw) {
			return out
		}
		i = j + 1
	}
}

// blank says whether a record holds nothing but separators and blanks.
func blank(raw []byte, delim byte) bool {
	for _, c := range raw {
		if c != ' ' && c != '\t' && c != '\r' && (c != delim || delim == 0) {
			return false
		}
	}
	return true
}

// ascii says whether b holds no byte beyond 127.
func ascii(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
