//! The spellings of a name, and the nearest of several names.

/// Whether a text is a kebab-case id: lower-case letters, digits and single hyphens, a letter first.
pub fn is_kebab(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && !text.contains("--")
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Whether a text is a snake-case identifier: lower-case letters, digits and single underscores, a letter first.
pub fn is_snake(text: &str) -> bool {
    !text.contains('-') && is_kebab(&text.replace('_', "-"))
}

/// The kebab-case id of an identifier: `codex_acp` and `CODEX_ACP` are `codex-acp`.
pub fn kebab(identifier: &str) -> String {
    identifier.replace('_', "-").to_ascii_lowercase()
}

/// The constant of an id or a snake-case identifier: `codex-acp` is `CODEX_ACP`, and `codex-acp@1.2.0` is
/// `CODEX_ACP_1_2_0`.
pub fn constant(name: &str) -> String {
    name.replace(|char: char| !char.is_ascii_alphanumeric(), "_").to_ascii_uppercase()
}

/// The name of an entry and, behind `@`, one of its versions: `codex-acp@1.2.0` is `codex-acp` and `1.2.0`.
pub fn split_version(name: &str) -> (&str, Option<&str>) {
    name.split_once('@').map_or((name, None), |(entry, version)| (entry, Some(version)))
}

/// The spelling of an agent's name for places that refuse `@` and `.`: stages and tags of images, ids of other
/// registries. `codex-acp@1.2.0` is `codex-acp-1-2-0`; a name without a version stays as it is.
pub fn plain(name: &str) -> String {
    name.replace(|char: char| !char.is_ascii_alphanumeric(), "-").to_ascii_lowercase()
}

/// The name of a Python package as the index writes it (PEP 503): `normal` of
/// `crates/scripts/src/payload/python.mjs` is its twin.
pub fn pypi(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for char in name.chars() {
        match char {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.extend(char.to_lowercase()),
        }
    }
    normal
}

/// The nearest of several words, if one is near enough to be a suggestion.
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = word.chars().count() / 3 + 1;
    words
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, left out, replaced or swapped to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&row, j) + usize::from(x != y)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = core::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

/// The code and the kebab-case name that the name of a module gives: those of `i004_unchecked_download` are `I004` and
/// `unchecked-download`.
#[derive(Debug)]
pub struct Coded {
    code: [u8; 4],
    name: [u8; 60],
    length: usize,
}

impl Coded {
    /// Of a module's path, as `module_path!` gives it.
    ///
    /// # Panics
    ///
    /// When the module's name is not a code and a name: while the compiler evaluates a constant, a panic is its error.
    #[expect(clippy::panic, reason = "a panic while the compiler evaluates a constant is its error")]
    pub const fn of(path: &str) -> Self {
        let mut word = path.as_bytes();
        let mut rest = word;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            if *byte == b':' {
                word = rest;
            }
        }
        let [letter @ b'a'..=b'z', one @ b'0'..=b'9', two @ b'0'..=b'9', three @ b'0'..=b'9', b'_', name @ ..] = word
        else {
            panic!("name the module after a code and a mistake, like `i004_unchecked_download`");
        };
        let mut coded =
            Self { code: [letter.to_ascii_uppercase(), *one, *two, *three], name: [0; 60], length: name.len() };
        let (mut rest, mut room): (&[u8], &mut [u8]) = (name, &mut coded.name);
        while let Some((byte, after)) = rest.split_first() {
            let Some((slot, more)) = room.split_first_mut() else { panic!("the name of this module is too long") };
            *slot = if *byte == b'_' { b'-' } else { *byte };
            rest = after;
            room = more;
        }
        coded
    }

    /// The code.
    pub const fn code(&self) -> &str {
        text(&self.code)
    }

    /// The name.
    pub const fn name(&self) -> &str {
        text(self.name.split_at(self.length).0)
    }
}

/// Bytes of identifiers, which are text.
const fn text(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_path_gives_code_and_name() {
        const MODULE: Coded = Coded::of("some_crate::rules::i004_unchecked_download");
        assert_eq!((MODULE.code(), MODULE.name()), ("I004", "unchecked-download"));
    }

    #[test]
    #[should_panic(expected = "like `i004_unchecked_download`")]
    fn module_path_without_a_code_is_rejected() {
        Coded::of("some_crate::rules::script");
    }

    #[test]
    fn name_spellings_are_converted() {
        assert_eq!(kebab("CLAUDE_AGENT_ACP"), "claude-agent-acp");
        assert_eq!(constant("claude-agent-acp"), "CLAUDE_AGENT_ACP");
        assert!(is_kebab("gpt-5") && !is_kebab("Gpt") && !is_kebab("a--b") && !is_kebab("a-") && !is_kebab("1a"));
        assert!(is_snake("codex_acp") && !is_snake("codex-acp") && !is_snake("_a"));
    }

    #[test]
    fn nearest_returns_the_most_similar_word() {
        assert_eq!(nearest("instal", ["launch", "install", "web"]), Some("install"));
        assert_eq!(nearest("modle", ["model", "env"]), Some("model"));
        assert_eq!(nearest("zzzzzz", ["model", "env"]), None);
    }
}
