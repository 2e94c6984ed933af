//! Runs generators, and writes or compares their files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ArgMatches;
use clap::parser::ValueSource;
use registry_model::model::{Agent, Registry};
#[cfg(feature = "upgrade")]
use registry_outputs::FileKind;
use registry_outputs::{GENERATORS, Generator, Input};
use registry_scripts::site::Site;

use crate::gen_scripts::{self, ScriptsRequest, again, select};
#[cfg(feature = "upgrade")]
use crate::output::filled;
use crate::output::{Destination, Generated};
use crate::probe;
use crate::rendering;
use crate::unlisted;
use crate::violations;
use registry_command::console::Console;
#[cfg(feature = "upgrade")]
use registry_command::failure::Failure;
use registry_command::failure::{Outcome, Status};
use registry_command::files;
use registry_command::text::count;

/// Runs one generator, or all of them.
pub(super) fn run(
    registry: &Registry<'_>,
    generator: Option<&Generator>,
    matches: &ArgMatches,
    console: Console,
) -> Outcome {
    match generator {
        Some(generator) => run_one(registry, generator, matches, console),
        None => run_all(registry, matches, console),
    }
}

/// Runs every generator, the scripts first; also after one has found something.
fn run_all(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    unlisted::warn(registry, console);
    let site = site(matches)?;
    let dash = gen_scripts::dash(matches)?;
    if violations::check(registry, console) == Status::Found {
        return Ok(Status::Found);
    }
    let folder = matches.get_one::<PathBuf>("out").cloned().unwrap_or_default();
    // Paths are printed without their leading `.`.
    let folder = if folder == Path::new(".") { PathBuf::new() } else { folder };
    let (check, command) = (matches.get_flag("check"), again("cargo xtask gen", matches));
    let place = gen_scripts::place(folder.join(gen_scripts::FOLDER), command.clone());
    let place = Destination { kept: false, ..place };
    let scripts = ScriptsRequest { agents: registry.agents(), site: site.clone(), dash, place, check };
    let mut status = gen_scripts::write(&scripts, console)?;
    for generator in GENERATORS {
        let place = Destination {
            kept: generator.kept,
            ..place_of(generator, folder.join(generator.folder), regions(matches), command.clone())
        };
        let input = input(registry, &site)?;
        status = status.and(write(generator, &input, place, check, console)?);
    }
    Ok(status)
}

/// Runs one generator.
fn run_one(registry: &Registry<'_>, generator: &Generator, matches: &ArgMatches, console: Console) -> Outcome {
    let named: Vec<&String> = matches.try_get_many("agent").ok().flatten().unwrap_or_default().collect();
    let agents: Vec<&Agent<'_>> = select(registry, &named)?;
    let site = site(matches)?;
    if violations::check(registry, console) == Status::Found {
        return Ok(Status::Found);
    }
    let command = again(&format!("cargo xtask {}", generator.name), matches);
    let folder = matches.get_one::<PathBuf>("out").cloned().unwrap_or_default();
    let place = Destination { complete: named.is_empty(), ..place_of(generator, folder, regions(matches), command) };
    write(generator, &Input { agents, ..input(registry, &site)? }, place, matches.get_flag("check"), console)
}

/// The stale files of the tree, each with its text and permission bits: committed files, and the scripts of some agents
/// if they exist. `measured` is evidence that is not written yet.
#[cfg(feature = "upgrade")]
pub(crate) fn changed(
    registry: &Registry<'_>,
    names: &[&str],
    measured: &BTreeMap<String, String>,
    root: &Path,
) -> Outcome<Vec<(PathBuf, String, u32)>> {
    let site = Site::default();
    let mut known = evidence(registry)?;
    known.extend(measured.clone());
    let input = Input { evidence: known, ..input(registry, &site)? };
    let mut whole: BTreeMap<PathBuf, (String, u32)> = BTreeMap::new();
    let mut regions: BTreeMap<PathBuf, String> = BTreeMap::new();
    for generator in GENERATORS.iter().filter(|it| it.kept && root.join(it.folder).is_dir()) {
        for file in (generator.make)(&input).map_err(Failure::new)? {
            match file.kind {
                FileKind::Whole(mode) => {
                    whole.insert(root.join(generator.folder).join(file.path), (file.text, mode));
                }
                FileKind::Region(name) => {
                    let path = root.join(file.path);
                    let Some(text) =
                        regions.remove(&path).map_or_else(|| files::read_if_there(&path), |it| Ok(Some(it)))?
                    else {
                        continue;
                    };
                    let text = filled(&path, &text, name, &file.text)?;
                    regions.insert(path, text);
                }
            }
        }
    }
    let scripts = root.join(gen_scripts::FOLDER);
    for agent in registry.agents.iter().filter(|it| names.contains(&it.name) && scripts.join(it.name).is_dir()) {
        for script in rendering::scripts(agent, &site).map_err(Failure::new)? {
            whole.insert(scripts.join(agent.name).join(script.name), (script.text, 0o755));
        }
    }
    for (path, text) in regions {
        let mode = files::mode(&path)?;
        whole.insert(path, (text, mode));
    }
    let mut changed = Vec::new();
    for (path, (text, mode)) in whole {
        if files::read_if_there(&path)?.as_deref() != Some(text.as_str()) {
            changed.push((path, text, mode));
        }
    }
    Ok(changed)
}

/// The input of generators for the whole registry.
pub(crate) fn input<'a>(registry: &'a Registry<'a>, site: &'a Site) -> Outcome<Input<'a>> {
    Ok(Input { evidence: evidence(registry)?, targets: targets(registry)?, ..Input::new(registry, site) })
}

/// The committed evidence; a registry's own replaces that of the registry it extends.
fn evidence(registry: &Registry<'_>) -> Outcome<BTreeMap<String, String>> {
    let mut found = registry.extends.map_or_else(|| Ok(BTreeMap::new()), evidence)?;
    for agent in registry.agents() {
        if let Some(text) = files::read_if_there(&probe::evidence::path(registry, agent.name))? {
            found.insert(agent.name.to_owned(), text);
        }
    }
    Ok(found)
}

/// The committed records of targets; a registry's own replaces that of the registry it extends.
fn targets(registry: &Registry<'_>) -> Outcome<BTreeMap<String, String>> {
    let mut found = registry.extends.map_or_else(|| Ok(BTreeMap::new()), targets)?;
    for agent in registry.agents() {
        if let Some(text) = files::read_if_there(&registry_outputs::targets::path(registry, agent.name))? {
            found.insert(agent.name.to_owned(), text);
        }
    }
    Ok(found)
}

fn site(matches: &ArgMatches) -> Outcome<Site> {
    rendering::site(matches.get_one::<PathBuf>("site").map(PathBuf::as_path))
}

/// Whether regions of the project's own files are filled: not with another output folder.
fn regions(matches: &ArgMatches) -> bool {
    matches.value_source("out") != Some(ValueSource::CommandLine)
}

fn place_of(generator: &Generator, folder: PathBuf, regions: bool, command: String) -> Destination {
    Destination { folder, complete: true, kept: true, regions, mark: generator.mark(), command }
}

fn write(generator: &Generator, input: &Input<'_>, place: Destination, check: bool, console: Console) -> Outcome {
    let start = Instant::now();
    console.progress(generator.name);
    let files = match (generator.make)(input) {
        Ok(files) => files,
        Err(error) => {
            console.error(error);
            console.line(format!("{}: nothing was written", generator.name));
            return Ok(Status::Found);
        }
    };
    let folder = place.folder.clone();
    let mut generated = Generated::new(place, check, console)?;
    for file in &files {
        generated.add(file)?;
    }
    let tally = generated.finish()?;
    console.clear();
    let (files, summary, seconds) = (count(tally.files(), "file"), tally.told(check), start.elapsed().as_secs_f64());
    let (name, bytes) = (generator.name, tally.bytes);
    console.done(format!("{name}: {files} ({summary}), {bytes} bytes in {}, {seconds:.2} s", folder.display()))?;
    Ok(Status::found(check && tally.written + tally.removed > 0))
}
