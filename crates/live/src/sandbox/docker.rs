//! The sandbox of a container engine. No engine runs where this was written: what is tested is what it would be asked.

use std::process::{Command, Stdio};

use super::host::Host;
use super::setting::{As, CANARY, Changes, HOME, PATH, Setting, WORKSPACE, proved};
use crate::Refusal;

/// A container that waits for commands.
#[derive(Debug)]
pub(crate) struct Container {
    name: String,
    uid: u32,
    prefix: String,
}

impl Container {
    /// Starts one and makes what a session needs in it.
    pub(super) fn open(host: &Host, setting: &Setting, name: &str) -> Result<Self, Refusal> {
        let name = format!("verify-{name}-{}", std::process::id());
        let cell = Self { name, uid: host.uid, prefix: setting.prefix.clone() };
        cell.succeed(&cell.start(&host.image, setting))?;
        cell.succeed(&cell.prepare())?;
        Ok(cell)
    }

    fn succeed(&self, argv: &[String]) -> Result<String, Refusal> {
        let help = "look at the engine: `docker info`";
        let output = command(argv).stdin(Stdio::null()).output();
        let output = output.map_err(|error| Refusal::new(format!("cannot run `docker`: {error}"), help))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let what = argv.get(1).map_or("", String::as_str);
        Err(Refusal::new(format!("`docker {what}` failed for `{}`: {}", self.name, said.trim()), help))
    }

    /// Starts the container: nothing of the host but what is shown, and a first process that reaps.
    fn start(&self, image: &str, setting: &Setting) -> Vec<String> {
        let mut argv = words(&["docker", "run", "--detach", "--rm", "--init", "--name", &self.name]);
        argv.extend(words(&["--security-opt", "no-new-privileges"]));
        argv.extend(words(&["--network", if setting.network { "bridge" } else { "none" }]));
        for shown in &setting.shown {
            let place = shown.display();
            argv.extend(["--volume".to_owned(), format!("{place}:{place}:ro")]);
        }
        argv.extend(words(&[image, "sleep", "infinity"]));
        argv
    }

    /// Makes the agent's home and the canary.
    fn prepare(&self) -> Vec<String> {
        let script = "mkdir -p \"$2\" && chown -R \"$1:$1\" \"$3\" && mkdir -m 700 \"$4\" && echo x >\"$4/secret\"";
        let uid = self.uid.to_string();
        let mut argv = words(&["docker", "exec", &self.name, "sh", "-c", script, "sh"]);
        argv.extend(words(&[&uid, WORKSPACE, HOME, CANARY]));
        argv
    }

    /// The command of the host that runs a command inside; none for what a running container cannot do.
    pub(super) fn command(&self, who: As, env: &[(String, String)], argv: &[String]) -> Option<Command> {
        self.argv(who, env, argv).map(|argv| command(&argv))
    }

    fn argv(&self, who: As, env: &[(String, String)], inside: &[String]) -> Option<Vec<String>> {
        let mut argv = words(&["docker", "exec", "--interactive"]);
        match who {
            As::Root => {}
            As::Agent => argv.extend(words(&["--user", &format!("{0}:{0}", self.uid), "--workdir", WORKSPACE])),
            As::RootReadOnly | As::RootTraced | As::RootBeside => return None,
        }
        argv.extend(["--env".to_owned(), format!("PATH={PATH}")]);
        argv.extend(env.iter().flat_map(|(name, value)| ["--env".to_owned(), format!("{name}={value}")]));
        argv.push(self.name.clone());
        if who == As::Agent {
            let noted = words(&["sh", "-c", "echo $$ >\"$HOME/.pid\"; exec \"$@\"", "sh"]);
            argv.extend(noted.into_iter().chain(proved(self.uid, &self.prefix, inside)));
        } else {
            argv.extend_from_slice(inside);
        }
        Some(argv)
    }

    /// What is different outside the prefix, by the engine's own account; folders on the way to a change are left out.
    pub(super) fn changes(&self) -> Result<Changes, Refusal> {
        let listed = self.succeed(&words(&["docker", "diff", &self.name]))?;
        let measure = "[ ! -e \"$1\" ] || du -sk \"$1\"";
        let size = self.succeed(&words(&["docker", "exec", &self.name, "sh", "-c", measure, "sh", &self.prefix]))?;
        let kilobytes = size.split_whitespace().next().and_then(|it| it.parse::<u64>().ok());
        let bytes = kilobytes.unwrap_or_default() * 1024;
        Ok(Changes { outside: outside(&listed, &self.prefix), prefix: kilobytes.is_some(), bytes })
    }

    /// Asks the agent to end: a signal to the client of the engine does not reach it.
    pub(super) fn terminate(&self) {
        let kill = format!("kill -TERM \"$(cat {HOME}/.pid)\"");
        // One that has gone already is as it should be.
        let _ = self.succeed(&words(&["docker", "exec", &self.name, "sh", "-c", &kill]));
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Nothing can be done about an engine that does not answer.
        let _ = command(&words(&["docker", "rm", "--force", &self.name])).stdout(Stdio::null()).output();
    }
}

/// The paths of `docker diff` that are neither under the prefix, nor ours, nor on the way to another path.
fn outside(listed: &str, prefix: &str) -> Vec<String> {
    let all: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    let under =
        |path: &str, folder: &str| path.strip_prefix(folder).is_some_and(|it| it.is_empty() || it.starts_with('/'));
    let ours = |path: &str| [prefix, HOME, CANARY].iter().any(|folder| under(path, folder) || under(folder, path));
    let leads = |path: &str| all.iter().any(|(_, other)| *other != path && under(other, path));
    let kept = all.iter().filter(|(kind, path)| !ours(path) && (*kind == "D" || !leads(path)));
    kept.map(|(kind, path)| if *kind == "D" { format!("{path} (removed)") } else { (*path).to_owned() }).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

fn command(argv: &[String]) -> Command {
    let mut command = Command::new(argv.first().map_or("docker", String::as_str));
    command.args(argv.get(1..).unwrap_or_default());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that no engine has: nothing of it is started, and forgetting it leaves nothing behind.
    fn check_argv(name: &str, make: impl FnOnce(&Container) -> Vec<String>) {
        let cell = Container { name: "verify-fixture-1".to_owned(), uid: 24_711, prefix: "/opt/benchflow".to_owned() };
        let text = make(&cell).join("\n");
        std::mem::forget(cell);
        let text = text.replace(super::super::setting::PROVE, "<prove.sh>");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text);
        });
    }

    #[test]
    fn the_engine_is_asked_in_these_words() {
        let setting =
            Setting { prefix: "/opt/benchflow".to_owned(), shown: vec!["/srv/mirror".into()], network: false };
        let env = [("KEY".to_owned(), "a value".to_owned())];
        let inside = words(&["/opt/benchflow/bin/fixture"]);
        check_argv("docker_start", |cell| cell.start("debian:12-slim", &setting));
        check_argv("docker_prepare", Container::prepare);
        check_argv("docker_root", |cell| cell.argv(As::Root, &env, &inside).unwrap_or_default());
        check_argv("docker_agent", |cell| cell.argv(As::Agent, &env, &inside).unwrap_or_default());
    }

    #[test]
    fn the_engine_tells_what_changed() {
        let listed = "C /opt\nA /opt/benchflow\nA /opt/benchflow/bin\nC /etc\nA /etc/new\nD /etc/old\nA /tmp/x\nA /verify-home\n";
        assert_eq!(outside(listed, "/opt/benchflow"), ["/etc/new", "/etc/old (removed)", "/tmp/x"]);
    }
}
