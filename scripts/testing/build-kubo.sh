#!/usr/bin/env bash
# Builds Kubo with Go, for the tests that want a real Kubo node: once, into a cache folder outside this project. It ends
# well whatever comes of it: those tests say in words what is missing. `reason` in that folder says why there is none.
set -uo pipefail
version=0.39.0
toolchain=go1.25.5
folder="${PLACET_KUBO_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/placet}/kubo-$version"
mkdir -p "$folder/source" || exit 0
[ -x "$folder/ipfs" ] && exit 0
# Another build of the same is under way.
if other=$(cat "$folder/building" 2>/dev/null) && ps -o args= -p "$other" 2>/dev/null | grep -q build-kubo; then exit 0; fi
echo $$ >"$folder/building"
trap 'rm -f "$folder/building"' EXIT
refuse() {
  echo "$1" >"$folder/reason"
  exit 0
}
rm -f "$folder/reason"
command -v go >/dev/null || refuse "Go is not installed."
cd "$folder/source" || exit 0
printf 'module kubo\n\ngo 1.25\n\nrequire github.com/ipfs/kubo v%s\n' "$version" >go.mod
# One package at a time: the tests that run meanwhile come first. Without FUSE and C, of which the tests need nothing.
export GOTOOLCHAIN="$toolchain" GOFLAGS=-mod=mod CGO_ENABLED=0
go build -p 1 -trimpath -tags nofuse -ldflags="-s -w" -o "$folder/ipfs.new" github.com/ipfs/kubo/cmd/ipfs >build.log 2>&1 ||
  refuse "Go could not build it: $(tail -n 3 build.log)"
mv "$folder/ipfs.new" "$folder/ipfs"
