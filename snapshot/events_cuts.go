package snapshot

import (
	"context"
	"encoding/json"
	"strconv"

	"planwright"
	"planwright/ledger"
)

// Keys of meta that tie a snapshot to the log of events.
const (
	cutsKey     = "events.cuts"     // of an import: since when events are not in its tables
	rootKey     = "events.root"     // of a fold: the import that it starts from
	positionKey = "events.position" // number of the newest event that was known
	untilKey    = "events.until"    // of a fold: the day that it was asked for
	foldKey     = "events.fold"     // of a fold: its counts
)

// cutAt is a cut as meta has it.
type cutAt struct {
	Day      string `json:"day"`
	Micros   int64  `json:"micros,omitempty"`
	Position int64  `json:"position"`
}

// lineage is how a snapshot stands to the log.
type lineage struct {
	root     string // the import: itself, or the one that a fold starts from
	position int64
	until    string
	cuts     map[string]cutAt // of an import
	asOf     planwright.Day
	fold     string
}

func (w *Workspace) lineage(id string) (lineage, error) {
	meta, err := w.readMeta(w.path(snapshotKind, id))
	if err != nil {
		return lineage{}, err
	}
	l := lineage{root: id, until: meta[untilKey], fold: meta[foldKey], asOf: planwright.NoDay}
	if r := meta[rootKey]; r != "" {
		l.root = r
	}
	l.position, _ = strconv.ParseInt(meta[positionKey], 10, 64) // 0: from before there were events
	if d, err := planwright.ParseDay(meta["as_of"]); err == nil {
		l.asOf = d
	}
	if text := meta[cutsKey]; text != "" {
		if err := json.Unmarshal([]byte(text), &l.cuts); err != nil {
			return l, fail(planwright.CodeFileFormat, "open snapshot", id, "its note on events cannot be read", "import the data again", err)
		}
	}
	return l, nil
}

// cut returns the cut of a table; of a snapshot from before there were events,
// and of a table without one, the opening of its planning day.
func (l *lineage) cut(table string) ledger.Cut {
	c := ledger.Cut{Moment: ledger.Moment{Day: l.asOf}}
	if x, ok := l.cuts[table]; ok {
		c.Micros, c.Position = x.Micros, x.Position
		if d, err := planwright.ParseDay(x.Day); err == nil {
			c.Day = d
		}
	}
	return c
}

func (l *lineage) all() ledger.Cuts {
	return ledger.Cuts{Stock: l.cut("stock"), Demand: l.cut("demand_orders"), Supply: l.cut("supply_orders"), Reservations: l.cut("reservations"), Master: l.cut("items"),
		History: l.cut("demand_history"), Movements: l.cut("movements"), Receipts: l.cut("receipts")}
}

// cutTables are the tables with a cut of their own; the histories last.
var cutTables = []string{"stock", "demand_orders", "supply_orders", "reservations", "items", "demand_history", "movements", "receipts"}

// noteCuts writes since when events are not in the tables of an import. Its
// tables hold what happened before its planning day, or before the moment that
// the setting counted_at names. A history that it does not have holds nothing.
// An update keeps the cuts of the tables that it does not bring.
func (j *job) noteCuts(ctx context.Context, position int64) error {
	cut := cutAt{Day: j.im.asOf.String(), Position: position}
	var at string
	found, err := j.im.c.Scan(ctx, "SELECT value FROM main.settings WHERE lower(name) = 'counted_at'", nil, &at)
	if err != nil {
		return err
	}
	if found {
		if m, _, ok := ledger.ParseMoment(at); ok { // otherwise the check of the settings has said so
			cut.Day, cut.Micros = m.Day.String(), m.Micros
		}
	}
	var old lineage
	if j.report.Base != "" {
		if old, err = j.w.lineage(j.report.Base); err != nil {
			return err
		}
	}
	cuts := map[string]cutAt{}
	for _, t := range cutTables {
		brought := false
		for _, s := range j.im.byTable[t] {
			brought = brought || s.src.in.kind != "snapshot" && (!j.tombs[s] || s.rows > 0)
		}
		switch history := byDay[t] != ""; {
		case j.report.Base != "" && (j.o.Append || !brought):
			c := old.cut(t)
			cuts[t] = cutAt{c.Day.String(), c.Micros, c.Position}
		case history && !brought:
			cuts[t] = cutAt{Day: ledger.Always.Day.String()}
		default:
			cuts[t] = cut
		}
	}
	text, err := json.Marshal(cuts)
	if err != nil {
		return err
	}
	j.draft.Meta[cutsKey], j.draft.Meta[positionKey] = string(text), strconv.FormatInt(position, 10)
	return nil
}
