# Counts what a test checks. To be sourced by a script whose `$work/log` has the output of its last command.
#
# expect NAME WANTED FOUND    compares a value, often an exit status, with the expected one
# finish                      prints `N passed, N failed`, and exits 1 when something failed
passed=0
failed=0
start=$(date +%s)

expect() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
        echo "ok    $1 (after $(($(date +%s) - start)) s)"
    else
        failed=$((failed + 1))
        echo "FAIL  $1: $3, wanted $2"
        [ ! -f "${work-}/log" ] || tail -n 12 "$work/log" | cut -c 1-400
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}
