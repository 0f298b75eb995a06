package analytics

import (
	"strconv"

	"planwright"
)

// DefaultBuckets are the last ages, in days, of the usual age buckets: 0-30,
// 31-60, 61-90, 91-180, 181-360 and >360.
var DefaultBuckets = []int32{30, 60, 90, 180, 360}

// Undated is the bucket of stock whose age is not known.
const Undated = "undated"

// Buckets are age buckets: ascending last ages in days, and an open end.
type Buckets struct {
	to    []int32
	names []string // one more than to
}

// NewBuckets returns the buckets with the given last ages; nil:
// [DefaultBuckets]. Ages that are negative or do not ascend are left out.
func NewBuckets(to []int32) Buckets {
	if len(to) == 0 {
		to = DefaultBuckets
	}
	var b Buckets
	from := int32(0)
	for _, t := range to {
		if t < from {
			continue
		}
		b.to = append(b.to, t)
		b.names = append(b.names, strconv.Itoa(int(from))+"-"+strconv.Itoa(int(t)))
		from = t + 1
	}
	b.names = append(b.names, ">"+strconv.Itoa(int(from)-1))
	return b
}

// Names returns the names of the buckets, youngest first, and [Undated].
func (b Buckets) Names() []string {
	return append(append([]string(nil), b.names...), Undated)
}

// Of returns the name of the bucket of an age in days, [Undated] for
// [planwright.NoInt]. Negative ages count as 0.
func (b Buckets) Of(age int32) string {
	if age == planwright.NoInt {
		return Undated
	}
	for i, t := range b.to {
		if age <= t {
			return b.names[i]
		}
	}
	return b.names[len(b.to)]
}

// BucketTotal is what lies in one age bucket.
type BucketTotal struct {
	Bucket string
	Layers int
	SKUs   int // with stock in the bucket
	Value  float64
	Share  float64 // of the value of all buckets; 0 where that is 0
}

// Totals adds up the layers by bucket, in the order of [Buckets.Names]; the
// values sum to that of all layers. Layers in buckets of another name come
// last, by name.
func (b Buckets) Totals(t *planwright.Aging) []BucketTotal {
	names := b.Names()
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[name] = i
	}
	out := make([]BucketTotal, len(names), len(names)+1)
	sums := make([]total, len(names), len(names)+1)
	last := make([]planwright.SKU, len(names), len(names)+1)
	for i, name := range names {
		out[i].Bucket, last[i] = name, planwright.NoSKU
	}
	var all total
	for r, name := range t.Bucket {
		i, ok := at[name]
		if !ok {
			i = len(out)
			at[name] = i
			out = append(out, BucketTotal{Bucket: name})
			sums = append(sums, total{})
			last = append(last, planwright.NoSKU)
		}
		out[i].Layers++
		if last[i] != t.SKU[r] { // layers are sorted by sku
			last[i] = t.SKU[r]
			out[i].SKUs++
		}
		sums[i].add(t.Value[r])
		all.add(t.Value[r])
	}
	whole := all.value()
	for i := range out {
		out[i].Value = sums[i].value()
		if whole != 0 {
			out[i].Share = out[i].Value / whole
		}
	}
	return out
}
