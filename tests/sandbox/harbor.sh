#!/bin/sh
# Harbor runs agents for real, with what `gen-harbor` writes: a task with a verifier, in docker, with a model server.
#
#     harbor.sh MIRROR AGENT...
#
# MIRROR   a folder with the artefacts of the agents and a site.toml that names folders in it
# AGENT    the first is installed by Harbor; the others are in the image, as are all in later runs
#
# Needs root, Debian's docker.io and debootstrap, Python 3.12 or later, and the package registry of Python. It starts an
# engine of its own and ends it. Prints `N passed, N failed` and exits 1 when something failed, 2 when a part is missing.
set -u
mirror=$(cd "$1" && pwd) || exit 2
shift
cd "$(dirname "$0")/../.." || exit 2
here=$PWD/tests/sandbox
kept=$PWD/${CARGO_TARGET_DIR:-target}/sandbox/harbor
mkdir -p "$kept"
. tests/sandbox/engine.sh
. tests/sandbox/expect.sh
. tests/sandbox/harness.sh
. tests/sandbox/xtask.sh
work=$(mktemp -d /var/tmp/harbor-test.XXXXXX) || exit 2
dockerd=
trap '[ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
python=$(find_python) || exit 2
python_packages "$python" "$kept/python" harbor==0.26.0 || exit 2
compose_plugin "$kept" || exit 2
start_engine "$work/engine" || exit 2
runner_image "$python" "$kept" localhost/harbor-base || exit 2
copy_xtask "$work/xtask" || exit 2
"$work/xtask" gen-harbor --site "$mirror/site.toml" --out "$work/agents" >"$work/log" 2>&1 || { cat "$work/log"; exit 2; }
PYTHONPATH=$work/agents:$here
LITELLM_LOCAL_MODEL_COST_MAP=True
export PYTHONPATH LITELLM_LOCAL_MODEL_COST_MAP

# task NAME AGENT PROMPT IMAGE NETWORK: makes a task, and sets what a run of the agent needs.
task() {
    folder=$work/tasks/$1
    mkdir -p "$folder/model"
    "$python" tests/sandbox/harness_task.py "$folder" "$work/agents/$2" "$3" "$4" "$5" "$work/xtask" "$mirror" \
        >"$folder/route" || exit 2
    read -r class model key <"$folder/route"
}

# harbor NAME WORD...: one run of a task; its rewards are in $work/jobs/NAME.
harbor() {
    name=$1
    shift
    "$kept/python/bin/harbor" run --yes --quiet --path "$work/tasks/$name" --jobs-dir "$work/jobs" \
        --job-name "$name" "$@" >"$work/log" 2>&1
}

# rewards NAME: what the verifier gave, and what went wrong.
rewards() {
    "$python" - "$work/jobs/$1" <<'PYTHON'
import json, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/result.json")):
    it = json.loads(path.read_text())
    error = (it["exception_info"] or {}).get("exception_message", "")
    print(((it["verifier_result"] or {}).get("rewards") or {}).get("reward"), error[-400:])
PYTHON
}

# tools NAME: the tools that the model was offered.
tools() {
    "$python" - "$work/tasks/$1/model/log" <<'PYTHON'
import json, sys
print(*sorted({tool for line in open(sys.argv[1]) for tool in json.loads(line)["tools"]}))
PYTHON
}

url=http://127.0.0.1:8123/v1
image=localhost/harbor-base
skip=
for agent; do
    task "$agent" "$agent" "Run the command. PROBE-SHELL" "$image" public
    harbor "$agent" --agent "benchflow_harbor:$class" --model "$model" --base-url "$url" --ae "$key=probe-key" $skip
    expect "$agent reaches reward 1.0 in Harbor with $model" "1.0" "$(rewards "$agent" | tr -d ' ')"
    expect "its key went to the model server" 1 "$(grep -c -m 1 probe-key "$work/tasks/$agent/model/log")"
    if [ -z "$skip" ]; then
        skip="--ak skip_install=true"
        image=localhost/harbor-baked
        bake "$work/agents" "$mirror" "$image" "$@" || exit 2
    fi
done

# Without a network the policy of the rollout turns the web tools off. Where an agent has a switch, some must be gone.
for agent; do
    tools "$agent" >"$work/before"
    web=$(grep -A 9 "AGENT = \"$agent\"" "$work/agents/benchflow_harbor.py" | grep -c -m 1 "web=True")
    [ "$web" = 1 ] || continue
    task "$agent-offline" "$agent" "Run the command. PROBE-SHELL" "$image" no-network
    harbor "$agent-offline" --agent "benchflow_harbor:$class" --model "$model" --base-url "$url" \
        --ae "$key=probe-key" $skip --env harbor_docker:Docker
    expect "$agent reaches reward 1.0 without a network" "1.0" "$(rewards "$agent-offline" | tr -d ' ')"
    tools "$agent-offline" >"$work/after"
    gone=$(tr ' ' '\n' <"$work/before" | grep -v -x -F "$(tr ' ' '\n' <"$work/after")" | tr '\n' ' ')
    off=$("$work/xtask" show "$agent" --json |
        "$python" -c 'import json, sys; print(*json.load(sys.stdin)["web_tools"], sep="\n")')
    expect "without a network it is offered no web tool" "" "$(tr ' ' '\n' <"$work/after" | grep -x -F "$off")"
    expect "with one, it was" 1 "$(tr ' ' '\n' <"$work/before" | grep -c -m 1 -x -F "$off")"
    echo "      gone: $gone"
done

# Its own readers take the files of two other generators.
"$work/xtask" gen-egress --out "$work/egress" >"$work/log" 2>&1 && "$work/xtask" gen-registry --out "$work/registry" \
    >"$work/log" 2>&1 && "$kept/python/bin/python" - "$work/egress" "$work/registry/acp" >"$work/log" 2>&1 <<'PYTHON'
import json, pathlib, sys
from harbor.agents.installed.acp import AcpRegistryEntry
from harbor.models.task.config import normalize_allowed_hosts
lists, entries = (pathlib.Path(it) for it in sys.argv[1:])
hosts = [[line for line in it.read_text().splitlines() if not line.startswith("#")] for it in lists.glob("*.txt")]
hosts += json.loads((lists / "providers.json").read_text()).values()
for it in hosts:
    assert normalize_allowed_hosts(it) == it, it
described = [AcpRegistryEntry.model_validate_json(it.read_text()) for it in entries.glob("*/agent.json")]
print(f"{sum(map(len, hosts))} hosts, {len(described)} entries")
assert any(hosts) and described
PYTHON
expect "it takes every list of hosts and every agent.json" 0 "$?"
sed 's/^/      /' "$work/log"

# A model of a provider that is not registered: no trial starts, and the words are those of `resolve`.
agent=$1
harbor "$agent" --agent "benchflow_harbor:$class" --model nonsense/x $skip
expect "a model of an unknown provider ends the run" 1 "$?"
expect "in the words of \`resolve\`" 1 "$(grep -c "\`nonsense\` is not a registered provider" "$work/log")"

finish
