package analytics

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// TestABCRank: within one group ABCRank says what ABC says; counts and groups
// classify by place.
func TestABCRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SliceOfN(rapid.Float64Range(-5, 1e5), 1, 80).Draw(t, "value")
		var whole planwright.Classes
		ABC(value, ABCParams{}, &whole)
		class, before := ABCRank(value, nil, ABCParams{})
		if !slices.Equal(class, whole.ABC) || !slices.Equal(before, whole.CumShare) {
			t.Fatalf("ABCRank = %v %v, ABC says %v %v", class, before, whole.ABC, whole.CumShare)
		}
		// Each group by itself.
		group := make([]int32, len(value))
		for i := range group {
			group[i] = int32(rapid.IntRange(0, 3).Draw(t, "g"))
		}
		got, _ := ABCRank(value, group, ABCParams{})
		for g := int32(0); g < 4; g++ {
			var part []float64
			var at []int
			for i, x := range group {
				if x == g {
					part, at = append(part, value[i]), append(at, i)
				}
			}
			want, _ := ABCRank(part, nil, ABCParams{})
			for i, k := range at {
				if got[k] != want[i] {
					t.Fatalf("group %d, value %g: class %s, by itself %s", g, value[k], got[k], want[i])
				}
			}
		}
	})
	class, _ := ABCRank([]float64{5, 4, 3, 2, 1, 0}, nil, ABCParams{CountA: 1, CountB: 2})
	if got := strings.Join(class, ""); got != "ABBCCC" {
		t.Errorf("by counts: %s, want ABBCCC", got)
	}
}

func TestFSN(t *testing.T) {
	for turns, want := range map[float64]string{3: "F", 2.99: "S", 1: "S", 0.99: "N", 0: "N"} {
		if got := (FSNParams{}).Class(turns); got != want {
			t.Errorf("FSN(%g) = %s, want %s", turns, got, want)
		}
	}
	if got := (FSNParams{}).Class(math.NaN()); got != "" {
		t.Errorf("FSN without stock = %s", got)
	}
}

func TestHML(t *testing.T) {
	cost := []float64{100, 50, 40, 9, 8, 7, 6, 5, 4, 3, 0, math.NaN()}
	if got, want := strings.Join(HML(cost, HMLParams{}), ""), "HMMLLLLLLLLL"; got != want {
		t.Errorf("HML = %s, want %s", got, want)
	}
	if got, want := strings.Join(HML(cost, HMLParams{HighCost: 50, MediumCost: 8}), ""), "HHMMMLLLLLLL"; got != want {
		t.Errorf("HML by money = %s, want %s", got, want)
	}
	if got, want := strings.Join(HML([]float64{5, 5, 5}, HMLParams{}), ""), "HHH"; got != want {
		t.Errorf("equal costs = %s, want one class %s", got, want)
	}
}

func TestVED(t *testing.T) {
	for in, want := range map[string]string{"v": "V", " Vital ": "V", "关键": "V", "E": "E", "desirable": "D", "": "", "A": ""} {
		if got := VED(in); got != want {
			t.Errorf("VED(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestMatrixPartition: every sku is in one cell, whatever its classes.
func TestMatrixPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "n")
		var in MatrixInput
		stock, use := 0.0, 0.0
		for range n {
			in.ABC = append(in.ABC, rapid.SampledFrom([]string{"A", "B", "C", ""}).Draw(t, "abc"))
			in.XYZ = append(in.XYZ, rapid.SampledFrom([]string{"X", "Y", "Z", ""}).Draw(t, "xyz"))
			v := float64(rapid.IntRange(-10, 1000).Draw(t, "stock"))
			u := float64(rapid.IntRange(0, 1000).Draw(t, "use"))
			in.StockValue, in.AverageValue, in.UseValue = append(in.StockValue, v), append(in.AverageValue, v), append(in.UseValue, u)
			in.Service = append(in.Service, 0.9)
			stock, use = stock+v, use+u
		}
		cells := Matrix(&in)
		count := 0
		for _, c := range cells {
			count += c.SKUs
			stock -= c.StockValue
			use -= c.UseValue
			if c.ServiceKnown && math.Abs(c.Service-0.9) > 1e-12 {
				t.Fatalf("service of %s%s is %g, every sku's is 0.9", c.ABC, c.XYZ, c.Service)
			}
		}
		if count != n || math.Abs(stock) > 1e-9 || math.Abs(use) > 1e-9 || len(cells) != 12 {
			t.Fatalf("%d of %d sku's in %d cells; stock is off by %g, use by %g", count, n, len(cells), stock, use)
		}
	})
}

func TestClassChanges(t *testing.T) {
	got := ClassChanges([]string{"a", "b", "d"}, []string{"A", "B", "C"}, []string{"a", "b", "c"}, []string{"A", "A", "C"})
	want := []Change{{"b", "B", "A"}, {"c", "", "C"}, {"d", "C", ""}}
	if !slices.Equal(got, want) {
		t.Errorf("ClassChanges = %v, want %v", got, want)
	}
}

// TestGroupFiguresPartition: whatever the keys, the sums of the groups are those
// of the whole, and no sku is lost.
func TestGroupFiguresPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "n")
		key, a, b := make([]string, n), make([]float64, n), make([]float64, n)
		for k := range n {
			key[k] = rapid.SampledFrom([]string{"", "x", "y", "z"}).Draw(t, "key")
			a[k], b[k] = float64(rapid.IntRange(-100, 100).Draw(t, "a")), float64(rapid.IntRange(0, 9).Draw(t, "b"))
		}
		m := Measures{Name: []string{"a", "b"}, Value: [][]float64{a, b}}
		rate := []Rate{{Name: "r", Over: "b", Under: "b", Factor: 3}}
		var whole, parts planwright.KPIGroups
		GroupFigures("all", make([]string, n), &m, rate, &whole)
		GroupFigures("key", key, &m, rate, &parts)
		sum := map[string]float64{}
		for i, name := range parts.Name {
			sum[name] += parts.Value[i]
			if name == "r" && parts.Value[i] != 3 {
				t.Fatalf("b/b·3 = %g", parts.Value[i])
			}
		}
		for i, name := range whole.Name {
			if name != "r" && math.Abs(sum[name]-whole.Value[i]) > 1e-9 {
				t.Fatalf("groups of %s sum to %g, the whole is %g", name, sum[name], whole.Value[i])
			}
		}
		if sum["skus"] != float64(n) {
			t.Fatalf("%g sku's of %d", sum["skus"], n)
		}
	})
}

func TestProvision(t *testing.T) {
	p, ok := ParseProvision("181:0.25;361:0.5;721:1;undated:0.1")
	if !ok {
		t.Fatal("not read")
	}
	for age, want := range map[int32]float64{0: 0, 180: 0, 181: .25, 360: .25, 361: .5, 720: .5, 721: 1, planwright.NoInt: .1} {
		if got := p.Rate(age); got != want {
			t.Errorf("rate at %d = %g, want %g", age, got, want)
		}
	}
	for _, bad := range []string{"x", "5", "5:2", "5:-1", "9:.1;5:.2", "-1:.5", "5:.1;;", "5:NaN"} {
		if _, ok := ParseProvision(bad); ok {
			t.Errorf("%q is a policy", bad)
		}
	}
	if (Provision{}).Rate(9999) != 0 {
		t.Error("no policy sets something aside")
	}
}

func FuzzProvision(f *testing.F) {
	f.Add("181:0.25;361:0.5;721:1;undated:0.1")
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := ParseProvision(s)
		for _, age := range []int32{planwright.NoInt, 0, 100, 1000, math.MaxInt32} {
			if r := p.Rate(age); ok && !(r >= 0 && r <= 1) {
				t.Fatalf("%q: rate %g at %d", s, r, age)
			}
		}
	})
}

func ExampleBuckets() {
	fmt.Println(NewBuckets([]int32{30, 60}).Names())
	// Output: [0-30 31-60 >60 undated]
}
