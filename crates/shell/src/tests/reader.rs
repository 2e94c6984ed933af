//! The commands of a script: their words, and the commands around them.

use crate::{Follow, ListPlace, Operator, Shape, commands};

#[test]
fn commands_have_words_operators_and_redirections() {
    let script = b"A=1 curl -fsSL \"$url/x\" 2>&1 | sh -s && ! npm ci >/dev/null || true";
    let found = commands(script);
    let texts: Vec<Vec<&str>> = found.iter().map(|c| c.words.iter().map(|w| &*w.text).collect()).collect();
    assert_eq!(texts, [vec!["curl", "-fsSL", "$url/x"], vec!["sh", "-s"], vec!["npm", "ci"], vec!["true"]]);
    let [curl, sh, npm, yes] = found.as_slice() else { return };
    assert_eq!((curl.next, sh.previous, curl.follow, sh.follow), (Some(1), Some(0), Follow::And, Follow::And));
    assert_eq!((npm.negated, npm.follow, npm.successor, yes.follow), (true, Follow::Or, Some(3), Follow::End));
    assert_eq!(curl.assignments.first().and_then(|word| word.assignment()), Some(("A", "1")));
    assert_eq!(curl.words.get(2).map(|word| (word.literal(), word.prefix())), Some((None, "")));
    let redirection =
        curl.redirections.first().map(|r| (r.fd, r.operator, r.target.as_ref().and_then(|t| t.literal())));
    assert_eq!(redirection, Some((Some(2), Operator::DuplicateOutput, Some("1"))));
}

#[test]
fn commands_inside_words_are_read() {
    let script = b"echo \"${x:-$(a `b \\`c\\`` 'd e')}\" f\ncat <<E\n$(g)\nE\n";
    let found = commands(script);
    let names: Vec<_> =
        found.iter().map(|command| (command.name().unwrap_or("?"), command.place, command.parent)).collect();
    let inner = ListPlace::Substitution;
    assert_eq!(
        names,
        [
            ("echo", ListPlace::Top, None),
            ("a", inner, Some(0)),
            ("b", inner, Some(1)),
            ("c", inner, Some(2)),
            ("cat", ListPlace::Top, None),
            ("g", ListPlace::HereDocument, None),
        ]
    );
    let sources: Vec<_> = found.iter().filter_map(|c| script.get(c.words.first()?.range.clone())).collect();
    assert_eq!(sources, [b"echo".as_slice(), b"a", b"b", b"c", b"cat", b"g"]);
    assert_eq!(found.get(1).and_then(|a| a.words.last()).and_then(|word| word.literal()), Some("d e"));
}

#[test]
fn compound_commands_contain_their_parts() {
    let found = commands(b"f() { if a; then b; fi; } 2>/dev/null\n$(c) d | (e)\nfor i in x y; do g; done &");
    let shapes: Vec<_> = found.iter().map(|command| (command.shape, command.parent, command.place)).collect();
    let (body, top) = (ListPlace::Body, ListPlace::Top);
    assert_eq!(
        shapes,
        [
            (Shape::Function, None, top),
            (Shape::Group, Some(0), body),
            (Shape::If, Some(1), body),
            (Shape::Simple, Some(2), ListPlace::Condition),
            (Shape::Simple, Some(2), body),
            (Shape::Simple, None, top),
            (Shape::Simple, Some(5), ListPlace::Substitution),
            (Shape::Subshell, None, top),
            (Shape::Simple, Some(7), body),
            (Shape::For, None, top),
            (Shape::Simple, Some(9), body),
        ]
    );
    assert_eq!(found.get(5).map(|command| command.next), Some(Some(7)));
    assert_eq!(found.get(9).map(|command| (command.follow, command.words.len())), Some((Follow::Background, 3)));
    assert_eq!(found.get(1).map(|command| command.redirections.len()), Some(1));
}
