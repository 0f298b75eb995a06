package snapshot

import (
	"context"
	"time"

	"planwright"
)

// Notice is a message on its way out: it is in the journal before it is sent, so
// that a restart loses none.
type Notice struct {
	ID       string
	Channel  string // of the configuration
	Subject  string // what it is about: the run
	Title    string
	Body     string
	State    string // pending, delivered or dead
	Attempts int
	Next     time.Time // of the next attempt
	Error    string    // of the last one
	Created  time.Time
}

// The states of a notice.
const (
	NoticePending   = "pending"
	NoticeDelivered = "delivered"
	NoticeDead      = "dead"
)

const noticeTable = `CREATE TABLE IF NOT EXISTS notices (notice_id VARCHAR PRIMARY KEY, channel VARCHAR, subject VARCHAR, title VARCHAR, body VARCHAR, state VARCHAR,
	attempts BIGINT, next_at TIMESTAMP, error VARCHAR, created_at TIMESTAMP)`

// PutNotice writes a notice to the journal, in place of what it has of the same
// one. A notice about a subject that its channel had before is not taken in
// twice: put is false.
func (w *Workspace) PutNotice(ctx context.Context, n Notice) (put bool, err error) {
	err = w.writeJournal(ctx, noticeTable, func(c *Conn) error {
		var had int64
		if _, err := c.Scan(ctx, "SELECT count(*) FROM notices WHERE channel = ? AND subject = ? AND notice_id <> ?", []any{n.Channel, n.Subject, n.ID}, &had); err != nil || had > 0 {
			return err
		}
		if err := c.Exec(ctx, "DELETE FROM notices WHERE notice_id = ?", n.ID); err != nil {
			return err
		}
		put = true
		return c.Exec(ctx, "INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", n.ID, n.Channel, n.Subject, n.Title, n.Body, n.State, int64(n.Attempts), timeOrNull(n.Next.UTC()), n.Error, n.Created.UTC())
	})
	return put && err == nil, err
}

// ListNotices returns the notices in a state, "" for all, oldest first.
func (w *Workspace) ListNotices(ctx context.Context, state string) (list []Notice, err error) {
	err = w.readJournal(ctx, "notices", func(c *Conn) error {
		list = nil
		rows, err := c.Query(ctx, "SELECT notice_id, channel, subject, title, body, state, attempts, next_at, error, created_at FROM notices WHERE ? = '' OR state = ? ORDER BY created_at, notice_id", state, state)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n Notice
			if err := rows.Scan(&n.ID, &n.Channel, &n.Subject, &n.Title, &n.Body, &n.State, &n.Attempts, &n.Next, &n.Error, &n.Created); err != nil {
				return err
			}
			list = append(list, n)
		}
		return rows.Err()
	})
	return list, err
}

// RetryNotice puts a dead notice back among the pending ones.
func (w *Workspace) RetryNotice(ctx context.Context, id string, now time.Time) error {
	return w.writeJournal(ctx, noticeTable, func(c *Conn) error {
		var n int64
		if _, err := c.Scan(ctx, "SELECT count(*) FROM notices WHERE notice_id = ? AND state = 'dead'", []any{id}, &n); err != nil {
			return err
		}
		if n == 0 {
			return fail(planwright.CodeNotFound, "retry notice", id, "there is no such dead notice", "`planwright notices` lists them", nil)
		}
		return c.Exec(ctx, "UPDATE notices SET state = 'pending', attempts = 0, next_at = ? WHERE notice_id = ?", now.UTC(), id)
	})
}
