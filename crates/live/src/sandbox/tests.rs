//! The sandbox itself, for real: what it measures and what it proves is first made to fail.
//!
//! They need root, bwrap and strace, so they are ignored; `tests/sandbox/verify.sh` runs them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::setting::CANARY;
use super::*;
use crate::process::{self, Finished};

/// A sandbox with a prefix that holds one program.
struct Fixture {
    cell: Cell,
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self::showing(Vec::new())
    }

    /// One with folders and files of the host.
    fn showing(shown: Vec<PathBuf>) -> Self {
        Self::of(Wanted { kind: Some(SandboxKind::Bwrap), ..Wanted::default() }, shown)
    }

    /// One in a container of the image that a variable names.
    fn in_container() -> Self {
        let image = std::env::var("SANDBOX_TEST_IMAGE").expect("SANDBOX_TEST_IMAGE names an image of docker");
        Self::of(Wanted { kind: Some(SandboxKind::Docker), image: Some(&image), ..Wanted::default() }, Vec::new())
    }

    fn of(wanted: Wanted<'_>, shown: Vec<PathBuf>) -> Self {
        let host = Host::choose(wanted).expect("this host gives a sandbox");
        let setting = Setting { prefix: "/opt/benchflow".to_owned(), shown, network: false };
        let folder = folder().expect("there is room");
        // Containers of one process have names of their own.
        let name = folder.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let cell = Cell::open(&host, &setting, folder.path(), &name).expect("there is room");
        let fixture = Self { cell, folder };
        fixture.check(As::Root, "mkdir -p /opt/benchflow/bin && : >/opt/benchflow/bin/fixture", 0);
        fixture
    }

    fn run(&self, who: As, script: &str) -> Finished {
        let argv = ["sh", "-c", script].map(str::to_owned);
        let command = self.cell.command(who, &[], &argv).expect("it runs commands");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
        runtime.block_on(process::run(command, Duration::from_secs(30))).expect("it starts")
    }

    #[track_caller]
    fn check(&self, who: As, script: &str, status: i32) -> Finished {
        let finished = self.run(who, script);
        assert_eq!(finished.status, Some(status), "{}\n{}", finished.stdout, finished.stderr);
        finished
    }
}

#[test]
#[ignore = "needs root and bwrap"]
fn every_write_outside_the_prefix_is_reported() {
    let fixture = Fixture::new();
    let changes = fixture.cell.changes(As::Root).expect("they can be read");
    assert_eq!((changes.outside, changes.prefix), (Vec::new(), true));
    let script = "echo x >/etc/verify-a; echo x >/root/.verify-b; echo x >/tmp/verify-c; mkdir -p /usr/lib/verify-d; \
                  echo x >/dev/shm/verify-e; rm /etc/passwd; echo x >/opt/benchflow/verify-f";
    fixture.check(As::Root, script, 0);
    let changes = fixture.cell.changes(As::Root).expect("they can be read");
    let places = ["/dev/shm/verify-e", "/etc/passwd (removed)", "/etc/verify-a", "/root/.verify-b", "/tmp/verify-c"];
    assert_eq!(changes.outside, [places.as_slice(), &["/usr/lib/verify-d"]].concat());
    assert!(!Path::new("/etc/verify-a").exists() && Path::new("/etc/passwd").exists(), "it reached the host");
}

#[test]
#[ignore = "needs root, bwrap and strace"]
fn every_denied_write_is_reported() {
    let fixture = Fixture::new();
    let script = "(: >/etc/verify-a) 2>/dev/null; mkdir /root/.verify-b 2>/dev/null; (: >/tmp/verify-c) 2>/dev/null; \
                  rm -f /etc/passwd 2>/dev/null; (: >/dev/shm/verify-e) 2>/dev/null; : >/opt/benchflow/verify-f";
    fixture.check(As::RootTraced, script, 0);
    let places = ["/dev/shm/verify-e", "/etc/passwd", "/etc/verify-a", "/root/.verify-b", "/tmp/verify-c"];
    assert_eq!(fixture.cell.refused(), places);
    let changes = fixture.cell.changes(As::RootTraced).expect("they can be read");
    assert_eq!((changes.outside, changes.prefix), (Vec::new(), true));
}

#[test]
#[ignore = "needs root and bwrap"]
fn read_only_run_cannot_write() {
    let fixture = Fixture::new();
    let places = ["/etc/verify-a", "/root/.verify-b", "/tmp/verify-c", "/opt/benchflow/verify-f", "/dev/verify-g"];
    for place in places {
        fixture.check(As::RootReadOnly, &format!("! (: >{place}) 2>/dev/null"), 0);
    }
}

#[test]
#[ignore = "needs root and bwrap"]
fn site_folders_are_visible_in_the_sandbox() {
    for place in ["/tmp", "/var/tmp", "/dev/shm"] {
        let folder = tempfile::tempdir_in(place).expect("there is room");
        std::fs::write(folder.path().join("artefact"), "it").expect("there is room");
        let fixture = Fixture::showing(vec![folder.path().to_path_buf()]);
        for who in [As::Root, As::RootReadOnly, As::RootTraced] {
            fixture.check(who, &format!("read -r line <{0}/artefact; [ \"$line\" = it ]", folder.path().display()), 0);
            let changes = fixture.cell.changes(As::Root).expect("they can be read");
            assert_eq!(changes.outside, Vec::<String>::new(), "{place}");
        }
    }
}

/// Two sessions over one install, at the same time.
#[track_caller]
fn check_side_by_side(fixture: &Fixture) {
    let beside = |name: &str| fixture.cell.beside(&fixture.folder.path().join(name), name).expect("there is room");
    let cells = [beside("one"), beside("two")];
    let left = |cell: &Cell| {
        let places = cell.left().into_iter().map(|(place, _)| place);
        places.filter(|place| !place.starts_with(CANARY)).collect::<Vec<_>>()
    };
    let session = |cell: &Cell, own: &str, other: &str| {
        let script = format!(
            "set -e; [ -f /opt/benchflow/bin/fixture ]; : >/verify-home/{own}; : >/tmp/{own}; : >/dev/shm/{own}; \
             for _ in 1 2 3; do sleep 1; [ ! -e /verify-home/{other} ]; [ ! -e /tmp/{other} ]; done"
        );
        cell.command(As::Agent, &[], &["sh".to_owned(), "-c".to_owned(), script]).expect("it runs commands")
    };
    let commands = [session(&cells[0], "one", "two"), session(&cells[1], "two", "one")];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
    let runs = commands.map(|command| process::run(command, Duration::from_mins(1)));
    let finished = runtime.block_on(futures::future::join_all(runs));
    for finished in finished {
        let finished = finished.expect("it starts");
        assert_eq!(finished.status, Some(0), "{}\n{}", finished.stdout, finished.stderr);
    }
    for (cell, own) in cells.iter().zip(["one", "two"]) {
        assert_eq!(left(cell), ["/dev/shm", "/tmp", "/verify-home"].map(|folder| format!("{folder}/{own}")));
    }
    assert_eq!(left(&fixture.cell), Vec::<String>::new());
    let changes = fixture.cell.changes(As::Root).expect("they can be read");
    assert_eq!((changes.outside, changes.prefix), (Vec::new(), true));
}

#[test]
#[ignore = "needs root and bwrap"]
fn sessions_side_by_side_share_the_install_and_nothing_else() {
    check_side_by_side(&Fixture::new());
}

#[test]
#[ignore = "needs root, docker and SANDBOX_TEST_IMAGE"]
fn container_sessions_side_by_side_share_the_install_and_nothing_else() {
    check_side_by_side(&Fixture::in_container());
}

#[test]
#[ignore = "needs root, docker and SANDBOX_TEST_IMAGE"]
fn container_session_that_ends_leaves_the_install() {
    let fixture = Fixture::in_container();
    let run = |cell: &Cell, who: As, script: &str| {
        let argv = ["sh", "-c", script].map(str::to_owned);
        let finished = cell.command(who, &[], &argv).expect("it runs commands").output().expect("it starts");
        assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
    };
    let one = fixture.cell.beside(&fixture.folder.path().join("one"), "one").expect("there is room");
    run(&one, As::RootBeside, ": >/etc/verify-a");
    run(&one, As::Agent, "[ -f /etc/verify-a ]");
    drop(one);
    run(&fixture.cell, As::Agent, "[ -f /opt/benchflow/bin/fixture ] && [ ! -e /etc/verify-a ]");
}

#[track_caller]
fn check_proof(fixture: &Fixture, breaks: &str, says: &str) {
    fixture.check(As::Root, breaks, 0);
    let finished = fixture.check(As::Agent, "true", BROKEN);
    assert!(finished.stderr.contains(says) && !finished.stderr.contains(PROVED), "{}", finished.stderr);
}

#[test]
#[ignore = "needs root and bwrap"]
fn broken_sandbox_is_detected() {
    let fixture = Fixture::new();
    // Nobody's user, on the host as well: the user ids are the host's own.
    let script = "[ \"$(id -u)\" -ge 24711 ] && [ \"$(tr -s ' ' </proc/self/uid_map)\" = ' 0 0 4294967295' ] && pwd";
    let finished = fixture.check(As::Agent, script, 0);
    assert_eq!((finished.stdout.trim(), finished.stderr.contains(PROVED)), (WORKSPACE, true), "{}", finished.stderr);
    for (breaks, says) in BREAKS {
        check_proof(&Fixture::new(), breaks, says);
    }
}

/// What breaks a sandbox, and what the proof then says.
const BREAKS: [(&str, &str); 5] = [
    ("chmod 644 /etc/shadow", "it can read /etc/shadow"),
    ("chmod 777 /opt/benchflow/bin", "it can write /opt/benchflow/bin"),
    (": >/opt/benchflow/x; chmod 666 /opt/benchflow/x", "it can write /opt/benchflow/x"),
    ("rm -r /opt/benchflow/bin", "cannot be seen"),
    ("echo x:x:24711:24711::/:/bin/sh >>/etc/passwd", "has the user 24711"),
];

#[test]
#[ignore = "needs root, docker and SANDBOX_TEST_IMAGE"]
fn container_is_detected_when_broken() {
    let fixture = Fixture::in_container();
    let finished = fixture.check(As::Agent, "pwd; ! (: >/etc/x) 2>/dev/null", 0);
    assert_eq!((finished.stdout.trim(), finished.stderr.contains(PROVED)), (WORKSPACE, true), "{}", finished.stderr);
    for (breaks, says) in BREAKS {
        check_proof(&Fixture::in_container(), breaks, says);
    }
}

#[test]
#[ignore = "needs root, docker, strace and SANDBOX_TEST_IMAGE"]
fn container_reports_what_it_changed() {
    let fixture = Fixture::in_container();
    let changes = fixture.cell.changes(As::Root).expect("they can be read");
    assert_eq!((changes.outside, changes.prefix), (Vec::new(), true));
    let script = "echo x >/etc/verify-a; echo x >/root/.verify-b; echo x >/tmp/verify-c; mkdir -p /usr/lib/verify-d; \
                  rm /etc/shadow; echo x >/opt/benchflow/verify-f";
    fixture.check(As::Root, script, 0);
    let changes = fixture.cell.changes(As::Root).expect("they can be read");
    let places = ["/etc/shadow (removed)", "/etc/verify-a", "/root/.verify-b", "/tmp/verify-c", "/usr/lib/verify-d"];
    assert_eq!(changes.outside, places);
    for place in ["/etc/verify-a", "/tmp/verify-g", "/opt/benchflow/verify-h"] {
        fixture.check(As::RootReadOnly, &format!("! (: >{place}) 2>/dev/null"), 0);
    }
    let script = "(: >/etc/verify-a) 2>/dev/null; mkdir /root/.verify-b 2>/dev/null; : >/opt/benchflow/verify-f";
    fixture.check(As::RootTraced, script, 0);
    assert_eq!(fixture.cell.refused(), ["/etc/verify-a", "/root/.verify-b"]);
    fixture.check(As::Agent, "echo x >/verify-home/left; echo x >/tmp/left; echo x >/dev/shm/left", 0);
    let left: Vec<String> = fixture.cell.left().into_iter().map(|(place, _)| place).collect();
    assert_eq!(left, ["/dev/shm/left", "/tmp/left", "/verify-home/left"]);
    fixture.cell.renew().expect("there is room");
    assert_eq!(fixture.cell.left(), []);
}

#[test]
#[ignore = "needs root and bwrap"]
fn timed_out_command_leaves_no_processes() {
    let fixture = Fixture::new();
    let argv = ["sh", "-c", "sleep 600 & sleep 601"].map(str::to_owned);
    let command = fixture.cell.command(As::Root, &[], &argv).expect("it runs commands");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime");
    let finished = runtime.block_on(process::run(command, Duration::from_secs(1))).expect("it starts");
    assert_eq!(finished.status, None);
    let place = fixture.folder.path().display().to_string();
    let running = || {
        let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let text = |entry: &std::fs::DirEntry, file: &str| std::fs::read(entry.path().join(file)).unwrap_or_default();
        let holds =
            |entry: &std::fs::DirEntry, file: &str| String::from_utf8_lossy(&text(entry, file)).contains(&place);
        all.filter(|entry| holds(entry, "mounts") || holds(entry, "cmdline")).count()
    };
    for _ in 0..100 {
        if running() == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{} processes still have the sandbox", running());
}
