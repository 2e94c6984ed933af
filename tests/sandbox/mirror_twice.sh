#!/bin/sh
# Checks that a mirror is determined by its command line: two runs into two folders give the same bytes, and a run into a
# complete folder needs neither the network nor a writable file system.
#
#     mirror_twice.sh XTASK FOLDER OPTION...
#
# FOLDER   gets the two mirrors, which are removed at the end
# OPTION   options of `cargo xtask mirror` other than --out and --url
set -u
xtask=$(realpath "$1") || exit 2
folder=$(cd "$2" && pwd) || exit 2
shift 2
# Without --url a mirror names its own folder.
set -- mirror --url http://127.0.0.1:8470 "$@"
. "$(dirname "$0")/expect.sh"

rm -rf "$folder/once" "$folder/twice"
trap 'rm -rf "$folder/once" "$folder/twice"' EXIT
"$xtask" "$@" --out "$folder/once"
expect "mirror: from nothing" 0 "$?"
"$xtask" "$@" --out "$folder/twice"
expect "mirror: from nothing, elsewhere" 0 "$?"
diff -r "$folder/once" "$folder/twice"
expect "mirror: both are the same bytes" 0 "$?"
(cd "$folder/once" && sha256sum --quiet -c SHA256SUMS)
expect "mirror: its list of checksums is right" 0 "$?"
listed=$(wc -l <"$folder/once/SHA256SUMS")
[ "$(find "$folder/once" -type f ! -name SHA256SUMS | wc -l)" -eq "$listed" ]
expect "mirror: its list of checksums is complete" 0 "$?"
bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --ro-bind "$folder" "$folder" --ro-bind "$xtask" "$xtask" \
    --unshare-net "$xtask" "$@" --out "$folder/once"
expect "mirror: a second run, without a network, on a read-only file system" 0 "$?"
tarball=$(find "$folder/once/npm" -name "*.tgz" | sort | head -n 1)
printf damaged >"$tarball"
"$xtask" "$@" --out "$folder/once" 2>&1 | grep "is damaged"
expect "mirror: a damaged artefact is reported" 0 "$?"
diff -r "$folder/once" "$folder/twice"
expect "mirror: a damaged artefact is fetched again" 0 "$?"
finish
