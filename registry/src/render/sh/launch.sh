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

# The interpreter is protected, and nothing else: PATH and the rest belong to the task.
for bf_name in NODE_OPTIONS NODE_PATH $(env | sed -n "s/^\(LD_[A-Za-z0-9_]*\)=.*/\1/p"); do
    eval "bf_value=\${$bf_name+set}"
    if [ -n "$bf_value" ]; then
        unset "$bf_name"
        bf_say "$bf_name is not passed on to the agent"
    fi
done
if [ ! -x "$bf_dir/node/bin/node" ]; then
    bf_die 15 "not installed: $bf_dir is missing"
fi
