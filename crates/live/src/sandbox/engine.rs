//! A container engine of this machine, by its own client. Nothing here pulls an image.

use std::process::{Command, Stdio};

use crate::Failure;

/// The label of all that is made here; its value is the process that made it.
const LABEL: &str = "org.benchflow.verify";

/// A container engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Docker,
    Podman,
}

impl Engine {
    pub(super) const fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    /// A command of the client.
    pub(super) fn command(self, words: &[String]) -> Command {
        let mut command = Command::new(self.program());
        command.args(words);
        command
    }

    /// What the client prints when it succeeds.
    pub(super) fn ask(self, words: &[String]) -> Result<String, Failure> {
        let (program, what) = (self.program(), words.first().map_or("", String::as_str));
        let output = self.command(words).stdin(Stdio::null()).output().map_err(|error| {
            let help = format!("install `{program}`, or choose another sandbox with `--sandbox`");
            Failure::new(format!("cannot run `{program}`: {error}"), help)
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        let said = stderr.trim().lines().collect::<Vec<_>>().join(" ");
        Err(Failure::new(format!("`{program} {what}` fails: {said}"), format!("run `{program} info`")))
    }

    /// The version of an engine that answers.
    pub(super) fn version(self) -> Result<String, Failure> {
        let format = match self {
            Self::Docker => "{{.Server.Version}}",
            Self::Podman => "{{.Client.Version}}",
        };
        let said = self.ask(&words(&["version", "--format", format])).map_err(|refusal| {
            let help =
                format!("start the engine (`{} version` must succeed), or pass `--sandbox bwrap`", self.program());
            Failure::new(format!("no engine answers: {}", refusal.message), help)
        })?;
        Ok(said.trim().to_owned())
    }

    /// Rejects an image that this engine does not have.
    pub(super) fn require_image(self, image: &str) -> Result<(), Failure> {
        let found = self.ask(&words(&["image", "inspect", "--format", "{{.Id}}", image]));
        found.map(drop).map_err(|_| {
            let program = self.program();
            let help = format!(
                "this command pulls nothing: load one (`{program} load`, `{program} import`, `{program} pull`), and name it \
                 with `--image`"
            );
            Failure::new(format!("`{program}` has no image `{image}`"), help)
        })
    }

    /// A root that cannot be written, and nothing that the engine mounts over it for that.
    pub(super) fn read_only(self) -> Vec<String> {
        match self {
            Self::Docker => words(&["--read-only"]),
            Self::Podman => words(&["--read-only", "--read-only-tmpfs=false"]),
        }
    }

    /// A user that the image does not know stays unknown: podman would write it into /etc/passwd.
    pub(super) fn unknown_user(self, uid: u32) -> Vec<String> {
        let mut user = words(&["--user", &format!("{uid}:{uid}")]);
        if self == Self::Podman {
            user.push("--passwd=false".to_owned());
        }
        user
    }

    /// Removes a container, whatever it does; one that is not there is as it should be.
    pub(super) fn remove(self, container: &str) {
        // Nothing can be done about an engine that does not answer.
        let _ = self.ask(&words(&["rm", "--force", "--volumes", container]));
    }

    /// Removes an image of ours.
    pub(super) fn remove_image(self, image: &str) {
        // Nothing can be done about an engine that does not answer.
        let _ = self.ask(&words(&["rmi", "--force", image]));
    }

    /// Removes what a process left that was killed.
    pub(super) fn remove_orphans(self) {
        let filter = format!("label={LABEL}");
        let format = format!("{{{{.ID}}}} {{{{.Label \"{LABEL}\"}}}}");
        let listed = self.ask(&words(&["ps", "--all", "--filter", &filter, "--format", &format]));
        for (container, _) in orphans(&listed.unwrap_or_default(), is_alive) {
            self.remove(container);
        }
        let images = self.ask(&words(&["images", "--all", "--quiet", "--no-trunc", "--filter", &filter]));
        for image in images.unwrap_or_default().split_whitespace() {
            let format = format!("{{{{.Id}}}} {{{{index .Config.Labels \"{LABEL}\"}}}}");
            let said = self.ask(&words(&["image", "inspect", "--format", &format, image])).unwrap_or_default();
            for (image, _) in orphans(&said, is_alive) {
                self.remove_image(image);
            }
        }
    }
}

/// The words that every container of ours starts with.
pub(super) fn run(name: &str) -> Vec<String> {
    let label = format!("{LABEL}={}", std::process::id());
    words(&["run", "--pull=never", "--name", name, "--label", &label])
}

/// Things and the processes that made them, of those that no living process made.
fn orphans(listed: &str, is_alive: impl Fn(u32) -> bool) -> Vec<(&str, u32)> {
    let pairs = listed.lines().filter_map(|line| line.trim().split_once(' '));
    let read = pairs.filter_map(|(thing, process)| Some((thing, process.parse().ok()?)));
    read.filter(|&(_, process)| !is_alive(process)).collect()
}

fn is_alive(process: u32) -> bool {
    std::path::Path::new(&format!("/proc/{process}")).exists()
}

pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orphan_is_a_container_of_a_dead_process() {
        let listed = "aa 7\nbb 8\ncc <no value>\ndd \n";
        assert_eq!(orphans(listed, |process| process == 8), [("aa", 7)]);
        assert_eq!(orphans("", |_| false), []);
    }

    #[test]
    fn containers_never_pull_images() {
        assert!(run("x").contains(&"--pull=never".to_owned()));
    }
}
