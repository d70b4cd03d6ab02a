# Shared by the scripts of this folder: headings, steps that name themselves, long commands that show they are alive.
# Sourced, not run.

# Colour only where a person reads it, and never alone.
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' red='' plain=''
fi

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s%s%s\n' "$red" "$*" "$plain" >&2
    exit 1
}

# took SECONDS: "42 s" or "3 min 5 s"
took() {
    if [ "$1" -lt 60 ]; then printf '%s s' "$1"; else printf '%s min %s s' $(($1 / 60)) $(($1 % 60)); fi
}

# step NAME COMMAND…: runs a command under a heading; a failure says which step it was.
step() {
    local name=$1 began=$SECONDS status=0
    shift
    printf '\n%s== %s%s\n' "$bold" "$name" "$plain"
    "$@" || status=$?
    if [ "$status" -ne 0 ]; then
        fail "The step \"$name\" failed (exit $status, after $(took $((SECONDS - began)))): $*"
    fi
}

# patiently WHAT COMMAND…: output goes to a log; every ten seconds a line says how far it is.
patiently() {
    local what=$1 log began=$SECONDS status=0 ticks=0 pid
    shift
    log=$(mktemp "${TMPDIR:-/tmp}/terrane-setup.XXXXXX")
    say "$what"
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        ticks=$((ticks + 1))
        if [ $((ticks % 50)) -eq 0 ]; then
            say "  … $(took $((SECONDS - began))): $(tail -n 1 "$log" | tr -d '\r' | cut -c 1-90)"
        fi
    done
    wait "$pid" || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        return "$status"
    fi
    rm -f "$log"
    say "  done in $(took $((SECONDS - began)))"
}
