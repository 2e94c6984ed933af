//! The agents of the project whose tree is audited: its own list decides which are missing and which are unknown.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Whose list of agents an audit goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AgentList {
    /// That of the registry.
    #[default]
    Registry,
    /// That of the tree: its manifests and entries, its `agents/registry.py`, or else the list of its runner. Without
    /// any of these, that of the registry.
    Auto,
    /// This one.
    Given(Peers),
}

/// The agents of another project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    names: BTreeSet<String>,
    /// Each alias with its agent.
    aliases: BTreeMap<String, String>,
}

impl Peers {
    /// Reads a list: JSON, a Python module with `AGENTS`, or else a name on each line.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as a complete sentence.
    pub fn read(file: &str, text: &str) -> Result<Self, String> {
        let mut peers = Self::default();
        match file.rsplit('.').next() {
            Some("json") => {
                let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
                peers.add_json(value.get("agents").unwrap_or(&value));
            }
            Some("py") => peers.add_python(text),
            _ => {
                let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
                for line in lines.filter(|line| !line.is_empty()) {
                    if !is_name(line) {
                        return Err(format!("`{}` is not the name of an agent", crate::diagnostic::quoted(line)));
                    }
                    peers.add(line);
                }
            }
        }
        if peers.names.is_empty() { Err("it names no agent".to_owned()) } else { Ok(peers) }
    }

    /// Adds those of a Python module: `AGENTS = { "name": …` and `AGENT_ALIASES = { "alias": "name",`.
    pub(crate) fn add_python(&mut self, text: &str) {
        let mut dict = "";
        for line in text.lines() {
            if !line.starts_with([' ', '}', '#']) && !line.is_empty() {
                let name = line.split([':', '=', ' ']).next().unwrap_or_default();
                dict = if line.trim_end().ends_with('{') { name } else { "" };
            }
            let member = line.strip_prefix("    \"").and_then(|it| it.split_once("\":"));
            let Some((key, value)) = member.filter(|(key, _)| is_name(key)) else { continue };
            let value = value.trim().trim_end_matches(',').trim_matches('"');
            match dict {
                "AGENTS" => self.add(key),
                "AGENT_ALIASES" if is_name(value) => drop(self.aliases.insert(key.to_owned(), value.to_owned())),
                _ => {}
            }
        }
    }

    /// Names, objects with `name` or `id`, or an object with a member for each agent.
    fn add_json(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.add_json_agent(item)),
            Value::Object(members) => members.keys().for_each(|name| self.add(name)),
            _ => {}
        }
    }

    fn add_json_agent(&mut self, item: &Value) {
        let named = item.get("name").or_else(|| item.get("id")).unwrap_or(item);
        let Some(name) = named.as_str() else { return };
        self.add(name);
        for alias in item.get("aliases").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            self.aliases.insert(alias.to_owned(), name.to_owned());
        }
    }

    /// Adds a name.
    pub(crate) fn add(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    /// Adds an alias of an agent.
    pub(crate) fn add_alias(&mut self, alias: &str, name: &str) {
        self.aliases.insert(alias.to_owned(), name.to_owned());
    }

    /// Whether it has no agent.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether it has an agent of this name or alias.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.names.contains(name) || self.aliases.contains_key(name)
    }
}

fn is_name(text: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, text: &str, names: &[&str], aliases: &[&str]) {
        let peers = Peers::read(file, text).expect("it can be read");
        assert_eq!(peers.names().collect::<Vec<_>>(), names, "{text}");
        assert_eq!(peers.aliases.keys().collect::<Vec<_>>(), aliases, "{text}");
    }

    #[test]
    fn lists_of_several_forms_are_read() {
        check("a.txt", "one # a comment\n\ntwo\n", &["one", "two"], &[]);
        check(
            "a.json",
            r#"["one", {"name": "two", "aliases": ["zwei"]}, {"id": "three"}]"#,
            &["one", "three", "two"],
            &["zwei"],
        );
        check("a.json", r#"{"agents": {"one": {}, "two": {}}}"#, &["one", "two"], &[]);
        let python = "X = {\n    \"no\": 1,\n}\nAGENTS: dict[str, C] = {\n    \"one\": C(\n        env={\n            \"a\": \"b\",\n        },\n    ),\n\
                      \x20   \"two\": C(),\n}\nAGENT_ALIASES: dict[str, str] = {\n    \"zwei\": \"two\",\n}\n";
        check("registry.py", python, &["one", "two"], &["zwei"]);
    }

    #[test]
    fn files_that_are_no_lists_are_refused() {
        let fault = |file: &str, text: &str| Peers::read(file, text).expect_err("it is refused");
        assert_eq!(fault("a.txt", "# nothing\n"), "it names no agent");
        assert_eq!(fault("a.txt", "one two\n"), "`one two` is not the name of an agent");
        assert!(fault("a.json", "{").starts_with("it is not JSON"));
        assert_eq!(fault("a.json", "3"), "it names no agent");
    }
}
