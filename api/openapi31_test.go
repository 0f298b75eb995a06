package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// TestOpenAPI31: the document of version 3.1 is valid by a reader of that standard,
// and has every operation, parameter and schema of version 2 as another converter
// has them.
func TestOpenAPI31(t *testing.T) {
	text, err := openAPI31()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil || !doc.IsOpenAPI31OrLater() {
		t.Fatalf("the document of version %s: %v", doc.OpenAPI, err)
	}
	var old openapi2.T
	if err := json.Unmarshal(openAPI, &old); err != nil {
		t.Fatal(err)
	}
	want, err := openapi2conv.ToV3(&old)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(doc.Components.Schemas); got != len(want.Components.Schemas) || got < 50 {
		t.Errorf("%d schemas, want %d", got, len(want.Components.Schemas))
	}
	operations := 0
	for path, item := range want.Paths.Map() {
		for verb, op := range item.Operations() {
			operations++
			have := doc.Paths.Find(path)
			if have == nil || have.GetOperation(verb) == nil {
				t.Errorf("%s %s is missing", verb, path)
				continue
			}
			got := have.GetOperation(verb)
			if got.OperationID != op.OperationID || got.Summary != op.Summary || len(got.Parameters) != len(op.Parameters) || (got.RequestBody == nil) != (op.RequestBody == nil) {
				t.Errorf("%s %s: %d parameters and a body %v, want %d and %v", verb, path, len(got.Parameters), got.RequestBody != nil, len(op.Parameters), op.RequestBody != nil)
			}
			for _, p := range op.Parameters {
				q := got.Parameters.GetByInAndName(p.Value.In, p.Value.Name)
				if q == nil || q.Required != p.Value.Required || q.Schema.Value.Type.Slice()[0] != p.Value.Schema.Value.Type.Slice()[0] {
					t.Errorf("%s %s: the parameter %s is another", verb, path, p.Value.Name)
				}
			}
		}
	}
	if operations < 50 {
		t.Errorf("%d operations", operations)
	}
	// Each has words, and each response and body a schema.
	for path, item := range doc.Paths.Map() {
		for verb, op := range item.Operations() {
			if op.Summary == "" || len(op.Responses.Map()) == 0 {
				t.Errorf("%s %s says nothing", verb, path)
			}
			for _, p := range op.Parameters {
				if p.Value.Description == "" && !strings.Contains(path, "operations") {
					t.Errorf("%s %s: the parameter %s has no words", verb, path, p.Value.Name)
				}
			}
		}
	}
	v := serve(t, t.TempDir(), nil)
	a := v.do(http.MethodGet, "/openapi-3.1.json", "")
	if a.status != 200 || a.header.Get("Content-Type") != "application/json" || a.json(t)["openapi"] != "3.1.0" {
		t.Errorf("GET /openapi-3.1.json = %d %s", a.status, a.header.Get("Content-Type"))
	}
}
