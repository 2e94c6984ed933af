//! `pin --check`: finds pins that cannot be fetched any more, and old ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use registry_model::model::{Agent, Cause, Lock, LockedPackage, Registry, Target, Version};

use super::lock::lock_path;
use super::npm::{self, Found};
use super::pypi;
use super::request::PinRequest;
use super::tree::Tree;
use crate::clients::Tools;
use crate::clients::process;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::files;

/// The result of a check.
#[derive(Debug, Default)]
struct CheckResult {
    gone: Vec<String>,
    remarks: Vec<String>,
}

/// Checks the locks of the requested agents.
pub(crate) fn run(registry: &Registry<'_>, request: &PinRequest<'_>, tools: &Tools, console: Console) -> Outcome {
    let mut status = Status::Done;
    for agent in &request.agents {
        console.step(format!("checking {}", agent.name));
        let findings = check(registry, agent, tools)?;
        for remark in &findings.remarks {
            console.step(format!("  {remark}"));
        }
        for gone in &findings.gone {
            console.error(format!(
                "{}: {gone}\nhelp: run `cargo pin {}`, with another version where one is gone",
                agent.name, agent.name
            ));
        }
        status = status.and(Status::found(!findings.gone.is_empty()));
    }
    Ok(status)
}

fn check(registry: &Registry<'_>, agent: &Agent<'_>, tools: &Tools) -> Outcome<CheckResult> {
    let path = lock_path(registry, agent);
    let mut findings = CheckResult::default();
    let Some(text) = files::read_if_there(&path)? else {
        findings.gone.push("it has no lock".to_owned());
        return Ok(findings);
    };
    let on_disk = Agent { lock: &text, ..*agent };
    let lock = on_disk.read_lock()?;
    for package in &lock.packages {
        check_package(tools, package, &mut findings)?;
    }
    if !findings.gone.is_empty() {
        return Ok(findings);
    }
    check_npm(tools, &lock, &mut findings)?;
    if let Some(python) = agent.python() {
        check_wheels(tools, &lock, python, &mut findings)?;
    }
    Ok(findings)
}

/// Checks a package that the entry names: it exists with the same checksum, and whether there is a later version.
fn check_package(tools: &Tools, package: &LockedPackage<'_>, findings: &mut CheckResult) -> Outcome<()> {
    if package.ecosystem != "npm" {
        return Ok(());
    }
    let LockedPackage { name, version, integrity, .. } = *package;
    match npm::look_up(tools, name, version)? {
        Found::No if integrity == "-" => findings.remarks.push(format!("{name} {version} is still unavailable")),
        Found::No => findings.gone.push(format!("`{name}@{version}` cannot be fetched any more")),
        Found::Yes { .. } if integrity == "-" => {
            findings.remarks.push(format!("{name} {version} is available now: pin it again"));
        }
        Found::Yes { integrity: now, .. } if now != integrity => {
            findings
                .gone
                .push(format!("`{name}@{version}` has another checksum now: `{now}`, and the lock has `{integrity}`"));
        }
        Found::Yes { .. } => {}
    }
    if let Found::Yes { version: latest, .. } = npm::look_up(tools, name, "")?
        && latest != version
    {
        findings.remarks.push(format!("{name} {version} is old: the latest is {latest}"));
    }
    Ok(())
}

/// Checks the npm tree: installs it from the lock, and fetches the packages of other machines.
fn check_npm(tools: &Tools, lock: &Lock<'_>, findings: &mut CheckResult) -> Outcome<()> {
    if lock.npm.is_empty() {
        return Ok(());
    }
    let tree = Tree::of_lock(lock);
    for (place, package) in &tree.packages {
        if package.is_fetched_for_some(place)
            && let Some(why) = npm::fetch(tools, package)?
        {
            findings.gone.push(Cause::new("npm", package.name.as_str(), package.version.as_str(), why).to_string());
        }
    }
    let named = lock.packages.iter().filter(|it| it.ecosystem == "npm");
    let exact: BTreeMap<String, String> = named.map(|it| (it.name.to_owned(), it.version.to_owned())).collect();
    let folder = tools.cell.scratch().folder("check")?;
    if let Err(failure) = npm::install(tools, &folder, &exact, &tree) {
        let text = failure.to_string();
        if !["E404", "ETARGET", "EINTEGRITY"].iter().any(|code| text.contains(code)) {
            return Err(failure);
        }
        findings.gone.push(format!("a part of the tree cannot be fetched any more\n{text}"));
    }
    Ok(())
}

/// Checks the Python files: every file of the lock is in uv's list of the index for the pinned version.
fn check_wheels(tools: &Tools, lock: &Lock<'_>, python: Version, findings: &mut CheckResult) -> Outcome<()> {
    for target in Target::ALL {
        let serves = |targets: &str| targets.split(',').any(|id| id == target.id());
        let wheels: Vec<_> = lock.wheels.iter().filter(|wheel| serves(wheel.targets)).collect();
        let pins: BTreeSet<String> = wheels.iter().map(|wheel| format!("{}=={}", wheel.name, wheel.version)).collect();
        if pins.is_empty() {
            continue;
        }
        let sources: Vec<&str> = wheels.iter().filter(|it| it.file.ends_with(".tar.gz")).map(|it| it.name).collect();
        let Some(text) = list(tools, &pins, &sources, (target, python), findings)? else { continue };
        let now: BTreeSet<(String, String)> =
            pypi::read_pylock(&text)?.into_iter().map(|it| (it.file, it.sha256)).collect();
        for wheel in wheels {
            let hash = wheel.hash.trim_start_matches("sha256:").to_owned();
            if !now.contains(&(wheel.file.to_owned(), hash)) {
                findings.gone.push(format!("`{}` cannot be fetched any more, or has another checksum", wheel.file));
            }
        }
    }
    Ok(())
}

/// The index's files for pinned versions, as a pylock.toml; `None` when it lacks one.
fn list(
    tools: &Tools,
    pins: &BTreeSet<String>,
    sources: &[&str],
    machine: (Target, Version),
    findings: &mut CheckResult,
) -> Outcome<Option<String>> {
    let folder = tools.cell.scratch().folder("pypi")?;
    let input = folder.join("pins.txt");
    let text: Vec<&str> = pins.iter().map(String::as_str).collect();
    fs::write(&input, text.join("\n")).map_err(|error| Failure::io("write", &input, &error))?;
    let answer = process::run(&mut pypi::compile_command(tools, &folder, &input, machine, sources, true))?;
    if answer.ok {
        return Ok(Some(answer.stdout));
    }
    if !answer.stderr.contains("No solution found") {
        return Err(answer.failure("looking for the pinned Python packages"));
    }
    findings.gone.push(format!("{}: {}", machine.0.id(), answer.stderr.trim()));
    Ok(None)
}
