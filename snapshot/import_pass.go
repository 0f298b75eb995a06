package snapshot

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"planwright"
	"planwright/tabular"
)

// scan reads the whole file once and fills in what was found. Where another
// reader could take the file differently (blank or ragged records, odd quotes,
// mixed line ends, another encoding, compression) it writes a clean copy to
// the path copyTo, each record with its row number before it; its header is
// not in the copy.
func (f *textFile) scan(ctx context.Context, o FileOptions, copyTo string, progress func(done, total int64)) error {
	for {
		write := f.gz || f.encoding != tabular.UTF8 || f.macLines || f.quote != '"' || f.first1 != 1 || f.header != 1
		text, irregular, err := f.pass(ctx, write, copyTo, progress)
		if err != nil {
			return err
		}
		switch {
		case text.wrong > 0 && !f.forced && !f.judged:
			// ASCII at the beginning, something else later.
			if err := f.judge8(tabular.Charset{}, false); err != nil {
				return err
			}
			if f.encoding != tabular.UTF8 {
				if err := f.layout(o, f.quote != 0); err != nil {
					return err
				}
			}
		case text.wrong > 0 && f.forced && !f.lenient && text.wrong > text.right:
			return fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("not %s: row %d", strings.ToUpper(f.encoding), text.row), "name its encoding (--encoding), or save it as UTF-8", nil)
		case text.wrong > 0 && !f.lenient:
			f.lenient = true
		case irregular && f.clean == "":
			if _, _, err := f.pass(ctx, true, copyTo, progress); err != nil {
				return err
			}
			return nil
		default:
			return nil
		}
	}
}

// What stands in a file beside its records.
type skipKind int

const (
	aRecord skipKind = iota
	aBlank
	aTitle
	aTotal
)

// kind tells records from blank rows, titles and totals.
func (f *textFile) kind(rec *record, row int64) skipKind {
	switch {
	case blank(rec.raw, f.delim):
		return aBlank
	case row <= f.header, row == 1 && f.first1 != 1 && f.quote != 0 && bytes.HasPrefix(bytes.ToLower(rec.raw[:min(len(rec.raw), 4)]), []byte("sep=")):
		return aTitle
	case f.quote == 0:
		return aRecord
	case f.rawTitle != nil && bytes.Equal(rec.raw, f.rawTitle):
		return aTitle // the header again, on every page of a report
	case tabular.IsRule(rec.raw):
		return aTitle
	case tabular.MayTotal(rec.raw, f.delim) && tabular.IsTotal(split(rec.raw, f.delim, f.quote)):
		return aTotal
	}
	return aRecord
}

// pass is one reading of the file.
func (f *textFile) pass(ctx context.Context, write bool, copyTo string, progress func(done, total int64)) (text wrongText, irregular bool, err error) {
	r, closeFile, err := f.open()
	if err != nil {
		return text, false, err
	}
	defer func() { _ = closeFile() }()
	f.rows, f.blank, f.bad, f.first, f.clean, f.crlf, f.wide = 0, 0, 0, nil, "", false, f.quote == 0
	f.titleRows, f.totalRows = 0, 0
	var out *bufio.Writer
	if write {
		file, err := os.Create(copyTo)
		if err != nil {
			return text, false, copyError(copyTo, err)
		}
		defer func() {
			if cerr := file.Close(); err == nil && cerr != nil {
				err = cerr
			}
		}()
		out = bufio.NewWriterSize(file, 1<<20)
		f.clean = copyTo
	}
	s := newRecords(r, f.delim, f.quote)
	var rec record
	var line []byte
	crlf, lf := int64(0), int64(0)
	if f.quote == 0 {
		f.width, f.least = 1, 1
	}
	for {
		if s.row&0xffff == 0 {
			if err := ctx.Err(); err != nil {
				return text, false, err
			}
			if progress != nil {
				progress(s.row, f.rowsInAll(s.row))
			}
		}
		ok, err := s.next(&rec)
		if err != nil {
			return text, false, fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("unreadable after row %d", s.row), "check that the file is whole", err)
		}
		if !ok {
			if progress != nil {
				progress(s.row, s.row)
			}
			break
		}
		kind := f.kind(&rec, s.row)
		if kind != aBlank && !ascii(rec.raw) {
			if wrong := !utf8.Valid(rec.raw) || f.encoding != tabular.UTF8 && bytes.Contains(rec.raw, []byte("\uFFFD")); !wrong {
				text.right++
			} else {
				if text.wrong == 0 {
					text.row = s.row
				}
				text.wrong++
				if f.lenient && rec.problem == "" {
					rec.problem = "bytes that are not " + strings.ToUpper(f.encoding)
				}
			}
		}
		switch kind {
		case aBlank:
			f.blank++
			irregular = true
			continue
		case aTitle:
			if s.row < f.first1 || s.row > f.header {
				f.titleRows++
				irregular = true
			} else if rec.odd || bytes.IndexByte(rec.raw, '\n') >= 0 {
				irregular = true
			}
			if rec.ending == 2 {
				crlf++
			} else if rec.ending == 1 {
				lf++
			}
			continue
		case aTotal:
			f.totalRows++
			irregular = true
			continue
		}
		switch rec.ending {
		case 2:
			crlf++
		case 1:
			lf++
		}
		if bytes.IndexByte(rec.raw, '\r') >= 0 {
			rec.odd = true
		}
		f.wide = f.wide || wideBlanks(rec.raw, f.delim)
		f.rows++
		f.judge(&rec)
		if rec.problem != "" {
			irregular = true
			f.bad++
			if len(f.first) < maxExamples {
				f.first = append(f.first, badRecord{s.row, rec.problem})
			}
			continue
		}
		if f.quote == '\'' {
			rec.odd = true
		}
		irregular = irregular || rec.odd
		if out != nil {
			line = f.appendClean(line[:0], s.row, &rec)
			if _, err := out.Write(line); err != nil {
				return text, false, copyError(copyTo, err)
			}
		}
	}
	if out != nil {
		if err := out.Flush(); err != nil {
			return text, false, copyError(copyTo, err)
		}
	}
	f.crlf = crlf > 0
	irregular = irregular || crlf > 0 && lf > 0
	if f.width == 0 || f.quote == 0 && f.rows == 0 {
		return text, false, fail(planwright.CodeFileFormat, "import", f.path, "the file is empty", "leave it out, or give it a header row", nil)
	}
	return text, irregular, nil
}

// maxDepth is how deep a JSON line may be nested.
const maxDepth = 100

// judge finds what is wrong with a record of the file.
func (f *textFile) judge(rec *record) {
	switch {
	case rec.problem != "":
	case rec.fields > f.width && f.quote != 0:
		if raw, ok := withoutEmpty(rec.raw, f.delim, rec.fields-f.width); ok {
			rec.raw, rec.fields, rec.odd = raw, f.width, true
			return
		}
		rec.problem = fmt.Sprintf("%d fields, want %d", rec.fields, f.width)
	case rec.fields < f.least:
		rec.problem = fmt.Sprintf("%d fields, want %d", rec.fields, f.width)
	case rec.fields < f.width:
		rec.odd = true // filled up in the copy
	case f.quote == 0 && bytes.IndexByte(rec.raw, cleanDelim) >= 0:
		rec.problem = notObject
	case f.quote == 0 && len(rec.raw) > maxDepth && nesting(rec.raw) > maxDepth:
		rec.problem = fmt.Sprintf("nested more than %d deep", maxDepth)
	}
}

// withoutEmpty takes n empty cells off the end of a record.
func withoutEmpty(raw []byte, delim byte, n int) ([]byte, bool) {
	for i := len(raw) - 1; i >= 0; i-- {
		switch raw[i] {
		case delim:
			if n--; n == 0 {
				return raw[:i], true
			}
		case ' ', '\r':
		default:
			return nil, false
		}
	}
	return nil, false
}

// nesting is the greatest number of brackets that are open at once, texts left
// out.
func nesting(raw []byte) int {
	depth, most, inside := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch b := raw[i]; {
		case inside && b == '\\':
			i++
		case b == '"':
			inside = !inside
		case inside:
		case b == '{' || b == '[':
			depth++
			most = max(most, depth)
		case b == '}' || b == ']':
			depth--
		}
	}
	return most
}
