//! The list of `spec/shell.md` as exact tests, one per line of it.

use crate::check_syntax;

#[track_caller]
fn accepts(scripts: &[&str]) {
    for script in scripts {
        assert_eq!(check_syntax(script.as_bytes()), Ok(()), "{script:?}");
    }
}

#[track_caller]
fn refuses(scripts: &[&str]) {
    for script in scripts {
        assert!(check_syntax(script.as_bytes()).is_err(), "{script:?} is accepted");
    }
}

#[test]
fn line_1_here_documents() {
    accepts(&[
        "a <<E",
        "a <<E\nb",
        "(a <<E)",
        "x=$(a <<E)\nE\n",
        "a <<E\n'\"\nE\n",
        "a <<'E'\n$(\nE\n",
        "a <<\\E\n`\nE\n",
    ]);
    accepts(&[
        "a <<\"E\"\n${\nE\n",
        "a <<''\n$(\n\n",
        "a <<$x\nb\n$x\n",
        "a <<`b`\n`b`\n",
        "a <<-E\n\t\tE\n",
        "a <<E\n\\\nE\nb\n",
    ]);
    accepts(&[
        "a <<\"E\nF\"\nb\nE\nF\n",
        "a <<E\n$(b '\nE\n')\nE\n",
        "a <<E <<F\n1\nE\n2\nF\n",
        "a <<E\n${x:\nE\n}\nE\n",
    ]);
    refuses(&[
        "a <<E\n$(\nE\n",
        "a <<E\n`\nE\n",
        "a <<E\n${x\nE\n",
        "a <<E\n$((1+\nE\n",
        "a <<\nE\n",
        "a <<E\n\\\nE\n(\n",
    ]);
    refuses(&["a <<E | for i in b\ndo c; done\n$(\nE\n", "a <<E\n${x%'\nE\n'}\n"]);
}

#[test]
fn line_2_backquotes() {
    accepts(&[
        "`a )`",
        "`a fi`",
        "``",
        "`;;`",
        "x=`a \\`b\\``",
        "x=\"`a \\\"b\\\"`\"",
        "`a \\\\`",
        "`#`",
        "`(a)b`",
        "`x=1 (`",
    ]);
    accepts(&["`a <<E ) $(`", "`a <<E ( b\nE\n$(`"]);
    refuses(&["`'`", "`if`", "`;`", "`a", "`(a`", "`a|`", "`$(`", "`a <<E ;; $(`", "`a <<E ( $(`"]);
}

#[test]
fn line_3_command_substitutions() {
    accepts(&["$()", "$( )", "$(#\n)", "$(a;)", "$(a &)", "$(case a in a) b;; esac)", "$(case a in a) esac)", "$(<f)"]);
    refuses(&["$(a", "$(a))", "$(;)", "$(a;;)", "{ }", "( )", "if a; then fi", "for i do done", "$({ })", "$(a | )"]);
}

#[test]
fn line_4_arithmetic() {
    accepts(&[
        "$((1)+2))",
        "$((1+(2*3)))",
        "$((\"1\"+'2))",
        "$(())",
        "$((a}))",
        "$((;))",
        "$((${x:-)}))",
        "$(\\\n(1)\\\n)",
    ]);
    refuses(&["$((a); b)", "$((a) )", "$((a)b)", "$((1+2)", "$((${x:-)))"]);
}

#[test]
fn line_5_parameters() {
    accepts(&["${x'}", "${x!}", "${x/a/b}", "${}", "${x\"}", "${x`}", "${x\\}", "${x:'}", "${:-a}", "${ }", "${'}"]);
    accepts(&[
        "\"${x%'}'}\"",
        "\"${x#\"a}\"}\"",
        "\"${x:-'}\"",
        "\"${x:-\"a}b\"}\"",
        "${x:-\"}\"}",
        "\"${x:-\"${y:-\"}\"}\"}\"",
    ]);
    accepts(&["${#}", "${#x}", "${##}", "${#-a}", "${#:-a}", "${#?}", "${#x:-1}", "${###}", "${#%}"]);
    refuses(&["${x:}", "${x", "${#x", "\"${x%'}\"", "${x:-'}", "${x:-\"}", "${#"]);
}

#[test]
fn line_6_reserved_words() {
    accepts(&[
        "{ (a) }",
        "if (a) then b; fi",
        "'if' a",
        "\\if a",
        "i\\f a",
        "i\\\nf a; then b; fi",
        "echo if then",
        ">if",
    ]);
    refuses(&["{ { a; } >f }", ">f if a; then b; fi", "x=1 if a; then b; fi", "{ a }", "fi", "in", "if a then b; fi"]);
}

#[test]
fn line_7_braces_and_bangs() {
    accepts(&["{a", "echo { }", "! a", "a && ! b", "a &&\n\nb", "a |\nb", "a ||\n#c\nb", "! { a; }"]);
    refuses(&["!", "! ! a", "a | ! b", "!\na", "{a; }", "a\n&& b"]);
}

#[test]
fn line_8_functions() {
    accepts(&["f() a", "f() { a; }", "f()\n\n(a)", "f() g() a", "f() { a; } >f", "echo() a", "f()\\\na"]);
    refuses(&[
        "f-g() a",
        "set() a",
        "f() ! a",
        "a=(b)",
        "x=1 f() a",
        "f a() b",
        "'f'() a",
        "f() in",
        "f() { }",
        "1f() a",
    ]);
    for name in "break continue eval exec exit export readonly local return set shift times trap unset".split(' ') {
        refuses(&[&format!("{name}() {{ a; }}")]);
    }
}

#[test]
fn line_9_case_and_for() {
    accepts(&[
        "case x in ;) c;; esac",
        "case x in (esac) b;; esac",
        "case x in a) b; esac",
        "case x in a) ;; esac",
        "case x in esac",
    ]);
    accepts(&[
        "case x in 2>) a;; esac",
        "case x in (\n) a;; esac",
        "for x; do a; done",
        "for x\nin a; do b; done",
        "for x do a; done",
    ]);
    refuses(&[
        "case x in a) b;& c) d;; esac",
        "case x in esac) a;; esac",
        "case x in a) b esac",
        "case x in 22>) a;; esac",
    ]);
    refuses(&[
        "for x in a >f; do b; done",
        "for 1 in a; do b; done",
        "for 'i' in a; do b; done",
        "for x; in a; do b; done",
    ]);
}

#[test]
fn line_10_splices_and_bytes() {
    accepts(&[
        "a &\\\n& b",
        "wh\\\nile a; do b; done",
        "a >\\\n>f",
        "a \\",
        "i\0f a; then b; fi",
        "a\r\nb\r",
        "\u{b}",
        "é a",
    ]);
    refuses(&["'a\\\n", "# \\\n'", "a ;\\\n; b", "if a; then\r\nb\r\nfi\r\n", "a <<'E'\n\\\nE\n("]);
}

#[test]
fn line_11_redirections() {
    accepts(&["2>f", "22>f", "a >&x", "a <&$x", "a 2>&1", "a &>f", "a <>f", "a >|f", ">f a"]);
    refuses(&["a |& b", "a <<<b", "a <(b)", "a > >(b)", "a >", "a >;", "a >\nf"]);
}

#[test]
fn line_12_no_command_is_executed() {
    refuses(&["exit\nfi", "alias x=if\nx a; then b; fi", "set -n\n)"]);
    accepts(&["a#b", "a #'", "a;#'", "(#'\na)", "echo $#"]);
    let deep = |depth: usize| ["(".repeat(depth), "a".to_owned(), ")".repeat(depth)].concat();
    assert_eq!(check_syntax(deep(15_000).as_bytes()), Ok(()));
    assert!(check_syntax(deep(100_000).as_bytes()).is_err());
}

#[test]
fn syntax_messages_name_the_token_and_its_position() {
    for (script, line, column, message) in [
        ("a\nfi", 2, 1, "`fi` without an open `if`"),
        ("if a\nthen b", 1, 1, "the `if` opened on line 1 is not closed by `fi`"),
        ("if a; then\nb\ndone", 3, 1, "expected `fi`, found `done`, in the `if` opened on line 1"),
        ("é 'a", 1, 3, "the `'` opened on line 1 is not closed"),
        ("x=$(a\nb", 1, 3, "the `$(` opened on line 1 is not closed by `)`"),
        ("a=(b)", 1, 3, "`(` after `=` starts an array, which POSIX shell does not have"),
        ("diff <(a)", 1, 7, "`(` after `<` or `>` starts a process substitution, which POSIX shell does not have"),
        ("a |& b", 1, 4, "`|&` is not an operator of POSIX shell: write `2>&1 |`"),
        ("a `b\n(c`", 2, 1, "the `(` opened on line 2 is not closed by `)`"),
    ] {
        let error = check_syntax(script.as_bytes()).err();
        let got = error.as_ref().map(|error| (error.line, error.column, error.message.as_str()));
        assert_eq!(got, Some((line, column, message)), "{script:?}");
    }
}
