#!/bin/sh
# Runs `cargo xtask upgrade`: takes an agent one version back and up again, which must restore every file except the dates
# of the evidence. With --all it also breaks the command: a registry that cannot be reached, a lock that is not committed,
# a second upgrade, a full disk, and `kill -9` in every phase and at every change of the tree; and it keeps the old version.
#
#     upgrade.sh [--all] [AGENT OLDER-VERSION [CACHE]]
#
# AGENT    an agent with one npm package; gemini without it
# CACHE    a folder of `upgrade --cache`, so that files are not fetched again
#
# The tree is not changed: an overlay on it takes all writes, those of cargo too. Needs root, bwrap, strace, git and the
# package registries. Prints `N passed, N failed`, and exits 1 when something failed.
set -u
tree=$(cd "$(dirname "$0")/../.." && pwd) || exit 2
if [ -z "${UPGRADE_TEST_NAMESPACE-}" ]; then
    UPGRADE_TEST_NAMESPACE=1 exec unshare --mount --propagation private sh "$tree/tests/sandbox/upgrade.sh" "$@"
fi
all=
if [ "${1-}" = --all ]; then
    all=1
    shift
fi
agent=${1:-gemini}
older=${2:-0.59.0}
cd "$tree" || exit 2
cargo build --quiet --package xtask --features xtask/upgrade || exit 2
work=$(mktemp -d /var/tmp/upgrade-test.XXXXXX) || exit 2
server=
trap 'cd /; kill $server 2>/dev/null; umount "$tree"; rm -rf "$work"' EXIT
cache=${3:-$work/cache}
mkdir -p "$work/upper" "$work/work" "$cache"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/work" "$tree" || exit 2
# Enters the overlay, with a new repository.
cd "$tree" || exit 2
rm -rf .git
commit() {
    git add -A && git -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m "$1" || exit 2
}
git init -q . && commit tree
xtask=$work/xtask
cp "${CARGO_TARGET_DIR:-target}/debug/xtask" "$xtask" || exit 2
lock=$(find registry/src/agents -name "$(echo "$agent" | tr - _).lock")
evidence=registry/src/evidence/$agent.json
pinned=$(awk '$1 == "package" { print $4; exit }' "$lock")
# The minimum age also excludes releases that were too young for the committed lock.
measured=$(sed -n 's/.*"date": "\(.*\)".*/\1/p' "$evidence")
age=$((($(date +%s) - $(date -d "$measured" +%s)) / 86400 + 7))
. tests/sandbox/expect.sh

upgrade() {
    "$xtask" upgrade "$agent" --cache "$cache" --min-age "$age" "$@" >"$work/out" 2>"$work/log"
}

# proves NAME ARGUMENT…: an upgrade that must end with a proved version, whether that behaves the same or not.
proves() {
    name=$1
    shift
    upgrade "$@"
    status=$?
    [ "$status" = 0 ] || [ "$status" = 1 ]
    expect "$name (status $status)" 0 "$?"
    cat "$work/out"
}

# says TEXT: checks that the last command printed a text.
says() {
    grep -q "$1" "$work/log" "$work/out"
    expect "it prints: $1" 0 "$?"
}

# unchanged: checks that the tree has no changes and no journal.
unchanged() {
    [ -z "$(git status --porcelain)" ] && [ ! -e .upgrade-journal ]
    expect "the tree is unchanged" 0 "$?"
}

# killed TEXT ARGUMENT…: kills a run with its children when it prints TEXT.
killed() {
    text=$1
    shift
    # Emptied here: a kill at a line of the last command would come before the group is there.
    : >"$work/log"
    setsid "$xtask" upgrade "$agent" --cache "$cache" --min-age "$age" "$@" >"$work/out" 2>>"$work/log" &
    group=$!
    until grep -q "$text" "$work/log" || ! kill -0 "$group" 2>/dev/null; do sleep 0.1; done
    kill -9 "-$group" 2>/dev/null
    wait "$group" 2>/dev/null
    expect "killed at \`$text\`" 137 "$?"
    says "$text"
    unchanged
}

# Faults of the registry, the disk and the tree: nothing is proved or written.
faults() {
    kept=$cache
    cache=$work/faults
    mkdir "$cache"
    if [ -d "$kept/files" ]; then cp -al "$kept/files" "$cache"; fi
    upgrade --to 0.0.0-no-such-version
    expect "a version that does not exist" 2 "$?"
    says "there is no version \`0.0.0-no-such-version\`"
    BENCHFLOW_NPM_REGISTRY=http://127.0.0.1:9/ upgrade --to "$older"
    expect "a registry that cannot be reached" 2 "$?"
    says ECONNREFUSED
    echo >>"$lock"
    upgrade --to "$older" --write
    expect "a lock that is not committed" 2 "$?"
    says "has changes that are not committed"
    git checkout -q "$lock"
    flock "$tree" "$xtask" upgrade "$agent" --cache "$cache" --to "$older" >"$work/out" 2>"$work/log"
    expect "two upgrades at once" 2 "$?"
    says "another upgrade runs in"
    mkdir "$work/full" && mount -t tmpfs -o size=64k tmpfs "$work/full" || exit 2
    "$xtask" upgrade "$agent" --cache "$work/full" --min-age "$age" --to "$older" --write >"$work/out" 2>"$work/log"
    expect "a full disk" 2 "$?"
    says "cannot be written"
    umount "$work/full"
    unchanged
    for text in 'for Linux; fetching' '^fetching' '^verifying' '^probing' '^  direct: '; do
        killed "$text" --to "$older" --write
    done
    ! grep -q 'for Linux; fetching\|^verifying' "$work/log"
    expect "the steps before the last kill were not repeated" 0 "$?"
    cache=$kept
}

# A registry with the packages, but without good files.
spoiled_files() {
    git show "HEAD~1:$lock" >"$work/new.lock" && git show "HEAD:$lock" >"$work/old.lock" || exit 2
    python3 tests/sandbox/bad_registry.py "$cache/files/npm" "$work/old.lock" "$work/new.lock" >"$work/port" &
    server=$!
    until [ -s "$work/port" ]; do
        kill -0 "$server" || exit 2
        sleep 0.1
    done
    address=http://127.0.0.1:$(cat "$work/port")
    kept=$cache
    cache=$work/spoiled
    for answer in "gone 404" "busy 429" "page EINTEGRITY" "cut ECONNRESET" "other EINTEGRITY"; do
        BENCHFLOW_NPM_REGISTRY=$address/${answer%% *}/ upgrade --to "$pinned" --write
        expect "locking from a registry whose files are \`${answer%% *}\`" 2 "$?"
        says "${answer#* }"
        unchanged
    done
    cache=$kept
    kill "$server"
}

# Kills the last phase at each change of the tree: the next command finishes it or drops it.
kill_writes() {
    number=0
    status=137
    while [ "$status" = 137 ]; do
        number=$((number + 1))
        strace -f -qq -o /dev/null -e trace=rename -P "$tree/.upgrade-journal/plan.json" \
            -P "$tree/.upgrade-journal/0.new" -P "$tree/.upgrade-journal/1.new" \
            -e inject="rename:signal=KILL:when=$number" \
            "$xtask" upgrade "$agent" --cache "$cache" --min-age "$age" --to "$pinned" --write \
            >"$work/out" 2>"$work/log"
        status=$?
        journal=$(find .upgrade-journal 2>/dev/null | wc -l)
        "$xtask" list >"$work/list" 2>"$work/log"
        expect "rename $number (status $status, $journal files in the journal): the next command runs" 0 "$?"
        changed=$(git status --porcelain -- registry | wc -l)
        [ ! -e .upgrade-journal ] && { [ "$changed" = 0 ] || [ "$changed" = 2 ]; }
        expect "$changed files of the registry are changed: all or none" 0 "$?"
        git checkout -q .
    done
    [ "$number" -gt 1 ]
    expect "rename: $((number - 1)) kills" 0 "$?"
}

if [ -n "$all" ]; then faults; fi
# A file that the upgrade does not write may have changes.
echo "# mine" >>README.md
proves "one version back is proved and written" --to "$older" --write
grep -q "^package npm .* $older " "$lock" && grep -q "@$older\"" "$evidence"
expect "the lock and the evidence are of $older" 0 "$?"
git checkout -q README.md
git status --porcelain
commit back

# A build with the older lock in it.
cargo build --quiet --package xtask --features xtask/upgrade || exit 2
cp "${CARGO_TARGET_DIR:-target}/debug/xtask" "$xtask" || exit 2
"$xtask" gen --check >"$work/log" 2>&1
expect "generated files are fresh" 0 "$?"
if [ -n "$all" ]; then
    proves "up again is proved" --to "$pinned"
    unchanged
    spoiled_files
    kill_writes
fi
proves "up again is proved and written" --to "$pinned" --write
# Documents show the day of the evidence, and how long the agent took.
today=$(sed -n 's/.*"date": "\(.*\)".*/\1/p' "$evidence")
dayless() {
    sed -E "s/$measured/DAY/g; s/$today/DAY/g; s/(up to )?[0-9.]+(–[0-9.]+)? s\b/TIME/g" |
        sed -E 's/"(shortest|longest)_ms": [0-9]+/TIME/'
}
git diff --name-only HEAD~1 -- . ":!$evidence" >"$work/changed"
: >"$work/log"
while read -r file; do
    git show "HEAD~1:$file" | dayless >"$work/before"
    dayless <"$file" | diff -u --label "$file" "$work/before" - >>"$work/log"
done <"$work/changed"
[ ! -s "$work/log" ]
expect "every file but the evidence is restored, but for its day and its times" 0 "$?"
git diff HEAD~1 -- "$evidence" | grep '^[-+] ' | grep -v '"date": \|_ms": ' >"$work/log"
expect "the evidence is restored but for its date and its times" 1 "$?"

# Replaces the version, and keeps it: the tree compiles with both, and nothing is stale.
keep_old() {
    commit restored
    # A build with the newer lock in it again.
    cargo build --quiet --package xtask --features xtask/upgrade || exit 2
    cp "${CARGO_TARGET_DIR:-target}/debug/xtask" "$xtask" || exit 2
    proves "another version is proved, and the old one is kept" --to "$older" --keep-old --write
    says "kept as \`$agent@$pinned\`"
    kept=${lock%.lock}
    grep -q "^package npm .* $pinned " "$kept@$pinned.lock" && grep -q "^package npm .* $older " "$lock"
    expect "each version has its lock" 0 "$?"
    grep -q "^        also: \[\"$pinned\"" "$kept.rs"
    expect "the entry names it" 0 "$?"
    cargo build --quiet --package xtask --features xtask/upgrade 2>"$work/log"
    expect "the tree compiles" 0 "$?"
    cp "${CARGO_TARGET_DIR:-target}/debug/xtask" "$xtask" || exit 2
    "$xtask" gen --check >"$work/log" 2>&1
    expect "generated files are fresh" 0 "$?"
    "$xtask" probe --check "$agent" "$agent@$pinned" >"$work/log" 2>&1
    expect "the evidence on both is fresh" 0 "$?"
    git status --porcelain | grep -q "$agent@${pinned}__install.sh.snap"
    expect "its snapshots are written" 0 "$?"
    upgrade "$agent@$pinned"
    expect "an upgrade of the kept version" 2 "$?"
    says "stays at version $pinned"
}

if [ -n "$all" ]; then keep_old; fi
finish
