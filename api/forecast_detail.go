package api

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/plan"
	"planwright/snapshot"
)

// baseOf reads the plan that a run goes on from: auto, none or an id.
func (s *Server) baseOf(name string) (string, error) {
	switch name {
	case "", snapshot.AutoBase:
		return snapshot.AutoBase, nil
	case snapshot.NoBase:
		return snapshot.NoBase, nil
	}
	return s.planID("options.base", name)
}

// forecastOf finds a sku of a plan that the caller may see.
func (f *forecastService) forecastOf(ctx context.Context, parent, item, site string) (*standing, planwright.SKU, error) {
	st, err := f.s.stand(ctx, "parent", parent, false)
	if err != nil {
		return nil, 0, err
	}
	if site == "" {
		for i := range st.snap.Sites.ID {
			if st.snap.Find(item, st.snap.Sites.ID[i]) == planwright.NoSKU || !callOf(ctx).sees(st.snap.Sites.ID[i]) {
				continue
			}
			if site != "" {
				return nil, 0, badField("site_id", "is empty, and item %s is at several sites", clip(item))
			}
			site = st.snap.Sites.ID[i]
		}
	}
	k, err := st.sku(item, site)
	if err != nil {
		return nil, 0, err
	}
	if !callOf(ctx).sees(site) {
		return nil, 0, refuse(codes.NotFound, "plan %s has no sku %s at site %s", st.plan, clip(item), clip(site))
	}
	return st, k, nil
}

// skuRows calls read for each row of a plan's table that is a sku's.
func (s *Server) skuRows(ctx context.Context, st *standing, k planwright.SKU, columns, table, order string, read func(c *cells)) error {
	item, site := st.codes(k)
	rows, err := s.ws.Select(ctx, st.plan, "SELECT "+columns+" FROM plan."+table+" WHERE item_id = ? AND site_id = ? ORDER BY "+order, item, site)
	if err != nil {
		return err
	}
	defer rows.Close()
	c := &cells{rows: rows}
	for rows.Next() {
		c.at = 0
		read(c)
		if c.err != nil {
			return c.err
		}
	}
	return rows.Err()
}

// forecastPeriods reads the forecast of a sku with its components.
func (f *forecastService) forecastPeriods(ctx context.Context, st *standing, k planwright.SKU) ([]*planwrightv1.ForecastPeriod, error) {
	var names []string
	for _, c := range forecasts.columns {
		names = append(names, c.expr())
	}
	var out []*planwrightv1.ForecastPeriod
	at := map[string]*planwrightv1.ForecastPeriod{}
	err := f.s.skuRows(ctx, st, k, strings.Join(names, ", "), "forecast", "period_start", func(c *cells) {
		p := &planwrightv1.ForecastPeriod{Forecast: forecasts.row(c)}
		at[p.GetForecast().GetPeriodStart()] = p
		out = append(out, p)
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		item, site := st.codes(k)
		return nil, refuse(codes.NotFound, "plan %s has no forecast of %s at site %s: it is not sold", st.plan, clip(item), clip(site))
	}
	l := callOf(ctx).language
	err = f.s.skuRows(ctx, st, k, "period_start, component, value", "forecast_components", "rowid", func(c *cells) {
		start := c.day()
		part := &planwrightv1.ForecastComponent{Component: c.text(), Value: c.number()}
		part.Source = componentSource(l, part.GetComponent())
		if p := at[start]; p != nil {
			p.Components = append(p.Components, part)
		}
	})
	return out, err
}

// componentSource says where a component comes from.
func componentSource(l lang.Language, component string) string {
	kind, name, cause := strings.Cut(component, ": ")
	if cause {
		return lang.Text(l, "component."+kind, "name", name)
	}
	return lang.Text(l, "component."+kind)
}

// competingMethods reads the methods that were compared for a sku.
func (f *forecastService) competingMethods(ctx context.Context, st *standing, k planwright.SKU) (out []*planwrightv1.CompetingMethod, err error) {
	err = f.s.skuRows(ctx, st, k, "method, season, score, weight, why", "forecast_methods", "rowid", func(c *cells) {
		out = append(out, &planwrightv1.CompetingMethod{Method: c.text(), Season: c.text(), Score: c.optional(), Weight: c.number(), Why: c.text()})
	})
	return out, err
}

// GetForecast shows the forecast of one sku.
func (f *forecastService) GetForecast(ctx context.Context, req *planwrightv1.GetForecastRequest) (*planwrightv1.ForecastDetail, error) {
	st, k, err := f.forecastOf(ctx, req.GetParent(), req.GetItemId(), req.GetSiteId())
	if err != nil {
		return nil, err
	}
	m := &planwrightv1.ForecastDetail{Plan: planPrefix + st.plan}
	m.ItemId, m.SiteId = st.codes(k)
	if m.Periods, err = f.forecastPeriods(ctx, st, k); err != nil {
		return nil, err
	}
	m.Method = m.GetPeriods()[0].GetForecast().GetMethod()
	if m.Methods, err = f.competingMethods(ctx, st, k); err != nil {
		return nil, err
	}
	err = f.s.skuRows(ctx, st, k, "periods, mase, rmsse, wape, bias, pinball, naive_wape, fva", "forecast_accuracy", "rowid", func(c *cells) {
		a := &planwrightv1.ForecastAccuracy{}
		if n := c.integer(); n != nil {
			a.Periods = *n
		}
		a.Mase, a.Rmsse, a.Wape, a.Bias, a.Pinball, a.NaiveWape, a.Fva = c.optional(), c.optional(), c.optional(), c.optional(), c.optional(), c.optional(), c.optional()
		m.Accuracy = a
	})
	if err != nil {
		return nil, err
	}
	err = f.s.skuRows(ctx, st, k, "periods, period_end, mean, sd, "+strings.Join(planwright.QuantileNames, ", "), "forecast_cumulative", "periods", func(c *cells) {
		row := &planwrightv1.CumulativeForecast{}
		if n := c.integer(); n != nil {
			row.Periods = *n
		}
		row.PeriodEnd, row.Mean, row.Sd = c.day(), c.number(), c.optional()
		for _, p := range planwright.Quantiles {
			if v := c.optional(); v != nil {
				row.Quantiles = append(row.Quantiles, &planwrightv1.Quantile{Probability: p, Value: *v})
			}
		}
		m.Cumulative = append(m.Cumulative, row)
	})
	if err != nil {
		return nil, err
	}
	err = f.s.skuRows(ctx, st, k, "period_start, value_from, value_to, reason, score, applied", "history_changes", "rowid", func(c *cells) {
		m.Changes = append(m.Changes, &planwrightv1.HistoryChange{PeriodStart: c.day(), From: c.optional(), To: c.optional(), Reason: c.text(), Score: c.number(), Applied: c.flag()})
	})
	if err != nil {
		return nil, err
	}
	if err := f.look(ctx, st, k, m); err != nil {
		return nil, err
	}
	standing, err := f.s.ws.StandingOverrides(ctx)
	if err != nil {
		return nil, err
	}
	for i := range standing {
		if o := &standing[i]; o.Item == m.GetItemId() && o.Site == m.GetSiteId() {
			m.Overrides = append(m.Overrides, overrideMessage(o))
		}
	}
	return m, nil
}

// look adds the history and the forecasts of the competing methods.
func (f *forecastService) look(ctx context.Context, st *standing, k planwright.SKU, m *planwrightv1.ForecastDetail) error {
	info, err := f.s.ws.GetPlan(st.plan)
	if err != nil {
		return err
	}
	opt, err := plan.ParseOptions(info.Options)
	if err != nil {
		return err
	}
	if opt.Base, err = f.s.ws.PlanState(ctx, info, k); err != nil {
		return err
	}
	snap := *st.snap // its columns stay; histories are read as they are asked for
	snap.ReadHistory = func(ctx context.Context, lo, hi planwright.SKU) (*planwright.History, error) {
		return f.s.ws.ReadHistory(ctx, info.SnapshotID, lo, hi)
	}
	names := make([]string, len(m.GetMethods()))
	for i, c := range m.GetMethods() {
		names[i] = c.GetMethod()
	}
	view, err := plan.LookForecast(ctx, &snap, k, opt, names)
	if err != nil {
		return err
	}
	for i, start := range view.Start {
		m.History = append(m.History, &planwrightv1.HistoryPeriod{PeriodStart: start.String(), Booked: known(view.Booked[i]), Prepared: known(view.Prepared[i]),
			WithoutCauses: known(view.Free[i]), StockoutShare: view.Out[i]})
	}
	for i := range m.GetMethods() {
		if i < len(view.Mean) {
			m.GetMethods()[i].Mean = view.Mean[i]
		}
	}
	return nil
}

// ExplainForecast tells how a forecast comes about.
func (f *forecastService) ExplainForecast(ctx context.Context, req *planwrightv1.ExplainForecastRequest) (*planwrightv1.ForecastExplanation, error) {
	st, k, err := f.forecastOf(ctx, req.GetParent(), req.GetItemId(), req.GetSiteId())
	if err != nil {
		return nil, err
	}
	m := &planwrightv1.ForecastExplanation{Plan: planPrefix + st.plan}
	m.ItemId, m.SiteId = st.codes(k)
	if m.Periods, err = f.forecastPeriods(ctx, st, k); err != nil {
		return nil, err
	}
	l := callOf(ctx).language
	for _, p := range m.GetPeriods() {
		if len(p.GetComponents()) == 0 { // the method's alone
			p.Components = []*planwrightv1.ForecastComponent{{Component: "base", Value: p.GetForecast().GetFinal(), Source: componentSource(l, "base")}}
		}
	}
	if m.Methods, err = f.competingMethods(ctx, st, k); err != nil {
		return nil, err
	}
	s := st.snap
	item, site := s.SKUs.Item[k], s.SKUs.Site[k]
	scopes := []any{"", s.Items.Category[item], s.Items.ID[item], s.Sites.ID[site], s.Sites.Region[site]}
	rows, err := f.s.ws.Select(ctx, st.plan, "SELECT kind, name, coalesce(scope, ''), entered, effect, periods FROM plan.causes WHERE coalesce(scope, '') IN (?, ?, ?, ?, ?) ORDER BY rowid", scopes...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	c := &cells{rows: rows}
	for rows.Next() {
		c.at = 0
		cause := &planwrightv1.ForecastCause{Kind: c.text(), Name: c.text(), Scope: c.text(), Entered: c.optional(), Effect: c.number()}
		if n := c.integer(); n != nil {
			cause.Periods = int64(*n)
		}
		if c.err != nil {
			return nil, c.err
		}
		m.Causes = append(m.Causes, cause)
	}
	return m, rows.Err()
}
