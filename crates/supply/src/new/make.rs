//! A new entry that compiles, with its lock, from a package's own metadata; and a checklist of what a person decides.

use std::path::{Path, PathBuf};

use registry_model::assert::Listed;
use registry_model::model::{Agent, Cause, Lock, Protocol, Registry, Runs, RuntimeKind, Suite, Target};
use registry_model::names;

use super::entry::{self, Package, PackageFacts};
use super::package::{self, Facts};
use super::shipped;
use super::source::Source;
use crate::clients::{self, Tools};
use crate::pin::age::Cutoff;
use crate::pin::lock::Draft;
use crate::pin::npm::{self, Found, Wanted};
use crate::pin::{pypi, write};
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};
use registry_command::files::{self, Staged};
use registry_command::listing::{self as list, ListFile};

/// Keywords of Rust, which cannot name a module.
const KEYWORDS: &str = " abstract as async await become box break const continue crate do dyn else enum extern false \
                        final fn for gen if impl in let loop macro match mod move mut override priv pub ref return \
                        self static struct super trait true try type typeof unsafe unsized use virtual where while \
                        yield ";

/// Builds the files of a new entry with this name; nothing is written.
pub fn made(
    registry: &Registry<'_>,
    name: &str,
    source: &Source,
    bin: Option<&str>,
    console: Console,
) -> Outcome<(EntryFiles, NewFiles)> {
    let place = EntryFiles::find(registry, &identifier(name)?)?;
    let made = if let Some(program) = &source.program {
        shipped::make(&place, source, program)?
    } else {
        make(&Tools::prepare(&clients::cache(registry), console)?, &place, source, bin, console)?
    };
    Ok((place, made))
}

/// Writes all files of a new entry, or none, and returns their paths.
pub fn write(place: &EntryFiles, made: &NewFiles) -> Outcome<Vec<PathBuf>> {
    let mut staged = Staged::default();
    for (path, bytes) in &made.beside {
        staged.add(path, bytes, 0o644)?;
    }
    staged.add(&place.entry, made.entry.as_bytes(), 0o644)?;
    // Read again: making an entry takes minutes, in which another may have been added.
    let list = list::find(&place.folder)?.with(&place.ident);
    staged.add(&place.list.path, list.as_bytes(), files::mode(&place.list.path)?)?;
    staged.commit()?;
    let beside = made.beside.iter().map(|(path, _)| path);
    Ok(core::iter::once(&place.entry).chain(beside).chain([&place.list.path]).cloned().collect())
}

/// The identifier of a name in either spelling.
fn identifier(name: &str) -> Outcome<String> {
    let ident = name.replace('-', "_");
    let refused = |why: &str| {
        Err(Failure::new(format!("`{name}` {why}"))
            .help("use lower-case letters and digits with single hyphens between, a letter first: `my-agent`"))
    };
    if !names::is_snake(&ident) || (name.contains('-') && name.contains('_')) {
        return refused("is not an agent name");
    }
    if KEYWORDS.contains(&format!(" {ident} ")) {
        return refused("is a Rust keyword, which cannot name a module");
    }
    Ok(ident)
}

/// The file of an agent's entry.
pub fn entry_path(registry: &Registry<'_>, name: &str) -> PathBuf {
    Path::new(registry.folder).join("src/agents").join(format!("{}.rs", name.replace('-', "_")))
}

/// The places of a new entry.
pub struct EntryFiles {
    pub(super) ident: String,
    pub(super) suite: Option<String>,
    folder: PathBuf,
    /// The file of the entry.
    pub entry: PathBuf,
    pub(super) lock: PathBuf,
    /// The file with the list of agents.
    pub list: ListFile,
}

impl EntryFiles {
    /// Finds the places; a name that is in use is an error.
    fn find(registry: &Registry<'_>, ident: &str) -> Outcome<Self> {
        let name = names::kebab(ident);
        if let Some(agent) = registry.agent(&name) {
            let message = format!("there is an agent `{name}` already: {}", agent.summary());
            return Err(Failure::new(message).help("choose another name; `cargo xtask list` shows all of them"));
        }
        let entry = entry_path(registry, &name);
        let lock = entry.with_extension("lock");
        if let Some(taken) = [&entry, &lock].into_iter().find(|path| path.exists()) {
            let message = format!("`{}` exists already, and is not in the list", taken.display());
            return Err(Failure::new(message).help("add it to the list, or move it away"));
        }
        let package = PathBuf::from(registry.folder);
        let list = list::find(&package)?;
        Ok(Self {
            ident: ident.to_owned(),
            suite: common_model(registry, entry::PROTOCOL),
            folder: package,
            entry,
            lock,
            list,
        })
    }
}

/// The most frequent bare suite model of a registry that is served over a protocol; the first of several.
pub fn common_model(registry: &Registry<'_>, protocol: Protocol) -> Option<String> {
    let suites = registry.agents().into_iter().filter_map(|agent| agent.suite);
    let listed = Listed::of(registry);
    let served = |suite: &Suite<'_>| {
        let new =
            Agent { protocols: &[protocol], suite: Some(Suite { usage_tracking: false, ..*suite }), ..Agent::EMPTY };
        listed.serves_suite(&new)
    };
    let bare: Vec<&str> =
        suites.filter(|it| it.model.provider.is_empty()).filter(served).map(|it| it.model.id).collect();
    let count = |id: &str| bare.iter().filter(|it| **it == id).count();
    let most = bare.iter().map(|id| count(id)).max()?;
    bare.iter().find(|id| count(id) == most).map(|id| (*id).to_owned())
}

/// The texts of the files.
pub struct NewFiles {
    /// The entry.
    pub entry: String,
    /// The list with its name.
    pub list: String,
    /// The file beside the entry: its lock, or its program.
    pub beside: Vec<(PathBuf, Vec<u8>)>,
    /// The targets that its lock cannot serve, and the version that can.
    pub lost: String,
    pub(super) facts: Facts,
    pub(super) known: PackageFacts,
}

/// Queries the package's registry, and builds the files.
fn make(tools: &Tools, place: &EntryFiles, source: &Source, bin: Option<&str>, console: Console) -> Outcome<NewFiles> {
    let name = names::kebab(&place.ident);
    let Some(package) = source.package.clone() else { return Err(Failure::new("no package is named")) };
    console.step(format!("asking about {}", package.name()));
    let mut draft = Draft::default();
    let mut python = RuntimeKind::Python.default_version();
    let (facts, (program, path), runs) = match &package {
        Package::Npm(package) => {
            let version = version(tools, package, &source.version, console)?;
            let facts = package::ask_npm(tools, package, &version)?;
            let chosen = package::choose(&facts, package, bin)?;
            let runs = package::npm_runs(tools, &format!("{package}@{}", facts.version), &chosen.1)?;
            npm::resolve(tools, &[wanted(package, &facts.version)], Cutoff::of_today(), &mut draft, console)?;
            (facts, chosen, runs)
        }
        Package::Pypi(package) => {
            // The lowest line that the package can be installed on.
            let mut alone = Draft::default();
            for line in RuntimeKind::Python.lines() {
                (python, alone) = (line.version, Draft::default());
                pypi::resolve_alone(tools, &wanted(package, &source.version), python, &mut alone)?;
                if !alone.wheels.is_empty() {
                    break;
                }
            }
            gone(tools, source, &alone)?;
            let text = alone.text("", None, "");
            let lock = Lock::parse(&text)
                .map_err(|error| Failure::new(format!("internal error: the generated lock is invalid: {error}")))?;
            let facts = package::read_wheel(tools, &lock, package, python)?;
            let chosen = package::choose(&facts, package, bin)?;
            let wanted = [wanted(package, &facts.version)];
            pypi::resolve(tools, &wanted, python, &Cutoff::of_today(), &mut draft, console)?;
            (facts, chosen, Runs::Python)
        }
        Package::Program(name) => return Err(Failure::new(format!("`{name}` is not a package"))),
    };
    gone(tools, source, &draft)?;
    let known = PackageFacts {
        ident: place.ident.clone(),
        title: if source.title.is_empty() { title(&name) } else { source.title.clone() },
        macros: place.list.path_of_macro(),
        program,
        runs,
        node_floor: package::node_floor(&draft)?,
        python,
        arguments: package::without_program(&facts, &path, source.arguments.clone()),
        suite: place.suite.clone(),
        description: if source.description.is_empty() { facts.description.clone() } else { source.description.clone() },
        license: if facts.license.is_empty() { source.license.clone() } else { facts.license.clone() },
        package,
    };
    let lock = write::text(&name, &draft, None)?;
    Ok(NewFiles {
        entry: entry::text(&known),
        list: place.list.with(&place.ident),
        beside: vec![(place.lock.clone(), lock.into_bytes())],
        lost: lost(tools, source, &draft),
        facts,
        known,
    })
}

/// The requested version, else the newest release that is old enough.
fn version(tools: &Tools, package: &str, asked: &str, console: Console) -> Outcome<String> {
    if !asked.is_empty() {
        return Ok(asked.to_owned());
    }
    match npm::old_enough(tools, package, console)? {
        Found::Yes { version, .. } => Ok(version),
        // A missing version is reported by the query for it.
        Found::No => Ok(String::new()),
    }
}

fn wanted(name: &str, version: &str) -> Wanted {
    Wanted { name: name.to_owned(), version: version.to_owned(), source: false }
}

/// The targets that the lock cannot serve, with the argument that names the newest version which can.
fn lost(tools: &Tools, source: &Source, draft: &Draft) -> String {
    let lost = draft.unavailable.iter().filter_map(|(target, cause)| Some(format!("{} ({cause})", (*target)?.id())));
    let lost = lost.collect::<Vec<_>>().join(", ");
    match draft.unavailable.values().find_map(|cause| other_version(tools, source, cause)) {
        Some(argument) => format!("{lost}; `{argument}` can"),
        None => lost,
    }
}

/// The argument for the newest version that has what is missing.
fn other_version(tools: &Tools, source: &Source, cause: &Cause<'_>) -> Option<String> {
    let Some(Package::Npm(name)) = &source.package else { return None };
    package::newest_with(tools, name, cause).map(|version| format!("--npm {name}@{version}"))
}

/// Refuses a package that does not exist or serves no target.
fn gone(tools: &Tools, source: &Source, draft: &Draft) -> Outcome<()> {
    let all = Target::ALL.into_iter().all(|target| draft.unavailable.contains_key(&Some(target)));
    let Some(cause) = draft.unavailable.get(&None).or(draft.unavailable.values().next().filter(|_| all)) else {
        return Ok(());
    };
    let help = match other_version(tools, source, cause) {
        Some(argument) => format!("name the newest version that has it: `{argument}`"),
        None => "name an available version".to_owned(),
    };
    Err(Failure::new(format!("the package cannot be installed on any target: {cause}")).help(help))
}

/// A name as a title: `my-agent` is `My Agent`.
pub fn title(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    name.split('-').map(word).collect::<Vec<_>>().join(" ")
}

/// The checklist: facts that a package does not give, each with its field.
pub fn checklist(place: &EntryFiles, made: &NewFiles, source: &Source) -> String {
    let NewFiles { facts, known, lost, .. } = made;
    let name = names::kebab(&place.ident);
    let mut items = vec![
        ("protocol", "all wire protocols that it can use with a model server".to_owned()),
        (
            "launch",
            if known.arguments.is_empty() {
                format!("the arguments that make it speak ACP; it is {} now", entry::launch(known))
            } else {
                format!("whether {} makes it speak ACP", entry::launch(known))
            },
        ),
        ("handshake", format!("what it answers: `cargo xtask verify {name}` prints it")),
        ("model", "the form of its model ids, and how it gets one: a call, a variable, a file, an argument".to_owned()),
        ("env, base_url", "the variables that it reads, and whether its base URL ends in `/v1`".to_owned()),
        (
            "config",
            "the files that it reads, where variables are not enough (`references` if they refer to some)".to_owned(),
        ),
        (
            "web",
            "the names of its web tools, and what turns them off; until then a run without web is refused".to_owned(),
        ),
        (
            "hosted",
            "which of its web tools a vendor's servers carry out, so that no network does not stop them".to_owned(),
        ),
        ("home, skills", "its folders under the home folder".to_owned()),
        ("login", "files or variables of a host that replace a key, if there are any".to_owned()),
        ("hosts", "hosts that it looks up, each with its off switch: `cargo xtask probe` prints them".to_owned()),
        ("permission", "how its tools run without asking; until then it is not known that they do".to_owned()),
        ("effort", "its levels of reasoning effort, and where it reads them".to_owned()),
        ("mcp", "the transports of MCP servers that it takes over ACP".to_owned()),
        ("suite", "the model that the integration suite runs it with".to_owned()),
    ];
    if !facts.install_script.is_empty() {
        let script = facts.install_script.as_str();
        items.insert(
            0,
            (
                "install[0].postinstall",
                format!("its package has the install script `{script}`, which does not run; whether it needs that"),
            ),
        );
    }
    if !source.env.is_empty() {
        items.insert(0, ("env", format!("its agent.json starts it with {}", source.env.join(", "))));
    }
    if !lost.is_empty() {
        items.push(("platforms", format!("its lock cannot serve {lost}")));
    }
    let width = items.iter().map(|(field, _)| field.len()).max().unwrap_or_default();
    let lines: Vec<String> = items.iter().map(|(field, what)| format!("  [ ] {field:width$}  {what}")).collect();
    let lines = lines.join("\n");
    format!(
        "\n{} compiles. What it does not say is yours to decide:\n\n{lines}\n\n`protocol`, `model`, `env`, `base_url` and \
         `config` can be tried:\n  cargo xtask try {name} --write\n\nThen:\n  \
         cargo xtask gen-scripts --agent {name}\n  cargo xtask verify {name}\n  \
         cargo xtask probe --write {name}\n  cargo xtask gen",
        format!("{} {}", known.package.name(), facts.version).trim_end()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agent_name_must_be_an_identifier_in_kebab_or_snake_case() {
        assert_eq!(identifier("my-agent"), Ok("my_agent".to_owned()));
        assert_eq!(identifier("my_agent2"), Ok("my_agent2".to_owned()));
        for name in ["", "My-Agent", "2x", "a--b", "a_b-c", "../x", "a b", "-a", "a-", "é", "--help"] {
            assert!(identifier(name).is_err(), "{name}");
        }
        for name in ["mod", "self", "type", "gen"] {
            let failure = identifier(name).expect_err("it is a keyword");
            assert!(failure.to_string().contains("a Rust keyword"), "{failure}");
        }
    }

    #[test]
    fn title_is_capitalized() {
        assert_eq!(title("my-agent-2"), "My Agent 2");
    }
}
