# Functions for a private docker engine and the image that tests install over. To be sourced.
#
# start_engine FOLDER     starts dockerd with all its files in FOLDER, and sets DOCKER_HOST; prints why it cannot start
# stop_engine             ends it, and removes its files
# base_image FOLDER NAME [PACKAGE…]
#                         a minimal Debian made by debootstrap in FOLDER, kept there, imported as NAME; never pulled
#
# A newer client may come first in PATH: that of Debian belongs to Debian's dockerd, and builds without buildx.
PATH=/usr/bin:/usr/sbin:$PATH

start_engine() {
    engine=$1
    for tool in dockerd docker debootstrap; do
        command -v "$tool" >/dev/null || {
            echo "no \`$tool\`: apt-get install --no-install-recommends docker.io debootstrap" >&2
            return 1
        }
    done
    mkdir -p "$engine"
    DOCKER_HOST=unix://$engine/docker.sock
    export DOCKER_HOST
    # It uses no bridge and no firewall rules, since some machines allow neither. On a disk without overlay support, it
    # uses vfs.
    for driver in overlay2 vfs; do
        dockerd --iptables=false --bridge=none --storage-driver="$driver" --data-root "$engine/data" \
            --exec-root "$engine/exec" --pidfile "$engine/pid" --host "$DOCKER_HOST" >"$engine/log" 2>&1 &
        dockerd=$!
        tries=0
        while [ "$tries" -lt 60 ] && kill -0 "$dockerd" 2>/dev/null; do
            if docker version >/dev/null 2>&1; then
                return 0
            fi
            sleep 0.5
            tries=$(expr "$tries" + 1)
        done
        kill "$dockerd" 2>/dev/null
        wait "$dockerd" 2>/dev/null
    done
    echo "dockerd does not start; its last words:" >&2
    tail -n 5 "$engine/log" >&2
    return 1
}

stop_engine() {
    kill "$dockerd" 2>/dev/null
    wait "$dockerd" 2>/dev/null
    # It leaves the mount of a network namespace, if a container was on the host's network.
    umount "$engine"/exec/netns/* 2>/dev/null
    rm -rf "$engine"
}

base_image() {
    folder=$1 image=$2
    shift 2
    packages=$(echo "$@" | tr ' ' ,)
    tar=$folder/debian${packages:+-$(echo "$packages" | cksum | cut -d ' ' -f 1)}.tar
    if [ ! -f "$tar" ]; then
        mkdir -p "$folder"
        # Two tests may make the same image at once.
        root=$(mktemp -d "$folder/root.XXXXXX") || return 1
        debootstrap --variant=minbase ${packages:+--include="$packages"} bookworm "$root" >"$root.log" 2>&1 || {
            echo "debootstrap fails; its last words:" >&2
            tail -n 5 "$root.log" >&2
            rm -rf "$root" "$root.log"
            return 1
        }
        rm -rf "$root/var/cache/apt/archives" "$root/var/lib/apt/lists"
        chmod 755 "$root"
        tar -C "$root" -cf "$root.tar" . && mv "$root.tar" "$tar" && rm -rf "$root" "$root.log"
    fi
    docker import "$tar" "$image" >/dev/null
}
