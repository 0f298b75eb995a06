package scenario

import (
	"reflect"
	"slices"

	"planwright"
)

// own makes a column of the changed snapshot its own, once, so that the base keeps
// what it had.
func own[T any](a *applier, column *[]T) []T {
	if !a.mine[column] {
		a.mine[column] = true
		*column = slices.Clone(*column)
	}
	return *column
}

// ownTable makes every column of a table the changed snapshot's own. table is a
// pointer to a struct of slices.
func ownTable(a *applier, table any) {
	if a.mine[table] {
		return
	}
	a.mine[table] = true
	v := reflect.ValueOf(table).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		c := reflect.MakeSlice(f.Type(), f.Len(), f.Len())
		reflect.Copy(c, f)
		if f.Len() > 0 {
			f.Set(c)
		}
	}
}

// spliceRows drops rows of a table with compressed rows and puts new ones, empty,
// before given rows of it; both lists ascend. It returns where the new rows are.
// Columns that the data set leaves out stay so. sku says whose the new rows are.
func spliceRows(a *applier, table any, drop []int32, insert []int32, sku []planwright.SKU) []int32 {
	a.mine[table] = true // every column is made anew
	v := reflect.ValueOf(table).Elem()
	off := v.Field(0).Interface().([]int32)
	total := int(off[len(off)-1])
	size := total - len(drop) + len(insert)
	var at []int32
	for i := 1; i < v.NumField(); i++ {
		c := v.Field(i)
		if c.Len() != total || total == 0 && c.IsNil() && size == 0 {
			continue
		}
		out := reflect.MakeSlice(c.Type(), size, size)
		at = at[:0]
		from, to := 0, 0
		d, n := 0, 0
		for d < len(drop) || n < len(insert) {
			next := total
			if d < len(drop) {
				next = int(drop[d])
			}
			fresh := n < len(insert) && int(insert[n]) <= next
			if fresh {
				next = int(insert[n])
			}
			to += reflect.Copy(out.Slice(to, size), c.Slice(from, next))
			if from = next; fresh {
				at = append(at, int32(to))
				to++
				n++
			} else {
				from++
				d++
			}
		}
		reflect.Copy(out.Slice(to, size), c.Slice(from, total))
		c.Set(out)
	}
	shift := make([]int32, len(off))
	for _, r := range drop {
		k, _ := slices.BinarySearch(off, r+1)
		shift[k]--
	}
	for _, k := range sku {
		shift[k+1]++
	}
	fresh := make([]int32, len(off))
	sum := int32(0)
	for k := range off {
		sum += shift[k]
		fresh[k] = off[k] + sum
	}
	v.Field(0).Set(reflect.ValueOf(fresh))
	return at
}

// sortRows sorts rows lo..hi-1 of a table whose columns are its own.
func sortRows(table any, lo, hi int32, compare func(i, j int32) int) {
	rows := make([]int32, hi-lo)
	for i := range rows {
		rows[i] = lo + int32(i)
	}
	slices.SortStableFunc(rows, compare)
	v := reflect.ValueOf(table).Elem()
	for i := 1; i < v.NumField(); i++ {
		c := v.Field(i)
		if c.Len() < int(hi) {
			continue
		}
		out := reflect.MakeSlice(c.Type(), len(rows), len(rows))
		for j, r := range rows {
			out.Index(j).Set(c.Index(int(r)))
		}
		reflect.Copy(c.Slice(int(lo), int(hi)), out)
	}
}

// rowsOf are the rows of a table that belong to sku's, by a column's offsets.
func rowsOf(off []int32, k planwright.SKU) (lo, hi int32) {
	if len(off) == 0 {
		return 0, 0
	}
	return off[k], off[k+1]
}

// skuOfRow finds the sku of a row.
func skuOfRow(off []int32, row int32) planwright.SKU {
	k, _ := slices.BinarySearch(off, row+1)
	return planwright.SKU(k - 1)
}
