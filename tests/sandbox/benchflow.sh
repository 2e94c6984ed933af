#!/bin/sh
# BenchFlow runs agents for real, with the manifests that `gen-manifests` writes: a task with a verifier, in docker, with
# BenchFlow's own gateway in front of a model server.
#
#     benchflow.sh MIRROR AGENT...
#
# MIRROR   a folder with the artefacts of the agents and a site.toml that names folders in it
#
# Needs root, Debian's docker.io and debootstrap, Python 3.12 or later, and the package registry of Python. It starts an
# engine of its own and ends it. Prints `N passed, N failed` and exits 1 when something failed, 2 when a part is missing.
set -u
mirror=$(cd "$1" && pwd) || exit 2
shift
cd "$(dirname "$0")/../.." || exit 2
kept=$PWD/${CARGO_TARGET_DIR:-target}/sandbox
. tests/sandbox/engine.sh
. tests/sandbox/expect.sh
. tests/sandbox/harness.sh
. tests/sandbox/xtask.sh
work=$(mktemp -d /var/tmp/benchflow-test.XXXXXX) || exit 2
dockerd=
server=
trap 'end_server; [ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
python=$(find_python) || exit 2
python_packages "$python" "$kept/benchflow" benchflow==0.7.11 || exit 2
compose_plugin "$kept/harbor" || exit 2
start_engine "$work/engine" || exit 2
image=localhost/benchflow-base
copy_xtask "$work/xtask" || exit 2
"$work/xtask" gen-manifests --site "$mirror/site.toml" --out "$work/manifests" >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 2; }

task=$work/tasks/command
mkdir -p "$task/environment" "$task/tests"
echo "Run the command. PROBE-SHELL" >"$task/instruction.md"
cat >"$task/task.toml" <<TOML
version = "1.0"

[agent]
timeout_sec = 600

[verifier]
timeout_sec = 60

[environment]
docker_image = "$image"
cpus = 2
memory_mb = 2048
TOML
cat >"$task/environment/docker-compose.yaml" <<YAML
services:
  main:
    # The engine of the test has no bridge; gateway and model server are at the host's loopback.
    network_mode: host
    extra_hosts: ["host.docker.internal:127.0.0.1"]
    working_dir: /app
    volumes: ["$mirror:$mirror:ro"]
YAML
cat >"$task/tests/test.sh" <<'SH'
#!/bin/sh
mkdir -p /logs/verifier
if [ "$(cat /app/result.txt)" = done ]; then echo 1; else echo 0; fi >/logs/verifier/reward.txt
SH

model=deepseek-v4-flash
command='echo done > /app/result.txt'
start_server "$work" "{\"listen\": \"127.0.0.1:0\", \"model\": \"$model\", \"shell_command\": \"$command\"}" || exit 2

for agent; do
    # After a run, BenchFlow removes the image of the task.
    runner_image "$python" "$kept/harbor" "$image" || exit 2
    : >"$work/requests"
    (
        cd "$work" || exit
        BENCHFLOW_AGENTS_DIR=$work/manifests BENCHFLOW_ACP_HANDSHAKE_TIMEOUT=300 NO_COLOR=1 \
            BENCHFLOW_LITELLM_HEALTH_TIMEOUT_SEC=300 LITELLM_LOCAL_MODEL_COST_MAP=True \
            "$kept/benchflow/bin/bench" eval run --tasks-dir "$work/tasks" --agent "$agent" \
            --model "deepseek/$model" --sandbox docker --jobs-dir "$work/jobs/$agent" \
            --agent-env DEEPSEEK_API_KEY=probe-key --agent-env "DEEPSEEK_BASE_URL=$url" >"$work/log" 2>&1
    )
    found=$("$python" - "$work/jobs/$agent" <<'PYTHON'
import json, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).rglob("result.json")):
    it = json.loads(path.read_text())
    print((it.get("rewards") or {}).get("reward"), str(it.get("error") or "")[-400:])
PYTHON
    )
    expect "$agent reaches reward 1.0 in BenchFlow with deepseek/$model" "1.0" "$(echo "$found" | tr -d ' ')"
    expect "its key went to the model server" 1 "$(grep -c -m 1 probe-key "$work/requests")"
done

finish
