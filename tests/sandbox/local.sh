#!/bin/sh
# Inspect, OpenHands and acpx run agents for real, without a container, with what their generators write: each agent must
# run the one command that a model server asks for.
#
#     local.sh MIRROR AGENT...
#
# MIRROR   a folder with the artefacts of the agents and a site.toml that names folders in it
#
# Needs root, Python 3.12 or later, npm, and the package registries of Python and npm. The agents are installed in a
# folder of the test. Prints `N passed, N failed` and exits 1 when something failed, 2 when a part is missing.
set -u
mirror=$(cd "$1" && pwd) || exit 2
shift
cd "$(dirname "$0")/../.." || exit 2
here=$PWD/tests/sandbox
kept=$PWD/${CARGO_TARGET_DIR:-target}/sandbox/local
mkdir -p "$kept"
. tests/sandbox/expect.sh
. tests/sandbox/harness.sh
. tests/sandbox/xtask.sh
work=$(mktemp -d /var/tmp/local-test.XXXXXX) || exit 2
# The proof of an install runs as another user.
chmod 755 "$work"
server=
trap 'end_server; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
python=$(find_python) || exit 2
python_packages "$python" "$kept/inspect" inspect-swe==0.2.72 openai anthropic google-genai || exit 2
python_packages "$python" "$kept/openhands" openhands-sdk==1.58.2 || exit 2
[ -d "$kept/acpx/node_modules/acpx" ] || npm install --silent --prefix "$kept/acpx" acpx@0.19.1 || exit 2
copy_xtask "$work/xtask" || exit 2
sed "s|^prefix = .*|prefix = \"$work/prefix\"|" "$mirror/site.toml" >"$work/site.toml"
for generator in scripts acpx inspect openhands egress; do
    "$work/xtask" "gen-$generator" --site "$work/site.toml" --out "$work/$generator" >"$work/log" 2>&1 ||
        { cat "$work/log"; exit 2; }
done
for agent; do
    BENCHFLOW_INSTALL_MODE=install sh "$work/scripts/$agent/install.sh" >"$work/log" 2>&1 || { cat "$work/log"; exit 2; }
done
node=$(find "$work/prefix" -path '*/bin/node' | head -n 1)

start_server "$work" '{"listen": "127.0.0.1:0", "model": "gpt-probe", "shell_command": "echo done > result.txt"}' || exit 2

# begin NAME: a home and a folder for one run; forgets earlier requests.
begin() {
    HOME=$work/$1/home
    folder=$work/$1/task
    export HOME
    mkdir -p "$HOME" "$folder"
    : >"$work/requests"
}

# written: what the agent's command wrote.
written() { cat "$folder/result.txt" 2>&1; }

# tools: the tools that the model was offered.
tools() {
    "$python" -c 'import json, sys
for line in sys.stdin: print(*json.loads(line)["tools"], sep="\n")' <"$work/requests" | sort -u
}

# inspect AGENT WORD...: one evaluation; prints its status, its score and its error.
inspect() {
    agent=$1
    shift
    (
        # It takes a task from the working directory only.
        cp "$here/inspect_task.py" "$folder" && cd "$folder" || exit
        AGENT_HOME=$HOME PYTHONPATH=$work/inspect PROBE_API_KEY=probe-key PROBE_BASE_URL=$url NO_COLOR=1 \
            "$kept/inspect/bin/inspect" eval inspect_task.py --model openai-api/probe/gpt-probe \
            --display none --log-format json --log-dir logs -T "agent=$agent" "$@" >"$work/log" 2>&1
    )
    "$python" - "$folder"/logs/*.json <<'PYTHON'
import json, sys
log = json.load(open(sys.argv[1]))
scores = (log.get("results") or {}).get("scores") or [{}]
error = (log.get("error") or {}).get("message", "")
print(log["status"], scores[0].get("metrics", {}).get("accuracy", {}).get("value"), error[-300:])
PYTHON
}

for agent; do
    web=$("$work/xtask" show "$agent" --json |
        "$python" -c 'import json, sys; it = json.load(sys.stdin); print(*it["web_tools"] or [], sep="\n")')
    begin "inspect-$agent"
    expect "Inspect: $agent scores 1.0" "success 1.0" "$(inspect "$agent" | sed 's/ *$//')"
    tools >"$work/before"
    begin "inspect-off-$agent"
    expect "Inspect: $agent scores 1.0 with web=False" "success 1.0" "$(inspect "$agent" -T web=false | sed 's/ *$//')"
    if [ -n "$web" ]; then
        expect "it is offered no web tool" "" "$(tools | grep -x -F "$web")"
        expect "with web, it was" 1 "$(grep -c -m 1 -x -F "$web" "$work/before")"
    fi

    begin "openhands-$agent"
    model=$("$python" tests/sandbox/harness_route.py "$work/openhands/$agent" "$url" probe-key | head -n 1)
    PYTHONPATH=$work/openhands "$kept/openhands/bin/python" tests/sandbox/openhands_run.py \
        "$agent" "$model" "$url" "$folder" >"$work/log" 2>&1
    expect "OpenHands: $agent runs the command with $model" "0 done" "$? $(written)"
    expect "OpenHands prints no key" 0 "$(grep -c probe-key "$work/log")"

    begin "acpx-$agent"
    mkdir "$HOME/.acpx" && cp "$work/acpx/config.json" "$HOME/.acpx/config.json"
    "$python" tests/sandbox/harness_route.py "$work/openhands/$agent" "$url" probe-key | sed 1d >"$work/variables"
    xargs -d '\n' -a "$work/variables" sh -c '
        variables=$1 node=$2 acpx=$3 folder=$4 agent=$5
        shift 5
        exec env "$@" "$node" "$acpx" --approve-all --cwd "$folder" "$agent" exec "Run the command. PROBE-SHELL"' \
        sh "" "$node" "$kept/acpx/node_modules/acpx/dist/cli.js" "$folder" "$agent" >"$work/log" 2>&1
    expect "acpx: $agent runs the command" "0 done" "$? $(written)"
done

# What cannot be: in the words of the registry, before an agent is started.
begin refused
PYTHONPATH=$work/openhands "$kept/openhands/bin/python" tests/sandbox/openhands_run.py \
    "$1" nonsense/x "" "$folder" >"$work/log" 2>&1
expect "OpenHands: a model of an unknown provider is refused" "1 1" \
    "$? $(grep -c -m 1 "\`nonsense\` is not a registered provider" "$work/log")"
inspect no-such-agent >"$work/answer" 2>&1
expect "Inspect: an unknown agent is refused" 1 "$(grep -c -m 1 "\`no-such-agent\` is not registered" "$work/log")"

finish
