//! Constructs that dash runs differently from bash, in every position, and constructs that it supports.

use crate::{check_syntax, find_bashisms, lint};

/// Variants of the recorded constructs.
static CONSTRUCTS: &[&str] = &[
    "set -Eeuo pipefail",
    "set -eu -o pipefail",
    "set -o errtrace",
    "set -T",
    "command source x",
    "exec source x",
    "read -rs x",
    "read -rp 'x? '",
    "read -e x",
    "read -N 1 x",
    "read -u 3 x",
    "echo -E x",
    "echo -ne x",
    "echo -n -e x",
    "printf -vx %s a",
    "printf '%q\\n' a",
    "printf '%(%F)T\\n' -1",
    "printf '\\x41'",
    "export -fn x",
    "readonly -A x",
    "unset -n x",
    "unset x[1]",
    "trap - SIGTERM",
    "trap -p EXIT",
    "trap x INT ERR",
    "kill -s SIGTERM 1",
    "kill -SIGKILL 1",
    "type -a ls",
    "type -P ls",
    "wait -fn",
    "exec -c a",
    "exec -l a",
    "jobs -r",
    "cd -e /",
    "umask -p",
    "alias -p",
    "return -2",
    "[ $a == b ]",
    "[ ! a == b ]",
    "[ x -a a == b ]",
    "test a =~ b",
    "[ -v x -a y ]",
    "[ ! -v x ]",
    "a &>f",
    "a &>>f",
    "a >&f",
    "a 2>&f",
    "a >&11",
    "11>f",
    "a 12<f",
    "a {x}>f",
    "a {out}<f",
    "echo a$'b'",
    "echo $[1]",
    "echo \"$[1]\"",
    "echo $\"a\"",
    "cp a{,.bak}",
    "echo {01..10}",
    "echo {a..z..2}",
    "for i in {1..3}; do a; done",
    "x+=1",
    "x+=(",
    "x[1]=2",
    "x[$i]+=2",
    "echo ${RANDOM}",
    "echo $((RANDOM % 2, 1))",
    "echo ${EUID}",
    "echo ${BASH_REMATCH[1]}",
    "echo $BASHPID",
    "echo ${x^}",
    "echo \"${x,,[a-z]}\"",
    "echo ${x/#a}",
    "echo ${x//a}",
    "echo ${x:$n}",
    "echo ${x:(-1)}",
    "echo ${x@U}",
    "echo ${!x@}",
    "echo ${!x[@]}",
    "echo ${#x[*]}",
    "echo ${x[*]}",
    "echo ${*:2}",
    "echo ${@:1:1}",
    "echo $((x--))",
    "echo $((--x))",
    "echo $((x**2))",
    "echo $((2#101))",
    "echo $((x[1]))",
    "((x))",
    "(( x=1 ))",
    "while ((x<3)); do a; done",
    "cd ~-/x",
    "x=~+",
    "cat </dev/udp/h/1",
    "x=$(< f)",
    "x=`<f`",
    "!a b",
    "typeset x",
    "declare -rx X=1",
    "let x++",
    "pushd .",
    "local x",
    "eval 'x+=1'",
    "sh -c '[[ a ]]'",
    "trap 'source x' EXIT",
    "builtin cd",
    "select x",
    "shopt -u x",
    "env shopt",
    "complete -F x y",
    "ulimit -u 5",
    "hash -t x",
    "echo ${x:}}",
    ". ./x y",
    "exit -1",
    "shift -1",
    "jobs -x a",
];

/// Each construct, wrapped in several ways.
#[test]
fn bashisms_are_found_in_every_position() {
    for construct in CONSTRUCTS {
        for wrap in [
            "@",
            "if a; then\n@\nfi",
            "( @\n)",
            "{ @\n}",
            "while a; do @\ndone",
            "x=$(@\n)",
            "a && @",
            "! @",
            "case x in y) @\nesac",
        ] {
            let script = wrap.replace('@', construct);
            if check_syntax(script.as_bytes()).is_ok() {
                assert!(!find_bashisms(script.as_bytes()).is_empty(), "missed in {script:?}");
            } else {
                assert!(lint(script.as_bytes()).iter().any(|finding| finding.rule == "S001"), "{script:?}");
            }
        }
    }
}

#[test]
fn posix_shell_has_no_bashisms() {
    for script in [
        "set -eu",
        "set -o errexit -o nounset",
        "set -- -E",
        "set -x; set +x",
        "set -f -- $x",
        "read -r x y",
        "read -rp '? ' x",
        "echo -n x",
        "echo -x",
        "echo - -e",
        "printf '%s\\n' -e",
        "printf '%-5.2f %%' 1",
        "printf -- '-x'",
        "printf '\\\\x41'",
        "export x=1 y",
        "export -p",
        "f() { local x y=1; local -; }",
        "unset -f f",
        "unset -v x",
        "trap 'x' 0 HUP int TERM",
        "trap - EXIT",
        "trap '' PIPE",
        "kill -TERM 1",
        "kill -s INT 1",
        "kill -0 $$",
        "kill -9 $x",
        "type ls",
        "wait",
        "wait $!",
        "exec 3>&1",
        "exec 2>&1 3<&-",
        "exec cmd",
        "jobs -l",
        "cd -P /",
        "cd -",
        "pwd -P",
        "umask 022",
        "umask -S",
        "alias x=y",
        "exit 1",
        "return 0",
        "exit $?",
        "[ a = b ]",
        "[ \"$x\" = == ]",
        "[ -n \"$x\" ] && [ -e f -o -d f ]",
        "[ ! -f x -a -r y ]",
        "test -z \"$x\"",
        "[ a -nt b ]",
        "a & >f",
        "a && >f b",
        "a >&2",
        "a >&\"$fd\"",
        "a >&-",
        "a 2>f",
        "echo 10 >f",
        "echo x10>f",
        "a '$x'\"$\"",
        "grep 'a$' f",
        "echo {a} {} a,b",
        "echo '{a,b}' \"{1..3}\" \\{a,b\\}",
        "find . -exec rm {} \\;",
        "echo \"${x-}\" ${x:+y} ${x%%.*} ${x##*/} ${#x}",
        "echo ${1:-a} ${10} ${@} ${*} $# ${#} ${##} ${!} ${$} ${?}",
        "UID=$(id -u); echo $UID",
        "read -r HOSTNAME; echo $HOSTNAME",
        "echo ${HOSTNAME:-x}",
        "[ -n \"$BASH_VERSION\" ] && shopt -s x",
        "if [ -n \"${BASH_VERSION-}\" ]; then set -o posix; fi",
        "source() { . \"$1\"; }; source ./x",
        "command -v source",
        "type shopt",
        "echo $((x + 1)) $((x == 1 ? 2 : 3)) $((x <<= 1)) $((-x))",
        "echo $(( $# - 1 )) $(( ${#x} * 2 ))",
        "( (a) )",
        "((a); (b))",
        "x=$(cat <f)",
        "! a",
        ". ./x",
        "echo ~ ~user ~/x",
        "time() { a; }; time",
        "env -i PATH=/bin time x",
        "cat <<'E'\n${x^^} $RANDOM\nE",
        "case $x in [!a]*) b;; esac",
        "eval \"x=\\$$y\"",
        "sh -c 'echo \"$1\"' x y",
        "x=\"${x:+$x:}y\"",
        "echo \"a $(b \"$c\")\"",
        "getopts ab: opt",
        "shift 2",
        "hash -r",
        "times",
        "ulimit -n 5",
        "IFS= read -r x",
    ] {
        assert_eq!(find_bashisms(script.as_bytes()), [], "{script:?}");
    }
}

#[test]
fn script_is_linted_up_to_its_syntax_error() {
    let found = lint(b"source x\nif a; then");
    let rules: Vec<_> = found.iter().map(|finding| (finding.rule, finding.line, finding.column)).collect();
    assert_eq!(rules, [("S002", 1, 1), ("S001", 2, 1)]);
    assert_eq!(find_bashisms(b"x=$(source y; a").len(), 1);
}

#[test]
fn lint_runs_every_rule() {
    let script = b"set -o pipefail\ncurl https://x | sh\nnpm install -g a >/dev/null 2>&1 || true\n";
    let rules: Vec<_> = lint(script).into_iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["S002", "I004", "I003", "I005", "I005"]);
}

/// The help of a syntax error describes what the real `dash -n` does.
#[track_caller]
fn check_claim(script: &str, dash_n_refuses: bool) {
    let found = lint(script.as_bytes());
    let help = found.iter().find(|it| it.rule == "S001").map(|it| it.help.as_str()).unwrap_or_default();
    assert_eq!(check_syntax(script.as_bytes()).is_err(), dash_n_refuses, "{script:?}");
    assert_eq!(help.contains("`dash -n` rejects it"), dash_n_refuses, "{script:?}: {help}");
    assert_eq!(help.contains("`dash -n` does not check it"), !dash_n_refuses, "{script:?}: {help}");
    assert!(!help.contains("whole script"), "{script:?}: dash runs the lines before: {help}");
}

#[test]
fn syntax_error_help_matches_dash() {
    check_claim("eval ')'", false);
    check_claim("trap 'done )' EXIT", false);
    check_claim("sh -c 'if a'", false);
    check_claim("echo one\na=(1)", true);
    check_claim("echo one; a=(1)", true);
}

/// Compares the rules and places that `lint` finds with the expected ones.
#[track_caller]
fn check_nested(script: &str, expected: &[(&str, u32, u32)]) {
    let found = lint(script.as_bytes());
    let found: Vec<_> = found.iter().map(|it| (it.rule, it.line, it.column)).collect();
    assert_eq!(found, expected, "{script:?}");
}

#[test]
fn scripts_within_scripts_are_linted() {
    check_nested("sh -c 'source x'", &[("S002", 1, 8)]);
    check_nested("true\nsh -ec \"\ncurl https://x | sh\n\"", &[("I004", 3, 1)]);
    check_nested("timeout 9 /bin/sh -c 'npm install -g a'", &[("I003", 1, 23)]);
    check_nested("su - agent -c 'npm install -g a'", &[("I003", 1, 16)]);
    check_nested("eval 'source x'", &[("S002", 1, 7)]);
    check_nested("sh -c 'if a'", &[("S001", 1, 8)]);
    // Where the bytes are not the script's own, the word is the place.
    check_nested("sh -c 'a '\\''b'\\''; source x'", &[("S002", 1, 7)]);
    check_nested("sh -c \"sh -c 'source x'\"", &[("S002", 1, 15)]);
    // The syntax of another shell is not checked; its effects on the machine are.
    check_nested("bash -c 'source x; npm install -g a'", &[("I003", 1, 20)]);
    check_nested("sh -c \"npm install -g $package\"", &[("I003", 1, 8)]);
    // dash parses an action when it is set, which it is not for an unknown signal.
    check_nested("trap 'done )' ERR", &[("S002", 1, 15)]);
    check_nested("trap 'done )' ERR EXIT", &[("S002", 1, 15)]);
    check_nested("trap 'done )' EXIT ERR", &[("S001", 1, 7), ("S002", 1, 20)]);
    check_nested("trap 'done )' \"$signal\"", &[("S001", 1, 7)]);
    // No finding is reported twice, and files are not scripts.
    check_nested("sh -c \"$(curl https://x | sh)\"", &[("I004", 1, 10)]);
    for script in ["sh script -c 'source x'", "sh -c \"$text\"", "eval \"x=$y\"", "su agent", "sh -o errexit"] {
        check_nested(script, &[]);
    }
}
