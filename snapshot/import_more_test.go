package snapshot

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"planwright"
)

func TestImportWorkbook(t *testing.T) {
	dir := t.TempDir()
	f := excelize.NewFile()
	set := func(sheet string, rows ...[]any) {
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	set("items", []any{"item_id", "name"}, []any{"007", "a \"b\"\nc"}, nil, []any{8, "x"}, []any{"9", "y", "extra"})
	set("stock", []any{"item_id", "qty", "received_on"}, []any{"007", 0.1 + 0.2, 45658}, []any{"8", "many", nil})
	set("notes", []any{"anything"})
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	if err := f.SaveAs(filepath.Join(dir, "company.xlsx")); err != nil {
		t.Fatal(err)
	}
	w := openTest(t)
	r, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, AsOf: planwright.NoDay})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := accounting(r), "items 4=2+0+1+1; stock 2=1+0+0+1"; got != want {
		t.Errorf("accounting = %s, want %s", got, want)
	}
	if got, want := queryText(t, w, "SELECT item_id, qty, received_on, src FROM stock"), "007|0.3|2025-01-01|company.xlsx#stock:2"; got != want {
		t.Errorf("stock = %s, want %s", got, want)
	}
	if !slices.Equal(r.Skipped, []string{"company.xlsx#notes"}) {
		t.Errorf("skipped = %v, want the sheet notes", r.Skipped)
	}
	if r.AsOf != day(t, "2025-01-02") || r.AsOfBy != "last day of the data" {
		t.Errorf("as of %s by %s, want the day after the last receipt", r.AsOf, r.AsOfBy)
	}
	rows, n, err := w.ListQuarantine(context.Background(), "", "items", 0, 10)
	if err != nil || n != 1 || rows[0].Raw != "9,y,extra" || rows[0].Row != 5 || rows[0].Code != planwright.CodeRaggedRow {
		t.Errorf("quarantine = %+v, %d, %v; want row 5 as it came", rows, n, err)
	}
}

func TestImportParquet(t *testing.T) {
	dir := t.TempDir()
	db, c, err := createDB("", dbOptions{})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Exec(context.Background(), fmt.Sprintf(`COPY (SELECT * FROM (VALUES (1001::DOUBLE, 0.1::DOUBLE + 0.2, TIMESTAMP '2025-05-06 10:00:00', true), (1002, 'nan'::DOUBLE, NULL, false), (NULL, 1, NULL, NULL), (1003, 1e300, NULL, NULL)) t(item_id, qty, received_on, x))
		TO %s (FORMAT parquet)`, literal(filepath.Join(dir, "stock.parquet"))))
	c.Close()
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	w := openTest(t)
	r, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, AsOf: planwright.NoDay})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := accounting(r), "stock 4=1+0+0+3"; got != want {
		t.Errorf("accounting = %s, want %s", got, want)
	}
	if got, want := queryText(t, w, "SELECT item_id, qty, received_on, x_x, src FROM stock"), "1001|0.3|2025-05-06|true|stock.parquet:1"; got != want {
		t.Errorf("stock = %s, want %s", got, want)
	}
	rows, n, err := w.ListQuarantine(context.Background(), "", "", 1, 1)
	if err != nil || n != 3 || rows[0].Row != 3 || rows[0].Code != planwright.CodeMissingValue {
		t.Errorf("quarantine = %+v, %d, %v; want row 3 without item", rows, n, err)
	}
}

// TestQuarantineAsItCame: refused rows stand as they came, whatever their
// quotes, encoding and order of columns.
func TestQuarantineAsItCame(t *testing.T) {
	dir := writeFiles(t, map[string]string{"items.csv": "item_id\nA\n", "stock.csv": "qty;code;item_id\r\nx;\"a;\"\"b\"\"\r\n\";A\r\n5;c;A\r\n 7 ;d;nope\r\n"})
	w := openTest(t)
	r, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, AsOf: day(t, "2026-01-01")})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(r.QuarantineDir, "stock.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := "qty,code,item_id,_code,reason,file,row,raw,mend,mend_zh,reason_zh\n" +
		"x,\"a;\"\"b\"\"\n\",A,BAD_NUMBER,qty is not a number: x,stock.csv,2,,\"Write plain decimals such as 1234.5, without separators or units.\",请写成 1234.5 这样的数字，不带分隔符和单位。,qty 不是数字：x\n" +
		"\" 7 \",d,nope,UNKNOWN_ITEM,item_id nope is not in table items,stock.csv,4,,\"Add the item, or correct the code; leading zeros matter.\",补充该物料，或更正编码；注意前导零。,item_id nope 不在表 items 中\n"
	if got := strings.ReplaceAll(string(text), "\r", ""); got != want {
		t.Errorf("quarantine =\n%s\nwant\n%s", got, want)
	}
}

func TestImportTooManyBadRows(t *testing.T) {
	for _, c := range []struct {
		limit float64
		ok    bool
	}{{0, true}, {1, true}, {0.25, true}, {0.24, false}, {-1, false}} {
		w := openTest(t)
		r, err := w.Import(context.Background(), ImportOptions{Paths: []string{writeFiles(t, map[string]string{"items.csv": "item_id,name\nA,\nB,\nC,\n,x\n"})}, AsOf: day(t, "2026-01-01"), MaxBad: c.limit})
		var e *planwright.Error
		if c.ok && err != nil || !c.ok && (!errors.As(err, &e) || e.Code != planwright.CodeTooManyBadRows) {
			t.Errorf("MaxBad %g: error %v, want success %t", c.limit, err, c.ok)
		}
		if !c.ok {
			wantEmpty(t, w)
			if len(r.Findings) == 0 {
				t.Error("the report of a refused import holds no finding")
			}
		}
	}
}

// wantEmpty checks that an import left nothing behind.
func wantEmpty(t *testing.T, w *Workspace) {
	t.Helper()
	for _, sub := range []string{"snapshots", "plans", "quarantine", "."} {
		entries, err := os.ReadDir(filepath.Join(w.dir, sub))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), dbExt) && sub != "." || strings.HasPrefix(e.Name(), tempPrefix) || sub == "quarantine" {
				t.Errorf("%s/%s is left behind", sub, e.Name())
			}
		}
	}
}

// TestImportCancelled cancels at every stage that is announced.
func TestImportCancelled(t *testing.T) {
	dir := writeFiles(t, map[string]string{"items.csv": "item_id\nA\n", "stock.csv": "item_id,qty\nA,1\nB,2\nA,x\n", "bom.csv": "parent_id,component_id,qty_per\nA,A,1\n"})
	var stages []string
	w := openTest(t)
	if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, AsOf: day(t, "2026-01-01"), Progress: func(s string, _, _ int64) { stages = append(stages, s) }}); err != nil {
		t.Fatal(err)
	}
	for _, at := range stages {
		w := openTest(t)
		ctx, cancel := context.WithCancel(context.Background())
		_, err := w.Import(ctx, ImportOptions{Paths: []string{dir}, AsOf: day(t, "2026-01-01"), Progress: func(s string, _, _ int64) {
			if s == at {
				cancel()
			}
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at %q: error %v, want context.Canceled", at, err)
		}
		wantEmpty(t, w)
	}
}

func TestAsOfOfTheData(t *testing.T) {
	old := func(n int, d string) string { return strings.Repeat("A,"+d+",1\n", n) }
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
		by    string
	}{
		{"settings", map[string]string{"settings.csv": "name,value\nas_of,2025-02-03\n", "items.csv": "item_id\nA\n"}, "2025-02-03", "settings"},
		{"last day", map[string]string{"demand_history.csv": "item_id,on,qty\n" + old(3, "2025-02-03")}, "2025-02-04", "last day of the data"},
		{"a typing error does not move it", map[string]string{"demand_history.csv": "item_id,on,qty\n" + old(2000, "2025-02-03") + old(1, "2052-02-03")}, "2025-02-04", "last day of the data"},
	} {
		w := openTest(t)
		r, err := w.Import(context.Background(), ImportOptions{Paths: []string{writeFiles(t, c.files)}, AsOf: planwright.NoDay})
		if err != nil {
			t.Fatal(err)
		}
		if r.AsOf != day(t, c.want) || r.AsOfBy != c.by {
			t.Errorf("%s: as of %s by %s, want %s by %s", c.name, r.AsOf, r.AsOfBy, c.want, c.by)
		}
	}
	_, err := openTest(t).Import(context.Background(), ImportOptions{Paths: []string{writeFiles(t, map[string]string{"items.csv": "item_id\nA\n"})}, AsOf: planwright.NoDay})
	var e *planwright.Error
	if !errors.As(err, &e) || e.Code != planwright.CodeUsage {
		t.Errorf("no date anywhere: error %v, want one that asks for --as-of", err)
	}
}

// TestSaveMap: the mapping that is written imports the same.
func TestSaveMap(t *testing.T) {
	dir := writeFiles(t, map[string]string{"items.csv": "Item ID,name,select,Ünit Cost €\nA,x,1,2\n", "demand_history.csv": "item_id,on,qty\nA,2025-01-01,1\n"})
	path := filepath.Join(t.TempDir(), "map.yaml")
	w := openTest(t)
	a, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, SaveMap: path, AsOf: planwright.NoDay})
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, MapFile: path, AsOf: planwright.NoDay})
	if err != nil {
		text, _ := os.ReadFile(path)
		t.Fatalf("%v\n%s", err, text)
	}
	if a.Snapshot.Digest != b.Snapshot.Digest {
		t.Errorf("with the saved mapping the digest is %s, want %s", b.Snapshot.Digest, a.Snapshot.Digest)
	}
}

// TestImportTwice: the same files give the same content.
func TestImportTwice(t *testing.T) {
	dir := writeFiles(t, map[string]string{"demand_history.csv": "item_id,site_id,on,qty\n" + strings.Repeat("B,S,2025-01-02,1\nA,T,2025-01-01,2\n", 3000), "bom.csv": "parent_id,component_id,qty_per\nA,B,1\nB,A,2\n"})
	w := openTest(t)
	var digests []string
	for range 2 {
		r, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, AsOf: planwright.NoDay})
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, r.Snapshot.Digest)
	}
	if digests[0] != digests[1] {
		t.Errorf("digests %v of the same files differ", digests)
	}
}

func TestLoadFiles(t *testing.T) {
	dir := writeFiles(t, map[string]string{"items.csv": "item_id\nP\nC\n", "bom.csv": "parent_id,component_id,qty_per\nP,C,2\n", "demand_orders.csv": "order_id,item_id,qty,due_on\nO,P,3,2026-02-01\n", "README.txt": "x\n"})
	snap, r, done, err := LoadFiles(context.Background(), dir, day(t, "2026-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = done() }()
	if snap.Len() != 2 || snap.BOM.Len() != 1 || snap.Demand.Qty[0] != 3*planwright.One {
		t.Errorf("%d skus, %d lines, demand %v", snap.Len(), snap.BOM.Len(), snap.Demand.Qty)
	}
	if !slices.Equal(r.Skipped, []string{"README.txt"}) {
		t.Errorf("skipped %v, want README.txt", r.Skipped)
	}
}

func TestCheckAndInspect(t *testing.T) {
	dir := writeFiles(t, map[string]string{"items.csv": "item_id\nA\n", "bom.csv": "parent_id,component_id,qty_per\nA,A,1\n", "bestand.csv": "item_id;qty;Lager\nA;1;x\n", "leer.csv": ""})
	reports, err := Inspect(context.Background(), InspectOptions{Paths: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	b := reports[0]
	if b.Name != "bestand.csv" || b.Delimiter != ";" || b.Rows != 1 || len(b.Tables) == 0 || b.Tables[0].Table != "stock" || b.Tables[0].Columns[1].Target != "site_id" {
		t.Errorf("inspect = %+v, want a table stock by its columns", b)
	}
	if reports[3].Err == nil {
		t.Error("the empty file has no error in its report")
	}
	if reports[2].Tables[0].Table != "items" || reports[2].Tables[0].Confidence != 1 {
		t.Errorf("inspect = %+v, want table items by its name", reports[2])
	}
	if err := os.Remove(filepath.Join(dir, "leer.csv")); err != nil {
		t.Fatal(err)
	}
	w := openTest(t)
	if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, AsOf: day(t, "2026-01-01")}); err != nil {
		t.Fatal(err)
	}
	r, err := w.Check(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, i := range r.Items {
		got[i.Code.String()] = i.Status()
		if i.Code == planwright.CodeSelfComponent && (i.Rows != 1 || len(i.Examples) != 1 || i.Examples[0].Row != 2) {
			t.Errorf("SELF_COMPONENT = %+v, want row 2 of bom.csv", i)
		}
	}
	if got["SELF_COMPONENT"] != "FAIL" || got["LEAD_TIME_MISSING"] != "WARN" || got["BOM_CYCLE"] != "PASS" {
		t.Errorf("check = %v", got)
	}
	if len(r.Files) != 3 {
		t.Errorf("check tells of %d files, want 3", len(r.Files))
	}
}

// TestAccountingBalances: whatever a file holds, every row is accounted for,
// and the quarantine holds as many rows as the accounting says.
func TestAccountingBalances(t *testing.T) {
	cell := rapid.OneOf(rapid.SampledFrom([]string{"A", "B", "C", "", " ", "1", "-1", "1e9", "0.0000001", "x", "2025-01-01", "2025-13-01", "9999-12-31", "EA", "BOX", "\"", "\"a\"", "\"a,b\"", "\"a\nb\"", "a\"b", "\t", "\u00a0", "测"}), rapid.StringMatching(`[ -~]{0,6}`))
	eol := rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\n\n", ""})
	garbage := rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 40).Draw(t, "rows") {
			width := 5
			if rapid.IntRange(0, 3).Draw(t, "ragged") == 0 {
				width = rapid.IntRange(0, 6).Draw(t, "width")
			}
			b.WriteString(strings.Join(rapid.SliceOfN(cell, width, width).Draw(t, "cells"), ",") + eol.Draw(t, "eol"))
		}
		return b.String()
	})
	w := openTest(t)
	seeds := 5
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		files := map[string]string{"items.csv": "item_id,uom\nA,EA\nB,kg\n"}
		for k := range 4 {
			text := "item_id,qty,uom,received_on,note\n" + garbage.Example(10*seed+k)
			if seed%2 == 1 {
				text = strings.Replace(text, "\n", "\r\n", 1)
			}
			files[fmt.Sprintf("stock_%d.csv", k)] = text
		}
		r, err := w.Import(context.Background(), ImportOptions{Paths: []string{writeFiles(t, files)}, AsOf: planwright.Date(2026, 1, 1)})
		if err != nil {
			t.Fatalf("%v\n%q", err, files)
		}
		quarantined := int64(0)
		for _, x := range r.Tables {
			if x.Read != x.Imported+x.Merged+x.Ignored+x.Quarantined {
				t.Errorf("%+v does not balance", x)
			}
			quarantined += x.Quarantined
		}
		if _, n, err := w.ListQuarantine(context.Background(), r.Snapshot.ID, "", 0, 0); err != nil || n != quarantined {
			t.Errorf("%d rows in quarantine, want %d (%v)\n%q", n, quarantined, err, files)
		}
	}
}

// TestNumbersLikeParseQty: the import and [planwright.ParseQty] agree on what
// is a number, and on its value.
func TestNumbersLikeParseQty(t *testing.T) {
	gen := rapid.OneOf(rapid.StringMatching(`[+-]?[0-9]{0,14}(\.[0-9]{0,9})?([eE][+-]?[0-9]{1,2})?`), rapid.StringMatching(`[-+.0-9eE_x ]{1,7}`), rapid.StringMatching(`-?0\.[0-9]{5}[05]5?0?`))
	var b strings.Builder
	b.WriteString("item_id,received_on,qty\n")
	want := map[string]string{}
	for i := range 3000 {
		text := strings.TrimSpace(gen.Example(i))
		if strings.Contains(text, " ") || strings.HasSuffix(text, "-") || strings.HasSuffix(text, "+") {
			continue // other ways of writing, which the import reads as well: thousands, the sign behind
		}
		id := fmt.Sprintf("I%05d", i)
		fmt.Fprintf(&b, "%s,,%s\n", id, text)
		q, err := planwright.ParseQty(text)
		switch {
		case err == nil:
			want[id] = q.String()
		case errors.Is(err, planwright.ErrQtyPrecision):
			if exact, ok := new(big.Rat).SetString(text); ok {
				if even, ok := halfEven(exact); ok {
					want[id] = even
				}
			}
		}
	}
	w := openTest(t)
	if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{writeFiles(t, map[string]string{"stock.csv": b.String()})}, AsOf: planwright.Date(2026, 1, 1)}); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, row := range strings.Split(queryText(t, w, "SELECT item_id, qty FROM stock"), ";") {
		id, q, _ := strings.Cut(row, "|")
		got[id] = q
	}
	for _, line := range strings.Split(b.String(), "\n")[1:] {
		if id, _, _ := strings.Cut(line, ","); got[id] != want[id] {
			t.Errorf("%q read as %q, want %q", line, got[id], want[id])
		}
	}
}

// halfEven rounds to six decimals as text; false beyond the range.
func halfEven(x *big.Rat) (string, bool) {
	n := new(big.Rat).Mul(x, big.NewRat(1_000_000, 1))
	quo, rem := new(big.Int).QuoRem(n.Num(), n.Denom(), new(big.Int))
	twice := new(big.Int).Abs(new(big.Int).Lsh(rem, 1))
	if c := twice.Cmp(n.Denom()); c > 0 || c == 0 && quo.Bit(0) == 1 {
		quo.Add(quo, big.NewInt(int64(n.Sign())))
	}
	if !quo.IsInt64() || planwright.Qty(quo.Int64()) > planwright.MaxQty || planwright.Qty(quo.Int64()) < -planwright.MaxQty {
		return "", false
	}
	return planwright.Qty(quo.Int64()).String(), true
}

// TestDatesLikeParseDay: every day that [planwright.ParseDay] reads is read the
// same, and text that is no date in any accepted form is refused.
func TestDatesLikeParseDay(t *testing.T) {
	gen := rapid.OneOf(rapid.StringMatching(`(19[67]|20[0-9]|21[09])[0-9]-[01][0-9]-[0-3][0-9]`), rapid.StringMatching(`[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.Z]{0,9}`), rapid.StringMatching(`[-0-9/. ]{8,10}`))
	accepted := regexp.MustCompile(`^` + patDate + `$`)
	var b strings.Builder
	b.WriteString("item_id,received_on,qty\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "I%05d,%s,1\n", i, gen.Example(i))
	}
	w := openTest(t)
	if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{writeFiles(t, map[string]string{"stock.csv": b.String()})}, AsOf: planwright.Date(2026, 1, 1)}); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, row := range strings.Split(queryText(t, w, "SELECT item_id, received_on FROM stock"), ";") {
		id, d, _ := strings.Cut(row, "|")
		got[id] = d
	}
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n")[1:] {
		cells := strings.Split(line, ",")
		text := strings.TrimSpace(cells[1])
		d, err := planwright.ParseDay(text)
		switch {
		case text == "":
		case !accepted.MatchString(text):
			if got[cells[0]] != "" {
				t.Errorf("%q read as %s, want it refused", text, got[cells[0]])
			}
		case err == nil && got[cells[0]] != d.String():
			t.Errorf("%q read as %q, want %s", text, got[cells[0]], d)
		}
	}
}

// TestRecordsLikeCSV: well-formed CSV is read as encoding/csv reads it.
func TestRecordsLikeCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOf(rapid.SliceOfN(rapid.StringMatching(`[a-z",\n ]{0,8}`), 2, 4)).Draw(t, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		for _, r := range rows {
			for i := range r {
				r[i] = strings.TrimSpace(r[i])
			}
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		got := [][]string{}
		s := newRecords(bytes.NewReader(b.Bytes()), ',', '"')
		var rec record
		for {
			ok, err := s.next(&rec)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			cells := split(rec.raw, ',', '"')
			if rec.problem != "" || len(cells) != rec.fields {
				t.Fatalf("%q: %s, %d fields, %d cells", rec.raw, rec.problem, rec.fields, len(cells))
			}
			for i := range cells {
				cells[i] = strings.ReplaceAll(cells[i], "\r\n", "\n")
			}
			got = append(got, cells)
		}
		want := [][]string{}
		want = append(want, rows...)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q read as %q, want %q", b.String(), got, want)
		}
	})
}

// TestClosingArcs: what is kept has no cycle, and every line set aside closes
// one with the kept ones.
func TestClosingArcs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "items")
		var arcs []arc
		for range rapid.IntRange(0, 25).Draw(t, "lines") {
			arcs = append(arcs, arc{int32(rapid.IntRange(0, n-1).Draw(t, "p")), int32(rapid.IntRange(0, n-1).Draw(t, "c")), int32(rapid.IntRange(-1, 1).Draw(t, "s"))})
		}
		closing, paths := closingArcs(n, arcs)
		reach := func(from, to, site int32, skip func(int) bool) bool {
			seen := map[int32]bool{from: true}
			queue := []int32{from}
			for len(queue) > 0 {
				x := queue[0]
				queue = queue[1:]
				if x == to {
					return true
				}
				for i, a := range arcs {
					if a.parent == x && !skip(i) && (a.site == noSite || a.site == site) && !seen[a.component] {
						seen[a.component] = true
						queue = append(queue, a.component)
					}
				}
			}
			return false
		}
		gone := func(i int) bool { return slices.Contains(closing, i) }
		for i, a := range arcs {
			cyclic := false
			for _, site := range []int32{noSite, 0, 1} {
				if a.site == noSite || a.site == site {
					cyclic = cyclic || reach(a.component, a.parent, site, func(k int) bool { return gone(k) || k == i })
				}
			}
			if cyclic != gone(i) {
				t.Fatalf("line %d of %v: on a cycle with the kept ones: %t, set aside: %t", i, arcs, cyclic, gone(i))
			}
		}
		for k, p := range paths {
			if a := arcs[closing[k]]; p[0] != a.parent || p[1] != a.component || p[len(p)-1] != a.parent {
				t.Fatalf("path %v of line %+v does not go round", p, a)
			}
		}
	})
}

func FuzzParseMapping(f *testing.F) {
	f.Add("version: 1\ntables:\n  - table: items\n    from: a.csv\n    columns: {item_id: x}\n")
	f.Add("version: 1\nfiles: {a.csv: {delimiter: tab, encoding: gbk}}\nconstants: {a: b}\ntables: [{table: bom, from: x, as: y, join: [{file: z, as: q, on: w}], group_by: [parent_id], columns: {parent_id: a, component_id: b, qty_per: sum(c)}}]")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMapping([]byte(text))
		if err != nil {
			return
		}
		out, err := m.Format()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseMapping(out)
		if err != nil {
			t.Fatalf("the mapping written from %q cannot be read: %v\n%s", text, err, out)
		}
		if !reflect.DeepEqual(m.Tables, again.Tables) {
			t.Fatalf("tables %+v became %+v", m.Tables, again.Tables)
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte("a,b\n\"x\ny\",2\r\n\"never\n"))
	f.Add([]byte("\"\"\"\",\r\n\n ,\"\" \"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := newRecords(bytes.NewReader(text), ',', '"')
		s.buf = make([]byte, 64)
		if len(text) > 32 {
			s.buf = make([]byte, 4*len(text))
		}
		var rec record
		for n := 0; ; n++ {
			ok, err := s.next(&rec)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			if n > len(text)+1 {
				t.Fatal("more records than bytes")
			}
			if cells := split(rec.raw, ',', '"'); rec.problem == "" && len(cells) != rec.fields {
				t.Fatalf("%q: %d cells, %d fields", rec.raw, len(cells), rec.fields)
			}
		}
	})
}
