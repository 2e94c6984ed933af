#!/bin/sh
# Runs `verify`: the sandbox measures what it should, a dead network fails, an agent passes from a mirror, and an interrupted
# run leaves no files. With a second agent, both share a prefix too.
#
#     verify.sh MIRROR AGENT [AGENT]
#
# MIRROR   a folder with the artefacts of the agents and a site.toml that names folders
#
# Needs root, bwrap and strace. Prints `N passed, N failed` and exits 1 when something failed.
set -u
site=$(cd "$1" && pwd)/site.toml || exit 2
first=$2 second=${3-}
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d /var/tmp/verify-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
TMPDIR=$work
export TMPDIR
xtask=$work/xtask
. tests/sandbox/xtask.sh
copy_xtask "$xtask" || exit 2
. tests/sandbox/expect.sh

verify() {
    "$xtask" verify "$@" >"$work/log" 2>&1
}

cargo test --quiet --workspace --lib sandbox::tests -- --ignored --skip container_ >"$work/log" 2>&1
expect "the sandbox measures, proves and ends what it should" 0 "$?"

verify "$first" --site "$site" --require "$first"
expect "$first passes" 0 "$?"
grep -q "^1 passed (1 on a substituted runtime), 0 failed, 0 unavailable$" "$work/log"
expect "a pass on a substituted runtime is shown as such" 0 "$?"

verify "${second:-$first}" --site "$site" --require "${second:-$first}" --json
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

if [ -n "$second" ]; then
    "$xtask" gen-scripts --site "$site" --out "$work/scripts" >"$work/log" 2>&1
    sh tests/sandbox/together.sh "$xtask" "$site" "$work/scripts" "$first" "$second"
    expect "$first and $second in one prefix" 0 "$?"
fi

finish
