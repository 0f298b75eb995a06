package planwright

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// DecisionStatus is the state of a suggestion.
type DecisionStatus uint8

// The states. A suggestion begins as StatusOpen; a planner's decision moves it.
const (
	StatusOpen     DecisionStatus = iota
	StatusApproved                // the order is firm
	StatusRejected                // not wanted: out of the worklist until what is behind it changes
	StatusSnoozed                 // out of the worklist until a day
	StatusChanged                 // firm with another quantity or date
	StatusExported                // handed to the system that orders
)

var decisionStatusNames = []string{"open", "approved", "rejected", "snoozed", "changed", "exported"}

func (d DecisionStatus) String() string { return name(decisionStatusNames, uint8(d)) }

// ParseDecisionStatus reads open, approved, rejected, snoozed, changed or
// exported.
func ParseDecisionStatus(s string) (DecisionStatus, bool) {
	v, ok := parseName(decisionStatusNames, s)
	return DecisionStatus(v), ok
}

// Decision is what somebody decided about a suggestion. It holds for every
// suggestion, of whatever plan, with the same Key and the same Basis: when the
// quantity or the day behind a suggestion changes, it no longer does.
type Decision struct {
	ID     int64          // sequence in the journal, from 1
	Key    SuggestionKey  // what was decided about
	Basis  string         // quantity and need that it was decided on
	Status DecisionStatus // what was decided
	Qty    Qty            // of StatusChanged: the new quantity; NoQty: as suggested
	Date   Day            // of StatusChanged: the new day of receipt; NoDay: as suggested
	Until  Day            // of StatusSnoozed: the first day on which it is open again

	Reason     string
	Author     string
	At         time.Time
	Plan       string // id of the plan that was looked at
	Suggestion string // id of the suggestion in it
	RequestID  string
}

// SuggestionKey names what a suggestion is about, in every plan alike.
type SuggestionKey struct {
	Action Action
	Item   string
	Site   string
	Cause  string // key of the reason in the message catalogue
	Order  string // the open order that it speaks of; "" for a planned order
}

// DecisionsDigest returns the SHA-256, in hex, of all of the decisions that can
// change a plan; "" for none.
func DecisionsDigest(list []Decision) string {
	if len(list) == 0 {
		return ""
	}
	h := sha256.New()
	for _, d := range list {
		for _, s := range []string{d.Key.Action.String(), d.Key.Item, d.Key.Site, d.Key.Cause, d.Key.Order, d.Basis, d.Status.String(), d.Qty.String(), strconv.Itoa(int(d.Date)), strconv.Itoa(int(d.Until))} {
			hashString(h, s)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
