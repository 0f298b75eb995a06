package api

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"planwright/snapshot"
)

// messages makes requests of any method from its descriptor: each field is left
// out, or has a value that names something, one that nearly does, or noise.
type messages struct {
	r     *rand.Rand
	names []string // good ones, of every kind
}

// odd are texts that parsers mind.
var odd = []string{"", " ", "\x00", "..", "../../etc/passwd", "plans/", "plans/..", "plans/-/suggestions/", "latest", "💥", "\u202e", "'", `"`, `item_id = "`, "item_id desc,", "((((", "1e400", "-1", "NaN", "Infinity", "2026-02-30", "9999-12-31", "0001-01-01",
	"SELECT 1", "SELECT", "SELECT * FROM plan.policies; DROP TABLE x", "day", "fortnight", "ets:MAdM", "AAAA", "99999999999999999999", "0.0000001", "00", "+1", "all", "*", "site", strings.Repeat("x", 5000)}

func (m *messages) text() string {
	switch m.r.IntN(4) {
	case 0:
		return odd[m.r.IntN(len(odd))]
	case 1: // nearly a name
		b := []byte(m.names[m.r.IntN(len(m.names))])
		if len(b) > 0 {
			b[m.r.IntN(len(b))] = byte(' ' + m.r.IntN(95))
		}
		return string(b)
	}
	return m.names[m.r.IntN(len(m.names))]
}

func (m *messages) whole() int64 {
	list := []int64{0, 1, 2, 7, 100, 1000, -1, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}
	return list[m.r.IntN(len(list))]
}

func (m *messages) float() float64 {
	list := []float64{0, 1, 0.5, 0.95, -1, 1e-300, 1e300, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, 12, 3.7}
	return list[m.r.IntN(len(list))]
}

// value is a value of a field's kind.
func (m *messages) value(f protoreflect.FieldDescriptor, depth int) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(m.r.IntN(2) == 0)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(m.text())
	case protoreflect.BytesKind:
		b := make([]byte, m.r.IntN(64))
		for i := range b {
			b[i] = byte(m.r.Uint32())
		}
		return protoreflect.ValueOfBytes(b)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(m.r.IntN(7) - 1))
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(m.whole()))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(m.whole())
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(m.whole()))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(uint64(m.whole()))
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(m.float()))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(m.float())
	default:
		return protoreflect.ValueOfMessage(m.message(f.Message(), depth+1))
	}
}

// message makes a message; odds that a field is left out grow with its depth.
func (m *messages) message(d protoreflect.MessageDescriptor, depth int) *dynamicpb.Message {
	out := dynamicpb.NewMessage(d)
	if depth > 5 {
		return out
	}
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		switch {
		case m.r.IntN(3+depth) > 1:
			continue
		case f.IsMap():
			for range m.r.IntN(3) {
				out.Mutable(f).Map().Set(m.value(f.MapKey(), depth).MapKey(), m.value(f.MapValue(), depth))
			}
		case f.IsList():
			n := m.r.IntN(4)
			if m.r.IntN(20) == 0 {
				n = 200
			}
			for range n {
				out.Mutable(f).List().Append(m.value(f, depth))
			}
		default:
			out.Set(f, m.value(f, depth))
		}
	}
	return out
}

// mutated is a message whose bytes were changed; the server may take it or not.
func (m *messages) mutated(msg *dynamicpb.Message) *dynamicpb.Message {
	b, err := proto.MarshalOptions{AllowPartial: true}.Marshal(msg)
	if err != nil || len(b) == 0 {
		return msg
	}
	for range 1 + m.r.IntN(3) {
		switch i := m.r.IntN(len(b)); m.r.IntN(3) {
		case 0:
			b[i] ^= 1 << m.r.IntN(8)
		case 1:
			b = b[:i+1]
		default:
			b = append(b, b[i:]...)
		}
	}
	out := dynamicpb.NewMessage(msg.Descriptor())
	out.SetUnknown(b) // goes over the wire as it is
	return out
}

// fuzzNames are names that exist, and words that requests have.
func fuzzNames(v *served) []string {
	names := []string{"plans/latest", "plans/-", "snapshots/latest", "plans/none", "operations/none", "operations/r1", "BIKE", "WHEEL", `A/B %2 "x" '1'`, "ACME", "MAIN", "approve", "reject", "snooze", "change", "2026-07-01", "2026-08-15", "10", "week", "month",
		"auto", "naive", "ses", `item_id = "BIKE"`, "item_id desc", "site", "en", "zh-CN", "forecastOverrides/1", "plans/latest/kpis", "SELECT item_id FROM plan.policies", "csv", "atp", "ctp"}
	for _, s := range list(v.get("/v1/plans/latest/suggestions?page_size=5"), "suggestions") {
		names = append(names, fmt.Sprint(s["name"]), fmt.Sprint(s["suggestion_id"]), fmt.Sprint(s["etag"]), fmt.Sprint(s["order_id"]))
	}
	for _, p := range list(v.get("/v1/plans"), "plans") {
		names = append(names, fmt.Sprint(p["name"]), fmt.Sprint(p["snapshot"]))
	}
	return append(names, fmt.Sprint(v.get("/v1/plans/latest/policies?page_size=1")["next_page_token"]))
}

// costly are methods whose every call is a process or a run: they get a tenth of
// the calls.
var costly = map[string]bool{"Query": true, "StreamQuery": true, "Backtest": true, "CreatePlan": true, "CreateSnapshot": true, "GetFlightInfo": true, "DoGet": true, "ComparePlans": true, "GetTradeoff": true, "ExplainSuggestion": true, "FoldEvents": true, "CreateScenario": true, "ReplayValue": true}

// fuzzCall calls a method with made messages and returns what is wrong with the
// answer.
func fuzzCall(v *served, m *messages, method protoreflect.MethodDescriptor) error {
	req := m.message(method.Input(), 0)
	if m.r.IntN(5) == 0 {
		req = m.mutated(req)
	}
	requests := []proto.Message{req}
	if method.IsStreamingClient() {
		for range m.r.IntN(3) {
			requests = append(requests, m.message(method.Input(), 0))
		}
	}
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(context.Background(), "x-api-key", v.key, "accept-language", []string{"zh", "en"}[m.r.IntN(2)]), 3*time.Second)
	defer cancel()
	_, err := invoke(ctx, v.grpc, method, requests...)
	switch status.Code(err) {
	case codes.Internal, codes.Unknown, codes.DataLoss, codes.Unavailable:
		if strings.Contains(err.Error(), "error while marshaling") || strings.Contains(err.Error(), "grpc: failed to unmarshal") {
			return nil // never sent; or no message at all, which gRPC itself answers, as Internal, before a service sees it
		}
		text := "changed bytes"
		if len(req.GetUnknown()) == 0 {
			text = fmt.Sprint(req)
		}
		return fmt.Errorf("%s %.400s: %w", method.FullName(), text, err)
	}
	return nil
}

// TestFuzzGRPC calls every method of every service with messages from its
// descriptor, names that exist mixed in, some with their bytes changed. No call
// may panic or end as Internal or Unknown, and nothing may be left behind.
// PLANWRIGHT_FUZZ_GRPC sets how many calls, PLANWRIGHT_FUZZ_SEED which ones.
func TestFuzzGRPC(t *testing.T) {
	n, seed := 2500, uint64(8)
	if testing.Short() {
		n = 600
	}
	if s := os.Getenv("PLANWRIGHT_FUZZ_GRPC"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	if s := os.Getenv("PLANWRIGHT_FUZZ_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	v := planned(t, 0, true, func(c *Config) { c.Limits.Query = 2 * time.Second })
	secret, _, err := v.ws.CreateKey(context.Background(), snapshot.Key{Name: "fuzzer", Role: "admin"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	v.key = secret // the fuzzer makes keys too, and from the first on one is asked for
	m := &messages{r: rand.New(rand.NewPCG(seed, 8)), names: fuzzNames(v)}
	methods := serviceMethods(v.s)
	before := runtime.NumGoroutine()
	calls, bad := map[string]int{}, 0
	for i, total := 0, 0; total < n; i++ {
		method := methods[i%len(methods)]
		if costly[string(method.Name())] && m.r.IntN(10) > 0 {
			continue
		}
		total++
		calls[string(method.FullName())]++
		if err := fuzzCall(v, m, method); err != nil {
			if bad++; bad < 20 {
				t.Error(err)
			}
		}
	}
	most := peakMemory(t)
	t.Logf("%d calls of %d methods, %d bad; at most %d MiB resident", n, len(calls), bad, most>>20)
	if most > 3<<30 { // a request must not ask for memory as it likes; a planning run of the fuzzer's needs little
		t.Errorf("some call took %d MiB of memory", most>>20)
	}
	if len(calls) < len(methods)*9/10 {
		t.Errorf("%d of %d methods were called", len(calls), len(methods))
	}
	for _, op := range list(v.get("/v1/operations"), "operations") { // runs that the fuzzer began
		v.do("POST", "/v1/"+fmt.Sprint(op["name"])+":cancel", "{}")
	}
	for range 3000 {
		if runtime.NumGoroutine() <= before+10 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before+10 {
		t.Errorf("%d goroutines, %d before", after, before)
	}
	if lines := logLines(t, v, "panic"); len(lines) > 0 {
		t.Errorf("%d panics, the first: %v", len(lines), lines[0])
	}
	if a := v.do("GET", "/readyz", ""); a.status != 200 {
		t.Errorf("afterwards /readyz is %d", a.status)
	}
}

// peakMemory is the most memory that this process has had.
func peakMemory(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0 // a system that does not tell
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// FuzzGRPC is the same for Go's fuzzing engine: a seed makes one call of a method.
func FuzzGRPC(f *testing.F) {
	for i := range uint64(40) {
		f.Add(uint16(i*7), i)
	}
	v := planned(f, 0, true, func(c *Config) { c.Limits.Query = 2 * time.Second })
	names, methods := fuzzNames(v), serviceMethods(v.s)
	f.Fuzz(func(t *testing.T, method uint16, seed uint64) {
		m := methods[int(method)%len(methods)]
		if testing.Short() && costly[string(m.Name())] {
			return
		}
		if err := fuzzCall(v, &messages{r: rand.New(rand.NewPCG(seed, 1)), names: names}, m); err != nil {
			t.Error(err)
		}
		if lines := logLines(t, v, "panic"); len(lines) > 0 {
			t.Errorf("a panic: %v", lines[0])
		}
	})
}
