//! Reports a lock that is missing, cannot be read, or does not fit the entry.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Agent, Artefact, Lock, LockedNpm, is_checksum, is_exact_version};
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "every package has one exact version and a checksum in the lock next to the entry",
    example: r#"install: [npm("some-agent", bin: "some-agent")]   // and no some_agent.lock"#,
    corrected: r#"install: [npm("some-agent", bin: "some-agent")]   // after `cargo pin some-agent`, which wrote some_agent.lock"#,
    help: "run `cargo pin NAME PACKAGE=VERSION`, or `cargo pin NAME` for the newest version",
    incidents: &[14, 19, 43, 44],
    reads: &[Field::Install],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let agent = cx.agent;
    let help = format!("run `cargo pin {}`, which writes the lock", agent.name);
    if agent.install.iter().filter_map(Artefact::package).any(|(_, name)| !is_package_name(name)) {
        return check_names(agent, report);
    }
    let first = agent.install.iter().position(|artefact| artefact.package().is_some()).unwrap_or_default();
    let whole = Place::field(Field::Install).item(first).part(Part::Name);
    match &cx.lock {
        None => {}
        Some(_) if agent.lock.is_empty() => {
            report.add(&RULE, whole, format!("`{}` has no lock", agent.name), missing(agent));
        }
        Some(Err(error)) => report.add(&RULE, whole, error.to_string(), error.help()),
        Some(Ok(lock)) => {
            check_packages(agent, lock, &help, report);
            check_extra(agent, lock, whole, &help, report);
            check_tree(lock, whole, &help, report);
            check_sources(agent, lock, whole, report);
            check_platforms(agent, lock, report);
            check_carried(agent, lock, report);
        }
    }
}

/// The full command that writes a lock, since no other program can be built without one.
fn missing(agent: &Agent<'_>) -> String {
    let command = agent.pin_command();
    let newest = if command.contains('=') {
        format!(" with exact versions, or `cargo pin {}` for the newest", agent.name)
    } else {
        String::new()
    };
    format!("run `{command}`{newest}; `cargo xtask` does not build until the lock is there")
}

/// A package is named without its version.
fn check_names(agent: &Agent<'_>, report: &mut Diagnostics) {
    for (index, artefact) in agent.install.iter().enumerate() {
        let Some((_, name)) = artefact.package().filter(|(_, name)| !is_package_name(name)) else { continue };
        let place = Place::field(Field::Install).item(index).part(Part::Name);
        let help = "write the name without a version; `cargo pin AGENT PACKAGE=VERSION` writes the version to the lock";
        report.add(&RULE, place, format!("`{name}` is not a package name"), help);
    }
}

/// Whether a text is a package's name, with a scope or without.
fn is_package_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    match name.strip_prefix('@') {
        Some(scoped) => scoped.split_once('/').is_some_and(|(scope, rest)| part(scope) && part(rest)),
        None => part(name),
    }
}

/// The packages of the entry are in the lock.
fn check_packages(agent: &Agent<'_>, lock: &Lock<'_>, help: &str, report: &mut Diagnostics) {
    for (index, artefact) in agent.install.iter().enumerate() {
        let Some((ecosystem, name)) = artefact.package() else { continue };
        let place = Place::field(Field::Install).item(index).part(Part::Name);
        match lock.package(ecosystem, name) {
            None => {
                let message = match lock.anywhere(name) {
                    Some(_) => format!("`{name}` has no line `package` in the lock of `{}`", agent.name),
                    None => format!("`{name}` is not in the lock of `{}`", agent.name),
                };
                report.add(&RULE, place, message, help);
            }
            Some(package) if package.is_exact() || lock.unavailable_everywhere().is_some() => {}
            Some(package) => {
                let message = format!(
                    "the lock has no exact version and checksum for `{name}`, found `{} {}`",
                    package.version, package.integrity
                );
                report.add(&RULE, place, message, help);
            }
        }
    }
}

/// The packages of the lock are in the entry.
fn check_extra(agent: &Agent<'_>, lock: &Lock<'_>, place: Place, help: &str, report: &mut Diagnostics) {
    for package in &lock.packages {
        let named = |artefact: &Artefact<'_>| artefact.package() == Some((package.ecosystem, package.name));
        if !agent.install.iter().any(named) {
            let message =
                format!("the lock of `{}` contains `{}`, which the entry does not install", agent.name, package.name);
            report.add(&RULE, place, message, help);
        }
    }
}

/// Every part of the tree has an exact version and a checksum.
fn check_tree(lock: &Lock<'_>, place: Place, help: &str, report: &mut Diagnostics) {
    let tarballs = lock.npm.iter().filter_map(|it| Some((it.place, it.version, it.tarball?.integrity)));
    let wheels = lock.wheels.iter().map(|it| (it.file, it.version, it.hash));
    for (name, version, checksum) in tarballs.chain(wheels) {
        if !is_exact_version(version) || !is_checksum(checksum) {
            let message =
                format!("the lock has no exact version and checksum for `{name}`, found `{version} {checksum}`");
            report.add(&RULE, place, message, help);
        }
    }
    for it in lock.npm.iter().filter(|it| it.tarball.is_none()) {
        // npm would fetch it from the registry, without a checksum.
        let holds = |other: &LockedNpm<'_>| {
            other.tarball.is_some() && it.place.strip_prefix(other.place).is_some_and(|rest| rest.starts_with('/'))
        };
        if !lock.npm.iter().any(holds) {
            let message = format!("no package in the lock bundles `{}`", it.place);
            report.add(&RULE, place, message, help);
        }
    }
}

/// Only what the entry says is built from source.
fn check_sources(agent: &Agent<'_>, lock: &Lock<'_>, place: Place, report: &mut Diagnostics) {
    for file in lock.wheels.iter().filter(|file| file.is_source()) {
        let asked = |artefact: &Artefact<'_>| match artefact {
            Artefact::Pypi(pypi) => pypi.package == file.name && !pypi.source.trim().is_empty(),
            _ => false,
        };
        if !agent.install.iter().any(asked) {
            let message = format!("`{}` in the lock of `{}` is a source distribution", file.file, agent.name);
            let help = format!(
                "building from source runs code; give a reason with `pypi(\"{}\", …, source: \"why\")`",
                file.name
            );
            report.add(&RULE, place, message, help);
        }
    }
}

/// No target of the entry is one that the lock could not be made for.
fn check_platforms(agent: &Agent<'_>, lock: &Lock<'_>, report: &mut Diagnostics) {
    for (index, &target) in agent.platforms.iter().enumerate() {
        let Some(why) = lock.unavailable.iter().find(|it| it.target == Some(target)) else { continue };
        let message = format!(
            "the lock of `{}` has no package for `{}`: {} ({})",
            agent.name,
            target.word(),
            why.cause,
            why.date
        );
        report.add(&RULE, Place::field(Field::Platforms).item(index), message, "remove it from `platforms`");
    }
}

/// What the entry calls the agent itself is in the tree.
fn check_carried(agent: &Agent<'_>, lock: &Lock<'_>, report: &mut Diagnostics) {
    let missing = |(_, name): &(usize, &&str)| lock.unavailable_everywhere().is_none() && lock.anywhere(name).is_none();
    for (index, name) in agent.carries.iter().enumerate().filter(missing) {
        let message = format!("`{name}` is not in the lock of `{}`", agent.name);
        let help = "name a package in the lock, or remove it from `carries`";
        report.add(&RULE, Place::field(Field::Carries).item(index), message, help);
    }
}
