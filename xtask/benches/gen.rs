//! Measures the time of `gen` of everything as a ratio to a plain `cp` of the same files, and to `gen` of the first
//! twelve agents, in one run.
//!
//! `cargo bench -p xtask --features outputs --bench gen`

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use registry::model::Registry;

/// Runs of each measurement; the best counts, since other work on the machine only adds time.
const RUNS: usize = 9;

/// The number of agents of the smaller registry.
const FEW: usize = 12;

fn main() -> ExitCode {
    let folder = std::env::temp_dir().join(format!("xtask-bench-gen-{}", std::process::id()));
    let (made, copied) = (folder.join("made"), folder.join("copied"));
    let few = registry::REGISTRY.agents.get(..FEW).unwrap_or_default();
    let few = Registry { agents: few, ..registry::REGISTRY };
    let few_time = best(&made, || generate(&few, &made));
    let gen_time = best(&made, || generate(&registry::REGISTRY, &made));
    let cp_time = best(&copied, || copy(&made, &copied));
    let _ = fs::remove_dir_all(&folder);
    let (Some(few_time), Some(gen_time), Some(cp_time)) = (few_time, gen_time, cp_time) else {
        return ExitCode::FAILURE;
    };
    println!("gen of everything, every script checked by the recogniser and dash: {gen_time:?}");
    println!("cp -r of the same files: {cp_time:?}");
    println!("ratio: {:.1}", gen_time.as_secs_f64() / cp_time.as_secs_f64());
    println!("gen of everything for {FEW} agents: {few_time:?}");
    let (all, times) = (registry::REGISTRY.agents().len(), gen_time.as_secs_f64() / few_time.as_secs_f64());
    println!("ratio of {all} agents to {FEW}: {times:.2}");
    ExitCode::SUCCESS
}

/// The best time of a command that writes into a new folder; `None` when it fails.
fn best(folder: &Path, run: impl Fn() -> bool) -> Option<Duration> {
    let once = |_| {
        let _ = fs::remove_dir_all(folder);
        let start = Instant::now();
        run().then(|| start.elapsed())
    };
    (0..RUNS).map(once).min().flatten()
}

fn generate(registry: &Registry<'_>, folder: &Path) -> bool {
    let words = [OsString::from("xtask"), "gen".into(), "--out".into(), folder.into()];
    xtask::run_with(registry, words) == ExitCode::SUCCESS
}

fn copy(from: &Path, to: &Path) -> bool {
    Command::new("cp").arg("-r").args([from, to]).status().is_ok_and(|status| status.success())
}
