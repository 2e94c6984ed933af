//! Makes all pages.

use super::facts::Facts;
use super::{agents, page, providers, rules};
use crate::{File, Input};

/// The pages, and the region of the README.
pub(crate) fn docs(input: &Input<'_>) -> Result<Vec<File>, String> {
    let facts = input.agents.iter().map(|agent| Facts::of(agent, input)).collect::<Result<Vec<Facts<'_>>, String>>()?;
    Ok(vec![
        File::new("agents.md", agents::page(&facts)),
        File::new("index.html", page::page(&facts, input.registry)),
        File::new("providers.md", providers::page(input.registry)),
        File::new("rules.md", rules::page()),
        File::region("README.md", "agents", agents::region(&facts)),
    ])
}
