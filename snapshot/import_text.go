package snapshot

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/text/transform"

	"planwright"
	"planwright/tabular"
)

// textFile is a delimited text file as it was found to be.
type textFile struct {
	path     string
	gz       bool
	delim    byte
	quote    byte   // 0: none (JSON lines)
	encoding string // utf-8, gb18030, ...
	forced   bool   // the mapping or an option names the encoding
	judged   bool   // the encoding was told from the whole file
	sure     tabular.Charset
	lenient  bool // records in another encoding are set aside instead of stopping
	macLines bool // lines end with a carriage return alone
	columns  []string
	keys     []string // JSON lines: the keys that the columns are called after
	width    int      // fields of a record
	least    int      // fewer fields are filled up to the width from so many on
	header   int64    // row of the (last) header row, 0: none
	first1   int64    // row of the first header row, 0: none
	rawTitle []byte   // the header as it stands in the file

	rows      int64 // records behind the header, blank ones left out
	blank     int64
	titleRows int64       // above the header, and the header again
	totalRows int64       // rows of sums
	bad       int64       // records that cannot be taken apart, of rows
	first     []badRecord // the first of them

	wide  bool // blanks other than spaces occur
	crlf  bool
	taken int64  // bytes of the file, as it is packed, that were read
	clean string // path of the copy that was written, "" where the file itself can be read
}

// badRecord is a record that cannot be taken apart.
type badRecord struct {
	row    int64
	reason string
}

// maxExamples is how many examples of a finding are kept with the snapshot.
const maxExamples = 1000

// openRaw returns the bytes of the file, unpacked.
func (f *textFile) openRaw() (io.Reader, func() error, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, nil, fail(planwright.CodeFileNotFound, "import", f.path, "", "check the path and its permissions", err)
	}
	f.taken = 0
	if !f.gz {
		return counted{file, &f.taken}, file.Close, nil
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(counted{file, &f.taken}, 1<<20))
	if err != nil {
		_ = file.Close()
		return nil, nil, fail(planwright.CodeFileFormat, "import", f.path, "not a gzip file", "check how it was made", err)
	}
	return limitUnpacked(z, fileSize(f.path)), file.Close, nil
}

// counted adds up what is read through it.
type counted struct {
	r io.Reader
	n *int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	*c.n += int64(n)
	return n, err
}

// rowsInAll estimates the rows of the file from those of the bytes that were
// taken so far; 0 before the first.
func (f *textFile) rowsInAll(row int64) int64 {
	if row == 0 || f.taken == 0 {
		return 0
	}
	return max(row, int64(float64(row)/float64(f.taken)*float64(fileSize(f.path))))
}

// open returns the text of the file as UTF-8, and a function that closes it.
func (f *textFile) open() (io.Reader, func() error, error) {
	r, closeFile, err := f.openRaw()
	if err != nil {
		return nil, nil, err
	}
	enc, err := tabular.Encoding(f.encoding)
	if err != nil {
		_ = closeFile()
		return nil, nil, fail(planwright.CodeMapping, "import", f.path, "", "", err)
	}
	if enc != nil {
		r = transform.NewReader(r, enc.NewDecoder())
	}
	r = transform.NewReader(r, &bomSkipper{})
	if f.macLines {
		r = transform.NewReader(r, crToLF{})
	}
	return r, closeFile, nil
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

// wrongText tells bytes that are no UTF-8 from a file that may be in another
// encoding: records with bad bytes against records with good ones beyond
// ASCII.
type wrongText struct {
	row   int64 // of the first
	wrong int64
	right int64
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
	cells := split(rec.raw, f.delim, f.quote)
	for i := range f.width {
		if i > 0 {
			dst = append(dst, f.delim)
		}
		cell := ""
		if i < len(cells) {
			cell = cells[i]
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
