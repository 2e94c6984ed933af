# What runs of other people's harnesses share. To be sourced after engine.sh.
#
# find_python                      prints a Python of 3.12 or later, or says that there is none
# python_packages PYTHON DIR PKG…  these packages in a virtual environment, kept
# compose_plugin DIR               `docker compose`, kept in DIR; sets DOCKER_CONFIG
# docker_plugin DIR PACKAGE        any plugin of docker by its package of Debian 13, kept in DIR; sets DOCKER_CONFIG
# runner_image PYTHON DIR NAME     Debian with Python 3.13 and Harbor's runner in its venv, kept in DIR
# bake AGENTS MIRROR NAME AGENT…   that image with agents, installed by their scripts from a mirror
# start_server DIR PLAN            DIR/xtask's model server; its requests are in DIR/requests; sets $url
# end_server                       ends it

find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done
    echo "no Python 3.12 or later" >&2
    return 1
}

python_packages() {
    python=$1 folder=$2
    shift 2
    [ "$(cat "$folder/packages" 2>/dev/null)" = "$*" ] && return 0
    rm -rf "$folder"
    "$python" -m venv "$folder" && "$folder/bin/pip" install --quiet "$@" && echo "$*" >"$folder/packages"
}

compose_plugin() {
    docker_plugin "$1" docker-compose
}

# Debian 12 has no package of these; those of Debian 13 run there, and are in the same archive.
docker_plugin() {
    DOCKER_CONFIG=$1/docker
    export DOCKER_CONFIG
    [ -x "$DOCKER_CONFIG/cli-plugins/$2" ] && return 0
    apt=$1/apt
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$DOCKER_CONFIG/cli-plugins"
    archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keys] $archive trixie main" >"$apt/sources.list"
    (
        package=$2
        cd "$apt" || exit
        set -- -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$apt/lists" \
            -o Dir::Cache="$apt"
        apt-get "$@" update && apt-get "$@" download "$package"
    ) >"$apt/log" 2>&1 || { cat "$apt/log" >&2; return 1; }
    dpkg-deb --fsys-tarfile "$apt/$2"_*.deb | tar -x -C "$apt" ./usr/libexec/docker/cli-plugins
    mv "$apt/usr/libexec/docker/cli-plugins/$2" "$DOCKER_CONFIG/cli-plugins/" && rm -rf "$apt"
}

runner_image() {
    python=$1 folder=$2 image=$3
    if [ ! -f "$folder/debian.tar" ]; then
        root=$folder/root
        rm -rf "$root"
        debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,procps trixie "$root" \
            >"$folder/log" 2>&1 || { tail -n 5 "$folder/log" >&2; return 1; }
        "$python" -m pip download --quiet --dest "$root/wheels" --python-version 3.13 --only-binary=:all: \
            --platform manylinux2014_x86_64 --platform manylinux2014_aarch64 agent-client-protocol || return 1
        chroot "$root" sh -c 'python3 -m venv /opt/harbor-acp-venv &&
            /opt/harbor-acp-venv/bin/pip install --quiet --no-index --find-links /wheels agent-client-protocol' || return 1
        rm -rf "$root/wheels" "$root/var/cache/apt/archives" "$root/var/lib/apt/lists"
        tar -C "$root" -cf "$folder/debian.tar.new" . && mv "$folder/debian.tar.new" "$folder/debian.tar" &&
            rm -rf "$root"
    fi
    docker import "$folder/debian.tar" "$image" >/dev/null
}

bake() {
    agents=$1 mirror=$2 image=$3
    shift 3
    docker run --name bake --network none --volume "$mirror:$mirror:ro" --volume "$agents:/agents:ro" \
        localhost/harbor-base sh -c '
        for agent; do
            BENCHFLOW_INSTALL_MODE=install sh "/agents/$agent/install.sh" >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
        done
        rm -rf /opt/benchflow/log' sh "$@" || return 1
    docker commit bake "$image" >/dev/null && docker rm bake >/dev/null
}

start_server() {
    folder=$1
    echo "$2" >"$folder/plan.json"
    mkfifo "$folder/held"
    "$folder/xtask" model-server --plan "$folder/plan.json" --log "$folder/requests" --ready "$folder/ready" <"$folder/held" &
    server=$!
    exec 9>"$folder/held"
    tries=0
    until [ -s "$folder/ready" ]; do
        if [ "$tries" -ge 60 ] || ! kill -0 "$server" 2>/dev/null; then
            echo "the model server does not start" >&2
            return 1
        fi
        sleep 0.5
        tries=$((tries + 1))
    done
    url=http://$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["listen"])' "$folder/ready")/v1
}

# The server ends with its standard input.
end_server() {
    [ -n "$server" ] || return 0
    exec 9>&-
    wait "$server"
}
