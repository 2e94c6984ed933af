# Whether one of some values holds more than blanks: a variable that is set and blank counts as unset.
suite_any_given() {
    while [ "$#" -gt 0 ]; do
        case $1 in
        *[![:space:]]*) return 0 ;;
        esac
        shift
    done
    return 1
}

suite_unknown() {
    printf "%s: there is no agent \"%s\" in the suite\n" "$1" "$2" >&2
    return 2
}

# Whether runs can be made at all: the environment of every run asks for this key.
suite_has_environment() {
    suite_any_given "${@KEY@-}"
}

# Whether an agent can run here.
suite_can_run() {
    suite_has_environment && suite_has_credentials "$1"
}
