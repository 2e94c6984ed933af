//! `mirror` as a user runs it: from folders and from a server on this machine, without any other network.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::xtask_support::{ALPHA, PROVIDER, Run, check_command};
use registry_model::model::{Agent, Artefact, Npm, Program, Pypi, Registry, Runs};
use registry_model::template::Template;

/// An agent of npm, one of whose packages is for AArch64.
const TARBALLS: Agent<'static> = Agent {
    install: &[Artefact::Npm(Npm { package: "alpha", bin: "alpha", postinstall: &[] })],
    launch: &[Template("\"alpha\"")],
    runs: Runs::Native,
    lock: concat!(
        "format 1\n",
        "package npm alpha 1.0.0 sha512-TcEMR8jhF981aWCpUP8wXN71TNv9KY5q37BFnVwqaEVs+3tK9ry955vIXx+sTC/6sfOBuXEvXh8GkTohnVaGQQ==\n",
        "npm node_modules/@s/alpha-arm64 1.0.0 sha512-tjFTfsgBNkq9/SznMCGUWXD4qHPQixh1EFIGlSRthuV6YIpk6ViMWA0nYfmBUGQFpFHtY8bUa9nXnN/x244A1w== @s/alpha-arm64/-/alpha-arm64-1.0.0.tgz {\"cpu\":[\"arm64\"],\"optional\":true}\n",
        "npm node_modules/alpha 1.0.0 sha512-TcEMR8jhF981aWCpUP8wXN71TNv9KY5q37BFnVwqaEVs+3tK9ry955vIXx+sTC/6sfOBuXEvXh8GkTohnVaGQQ== alpha/-/alpha-1.0.0.tgz {}\n",
    ),
    ..ALPHA
};

/// A Python agent, which is not available for AArch64.
const WHEELS: Agent<'static> = Agent {
    name: "gamma",
    aliases: &[],
    install: &[Artefact::Pypi(Pypi { package: "gamma", bin: "gamma", python: "==3.12.*", source: "" })],
    launch: &[Template("\"gamma\"")],
    runs: Runs::Python,
    home: &[".gamma"],
    lock: concat!(
        "format 1\n",
        "package pypi gamma 1.0 sha256:f6ff961740102e5171677b8b170f5b646fbee26135e8dba10a2574d112503e2d\n",
        "wheel gamma 1.0 gamma-1.0-py3-none-any.whl sha256:f6ff961740102e5171677b8b170f5b646fbee26135e8dba10a2574d112503e2d linux-x64\n",
        "unavailable linux-arm64 2026-01-01 pypi gamma 1.0 says gamma has no wheel for it\n",
    ),
    ..ALPHA
};

/// The files of the artefacts' source.
const FILES: [(&str, &str); 7] = [
    ("npm/alpha/-/alpha-1.0.0.tgz", "the tarball of alpha\n"),
    ("npm/@s/alpha-arm64/-/alpha-arm64-1.0.0.tgz", "the tarball of alpha for arm64\n"),
    ("wheels/gamma-1.0-py3-none-any.whl", "the wheel of gamma\n"),
    ("wheels/uv-1.0-py3-none-any.whl", "the wheel of uv\n"),
    ("wheels/other-1.0-py3-none-any.whl", "what nobody asked for\n"),
    ("runtimes/node.tar.gz", "the archive of Node.js\n"),
    ("runtimes/python.tar.gz", "the archive of CPython\n"),
];

/// The files of a mirror of both agents on linux-x64.
const MIRROR: [&str; 10] = [
    "SHA256SUMS",
    "npm/alpha/-/alpha-1.0.0.tgz",
    "runtimes/node.tar.gz",
    "runtimes/python.tar.gz",
    "simple/gamma/index.html",
    "simple/index.html",
    "simple/uv/index.html",
    "site.toml",
    "wheels/gamma-1.0-py3-none-any.whl",
    "wheels/uv-1.0-py3-none-any.whl",
];

/// The registries of these tests.
pub(crate) fn registry_of(which: &str) -> Option<Registry<'static>> {
    let agents: &'static [&'static Agent<'static>] = match which {
        "packages" => &[&TARBALLS, &WHEELS],
        "large" => Box::leak(Box::new([large()])),
        _ => return None,
    };
    Some(Registry { agents, providers: &[&PROVIDER], families: &[], extends: None, folder: "/nonexistent/registry" })
}

/// An agent whose script does not fit one argument: its program is incompressible text.
fn large() -> &'static Agent<'static> {
    let mut state = 1_u64;
    let mut digits = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:x}", state >> 16)
    };
    let noise: String = std::iter::repeat_with(&mut digits).take(20_000).collect();
    let program = Artefact::Program(Program { name: "alpha.mjs", text: noise.leak() });
    Box::leak(Box::new(Agent { install: Box::leak(Box::new([program])), runs: Runs::Node, ..ALPHA }))
}

/// A place with a source of artefacts and room for a mirror.
struct MirrorFixture {
    folder: tempfile::TempDir,
}

impl MirrorFixture {
    fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().expect("there is room for a folder") };
        for (path, text) in FILES {
            room.put(&format!("source/{path}"), text);
        }
        room.site(&room.path("source/npm"));
        room
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("its name is text").to_owned()
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
        fs::write(path, text).expect("there is room");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("it is there")
    }

    /// Writes the site that a mirror starts from.
    fn site(&self, npm: &str) {
        let runtime = |kind: &str, version: &str, sha256: &str| {
            let url = self.path(&format!("source/runtimes/{kind}.tar.gz"));
            format!("[{kind}.linux-x64]\nversion = \"{version}\"\nurl = \"{url}\"\nsha256 = \"{sha256}\"\n")
        };
        let text = [
            format!("npm-registry = \"{npm}\"\npypi-index = \"{}\"\n", self.path("source/wheels")),
            runtime("node", "22.20.0", "747dfd05ccdd0b9065c27dc0814b998c25bc786901a39239c007ce211405a04e"),
            "substituted = true\n".to_owned(),
            runtime("python", "3.12.9", "f770e64761b4ec6abf4b1e83a3806d82ee5577436ff522b3ef127aed2b9602a0"),
            format!("[node.linux-arm64]\nurl = \"{}\"\nsha256 = \"{}\"\n", self.path("none.tar.gz"), "0".repeat(64)),
            "[[uv]]\nname = \"uv\"\nversion = \"1.0\"\n".to_owned(),
            "sha256 = [\"a6f8514266cbe74b3387ff55e55a7957638048c434de2320ef6e8a4bb22cf51a\"]\n".to_owned(),
        ];
        self.put("site.toml", &text.concat());
    }

    fn command(&self, registry: &str, more: &[&str]) -> Command {
        let (out, site) = (self.path("mirror"), self.path("site.toml"));
        let words = ["mirror", "--out", &out, "--site", &site, "--target", "linux-x64"];
        let mut command = Run::of(registry, &[&words, more].concat());
        command.env_remove("BENCHFLOW_NPM_REGISTRY").env_remove("BENCHFLOW_PYPI_INDEX").env("NO_PROXY", "127.0.0.1");
        command
    }

    #[track_caller]
    fn check(&self, more: &[&str], status: i32, says: &[&str]) -> Run {
        check_command(&mut self.command("packages", more), status, says)
    }

    /// The files of the mirror, with their content.
    fn files(&self) -> BTreeMap<String, String> {
        let root = PathBuf::from(self.path("mirror"));
        let mut waiting = vec![root.clone()];
        let mut files = BTreeMap::new();
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    let name = path.strip_prefix(&root).expect("it is in it").to_str().expect("its name is text");
                    let bytes = fs::read(&path).expect("it can be read");
                    files.insert(name.to_owned(), String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        files
    }

    #[track_caller]
    fn check_files(&self, expected: &[&str]) {
        let files = self.files();
        assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn arguments_are_checked_before_anything_is_written() {
    let room = MirrorFixture::new();
    room.check(&["--agent", "alpa"], 2, &["no such agent: `alpa`", "help: did you mean `alpha`?"]);
    room.check(&["--target", "linux-x86"], 2, &["no such target: `linux-x86`", "did you mean `linux-x64`?"]);
    room.check(&["--target", "windows"], 2, &["the targets are linux-x64, linux-arm64, ", "all"]);
    room.check(&["--url", "/srv/mirror"], 2, &["`--url /srv/mirror` is a folder", "leave `--url` out"]);
    room.check(
        &["--python", "/nonexistent"],
        2,
        &["`/nonexistent/bin/python3` is not a working CPython", "lib/python3.*"],
    );
    check_command(&mut Run::of("packages", &["mirror"]), 2, &["--out <DIR>"]);
    assert!(!Path::new(&room.path("mirror")).exists());
    room.check(&["--url", "ftp://h.example"], 2, &["`--url`: is neither a URL of http or https"]);
    room.check(&["--url", "http://u:secret@h.example"], 2, &["`--url`: has a credential in its URL"]);
    room.check_files(&[]);
}

#[test]
fn uncreatable_mirror_folder_is_named() {
    let room = MirrorFixture::new();
    room.put("mirror", "a file");
    room.check(&[], 2, &["cannot make `", "help: a file is in the way of a folder"]);
    let mut command = Run::of("packages", &["mirror", "--out", "/proc/mirror"]);
    check_command(&mut command, 2, &["cannot make `/proc/mirror`", "help: "]);
}

#[test]
fn mirror_has_every_file_of_the_installs() {
    let room = MirrorFixture::new();
    room.check(&[], 0, &["2 agents on linux-x64: 9 files (5 new, 0 removed, 0 missing)"]);
    room.check_files(&MIRROR);
    for (path, text) in FILES.iter().filter(|(path, _)| MIRROR.contains(path)) {
        assert_eq!(room.read(&format!("mirror/{path}")), *text);
    }
    let listed = Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(room.path("mirror")).output();
    let listed = String::from_utf8(listed.expect("sha256sum is there").stdout).expect("it is text");
    assert_eq!(listed.matches(": OK\n").count(), MIRROR.len() - 1, "{listed}");
    let page = room.read("mirror/simple/gamma/index.html");
    let link = "<a href=\"../../wheels/gamma-1.0-py3-none-any.whl#sha256=f6ff961740102e5171677b8b170f5b646fbee26135e8dba10a2574d112503e2d\">";
    assert!(page.contains(link), "{page}");
}

#[test]
fn mirror_site_file_is_accepted_by_gen_scripts() {
    let room = MirrorFixture::new();
    room.check(&[], 0, &[]);
    let (site, out) = (room.path("mirror/site.toml"), room.path("scripts"));
    check_command(&mut Run::of("packages", &["gen-scripts", "--no-dash", "--site", &site, "--out", &out]), 0, &[]);
    let script = room.read("scripts/gamma/install.sh");
    for (key, place) in [("MIRROR", "runtimes"), ("NPM_REGISTRY", "npm"), ("PYPI_INDEX", "wheels")] {
        let line = format!("SITE_{key}={}\n", room.path(&format!("mirror/{place}")));
        assert!(script.contains(&line) || script.contains(&line.replace('=', "='").replace('\n', "'\n")), "no {line}");
    }
    assert!(script.contains("RUNTIME_ORIGIN=substituted"), "what was a substitute is still one");
    room.check(&["--url", "http://127.0.0.1:1/m/"], 0, &["(0 new"]);
    let site = room.read("mirror/site.toml");
    assert!(site.contains("pypi-index = \"http://127.0.0.1:1/m/simple/\"\n"), "{site}");
    assert!(site.contains("url = \"http://127.0.0.1:1/m/runtimes/node.tar.gz\"\n"), "{site}");
}

#[test]
fn second_mirror_run_changes_nothing_and_needs_no_source() {
    let room = MirrorFixture::new();
    room.check(&[], 0, &[]);
    let times = || {
        let time = |path: &String| fs::metadata(room.path(&format!("mirror/{path}"))).and_then(|it| it.modified()).ok();
        room.files().keys().map(time).collect::<Vec<_>>()
    };
    let before = (room.files(), times());
    fs::remove_dir_all(room.path("source")).expect("it is there");
    room.check(&[], 0, &["9 files (0 new, 0 removed, 0 missing)"]);
    assert_eq!((room.files(), times()), before);
}

#[test]
fn damaged_artefact_is_reported_and_fetched_again() {
    let room = MirrorFixture::new();
    room.check(&[], 0, &[]);
    let before = room.files();
    for path in ["npm/alpha/-/alpha-1.0.0.tgz", "wheels/uv-1.0-py3-none-any.whl", "runtimes/node.tar.gz", "site.toml"] {
        room.put(&format!("mirror/{path}"), "damaged");
        let says =
            if path.starts_with("npm") { ["`npm/alpha/-/alpha-1.0.0.tgz` is damaged: it has sha512-"] } else { [""] };
        room.check(&[], 0, &says);
        assert_eq!(room.files(), before, "{path}");
    }
}

#[test]
fn foreign_files_in_the_mirror_are_kept() {
    let room = MirrorFixture::new();
    for path in ["npm/alpha/-/alpha-1.0.0.tgz", "runtimes/node.tar.gz", "SHA256SUMS", "site.toml"] {
        room.put(&format!("mirror/{path}"), "mine");
        room.check(&[], 2, &[&format!("{path}` was not written by `mirror`"), "help: move it away"]);
        assert_eq!(room.files(), BTreeMap::from([(path.to_owned(), "mine".to_owned())]));
        fs::remove_dir_all(room.path("mirror")).expect("it is there");
    }
    // A file with the right checksum is accepted, also when it is foreign.
    room.put("mirror/npm/alpha/-/alpha-1.0.0.tgz", "the tarball of alpha\n");
    room.put("mirror/notes.txt", "mine");
    room.check(&[], 0, &["9 files (4 new, 0 removed, 0 missing)"]);
    assert_eq!(room.read("mirror/notes.txt"), "mine");
}

#[test]
fn unneeded_mirror_files_are_deleted_unless_changed() {
    let room = MirrorFixture::new();
    room.check(&[], 0, &[]);
    room.put("mirror/simple/gamma/notes.txt", "mine");
    room.put("mirror/wheels/uv-1.0-py3-none-any.whl", "changed");
    room.check(&["--agent", "alpha"], 0, &["1 agent on linux-x64: 3 files (0 new, 5 removed, 0 missing)"]);
    room.check_files(&[
        "SHA256SUMS",
        "npm/alpha/-/alpha-1.0.0.tgz",
        "runtimes/node.tar.gz",
        "simple/gamma/notes.txt",
        "site.toml",
        "wheels/uv-1.0-py3-none-any.whl",
    ]);
    assert!(!room.read("mirror/SHA256SUMS").contains("wheels/"));
}

#[test]
fn each_target_has_its_own_artefacts() {
    let room = MirrorFixture::new();
    room.check(
        &["--target", "linux-arm64"],
        1,
        &[
            "gamma is not installed on linux-arm64: gamma has no wheel for it",
            "`Node.js for linux-arm64` is unavailable (file://",
            "none.tar.gz: is not there); needed by alpha on linux-arm64",
            "2 agents on linux-x64 and linux-arm64: 10 files (6 new, 0 removed, 1 missing)",
            "`--substitute-runtimes`",
        ],
    );
    assert_eq!(room.read("mirror/npm/@s/alpha-arm64/-/alpha-arm64-1.0.0.tgz"), "the tarball of alpha for arm64\n");
    assert!(!room.read("mirror/site.toml").contains("linux-arm64"));
}

#[test]
fn artefact_with_a_wrong_checksum_is_not_stored() {
    let room = MirrorFixture::new();
    room.put("source/npm/alpha/-/alpha-1.0.0.tgz", "another tarball\n");
    let says = [
        "`npm/alpha/-/alpha-1.0.0.tgz` came with sha512-",
        "(16 bytes), not sha512-TcEMR8jh",
        "needed by alpha on linux-x64",
    ];
    room.check(&[], 1, &says);
    room.check_files(&MIRROR.iter().copied().filter(|it| !it.starts_with("npm/")).collect::<Vec<_>>());
    // An incomplete mirror keeps files of earlier runs, and its list names them.
    room.check(&["--agent", "alpha"], 1, &["(0 new, 0 removed, 1 missing)"]);
    assert!(room.read("mirror/SHA256SUMS").contains("wheels/gamma"));
    room.put("source/npm/alpha/-/alpha-1.0.0.tgz", "the tarball of alpha\n");
    room.check(&[], 0, &["(1 new, 0 removed, 0 missing)"]);
}

#[test]
fn wheel_missing_from_the_index_is_listed() {
    let room = MirrorFixture::new();
    room.put("source/wheels/gamma-1.0-py3-none-any.whl", "another wheel\n");
    fs::remove_file(room.path("source/wheels/uv-1.0-py3-none-any.whl")).expect("it is there");
    let says = [
        "`wheels/gamma-1.0-py3-none-any.whl` is not in the index with this checksum; needed by gamma on linux-x64",
        "`uv==1.0` is not in the index with a checksum of the site; needed by gamma on linux-x64",
    ];
    room.check(&[], 1, &says);
}

/// A server that answers everything with one status; its address.
fn server(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let reader = BufReader::new(stream.try_clone().expect("a socket can be shared"));
            let _ = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).count();
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    format!("http://{address}")
}

#[test]
fn gone_artefact_differs_from_a_failed_download() {
    let room = MirrorFixture::new();
    for (status, says) in [
        ("404 Not Found", "`npm/alpha/-/alpha-1.0.0.tgz` is gone: it answers 404; needed by alpha on linux-x64"),
        ("410 Gone", "`npm/alpha/-/alpha-1.0.0.tgz` is gone: it answers 410; needed by alpha on linux-x64"),
        ("403 Forbidden", "`npm/alpha/-/alpha-1.0.0.tgz` is refused: it answers 403; needed by alpha on linux-x64"),
    ] {
        room.site(&server(status));
        room.check(&["--agent", "alpha"], 1, &[says, "1 missing"]);
    }
    // Nothing listens on this port.
    room.site("http://127.0.0.1:9");
    let says = [
        "1 of 1 artefacts got no answer, the first of them `http://127.0.0.1:9/alpha/-/alpha-1.0.0.tgz`",
        "run the command again",
    ];
    room.check(&["--agent", "alpha"], 2, &says);
    room.site("http://127.0.0.1:9");
    let mut command = room.command("packages", &["--agent", "alpha"]);
    check_command(command.env("BENCHFLOW_NPM_REGISTRY", room.path("source/npm")), 0, &["(1 new, "]);
}

#[test]
fn runtimes_with_one_file_name_are_refused() {
    let room = MirrorFixture::new();
    let site = room.read("site.toml").replace("none.tar.gz", "node.tar.gz");
    room.put("site.toml", &site);
    room.check(
        &["--target", "linux-arm64"],
        2,
        &["two runtimes of the site have the file name `node.tar.gz`", "help: "],
    );
    room.check(&[], 0, &[]);
}

#[test]
fn mirror_folder_is_locked_by_one_command() {
    let room = MirrorFixture::new();
    fs::create_dir(room.path("mirror")).expect("there is room");
    let folder = fs::File::open(room.path("mirror")).expect("it is there");
    folder.lock().expect("nobody holds it");
    room.check(&[], 2, &["another `mirror` runs in `", "help: wait for it to end"]);
    // Closing is not enough: what another test starts at this moment has the file open until its `exec`.
    folder.unlock().expect("we hold it");
    room.check(&[], 0, &[]);
}

#[test]
fn oversized_payload_is_in_the_mirror() {
    let room = MirrorFixture::new();
    check_command(&mut room.command("large", &[]), 0, &[]);
    let files = room.files();
    let payload = files.keys().find(|it| it.starts_with("runtimes/payload-alpha-"));
    let payload = payload.expect("the mirror has it").trim_start_matches("runtimes/");
    let (site, out) = (room.path("mirror/site.toml"), room.path("scripts"));
    check_command(&mut Run::of("large", &["gen-scripts", "--no-dash", "--site", &site, "--out", &out]), 0, &[]);
    assert!(room.read("scripts/alpha/install.sh").contains(payload), "the script names {payload}");
}
