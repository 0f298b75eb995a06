package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"planwright"
)

// QueryRequest is one SELECT of somebody who is not trusted, over a snapshot
// (snap.*) and a plan (plan.*).
type QueryRequest struct {
	SQL      string
	Args     []any         // values of its parameters, as of [Conn.Exec]
	Snapshot string        // id; "": the plan's, or the newest where there is no plan
	Plan     string        // id; "": the newest, if there is one; "-": none
	MaxRows  int64         // more are an error of code QUERY_LIMIT; 0: no limit
	Timeout  time.Duration // 0: 1 minute
	Memory   int64         // bytes; 0: 1 GiB
	Threads  int           // 0: of the machine
	// Between is what an answer of a process goes through on its way: it reads all of
	// its argument and closes it, after which the process is gone. nil: nothing.
	Between func(io.ReadCloser) io.Reader

	describe bool // its parameters need no values
}

// defaults of a query.
const (
	queryTimeout = time.Minute
	queryMemory  = 1 << 30
)

// Query runs a SELECT in a database of its own, in memory, to which the
// snapshot and the plan are attached read-only. It reaches no other file, no
// network and no setting: anything but one SELECT is refused with code
// QUERY_REFUSED, one that passes a limit of time, memory or rows ends with
// QUERY_LIMIT. The end of ctx stops it. The rows must be closed.
func (w *Workspace) Query(ctx context.Context, q QueryRequest) (*Rows, error) {
	box, err := w.sandbox(ctx, q, nil)
	if err != nil {
		return nil, err
	}
	rows, err := box.query()
	if err != nil {
		return nil, errors.Join(box.explain(err), box.close())
	}
	return rows, nil
}

// sandbox is the database of one query.
type sandbox struct {
	q      QueryRequest
	ctx    context.Context
	outer  context.Context
	cancel context.CancelFunc
	db     *DB
	conn   *Conn
}

// sandbox opens the database of one query and locks it, apart from the paths
// that it may write.
func (w *Workspace) sandbox(ctx context.Context, q QueryRequest, paths []string) (*sandbox, error) {
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
	// No directory to spill to: the memory is the limit.
	db, conn, err := createDB("", dbOptions{Threads: q.Threads, Memory: q.Memory})
	if err != nil {
		return nil, err
	}
	box := &sandbox{q: q, outer: ctx, db: db, conn: conn}
	box.ctx, box.cancel = context.WithTimeout(ctx, q.Timeout)
	err = w.attach(box.ctx, conn, snap, plan)
	if err == nil {
		err = setPath(box.ctx, conn, snap, plan)
	}
	if err != nil {
		if box.ctx.Err() != nil { // else it is the files', not the query's
			err = box.explain(err)
		}
		return nil, errors.Join(err, box.close())
	}
	list := make([]string, len(paths))
	for i, p := range paths {
		list[i] = literal(p)
	}
	err = conn.Exec(box.ctx, fmt.Sprintf("SET allowed_paths = [%s]; SET enable_external_access = false; SET lock_configuration = true", strings.Join(list, ", ")))
	if err == nil {
		err = box.check()
	}
	if err != nil {
		return nil, errors.Join(box.explain(err), box.close())
	}
	return box, nil
}

// targets resolves what a query reads; "" for what is not there.
func (w *Workspace) targets(q QueryRequest) (snap, plan string, err error) {
	if q.Plan != "-" {
		plan, err = w.ResolvePlan(q.Plan)
		if err != nil && q.Plan != "" && q.Plan != "latest" {
			return "", "", err
		}
	}
	snap = q.Snapshot
	if snap == "" && plan != "" {
		info, err := w.GetPlan(plan)
		if err != nil {
			return "", "", err
		}
		snap = info.SnapshotID
		if _, err := w.ResolveSnapshot(snap); err != nil {
			return "", plan, nil // deleted by force; the plan is still there
		}
	}
	snap, err = w.ResolveSnapshot(snap)
	if err != nil && plan != "" && q.Snapshot == "" {
		return "", plan, nil
	}
	return snap, plan, err
}

// setPath lets a name without a database mean the plan's table or view of that
// name, else the snapshot's.
func setPath(ctx context.Context, c *Conn, snap, plan string) error {
	var path []string
	if plan != "" {
		path = append(path, "plan.main")
	}
	if snap != "" {
		path = append(path, "snap.main")
	}
	if path == nil {
		return nil
	}
	return c.Exec(ctx, "SET search_path = "+literal(strings.Join(path, ",")))
}

// attach attaches a snapshot and a plan by id, read-only, as snap and plan.
func (w *Workspace) attach(ctx context.Context, c *Conn, snap, plan string) error {
	for _, a := range []struct {
		k         kind
		id, alias string
	}{{snapshotKind, snap, "snap"}, {planKind, plan, "plan"}} {
		if a.id == "" {
			continue
		}
		path, err := w.file(ctx, a.k, a.id)
		if err != nil {
			return err
		}
		if err := c.Exec(ctx, "ATTACH "+literal(path)+" AS "+a.alias+" (READ_ONLY)"); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return openError(path, err.Error())
		}
		var format string
		if _, err := c.Scan(ctx, "SELECT value FROM "+a.alias+".main.meta WHERE key = 'format_version'", nil, &format); err != nil {
			return err
		}
		if err := checkFormat(a.id, a.k.op, format); err != nil {
			return err
		}
	}
	return nil
}

// check lets one SELECT pass. It looks at the parsed statements, not at words.
func (b *sandbox) check() error {
	if at := strings.IndexByte(b.q.SQL, 0); at >= 0 { // DuckDB would read to here
		return refuseQuery(fmt.Sprintf("byte %d is zero", at+1))
	}
	var ex mapping.ExtractedStatements
	n := mapping.ExtractStatements(b.conn.c, b.q.SQL, &ex)
	defer mapping.DestroyExtracted(&ex)
	if n == 0 {
		what := firstLine(mapping.ExtractStatementsError(ex))
		if what == "" {
			what = "it is empty"
		}
		return refuseQuery(what)
	}
	if n != 1 {
		return refuseQuery(fmt.Sprintf("%d statements", n))
	}
	p, err := b.conn.prepareOne(b.ctx, ex, 0)
	if err != nil {
		return err
	}
	defer mapping.DestroyPrepare(&p)
	if t := mapping.PreparedStatementType(p); t != mapping.StatementTypeSelect {
		return refuseQuery("it is no SELECT")
	}
	if n := int(mapping.NParams(p)); n != len(b.q.Args) && !b.q.describe {
		return refuseQuery(fmt.Sprintf("it has %d parameters and %d values for them", n, len(b.q.Args)))
	}
	return b.guard()
}

func refuseQuery(what string) error {
	return fail(planwright.CodeQueryRefused, "query", "", what, "write one SELECT over snap.* and plan.*", nil)
}

// query starts the statement. Columns of types that have no plain value (lists,
// structs, intervals) come as text.
func (b *sandbox) query() (*Rows, error) {
	s, err := b.conn.stream(b.ctx, b.q.SQL, b.q.Args...)
	if err != nil {
		return nil, err
	}
	if cast := castList(s.columns); cast != "" {
		s.Close()
		from := "temp.__query"
		if len(b.q.Args) > 0 { // no view has parameters
			from = "(" + strings.TrimRight(b.q.SQL, "; \t\r\n") + "\n)"
		} else if err := b.view(); err != nil {
			return nil, err
		}
		if s, err = b.conn.stream(b.ctx, "SELECT "+cast+" FROM "+from, b.q.Args...); err != nil {
			return nil, err
		}
	}
	return &Rows{s: s, Columns: s.columns, limit: b.q.MaxRows, onDone: b.explain, onClose: b.close}, nil
}

// view names the statement, so that another one may be written around it.
func (b *sandbox) view() error {
	return b.conn.Exec(b.ctx, "CREATE TEMP VIEW __query AS "+b.q.SQL)
}

// castList selects the columns of a result with those that have no plain value
// as text; "" where all have.
func castList(columns []ColumnInfo) string {
	plain := true
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = fmt.Sprintf("#%d", i+1)
		if !c.plain() {
			plain = false
			list[i] = fmt.Sprintf("CAST(#%d AS VARCHAR) AS %s", i+1, quote(c.Name))
		}
	}
	if plain {
		return ""
	}
	return strings.Join(list, ", ")
}

// explain turns DuckDB's message into what to do about it.
func (b *sandbox) explain(err error) error {
	if b.outer.Err() != nil {
		return b.outer.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) || b.ctx.Err() != nil {
		return fail(planwright.CodeQueryLimit, "query", "", "it ran longer than "+b.q.Timeout.String(), "ask for less, or allow more time", nil)
	}
	var q *queryError
	if !errors.As(err, &q) {
		return err
	}
	if q.kind == mapping.ErrorTypeInterrupt {
		if q = b.failure(); q == nil {
			if b.ctx.Err() != nil { // while it was looked for
				return b.explain(b.ctx.Err())
			}
			return fail(planwright.CodeQueryRefused, "query", "", "DuckDB broke it off and did not say why", "ask again", nil)
		}
	}
	if q.kind == mapping.ErrorTypeErrorIO && slices.ContainsFunc(diskFull, func(s string) bool { return strings.Contains(q.msg, s) }) { // of what it is written to: it reads no file of its own
		return noTemporaryRoom()
	}
	if q.kind == mapping.ErrorTypeOutOfMemory || strings.Contains(q.msg, "Out of Memory") {
		return fail(planwright.CodeQueryLimit, "query", "", fmt.Sprintf("it needs more than %d MiB", b.q.Memory>>20), "aggregate or filter first", nil)
	}
	return fail(planwright.CodeQueryRefused, "query", "", q.msg, "the tables are described in the documentation of the files", nil)
}

// failure runs a query again that DuckDB interrupted without being asked to, to
// learn what it fails of. Of two threads one fails, has the other interrupted,
// and only then notes its own error: in some three of a thousand failures the
// interrupt is noted first and the cause is lost. nil where it does not fail
// again or only so.
func (b *sandbox) failure() *queryError {
	for range 5 {
		s, err := b.conn.stream(b.ctx, b.q.SQL, b.q.Args...)
		for more := err == nil; more; {
			more, err = s.next()
		}
		if s != nil {
			s.Close()
		}
		var q *queryError
		if !errors.As(err, &q) {
			return nil
		}
		if q.kind != mapping.ErrorTypeInterrupt {
			return q
		}
	}
	return nil
}

func (b *sandbox) close() error {
	b.conn.Close()
	err := b.db.Close()
	b.cancel()
	return err
}
