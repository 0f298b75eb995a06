package snapshot

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"planwright"
)

// SQL of strangers runs in a process of its own: DuckDB counts neither the
// memory nor the time of a single call such as repeat('x', 4000000000), and a
// statement that crashes it takes its process with it. The worker is this
// program again, told by its environment; it has a limit of the system on its
// data, no environment, and nothing but two pipes. It reads one request and
// writes frames: a byte of kind, the length, and that many bytes.

// workerEnv marks a worker.
const workerEnv = "PLANWRIGHT_QUERY_WORKER"

// Frames of a worker's answer.
const (
	frameData byte = 'D' // a piece of an Arrow IPC stream
	frameFail byte = 'E' // a Fault as JSON; the last frame
	frameEnd  byte = 'Z' // the last frame
)

// workerRequest is what a worker is asked.
type workerRequest struct {
	Dir, Snapshot, Plan string
	SQL                 string
	Args                []workerArg
	MaxRows             int64
	Timeout             time.Duration
	Memory              int64
	Threads             int
	Describe            bool // columns and parameters, no rows
}

// workerArg is a value of a parameter: kind n(ull), s(tring), b(ool), i(nteger),
// f(loat), d(ay), t(ime, microseconds), q(uantity).
type workerArg struct {
	Kind string
	Text string `json:",omitempty"`
	Int  int64  `json:",omitempty"`
	F    string `json:",omitempty"`
}

// paramsKey is the key of the schema's metadata that holds the types of the
// parameters, separated by "|".
const paramsKey = "planwright.parameters"

// baseMemory is what a worker needs beside the memory of the query: the program,
// DuckDB's threads, and batches on their way.
const baseMemory = 1 << 30

// init turns the process into a worker where its environment says so. It is not
// left to main: the test binaries of every package that asks queries need it too.
func init() {
	if os.Getenv(workerEnv) == "" {
		return
	}
	os.Exit(workerMain(os.Stdin, os.Stdout))
}

func workerMain(in io.Reader, to io.Writer) int {
	debug.SetMemoryLimit(256 << 20)
	out := &frameWriter{to: to}
	var q workerRequest
	r := bufio.NewReader(in)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return 1 // never asked
	}
	go func() { // the parent is gone, or does not want the answer any more
		_, _ = io.Copy(io.Discard, r)
		os.Exit(1)
	}()
	if err = json.Unmarshal(line, &q); err == nil {
		limitMemory(q.Memory + baseMemory)
		err = q.answer(out)
	}
	if err != nil {
		out.fail(err)
		return 0
	}
	if err := out.frame(frameEnd, nil); err != nil {
		return 1 // nobody reads
	}
	return 0
}

// answer writes the answer as an Arrow IPC stream.
func (q *workerRequest) answer(out *frameWriter) error {
	w := &Workspace{dir: q.Dir}
	args := make([]any, len(q.Args))
	for i, a := range q.Args {
		var err error
		if args[i], err = a.value(); err != nil {
			return err
		}
	}
	req := QueryRequest{SQL: q.SQL, Args: args, Snapshot: q.Snapshot, Plan: q.Plan, MaxRows: q.MaxRows, Timeout: q.Timeout, Memory: q.Memory, Threads: q.Threads}
	if q.Plan == "" {
		req.Plan = "-"
	}
	buf := bufio.NewWriterSize(out, 256<<10)
	ctx := context.Background()
	if q.Describe {
		columns, params, err := w.describe(ctx, req)
		if err != nil {
			return err
		}
		md := arrow.NewMetadata([]string{paramsKey}, []string{strings.Join(params, "|")})
		s := arrow.NewSchema(newBatcher(columns, answerBytes).schema.Fields(), &md)
		if err := ipc.NewWriter(buf, ipc.WithSchema(s)).Close(); err != nil {
			return err
		}
		return buf.Flush()
	}
	rows, err := w.Query(ctx, req)
	if err != nil {
		return err
	}
	defer rows.Close()
	batches := rows.batches(answerBytes)
	iw := ipc.NewWriter(buf, ipc.WithSchema(batches.Schema()))
	for {
		batch, err := batches.Next()
		if err != nil {
			return err
		}
		if batch == nil {
			break
		}
		step := max(1, batch.NumRows()*answerBytes/max(BatchBytes(batch), answerBytes)) // one chunk of many columns is large by itself
		for lo := int64(0); lo < batch.NumRows() && err == nil; lo += step {
			piece := batch.NewSlice(lo, min(lo+step, batch.NumRows()))
			err = iw.Write(piece)
			piece.Release()
		}
		batch.Release()
		if err == nil {
			err = buf.Flush()
		}
		if err != nil {
			return err
		}
	}
	if err := iw.Close(); err != nil { // an empty stream has a schema all the same
		return err
	}
	return buf.Flush()
}

// describe checks and prepares a query and tells its columns and the types of
// its parameters.
func (w *Workspace) describe(ctx context.Context, q QueryRequest) (columns []ColumnInfo, params []string, err error) {
	q.describe = true
	box, err := w.sandbox(ctx, q, nil)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, box.close()) }()
	var p mapping.PreparedStatement
	defer mapping.DestroyPrepare(&p)
	if mapping.Prepare(box.conn.c, q.SQL, &p) == mapping.StateError {
		return nil, nil, box.explain(sqlError(box.ctx, mapping.PrepareError(p), mapping.ErrorTypeInvalid))
	}
	columns = make([]ColumnInfo, mapping.PreparedStatementColumnCount(p))
	for i := range columns {
		lt := mapping.PreparedStatementColumnLogicalType(p, mapping.IdxT(i))
		columns[i] = typeInfo(lt)
		columns[i].Name = mapping.PreparedStatementColumnName(p, mapping.IdxT(i))
		mapping.DestroyLogicalType(&lt)
		if !columns[i].plain() {
			columns[i].id = mapping.TypeVarchar
		}
	}
	for i := range mapping.NParams(p) {
		lt := mapping.ParamLogicalType(p, i+1)
		t := "VARCHAR" // of one that nothing tells the type of
		if info := typeInfo(lt); info.plain() && info.id != mapping.TypeSQLNull {
			t = info.Type
		}
		mapping.DestroyLogicalType(&lt)
		params = append(params, t)
	}
	return columns, params, nil
}

func argOf(v any) (workerArg, error) {
	switch v := v.(type) {
	case nil:
		return workerArg{Kind: "n"}, nil
	case string:
		return workerArg{Kind: "s", Text: v}, nil
	case bool:
		if v {
			return workerArg{Kind: "b", Int: 1}, nil
		}
		return workerArg{Kind: "b"}, nil
	case int:
		return workerArg{Kind: "i", Int: int64(v)}, nil
	case int32:
		return workerArg{Kind: "i", Int: int64(v)}, nil
	case int64:
		return workerArg{Kind: "i", Int: v}, nil
	case float64:
		return workerArg{Kind: "f", F: strconv.FormatUint(math.Float64bits(v), 16)}, nil
	case planwright.Day:
		return workerArg{Kind: "d", Int: int64(v)}, nil
	case planwright.Qty:
		return workerArg{Kind: "q", Int: int64(v)}, nil
	case time.Time:
		return workerArg{Kind: "t", Int: v.UnixMicro()}, nil
	}
	return workerArg{}, fail(planwright.CodeQueryRefused, "query", "", "a parameter of a type that is not known here", "use texts, numbers, dates and times", nil)
}

func (a workerArg) value() (any, error) {
	switch a.Kind {
	case "n":
		return nil, nil
	case "s":
		return a.Text, nil
	case "b":
		return a.Int != 0, nil
	case "i":
		return a.Int, nil
	case "f":
		bits, err := strconv.ParseUint(a.F, 16, 64)
		return math.Float64frombits(bits), err
	case "d":
		return planwright.Day(a.Int), nil
	case "q":
		return planwright.Qty(a.Int), nil
	case "t":
		return time.UnixMicro(a.Int), nil
	}
	return nil, fail(planwright.CodeInternal, "query", a.Kind, "no kind of parameter", "", nil)
}

// frameWriter writes a worker's answer.
type frameWriter struct{ to io.Writer }

func (w *frameWriter) Write(p []byte) (int, error) {
	if err := w.frame(frameData, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *frameWriter) frame(kind byte, p []byte) error {
	head := [5]byte{kind}
	binary.LittleEndian.PutUint32(head[1:], uint32(len(p)))
	if _, err := w.to.Write(head[:]); err != nil {
		return err
	}
	_, err := w.to.Write(p)
	return err
}

// fail sends an error.
func (w *frameWriter) fail(err error) {
	f := FaultOf(err)
	f.Cause = "" // DuckDB's words are for the log of a run, not for strangers
	if f.Op == "" {
		f.Op = "query"
	}
	b, jerr := json.Marshal(f)
	if jerr != nil {
		b = []byte("{}")
	}
	_ = w.frame(frameFail, b) // a parent that is gone reads nothing
}
