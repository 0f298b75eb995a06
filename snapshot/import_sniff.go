package snapshot

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"planwright"
)

// What a small file may unpack to. An export of tables shrinks by a factor of
// five to thirty; a bomb by a thousand and more.
const (
	bombRatio   = 200
	maxUnpacked = 64 << 30
	maxMembers  = 10_000
	maxPage     = 256 << 20 // of HTML and XML, which are read whole
)

// bombSize is the size up to which no ratio is suspicious. Tests make it small.
var bombSize int64 = 1 << 30

// sniffFormat tells what a file is from its first bytes; the name decides
// where they do not.
func sniffFormat(path, name string) (format string, gz bool, err error) {
	named, _, _ := formatOf(name)
	head, err := headOf(path, 4096)
	if err != nil {
		return "", false, err
	}
	if bytes.HasPrefix(head, []byte("\x1f\x8b")) {
		if head, err = gzipHead(path, 4096); err != nil {
			return "", false, wrongFormat(path, "the compressed file is damaged", "make it again", err)
		}
		format = magicOf(head, path)
		switch format {
		case "", "json", "jsonl":
			if format == "" && (named == "jsonl" || named == "json") {
				format = named
			}
			if format == "" {
				format = "csv"
			}
			return format, true, nil
		}
		return "", false, wrongFormat(path, "a compressed "+format+" file", "unpack it first", nil)
	}
	switch magic := magicOf(head, path); magic {
	case "":
	case "json", "jsonl":
		switch {
		case named == "csv" && magic == "json":
			return "csv", false, nil // a bracket may begin a cell
		case magic == "jsonl" && named == "json" && !oneLine(head):
			magic = "json"
		}
		return magic, false, nil
	case "xls":
		return "", false, wrongFormat(path, "an old .xls workbook of Excel 97-2003", "open it in Excel, WPS or LibreOffice and save it as .xlsx", nil)
	case "office":
		return "", false, wrongFormat(path, "an office document, but no .xlsx workbook", "save its table as .xlsx or CSV", nil)
	case "7z", "rar", "pdf", "tar":
		return "", false, wrongFormat(path, "a "+magic+" file", "unpack it, or export the table as CSV or .xlsx", nil)
	default:
		return magic, false, nil
	}
	switch named {
	case "csv", "jsonl", "json":
		return named, false, nil
	case "xls", "html", "xmlss":
		return "csv", false, nil // text that calls itself a workbook
	case "":
		return "", false, wrongFormat(path, "the ending is not one of "+knownEndings, "save it as CSV or .xlsx", nil)
	}
	if len(head) == 0 {
		return "", false, wrongFormat(path, "the file is empty", "leave it out", nil)
	}
	return "", false, wrongFormat(path, "not the "+named+" file that its name says", "check how it was made", nil)
}

// magicOf tells binary formats and markup by their first bytes.
func magicOf(head []byte, path string) string {
	for _, m := range []struct{ magic, format string }{
		{"PAR1", "parquet"}, {"ARROW1", "arrow"}, {"SQLite format 3\x00", "sqlite"}, {"\xd0\xcf\x11\xe0", "xls"}, {"\x09\x08\x10\x00", "xls"}, {"\x09\x04\x06\x00", "xls"}, {"\x09\x08\x08\x00", "xls"},
		{"7z\xbc\xaf", "7z"}, {"Rar!", "rar"}, {"%PDF", "pdf"}, {"\xff\xff\xff\xff", "arrow"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.format
		}
	}
	if len(head) > 12 && string(head[8:12]) == "DUCK" {
		return "duckdb"
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return zipKind(path)
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "tar"
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	lower := bytes.ToLower(text[:min(len(text), 2048)])
	switch {
	case bytes.HasPrefix(lower, []byte("<?xml")) && bytes.Contains(lower, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return "xmlss"
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")), bytes.HasPrefix(lower, []byte("<table")), bytes.HasPrefix(lower, []byte("<meta")), bytes.HasPrefix(lower, []byte("<head")), bytes.HasPrefix(lower, []byte("<style")),
		bytes.HasPrefix(lower, []byte("<")) && bytes.Contains(lower, []byte("<table")), bytes.HasPrefix(lower, []byte("<?xml")) && bytes.Contains(lower, []byte("<html")):
		return "html"
	case bytes.HasPrefix(text, []byte("{\"")), bytes.HasPrefix(text, []byte("{ \"")), bytes.HasPrefix(text, []byte("{\n")):
		return "jsonl"
	case bytes.HasPrefix(text, []byte("[{")), bytes.HasPrefix(text, []byte("[\n")), bytes.HasPrefix(text, []byte("[ {")), bytes.HasPrefix(text, []byte("[\r\n")):
		return "json"
	}
	return ""
}

// oneLine says whether the first line is a whole object that holds no table of
// its own, as in JSON lines.
func oneLine(head []byte) bool {
	line, _, found := bytes.Cut(head, []byte("\n"))
	if !found && len(head) == 4096 {
		return !bytes.Contains(head, []byte("[{"))
	}
	return json.Valid(line) && !bytes.Contains(line, []byte("[{"))
}

// zipKind tells workbooks and other archives apart.
func zipKind(path string) string {
	if path == "" {
		return "zip"
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return "zip"
	}
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		switch f.Name {
		case "xl/workbook.xml", "xl/workbook.bin":
			return "xlsx"
		case "word/document.xml", "ppt/presentation.xml", "content.xml":
			return "office"
		}
	}
	return "zip"
}

func headOf(path string, n int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "import", path, "", "check the path and its permissions", err)
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, n)
	k, err := io.ReadFull(f, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, wrongFormat(path, "cannot be read", "check that the file is whole", err)
	}
	return b[:k], nil
}

func gzipHead(path string, n int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	k, err := io.ReadFull(z, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return b[:k], nil
}

// errBomb is what a file that unpacks to far too much gives.
var errBomb = errors.New("it unpacks to hundreds of times its size: refused, as no table does")

// errTruncated is what a compressed file gives that ends too early.
var errTruncated = errors.New("it ends in the middle: a part of it is missing")

// unpacked limits what is read of a compressed file.
type unpacked struct {
	r    io.Reader
	left int64
}

func limitUnpacked(r io.Reader, packed int64) io.Reader {
	return &unpacked{r, min(maxUnpacked, max(bombSize, packed*bombRatio))}
}

func (u *unpacked) Read(p []byte) (int, error) {
	if u.left <= 0 {
		return 0, errBomb
	}
	n, err := u.r.Read(p[:min(int64(len(p)), u.left)])
	u.left -= int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errTruncated // not the end of a file
	}
	return n, err
}

// checkZip refuses archives whose table of contents says that they unpack to
// far too much.
func checkZip(path string, files []*zip.File) error {
	if len(files) > maxMembers {
		return wrongFormat(path, fmt.Sprintf("%d files in one archive", len(files)), "an archive may have at most 10,000", nil)
	}
	packed, whole := uint64(0), uint64(0)
	for _, f := range files {
		packed += f.CompressedSize64
		whole += f.UncompressedSize64
		if whole > maxUnpacked || whole > uint64(bombSize) && whole > bombRatio*(packed+1) {
			return wrongFormat(path, "", "unpack it yourself if it is honest", errBomb)
		}
	}
	return nil
}

// unzip copies the tables of an archive to dir.
func unzip(path, name, dir string) (list []input, err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, wrongFormat(path, "not a readable archive", "make it again", err)
	}
	defer func() { _ = z.Close() }()
	if err := checkZip(path, z.File); err != nil {
		return nil, err
	}
	out, err := os.MkdirTemp(dir, "zip-")
	if err != nil {
		return nil, copyError(dir, err)
	}
	for k, f := range z.File {
		base := filepath.Base(filepath.FromSlash(strings.ReplaceAll(f.Name, "\\", "/")))
		format, _, _ := formatOf(base)
		if f.FileInfo().IsDir() || format == "" || format == "zip" || hidden(base) || strings.Contains(f.Name, "__MACOSX") {
			continue
		}
		to := filepath.Join(out, fmt.Sprintf("%d%s", k, strings.ToLower(endingOf(base))))
		if err := unzipOne(f, to, path); err != nil {
			return nil, err
		}
		in, err := inputsOf(to, name+"/"+base, dir)
		if err != nil {
			return nil, err
		}
		list = append(list, in...)
	}
	if len(list) == 0 {
		return nil, wrongFormat(path, "no table in the archive", "it should hold CSV, xlsx, ... files", nil)
	}
	return list, nil
}

func endingOf(base string) string {
	if lower := strings.ToLower(base); strings.HasSuffix(lower, ".gz") {
		return filepath.Ext(lower[:len(lower)-3]) + ".gz"
	}
	return filepath.Ext(base)
}

func unzipOne(f *zip.File, to, path string) (err error) {
	r, err := f.Open()
	if err != nil {
		return wrongFormat(path, f.Name+" cannot be unpacked", "make the archive without a password", err)
	}
	defer func() { _ = r.Close() }()
	w, err := os.Create(to)
	if err != nil {
		return copyError(to, err)
	}
	defer func() {
		if cerr := w.Close(); err == nil && cerr != nil {
			err = copyError(to, cerr)
		}
	}()
	if _, err := io.Copy(w, limitUnpacked(r, int64(f.CompressedSize64))); err != nil {
		return wrongFormat(path, f.Name+" cannot be unpacked", "make the archive again", err)
	}
	return nil
}
