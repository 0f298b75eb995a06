package snapshot

import (
	"context"
	"strings"

	"planwright"
)

// findAsOf settles the planning day: the one asked for, else the mapping's,
// else setting as_of, else the day after the last one of the histories and of
// the stock, else today.
func (im *importer) findAsOf(ctx context.Context, asked, today planwright.Day, m *Mapping) error {
	if asked.Known() {
		im.asOf, im.asOfBy = asked, "option"
		return nil
	}
	if m != nil && m.AsOf != "" {
		day, err := planwright.ParseDay(m.AsOf)
		if err != nil {
			return fail(planwright.CodeMapping, "import", "as_of", m.AsOf, "write it as 2026-07-01", err)
		}
		im.asOf, im.asOfBy = day, "mapping"
		return nil
	}
	if len(im.byTable["settings"]) > 0 {
		if err := im.view(ctx, TableNamed("settings")); err != nil {
			return err
		}
		var day planwright.Day
		found, err := im.c.Scan(ctx, "SELECT TRY_CAST(value AS DATE) FROM v_settings WHERE lower(name) = 'as_of' AND TRY_CAST(value AS DATE) IS NOT NULL ORDER BY __src, __row LIMIT 1", nil, &day)
		if err != nil {
			return err
		}
		if found && day.Known() {
			im.asOf, im.asOfBy = day, "settings"
			return nil
		}
	}
	day, err := im.lastDay(ctx)
	if err != nil {
		return err
	}
	if !day.Known() && today.Known() {
		im.asOf, im.asOfBy = today, "today"
		return nil
	}
	if !day.Known() {
		return fail(planwright.CodeUsage, "import", "as-of day", "no history and no dated stock tells it", "give --as-of YYYY-MM-DD, or a row as_of in settings", nil)
	}
	im.asOf, im.asOfBy = day+1, "last day of the data"
	return nil
}

// lastDay returns the last day of the histories and of the stock. A handful of
// rows a year or more beyond all others are typing errors and do not move it.
func (im *importer) lastDay(ctx context.Context) (planwright.Day, error) {
	var parts []string
	for _, p := range [][2]string{{"demand_history", "on"}, {"movements", "on"}, {"stock", "received_on"}} {
		if len(im.byTable[p[0]]) == 0 {
			continue
		}
		if err := im.view(ctx, TableNamed(p[0])); err != nil {
			return planwright.NoDay, err
		}
		parts = append(parts, im.daysOf(TableNamed(p[0]), p[1])...)
	}
	if len(parts) == 0 {
		return planwright.NoDay, nil
	}
	rows, err := im.c.Query(ctx, "SELECT max(d), CAST(sum(n) AS BIGINT) FROM ("+strings.Join(parts, " UNION ALL ")+") GROUP BY date_trunc('month', d) ORDER BY date_trunc('month', d)")
	if err != nil {
		return planwright.NoDay, err
	}
	defer rows.Close()
	var days []planwright.Day
	var counts []int64
	total := int64(0)
	for rows.Next() {
		var d planwright.Day
		var n int64
		if err := rows.Scan(&d, &n); err != nil {
			return planwright.NoDay, err
		}
		days, counts = append(days, d), append(counts, n)
		total += n
	}
	if err := rows.Err(); err != nil || len(days) == 0 {
		return planwright.NoDay, err
	}
	last := len(days) - 1
	beyond := int64(0)
	for k := last; k > 0; k-- {
		beyond += counts[k]
		if beyond*1000 > total {
			break
		}
		if days[k]-days[k-1] > 366 {
			last = k - 1
		}
	}
	return days[last], nil
}
