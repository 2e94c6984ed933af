#!/bin/sh
# The release archive as a user without Rust uses it: checked, unpacked, and an agent installed from it in docker.
#
#     release.sh MIRROR AGENT
#
# MIRROR   a folder with the artefacts of the agent and a site.toml that names folders in it
#
# Needs root, Debian's docker.io and debootstrap, Python 3.12 or later, and the package registry of Python. Prints
# `N passed, N failed` and exits 1 when something failed, 2 when a part is missing.
set -u
mirror=$(cd "$1" && pwd) || exit 2
agent=$2
cd "$(dirname "$0")/../.." || exit 2
kept=$PWD/${CARGO_TARGET_DIR:-target}/sandbox
. tests/sandbox/engine.sh
. tests/sandbox/expect.sh
. tests/sandbox/harness.sh
. tests/sandbox/xtask.sh
work=$(mktemp -d /var/tmp/release-test.XXXXXX) || exit 2
dockerd=
trap '[ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
python=$(find_python) || exit 2
python_packages "$python" "$kept/cyclonedx" 'cyclonedx-python-lib[json-validation]==11.12.0' || exit 2
copy_xtask "$work/xtask" || exit 2

# valid FILE: whether the library of the format takes a bill of materials.
valid() {
    "$kept/cyclonedx/bin/python" - "$1" >"$work/log" 2>&1 <<'PYTHON'
import pathlib, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(pathlib.Path(sys.argv[1]).read_text())
sys.exit(fault and str(fault)[:600])
PYTHON
}

"$work/xtask" release --site "$mirror/site.toml" --out "$work/dist" >"$work/log" 2>&1
expect "a release is made" 0 "$?"
cd "$work/dist" || exit 2
sha256sum --check --quiet SHA256SUMS >"$work/log" 2>&1
expect "its checksums hold" 0 "$?"
valid sbom.cdx.json
expect "the bill of materials is valid by its schema" 0 "$?"
sed 's/"alg": "SHA-512"/"alg": "SHA-511"/' sbom.cdx.json >"$work/broken.json"
valid "$work/broken.json"
expect "one with an unknown checksum is not" 1 "$?"
tar xzf coding-agents-*.tar.gz
cd coding-agents-*/ || exit 2
sha256sum --check --quiet SHA256SUMS >"$work/log" 2>&1
expect "the checksums in the archive hold" 0 "$?"

start_engine "$work/engine" || exit 2
base_image "$kept/containers" localhost/debian-minimal || exit 2
docker run --name install --network none --volume "$PWD:/release:ro" --volume "$mirror:$mirror:ro" \
    localhost/debian-minimal sh "/release/scripts/$agent/install.sh" >"$work/log" 2>&1
expect "install.sh of $agent ends with 0 in docker" 0 "$?"
docker commit install localhost/installed >/dev/null
{
    echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"clientCapabilities":{}}}'
    sleep 20
} | docker run --interactive --rm --network none --env BENCHFLOW_PROVIDER_NAME=probe \
    --env BENCHFLOW_PROVIDER_BASE_URL=http://127.0.0.1:9 --env BENCHFLOW_PROVIDER_API_KEY=none \
    --env BENCHFLOW_PROVIDER_MODEL=none localhost/installed "/opt/benchflow/bin/$agent" 2>"$work/log" |
    head -n 1 >"$work/answer"
expect "the agent answers initialize" 1 "$(grep -c '"protocolVersion":1' "$work/answer")"

finish
