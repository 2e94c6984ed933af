#!/bin/sh
# Dev Container features as the reference implementation takes them: read, packaged, built into an image and tested.
#
#     devcontainer.sh MIRROR AGENT
#
# MIRROR   a folder with the artefacts of the agent and a site.toml that names folders in it
#
# The mirror is served over HTTP, and the options of the feature say where: the image has no folder of it.
#
# Needs root, Debian's docker.io and debootstrap, Node.js 20 or later with npm, python3, and the npm registry. Prints
# `N passed, N failed` and exits 1 when something failed, 2 when a part is missing.
set -u
mirror=$(cd "$1" && pwd) || exit 2
agent=$2
cd "$(dirname "$0")/../.." || exit 2
kept=$PWD/${CARGO_TARGET_DIR:-target}/sandbox
cli_version=0.89.0
. tests/sandbox/engine.sh
. tests/sandbox/expect.sh
. tests/sandbox/xtask.sh
work=$(mktemp -d /var/tmp/devcontainer-test.XXXXXX) || exit 2
dockerd=
server=
trap '[ -z "$server" ] || kill "$server"; [ -z "$dockerd" ] || stop_engine; rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
# The command makes its folders in that of temporary files.
TMPDIR=$work/tmp
export TMPDIR
mkdir "$TMPDIR" "$work/empty"
if [ "$(cat "$kept/devcontainers/version" 2>/dev/null)" != "$cli_version" ]; then
    rm -rf "$kept/devcontainers"
    npm install --silent --no-audit --no-fund --prefix "$kept/devcontainers" "@devcontainers/cli@$cli_version" || exit 2
    echo "$cli_version" >"$kept/devcontainers/version"
fi
devcontainer() { node "$kept/devcontainers/node_modules/@devcontainers/cli/devcontainer.js" "$@"; }
copy_xtask "$work/xtask" || exit 2

"$work/xtask" gen-devcontainer --site "$mirror/site.toml" --out "$work/features" >"$work/log" 2>&1
expect "a feature is written for each agent" 0 "$?"
"$work/xtask" gen-devcontainer --check --site "$mirror/site.toml" --out "$work/features" >"$work/log" 2>&1
expect "a check finds nothing stale" 0 "$?"
echo "# changed" >>"$work/features/src/$agent/install.sh"
"$work/xtask" gen-devcontainer --check --site "$mirror/site.toml" --out "$work/features" >"$work/log" 2>&1
expect "a check finds a changed script" "1 1" "$? $(grep -c "src/$agent/install.sh. is stale" "$work/log")"
"$work/xtask" gen-devcontainer --site "$mirror/site.toml" --out "$work/features" >"$work/log" 2>&1
"$work/xtask" gen-scripts --site "$mirror/site.toml" --out "$work/scripts" >"$work/log" 2>&1 || exit 2

"$work/xtask" audit --deny notes "$work/features" >"$work/log" 2>&1
expect "audit finds nothing in the features" 0 "$?"

# Packages: an archive for each feature, and a collection of their descriptions.
devcontainer features package "$work/features/src" --output-folder "$work/packages" >"$work/log" 2>&1
expect "every feature is packaged" "0 $(ls "$work/scripts" | wc -l)" "$? $(ls "$work/packages"/*.tgz | wc -l)"
mkdir "$work/unpacked"
tar -C "$work/unpacked" -xf "$work/packages/devcontainer-feature-$agent.tgz"
cmp "$work/unpacked/install.sh" "$work/scripts/$agent/install.sh" >"$work/log" 2>&1
expect "a package has the install script byte for byte" 0 "$?"
cp -R "$work/features/src/$agent" "$work/empty/"
sed -i '/"version"/d' "$work/empty/$agent/devcontainer-feature.json"
devcontainer features package "$work/empty/$agent" --output-folder "$work/refused" >"$work/log" 2>&1
expect "a feature without a version is not packaged" 1 "$?"

# The options, as the command reads them.
url=http://127.0.0.1:8473
options="{\"benchflow_mirror\": \"$url/runtimes\", \"benchflow_npm_registry\": \"$url/npm\", \"benchflow_pypi_index\": \"$url/wheels\"}"
mkdir -p "$work/project/.devcontainer"
cp -R "$work/features/src/$agent" "$work/project/.devcontainer/"
echo "{\"image\": \"localhost/none\", \"features\": {\"./$agent\": $options}}" >"$work/project/.devcontainer/devcontainer.json"
start_engine "$work/engine" || exit 2
base_image "$kept/containers" localhost/debian-curl curl ca-certificates || exit 2
devcontainer read-configuration --workspace-folder "$work/project" --include-features-configuration \
    >"$work/read.json" 2>"$work/log"
expect "a configuration with the feature is read" 0 "$?"
python3 - "$work/read.json" "$agent" >"$work/found" 2>"$work/log" <<'PYTHON'
import json, sys
[feature] = [it for group in json.load(open(sys.argv[1]))["featuresConfiguration"]["featureSets"] for it in group["features"]]
assert feature["id"] == sys.argv[2], feature
print(feature["value"]["benchflow_mirror"], len(feature["options"]))
PYTHON
expect "its options are those of the description" "$url/runtimes 6" "$(cat "$work/found")"

# The mirror on the loopback interface of the host, which a build shares.
python3 -m http.server 8473 --bind 127.0.0.1 --directory "$mirror" >"$work/served" 2>&1 &
server=$!
until curl --silent --fail --output "$work/log" "$url/site.toml"; do
    kill -0 "$server" || exit 2
    sleep 0.1
done
test=$work/features/test/$agent
mkdir -p "$test/options"
# Debian's own engine has no bridge here: a build shares the network of the host, a container has none.
cat >"$test/scenarios.json" <<JSON
{
    "options": {
        "build": {"dockerfile": "Dockerfile", "options": ["--network=host"]},
        "runArgs": ["--network=none"],
        "remoteUser": "dev",
        "features": {"$agent": $options}
    }
}
JSON
printf 'FROM localhost/debian-curl\nRUN useradd --create-home dev\n' >"$test/options/Dockerfile"
cat >"$test/options.sh" <<SH
#!/bin/sh
set -eu
test "\$(id -un)" = dev
{
    echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"clientCapabilities":{}}}'
    sleep 20
} | BENCHFLOW_PROVIDER_NAME=probe BENCHFLOW_PROVIDER_BASE_URL=http://127.0.0.1:9 BENCHFLOW_PROVIDER_API_KEY=none \\
    BENCHFLOW_PROVIDER_MODEL=none /opt/benchflow/bin/$agent | head -n 1 | grep '"protocolVersion":1'
SH
chmod +x "$test/options.sh"

# tested: runs the scenarios of the feature.
tested() {
    : >"$work/served"
    devcontainer features test --project-folder "$work/features" --features "$agent" --skip-autogenerated \
        --skip-duplicated --log-level debug >"$work/log" 2>&1
}
tested
expect "the feature passes its scenario: the agent answers initialize" 0 "$?"
expect "its install fetched from where the options say" "yes" "$(grep -q 'GET /npm/.* 200' "$work/served" && echo yes)"
sed -i "s|$url/runtimes|$url/nowhere|" "$test/scenarios.json"
tested
expect "with a wrong place in an option it fails" "1 yes" \
    "$? $(grep -q 'GET /nowhere/.* 404' "$work/served" && echo yes)"

# The script alone, with the variables that the command would give it.
install() {
    docker run --rm --network host --volume "$work/features/src/$agent:/feature:ro" --env "BENCHFLOW_MIRROR=$1" \
        --env "BENCHFLOW_NPM_REGISTRY=$url/npm" --env "BENCHFLOW_PYPI_INDEX=$url/wheels" --env BENCHFLOW_CA_BUNDLE= \
        --env BENCHFLOW_INSTALL_DEADLINE= --env BENCHFLOW_ALLOW_PACKAGE_MANAGER=0 --env _REMOTE_USER=root \
        --env _REMOTE_USER_HOME=/root localhost/debian-curl sh -c "cd /feature && ./install.sh && ls /opt/benchflow/bin" \
        >"$work/log" 2>&1
}
install "$url/runtimes"
expect "install.sh with its variables ends with 0" "0 1" "$? $(grep -c -x "$agent" "$work/log")"
install "$url/nowhere"
expect "with another place it ends with class 10" 10 "$?"

finish
