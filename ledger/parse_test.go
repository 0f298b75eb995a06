package ledger

import (
	"testing"

	"planwright"
)

func TestParseMoment(t *testing.T) {
	for s, want := range map[string]string{
		"2026-07-01": "2026-07-01", "2026-07-01T14:03": "2026-07-01T14:03:00", "2026-07-01 14:03:05.1200Z": "2026-07-01T14:03:05.12Z", "2026-07-01t00:00:00.123456789+08:00": "2026-07-01T00:00:00.123456+08:00",
		"": "", "2026-7-1": "", "2026-02-30": "", "2026-07-01T24:00": "", "2026-07-01T1:00": "", "2026-07-01T10:60": "", "2026-07-01T10:00:61": "", "2026-07-01T10:00+8": "", "2026-07-01T10:00.5": "", "2026-07-01X10:00": "", "2026-07-01T10:00:00.": "",
	} {
		m, got, ok := ParseMoment(s)
		if got != want && (want != "" || ok) {
			t.Errorf("ParseMoment(%q) = %q, %v, %v; want %q", s, got, m, ok, want)
		}
	}
	a, _, _ := ParseMoment("2026-07-01T14:03:05.5")
	if want := (Moment{planwright.Date(2026, 7, 1), ((14*60+3)*60+5)*1_000_000 + 500_000}); a != want {
		t.Errorf("moment %v, want %v", a, want)
	}
}

// FuzzReadJSON: the quick reader and that of all JSON agree, what is read is
// parsed without panic, and what is accepted comes back from its canonical form.
func FuzzReadJSON(f *testing.F) {
	for _, s := range []string{`{"event_id":"1","type":"receipt","at":"2026-07-01","item_id":"A","qty":5}`, `{"event_id" : 1e3 , "firm":true,"lot":null}`, `{"event_id":"\u00e4\n"}`, `{"qty":-0.5e-7}`, `{"event_id":"x","event_id":"y"}`, `{}`, `{"a":1}`, `{"qty":01}`, `{"qty":}`, `{"event_id":"é","of":"` + "\u2028" + `"}`, `{"event_id":"x"} {}`, `{"qty":nan}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var quick, any Raw
		if readFlat(line, &quick) {
			if p := readAny(line, &any); p != nil || quick != any {
				t.Fatalf("%q: quick %v, all %v, %v", line, quick, any, p)
			}
		}
		var r Raw
		if ReadJSON(line, &r) != nil {
			return
		}
		e, p := Parse(&r)
		if p != nil {
			return
		}
		text := e.AppendJSON(nil)
		var again Raw
		if p := ReadJSON(text, &again); p != nil || again != e.Raw() {
			t.Fatalf("%s comes back as %v, %v", text, again, p)
		}
		if e2, p := Parse(&again); p != nil || string(e2.AppendJSON(nil)) != string(text) {
			t.Fatalf("%s parses to %s, %v", text, e2.AppendJSON(nil), p)
		}
	})
}
