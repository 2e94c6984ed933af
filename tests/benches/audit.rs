//! Measures an audit of 500 manifests as a ratio to one process of `shellcheck` over the same install scripts.
//!
//! `cargo bench -p registry-tests --bench audit`; it requires `shellcheck` (`apt-get install shellcheck`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use registry_audit::{Disk, audit};

/// The number of manifests.
const MANIFESTS: usize = 500;

/// Runs of the audit; the best counts, since other work on the machine only adds time.
const RUNS: usize = 5;

/// How many times faster it must be.
const WANTED: f64 = 20.0;

/// The script, with `AGENT` instead of a name.
const SCRIPT: &str = include_str!("install.sh");

fn main() -> ExitCode {
    let folder = std::env::temp_dir().join(format!("audit-bench-{}", std::process::id()));
    let outcome = measure(&folder);
    let _ = fs::remove_dir_all(&folder);
    match outcome {
        Ok(ratio) if ratio >= WANTED => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!(
                "error: {error}\nhelp: `shellcheck` must be installed, and the folder for scratch files writable"
            );
            ExitCode::FAILURE
        }
    }
}

fn measure(folder: &Path) -> std::io::Result<f64> {
    let (tree, scripts) = (folder.join("tree"), folder.join("scripts"));
    let files = write(&tree, &scripts)?;
    let disk = Disk::open(&tree)?;
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..RUNS {
        let start = Instant::now();
        let report = audit(&registry::REGISTRY, &disk).map_err(std::io::Error::other)?;
        best = best.min(start.elapsed());
        assert_eq!(report.read.manifests, MANIFESTS, "not all of the tree was read");
        found = report.findings.len();
    }
    let kilobytes = SCRIPT.len() * MANIFESTS / 1000;
    println!("audit: {MANIFESTS} manifests with {kilobytes} kB of scripts, {found} findings, {best:?}");
    let start = Instant::now();
    let mut shellcheck = Command::new("shellcheck");
    shellcheck.args(["--norc", "--shell=sh", "--format=gcc"]).args(&files);
    let status = shellcheck.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let other = start.elapsed();
    // 0: no findings, 1: findings; any other status is a failed run.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(std::io::Error::other(format!("shellcheck ends with {status}")));
    }
    println!("shellcheck: the same scripts, {other:?}");
    let ratio = other.as_secs_f64() / best.as_secs_f64();
    println!("ratio: {ratio:.0} (target: at least {WANTED:.0})");
    Ok(ratio)
}

/// Writes the manifests, and their install scripts as files; returns the paths of the scripts.
fn write(tree: &Path, scripts: &Path) -> std::io::Result<Vec<PathBuf>> {
    fs::create_dir_all(scripts)?;
    let mut files = Vec::new();
    for number in 0..MANIFESTS {
        let name = format!("agent-{number}");
        let script = SCRIPT.replace("AGENT", &name).replace(&format!("{name}_WEB"), "AGENT_WEB");
        let folder = tree.join(&name);
        fs::create_dir_all(&folder)?;
        // A literal of TOML ends at three quotes in a row, which the script has nowhere.
        let manifest = format!(
            "contract_version = \"1.0\"\nname = \"{name}\"\nlaunch_cmd = \"/opt/benchflow/bin/{name} --acp\"\n\
             install_cmd = '''\n{script}'''\n"
        );
        fs::write(folder.join("manifest.toml"), manifest)?;
        let file = scripts.join(format!("{name}.sh"));
        fs::write(&file, script)?;
        files.push(file);
    }
    Ok(files)
}
