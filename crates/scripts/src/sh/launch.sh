# Tracing and exporting that the caller's shell turned on would show a key or pass it on: they are turned off.
set +avx
unset bf_plan bf_line bf_text bf_do

bf_say() {
    printf "%s\n" "$bf_agent: $*" >&2
}

bf_die() {
    bf_status=$1
    shift
    bf_say "$*"
    exit "$bf_status"
}

# The interpreter is protected, and nothing else: PATH and the rest belong to the task. The shell lists its variables
# itself, so that nothing depends on what is in PATH, nor runs under a loader that is told to load something.
bf_drop() {
    eval "bf_text=\${$1+set}"
    if [ -n "$bf_text" ]; then
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
if [ ! -x "$bf_dir/node/bin/node" ]; then
    bf_die 15 "not installed: $bf_dir is missing"
fi

# The private Node.js writes the agent's files and says what the agent is started with: an operation and its operand a
# line. An operand is data and is never read as shell text. A line that begins with `+` continues the one before it.
bf_plan=$("$bf_dir/node/bin/node" "$bf_dir/lib/launch.mjs" </dev/null) || exit
bf_do=
for bf_line in $bf_plan; do
    case $bf_line in
    +*)
        bf_text="$bf_text
${bf_line#+}"
        continue
        ;;
    esac
    case $bf_do in
    unset) unset "$bf_text" ;;
    export) export "$bf_text" ;;
    word) set -- "$bf_text" "$@" ;;
    esac
    bf_do=${bf_line%% *}
    bf_text=${bf_line#* }
done
set +f
IFS=$bf_blanks
if [ "$bf_do" != start ]; then
    bf_die 70 "the launcher's program did not say what to start"
fi
exec "$@"
