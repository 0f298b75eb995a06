package snapshot

import (
	"context"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"planwright"
)

// TestRoundTrip: what the writer appends is what a query returns, for cells of
// every type, texts on both sides of DuckDB's inline length and NULL anywhere;
// the digest taken while writing is that of the table.
func TestRoundTrip(t *testing.T) {
	ctx := context.Background()
	db, conn, err := createDB("", dbOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		conn.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	types := []outType{outText, outQty, outFloat, outDate, outBool, outInt, outBig, outText}
	table := planTable{name: "t"}
	for i, typ := range types {
		table.cols = append(table.cols, planColumn{fmt.Sprintf("c%d", i), typ})
	}
	rapid.Check(t, func(t *rapid.T) {
		if err := conn.Exec(ctx, "DROP TABLE IF EXISTS t;"+table.create()); err != nil {
			t.Fatal(err)
		}
		// More than a chunk now and then.
		n := rapid.SampledFrom([]int{0, 1, 3, 100, 2047, 2048, 2049, 5000}).Draw(t, "rows")
		texts := rapid.SliceOfN(rapid.OneOf(rapid.Just(""), rapid.StringN(0, 13, 13), rapid.StringN(10, 40, -1), rapid.Just("broken \xff\xfe byte, and long enough")), 1, 20).Draw(t, "texts")
		qtys := rapid.SliceOfN(rapid.Map(rapid.Int64Range(-int64(planwright.MaxQty), int64(planwright.MaxQty)), func(x int64) planwright.Qty { return planwright.Qty(x) }), 1, 7).Draw(t, "qtys")
		floats := rapid.SliceOfN(rapid.Float64(), 1, 5).Draw(t, "floats")
		days := rapid.SliceOfN(rapid.Int32Range(0, int32(planwright.MaxDay)), 1, 3).Draw(t, "days")
		every := rapid.SliceOfN(rapid.IntRange(1, 9), len(types), len(types)).Draw(t, "null every") // 1: never
		isNull := func(col, row int) bool { return every[col] > 1 && row%every[col] == 1 }
		dig, err := newTableDigest("main.t", table.columnInfo())
		if err != nil {
			t.Fatal(err)
		}
		w, err := conn.newWriter("main", "t", types, dig)
		if err != nil {
			t.Fatal(err)
		}
		for r := range n {
			for c := range types {
				if isNull(c, r) {
					w.null(c)
					continue
				}
				switch c {
				case 0:
					w.text(c, texts[r%len(texts)])
				case 1:
					w.qty(c, qtys[r%len(qtys)])
				case 2:
					w.float(c, floats[r%len(floats)])
				case 3:
					w.day(c, planwright.Day(days[r%len(days)]))
				case 4:
					w.bool(c, r%3 == 0)
				case 5:
					w.int(c, int32(r)-5)
				case 6:
					w.big(c, math.MaxInt64-int64(r))
				case 7:
					w.bytes(c, []byte(texts[(r+1)%len(texts)]))
				}
			}
			w.endRow()
		}
		if err := w.finish(); err != nil {
			t.Fatal(err)
		}
		if sum, rows, err := digestTable(ctx, conn, "main", "t"); err != nil || rows != int64(n) || sum != dig.sum() {
			t.Fatalf("digest of the table %s over %d rows (%v), of the writer %s over %d", sum, rows, err, dig.sum(), dig.rows)
		}
		rows, err := conn.Query(ctx, "FROM t")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		r := 0
		for ; rows.Next(); r++ {
			want := []any{validText(texts[r%len(texts)]), qtys[r%len(qtys)], floats[r%len(floats)], planwright.Day(days[r%len(days)]), r%3 == 0, int64(r) - 5, math.MaxInt64 - int64(r), validText(texts[(r+1)%len(texts)])}
			for c, got := range rows.Values() {
				if isNull(c, r) {
					want[c] = nil
				}
				if got != want[c] {
					t.Fatalf("row %d column %d = %v, want %v", r, c, got, want[c])
				}
			}
		}
		if rows.Err() != nil || r != n {
			t.Fatalf("%d rows, %v; want %d", r, rows.Err(), n)
		}
	})
}

// TestFillTexts: neighbours that are equal share their bytes.
func TestFillTexts(t *testing.T) {
	ctx := context.Background()
	db, conn, err := createDB("", dbOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := conn.stream(ctx, "SELECT * FROM (VALUES ('a'), ('a'), (NULL), ('a text that is longer'), ('a text that is longer'), ('')) t(x)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.next(); err != nil {
		t.Fatal(err)
	}
	dst := []string{"", "", "kept", "", "", "gone"}
	v := s.chunk.col(0)
	fillTexts(dst, &v)
	s.Close()
	want := []string{"a", "a", "kept", "a text that is longer", "a text that is longer", ""}
	for i := range want {
		if dst[i] != want[i] {
			t.Errorf("text %d = %q, want %q", i, dst[i], want[i])
		}
	}
	conn.Close()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
