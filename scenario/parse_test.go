package scenario

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"planwright"
	"planwright/lang"
)

var today = planwright.Date(2026, 6, 30)

// TestParse reads every kind of change, in both languages, and writes it as it is read.
func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"demand of category Garden, \"Power tools\" +20% from 2026-07-01 to 2026-08-31", `demand of category Garden, "Power tools" +20 % from 2026-07-01 to 2026-08-31`},
		{"Demand of everything -15.5 % in 2026-12", "demand of everything -15.5 % from 2026-12-01 to 2026-12-31"},
		{"demand of item A-1 at site B = 500 from 2026-07-01 to 2026-07-31", "demand of item A-1 and site B = 500 from 2026-07-01 to 2026-07-31"},
		{"需求 类别 园艺 ＋20％ 从 2026-07-01 到 2026-08-31", "demand of category 园艺 +20 % from 2026-07-01 to 2026-08-31"},
		{"delay supplier S1 by 1 week", "delay supplier S1 by 7 days"},
		{"延迟 供应商 S1 为 7 天", "delay supplier S1 by 7 days"},
		{"delay order PO-7 by 3 days", "delay order PO-7 by 3 days"},
		{"lead time of item 4711 = 2 weeks", "lead time of item 4711 = 14"},
		{"service of class a = 0.99", "service of class a = 99 %"},
		{"服务水平 等级 A = 99 %", "service of class A = 99 %"},
		{"close plant P1 from 2026-08-01 to 2026-08-07", "close site P1 from 2026-08-01 to 2026-08-07"},
		{"replace item A by B from 2026-09-01", "replace item A by B from 2026-09-01"},
		{"budget = 1000000", "budget = 1000000"},
		{"price of item A + 5 %", "price of item A +5 %"},
		{"purchase price of supplier S1 +3 %", "purchase price of supplier S1 +3 %"},
		{"safety stock of planner Li -10", "safety stock of planner Li -10"},
		{"minimum of item A = 100", "minimum of item A = 100"},
		{"move order PO-1 to today", "move order PO-1 to 2026-06-30"},
		{"cancel order \"PO;1\"", `cancel order "PO;1"`},
		{"receive 500 of item A at site M on 2026-07-10", "receive 500 of item A and site M on 2026-07-10"},
		{"stock of item \"item\" = 0 # recount", `stock of item "item" = 0`},
	} {
		list, err := Parse(c.text, today)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := Format(list); got != c.want {
			t.Errorf("%s is read as\n%s, want\n%s", c.text, got, c.want)
		}
		again, err := Parse(Format(list), today)
		if err != nil || Format(again) != Format(list) {
			t.Errorf("%s is read again as %s (%v)", Format(list), Format(again), err)
		}
	}
	if list, err := Parse("budget = 5;\n\n demand of everything +1 %; # two\n", today); err != nil || len(list) != 2 {
		t.Errorf("two changes are %d (%v)", len(list), err)
	}
}

// TestParseErrors: an error says where, what was found and what was expected.
func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text, says string
		at         int
	}{
		{"", "no change", 1},
		{"demnd of everything +1 %", `found "demnd", expected one of: demand, lead time`, 1},
		{"demand of everything", `found "the end", expected one of: +20 %`, 21},
		{"demand of colour red +1 %", `expected one of: item, category, site, supplier, class, planner, everything`, 11},
		{"demand of item A +20 % from soon", "a day such as 2026-07-01", 29},
		{"demand of item A +20 % yesterday", `found "yesterday", expected one of: from, on, in`, 24},
		{"demand of item A +900000 %", "use -100 to 100000 %", 1},
		{"demand of item A +5", "expected one of: +20 %, = 5", 20},
		{"demand of item A = 5", "for which days", 1},
		{"demand of item A +5 % from 2026-08-01 to 2026-07-01", "before the first", 1},
		{"service of class A = 120 %", "at most 100 %", 1},
		{"service of class A +1 %", "expected one of: = 5", 24},
		{`cancel order "PO`, "does not end", 14},
		{"close item A from 2026-08-01 to 2026-08-02", "sites or suppliers", 1},
		{"close site A", "which day", 1},
		{"delay supplier S by 1.5 days", "whole days", 1},
		{"price of site M +5 %", "are of items", 1},
		{"stock of item A = -3", "less than nothing", 1},
		{"demand of item A and item B +5 %", "named twice", 29},
		{"demand of item 到 +5 %", "a keyword in quotes", 16},
		{strings.Repeat("x", MaxText+1), "longer", 0},
	} {
		_, err := Parse(c.text, today)
		var p *Problem
		if !errors.As(err, &p) {
			t.Errorf("%q: %v, want a problem", c.text, err)
			continue
		}
		if p.At != c.at || !strings.Contains(p.Error(), c.says) {
			t.Errorf("%q: at %d: %v\nwant at %d: %s", c.text, p.At, err, c.at, c.says)
		}
	}
}

// TestProblemOfLine: in a text of several lines a problem names the line, and what was
// expected is said in the reader's language.
func TestProblemOfLine(t *testing.T) {
	text := "# mine\ndemand of item A +20 %\n\nservice of class A == 99 %\n"
	for _, c := range []struct {
		l          lang.Language
		text, want string
	}{
		{lang.English, text, `line 4, character 21: found "=", expected one of: a number`},
		{lang.Chinese, text, "第 4 行第 21 个字符：遇到“=”，此处应为：数字"},
		{lang.English, "\ndemand of item A +20 % from soon", `line 2, character 29: found "soon", expected one of: a day such as 2026-07-01, a month such as 2026-07, today`},
		{lang.Chinese, "demand of item A +20 % from soon\n", "第 29 个字符：遇到“soon”，此处应为：形如 2026-07-01 的日期, 形如 2026-07 的月份, today"},
		{lang.Chinese, "demand of class item +20 %", "第 17 个字符：遇到“item”，此处应为：等级名称（关键字请加引号）"},
	} {
		_, err := Parse(c.text, today)
		if p := (*Problem)(nil); !errors.As(err, &p) || p.Text(c.l) != c.want {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
			if p != nil {
				t.Log(p.Text(c.l))
			}
		}
	}
	list, err := Parse("budget = 1\n  stock of item A = 5", today)
	if err != nil || list[0].Line != 1 || list[1].Line != 2 || list[1].At != 3 {
		t.Errorf("%v: %+v", err, list)
	}
}

// FuzzParse: whatever is typed is a scenario that is read as it is written, or a
// problem inside the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"demand of category X, \"Y Z\" +20 % from 2026-07-01", "delay order \"a\\\"b\" by 7 days;budget=1", "service of class A = 99 %", "需求 物料 A ＋5％", "receive 5 of item A on today", "stock of item A - 5", "close site \xff from"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Parse(text, today)
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) || p.At < 0 || p.At > len([]rune(text))+1 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := Parse(Format(list), today)
		if err != nil {
			t.Fatalf("%q is written as %q, which is not read: %v", text, Format(list), err)
		}
		for i := range list {
			list[i].At, again[i].At, list[i].Line, again[i].Line = 0, 0, 0, 0
		}
		if !reflect.DeepEqual(list, again) {
			t.Fatalf("%q is written as %q, which is read as %q", text, Format(list), Format(again))
		}
	})
}
