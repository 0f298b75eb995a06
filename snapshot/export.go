package snapshot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"planwright"
)

// Format is a format of exported tables.
type Format uint8

// The formats: comma-separated values, Parquet, one JSON array of objects, one
// JSON object a line, an Excel workbook, an Arrow IPC stream, an Arrow IPC file
// (which has an index at its end and so is for disks).
const (
	CSV Format = iota
	Parquet
	JSON
	JSONLines
	XLSX
	Arrow
	ArrowFile
)

var formatNames = []string{"csv", "parquet", "json", "jsonl", "xlsx", "arrow", "arrow"}

// String returns the name, which is also the ending of files.
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return ""
}

// MediaType returns the format's name on the web.
func (f Format) MediaType() string {
	switch f {
	case CSV:
		return "text/csv; charset=utf-8"
	case Parquet:
		return "application/vnd.apache.parquet"
	case JSON:
		return "application/json"
	case JSONLines:
		return "application/x-ndjson"
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	if f == ArrowFile {
		return "application/vnd.apache.arrow.file"
	}
	return "application/vnd.apache.arrow.stream"
}

// ParseFormat reads the name of a format; ndjson and arrows are known as well.
func ParseFormat(s string) (Format, bool) {
	s = strings.ToLower(s)
	switch s {
	case "ndjson":
		return JSONLines, true
	case "arrows", "ipc":
		return Arrow, true
	}
	for i, n := range formatNames {
		if n == s {
			return Format(i), true
		}
	}
	return CSV, false
}

// FormatOf returns the format that a file name's ending asks for: .arrow is a
// file, .arrows a stream.
func FormatOf(path string) (Format, error) {
	ext := strings.TrimPrefix(filepath.Ext(path), ".")
	f, ok := ParseFormat(ext)
	if !ok {
		return f, fail(planwright.CodeUsage, "export", path, "its ending names no format", "use .csv, .parquet, .json, .jsonl, .xlsx or .arrow", nil)
	}
	if ext == "arrow" {
		f = ArrowFile
	}
	return f, nil
}

// exportEvery is how many rows lie between two reports of progress.
const exportEvery = 100_000

// Export writes the rows of a query. progress, if given, is called with the
// rows written so far (not for Parquet, which DuckDB writes). It returns the
// number of rows. Limits and refusals are those of [Workspace.Query].
func (w *Workspace) Export(ctx context.Context, q QueryRequest, f Format, to io.Writer, progress func(rows int64)) (int64, error) {
	if f == Parquet {
		return w.exportParquet(ctx, q, to)
	}
	rows, err := w.Query(ctx, q)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	return writeRows(rows, f, to, progress)
}

// ExportFile writes the rows of a query to a file, whole or not at all.
func (w *Workspace) ExportFile(ctx context.Context, q QueryRequest, f Format, path string, progress func(rows int64)) (n int64, err error) {
	err = replaceFile(path, func(to io.Writer) error {
		n, err = w.Export(ctx, q, f, to, progress)
		return err
	})
	return n, err
}

// WriteRows writes rows in any format but Parquet. It returns their number and
// leaves closing them to the caller.
func WriteRows(rows *Rows, f Format, to io.Writer) (int64, error) { return writeRows(rows, f, to, nil) }

func writeRows(rows *Rows, f Format, to io.Writer, progress func(rows int64)) (int64, error) {
	switch f {
	case CSV, JSON, JSONLines:
		return writeText(rows, f, to, progress)
	case XLSX:
		return writeCells(rows, f, to, progress)
	case Arrow, ArrowFile:
		return writeBatches(rows, f, to, progress)
	}
	return 0, fail(planwright.CodeUsage, "export", "", "rows as "+f.String(), "export the query", nil)
}

// replaceFile writes a file beside path and renames it when it is whole.
func replaceFile(path string, write func(to io.Writer) error) error {
	temp := filepath.Join(filepath.Dir(path), tempPrefix+randomName())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fail(planwright.CodeFileNotFound, "write", path, "", "look at the directory and its permissions", err)
	}
	out := bufio.NewWriterSize(f, 1<<20)
	err = write(out)
	if err == nil {
		if err = out.Flush(); err == nil {
			err = f.Sync()
		}
		if err != nil {
			err = fail(planwright.CodeInternal, "write", path, "", "look at the space on the disk", err)
		}
	}
	if cerr := f.Close(); err == nil && cerr != nil {
		err = fail(planwright.CodeInternal, "write", path, "", "look at the space on the disk", cerr)
	}
	if err == nil {
		if rerr := os.Rename(temp, path); rerr != nil {
			err = fail(planwright.CodeInternal, "write", path, "", "look at the directory and its permissions", rerr)
		}
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// exportParquet lets DuckDB write the file: the sandbox allows that one path
// and no other.
func (w *Workspace) exportParquet(ctx context.Context, q QueryRequest, to io.Writer) (n int64, err error) {
	dir, err := os.MkdirTemp("", "planwright-export-")
	if errors.Is(err, syscall.ENOSPC) {
		return 0, noTemporaryRoom()
	}
	if err != nil {
		return 0, fail(planwright.CodeInternal, "export", "", "no directory for temporary files", "", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "out.parquet")
	box, err := w.sandbox(ctx, q, []string{path})
	if err != nil {
		return 0, err
	}
	err = box.view()
	if err == nil {
		from := "temp.__query"
		if q.MaxRows > 0 {
			from = fmt.Sprintf("(FROM temp.__query LIMIT %d)", q.MaxRows+1)
		}
		err = copyTo(box.ctx, box.conn, from, path, Parquet)
	}
	if err == nil {
		n, err = parquetRows(box.ctx, box.conn, path)
	}
	if err != nil {
		return 0, errors.Join(box.explain(err), box.close())
	}
	if err := box.close(); err != nil {
		return 0, err
	}
	if q.MaxRows > 0 && n > q.MaxRows {
		return 0, tooManyRows(q.MaxRows)
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, fail(planwright.CodeInternal, "export", path, "", "", err)
	}
	_, err = io.Copy(to, contextReader{ctx, f})
	return n, errors.Join(err, f.Close())
}

// copyTo writes a table as a file by DuckDB's own writers.
func copyTo(ctx context.Context, c *Conn, from, path string, f Format) error {
	if f != Parquet {
		return fail(planwright.CodeInternal, "export", path, "not by DuckDB as "+f.String(), "", nil)
	}
	return c.Exec(ctx, "COPY "+from+" TO "+literal(path)+" (FORMAT parquet, COMPRESSION zstd)")
}

// noTemporaryRoom is the error of a full disk under what an export makes as a file.
// It names no path: clients of the service see it.
func noTemporaryRoom() error {
	return fail(planwright.CodeDiskFull, "export", "", "no room in the directory of temporary files", "free space and run it again; nothing was lost", nil)
}

func parquetRows(ctx context.Context, c *Conn, path string) (int64, error) {
	var n int64
	_, err := c.Scan(ctx, "SELECT num_rows FROM parquet_file_metadata("+literal(path)+")", nil, &n)
	return n, err
}

func tooManyRows(limit int64) error {
	return fail(planwright.CodeQueryLimit, "query", "", fmt.Sprintf("more than %d rows", limit), "add a LIMIT or aggregate", nil)
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
