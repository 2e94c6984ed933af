#!/bin/sh
# Verifies an agent in docker, and builds and uses its image and its layer, with `docker build` and by the bake file.
#
#     containers.sh MIRROR AGENT
#
# MIRROR   a folder with the artefacts of the agent and a site.toml that names folders in it
#
# Needs root, Debian's docker.io and debootstrap, and its package mirror for buildx. It starts its own engine and ends
# it. Prints `N passed, N failed` and exits 1 when something failed, 2 when no engine starts.
set -u
mirror=$(cd "$1" && pwd) || exit 2
agent=$2
cd "$(dirname "$0")/../.." || exit 2
kept=${CARGO_TARGET_DIR:-target}/sandbox/containers
. tests/sandbox/engine.sh
. tests/sandbox/harness.sh
work=$(mktemp -d /var/tmp/containers-test.XXXXXX) || exit 2
dockerd=
trap '[ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
start_engine "$work/engine" || exit 2
TMPDIR=$work
export TMPDIR
base=localhost/debian-minimal
base_image "$kept" "$base" || exit 2
. tests/sandbox/expect.sh

# The build's context: the scripts, and the mirror beside them.
xtask=$work/xtask
. tests/sandbox/xtask.sh
copy_xtask "$xtask" || exit 2
"$xtask" gen-scripts --site "$mirror/site.toml" --out "$work/context" >"$work/log" 2>&1 || { cat "$work/log"; exit 2; }
"$xtask" gen-suite --site "$mirror/site.toml" --out "$work/suite" >"$work/log" 2>&1 || { cat "$work/log"; exit 2; }
cp -al "$mirror" "$work/context/mirror" 2>/dev/null || cp -a "$mirror" "$work/context/mirror"

verify() {
    "$xtask" verify "$agent" --site "$mirror/site.toml" --sandbox docker "$@" >"$work/log" 2>&1
}

# says STATUS TEXT WORD…: runs verify with these words, which must end with a status and print a text.
says() {
    status=$1 text=$2
    shift 2
    verify "$@"
    expect "verify $*" "$status" "$?"
    expect "it prints: $text" 1 "$(grep -c -F "$text" "$work/log")"
}

says 2 "\`docker\` has no image \`localhost/none\`" --image localhost/none
(
    DOCKER_HOST=unix:///nonexistent/docker.sock
    verify --image "$base"
)
expect "verify without an engine" 2 "$?"
expect "it prints that no engine answers" 1 "$(grep -c "no engine answers" "$work/log")"
mkdir "$work/empty"
: >"$work/empty/file"
tar -C "$work/empty" -c . | docker import - localhost/empty >/dev/null
says 2 "no command runs in the image \`localhost/empty\`" --image localhost/empty
docker rmi localhost/empty >/dev/null

SANDBOX_TEST_IMAGE=$base cargo test --quiet --workspace --lib sandbox::tests::container -- --ignored --test-threads 1 \
    >"$work/log" 2>&1
expect "the container measures and proves what it should" 0 "$?"

before=$(docker images --all --quiet)
verify --image "$base" --require "$agent"
expect "$agent passes in docker" 0 "$?"
sed -n "/^$agent  *[a-z]* *ok/p" "$work/log"
expect "a run leaves no container" "" "$(docker ps --all --quiet)"
expect "a run leaves no image" "$before" "$(docker images --all --quiet)"

"$xtask" verify "$agent" --site "$mirror/site.toml" --sandbox docker --image "$base" >"$work/log" 2>&1 &
started=$!
tries=0
while [ -z "$(docker ps --quiet --filter "name=verify-$agent")" ] && [ "$tries" -lt 60 ]; do
    sleep 0.5
    tries=$(expr "$tries" + 1)
done
kill -KILL "$started"
wait "$started" 2>/dev/null
expect "a killed run leaves its container" 1 "$(docker ps --all --quiet | grep -c .)"
verify --image localhost/none
expect "the next run removes it" "" "$(docker ps --all --quiet)"

# answers IMAGE: its entry point answers over ACP; sets $version to the version that it says. Its input ends after that.
ask='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"clientCapabilities":{}}}'
answers() {
    : >"$work/answer"
    {
        echo "$ask"
        tries=0
        while [ ! -s "$work/answer" ] && [ "$tries" -lt 60 ]; do
            sleep 0.5
            tries=$(expr "$tries" + 1)
        done
    } | timeout 60 docker run --interactive --rm --network none --env BENCHFLOW_PROVIDER_NAME=probe \
        --env BENCHFLOW_PROVIDER_BASE_URL=http://127.0.0.1:9 --env BENCHFLOW_PROVIDER_API_KEY=none \
        --env BENCHFLOW_PROVIDER_MODEL=none "$1" 2>"$work/log" >"$work/answer"
    cat "$work/answer" >>"$work/log"
    expect "docker run -i $1 answers initialize" 1 "$(grep -c '"protocolVersion":1' "$work/answer")"
    version=$(sed -n 's/.*"agentInfo":{[^}]*"version":"\([^"]*\)".*/\1/p' "$work/answer")
}

# labels IMAGE: they have the agent, the folder of its install, the version that it says, and the platform.
labels() {
    docker inspect --format '{{range $name, $value := .Config.Labels}}{{println $name $value}}{{end}}' "$1" >"$work/log"
    label() { sed -n "s/^org.benchflow.$1 //p" "$work/log"; }
    pins=$(label pins)
    expect "the labels of $1 say what is in it" "$agent $stamp $version $platform" \
        "$(label agent) $(label stamp) ${pins##*[@=]} $(label platform)"
}

# By the bake file: both targets in one command, for this machine's platform, without a network.
docker_plugin "$PWD/${CARGO_TARGET_DIR:-target}/adapters" docker-buildx || exit 2
printf 'services:\n  agent:\n    build:\n      context: ../context\n      network: none\n' >"$work/suite/none.yaml"
platform=linux/$(dpkg --print-architecture)

# bake_targets TARGET…: builds these targets of the bake file.
bake_targets() {
    (
        cd "$work/suite" && SCRIPTS=../context BASE=$base IMAGE=baked docker buildx bake --progress plain \
            --file docker-bake.hcl --file none.yaml --set "*.platform=$platform" "$@"
    ) >"$work/log" 2>&1
}

bake_targets "$agent" "$agent-layer"
expect "bake builds the image and the layer of $agent" 0 "$?"
answers "baked:$agent"
stamp=$(docker run --rm --network none --entrypoint sh "baked:$agent" -c "cd /opt/benchflow/*/$agent/*/ && pwd")
stamp=${stamp##*/}
labels "baked:$agent"
labels "baked:$agent-layer"
# A stage that the Dockerfile does not have.
sed -i "s/target = \"$agent-layer\"/target = \"$agent-layers\"/" "$work/suite/docker-bake.hcl"
bake_targets "$agent-layer"
expect "bake fails with a target that is not a stage" "1 yes" \
    "$? $(grep -q "$agent-layers.* could not be found" "$work/log" && echo yes)"

# build TAG WORD…: an image of the context, without a network.
build() {
    tag=$1
    shift
    DOCKER_BUILDKIT=1 docker build --network=none --tag "$tag" --build-arg "BASE=$base" "$@" >"$work/log" 2>&1
}

build "agents:$agent-layer" --target "$agent-layer" -f "$work/suite/Dockerfile" "$work/context"
expect "the layer of $agent is built" 0 "$?"
build "agents:$agent" --target "$agent" -f "$work/suite/Dockerfile" "$work/context"
expect "the image of $agent is built" 0 "$?"
labels "agents:$agent"

printf 'FROM %s\nCOPY --from=agents:%s-layer /opt/benchflow /opt/benchflow\n' "$base" "$agent" >"$work/Dockerfile"
build localhost/copied -f "$work/Dockerfile" "$work/empty"
expect "another image copies the layer" 0 "$?"
docker run --rm --network none --read-only --user 12345 --volume "$work/context/$agent:/scripts:ro" localhost/copied \
    sh /scripts/install.sh >"$work/log" 2>&1
expect "over the layer, install.sh ends with 0" 0 "$?"
expect "over the layer, there is nothing to do" 1 "$(grep -c "is installed; nothing to do" "$work/log")"
expect "the layer has no log and no stage" "" \
    "$(docker run --rm --network none localhost/copied sh -c 'ls -d /opt/benchflow/log /opt/benchflow/.staging 2>/dev/null')"

answers "agents:$agent"

finish
