package snapshot

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"planwright"
)

const overrideTable = `CREATE TABLE IF NOT EXISTS forecast_overrides (override_id BIGINT PRIMARY KEY, item_id VARCHAR, site_id VARCHAR, "from" DATE, "to" DATE,
	kind VARCHAR, qty DECIMAL(18,6), reason VARCHAR, author VARCHAR, set_at TIMESTAMP, removes BIGINT)`

// Limits of what people write about an override.
const (
	maxOverrideText = 1000     // characters of reason and author
	maxOverrideDays = 366 * 10 // of one override
)

// SetOverride adds an override of a forecast to the journal and returns it with
// its number and the time of writing: it is on the disk then. Nothing in the
// journal is ever changed: an override of the same sku, days and kind takes the
// place of an earlier one from then on.
func (w *Workspace) SetOverride(ctx context.Context, o planwright.ForecastOverride, at time.Time) (planwright.ForecastOverride, error) {
	if err := checkOverride(&o); err != nil {
		return o, err
	}
	site, err := w.knowsSKU(ctx, o.Item, o.Site)
	if err != nil {
		return o, err
	}
	o.Site, o.Removes = site, 0
	return w.addOverride(ctx, o, at)
}

// RemoveOverride takes an override back, with who did it and why: runs from then
// on forecast as if it had not been made. The journal keeps both.
func (w *Workspace) RemoveOverride(ctx context.Context, id int64, reason, author string, at time.Time) (planwright.ForecastOverride, error) {
	standing, err := w.StandingOverrides(ctx)
	if err != nil {
		return planwright.ForecastOverride{}, err
	}
	for _, o := range standing {
		if o.ID == id {
			o.Removes, o.Reason, o.Author = id, reason, author
			if err := checkOverride(&o); err != nil {
				return o, err
			}
			return w.addOverride(ctx, o, at)
		}
	}
	return planwright.ForecastOverride{}, &planwright.Error{Code: planwright.CodeNotFound, Op: "override", Subject: fmt.Sprint(id), What: "no such override stands", Args: []string{"detail", fmt.Sprintf("override %d", id)}}
}

func (w *Workspace) addOverride(ctx context.Context, o planwright.ForecastOverride, at time.Time) (planwright.ForecastOverride, error) {
	err := w.writeJournal(ctx, overrideTable, func(c *Conn) error {
		var last int64
		if _, err := c.Scan(ctx, "SELECT coalesce(max(override_id), 0) FROM forecast_overrides", nil, &last); err != nil {
			return err
		}
		o.ID, o.At = last+1, at.UTC().Truncate(time.Microsecond)
		return insertOverride(ctx, c, &o)
	})
	return o, err
}

func insertOverride(ctx context.Context, c *Conn, o *planwright.ForecastOverride) error {
	var removes any
	if o.Removes != 0 {
		removes = o.Removes
	}
	return c.Exec(ctx, "INSERT INTO forecast_overrides VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", o.ID, o.Item, o.Site, o.From, o.To, o.Kind.String(), o.Qty, o.Reason, o.Author, o.At, removes)
}

// checkOverride says what is wrong with an override.
func checkOverride(o *planwright.ForecastOverride) error {
	bad := func(what, fix string) error {
		return &planwright.Error{Code: planwright.CodeUsage, Op: "override", Subject: o.Item, What: what, Fix: fix, Args: []string{"detail", o.Item + ": " + what + ": " + fix}}
	}
	o.Reason, o.Author = strings.TrimSpace(o.Reason), strings.TrimSpace(o.Author)
	switch {
	case o.Kind != planwright.Override && o.Kind != planwright.Floor && o.Kind != planwright.Cap:
		return bad("kind "+o.Kind.String(), "use override, floor or cap")
	case !o.From.Known() || !o.To.Known() || o.To < o.From || o.To-o.From > maxOverrideDays || o.From < planwright.MinDay || o.To > planwright.MaxDay:
		return bad("days "+o.From.String()+" to "+o.To.String(), "give a first and a last day, at most ten years apart")
	case !o.Qty.Known() || o.Qty < 0:
		return bad("quantity "+o.Qty.String(), "give 0 or more")
	case o.Reason == "" || o.Author == "":
		return bad("no reason or author", "say why and who: it is measured whether overrides help")
	case utf8.RuneCountInString(o.Reason) > maxOverrideText || utf8.RuneCountInString(o.Author) > maxOverrideText || !utf8.ValidString(o.Reason) || !utf8.ValidString(o.Author):
		return bad("reason or author", fmt.Sprintf("use up to %d characters of UTF-8", maxOverrideText))
	}
	return nil
}

// knowsSKU finds the site of an item in the newest snapshot: the one given, or
// the only one.
func (w *Workspace) knowsSKU(ctx context.Context, item, site string) (string, error) {
	rows, err := w.SelectSnapshot(ctx, "", "SELECT site_id FROM snap.skus WHERE item_id = ? AND (site_id = ? OR ? = '') ORDER BY site_id", item, site, site)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var sites []string
	for rows.Next() {
		name, _ := rows.Value(0).(string)
		sites = append(sites, name)
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	if len(sites) == 1 {
		return sites[0], nil
	}
	what, name := "the newest snapshot has no such sku", strings.TrimSuffix(item+"@"+site, "@")
	if len(sites) > 1 {
		what, name = "it is at several sites, name one: "+strings.Join(sites, ", "), item+" ("+strings.Join(sites, ", ")+")"
	}
	return "", &planwright.Error{Code: planwright.CodeNotFound, Op: "override", Subject: item, What: what, Args: []string{"detail", name}}
}

// ListOverrides returns the whole journal of overrides, newest first, at most
// limit (0: all).
func (w *Workspace) ListOverrides(ctx context.Context, limit int) ([]planwright.ForecastOverride, error) {
	where := "ORDER BY override_id DESC"
	if limit > 0 {
		where += fmt.Sprintf(" LIMIT %d", limit)
	}
	return w.overrides(ctx, where)
}

// StandingOverrides returns the overrides that hold now, in the order in which
// they were made.
func (w *Workspace) StandingOverrides(ctx context.Context) ([]planwright.ForecastOverride, error) {
	return w.overrides(ctx, `WHERE removes IS NULL AND override_id NOT IN (SELECT removes FROM forecast_overrides WHERE removes IS NOT NULL)
		AND override_id IN (SELECT max(override_id) FROM forecast_overrides WHERE removes IS NULL GROUP BY item_id, site_id, "from", "to", kind) ORDER BY override_id`)
}

func (w *Workspace) overrides(ctx context.Context, where string) (list []planwright.ForecastOverride, err error) {
	err = w.readJournal(ctx, "forecast_overrides", func(c *Conn) error {
		list = nil
		rows, err := c.Query(ctx, `SELECT override_id, item_id, site_id, "from", "to", kind, qty, reason, author, set_at, coalesce(removes, 0) FROM forecast_overrides `+where)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var o planwright.ForecastOverride
			var kind string
			if err := rows.Scan(&o.ID, &o.Item, &o.Site, &o.From, &o.To, &kind, &o.Qty, &o.Reason, &o.Author, &o.At, &o.Removes); err != nil {
				return err
			}
			var ok bool
			if o.Kind, ok = planwright.ParseForecastKind(kind); !ok {
				return fail(planwright.CodeFileFormat, "journal", "forecast_overrides", "kind "+kind, "use a newer planwright", nil)
			}
			list = append(list, o)
		}
		return rows.Err()
	})
	return list, err
}
