#!/bin/sh
# Runs `cargo xtask new` in a copy of the tree: an npm agent, a PyPI agent and one of an agent.json become entries that
# compile and have scripts, here and in a private registry; a refused one leaves no files.
#
#     new.sh [NPM-PACKAGE PYPI-PACKAGE]
#
# Needs git, python3 with pip, dash and the package registries. Prints `N passed, N failed`, and exits 1 when something
# failed.
set -u
npm=${1:-pi-acp}
pypi=${2:-gptme-acp}
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d /var/tmp/new-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
# A separate target folder: cargo treats two copies of one tree as the same packages.
CARGO_TARGET_DIR=$work/target
export CARGO_TARGET_DIR
mkdir "$work/tree" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$work/tree" || exit 2
. tests/sandbox/expect.sh

xtask() {
    cargo xtask "$@" >"$work/log" 2>&1
}

# sums: the checksum of every file of the sources, and their names.
sums() {
    find registry/src examples/own-registry/src -type f -exec cksum {} + | sort
}

cd "$work/tree" || exit 2
sums >"$work/before"
xtask new first-new --npm "$npm" --dry-run -- --acp
expect "a dry run" 0 "$?"
xtask new first-new --npm "no-such-package-$npm"
expect "a package that does not exist" 2 "$?"
BENCHFLOW_NPM_REGISTRY=http://127.0.0.1:9/ xtask new first-new --npm "$npm"
expect "a registry that cannot be reached" 2 "$?"
xtask new first-new --npm npm
expect "several programs" 2 "$?"
xtask new first-new --pypi six
expect "no program" 2 "$?"
sums | cmp -s - "$work/before"
expect "nothing was left" 0 "$?"

xtask new first-new --npm "$npm" -- --acp
expect "an agent of the npm registry" 0 "$?"
cp "$work/log" "$work/first.log"
grep -q '\[ \] handshake ' "$work/first.log" && grep -q 'cargo xtask verify first-new' "$work/first.log"
expect "the checklist of decisions is printed" 0 "$?"
xtask new second-new --pypi "$pypi"
expect "an agent of the Python package index" 0 "$?"
printf '{"name":"Third","description":"It is third.","license":"MIT","distribution":{"npx":{"package":"%s","args":["--acp"]}}}' \
    "$npm" >agent.json
xtask new third-new --acp agent.json
expect "an agent of an agent.json" 0 "$?"
xtask gen-scripts --agent first-new --agent second-new --agent third-new
expect "the three compile, and have scripts" 0 "$?"
cargo test --quiet -p registry-tests --test all -- tidy::entries_have_one_layout >"$work/log" 2>&1
expect "they have the layout of other entries" 0 "$?"
cargo pin first-new >"$work/log" 2>&1 && grep -q 'unchanged: ' "$work/log"
expect "\`cargo pin\` writes the same lock" 0 "$?"

cd examples/own-registry || exit 2
xtask new first-house --npm "$npm"
expect "an agent of a private registry" 0 "$?"
xtask gen-scripts --agent first-house --out "$work/scripts"
expect "it compiles, and has scripts" 0 "$?"

finish
