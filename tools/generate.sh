#!/bin/sh
# Lints the protos and makes the code and the OpenAPI document from them.
#
#   tools/generate.sh          makes everything anew, in place
#   tools/generate.sh --check  makes it anew and fails if that changed a file
#
# The tools are built from tools/go.mod into tools/bin the first time, which
# takes some minutes; after that nothing here needs a network.
set -eu
cd "$(dirname "$0")/.."

need="buf protoc-gen-go protoc-gen-go-grpc protoc-gen-grpc-gateway protoc-gen-openapiv2"
for tool in $need; do
	if [ ! -x "tools/bin/$tool" ] || [ tools/go.mod -nt "tools/bin/$tool" ]; then
		echo "generate: building the tools (once)" >&2
		(cd tools && go build -trimpath -o bin/ tool && touch bin/*)
		break
	fi
done

buf=tools/bin/buf
$buf lint
$buf format --diff --exit-code api
# No client of the last release breaks. After a release its protos become those to
# compare with:  tools/bin/buf build api -o api/released.binpb --exclude-source-info
$buf breaking api --against api/released.binpb

# sum digests what is generated: the names and the content.
sum() {
	find api -type f \( -name '*.pb.go' -o -name '*.pb.gw.go' -o -name 'openapi.swagger.json' \) |
		LC_ALL=C sort | xargs cksum
}

before=
if [ "${1-}" = --check ]; then
	before=$(sum)
fi

find api -type f \( -name '*.pb.go' -o -name '*.pb.gw.go' \) -exec rm {} +
$buf generate --template buf.gen.yaml
$buf generate --template buf.gen.operations.yaml
$buf generate --template buf.gen.openapi.yaml

if [ "${1-}" = --check ] && [ "$before" != "$(sum)" ]; then
	echo "generate: generated code was not current; it is now, commit it" >&2
	exit 1
fi
