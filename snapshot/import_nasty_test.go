package snapshot

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/xuri/excelize/v2"

	"planwright/tabular"
)

// nasty is a file as somebody may send it, and what is read of it: the table,
// some of its columns and the rows that can be used, and how many cannot.
type nasty struct {
	name string // of the case
	file string
	data []byte
	want string // table(columns) rows; rows that are set aside as -N; or an error
	o    FileOptions
}

func coded(t testing.TB, name, text string) []byte {
	t.Helper()
	enc, err := tabular.Encoding(name)
	if err != nil {
		t.Fatal(err)
	}
	if enc == nil {
		return []byte(text)
	}
	b, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b
}

func gzipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(b)
	_ = w.Close()
	return z.Bytes()
}

func zipped(files map[string][]byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range sortedKeys(files) {
		f, _ := w.Create(name)
		_, _ = f.Write(files[name])
	}
	_ = w.Close()
	return b.Bytes()
}

// book makes a workbook of one sheet; a nil cell is left out.
func book(t testing.TB, sheet string, rows [][]any, more func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		for k, c := range r {
			if c == nil {
				continue
			}
			cell, _ := excelize.CoordinatesToCellName(k+1, i+1)
			if err := f.SetCellValue(sheet, cell, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if more != nil {
		more(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sqliteFile(t testing.TB, statements string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.sqlite")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return readAll(t, path)
}

func readAll(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func duckFile(t testing.TB, statements string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db, err := openDB(path, dbOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.Conn()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Exec(context.Background(), statements); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return readAll(t, path)
}

func arrowFile(t testing.TB) []byte {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{{Name: "item_id", Type: arrow.BinaryTypes.String}, {Name: "qty", Type: arrow.PrimitiveTypes.Float64}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	b.Field(0).(*array.StringBuilder).AppendValues([]string{"A1", "B2"}, nil)
	b.Field(1).(*array.Float64Builder).AppendValues([]float64{5, 7.5}, nil)
	rec := b.NewRecordBatch()
	path := filepath.Join(t.TempDir(), "x.arrow")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := ipc.NewFileWriter(f, ipc.WithSchema(schema))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	return readAll(t, path)
}

const (
	plainStock = "stock(item_id,qty) A1|5;B2|7.5"
	dayStock   = "demand_history(item_id,on,qty) A1|2026-07-01|5;B2|2026-07-31|7.5"
)

// nastyFiles are all the cases. They are made here: none is a file of anybody.
func nastyFiles(t testing.TB) []nasty {
	var list []nasty
	add := func(name, file string, data []byte, want string) {
		list = append(list, nasty{name: name, file: file, data: data, want: want})
	}
	text := func(name, file, data, want string) { add(name, file, []byte(data), want) }

	// Encodings: each in the language that uses it, whole, compressed, with
	// the first character of the language late, and behind a mark.
	for _, e := range []struct{ enc, header, name string }{
		{tabular.GB18030, "物料编码,物料名称,现存量", "六角螺母"}, {tabular.Big5, "料號,品名,庫存量", "螺絲"}, {tabular.ShiftJIS, "品番,品名,在庫数", "ボルト"},
		{tabular.Windows1252, "Artikelnummer,Bezeichnung,Bestand", "Schraube für Kühlgerät"}, {tabular.UTF8, "物料编码,物料名称,现存量", "六角螺母"}, {tabular.UTF16LE, "物料编码,物料名称,现存量", "六角螺母"},
	} {
		body := e.header + "\nA1," + e.name + ",5\nB2," + e.name + ",7.5\n"
		b := coded(t, e.enc, body)
		add(e.enc, "stock.csv", b, plainStock)
		add(e.enc+" with CRLF", "stock.csv", coded(t, e.enc, strings.ReplaceAll(body, "\n", "\r\n")), plainStock)
		if e.enc != tabular.UTF16LE {
			add(e.enc+" in gzip", "stock.csv.gz", gzipped(b), plainStock)
			add(e.enc+" with semicolons", "stock.csv", coded(t, e.enc, strings.ReplaceAll(body, ",", ";")), plainStock)
			add(e.enc+" with tabs", "stock.txt", coded(t, e.enc, strings.ReplaceAll(body, ",", "\t")), plainStock)
			add(e.enc+" below a title", "stock.csv", coded(t, e.enc, "2026,,\n\n"+body), plainStock)
		}
		late := "item_id,name,qty\nA1,x,5\n" + strings.Repeat("C,x,\n", 1) + "B2," + e.name + e.name + ",7.5\n"
		add(e.enc+" from the third row on", "stock.csv", coded(t, e.enc, late), plainStock+" -1")
	}
	add("UTF-8 with a mark", "stock.csv", []byte("\ufeffitem_id,qty\nA1,5\nB2,7.5\n"), plainStock)
	add("UTF-16 big endian", "stock.csv", coded(t, tabular.UTF16BE, "item_id,qty\nA1,5\nB2,7.5\n"), plainStock)
	add("UTF-16 without a mark", "stock.csv", coded(t, tabular.UTF16LE, "item_id,qty\nA1,5\nB2,7.5\n")[2:], plainStock)
	add("UTF-8 with a broken row", "stock.csv", []byte("物料编码,现存量,品名\nA1,5,六角螺母不锈钢\nB2,7.5,轴承座总成件\nC,1,\xff\xfe\n"), plainStock+" -1")
	list = append(list, nasty{name: "forced encoding", file: "stock.csv", data: coded(t, "koi8-r", "item_id,qty,имя\nA1,5,болт\nB2,7.5,гайка\n"), want: plainStock, o: FileOptions{Encoding: "koi8-r"}})

	// Dialects.
	for _, d := range []string{";", "\t", "|", "^", "~"} {
		text("separator "+d, "stock.csv", strings.ReplaceAll("item_id,qty\nA1,5\nB2,7.5\n", ",", d), plainStock)
		text("quoted, separator "+d, "stock.csv", strings.ReplaceAll("\"item_id\",\"qty\",\"note\"\n\"A1\",\"5\",\"a,b\nc\"\n\"B2\",\"7.5\",\"say \"\"x\"\"\"\n", ",", d), plainStock)
	}
	text("single quotes", "stock.csv", "item_id,name,qty\n'A1','bolt, long','5'\n'B2','nut','7.5'\n", plainStock)
	text("sep= line", "stock.csv", "sep=;\nitem_id;qty\nA1;5\nB2;7,5\n", plainStock)
	text("old Macintosh lines", "stock.csv", "item_id,qty\rA1,5\rB2,7.5\r", plainStock)
	text("mixed line ends", "stock.csv", "item_id,qty\r\nA1,5\nB2,7.5\r\n", plainStock)
	text("no line end at the end", "stock.csv", "item_id,qty\nA1,5\nB2,7.5", plainStock)
	text("blank rows", "stock.csv", "\n\nitem_id,qty\n\nA1,5\n,\nB2,7.5\n\n\n", plainStock)
	text("separators at the end of rows", "stock.csv", "item_id,qty\nA1,5,\nB2,7.5,,\n", plainStock)
	text("separators at the end of all rows", "stock.csv", "item_id,qty,,\nA1,5,,\nB2,7.5,,\n", plainStock)
	text("empty cells left out", "stock.csv", "item_id,qty,lot,bin\nA1,5\nB2,7.5\nC3,1\nC4,1\nC5,1\nC6,1,L,b\n", "stock(item_id,qty) A1|5;B2|7.5;C3|1;C4|1;C5|1;C6|1")
	text("ragged rows", "stock.csv", "item_id,qty,lot\nA1,5,x\nB2,7.5,y\nC\nD,1,z,more\n", plainStock+" -2")
	text("an index column", "stock.csv", ",item_id,qty\n0,A1,5\n1,B2,7.5\n", plainStock)
	text("an index column without a title", "stock.csv", "item_id qty\n", "no table")
	text("R's row names", "stock.csv", "item_id,qty\n1,A1,5\n2,B2,7.5\n", plainStock)
	text("empty columns", "stock.csv", "item_id,,qty,,\nA1,,5,,\nB2,,7.5,,\n", plainStock)
	text("titles twice", "stock.csv", "item_id,qty,qty\nA1,5,1\nB2,7.5,1\n", plainStock)
	text("blanks around titles and cells", "stock.csv", " item_id , qty \n A1 , 5 \n\u3000B2\u3000,\u00a07.5\n", plainStock)
	text("a quote that is never closed", "stock.csv", "item_id,qty,name\nA1,5,x\nB2,7.5,y\nC,1,\"open\n", plainStock+" -1")
	text("a zero byte", "stock.csv", "item_id,qty\nA1,5\nB2,7.5\nC\x00,1\n", plainStock+" -1")

	// What stands around a table.
	text("title row", "库存.csv", "库存报表,,\n物料编码,仓库,现存量\nA1,W,5\nB2,W,7.5\n", plainStock)
	text("preamble", "库存.csv", "XX公司库存报表,,\n单据日期：2026-07-01,制单人：张三,\n,,\n物料编码,仓库,现存量\nA1,W,5\nB2,W,7.5\n", plainStock)
	text("total row", "stock.csv", "物料编码,仓库,现存量\nA1,W,5\nB2,W,7.5\n合计,,12.5\n", plainStock)
	text("subtotals", "stock.csv", "物料编码,仓库,现存量\nA1,W,5\n小计,,5\nB2,V,7.5\n小 计,,7.5\n总计：,,12.5\n", plainStock)
	text("English total", "stock.csv", "Item Code,Warehouse,On Hand\nA1,W,5\nB2,W,7.5\nGrand Total,,12.5\n", plainStock)
	text("total not in the first column", "stock.csv", "序号,物料编码,现存量\n1,A1,5\n2,B2,7.5\n,合计,12.5\n", plainStock)
	text("header on every page", "stock.csv", "物料编码,现存量\nA1,5\n物料编码,现存量\nB2,7.5\n", plainStock)
	text("two rows of titles", "库存.csv", "物料编码,本月,,上月,\n,结存数量,金额,入库数,金额\nA1,5,2,3,4\nB2,7.5,2,3,4\n", plainStock)
	text("groups above titles", "库存.csv", "物料,,库存,\n物料编码,物料名称,现存量,可用量\nA1,x,5,1\nB2,y,7.5,1\n", plainStock)
	list = append(list, nasty{name: "header said", file: "stock.csv", data: []byte("some,thing\nelse,here\nitem_id,qty\nA1,5\nB2,7.5\n"), want: plainStock, o: FileOptions{Header: 3}})
	text("available is not stock", "库存.csv", "物料编码,可用量,现存量\nA1,1,5\nB2,2,7.5\n", plainStock)

	// Numbers.
	for _, n := range []struct{ name, five, seven string }{
		{"plain", "5", "7.5"}, {"with a point behind", "5.", "7.50"}, {"full width", "５", "７．５"}, {"currency", "¥5", "￥7.5"}, {"euro behind", "5 €", "7.5 €"}, {"yuan", "5元", "7.5元"}, {"plus sign", "+5", "+7.5"},
		{"scientific", "5E0", "7.5e0"}, {"without a zero", "5.0", "7.5000000"}, {"blanks in it", " 5", "7.5 "},
	} {
		text("number "+n.name, "stock.csv", "item_id;qty\nA1;"+n.five+"\nB2;"+n.seven+"\n", plainStock)
	}
	for _, n := range []struct{ name, cells, want string }{
		{"decimal comma", "5,0|7,5", "A1|5;B2|7.5"}, {"decimal comma and thousands", "1.234,5|7,5", "A1|1234.5;B2|7.5"}, {"thousands", "1,234.5|7.5", "A1|1234.5;B2|7.5"}, {"thousands twice", "1,234,567|7.5", "A1|1234567;B2|7.5"},
		{"apostrophes", "1'234.5|7.5", "A1|1234.5;B2|7.5"}, {"blanks as thousands, comma", "1 234,5|7,5", "A1|1234.5;B2|7.5"}, {"lakh", "1,23,456.5|7.5", "A1|123456.5;B2|7.5"}, {"万", "1.2万|7.5", "A1|12000;B2|7.5"}, {"亿", "1亿|7.5", "A1|100000000;B2|7.5"},
		{"brackets", "(5)|7.5", "A1|-5;B2|7.5"}, {"minus behind", "5-|7.5", "A1|-5;B2|7.5"}, {"minus of typesetters", "−5|7.5", "A1|-5;B2|7.5"}, {"text", "5 PCS|7.5", "B2|7.5 -1"}, {"an error of a spreadsheet", "#REF!|7.5", "B2|7.5 -1"}, {"not available", "NA|7.5", "B2|7.5 -1"},
		{"a dash", "-|7.5", "B2|7.5 -1"}, {"infinite", "inf|7.5", "B2|7.5 -1"}, {"hexadecimal", "0x10|7.5", "B2|7.5 -1"}, {"too large", "9999999999999|7.5", "B2|7.5 -1"}, {"two points", "1.2.3|7.5", "B2|7.5 -1"}, {"a date", "2026-01-01|7.5", "B2|7.5 -1"},
	} {
		c := strings.Split(n.cells, "|")
		text("number: "+n.name, "stock.csv", "item_id;qty\nA1;"+c[0]+"\nB2;"+c[1]+"\n", "stock(item_id,qty) "+n.want)
	}

	// Days, of a whole column.
	for _, d := range []struct{ name, first, last string }{
		{"ISO", "2026-07-01", "2026-07-31"}, {"with slashes", "2026/7/1", "2026/7/31"}, {"with points", "2026.07.01", "2026.07.31"}, {"compact", "20260701", "20260731"}, {"Chinese", "2026年7月1日", "2026年7月31日"}, {"full width", "２０２６-０７-０１", "２０２６-０７-３１"},
		{"with time", "2026-07-01 10:00:00", "2026-07-31T23:59:59Z"}, {"day first", "01/07/2026", "31/07/2026"}, {"month first", "07/01/2026", "07/31/2026"}, {"month first with time", "7/1/2026 21:05", "7/31/2026 1:02"}, {"German", "1.7.2026", "31.07.2026"},
		{"with a name", "1-Jul-2026", "31-Jul-2026"}, {"name first", "Jul 1, 2026", "July 31, 2026"}, {"two digits of a year, day first", "01/07/26", "31/07/26"}, {"serial", "46204", "46234"}, {"serial with time", "46204.5", "46234.25"}, {"year first, two digits", "26-07-01", "26-07-31"},
	} {
		text("day "+d.name, "sales.csv", "item_id;date;qty;price\nA1;"+d.first+";5;1\nB2;"+d.last+";7.5;1\n", dayStock)
	}
	text("day or month first, undecidable", "sales.csv", "item_id;date;qty;price\nA1;01/07/2026;5;1\nB2;02/03/2026;7.5;1\nC;05/05/2026;1;1\n", "demand_history(item_id,on,qty) C|2026-05-05|1 -2")
	text("order told by another column", "purchase orders.csv", "order no;item;qty;due date;order date\nP1;A1;5;01/07/2026;31/05/2026\n", "supply_orders(item_id,due_on,qty) A1|2026-07-01|5")
	text("days that contradict", "sales.csv", "item_id;date;qty;price\nA1;31/01/2026;5;1\nB2;01/31/2026;7.5;1\nC;02/03/2026;1;1\n", "demand_history(item_id,on,qty) A1|2026-01-31|5;B2|2026-01-31|7.5 -1")
	text("days of a spreadsheet that lost them", "sales.csv", "item_id;date;qty;price\nA1;00:00.0;5;1\nB2;00:00.0;7.5;1\n", "demand_history(item_id,on,qty) -2")
	text("no such day", "sales.csv", "item_id;date;qty;price\nA1;2026-02-30;5;1\nB2;2026-07-31;7.5;1\n", "demand_history(item_id,on,qty) B2|2026-07-31|7.5 -1")

	// Codes.
	text("leading zeros", "stock.csv", "item_id,qty\n007,5\n0070,7.5\n", "stock(item_id,qty) 007|5;0070|7.5")
	text("codes in formulas", "stock.csv", "item_id,qty\n\"=\"\"007\"\"\",5\n\"=\"\"008\"\"\",7.5\n", "stock(item_id,qty) 007|5;008|7.5")
	text("destroyed codes", "stock.csv", "item_id,qty\n6.90E+12,5\nB2,7.5\n", "stock(item_id,qty) B2|7.5 -1")

	// ERP names.
	text("Kingdee Cloud", "物料.csv", "FNumber,FName,FSpecification,FBaseUnitId\nA1,螺母,M8,个\n", "items(item_id,name,uom) A1|螺母|个")
	text("Yonyou U8", "现存量.csv", "cInvCode,cInvName,cWhCode,iQuantity,cBatch\nA1,x,W1,5,L\nB2,y,W1,7.5,L\n", plainStock)
	text("Odoo", "stock.csv", "Internal Reference,Location,Quantity On Hand\nA1,WH/Stock,5\nB2,WH/Stock,7.5\n", plainStock)
	text("SAP MB52", "mb52.txt", "Material|Plant|Storage Location|Unrestricted|Base Unit of Measure\nA1|1000|0001|5|ST\nB2|1000|0001|7,5|ST\n", plainStock)
	text("SAP purchase orders", "po_open.csv", "Purchasing Document;Item;Material;Vendor;Order Quantity;Open Quantity;Delivery Date\n4500001;10;A1;V1;8,0;5,0;01.07.2026\n", "supply_orders(order_id,item_id,qty,due_on,kind) 4500001|A1|5|2026-07-01|purchase")
	text("BOM as numerator and denominator", "bom.csv", "父项物料,子项物料,用量:分子,用量:分母,损耗率\nP,A1,5,100,3\n", "bom(parent_id,component_id,qty_per,per_qty,scrap_pct) P|A1|5|100|3")
	text("BOM in Japanese", "部品表.csv", "親品番,子品番,員数\nP,A1,5\n", "bom(parent_id,component_id,qty_per) P|A1|5")
	text("months side by side", "销量.csv", "物料编码,2026-01,2026-02\nA1,5,\nB2,1,7.5\n", "demand_history(item_id,on,qty) A1|2026-01-01|5;B2|2026-01-01|1;B2|2026-02-01|7.5")
	text("months in Chinese side by side", "销量.csv", "物料编码,2026年1月,2026年2月\nA1,5,6\n", "demand_history(item_id,on,qty) A1|2026-01-01|5;A1|2026-02-01|6")
	text("returns", "sales.csv", "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice\n1,A1,5,2026-07-01,1\nC2,A1,-2,2026-07-02,1\n", "demand_history(item_id,qty,kind) A1|5|sale;A1|2|return")
	text("in, out and a balance", "收发存明细账.csv", "日期,物料编码,收入数量,发出数量,结存数量\n2026-07-01,A1,5,,105\n2026-07-02,A1,,2,103\n2026-07-02,B1,1,,1\n2026-07-03,A1,,3,100\n本期合计,,6,5,\n", "movements(item_id,on,qty) A1|2026-07-01|5;A1|2026-07-02|-2;B1|2026-07-02|1;A1|2026-07-03|-3")
	text("stock of the last balance", "收发存明细账.csv", "日期,物料编码,收入数量,发出数量,结存数量\n2026-07-01,A1,5,,105\n2026-07-02,A1,,2,103\n2026-07-02,B1,1,,1\n2026-07-03,A1,,3,100\n本期合计,,6,5,\n", "stock(item_id,qty) A1|100;B1|1")
	text("history of what went out", "收发存明细账.csv", "日期,物料编码,收入数量,发出数量,结存数量\n2026-07-01,A1,5,,105\n2026-07-02,A1,,2,103\n2026-07-02,B1,1,,1\n2026-07-03,A1,,3,100\n本期合计,,6,5,\n", "demand_history(item_id,on,qty) A1|2026-07-02|2;A1|2026-07-03|3")
	text("drawn lines", "MB52.txt", "|Material|Werk|Frei verwendbar|\n|-------------------------|\n|0001|1000|1.234,5|\n|-------------------------|\n", "stock(item_id,qty) 0001|1234.5")
	text("still to be delivered", "EKPO.csv", "Bestellnummer;Material;Bestellmenge;Noch zu liefern (Menge);Lieferdatum;Lieferant\n45001;A1;10;4;24.07.2026;L1\n45002;A1;10;0;24.07.2026;L1\n", "supply_orders(order_id,item_id,qty) 45001|A1|4")
	text("display names", "sale.order.csv", "Order Reference,Customer,Product,Quantity,Delivery Date\nS1,C,[A1] Widget,3,2026-07-24\nS2,C,[B1] Other,4,2026-07-24\n", "demand_orders(order_id,item_id,qty) S1|A1|3;S2|B1|4")
	text("orders that are done count whole", "销售订单.csv", "单据编号,客户,物料代码,销售数量,要货日期,单据状态,未出库数量\nX1,C,A1,9,2026-07-01,已关闭,0\nX2,C,A1,5,2026-08-01,已审核,2\n", "demand_history(item_id,qty) A1|9")
	text("orders of several kinds", "operationplan.csv", "reference,type,quantity,enddate,item_id,location_id,destination_id,origin_id\nP1,PO,100,2026-07-24,A1,factory,,\nD1,DO,30,2026-07-24,A1,,shop,factory\n", "supply_orders(order_id,site_id,qty) P1|factory|100;D1|shop|30")
	text("in and out", "收发流水.csv", "物料编码,日期,入库数,出库数,业务类型\nA1,2026-07-01,5,,采购入库\nA1,2026-07-02,,2,销售出库\n", "movements(item_id,on,qty) A1|2026-07-01|5;A1|2026-07-02|-2")
	text("lead time in weeks", "skus.csv", "item,lead time weeks,safety stock\nA1,2,5\n", "skus(item_id,lead_time_days,safety_stock) A1|14|5")
	text("make or buy in Chinese", "计划参数.csv", "物料编码,物料属性,提前期,安全库存\nA1,自制,3,5\nB2,外购,9,7.5\n", "skus(item_id,procurement,lead_time_days,safety_stock) A1|make|3|5;B2|buy|9|7.5")
	text("received already", "采购订单.csv", "单据编号,物料编码,供应商,数量,累计入库数量,交货日期\nP1,A1,V,8,3,2026-07-01\nP2,A1,V,8,8,2026-07-01\n", "supply_orders(order_id,qty,kind) P1|5|purchase")
	text("closed orders", "销售订单.csv", "订单号,物料编码,客户,数量,交货日期,状态\nS1,A1,C,5,2026-07-01,未关闭\nS2,A1,C,8,2026-06-01,已关闭\n", "demand_orders(order_id,qty) S1|5")

	// Workbooks.
	add("xlsx", "stock.xlsx", book(t, "data", [][]any{{"item_id", "qty"}, {"A1", 5}, {"B2", 7.5}}, nil), plainStock)
	add("xlsx below a title", "book.xlsx", book(t, "库存", [][]any{{"库存报表"}, {"日期：2026-07-01"}, nil, {"物料编码", "现存量"}, {"A1", 5}, {"B2", 7.5}, {"合计", 12.5}}, nil), plainStock)
	add("xlsx to the right", "stock.xlsx", book(t, "data", [][]any{nil, nil, {nil, nil, "item_id", "qty"}, {nil, nil, "A1", 5}, {nil, nil, "B2", 7.5}}, nil), plainStock)
	add("xlsx with merged titles", "库存.xlsx", book(t, "s", [][]any{{"物料编码", "本月", nil, "上月", nil}, {nil, "结存数量", "金额", "入库数", "金额"}, {"A1", 5, 1, 1, 1}, {"B2", 7.5, 1, 1, 1}}, func(f *excelize.File) {
		_ = f.MergeCell("s", "A1", "A2")
		_ = f.MergeCell("s", "B1", "C1")
		_ = f.MergeCell("s", "D1", "E1")
	}), plainStock)
	add("xlsx with serial days", "sales.xlsx", book(t, "s", [][]any{{"item_id", "date", "qty", "price"}, {"A1", 46204, 5, 1}, {"B2", 46234.5, 7.5, 1}}, nil), dayStock)
	add("xlsx with numbers as text", "stock.xlsx", book(t, "s", [][]any{{"item_id", "qty"}, {"A1", "５"}, {"B2", "7.5"}}, nil), plainStock)
	add("xlsx with formulas", "stock.xlsx", book(t, "s", [][]any{{"item_id", "qty"}, {"A1", 5}, {"B2", 7.5}}, func(f *excelize.File) { _ = f.SetCellFormula("s", "C2", "B2*2") }), plainStock)
	add("xlsx with binary noise", "stock.xlsx", book(t, "s", [][]any{{"item_id", "qty"}, {"A1", 5}, {"B2", 7.499999999999999}}, nil), plainStock)
	add("xlsx that calls itself xls", "stock.xls", book(t, "s", [][]any{{"item_id", "qty"}, {"A1", 5}, {"B2", 7.5}}, nil), plainStock)

	// Text and pages that call themselves workbooks.
	text("tabs as .xls", "stock.xls", "item_id\tqty\nA1\t5\nB2\t7.5\n", plainStock)
	add("GBK tabs as .xls", "库存.xls", coded(t, tabular.GB18030, "物料编码\t现存量\t品名\nA1\t5\t螺母\nB2\t7.5\t轴承\n"), plainStock)
	text("a page as .xls", "stock.xls", "<html><body><table><tr><th>item_id</th><th>qty</th></tr><tr><td>A1</td><td>5</td></tr><tr><td>B2<td>7.5</table></body></html>", plainStock)
	add("a GBK page as .xls", "库存.xls", coded(t, tabular.GB18030, "<html><meta charset=gbk><table><tr><td colspan=2>库存报表</td></tr><tr><td>物料编码</td><td>现存量</td></tr><tr><td>A1</td><td>5</td></tr><tr><td>B2</td><td>7.5</td></tr></table>"), plainStock)
	text("cells that span rows", "stock.html", "<table><tr><th>item_id</th><th>lot</th><th>qty</th></tr><tr><td>A1</td><td rowspan=2>L</td><td>5</td></tr><tr><td>B2</td><td>7.5</td></tr></table>", plainStock)
	text("XML of Excel 2003", "stock.xls", `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="stock"><Table><Row><Cell><Data ss:Type="String">item_id</Data></Cell><Cell><Data>qty</Data></Cell></Row><Row><Cell><Data>A1</Data></Cell><Cell><Data>5</Data></Cell></Row><Row ss:Index="4"><Cell><Data>B2</Data></Cell><Cell ss:Index="2"><Data>7.5</Data></Cell></Row></Table></Worksheet></Workbook>`, plainStock)

	// Other formats.
	text("JSON lines", "stock.jsonl", "{\"item_id\": \"A1\", \"qty\": 5}\n{\"item_id\": \"B2\", \"qty\": 7.5}\n", plainStock)
	add("JSON lines in gzip", "stock.jsonl.gz", gzipped([]byte("{\"item_id\": \"A1\", \"qty\": 5}\n{\"item_id\": \"B2\", \"qty\": 7.5}\n")), plainStock)
	text("a JSON array", "stock.json", "[\n {\"item_id\": \"A1\", \"qty\": 5},\n {\"item_id\": \"B2\",\n \"qty\": 7.5}\n]\n", plainStock)
	text("an array inside a document", "stock.json", "{\n \"page\": 1, \"data\": [{\"item_id\": \"A1\", \"qty\": 5}, {\"item_id\": \"B2\", \"qty\": 7.5, \"x\": [{\"a\": 1}]}], \"more\": [{\"z\": 1}]\n}\n", plainStock)
	text("deep JSON", "stock.jsonl", "{\"item_id\": \"A1\", \"qty\": 5}\n{\"item_id\": \"B2\", \"qty\": 7.5}\n{\"item_id\": \"C\", \"qty\": "+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+"}\n", plainStock+" -1")
	add("SQLite", "data.sqlite", sqliteFile(t, "CREATE TABLE stock (item_id TEXT, qty REAL); INSERT INTO stock VALUES ('A1', 5), ('B2', 7.5);"), plainStock)
	add("SQLite that calls itself csv", "stock.csv", sqliteFile(t, "CREATE TABLE stock (item_id TEXT, qty REAL); INSERT INTO stock VALUES ('A1', 5), ('B2', 7.5);"), plainStock)
	add("DuckDB", "data.duckdb", duckFile(t, "CREATE TABLE stock (item_id VARCHAR, qty DECIMAL(18,6)); INSERT INTO stock VALUES ('A1', 5), ('B2', 7.5);"), plainStock)
	add("Arrow", "stock.arrow", arrowFile(t), plainStock)
	add("zip", "export.zip", zipped(map[string][]byte{"a/stock.csv": []byte("item_id,qty\nA1,5\nB2,7.5\n"), "readme.md": []byte("x"), "__MACOSX/._stock.csv": []byte("x")}), plainStock)
	add("xlsx in zip", "export.zip", zipped(map[string][]byte{"库存.xlsx": book(t, "s", [][]any{{"物料编码", "现存量"}, {"A1", 5}, {"B2", 7.5}}, nil)}), plainStock)

	// What is refused, and says why.
	text("an old workbook", "stock.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"+strings.Repeat("\x00", 600), "error: an old .xls workbook")
	text("an empty file", "stock.csv", "", "error: the file is empty")
	text("nothing but blanks", "stock.csv", "\n\n  \n", "error: the file is empty")
	text("a picture", "stock.csv", "\x89PNG\r\n\x1a\n"+strings.Repeat("\x00\x01", 100), "no table")
	text("a document", "stock.csv", "%PDF-1.4\n", "error: a pdf file")
	add("a damaged gzip", "stock.csv.gz", gzipped([]byte("item_id,qty\nA1,5\n"))[:20], "error: ")
	add("a damaged workbook", "stock.xlsx", book(t, "s", [][]any{{"item_id"}}, nil)[:900], "error: ")
	text("too many columns", "stock.csv", strings.Repeat("c,", 5000)+"\n1\n", "error: a table has at most 4096")
	text("a million columns", "stock.csv", strings.Repeat("c,", 1_000_000)+"\n1\n", "error: a table has at most 4096")
	text("a giant cell", "stock.csv", "item_id,qty,name\nA1,5,x\nB2,7.5,y\nC,1,"+strings.Repeat("x", 2<<20)+"\n", plainStock+" -1")
	text("a page without a table", "stock.html", "<html><p>nothing</p></html>", "error: a web page without a table")
	add("an empty archive", "export.zip", zipped(map[string][]byte{"readme.md": []byte("x")}), "error: no table in the archive")
	return list
}

// TestBombs: what unpacks to far too much is refused before it fills memory or
// disk.
func TestBombs(t *testing.T) {
	before := bombSize
	bombSize = 1 << 20
	defer func() { bombSize = before }()
	dir := t.TempDir()
	zeros := bytes.Repeat([]byte("item_id,qty\n"), 1<<20)
	files := map[string][]byte{"stock.csv.gz": gzipped(zeros), "export.zip": zipped(map[string][]byte{"stock.csv": zeros}), "stock.xlsx": zipped(map[string][]byte{"xl/workbook.xml": zeros}), "stock.jsonl.gz": gzipped(zeros)}
	for name, b := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		reports, err := Inspect(context.Background(), InspectOptions{Paths: []string{path}})
		if err == nil && len(reports) == 1 {
			err = reports[0].Err
		}
		if err == nil || !strings.Contains(err.Error(), "hundreds of times") {
			t.Errorf("%s: %v, want it refused as a bomb", name, err)
		}
	}
}

// TestNastyFiles reads every case in one staging database.
func TestNastyFiles(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, st, err := openStage(ctx, dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		st.c.Close()
		_ = db.Close()
	}()
	list := nastyFiles(t)
	if len(list) < 120 {
		t.Errorf("%d cases, want 120", len(list))
	}
	for i, c := range list {
		sub := filepath.Join(dir, fmt.Sprint(i))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(sub, c.file)
		if err := os.WriteFile(path, c.data, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := readNasty(ctx, t, st, sub, path, c); !sameNasty(got, c.want) {
			t.Errorf("%s (%s):\n got %s\nwant %s", c.name, c.file, got, c.want)
		}
	}
}

func sameNasty(got, want string) bool {
	if strings.HasPrefix(want, "error: ") {
		return strings.HasPrefix(got, "error: ") && strings.Contains(got, strings.TrimPrefix(want, "error: "))
	}
	return strings.Join(strings.Fields(got), " ") == strings.Join(strings.Fields(want), " ")
}

// readNasty reads one file and writes what came of it in the form of want.
func readNasty(ctx context.Context, t *testing.T, st *stager, dir, path string, c nasty) string {
	t.Helper()
	st.dir, st.sources, st.given, st.mapping = dir, map[int]*source{}, c.o, nil
	defer func() {
		rows, err := st.c.Query(ctx, "SELECT table_name FROM duckdb_tables()")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			names = append(names, n)
		}
		rows.Close()
		for _, n := range names {
			if err := st.c.Exec(ctx, "DROP TABLE "+quote(n)); err != nil {
				t.Fatal(err)
			}
		}
	}()
	inputs, bad, err := findInputs([]string{path}, dir)
	if err != nil {
		return "error: " + err.Error()
	}
	if len(bad) > 0 {
		return "error: " + bad[0].err.Error()
	}
	st.inputs = inputs
	m, files, bad, err := st.recognise(ctx)
	if err != nil {
		return "error: " + err.Error()
	}
	if len(bad) > 0 {
		return "error: " + bad[0].err.Error()
	}
	text, err := m.Format()
	if len(m.Tables) == 0 || err != nil {
		return "no table"
	}
	again, err := ParseMapping(text)
	if err != nil {
		return fmt.Sprintf("error: the mapping cannot be read again: %v\n%s", err, text)
	}
	table, cols, _ := strings.Cut(c.want, "(")
	cols, _, _ = strings.Cut(cols, ")")
	for k, spec := range again.Tables {
		if spec.Table != table {
			continue
		}
		s, err := st.stage(ctx, k, spec)
		if err != nil {
			return "error: " + err.Error()
		}
		var list []string
		for _, col := range strings.Split(cols, ",") {
			if col != "" {
				list = append(list, "CAST("+quote(col)+" AS VARCHAR)")
			}
		}
		rows, err := st.c.Query(ctx, fmt.Sprintf("SELECT %s, __err FROM %s", strings.Join(list, ", "), s.name()))
		if err != nil {
			return "error: " + err.Error()
		}
		defer rows.Close()
		var good []string
		aside := s.src.bad + s.src.notObject + s.flagged
		for rows.Next() {
			v := rows.Values()
			if v[len(v)-1] != nil {
				aside++
				continue
			}
			var cells []string
			for k, x := range v[:len(v)-1] {
				cell := ""
				if x != nil {
					cell = fmt.Sprint(x)
				}
				if col := s.table.Column(strings.Split(cols, ",")[k]); col != nil && col.Type == Qty && strings.Contains(cell, ".") {
					cell = strings.TrimRight(strings.TrimRight(cell, "0"), ".")
				}
				cells = append(cells, cell)
			}
			good = append(good, strings.Join(cells, "|"))
		}
		out := table + "(" + cols + ") " + strings.Join(good, ";")
		if aside > 0 {
			out += fmt.Sprintf(" -%d", aside)
		}
		return out
	}
	var taken []string
	for _, s := range files {
		taken = append(taken, s.table)
	}
	return "taken for " + strings.Join(taken, ", ") + "\n" + string(text)
}
