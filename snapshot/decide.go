package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"planwright"
)

// MaxDecisions is the most decisions of one call of [Workspace.Decide].
const MaxDecisions = 1000

// maxDecisionWords bounds the reason of a decision, in bytes.
const maxDecisionWords = 2000

// DecisionVerbs are what can be decided about a suggestion, and what that makes
// of it.
var DecisionVerbs = map[string]planwright.DecisionStatus{
	"approve": planwright.StatusApproved, "reject": planwright.StatusRejected, "snooze": planwright.StatusSnoozed,
	"change": planwright.StatusChanged, "export": planwright.StatusExported, "reopen": planwright.StatusOpen,
}

// DecisionOrder asks for one decision.
type DecisionOrder struct {
	Suggestion string         // id
	Verb       string         // of DecisionVerbs
	Etag       string         // of the suggestion as it was looked at; "": as it is now
	Qty        planwright.Qty // of change; NoQty: as suggested
	Date       planwright.Day // of change: day of receipt; of snooze: first day open again; NoDay: none
	Reason     string
}

// DecisionRequest asks for decisions about suggestions of one plan.
type DecisionRequest struct {
	Plan      string // id
	Orders    []DecisionOrder
	Author    string
	RequestID string // "": none
	At        time.Time
	DryRun    bool // checks and journals nothing
	// Sees, if given, says whether the caller sees a site; suggestions of others are
	// none, whatever else is wrong with a decision about them.
	Sees func(site string) bool
	// May, if given, is asked about every decision; its error refuses all.
	May func(d *planwright.Decision, s *Decidable) error
}

// Decidable is a suggestion as it is now.
type Decidable struct {
	ID, Item, Site, Supplier, Order, Category string
	Action                                    planwright.Action
	Cause, Basis, Status                      string
	Qty                                       planwright.Qty
	Value                                     float64
	Decision                                  int64 // 0: none
}

// SuggestionEtag is a text that changes whenever something is decided about a
// suggestion. decision is the number of the decision that stands, 0 for none.
func SuggestionEtag(id, basis, status string, decision int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d", id, basis, status, decision))
	return hex.EncodeToString(sum[:8])
}

// Etag is the etag of the suggestion.
func (s *Decidable) Etag() string { return SuggestionEtag(s.ID, s.Basis, s.Status, s.Decision) }

// Decide decides about suggestions: all of a request or nothing. What it returns
// is journalled and on the disk. An etag that is no longer that of the suggestion
// is an error of code CHANGED_MEANWHILE. A request id that was used is answered with
// what was decided then, whatever the etags are by now; with other decisions, or by
// somebody else, it is [ErrRequestUsed].
func (w *Workspace) Decide(ctx context.Context, r DecisionRequest) ([]planwright.Decision, error) {
	bad := func(i int, format string, args ...any) error {
		what := fmt.Sprintf("decision %d: ", i+1) + fmt.Sprintf(format, args...)
		return &planwright.Error{Code: planwright.CodeUsage, Op: "decide", What: what, Args: []string{"detail", what}}
	}
	if n := len(r.Orders); n == 0 || n > MaxDecisions {
		what := fmt.Sprintf("%d decisions in one request: give 1 to %d", n, MaxDecisions)
		return nil, &planwright.Error{Code: planwright.CodeUsage, Op: "decide", What: what, Args: []string{"detail", what}}
	}
	ids := make([]string, len(r.Orders))
	seen := map[string]bool{}
	for i, o := range r.Orders {
		if o.Suggestion == "" || strings.IndexByte(o.Suggestion, 0) >= 0 || seen[o.Suggestion] {
			return nil, bad(i, "suggestion %q is empty or comes twice", o.Suggestion)
		}
		ids[i], seen[o.Suggestion] = o.Suggestion, true
	}
	w.deciding.Lock() // between reading an etag and journalling nobody else decides
	defer w.deciding.Unlock()
	if was, err := w.decidedBy(ctx, r.RequestID); err != nil || len(was) > 0 {
		if err == nil && !r.repeats(was) {
			err = &planwright.Error{Code: planwright.CodeUsage, Op: "decide", What: "request id " + r.RequestID, Err: ErrRequestUsed}
		}
		if err != nil {
			return nil, err
		}
		return was, nil
	}
	now, err := w.decidables(ctx, r.Plan, ids)
	if err != nil {
		return nil, err
	}
	info, err := w.GetPlan(r.Plan)
	if err != nil {
		return nil, err
	}
	asOf, list := info.AsOf, make([]planwright.Decision, len(ids))
	for i, o := range r.Orders {
		s := now[o.Suggestion]
		if s == nil || r.Sees != nil && !r.Sees(s.Site) {
			return nil, fail(planwright.CodeNotFound, "decide", o.Suggestion, "plan "+r.Plan+" has no such suggestion", "`planwright todo` lists them", nil)
		}
		if o.Etag != "" && o.Etag != s.Etag() {
			return nil, fail(planwright.CodeChangedMeanwhile, "decide", o.Suggestion, "it was decided meanwhile: it is "+s.Status, "look at it again", nil)
		}
		d := planwright.Decision{Key: planwright.SuggestionKey{Action: s.Action, Item: s.Item, Site: s.Site, Cause: s.Cause}, Basis: s.Basis, Qty: planwright.NoQty,
			Date: planwright.NoDay, Until: planwright.NoDay, Reason: o.Reason, Author: r.Author, Plan: r.Plan, Suggestion: s.ID, RequestID: r.RequestID}
		if s.Action.OnOpenOrder() {
			d.Key.Order = s.Order
		}
		var ok bool
		if d.Status, ok = DecisionVerbs[o.Verb]; !ok {
			return nil, bad(i, "%q is not approve, reject, snooze, change, export or reopen", o.Verb)
		}
		if len(o.Reason) > maxDecisionWords || !utf8.ValidString(o.Reason) || strings.IndexByte(o.Reason, 0) >= 0 {
			return nil, bad(i, "the reason is not a text of at most %d bytes", maxDecisionWords)
		}
		switch d.Status {
		case planwright.StatusChanged:
			switch {
			case !o.Qty.Known() && !o.Date.Known():
				return nil, bad(i, "it changes nothing: give a quantity or a date")
			case o.Qty.Known() && s.Action > planwright.ActSubcontract:
				return nil, bad(i, "%s is about a date or about an order as a whole: it has no other quantity", s.Action)
			case o.Qty.Known() && o.Qty <= 0:
				return nil, bad(i, "the quantity %s is not above zero", o.Qty)
			}
			d.Qty, d.Date = o.Qty, o.Date
		case planwright.StatusSnoozed:
			if !o.Date.Known() || o.Qty.Known() {
				return nil, bad(i, "a snooze has a date, until which it lasts, and no quantity")
			}
			if o.Date <= asOf {
				return nil, bad(i, "a snooze until %s is over already: the plan is of %s", o.Date, asOf)
			}
			d.Until = o.Date
		default:
			if o.Qty.Known() || o.Date.Known() {
				return nil, bad(i, "%s takes no quantity and no date; change does", o.Verb)
			}
		}
		if r.May != nil {
			if err := r.May(&d, s); err != nil {
				return nil, err
			}
		}
		list[i] = d
	}
	if r.DryRun {
		return list, nil
	}
	return w.RecordDecisions(ctx, list, r.At)
}

// ErrRequestUsed says that a request id was used for other decisions.
var ErrRequestUsed = errors.New("was used for other decisions")

// repeats says whether a request asks for what one with its id decided before.
func (r *DecisionRequest) repeats(was []planwright.Decision) bool {
	if len(was) != len(r.Orders) {
		return false
	}
	for i := range was {
		o, d := &r.Orders[i], &was[i]
		date := d.Date
		if d.Status == planwright.StatusSnoozed {
			date = d.Until
		}
		if d.Suggestion != o.Suggestion || d.Plan != r.Plan || d.Author != r.Author || d.Status != DecisionVerbs[o.Verb] || d.Qty != o.Qty || d.Reason != o.Reason ||
			date.Known() != o.Date.Known() || date.Known() && date != o.Date || r.Sees != nil && !r.Sees(d.Key.Site) {
			return false
		}
	}
	return true
}

// LiveSuggestions is the source, in SQL of [Workspace.SelectDecided], of the
// suggestions of a plan as they are now: those of the plan file with the status
// and the decision of the journal, numbered in the order of storage by seq_.
const LiveSuggestions = `(SELECT s.* EXCLUDE (status, decision_id), s.rowid AS seq_, coalesce(d.status, 'open') AS status, d.* EXCLUDE (status, suggestion_id)
	FROM plan.suggestions s LEFT JOIN memory.main.decided d USING (suggestion_id))`

// decidables reads suggestions of a plan as they are now, by id.
func (w *Workspace) decidables(ctx context.Context, plan string, ids []string) (map[string]*Decidable, error) {
	info, err := w.GetPlan(plan)
	if err != nil {
		return nil, err
	}
	category, join := "coalesce(i.category, '')", "LEFT JOIN snap.items i USING (item_id)"
	if _, err := w.ResolveSnapshot(info.SnapshotID); err != nil { // deleted by force; the plan is still there
		category, join = "''", ""
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := w.SelectDecided(ctx, info.ID, `SELECT s.suggestion_id, s.item_id, s.site_id, coalesce(s.supplier_id, ''), coalesce(s.order_id, ''), `+category+`, s.action, s.reason_key, s.basis, s.status, s.qty, s.value,
		coalesce(s.decision_id, 0) FROM `+LiveSuggestions+` s `+join+` WHERE s.suggestion_id IN (`+strings.TrimSuffix(strings.Repeat("?, ", len(ids)), ", ")+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[string]*Decidable, len(ids))
	for rows.Next() {
		s := &Decidable{}
		var action string
		if err := rows.Scan(&s.ID, &s.Item, &s.Site, &s.Supplier, &s.Order, &s.Category, &action, &s.Cause, &s.Basis, &s.Status, &s.Qty, &s.Value, &s.Decision); err != nil {
			return nil, err
		}
		var ok bool
		if s.Action, ok = planwright.ParseAction(action); !ok {
			return nil, fail(planwright.CodeFileFormat, "decide", s.ID, "it has the action "+action, "use a newer planwright", nil)
		}
		found[s.ID] = s
	}
	return found, rows.Err()
}
