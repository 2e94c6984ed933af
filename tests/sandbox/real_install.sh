#!/bin/sh
# Runs generated install scripts in a sandbox whose only network is a loopback interface.
#
#     real_install.sh MIRROR SCRIPTS AGENT...
#
# MIRROR   a folder made by `cargo xtask mirror`
# SCRIPTS  the output of `cargo xtask gen-scripts --site MIRROR/site.toml --out SCRIPTS`; the site must name folders
# AGENT    agents of SCRIPTS that the mirror has: opencode openhands
#
# Needs bwrap and root. Prints `N passed, N failed` and exits 1 when something failed.
set -u
mirror=$(cd "$1" && pwd) || exit 2
scripts=$(cd "$2" && pwd) || exit 2
shift 2
command -v bwrap >/dev/null 2>&1 || { echo "bwrap is missing (Debian: bubblewrap)" >&2; exit 2; }
work=$(mktemp -d /var/tmp/real-install.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# box BIND PREFIX SCRIPT SECONDS [bwrap options]: runs a script with a folder as /opt; a signal after some seconds if not 0.
box() {
    bind=$1 prefix=$2 script=$3 seconds=$4
    shift 4
    bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --ro-bind "$mirror" "$mirror" --ro-bind "$scripts" "$scripts" \
        --ro-bind "$work" "$work" "$bind" "$prefix" /opt --unshare-net --unshare-pid \
        --die-with-parent --cap-add ALL --setenv OPENAI_API_KEY leaked --setenv NODE_OPTIONS --no-such-option "$@" \
        sh -c 'sh "$1" & child=$!; if [ "$2" != 0 ]; then sleep "$2"; kill -TERM "$child"; fi; wait "$child"' box \
        "$script" "$seconds" >"$work/out" 2>"$work/err"
}

# expect NAME STATUS: checks the status and the last line of the last run.
expect() {
    status=$?
    class=$(tail -n 1 "$work/err" | sed -n 's/.*"status":\([0-9]*\),.*/\1/p')
    if [ "$status" -eq "$2" ] && [ "$class" = "$2" ]; then
        passed=$(expr "$passed" + 1)
        echo "ok    $1"
    else
        failed=$(expr "$failed" + 1)
        echo "FAIL  $1: status $status, reported ${class:-nothing}, wanted $2"
        tail -n 5 "$work/err" | cut -c 1-400
    fi
}

check_agent() {
    agent=$1
    script=$scripts/$agent/install.sh
    prefix=$work/$agent
    mkdir "$prefix"
    box --bind "$prefix" "$script" 2
    expect "$agent: interrupted" 143
    box --bind "$prefix" "$script" 0
    expect "$agent: installs after an interruption" 0
    box --bind "$prefix" "$script" 0
    expect "$agent: a second run does nothing" 0
    box --ro-bind "$prefix" "$script" 0
    expect "$agent: a second run on a read-only prefix" 0
    for mode in plan check gc remove; do
        box --bind "$prefix" "$script" 0 --setenv BENCHFLOW_INSTALL_MODE "$mode"
        expect "$agent: $mode" 0
    done
    [ -z "$(ls -A "$prefix/benchflow" 2>/dev/null)" ]
    printf '{"status":%s,}\n' "$?" >"$work/err"
    (exit "$(sed -n 's/.*"status":\([0-9]*\),.*/\1/p' "$work/err")")
    expect "$agent: no files are left after the last agent" 0
    rm -rf "$prefix"
}

# A copy of the mirror by links, in which one file is damaged or gone.
check_faults() {
    cp -rs "$mirror" "$work/mirror"
    prefix=$work/faults
    mkdir "$prefix"
    runtime=$(ls "$work"/mirror/runtimes/node-*)
    rm -f "$runtime"
    box --bind "$prefix" "$1" 0 --setenv BENCHFLOW_MIRROR "$work/mirror/runtimes"
    expect "a runtime that is gone" 10
    printf damaged >"$runtime"
    box --bind "$prefix" "$1" 0 --setenv BENCHFLOW_MIRROR "$work/mirror/runtimes"
    expect "a runtime that is damaged" 12
    box --bind "$prefix" "$1" 0 --setenv BENCHFLOW_MIRROR http://user:word@host/
    expect "a credential in a URL" 13
    box --ro-bind "$prefix" "$1" 0
    expect "a prefix that cannot be written" 14
    tarball=$(find "$work/mirror/npm" -name "opencode-linux-x64-[0-9]*.tgz")
    [ -n "$tarball" ] || return
    rm -f "$tarball"
    printf damaged >"$tarball"
    box --bind "$prefix" "$1" 0 --setenv BENCHFLOW_NPM_REGISTRY "$work/mirror/npm"
    expect "an optional package that is damaged" 12
}

for agent in "$@"; do
    check_agent "$agent"
done
if [ -f "$scripts/opencode/install.sh" ]; then
    check_faults "$scripts/opencode/install.sh"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
