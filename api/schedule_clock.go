package api

import (
	"time"

	"github.com/robfig/cron/v3"
)

// clockTimes are the times of a cron expression by the clock on the wall. Where clocks
// are changed, an expression that names its hours comes once a day, as that of a
// nightly plan must: a time that is left out is that of the change, and one that comes
// twice counts the first time. Every hour is every hour, changed or not.
type clockTimes struct{ *cron.SpecSchedule }

// Next returns the next time after t, in the zone of t.
func (c clockTimes) Next(t time.Time) time.Time {
	const everyHour = 1<<24 - 1
	if c.Hour&everyHour == everyHour {
		return c.SpecSchedule.Next(t)
	}
	zone := t.Location()
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	for {
		if wall = c.SpecSchedule.Next(wall); wall.IsZero() {
			return wall
		}
		if at := onWall(wall, zone); at.After(t) {
			return at
		}
	}
}

// onWall returns when the clocks of a zone first show what wall does, in UTC; where
// they never do, the moment in which they are put on.
func onWall(wall time.Time, zone *time.Location) time.Time {
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone() // no zone changes twice in two days
	_, after := wall.Add(26 * time.Hour).In(zone).Zone()
	for _, offset := range []int{before, after} {
		at := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, is := at.Zone(); is == offset {
			return at
		}
	}
	change, _ := wall.Add(-time.Duration(before) * time.Second).In(zone).ZoneBounds()
	return change
}
