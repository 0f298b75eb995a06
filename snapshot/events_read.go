package snapshot

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"planwright"
	"planwright/ledger"
	"planwright/tabular"
)

// maxEventLine bounds a line that is sent: an event has a few hundred bytes.
const maxEventLine = 64 << 10

// ReadEventFile gives the events of a file, in its order, up to batch at a time:
// JSON lines where its first character is a brace, else CSV with the names of
// the fields in its first row; .gz of both; "-" is in. Rows that are no events
// are given with their problem. What is not UTF-8 is read as the encoding of
// that name, "" for UTF-8 alone. It stops at the first error of give.
func ReadEventFile(ctx context.Context, path string, in io.Reader, encoding string, batch int, give func([]EventIn) error) error {
	name := path
	if path == "-" {
		name = "stdin"
	} else {
		f, err := os.Open(path)
		if err != nil {
			return fail(planwright.CodeFileNotFound, "read events", path, "", "give a file that is there", err)
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	}
	br := bufio.NewReaderSize(in, 1<<20)
	if head, _ := br.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		gz, err := gzip.NewReader(br)
		if err != nil {
			return fail(planwright.CodeFileFormat, "read events", name, "a damaged .gz", "pack it again", err)
		}
		br = bufio.NewReaderSize(gz, 1<<20)
	}
	if encoding != "" && !strings.EqualFold(encoding, tabular.UTF8) {
		enc, err := tabular.Encoding(encoding)
		if err != nil {
			return fail(planwright.CodeUsage, "read events", encoding, "no encoding that is known", "say gb18030, big5, shift_jis, windows-1252, ...", err)
		}
		br = bufio.NewReaderSize(enc.NewDecoder().Reader(br), 1<<20)
	}
	if head, _ := br.Peek(3); bytes.Equal(head, []byte("\ufeff")) {
		_, _ = br.Discard(3) // it was peeked
	}
	g := &eventGiver{ctx: ctx, name: name, batch: max(1, batch), give: give}
	for {
		head, err := br.Peek(1)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fail(planwright.CodeFileFormat, "read events", name, "", "look at the file", err)
		}
		if !strings.ContainsRune(" \t\r\n", rune(head[0])) {
			if head[0] == '{' {
				return g.lines(br)
			}
			return g.table(br)
		}
		if _, err := br.Discard(1); err != nil {
			return err
		}
		if head[0] == '\n' {
			g.row++
		}
	}
}

// eventGiver gathers what a file holds.
type eventGiver struct {
	ctx   context.Context
	name  string
	row   int
	batch int
	list  []EventIn
	give  func([]EventIn) error
}

func (g *eventGiver) add(x EventIn) error {
	x.Source = fmt.Sprintf("%s:%d", g.name, g.row)
	if g.list = append(g.list, x); len(g.list) >= g.batch {
		return g.flush()
	}
	return nil
}

func (g *eventGiver) flush() error {
	if err := g.ctx.Err(); err != nil || len(g.list) == 0 {
		return err
	}
	list := g.list
	g.list = nil
	return g.give(list)
}

// EventLine reads one line of JSON.
func EventLine(line []byte) EventIn {
	var x EventIn
	if x.Problem = ledger.ReadJSON(line, &x.Raw); x.Problem != nil {
		x.Text = string(line)
	}
	return x
}

// lines reads JSON lines. A line that is too long is not kept in memory.
func (g *eventGiver) lines(br *bufio.Reader) error {
	for {
		line, size, err := boundedLine(br, maxEventLine)
		if err != nil && !errors.Is(err, io.EOF) {
			return fail(planwright.CodeFileFormat, "read events", g.name, fmt.Sprintf("after line %d", g.row), "look at the file", err)
		}
		g.row++
		switch text := bytes.TrimSpace(line); {
		case size > maxEventLine:
			p := &ledger.Problem{Code: planwright.CodeEventTooLong, Reason: fmt.Sprintf("a line of %d bytes", size)}
			if aerr := g.add(EventIn{Problem: p, Text: string(line)}); aerr != nil {
				return aerr
			}
		case len(text) > 0:
			if aerr := g.add(EventLine(text)); aerr != nil {
				return aerr
			}
		}
		if errors.Is(err, io.EOF) {
			return g.flush()
		}
		if br.Buffered() == 0 { // a pipe that waits: what has come is not kept waiting
			if err := g.flush(); err != nil {
				return err
			}
		}
	}
}

// boundedLine reads a line, of which it keeps at most limit bytes.
func boundedLine(br *bufio.Reader, limit int) (line []byte, size int, err error) {
	for {
		part, err := br.ReadSlice('\n')
		size += len(part)
		if room := limit - len(line); room > 0 {
			line = append(line, part[:min(room, len(part))]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, size, err
		}
	}
}

// table reads CSV: the first row has the names of the fields.
func (g *eventGiver) table(br *bufio.Reader) error {
	broken := func(what, fix string, err error) error {
		return fail(planwright.CodeFileFormat, "read events", g.name, what, fix, err)
	}
	head, size, err := boundedLine(br, maxEventLine)
	if err != nil && !errors.Is(err, io.EOF) || size > maxEventLine {
		return broken("its first row is no row of titles", "name the fields in it: event_id, type, at, item_id, ...", err)
	}
	g.row++
	if !utf8.Valid(head) {
		return broken("it is not UTF-8", "say its encoding with --encoding", nil)
	}
	comma := ','
	for _, c := range ";\t|" {
		if strings.Count(string(head), string(c)) > strings.Count(string(head), string(comma)) {
			comma = c
		}
	}
	r := csv.NewReader(bytes.NewReader(head))
	r.Comma = comma
	titles, err := r.Read()
	if err != nil {
		return broken("its first row is no row of titles", "name the fields in it: event_id, type, at, item_id, ...", err)
	}
	fields := make([]ledger.Field, len(titles))
	used := map[ledger.Field]bool{}
	for i, t := range titles {
		f, ok := ledger.FieldNamed(strings.ToLower(strings.TrimSpace(t)))
		if !ok || used[f] {
			return broken(fmt.Sprintf("%q is no field of an event, or comes twice", t), "docs/events.md has the fields", nil)
		}
		used[f], fields[i] = true, f
	}
	for {
		record, size, err := csvRecord(br, &g.row)
		if err != nil && !errors.Is(err, io.EOF) {
			return broken(fmt.Sprintf("after row %d", g.row), "look at the file", err)
		}
		if len(bytes.TrimSpace(record)) > 0 {
			x := EventIn{}
			if size > maxEventLine {
				x.Problem, x.Text = &ledger.Problem{Code: planwright.CodeEventTooLong, Reason: fmt.Sprintf("a row of %d bytes", size)}, string(record)
			} else {
				x = eventOfRecord(record, comma, fields)
			}
			if aerr := g.add(x); aerr != nil {
				return aerr
			}
		}
		if errors.Is(err, io.EOF) {
			return g.flush()
		}
	}
}

// csvRecord reads lines until quotes are closed; at most a bounded part is kept.
func csvRecord(br *bufio.Reader, row *int) (record []byte, size int, err error) {
	quotes := 0
	for {
		line, n, err := boundedLine(br, maxEventLine+1)
		if n > 0 {
			*row++
		}
		size += n
		if len(record) <= maxEventLine {
			record = append(record, line...)
		}
		quotes += bytes.Count(line, []byte{'"'})
		if err != nil || quotes%2 == 0 || size > maxEventLine {
			return record, size, err
		}
	}
}

func eventOfRecord(record []byte, comma rune, fields []ledger.Field) (x EventIn) {
	x.Text = strings.TrimRight(string(record), "\r\n")
	if !utf8.Valid(record) {
		x.Problem = &ledger.Problem{Code: planwright.CodeFileFormat, Reason: "the row is not UTF-8"}
		return x
	}
	r := csv.NewReader(bytes.NewReader(record))
	r.Comma, r.FieldsPerRecord = comma, -1
	cells, err := r.Read()
	switch {
	case err != nil:
		x.Problem = &ledger.Problem{Code: planwright.CodeRaggedRow, Reason: "the row cannot be taken apart: " + err.Error()}
	case len(cells) != len(fields):
		x.Problem = &ledger.Problem{Code: planwright.CodeRaggedRow, Reason: fmt.Sprintf("%d cells, want %d", len(cells), len(fields))}
	}
	for i, c := range cells {
		if i < len(fields) {
			x.Raw[fields[i]] = c
		}
	}
	if x.Problem == nil {
		x.Text = "" // its fields say it all
	}
	return x
}

// EventStatus is what a log of events holds.
type EventStatus struct {
	Events   int64 // accepted
	Last     int64 // number of the newest
	Bytes    int64
	Damaged  int64 // lines that cannot be read; they are left where they are
	Torn     int64 // bytes of a write that was not finished, cut off just now
	Refused  int64
	Folded   int64 // number of the newest event that the newest snapshot knows of
	Snapshot string
	Root     string // the import that the newest snapshot goes back to
}

// EventStatus looks at the log, of which a line that was not finished is cut
// off.
func (w *Workspace) EventStatus(ctx context.Context) (s EventStatus, err error) {
	if info, err := w.GetSnapshot(""); err == nil {
		lin, err := w.lineage(info.ID)
		if err != nil {
			return s, err
		}
		s.Snapshot, s.Root, s.Folded = info.ID, lin.root, lin.position
	}
	if _, err := os.Stat(w.eventsDir()); err != nil {
		return s, nil // nobody has sent any
	}
	err = w.withEvents(ctx, func(l *eventLog) error {
		s.Events, s.Last, s.Bytes, s.Damaged, s.Torn, s.Refused = int64(len(l.ids)+len(l.clash)), l.seq, l.log.end, l.damaged, l.log.torn, int64(len(l.seen))
		l.log.torn = 0
		return nil
	})
	return s, err
}

// withEvents runs do with the log read to its end.
func (w *Workspace) withEvents(ctx context.Context, do func(l *eventLog) error) error {
	b := &eventBatch{done: make(chan struct{}), do: do}
	w.events.submit(ctx, w, b)
	return b.err
}

// eventsUpTo gives every accepted event in the order of arrival, and returns the
// number of the newest; without give that alone.
func (w *Workspace) eventsUpTo(ctx context.Context, give func(seq int64, event []byte) error) (last int64, err error) {
	if _, err := os.Stat(w.eventsDir()); err != nil {
		return 0, nil
	}
	var end int64
	if err := w.withEvents(ctx, func(l *eventLog) error { last, end = l.seq, l.log.end; return nil }); err != nil {
		return 0, err
	}
	if give == nil {
		return last, nil
	}
	f, err := os.Open(w.eventsPath("log"))
	if err != nil {
		return 0, fail(planwright.CodeInternal, "events", w.eventsPath("log"), "the log cannot be read", "look at the disk", err)
	}
	defer func() { _ = f.Close() }() // only read
	n := 0
	stop := errors.New("the end as of now")
	_, err = scanLog(f, 0, func(at int64, _ int, object []byte) error {
		if at >= end {
			return stop
		}
		if n++; n&0xffff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		seq, event, ok := entryOf(object)
		if !ok {
			return nil
		}
		return give(seq, event)
	})
	if errors.Is(err, stop) {
		err = nil
	}
	return last, err
}

// EachEvent gives every accepted event in the order of arrival, each id once, as
// one JSON object.
func (w *Workspace) EachEvent(ctx context.Context, give func(seq int64, event []byte) error) error {
	_, err := w.eventsUpTo(ctx, give)
	return err
}

// ListRefusedEvents returns what was refused and has not come right since, the
// oldest first.
func (w *Workspace) ListRefusedEvents(ctx context.Context) ([]RefusedEvent, error) {
	if _, err := os.Stat(w.eventsDir()); err != nil {
		return nil, nil
	}
	var list []RefusedEvent
	err := w.withEvents(ctx, func(l *eventLog) error {
		_, err := scanLog(l.refused.f, 0, func(at int64, _ int, object []byte) error {
			r := RefusedEvent{Place: at}
			if object == nil || json.Unmarshal(object, &r) != nil {
				return nil
			}
			if r.ID != "" && r.Code != planwright.CodeEventConflict.String() {
				if _, _, found, err := l.find(r.ID); err != nil || found {
					return err // it was mended
				}
			}
			list = append(list, r)
			return nil
		})
		return err
	})
	return list, err
}
