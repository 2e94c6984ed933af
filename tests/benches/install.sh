#!/bin/sh
# An install script as others write them: a runtime, a package, a launcher.
set -eu
BF_NODE_VERSION=22.20.0
prefix=/opt/benchflow
agents=$prefix/js-agents/AGENT
node=$prefix/node
umask 022

say() {
    printf '%s\n' "AGENT: $*" >&2
}

fail() {
    say "$1"
    exit "${2:-1}"
}

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 || fail "$tool is missing" 13
    done
}

architecture() {
    case $(uname -m) in
    x86_64 | amd64) echo x64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) fail "no runtime for $(uname -m)" 11 ;;
    esac
}

fetch() {
    url=$1
    file=$2
    sum=$3
    tries=0
    while [ "$tries" -lt 3 ]; do
        if curl -fsSL --connect-timeout 20 --max-time 300 -o "$file" "$url"; then
            printf '%s  %s\n' "$sum" "$file" | sha256sum -c - && return 0
        fi
        tries=$(expr "$tries" + 1)
        sleep 2
    done
    fail "cannot fetch $url" 10
}

install_node() {
    if [ -x "$node/bin/node" ] && [ "$("$node/bin/node" --version)" = "v$BF_NODE_VERSION" ]; then
        return 0
    fi
    case $(architecture) in
    x64) sum=eeaccb0378b79406f2208e8b37a62479c70595e20be6b659125eb77dd1ab2a29 ;;
    *) sum=4181609e03dcb9880e7e5bf956061ecc0503c77a480c6631d868cb1f65a2c7dd ;;
    esac
    work=$(mktemp -d "$prefix/.node.XXXXXX")
    trap 'rm -rf "$work"' EXIT INT TERM
    archive=node-v$BF_NODE_VERSION-linux-$(architecture).tar.gz
    fetch "https://nodejs.org/dist/v$BF_NODE_VERSION/$archive" "$work/$archive" "$sum"
    mkdir "$work/node"
    tar -xzf "$work/$archive" -C "$work/node" --strip-components=1
    rm -rf "$node"
    mv "$work/node" "$node"
}

install_agent() {
    mkdir -p "$agents"
    PATH=$node/bin:$PATH "$node/bin/npm" install --prefix /opt/benchflow/js-agents/AGENT \
        --no-audit --no-fund --userconfig /dev/null AGENT-cli@1.2.3
}

write_launcher() {
    mkdir -p "$prefix/bin"
    cat >"$prefix/bin/AGENT" <<'LAUNCHER'
#!/bin/sh
if [ "${BENCHFLOW_DISALLOW_WEB_TOOLS:-}" = 1 ]; then
    export AGENT_WEB=off
fi
exec /opt/benchflow/node/bin/node /opt/benchflow/js-agents/AGENT/node_modules/.bin/AGENT "$@"
LAUNCHER
    chmod 755 "$prefix/bin/AGENT"
}

main() {
    need curl tar sha256sum mktemp
    install_node
    install_agent
    write_launcher
    "$prefix/bin/AGENT" --version >/dev/null || fail "it does not start" 15
    say installed
}

main "$@"
