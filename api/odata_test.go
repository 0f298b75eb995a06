package api

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"planwright/snapshot"
)

func TestODataService(t *testing.T) {
	v := planned(t, 0, true, nil)
	for _, path := range []string{"/odata/v4", "/odata/v4/", "/odata/v4/plans/latest/"} {
		m := v.get(path)
		sets := list(m, "value")
		if len(sets) != len(snapshot.BIViews()) || sets[0]["name"] != "bi_plan" || !strings.HasSuffix(fmt.Sprint(m["@odata.context"]), "/$metadata") {
			t.Errorf("%s: %v", path, m)
		}
	}
	a := v.do("GET", "/odata/v4/$metadata", "", "Accept-Language", "zh-CN")
	d := xml.NewDecoder(strings.NewReader(string(a.body)))
	properties, sets := 0, 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("metadata: %v", err)
		}
		if e, ok := tok.(xml.StartElement); ok {
			switch e.Name.Local {
			case "Property":
				properties++
			case "EntitySet":
				sets++
			}
		}
	}
	want := 0
	for _, b := range snapshot.BIViews() {
		want += len(b.Columns)
	}
	if properties != want || sets != len(snapshot.BIViews()) || !strings.Contains(string(a.body), "物料编码") || a.header.Get("OData-Version") != "4.0" {
		t.Errorf("metadata has %d properties and %d sets, want %d and %d", properties, sets, want, len(snapshot.BIViews()))
	}
	if a := v.do("GET", "/odata/v4/bi_item/$count", ""); string(a.body) != "6" {
		t.Errorf("count: %q", a.body)
	}
	if m := v.get("/odata/v4/bi_item('" + url.PathEscape(`A/B %2 "x" ''1''`) + "')?$select=name,unit_cost"); m["name"] != "Odd" || m["unit_cost"] != 7.0 || !strings.HasSuffix(fmt.Sprint(m["@odata.context"]), "#bi_item(name,unit_cost)/$entity") {
		t.Errorf("one item: %v", m)
	}
	if m := v.get("/odata/v4/bi_sku(site_id='MAIN',item_id='BIKE')"); m["item_id"] != "BIKE" {
		t.Errorf("one sku: %v", m)
	}
	if m := v.get("/odata/v4/bi_stock(1)"); m["row_id"] != 1.0 {
		t.Errorf("row 1: %v", m)
	}
	if m := v.get("/odata/v4/bi_date(2026-07-01)"); m["weekday"] != 3.0 || m["date"] != "2026-07-01" {
		t.Errorf("a day: %v", m)
	}
	if m := v.get("/odata/v4/bi_plan"); !strings.HasSuffix(fmt.Sprint(list(m, "value")[0]["created_at"]), "Z") {
		t.Errorf("the plan: %v", m)
	}
}

// TestODataFilter compares filters with the rows that they let through.
func TestODataFilter(t *testing.T) {
	v := planned(t, 0, true, nil)
	for filter, want := range map[string]string{
		"item_id eq 'BIKE'": "BIKE", "'BIKE' eq item_id": "BIKE", "item_id ne 'BIKE'": "GHOST WHEEL", "item_id in ('BIKE', 'GHOST')": "BIKE GHOST", "not (item_id in ('BIKE','GHOST'))": "WHEEL",
		"qty gt 3 and qty lt 40": "WHEEL", "qty ge 3 and qty le 20": "BIKE WHEEL", "qty eq 3 or qty eq 40.0": "BIKE GHOST", "qty eq 3 or qty eq 20 and lot eq 'L9'": "BIKE", "(qty eq 3 or qty eq 20) and lot eq 'L2'": "WHEEL",
		"received_on lt 2026-01-01": "GHOST", "received_on eq 2026-05-01": "BIKE", "received_on lt 2026-01-15T12:00:00Z": "GHOST WHEEL", "year(received_on) eq 2024": "GHOST", "month(received_on) eq 5 and day(received_on) eq 1": "BIKE",
		"expires_on eq null": "BIKE GHOST WHEEL", "expires_on ne null": "", "not (expires_on gt 2026-01-01)": "BIKE GHOST WHEEL", "expires_on lt null": "", "supplier_id in (null, 'X')": "BIKE GHOST WHEEL",
		"contains(item_id, 'HE')": "WHEEL", "startswith(item_id,'B')": "BIKE", "endswith(tolower(item_id), 'st')": "GHOST", "length(item_id) eq 4": "BIKE", "indexof(item_id,'H') eq 1": "GHOST WHEEL",
		"substring(item_id,1) eq 'IKE'": "BIKE", "substring(item_id,1,2) eq 'HE'": "WHEEL", "concat(item_id, lot) eq 'BIKEL1'": "BIKE", "toupper(trim(' bike ')) eq item_id": "BIKE",
		"qty add 1 eq 4": "BIKE", "qty mul 2 gt 39.5": "GHOST WHEEL", "-qty lt -10": "GHOST WHEEL", "qty mod 2 eq 1": "BIKE", "qty div 2 eq 1.5": "BIKE", "round(qty div 7) eq 3": "WHEEL", "floor(2.5) eq 2 and ceiling(2.5) eq 3": "BIKE GHOST WHEEL",
		"7 div 2 eq 3 and 7 divby 2 eq 3.5": "BIKE GHOST WHEEL", "row_id eq 0": "BIKE", "true": "BIKE GHOST WHEEL", "not true": "", "null eq null": "BIKE GHOST WHEEL", "lot eq 'it''s'": "", "item_id eq ''' OR 1=1 --'": "", "date(received_on) eq 2026-05-01": "BIKE", "": "BIKE GHOST WHEEL",
	} {
		m := v.get("/odata/v4/bi_stock?$select=item_id&$orderby=item_id&$filter=" + url.QueryEscape(filter))
		var got []string
		for _, row := range list(m, "value") {
			got = append(got, fmt.Sprint(row["item_id"]))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s = %v, want %s", filter, got, want)
		}
	}
	for _, bad := range []string{"item_id", "item_id eq", "eq 'x'", "item_id eq 5", "qty eq 'x'", "nothing eq 1", "item_id eq 'x", "(qty eq 1", "qty eq 1)", "qty eq 1 xor qty eq 2", "qty eq 1 and 5", "not 5", "not null", "drop(qty)", "contains(item_id)", "contains(item_id,'a','b')", "contains(qty,'a')",
		"year(qty) eq 1", "item_id in ()", "item_id in ('a',5)", "item_id in (lot)", "qty in ('a')", "qty eq 2026-01-01", "received_on eq 2026-99-99", "1 eq 1; DROP TABLE x", "substring3(item_id,1,2) eq 'x'", "null and true", "is_ eq true", "qty lt true", "true lt false", "qty eq 0x10", "qty eq 1_000", "qty eq nan", "-'a' eq 1",
		strings.Repeat("(", 70) + "true" + strings.Repeat(")", 70), strings.Repeat("not ", 80) + "true", "lot eq '" + strings.Repeat("x", maxODataFilter) + "'", "lot in ('a'" + strings.Repeat(",'a'", 1000) + ")", "lot eq '\x00'"} {
		a := v.do("GET", "/odata/v4/bi_stock?$filter="+url.QueryEscape(bad), "")
		if a.status != 400 || !strings.Contains(string(a.body), `"error"`) {
			t.Errorf("%.80s: %d %s", bad, a.status, a.body)
		}
	}
}

// TestODataPages: the pages of every order and size join to the whole, each row
// once, in the order asked for.
func TestODataPages(t *testing.T) {
	v := planned(t, 0, true, nil)
	all := func(query string, size int) (rows []string, pages int) {
		t.Helper()
		path := "/odata/v4/bi_requirements?" + query
		for path != "" {
			a := v.do("GET", path, "", "Prefer", fmt.Sprintf("odata.maxpagesize=%d", size))
			m := a.json(t)
			if a.status != 200 {
				t.Fatalf("%s: %d %s", path, a.status, a.body)
			}
			for _, row := range list(m, "value") {
				rows = append(rows, fmt.Sprint(row["row_id"]))
			}
			next, _ := m["@odata.nextLink"].(string)
			path = strings.TrimPrefix(next, v.addr)
			if pages++; pages > 1000 {
				t.Fatal("pages have no end")
			}
		}
		return rows, pages
	}
	for _, query := range []string{"", "$filter=" + url.QueryEscape("qty lt 0"), "$orderby=" + url.QueryEscape("qty desc,on_date"), "$orderby=order_id", "$top=17", "$skip=3&$top=11", "$filter=" + url.QueryEscape("qty gt 0") + "&$skip=2", "$orderby=" + url.QueryEscape("item_id desc") + "&$skip=5&$top=13"} {
		want, _ := all(query, 50_000)
		if len(want) < 5 {
			t.Fatalf("%s: %d rows are too few to page", query, len(want))
		}
		seen := map[string]bool{}
		for _, r := range want {
			if seen[r] {
				t.Errorf("%s: row %s twice", query, r)
			}
			seen[r] = true
		}
		for _, size := range []int{1, 4, 7, len(want), len(want) + 1} {
			if size == 1 && len(want) > 60 {
				size = 9
			}
			got, pages := all(query, size)
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s in pages of %d: %v, want %v", query, size, got, want)
			}
			if size < len(want) && pages < 2 {
				t.Errorf("%s in pages of %d: one page", query, size)
			}
		}
	}
	m := v.get("/odata/v4/bi_stock?$count=true&$top=1&$filter=" + url.QueryEscape("qty gt 3"))
	if m["@odata.count"] != 2.0 || len(list(m, "value")) != 1 {
		t.Errorf("count with top: %v", m)
	}
	if m := v.get("/odata/v4/bi_stock?$top=0&$count=true"); m["@odata.count"] != 3.0 || len(list(m, "value")) != 0 {
		t.Errorf("top 0: %v", m)
	}
	for path, want := range map[string]int{
		"/odata/v4/bi_none": 404, "/odata/v4/kpis": 404, "/odata/v4/plans/none/bi_item": 404, "/odata/v4/bi_item/x/y": 404, "/odata/v4/bi_item('NO')": 404, "/odata/v4/bi_item(5)": 400, "/odata/v4/bi_sku('BIKE')": 400, "/odata/v4/bi_sku(item_id='BIKE')": 400, "/odata/v4/bi_item()": 400,
		"/odata/v4/bi_item?$select=x": 400, "/odata/v4/bi_item?$top=-1": 400, "/odata/v4/bi_item?$skip=x": 400, "/odata/v4/bi_item?$orderby=x": 400, "/odata/v4/bi_item?$count=x": 400, "/odata/v4/bi_item?$format=xml": 400, "/odata/v4/bi_item?$skiptoken=x": 400, "/odata/v4/bi_item?$foo=1": 400,
		"/odata/v4/bi_item?$expand=x": 501, "/odata/v4/bi_item?$apply=x": 501, "/odata/v4/bi_item?color=red": 200, "/odata/v4/bi_item?$top=1&$top=2": 400, "/odata/v4/bi_item?$format=json": 200, "/odata/v4/bi_item?select=name&top=1": 200,
	} {
		if a := v.do("GET", path, ""); a.status != want {
			t.Errorf("%s: %d %s, want %d", path, a.status, a.body, want)
		}
	}
	if a := v.do("POST", "/odata/v4/bi_item", "{}"); a.status != 405 {
		t.Errorf("POST: %d", a.status)
	}
}

// TestODataAuth: Excel shows its dialogue for Basic, with the key as password.
func TestODataAuth(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) { c.Keys = mustKeys(t, "excel "+testKey+" viewer\n") })
	v.key = ""
	a := v.do("GET", "/odata/v4/", "")
	if a.status != 401 || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("without a key: %d, %q", a.status, a.header.Get("WWW-Authenticate"))
	}
	if a := v.do("GET", "/odata/v4/bi_item", "", "Authorization", "Basic dXNlcjprRGgzdjlRZVQxeFNnN0xtQjJuUg=="); a.status != 200 {
		t.Errorf("with the key as password: %d %s", a.status, a.body)
	}
}

// FuzzOData: what is a filter becomes a condition that DuckDB parses and binds,
// with as many parameters as values, and with no text of the client's in it.
func FuzzOData(f *testing.F) {
	for _, s := range []string{"item_id eq 'x'", "qty add 1 gt -2.5 or not (lot ne null)", "contains(tolower(lot),'a') and received_on lt 2026-01-01", "qty in (1,2,null)", "-(-qty) div 0 eq 1e300", "substring(lot,-5,99999999999) eq ''", "indexof(lot,'') eq 0", "row_id mod 0 eq 1", "date(2026-01-01T00:00:00Z) eq received_on", "(((true)))", "'' eq ''", "\"x\" eq 1", "lot eq 'a''b'"} {
		f.Add(s)
	}
	v := planned(f, 0, true, nil)
	cols := viewColumns(snapshot.BIViewNamed("bi_stock"))
	f.Fuzz(func(t *testing.T, s string) {
		sql, args, err := parseOData(s, cols)
		if err != nil || sql == "" {
			return
		}
		if strings.Count(sql, "?") != len(args) || strings.ContainsAny(sql, ";'\\") {
			t.Fatalf("%q became %q with %d values", s, sql, len(args))
		}
		rows, err := v.ws.Select(t.Context(), "", "SELECT count(*) FROM plan.bi_stock WHERE "+sql, args...)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		if err != nil && !strings.Contains(err.Error(), "Conversion Error") && !strings.Contains(err.Error(), "Out of Range") {
			t.Fatalf("%q became %q: %v", s, sql, err)
		}
	})
}

// TestODataRows: the shortcuts to rows by number show what the view shows.
func TestODataRows(t *testing.T) {
	v := planned(t, 0, true, nil)
	id, err := v.ws.ResolvePlan("")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, b := range snapshot.BIViews() {
		if !b.Numbered() {
			continue
		}
		names := make([]string, len(b.Columns))
		for i, c := range b.Columns {
			names[i] = quote(c.Name)
		}
		all := strings.Join(names, ", ")
		view, part := "SELECT "+all+" FROM plan."+b.Name, "SELECT "+all+" FROM "+b.Rows(id, "rowid >= 0")
		if b.Fact {
			view, part = view+" WHERE row_id >= 1 AND row_id < 20", "SELECT "+all+" FROM "+b.Rows(id, "rowid >= 1 AND rowid < 20")
		}
		numbers := "SELECT " + all + " FROM " + b.Filter(id, all) + " EXCEPT ALL SELECT " + all + " FROM plan." + b.Name
		rows, err := v.ws.Select(t.Context(), id, "SELECT (SELECT count(*) FROM (("+view+") EXCEPT ALL ("+part+"))), (SELECT count(*) FROM (("+part+") EXCEPT ALL ("+view+"))), (SELECT count(*) FROM ("+numbers+")), (SELECT count(*) FROM ("+part+"))")
		if err != nil {
			t.Fatalf("%s: %v", b.Name, err)
		}
		for rows.Next() {
			if rows.Value(0) != int64(0) || rows.Value(1) != int64(0) || rows.Value(2) != int64(0) {
				t.Errorf("%s: %v rows are in the view alone, %v in the rows by number, %v in what is filtered", b.Name, rows.Value(0), rows.Value(1), rows.Value(2))
			}
			if n, ok := rows.Value(3).(int64); ok && n > 0 {
				seen++
			}
		}
		rows.Close()
	}
	// What is filtered by one column joins the table of that column alone.
	sku := snapshot.BIViewNamed("bi_sku")
	for _, c := range sku.Columns {
		view, filter := "(SELECT "+c.Name+" FROM plan.bi_sku)", "(SELECT "+c.Name+" FROM "+sku.Filter(id, c.Name+" = 1")+")"
		rows, err := v.ws.Select(t.Context(), id, "SELECT (SELECT count(*) FROM ("+view+" EXCEPT ALL "+filter+")) + (SELECT count(*) FROM ("+filter+" EXCEPT ALL "+view+"))")
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		for rows.Next() {
			if rows.Value(0) != int64(0) {
				t.Errorf("%s: %v rows are not those of the view", c.Name, rows.Value(0))
			}
		}
		rows.Close()
	}
	if seen < 8 {
		t.Errorf("%d views have rows: too little to compare", seen)
	}
}
