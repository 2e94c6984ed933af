#!/bin/sh
# The matrix of docs/containers.md: starts an engine, makes three images, and runs matrix.py.
#
#     matrix.sh MIRROR [AGENT...]
#
# MIRROR   a folder with the artefacts of the agents and a site.toml that names folders in it
#
# If MATRIX_LOGS names a folder, it gets what each agent printed and asked of the model server.
#
# Needs root, Debian's docker.io, debootstrap and apt-get. Exits 1 when a row is not as matrix.py expects.
set -u
mirror=$(cd "$1" && pwd) || exit 2
shift
cd "$(dirname "$0")/../.." || exit 2
kept=${CARGO_TARGET_DIR:-target}/sandbox/containers
. tests/sandbox/engine.sh
work=$(mktemp -d /var/tmp/matrix.XXXXXX) || exit 2
dockerd=
trap '[ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
start_engine "$work/engine" || exit 2
base_image "$kept" localhost/matrix-base || exit 2
# The libraries that the substitute CPython of a mirror has from Debian, certificates, and what agents look for.
base_image "$kept" localhost/matrix-certified ca-certificates git libbz2-1.0 libexpat1 libffi8 libgdbm6 liblzma5 \
    libncursesw6 libreadline8 libsqlite3-0 libssl3 libuuid1 procps zlib1g || exit 2
mkdir -p "$work/musl/bin" "$work/musl/tmp"
(cd "$work" && apt-get download busybox-static >/dev/null 2>&1)
dpkg-deb --fsys-tarfile "$work"/busybox-static_*.deb | tar -x -C "$work/musl"
for applet in $("$work/musl/bin/busybox" --list); do
    [ -e "$work/musl/bin/$applet" ] || ln -s busybox "$work/musl/bin/$applet"
done
chmod 1777 "$work/musl/tmp"
tar -C "$work/musl" -c . | docker import - localhost/matrix-musl >/dev/null || exit 2

xtask=$work/xtask
. tests/sandbox/xtask.sh
copy_xtask "$xtask" || exit 2
"$xtask" gen-scripts --site "$mirror/site.toml" --out "$work/context" >/dev/null || exit 2
"$xtask" gen-suite --site "$mirror/site.toml" --out "$work/suite" >/dev/null || exit 2
cp -al "$mirror" "$work/context/mirror" 2>/dev/null || cp -a "$mirror" "$work/context/mirror"
python3 tests/sandbox/matrix.py "$xtask" "$work" localhost/matrix-base \
    localhost/matrix-certified localhost/matrix-musl "$@"
