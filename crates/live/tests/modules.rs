//! Modules depend on each other in one direction: what a module uses never uses that module.

#![allow(clippy::expect_used, reason = "a test stops where something is not as it must be")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each module by its path, with its source but for its unit tests.
type Sources = BTreeMap<String, String>;

fn read(folder: &Path, module: &str, sources: &mut Sources) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it is readable").path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let child = if module.is_empty() { stem.clone() } else { format!("{module}::{stem}") };
        if path.is_dir() {
            read(&path, &child, sources);
        } else if path.extension().is_some_and(|it| it == "rs") && stem != "tests" {
            let text = std::fs::read_to_string(&path).expect("it is text");
            let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code = own.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            sources.insert(if stem == "mod" || stem == "lib" { module.to_owned() } else { child }, code);
        }
    }
}

/// The paths of a tree of imports: `a::{b, c::{d}}` has `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<String> {
    let Some((before, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let (inside, _) = rest.rsplit_once('}').unwrap_or((rest, ""));
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for letter in inside.chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        match (letter, depth, parts.last_mut()) {
            (',', 0, _) => parts.push(String::new()),
            (_, _, Some(part)) => part.push(letter),
            (_, _, None) => {}
        }
    }
    let parts = parts.iter().filter(|it| !it.trim().is_empty());
    parts.flat_map(|part| paths(part)).map(|path| format!("{}{path}", before.trim())).collect()
}

/// The paths that a module names, as it writes them.
fn named(code: &str) -> Vec<String> {
    let imports = code.split("use ").skip(1).filter_map(|it| it.split_once(';')).flat_map(|(tree, _)| paths(tree));
    let inline = code.split(|it: char| !(it.is_alphanumeric() || it == '_' || it == ':')).map(str::to_owned);
    // What ends in colons is the beginning of a tree.
    imports.chain(inline.filter(|word| word.contains("::") && !word.ends_with("::"))).collect()
}

/// The module that a path of another one leads to.
fn target(from: &str, path: &str, sources: &Sources) -> Option<String> {
    let mut at: Vec<&str> = from.split("::").filter(|it| !it.is_empty()).collect();
    let mut words = path.split("::").peekable();
    match words.peek() {
        Some(&"crate") => at.clear(),
        // A child.
        Some(word) if *word != "super" && *word != "self" => {
            let child = if from.is_empty() { (*word).to_owned() } else { format!("{from}::{word}") };
            sources.get(&child)?;
        }
        _ => {}
    }
    for word in words {
        match word {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            word => {
                at.push(word);
                if !sources.contains_key(&at.join("::")) {
                    at.pop();
                    break;
                }
            }
        }
    }
    Some(at.join("::")).filter(|it| it != from && sources.contains_key(it))
}

/// The modules that are part of a circle or depend on one, each with what it uses of the others.
fn circles(sources: &Sources) -> BTreeMap<String, BTreeSet<String>> {
    let uses = |(module, code): (&String, &String)| {
        (module.clone(), named(code).iter().filter_map(|path| target(module, path, sources)).collect())
    };
    let mut left: BTreeMap<String, BTreeSet<String>> = sources.iter().map(uses).collect();
    loop {
        let done: BTreeSet<_> = left.iter().filter(|(_, uses)| uses.is_empty()).map(|(it, _)| it.clone()).collect();
        if done.is_empty() {
            return left;
        }
        left.retain(|module, uses| {
            uses.retain(|it| !done.contains(it));
            !done.contains(module)
        });
    }
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let sources = files.iter().map(|(module, code)| ((*module).to_owned(), (*code).to_owned())).collect();
    assert_eq!(circles(&sources).into_keys().collect::<Vec<_>>(), expected);
}

#[test]
fn module_cycle_is_reported() {
    check(&[("", "pub use a::X;"), ("a", "use crate::b::{self, c};"), ("b", "use c::Y;"), ("b::c", "")], &[]);
    check(&[("a", "use super::b::Y;"), ("b", "fn f() { crate::a::f() }"), ("c", "")], &["a", "b"]);
    check(&[("a", "use b::{c, X};"), ("a::b", "use super::Y;")], &["a", "a::b"]);
}

#[test]
fn modules_have_no_dependency_cycles() {
    let mut sources = Sources::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut sources);
    assert!(sources.len() > 50, "the sources are somewhere else: {:?}", sources.keys());
    // What the crate's root defines for all of its modules, it does not take from them.
    sources.remove("");
    let found = circles(&sources);
    assert!(found.is_empty(), "these use each other: {found:#?}");
}
