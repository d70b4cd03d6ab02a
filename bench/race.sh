#!/usr/bin/env bash
# Races a built terrane against other servers on the same data, with the scripts of the folder PEERS (see README.md).
#
#   PEERS=…/peers bench/race.sh install     install MapServer, TiTiler and martin, make the data (once)
#   PEERS=…/peers bench/race.sh publish     publish that data in a data folder of terrane
#   PEERS=…/peers bench/race.sh race [arguments of bench.py]     every tile and map made anew: no cache of answers
#   PEERS=…/peers bench/race.sh cached [arguments of bench.py]   tiles from the cache against tiles made beforehand
#   PEERS=…/peers bench/race.sh table       the results so far, as tables
#
# Environment: JOBS  of wms, mvt, features, quakes, cog [all]   RACED  peers [those installed]   PEERS_WORK  work folder [~/.cache/terrane-peers]
#              SCALE  size of the data [1]   TERRANE  [target/release/terrane]
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh

: "${PEERS:?Say where the scripts are that start the other servers: PEERS=/path/to/peers}"
export PEERS_PG_BUFFERS=${PEERS_PG_BUFFERS:-256MB}
export PEERS_WORK=${PEERS_WORK:-${XDG_CACHE_HOME:-$HOME/.cache}/terrane-peers}
program=$(realpath "${TERRANE:-target/release/terrane}")
data="$PEERS_WORK/terrane"
port=${PORT:-8299}

install_peers() {
    local root=
    [ "$(id -u)" -eq 0 ] || root=sudo
    $root apt-get install -y --no-install-recommends cgi-mapserver mapserver-bin gdal-bin python3-gdal python3-pil python3-venv wrk \
        spawn-fcgi nginx-light time procps fonts-dejavu-core postgresql-15 postgresql-15-postgis-3 postgis
    nice -n 15 "$PEERS/install.sh" venv:gen venv:titiler
    nice -n 15 "$PEERS/install.sh" --scale "${SCALE:-1}" data vectors postgis mbtiles martin
}

publish() {
    rm -rf "$data"
    "$program" init "$data"
    local styles=$PWD/bench/styles
    nice -n 5 "$program" add "$data" "$PEERS_WORK/data/geology.gpkg" --id geology --title Geology --key unit_id --style "$styles/geology.json"
    nice -n 5 "$program" add "$data" "$PEERS_WORK/data/quakes.gpkg" --id quakes --title Quakes --key eventid --time time
    nice -n 5 "$program" add "$data" "$PEERS_WORK/data/mag.tif" --id mag --title Magnetics --style "$styles/mag.json"
    nice -n 5 "$program" add "$data" "$PEERS_WORK/data/landsat.tif" --id landsat --title Landsat --style "$styles/landsat.json"
}

# What terrane keeps of its answers in the race: nothing, or what it keeps usually. One client asks as much as it can.
settings() {
    "$program" init "$PEERS_WORK/settings" >/dev/null
    cp "$PEERS_WORK/settings/terrane.toml" "$data/terrane.toml"
    rm -r "$PEERS_WORK/settings"
    printf '\n[clients]\nat_once = 0\nper_second = 0\nconnections = 0\n' >>"$data/terrane.toml"
    [ "$1" = cached ] || printf '\n[cache]\nmemory = 0\nmaps = 0\ndisk = 0\n' >>"$data/terrane.toml"
}

# Starts the peers and terrane, and races.
race() {
    settings "$1"
    shift
    # shellcheck disable=SC2086
    "$PEERS/start.sh" ${RACED:-pg ms titiler martin_nc martin_mb}
    "$program" serve "$data" --listen "127.0.0.1:$port" >"$PEERS_WORK/log/terrane.log" 2>&1 &
    local pid=$!
    # shellcheck disable=SC2064
    trap "kill $pid; '$PEERS/stop.sh'" EXIT
    for _ in $(seq 100); do
        if wget -qO /dev/null "http://127.0.0.1:$port/readyz"; then break; fi
        sleep 0.1
    done
    /usr/bin/python3 "$PEERS/bench.py" --jobs "${JOBS:-wms,mvt,features,cog,quakes}" --protocols "${PROTOCOLS:-wms,mvt,tiles,items}" \
        --contender "${NAME:-terrane}=http://127.0.0.1:$port" --contender-pid "$pid" "$@"
}

case "${1:-}" in
    install) install_peers ;;
    publish) publish ;;
    race) shift; race uncached "$@" ;;
    cached) shift; NAME=terrane-cached JOBS=mvt PROTOCOLS=mvt race cached "$@" ;;
    table) "$PEERS/report.py" ;;
    *) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
