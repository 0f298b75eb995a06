package planwright

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"reflect"
	"unsafe"
)

// ComputeDigest returns the SHA-256, in hex, of everything that identifies the
// plan: inputs, options, version and every table. The digests of two runs are
// equal if and only if the plans are bit-identical.
func (p *Plan) ComputeDigest() string {
	h := sha256.New()
	for _, s := range []string{p.SnapshotDigest, p.Carried, p.Options, p.Version} {
		hashString(h, s)
	}
	hashInts(h, p.Journal, int64(p.AsOf), int64(p.HorizonEnd), int64(p.Period))
	for _, t := range []any{&p.Orders, &p.Pegs, &p.Requirements, &p.Buffers, &p.Exceptions, &p.Forecast,
		&p.Cumulative, &p.Methods, &p.Components, &p.Changes, &p.Causes, &p.States,
		&p.Accuracy, &p.Policies, &p.Echelons, &p.Suggestions, &p.Stakes, &p.Classes, &p.Aging, &p.KPIs, &p.Capacity, &p.Moves, &p.Kits, &p.KitShortages,
		&p.Flow, &p.SlowMovers, &p.Surplus, &p.ExpiryRisk, &p.Projection, &p.Breaches, &p.Scores, &p.Amplification, &p.KPIGroups} {
		DigestColumns(h, t)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// DigestColumns adds every column of a table (a pointer to a struct of slices)
// to h: its name, its length and its values, numbers as in memory of a
// little-endian machine.
func DigestColumns(h hash.Hash, table any) {
	v := reflect.ValueOf(table).Elem()
	for i := 0; i < v.NumField(); i++ {
		hashString(h, v.Type().Field(i).Name)
		hashSlice(h, v.Field(i))
	}
}

func hashSlice(h hash.Hash, v reflect.Value) {
	hashInts(h, int64(v.Len()))
	if v.Len() == 0 {
		return
	}
	switch v.Type().Elem().Kind() {
	case reflect.String:
		for i := 0; i < v.Len(); i++ {
			hashString(h, v.Index(i).String())
		}
	case reflect.Slice:
		for i := 0; i < v.Len(); i++ {
			hashSlice(h, v.Index(i))
		}
	case reflect.Bool, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		n := v.Len() * int(v.Type().Elem().Size())
		h.Write(unsafe.Slice((*byte)(v.UnsafePointer()), n))
	default:
		panic("planwright: a column of " + v.Type().Elem().String())
	}
}

func hashString(h hash.Hash, s string) {
	hashInts(h, int64(len(s)))
	h.Write(unsafe.Slice(unsafe.StringData(s), len(s)))
}

func hashInts(h hash.Hash, v ...int64) {
	var b [8]byte
	for _, x := range v {
		binary.LittleEndian.PutUint64(b[:], uint64(x))
		h.Write(b[:])
	}
}
