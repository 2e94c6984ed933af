//! What was done for an agent on each target: run, or fetched and checked. A record of another lock says nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use registry_model::model::{Agent, Registry, Target};
use registry_scripts::evidence::lock_sum;
use serde::{Deserialize, Serialize};

use crate::evidence::{Evidence, Verdict};

/// The record: the text of `src/targets/<agent>.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetsRecord {
    /// The checksum of the lock that it is about.
    lock: String,
    /// The targets on which `verify` passed.
    run: BTreeSet<String>,
    /// The targets whose artefacts `mirror` has fetched, each with the checksum of the lock.
    fetched: BTreeSet<String>,
}

/// The file of the record of an agent, in the package of a registry.
pub fn path(registry: &Registry<'_>, agent: &str) -> PathBuf {
    Path::new(registry.folder).join("src/targets").join(format!("{agent}.json"))
}

/// What was done on a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was installed there and answered.
    Run,
    /// Its artefacts were fetched, and their checksums are those of the lock.
    Fetched,
}

impl TargetsRecord {
    /// Reads a record; one that is about another lock is empty.
    pub fn read(agent: &Agent<'_>, text: Option<&str>) -> Result<Self, String> {
        let lock = lock_sum(agent);
        let Some(text) = text else { return Ok(Self { lock, ..Self::default() }) };
        let read: Self = serde_json::from_str(text).map_err(|error| {
            format!(
                "the record of targets of `{}` cannot be read: {error}\nhelp: remove it, and write it again",
                agent.name
            )
        })?;
        Ok(if read.lock == lock { read } else { Self { lock, ..Self::default() } })
    }

    /// Adds what was done on a target.
    pub fn add(&mut self, target: Target, done: Done) {
        let targets = if done == Done::Run { &mut self.run } else { &mut self.fetched };
        targets.insert(target.id().to_owned());
    }

    /// What was done on a target, by the record or by a probe there.
    pub fn done(&self, target: Target, evidence: &Evidence) -> Option<Done> {
        let measured = !matches!(evidence.routing, Verdict::NotMeasured | Verdict::NotRoutable(_) | Verdict::Stale(_));
        if self.run.contains(target.id()) || (measured && evidence.target == target.id()) {
            return Some(Done::Run);
        }
        self.fetched.contains(target.id()).then_some(Done::Fetched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: Agent<'static> = Agent { name: "x", lock: "format 1\n", ..Agent::EMPTY };

    fn evidence(target: &str, routing: Verdict) -> Evidence {
        let none = Evidence::read(&AGENT, None).expect("there is none");
        Evidence { target: target.to_owned(), routing, ..none }
    }

    #[test]
    fn run_wins_over_fetched_and_a_probe_is_a_run() {
        let mut record = TargetsRecord::read(&AGENT, None).expect("there is none");
        record.add(Target::LinuxArm64, Done::Fetched);
        record.add(Target::LinuxX64, Done::Fetched);
        record.add(Target::LinuxX64Musl, Done::Run);
        let probed = evidence("linux-x64", Verdict::Proved);
        assert_eq!(record.done(Target::LinuxX64, &probed), Some(Done::Run));
        assert_eq!(record.done(Target::LinuxX64Musl, &probed), Some(Done::Run));
        assert_eq!(record.done(Target::LinuxArm64, &probed), Some(Done::Fetched));
        assert_eq!(record.done(Target::LinuxArm64Musl, &probed), None);
        let stale = evidence("linux-x64", Verdict::Stale("another lock".to_owned()));
        assert_eq!(record.done(Target::LinuxX64, &stale), Some(Done::Fetched));
    }

    #[test]
    fn record_of_another_lock_says_nothing() {
        let mut record = TargetsRecord::read(&AGENT, None).expect("there is none");
        record.add(Target::LinuxX64, Done::Run);
        let text = serde_json::to_string(&record).expect("it is plain data");
        assert_eq!(TargetsRecord::read(&AGENT, Some(&text)), Ok(record));
        let other = Agent { lock: "format 1\n\n", ..AGENT };
        let read = TargetsRecord::read(&other, Some(&text)).expect("it is a record");
        assert_eq!(read.done(Target::LinuxX64, &evidence("", Verdict::NotMeasured)), None);
        assert!(TargetsRecord::read(&AGENT, Some("{\"ran\": []}")).is_err());
    }
}
