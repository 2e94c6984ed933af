//! Finds names of one configuration that disagree.

use crate::diagnostic::{DiagnosticPlace, quoted};
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "`agent` in a configuration matches the names of its file and of its folder of jobs",
    example: "some-agent.yaml with `agent: other-agent`",
    help: "use the agent's name for the file, `agent` and the end of `jobs_dir`: the runner looks them up by it",
    incidents: &[72, 73],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for config in contents.suites.values().flat_map(|it| &it.configs) {
        let stem = config.stem();
        let Some(agent) = config.table.text("agent") else {
            findings.add(
                &CHECK,
                &DiagnosticPlace::start(&config.file),
                format!("the configuration of `{}` has no `agent`", quoted(stem)),
            );
            continue;
        };
        if agent.value != stem {
            let message =
                format!("the file is named after `{}`, and its `agent` is `{}`", quoted(stem), quoted(agent.value));
            findings.add(&CHECK, &agent.place, message);
        }
        let jobs = config.table.text("jobs_dir").filter(|it| it.value.rsplit('/').next() != Some(agent.value));
        if let Some(jobs) = jobs {
            let message = format!("`{}` writes its results into `{}`", quoted(agent.value), quoted(jobs.value));
            findings.add(&CHECK, &jobs.place, message);
        }
    }
}
