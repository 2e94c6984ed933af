//! The lines of Node.js and CPython that an agent gets.

#![allow(clippy::expect_used, clippy::panic, reason = "a test panics on failure")]

use registry::REGISTRY;
use registry::model::{Agent, Artefact, Lock, Pypi, RuntimeKind, Target, Version, fits};
use registry_scripts::site::Site;

/// The versions of a runtime's lines.
fn versions(kind: RuntimeKind) -> Vec<Version> {
    kind.lines().iter().map(|line| line.version).collect()
}

/// Checks the line of an agent with a floor and a tree of one package, by what that package has in the lock.
#[track_caller]
fn check_node(floor: Option<Version>, package: &str, expected: Version) {
    let text = format!("format 1\npackage npm a 1.0.0 sha512-x\nnpm node_modules/a 1.0.0 sha512-x a {package}\n");
    let lock = Lock::parse(&text).expect("it is a lock");
    let agent = Agent { name: "fixture", node_floor: floor, ..Agent::EMPTY };
    assert_eq!(agent.node(&lock), expected, "{floor:?} {package}");
}

#[test]
fn agent_gets_the_lowest_node_that_fits_its_floor_and_its_tree() {
    let needs = |range: &str| format!(r#"{{"engines":{{"node":"{range}"}}}}"#);
    let [default, newer] = versions(RuntimeKind::Node)[..] else { panic!("there are two lines") };
    check_node(None, "{}", default);
    check_node(None, &needs(">=18"), default);
    check_node(None, &needs("^22.22.2 || ^24.15.0 || >=26.0.0"), newer);
    check_node(Some(Version::new(24, 16, 0)), &needs(">=18"), newer);
    // A range that npm cannot read accepts any version, and a package that may be left out asks for nothing.
    check_node(None, &needs("newest"), default);
    check_node(None, r#"{"engines":{"node":">=24"},"optional":true}"#, default);
    // No line fits; I006 reports it.
    check_node(None, &needs(">=99"), default);
}

/// Checks the line of an agent by what its Python packages accept.
#[track_caller]
fn check_python(accepted: &[&str], expected: Option<Version>) {
    let package = |python| Artefact::Pypi(Pypi { package: "a", bin: "", python, source: "" });
    let install: Vec<_> = accepted.iter().copied().map(package).collect();
    assert_eq!(Agent { install: &install, ..Agent::EMPTY }.python(), expected, "{accepted:?}");
}

#[test]
fn agent_gets_the_lowest_python_that_all_its_packages_accept() {
    let [default, newer] = versions(RuntimeKind::Python)[..] else { panic!("there are two lines") };
    check_python(&[], None);
    check_python(&["==3.12.*"], Some(default));
    check_python(&["==3.13.*"], Some(newer));
    check_python(&[">=3.12,<3.14", "==3.13.*"], Some(newer));
    check_python(&[">=3.13.5,<3.14"], Some(newer));
    // No line fits; I006 reports it.
    check_python(&["==3.12.*", "==3.13.*"], Some(default));
}

#[test]
fn each_agent_has_the_lowest_line_that_fits_and_each_line_has_an_agent() {
    let mut taken = Vec::new();
    for agent in REGISTRY.agents() {
        let lock = agent.read_lock().expect("it is a lock");
        let line = agent.node(&lock);
        assert_eq!(agent.misfit(&lock, line), None, "{}", agent.name);
        let mut lower = versions(RuntimeKind::Node).into_iter().filter(|it| it.is_below(line));
        assert!(lower.all(|it| agent.misfit(&lock, it).is_some()), "{}", agent.name);
        taken.push((RuntimeKind::Node, line));
        taken.extend(agent.python().map(|it| (RuntimeKind::Python, it)));
    }
    for kind in RuntimeKind::ALL {
        let unused: Vec<_> = versions(kind).into_iter().filter(|line| !taken.contains(&(kind, *line))).collect();
        assert!(unused.is_empty(), "no agent needs {kind:?} {unused:?}");
    }
}

#[test]
fn version_fits_by_each_clause() {
    let version = Version::new(3, 13, 5);
    for specifier in ["==3.13.*", ">=3.13,<3.14", ">=3.13.5,<4", "==3.13.5", "<=3.13.5"] {
        assert!(fits(specifier, version), "{specifier}");
    }
    // Without a bound above, and with a clause that is not read, nothing fits.
    for specifier in ["==3.12.*", ">=3.13.6,<3.14", "<3.13", "==3.13", ">=3.12", "~=3.13", "", "==3.13.*,!=3.13.5"] {
        assert!(!fits(specifier, version), "{specifier}");
    }
}

/// Reads a site file with these tables, and holds the runtime of a line for a target, or the error.
#[track_caller]
fn check_read(tables: &[&str], expected: Result<(RuntimeKind, Version, Target), &str>) {
    let rest = format!("url = \"/m/n.tar.gz\"\nsha256 = \"{}\"\n", "0".repeat(64));
    let text: String = tables.iter().flat_map(|table| ["[", table, "]\n", &rest]).collect();
    match (toml::from_str::<Site>(&text), expected) {
        (Ok(site), Ok((kind, line, target))) => {
            let runtime = site.runtime(kind, line, target).expect("the site has it");
            assert_eq!((runtime.url.as_str(), runtime.version.clone()), ("/m/n.tar.gz", line.to_string()));
            let of_maker = site.runtimes().filter(|it| it.url != "/m/n.tar.gz").count();
            assert!(of_maker + 1 >= Site::default().runtimes().count(), "{text}");
        }
        (Err(error), Err(says)) => assert!(error.to_string().contains(says), "{error}"),
        (read, _) => panic!("{text}: {read:?}"),
    }
}

#[test]
fn site_file_has_one_line_of_a_runtime_or_several() {
    use RuntimeKind::{Node, Python};
    let [default, newer] = versions(Node)[..] else { panic!("there are two lines") };
    check_read(&["node.linux-x64"], Ok((Node, default, Target::LinuxX64)));
    check_read(&["node.22.linux-x64"], Ok((Node, default, Target::LinuxX64)));
    check_read(&["node.24.linux-arm64-musl"], Ok((Node, newer, Target::LinuxArm64Musl)));
    check_read(&["node.linux-x64", "node.22.linux-x64"], Err("`linux-x64` of Node.js is there twice"));
    check_read(&["node.linux-x64.other"], Err("unknown field `other`"));
    let [default, newer] = versions(Python)[..] else { panic!("there are two lines") };
    check_read(&["python.linux-x64"], Ok((Python, default, Target::LinuxX64)));
    check_read(&["python.\"3.13\".linux-x64"], Ok((Python, newer, Target::LinuxX64)));
    check_read(&["python.linux-x64", "python.\"3.12\".linux-x64"], Err("`linux-x64` of CPython is there twice"));
}
