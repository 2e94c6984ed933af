#!/bin/sh
# Builds the wheel of this tree into a folder: the program with every feature, and the files of the release archive.
#
#     wheel.sh OUT [OPTION…]
#
# OPTION   an option of `maturin build`: `--profile dev` builds faster, `--target` names another target
#
# Needs cargo and `maturin` (from the index of Python packages) on PATH.
set -eu
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
cargo xtask release --out "$work"
files=packaging/python/coding_agents/files
rm -rf "$files"
mkdir "$files"
tar -xzf "$work"/coding-agents-*.tar.gz -C "$files" --strip-components 1
cd packaging
maturin build --out "$out" "$@"
