//! The line of Node.js that an agent gets.

#![allow(clippy::expect_used, clippy::panic, reason = "a test panics on failure")]

use registry::REGISTRY;
use registry::model::{Agent, Lock, NODE_LINES, NODE_VERSION, Target, Version};
use registry_scripts::site::Site;

const NEWER: Version = NODE_LINES[1];

/// Checks the line of an agent with a floor and a tree of one package, by what that package has in the lock.
#[track_caller]
fn check_line(floor: Option<Version>, package: &str, expected: Version) {
    let text = format!("format 1\npackage npm a 1.0.0 sha512-x\nnpm node_modules/a 1.0.0 sha512-x a {package}\n");
    let lock = Lock::parse(&text).expect("it is a lock");
    let agent = Agent { name: "fixture", node_floor: floor, ..Agent::EMPTY };
    assert_eq!(agent.node(&lock), expected, "{floor:?} {package}");
}

#[test]
fn agent_gets_the_lowest_line_that_fits_its_floor_and_its_tree() {
    let needs = |range: &str| format!(r#"{{"engines":{{"node":"{range}"}}}}"#);
    check_line(None, "{}", NODE_VERSION);
    check_line(None, &needs(">=18"), NODE_VERSION);
    check_line(None, &needs("^22.22.2 || ^24.15.0 || >=26.0.0"), NEWER);
    check_line(Some(Version::new(24, 16, 0)), &needs(">=18"), NEWER);
    // A range that npm cannot read accepts any version, and a package that may be left out asks for nothing.
    check_line(None, &needs("newest"), NODE_VERSION);
    check_line(None, r#"{"engines":{"node":">=24"},"optional":true}"#, NODE_VERSION);
    // No line fits; I006 reports it.
    check_line(None, &needs(">=99"), NODE_VERSION);
}

#[test]
fn each_agent_has_the_lowest_line_that_fits_and_each_line_has_an_agent() {
    let mut taken = Vec::new();
    for agent in REGISTRY.agents() {
        let lock = agent.read_lock().expect("it is a lock");
        let line = agent.node(&lock);
        assert_eq!(agent.misfit(&lock, line), None, "{}", agent.name);
        let lower = NODE_LINES.into_iter().filter(|it| it.is_below(line));
        assert!(lower.map(|it| agent.misfit(&lock, it)).all(|why| why.is_some()), "{}", agent.name);
        taken.push(line);
    }
    let unused: Vec<_> = NODE_LINES.into_iter().filter(|line| !taken.contains(line)).collect();
    assert!(unused.is_empty(), "no agent needs Node.js {unused:?}");
}

/// Reads a site file with these tables, and holds the runtime of a line for a target, or the error.
#[track_caller]
fn check_read(tables: &[&str], expected: Result<(Version, Target), &str>) {
    let rest = format!("url = \"/m/n.tar.gz\"\nsha256 = \"{}\"\n", "0".repeat(64));
    let text: String = tables.iter().flat_map(|table| ["[", table, "]\n", &rest]).collect();
    match (toml::from_str::<Site>(&text), expected) {
        (Ok(site), Ok((line, target))) => {
            let runtime = site.node(line, target).expect("the site has it");
            assert_eq!((runtime.url.as_str(), runtime.version.clone()), ("/m/n.tar.gz", line.to_string()));
            let of_maker = site.runtimes().filter(|it| it.url != "/m/n.tar.gz").count();
            assert!(of_maker + 1 >= Site::default().runtimes().count(), "{text}");
        }
        (Err(error), Err(says)) => assert!(error.to_string().contains(says), "{error}"),
        (read, _) => panic!("{text}: {read:?}"),
    }
}

#[test]
fn site_file_has_one_line_of_node_or_several() {
    let [default, newer] = NODE_LINES;
    check_read(&["node.linux-x64"], Ok((default, Target::LinuxX64)));
    check_read(&["node.22.linux-x64"], Ok((default, Target::LinuxX64)));
    check_read(&["node.24.linux-arm64-musl"], Ok((newer, Target::LinuxArm64Musl)));
    check_read(&["node.linux-x64", "node.22.linux-x64"], Err("`linux-x64` of Node.js 22 is there twice"));
    check_read(&["node.linux-x64.other"], Err("unknown field `other`"));
}
