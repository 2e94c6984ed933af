//! Commands that run another one: `command`, `exec`, `env`, `sudo` and others.

use super::word::Word;

/// A wrapper: its options with a value, and the number of words before the command that it runs.
struct Wrapper {
    name: &'static str,
    with_value: &'static [&'static str],
    words: usize,
}

const fn wrapper(name: &'static str, with_value: &'static [&'static str], words: usize) -> Wrapper {
    Wrapper { name, with_value, words }
}

static WRAPPERS: [Wrapper; 21] = [
    wrapper("builtin", &[], 0),
    wrapper("busybox", &[], 0),
    wrapper("chronic", &[], 0),
    wrapper("command", &[], 0),
    wrapper("doas", &["-u", "-C"], 0),
    wrapper("env", &["-u", "-C", "--unset", "--chdir"], 0),
    wrapper("eatmydata", &[], 0),
    wrapper("exec", &["-a"], 0),
    wrapper("gosu", &[], 1),
    wrapper("ionice", &["-c", "-n"], 0),
    wrapper("nice", &["-n"], 0),
    wrapper("nohup", &[], 0),
    wrapper("retry", &["-t", "-d", "-n", "--times", "--delay"], 0),
    wrapper("runuser", &["-u", "-g"], 0),
    wrapper("setsid", &[], 0),
    wrapper("stdbuf", &["-i", "-o", "-e"], 0),
    wrapper("su-exec", &[], 1),
    wrapper("sudo", &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T"], 0),
    wrapper("time", &["-f", "-o"], 0),
    wrapper("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    wrapper("xargs", &["-I", "-n", "-P", "-L", "-d", "-a", "-E", "-s"], 0),
];

/// The name of a program, without its folder.
pub(super) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The words of the command without its wrappers.
pub(super) fn unwrapped<'w, 'a>(words: &'w [Word<'a>]) -> &'w [Word<'a>] {
    let mut words = words;
    while let Some(inner) = unwrap_once(words) {
        words = inner;
    }
    words
}

/// The command that one wrapper runs; `None` without a wrapper, or for a query (`command -v`).
pub(super) fn unwrap_once<'w, 'a>(words: &'w [Word<'a>]) -> Option<&'w [Word<'a>]> {
    let (first, mut rest) = words.split_first()?;
    let Some(first) = first.literal() else {
        // Its value is not known, but such a variable holds `sudo`, its like, or nothing.
        let is_sudo = first.text.starts_with('$') && first.text.to_ascii_lowercase().contains("sudo");
        return (is_sudo && !rest.is_empty() && !first.text.contains('(')).then_some(rest);
    };
    let name = base(first);
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == name)?;
    while let Some((word, tail)) = rest.split_first() {
        let text = &*word.text;
        if name == "command" && (text.starts_with("-v") || text.starts_with("-V") || text == "-pv") {
            return None;
        }
        let assigns = matches!(name, "env" | "sudo" | "doas") && word.assignment().is_some();
        if !text.starts_with('-') && !assigns {
            break;
        }
        rest = tail;
        if text == "--" {
            break;
        }
        if wrapper.with_value.contains(&text) {
            rest = rest.split_first().map_or(rest, |(_, tail)| tail);
        }
    }
    rest.get(wrapper.words..).filter(|rest| !rest.is_empty())
}
