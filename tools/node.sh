# Finds a Node.js that can build the portal and puts it first on PATH. Sourced, not run.
# A local copy in .tools/node (see setup.sh) is used when the machine's own is missing or too old.

# Kept equal to "engines" in portal/package.json.
node_at_least=20.19.0

node_is_new_enough() {
    command -v npm >/dev/null 2>&1 || return 1
    local version
    version=$(node --version 2>/dev/null) || return 1
    [ "$(printf '%s\n%s\n' "$node_at_least" "${version#v}" | sort -V | head -n 1)" = "$node_at_least" ]
}

use_node() {
    node_is_new_enough && return 0
    PATH="$PWD/.tools/node/bin:$PATH"
    node_is_new_enough
}

# Node.js does not read the machine's certificates by itself; networks with their own authority need them.
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
fi
