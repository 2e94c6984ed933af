//! Rules that exist in Rust and in the installer's JavaScript give the same answers, and npm's own for npm's rules.
//!
//! `tests/vectors/npm_platform.jsonl` has the answers of `npm-install-checks`, as npm 10.9.3 and 11.19.1 give them.

#![expect(clippy::expect_used, reason = "a helper of tests fails as the tests do")]

use std::process::Command;

use registry_model::model::{Lock, Runs, Target};
use registry_model::names;
use serde_json::{Value, json};

/// The vectors: fields of a package.json, and the targets on which npm installs the package.
fn vectors() -> Vec<Value> {
    let text = include_str!("../vectors/npm_platform.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a vector is JSON")).collect()
}

#[test]
fn lock_platform_targets_match_npm() {
    let vectors = vectors();
    for vector in &vectors {
        let text = format!("format 1\nnpm node_modules/a 1.0.0 sha512-x a {}\n", vector["rest"]);
        let lock = Lock::parse(&text).expect("it is a lock");
        let platform = &lock.npm[0].platform;
        let fits: Vec<&str> = Target::ALL.into_iter().filter(|&it| platform.fits(it)).map(Target::id).collect();
        assert_eq!(vector["targets"], json!(fits), "{vector}");
    }
    assert!(vectors.len() > 30);
}

/// Calls functions of a program of the payload with one JSON argument; `None` without Node.js.
fn called(program: &str, body: &str, input: &Value) -> Option<Value> {
    let module = format!("{}/../crates/scripts/src/payload/{program}", env!("CARGO_MANIFEST_DIR"));
    let program = format!(
        "import * as payload from {module:?};\nconst input = JSON.parse(process.argv[1]);\n\
         const answer = () => {{ {body} }};\nprocess.stdout.write(JSON.stringify(answer()));"
    );
    let command = Command::new("node").args(["--input-type=module", "-e", &program, "--", &input.to_string()]).output();
    let Ok(output) = command else {
        println!("skipped: `node` is not in PATH; install it to hold the installer's JavaScript to the same vectors");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("the answer is JSON"))
}

#[test]
fn installer_platform_targets_match_npm() {
    let vectors = vectors();
    let input = json!({"vectors": vectors, "targets": Target::ALL.map(Target::id)});
    let body = "return input.vectors.map((it) => input.targets.filter((target) => payload.fits(it.rest, target)));";
    let Some(answer) = called("common.mjs", body, &input) else { return };
    let expected: Vec<&Value> = vectors.iter().map(|it| &it["targets"]).collect();
    assert_eq!(answer, json!(expected));
}

#[test]
fn installer_and_commands_parse_locks_alike() {
    let text = "# A comment.\nformat 1\npackage npm a 1.0.0 sha512-x 2026-11-20\npackage pypi c 3.0 sha256:x\n\
                unavailable linux-arm64 2026-11-23 npm b 2.0.0 404\n\
                npm node_modules/a 1.0.0 sha512-x a/-/a-1.0.0.tgz {\"bin\":{\"a b\":\"x y\"}}\n\
                bundled node_modules/a/node_modules/b 2.0.0 {\"name\":\"real\"}\n\
                npm node_modules/d 1.0.0 sha512-x d/-/d-1.0.0.tgz {\"os\":[\"darwin\"]}\n\
                bundled node_modules/d/node_modules/e 1.0.0 {}\n\
                wheel c 3.0 c-3.0-py3-none-any.whl sha256:x linux-x64,linux-arm64\n\
                source f 4.0 f-4.0.tar.gz sha256:y linux-x64\n";
    let lock = Lock::parse(text).expect("it is a lock");
    let npm = lock.npm.iter().map(|it| {
        let mut all = json!({"place": it.place, "version": it.version});
        all["rest"] = serde_json::from_str(it.rest).expect("it is JSON");
        match it.tarball {
            Some(tarball) => {
                all["integrity"] = json!(tarball.integrity);
                all["path"] = json!(tarball.path);
            }
            None => all["bundled"] = json!(true),
        }
        all
    });
    let packages = lock.packages.iter();
    let packages = packages.map(
        |it| json!({"ecosystem": it.ecosystem, "name": it.name, "version": it.version, "integrity": it.integrity}),
    );
    let wheels = lock.wheels.iter().map(|it| {
        let targets: Vec<&str> = it.targets.split(',').collect();
        json!({"name": it.name, "version": it.version, "file": it.file, "hash": it.hash, "targets": targets})
    });
    let expected = json!({
        "packages": packages.collect::<Vec<_>>(),
        "npm": npm.collect::<Vec<_>>(),
        "wheels": wheels.collect::<Vec<_>>(),
    });
    let body = "const lock = payload.readLock(input); return { lock, wanted: payload.wanted(lock, \"linux-x64\").map((it) => it.place) };";
    let Some(answer) = called("common.mjs", body, &json!(text)) else { return };
    assert_eq!(answer["lock"], expected);
    // Packages inside a package that does not fit are not wanted; `mirror` uses the same rule.
    assert_eq!(answer["wanted"], json!(["node_modules/a", "node_modules/a/node_modules/b"]));
}

#[test]
fn installer_and_commands_normalize_python_names_alike() {
    let spellings = ["a", "A.b_C-d", "a--b..c__d", "a-_.b", "_a", "a_", "Straße", "İ", "zope.interface", ""];
    let ours: Vec<String> = spellings.iter().map(|name| names::pypi(name)).collect();
    assert_eq!(ours.get(..4), Some(&["a", "a-b-c-d", "a-b-c-d", "a-b"].map(str::to_owned)[..]));
    let Some(answer) = called("python.mjs", "return input.map(payload.normal);", &json!(spellings)) else { return };
    assert_eq!(answer, json!(ours));
}

#[test]
fn installer_and_commands_classify_programs_alike() {
    let heads = [
        "",
        "#!/usr/bin/env node\nx",
        "#!/usr/bin/env -S node --x\n",
        "#!/bin/sh\nexec node x\n",
        "#!/opt/nodejs/run",
        "#!/x/node",
        "#!node",
        "#!",
        "\u{7f}ELF\u{2}",
        "\u{7f}EL",
        "import x",
        "# node",
        " #!/bin/node",
        "\n#!/bin/node",
    ];
    let names =
        ["cli", "cli.js", "a.b/cli", "cli.mjs", "cli.cjs", "cli.tjs", "js", ".js", "cli.py", "cli.js.sh", "cli.JS"];
    let cases: Vec<(&str, &str)> = names.iter().flat_map(|name| heads.iter().map(move |head| (*name, *head))).collect();
    let ours: Vec<Option<&str>> =
        cases.iter().map(|(name, head)| Runs::of_program(name, head.as_bytes()).map(Runs::word)).collect();
    let kinds: std::collections::BTreeSet<_> = ours.iter().copied().collect();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    let body = "return input.map(([name, head]) => payload.programKind(name, head) ?? null);";
    let Some(answer) = called("common.mjs", body, &json!(cases)) else { return };
    for (((name, head), ours), theirs) in cases.iter().zip(&ours).zip(answer.as_array().expect("it is a list")) {
        assert_eq!(json!(ours), *theirs, "{name} {head:?}");
    }
}
