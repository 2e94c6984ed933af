//! The artefacts that installs of some agents on some targets fetch, from the locks and the site.

use std::collections::BTreeMap;

use registry_model::model::{Agent, Artefact as Installed, Lock, LockedNpm, RuntimeKind, Target, Version};
use registry_scripts::site::{Runtime, Site, Wheel};

use super::checksum::Sum;
use registry_command::failure::{Failure, Outcome};

/// A file of the mirror with a known checksum.
#[derive(Clone, Debug)]
pub struct Artefact {
    /// Its checksum.
    pub(crate) sum: Sum,
    /// Its origin.
    pub origin: Origin,
    /// Who needs it.
    pub users: Users,
}

/// The origin of an artefact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The npm registry, at this path.
    Npm(String),
    /// The Python package index, by the version of a package.
    Pypi(Pin),
    /// A known URL or path.
    Url(String),
}

/// A pinned version of a Python package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin {
    /// The agent of its lock: two locks can have two versions, which cannot be resolved together.
    pub lock: String,
    /// The target.
    pub target: &'static str,
    /// The Python that it is installed on.
    pub python: Version,
    /// `name==version`.
    pub requirement: String,
    /// Whether a source distribution is allowed.
    pub source: bool,
}

impl Pin {
    /// A tool of installs, which any Python can have.
    pub(crate) fn of_tool(target: Target, requirement: String) -> Self {
        let python = RuntimeKind::Python.default_version();
        Self { lock: String::new(), target: target.id(), python, requirement, source: false }
    }
}

/// Agents, each with the targets on which it needs something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users(BTreeMap<String, Vec<Target>>);

/// A runtime that installs on a target need.
#[derive(Clone, Debug)]
pub struct NeededRuntime<'s> {
    /// Which one.
    pub line: RuntimeLine,
    /// The target.
    pub target: Target,
    /// The archive that the site names, if any.
    pub official: Option<&'s Runtime>,
    /// Who needs it.
    pub users: Users,
}

/// A runtime, and the version of its line.
pub type RuntimeLine = (RuntimeKind, Version);

/// A tool of which the site has checksums, but no file name.
#[derive(Clone, Debug)]
pub struct NeededTool<'s> {
    /// Its package.
    pub wheel: &'s Wheel,
    /// The target that it runs on.
    pub target: Target,
    /// Who needs it.
    pub users: Users,
}

/// All needed artefacts.
#[derive(Debug, Default)]
pub struct Wanted<'s> {
    /// Files with their checksums, by their paths in the mirror.
    pub artefacts: BTreeMap<String, Artefact>,
    /// Runtimes, by their kind and the target's id.
    pub runtimes: BTreeMap<(RuntimeLine, &'static str), NeededRuntime<'s>>,
    /// Tools, by package and the target's id.
    pub tools: BTreeMap<(&'s str, &'static str), NeededTool<'s>>,
    /// What is not mirrored because no install needs it, and why.
    pub remarks: Vec<String>,
    /// What an install fetches and a mirror cannot contain.
    pub beyond: Vec<String>,
    /// The agents, each with its targets.
    served: Users,
    /// Those of them whose installs fetch something that no lock has.
    opaque: Users,
}

impl Users {
    fn add(&mut self, agent: &str, target: Target) {
        let targets = self.0.entry(agent.to_owned()).or_default();
        if !targets.contains(&target) {
            targets.push(target);
        }
    }

    fn has(&self, agent: &str, target: Target) -> bool {
        self.0.get(agent).is_some_and(|targets| targets.contains(&target))
    }
}

impl std::fmt::Display for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = |(agent, targets): (&String, &Vec<Target>)| {
            format!("{agent} on {}", targets.iter().map(|it| it.id()).collect::<Vec<_>>().join(" and "))
        };
        f.write_str(&self.0.iter().map(one).collect::<Vec<_>>().join(", "))
    }
}

/// What the agents need on the targets.
pub fn wanted<'s>(agents: &[&Agent<'_>], targets: &[Target], site: &'s Site) -> Outcome<Wanted<'s>> {
    let mut wanted = Wanted::default();
    for agent in agents {
        let lock = agent.read_lock()?;
        let served = agent.targets(&agent.read_lock()?);
        for &target in targets {
            if served.contains(&target) {
                wanted.add(agent, &lock, target, site)?;
            } else {
                let entry = || "its entry does not serve it".to_owned();
                let reason = lock.unavailable_on(target).map_or_else(entry, |it| it.cause.to_string());
                wanted.remarks.push(format!("{} is not installed on {}: {reason}", agent.name, target.id()));
            }
        }
    }
    Ok(wanted)
}

impl<'s> Wanted<'s> {
    /// The targets of each agent for which all of its artefacts are held. An agent that fetches something by itself has
    /// none, since that cannot be held.
    pub(crate) fn whole(&self, is_held: impl Fn(&str) -> bool) -> BTreeMap<String, Vec<Target>> {
        let lacking: Vec<&Users> =
            self.artefacts.iter().filter(|(path, _)| !is_held(path)).map(|(_, artefact)| &artefact.users).collect();
        let mut whole: BTreeMap<String, Vec<Target>> = BTreeMap::new();
        for (agent, targets) in self.served.0.iter().filter(|(agent, _)| !self.opaque.0.contains_key(*agent)) {
            let lacks = |target: &Target| lacking.iter().any(|users| users.has(agent, *target));
            whole.insert(agent.clone(), targets.iter().copied().filter(|it| !lacks(it)).collect());
        }
        whole
    }

    fn add(&mut self, agent: &Agent<'_>, lock: &Lock<'_>, target: Target, site: &'s Site) -> Outcome<()> {
        self.served.add(agent.name, target);
        if agent.install.iter().any(|it| matches!(it, Installed::Git(_) | Installed::Sh(_))) {
            self.opaque.add(agent.name, target);
        }
        let node = agent.node(lock);
        self.add_runtime((RuntimeKind::Node, node), agent, target, site);
        for tarball in of_target(lock, target).into_iter().filter_map(|it| it.tarball) {
            let origin = Origin::Npm(tarball.path.to_owned());
            self.add_artefact(format!("npm/{}", tarball.path), tarball.integrity, origin, agent, target)?;
        }
        for artefact in agent.install {
            match artefact {
                Installed::Archive(archive) => {
                    for it in archive.downloads.iter().filter(|it| it.target == target) {
                        let path = format!("runtimes/{}", file_name(it.url));
                        let sum = format!("sha256:{}", it.sha256);
                        self.add_artefact(path, &sum, Origin::Url(it.url.to_owned()), agent, target)?;
                    }
                }
                Installed::Git(git) => self.beyond.push(format!(
                    "{} fetches `{}` with git on {}; a mirror of files cannot contain a repository",
                    agent.name,
                    git.url,
                    target.id()
                )),
                Installed::Npm(_) | Installed::Pypi(_) | Installed::Program(_) | Installed::Sh(_) => {}
            }
        }
        if let Some(python) = agent.python() {
            self.add_python(agent, lock, (target, python), site)?;
        }
        Ok(())
    }

    fn add_python(
        &mut self,
        agent: &Agent<'_>,
        lock: &Lock<'_>,
        (target, python): (Target, Version),
        site: &'s Site,
    ) -> Outcome<()> {
        self.add_runtime((RuntimeKind::Python, python), agent, target, site);
        let mut builds = false;
        for file in lock.wheels.iter().filter(|it| it.targets.split(',').any(|id| id == target.id())) {
            builds |= file.is_source();
            let pin = Pin {
                lock: agent.name.to_owned(),
                target: target.id(),
                python,
                requirement: format!("{}=={}", file.name, file.version),
                source: file.is_source(),
            };
            self.add_artefact(format!("wheels/{}", file.file), file.hash, Origin::Pypi(pin), agent, target)?;
        }
        let tools = site.uv.iter().chain(site.build_tools.iter().filter(|_| builds));
        for wheel in tools {
            let needed = NeededTool { wheel, target, users: Users::default() };
            let tool = self.tools.entry((wheel.name.as_str(), target.id())).or_insert(needed);
            tool.users.add(agent.name, target);
        }
        Ok(())
    }

    fn add_runtime(&mut self, line: RuntimeLine, agent: &Agent<'_>, target: Target, site: &'s Site) {
        let official = site.runtime(line.0, line.1, target);
        let needed = NeededRuntime { line, target, official, users: Users::default() };
        self.runtimes.entry((line, target.id())).or_insert(needed).users.add(agent.name, target);
    }

    fn add_artefact(
        &mut self,
        path: String,
        sum: &str,
        origin: Origin,
        agent: &Agent<'_>,
        target: Target,
    ) -> Outcome<()> {
        let wrong = |what: &str| Err(Failure::new(format!("the lock of `{}` has {what} for `{path}`", agent.name)));
        let Some(sum) = Sum::parse(sum) else { return wrong("an unknown form of checksum") };
        if !is_plain(&path) {
            return wrong("a path that leaves its folder");
        }
        if let Some(other) = self.artefacts.get(&path).filter(|it| it.sum != sum) {
            return wrong(&format!("{sum}, and that of {} has {}", other.users, other.sum));
        }
        let artefact = self.artefacts.entry(path).or_insert(Artefact { sum, origin, users: Users::default() });
        artefact.users.add(agent.name, target);
        Ok(())
    }
}

/// The last part of a URL or path.
pub fn file_name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

/// Whether a path cannot leave its folder.
pub fn is_plain(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.');
    path.split('/').all(plain) && !path.bytes().any(|byte| byte.is_ascii_control() || byte == b'\\')
}

/// The npm packages for a target, as in the checker of an install (`wanted` in `common.mjs`): those that fit, without
/// the packages inside a package that does not fit.
fn of_target<'l, 'a>(lock: &'l Lock<'a>, target: Target) -> Vec<&'l LockedNpm<'a>> {
    let (mut fitting, dropped): (Vec<_>, Vec<_>) = lock.npm.iter().partition(|it| it.platform.fits(target));
    let inside = |place: &str, holder: &str| place.strip_prefix(holder).is_some_and(|rest| rest.starts_with('/'));
    fitting.retain(|package| !dropped.iter().any(|it| inside(package.place, it.place)));
    fitting
}

#[cfg(test)]
mod tests {
    use registry_model::model::{Npm, Step};

    use super::*;

    const SUM: &str = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";

    #[test]
    fn dependencies_of_packages_for_other_targets_are_skipped() {
        let text = format!(
            "format 1\nnpm node_modules/a 1.0.0 {SUM} a/-/a-1.0.0.tgz {{\"cpu\":[\"arm64\"]}}\n\
             npm node_modules/a/node_modules/b 1.0.0 {SUM} b/-/b-1.0.0.tgz {{}}\n\
             npm node_modules/ab 1.0.0 {SUM} ab/-/ab-1.0.0.tgz {{}}\n"
        );
        let lock = Lock::parse(&text).expect("the lock is well-formed");
        let places = |target| of_target(&lock, target).iter().map(|it| it.place).collect::<Vec<_>>();
        assert_eq!(places(Target::LinuxX64), ["node_modules/ab"]);
        assert_eq!(places(Target::LinuxArm64).len(), 3);
    }

    #[test]
    fn target_is_whole_when_all_of_its_artefacts_are_held() {
        let npm = [Installed::Npm(Npm { package: "a", bin: "a", postinstall: &[] })];
        let lock = format!(
            "format 1\npackage npm a 1.0.0 {SUM}\nnpm node_modules/a 1.0.0 {SUM} a/-/a-1.0.0.tgz {{}}\n\
             npm node_modules/b 1.0.0 {SUM} b/-/b-1.0.0.tgz {{\"cpu\":[\"arm64\"]}}\n"
        );
        let agent = Agent { name: "a", install: &npm, lock: &lock, ..Agent::EMPTY };
        let both = [Target::LinuxX64, Target::LinuxArm64];
        let site = Site::default();
        let whole = |agent: &Agent<'_>, held: &[&str]| {
            let wanted = wanted(&[agent], &both, &site).expect("the lock is well-formed");
            wanted.whole(|path| held.contains(&path)).remove("a")
        };
        assert_eq!(whole(&agent, &["npm/a/-/a-1.0.0.tgz"]), Some(vec![Target::LinuxX64]));
        assert_eq!(whole(&agent, &["npm/a/-/a-1.0.0.tgz", "npm/b/-/b-1.0.0.tgz"]), Some(both.into()));
        assert_eq!(whole(&agent, &["npm/b/-/b-1.0.0.tgz"]), Some(Vec::new()));
        let step = [npm[0], Installed::Sh(Step { script: "", writes: &[], needs: &[], bin: "" })];
        assert_eq!(whole(&Agent { install: &step, ..agent }, &["npm/a/-/a-1.0.0.tgz"]), None);
    }

    #[test]
    fn mirror_path_with_parent_or_hidden_parts_is_rejected() {
        assert!(is_plain("npm/@scope/name/-/name-1.0.0+x.tgz"));
        for path in ["../x", "npm/../../x", "/x", "npm//x", "npm/./x", "npm/.hidden", "a\nb", "a\\b", ""] {
            assert!(!is_plain(path), "{path:?}");
        }
    }
}
