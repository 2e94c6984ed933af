#!/bin/sh
# Runs what a stage of the generated Dockerfile runs, over this machine's own root and from a local mirror.
#
#     dockerfile.sh MIRROR SCRIPTS AGENT
#
# MIRROR   a folder made by `cargo xtask mirror`
# SCRIPTS  the output of `cargo xtask gen-scripts --site MIRROR/site.toml --out SCRIPTS`; the site must name folders
# AGENT    an agent of SCRIPTS whose lock the mirror holds
#
# Needs bwrap and root. The image is built without a network; a run over what was built finds its stamp and does nothing.
set -eu
mirror=$(cd "$1" && pwd) scripts=$(cd "$2" && pwd) agent=$3
here=$(dirname "$0")
work=$(mktemp -d /var/tmp/dockerfile.XXXXXX)
trap 'rm -rf "$work" "$work.err"' EXIT
# The proof runs as another user.
chmod 755 "$work"

# The commands of the stage, its lines joined; the first word is the file that is bound into the build.
stage=$(sed -n "/^FROM base AS $agent\$/,/^\$/p" "$here/../../generated/suite/Dockerfile" | sed -e ':a' -e '/\\$/N; s/\\\n *//; ta')
run=$(printf '%s\n' "$stage" | sed -n 's/^RUN --mount=type=bind,from=scripts,source=[^ ]* *//p')
source=$(printf '%s\n' "$stage" | sed -n 's/^RUN --mount=type=bind,from=scripts,source=\([^,]*\),target=\/run\/install.sh .*/\1/p')
[ -n "$run" ] && [ -n "$source" ] || { echo "there is no stage \"$agent\"" >&2; exit 2; }

# build BIND COMMAND: runs a command with the image's own /opt; nothing else of the root can be written.
build() {
    bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --tmpfs /run --ro-bind "$scripts/$source" /run/install.sh \
        --ro-bind "$mirror" "$mirror" "$1" "$work" /opt --unshare-net --unshare-pid --die-with-parent --cap-add ALL \
        sh -c "$2"
}

build --bind "$run"
echo "ok    $agent: the stage is built"
build --ro-bind "sh /run/install.sh" 2>"$work.err" || { cat "$work.err" >&2; exit 1; }
echo "ok    $agent: over the image, the install does nothing"
