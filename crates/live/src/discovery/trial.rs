//! A way as it is tried with one agent: every variable and file gets a base URL, a key and a model id of its own, so
//! that a request shows which of them the agent reads.

use super::ways::{Holds, Way, WayFile};

/// Where the model server of a trial listens.
pub(crate) const LISTEN: &str = "127.0.0.1:8480";

/// The source of a model id that `session/set_model` passes.
pub(crate) const SET_MODEL: &str = "session/set_model";
/// The source of a model id that a config option of ACP passes.
pub(crate) const CONFIG_OPTION: &str = "session/set_config_option";

/// A way, with the names of one agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trial {
    pub(crate) way: Way,
    pub(crate) variables: Vec<(String, Holds)>,
    pub(crate) files: Vec<(String, WayFile)>,
}

impl Trial {
    /// The way for an agent that launches this program.
    pub(crate) fn new(way: Way, program: &str) -> Self {
        let upper: String =
            program.chars().map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' }).collect();
        let named = |text: &str| text.replace("{PROGRAM}", &upper).replace("{program}", program);
        let variables = way.variables.iter().map(|(name, holds)| (named(name), *holds)).collect();
        let mut files: Vec<(String, WayFile)> = way.files.iter().map(|it| (named(it.path), *it)).collect();
        files.dedup_by(|one, other| one.0 == other.0);
        Self { way, variables, files }
    }

    /// The same with nothing but these sources.
    pub(crate) fn only(&self, sources: &[&str]) -> Self {
        let mut trial = self.clone();
        trial.variables.retain(|(name, _)| sources.contains(&name.as_str()));
        trial.files.retain(|(path, _)| sources.contains(&path.as_str()));
        trial
    }

    /// What is given: variables and files.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|(name, _)| name.as_str()).chain(self.files.iter().map(|(path, _)| path.as_str()))
    }

    /// The variables with their values.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let value = |name: &str, holds: Holds| match holds {
            Holds::BaseUrl => base_url(name),
            Holds::Key => key(name),
            Holds::Model(form) => form.replace("{}", &self.model(name)),
        };
        self.variables.iter().map(|(name, holds)| (name.clone(), value(name, *holds))).collect()
    }

    /// The files: paths and texts.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let text = |path: &str, file: &WayFile| {
            file.text
                .replace("@BASE_URL@", &base_url(path))
                .replace("@KEY@", &key(path))
                .replace("@MODEL@", &self.model(path))
                .replace("@TOLD_MODEL@", &self.model(SET_MODEL))
                .replace("@OPTION_MODEL@", &self.model(CONFIG_OPTION))
        };
        self.files.iter().map(|(path, file)| (path.clone(), text(path, file))).collect()
    }

    /// The model id of a source.
    pub(crate) fn model(&self, source: &str) -> String {
        format!("{}-try-{}", self.way.family, slug(source))
    }

    /// The id that is passed over ACP for a source, in the form of the way.
    pub(crate) fn told(&self, source: &str) -> String {
        self.way.told.replace("{}", &self.model(source))
    }

    /// All sources of a model id.
    pub(crate) fn models(&self) -> impl Iterator<Item = &str> {
        self.sources().chain([SET_MODEL, CONFIG_OPTION])
    }
}

/// The folder of the base URL of a source.
pub(crate) fn folder(source: &str) -> String {
    format!("try-{}", slug(source))
}

fn base_url(source: &str) -> String {
    format!("http://{LISTEN}/{}", folder(source))
}

/// The key of a source: as long as a real one, since some agents check that.
pub(crate) fn key(source: &str) -> String {
    format!("sk-try-key-of-{}-5b1f09c2d7", slug(source))
}

/// A source as a word of URLs and ids.
fn slug(source: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' };
    source.chars().map(plain).collect::<String>().trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::ways::WAYS;
    use super::*;

    fn named(name: &str) -> Trial {
        let way = WAYS.into_iter().find(|it| it.name == name).expect("it is a way");
        Trial::new(way, "my-agent")
    }

    #[test]
    fn every_source_has_values_of_its_own() {
        for way in WAYS {
            let trial = Trial::new(way, "my-agent");
            let environment = trial.environment();
            let values: BTreeSet<&str> = environment.iter().map(|(_, value)| value.as_str()).collect();
            assert_eq!(values.len(), trial.variables.len(), "{}", way.name);
            for (path, text) in trial.texts() {
                assert!(
                    path.starts_with("~/")
                        && text.contains(&folder(&path))
                        && !text.replace("@ai-sdk/", "").contains('@'),
                    "{path}: {text}"
                );
            }
            assert!(trial.sources().all(|it| !it.contains('{')), "{}", way.name);
        }
    }

    #[test]
    fn names_follow_the_program() {
        let environment = named("own").environment();
        assert_eq!(
            environment.first(),
            Some(&("MY_AGENT_BASE_URL".into(), "http://127.0.0.1:8480/try-my-agent-base-url".into()))
        );
        let paths: Vec<_> = named("opencode").files.into_iter().map(|it| it.0).collect();
        assert_eq!(paths, ["~/.config/opencode/opencode.json", "~/.config/my-agent/my-agent.json"]);
        let opencode = WAYS.into_iter().find(|it| it.name == "opencode").expect("it is a way");
        assert_eq!(Trial::new(opencode, "opencode").files.len(), 1);
    }

    #[test]
    fn second_trial_has_the_found_sources_only() {
        let less = named("openai").only(&["OPENAI_BASE_URL", "OPENAI_API_KEY"]);
        assert_eq!(less.sources().collect::<Vec<_>>(), ["OPENAI_BASE_URL", "OPENAI_API_KEY"]);
        assert_eq!(less.environment().len(), 2);
    }
}
