package tabular

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func TestGuessDialect(t *testing.T) {
	for _, c := range []struct {
		text         string
		delim, quote byte
	}{
		{"a,b,c\n1,2,3\n", ',', '"'},
		{"a;b;c\n1,5;2,5;3\n", ';', '"'},
		{"a\tb\n1\t2\n", '\t', '"'},
		{"a|b|c\n1|2|3\n", '|', '"'},
		{"a^b^c\n1^2^3\n", '^', '"'},
		{"a~b~c\n1~2~3\n", '~', '"'},
		{"sep=;\na;b\n1;2\n", ';', '"'},
		{"Report of stock, all sites\n\nitem;qty\nA;1,5\nB;2\n", ';', '"'},
		{"item;text;qty\nA;x, y, z;1\nB;y;2\n", ';', '"'},
		{"item,text\nA,\"a;b;c\"\nB,\"d;e;f\"\n", ',', '"'},
		{"item,name\n'A','x, y'\n'B','z'\n", ',', '\''},
		{"one\ntwo\n", ',', '"'},
		{"", ',', '"'},
	} {
		if d := GuessDialect([]byte(c.text)); d.Delimiter != c.delim || d.Quote != c.quote {
			t.Errorf("%q: %q %q, want %q %q", c.text, d.Delimiter, d.Quote, c.delim, c.quote)
		}
	}
}

func grid(t *testing.T, text string) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestLayout(t *testing.T) {
	for _, c := range []struct {
		text   string
		header int
		rows   int
		titles string
	}{
		{"item_id,qty\nA,1\n", 0, 1, "item_id qty"},
		{"库存报表,,\n物料编码,仓库,数量\nA,W,1\nB,W,2\n", 1, 1, "物料编码 仓库 数量"},
		{"库存报表,,\n单据日期：2026-01-01,制单人：张三,\n,,\n物料编码,仓库,数量\nA,W,1\nB,W,2\n", 3, 1, "物料编码 仓库 数量"},
		{"foo,bar\nx,y\n", 0, 1, "foo bar"},
		{"893,749,2021-05-25 00:00:00.000,EA,1.00\n271,750,2021-03-03 00:00:00.000,EA,1.00\n", -1, 0, ""},
		{"BOX,Boxes,2019-04-30 00:00:00.000\nBTL,Bottle,2019-04-30 00:00:00.000\n", -1, 0, ""},
		{"物料,本月,,上月,\n,数量,金额,数量,金额\nA,1,2,3,4\nB,1,2,3,4\n", 0, 2, "物料 本月/数量 本月/金额 上月/数量 上月/金额"},
		{",name,colour\nA,bolt,red\nB,nut,blue\n", 0, 1, " name colour"},
		{"item,2026-01,2026-02,2026-03\nA,1,2,3\n", 0, 1, "item 2026-01 2026-02 2026-03"},
		{"item,2026年1月,2026年2月\nA,1,2\n", 0, 1, "item 2026年1月 2026年2月"},
		{",item_id,qty\n0,A,1\n1,B,2\n", 0, 1, " item_id qty"},
		{"Stock list\nPrinted by: Li\nItem Code,Warehouse,On Hand\nA,W,1\nB,W,2\n", 2, 1, "Item Code Warehouse On Hand"},
		{"Artikelnummer,Bestand\nA,\"1,5\"\n", 0, 1, "Artikelnummer Bestand"},
		{"", -1, 0, ""},
		{"item_id\nA\nB\n", 0, 1, "item_id"},
	} {
		l := LayoutOf(grid(t, c.text))
		if l.Header != c.header || l.Header >= 0 && l.HeaderRows != c.rows || strings.Join(l.Titles, " ") != c.titles {
			t.Errorf("%q: header %d, %d rows, %q; want %d, %d, %q", c.text, l.Header, l.HeaderRows, strings.Join(l.Titles, " "), c.header, c.rows, c.titles)
		}
	}
}

func TestIsTotal(t *testing.T) {
	for text, want := range map[string]bool{
		"合计,,100": true, "合 计,,100": true, ",合计：,1,000.5": true, "Total,,5": true, "Grand Total,,": true, "小计,,\"1,234\"": true, "總計,,5": true,
		"Total tool,,5": false, "A,合计,5": false, "Total,W1,5": false, "A,,5": false, ",,": false, "合计,5,7": true, "Total,5,7": false,
	} {
		cells := strings.Split(strings.ReplaceAll(text, "\"", ""), ",")
		if strings.Contains(text, "1,000.5") {
			cells = []string{"", "合计：", "1,000.5"}
		}
		if strings.Contains(text, "1,234") {
			cells = []string{"小计", "", "1,234"}
		}
		if got := IsTotal(cells); got != want {
			t.Errorf("IsTotal(%q) = %v", cells, got)
		}
		if want && !MayTotal([]byte(strings.Join(cells, ",")), ',') {
			t.Errorf("MayTotal(%q) = false", cells)
		}
	}
}

func TestNumbersStyle(t *testing.T) {
	for _, c := range []struct {
		cells, decimal, want string
	}{
		{"1|2.5|3", "", "."}, {"1,234.5|2", "", "."}, {"1.234,5|2", "", ","}, {"1,5|2,25", "", ","}, {"1,234|2,345", "", "."},
		{"1,234|2,345", ",", ","}, {"1.234|5,5", "", ","}, {"1 234,5", "", ","}, {"1'234.50", "", "."}, {"１２|3", "", "."}, {"1.2万", "", "."}, {"(5)|5-", "", "."}, {"1,23,456", "", "."}, {"1,234,567", "", "."},
	} {
		var x Numbers
		for _, cell := range strings.Split(c.cells, "|") {
			x.Add(cell, 1)
		}
		if x.Bad > 0 {
			t.Errorf("%s: %d are no numbers", c.cells, x.Bad)
		}
		if got := x.Style(c.decimal); got != c.want {
			t.Errorf("%s: %q, want %q (%+v)", c.cells, got, c.want, x)
		}
	}
	var x Numbers
	for _, bad := range []string{"abc", "1.2.3", "#REF!", "12 PCS", "1,2,3", "2026-01-01"} {
		x.Add(bad, 1)
	}
	if x.Bad != 6 {
		t.Errorf("bad numbers: %+v", x)
	}
}

func TestDaysOrder(t *testing.T) {
	for _, c := range []struct {
		cells, other, want string
	}{
		{"2026-01-02|2026/1/3", "", OrderISO}, {"31/01/2026|01/02/2026", "", OrderDMY}, {"01/31/2026|02/01/2026", "", OrderMDY}, {"01/02/2026|03/04/2026", "", OrderUnknown},
		{"01/02/2026", OrderMDY, OrderMDY}, {"01.02.2026", "", OrderDMY}, {"20260102", "", OrderYMD}, {"2026年1月2日", "", OrderYMD}, {"46204|46205", "", OrderSerial}, {"1-Jan-2026", "", OrderYMD},
		{"Jan 5, 2026", "", OrderYMD}, {"31/01/2026|01/31/2026", "", OrderUnknown}, {"26-07-15|26-07-16", "", OrderYMD}, {"2026-01-02|46204|2026-01-03", "", OrderISO}, {"4/1/2016 21:05|6/29/2017 18:43", "", OrderMDY},
		{"２０２６年０７月０１日", "", OrderYMD},
	} {
		var x Days
		for _, cell := range strings.Split(c.cells, "|") {
			x.Add(cell, 1)
		}
		if got := x.Order(c.other); got != c.want {
			t.Errorf("%s: %q, want %q (%+v)", c.cells, got, c.want, x)
		}
	}
}

func TestPeriod(t *testing.T) {
	for title, want := range map[string]string{
		"2026-01": "2026-01-01", "2026年7月": "2026-07-01", "202607": "2026-07-01", "Jan-26": "2026-01-01", "Jul 2026": "2026-07-01", "2026/07": "2026-07-01", "2026-07-15": "2026-07-15", "２０２６年１月": "2026-01-01",
		"qty": "", "2026": "", "13": "", "2026-13": "", "sku1": "", "1月": "",
	} {
		if got := Period(title); got != want {
			t.Errorf("Period(%q) = %q, want %q", title, got, want)
		}
	}
}

func TestMeanings(t *testing.T) {
	for title, want := range map[string]Meaning{
		"物料编码": "item", "料號": "item", "FMaterialId.FNumber": "item", "cInvCode": "item", "default_code": "item", "Material Number": "item", "ITEM_ID": "item", "库存量(主单位)": "on_hand", "现存量": "on_hand",
		"可用量": "available", "交货日期": "due", "Planned Deliv. Time": "lead_time", "安全库存": "safety_stock", "父项物料": "parent", "子件编码": "component", "基本用量": "usage", "损耗率(%)": "scrap", "品番": "item",
		"Liefertermin": "due", "Référence": "item", "Reference": "order", "本月/数量": "qty", "*物料编码": "item", "採購單號": "order", "UnitsInStock": "on_hand", "存货编码 ": "item", "用量:分子": "usage", "用量:分母": "usage_den",
	} {
		if got := Meanings(title); !slices.Contains(got, want) {
			t.Errorf("Meanings(%q) = %v, want %s", title, got, want)
		}
	}
	if got := Meanings("Colour of the box"); got != nil {
		t.Errorf("an unknown title means %v", got)
	}
	if Destroyed("6.90E+12") != true || Destroyed("E12") || Destroyed("12E5") {
		t.Error("destroyed codes are not told")
	}
}

func FuzzSheet(f *testing.F) {
	f.Add("合计,,1\nitem,2026-01\nA,1,2\n")
	f.Add("a;b\n'x';1.234,5\n1/2/2026;١\n")
	f.Fuzz(func(t *testing.T, text string) {
		d := GuessDialect([]byte(text))
		var rows [][]string
		for _, line := range strings.Split(text, "\n") {
			rows = append(rows, strings.Split(line, string(rune(d.Delimiter))))
			MayTotal([]byte(line), d.Delimiter)
		}
		l := LayoutOf(rows)
		if l.Header >= len(rows) || l.Header >= 0 && l.Header+l.HeaderRows > len(rows) {
			t.Fatalf("header %d of %d rows", l.Header, len(rows))
		}
		for _, r := range rows {
			IsTotal(r)
			for _, c := range r {
				var n Numbers
				var x Days
				n.Add(c, 1)
				x.Add(c, 1)
				n.Style("")
				x.Order("")
				Period(c)
				Meanings(c)
			}
		}
	})
}
