#!/bin/sh
# Mirrors the artefacts of some agents, renders their scripts for the mirror, and runs these in a sandbox. With --all it
# also makes the mirror twice more, which must give the same bytes, and serves a mirror of each agent over HTTP.
#
#     run.sh [--all] [FOLDER]
#
# FOLDER   the folder of the mirror, kept for the next run; target/sandbox without it
# AGENTS   the agents (an environment variable); opencode and openhands without it
# MORE     agents that are mirrored as well and not installed here (an environment variable)
# PYTHON   a folder with bin/python3 of CPython 3.12 (an environment variable), packed as the substitute runtime
# NEWER    agents on CPython 3.13 that are mirrored as well if one is found here to pack (an environment variable)
#
# Needs root, bwrap, busybox, curl, python3 with pip, and the package registries.
set -eu
cd "$(dirname "$0")/../.."
all=
if [ "${1-}" = --all ]; then
    all=1
    shift
fi
folder=${1:-target/sandbox}
agents=${AGENTS:-opencode openhands}
mkdir -p "$folder"

# find_python SERIES [FOLDER]: a pyenv version, or the system's own.
find_python() {
    for found in "${2-}" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".* /usr/local /usr; do
        if [ -n "$found" ] && [ -x "$found/bin/python$1" ]; then
            echo "$found"
            return
        fi
    done
    return 1
}

python=$(find_python 3.12 "${PYTHON-}") || {
    echo "no CPython 3.12 was found to pack; name its folder in PYTHON" >&2
    exit 2
}
set -- --substitute-runtimes --python "$python"
if [ -n "${NEWER-}" ] && newer=$(find_python 3.13); then
    MORE="${MORE-} $NEWER"
    set -- "$@" --python "$newer"
elif [ -n "${NEWER-}" ]; then
    echo "skipped: $NEWER, since no CPython 3.13 was found to pack"
fi
for agent in $agents ${MORE-}; do
    set -- "$@" --agent "$agent"
done
xtask=$folder/xtask
. tests/sandbox/xtask.sh
mkdir -p "$folder"
copy_xtask "$xtask"
"$xtask" mirror --out "$folder/mirror" "$@"
failed=0
if [ -n "$all" ]; then
    sh tests/sandbox/mirror_twice.sh "$xtask" "$folder" "$@" || failed=1
    sh tests/sandbox/mirror_served.sh "$xtask" "$folder" "$agents" --substitute-runtimes --python "$python" || failed=1
fi
"$xtask" gen-scripts --site "$folder/mirror/site.toml" --out "$folder/scripts"
# The names of agents have no blanks.
# shellcheck disable=SC2086
sh tests/sandbox/real_install.sh "$folder/mirror" "$folder/scripts" $agents || failed=1
exit "$failed"
