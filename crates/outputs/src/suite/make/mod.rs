//! Makes the files of the suite from the entries of a registry.

mod config;
mod fleet;
mod shell;

use registry_model::model::{Agent, ModelReference, Registry, Suite};
use registry_routing::{Need, Router};

use super::GENERATOR;
use crate::{File, Input};

/// An agent of the suite.
struct Member<'a> {
    agent: &'a Agent<'a>,
    suite: Suite<'a>,
    /// The model as it is typed: the same text everywhere in the suite.
    model: String,
    /// One variable of each need must be set.
    needs: Vec<Need<'a>>,
}

/// The files of the suite.
pub(crate) fn suite(input: &Input<'_>) -> Result<Vec<File>, String> {
    let members = members(input.registry)?;
    let mut files = members.iter().map(config::file).collect::<Result<Vec<_>, _>>()?;
    files.push(File::new("suite.sh", shell::text(&members, &input.registry.agents())?));
    let built = fleet::built(&input.agents)?;
    files.push(File::new("matrix.json", fleet::matrix(&built)?));
    files.push(File::new("docker-bake.hcl", fleet::bake(&built)));
    files.push(File::new("Dockerfile", fleet::dockerfile(&built, input.site)?));
    Ok(files)
}

fn members<'a>(registry: &Registry<'a>) -> Result<Vec<Member<'a>>, String> {
    let router = Router::new(registry);
    let agents = registry.agents().into_iter();
    agents.filter_map(|agent| Some(member(&router, agent, agent.suite?))).collect()
}

fn member<'a>(router: &Router<'a>, agent: &'a Agent<'a>, suite: Suite<'a>) -> Result<Member<'a>, String> {
    let model = reference(suite.model);
    // With usage tracking, calls go through the gateway, which speaks every protocol.
    let needs = router.needs((!suite.usage_tracking).then_some(agent), &model);
    let needs = needs.map_err(|refusal| format!("the suite cannot run `{}` with `{model}`: {refusal}", agent.name))?;
    Ok(Member { agent, suite, model, needs })
}

fn reference(model: ModelReference<'_>) -> String {
    if model.provider.is_empty() { model.id.to_owned() } else { format!("{}/{}", model.provider, model.id) }
}

/// The needs in words: `A and B or C` as `A and (B or C)`.
fn told(needs: &[Need<'_>]) -> String {
    let group = |need: &Need<'_>| match need.as_slice() {
        [one] => (*one).to_owned(),
        several if needs.len() == 1 => several.join(" or "),
        several => format!("({})", several.join(" or ")),
    };
    needs.iter().map(group).collect::<Vec<_>>().join(" and ")
}

/// The first lines of each of these files.
fn head(what: &str) -> String {
    format!("# {what}\n# {}; change the entries, not this file.\n", GENERATOR.mark())
}
