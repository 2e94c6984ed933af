# Whether one of some values has more than blanks: a blank variable counts as unset.
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
@CLOSED@    printf "%s: there is no agent \"%s\" in the suite\n" "$1" "$2" >&2
    return 2
}

# Whether the host has the key that the environment of every run needs.
suite_has_environment() {
    suite_any_given "${@KEY@-}"
}

# Whether an agent can run here.
suite_can_run() {
    suite_has_environment && suite_has_credentials "$1"
}
