//! The variables that an entry may read: the canonical ones, the derived ones, and which are secrets.

use core::ops::Range;

/// A variable that every entry may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The word of an entry: `BASE_URL`.
    pub word: &'static str,
    /// The variable of the environment: `BENCHFLOW_PROVIDER_BASE_URL`.
    pub name: &'static str,
    /// What it holds.
    pub meaning: &'static str,
}

/// The variables that every entry may read, in the order of tables.
pub const CANONICAL: &[Variable] = &[
    Variable { word: "PROVIDER", name: "BENCHFLOW_PROVIDER_NAME", meaning: "the provider's name" },
    Variable { word: "BASE_URL", name: "BENCHFLOW_PROVIDER_BASE_URL", meaning: "the base URL of the model server" },
    Variable { word: "API_KEY", name: "BENCHFLOW_PROVIDER_API_KEY", meaning: "the API key for the model server" },
    Variable { word: "MODEL", name: "BENCHFLOW_PROVIDER_MODEL", meaning: "the model's id, without its provider" },
    Variable {
        word: "PROTOCOL",
        name: "BENCHFLOW_PROVIDER_PROTOCOL",
        meaning: "the wire protocol of the model server",
    },
    Variable { word: "MODELS", name: "BENCHFLOW_PROVIDER_MODELS", meaning: "facts about its models, as JSON" },
    Variable { word: "ALIAS", name: "BENCHFLOW_LITELLM_MODEL_ALIAS", meaning: "the gateway's alias of the model" },
    Variable { word: "ACP_MODEL", name: "BENCHFLOW_ACP_MODEL_ID", meaning: "the model id that the agent gets" },
    Variable {
        word: "ACP_MODEL_PROVIDER",
        name: "BENCHFLOW_ACP_MODEL_PROVIDER",
        meaning: "the part of ACP_MODEL before its first slash",
    },
    Variable {
        word: "ACP_MODEL_NAME",
        name: "BENCHFLOW_ACP_MODEL_NAME",
        meaning: "the part of ACP_MODEL after its first slash",
    },
    Variable { word: "PORT", name: "BENCHFLOW_BESIDE_PORT", meaning: "the free port of the helper process" },
    Variable {
        word: "EFFORT",
        name: "BENCHFLOW_REASONING_EFFORT",
        meaning: "the level of reasoning effort, one of those that `effort` lists",
    },
    Variable {
        word: "MCP_SERVERS",
        name: "BENCHFLOW_MCP_SERVERS",
        meaning: "the MCP servers, for an agent that takes them by a file",
    },
    Variable { word: "PATH", name: "PATH", meaning: "the search path for the task's programs" },
];

/// The canonical variable of an entry's word or of its full name.
pub fn canonical(word: &str) -> Option<&'static Variable> {
    CANONICAL.iter().find(|variable| variable.word == word || variable.name == word)
}

/// The word of an entry for a variable: `API_KEY` for `BENCHFLOW_PROVIDER_API_KEY`.
pub fn word(name: &str) -> &str {
    canonical(name).map_or(name, |variable| variable.word)
}

/// The first known variable in shell syntax, `$NAME` or `${NAME}`, in a string: its
/// range and its name.
pub(crate) fn shell_variable(text: &str, known: impl Fn(&str) -> bool) -> Option<(Range<usize>, &str)> {
    text.match_indices('$').find_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let word = |text: &str| text.find(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        let (name, length) = if let Some(inside) = rest.strip_prefix('{') {
            let (name, _) = inside.split_once('}')?;
            (name, name.len() + 3)
        } else {
            let (name, _) = rest.split_at_checked(word(rest).unwrap_or(rest.len()))?;
            (name, name.len() + 1)
        };
        known(name).then_some((at..at + length, name))
    })
}

/// Whether a variable holds a secret, by its name.
pub fn is_secret(name: &str) -> bool {
    const ENDINGS: &[&str] =
        &["_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_CREDENTIALS", "_CREDENTIALS_JSON", "_AUTH_JSON", "_MCP_SERVERS"];
    name == "API_KEY" || ENDINGS.iter().any(|ending| name.ends_with(ending)) || name.contains("BEARER_TOKEN")
}

/// Whether a variable holds a base URL, by its name.
pub fn is_base_url(name: &str) -> bool {
    name == "BASE_URL" || name.ends_with("_BASE_URL")
}

/// What a variable holds, as far as that limits its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// A base URL: absolute, of HTTP, and one to which an agent can add a path.
    Url,
    /// The id of a model, a provider or a protocol: no control character.
    Id,
    /// A key: no control character and no quotation mark, which an env file left in it.
    Key,
    /// Any text.
    Text,
}

impl VariableKind {
    /// The kind of a variable, by its name.
    pub fn of(name: &str) -> Self {
        const IDS: &[&str] =
            &["_MODEL", "_MODEL_ID", "_MODEL_NAME", "_MODEL_ALIAS", "_MODEL_PROVIDER", "_PROVIDER_NAME", "_PROTOCOL"];
        // The content of a file, or the path of one.
        const JSON: &[&str] = &["_JSON", "_CREDENTIALS", "_MCP_SERVERS"];
        if name.ends_with("_URL") {
            Self::Url
        } else if IDS.iter().any(|ending| name.ends_with(ending)) {
            Self::Id
        } else if is_secret(name) && !JSON.iter().any(|ending| name.ends_with(ending)) {
            Self::Key
        } else {
            Self::Text
        }
    }

    /// Its word, for the launcher's program.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Id => "id",
            Self::Key => "key",
            Self::Text => "text",
        }
    }

    /// Why a string cannot be of this kind; the words follow a variable's name. The launcher's program `check.mjs`
    /// has the same ones.
    pub fn fault(self, text: &str) -> Option<&'static str> {
        if self != Self::Text && text.contains(char::is_control) {
            return Some("holds a newline or another control character");
        }
        match self {
            Self::Url => url_fault(text),
            Self::Key if text.contains(QUOTATION_MARKS) => Some("holds a quotation mark"),
            Self::Id | Self::Key | Self::Text => None,
        }
    }
}

/// Straight and typographic quotation marks.
const QUOTATION_MARKS: [char; 12] = [
    '"', '\'', '\u{ab}', '\u{bb}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\u{201c}', '\u{201d}', '\u{201e}',
    '\u{201f}',
];

/// The ends of URLs of single calls.
const CALLS: [&str; 6] =
    ["/completions", "/messages", "/responses", "/embeddings", ":generateContent", ":streamGenerateContent"];

/// Why a text is not a base URL.
fn url_fault(text: &str) -> Option<&'static str> {
    if text.contains(['?', '#']) {
        return Some("holds a query or fragment, and the agent puts a path behind it");
    }
    let scheme = |scheme: &str| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let Some((_, rest)) = text.split_once("://").filter(|(before, _)| scheme(before)) else {
        return Some("does not begin with `https://` or `http://`");
    };
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)) {
        return Some("holds a character that no URL has");
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = host_and_port(authority.rsplit('@').next().unwrap_or_default());
    if !is_host(host) {
        return Some("names no host");
    }
    if port.is_some_and(|port| !is_port(port)) {
        return Some("has a port that is not a number from 1 to 65535");
    }
    let path = path.trim_end_matches('/');
    CALLS.iter().any(|call| path.ends_with(call)).then_some("ends with the path of a call, which the agent adds itself")
}

/// The host, in brackets where it is an address of IPv6, and what follows its colon.
fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    let end = authority.find(']').map_or(0, |at| at + 1);
    let (address, rest) = authority.split_at(end);
    match rest.split_once(':') {
        Some((host, port)) if address.is_empty() => (host, Some(port)),
        Some(("", port)) => (address, Some(port)),
        None if address.is_empty() => (rest, None),
        None if rest.is_empty() => (address, None),
        _ => ("", None),
    }
}

fn is_host(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let word = |word: &str, marks: &[u8]| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
    };
    address.map_or_else(|| word(host, b"-._~%"), |address| word(address, b":."))
}

fn is_port(port: &str) -> bool {
    port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether a text is the name of an environment variable: upper-case letters, digits and underscores.
pub fn is_variable_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
        && name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

/// Variables that no entry may set: they belong to the task, the loader or the interpreters.
const RESERVED: &[&str] = &[
    "BASH_ENV",
    "CDPATH",
    "ENV",
    "HOME",
    "IFS",
    "LANG",
    "LOGNAME",
    "NODE_OPTIONS",
    "NODE_PATH",
    "OLDPWD",
    "PATH",
    "PERL5LIB",
    "PPID",
    "PS1",
    "PS2",
    "PS4",
    "PWD",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "RUBYOPT",
    "SHELL",
    "SHELLOPTS",
    "SHLVL",
    "TMPDIR",
    "USER",
    "VIRTUAL_ENV",
];

/// Whether no entry may set a variable.
pub fn is_reserved(name: &str) -> bool {
    const PREFIXES: &[&str] = &["LD_", "DYLD_", "LC_", "NPM_CONFIG_", "BENCHFLOW_"];
    RESERVED.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: Option<&str>) {
        let fault = VariableKind::of(name).fault(text);
        assert_eq!(fault.is_some(), expected.is_some(), "{name}={text}: {fault:?}");
        assert!(expected.is_none_or(|part| fault.is_some_and(|it| it.contains(part))), "{name}={text}: {fault:?}");
    }

    #[test]
    fn unusable_base_urls_are_rejected() {
        for good in [
            "https://gw.example.org/v1",
            "HTTP://gw.example.org",
            "http://127.0.0.1:4000/",
            "http://[::1]:4000/v1",
            "https://me:pw@x.example/v1",
            "https://x.example/@acme/v1",
            "http://my_host:65535/messages/v1",
        ] {
            check("X_BASE_URL", good, None);
        }
        for (bad, reason) in [
            ("localhost:4000", "begin with"),
            ("ftp://gw.example.org", "begin with"),
            (" https://gw.example.org", "begin with"),
            ("https:///v1", "no host"),
            ("https://@/v1", "no host"),
            ("http://::1:4000/v1", "no host"),
            ("http://[::1]x/v1", "no host"),
            ("https://gw.example.org:99999/v1", "port"),
            ("https://gw.example.org:0/v1", "port"),
            ("https://gw.example.org:/v1", "port"),
            ("https://gw.example.org:+80/v1", "port"),
            ("https://gw.example.org/v1/chat/completions", "path of a call"),
            ("https://gw.example.org/v1/messages/", "path of a call"),
            ("https://gw.example.org/v1/responses", "path of a call"),
            ("https://gw.example.org/v1beta/models/m:generateContent", "path of a call"),
            ("https://gw.example.org/v1?k=1", "query"),
            ("https://gw.example.org/a b", "character"),
            ("https://gw.\nexample.org", "control"),
        ] {
            check("X_BASE_URL", bad, Some(reason));
        }
    }

    #[test]
    fn key_with_a_quotation_mark_or_newline_is_rejected() {
        for bad in ["\"sk-1\"", "'sk-1'", "sk-\n1", "\u{201c}sk-1\u{201d}", "\u{2018}sk-1\u{2019}", "sk-1\r"] {
            check("BENCHFLOW_PROVIDER_API_KEY", bad, Some("holds"));
            check("GITHUB_TOKEN", bad, Some("holds"));
        }
        check("OPENAI_API_KEY", "sk-1_a.b~c+d/e=", None);
        check("CODEX_AUTH_JSON", "{\"tokens\": {}}", None);
        check("GOOGLE_APPLICATION_CREDENTIALS", "/home/o'neill/key.json", None);
    }
}
