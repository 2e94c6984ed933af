#!/bin/sh
# The wheel of the program and the generated files: built, installed, and used where there is neither this tree nor Rust.
#
#     wheel.sh [PROFILE]
#
# PROFILE   the profile of cargo for the program; `dev` without it
#
# Needs cargo, bwrap, Python 3.12 or later and its package registry. Prints `N passed, N failed` and exits 1 when
# something failed, 2 when a part is missing.
set -u
profile=${1:-dev}
cd "$(dirname "$0")/../.." || exit 2
here=$PWD
kept=$PWD/${CARGO_TARGET_DIR:-target}/sandbox
. tests/sandbox/expect.sh
. tests/sandbox/harness.sh
work=$(mktemp -d /var/tmp/wheel-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
python=$(find_python) || exit 2
python_packages "$python" "$kept/maturin" maturin==1.16.0 uv==0.13.9 || exit 2

PATH=$kept/maturin/bin:$PATH sh packaging/wheel.sh "$work/dist" --profile "$profile" --strip >"$work/log" 2>&1
expect "a wheel is built" "0 1" "$? $(ls "$work/dist"/coding_agents-*.whl | wc -l)"
wheel=$(echo "$work/dist"/*.whl)
ls -l "$wheel"
"$python" -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet --no-index "$wheel" >"$work/log" 2>&1
expect "pip installs it without an index" 0 "$?"

# alone COMMAND…: runs it in a system where this tree, cargo and its settings are hidden, without a network.
alone() {
    bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --bind "$work" "$work" --tmpfs "$here" --tmpfs "$HOME/.cargo" \
        --unshare-net --die-with-parent --chdir "$work" --clearenv --setenv PATH "$work/venv/bin:/usr/bin:/bin" \
        --setenv HOME "$work/home" "$@" 2>"$work/log"
}
mkdir "$work/home"
cargo xtask gen-scripts --out "$work/scripts" >"$work/log" 2>&1 || exit 2
alone "$work/venv/bin/python" - "$work/scripts" >"$work/read" <<'PYTHON'
import pathlib, sys
import coding_agents
files, wanted = coding_agents.files(), pathlib.Path(sys.argv[1])
paths = sorted(it.relative_to(wanted).as_posix() for it in wanted.rglob("*.sh"))
assert paths and all((files / "scripts" / it).read_bytes() == (wanted / it).read_bytes() for it in paths)
print(len(paths), *sorted(it.name for it in files.iterdir() if it.is_dir()))
PYTHON
expect "Python reads every script from the package" 0 "$?"
for folder in devcontainer harbor manifests registry sbom suite; do
    expect "the package has $folder" 1 "$(tr ' ' '\n' <"$work/read" | grep -c -x "$folder")"
done

# The same words as the command of this tree, for an agent and a model of the registry.
agent=$(ls "$work/scripts" | grep -m 1 -x codex-acp || ls "$work/scripts" | head -n 1)
set -- resolve "$agent" --model openai/gpt-5.5 --env OPENAI_API_KEY=none --json
cargo xtask "$@" >"$work/wanted.json" 2>"$work/log"
expect "the command of this tree resolves a model" 0 "$?"
alone coding-agents "$@" >"$work/found.json"
expect "the program resolves it" 0 "$?"
cmp "$work/wanted.json" "$work/found.json" >"$work/log" 2>&1
expect "with the same answer" 0 "$?"
expect "it lists every agent" "$(ls "$work/scripts" | wc -l)" \
    "$(alone coding-agents list --json | "$python" -c 'import json, sys; print(len(json.load(sys.stdin)))')"
alone coding-agents resolve "$agent" --model nonsense/x >/dev/null
expect "it refuses a model of an unknown provider" "1 1" "$? $(grep -c "\`nonsense\` is not a registered provider" "$work/log")"
printf '#!/bin/sh\nset -eu\nsource ./env\n' >"$work/install.sh"
alone coding-agents audit "$work/install.sh" >"$work/found"
expect "it audits a script" "1 1" "$? $(grep -c S002 "$work/found")"
alone coding-agents gen-scripts --agent "$agent" --out "$work/again" --no-dash >"$work/found"
expect "it writes scripts" "0 0" "$? $(cmp "$work/again/$agent/install.sh" "$work/scripts/$agent/install.sh" >/dev/null; echo $?)"

cp "$kept/maturin/bin/uv" "$kept/maturin/bin/uvx" "$work/"
alone "$work/uvx" --offline --no-index --python "$work/venv/bin/python" --from "$wheel" coding-agents "$@" >"$work/found.json"
expect "uvx runs it from the wheel" 0 "$?"
cmp "$work/wanted.json" "$work/found.json" >"$work/log" 2>&1
expect "with the same answer" 0 "$?"

finish
