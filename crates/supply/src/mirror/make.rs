//! Builds a mirror: everything that installs fetch, in one folder, with a site file for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use registry_model::model::{Registry, Target};
use registry_scripts::site::Site;

use super::checksum::{Content, Sum};
use super::collect::{Collection, Job};
use super::folder::Folder;
use super::pages;
use super::places::{self, Places};
use super::request::MirrorRequest;
use super::runtimes::{self, ChosenRuntime, Packing, Substitutes};
use super::wanted::{self, Origin, Pin, Users, Wanted};
use crate::clients;
use crate::clients::fetch;
use crate::clients::process::CleanEnvironment;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// The site file of a mirror.
pub const SITE: &str = "site.toml";

/// The result of a run of `mirror`.
#[derive(Debug)]
pub struct Summary {
    /// Its folder.
    pub folder: PathBuf,
    /// The number of its files, and their bytes.
    pub files: (usize, u64),
    /// How many of them this run added.
    pub new: usize,
    /// How many files were removed.
    pub removed: usize,
    /// The unavailable artefacts; empty when the mirror is complete.
    pub missing: Vec<String>,
    /// The targets of each agent whose artefacts are all in the mirror; the runtimes are apart.
    pub whole: BTreeMap<String, Vec<Target>>,
}

/// Builds the requested mirror.
pub fn mirror(registry: &Registry<'_>, request: &MirrorRequest<'_>, console: Console) -> Outcome<Summary> {
    let wanted = wanted::wanted(&request.agents, &request.targets, &request.site)?;
    let cell = CleanEnvironment::new()?;
    let substitutes = Substitutes::new(request.substitute_node, &request.pythons, &cell)?;
    let folder = Folder::open(&request.out)?;
    let base = request.base(folder.path())?;
    folder.claim(SITE)?;
    for remark in &wanted.remarks {
        console.step(remark);
    }
    let places = Places::new(&request.site, clients::cache(registry), console);
    let mut mirror = Collection::new(&folder, &cell, console);
    mirror.missing.extend(wanted.beyond.iter().cloned());
    let packing = Packing { substitutes: &substitutes, places: &places, folder: &folder, console };
    let runtimes = collect_all(&wanted, &packing, &mut mirror)?;
    let generated = generate(request, &base, &runtimes, &mut mirror)?;
    let whole = wanted.whole(|path| mirror.held.contains_key(path));
    let removed = write(&folder, &generated, &mirror, mirror.missing.is_empty() && !request.keeps_others)?;
    Ok(Summary {
        folder: folder.path().to_path_buf(),
        files: (mirror.held.len(), mirror.held.values().map(|it| it.bytes).sum()),
        new: mirror.new,
        removed,
        missing: mirror.missing,
        whole,
    })
}

/// Collects all wanted artefacts, and returns the runtimes of the mirror.
fn collect_all(wanted: &Wanted<'_>, packing: &Packing<'_>, mirror: &mut Collection<'_>) -> Outcome<Vec<ChosenRuntime>> {
    let (folder, places) = (packing.folder, packing.places);
    let absent = mirror.look(&wanted.artefacts)?;
    let (mut runtimes, mut jobs) = runtimes::look(&wanted.runtimes, packing.substitutes, folder, mirror)?;
    jobs.extend(package_jobs(wanted, &absent, folder, places, mirror)?);
    let failed = mirror.fetch(&jobs)?;
    packing.complete(&wanted.runtimes, &failed, &mut runtimes, mirror)?;
    Ok(runtimes)
}

/// The downloads for missing artefacts and for the tools.
fn package_jobs(
    wanted: &Wanted<'_>,
    absent: &[String],
    folder: &Folder,
    places: &Places<'_>,
    mirror: &mut Collection<'_>,
) -> Outcome<Vec<Job>> {
    let absent = || absent.iter().filter_map(|path| Some((path, wanted.artefacts.get(path)?)));
    let tools = tools_to_fetch(wanted, folder, mirror)?;
    let mut pins: BTreeSet<Pin> = tools.iter().map(|(_, pin)| pin.clone()).collect();
    pins.extend(
        absent().filter_map(|(_, it)| if let Origin::Pypi(pin) = &it.origin { Some(pin.clone()) } else { None }),
    );
    let index = if pins.is_empty() { places::Index::default() } else { places.pypi(&pins)? };
    let has_npm = absent().any(|(_, it)| matches!(it.origin, Origin::Npm(_)));
    let npm = if has_npm { places.npm()? } else { String::new() };
    let mut jobs = Vec::new();
    for (path, artefact) in absent() {
        let sum = artefact.sum.clone();
        let users = artefact.users.clone();
        let (url, may_be_silent) = match (&artefact.origin, &sum) {
            (Origin::Npm(path), _) => (format!("{npm}/{path}"), false),
            (Origin::Url(url), _) => (fetch::url(url), true),
            (Origin::Pypi(pin), Sum::Sha256(sha256)) => match index.url(sha256, &pin.requirement) {
                Ok(url) => (url, false),
                Err(why) => {
                    mirror.miss(path, &why, &users);
                    continue;
                }
            },
            (Origin::Pypi(_), Sum::Sha512(_)) => continue,
        };
        jobs.push(Job { path: path.clone(), sum, url, users, may_be_silent });
    }
    for (tool, pin) in tools {
        let files = index.files.iter().filter(|(sha256, _)| tool.wheel.sha256.contains(sha256));
        let of_target = files.filter(|(_, (name, _))| places::serves(name, tool.target) && wanted::is_plain(name));
        let found: Vec<Job> = of_target.map(|(sha256, file)| tool_job(sha256, file, &tool.users)).collect();
        if found.is_empty() {
            let why = index.why(&pin.requirement).unwrap_or("is not in the index with a checksum of the site");
            mirror.miss(&pin.requirement, why, &tool.users);
        }
        // Two targets can share one file.
        jobs.extend(found.into_iter().filter(|job| !mirror.held.contains_key(&job.path)));
    }
    jobs.sort_by(|a, b| a.path.cmp(&b.path));
    jobs.dedup_by(|a, b| a.path == b.path);
    Ok(jobs)
}

fn tool_job(sha256: &str, (name, url): &(String, String), users: &Users) -> Job {
    let (sum, url) = (Sum::Sha256(sha256.to_owned()), url.clone());
    Job { path: format!("wheels/{name}"), sum, url, users: users.clone(), may_be_silent: false }
}

/// The tools without a file for their target; existing files are added to the collection.
fn tools_to_fetch<'w, 's>(
    wanted: &'w Wanted<'s>,
    folder: &Folder,
    mirror: &mut Collection<'_>,
) -> Outcome<Vec<(&'w wanted::NeededTool<'s>, Pin)>> {
    let mut tools = Vec::new();
    let names = folder.names("wheels");
    for tool in wanted.tools.values() {
        let mut there = false;
        let begin = format!("{}-{}-", tool.wheel.name.replace('-', "_"), tool.wheel.version);
        for name in names.iter().filter(|it| it.starts_with(&begin) && places::serves(it, tool.target)) {
            let path = format!("wheels/{name}");
            let place = folder.path().join(&path);
            let content = Content::of_file(&place).map_err(|error| Failure::io("read", &place, &error))?;
            if tool.wheel.sha256.contains(&content.sha256) {
                mirror.held.insert(path, content);
                there = true;
            }
        }
        if !there {
            let requirement = format!("{}=={}", tool.wheel.name, tool.wheel.version);
            tools.push((tool, Pin::of_tool(tool.target, requirement)));
        }
    }
    Ok(tools)
}

/// A file that the mirror generates: its path and bytes.
type GeneratedFile = (String, Vec<u8>);

/// The index, the site file, and the payloads of scripts that do not fit one argument.
fn generate(
    request: &MirrorRequest<'_>,
    base: &str,
    runtimes: &[ChosenRuntime],
    mirror: &mut Collection<'_>,
) -> Outcome<Vec<GeneratedFile>> {
    let site_text = pages::site_file(&pages::places(&request.site, base), base, runtimes);
    let site: Site = toml::from_str(&site_text)
        .map_err(|error| Failure::new(format!("internal error: the generated site file is invalid: {error}")))?;
    site.validate()
        .map_err(|error| Failure::new(format!("internal error: the generated site file is invalid: {error}")))?;
    let mut made: Vec<GeneratedFile> =
        pages::index(&mirror.held).into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    made.push((SITE.to_owned(), site_text.into_bytes()));
    for agent in &request.agents {
        let scripts = registry_scripts::scripts(agent, &site);
        let scripts = scripts
            .map_err(|error| Failure::new(format!("`{}` cannot be rendered for this mirror: {error}", agent.name)))?;
        let carried = scripts.into_iter().flat_map(|it| it.mirrored);
        made.extend(carried.map(|(name, bytes)| (format!("runtimes/{name}"), bytes)));
    }
    for (path, bytes) in &made {
        let content =
            Content::of(bytes.as_slice()).map_err(|error| Failure::new(format!("cannot hash `{path}`: {error}")))?;
        mirror.held.insert(path.clone(), content);
    }
    Ok(made)
}

/// Writes the generated files, removes files that are not needed any more, and returns the number of removed ones. The
/// list is written first: the next run would treat a file that it does not name as foreign.
fn write(folder: &Folder, generated: &[GeneratedFile], mirror: &Collection<'_>, complete: bool) -> Outcome<usize> {
    folder.note(&mirror.held, true)?;
    for (path, bytes) in generated {
        if let Some(content) = mirror.held.get(path) {
            folder.write(path, bytes, content)?;
        }
    }
    if !complete {
        return Ok(0);
    }
    let removed = folder.remove_others(&mirror.held)?;
    folder.note(&mirror.held, false)?;
    Ok(removed)
}
