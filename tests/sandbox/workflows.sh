#!/bin/sh
# The workflows and the action, by the schemas of their formats and by an auditor of workflows.
#
#     workflows.sh
#
# Needs Python 3.12 or later and its package registry. Prints `N passed, N failed` and exits 1 when something failed, 2
# when a part is missing.
set -u
cd "$(dirname "$0")/../.." || exit 2
kept=$PWD/${CARGO_TARGET_DIR:-target}/sandbox
. tests/sandbox/expect.sh
. tests/sandbox/harness.sh
work=$(mktemp -d /var/tmp/workflows-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
python=$(find_python) || exit 2
python_packages "$python" "$kept/workflows" check-jsonschema==0.39.0 zizmor==1.32.0 || exit 2

# valid KIND FILE…: the schemas come with the package.
valid() {
    kind=$1
    shift
    "$kept/workflows/bin/check-jsonschema" --builtin-schema "vendor.github-$kind" "$@" >"$work/log" 2>&1
}
audited() { "$kept/workflows/bin/zizmor" --offline --no-progress --persona pedantic "$@" >"$work/log" 2>&1; }

valid workflows .github/workflows/*.yml
expect "the workflows are valid" 0 "$?"
valid actions action.yml
expect "the action is valid" 0 "$?"
sed 's/runs-on:/runs-at:/' .github/workflows/release.yml >"$work/wrong.yml"
valid workflows "$work/wrong.yml"
expect "a workflow with an unknown member is not" 1 "$?"

audited .github/workflows/release.yml
expect "the auditor finds nothing in the release" 0 "$?"
mkdir -p "$work/.github/workflows"
# The same script with an expression in it, as somebody may write it later.
sed 's/release create "$TAG"/release create "${{ github.ref_name }}"/' .github/workflows/release.yml \
    >"$work/.github/workflows/release.yml"
audited "$work/.github/workflows/release.yml"
expect "it finds an expression in a command" "yes yes" \
    "$([ "$?" -ne 0 ] && echo yes) $(grep -q 'template-injection' "$work/log" && echo yes)"

finish
