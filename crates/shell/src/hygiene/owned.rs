//! Rule I003: a step touches what the task owns.
//!
//! An agent is installed next to a task that was there first: its Node, its Python, its `/usr` and its home. Incidents
//! 15, 16, 22, 26, 33, 34 and 40 are all of this kind.

use super::global::{Script, check_manager, check_node_managers, check_setup};
use super::managers::run;
use super::paths::{HELP, RULE, is_owned};
use super::{has, operands, option_value, program};
use crate::constants::Constants;
use crate::diagnostic::Diagnostics;
use crate::reader::{Command, Reading};
use crate::word::Word;

pub(super) fn check(reading: &Reading<'_>, findings: &mut Diagnostics<'_>) {
    let script = Script::new(reading);
    let folders = Constants::folders(reading);
    for (index, command) in reading.commands.iter().enumerate() {
        let before = findings.len();
        let folder = folders.get(index).and_then(Option::as_deref);
        for redirection in command.redirections.iter().filter(|redirection| redirection.operator.writes()) {
            if let Some(target) = redirection.target.as_ref().filter(|target| is_owned_in(folder, &target.text)) {
                written(findings, target, "a redirection");
            }
        }
        check_setup(command, findings);
        check_writes(command, folder, findings);
        check_machine(command, findings);
        check_node_managers(command, findings);
        if let Some(run) = run(command) {
            check_manager(&script, index, command, &run, findings);
        }
        // One command is one finding, and the first is the nearest to its beginning.
        findings.truncate(before + 1);
    }
}

fn written(findings: &mut Diagnostics<'_>, word: &Word<'_>, by: &str) {
    findings.add(RULE, &word.range, format!("{by} writes to `{}`, which belongs to the task", word.text), HELP);
}

/// Programs that write to the files they are given.
fn check_writes(command: &Command<'_>, folder: Option<&str>, findings: &mut Diagnostics<'_>) {
    let Some((name, arguments)) = program(command) else { return };
    let words: Vec<&Word<'_>> = operands(arguments).collect();
    let targets: Vec<&Word<'_>> = match name {
        "mkdir" | "rm" | "rmdir" | "touch" | "tee" | "truncate" | "unlink" | "mv" | "mkfifo" => words,
        "chmod" | "chown" | "chgrp" => words.into_iter().skip(1).collect(),
        "install" if has(arguments, &["-d", "--directory"]) => words,
        "cp" | "ln" | "install" | "rsync" => words.into_iter().skip(1).last().into_iter().collect(),
        "sed" | "perl"
            if arguments.iter().any(|word| word.text.starts_with("-i") || word.text.starts_with("--in-place")) =>
        {
            words
        }
        "git" if words.first().is_some_and(|word| word.is("clone")) => words.into_iter().skip(2).collect(),
        _ => Vec::new(),
    };
    for target in targets.into_iter().filter(|target| is_owned_in(folder, &target.text)) {
        written(findings, target, &format!("`{name}`"));
    }
    if let Some(file) = command.words.iter().find_map(|word| word.text.strip_prefix("of=")).filter(|_| name == "dd")
        && is_owned_in(folder, file)
    {
        findings.add(RULE, &command.range, format!("`dd` writes to `{file}`, which belongs to the task"), HELP);
    }
    // What is fetched or unpacked without a folder goes to the current one.
    let here = match name {
        "curl" => has(arguments, &["-O", "-fsSLO", "-LO", "-sSLO", "-fLO", "--remote-name"]),
        "wget" => option_value(arguments, &["-O", "-P", "--output-document"]).is_none(),
        _ => false,
    };
    if here && folder.is_some_and(is_owned) {
        let folder = folder.unwrap_or_default();
        findings.add(RULE, &command.range, format!("`{name}` writes to `{folder}`, which belongs to the task"), HELP);
    }
    let options: &[&str] = match name {
        "cp" | "mv" | "ln" | "install" => &["-t", "--target-directory"],
        "tar" | "bsdtar" => &["-C", "--directory"],
        "unzip" | "7z" => &["-d"],
        "curl" => &["-o", "--output", "--output-dir"],
        "wget" => &["-O", "--output-document", "-P", "--directory-prefix"],
        _ => return,
    };
    let creates = arguments.iter().take(1).any(|word| word.text.trim_start_matches('-').starts_with('c'))
        || arguments.iter().any(|word| word.text.starts_with("-c") || word.text == "--create" || is_packing(word));
    if name == "tar" && creates {
        return;
    }
    let given = option_value(arguments, options).or_else(|| {
        // `-fsSLo file`
        let bundled = |word: &Word<'_>| {
            let letters = word.text.strip_prefix('-').filter(|it| !it.starts_with('-'));
            letters.is_some_and(|it| it.len() > 1 && it.ends_with(if name == "wget" { 'O' } else { 'o' }))
        };
        let at = arguments.iter().position(bundled).filter(|_| matches!(name, "curl" | "wget"))?;
        arguments.get(at + 1).map(|word| &*word.text)
    });
    if let Some(folder) = given.filter(|it| is_owned_in(folder, it)) {
        findings.add(RULE, &command.range, format!("`{name}` writes to `{folder}`, which belongs to the task"), HELP);
    }
}

/// The letters of `tar` that pack: `-cf`, `-czf`.
fn is_packing(word: &Word<'_>) -> bool {
    let letters = word.text.strip_prefix('-').filter(|it| !it.starts_with('-'));
    letters.is_some_and(|it| it.starts_with(['c', 'z', 'j', 'J', 'v']) && it.contains('c') && it.contains('f'))
}

/// Whether a path is in a folder that the task owns; one that is not absolute is in the current folder.
fn is_owned_in(folder: Option<&str>, path: &str) -> bool {
    match folder {
        Some(folder) if !path.is_empty() && !path.starts_with(['/', '$', '~', '-', '`', '&']) => {
            is_owned(&format!("{folder}/{path}"))
        }
        _ => is_owned(path),
    }
}

/// Programs that change users, services, settings or programs of the whole machine.
fn check_machine(command: &Command<'_>, findings: &mut Diagnostics<'_>) {
    let Some((name, arguments)) = program(command) else { return };
    let words: Vec<&str> = operands(arguments).map(|word| &*word.text).collect();
    let what = changed_settings(name, arguments, &words).or_else(|| changed_programs(command, name, arguments, &words));
    if let Some(what) = what {
        let message = format!("`{name}` changes {what} of the whole machine, the task included");
        findings.add(RULE, &command.range, message, HELP);
    }
}

/// The users, services or settings that a program changes; `words` are the operands.
fn changed_settings(name: &str, arguments: &[Word<'_>], words: &[&str]) -> Option<&'static str> {
    const ASKS: [&str; 8] =
        ["status", "is-active", "is-enabled", "show", "cat", "list-units", "list-unit-files", "--version"];
    let verb = words.first().copied();
    Some(match name {
        "useradd" | "adduser" | "groupadd" | "addgroup" | "usermod" | "groupmod" | "userdel" | "deluser"
        | "gpasswd" | "chpasswd" | "passwd" | "chsh" => "the users",
        "systemctl" | "service" | "rc-update" | "rc-service" | "launchctl" | "update-rc.d"
            if verb.is_some() && !words.iter().any(|it| ASKS.contains(it)) =>
        {
            "the services"
        }
        "sysctl" if arguments.iter().any(|it| it.text.starts_with("-w") || it.text.contains('=') || it.is("-p")) => {
            "the kernel settings"
        }
        "ldconfig" | "update-ca-certificates" | "update-ca-trust" | "locale-gen" => "the settings",
        "crontab" if !has(arguments, &["-l"]) && !arguments.is_empty() => "the scheduled jobs",
        "hostname" | "timedatectl" | "hostnamectl" if verb.is_some_and(|it| !ASKS.contains(&it)) => "the settings",
        "git" if verb == Some("config") && has(arguments, &["--system", "--global"]) => {
            let reads = has(arguments, &["--get", "--get-all", "--list", "-l", "--get-regexp"]) || words.len() < 2;
            return (!reads).then_some("the git settings");
        }
        "npm" | "pnpm" | "yarn" if matches!(verb, Some("config" | "set")) => {
            let sets = words.iter().any(|it| *it == "set" || *it == "delete");
            return (sets && !has(arguments, &["--location=project"])).then_some("the npm settings");
        }
        "pip" | "pip3" if verb == Some("config") && words.get(1) == Some(&"set") => "the pip settings",
        _ => return None,
    })
}

/// The programs or packages that a program changes for the whole machine.
fn changed_programs(command: &Command<'_>, name: &str, arguments: &[Word<'_>], words: &[&str]) -> Option<&'static str> {
    let verb = words.first().copied();
    let elsewhere = |options: &[&str]| option_value(arguments, options).is_some_and(|folder| !is_owned(folder));
    let asks = |options: &[&str]| arguments.iter().any(|it| options.iter().any(|option| it.text.starts_with(option)));
    let installs =
        matches!(verb, Some("install" | "update" | "upgrade" | "uninstall" | "remove" | "reinstall" | "refresh"));
    let wide = match name {
        "dpkg" => asks(&["-i", "--install", "-r", "--remove", "-P", "--purge", "--unpack"]),
        "rpm" => asks(&["-i", "-U", "-e", "--install", "--upgrade", "--erase"]),
        "snap" | "flatpak" => installs,
        "brew" => installs || matches!(verb, Some("tap" | "link")),
        "conda" | "mamba" | "micromamba" => {
            installs && option_value(arguments, &["-p", "--prefix", "-n", "--name"]).is_none()
        }
        "gem" => installs && !elsewhere(&["--install-dir", "-i", "--bindir"]),
        "cargo" => {
            let private = elsewhere(&["--root"]) || sets_before(command, &["CARGO_INSTALL_ROOT", "CARGO_HOME"]);
            verb == Some("install") && !private
        }
        "go" => verb == Some("install") && words.len() > 1 && !sets_before(command, &["GOBIN", "GOPATH"]),
        "rustup" => matches!(verb, Some("default" | "install" | "update" | "toolchain")),
        "mise" | "rtx" | "asdf" => verb == Some("global") || verb == Some("use") && has(arguments, &["-g", "--global"]),
        "make" | "gmake" | "ninja" => {
            let target = words.iter().any(|it| matches!(*it, "install" | "install-strip" | "altinstall" | "uninstall"));
            let private = words.iter().any(|it| {
                let folder = ["PREFIX=", "prefix=", "DESTDIR="].iter().find_map(|name| it.strip_prefix(name));
                folder.is_some_and(|it| !is_owned(it) && !it.is_empty())
            });
            target && !private && !sets_before(command, &["DESTDIR", "PREFIX"])
        }
        "cmake" => has(arguments, &["--install"]) && !elsewhere(&["--prefix"]),
        "python" | "python3" => words.starts_with(&["setup.py", "install"]) && !elsewhere(&["--prefix", "--root"]),
        _ => false,
    };
    wide.then_some("the programs")
}

/// Whether a command is given one of these variables, by itself or through `env`.
fn sets_before(command: &Command<'_>, names: &[&str]) -> bool {
    let mut words = command.assignments.iter().chain(&command.words);
    words.any(|word| word.assignment().is_some_and(|(name, value)| names.contains(&name) && !is_owned(value)))
}

#[cfg(test)]
mod tests {
    use crate::find_owned;

    #[track_caller]
    fn check(script: &str, expected: usize) {
        let found = find_owned(script.as_bytes());
        assert_eq!(found.len(), expected, "{script}\n{found:#?}");
    }

    #[test]
    fn writes_to_folders_of_the_task_are_found() {
        for script in [
            "ln -s /opt/benchflow/bin/a /usr/local/bin/a",
            "ln -sf \"$prefix/bin/a\" /usr/local/bin",
            "cp a /usr/local/bin/",
            "sudo cp a /usr/local/bin/",
            "install -m 755 a /usr/bin/a",
            "mkdir -p /opt/agent",
            "mkdir -p /root/.local/bin",
            "rm -rf /root/.cache",
            "echo x > /etc/profile.d/a.sh",
            "echo x >>/root/.bashrc",
            "echo x >> ~/.bashrc",
            "echo x | tee /etc/a",
            "echo x | sudo tee -a /etc/a",
            "chmod 755 /usr/local/bin/a",
            "chmod o+x /root",
            "tar -xzf a.tgz -C /usr/local",
            "tar xzf a.tgz -C/opt",
            "tar xzf a.tgz --directory=/usr/local --strip-components=1",
            "curl -o /usr/local/bin/a https://x/a",
            "mv a /opt/benchflow/../a",
            "x=$(touch /etc/a)",
            "f() { touch \"/usr/a\"; }",
            "rm -rf ~/.nvm",
            "rm -rf \"$HOME/.nvm\"",
            "rm -rf \"${HOME}/.nvm/versions\"",
            "sed -i s/a/b/ /etc/hosts",
            "git clone https://x/nvm /root/.nvm",
        ] {
            check(script, 1);
        }
        check("mv /usr/bin/node /usr/bin/node.old", 1);
    }

    #[test]
    fn node_and_python_of_the_task_are_found() {
        for script in [
            "npm install -g a",
            "npm i -g a@1",
            "sudo npm install --global a",
            "npm --global install a",
            "npm install --location=global a",
            "npm update -g",
            "npm install -g --prefix /usr/local a",
            "yarn global add a",
            "pnpm add -g a",
            "bun add -g a",
            "pip install a",
            "pip3 install -U a",
            "python3 -m pip install a",
            "pip install --user a",
            "/usr/bin/pip3 install a",
            "uv pip install --system a",
            "uv tool install a",
            "pipx install a",
            "apt-get install -y nodejs",
            "apt install npm",
            "apt-get install -y --no-install-recommends python3-venv",
            "apk add --no-cache nodejs",
            "dnf install -y nodejs",
            "yum install nodejs",
            "apt-get remove nodejs",
            "nvm use 22",
            "nvm install 22",
            ". \"$NVM_DIR/nvm.sh\"",
            "corepack enable",
            "n 22",
            "pyenv global 3.12",
            "update-alternatives --install /x node node 1",
            "curl -fsSL https://deb.nodesource.com/setup_22.x -o setup.sh",
        ] {
            check(script, 1);
        }
        check("apk add nodejs npm", 1);
        for script in [
            "S=sudo\n$S npm install -g a",
            "${SUDO:-} npm install -g a",
            "$SUDO npm install -g a",
            "run() { \"$@\"; }\nrun npm install -g a",
            "gosu root npm install -g a",
            "D=${D:-/usr/local/bin}\ncp a \"$D/a\"",
            "cd /usr/local/bin\ntouch a",
            "for d in /usr/a /opt/benchflow/b; do mkdir $d; done",
            "cargo install a",
            "gem install a",
            "go install x/y@v1",
            "brew install a",
            "dpkg -i a.deb",
            "make install",
            "mise use -g node",
            "npm config set prefix /usr/local",
            "git config --system a.b c",
            "useradd a",
            "systemctl enable a",
        ] {
            check(script, 1);
        }
        check("if ! command -v node; then apt-get install -y nodejs; fi", 1);
    }

    #[test]
    fn writes_to_private_folders_pass() {
        for script in [
            "mkdir -p /opt/benchflow/node",
            "cargo install --root /opt/benchflow/a a",
            "make DESTDIR=/opt/benchflow/a install",
            "git config a.b c",
            "git config --global --get a.b",
            "systemctl status a",
            "[ -f /etc/a ] && echo /usr/local/bin",
            "D=/usr/local\nD=/opt/benchflow\ncp a \"$D/a\"",
            "cd \"$(mktemp -d)\"\ntouch a",
            "tar -C /usr/lib -cf a.tar b",
            "tar -xJf node.tar.xz -C /opt/benchflow/node --strip-components=1",
            "ln -s /opt/benchflow/node/bin/node /opt/benchflow/bin/node",
            "cp /usr/bin/env /opt/benchflow/bin/env",
            "npm install -g --prefix /opt/benchflow/a a@1.2.3",
            "npm install --global --prefix=\"$prefix\" a",
            "NPM_CONFIG_PREFIX=/opt/benchflow/npm npm install -g a",
            "npm ci",
            "npm install a",
            "/opt/benchflow/venv/bin/pip install a",
            "\"$venv/bin/python\" -m pip install a",
            ". /opt/benchflow/venv/bin/activate\npip install a",
            "pip install --target /opt/benchflow/a a",
            "uv pip install --python /opt/benchflow/venv/bin/python a",
            "UV_TOOL_DIR=/opt/benchflow/tools uv tool install a",
            "apt-get install -y xz-utils ca-certificates",
            "apk add --no-cache curl tar",
            "cat /etc/os-release",
            "echo x >/dev/null 2>&1",
            "mkdir -p \"$HOME/.config/agent\"",
            "command -v node >/dev/null 2>&1",
            "/usr/bin/env node --version",
            "cat > \"$prefix/a\" <<EOF\n/usr/bin/node\nEOF",
            "n=1",
            "chmod 755 /opt/benchflow/bin/a",
        ] {
            check(script, 0);
        }
    }
}
