# What the caller's shell was told of tracing and exporting is nothing that a key should pass through.
set +avx
unset bf_value bf_base_url

bf_say() {
    printf "%s\n" "$bf_agent: $*" >&2
}

bf_die() {
    bf_status=$1
    shift
    bf_say "$*"
    exit "$bf_status"
}

# Whether a text holds more than blanks: a variable that is set and blank counts as unset.
bf_given() {
    case $1 in
    *[![:space:]]*) return 0 ;;
    esac
    return 1
}

# Whether the caller gave a variable of the agent explicitly: then its value stays. Routing lists them; a variable that
# the image or the task has set is not among them, since its key may be another vendor's.
bf_explicit() {
    case " ${BENCHFLOW_EXPLICIT_ENV-} " in
    *" $1 "*) return 0 ;;
    esac
    return 1
}

# The interpreter is protected, and nothing else: PATH and the rest belong to the task. The shell lists its variables
# itself, so that nothing depends on what is in PATH, nor runs under a loader that is told to load something.
bf_drop() {
    eval "bf_value=\${$1+set}"
    if [ -n "$bf_value" ]; then
        unset "$1"
        bf_say "$1 is not passed on to the agent"
    fi
}
bf_drop NODE_OPTIONS
bf_drop NODE_PATH
bf_blanks=$IFS
IFS="
"
set -f
for bf_line in $(export -p); do
    case $bf_line in
    "export LD_"* | *" -x LD_"*)
        bf_line=${bf_line%%=*}
        bf_line=LD_${bf_line#* LD_}
        case $bf_line in
        *[!A-Za-z0-9_]*) ;;
        *) bf_drop "$bf_line" ;;
        esac
        ;;
    esac
done
set +f
IFS=$bf_blanks
if [ ! -x "$bf_dir/node/bin/node" ]; then
    bf_die 15 "not installed: $bf_dir is missing"
fi
