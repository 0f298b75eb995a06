package snapshot

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"planwright"
)

// encodingNamed returns the decoder of a text encoding, nil for UTF-8 and "".
func encodingNamed(name string) (encoding.Encoding, error) {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "-")) {
	case "", "utf-8", "utf8":
		return nil, nil
	case "utf-16", "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	case "gb18030", "gbk", "gb2312":
		return simplifiedchinese.GB18030, nil
	}
	return nil, fmt.Errorf("encoding %q: want utf-8, utf-16 or gb18030", name)
}

// textFile is a delimited text file as it was found to be.
type textFile struct {
	path     string
	gz       bool
	delim    byte
	quote    byte   // 0: none (JSON lines)
	encoding string // utf-8, utf-16, gb18030
	macLines bool   // lines end with a carriage return alone
	columns  []string
	keys     []string // JSON lines: the keys that the columns are called after
	width    int      // fields of a record
	header   int64    // row of the header, 0: none

	rows  int64 // records behind the header, blank ones left out
	blank int64
	bad   int64       // records that cannot be taken apart, of rows
	first []badRecord // the first of them

	wide  bool // blanks other than spaces occur
	crlf  bool
	clean string // path of the copy that was written, "" where the file itself can be read
}

// badRecord is a record that cannot be taken apart.
type badRecord struct {
	row    int64
	reason string
}

// maxExamples is how many examples of a finding are kept with the snapshot.
const maxExamples = 1000

// open returns the text of the file as UTF-8, and a function that closes it.
func (f *textFile) open() (io.Reader, func() error, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, nil, fail(planwright.CodeFileNotFound, "import", f.path, "", "check the path and its permissions", err)
	}
	var r io.Reader = file
	if f.gz {
		z, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<20))
		if err != nil {
			_ = file.Close()
			return nil, nil, fail(planwright.CodeFileFormat, "import", f.path, "not a gzip file", "check how it was made", err)
		}
		r = z
	}
	enc, err := encodingNamed(f.encoding)
	if err != nil {
		_ = file.Close()
		return nil, nil, fail(planwright.CodeMapping, "import", f.path, "", "", err)
	}
	if enc != nil {
		r = transform.NewReader(r, enc.NewDecoder())
	} else {
		r = transform.NewReader(r, &bomSkipper{})
	}
	if f.macLines {
		r = transform.NewReader(r, crToLF{})
	}
	return r, file.Close, nil
}

// bomSkipper drops a byte order mark of UTF-8 and passes the rest on.
type bomSkipper struct{ begun bool }

func (b *bomSkipper) Reset() { b.begun = false }

func (b *bomSkipper) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if !b.begun {
		if len(src) < 3 && !atEOF {
			return 0, 0, transform.ErrShortSrc
		}
		b.begun = true
		if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
			src, nSrc = src[3:], 3
		}
	}
	n := copy(dst, src)
	if n < len(src) {
		err = transform.ErrShortDst
	}
	return n, nSrc + n, err
}

// crToLF makes line feeds of carriage returns.
type crToLF struct{ transform.NopResetter }

func (crToLF) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	n := copy(dst, src)
	for i, c := range dst[:n] {
		if c == '\r' {
			dst[i] = '\n'
		}
	}
	if n < len(src) {
		err = transform.ErrShortDst
	}
	return n, n, err
}

// sniff looks at the beginning of the file: encoding, line ends, separator.
func (f *textFile) sniff(o FileOptions, quoted bool) error {
	delim, err := o.delimiter()
	if err != nil {
		return fail(planwright.CodeMapping, "import", f.path, "", "see docs/mapping.md", err)
	}
	f.encoding = o.Encoding
	head, err := f.head(64 << 10)
	if err != nil {
		return err
	}
	if f.encoding == "" {
		switch {
		case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
			f.encoding = "utf-16"
		case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
			f.encoding = "utf-16be"
		}
		if f.encoding != "" {
			if head, err = f.head(64 << 10); err != nil {
				return err
			}
		}
	}
	if f.encoding == "" {
		f.encoding = "utf-8"
	}
	for _, m := range []struct{ magic, what string }{
		{"PK\x03\x04", "a zip archive (a workbook?)"}, {"\xd0\xcf\x11\xe0", "an old .xls workbook"}, {"PAR1", "a Parquet file"}, {"\x1f\x8b", "a gzip file"}, {"SQLite format 3", "an SQLite file"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return fail(planwright.CodeFileFormat, "import", f.path, "it is "+m.what+", not the text its name says", "give it the right ending, or save it as CSV or .xlsx", nil)
		}
	}
	f.macLines = bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0
	if !quoted {
		return nil
	}
	f.quote = '"'
	f.delim = delim
	if delim == 0 {
		f.delim = guessDelimiter(head)
	}
	return nil
}

func (f *textFile) head(n int) ([]byte, error) {
	r, closeFile, err := f.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = closeFile() }()
	b := make([]byte, n)
	k, err := io.ReadFull(r, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fail(planwright.CodeFileFormat, "import", f.path, "", "check that the file is whole", err)
	}
	return b[:k], nil
}

// wrongText tells bytes that are no UTF-8 from a file that may be in another
// encoding: records with bad bytes against records with good ones beyond
// ASCII.
type wrongText struct {
	row   int64 // of the first
	wrong int64
	right int64
}

// scan reads the whole file once and fills in what was found. Where another
// reader could take the file differently (blank or ragged records, odd quotes,
// mixed line ends, another encoding, compression) it writes a clean copy to
// the path copyTo, each record with its row number before it; its header is
// not in the copy.
func (f *textFile) scan(ctx context.Context, copyTo string, progress func(int64)) error {
	write := f.gz || f.encoding != "utf-8" || f.macLines || f.quote == 0
	for {
		text, irregular, err := f.pass(ctx, write, copyTo, progress)
		if err != nil {
			return err
		}
		switch {
		case text.wrong > 0 && f.encoding == "utf-8" && text.wrong > text.right && f.quote != 0:
			// Almost no text of GB18030 is UTF-8 by chance; a file of UTF-8
			// with a few broken bytes has more good records than bad ones.
			f.encoding = "gb18030"
			write = true
		case text.wrong > 0 && f.encoding == "gb18030":
			return fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("neither UTF-8 nor GB18030: row %d", text.row), "save it as UTF-8", nil)
		case text.wrong > 0:
			return fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("not %s: row %d", strings.ToUpper(f.encoding), text.row), "save it as UTF-8, or name its encoding in a mapping file", nil)
		case irregular && !write:
			write = true
		default:
			return nil
		}
	}
}

// pass is one reading of the file.
func (f *textFile) pass(ctx context.Context, write bool, copyTo string, progress func(int64)) (text wrongText, irregular bool, err error) {
	r, closeFile, err := f.open()
	if err != nil {
		return text, false, err
	}
	defer func() { _ = closeFile() }()
	f.columns, f.width, f.header = nil, 0, 0
	f.rows, f.blank, f.bad, f.first, f.clean, f.crlf, f.wide = 0, 0, 0, nil, "", false, f.quote == 0
	var out *bufio.Writer
	if write {
		file, err := os.Create(copyTo)
		if err != nil {
			return text, false, fail(planwright.CodeInternal, "import", copyTo, "the copy cannot be written", "look at the disk space", err)
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
		f.width = 1
	}
	for {
		if s.row&0xffff == 0 {
			if err := ctx.Err(); err != nil {
				return text, false, err
			}
			if progress != nil {
				progress(s.row)
			}
		}
		ok, err := s.next(&rec)
		if err != nil {
			return text, false, fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("unreadable after row %d", s.row), "check that the file is whole", err)
		}
		if !ok {
			break
		}
		if !ascii(rec.raw) {
			if wrong := !utf8.Valid(rec.raw) || f.encoding != "utf-8" && bytes.Contains(rec.raw, []byte("\uFFFD")); !wrong {
				text.right++
			} else {
				if text.wrong == 0 {
					text.row = s.row
				}
				text.wrong++
			}
		}
		if blank(rec.raw, f.delim) {
			if f.width > 0 {
				f.blank++
			}
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
		if f.width == 0 {
			if rec.problem != "" {
				return text, false, fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("header in row %d: %s", s.row, rec.problem), "correct the first row", nil)
			}
			if err := f.setHeader(&rec, s.row); err != nil {
				return text, false, err
			}
			irregular = irregular || rec.odd || bytes.IndexByte(rec.raw, '\n') >= 0
			continue
		}
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
		irregular = irregular || rec.odd
		if out != nil {
			line = f.appendClean(line[:0], s.row, &rec)
			if _, err := out.Write(line); err != nil {
				return text, false, fail(planwright.CodeInternal, "import", copyTo, "the copy cannot be written", "look at the disk space", err)
			}
		}
	}
	if out != nil {
		if err := out.Flush(); err != nil {
			return text, false, fail(planwright.CodeInternal, "import", copyTo, "the copy cannot be written", "look at the disk space", err)
		}
	}
	f.crlf = crlf > 0
	irregular = irregular || crlf > 0 && lf > 0
	if f.width == 0 {
		return text, false, fail(planwright.CodeFileFormat, "import", f.path, "the file is empty", "leave it out, or give it a header row", nil)
	}
	return text, irregular, nil
}

// judge finds what is wrong with a record of the file.
func (f *textFile) judge(rec *record) {
	switch {
	case rec.problem != "":
	case rec.fields != f.width:
		rec.problem = fmt.Sprintf("%d fields, want %d", rec.fields, f.width)
	case f.quote == 0 && bytes.IndexByte(rec.raw, cleanDelim) >= 0:
		rec.problem = notObject
	}
}

// wideBlanks says whether a record may hold blanks other than spaces, inside
// its cells or around them.
func wideBlanks(raw []byte, delim byte) bool {
	if delim != '\t' && bytes.IndexByte(raw, '\t') >= 0 || bytes.IndexByte(raw, '\n') >= 0 || bytes.IndexByte(raw, '\r') >= 0 {
		return true
	}
	return !ascii(raw) && (bytes.Contains(raw, []byte("\u00a0")) || bytes.Contains(raw, []byte("\u3000")) || bytes.Contains(raw, []byte("\ufeff")))
}

// cleanDelim separates the row number from the line in copies of JSON lines;
// no JSON text holds it.
const cleanDelim = 0x1f

// appendClean writes a record as every reader takes it the same.
func (f *textFile) appendClean(dst []byte, row int64, rec *record) []byte {
	dst = strconv.AppendInt(dst, row, 10)
	if f.quote == 0 {
		dst = append(dst, cleanDelim)
		for _, c := range rec.raw {
			if c == '\r' {
				c = ' '
			}
			dst = append(dst, c)
		}
		return append(dst, '\n')
	}
	dst = append(dst, f.delim)
	if !rec.odd {
		return append(append(dst, rec.raw...), '\n')
	}
	for i, cell := range split(rec.raw, f.delim, f.quote) {
		if i > 0 {
			dst = append(dst, f.delim)
		}
		dst = appendQuoted(dst, cell)
	}
	return append(dst, '\n')
}

func appendQuoted(dst []byte, cell string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(cell); i++ {
		if cell[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, cell[i])
	}
	return append(dst, '"')
}

// maxColumns bounds the width of a table.
const maxColumns = 4096

func (f *textFile) setHeader(rec *record, row int64) error {
	f.columns = split(rec.raw, f.delim, f.quote)
	f.width, f.header = rec.fields, row
	if len(f.columns) > maxColumns {
		return fail(planwright.CodeFileFormat, "import", f.path, fmt.Sprintf("%d columns", len(f.columns)), "a table has at most 4096", nil)
	}
	for i := range f.columns {
		f.columns[i] = strings.TrimSpace(f.columns[i])
	}
	f.columns = uniqueTitles(f.columns)
	return nil
}

// uniqueTitles gives a column without a title the name column_K and a title
// that stands twice (case does not count) a number.
func uniqueTitles(titles []string) []string {
	out := make([]string, len(titles))
	seen := map[string]bool{"__row": true}
	for i, t := range titles {
		if t == "" {
			t = fmt.Sprintf("column_%d", i+1)
		}
		for base, k := t, 2; seen[strings.ToLower(t)]; k++ {
			t = fmt.Sprintf("%s_%d", base, k)
		}
		seen[strings.ToLower(t)] = true
		out[i] = t
	}
	return out
}
