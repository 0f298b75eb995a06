package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	html "html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// humanStyle is all of the page's style; its hash lets the browser apply it and
// nothing else.
const humanStyle = `body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}
h1{font-size:1.6em}h2{margin-top:2em;border-bottom:1px solid #ddd}code{background:#f4f4f4;padding:.1em .3em;border-radius:3px}
details{margin:.4em 0}summary{cursor:pointer}.m{display:inline-block;width:4.5em;font-weight:600}.GET{color:#06692d}.POST{color:#0a4b9c}.DELETE{color:#a01212}
table{border-collapse:collapse;margin:.5em 0 1em 1em}td,th{text-align:left;vertical-align:top;padding:.15em .8em .15em 0}p{white-space:pre-line}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}code{background:#2a2a2a}h2{border-color:#444}.GET{color:#5fd38d}.POST{color:#7db4f5}.DELETE{color:#f08a8a}}`

var humanTemplate = html.Must(html.New("openapi").Parse(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}} API</title><style>{{.Style}}</style></head><body>
<h1>{{.Title}} API {{.Version}}</h1><p>{{.Text}}</p><p>The same for machines: <a href="/openapi.json">/openapi.json</a></p>
{{range .Services}}<h2>{{.Name}}</h2>{{range .Methods}}<details><summary><span class="m {{.Verb}}">{{.Verb}}</span> <code>{{.Path}}</code> {{.Summary}}</summary>
<p>{{.Text}}</p>{{if .Params}}<table><tr><th>parameter</th><th>in</th><th>meaning</th></tr>{{range .Params}}<tr><td><code>{{.Name}}</code>{{if .Required}} *{{end}}</td><td>{{.In}}</td><td>{{.Text}}</td></tr>{{end}}</table>{{end}}</details>
{{end}}{{end}}</body></html>
`))

type humanParam struct {
	Name, In, Text string
	Required       bool
}

type humanMethod struct {
	Verb, Path, Summary, Text string
	Params                    []humanParam
}

type humanService struct {
	Name    string
	Methods []humanMethod
}

// humanPage is the OpenAPI document as a page to read, made once.
var humanPage = sync.OnceValues(func() ([]byte, error) {
	var doc struct {
		Info struct {
			Title, Version, Description string
		}
		Paths map[string]map[string]struct {
			Summary, Description string
			Tags                 []string
			Parameters           []struct {
				Name, In, Description string
				Required              bool
			}
		}
	}
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		return nil, err
	}
	by := map[string][]humanMethod{}
	for path, verbs := range doc.Paths {
		for verb, op := range verbs {
			m := humanMethod{Verb: strings.ToUpper(verb), Path: path, Summary: op.Summary, Text: op.Description}
			for _, p := range op.Parameters {
				m.Params = append(m.Params, humanParam{p.Name, p.In, p.Description, p.Required})
			}
			tag := "other"
			if len(op.Tags) > 0 {
				tag = op.Tags[0]
			}
			by[tag] = append(by[tag], m)
		}
	}
	var services []humanService
	for name, methods := range by {
		slices.SortFunc(methods, func(a, b humanMethod) int { return strings.Compare(a.Path+a.Verb, b.Path+b.Verb) })
		services = append(services, humanService{name, methods})
	}
	slices.SortFunc(services, func(a, b humanService) int { return strings.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	err := humanTemplate.Execute(&out, map[string]any{"Title": doc.Info.Title, "Version": doc.Info.Version, "Text": doc.Info.Description, "Services": services, "Style": html.CSS(humanStyle)})
	return out.Bytes(), err
})

// readOpenAPI answers with the page.
func (s *Server) readOpenAPI(w http.ResponseWriter, r *http.Request) {
	page, err := humanPage()
	if err != nil {
		s.writeProblem(w, r, err, 0)
		return
	}
	sum := sha256.Sum256([]byte(humanStyle))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	s.write(w, r, page)
}
