# --- downloads

# The tools that are missing, each with its package in Debian's and Alpine's words.
preflight() {
    MISSING=
    # mutant: a missing tool is not told before
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
        MISSING="$MISSING curl (Debian curl, Alpine curl; or wget)"
    fi
    if needs_network && ! have_certificates; then
        MISSING="$MISSING ca-bundle (Debian ca-certificates, Alpine ca-certificates)"
    fi
    extra_needs
    if [ -n "$MISSING" ] && [ "${BENCHFLOW_ALLOW_PACKAGE_MANAGER-}" = 1 ] && [ -z "${ASKED-}" ]; then
        ASKED=1
        ask_package_manager
        preflight
        return
    fi
    if [ -n "$MISSING" ]; then
        fail 13 preflight "missing:$MISSING"
    fi
}

need() {
    if ! command -v "$1" >/dev/null 2>&1; then
        MISSING="$MISSING $1 (Debian $2, Alpine $3)"
    fi
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
    for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem \
        /etc/ssl/ca-bundle.pem; do
        if [ -r "$bundle" ]; then
            return 0
        fi
    done
    return 1
}

# Only where BENCHFLOW_ALLOW_PACKAGE_MANAGER=1 says so, and only a downloader and certificates.
ask_package_manager() {
    say "asking the distribution for a downloader and certificates"
    if command -v apt-get >/dev/null 2>&1; then
        DEBIAN_FRONTEND=noninteractive
        export DEBIAN_FRONTEND
        in_time apt-get -o Acquire::Retries=3 update >&2 &&
            in_time apt-get -o Acquire::Retries=3 install -y --no-install-recommends curl ca-certificates >&2
    elif command -v apk >/dev/null 2>&1; then
        in_time apk add --no-cache curl ca-certificates >&2
    elif command -v dnf >/dev/null 2>&1; then
        in_time dnf install -y curl ca-certificates >&2
    fi || fail 10 preflight "the package manager failed; its output is above"
}

# Where an artefact is: the mirror's place for its file name, or the maker's.
place() {
    if [ -n "$MIRROR" ]; then
        printf "%s" "${MIRROR%/}/${1##*/}"
    else
        printf "%s" "$1"
    fi
}

# fetch URL FILE SHA256: three tries where another try may help; the checksum decides.
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
        # mutant: a 404 is tried again
        401 | 403 | 404 | 410)
            FAIL_FINAL=1
            fail 10 fetch "$source answers $CODE"
            ;;
        esac
        # What wget shows of an answer's header is indented, and says nothing of the connection.
        case $(sed "/^ /d" "$STAGE/fetch.err") in
        # mutant: a certificate that is not trusted is asked for again
        *"SSL certificate problem"* | *"ertificate of "*" not trusted"* | *"cannot verify "*"ertificate"*)
            FAIL_FINAL=1
            fail 10 fetch "$source shows a certificate that is not trusted; name the site's certificates in BENCHFLOW_CA_BUNDLE"
            ;;
        esac
        # mutant: a server's wish to wait is no reason to try again
        if [ "$try" -ge 3 ]; then
            fail 10 fetch "$source cannot be fetched in three tries; last answer $CODE"
        fi
        pause=$(expr "$try" \* "$try" \* 2 + \( "$$" + "$try" \* 7 \) % 4)
        if [ "$CODE" = 429 ]; then
            pause=$(retry_after "$pause")
        fi
        # mutant: a pause may be longer than the deadline
        if [ "$pause" -ge "$(left)" ]; then
            fail 10 fetch "$source answers $CODE; the deadline is nearer than the next try"
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
        # A faulty wgetrc makes even this fail, unless it is left out.
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
    # The wget of Debian 12's busybox crashes when it is given a limit for a stall; the limit of the whole is left then.
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

# The pause that the server asks for, within reason; the one given otherwise.
retry_after() {
    wanted=$(sed -n "s/^ *[Rr]etry-[Aa]fter: *\([0-9][0-9]*\).*/\1/p" "$STAGE/headers" | tail -n 1)
    case $wanted in
    [0-9] | [0-9][0-9] | 1[01][0-9] | 120) echo "$wanted" ;;
    *) echo "$1" ;;
    esac
}

# check_sum URL FILE SHA256: openssl is quicker where it is, for it knows the processor's own instructions.
check_sum() {
    # mutant: a checksum needs openssl
    sum=$(openssl dgst -sha256 -r <"$2" 2>/dev/null) || sum=$(sha256sum <"$2")
    # mutant: the checksum is not compared
    if [ "${sum%% *}" != "$3" ]; then
        fail 12 checksum "$1 has sha256 ${sum%% *}, not $3"
    fi
}
