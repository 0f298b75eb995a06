package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"planwright"
)

// DB is one open DuckDB database. It may be used from several goroutines; each
// of them takes its own [Conn].
type DB struct {
	path string
	mu   sync.Mutex
	db   mapping.Database
}

// dbOptions are the settings of one DuckDB instance. Nothing is left to
// DuckDB's defaults that would take most of the machine.
type dbOptions struct {
	ReadOnly bool
	Threads  int    // 0: of the machine; one for a small file that is read only
	Memory   int64  // bytes; 0: a quarter of the machine's memory, at most 4 GiB
	TempDir  string // "": none, what does not fit into memory fails
}

// smallFile is the size, in bytes, of a file whose tables are hardly more than
// the pieces of 122,880 rows that DuckDB gives to threads: with more of them
// than pieces, a query spends longer on handing over than on its work.
const smallFile = 16 << 20

// openDB opens a database file, or one in memory for path "".
func openDB(path string, o dbOptions) (*DB, error) {
	if o.ReadOnly {
		// DuckDB's own message for a missing file speaks of its flags.
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, fail(planwright.CodeFileNotFound, "open", path, "there is no such file", "look at the list of snapshots and plans", nil)
		}
		if o.Threads <= 0 && fileSize(path) < smallFile {
			o.Threads = 1
		}
	}
	if o.Threads <= 0 {
		o.Threads = runtime.NumCPU()
	}
	if o.Memory <= 0 {
		o.Memory = defaultMemory()
	}
	var cfg mapping.Config
	if mapping.CreateConfig(&cfg) == mapping.StateError {
		return nil, fail(planwright.CodeInternal, "open", path, "no DuckDB configuration", "", nil)
	}
	defer mapping.DestroyConfig(&cfg)
	settings := [][2]string{
		{"threads", strconv.Itoa(o.Threads)},
		{"memory_limit", strconv.FormatInt(o.Memory>>10, 10) + "KiB"},
		{"temp_directory", o.TempDir},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_unsigned_extensions", "false"},
		{"preserve_insertion_order", "true"},
	}
	if o.ReadOnly {
		settings = append(settings, [2]string{"access_mode", "READ_ONLY"})
	}
	for _, s := range settings {
		if mapping.SetConfig(cfg, s[0], s[1]) == mapping.StateError {
			return nil, fail(planwright.CodeInternal, "open", path, "DuckDB refuses the setting "+s[0]+" = "+s[1], "", nil)
		}
	}
	d := &DB{path: path}
	var msg string
	if mapping.OpenExt(path, &d.db, cfg, &msg) == mapping.StateError {
		mapping.Close(&d.db)
		return nil, openError(path, msg)
	}
	return d, nil
}

// openError tells a file that another process writes from one that is no
// database, or a newer one.
func openError(path, msg string) error {
	cause := errors.New(firstLine(msg))
	switch {
	case strings.Contains(msg, "Could not set lock"), strings.Contains(msg, "Conflicting lock"):
		return fail(planwright.CodeBusy, "open", path, "another process is writing it", "try again later", cause)
	case strings.Contains(msg, "newer version"), strings.Contains(msg, "newer DuckDB version"), strings.Contains(msg, "storage version"):
		return fail(planwright.CodeFileNewer, "open", path, "it was written by a newer DuckDB", "use a newer planwright", cause)
	}
	if filepath.Base(path) == journalName {
		return fail(planwright.CodeJournalDamaged, "open", path, "not a readable DuckDB file", "put it back from a backup", cause)
	}
	return fail(planwright.CodeFileFormat, "open", path, "not a readable DuckDB file", "delete it or bring it back from a backup", cause)
}

// Close closes the database. All connections must be closed before.
func (d *DB) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.db.Ptr != nil {
		mapping.Close(&d.db)
	}
	return nil
}

// Conn opens a connection. It belongs to one goroutine at a time.
func (d *DB) Conn() (*Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.db.Ptr == nil {
		return nil, fail(planwright.CodeInternal, "connect", d.path, "the database is closed", "", nil)
	}
	c := &Conn{db: d}
	if mapping.Connect(d.db, &c.c) == mapping.StateError {
		return nil, fail(planwright.CodeInternal, "connect", d.path, "DuckDB gives no connection", "", nil)
	}
	return c, nil
}

// Conn is a connection to a database. It belongs to one goroutine at a time.
type Conn struct {
	db *DB
	c  mapping.Connection
}

// Close ends the connection; an open transaction is rolled back.
func (c *Conn) Close() {
	if c.c.Ptr != nil {
		mapping.Disconnect(&c.c)
	}
}

// interruptEvery is how often a cancelled query is told again to stop: DuckDB
// forgets an interrupt that arrives between two of its steps.
const interruptEvery = 20 * time.Millisecond

// watch interrupts the connection's work from the moment that ctx ends until
// stop is called. stop returns only after the last interrupt.
func (c *Conn) watch(ctx context.Context) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		t := time.NewTicker(interruptEvery)
		defer t.Stop()
		for {
			mapping.Interrupt(c.c)
			select {
			case <-done:
				return
			case <-t.C:
			}
		}
	}()
	var once sync.Once
	return func() { once.Do(func() { close(done); <-gone }) }
}

// queryError is DuckDB's own message about a statement.
type queryError struct {
	msg  string
	kind mapping.ErrorType
}

func (e *queryError) Error() string { return e.msg }

// sqlError wraps what DuckDB says; the context's end goes before it.
func sqlError(ctx context.Context, msg string, kind mapping.ErrorType) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return &queryError{msg: strings.TrimSpace(msg), kind: kind}
}

// Exec runs one or more statements. Arguments (string, bool, int, int32,
// int64, float64, time.Time, nil, planwright.Qty, Day, SKU) are allowed for one
// statement alone.
func (c *Conn) Exec(ctx context.Context, query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer c.watch(ctx)()
	var ex mapping.ExtractedStatements
	n := mapping.ExtractStatements(c.c, query, &ex)
	defer mapping.DestroyExtracted(&ex)
	if n == 0 {
		return sqlError(ctx, mapping.ExtractStatementsError(ex), mapping.ErrorTypeParser)
	}
	if n > 1 && len(args) > 0 {
		return fail(planwright.CodeInternal, "exec", "", "arguments for more than one statement", "", nil)
	}
	for i := mapping.IdxT(0); i < n; i++ {
		p, err := c.prepareOne(ctx, ex, i)
		if err != nil {
			return err
		}
		err = bind(p, args)
		if err == nil {
			var res mapping.Result
			if mapping.ExecutePrepared(p, &res) == mapping.StateError {
				err = sqlError(ctx, mapping.ResultError(&res), mapping.ResultErrorType(&res))
			}
			mapping.DestroyResult(&res)
		}
		mapping.DestroyPrepare(&p)
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Conn) prepareOne(ctx context.Context, ex mapping.ExtractedStatements, i mapping.IdxT) (mapping.PreparedStatement, error) {
	var p mapping.PreparedStatement
	if mapping.PrepareExtractedStatement(c.c, ex, i, &p) == mapping.StateError {
		err := sqlError(ctx, mapping.PrepareError(p), mapping.ErrorTypeInvalid)
		mapping.DestroyPrepare(&p)
		return p, err
	}
	return p, nil
}

func bind(p mapping.PreparedStatement, args []any) error {
	for i, a := range args {
		k := mapping.IdxT(i + 1)
		var v mapping.Value
		switch a := a.(type) {
		case nil:
			v = mapping.CreateNullValue()
		case string:
			v = mapping.CreateVarchar(a)
		case bool:
			v = mapping.CreateBool(a)
		case int:
			v = mapping.CreateInt64(int64(a))
		case int32:
			v = mapping.CreateInt32(a)
		case int64:
			v = mapping.CreateInt64(a)
		case planwright.SKU:
			v = mapping.CreateInt32(int32(a))
		case float64:
			v = mapping.CreateDouble(a)
		case time.Time:
			v = mapping.CreateTimestamp(mapping.NewTimestamp(a.UnixMicro()))
		case planwright.Day:
			v = mapping.CreateDate(mapping.NewDate(int32(a)))
		case planwright.Qty:
			var upper int64
			if a < 0 {
				upper = -1
			}
			v = mapping.CreateDecimal(mapping.NewDecimal(18, 6, mapping.NewHugeInt(uint64(a), upper)))
		default:
			return fail(planwright.CodeInternal, "bind", fmt.Sprintf("argument %d", i+1), fmt.Sprintf("of type %T", a), "", nil)
		}
		state := mapping.BindValue(p, k, v)
		mapping.DestroyValue(&v)
		if state == mapping.StateError {
			return fail(planwright.CodeInternal, "bind", fmt.Sprintf("argument %d", i+1), mapping.PrepareError(p), "", nil)
		}
	}
	return nil
}

// Query runs one statement and returns its rows as they are made: what is not
// read is not computed. The rows must be closed.
func (c *Conn) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	s, err := c.stream(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	for i := range s.columns {
		if !s.columns[i].plain() {
			s.Close()
			return nil, fail(planwright.CodeInternal, "query", s.columns[i].Name, "a column of type "+s.columns[i].Type, "cast it in the query", nil)
		}
	}
	return &Rows{s: s, Columns: s.columns}, nil
}

// Scan reads the first row of a query into dst (pointers to string, bool,
// int32, int64, float64, planwright.Qty, planwright.Day; NULL gives the zero
// value or the sentinel of the type). It returns false where there is no row.
func (c *Conn) Scan(ctx context.Context, query string, args []any, dst ...any) (bool, error) {
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	return true, rows.Scan(dst...)
}

// stream is the chunked result of one statement.
type stream struct {
	ctx     context.Context
	stop    func()
	p       mapping.PreparedStatement
	res     mapping.Result
	columns []ColumnInfo
	chunk   chunk
	open    bool
	ended   bool // DuckDB gave its last chunk
}

// ColumnInfo is a column of a result.
type ColumnInfo struct {
	Name  string
	Type  string // BOOLEAN, INTEGER, BIGINT, DOUBLE, DECIMAL(18,6), DATE, TIMESTAMP, VARCHAR, ...
	id    mapping.Type
	inner mapping.Type // storage of a decimal or an enum
	scale uint8
	width uint8
	names []string // of an enum
}

// stream prepares, binds and starts one statement.
func (c *Conn) stream(ctx context.Context, query string, args ...any) (*stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &stream{ctx: ctx, stop: c.watch(ctx), open: true}
	if mapping.Prepare(c.c, query, &s.p) == mapping.StateError {
		err := sqlError(ctx, mapping.PrepareError(s.p), mapping.ErrorTypeInvalid)
		s.Close()
		return nil, err
	}
	if err := bind(s.p, args); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.start(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// start executes the prepared statement as a stream.
func (s *stream) start() error {
	var pending mapping.PendingResult
	if bindings.PendingPreparedStreaming(s.p, &pending) == mapping.StateError { //nolint:staticcheck // no other call streams
		err := sqlError(s.ctx, mapping.PendingError(pending), mapping.ErrorTypeInvalid)
		mapping.DestroyPending(&pending)
		return err
	}
	state := mapping.ExecutePending(pending, &s.res)
	mapping.DestroyPending(&pending)
	if state == mapping.StateError {
		return sqlError(s.ctx, mapping.ResultError(&s.res), mapping.ResultErrorType(&s.res))
	}
	n := int(mapping.ColumnCount(&s.res))
	s.columns = make([]ColumnInfo, n)
	for i := range s.columns {
		s.columns[i] = columnInfo(&s.res, mapping.IdxT(i))
	}
	return nil
}

// next fetches the next chunk; false at the end or on an error (see err).
func (s *stream) next() (bool, error) {
	s.chunk.destroy()
	if !s.open || s.ended {
		return false, nil
	}
	if err := s.ctx.Err(); err != nil {
		return false, err
	}
	c := mapping.FetchChunk(s.res)
	if c.Ptr == nil {
		if msg := mapping.ResultError(&s.res); msg != "" {
			return false, sqlError(s.ctx, msg, mapping.ResultErrorType(&s.res))
		}
		s.ended = true
		return false, s.ctx.Err()
	}
	s.chunk = newChunk(c)
	if s.chunk.n == 0 {
		s.ended = true
		s.chunk.destroy()
		return false, nil
	}
	return true, nil
}

// Close ends the stream and frees what it holds.
func (s *stream) Close() {
	if !s.open {
		return
	}
	s.open = false
	s.chunk.destroy()
	mapping.DestroyResult(&s.res)
	mapping.DestroyPrepare(&s.p)
	s.stop()
}

// fail makes the error of an operation. The catalogue's text takes subject and
// what together.
func fail(code planwright.Code, op, subject, what, fix string, cause error) *planwright.Error {
	detail := subject
	if what != "" {
		if detail != "" {
			detail += ": "
		}
		detail += what
	}
	if cause != nil {
		detail += " (" + firstLine(cause.Error()) + ")"
	}
	return &planwright.Error{Code: code, Op: op, Subject: subject, What: what, Fix: fix, Args: []string{"detail", detail}, Err: cause}
}

func firstLine(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	return s
}

// memoryGiven is what [SetMemory] said.
var memoryGiven atomic.Int64

// SetMemory bounds the memory of every database that this process opens from
// now on and that has no bound of its own; 0: a quarter of the machine's.
func SetMemory(bytes int64) { memoryGiven.Store(bytes) }

// defaultMemory is what SetMemory said, else a quarter of the machine's memory,
// at most 4 GiB and at least 256 MiB.
func defaultMemory() int64 {
	if given := memoryGiven.Load(); given > 0 {
		return given
	}
	total := machineMemory()
	return max(256<<20, min(4<<30, total/4))
}

// importMemory bounds each of the two databases of an import, one of which
// works at a time, so that the process stays below 4 GiB.
func importMemory() int64 { return min(defaultMemory(), 5<<29) }

// machineMemory returns the memory of the machine or of the control group that
// the process runs in, 4 GiB where neither can be told.
func machineMemory() int64 {
	total := int64(math.MaxInt64)
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil && n > 0 {
			total = n
		}
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		for _, line := range strings.Split(string(b), "\n") {
			f := strings.Fields(line)
			if len(f) >= 2 && f[0] == "MemTotal:" {
				if n, err := strconv.ParseInt(f[1], 10, 64); err == nil {
					total = min(total, n<<10)
				}
			}
		}
	}
	if total == math.MaxInt64 {
		return 4 << 30
	}
	return total
}
