#!/bin/sh
# Makes a mirror from the locks of some agents, renders their scripts for it, and runs these for real in a sandbox.
#
#     run.sh [FOLDER]
#
# FOLDER   where the mirror is kept for the next run; target/sandbox without it
# AGENTS   the agents (an environment variable); opencode and openhands without it
# PYTHON   a folder with bin/python3 of CPython 3.12 (an environment variable), packed as the substitute runtime
#
# Needs root, bwrap, python3 with pip, and the package registries.
set -eu
cd "$(dirname "$0")/../.."
folder=${1:-target/sandbox}
agents=${AGENTS:-opencode openhands}
mkdir -p "$folder"

# A pyenv version, or the system's own.
find_python() {
    for found in "${PYTHON-}" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.* /usr/local /usr; do
        if [ -n "$found" ] && [ -x "$found/bin/python3.12" ]; then
            echo "$found"
            return
        fi
    done
    echo "no CPython 3.12 was found to pack; name its folder in PYTHON" >&2
    exit 2
}

python=$(find_python)
locks=
for agent in $agents; do
    locks="$locks registry/src/agents/$(echo "$agent" | tr - _).lock"
done
echo "mirror: $folder/mirror, with CPython of $python"
# The names of agents have no blanks, and each lock is a word.
# shellcheck disable=SC2086
python3 tests/sandbox/make_mirror.py --out "$folder/mirror" --python "$python" $locks
cargo xtask gen-scripts --site "$folder/mirror/site.toml" --out "$folder/scripts"
# shellcheck disable=SC2086
sh tests/sandbox/real_install.sh "$folder/mirror" "$folder/scripts" $agents
