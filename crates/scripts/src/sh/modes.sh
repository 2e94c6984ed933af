# --- steps

# runtime NAME URL SHA256 PROGRAM: installs a runtime into its own folder, completely or not at all.
runtime() {
    if [ -x "$PREFIX/$1/$4" ]; then
        say "have $1"
        return
    fi
    archive=$STAGE/${2##*/}
    fetch "$2" "$archive" "$3"
    mkdir -p "$STAGE/unpack/$1"
    unpack "$archive" "$STAGE/unpack/$1"
    rm -f -- "$archive"
    for top in "$STAGE/unpack/$1"/*; do
        break
    done
    # mutant: an archive without the program is accepted
    if [ ! -f "$top/$4" ]; then
        fail 12 unpack "${2##*/} does not contain $4"
    fi
    if ! in_time "$top/$4" --version >>"$STAGE/log" 2>&1; then
        # mutant: a slow runtime is reported as one that does not start
        check_deadline runtime
        fail 15 runtime "$4 of ${2##*/} does not start on this machine"
    fi
    if [ -z "${NODE-}" ]; then
        NODE=$top/$4
    fi
    case $1 in
    python/*) mkdir -p "$PREFIX/python" 2>/dev/null ;;
    esac
    put "$top" "$PREFIX/$1" || fail 14 publish "cannot put $1 into place"
    say "installed $1"
}

# unpack ARCHIVE FOLDER: an archive that cannot be read or has a member outside its folder is an integrity failure; an
# archive that can be read but not unpacked is a failure of the machine.
unpack() {
    case $1 in
    *.xz) kind=J ;;
    *) kind=z ;;
    esac
    if in_time tar -C "$2" "-x${kind}of" "$1" >>"$STAGE/log" 2>&1; then
        return
    fi
    tail -n 3 "$STAGE/log" >&2
    check_deadline unpack
    # mutant: a full file system is not detected
    if is_full; then
        fail 14 unpack "no space left to unpack ${1##*/}"
    fi
    if ! in_time tar "-t${kind}f" "$1" >"$STAGE/names" 2>>"$STAGE/log"; then
        check_deadline unpack
        # mutant: a truncated archive is reported as a full disk
        fail 12 unpack "${1##*/} is not a complete archive"
    fi
    while read -r member; do
        case /$member/ in
        //* | */../*) fail 12 unpack "${1##*/} has a member outside its folder: $member" ;;
        esac
    done <"$STAGE/names"
    fail 14 unpack "${1##*/} cannot be unpacked; see the log"
}

# put FOLDER PLACE: renames a folder, or keeps the one that another install has put there. mv without -T would move one
# into the other, and an old busybox has no -T.
put() {
    # mutant: mv must support -T
    # mutant: a folder is moved into an existing one
    mv -fT -- "$1" "$2" 2>/dev/null || [ -e "$2" ] || "$NODE" -e "$RENAME" "$1" "$2" || [ -e "$2" ]
}

RENAME='require("fs").renameSync(process.argv[1],process.argv[2])'

# Writes the files of a payload (gzip of a JSON object, in base64 or raw) under a folder, and then runs its driver.
UNPACK='const f=require("fs"),p=require("path"),z=require("zlib"),c=require("crypto");const[s,e,h,d]=process.argv.slice(1);
# mutant: the checksum of the payload is not compared
try{const b=Buffer.from(f.readFileSync(s,"latin1"),e);if(c.createHash("sha256").update(b).digest("hex")!==h)throw Error("wrong checksum");
const o=JSON.parse(z.gunzipSync(b));for(const n in o){const t=p.join(d,n);f.mkdirSync(p.dirname(t),{recursive:true});f.writeFileSync(t,o[n])}
}catch(x){f.writeFileSync("fault","payload\nthe payload cannot be unpacked: "+x.message+"\n");process.exit(70)}
import(require("url").pathToFileURL(p.join(d,"lib/install.mjs")))'

# drive MODE FOLDER WORD...: runs the driver of the payload with the private Node.js; WORDs start the driver.
drive() {
    mode=$1
    driven=$2
    shift 2
    in_time "$NODE" "$@" "mode=$mode" "agent=$driven" "prefix=$PREFIX" "stage=$STAGE" "stamp=$STAMP" \
        "name=$AGENT" "final=$DIR" "target=$TARGET" "node=$NODE_NAME" "python=$PYTHON_NAME" "start=$START" "end=$END" \
        "npm=$NPM_REGISTRY" "pypi=$PYPI_INDEX" "ca=$CA_BUNDLE" "mirror=$MIRROR"
    result=$?
    if [ "$result" -eq 0 ]; then
        return
    fi
    check_deadline "$mode"
    if [ -r "$STAGE/fault" ]; then
        {
            read -r FAIL_STEP
            read -r FAIL_DETAIL
            read -r FAIL_FINAL
        } <"$STAGE/fault"
    fi
    # On a full file system the driver's file is missing or empty.
    FAIL_STEP=${FAIL_STEP:-$mode}
    FAIL_DETAIL=${FAIL_DETAIL:-"the installer's driver ended with status $result; see the log"}
    exit "$result"
}

# Whether exactly this install is in place; called before anything is written.
is_current() {
    line=
    read -r line 2>/dev/null <"$HOLDER/stamp"
    [ "$line" = "$STAMP $TARGET $NODE_NAME ${PYTHON_NAME:--}" ] && [ -x "$LAUNCHER" ] && [ -x "$DIR/node/bin/node" ] &&
        [ -r "$DIR/launch.sh" ] && [ "$(cat "$LAUNCHER")" = "$(cat "$DIR/launch.sh")" ]
}

# --- modes

# mutant: an unchanged install writes
mode_install() {
    choose_runtimes
    if is_current; then
        # A layer may have been copied into an image that lacks something.
        require runtime_needs image_needs
        say "stamp $STAMP is installed; nothing to do"
        return
    fi
    require tool_needs runtime_needs extra_needs image_needs
    take_lock
    open_stage
    if is_current; then
        say "another install put stamp $STAMP into place"
        return
    fi
    check_room
    put_runtimes
    mkdir "$STAGE/agent"
    write_payload "$STAGE/payload" || fail 70 payload "the payload cannot be written"
    fetch_artefacts "$STAGE/agent"
    drive install "$STAGE/agent" -e "$UNPACK" "$STAGE/payload" "$PAYLOAD_ENCODING" "$PAYLOAD_SHA256" "$STAGE/agent"
    say "installed stamp $STAMP"
}

put_runtimes() {
    runtime "$NODE_NAME" "$NODE_URL" "$NODE_SHA256" bin/node
    NODE=$PREFIX/$NODE_NAME/bin/node
    if [ -n "$PYTHON_NAME" ]; then
        runtime "$PYTHON_NAME" "$PYTHON_URL" "$PYTHON_SHA256" bin/python3
    fi
}

# Installs the runtimes without the agent: the layer that images of several agents share.
mode_runtimes() {
    choose_runtimes
    require tool_needs runtime_needs
    take_lock
    open_stage
    check_room
    put_runtimes
}

# Checks what is installed, and changes nothing.
mode_check() {
    choose_runtimes
    if ! is_current; then
        fail 15 check "stamp $STAMP is not installed under $PREFIX"
    fi
    STAGE=$(mktemp -d "/tmp/$AGENT.XXXXXX") || fail 14 check "cannot make a folder in /tmp"
    chmod 711 "$STAGE"
    mkdir "$STAGE/home" "$STAGE/tmp"
    HOME=$STAGE/home
    TMPDIR=$STAGE/tmp
    export HOME TMPDIR
    NODE=$DIR/node/bin/node
    "$NODE" --version >"$STAGE/log" 2>&1 || fail 15 check "$NODE does not start"
    drive check "$DIR" "$DIR/lib/install.mjs"
}

# Returns to the stamp that was current before, and keeps the one that is now for the way back. Nothing is fetched; the
# checks are those of mode check.
mode_rollback() {
    # Without an earlier stamp nothing is written; with one, no install may replace it from here on.
    if [ -r "$HOLDER/stamp.before" ]; then
        take_lock
        open_stage
    fi
    line=
    read -r line 2>/dev/null <"$HOLDER/stamp.before"
    set -- $line
    if [ $# -ne 4 ] || [ ! -x "$HOLDER/$1/node/bin/node" ] || [ ! -r "$HOLDER/$1/launch.sh" ]; then
        fail 15 rollback "no earlier stamp of $AGENT is under $PREFIX; run the install.sh of the version that you want"
    fi
    STAMP=$1
    DIR=$HOLDER/$1
    TARGET=$2
    NODE_NAME=$3
    PYTHON_NAME=${4#-}
    NODE=$DIR/node/bin/node
    # mutant: a stamp is rolled back to without its checks
    drive check "$DIR" "$DIR/lib/install.mjs"
    cp -- "$HOLDER/stamp" "$STAGE/before" && cp -- "$HOLDER/stamp.before" "$STAGE/stamp" &&
        cp -- "$DIR/launch.sh" "$STAGE/launch" && chmod 755 "$STAGE/launch" &&
        mv -f -- "$STAGE/launch" "$LAUNCHER" && mv -f -- "$STAGE/stamp" "$HOLDER/stamp" &&
        mv -f -- "$STAGE/before" "$HOLDER/stamp.before" || fail 14 rollback "cannot put stamp $STAMP into place"
    say "rolled back to stamp $STAMP"
}

mode_remove() {
    if [ ! -d "$PREFIX" ]; then
        return
    fi
    mkdir -p "$PREFIX/.staging" || fail 14 prefix "cannot write in $PREFIX"
    take_lock
    rm -f -- "$HOLDER/stamp" "$HOLDER/stamp.before" "$LAUNCHER" "$PREFIX/policy/$AGENT" "$PREFIX/log/$AGENT.log" \
        "$PREFIX/log/$AGENT.json" || fail 14 remove "cannot remove the files of $AGENT"
    rm -rf -- "$HOLDER" || fail 14 remove "cannot remove $HOLDER"
    say "removed"
    for stamp in "$PREFIX"/js-agents/*/stamp "$PREFIX"/python/*/stamp; do
        if [ -e "$stamp" ]; then
            return
        fi
    done
    collect
}

mode_gc() {
    if [ ! -d "$PREFIX" ]; then
        return
    fi
    mkdir -p "$PREFIX/.staging" || fail 14 prefix "cannot write in $PREFIX"
    take_lock
    collect
}

# Removes what no stamp refers to. The caller has the lock, so no stage under .staging is in use.
collect() {
    used=" "
    for stamp in "$PREFIX"/js-agents/*/stamp "$PREFIX"/python/*/stamp; do
        if [ -r "$stamp" ] && read -r name target runtime interpreter <"$stamp"; then
            used="$used${stamp%/stamp}/$name $PREFIX/$runtime $PREFIX/${interpreter:--} "
            kept=$runtime
            say "kept ${stamp%/stamp}/$name"
        fi
    done
    for thing in "$PREFIX"/node-* "$PREFIX"/python/cpython-* "$PREFIX"/js-agents/*/* "$PREFIX"/python/*/* \
        "$PREFIX"/.staging/*; do
        case $used in
        *" $thing "*) continue ;;
        esac
        case $thing in
        */stamp | "$PREFIX"/python/cpython-*/* | "$PREFIX"/.staging/lock | "$PREFIX"/.staging/lock.owner) continue ;;
        esac
        if [ -e "$thing" ] || [ -L "$thing" ]; then
            rm -rf -- "$thing" || fail 14 gc "cannot remove $thing"
            say "removed $thing"
        fi
    done
    # The link names the runtime of the agent that was installed last, which may be gone: others need another line.
    # mutant: the link to a removed line of Node.js stays
    if [ "$used" != " " ] && [ ! -e "$NODE_LINK" ]; then
        ln -s "$kept" "$PREFIX/.staging/node" && mv -f -- "$PREFIX/.staging/node" "$NODE_LINK" ||
            fail 14 gc "cannot write $NODE_LINK"
    fi
    if [ "$used" = " " ]; then
        rm -rf -- "$NODE_LINK" "$PREFIX/.staging" "$PREFIX/log"
    fi
    rmdir "$PREFIX"/js-agents/* "$PREFIX"/python/* "$PREFIX/js-agents" "$PREFIX/python" "$PREFIX/bin" "$PREFIX/policy" \
        2>/dev/null
    if [ "$used" = " " ]; then
        rmdir "$PREFIX" 2>/dev/null
    fi
    return 0
}

main() {
    MODE=${BENCHFLOW_INSTALL_MODE:-install}
    START=$(date +%s)
    DEADLINE=${BENCHFLOW_INSTALL_DEADLINE:-$TIMEOUT}
    STAGE=
    CHILD=
    WATCH=
    OWNER=
    TARGET=
    # mutant: the EXIT trap is missing
    trap finish EXIT
    trap "exit 129" HUP
    trap "exit 130" INT
    trap "exit 131" QUIT
    trap "exit 138" USR1
    trap "exit 140" USR2
    # mutant: SIGPIPE is not handled
    trap "exit 141" PIPE
    trap "exit 142" ALRM
    trap "exit 143" TERM
    case $DEADLINE in
    "" | *[!0-9]* | ????????*) fail 13 settings "BENCHFLOW_INSTALL_DEADLINE must be a number of seconds below ten million" ;;
    esac
    END=$(expr "$START" + "$DEADLINE")
    read_settings
    case $MODE in
    install) detect_target && mode_install ;;
    runtimes) detect_target && mode_runtimes ;;
    check) detect_target && mode_check ;;
    remove) mode_remove ;;
    rollback) mode_rollback ;;
    gc) mode_gc ;;
    plan) detect_target && choose_runtimes && print_plan ;;
    *) fail 13 settings "BENCHFLOW_INSTALL_MODE must be install, check, remove, rollback, gc, plan or runtimes" ;;
    esac || exit "$?"
}

# Checks a source that the environment or the site names; one with a credential is rejected.
setting() {
    case $2 in
    # mutant: a URL with a credential is accepted
    *://*@*) fail 13 settings "$1 has a credential in its URL" ;;
    http://* | https://* | /* | "") ;;
    *) fail 13 settings "$1 is neither a URL of http or https nor an absolute path" ;;
    esac
}

read_settings() {
    MIRROR=${BENCHFLOW_MIRROR:-$SITE_MIRROR}
    NPM_REGISTRY=${BENCHFLOW_NPM_REGISTRY:-$SITE_NPM_REGISTRY}
    PYPI_INDEX=${BENCHFLOW_PYPI_INDEX:-$SITE_PYPI_INDEX}
    CA_BUNDLE=${BENCHFLOW_CA_BUNDLE:-$SITE_CA_BUNDLE}
    setting BENCHFLOW_MIRROR "$MIRROR"
    setting BENCHFLOW_NPM_REGISTRY "$NPM_REGISTRY"
    setting BENCHFLOW_PYPI_INDEX "$PYPI_INDEX"
    if [ -n "$CA_BUNDLE" ]; then
        CURL_CA_BUNDLE=$CA_BUNDLE
        SSL_CERT_FILE=$CA_BUNDLE
        REQUESTS_CA_BUNDLE=$CA_BUNDLE
        PIP_CERT=$CA_BUNDLE
        # mutant: Node.js does not get the site's certificates
        NODE_EXTRA_CA_CERTS=$CA_BUNDLE
        GIT_SSL_CAINFO=$CA_BUNDLE
        export CURL_CA_BUNDLE SSL_CERT_FILE REQUESTS_CA_BUNDLE PIP_CERT NODE_EXTRA_CA_CERTS GIT_SSL_CAINFO
    fi
    if [ -n "$SITE_PROXY" ] && [ -z "${HTTPS_PROXY-}${https_proxy-}${HTTP_PROXY-}${http_proxy-}" ]; then
        HTTPS_PROXY=$SITE_PROXY
        https_proxy=$SITE_PROXY
        HTTP_PROXY=$SITE_PROXY
        http_proxy=$SITE_PROXY
        export HTTPS_PROXY https_proxy HTTP_PROXY http_proxy
    fi
}
