package snapshot

import (
	"context"
	"time"
)

const scheduleTable = `CREATE TABLE IF NOT EXISTS schedules (name VARCHAR PRIMARY KEY, last_due TIMESTAMP)`

// ScheduleDue returns the due time that a schedule last answered, so that a
// restart knows what it missed. A schedule that is seen for the first time has
// missed nothing: first is noted and returned.
func (w *Workspace) ScheduleDue(ctx context.Context, name string, first time.Time) (due time.Time, err error) {
	found := false
	err = w.readJournal(ctx, "schedules", func(c *Conn) error {
		found, err = c.Scan(ctx, "SELECT last_due FROM schedules WHERE name = ?", []any{name}, &due)
		return err
	})
	if err != nil || found {
		return due, err
	}
	return first, w.SetScheduleDue(ctx, name, first)
}

// SetScheduleDue notes that a schedule answered a due time.
func (w *Workspace) SetScheduleDue(ctx context.Context, name string, due time.Time) error {
	return w.writeJournal(ctx, scheduleTable, func(c *Conn) error {
		if err := c.Exec(ctx, "DELETE FROM schedules WHERE name = ?", name); err != nil {
			return err
		}
		return c.Exec(ctx, "INSERT INTO schedules VALUES (?, ?)", name, due.UTC())
	})
}
