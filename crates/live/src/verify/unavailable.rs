//! Whether what a lock names is gone from its registry: asked by the registry's ordinary client, with a control.
//!
//! An answer 404 or 410 counts only when the same registry gives a package that every registry has: the client itself.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use registry_model::model::{self, Agent, Lock, Target};
use registry_scripts::site::Site;

use super::report::Class;
use crate::process;

/// How long one question may take; a package that is there is fetched whole.
const LIMIT: Duration = Duration::from_mins(3);

/// What the registries say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Availability {
    /// Something that the agent needs is gone.
    Gone(String),
    /// Why that cannot be said.
    Unclear(String),
    /// Nothing was asked: the failure is what it is.
    NotAsked,
}

/// A registry, by its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Npm,
    Pip,
}

/// What a client says of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ClientAnswer {
    /// It can be fetched.
    There,
    /// The registry answers this status.
    Gone(u16),
    /// Neither.
    Unclear,
}

/// Asks for everything that an agent needs on a target and that its lock names for it alone.
pub(super) async fn ask(agent: &Agent<'_>, site: &Site, target: Target, class: Class, folder: &Path) -> Availability {
    let lock = match agent.read_lock() {
        Ok(lock) => lock,
        Err(error) => return Availability::Unclear(error.to_string()),
    };
    let known = lock.unavailable_on(target);
    if class == Class::UNSUPPORTED && known.is_none() {
        return Availability::NotAsked;
    }
    let specs = match known.map(|it| &it.cause) {
        Some(cause) if cause.answer == model::Answer::NotFound => {
            vec![(Client::of(&cause.ecosystem), cause.package.to_string(), cause.version.to_string())]
        }
        // There is something, and not for this machine: no registry answers that.
        Some(_) => return Availability::NotAsked,
        None => needed(&lock, target),
    };
    for (client, name, version) in specs {
        let Some(registry) = registry(client, site, known.is_some()) else { return Availability::NotAsked };
        match run(client, &name, &version, registry, folder).await {
            ClientAnswer::There => {}
            ClientAnswer::Gone(status) => {
                let answers = run(client, client.word(), "", registry, folder).await == ClientAnswer::There;
                return gone(client, &format!("{name}@{version}"), status, answers);
            }
            ClientAnswer::Unclear => {
                return Availability::Unclear(format!("`{}` says nothing clear of `{name}@{version}`", client.word()));
            }
        }
    }
    match known {
        Some(known) => Availability::Unclear(format!(
            "the lock says that it is unavailable ({}), and the registry has it: `cargo pin {}`",
            known.cause, agent.name
        )),
        None => Availability::NotAsked,
    }
}

fn gone(client: Client, spec: &str, status: u16, control_answers: bool) -> Availability {
    let control = client.word();
    if control_answers {
        return Availability::Gone(format!("the registry answers {status} for `{spec}`, and gives `{control}`"));
    }
    Availability::Unclear(format!("the registry answers {status} for `{spec}`, but does not give `{control}` either"))
}

/// The packages of the entry, and those of the npm tree that are for this target alone.
fn needed(lock: &Lock<'_>, target: Target) -> Vec<(Client, String, String)> {
    let roots = lock.packages.iter().map(|it| (Client::of(it.ecosystem), it.name.to_owned(), it.version.to_owned()));
    let for_it =
        |it: &&model::LockedNpm<'_>| it.tarball.is_some() && it.platform.is_restricted() && it.platform.fits(target);
    let platform = lock.npm.iter().filter(for_it).map(|it| (Client::Npm, it.name.to_string(), it.version.to_owned()));
    roots.chain(platform).collect()
}

/// The registry that a site names: its URL, or nothing for the client's own default. A folder is not a registry; where
/// only the lock's word is to be confirmed, the default one is asked in its place.
fn registry(client: Client, site: &Site, confirms: bool) -> Option<&str> {
    let named = match client {
        Client::Npm => &site.npm_registry,
        Client::Pip => &site.pypi_index,
    };
    match named.as_deref() {
        Some(folder) if folder.starts_with('/') => confirms.then_some(""),
        other => Some(other.unwrap_or_default()),
    }
}

impl Client {
    /// The one of an ecosystem of a lock.
    fn of(ecosystem: &str) -> Self {
        if ecosystem == "pypi" { Self::Pip } else { Self::Npm }
    }

    /// Its name, which is that of a package in every registry of its kind.
    const fn word(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pip => "pip",
        }
    }

    /// The command that fetches a package, the newest where no version is given.
    fn command(self, name: &str, version: &str, registry: &str, folder: &Path) -> Command {
        match self {
            Self::Npm => npm(name, version, registry),
            Self::Pip => pip(name, version, registry, folder),
        }
    }
}

fn npm(name: &str, version: &str, registry: &str) -> Command {
    // `view` has the registry's answer about the version; `pack` shows that its file is there too.
    let words = "spec=$1\nshift\nnpm view \"$@\" \"$spec\" version && npm pack --dry-run \"$@\" \"$spec\"";
    let spec = if version.is_empty() { name.to_owned() } else { format!("{name}@{version}") };
    let mut command = Command::new("sh");
    command.args(["-c", words, "npm", &spec, "--fetch-retries=1", "--fetch-timeout=30000"]);
    if !registry.is_empty() {
        command.arg(format!("--registry={registry}"));
    }
    command
}

fn pip(name: &str, version: &str, registry: &str, folder: &Path) -> Command {
    let spec = if version.is_empty() { name.to_owned() } else { format!("{name}=={version}") };
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "download", "-vv", "--no-deps", "--no-cache-dir", "--retries", "1", "--dest"]);
    command.arg(folder.join("pip"));
    if !registry.is_empty() {
        command.args(["--index-url", registry]);
    }
    command.arg(spec);
    command
}

async fn run(client: Client, name: &str, version: &str, registry: &str, folder: &Path) -> ClientAnswer {
    let mut command = client.command(name, version, registry, folder);
    command.current_dir(folder).env("NO_COLOR", "1");
    let Ok(finished) = process::run(command, LIMIT).await else { return ClientAnswer::Unclear };
    read(client, finished.status, &format!("{}\n{}", finished.stdout, finished.stderr))
}

/// What a client's output says.
fn read(client: Client, status: Option<i32>, output: &str) -> ClientAnswer {
    if status == Some(0) {
        return ClientAnswer::There;
    }
    let answers = |code: u16| match client {
        Client::Npm => output.contains(&format!("code E{code}")),
        Client::Pip => output.contains(&format!("{code} Client Error")),
    };
    [404, 410].into_iter().find(|&code| answers(code)).map_or(ClientAnswer::Unclear, ClientAnswer::Gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_read(client: Client, status: i32, output: &str, said: &ClientAnswer) {
        assert_eq!(&read(client, Some(status), output), said, "of {output:?}");
    }

    #[test]
    fn only_404_or_410_means_gone() {
        check_read(Client::Npm, 0, "1.0.0", &ClientAnswer::There);
        check_read(Client::Npm, 1, "npm error code E404\nnpm error 404 Not Found", &ClientAnswer::Gone(404));
        check_read(Client::Npm, 1, "npm error code E410", &ClientAnswer::Gone(410));
        check_read(Client::Npm, 1, "npm error code ENOTFOUND", &ClientAnswer::Unclear);
        check_read(Client::Npm, 1, "npm error code E403", &ClientAnswer::Unclear);
        check_read(Client::Npm, 127, "sh: npm: not found", &ClientAnswer::Unclear);
        check_read(
            Client::Pip,
            1,
            "Could not fetch URL: 404 Client Error: Not Found for url",
            &ClientAnswer::Gone(404),
        );
        check_read(Client::Pip, 1, "ERROR: No matching distribution found for x==1", &ClientAnswer::Unclear);
        assert_eq!(read(Client::Npm, None, "npm error code E404 then silence"), ClientAnswer::Gone(404));
    }

    #[tokio::test]
    async fn only_unavailable_packages_are_queried() {
        let site = Site::default();
        let ask = async |lock: &str| {
            let agent = Agent { name: "a", lock, ..Agent::EMPTY };
            ask(&agent, &site, Target::LinuxX64, Class::UNSUPPORTED, Path::new("/nonexistent")).await
        };
        let nothing_fits = "format 1\nunavailable linux-x64 2026-11-23 pypi a 1.0 only-source\n";
        assert_eq!(ask(nothing_fits).await, Availability::NotAsked);
        assert_eq!(ask("format 1\nunavailable linux-arm64 2026-11-23 npm a 1.0 404\n").await, Availability::NotAsked);
        let Availability::Unclear(why) = ask("format 1\nunavailable linux-x64 2026-11-23 a@1.0 answers 404\n").await
        else {
            unreachable!("a lock that cannot be read says nothing");
        };
        assert!(why.starts_with("the lock of `a` cannot be read: line 2: "), "{why}");
    }

    #[test]
    fn gone_package_without_a_control_answer_is_unclear() {
        assert!(matches!(gone(Client::Npm, "x@1", 404, true), Availability::Gone(_)));
        assert!(matches!(gone(Client::Npm, "x@1", 404, false), Availability::Unclear(_)));
    }

    #[test]
    fn only_packages_for_this_machine_are_queried() {
        let text = "format 1\npackage npm a 1.0 sha512-x\n\
            npm node_modules/a 1.0 sha512-x a/-/a-1.0.tgz {}\n\
            npm node_modules/a-x64 1.0 sha512-x p {\"os\":[\"linux\"],\"cpu\":[\"x64\"],\"libc\":[\"glibc\"]}\n\
            npm node_modules/a-musl 1.0 sha512-x p {\"os\":[\"linux\"],\"cpu\":[\"x64\"],\"libc\":[\"musl\"]}\n\
            npm node_modules/alias 2.0 sha512-x p {\"name\":\"real\",\"os\":[\"!win32\"]}\n";
        let lock = Lock::parse(text).expect("it is a lock");
        let names = |target| needed(&lock, target).into_iter().map(|(_, name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(Target::LinuxX64), ["a", "a-x64", "real"]);
        assert_eq!(names(Target::LinuxX64Musl), ["a", "a-musl", "real"]);
        assert_eq!(names(Target::LinuxArm64), ["a", "real"]);
    }
}
