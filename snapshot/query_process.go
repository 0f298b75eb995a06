package snapshot

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"planwright"
)

// killAfter is how much longer than its timeout a worker may take to say so
// itself.
const killAfter = time.Second

// Answer is the result of a query that runs in a process of its own. It is read
// by one goroutine and must be closed.
type Answer struct {
	schema *arrow.Schema
	reader *ipc.Reader
	p      *process
	rows   int64
}

// Schema returns the columns of the result.
func (a *Answer) Schema() *arrow.Schema { return a.schema }

// Next returns the next batch of rows, nil at the end. It is valid until the
// next call.
func (a *Answer) Next() (arrow.RecordBatch, error) {
	if a.reader.Next() {
		b := a.reader.RecordBatch()
		a.rows += b.NumRows()
		return b, nil
	}
	if err := a.reader.Err(); err != nil && !errors.Is(err, io.EOF) {
		return nil, a.p.explain(err)
	}
	// Only the end frame says that nothing is missing.
	if _, err := io.Copy(io.Discard, a.p); err != nil {
		return nil, a.p.explain(err)
	}
	return nil, nil
}

// Close ends the query.
func (a *Answer) Close() {
	a.reader.Release()
	a.p.end()
}

// Answer runs a SELECT of somebody who is not trusted in a process of its own,
// which the system ends when it takes more memory, or this process when it takes
// more time, than allowed: a crash is an error of that query and of nothing
// else. Otherwise it is [Workspace.Query], with the same codes.
func (w *Workspace) Answer(ctx context.Context, q QueryRequest) (*Answer, error) {
	return w.ask(ctx, q, false)
}

// Describe returns the columns of a SELECT and DuckDB's types of its parameters,
// without running it.
func (w *Workspace) Describe(ctx context.Context, q QueryRequest) (*arrow.Schema, []string, error) {
	a, err := w.ask(ctx, q, true)
	if err != nil {
		return nil, nil, err
	}
	defer a.Close()
	if _, err := a.Next(); err != nil {
		return nil, nil, err
	}
	var params []string
	if list, ok := a.schema.Metadata().GetValue(paramsKey); ok && list != "" {
		params = strings.Split(list, "|")
	}
	return arrow.NewSchema(a.schema.Fields(), nil), params, nil
}

func (w *Workspace) ask(ctx context.Context, q QueryRequest, describe bool) (*Answer, error) {
	snap, plan, err := w.targets(q)
	if err != nil {
		return nil, err
	}
	if q.Timeout <= 0 {
		q.Timeout = queryTimeout
	}
	if q.Memory <= 0 {
		q.Memory = queryMemory
	}
	r := workerRequest{Dir: w.dir, Snapshot: snap, Plan: plan, SQL: q.SQL, MaxRows: q.MaxRows, Timeout: q.Timeout, Memory: q.Memory, Threads: q.Threads, Describe: describe}
	for _, v := range q.Args {
		a, err := argOf(v)
		if err != nil {
			return nil, err
		}
		r.Args = append(r.Args, a)
	}
	p, err := startWorker(ctx, r, q.Between)
	if err != nil {
		return nil, err
	}
	reader, err := ipc.NewReader(p)
	if err != nil {
		err = p.explain(err)
		p.end()
		return nil, err
	}
	return &Answer{schema: reader.Schema(), reader: reader, p: p}, nil
}

// process is a worker at work; reading from it gives its Arrow stream.
type process struct {
	ctx    context.Context
	cancel context.CancelFunc
	q      workerRequest
	cmd    *exec.Cmd
	in     io.Closer
	pipe   io.ReadCloser
	out    *bufio.Reader
	left   int   // bytes of the frame that is open
	last   error // what ended the stream
	errs   bytes.Buffer
	once   sync.Once
	reaped sync.Once
}

// startWorker starts a worker and gives it its request.
func startWorker(ctx context.Context, q workerRequest, between func(io.ReadCloser) io.Reader) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fail(planwright.CodeInternal, "query", "", "this program cannot be found to be started again", "", err)
	}
	line, err := json.Marshal(q)
	if err != nil {
		return nil, fail(planwright.CodeInternal, "query", "", "", "", err)
	}
	p := &process{q: q}
	p.ctx, p.cancel = context.WithTimeout(ctx, q.Timeout+killAfter)
	p.cmd = exec.CommandContext(p.ctx, self)
	p.cmd.Env = []string{workerEnv + "=1", "GOMAXPROCS=2"}
	p.cmd.Stderr = &limitedWriter{w: &p.errs, left: 8 << 10}
	p.cmd.WaitDelay = time.Second
	stdin, err := p.cmd.StdinPipe()
	if err == nil {
		p.in = stdin
		p.pipe, err = p.cmd.StdoutPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.cancel()
		return nil, fail(planwright.CodeInternal, "query", "", "no process for it", "try again later", err)
	}
	var from io.Reader = p.pipe
	if between != nil {
		from = between(&output{p.pipe, p})
	}
	p.out = bufio.NewReaderSize(from, 32<<10) // of the frames' heads: a batch is read past it
	if _, err := stdin.Write(append(line, '\n')); err != nil {
		err = p.explain(err)
		p.end()
		return nil, err
	}
	return p, nil
}

// Read reads the data of the frames.
func (p *process) Read(b []byte) (int, error) {
	for p.left == 0 {
		if p.last != nil {
			return 0, p.last
		}
		var head [5]byte
		if _, err := io.ReadFull(p.out, head[:]); err != nil {
			return 0, p.broke(err)
		}
		n := int(binary.LittleEndian.Uint32(head[1:]))
		switch head[0] {
		case frameData:
			p.left = n
		case frameEnd:
			p.last = io.EOF
		default:
			body := make([]byte, min(n, 1<<20))
			if _, err := io.ReadFull(p.out, body); err != nil {
				return 0, p.broke(err)
			}
			var f Fault
			if err := json.Unmarshal(body, &f); err != nil {
				p.last = err
				return 0, err
			}
			p.last = f.Err()
		}
	}
	n, err := p.out.Read(b[:min(len(b), p.left)])
	p.left -= n
	if err != nil {
		err = p.broke(err)
	}
	return n, err
}

// broke notes what ended the stream: an error that says what it is, from what is
// between, else the end of the process.
func (p *process) broke(err error) error {
	var own *planwright.Error
	if p.last = fmt.Errorf("the query's process ended: %w", io.ErrUnexpectedEOF); errors.As(err, &own) {
		p.last = own
	}
	return p.last
}

// explain tells why a stream broke off: what the worker said, or what ended it.
func (p *process) explain(err error) error {
	var own *planwright.Error
	if errors.As(p.last, &own) {
		return own
	}
	if cerr := p.ctx.Err(); cerr != nil {
		if errors.Is(cerr, context.DeadlineExceeded) {
			return fail(planwright.CodeQueryLimit, "query", "", "it ran longer than "+p.q.Timeout.String(), "ask for less, or allow more time", nil)
		}
		return cerr
	}
	if p.last != nil && !errors.Is(p.last, io.EOF) {
		p.end()
		return fail(planwright.CodeQueryLimit, "query", "", fmt.Sprintf("it ended its process: most likely it needs more than %d MiB", p.q.Memory>>20), "aggregate or filter first", nil)
	}
	return fail(planwright.CodeInternal, "query", "", "an answer that cannot be read", "", err)
}

// end ends the worker, whatever it does.
func (p *process) end() {
	p.once.Do(func() {
		p.cancel()
		_ = p.in.Close()
		_ = p.pipe.Close()
		p.reap()
	})
}

// reap waits for the end of the worker.
func (p *process) reap() {
	p.reaped.Do(func() { _ = p.cmd.Wait() }) // it was killed, or told its error in a frame
}

// output is what a worker writes. Who has read all of it closes it, and the worker
// is gone then: its answer may be read for long after.
type output struct {
	io.ReadCloser
	p *process
}

// Close implements io.Closer.
func (o *output) Close() error {
	err := o.ReadCloser.Close()
	_ = o.p.cmd.Process.Kill() // where nobody wants the rest
	o.p.reap()
	return err
}

// limitedWriter keeps the first bytes.
type limitedWriter struct {
	w    io.Writer
	left int
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	n := min(len(p), w.left)
	w.left -= n
	if _, err := w.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
