#!/bin/sh
# pre-commit runs the hooks, and the steps of the GitHub action run, in a repository of somebody else.
#
#     hooks.sh
#
# Needs git, cargo, Python 3.12 or later and its package registry. Prints `N passed, N failed` and exits 1 when something
# failed, 2 when a part is missing.
set -u
cd "$(dirname "$0")/../.." || exit 2
here=$PWD
kept=$PWD/${CARGO_TARGET_DIR:-target}/sandbox
. tests/sandbox/expect.sh
. tests/sandbox/harness.sh
work=$(mktemp -d /var/tmp/hooks-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
python=$(find_python) || exit 2
python_packages "$python" "$kept/pre-commit" pre-commit==4.7.0 || exit 2
# A clone is another package for cargo, which would build beside this one in the same folder.
CARGO_TARGET_DIR=$kept/hooks-target
CARGO_PROFILE_DEV_DEBUG=0
PRE_COMMIT_HOME=$work/pre-commit
export CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG PRE_COMMIT_HOME

# committed FOLDER: everything in it, as a commit of a repository of its own.
committed() {
    git -C "$1" init --quiet && git -C "$1" add --all &&
        git -C "$1" -c user.name=test -c user.email=test@localhost commit --quiet --message test
}

mkdir "$work/hooks" "$work/project" "$work/project/agents"
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$work/hooks" || exit 2
committed "$work/hooks" || exit 2
cd "$work/project" || exit 2
cat >.pre-commit-config.yaml <<YAML
repos:
  - repo: file://$work/hooks
    rev: $(git -C "$work/hooks" rev-parse HEAD)
    hooks: [{id: lint}, {id: audit}]
YAML
printf '#!/bin/sh\nset -eu\necho installed\n' >install.sh
committed . || exit 2

# hook NAME: runs one hook over all files.
hook() { "$kept/pre-commit/bin/pre-commit" run "$1" --all-files --color never >"$work/log" 2>&1; }

hook lint
expect "pre-commit: lint passes over a script that is right" 0 "$?"
hook audit
expect "pre-commit: audit passes too" 0 "$?"
printf '#!/bin/sh\nset -eu\nsource ./env\n' >install.sh
git add install.sh
hook lint
expect "pre-commit: lint refuses a bash-ism" "1 1" "$? $(grep -c 'install.sh:3:1: .*S002' "$work/log")"
hook audit
expect "pre-commit: audit refuses it too" "1 1" "$? $(grep -c 'install.sh:3:1: .*S002' "$work/log")"

# action WORD...: the steps of the action, in the checkout. The clone of pre-commit is built already.
clone=$(dirname "$(find "$PRE_COMMIT_HOME" -maxdepth 2 -name action.yml)")
action() { "$kept/pre-commit/bin/python" "$here/tests/sandbox/action_steps.py" "$clone" "$@" >"$work/log" 2>&1; }
found() {
    "$python" - "$1" <<'PYTHON'
import json, sys
log = json.load(open(sys.argv[1]))
for it in log["runs"][0]["results"]:
    place = it["locations"][0]["physicalLocation"]
    print(log["version"], it["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"])
PYTHON
}
action
expect "the action fails where something is found" 1 "$?"
expect "its SARIF has the finding" "2.1.0 S002 install.sh 3" "$(found agents-audit.sarif)"
expect "its log has it for people" 1 "$(grep -c 'install.sh:3:1: .*S002' "$work/log")"
printf '#!/bin/sh\nset -eu\n. ./env\n' >install.sh
action "sarif=\$(touch hacked).sarif" path=.
expect "the action passes where nothing is" 0 "$?"
expect "an input is not a command" "" "$(ls hacked 2>/dev/null)"
action path=nothing-here sarif=none.sarif
expect "the action fails where there is nothing to read" "2 none" "$? $(ls none.sarif* 2>/dev/null || echo none)"

finish
