#!/usr/bin/env bash
# Breaks the built program on purpose and looks whether anything is lost: kills, full disks, failing writes, damaged files,
# broken settings, hostile files, bytes changed by chance. See docs/reliability.md.
#
#   tools/soak.sh [--quick] [--only NAME] [--seed N] [--rounds N] [--corpus DIR] [--write]
#
# Environment: TERRANE=…       a built program instead of target/debug/terrane (which is built first)
#              TERRANE_FUZZ=…  the same for target/debug/terrane-fuzz
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${TERRANE:-}" ]; then
    cargo build --quiet -p terrane-server
    export TERRANE="${CARGO_TARGET_DIR:-$PWD/target}/debug/terrane"
fi
if [ -z "${TERRANE_FUZZ:-}" ]; then
    cargo build --quiet -p terrane-fuzz
    export TERRANE_FUZZ="${CARGO_TARGET_DIR:-$PWD/target}/debug/terrane-fuzz"
fi
case " $* " in
*" --corpus "*) corpus=() ;;
*)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    cargo run --quiet -p terrane-store-files --example hostile_corpus -- "$folder" >/dev/null
    corpus=(--corpus "$folder")
    ;;
esac
cd conformance
PYTHONDONTWRITEBYTECODE=1 python3 -m soak "${corpus[@]}" "$@"
