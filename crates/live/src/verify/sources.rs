//! Where the artefacts of an agent come from at a site: what the sandbox must show, and whether it needs the network.

use std::path::{Path, PathBuf};

use registry_model::model::{Agent, Artefact, RuntimeKind, Target};
use registry_scripts::site::Site;

/// Folders and files of the host that a site names, and its list of name servers where a sandbox uses its network.
pub(super) fn shown(site: &Site, looks_up: bool) -> Vec<PathBuf> {
    let sources = [&site.npm_registry, &site.pypi_index, &site.mirror, &site.ca_bundle];
    let runtimes = site.runtimes().map(|runtime| runtime.url.as_str());
    let named = sources.into_iter().flatten().map(String::as_str).chain(runtimes);
    let mut all: Vec<PathBuf> =
        named.filter(|it| it.starts_with('/')).map(PathBuf::from).filter(|it| it.exists()).collect();
    // Names are looked up as the host does, whose list of servers may be on a disk of its own.
    let resolver = Path::new("/etc/resolv.conf");
    if looks_up && resolver.exists() {
        all.push(resolver.canonicalize().unwrap_or_else(|_| resolver.to_path_buf()));
    }
    all.sort();
    all.dedup_by(|inner, outer| inner.starts_with(&*outer));
    all
}

/// Whether an install of this agent needs the network: something that it needs is in no folder.
pub(super) fn needs_network(agent: &Agent<'_>, site: &Site, target: Target) -> bool {
    let folder = |source: Option<&str>| source.is_some_and(|it| it.starts_with('/'));
    let mirror = folder(site.mirror.as_deref());
    let local = |url: Option<&str>| mirror || folder(url);
    // An unreadable lock is reported when the scripts are written.
    let line = agent.node(&agent.read_lock().unwrap_or_default());
    let held = |kind, version| local(site.runtime(kind, version, target).map(|it| it.url.as_str()));
    let runtimes =
        held(RuntimeKind::Node, line) && agent.python().is_none_or(|version| held(RuntimeKind::Python, version));
    let reachable = |artefact: &Artefact<'_>| match artefact {
        Artefact::Npm(_) => folder(site.npm_registry.as_deref()),
        Artefact::Pypi(_) => folder(site.pypi_index.as_deref()),
        Artefact::Archive(_) => mirror,
        Artefact::Program(_) => true,
        // What a step of shell downloads is not known.
        Artefact::Git(_) | Artefact::Sh(_) => false,
    };
    !(runtimes && agent.install.iter().all(reachable))
}

#[cfg(test)]
mod tests {
    use registry_model::model::Npm;

    use super::*;

    #[track_caller]
    fn check_network(change: impl FnOnce(&mut Site), needs: bool) {
        let install = [Artefact::Npm(Npm { package: "fixture", bin: "fixture", postinstall: &[] })];
        let agent = Agent { install: &install, ..Agent::EMPTY };
        let mut site = Site::default();
        change(&mut site);
        assert_eq!(needs_network(&agent, &site, Target::LinuxX64), needs);
    }

    #[test]
    fn sandbox_has_a_network_unless_all_sources_are_folders() {
        check_network(|_| {}, true);
        check_network(|site| site.npm_registry = Some("/m/npm".to_owned()), true);
        check_network(|site| site.mirror = Some("/m".to_owned()), true);
        let folders = |site: &mut Site| {
            site.npm_registry = Some("/m/npm".to_owned());
            site.mirror = Some("/m/runtimes".to_owned());
        };
        check_network(folders, false);
    }

    #[test]
    fn outer_of_nested_source_folders_is_mounted() {
        let folder = tempfile::tempdir().expect("there is room");
        let inner = folder.path().join("npm");
        std::fs::create_dir(&inner).expect("there is room");
        let text = |path: &Path| Some(path.display().to_string());
        let site = Site { mirror: text(folder.path()), npm_registry: text(&inner), ..Site::default() };
        assert_eq!(shown(&site, false), [folder.path()]);
    }
}
