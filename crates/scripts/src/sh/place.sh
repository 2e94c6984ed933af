# --- the machine

# Detects the target by the loader of the image's own shell: uname describes the kernel, and ldd only itself.
detect_target() {
    shell=$(command -v sh)
    case $shell in
    /*) ;;
    # A busybox may print its own applet without a path.
    *) shell=/bin/sh ;;
    esac
    loader=$(tr -c "[:print:]" "\n" <"$shell" | sed -n "/\/ld-[a-z0-9_-]*\.so\.[0-9]\$/{p;q;}")
    case $loader in
    */ld-linux-x86-64.so.2) TARGET=linux-x64 ;;
    */ld-linux-aarch64.so.1) TARGET=linux-arm64 ;;
    */ld-musl-x86_64.so.1) TARGET=linux-x64-musl ;;
    # mutant: musl is detected as glibc
    */ld-musl-aarch64.so.1) TARGET=linux-arm64-musl ;;
    "") static_target ;;
    # mutant: any loader is accepted
    *) fail 11 target "no target has the loader $loader" ;;
    esac
}

# A static shell has no loader; then the only loader of the image decides.
static_target() {
    found=
    for pair in linux-x64:/lib64/ld-linux-x86-64.so.2 linux-arm64:/lib/ld-linux-aarch64.so.1 \
        linux-x64-musl:/lib/ld-musl-x86_64.so.1 linux-arm64-musl:/lib/ld-musl-aarch64.so.1; do
        if [ -e "${pair#*:}" ]; then
            found="$found ${pair%%:*}"
        fi
    done
    case $found in
    " linux-x64" | " linux-arm64" | " linux-x64-musl" | " linux-arm64-musl") TARGET=${found# } ;;
    *) fail 11 target "the shell is static and the C library of the image is unclear (found:${found:- none})" ;;
    esac
}

# --- room, permission, lock

open_stage() {
    # What killed installs left: the lock is held, so no other stage is in use. A driver that outlived its script may
    # still be there; it loses all of its stage at once, so that it publishes nothing that is half removed.
    for stage in "$PREFIX"/.staging/*; do
        case ${stage##*/} in
        lock | lock.*) ;;
        *) mv -- "$stage" "$stage.gone" 2>/dev/null && rm -rf -- "$stage.gone" 2>/dev/null ;;
        esac
    done
    chmod 755 "$PREFIX/.staging" 2>/dev/null
    STAGE=$(mktemp -d "$PREFIX/.staging/$AGENT.XXXXXX") || fail 14 prefix "cannot write in $PREFIX/.staging"
    chmod 711 "$STAGE"
    mkdir "$STAGE/home" "$STAGE/tmp"
    HOME=$STAGE/home
    TMPDIR=$STAGE/tmp
    export HOME TMPDIR
    cd "$STAGE" || fail 14 prefix "cannot enter $STAGE"
}

check_room() {
    set -- $(df -Pk "$STAGE" | tail -n 1)
    free=$(expr "${4:-0}" / 1024)
    # mutant: free space is not checked
    if [ "$free" -lt "$DISK" ]; then
        fail 14 disk "$PREFIX has $free MB free, $DISK MB are needed"
    fi
}

# Installs need the lock only to save work: every publication is one rename. Modes that remove files rely on it.
take_lock() {
    mkdir -p "$PREFIX/.staging" || fail 14 prefix "cannot make $PREFIX/.staging"
    LOCK=$PREFIX/.staging/lock
    if [ -e "$LOCK" ] && [ ! -f "$LOCK" ]; then
        fail 14 lock "$LOCK is not a file; remove it"
    fi
    # In a subshell, since a redirection of exec that fails would end the script at once.
    (: >>"$LOCK") 2>/dev/null || fail 14 prefix "cannot write in $PREFIX/.staging"
    waited=0
    HELD=alone
    if command -v flock >/dev/null 2>&1; then
        take_flock
    fi
    # mutant: a process with flock makes no link
    # mutant: the link of the lock is not made
    # mutant: no lock is taken
    take_link
}

# The system's own lock ends with its process, but processes without flock do not see it.
take_flock() {
    exec 9>>"$LOCK" || fail 14 lock "cannot write $LOCK"
    # The redirection passes the descriptor on; some shells close those above 2 for their children.
    while :; do
        # mutant: no lock is taken
        flock -n 9 9>&9
        case $? in
        0) break ;;
        1) wait_for_lock ;;
        *) return ;;
        esac
    done
    HELD=flock
}

# A dangling link is created atomically with its owner as the target, and is seen with and without flock.
take_link() {
    OWNER="$HELD $END $(identity "$$")"
    while :; do
        if [ -e "$LOCK.owner" ] && [ ! -L "$LOCK.owner" ]; then
            fail 14 lock "$LOCK.owner is not a link made by an install; remove it"
        fi
        if ln -s "$OWNER" "$LOCK.owner" 2>/dev/null && [ "$(readlink "$LOCK.owner")" = "$OWNER" ]; then
            return
        fi
        # mutant: every lock is treated as stale
        if stale_lock; then
            break_lock
        else
            wait_for_lock
        fi
    done
}

# Removes the stale lock; a lock that another process made meanwhile is put back.
break_lock() {
    say "removing the lock of a dead process"
    mv -f -- "$LOCK.owner" "$LOCK.stale.$$" 2>/dev/null || return 0
    taken=$(readlink "$LOCK.stale.$$")
    if [ "$taken" != "$stale" ]; then
        ln -s "$taken" "$LOCK.owner" 2>/dev/null
    fi
    rm -f -- "$LOCK.stale.$$"
}

wait_for_lock() {
    if [ "$waited" -eq 0 ]; then
        say "waiting for another install under $PREFIX"
    fi
    if [ "$(left)" -le 5 ]; then
        fail 16 lock "another install holds $LOCK.owner"
    fi
    await 5 sleep 1
    waited=$(expr "$waited" + 1)
}

# Identifies a process by boot, namespace, number and start time, so that a reused number is not mistaken for it.
identity() {
    boot=
    read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id
    space=$(readlink /proc/self/ns/pid 2>/dev/null)
    about=
    read -r about 2>/dev/null <"/proc/$1/stat"
    # After the name in brackets, which can have any characters, the twentieth number is the start time.
    set -- "$1" ${about##*) }
    echo "$boot $space $1 ${21-}"
}

# Whether the owner of the lock is dead. A process in another container is not visible: its lock expires at its deadline,
# and at once when it had the system's lock and this process has it now.
stale_lock() {
    stale=$(readlink "$LOCK.owner" 2>/dev/null) || return 1
    owner=${stale#* }
    ends=${owner%% *}
    owner=${owner#* }
    pid=${owner#* * }
    case $(identity "${pid%% *}") in
    "$owner") return 1 ;;
    "${owner% *} "*) return 0 ;;
    # mutant: a lock from before a reboot is treated as held
    "${owner%% *} "*) ;;
    *) return 0 ;;
    esac
    # mutant: the lock of a dead flock holder is awaited
    if [ "$HELD ${stale%% *}" = "flock flock" ]; then
        return 0
    fi
    # mutant: a lock of another container never expires
    [ "$ends" -lt "$(date +%s)" ] 2>/dev/null
}

release_lock() {
    if [ -n "$OWNER" ] && [ "$(readlink "$LOCK.owner" 2>/dev/null)" = "$OWNER" ]; then
        rm -f -- "$LOCK.owner"
    fi
    exec 9>&-
}
