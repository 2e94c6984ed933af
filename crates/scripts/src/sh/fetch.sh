# --- downloads

# require FUNCTION...: what these functions find missing ends the run, before anything is downloaded; where the
# distribution's package manager may be asked, it is asked once.
require() {
    MISSING=
    PACKAGES=
    for check in "$@"; do
        "$check"
    done
    if [ -z "$MISSING" ]; then
        return
    fi
    if [ "${BENCHFLOW_ALLOW_PACKAGE_MANAGER-}" = 1 ] && [ -z "${ASKED-}" ]; then
        ASKED=1
        ask_package_manager
        require "$@"
        return
    fi
    fail 13 preflight "missing:$MISSING"
}

# missing NAME DEBIAN [ALPINE]: notes what is missing, once, with its package in Debian's and Alpine's words.
missing() {
    case "$MISSING " in
    *" $1 ("*) return ;;
    esac
    MISSING="$MISSING $1 (Debian $2${3:+, Alpine $3})"
    PACKAGES="$PACKAGES $2"
}

# The tools of every install.
tool_needs() {
    # mutant: a missing tool is not reported before the install
    need tar tar tar
    need gzip gzip gzip
    need sha256sum coreutils coreutils
    need mktemp coreutils coreutils
    need sed sed sed
    need tr coreutils coreutils
    need df coreutils coreutils
    need id coreutils coreutils
    case $NODE_URL$PYTHON_URL in
    *.tar.xz*) need xz xz-utils xz ;;
    esac
    FETCHER=
    if command -v curl >/dev/null 2>&1; then
        FETCHER=curl
    elif command -v wget >/dev/null 2>&1; then
        FETCHER=wget
    elif needs_network; then
        missing curl curl "curl; or wget"
    fi
    if needs_network && ! have_certificates; then
        missing ca-bundle ca-certificates ca-certificates
    fi
}

need() {
    if ! command -v "$1" >/dev/null 2>&1; then
        missing "$@"
    fi
}

# need_library NAME DEBIAN: in the folders where the loader looks by itself, or in its cache.
need_library() {
    case $TARGET in
    linux-arm64*) machine=aarch64-linux-gnu ;;
    *) machine=x86_64-linux-gnu ;;
    esac
    for folder in "/lib/$machine" "/usr/lib/$machine" /lib64 /usr/lib64 /lib /usr/lib /usr/local/lib; do
        if [ -e "$folder/$1" ]; then
            return
        fi
    done
    case $(ldconfig -p 2>/dev/null) in
    *[!a-zA-Z0-9._+-]"$1 ("*) ;;
    *) missing "$1" "$2" ;;
    esac
}

# What TLS libraries of agents trust is the system's, whatever certificates the site has for its own servers.
need_certificates() {
    system_certificates || missing ca-bundle ca-certificates ca-certificates
}

needs_network() {
    case "$(place "$NODE_URL") $(place "${PYTHON_URL:-/}")" in
    *http:* | *https:*) return 0 ;;
    esac
    return 1
}

have_certificates() {
    if [ -n "$CA_BUNDLE" ]; then
        [ -r "$CA_BUNDLE" ]
        return
    fi
    case "$(place "$NODE_URL") $(place "${PYTHON_URL:-/}")" in
    *https:*) ;;
    *) return 0 ;;
    esac
    system_certificates
}

system_certificates() {
    for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem \
        /etc/ssl/ca-bundle.pem; do
        if [ -r "$bundle" ]; then
            return 0
        fi
    done
    return 1
}

# Only where BENCHFLOW_ALLOW_PACKAGE_MANAGER=1 says so. Debian's packages of all that is missing are known; elsewhere a
# downloader and certificates are asked for.
ask_package_manager() {
    say "asking the distribution for what is missing:$MISSING"
    if command -v apt-get >/dev/null 2>&1; then
        DEBIAN_FRONTEND=noninteractive
        export DEBIAN_FRONTEND
        in_time apt-get -o Acquire::Retries=3 update >&2 &&
            in_time apt-get -o Acquire::Retries=3 install -y --no-install-recommends $PACKAGES >&2
    elif command -v apk >/dev/null 2>&1; then
        in_time apk add --no-cache curl ca-certificates >&2
    elif command -v dnf >/dev/null 2>&1; then
        in_time dnf install -y curl ca-certificates >&2
    fi || fail 10 preflight "the package manager failed, and its output is above; missing:$MISSING"
}

# The source of an artefact: its file name on the mirror, or the maker's URL.
place() {
    if [ -n "$MIRROR" ]; then
        printf "%s" "${MIRROR%/}/${1##*/}"
    else
        printf "%s" "$1"
    fi
}

# fetch URL FILE SHA256: up to three tries when a retry may help; then the checksum is compared.
fetch() {
    source=$(place "$1")
    say "fetching $source"
    case $source in
    /*)
        if [ ! -f "$source" ] || ! in_time cp -- "$source" "$2"; then
            check_deadline fetch
            FAIL_FINAL=1
            fail 10 fetch "cannot read $source"
        fi
        check_sum "$source" "$2" "$3"
        return
        ;;
    esac
    try=1
    while :; do
        check_deadline fetch
        CODE=000
        if download "$source" "$2"; then
            break
        fi
        case $CODE in
        # mutant: a 404 is retried
        401 | 403 | 404 | 410)
            FAIL_FINAL=1
            fail 10 fetch "$source answers $CODE"
            ;;
        esac
        # wget prints response headers indented; they are not errors of the connection.
        case $(sed "/^ /d" "$STAGE/fetch.err") in
        # mutant: an untrusted certificate is retried
        *"SSL certificate problem"* | *"ertificate of "*" not trusted"* | *"cannot verify "*"ertificate"*)
            FAIL_FINAL=1
            fail 10 fetch "$source has an untrusted certificate; name the site's certificates in BENCHFLOW_CA_BUNDLE"
            ;;
        esac
        # mutant: a failed download is not retried
        if [ "$try" -ge 3 ]; then
            fail 10 fetch "$source cannot be fetched in three tries; last answer $CODE"
        fi
        pause=$(expr "$try" \* "$try" \* 2 + \( "$$" + "$try" \* 7 \) % 4)
        if [ "$CODE" = 429 ]; then
            pause=$(retry_after "$pause")
        fi
        # mutant: a retry pause can exceed the deadline
        if [ "$pause" -ge "$(left)" ]; then
            fail 10 fetch "$source answers $CODE; the next try would be after the deadline"
        fi
        say "answer $CODE; trying again in $pause seconds"
        await "$(expr "$pause" + 5)" sleep "$pause"
        try=$(expr "$try" + 1)
    done
    check_sum "$source" "$2" "$3"
}

# One try; CODE is the answer's status, or 000.
download() {
    limit=$(left)
    if [ "$FETCHER" = curl ]; then
        set -- "$1" "$2" curl -q -sS -L --max-redirs 5 --connect-timeout 20 --speed-limit 1000 --speed-time 45 \
            --max-time "$limit" -D "$STAGE/headers" -o "$2" -w "%{http_code}"
        if [ -n "$CA_BUNDLE" ]; then
            set -- "$@" --cacert "$CA_BUNDLE"
        fi
    else
        set -- "$1" "$2" wget -S -O "$2"
        if [ -z "${NO_STALL-}" ]; then
            set -- "$@" -T 45
        fi
        # With an invalid wgetrc even `--version` fails, so this test skips it.
        # mutant: wget reads the machine's settings
        if wget --no-config --version 2>/dev/null | grep -q GNU; then
            set -- "$@" --no-config --tries=1
            if [ -n "$CA_BUNDLE" ]; then
                set -- "$@" "--ca-certificate=$CA_BUNDLE"
            fi
        fi
    fi
    url=$1
    file=$2
    shift 2
    await "$limit" "$@" "$url" >"$STAGE/code" 2>"$STAGE/fetch.err"
    result=$?
    cat "$STAGE/fetch.err" >>"$STAGE/log"
    # The wget of Debian 12's busybox crashes with a stall limit; then only the limit of the whole download is used.
    if [ "$result" -eq 139 ] && [ "$FETCHER" = wget ] && [ -z "${NO_STALL-}" ]; then
        NO_STALL=1
        download "$url" "$file"
        return
    fi
    if [ "$FETCHER" = curl ]; then
        CODE=$(cat "$STAGE/code")
    else
        cp "$STAGE/fetch.err" "$STAGE/headers"
        CODE=$(sed -n "s|^ *HTTP/[0-9.]* \([0-9][0-9][0-9]\).*|\1|p" "$STAGE/headers" | tail -n 1)
    fi
    CODE=${CODE:-000}
    if [ "$result" -ne 0 ] || [ "$CODE" != 200 ] && [ "$CODE" != 206 ]; then
        sed "s/^/  /" "$STAGE/fetch.err" | tail -n 3 >&2
        return 1
    fi
    [ -s "$file" ]
}

# The pause of the server's Retry-After, up to two minutes; otherwise the given one.
retry_after() {
    wanted=$(sed -n "s/^ *[Rr]etry-[Aa]fter: *\([0-9][0-9]*\).*/\1/p" "$STAGE/headers" | tail -n 1)
    case $wanted in
    [0-9] | [0-9][0-9] | 1[01][0-9] | 120) echo "$wanted" ;;
    *) echo "$1" ;;
    esac
}

# check_sum URL FILE SHA256: openssl is preferred, since it uses the processor's SHA instructions.
check_sum() {
    # mutant: checksums require openssl
    sum=$(openssl dgst -sha256 -r <"$2" 2>/dev/null) || sum=$(sha256sum <"$2")
    # mutant: the checksum is not compared
    if [ "${sum%% *}" != "$3" ]; then
        fail 12 checksum "$1 has sha256 ${sum%% *}, not $3"
    fi
}
