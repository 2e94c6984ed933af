#!/bin/sh
# Installs an agent on a musl machine: a root with only a static busybox and musl's loader.
#
#     musl.sh FOLDER AGENT
#
# FOLDER   where the mirror and the root are kept for the next run, as FOLDER/musl
#
# Needs root, bwrap, apt-get, curl, and the package registries. The substitute Node.js for musl requires musl 1.2.4 or
# later for its relocations, which Debian 12 does not have; a later one is in Debian's pool.
set -eu
mkdir -p "$1/musl"
folder=$(cd "$1/musl" && pwd) agent=$2
cd "$(dirname "$0")/../.."
later=musl_1.2.5-3_amd64.deb
later_sha256=4288deaf14438e6c237491be45f10e3e7badb2e723cedfb08ff1fe687b646c84

cargo build --quiet --package xtask
xtask=${CARGO_TARGET_DIR:-target}/debug/xtask
"$xtask" mirror --out "$folder/mirror" --agent "$agent" --target linux-x64-musl --substitute-runtimes
"$xtask" gen-scripts --site "$folder/mirror/site.toml" --out "$folder/scripts" --agent "$agent"

root=$folder/root
if [ ! -e "$root/lib/ld-musl-x86_64.so.1" ]; then
    (
        cd "$folder"
        apt-get download busybox-static >/dev/null 2>&1
        # What is here already has no place.
        rm -f musl_*.deb
        place=$(apt-get download --print-uris musl | cut -d "'" -f 2)
        curl -sS --fail -o "$later" "${place%/*}/$later"
    )
    echo "$later_sha256  $folder/$later" | sha256sum -c - >/dev/null
    rm -rf "$root"
    mkdir -p "$root/bin" "$root/dev" "$root/etc" "$root/opt" "$root/proc" "$root/tmp" "$root/usr"
    for package in "$folder"/busybox-static_*.deb "$folder/$later"; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root"
    done
    [ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
    for applet in $("$root/bin/busybox" --list); do
        [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
    done
fi
prefix=$folder/prefix
rm -rf "$prefix"
mkdir "$prefix"

box() {
    bwrap --bind "$root" / --dev /dev --proc /proc --tmpfs /tmp --ro-bind "$folder/mirror" "$folder/mirror" \
        --ro-bind "$folder/scripts/$agent" /script --bind "$prefix" /opt --unshare-net --unshare-pid --die-with-parent \
        --cap-add ALL --clearenv --setenv PATH /bin "$@" 2>"$folder/err" || {
        cat "$folder/err"
        exit 1
    }
}

# told WHAT: checks that the last line of the last run reports success on this target.
told() {
    tail -n 1 "$folder/err" | grep -q '"class":"ok","status":0,' || {
        cat "$folder/err"
        exit 1
    }
    echo "ok    $1 on musl"
}

box sh /script/install.sh
told "the install of $agent"
grep -q linux-x64-musl "$prefix"/benchflow/*/*/stamp
box sh /script/install.sh
grep -q "nothing to do" "$folder/err"
told "the no-op of $agent"
for mode in check remove; do
    box --setenv BENCHFLOW_INSTALL_MODE "$mode" sh /script/install.sh
    told "mode $mode of $agent"
done
[ -z "$(ls -A "$prefix")" ]
