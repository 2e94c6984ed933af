# --- messages, failures, the end

say() {
    printf "%s\n" "$AGENT: $*" >&2
}

# fail STATUS STEP DETAIL: ends the run with a class, the step that failed and a one-line detail.
fail() {
    FAIL_STEP=$2
    FAIL_DETAIL=$3
    exit "$1"
}

class_of() {
    case $1 in
    0) echo ok ;;
    10) echo infrastructure ;;
    11) echo unsupported-platform ;;
    12) echo integrity ;;
    13) echo missing-prerequisite ;;
    14) echo space-or-permission ;;
    15) echo does-not-start ;;
    16) echo lock ;;
    129 | 13[0-9] | 14[0-9]) echo signal ;;
    *) echo internal ;;
    esac
}

# A text as the inside of a JSON string; output of tools is cut and escaped, so that the line is valid JSON.
json_text() {
    case $1 in
    *[!A-Za-z0-9" "._/:,-]*) ;;
    *)
        printf "%.600s" "$1"
        return
        ;;
    esac
    # mutant: quotes in the report are not escaped
    printf "%s" "$1" | tr "\n\t" "  " | tr -cd "\040-\176" | cut -c1-600 | sed 's/[\\"]/\\&/g'
}

report() {
    now=$(date +%s)
    retryable=false
    # mutant: every failure is reported as retryable
    if [ "$1" -eq 10 ] && [ -z "${FAIL_FINAL-}" ] || [ "$1" -eq 16 ]; then
        retryable=true
    fi
    printf '{"schema":"benchflow-install/1","class":"%s","status":%s,"step":"%s","detail":"%s","retryable":%s,"agent":"%s","version":"%s","stamp":"%s","runtime":"%s","mode":"%s","elapsed_ms":%s}\n' \
        "$(class_of "$1")" "$1" "$(json_text "${FAIL_STEP:-done}")" "$(json_text "${FAIL_DETAIL-}")" "$retryable" \
        "$AGENT" "$VERSION" "$STAMP" "${RUNTIME_ORIGIN:-unknown}" "$(json_text "$MODE")" \
        "$(expr \( "$now" - "$START" \) \* 1000)"
}

# Every end of the run passes here once: it ends the children, then removes our own files, then prints the report.
finish() {
    status=$?
    trap "" HUP INT QUIT PIPE ALRM TERM USR1 USR2
    trap - EXIT
    stop_children
    case $status in
    0 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 70) ;;
    129 | 130 | 131 | 138 | 140 | 141 | 142 | 143)
        FAIL_STEP=signal
        FAIL_DETAIL="ended by signal $(expr "$status" - 128)"
        ;;
    *)
        FAIL_DETAIL="unexpected status $status; ${FAIL_DETAIL-}"
        FAIL_STEP=${FAIL_STEP:-unknown}
        status=70
        ;;
    esac
    case $status in
    10 | 12 | 14 | 15 | 70)
        # mutant: a full file system is not detected
        if is_full; then
            FAIL_DETAIL="no space left under $PREFIX; ${FAIL_DETAIL-}"
            status=14
        fi
        ;;
    esac
    line=$(report "$status")
    keep_log
    if [ -n "$STAGE" ]; then
        # mutant: the stage is not removed
        rm -rf -- "$STAGE"
    fi
    release_lock
    printf "%s\n" "$line" >&2
    exit "$status"
}

# Whether the file system of the stage is full: then that is the failure, whatever a tool reported.
is_full() {
    [ -d "${STAGE:-/nonexistent}" ] || return 1
    set -- $(df -Pk "$STAGE" 2>/dev/null | tail -n 1)
    [ "${4:-1024}" -lt 1024 ]
}

# Keeps the log and the last report of a run that changed something.
keep_log() {
    if [ -z "$STAGE" ] || [ "$MODE" != install ]; then
        return 0
    fi
    mkdir -p "$PREFIX/log" 2>/dev/null || return 0
    if [ -f "$STAGE/log" ]; then
        tail -c 1000000 "$STAGE/log" >"$STAGE/log.tail" && mv -f "$STAGE/log.tail" "$PREFIX/log/$AGENT.log"
    fi
    printf "%s\n" "$line" >"$STAGE/report" && mv -f "$STAGE/report" "$PREFIX/log/$AGENT.json"
    return 0
}

stop_children() {
    for child in $CHILD; do
        # mutant: child processes survive a signal
        kill "$child" 2>/dev/null
    done
    for child in $WATCH; do
        kill -KILL "$child" 2>/dev/null
    done
    for child in $CHILD; do
        # mutant: child processes survive a signal
        wait "$child" 2>/dev/null
    done
    CHILD=
    WATCH=
}

# await SECONDS COMMAND...: runs a command in the background, so that a signal is handled before the command ends.
await() {
    limit=${1:-$(left)}
    shift
    # sleep accepts no negative number.
    case $limit in
    -*) limit=0 ;;
    esac
    "$@" </dev/null 9>&- &
    CHILD=$!
    # The watch is ended by killing its sleep with SIGKILL: mksh loses other signals that arrive right before it waits or
    # before it becomes the sleep.
    WATCH=$(
        {
            exec 8>&1 >/dev/null 9>&-
            { exec 8>&-; exec sleep "$limit"; } &
            echo "$!" >&8
            exec 8>&-
            wait "$!"
            if [ "$?" -le 128 ]; then
                # mutant: commands have no time limit
                kill "$CHILD"
                # A program that ignores the signal is killed.
                for pause in 1 1 1 1 1; do
                    sleep "$pause"
                    kill -0 "$CHILD" || exit
                done
                # mutant: a program that ignores SIGTERM is not killed
                # mutant: commands have no time limit
                kill -KILL "$CHILD"
            fi
        } </dev/null 2>/dev/null &
    )
    wait "$CHILD"
    result=$?
    CHILD=
    kill -KILL "$WATCH" 2>/dev/null
    WATCH=
    return "$result"
}

# in_time COMMAND...: runs a command with the time that is left of the run's deadline.
in_time() {
    await "" "$@"
}

# The seconds left until the deadline.
left() {
    expr "$END" - "$(date +%s)"
}

check_deadline() {
    if [ "$(left)" -le 0 ]; then
        fail 10 "$1" "the deadline of $DEADLINE seconds is over; raise BENCHFLOW_INSTALL_DEADLINE"
    fi
}
