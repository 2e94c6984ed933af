//! The input of routing: variables in three layers, logins of the host, and where the agent will run.

use std::collections::{BTreeMap, BTreeSet};

/// Variables by their names.
pub type Variables = BTreeMap<String, String>;

/// A layer of variables, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Variables that the caller gives explicitly.
    Flag,
    /// A `.env` file.
    File,
    /// The host's environment.
    Host,
}

impl Layer {
    /// Its word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::File => ".env",
            Self::Host => "host",
        }
    }
}

/// The given variables in three layers, and the logins of the host.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Explicit variables of the caller: no mapping replaces them.
    pub flags: Variables,
    /// The variables of a `.env` file.
    pub file: Variables,
    /// The variables of the host.
    pub host: Variables,
    /// The login files on the host, beginning with `~/`.
    pub logins: BTreeSet<String>,
}

impl Given {
    /// The strongest layer that gives a variable, with its value; a blank value counts as unset.
    pub fn find(&self, name: &str) -> Option<(Layer, &str)> {
        let layers = [(Layer::Flag, &self.flags), (Layer::File, &self.file), (Layer::Host, &self.host)];
        layers.into_iter().find_map(|(layer, variables)| Some((layer, set(variables, name)?)))
    }

    /// The value of a variable that the caller gives explicitly.
    pub fn explicit(&self, name: &str) -> Option<&str> {
        set(&self.flags, name)
    }
}

fn set<'v>(variables: &'v Variables, name: &str) -> Option<&'v str> {
    variables.get(name).map(String::as_str).filter(|value| is_given(value))
}

/// Whether a value has more than blanks of the POSIX locale, as in the launcher.
pub(crate) fn is_given(value: &str) -> bool {
    !value.bytes().all(|byte| matches!(byte, b' ' | b'\t'..=b'\r'))
}

/// Where the agent will run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// Its home folder, an absolute path.
    pub home: String,
    /// Whether it runs as uid 0.
    pub root: bool,
    /// The folder of its install, with the shims of companion programs.
    pub folder: String,
    /// The task's `PATH` there; [`Sandbox::PATH`] when it is not known.
    pub path: String,
}

impl Sandbox {
    /// The usual `PATH` of a container.
    pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}
