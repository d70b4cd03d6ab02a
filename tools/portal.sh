#!/usr/bin/env bash
# Builds or tests the portal.
#
#   tools/portal.sh build   writes portal/dist when its sources are newer
#   tools/portal.sh test    the portal's own tests, against its fixture server
#
# Without Node.js the program is built with a plain page instead; in CI (CI=true) that is a failure.
# PORTAL=no leaves the portal out.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh
. tools/node.sh

leave_out() {
    [ "${CI:-}" = true ] && fail "The portal cannot be left out in CI: $1"
    say "The portal is left out: $1. The program carries a plain page instead."
    exit 0
}

[ "${PORTAL:-yes}" = yes ] || leave_out "PORTAL=${PORTAL}"
[ -f portal/package.json ] || leave_out "portal/package.json is not there"
use_node || leave_out "there is no Node.js $node_at_least or newer (tools/setup.sh installs one)"
cd portal

install_modules() {
    cmp -s package-lock.json node_modules/.installed-lock.json && return
    patiently "Installing the portal's modules" npm ci --no-audit --no-fund
    cp package-lock.json node_modules/.installed-lock.json
}

newer_sources() {
    [ ! -f dist/.built ] || [ -n "$(find . \( -name node_modules -o -name dist -o -name test \) -prune -o -type f -newer dist/.built -print -quit)" ]
}

build() {
    newer_sources || return 0
    install_modules
    patiently "Building the portal" npm run --silent build
    touch dist/.built
}

# The program itself with the demo, as the service of others that the viewer adds. Sets TERRANE_OTHER.
start_other_service() {
    local program="${CARGO_TARGET_DIR:-../target}/debug/terrane" port
    if [ ! -x "$program" ]; then
        [ "${CI:-}" = true ] && fail "The portal's tests need the program: cargo build -p terrane-server"
        say "Tests with services of others are left out: the program is not built."
        return
    fi
    other_data=$(mktemp -d)
    port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
    "$program" demo --data "$other_data/demo" --from ../demo --listen "127.0.0.1:$port" --public-url "http://127.0.0.1:$port" > "$other_data/log" 2>&1 &
    other_process=$!
    trap 'kill "$other_process" 2> /dev/null || true; rm -rf "$other_data"' EXIT
    for _ in $(seq 900); do
        if curl -sf "http://127.0.0.1:$port/readyz" > /dev/null; then
            export TERRANE_OTHER="http://127.0.0.1:$port/"
            return
        fi
        kill -0 "$other_process" 2> /dev/null || fail "The demo ended: $(tail -3 "$other_data/log")"
        sleep 1
    done
    fail "The demo was not ready after 900 s: $(tail -3 "$other_data/log")"
}

case "${1:-build}" in
    build) build ;;
    test)
        install_modules
        npm run --silent check
        start_other_service
        npm test --silent
        ;;
    *) fail "Say what to do: tools/portal.sh build or test." ;;
esac
