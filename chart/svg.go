package chart

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"
)

// SVG returns the picture as an SVG document that stands by itself.
func (p *Picture) SVG() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img" font-family="system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif">`+"\n",
		num(p.Width), num(p.Height), num(p.Width), num(p.Height))
	b.WriteString("<title>" + escape(p.Title) + "</title>\n")
	fmt.Fprintf(&b, `<rect width="%s" height="%s" fill="#ffffff"/>`+"\n", num(p.Width), num(p.Height))
	for i := range p.shapes {
		s := &p.shapes[i]
		switch s.kind {
		case polygon:
			b.WriteString(`<polygon points="` + places(s.at) + `" fill="` + hex(s.fill) + `"/>` + "\n")
		case line:
			dash := ""
			if s.dashed {
				dash = ` stroke-dasharray="5 4"`
			}
			b.WriteString(`<polyline points="` + places(s.at) + `" fill="none" stroke="` + hex(s.fill) + `" stroke-width="` + num(s.width) + `"` + dash + `/>` + "\n")
		case words:
			anchor := []string{"start", "middle", "end"}[s.anchor+1]
			weight := ""
			if s.bold {
				weight = ` font-weight="bold"`
			}
			fmt.Fprintf(&b, `<text x="%s" y="%s" font-size="%s" fill="%s" text-anchor="%s"%s>%s</text>`+"\n", num(s.at[0].x), num(s.at[0].y), num(s.size), hex(s.fill), anchor, weight, escape(s.text))
		}
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func places(at []point) string {
	var b strings.Builder
	for i, p := range at {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(num(p.x) + "," + num(p.y))
	}
	return b.String()
}

// num writes a coordinate with two decimals at most.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(s string) string { return escaper.Replace(clean(s)) }
