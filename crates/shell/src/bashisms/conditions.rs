//! `[` and `test`: operators that dash does not have.

use super::{Found, add};
use crate::word::Word;

/// Checks the arguments of `[` (without the `]`) or `test`.
pub(super) fn check(arguments: &[Word<'_>], found: &mut Found) {
    for (index, word) in arguments.iter().enumerate() {
        let Some(operator) = word.literal() else { continue };
        let before = index.checked_sub(1).and_then(|index| arguments.get(index)).map(|word| &*word.text);
        let after = arguments.get(index + 1).map(|word| &*word.text);
        if after.is_none() {
            continue;
        }
        match operator {
            "==" if before.is_some_and(|before| !is_binary(before)) => {
                add(found, &word.range, "`[` of dash has no operator `==`", "write `=`");
            }
            "=~" if before.is_some_and(|before| !is_binary(before)) => {
                let help = "use `case` for patterns, or `expr` or `grep` for regular expressions";
                add(found, &word.range, "`[` of dash has no operator `=~`", help);
            }
            "<=" | ">=" if before.is_some_and(|before| !is_binary(before)) => {
                add(found, &word.range, format!("`[` of dash has no operator `{operator}`"), "write `-le` or `-ge`");
            }
            "-v" | "-a" | "-o" | "-N" | "-R" if starts_operand(before) && !after.is_some_and(is_binary) => {
                let help = match operator {
                    "-v" | "-R" => "write `[ -n \"${name+set}\" ]`",
                    "-a" => "write `-e`",
                    "-o" => "look for the letter in `$-`",
                    _ => "remove it, or compare with `-nt`",
                };
                add(found, &word.range, format!("`[` of dash has no operator `{operator}` before a word"), help);
            }
            _ => {}
        }
    }
}

/// Whether an operand may start after this word.
fn starts_operand(before: Option<&str>) -> bool {
    before.is_none_or(|before| matches!(before, "!" | "(" | "-a" | "-o"))
}

fn is_binary(word: &str) -> bool {
    matches!(
        word,
        "=" | "!=" | "==" | "=~" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef"
    )
}
