//! The variables that an entry may read: the canonical ones, the derived ones, and how secrets are known.

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
    Variable { word: "API_KEY", name: "BENCHFLOW_PROVIDER_API_KEY", meaning: "the key for it" },
    Variable { word: "MODEL", name: "BENCHFLOW_PROVIDER_MODEL", meaning: "the model's id, without its provider" },
    Variable { word: "PROTOCOL", name: "BENCHFLOW_PROVIDER_PROTOCOL", meaning: "the wire protocol spoken there" },
    Variable { word: "MODELS", name: "BENCHFLOW_PROVIDER_MODELS", meaning: "what is known of its models, as JSON" },
    Variable { word: "ALIAS", name: "BENCHFLOW_LITELLM_MODEL_ALIAS", meaning: "the gateway's alias of the model" },
    Variable { word: "ACP_MODEL", name: "BENCHFLOW_ACP_MODEL_ID", meaning: "the model id that the agent is told" },
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
    Variable { word: "PATH", name: "PATH", meaning: "where the task has its programs" },
];

/// The canonical variable of an entry's word or of its full name.
pub fn canonical(word: &str) -> Option<&'static Variable> {
    CANONICAL.iter().find(|variable| variable.word == word || variable.name == word)
}

/// The word of an entry for a variable: `API_KEY` for `BENCHFLOW_PROVIDER_API_KEY`.
pub fn word(name: &str) -> &str {
    canonical(name).map_or(name, |variable| variable.word)
}

/// The first variable that a text names as a shell would, `$NAME` or `${NAME}`, among those that are known: where it
/// stands, and its name.
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
        &["_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_CREDENTIALS", "_CREDENTIALS_JSON", "_AUTH_JSON"];
    name == "API_KEY" || ENDINGS.iter().any(|ending| name.ends_with(ending)) || name.contains("BEARER_TOKEN")
}

/// Whether a variable holds a base URL, by its name.
pub fn is_base_url(name: &str) -> bool {
    name == "BASE_URL" || name.ends_with("_BASE_URL")
}

/// What a variable holds, as far as that limits its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A URL: no control character, and no query or fragment, since paths are put behind it.
    Url,
    /// The id of a model, a provider or a protocol: no control character.
    Id,
    /// Any text.
    Text,
}

impl Kind {
    /// The kind of a variable, by its name.
    pub fn of(name: &str) -> Self {
        const IDS: &[&str] =
            &["_MODEL", "_MODEL_ID", "_MODEL_NAME", "_MODEL_ALIAS", "_MODEL_PROVIDER", "_PROVIDER_NAME", "_PROTOCOL"];
        if name.ends_with("_URL") {
            Self::Url
        } else if IDS.iter().any(|ending| name.ends_with(ending)) {
            Self::Id
        } else {
            Self::Text
        }
    }

    /// Its word, for the launcher's program.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Id => "id",
            Self::Text => "text",
        }
    }

    /// Why a text cannot be of this kind; the words stand behind a variable's name.
    pub fn fault(self, text: &str) -> Option<&'static str> {
        let control = self != Self::Text && text.contains(char::is_control);
        let tail = self == Self::Url && text.contains(['?', '#']);
        match (control, tail) {
            (true, _) => Some("holds a control character"),
            (_, true) => Some("holds a query or fragment, and the agent puts a path behind it"),
            _ => None,
        }
    }
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
