package tabular

import (
	"strings"
	"testing"
)

// charsetTexts are tables in the language of each encoding, from a few cells
// to a page.
var charsetTexts = []struct{ want, text string }{
	{GB18030, "物料编码,物料名称,数量\nA1,螺丝,5\n"},
	{GB18030, "编码,数量\nA1,5\n"},
	{GB18030, "item_id,name\nA,测试\nB,中文\n"},
	{GB18030, "料号;品名;规格型号;现存量\n001;六角螺母;M8×20;12\n002;轴承座;φ35;7\n"},
	{GB18030, "item_id,name\nA,镀锌钢板\n"},
	{Big5, "料號,品名,規格,數量,單位\nA1,螺絲,M8,5,個\n"},
	{Big5, "產品編號,庫存量\nA1,5\n"},
	{Big5, "item_id,name\nA,測試\nB,軸承座\n"},
	{ShiftJIS, "品番,品名,在庫数,単位\nA1,ボルト,5,個\n"},
	{ShiftJIS, "品目コード,数量\nA1,5\n"},
	{ShiftJIS, "item_id,name\nA,六角ナット\nB,軸受け\n"},
	{Windows1252, "item_id,name\nA,Müller Öl\nB,Schließring\n"},
	{Windows1252, "Artikelnummer;Stückzahl\nA1;5\n"},
	{Windows1252, "référence;désignation;quantité\nA1;Écrou;5\n"},
	{Windows1252, "item_id,name\nA,20° elbow\nB,½ inch\n"},
	{Windows1252, "item_id,name\nA,Piñón\n"},
	{UTF8, "物料编码,数量\nA1,5\n"},
	{UTF8, "料號,數量\n"},
	{UTF8, "品番,数量\n"},
	{UTF8, "Stückzahl\n"},
	{UTF8, "item_id\n"},
	{UTF16LE, "item_id,qty\nA1,5\nB2,7\n"},
	{UTF16BE, "item_id,qty\nA1,5\nB2,7\n"},
}

func encode(t testing.TB, name, text string) []byte {
	t.Helper()
	enc, err := Encoding(name)
	if err != nil {
		t.Fatal(err)
	}
	if enc == nil {
		return []byte(text)
	}
	b, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatalf("%s: %q: %v", name, text, err)
	}
	return b
}

func TestCharsets(t *testing.T) {
	for _, c := range charsetTexts {
		b := encode(t, c.want, c.text)
		if c.want == UTF16LE || c.want == UTF16BE {
			b = b[2:] // no mark: it must be told from the zeros
		}
		for _, piece := range []int{1, 3, 7, 1 << 20} {
			var g Charsets
			for i := 0; i < len(b); i += piece {
				if _, err := g.Write(b[i:min(i+piece, len(b))]); err != nil {
					t.Fatal(err)
				}
			}
			if got := g.Guess(); got.Name != c.want {
				t.Errorf("%q in pieces of %d: %s (%.2f, %s), want %s", c.text, piece, got.Name, got.Confidence, got.Reason, c.want)
			}
		}
	}
}

// A character beyond the first megabyte decides as one in the first line.
func TestCharsetsLate(t *testing.T) {
	for _, name := range []string{GB18030, Big5, ShiftJIS} {
		var g Charsets
		for range 60000 {
			_, _ = g.Write([]byte("A1,bolt,5,2026-01-01\n"))
		}
		_, _ = g.Write(encode(t, name, map[string]string{GB18030: "A2,六角螺母,5\n", Big5: "A2,六角螺絲帽產品,5\n", ShiftJIS: "A2,六角ナット,5\n"}[name]))
		if got := g.Guess(); got.Name != name {
			t.Errorf("%s at the end of a long file: %s", name, got.Name)
		}
	}
}

func TestCharsetsBrokenBytes(t *testing.T) {
	var g Charsets
	_, _ = g.Write([]byte("item_id,name\n" + strings.Repeat("A,螺丝钉\n", 20) + "B,\xff\xfe\n"))
	if got := g.Guess(); got.Name != UTF8 {
		t.Errorf("UTF-8 with a broken row: %s", got.Name)
	}
}

func FuzzCharsets(f *testing.F) {
	for _, c := range charsetTexts {
		f.Add([]byte(c.text), 3)
	}
	f.Fuzz(func(t *testing.T, b []byte, piece int) {
		var whole, parts Charsets
		_, _ = whole.Write(b)
		piece = 1 + (piece&0xff)%16
		for i := 0; i < len(b); i += piece {
			_, _ = parts.Write(b[i:min(i+piece, len(b))])
		}
		a, c := whole.Guess(), parts.Guess()
		if a != c {
			t.Fatalf("whole %v, in pieces of %d %v", a, piece, c)
		}
		if _, err := Encoding(a.Name); err != nil {
			t.Fatal(err)
		}
	})
}
