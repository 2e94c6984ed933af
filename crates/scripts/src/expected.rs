//! The answers over ACP that an entry declares, with the version from the lock. The proof of an install and live
//! sessions compare with them.

use registry_model::model::{Agent, Exit, Info, Lock, Session};
use registry_model::template::Value;
use registry_model::variables::canonical;

use super::{RenderError, read};

/// The handshake of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The variables of a dummy provider.
    pub env: Vec<(String, String)>,
    /// The fields of `agentInfo` that are compared; `None` for an agent without `agentInfo`.
    pub info: Option<Vec<(&'static str, String)>>,
    /// The answer to `session/new`.
    pub session: Session,
    /// What makes it end.
    pub exit: Exit,
    /// The locked version of its first package; empty when it has none.
    pub version: String,
}

impl Expected {
    /// The handshake of an agent's entry.
    pub fn of(agent: &Agent<'_>) -> Result<Self, RenderError> {
        Self::with_lock(agent, &agent.read_lock()?)
    }

    pub(crate) fn with_lock(agent: &Agent<'_>, lock: &Lock<'_>) -> Result<Self, RenderError> {
        let mut env = Vec::new();
        for mapping in agent.handshake.env {
            let Value::Text(text) = read(mapping.value, "handshake")? else {
                return Err(RenderError::Structure(format!("handshake: {}", mapping.name)));
            };
            // An entry may use the word of a canonical variable.
            let name = canonical(mapping.name).map_or(mapping.name, |variable| variable.name);
            env.push((name.to_owned(), text.into_owned()));
        }
        let version = agent.locked_version(lock).unwrap_or_default().to_owned();
        let info = match agent.handshake.info {
            Info::None(_) => None,
            Info::Fields { name, title, version_is_pinned } => {
                let version = if version_is_pinned { version.as_str() } else { "" };
                let fields = [("name", name), ("title", title), ("version", version)];
                let compared = fields.into_iter().filter(|(_, it)| !it.is_empty());
                Some(compared.map(|(key, it)| (key, it.to_owned())).collect())
            }
        };
        Ok(Self { env, info, session: agent.handshake.session, exit: agent.handshake.exit, version })
    }
}
