#!/bin/sh
# Installs that cannot succeed, each in a container and on this machine: the class, the step and the sentence are the same.
#
#     bad_containers.sh MIRROR AGENT
#
# MIRROR   a folder with the artefacts of the agent and a site.toml that names folders in it
# AGENT    an agent on Node.js alone
#
# Needs root, Debian's docker.io, debootstrap and util-linux's unshare. It starts an engine of its own and ends it. Prints
# `N passed, N failed` and exits 1 when something failed, 2 when no engine starts. An engine that does not run is a row of
# containers.sh.
set -u
mirror=$(cd "$1" && pwd) || exit 2
agent=$2
cd "$(dirname "$0")/../.." || exit 2
kept=${CARGO_TARGET_DIR:-target}/sandbox/containers
. tests/sandbox/engine.sh
work=$(mktemp -d /var/tmp/bad-containers.XXXXXX) || exit 2
dockerd=
trap '[ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
start_engine "$work/engine" || exit 2
base=localhost/bad-base
base_image "$kept" "$base" || exit 2
mkdir "$work/empty" "$work/empty/etc"
tar -C "$work/empty" -c . | docker import - localhost/bad-empty >/dev/null || exit 2
${XTASK:-cargo xtask} gen-scripts --site "$mirror/site.toml" --out "$work/scripts" >/dev/null || exit 2
site=$(sed -n 's/^mirror = "\(.*\)\/[^/]*"$/\1/p' "$mirror/site.toml")
prefix=$(sed -n 's/^prefix = "\(.*\)"$/\1/p' "$mirror/site.toml")
top=${prefix%/*}
. tests/sandbox/expect.sh

# says TEXT: whether the container's report has a text.
says() {
    expect "  it says: $1" 1 "$(printf '%s\n' "$contained" | grep -c -F "$1")"
}

# report FILE: class, step and detail of the last line of an install's standard error, without the name of its stage.
report() {
    tail -n 1 "$1" | sed -n 's/.*"class":"\([^"]*\)".*"step":"\([^"]*\)","detail":"\([^"]*\)".*/\1, \2: \3/p' |
        sed "s|/.staging/$installed\.[A-Za-z0-9]*|/.staging/…|g"
}

# in_container SETUP WORD...: an install in a container with the engine's words, after the setup; its status is in $status.
in_container() {
    setup=$1
    shift
    docker run --rm --pull never --network none --volume "$work/scripts/$installed:/scripts:ro" \
        --volume "$mirror:$site:ro" "$@" sh -c "$setup exec sh /scripts/install.sh" >"$work/out" 2>"$work/err"
    status=$?
    contained=$(report "$work/err")
}

# on_host SETUP: the same on this machine, where a folder of its own is in the place of the prefix's.
on_host() {
    rm -rf "$work/top"
    mkdir -p "$work/top" "$top"
    unshare --mount sh -c "mount --bind '$work/top' '$top' && $1 exec sh '$work/scripts/$installed/install.sh'" \
        >"$work/out" 2>"$work/err"
    host_status=$?
    host=$(report "$work/err")
}

# both NAME SETUP HOST-SETUP WORD...: a row. Without a HOST-SETUP, both have the same.
both() {
    name=$1 setup=$2 host_setup=${3:-$2}
    shift 3
    in_container "$setup" "$@" "$base"
    on_host "$host_setup"
    expect "$name: $contained" "$host_status $host" "$status $contained"
}

installed=$agent

docker run --rm --pull never --network none --volume "$work/scripts/$agent:/scripts:ro" localhost/bad-empty \
    sh /scripts/install.sh >"$work/out" 2>"$work/err"
status=$?
chroot "$work/empty" sh /scripts/install.sh >/dev/null 2>&1
expect "an image without sh: status $status" "$?" "$status"
expect "  it says that there is no sh" 1 "$(grep -c '"sh": executable file not found' "$work/err")"

both "a read-only $top" "" "mount -o remount,bind,ro '$top' &&" --read-only --tmpfs /tmp
says "space-or-permission, prefix: cannot make $prefix/.staging"
both "a file in the place of the prefix" ": >'$prefix' &&" ""
says "space-or-permission, prefix: cannot make $prefix/.staging"
both "a file in the place of a folder of the prefix" "mkdir -p '$prefix' && : >'$prefix/js-agents' &&" ""
says "space-or-permission, "
both "a file in the place of the program" "mkdir -p '$prefix/bin/$agent' && : >'$prefix/bin/$agent/x' &&" ""
says "space-or-permission, "
both "too little space" "" "mount -t tmpfs -o size=64m none '$top' &&" --tmpfs "$top:size=64m,exec"
says "space-or-permission, disk: $prefix has 64 MB free, "
both "a missing tool" "rm /usr/bin/gzip &&" "mount --bind /dev/null /usr/bin/gzip &&"
says "missing-prerequisite, preflight: missing: gzip (Debian gzip, Alpine gzip)"

# What entries and runtimes require of the image; this machine has it all, so there is a sentence only.
installed=$(cd "$work/scripts" && grep -l '^ *need_certificates$' ./*/install.sh | head -n 1 | cut -d / -f 2)
both "an image without certificates, for $installed" "" "mount -t tmpfs none /etc/ssl &&"
says "missing-prerequisite, preflight: missing: ca-bundle (Debian ca-certificates, Alpine ca-certificates)"
installed=$(cd "$work/scripts" && grep -l '^ *need_library ' ./*/install.sh | head -n 1 | cut -d / -f 2)
if [ -n "$installed" ]; then
    in_container "" "$base"
    expect "an image without the libraries of CPython, for $installed: $contained" 13 "$status"
    says "libssl.so.3 (Debian libssl3)"
fi
expect "nothing was fetched" "" "$(grep fetching "$work/err")"
installed=$agent

# left FOLDER: what an install that was killed, or the one after it, has in its staging folder; a lock's file stays.
left() {
    ls -A "$1/${prefix##*/}/.staging" | grep -v '^lock$' | sed "s/\.[A-Za-z0-9]*\$//" | tr '\n' ' '
}

# started FOLDER: waits until an install has put something into its staging folder.
started() {
    tries=0
    while [ "$tries" -lt 600 ] && ! ls "$1/${prefix##*/}/.staging/$agent".*/agent >/dev/null 2>&1; do
        sleep 0.1
        tries=$(expr "$tries" + 1)
    done
}

mkdir "$work/volume"
docker run --detach --name bad-killed --pull never --network none --volume "$work/scripts/$agent:/scripts:ro" \
    --volume "$mirror:$site:ro" --volume "$work/volume:$top" "$base" sh /scripts/install.sh >/dev/null
started "$work/volume"
docker kill bad-killed >/dev/null
docker rm bad-killed >/dev/null
contained=$(left "$work/volume")
rm -rf "$work/top"
mkdir "$work/top"
setsid unshare --mount sh -c "mount --bind '$work/top' '$top' && exec sh '$work/scripts/$agent/install.sh'" 2>/dev/null &
host=$!
started "$work/top"
kill -KILL "-$host"
wait "$host" 2>/dev/null
expect "a container that is killed during an install leaves: $contained" "$(left "$work/top")" "$contained"
in_container "" --volume "$work/volume:$top" "$base"
expect "the next run installs: $contained" "0 ok, done: " "$status $contained"
expect "  it has the lock of the killed one" 1 "$(grep -c 'removing the lock of a process that is gone' "$work/err")"
expect "  it leaves nothing of the killed one" "" "$(left "$work/volume")"

finish
