package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"planwright"
	"planwright/snapshot"
)

// bigCompany makes a workspace of n sku's with a plan that nobody computed: 8
// dated elements and a planned order each, classes, ages, policies; made once
// in the directory that PLANWRIGHT_BENCH_BIG names.
func bigCompany(b *testing.B, n int) string {
	dir := os.Getenv("PLANWRIGHT_BENCH_BIG")
	if dir == "" {
		n, dir = 20_000, b.TempDir()
	}
	ws, err := snapshot.OpenWorkspace(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = ws.Close() }()
	if _, err := ws.ResolvePlan(""); err == nil {
		return dir
	}
	ctx := context.Background()
	d, err := ws.NewSnapshotFile(ctx)
	if err != nil {
		b.Fatal(err)
	}
	d.AsOf = planwright.Date(2026, 6, 30)
	if err := d.Conn.Exec(ctx, fmt.Sprintf(`INSERT INTO main.sites (site, site_id) VALUES (0, 'MAIN');
INSERT INTO main.items (item, item_id, name, category, uom, unit_cost) SELECT i, printf('I%%07d', i), 'Item ' || i, 'C' || (i %% 50), 'EA', 1 + i %% 90 FROM range(%[1]d) t(i);
INSERT INTO main.skus (sku, item, site, item_id, site_id, implicit) SELECT i, i, 0, printf('I%%07d', i), 'MAIN', false FROM range(%[1]d) t(i);
INSERT INTO data.stock (sku, qty, lot, received_on) SELECT i, i %% 100, 'L' || i, DATE '2026-01-01' + (i %% 150)::INTEGER FROM range(%[1]d) t(i)`, n)); err != nil {
		b.Fatal(err)
	}
	if _, err := d.Publish(ctx); err != nil {
		b.Fatal(err)
	}
	s, done, err := ws.Load(ctx, "", snapshot.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = done() }()
	p := &planwright.Plan{SnapshotID: s.ID, SnapshotDigest: s.Digest, AsOf: s.AsOf, HorizonEnd: s.AsOf + 182, Version: planwright.Version, Digest: "0123456789abcdef"}
	one := planwright.One
	for i := range n {
		k, day := planwright.SKU(i), s.AsOf+planwright.Day(i%180)
		p.Orders.SKU = append(p.Orders.SKU, k)
		p.Orders.Qty = append(p.Orders.Qty, planwright.Qty(i%500)*one)
		p.Orders.Due = append(p.Orders.Due, day)
		p.Orders.Seq = append(p.Orders.Seq, 1)
		for e := range 8 {
			p.Requirements.SKU = append(p.Requirements.SKU, k)
			p.Requirements.On = append(p.Requirements.On, s.AsOf+planwright.Day((i+e*20)%180))
			p.Requirements.Kind = append(p.Requirements.Kind, planwright.ElementKind(e%6))
			p.Requirements.Ref = append(p.Requirements.Ref, planwright.None)
			p.Requirements.Qty = append(p.Requirements.Qty, planwright.Qty((i*7+e)%1000-500)*one)
		}
		p.Classes.SKU = append(p.Classes.SKU, k)
		p.Classes.ABC = append(p.Classes.ABC, string("ABC"[i%3]))
		p.Classes.UsageValue = append(p.Classes.UsageValue, float64((i*7919)%1_000_003))
		p.Aging.SKU = append(p.Aging.SKU, k)
		p.Aging.Age = append(p.Aging.Age, int32((i*31)%700))
		p.Aging.Bucket = append(p.Aging.Bucket, []string{"0-30", "31-90", "91-180", "181-365", "365+"}[i%5])
		p.Aging.Value = append(p.Aging.Value, float64(i%997))
		p.Policies.SKU = append(p.Policies.SKU, k)
		p.Policies.SafetyStock = append(p.Policies.SafetyStock, planwright.Qty(i%77)*one)
		p.Forecast.SKU = append(p.Forecast.SKU, k)
		p.Forecast.Start, p.Forecast.End = append(p.Forecast.Start, day), append(p.Forecast.End, day+6)
		p.Forecast.Method = append(p.Forecast.Method, []string{"ets", "theta", "ses"}[i%3])
		p.Forecast.Mean, p.Forecast.Final = append(p.Forecast.Mean, float64((i*13)%500)), append(p.Forecast.Final, float64((i*13)%500))
		p.Accuracy.SKU, p.Accuracy.WAPE = append(p.Accuracy.SKU, k), append(p.Accuracy.WAPE, float64((i*17)%200)/100)
		p.SlowMovers.SKU, p.SlowMovers.Value = append(p.SlowMovers.SKU, k), append(p.SlowMovers.Value, float64((i*7901)%500_009))
		p.SlowMovers.Movement = append(p.SlowMovers.Movement, []string{"slow", "dead"}[i%2])
		p.Surplus.SKU, p.Surplus.Value = append(p.Surplus.SKU, k), append(p.Surplus.Value, float64((i*7883)%400_009))
		p.Surplus.Kind = append(p.Surplus.Kind, []string{"excess", "dead", "obsolete"}[i%3])
		if i%4 == 0 {
			p.Exceptions.Add(planwright.Exception{Code: []planwright.Code{planwright.CodeExpedite, planwright.CodeHorizonCut, planwright.CodeCancel}[i%3], SKU: k, On: day, Qty: one, MoveTo: day, Value: float64((i * 7907) % 100_003)})
		}
	}
	p.Forecast.Q = make([][]float64, len(planwright.Quantiles))
	for q := range p.Forecast.Q {
		p.Forecast.Q[q] = p.Forecast.Mean
	}
	fillColumns(p)
	for i := range p.Surplus.SKU {
		p.Surplus.NextUse[i] = planwright.NoSKU
	}
	for i := range p.Orders.Supplier {
		p.Orders.Supplier[i], p.Orders.Source[i], p.Orders.From[i] = planwright.None, planwright.None, planwright.NoSKU
	}
	if _, err := ws.WritePlan(ctx, s, p, snapshot.RunInfo{}, nil); err != nil {
		b.Fatal(err)
	}
	return dir
}

// fillColumns gives every column of a table the length of its sku's.
func fillColumns(p *planwright.Plan) {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		t := v.Field(i)
		if t.Kind() != reflect.Struct || !t.FieldByName("SKU").IsValid() || t.FieldByName("SKU").Kind() != reflect.Slice {
			continue
		}
		n := t.FieldByName("SKU").Len()
		for f := range t.NumField() {
			if c := t.Field(f); c.Kind() == reflect.Slice && c.Len() == 0 && c.Type().Elem().Kind() != reflect.Slice && c.CanSet() {
				c.Set(reflect.MakeSlice(c.Type(), n, n))
			}
		}
	}
}

// BenchmarkPages reads pages of 100 rows at the beginning, in the middle and at
// the end of lists of a plan of a million sku's. The median of a walk is what a
// client sees, first what the first page of a filter or order costs.
func BenchmarkPages(b *testing.B) {
	dir := bigCompany(b, 1_000_000)
	ws, err := snapshot.OpenWorkspace(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = ws.Close() }()
	walk := func(name string, pageOf func(s *Server, token string) (string, int32, string, error), words func() []string) {
		b.Run(name, func(b *testing.B) {
			s, err := New(Config{Workspace: ws})
			if err != nil {
				b.Fatal(err)
			}
			if _, _, _, err := pageOf(s, ""); err != nil { // the file is open
				b.Fatal(err)
			}
			// A page that was read before comes from memory; here each is read.
			forget := func() { s.pages = pageCache{} }
			s.positions, s.counts.rows = positions{}, nil
			forget()
			var first time.Duration
			var times []time.Duration
			for b.Loop() {
				begin := time.Now()
				plan, total, _, err := pageOf(s, "")
				if err != nil {
					b.Fatal(err)
				}
				if first == 0 {
					first = time.Since(begin)
				}
				for i := range int64(20) {
					token := page{subject: plan, offset: int64(total) * i / 21}.token(words()...)
					forget()
					begin := time.Now()
					if _, _, _, err := pageOf(s, token); err != nil {
						b.Fatal(err)
					}
					times = append(times, time.Since(begin))
				}
			}
			slices.Sort(times)
			b.ReportMetric(float64(first.Microseconds())/1000, "ms-first")
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(times[len(times)-1].Microseconds())/1000, "ms-worst")
		})
	}
	benchList(walk, &requirements, [][2]string{{}, {`item_id = "I0015000"`, ""}, {`item_id >= "I0010000" AND item_id < "I0012000"`, ""}, {`kind = "order"`, ""}, {`qty > 300`, ""}, {`on = "2026-08-15"`, ""}, {"", "qty desc"}})
	benchList(walk, &classes, [][2]string{{}, {`item_id = "I0015000"`, ""}, {`abc = "A"`, ""}, {"", "usage_value desc"}, {`item_id : "999"`, "usage_value"}})
	benchList(walk, &aging, [][2]string{{}, {`item_id = "I0015000"`, ""}, {"age_days > 180", ""}, {`bucket = "365+"`, ""}, {"", "value desc"}})
	benchList(walk, &plannedOrders, [][2]string{{}, {`item_id = "I0015000"`, ""}, {`due_on < "2026-07-20"`, ""}, {"", "due_on"}})
	benchList(walk, exceptionLists[0], [][2]string{{}, {`severity = "error"`, ""}, {"", "item_id"}})
	benchList(walk, &policies, [][2]string{{}, {`item_id = "I0015000"`, ""}, {"safety_stock > 50", ""}, {"", "safety_stock desc"}})
	benchList(walk, &forecasts, [][2]string{{}, {`item_id = "I0015000"`, ""}, {`method = "ets"`, ""}, {"", "mean desc"}})
	benchList(walk, &accuracies, [][2]string{{}, {"wape > 1", ""}, {"", "wape desc"}})
	benchList(walk, &slowMovers, [][2]string{{}, {`movement = "dead"`, ""}, {"", "item_id"}})
	benchList(walk, &excess, [][2]string{{}, {`kind = "obsolete"`, ""}, {"", "item_id"}})
	for _, q := range []string{"bi_requirements?", "bi_requirements?$filter=qty gt 300", "bi_requirements?$orderby=qty desc", "bi_stock?$filter=qty gt 50", "bi_stock?$orderby=qty desc", "bi_stock?$filter=item_id eq 'I0015000'", "bi_item?", "bi_item?$filter=category eq 'C7'", "bi_item?$orderby=unit_cost desc", "bi_sku?$filter=abc eq 'A'", "bi_aging?$filter=age_days gt 180&$orderby=value desc"} {
		path := "/odata/v4/" + strings.ReplaceAll(q, " ", "%20")
		total, first := int64(1_000_000), int64(-1)
		walk("odata/"+q, func(s *Server, token string) (string, int32, string, error) {
			skip := int64(0)
			if at, err := parseToken(token, "odata"); err == nil {
				skip = at.offset
			}
			r := httptest.NewRequest("GET", path+fmt.Sprintf("&$skip=%d", skip), nil)
			if skip == 0 && first < 0 {
				r = httptest.NewRequest("GET", path+"&$count=true", nil)
			}
			r.Header.Set("Prefer", "odata.maxpagesize=100")
			w := httptest.NewRecorder()
			s.odata(w, r)
			if w.Code != 200 {
				return "", 0, "", fmt.Errorf("%d %s", w.Code, w.Body)
			}
			if first < 0 {
				var m struct {
					N int64 `json:"@odata.count"`
				}
				if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
					return "", 0, "", err
				}
				total, first = m.N, 0
			}
			return "x", int32(total), "", nil
		}, func() []string { return []string{"odata"} })
	}
}

// benchWalk measures pages of one list.
type benchWalk func(name string, pageOf func(s *Server, token string) (string, int32, string, error), words func() []string)

// benchList walks over a list by filters and orders.
func benchList[T any](walk benchWalk, l *tableList[T], queries [][2]string) {
	for _, c := range queries {
		q := listQuery{method: l.method, parent: "plans/latest", filter: c[0], order: c[1]}
		walk(l.method+"/"+c[0]+"/"+c[1], func(s *Server, token string) (string, int32, string, error) {
			q.token = token
			p, err := l.page(context.Background(), s, q)
			return p.plan, p.total, p.next, err
		}, q.words)
	}
}
