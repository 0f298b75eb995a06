package api

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"planwright"
)

var testColumns = columns{{name: "item_id"}, {name: "qty", kind: qtyKind}, {name: "value", kind: floatKind}, {name: "rank", kind: intKind}, {name: "due_on", kind: dayKind},
	{name: "firm", kind: boolKind}, {name: "create_time", kind: timeKind}, {name: "message", sql: "message_zh"}, {name: "severity", rank: gravity}}

func TestParseFilter(t *testing.T) {
	day := planwright.Date(2026, 7, 31)
	for _, c := range []struct {
		in, sql string
		args    []any
	}{
		{"", "", nil},
		{"  ", "", nil},
		{`item_id = "A100"`, `"item_id" = ?`, []any{"A100"}},
		{`item_id="a\"b\\c"`, `"item_id" = ?`, []any{`a"b\c`}},
		{`item_id != "A100" AND qty>=12.5`, `"item_id" IS DISTINCT FROM ? AND "qty" >= ?`, []any{"A100", 12*planwright.One + planwright.One/2}},
		{`qty < "-3"`, `"qty" < ?`, []any{-3 * planwright.One}},
		{`due_on <= "2026-07-31"`, `"due_on" <= ?`, []any{day}},
		{`due_on = ""`, `"due_on" IS NULL`, nil},
		{`due_on != ""`, `"due_on" IS NOT NULL`, nil},
		{`item_id = ""`, `coalesce("item_id", '') = ''`, nil},
		{`item_id != ""`, `coalesce("item_id", '') <> ''`, nil},
		{`message : "停产"`, `contains(message_zh, ?)`, []any{"停产"}},
		{`firm = true AND rank > 3`, `"firm" = ? AND "rank" > ?`, []any{true, int64(3)}},
		{`value > 1e3`, `"value" > ?`, []any{1e3}},
		{`create_time > "2026-06-30T22:00:00Z"`, `"create_time" > ?`, []any{time.Date(2026, 6, 30, 22, 0, 0, 0, time.UTC)}},
	} {
		f, err := parseFilter(c.in, testColumns)
		if err != nil {
			t.Errorf("parseFilter(%q): %v", c.in, err)
			continue
		}
		sql, args := f.where()
		if sql != c.sql {
			t.Errorf("parseFilter(%q) = %s, want %s", c.in, sql, c.sql)
		}
		if len(args) != len(c.args) {
			t.Errorf("parseFilter(%q) has arguments %v, want %v", c.in, args, c.args)
			continue
		}
		for i := range args {
			if compare(args[i], c.args[i]) != 0 {
				t.Errorf("parseFilter(%q) argument %d = %v, want %v", c.in, i, args[i], c.args[i])
			}
		}
	}
}

func TestParseFilterRefuses(t *testing.T) {
	for in, want := range map[string]string{
		`nothing = 1`:                         "one of the fields",
		`item_id`:                             "one of = !=",
		`item_id = A100`:                      "double quotes",
		`item_id = "A100`:                     "no closing quote",
		`item_id = "a\nb"`:                    "backslash",
		`item_id = "A" OR item_id = "B"`:      "AND",
		`item_id = "A" and item_id = "B"`:     "AND",
		`item_id = "A" AND`:                   "ends where",
		`(item_id = "A")`:                     "one of the fields",
		`qty : 3`:                             "for texts",
		`qty = three`:                         "quantity",
		`qty = 1e30`:                          "quantity",
		`value = NaN`:                         "number",
		`value = Inf`:                         "number",
		`value = 0x1p3`:                       "number",
		`rank = 1.5`:                          "whole number",
		`due_on = 2026-07-31`:                 "date in double quotes",
		`due_on = "2026-02-30"`:               "date in double quotes",
		`firm > true`:                         "smaller or greater",
		`firm = "yes"`:                        "true or false",
		`due_on < ""`:                         "smaller or greater",
		`item_id = "A"; DROP TABLE x`:         "AND",
		"item_id = \"\xff\"":                  "UTF-8",
		"item_id = \"a\x00\"":                 "UTF-8",
		strings.Repeat("x", maxFilter+1):      "longer",
		strings.Repeat("rank=1 AND ", 40):     "more than",
		`message_zh = "x"`:                    "one of the fields",
		`item_id = "A" AND rowid = 3`:         "one of the fields",
		`item_id = "A" item_id = "B"`:         "AND",
		`item_id = = "A"`:                     "double quotes",
		`item_id == "A"`:                      "double quotes",
		`create_time = "2026-06-30 22:00:00"`: "time in double quotes",
	} {
		_, err := parseFilter(in, testColumns)
		if err == nil {
			t.Errorf("parseFilter(%.60q) passes", in)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("parseFilter(%.60q): %q does not say %q", in, err, want)
		}
	}
}

// TestFilterHolds: the filter over values in memory means the same as in SQL.
func TestFilterHolds(t *testing.T) {
	row := map[string]any{"item_id": "A100", "qty": 5 * planwright.One, "value": 2.5, "rank": int64(7), "due_on": planwright.Date(2026, 7, 1), "firm": false, "message": nil}
	for in, want := range map[string]bool{
		``: true, `item_id = "A100"`: true, `item_id : "10"`: true, `item_id : "11"`: false, `item_id < "B"`: true,
		`qty = 5.0`: true, `qty > 5`: false, `qty >= 5 AND rank < 7`: false, `value <= 2.5`: true, `due_on > "2026-06-30"`: true,
		`firm = false`: true, `firm != false`: false, `message = ""`: true, `message != ""`: false, `message = "x"`: false, `message != "x"`: true, `message : "x"`: false,
	} {
		f, err := parseFilter(in, testColumns)
		if err != nil {
			t.Errorf("parseFilter(%q): %v", in, err)
			continue
		}
		if got := f.holds(func(n string) any { return row[n] }); got != want {
			t.Errorf("%s holds = %v, want %v", in, got, want)
		}
	}
}

func TestParseOrder(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"item_id":                `"item_id" ASC NULLS LAST`,
		"due_on desc, item_id":   `"due_on" DESC NULLS LAST, "item_id" ASC NULLS LAST`,
		" due_on  asc ,qty desc": `"due_on" ASC NULLS LAST, "qty" DESC NULLS LAST`,
		"severity":               gravity + " ASC NULLS LAST",
		"message desc":           "message_zh DESC NULLS LAST",
	} {
		terms, err := parseOrder(in, testColumns)
		if err != nil {
			t.Errorf("parseOrder(%q): %v", in, err)
		} else if got := orderSQL(terms); got != want {
			t.Errorf("parseOrder(%q) = %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"nothing", "item_id,", ",item_id", "item_id down", "item_id item_id", "item_id, item_id desc", "item_id; DROP", "item_id desc desc", "\xff", strings.Repeat(" ", maxOrder+1)} {
		if terms, err := parseOrder(in, testColumns); err == nil {
			t.Errorf("parseOrder(%.40q) = %v, want an error", in, terms)
		}
	}
}

func TestPageToken(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := page{subject: rapid.StringN(0, 200, 200).Draw(r, "subject"), offset: rapid.Int64Range(0, 1<<48).Draw(r, "offset")}
		words := rapid.SliceOfN(rapid.String(), 1, 4).Draw(r, "query")
		token := p.token(words...)
		got, err := parseToken(token, words...)
		if err != nil || got != p {
			r.Fatalf("parseToken(token(%+v)) = %+v, %v", p, got, err)
		}
		if _, err := parseToken(token, append(words, "x")...); err == nil {
			r.Fatalf("a token of %q passes for another query", words)
		}
		i := rapid.IntRange(0, len(token)-1).Draw(r, "at")
		b := []byte(token)
		b[i] = "AZaz09-_"[rapid.IntRange(0, 7).Draw(r, "by")]
		if string(b) != token {
			if _, err := parseToken(string(b), words...); err == nil {
				r.Fatalf("the altered token %q passes", b)
			}
		}
	})
	// Two queries whose words run together are two queries.
	if _, err := parseToken(page{offset: 1}.token("ab", "c"), "a", "bc"); err == nil {
		t.Error("the token of (ab, c) passes for (a, bc)")
	}
}

// TestLiteral: what is written into a download's SQL is one literal, whatever a
// text holds.
func TestLiteral(t *testing.T) {
	q := tableQuery{where: `item_id = "?'; DROP" AND message != "a'b\\?" AND qty > 1.5 AND due_on < "2026-01-02" AND firm = true`}
	got, err := q.sql(tablePath{plan: true, table: `odd"name`}, testColumns[:8])
	if err != nil {
		t.Fatal(err)
	}
	want := `FROM plan."odd""name" WHERE "item_id" = '?''; DROP' AND message_zh IS DISTINCT FROM 'a''b\?' AND "qty" > CAST('1.5' AS DECIMAL(18,6)) AND "due_on" < DATE '2026-01-02' AND "firm" = true`
	if !strings.HasSuffix(got, want) {
		t.Errorf("sql = %s\nwant … %s", got, want)
	}
}

func TestMemoryList(t *testing.T) {
	l := memoryList[int64]{columns: columns{{name: "n", kind: intKind}, {name: "odd", kind: boolKind}},
		get: func(n int64, c string) any {
			if c == "n" {
				return n
			}
			return n%2 == 1
		}, key: func(n int64) string { return decimal(n) }}
	all := []int64{5, 3, 8, 1, 9, 2, 7}
	var got []int64
	q := listQuery{method: "x", order: "odd desc, n", size: 3}
	for {
		rows, next, total, err := l.page(all, q)
		if err != nil {
			t.Fatal(err)
		}
		if total != len(all) {
			t.Fatalf("total = %d, want %d", total, len(all))
		}
		got = append(got, rows...)
		if next == "" {
			break
		}
		q.token = next
	}
	want := []int64{1, 3, 5, 7, 9, 2, 8}
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			t.Fatalf("pages give %v, want %v", got, want)
		}
	}
	// A row that is gone between two pages takes no other with it.
	_, next, _, err := l.page(all, listQuery{method: "x", order: "n", size: 2})
	if err != nil {
		t.Fatal(err)
	}
	rows, _, _, err := l.page([]int64{5, 3, 8, 9, 2, 7}, listQuery{method: "x", order: "n", size: 2, token: next})
	if err != nil || len(rows) != 2 || rows[0] != 3 {
		t.Errorf("after 1 went, the page behind 2 is %v, %v; want 3, 5", rows, err)
	}
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{`item_id = "A100" AND qty >= 12.5`, `due_on = ""`, `message : "a\"b"`, `firm = true`, "item_id", `item_id = "`, "x\x00", `value < 1e-3`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseFilter(s, testColumns)
		if err != nil {
			if !utf8.ValidString(err.Error()) && utf8.ValidString(s) {
				t.Errorf("the error of %q is no text", s)
			}
			return
		}
		sql, args := got.where()
		if strings.Count(sql, "?") != len(args) {
			t.Errorf("parseFilter(%q) = %s with %d arguments", s, sql, len(args))
		}
		// Nothing that the client wrote stands in the SQL itself.
		if strings.Contains(sql, "--") || strings.Contains(sql, ";") {
			t.Errorf("parseFilter(%q) = %s", s, sql)
		}
		got.holds(func(string) any { return nil })
	})
}

func FuzzOrder(f *testing.F) {
	for _, s := range []string{"item_id", "due_on desc, qty", "item_id asc,", "severity desc", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		terms, err := parseOrder(s, testColumns)
		if err != nil {
			return
		}
		if len(terms) > maxOrderTerms {
			t.Errorf("parseOrder(%q) has %d terms", s, len(terms))
		}
		if sql := orderSQL(terms); strings.Contains(sql, ";") || strings.Contains(sql, "--") {
			t.Errorf("parseOrder(%q) = %s", s, sql)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add(page{subject: "p0001-0a1b2c3d", offset: 100}.token("plans", "", "", ""))
	f.Add("")
	f.Add("AQ")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parseToken(s, "plans", "", "", "")
		if err != nil || s == "" {
			return
		}
		if p.offset < 0 || p.token("plans", "", "", "") != s {
			t.Errorf("parseToken(%q) = %+v", s, p)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"plans/latest", "plans/-", "plans/p0001-0a1b2c3d", "plans/../../etc/passwd", "plans/", "plans/a/b", "plans/a\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := idIn("name", s, planPrefix)
		if err == nil && strings.ContainsAny(id, "/\\.\x00") {
			t.Errorf("idIn(%q) = %q", s, id)
		}
	})
}
