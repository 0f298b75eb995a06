package plan

import "planwright"

// components collect what the forecasts of a chunk are made of.
type components struct {
	t planwright.ForecastComponents
}

func (c *components) add(k planwright.SKU, start planwright.Day, name string, v float64) {
	t := &c.t
	t.SKU = append(t.SKU, k)
	t.Start = append(t.Start, start)
	t.Component = append(t.Component, name)
	t.Value = append(t.Value, v)
}

// none says whether the forecast of a period, of the sku written last, has no
// component yet.
func (c *components) none(k planwright.SKU, start planwright.Day) bool {
	t := &c.t
	for i := len(t.SKU) - 1; i >= 0 && t.SKU[i] == k; i-- {
		if t.Start[i] == start {
			return false
		}
	}
	return true
}

func (c *components) join(t *planwright.ForecastComponents) {
	t.SKU = append(t.SKU, c.t.SKU...)
	t.Start = append(t.Start, c.t.Start...)
	t.Component = append(t.Component, c.t.Component...)
	t.Value = append(t.Value, c.t.Value...)
}
