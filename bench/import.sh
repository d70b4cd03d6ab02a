#!/usr/bin/env bash
# Publishing a file against `ogr2ogr` to a plain GeoPackage, in turns: bench/import.sh FILE [ROUNDS]
# Ours does more: checks, checksums, the original beside, a display copy with levels of detail.
set -euo pipefail
file=$(realpath "$1")
rounds=${2:-3}
terrane=${TERRANE:-$(dirname "$0")/../target/release/terrane}
terrane=$(realpath "$terrane")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$terrane" init data >/dev/null
# Read once, so that neither pays for a cold disk.
cat "$file" >/dev/null
for round in $(seq "$rounds"); do
    rm -f out.gpkg
    env time -f 'ogr2ogr  %e s, processor %U + %S s, %M kB' ogr2ogr -f GPKG out.gpkg "$file" 2>&1 | grep processor
    env time -f 'terrane  %e s, processor %U + %S s, %M kB' "$terrane" add data "$file" --id "round-$round" 2>&1 | grep processor
done
