#!/usr/bin/env bash
# OGC's own test suite for WFS 2.0 against the built program: `make cite`. Apart from `make test`; needs Java 17 and Maven, and fetches the
# suite once through Maven.
#
#   conformance/cite.sh            runs the suite and prints its figures; reports stay in the folder that it names
#
# Environment: TERRANE=…  a built program instead of target/debug/terrane (which is built first); CITE_LIB=…  where the suite is kept
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

command -v java >/dev/null && command -v mvn >/dev/null || { say "SKIPPED: cite (needs Java 17 and Maven)"; exit 0; }
lib=${CITE_LIB:-.tools/cite}
mkdir -p "$lib"
if ! ls "$lib"/ets-wfs20-*.jar >/dev/null 2>&1; then
    mvn -q -f conformance/cite/pom.xml dependency:copy-dependencies -DoutputDirectory="$(cd "$lib" && pwd)"
fi
if [ -z "${TERRANE:-}" ]; then
    cargo build --quiet -p terrane-server
    TERRANE="${CARGO_TARGET_DIR:-target}/debug/terrane"
fi

work=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python3 conformance/cite/data.py "$work"
"$TERRANE" init "$work/node" >/dev/null
for file in "$work"/*.geojson; do
    name=$(basename "$file" .geojson)
    "$TERRANE" add "$work/node" "$file" --id "$name" --title "$name" --key number >/dev/null
done
"$TERRANE" serve "$work/node" --listen "127.0.0.1:$port" --public-url "http://127.0.0.1:$port" >"$work/log.txt" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    curl -fs "http://127.0.0.1:$port/readyz" >/dev/null && break
    sleep 0.1
done

sed "s#@WFS@#http://127.0.0.1:$port/wfs?service=WFS\&amp;request=GetCapabilities#" conformance/cite/suite.xml >"$work/suite.xml"
javac -d "$work/standin" -cp "$lib/*" $(find conformance/cite/standin -name '*.java')
java -cp "$work/standin:$lib/*" org.testng.TestNG -d "$work/out" "$work/suite.xml" >"$work/suite.txt" 2>&1 || true
python3 conformance/cite/figures.py "$work/out"
say "Reports: $work"
