//! Every script behaves alike under every installed shell: installs with toy runtimes, launches, web policies.
//!
//! The whole result of a run is compared with dash: its status and output, its calls with their variables, and the
//! files under the prefix. The inner half of an installer is started as `sh`; the tested shell replaces this word.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it is not as it must be")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::launch_support::{find, payload};
use registry::REGISTRY;
use registry::model::{Agent, Artefact, ImageNeed};
use registry_scripts::scripts;
use registry_scripts::site::{Lines, Runtime, Site};

/// A fake of both runtimes and of every program: it does what the scripts need of the real ones, and records it.
const TOY: &str = r#"#!/bin/sh
toys=TOYS
{
    printf '%s' "call ${0##*/}"
    printf ' <%s>' "$@"
    echo
} >>"$toys/calls"
case "${1-} ${2-}" in
--version*) echo v1 ;;
"-e "*)
    for pair in "$@"; do
        case $pair in
        agent=* | prefix=* | final=* | node=* | python=* | name=* | stamp=* | target=*) eval "${pair%%=*}=\${pair#*=}" ;;
        esac
    done
    mkdir -p "$agent/lib" && cp "$3" "$agent/lib/payload" && cp "$toys/launch.sh" "$agent/launch.sh"
    cp "$toys/lib/"* "$agent/lib"
    mkdir -p "${final%/*}" "$prefix/bin" && mv "$agent" "$final" && ln -s "../../../$node" "$final/node"
    while read -r program; do
        mkdir -p "$final/${program%/*}" && cp "$0" "$final/$program"
    done <"$toys/programs"
    ln -sfn "$node" "$prefix/node"
    cp "$final/launch.sh" "$prefix/bin/$name" && chmod 755 "$prefix/bin/$name"
    echo "$stamp $target $node ${python:--}" >"${final%/*}/stamp"
    ;;
*/install.mjs*) ;;
*/policy.mjs*) ;;
*/launch.mjs*) "NODE" "$@" ;;
*) env | grep -Ev '^(_|PWD|OLDPWD|SHLVL|PPID)=' | sort >>"$toys/calls" ;;
esac
"#;

/// What differs from run to run: the name of a stage, times, process numbers.
const VARIES: [(&str, &str); 5] =
    [("/.staging/", "/"), ("\"elapsed_ms\":", "}"), ("<start=", ">"), ("<end=", ">"), ("/tmp/", "/")];

/// A folder with fakes for one agent, and its scripts.
struct Bench {
    folder: tempfile::TempDir,
    prefix: PathBuf,
    scripts: BTreeMap<&'static str, String>,
}

impl Bench {
    fn new(agent: &Agent<'_>) -> Self {
        let folder = tempfile::tempdir_in("/var/tmp").expect("there is room for a folder");
        let prefix = folder.path().join("opt");
        let archive = toy_archive(folder.path());
        let (url, sha256) = (archive.display().to_string(), sha256(&archive));
        let toy = |(target, it): (String, Runtime)| {
            (target, Runtime { url: url.clone(), sha256: sha256.clone(), substituted: true, ..it })
        };
        let toys = |lines: Lines| -> Lines {
            lines.into_iter().map(|(line, all)| (line, all.into_iter().map(&toy).collect())).collect()
        };
        let maker = Site::default();
        let site = Site {
            prefix: prefix.display().to_string(),
            disk_megabytes: 1,
            node: toys(maker.node),
            python: toys(maker.python),
            ..Site::default()
        };
        let all = scripts(agent, &site).expect("a registered agent is rendered");
        let carried = payload(&all).into_iter().filter(|(name, _)| name.starts_with("lib/"));
        let scripts: BTreeMap<_, _> = all.into_iter().map(|it| (it.kind.file_name(), it.text)).collect();
        let bins = agent.install.iter().map(Artefact::bin).filter(|bin| !bin.is_empty());
        let programs = bins.flat_map(|bin| [format!("node_modules/.bin/{bin}"), format!("venv/bin/{bin}")]);
        let programs: Vec<String> = programs.chain(["venv/bin/python".to_owned()]).collect();
        write(&folder.path().join("programs"), &format!("{}\n", programs.join("\n")));
        write(&folder.path().join("launch.sh"), &scripts["launch.sh"]);
        for (name, text) in carried {
            write(&folder.path().join(name), &text);
        }
        Self { folder, prefix, scripts }
    }

    /// All runs of an agent under a shell, one after another, from an empty prefix to an empty prefix.
    fn runs(&self, shell: &[&str]) -> Vec<Outcome> {
        let _ = fs::remove_dir_all(&self.prefix);
        let bad = self.folder.path().join("bad").display().to_string();
        let mode = |mode: &'static str| ("BENCHFLOW_INSTALL_MODE", mode.to_owned());
        let launch = [
            ("BENCHFLOW_PROVIDER_NAME", "openai"),
            ("BENCHFLOW_PROVIDER_MODEL", "a model"),
            ("BENCHFLOW_PROVIDER_BASE_URL", "http://127.0.0.1:9/v1"),
            ("BENCHFLOW_PROVIDER_API_KEY", "a $key `with` ~ & ; *"),
            ("BENCHFLOW_PROVIDER_PROTOCOL", "openai-completions"),
            ("NODE_OPTIONS", "--none"),
            ("LD_NOTHING", "x"),
        ];
        let home = self.folder.path().join("home");
        fs::create_dir_all(&home).expect("there is room");
        let mut launch: Vec<_> = launch.map(|(name, value)| (name, value.to_owned())).into();
        launch.push(("HOME", home.display().to_string()));
        let install = |name, variables: &[_]| self.run(shell, name, "install.sh", variables);
        vec![
            install("plan", &[mode("plan")]),
            install("unknown mode", &[mode("undo")]),
            install("check before", &[mode("check")]),
            install("runtimes", &[mode("runtimes")]),
            install("gc of the runtimes", &[mode("gc")]),
            install("wrong checksum", &[("BENCHFLOW_MIRROR", bad)]),
            install("install", &[]),
            install("no-op", &[]),
            install("check", &[mode("check")]),
            self.run(shell, "launch", "launch.sh", &launch),
            self.run(shell, "policy", "web-policy.sh", &[("HOME", home.display().to_string())]),
            install("gc", &[mode("gc")]),
            install("remove", &[mode("remove")]),
        ]
    }

    fn run(&self, shell: &[&str], name: &'static str, script: &str, variables: &[(&str, String)]) -> Outcome {
        let calls = self.folder.path().join("calls");
        let _ = fs::remove_file(&calls);
        let word = format!("exec env -i \"$@\" {} -s <<", shell.join(" "));
        let text = self.scripts[script].replace("exec env -i \"$@\" sh -s <<", &word);
        assert_eq!(script == "install.sh", text.contains(&word), "{script}");
        let file = self.folder.path().join(script);
        write(&file, &text);
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg(&file).env_clear().env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
        let output =
            command.envs(variables.iter().map(|(key, value)| (key, value))).output().expect("the shell starts");
        let text = |bytes: &[u8]| stable(&String::from_utf8_lossy(bytes));
        let called = fs::read_to_string(&calls).unwrap_or_default();
        // The free port of a helper differs in each run.
        let port = called.lines().find_map(|line| line.strip_prefix("BENCHFLOW_BESIDE_PORT="));
        let called = port.map_or_else(|| called.clone(), |port| called.replace(port, "PORT"));
        Outcome {
            name,
            status: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
            calls: stable(&called),
            files: listing(&self.prefix),
        }
    }
}

/// The result of one run.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    name: &'static str,
    status: Option<i32>,
    out: String,
    err: String,
    calls: String,
    files: Vec<String>,
}

/// An archive with the toy as `bin/node` and `bin/python3`, and beside it a folder with a damaged one.
fn toy_archive(folder: &Path) -> PathBuf {
    let node = find("node").display().to_string();
    let text = TOY.replace("TOYS", &folder.display().to_string()).replace("NODE", &node);
    for name in ["node", "python3"] {
        let place = folder.join("top/bin").join(name);
        write(&place, &text);
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    }
    let archive = folder.join("toys.tar.gz");
    let status = Command::new("tar").arg("-C").arg(folder).arg("-czf").arg(&archive).arg("top").status();
    assert!(status.is_ok_and(|it| it.success()), "help: install tar and gzip");
    write(&folder.join("bad/toys.tar.gz"), "not an archive");
    archive
}

fn sha256(path: &Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().expect("help: install coreutils");
    String::from_utf8_lossy(&output.stdout).split(' ').next().unwrap_or_default().to_owned()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("there is room");
    fs::write(path, text).expect("there is room");
}

/// A text without parts that differ from run to run.
fn stable(text: &str) -> String {
    VARIES.iter().fold(text.to_owned(), |text, (begin, end)| {
        let mut parts = text.split(begin);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |out, part| {
            let from = part.find(|it: char| end.contains(it) || it.is_whitespace()).unwrap_or(part.len());
            out + begin + part.get(from..).unwrap_or_default()
        })
    })
}

/// Everything under a folder: kind and mode, size or target, and the path.
fn listing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let data = fs::symlink_metadata(&path).expect("what is listed is there");
        let target = fs::read_link(&path).unwrap_or_default();
        // A log has the times of a run.
        let size = if data.is_file() && !path.starts_with(folder.join("log")) { data.len() } else { 0 };
        found.push(format!("{:o} {size} {} {}", data.permissions().mode(), target.display(), path.display()));
        if data.is_dir() && !path.ends_with("log") {
            found.extend(listing(&path));
        }
    }
    found.sort();
    found
}

/// Checks the results of the scripts under dash, and compares every other shell with dash.
#[track_caller]
fn check_shells(agent: &Agent<'_>, shells: &[&[&str]]) {
    let bench = Bench::new(agent);
    let (dash, others) = shells.split_first().expect("dash is here");
    let wanted = bench.runs(dash);
    check_promises(agent, &wanted);
    for shell in others {
        for (found, wanted) in bench.runs(shell).iter().zip(&wanted) {
            assert!(found == wanted, "{} {}: {}", agent.name, shell.join(" "), difference(found, wanted));
        }
    }
}

#[track_caller]
fn check_promises(agent: &Agent<'_>, runs: &[Outcome]) {
    let status: BTreeMap<&str, i32> = runs.iter().map(|it| (it.name, it.status.unwrap_or(-1))).collect();
    let run = |name: &str| runs.iter().find(|it| it.name == name).expect("the run was made");
    let last = |name: &str| run(name).err.lines().last().unwrap_or_default().to_owned();
    assert_eq!(status["unknown mode"], 13, "{}", agent.name);
    if status["plan"] == 11 {
        assert_eq!((status["install"], status["launch"]), (11, 15), "{}: {}", agent.name, last("install"));
        return;
    }
    let wanted =
        [("plan", 0), ("check before", 15), ("wrong checksum", 12), ("install", 0), ("no-op", 0), ("check", 0)];
    // The launch has a model, which an agent that is not routable refuses.
    let launch = if agent.is_routable() { 0 } else { 11 };
    for (name, wanted) in wanted.into_iter().chain([("launch", launch), ("gc", 0), ("remove", 0)]) {
        assert_eq!(status[name], wanted, "{} {name}: {:#?}", agent.name, run(name));
    }
    assert!(run("install").calls.contains("> <mode=install> <agent="), "{}", run("install").calls);
    assert!(run("no-op").calls.is_empty() && run("no-op").err.contains("nothing to do"), "{}", run("no-op").err);
    assert!(last("wrong checksum").contains("\"class\":\"integrity\""), "{}", last("wrong checksum"));
    assert!(run("launch").err.contains("NODE_OPTIONS is not passed on"), "{}", run("launch").err);
    // The key arrives unchanged, or not at all if only files may have it or the launch is refused.
    let withheld = !agent.is_routable() || agent.withheld().any(|it| it == "BENCHFLOW_PROVIDER_API_KEY");
    let arrived = run("launch").calls.contains("a $key `with` ~ & ; *");
    assert!(arrived != withheld, "{}", run("launch").calls);
    assert!(run("remove").files.is_empty(), "{:?}", run("remove").files);
}

fn difference(found: &Outcome, wanted: &Outcome) -> String {
    let lines = |it: &Outcome| format!("{it:#?}").lines().map(str::to_owned).collect::<Vec<_>>();
    let pairs: Vec<_> = lines(found).into_iter().zip(lines(wanted)).filter(|(a, b)| a != b).take(6).collect();
    format!("{} differs from dash: {pairs:#?}", found.name)
}

#[test]
fn scripts_behave_alike_under_every_shell() {
    let here = registry_tests::shells();
    let agents = REGISTRY.agents();
    let served = agents.iter().filter(|it| !it.install.is_empty()).count();
    assert!(served > 10, "{served} agents cannot be all");
    std::thread::scope(|scope| {
        for part in agents.chunks(agents.len().div_ceil(2)) {
            scope.spawn(|| part.iter().for_each(|agent| check_shells(agent, &here)));
        }
    });
}

/// An agent of the registry with these requirements on the image; of Node.js alone, which the toys have.
fn requiring(image: &'static [ImageNeed<'static>]) -> Agent<'static> {
    let agents = REGISTRY.agents();
    let npm = agents.iter().find(|it| matches!(it.install, [Artefact::Npm(_)]) && it.image.is_empty());
    Agent { image, ..**npm.expect("an agent is one package of npm") }
}

const ABSENT: &[ImageNeed<'static>] = &[
    ImageNeed::Tool { name: "sh", debian: "dash" },
    ImageNeed::Library { name: "libc.so.6", debian: "libc6" },
    ImageNeed::Library { name: "libabsent.so.9", debian: "libabsent9" },
    ImageNeed::Tool { name: "absent-tool", debian: "absent" },
];

#[test]
fn what_the_image_lacks_is_named_before_anything_is_fetched() {
    let bench = Bench::new(&requiring(ABSENT));
    let run = bench.run(&["dash"], "install", "install.sh", &[]);
    assert_eq!(run.status, Some(13), "{}", run.err);
    let missing = "missing: libabsent.so.9 (Debian libabsent9) absent-tool (Debian absent)\"";
    assert!(run.err.contains(missing), "{}", run.err);
    assert!(run.files.is_empty() && run.calls.is_empty() && !run.err.contains("fetching"), "{run:#?}");
    // The runtimes alone are for several agents, and require nothing that only one of them does.
    let mode = ("BENCHFLOW_INSTALL_MODE", "runtimes".to_owned());
    assert_eq!(bench.run(&["dash"], "runtimes", "install.sh", &[mode]).status, Some(0));
}

#[test]
fn an_install_that_was_copied_into_a_poorer_image_is_not_taken_as_it_is() {
    let bench = Bench::new(&requiring(&[ImageNeed::Tool { name: "absent-tool", debian: "absent" }]));
    let tool = bench.folder.path().join("tools/absent-tool");
    write(&tool, "#!/bin/sh\n");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    let path = format!("{}:/usr/bin:/bin", bench.folder.path().join("tools").display());
    let with_tool = [("PATH", path)];
    let status = |variables: &[_]| bench.run(&["dash"], "install", "install.sh", variables).status;
    assert_eq!([status(&with_tool), status(&with_tool), status(&[])], [Some(0), Some(0), Some(13)]);
}

#[test]
fn the_stage_of_a_killed_install_is_removed_by_the_next() {
    let bench = Bench::new(&requiring(&[]));
    let staging = bench.prefix.join(".staging");
    write(&staging.join("agent.AbCdEf/agent/package.json"), "{}");
    write(&staging.join("lock"), "");
    let run = bench.run(&["dash"], "install", "install.sh", &[]);
    let left: Vec<String> = run.files.into_iter().filter(|it| it.contains("/.staging/")).collect();
    assert_eq!((run.status, left.len()), (Some(0), 1), "{left:?}");
    assert!(left.iter().all(|it| it.ends_with("/lock")), "{left:?}");
}

#[test]
fn libraries_of_a_runtime_are_required_by_the_agents_that_it_runs() {
    let agents = REGISTRY.agents();
    let mut site = Site::default();
    for runtime in site.python.values_mut().flat_map(BTreeMap::values_mut) {
        runtime.libraries = BTreeMap::from([("libabsent.so.9".to_owned(), "libabsent9".to_owned())]);
    }
    let asks = |agent: &Agent<'_>| {
        let all = scripts(agent, &site).expect("a registered agent is rendered");
        all.iter().any(|it| it.text.contains("need_library libabsent.so.9 libabsent9"))
    };
    for agent in agents.iter().filter(|it| !it.install.is_empty()) {
        let python = agent.install.iter().any(|it| matches!(it, Artefact::Pypi(_)));
        assert_eq!(asks(agent), python, "{}", agent.name);
    }
}

#[test]
fn differing_outcomes_are_detected() {
    let outcome = |err: &str| Outcome {
        name: "x",
        status: Some(0),
        out: String::new(),
        err: stable(err),
        calls: String::new(),
        files: Vec::new(),
    };
    let text = |stage: &str| format!("in /opt/.staging/{stage}/x {{\"elapsed_ms\":{}}}", stage.len());
    assert_eq!(outcome(&text("a.1")), outcome(&text("b.23")));
    assert_ne!(outcome("a"), outcome("b"));
}
