#!/bin/sh
# `cargo xtask upgrade` for real, in a copy of the tree: an agent is taken one version back and up again, which restores
# the tree; runs are killed on the way, and go on where they stopped.
#
#     upgrade.sh [AGENT OLDER-VERSION [CACHE]]
#
# AGENT    one with a single package that `upgrade` can take back to OLDER-VERSION
# CACHE    a folder of `upgrade --cache` with files that are fetched already
#
# Needs root, bwrap, strace, git and the package registries. Prints `N passed, N failed`, and exits 1 when something failed.
set -u
agent=${1:-gemini}
older=${2:-0.60.0}
cache=${3:-}
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d /var/tmp/upgrade-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
# Of its own: cargo takes two copies of one tree for the same packages.
CARGO_TARGET_DIR=$work/target
export CARGO_TARGET_DIR
mkdir "$work/tree" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$work/tree" || exit 2
cache=${cache:-$work/cache}
cd "$work/tree" || exit 2
git init -q . && git add -A && git -c user.name=x -c user.email=x@example.org commit -q -m tree || exit 2
snake=$(echo "$agent" | tr - _)
lock=registry/src/agents/$snake.lock
evidence=registry/src/evidence/$agent.json
pinned=$(awk '$1 == "package" { print $4; exit }' "$lock")
passed=0
failed=0

# expect NAME WANTED STATUS: holds the status of a command against what is wanted.
expect() {
    if [ "$2" = "$3" ]; then
        passed=$(expr "$passed" + 1)
        echo "ok    $1 (after $(expr "$(date +%s)" - "$start") s)"
    else
        failed=$(expr "$failed" + 1)
        echo "FAIL  $1: $3, wanted $2"
        tail -n 12 "$work/log" | cut -c 1-300
    fi
}

upgrade() {
    cargo xtask upgrade "$agent" --cache "$cache" "$@" >"$work/out" 2>"$work/log"
}

# killed TEXT ARGUMENT…: kills a run with all that it started when it says TEXT; whether it said so.
killed() {
    text=$1
    shift
    setsid cargo xtask upgrade "$agent" --cache "$cache" "$@" >"$work/out" 2>"$work/log" &
    group=$!
    while kill -0 "$group" 2>/dev/null; do
        if grep -q "$text" "$work/log"; then
            kill -9 -- "-$group"
            wait "$group" 2>/dev/null
            return 0
        fi
        sleep 0.1
    done
    return 1
}

# clean: whether the tree is as it was committed, and holds no journal.
clean() {
    [ -z "$(git status --porcelain)" ] && [ ! -e .upgrade-journal ]
}

start=$(date +%s)
cargo build --quiet --package xtask --features upgrade || exit 2
upgrade --to 0.0.0-no-such-version
expect "a version that does not exist" 2 "$?"
BENCHFLOW_NPM_REGISTRY=http://127.0.0.1:9/ upgrade --to "$older"
expect "a registry that cannot be reached" 2 "$?"
echo >>"$lock"
upgrade --to "$older" --write
expect "a lock that is not committed" 2 "$?"
git checkout -q "$lock"
flock "$PWD" cargo xtask upgrade "$agent" --cache "$cache" --to "$older" >"$work/out" 2>"$work/log"
expect "a tree that another upgrade has" 2 "$?"
mkdir "$work/full" && mount -t tmpfs -o size=64k tmpfs "$work/full" || exit 2
cargo xtask upgrade "$agent" --cache "$work/full" --to "$older" --write >"$work/out" 2>"$work/log"
expect "a disk that is full" 2 "$?"
umount "$work/full"
clean
expect "the tree is as it was" 0 "$?"
for text in 'for Linux; fetching' '^fetching\|^1 agent on' '^verifying' '^probing'; do
    killed "$text" --to "$older" --write
    expect "killed at: $text" 0 "$?"
    clean
    expect "the tree is as it was" 0 "$?"
done
echo "# mine" >>README.md
upgrade --to "$older" --write
status=$?
[ "$status" = 0 ] || [ "$status" = 1 ]
expect "one version back is proved and written (status $status)" 0 "$?"
cat "$work/out"
! grep -q 'for Linux; fetching' "$work/log"
expect "the lock was not resolved again" 0 "$?"
grep -q "^package npm .* $older " "$lock" && grep -q "@$older\"" "$evidence"
expect "the lock and the evidence are of $older" 0 "$?"
cargo xtask gen --check >"$work/log" 2>&1
expect "what is generated is fresh" 0 "$?"
git checkout -q README.md
git -c user.name=x -c user.email=x@example.org commit -q -a -m back || exit 2

# The binary of now, so that cargo is not what is traced.
cargo build --quiet --package xtask --features upgrade || exit 2
upgrade --to "$pinned"
status=$?
[ "$status" = 0 ] || [ "$status" = 1 ]
expect "up again is proved (status $status)" 0 "$?"
clean
expect "without --write the tree is as it was" 0 "$?"
for call in rename unlink; do
    for number in 1 2 3; do
        strace -f -qq -o /dev/null -e trace="$call" -P "$PWD/.upgrade-journal/plan.json" -P "$PWD/.upgrade-journal/0.new" \
            -P "$PWD/.upgrade-journal/1.new" -e inject="$call:signal=KILL:when=$number" \
            "$CARGO_TARGET_DIR/debug/xtask" upgrade "$agent" --cache "$cache" --to "$pinned" --write >"$work/out" 2>"$work/log"
        echo "$call $number: status $?, $(git status --porcelain | wc -l) files changed, $(ls .upgrade-journal 2>/dev/null | wc -l) in the journal"
        "$CARGO_TARGET_DIR/debug/xtask" list >"$work/list" 2>"$work/log"
        expect "the next command runs" 0 "$?"
        changed=$(git status --porcelain -- registry | wc -l)
        [ ! -e .upgrade-journal ] && { [ "$changed" = 0 ] || [ "$changed" = 2 ]; }
        expect "all of it or nothing ($changed files)" 0 "$?"
        git checkout -q .
    done
done
upgrade --to "$pinned" --write
status=$?
[ "$status" = 0 ] || [ "$status" = 1 ]
expect "up again is written (status $status)" 0 "$?"
git diff --exit-code HEAD~1 -- . ":!$evidence" >"$work/log"
expect "every file but the evidence is as it was" 0 "$?"
git diff HEAD~1 -- "$evidence" | head -n 60
echo "$passed passed, $failed failed, in $(expr "$(date +%s)" - "$start") s"
[ "$failed" = 0 ]
