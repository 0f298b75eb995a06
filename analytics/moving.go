package analytics

import "planwright"

// MovingParams are the limits of slow and dead stock. The zero value is 90 and
// 365 days.
type MovingParams struct {
	Slow int32 // days without use from which stock is slow; 0: 90
	Dead int32 // days from which it is dead; 0: 365
}

// The classes of movement.
const (
	Moving  = "moving"
	Slow    = "slow"
	Dead    = "dead"
	Unknown = "unknown" // never used, and its day of receipt is not known
)

// Class returns the class of stock on hand that was last used on lastUse, or,
// where it never was (NoDay), came in on received, with the days since then.
// Unknown and NoInt where neither day is known: stock that was never seen to
// move is not called dead on the day it arrives.
func (p MovingParams) Class(lastUse, received, asOf planwright.Day) (class string, idle int32) {
	slow, dead := p.Slow, p.Dead
	if slow == 0 {
		slow = 90
	}
	if dead == 0 {
		dead = 365
	}
	day := lastUse
	if !day.Known() {
		day = received
	}
	if !day.Known() {
		return Unknown, planwright.NoInt
	}
	idle = max(0, int32(asOf-day))
	switch {
	case idle >= dead:
		return Dead, idle
	case idle >= slow:
		return Slow, idle
	}
	return Moving, idle
}
