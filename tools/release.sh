#!/bin/sh
# Builds a release into a directory: the binary, the same bytes for the same
# commit, toolchain and C compiler; its bill of materials (CycloneDX 1.6) and the
# licences of everything in it; checksums.
#
#   tools/release.sh [DIRECTORY]   without one: dist
#
# SOURCE_DATE_EPOCH dates the bill of materials; without it the commit does. It
# needs Go, a C compiler and the modules; nothing is sent anywhere.
set -eu
cd "$(dirname "$0")/.."
out=${1:-dist}
mkdir -p "$out"
out=$(cd "$out" && pwd)

commit=$(git rev-parse HEAD 2>/dev/null || echo unknown)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 0)}"
export SOURCE_DATE_EPOCH

ext=
[ "$(go env GOOS)" = windows ] && ext=.exe
# No paths of this machine, no build id, no symbols: what stays depends on the sources alone.
CGO_ENABLED=1 CGO_CFLAGS="-O2 -ffile-prefix-map=$(pwd)=." go build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o "$out/planwright$ext" ./cmd/planwright
(cd tools && go run ./sbom --binary "$out/planwright$ext" --commit "$commit" --sbom "$out/planwright.cdx.json" --licenses "$out/LICENSES.txt")
(cd "$out" && sha256sum "planwright$ext" planwright.cdx.json LICENSES.txt > SHA256SUMS)
echo "release: $("$out/planwright$ext" --version), commit $commit, in $out"
