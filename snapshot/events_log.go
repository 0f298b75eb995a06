package snapshot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"planwright"
	"planwright/ledger"
)

// The events of a workspace lie beside its journal:
//
//	events/log      what was accepted, in the order of arrival
//	events/refused  what was refused, as it came, with the reason
//	events/lock     held for the moment of a write
//
// Several processes may append; each write is one fsync for all events that
// wait for it.

// EventIn is an event as somebody sends it.
type EventIn struct {
	Raw     ledger.Raw
	Problem *ledger.Problem // why its texts could not even be read
	Text    string          // as it came, for those that are refused; "": of Raw
	Source  string          // file and row, or what else the sender may look for
}

// EventOutcome is what became of an event that was sent.
type EventOutcome uint8

// The outcomes.
const (
	EventAccepted  EventOutcome = iota // it is on the disk
	EventDuplicate                     // it was there before, with the same content
	EventRefused                       // it is kept apart, with the reason
)

var eventOutcomes = []string{"accepted", "duplicate", "refused"}

func (o EventOutcome) String() string { return eventOutcomes[o] }

// EventResult is the answer to one event.
type EventResult struct {
	ID      string
	Outcome EventOutcome
	Seq     int64 // place in the order of arrival; 0 where refused
	Code    planwright.Code
	Reason  string
}

// eventPast and eventFuture bound when an event can have happened, seen from
// when it comes: beyond, its date is wrong.
const (
	eventPast   = 30 * 366
	eventFuture = 2
)

// maxRefusedText is how much is kept of a text that is refused.
const maxRefusedText = 64 << 10

// eventLog is the log of a workspace, and the events that wait for its next
// write.
type eventLog struct {
	queue struct {
		sync.Mutex
		waiting []*eventBatch
		writing bool
	}
	// What follows belongs to who writes.
	log, refused logFile
	seed         maphash.Seed
	ids          map[uint64]int64 // hash of an id -> place of its line
	clash        map[string]int64 // ids whose hash another one has
	seen         map[[16]byte]bool
	seq          int64
	damaged      int64
}

// eventBatch is what one caller wants to be written.
type eventBatch struct {
	events []ledger.Event
	given  []int // of events: their places in results
	in     []EventIn
	out    []EventResult
	by     string
	now    time.Time
	do     func(*eventLog) error // in place of events: what is to be done with the log
	err    error
	done   chan struct{}
}

func (w *Workspace) eventsDir() string          { return filepath.Join(w.dir, "events") }
func (w *Workspace) eventsPath(n string) string { return filepath.Join(w.dir, "events", n) }

// AppendEvents makes events last: when it returns without an error, every event
// that it calls accepted or a duplicate is on the disk, and every one that it
// refuses is kept beside them with the reason. The same id with the same content
// is a duplicate, however often and after whatever restart it comes; with other
// content it is refused. by names the sender. It does not hold the lock of the
// workspace: imports and runs go on meanwhile.
func (w *Workspace) AppendEvents(ctx context.Context, in []EventIn, by string, now time.Time) ([]EventResult, error) {
	if len(in) == 0 {
		return nil, nil
	}
	b := &eventBatch{in: in, out: make([]EventResult, len(in)), by: by, now: now.UTC(), done: make(chan struct{})}
	today := planwright.Date(now.Year(), int(now.Month()), now.Day())
	for i := range in {
		x := &in[i]
		e, p := ledger.Event{}, x.Problem
		if p == nil {
			e, p = ledger.Parse(&x.Raw)
		}
		if p == nil && (e.When.Day > today+eventFuture || e.When.Day < today-eventPast) {
			p = &ledger.Problem{Code: planwright.CodeDateRange, Field: "at", Reason: "at is " + e.At + ", and today is " + today.String()}
		}
		b.out[i].ID = x.Raw[ledger.FieldID]
		if p != nil {
			b.refuse(i, p)
			continue
		}
		b.out[i].ID = e.ID
		b.events, b.given = append(b.events, e), append(b.given, i)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.events.submit(ctx, w, b)
	return b.out, b.err
}

func (b *eventBatch) refuse(i int, p *ledger.Problem) {
	b.out[i].Outcome, b.out[i].Code, b.out[i].Reason = EventRefused, p.Code, p.Reason
}

// submit hands a batch in and waits for it. Of those who wait one writes for
// all: what came while the disk was busy is one write.
func (l *eventLog) submit(ctx context.Context, w *Workspace, b *eventBatch) {
	l.queue.Lock()
	l.queue.waiting = append(l.queue.waiting, b)
	if l.queue.writing {
		l.queue.Unlock()
		<-b.done // also when ctx ends: what was written is answered
		return
	}
	l.queue.writing = true
	for len(l.queue.waiting) > 0 {
		batches := l.queue.waiting
		l.queue.waiting = nil
		l.queue.Unlock()
		err := patiently(context.WithoutCancel(ctx), func() (bool, error) { return l.commit(w, batches) })
		for _, b := range batches {
			if err != nil {
				b.err = err
			}
			close(b.done)
		}
		l.queue.Lock()
	}
	l.queue.writing = false
	l.queue.Unlock()
}

// locked runs do with the lock of the log, which has been read to its end and
// ends with a whole line.
func (l *eventLog) locked(w *Workspace, do func() error) (begun bool, err error) {
	if err := os.MkdirAll(w.eventsDir(), 0o755); err != nil {
		return false, fail(planwright.CodeInternal, "events", w.eventsDir(), "the directory cannot be made", "look at the disk and the permissions", err)
	}
	lock, err := lockFile(w.eventsPath("lock"))
	if err != nil {
		return false, err
	}
	defer lock.release()
	if err := l.catchUp(w); err != nil {
		return true, err
	}
	return true, do()
}

// catchUp reads what other processes wrote, all of it the first time.
func (l *eventLog) catchUp(w *Workspace) error {
	l.log.path, l.refused.path = w.eventsPath("log"), w.eventsPath("refused")
	again, err := l.log.open()
	if err != nil {
		return err
	}
	if again {
		l.seed, l.ids, l.clash, l.seq, l.damaged = maphash.MakeSeed(), map[uint64]int64{}, map[string]int64{}, 0, 0
	}
	err = l.log.read(func(at int64, _ int, object []byte) error {
		seq, event, ok := entryOf(object)
		if !ok {
			l.damaged++
			return nil
		}
		l.seq = max(l.seq, seq)
		return l.enter(idOfEvent(event), at)
	})
	if err == nil {
		err = l.log.cut()
	}
	if err != nil {
		return err
	}
	if again, err = l.refused.open(); err != nil {
		return err
	}
	if again {
		l.seen = map[[16]byte]bool{}
	}
	err = l.refused.read(func(_ int64, _ int, object []byte) error {
		var r RefusedEvent
		if object != nil && json.Unmarshal(object, &r) == nil {
			l.seen[r.key()] = true
		}
		return nil
	})
	if err == nil {
		err = l.refused.cut()
	}
	return err
}

// entryOf takes the object of a line of the log apart.
func entryOf(object []byte) (seq int64, event []byte, ok bool) {
	rest, ok := bytes.CutPrefix(object, []byte(`{"seq":`))
	i := bytes.IndexByte(rest, ',')
	if !ok || i < 0 {
		return 0, nil, false
	}
	seq, err := strconv.ParseInt(string(rest[:i]), 10, 64)
	if err != nil {
		return 0, nil, false
	}
	// Nothing before it has quotes that are not its own: see appendEntry.
	k := bytes.Index(rest, []byte(`,"event":{`))
	if k < 0 || rest[len(rest)-1] != '}' {
		return 0, nil, false
	}
	return seq, rest[k+len(`,"event":`) : len(rest)-1], true
}

// appendEntry appends the object of a line of the log.
func appendEntry(dst []byte, seq int64, now time.Time, by string, event []byte) []byte {
	dst = append(dst, `{"seq":`...)
	dst = strconv.AppendInt(dst, seq, 10)
	dst = append(dst, `,"arrived":"`...)
	dst = now.AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, `","by":`...)
	dst = ledger.AppendText(dst, by)
	dst = append(dst, `,"event":`...)
	return append(append(dst, event...), '}')
}

// idOfEvent returns the id of an event as it was written: its first field.
func idOfEvent(event []byte) string {
	const first = `{"event_id":`
	rest := event[min(len(first), len(event)):]
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			if bytes.IndexByte(rest[:i], '\\') < 0 {
				return string(rest[1:i])
			}
			var s string
			if json.Unmarshal(rest[:i+1], &s) == nil {
				return s
			}
		}
	}
	return ""
}

// enter notes where an event stands.
func (l *eventLog) enter(id string, at int64) error {
	h := maphash.String(l.seed, id)
	if have, ok := l.ids[h]; ok && have != at {
		if _, _, twice, err := l.find(id); err != nil || twice {
			return err // written by two processes that crashed in between: the first counts
		}
		l.clash[id] = at
		return nil
	}
	l.ids[h] = at
	return nil
}

// find returns the event of an id as it was written, and its number.
func (l *eventLog) find(id string) (event []byte, seq int64, found bool, err error) {
	at, ok := l.clash[id]
	if !ok {
		if at, ok = l.ids[maphash.String(l.seed, id)]; !ok {
			return nil, 0, false, nil
		}
	}
	for size := 1 << 10; ; size *= 8 {
		b := make([]byte, size)
		n, err := l.log.f.ReadAt(b, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, false, fail(planwright.CodeInternal, "events", l.log.path, "the log cannot be read", "look at the disk", err)
		}
		if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
			seq, event, ok = entryOf(logLine(b[:i]))
			return event, seq, ok && idOfEvent(event) == id, nil
		}
		if n < size {
			return nil, 0, false, nil
		}
	}
}

// commit writes batches: one write and one fsync of the log, and one of what was
// refused.
func (l *eventLog) commit(w *Workspace, batches []*eventBatch) (begun bool, err error) {
	return l.locked(w, func() (err error) {
		defer func() {
			if err != nil { // what is remembered may be ahead of the disk: both files are read anew
				l.log.close()
				l.refused.close()
			}
		}()
		var lines, text, refused []byte
		type entry struct {
			at, seq int64
			text    []byte
		}
		fresh := map[string]entry{} // of this write
		seq := l.seq
		for _, b := range batches {
			if b.do != nil {
				b.err = b.do(l)
			}
			for k := range b.events {
				e, i := &b.events[k], b.given[k]
				text = e.AppendJSON(text[:0])
				same, found := fresh[e.ID]
				if !found {
					if same.text, same.seq, found, err = l.find(e.ID); err != nil {
						return err
					}
				}
				if found {
					b.out[i].Outcome, b.out[i].Seq = EventDuplicate, same.seq
					if !bytes.Equal(same.text, text) {
						b.out[i].Seq = 0
						b.refuse(i, &ledger.Problem{Code: planwright.CodeEventConflict, Field: "event_id", Reason: "event_id " + e.ID + " came before with other content: " + string(same.text)})
					}
					continue
				}
				seq++
				fresh[e.ID] = entry{l.log.end + int64(len(lines)), seq, bytes.Clone(text)}
				lines = appendLogLine(lines, appendEntry(nil, seq, b.now, b.by, text))
				b.out[i].Seq = seq
			}
			if refused, err = l.refusedLines(refused, b); err != nil {
				return err
			}
		}
		if err := l.refused.write(refused); err != nil {
			return err
		}
		if err := l.log.write(lines); err != nil {
			return err
		}
		l.seq = seq
		for id, x := range fresh {
			if err := l.enter(id, x.at); err != nil {
				return err
			}
		}
		return nil
	})
}

// RefusedEvent is an event that was refused, as it came.
type RefusedEvent struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	ID     string    `json:"event_id,omitempty"`
	Source string    `json:"source,omitempty"`
	Code   string    `json:"code"`
	Reason string    `json:"reason"`
	Text   string    `json:"text"`
	Length int       `json:"length,omitempty"` // of the text, where only its beginning is kept
	Place  int64     `json:"-"`                // in the log of what was refused
}

// key tells the same text refused for the same reason: it is kept once.
func (r *RefusedEvent) key() [16]byte {
	sum := sha256.Sum256([]byte(r.Code + "\x00" + strconv.Itoa(r.Length) + "\x00" + r.Text))
	return [16]byte(sum[:16])
}

// refusedLines appends the lines of what was refused of a batch.
func (l *eventLog) refusedLines(dst []byte, b *eventBatch) ([]byte, error) {
	for i := range b.out {
		if b.out[i].Outcome != EventRefused {
			continue
		}
		x := &b.in[i]
		r := RefusedEvent{At: b.now, By: b.by, ID: b.out[i].ID, Source: x.Source, Code: b.out[i].Code.String(), Reason: b.out[i].Reason, Text: x.Text}
		if r.Text == "" {
			r.Text = string(x.Raw.AppendJSON(nil))
		}
		if len(r.Text) > maxRefusedText {
			r.Text, r.Length = r.Text[:maxRefusedText], len(r.Text)
		}
		if len(r.ID) > 200 {
			r.ID = r.ID[:200]
		}
		object, err := json.Marshal(&r)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(object, &r); err != nil { // as it will be read: bytes that are no UTF-8 are gone
			return nil, err
		}
		if k := r.key(); !l.seen[k] {
			l.seen[k] = true
			dst = appendLogLine(dst, object)
		}
	}
	return dst, nil
}
