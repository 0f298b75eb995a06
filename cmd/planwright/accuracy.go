package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// meanAccuracy averages the measures of forecast_accuracy; WAPE and bias of a
// company are those of its items, each counted once.
const meanAccuracy = `count(*) AS series, avg(mase) AS mase, avg(rmsse) AS rmsse, avg(wape) AS wape, avg(bias) AS bias, avg(pinball) AS pinball, avg(naive_wape) AS naive_wape, avg(fva) AS fva`

// accuracyReports are the queries of `report accuracy --by`.
var accuracyReports = map[string]string{
	"method":       `SELECT method, ` + meanAccuracy + ` FROM plan.forecast_accuracy GROUP BY method ORDER BY series DESC, method`,
	"class":        `SELECT demand_class, ` + meanAccuracy + ` FROM plan.forecast_accuracy GROUP BY demand_class ORDER BY series DESC, demand_class`,
	"method,class": `SELECT method, demand_class, ` + meanAccuracy + ` FROM plan.forecast_accuracy GROUP BY method, demand_class ORDER BY demand_class, series DESC, method`,
	"category": `SELECT i.category, ` + meanAccuracy + ` FROM plan.forecast_accuracy f JOIN snap.items i USING (item_id)
		GROUP BY i.category ORDER BY series DESC, i.category`,
	"site": `SELECT site_id, ` + meanAccuracy + ` FROM plan.forecast_accuracy GROUP BY site_id ORDER BY series DESC, site_id`,
	"item": `SELECT item_id, site_id, method, demand_class, periods, mase, rmsse, wape, bias, pinball, naive_wape, fva FROM plan.forecast_accuracy
		ORDER BY mase DESC NULLS LAST, item_id, site_id`,
}

// accuracyReport finds the query of one way to sum accuracies up.
func accuracyReport(by string) (string, error) {
	by = strings.ReplaceAll(by, " ", "")
	if by == "class,method" {
		by = "method,class"
	}
	q, ok := accuracyReports[by]
	if !ok {
		return "", usage(fmt.Sprintf("report accuracy --by %s: use one of %s", by, strings.Join(slices.Sorted(maps.Keys(accuracyReports)), "; ")))
	}
	return q, nil
}
