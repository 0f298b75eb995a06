package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// forecastCSV forecasts a file and returns the rows by column name.
func forecastCSV(t *testing.T, text string, args ...string) (rows []map[string]string, code int, talk string) {
	t.Helper()
	in := filepath.Join(t.TempDir(), "series.csv")
	if err := os.WriteFile(in, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, errs := cli(t, append([]string{"forecast", in}, args...)...)
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i := 1; i < len(lines); i++ {
		row := map[string]string{}
		for c, name := range lines[0] {
			row[name] = lines[i][c]
		}
		rows = append(rows, row)
	}
	return rows, code, errs
}

// TestForecastBadInput: whatever a series holds, it gets a finite forecast, with
// a word where that is not what was asked for, or an error that names it; the
// series beside it does not suffer.
func TestForecastBadInput(t *testing.T) {
	month := func(i int) string { return fmt.Sprintf("%d-%02d-01", 2020+i/12, i%12+1) }
	var good strings.Builder
	good.WriteString("unique_id,ds,y\n")
	for i := range 48 {
		fmt.Fprintf(&good, "good,%s,%d\n", month(i), 50+i%12*3)
	}
	long := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "bad,%d,%d\n", i, i%7)
		}
		return b.String()
	}
	many := func(values ...string) string {
		var b strings.Builder
		for i, v := range values {
			fmt.Fprintf(&b, "bad,%s,%s\n", month(i), v)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, rows string
		says       string // of the error; "" for a forecast
		notes      string
	}{
		{"one value", many("7"), "", "bad: "},
		{"no value", many(""), "bad: no forecast", ""},
		{"only missing", many("NaN", "", "NA"), "bad: no forecast", ""},
		{"all zero", many("0", "0", "0", "0", "0", "0", "0", "0"), "", "bad: no demand"},
		{"constant", many("5", "5", "5", "5", "5", "5", "5", "5"), "", ""},
		{"missing inside", many("5", "NaN", "6", "", "7", "8", "9", "9"), "", "bad: missing"},
		{"infinite", many("5", "inf", "6"), "is not a finite number (series bad)", ""},
		{"no number", many("5", "five", "6"), "is not a finite number (series bad)", ""},
		{"negative", many("-5", "3", "-6", "2", "-5", "4", "-6", "1"), "", ""},
		{"huge", many("1e300", "9e299", "1e300", "1.1e300", "1e300", "9e299"), "", ""},
		{"tiny", many("1e-300", "2e-300", "1e-300", "2e-300", "1e-300"), "", ""},
		{"unsorted", "bad,2020-03-01,3\nbad,2020-01-01,1\nbad,2020-02-01,2\n", "", "bad: "},
		{"duplicated", "bad,2020-03-01,3\nbad,2020-03-01,1\n", "series bad has two rows", ""},
		{"gaps", "bad,2020-01-01,3\nbad,2020-09-01,4\nbad,2021-05-01,2\nbad,2021-06-01,4\nbad,2021-07-01,4\n", "", "bad: missing"},
		{"bad day", "bad,2020-13-41,3\n", `is neither a date nor a number (series bad)`, ""},
	} {
		rows, code, talk := forecastCSV(t, good.String()+c.rows, "--horizon", "3", "--quantiles", "0.5,0.99,0.999", "--cumulative", "3")
		if code != exitDone {
			t.Errorf("%s: exit code %d: %s", c.name, code, talk)
			continue
		}
		of := map[string]int{}
		for _, r := range rows {
			of[r["unique_id"]]++
			last := math.Inf(-1)
			for _, col := range []string{"lo95", "lo80", "q0.5", "hi80", "hi95", "q0.99", "q0.999"} {
				v, err := strconv.ParseFloat(r[col], 64)
				if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s: %s of %v", c.name, col, r)
				}
				if v < last {
					t.Errorf("%s: %s = %v below a smaller probability's %v", c.name, col, v, last)
				}
				last = v
			}
		}
		want := 6
		if c.says != "" {
			want = 0
		}
		if of["good"] != 6 || of["bad"] != want {
			t.Errorf("%s: rows %v, want 6 and %d", c.name, of, want)
		}
		for _, s := range []string{c.says, c.notes} {
			if !strings.Contains(talk, s) {
				t.Errorf("%s: does not say %q: %s", c.name, s, talk)
			}
		}
	}
	rows, code, _ := forecastCSV(t, "unique_id,ds,y\n"+long(100_000), "--horizon", "2", "--method", "ses")
	if code != exitDone || len(rows) != 2 {
		t.Errorf("100,000 observations: exit code %d, %d rows", code, len(rows))
	}
	rows, code, _ = forecastCSV(t, "unique_id,ds,y\n"+long(20), "--horizon", "2", "--season", "100")
	if code != exitDone || len(rows) != 2 {
		t.Errorf("season longer than the series: exit code %d, %d rows", code, len(rows))
	}
	for _, args := range [][]string{{"--horizon", "0"}, {"--horizon", "-1"}, {"--quantiles", "1"}, {"--method", "ets:XYZ"}, {"--paths", "-1"}, {"--season", "-2"}, {"--backtest", "-1"}} {
		if _, code, _ := forecastCSV(t, good.String(), args...); code != exitUsage {
			t.Errorf("%v: exit code %d, want %d", args, code, exitUsage)
		}
	}
	for _, text := range []string{"", "unique_id,ds,y\n", "unique_id,ds,y\n,2020-01-01,1\n"} {
		if _, code, talk := forecastCSV(t, text); code != exitFailed || !strings.Contains(talk, "FILE_FORMAT") {
			t.Errorf("file %q: exit code %d: %s", text, code, talk)
		}
	}
}

// TestForecastPaths: --paths adds rows that follow the seed and lie about the
// forecast; named forms and the methods of sporadic demand are accepted.
func TestForecastPaths(t *testing.T) {
	var b strings.Builder
	b.WriteString("unique_id,ds,y\n")
	for i := range 60 {
		fmt.Fprintf(&b, "smooth,%d,%d\n", i, 100+(i*37)%23)
		fmt.Fprintf(&b, "rare,%d,%d\n", i, (i*7%5)/4*(i%3+1))
	}
	run := func(args ...string) ([]map[string]string, string) {
		rows, code, talk := forecastCSV(t, b.String(), append([]string{"--horizon", "4", "--paths", "200"}, args...)...)
		if code != exitDone {
			t.Fatalf("%v: exit code %d: %s", args, code, talk)
		}
		var all strings.Builder
		for _, r := range rows {
			if r["kind"] == "path" {
				all.WriteString(r["mean"] + " ")
			}
		}
		return rows, all.String()
	}
	rows, one := run("--seed", "5")
	_, same := run("--seed", "5")
	_, other := run("--seed", "6")
	if one != same || one == other {
		t.Error("paths do not follow the seed")
	}
	sum, n := map[string]float64{}, map[string]int{}
	mean := map[string]float64{}
	for _, r := range rows {
		v, err := strconv.ParseFloat(r["mean"], 64)
		if err != nil {
			t.Fatal(err)
		}
		if r["kind"] == "path" {
			if r["hi95"] != "" || r["path"] == "" {
				t.Fatalf("row of a path: %v", r)
			}
			sum[r["unique_id"]] += v
			n[r["unique_id"]]++
		} else {
			mean[r["unique_id"]] += v / 4
		}
	}
	for id, m := range mean {
		if n[id] != 800 {
			t.Errorf("%s: %d path rows, want 800", id, n[id])
		}
		// 200 draws of a coefficient of variation up to 2, four times; the
		// distribution of sporadic demand lies somewhat above its mean rate.
		if got := sum[id] / float64(n[id]); math.Abs(got-m) > 0.4*m {
			t.Errorf("%s: mean of the paths %v, forecast %v", id, got, m)
		}
	}
	for _, m := range []string{"ets:AAdN", "imapa", "willemain", "negbin", "croston"} {
		rows, _ := run("--method", m)
		if rows[0]["method"] == "" {
			t.Errorf("%s: no method in %v", m, rows[0])
		}
	}
}
