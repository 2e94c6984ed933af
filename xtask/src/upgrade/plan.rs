//! A dry run: finds versions, and shows what would be done.

use clap::ArgMatches;
use registry_model::model::Registry;

use super::candidates::{self, UpgradeOptions};
use super::report::{self, UpgradeReport, Verdict};
use super::request::UpgradeRequest;
use registry_command::console::Console;
use registry_command::failure::Outcome;
use registry_supply::clients::{self, Tools};

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let request = UpgradeRequest::read(registry, matches)?;
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    let looks = candidates::look_all(&tools, &request, console);
    let mut reports = Vec::new();
    for (agent, look) in request.agents.iter().zip(looks) {
        let mut report = UpgradeReport::new(agent);
        match look {
            Ok(UpgradeOptions { wanted, notes, .. }) => {
                report.verdict = Verdict::Planned;
                report.to = wanted.iter().map(|(name, version)| format!("{name} {version}")).collect();
                report.notes = notes;
            }
            Err(end) => report.end(end),
        }
        reports.push(report);
    }
    report::show(&reports, &request)?;
    report::outcome(&reports)
}
