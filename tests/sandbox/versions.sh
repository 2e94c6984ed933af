#!/bin/sh
# Two versions of each agent in one prefix: both answer with their own version, one is removed and the other still runs,
# an upgrade is rolled back, and `gc` is right at each step; in bubblewrap, and with `docker` as the first word in a
# container.
#
#     versions.sh [docker] SITE AGENT…
#
# SITE      a site file that names folders
# AGENT     an agent whose entry has other versions (`also`), each of which is used
#
# Needs root, and bwrap or Debian's docker.io with debootstrap. Prints `N passed, N failed`, and exits 1 when something
# failed.
set -u
way=bwrap
if [ "$1" = docker ]; then
    way=docker
    shift
fi
mirror=$(cd "$(dirname "$1")" && pwd) || exit 2
site=$mirror/${1##*/}
shift
cd "$(dirname "$0")/../.." || exit 2
. tests/sandbox/expect.sh
. tests/sandbox/xtask.sh
work=$(mktemp -d /var/tmp/versions.XXXXXX) || exit 2
dockerd=
trap '[ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
mkdir "$work/opt"
copy_xtask "$work/xtask" || exit 2
scripts=$work/scripts newer=$work/newer
"$work/xtask" gen-scripts --site "$site" --out "$scripts" >"$work/log" 2>&1 || exit 2
# Another script is another stamp: the same versions, with other needs.
sed -e '/^disk-megabytes = /d' -e 's/^prefix = .*/&\ndisk-megabytes = 701/' "$site" >"$work/newer.toml"
"$work/xtask" gen-scripts --site "$work/newer.toml" --out "$newer" >"$work/log" 2>&1 || exit 2
prefix=$work/opt/benchflow
if [ "$way" = docker ]; then
    . tests/sandbox/engine.sh
    start_engine "$work/engine" && base_image "${CARGO_TARGET_DIR:-target}/sandbox/containers" localhost/base || exit 2
fi

# box WORD…: runs a command with the prefix, without a network.
box() {
    if [ "$way" = docker ]; then
        docker run --rm --interactive --pull never --network none --volume "$mirror:$mirror:ro" \
            --volume "$work:$work:ro" --volume "$work/opt:/opt" --env "BENCHFLOW_INSTALL_MODE=${mode-install}" \
            localhost/base "$@"
    else
        bwrap --ro-bind / / --dev /dev --proc /proc --perms 1777 --tmpfs /tmp --ro-bind "$mirror" "$mirror" \
            --ro-bind "$work" "$work" --bind "$work/opt" /opt --unshare-net --unshare-pid --die-with-parent \
            --cap-add ALL --setenv BENCHFLOW_INSTALL_MODE "${mode-install}" "$@"
    fi
}

# run STATUS MODE AGENT [SCRIPTS]: runs the install script of an agent, whose status must be this.
run() {
    wanted=$1 mode=$2
    box sh "${4-$scripts}/$3/install.sh" >"$work/log" 2>&1
    expect "$2 of $3 ends with $1" "$wanted" "$?"
}

# answers AGENT: the version that it says, over ACP.
answers() {
    {
        echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"clientCapabilities":{}}}'
        tries=0
        until [ -s "$work/answer" ] || [ "$tries" -ge 60 ]; do
            tries=$((tries + 1))
            sleep 1
        done
    } | box sh -c 'export HOME=/tmp/home; mkdir -p "$HOME" && exec "/opt/benchflow/bin/$1"' sh "$1" 2>"$work/log" |
        { head -n 1; cat >/dev/null; } >"$work/answer"
    sed -n 's/.*"agentInfo":{[^}]*"version":"\([^"]*\)".*/\1/p' "$work/answer"
    : >"$work/answer"
}

# speaks AGENT: it says the version that its script installs.
speaks() {
    expect "$1 says its version" "$(sed -n 's/^VERSION=//p' "$scripts/$1/install.sh" | tr -d "'\"")" "$(answers "$1")"
}

# stamps NUMBER: how many installs `gc` keeps in the prefix.
stamps() {
    expect "the prefix has $1 installs" "$1" "$(find "$prefix" -mindepth 3 -maxdepth 3 -name stamp 2>/dev/null | wc -l)"
    expect "  and $1 folders of them" "$1" "$(find "$prefix" -mindepth 3 -maxdepth 3 -type d -path '*/js-agents/*' |
        wc -l)"
}

: >"$work/answer"
for agent; do
    other=$(cd "$scripts" && echo "$agent"@*)
    [ -d "$scripts/$other" ] || {
        echo "no other version of $agent is in $scripts" >&2
        exit 2
    }
    run 0 install "$agent"
    run 0 install "$other"
    stamps 2
    speaks "$agent"
    speaks "$other"
    run 0 gc "$agent"
    expect "  gc says that it keeps both" 2 "$(grep -c ": kept " "$work/log")"
    stamps 2
    run 0 remove "$other"
    stamps 1
    run 15 check "$other"
    run 0 check "$agent"
    speaks "$agent"
    run 0 install "$other"
    run 0 remove "$agent"
    speaks "$other"
    run 0 install "$agent"

    run 15 rollback "$agent"
    run 0 install "$agent" "$newer"
    run 15 check "$agent"
    run 0 rollback "$agent"
    run 0 check "$agent"
    speaks "$agent"
    run 0 check "$other"
    run 0 gc "$agent"
    stamp=$(sed -n 's/^STAMP=//p' "$newer/$agent/install.sh")
    expect "  gc removes the one that was rolled back" 1 "$(grep -c "removed .*/$stamp\$" "$work/log")"
    run 15 rollback "$agent"
    stamps 2
    run 0 remove "$agent"
    run 0 remove "$other"
    expect "nothing is left" "" "$(ls -A "$prefix" 2>/dev/null)"
done
finish
