//! An agent that is being read.

use registry_model::model::{Agent, Allow};

use super::versions::OtherVersion;

/// What was read of an agent so far; the exceptions that its items make are put into it at the end.
pub(super) struct Draft<'b> {
    pub(super) agent: Agent<'b>,
    pub(super) allows: Vec<Allow<'b>>,
    /// Its other versions, whose fields are still tokens.
    pub(super) also: Vec<OtherVersion>,
}
