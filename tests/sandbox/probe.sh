#!/bin/sh
# Runs `probe` with agents and a model server in a private network, and checks that each verdict changes when something
# that it depends on is broken on purpose.
#
#     probe.sh MIRROR AGENT…
#
# MIRROR   a folder with the artefacts of the agents and a site.toml that names folders
# AGENT    the agents that must be proved; the first one is broken
#
# Needs root, bwrap and strace. Prints `N passed, N failed` and exits 1 when something failed.
set -u
site=$(cd "$1" && pwd)/site.toml || exit 2
shift
first=$1
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d /var/tmp/probe-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
TMPDIR=$work
export TMPDIR
xtask=$work/xtask
. tests/sandbox/xtask.sh
copy_xtask "$xtask" || exit 2
. tests/sandbox/expect.sh

probe() {
    "$xtask" probe --site "$site" "$@" >"$work/out" 2>"$work/log"
}

# broken WHAT RUNS QUESTION=WORD…: checks the verdicts on the questions with these parts broken.
broken() {
    what=$1 runs=$2
    shift 2
    probe "$first" --run "$runs" --break "$what" --json
    expect "with $what broken, a probe fails" 1 "$?"
    python3 - "$work/out" "$@" >"$work/log" 2>&1 <<'PYTHON'
import json, sys
path, *wanted = sys.argv[1:]
agent, = json.load(open(path))["agents"]
seen = [f"{question}={agent[question]['verdict']}" for question in (it.split("=")[0] for it in wanted)]
sys.exit(seen != wanted and f"{' '.join(seen)}: {json.dumps(agent)}")
PYTHON
    expect "with $what broken: $*" 0 "$?"
}

required=$(echo "$@" | tr ' ' ,)
probe "$@" --require "$required"
expect "$required: all questions are proved" 0 "$?"
cat "$work/out"

broken place,secret,hosts direct routing=failed secrets=failed hosts=failed
broken server direct routing=unproven environment=unproven
broken model,policy direct,policy routing=failed web=failed

finish
