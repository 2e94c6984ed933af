#!/bin/sh
# Runs `verify`: the sandbox measures what it should, a dead network fails, two agents pass from a mirror, two agents share
# a prefix, and an interrupted run leaves no files.
#
#     verify.sh MIRROR AGENT AGENT
#
# MIRROR   a folder with the artefacts of both agents and a site.toml that names folders
#
# Needs root, bwrap and strace. Prints `N passed, N failed` and exits 1 when something failed.
set -u
site=$(cd "$1" && pwd)/site.toml || exit 2
first=$2 second=$3
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d /var/tmp/verify-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
TMPDIR=$work
export TMPDIR
cargo build --quiet --package xtask --features xtask/upgrade || exit 2
cp "${CARGO_TARGET_DIR:-target}/debug/xtask" "$work/xtask" || exit 2
xtask=$work/xtask
passed=0
failed=0

# expect NAME WANTED STATUS: compares the status of a command with the expected one.
expect() {
    if [ "$2" = "$3" ]; then
        passed=$(expr "$passed" + 1)
        echo "ok    $1"
    else
        failed=$(expr "$failed" + 1)
        echo "FAIL  $1: $3, wanted $2"
        tail -n 8 "$work/log" | cut -c 1-400
    fi
}

verify() {
    "$xtask" verify "$@" >"$work/log" 2>&1
}

cargo test --quiet --workspace --lib sandbox::tests -- --ignored --skip container_ >"$work/log" 2>&1
expect "the sandbox measures, proves and ends what it should" 0 "$?"

verify "$first" "$second" --site "$site" --require "$first,$second"
expect "$first and $second pass" 0 "$?"
grep -q "^2 passed (2 on a substituted runtime), 0 failed, 0 unavailable$" "$work/log"
expect "a pass on a substituted runtime is shown as such" 0 "$?"

verify "$first" --site "$site" --require "$first" --json
sed -n '/^{$/,/^}$/p' "$work/log" | python3 -c '
import json, sys
report = json.load(sys.stdin)
agent = report["agents"][0]
steps = [it["step"] for it in agent["steps"] if it["ok"]]
assert report["ok"] and agent["verdict"] == "passed" and agent["outside"] == [], report
assert steps == ["install", "session", "repeat", "check", "remove", "trace"], steps
assert agent["session"]["stderr"].startswith("sandbox: proved"), agent["session"]
'
expect "the evidence is JSON" 0 "$?"

# Nothing answers: the maker's archives cannot be had, and that is never called unavailable.
unshare --net "$xtask" verify "$first" >"$work/log" 2>&1
expect "a dead network" 1 "$?"
grep -q "^0 passed (0 on a substituted runtime), 1 failed, 0 unavailable$" "$work/log"
expect "a dead network is a failure, class 10" 0 "$?"

rm -f "$work/log"
"$xtask" verify "$first" --site "$site" >"$work/log" 2>&1 &
started=$!
sleep 4
kill -TERM "$started"
wait "$started"
expect "an interrupted run" 2 "$?"
expect "an interrupted run leaves no folder" "log xtask" "$(ls "$work" | tr '\n' ' ' | sed 's/ $//')"
expect "an interrupted run leaves no process" "" "$(grep -la "$work/[v]erify-" /proc/[0-9]*/cmdline 2>/dev/null)"

"$xtask" gen-scripts --site "$site" --out "$work/scripts" >"$work/log" 2>&1
sh tests/sandbox/together.sh "$xtask" "$site" "$work/scripts" "$first" "$second"
expect "$first and $second in one prefix" 0 "$?"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
