#!/usr/bin/env bash
# What `make test` runs after the set-up: portal build, cargo test, the program against real clients, portal tests.
# The step that fails says its name. Options: CLIENTS=no, PORTAL=no (see `make help`).
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

began=$SECONDS
step "portal build" tools/portal.sh build
# At a desk the first failure stops; in CI everything is told.
fail_fast=()
[ "${CI:-}" = true ] && fail_fast=(--no-fail-fast)
step "cargo test" cargo test --workspace "${fail_fast[@]}" -- --quiet
# The tests of the server have built the program; asking cargo for the server alone would build most of it again with other features.
target=${CARGO_TARGET_DIR:-$PWD/target}
[ -n "${TERRANE:-}" ] || export TERRANE="$target/debug/terrane"
if [ -f conformance/run.sh ]; then
    step "conformance" bash conformance/run.sh
fi
step "portal tests" tools/portal.sh test
printf '\n%sAll tests passed in %s.%s\n' "$bold" "$(took $((SECONDS - began)))" "$plain"
