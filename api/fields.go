package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Partial answers (AIP-157): a caller says which fields of an answer they want,
// and gets these alone. On gRPC it is the metadata x-goog-fieldmask, on REST the
// query parameter fields (or read_mask); both list paths of the answer, separated
// by commas: "plans.name,plans.as_of,next_page_token" of a list, "name,kpis.value"
// of one resource. A path that the answer has not is refused.

// fieldsHeader is the metadata that names the fields.
const fieldsHeader = "x-goog-fieldmask"

// fieldsType asks the gateway for an answer without the fields that were left
// out: where all are there, those without a value are written, too.
const fieldsType = "application/x-planwright-fields"

// maxFields bounds a list of fields, in bytes.
const maxFields = 4096

// fieldTree are the fields wanted of a message; an empty tree is all of it.
type fieldTree map[protoreflect.Name]fieldTree

// parseFields reads a list of paths over a message; nil for "" and "*".
func parseFields(text string, d protoreflect.MessageDescriptor) (fieldTree, error) {
	if text == "" || text == "*" {
		return nil, nil
	}
	if len(text) > maxFields {
		return nil, badField("fields", "are longer than %d bytes", maxFields)
	}
	tree := fieldTree{}
	for _, path := range strings.Split(text, ",") {
		at, here := tree, d
		steps := strings.Split(strings.TrimSpace(path), ".")
		for i, name := range steps {
			if here == nil {
				return nil, badField("fields", "%q has no field %q", clip(strings.Join(steps[:i], ".")), clip(name))
			}
			f := here.Fields().ByTextName(name)
			if f == nil {
				f = here.Fields().ByJSONName(name)
			}
			if f == nil {
				return nil, badField("fields", "%q is no field of the answer, which has %s", clip(path), fieldNames(here))
			}
			sub, known := at[f.Name()]
			if known && len(sub) == 0 { // all of it is wanted already
				break
			}
			if !known || i == len(steps)-1 {
				sub = fieldTree{}
				at[f.Name()] = sub
			}
			at, here = sub, f.Message()
			if f.IsMap() {
				here = nil
			}
		}
	}
	return tree, nil
}

// fieldNames lists the fields of a message.
func fieldNames(d protoreflect.MessageDescriptor) string {
	names := make([]string, d.Fields().Len())
	for i := range names {
		names[i] = string(d.Fields().Get(i).Name())
	}
	return strings.Join(names, ", ")
}

// keep takes the fields that are not wanted out of a message.
func (t fieldTree) keep(m protoreflect.Message) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		sub, wanted := t[f.Name()]
		switch {
		case !wanted:
			m.Clear(f)
		case len(sub) == 0 || f.Message() == nil || f.IsMap():
		case f.IsList():
			for i := range v.List().Len() {
				sub.keep(v.List().Get(i).Message())
			}
		default:
			sub.keep(v.Message())
		}
		return true
	})
}

// wantedFields is what a call asks for; "" for all.
func wantedFields(ctx context.Context) (string, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	given := md.Get(fieldsHeader)
	if len(given) > 1 {
		return "", badField("fields", "come more than once")
	}
	if len(given) == 0 {
		return "", nil
	}
	return given[0], nil
}

// partial is an answer with the wanted fields alone. The answer itself may be
// shared and stays as it is.
func partial(ctx context.Context, resp any) (any, error) {
	text, err := wantedFields(ctx)
	m, ok := resp.(proto.Message)
	if err != nil || text == "" || !ok {
		return resp, err
	}
	tree, err := parseFields(text, m.ProtoReflect().Descriptor())
	if err != nil || tree == nil {
		return resp, err
	}
	m = proto.Clone(m)
	tree.keep(m.ProtoReflect())
	return m, nil
}

// takeFields moves the fields that a REST request names from its query to its
// headers.
func takeFields(r *http.Request) error {
	if !strings.Contains(r.URL.RawQuery, "fields=") && !strings.Contains(r.URL.RawQuery, "read_mask=") {
		return nil
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badField("query", "cannot be read")
	}
	var given []string
	for _, key := range []string{"fields", "read_mask"} {
		given = append(given, values[key]...)
		values.Del(key)
	}
	if len(given) != 1 {
		return badField("fields", "come more than once")
	}
	r.URL.RawQuery = values.Encode()
	r.Header.Set(fieldsHeader, given[0])
	r.Header.Set("Accept", fieldsType)
	return nil
}

// partialMarshaler writes an answer of which fields were left out.
type partialMarshaler struct{ marshaler }

func newPartialMarshaler() partialMarshaler {
	return partialMarshaler{marshaler{&runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{UseProtoNames: true}}}}
}

// ContentType implements runtime.Marshaler.
func (partialMarshaler) ContentType(any) string { return "application/json" }
