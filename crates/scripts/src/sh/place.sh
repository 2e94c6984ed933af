# --- the machine

# The target, by what the image's own shell is linked with: uname and ldd tell about the kernel and about themselves.
detect_target() {
    shell=$(command -v sh)
    case $shell in
    /*) ;;
    # A busybox may name its own applet without a place.
    *) shell=/bin/sh ;;
    esac
    loader=$(tr -c "[:print:]" "\n" <"$shell" | sed -n "/\/ld-[a-z0-9_-]*\.so\.[0-9]\$/{p;q;}")
    case $loader in
    */ld-linux-x86-64.so.2) TARGET=linux-x64 ;;
    */ld-linux-aarch64.so.1) TARGET=linux-arm64 ;;
    */ld-musl-x86_64.so.1) TARGET=linux-x64-musl ;;
    # mutant: musl is taken for glibc
    */ld-musl-aarch64.so.1) TARGET=linux-arm64-musl ;;
    "") static_target ;;
    # mutant: any loader will do
    *) fail 11 target "no target has the loader $loader" ;;
    esac
}

# A static shell tells nothing; then the one loader that the image has does.
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
    # mutant: no room is asked for
    if [ "$free" -lt "$DISK" ]; then
        fail 14 disk "$PREFIX has $free MB free, $DISK MB are needed"
    fi
}

# For installs the lock saves work and nothing else: every publication is one rename, with or without it. What removes
# things relies on it.
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
    # mutant: flock does not see who has none
    # mutant: no link is taken
    # mutant: no lock
    take_link
}

# The system's own lock ends with its holder; those that have no flock do not see it.
take_flock() {
    exec 9>>"$LOCK" || fail 14 lock "cannot write $LOCK"
    # The redirection hands the descriptor on; some shells close those above 2 for their children.
    while :; do
        # mutant: no lock
        flock -n 9 9>&9
        case $? in
        0) break ;;
        1) wait_for_lock ;;
        *) return ;;
        esac
    done
    HELD=flock
}

# A link that leads nowhere is made in one step with its owner's words in it, and those with and without flock see it.
take_link() {
    OWNER="$HELD $END $(identity "$$")"
    while :; do
        if [ -e "$LOCK.owner" ] && [ ! -L "$LOCK.owner" ]; then
            fail 14 lock "$LOCK.owner is not a link made by an install; remove it"
        fi
        if ln -s "$OWNER" "$LOCK.owner" 2>/dev/null && [ "$(readlink "$LOCK.owner")" = "$OWNER" ]; then
            return
        fi
        # mutant: every lock is stale
        if stale_lock; then
            break_lock
        else
            wait_for_lock
        fi
    done
}

# Takes the stale lock away, and puts back what another has put there in the meantime.
break_lock() {
    say "removing the lock of a process that is gone"
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

# Who a process is, so that a number used again, another container or another boot is not taken for it.
identity() {
    boot=
    read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id
    space=$(readlink /proc/self/ns/pid 2>/dev/null)
    about=
    read -r about 2>/dev/null <"/proc/$1/stat"
    # Behind the name in brackets, which may hold anything, the twentieth number is the start.
    set -- "$1" ${about##*) }
    echo "$boot $space $1 ${21-}"
}

# Whether the owner of the lock is gone. Of a process in another container nothing is seen: its run ends at its deadline,
# and who holds the system's lock knows that nobody else does.
stale_lock() {
    stale=$(readlink "$LOCK.owner" 2>/dev/null) || return 1
    owner=${stale#* }
    ends=${owner%% *}
    owner=${owner#* }
    pid=${owner#* * }
    case $(identity "${pid%% *}") in
    "$owner") return 1 ;;
    "${owner% *} "*) return 0 ;;
    # mutant: a lock from before a boot is somebody's
    "${owner%% *} "*) ;;
    *) return 0 ;;
    esac
    # mutant: what held flock and is gone is waited for
    if [ "$HELD ${stale%% *}" = "flock flock" ]; then
        return 0
    fi
    # mutant: a lock of another container has no end
    [ "$ends" -lt "$(date +%s)" ] 2>/dev/null
}

release_lock() {
    if [ -n "$OWNER" ] && [ "$(readlink "$LOCK.owner" 2>/dev/null)" = "$OWNER" ]; then
        rm -f -- "$LOCK.owner"
    fi
    exec 9>&-
}
