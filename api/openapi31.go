package api

import (
	"encoding/json"
	"maps"
	"strings"
	"sync"
)

// openAPI31 is the OpenAPI document as version 3.1, made once from the generated one
// of version 2, so that the two say the same. (The gateway's generator of version 3
// is alpha, names fields otherwise than our JSON does, and writes a file a proto.)
// What version 2 cannot say is added: how callers identify themselves.
var openAPI31 = sync.OnceValues(func() ([]byte, error) {
	var old map[string]any
	if err := json.Unmarshal(openAPI, &old); err != nil {
		return nil, err
	}
	doc := map[string]any{
		"openapi": "3.1.0", "info": old["info"], "tags": old["tags"], "paths": map[string]any{},
		"components": map[string]any{
			"schemas": refs31(old["definitions"]),
			"securitySchemes": map[string]any{
				"bearer": map[string]any{"type": "http", "scheme": "bearer", "description": "An API key, or a JWT of the company's provider."},
				"key":    map[string]any{"type": "apiKey", "in": "header", "name": "X-Api-Key"},
				"basic":  map[string]any{"type": "http", "scheme": "basic", "description": "Any user name, and an API key as the password."},
			},
		},
		"security": []any{map[string]any{"bearer": []any{}}, map[string]any{"key": []any{}}, map[string]any{"basic": []any{}}, map[string]any{}},
	}
	paths, _ := old["paths"].(map[string]any)
	for path, verbs := range paths {
		item := map[string]any{}
		for verb, op := range verbs.(map[string]any) {
			item[verb] = operation31(op.(map[string]any))
		}
		doc["paths"].(map[string]any)[path] = item
	}
	return json.Marshal(doc)
})

// mediaJSON is a body of JSON; of an error as a problem.
func mediaJSON(schema any, mediaType string) map[string]any {
	return map[string]any{mediaType: map[string]any{"schema": refs31(schema)}}
}

// operation31 is an operation: parameters have schemas, the body is none of them.
func operation31(old map[string]any) map[string]any {
	op := maps.Clone(old)
	delete(op, "parameters")
	delete(op, "consumes")
	delete(op, "produces")
	var params []any
	list, _ := old["parameters"].([]any)
	for _, x := range list {
		p := x.(map[string]any)
		if p["in"] == "body" {
			body := map[string]any{"content": mediaJSON(p["schema"], "application/json"), "required": p["required"] == true}
			if d, ok := p["description"]; ok {
				body["description"] = d
			}
			op["requestBody"] = body
			continue
		}
		to, schema := map[string]any{}, map[string]any{}
		for k, v := range p {
			switch k {
			case "name", "in", "required", "description":
				to[k] = v
			case "collectionFormat": // multi: the name once more for each
				to["style"], to["explode"] = "form", v == "multi"
			default:
				schema[k] = v
			}
		}
		if name, _ := p["name"].(string); p["in"] == "path" && to["description"] == nil { // part of a name that the proto describes whole
			to["description"] = "Id of the " + name + "; of a plan or a snapshot, `latest` stands for the newest."
		}
		to["schema"] = refs31(schema)
		params = append(params, to)
	}
	if len(params) > 0 {
		op["parameters"] = params
	}
	responses := map[string]any{}
	for code, x := range old["responses"].(map[string]any) {
		r := x.(map[string]any)
		to := map[string]any{"description": r["description"]}
		if schema, ok := r["schema"]; ok {
			mediaType := "application/json"
			if code == "default" {
				mediaType = "application/problem+json"
			}
			to["content"] = mediaJSON(schema, mediaType)
		}
		responses[code] = to
	}
	op["responses"] = responses
	return op
}

// refs31 points references to where version 3 has the schemas.
func refs31(x any) any {
	switch x := x.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, v := range x {
			if ref, ok := v.(string); ok && k == "$ref" {
				out[k] = strings.Replace(ref, "#/definitions/", "#/components/schemas/", 1)
				continue
			}
			out[k] = refs31(v)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, v := range x {
			out[i] = refs31(v)
		}
		return out
	}
	return x
}
