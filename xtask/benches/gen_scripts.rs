//! Measures the time of `gen-scripts` as ratios in one run: to one `dash -n` for each written file, and of a thousand
//! synthetic agents to the real ones; with the peak memory of both.
//!
//! `cargo bench -p xtask`

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use registry_model::model::{Agent, Registry};

/// Runs of each measurement; the best counts, since other work on the machine only adds time.
const RUNS: usize = 7;

/// The number of synthetic agents.
const MANY: usize = 1_000;

fn main() -> ExitCode {
    let folder = std::env::temp_dir().join(format!("xtask-bench-{}", std::process::id()));
    let real = &registry::REGISTRY;
    let (time, files, peak) = measure(real, &folder, RUNS);
    let floor = spawn_floor(&files);
    let agents = count(real.agents().len());
    println!("real: {agents} agents, {} files, {time:?}, peak {peak} kB", files.len());
    println!("floor: one `dash -n` for each file, {floor:?}");
    println!("ratio to the floor: {:.2} (target: below 1.0)", time.as_secs_f64() / floor.as_secs_f64());
    let many = synthetic(real, MANY);
    let (many_time, many_files, many_peak) = measure(&many, &folder, 2);
    println!("synthetic: {MANY} agents, {} files, {many_time:?}, peak {many_peak} kB", many_files.len());
    let ratio = (many_time.as_secs_f64() / count(MANY)) / (time.as_secs_f64() / agents);
    println!("time for each agent, synthetic to real: {ratio:.2} (target: at most 1.2)");
    if files.is_empty() || many_files.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// The best time of some runs into an empty folder, the files, and the peak memory in kB.
fn measure(registry: &Registry<'_>, folder: &Path, runs: usize) -> (Duration, Vec<PathBuf>, u64) {
    // This resets the kernel's record of the peak.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let mut best = Duration::MAX;
    let mut files = Vec::new();
    for _ in 0..runs {
        let _ = fs::remove_dir_all(folder);
        let words = [OsString::from("xtask"), "gen-scripts".into(), "--out".into(), folder.into()];
        let start = Instant::now();
        let code = xtask::run_with(registry, words);
        best = best.min(start.elapsed());
        files = if code == ExitCode::SUCCESS { written(folder) } else { Vec::new() };
    }
    (best, files, peak())
}

fn written(folder: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(folder).into_iter().flatten().flatten();
    folders.flat_map(|it| fs::read_dir(it.path()).into_iter().flatten().flatten()).map(|it| it.path()).collect()
}

/// `VmHWM` of this process.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// The best time of sequential runs of `dash -n` over the written files.
fn spawn_floor(files: &[PathBuf]) -> Duration {
    let once = || {
        let start = Instant::now();
        for file in files {
            let status = Command::new("dash").arg("-n").arg(file).stdin(Stdio::null()).status();
            assert!(status.is_ok_and(|status| status.success()), "{}", file.display());
        }
        start.elapsed()
    };
    (0..RUNS).map(|_| once()).min().unwrap_or_default()
}

/// Copies of the real agents under synthetic names.
fn synthetic(real: &Registry<'static>, number: usize) -> Registry<'static> {
    let agents = real.agents().into_iter().cycle().take(number).enumerate();
    let agents = agents.map(|(index, agent)| -> &'static Agent<'static> {
        let name = format!("synthetic-{index:04}");
        Box::leak(Box::new(Agent { name: String::leak(name), aliases: &[], ..*agent }))
    });
    let agents: &'static [&'static Agent<'static>] = Vec::leak(agents.collect());
    Registry { agents, extends: None, ..*real }
}
