//! `trap` and `kill`: names of signals.

use super::super::{Found, add, shown};
use crate::word::Word;

/// The signal names of dash, without `SIG`.
static SIGNALS: &[&str] = &[
    "EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
    "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
    "IO", "PWR", "SYS", "RTMIN", "RTMAX",
];

/// Whether dash has a signal.
pub(crate) fn is_signal(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let root = upper.split(['+', '-']).next().unwrap_or_default();
    let real_time = matches!(root, "RTMIN" | "RTMAX");
    SIGNALS.contains(&upper.as_str()) || real_time || upper.parse::<u8>().is_ok_and(|number| number <= 64)
}

/// Checks what follows the options of `trap`: an action, then signals.
pub(super) fn check_trap(operands: &[Word<'_>], found: &mut Found) {
    let signals = match operands.split_first() {
        Some((_, signals)) if !signals.is_empty() => signals,
        _ => operands,
    };
    for word in signals {
        let Some(name) = word.literal().filter(|name| !is_signal(name) && *name != "-") else { continue };
        let message = format!("`trap` of dash has no signal {}", shown(word));
        let help = match name.to_ascii_uppercase().strip_prefix("SIG") {
            Some(short) => format!("write `{short}`"),
            None if matches!(name, "ERR" | "DEBUG" | "RETURN") => {
                "check the status of the command, or trap `EXIT`".to_owned()
            }
            None => "use one of the names of `kill -l`".to_owned(),
        };
        add(found, &word.range, message, help);
    }
}

pub(super) fn check_kill(arguments: &[Word<'_>], found: &mut Found) {
    let Some((first, rest)) = arguments.split_first() else { return };
    let signal = match first.literal() {
        Some("-s") => rest.first(),
        Some(option) if option.len() > 1 && option.starts_with('-') => Some(first),
        _ => None,
    };
    let Some(word) = signal else { return };
    let Some(name) = word.literal().map(|text| text.trim_start_matches('-')) else { return };
    if name.is_empty() || name == "l" || is_signal(name) || name.parse::<u32>().is_ok() {
        return;
    }
    let message = format!("`kill` of dash has no signal or option {}", shown(word));
    let short = name.to_ascii_uppercase().strip_prefix("SIG").map(str::to_owned);
    add(
        found,
        &word.range,
        message,
        short.map_or("write `-s` and a name of `kill -l`".to_owned(), |short| format!("write `-{short}`")),
    );
}
