#!/bin/sh
# Two agents on two lines of a runtime in one prefix: each has its own line, and the link and `gc` are right at each step.
#
#     lines.sh RUNTIME SITE SCRIPTS FIRST SECOND
#
# RUNTIME  node or python
# SITE     a site file that names folders
# SCRIPTS  the output of `cargo xtask gen-scripts --site SITE --out SCRIPTS`
# FIRST    an agent on one line; SECOND: an agent on another one
#
# Needs root and bwrap. Ends at the first failure.
set -u
runtime=$1 site=$2 first=$4 second=$5
mirror=$(cd "$(dirname "$site")" && pwd) && scripts=$(cd "$3" && pwd) || exit 2
work=$(mktemp -d "${TMPDIR:-/var/tmp}/lines.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
mkdir "$work/opt"
prefix=$work/opt/benchflow

fail() {
    echo "$*" >&2
    tail -n 5 "$work/err" | cut -c 1-400 >&2
    exit 1
}

# run MODE AGENT: runs the install script of an agent over the prefix.
run() {
    bwrap --ro-bind / / --dev /dev --proc /proc --perms 1777 --tmpfs /tmp \
        --ro-bind "$mirror" "$mirror" --ro-bind "$scripts" "$scripts" --bind "$work/opt" /opt \
        --unshare-net --unshare-pid --die-with-parent --cap-add ALL \
        --setenv BENCHFLOW_INSTALL_MODE "$1" sh "$scripts/$2/install.sh" 2>"$work/err" || fail "$1 of $2 failed"
}

# line AGENT: the runtime of an agent, by its own link.
line() {
    case $runtime in
    node) readlink "$prefix"/*/"$1"/*/node ;;
    python) readlink "$prefix"/*/"$1"/*/venv/bin/python ;;
    esac
}

# linked STEP: the link of the prefix leads to a Node.js that starts.
linked() {
    "$prefix/node/bin/node" --version >/dev/null 2>&1 || fail "$1: $(readlink "$prefix/node") is not there"
}

# runtimes NUMBER STEP
runtimes() {
    case $runtime in
    node) set -- "$1" "$2" "$prefix"/node-* ;;
    python) set -- "$1" "$2" "$prefix"/python/cpython-* ;;
    esac
    [ "$#" -eq $(($1 + 2)) ] || fail "$2: expected $1 lines of $runtime"
}

run install "$first"
run install "$second"
[ "$(line "$first")" != "$(line "$second")" ] || fail "$first and $second have one line"
runtimes 2 "both are installed"
linked "both are installed"
run gc "$first"
runtimes 2 "gc with both"
run check "$first"
run check "$second"

for pair in "$second $first" "$first $second"; do
    gone=${pair% *} stays=${pair#* }
    run remove "$gone"
    linked "$gone is removed"
    run gc "$stays"
    runtimes 1 "gc without $gone"
    linked "gc without $gone"
    run check "$stays"
    run install "$gone"
    runtimes 2 "$gone is installed again"
    linked "$gone is installed again"
done
for agent in "$first" "$second"; do
    run remove "$agent"
done
[ -z "$(ls -A "$prefix" 2>/dev/null)" ] || fail "something is left: $(ls -A "$prefix")"
