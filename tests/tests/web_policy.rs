//! web-policy.sh under a real dash: root runs files under the prefix only if no other user can change them.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use registry::REGISTRY;
use registry::model::{Agent, Off};
use registry_scripts::site::Site;
use registry_scripts::{ScriptKind, scripts};

/// A fake installed prefix, its policy script, and a home; all owned by the user who runs the tests.
struct Installed {
    folder: tempfile::TempDir,
    script: String,
}

impl Installed {
    #[track_caller]
    fn new(agent: &Agent<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|error| unreachable!("no folder: {error}"));
        let prefix = folder.path().join("prefix").display().to_string();
        let site = Site { prefix, ..Site::default() };
        let all = scripts(agent, &site).unwrap_or_else(|error| unreachable!("{}: {error}", agent.name));
        let script = all.into_iter().find(|it| it.kind == ScriptKind::WebPolicy).map(|it| it.text).unwrap_or_default();
        let installed = Self { folder, script };
        let dir = installed.assigned("dir");
        program(&dir.join("node/bin/node"), "exit 0");
        program(&dir.join("lib/policy.mjs"), "");
        assert!(fs::create_dir_all(installed.folder.path().join("home")).is_ok());
        // The script sees the user of the tests as root, so that its checks of the files are tested.
        program(&installed.folder.path().join("bin/id"), "echo 0");
        installed
    }

    /// A path that the script assigns to a name.
    #[track_caller]
    fn assigned(&self, name: &str) -> PathBuf {
        let line = self.script.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        PathBuf::from(line.unwrap_or_else(|| unreachable!("no `{name}=` in {}", self.script)).trim_matches(['\'', '"']))
    }

    #[track_caller]
    fn run(&self) -> Output {
        let path = format!("{}:/usr/bin:/bin", self.folder.path().join("bin").display());
        let mut command = Command::new("dash");
        command.args(["-c", &self.script, "web-policy.sh"]).arg(self.folder.path().join("home"));
        let output = command.env_clear().env("PATH", path).stdin(Stdio::null()).output();
        output.unwrap_or_else(|error| unreachable!("dash: {error}"))
    }
}

#[track_caller]
fn program(path: &Path, body: &str) {
    let made = path.parent().is_some_and(|it| fs::create_dir_all(it).is_ok());
    assert!(made && fs::write(path, format!("#!/bin/sh\n{body}\n")).is_ok(), "{}", path.display());
    mode(path, 0o755);
}

#[track_caller]
fn mode(path: &Path, mode: u32) {
    assert!(fs::set_permissions(path, fs::Permissions::from_mode(mode)).is_ok(), "{}", path.display());
}

/// An agent whose policy has a file, which root writes with a program of the prefix.
fn agent_with_file() -> &'static Agent<'static> {
    let has_file = |agent: &&&Agent<'_>| agent.web_switches().iter().any(|off| matches!(off, Off::File { .. }));
    REGISTRY.agents.iter().find(has_file).unwrap_or_else(|| unreachable!("no agent has a policy file"))
}

#[track_caller]
fn check_refused(output: &Output, installed: &Installed, why: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(14), "{why}: {error}");
    assert!(error.contains("can be changed by others"), "{why}: {error}");
    assert!(!installed.assigned("policy").exists(), "{why}: a policy is marked that nothing holds");
}

#[test]
fn missing_policy_file_is_reported_by_the_script() {
    let installed = Installed::new(agent_with_file());
    let file = installed.assigned("dir").join("lib/policy.mjs");
    assert!(fs::remove_file(&file).is_ok());
    let output = installed.run();
    let error = String::from_utf8_lossy(&output.stderr);
    let agent = agent_with_file().name;
    let says = format!("{agent}: {} cannot be listed; install the agent again\n", file.display());
    assert_eq!((output.status.code(), &*error), (Some(15), &*says));
}

#[test]
fn files_run_by_root_must_be_writable_only_by_root() {
    let installed = Installed::new(agent_with_file());
    let owner = fs::metadata(installed.folder.path()).map_or(u32::MAX, |it| it.uid());
    if owner != 0 {
        return check_refused(&installed.run(), &installed, "what another than root owns");
    }
    let node = installed.assigned("dir").join("node/bin/node");
    for (path, why) in [
        (node.as_path(), "a runtime that everybody may write"),
        (installed.folder.path(), "a folder on the way that everybody may write"),
    ] {
        let before = fs::metadata(path).map_or(0o755, |it| it.permissions().mode());
        mode(path, 0o777);
        check_refused(&installed.run(), &installed, why);
        mode(path, before);
    }
    assert!(std::os::unix::fs::chown(&node, Some(65534), None).is_ok());
    check_refused(&installed.run(), &installed, "a runtime of another than root");
    assert!(std::os::unix::fs::chown(&node, Some(0), None).is_ok());
    let output = installed.run();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(installed.assigned("policy").exists(), "the mark is left");
}
