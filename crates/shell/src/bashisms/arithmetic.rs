//! `$((…))`: operators that dash does not have.

use super::{Found, add};
use crate::reader::Expansion;
use crate::text::{in_name, is_name, slice, without_splices};

pub(super) fn check(expansion: &Expansion<'_>, found: &mut Found) {
    let text = without_splices(&expansion.text);
    let inner = text.strip_prefix(b"$((").and_then(|text| text.strip_suffix(b"))")).unwrap_or(&text);
    for (construct, help) in faults(&without_expansions(inner)) {
        let message = format!("the arithmetic of dash has no `{construct}`");
        add(found, &expansion.range, message, help);
    }
}

fn faults(text: &[u8]) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let mut previous = b' ';
    for (at, &byte) in text.iter().enumerate() {
        let next = text.get(at + 1).copied().unwrap_or(b' ');
        match (byte, next) {
            (b'+', b'+') if previous != b'+' => found.push(("++", "write `x=$((x + 1))`")),
            (b'-', b'-') if previous != b'-' && steps(text, at) => found.push(("--", "write `x=$((x - 1))`")),
            (b'*', b'*') => found.push(("**", "multiply in a loop, or use `bc`")),
            (b',', _) => found.push((",", "use one `$((…))` for each value")),
            (b';', _) => found.push((";", "use one `$((…))` for each value")),
            (b'[', _) => found.push(("[…]", "dash has no arrays: use several variables")),
            (b'"' | b'\'', _) => found.push(("\"", "write the variable without quotes")),
            (b'#', _) if previous.is_ascii_digit() || previous == b'v' => {
                found.push(("base#number", "write the number with `0x` or `0`, or convert it with `printf`"));
            }
            (b'.', b'0'..=b'9') if previous.is_ascii_digit() => found.push((".", "use `awk` or `bc` for fractions")),
            _ => {}
        }
        previous = byte;
    }
    found.dedup();
    found
}

/// Whether a `--` touches a name: `x--` and `--x`, not `5--3`.
fn steps(text: &[u8], at: usize) -> bool {
    let word = |bytes: &mut dyn Iterator<Item = &u8>| -> Vec<u8> {
        bytes.copied().take_while(|&byte| in_name(byte)).collect()
    };
    let mut before = word(&mut slice(text, 0, at).trim_ascii_end().iter().rev());
    before.reverse();
    let after = word(&mut slice(text, at + 2, text.len()).trim_ascii_start().iter());
    is_name(&before) || (before.is_empty() && is_name(&after))
}

/// The text with each expansion in it replaced by one letter, `v`.
fn without_expansions(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let rest = slice(text, at, text.len());
        let length = match (byte, text.get(at + 1)) {
            (b'$', Some(b'{')) => balanced(rest, b'{', b'}'),
            (b'$', Some(b'(')) => balanced(rest, b'(', b')'),
            (b'$', Some(&next)) if next.is_ascii_digit() || !in_name(next) => 2,
            (b'$', Some(_)) => 1 + slice(rest, 1, rest.len()).iter().take_while(|&&byte| in_name(byte)).count(),
            (b'`', _) => {
                1 + slice(rest, 1, rest.len()).iter().position(|&byte| byte == b'`').map_or(rest.len(), |end| end + 1)
            }
            _ => {
                out.push(byte);
                at += 1;
                continue;
            }
        };
        out.push(b'v');
        at += length.max(1);
    }
    out
}

/// Length of the expansion at the start of a text, up to the closer that balances its opener.
fn balanced(text: &[u8], opener: u8, closer: u8) -> usize {
    let mut depth = 0_usize;
    for (at, &byte) in text.iter().enumerate() {
        if byte == opener {
            depth += 1;
        } else if byte == closer {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + 1;
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{faults, without_expansions};

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = faults(&without_expansions(text.as_bytes())).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn operators_of_posix_pass() {
        for text in [
            "a?b:c",
            "x+=1",
            "x<<=2",
            "!x",
            "~x",
            "5--3",
            "- -1",
            "+ +1",
            "$#-1",
            "${#x}*2",
            "${x:-a,b}",
            "0xff",
            "a*b",
            "$(f a,b)+1",
            "`f a,b`",
            "x==1&&y!=2||z",
            "$x%10",
            "(a|b)^c",
            "$?",
            "${10}-$1",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn operators_of_bash_are_found() {
        check("i++", &["++"]);
        check("++i", &["++"]);
        check("n--", &["--"]);
        check("-- n", &["--"]);
        check("$n--", &["--"]);
        check("2**3", &["**"]);
        check("a=1,b=2", &[","]);
        check("a;b", &[";"]);
        check("16#ff", &["base#number"]);
        check("10#$x", &["base#number"]);
        check("a[0]", &["[…]"]);
        check("\"$x\"+1", &["\""]);
        check("1.5", &["."]);
    }
}
