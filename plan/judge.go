package plan

import (
	"math"

	"planwright"
)

// judgement is what people said of the forecast of one sku.
type judgement struct {
	from, to planwright.Day // inclusive
	kind     planwright.ForecastKind
	qty      planwright.Qty // of the whole period
	author   string
}

// judgements finds the overrides of the journal by sku. Those of sku's that the
// snapshot does not have do nothing.
func judgements(s *planwright.Snapshot, list []planwright.ForecastOverride) map[planwright.SKU][]judgement {
	of := map[planwright.SKU][]judgement{}
	for i := range list {
		o := &list[i]
		if k := s.Find(o.Item, o.Site); k != planwright.NoSKU && o.Removes == 0 {
			of[k] = append(of[k], judgement{o.From, o.To, o.Kind, o.Qty, o.Author})
		}
	}
	return of
}

// judge applies the overrides, floors and caps of sku k to rows from.. of f, its
// rows: those that came with the data by day, then those of the journal in the
// order in which they were made, so that the last word holds. A judgement that
// covers part of a period speaks of that part, by days. authors, if given, gets
// the last author of each row.
func (d *demand) judge(s *planwright.Snapshot, k planwright.SKU, f *planwright.Forecast, from int, authors []string) {
	apply := func(j judgement) {
		daily := j.qty.Float() / float64(j.to-j.from+1)
		for i := from; i < len(f.SKU); i++ {
			days := min(f.End[i], j.to) - max(f.Start[i], j.from) + 1
			if days <= 0 {
				continue
			}
			share := float64(days) / float64(f.End[i]-f.Start[i]+1)
			was, said := f.Final[i]*share, daily*float64(days)
			is := said
			switch j.kind {
			case planwright.Floor:
				is = math.Max(was, said)
			case planwright.Cap:
				is = math.Min(was, said)
			}
			if is != was {
				f.Final[i] += is - was
				f.Override[i] = f.Final[i]
				if authors != nil {
					authors[i-from] = j.author
				}
			}
		}
	}
	if g := &s.Given; len(g.Off) > 0 {
		for r := g.Off[k]; r < g.Off[k+1]; r++ {
			if g.Kind[r] != planwright.GivenForecast {
				author := ""
				if len(g.Author) > 0 {
					author = g.Author[r]
				}
				apply(judgement{g.From[r], g.To[r], g.Kind[r], g.Qty[r], author})
			}
		}
	}
	for _, j := range d.judged[k] {
		apply(j)
	}
}
