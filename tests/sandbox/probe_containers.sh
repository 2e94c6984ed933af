#!/bin/sh
# Probes agents in containers of a minimal Debian: a root without certificates, where no user namespace can be made.
#
#     probe_containers.sh MIRROR AGENT…
#
# MIRROR   a folder with the artefacts of the agents and a site.toml that names folders in it
# AGENT    the agents whose runs must be proved
#
# Needs root, strace, Debian's docker.io and debootstrap. It starts its own engine and ends it. Prints `N passed, N failed`
# and exits 1 when something failed, 2 when no engine starts.
set -u
site=$(cd "$1" && pwd)/site.toml || exit 2
shift
cd "$(dirname "$0")/../.." || exit 2
kept=${CARGO_TARGET_DIR:-target}/sandbox/containers
. tests/sandbox/engine.sh
work=$(mktemp -d /var/tmp/probe-containers.XXXXXX) || exit 2
dockerd=
trap '[ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
start_engine "$work/engine" || exit 2
TMPDIR=$work
export TMPDIR
base=localhost/debian-minimal
base_image "$kept" "$base" || exit 2
xtask=$work/xtask
. tests/sandbox/xtask.sh
copy_xtask "$xtask" || exit 2
. tests/sandbox/expect.sh

probe() {
    "$xtask" probe --sandbox docker --image "$base" --site "$site" "$@" >"$work/log" 2>&1
}

# inside WORD…: a command in a container like that of a session.
inside() {
    docker run --rm --network none --cap-drop ALL --security-opt no-new-privileges --user 12345 "$base" "$@" \
        >"$work/log" 2>&1
}

inside sh -c '[ ! -e /etc/ssl/certs/ca-certificates.crt ] && [ ! -e /usr/share/ca-certificates ]'
expect "the root has no certificates" 0 "$?"
inside unshare --user true
expect "no user namespace can be made" "1 1" "$? $(grep -c "unshare failed: Operation not permitted" "$work/log")"

# The policy is a step as root for one session: those behind it have the install without it.
for agent; do
    probe "$agent" --run direct,policy,variable
    expect "$agent is proved: direct, with the web policy, and after it" 0 "$?"
done
expect "no container is left" "" "$(docker ps --all --quiet)"
expect "no image is left" "$base" "$(docker images --format '{{.Repository}}')"

probe github-copilot
expect "github-copilot, which needs certificates, is not measured" 2 "$?"
says="install, class 13: preflight: missing: ca-bundle (Debian ca-certificates"
expect "it prints: $says" 1 "$(grep -c -F "$says" "$work/log")"

finish
