#!/usr/bin/env bash
# The built program against real clients: GDAL, QGIS, OWSLib, schema validators. Starts and stops the program itself.
#
#   conformance/run.sh [pytest arguments]      for example: conformance/run.sh -k wms -x
#
# Environment: TERRANE=…       a built program instead of target/debug/terrane (which is built first)
#              TERRANE_DEMO=no  leave out the tests on the demo data, which take the longest
#              CLIENTS=no       run nothing; CI=1  a missing client is a failure instead of a loud skip
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

if [ "${CLIENTS:-yes}" = no ]; then
    say "SKIPPED: conformance (CLIENTS=no)"
    exit 0
fi
if ! cmp -s conformance/requirements.txt .venv/installed-requirements.txt; then
    tools/setup.sh test
fi
if [ -z "${TERRANE:-}" ]; then
    cargo build --quiet -p terrane-server
    export TERRANE="${CARGO_TARGET_DIR:-target}/debug/terrane"
fi
PYTHONDONTWRITEBYTECODE=1 exec .venv/bin/pytest -p no:cacheprovider conformance -q "$@"
