//! Sibling modules must not form a cycle, in every folder of every package.

#![allow(clippy::indexing_slicing, reason = "a test that reads wrongly fails")]

use std::collections::{BTreeMap, BTreeSet};

use registry_tests::{code_only, find_word, read, report, sources_of};

/// A module by the words of its path in its package; the root has none.
type Module = Vec<String>;

/// Allowed cycles, with their reasons. A line without a cycle is a fault and must be removed.
const ALLOWED: &[(&str, &str)] = &[
    ("crates/shell: heredoc parse scan token", "one state machine: words, here-documents and commands nest"),
    ("crates/shell: bashisms nested", "`is_signal`"),
    (
        "crates/model: model::agent model::data model::install model::policy model::session",
        "one model: a policy has files and variables like the agent's, and all of it is data for programs",
    ),
    ("xtask: list probe", "`pretty`"),
    ("crates/supply: new::make new::shipped", "`Made`"),
    ("crates/supply: outdated::choice outdated::releases", "`Choice`"),
];

/// The sources of a package: modules with their code.
#[derive(Default)]
struct Package {
    modules: BTreeMap<Module, String>,
}

/// A use of a sibling module: from, to, and the line.
type Uses = BTreeMap<(Module, Module), String>;

impl Package {
    /// Reads files by their paths under `src`, without tests and the texts in them.
    fn new<'t>(files: impl IntoIterator<Item = (&'t str, String)>) -> Self {
        let mut modules = BTreeMap::new();
        for (path, text) in files {
            let text = text.split_once("#[cfg(test)]\nmod tests {").map_or(text.as_str(), |(before, _)| before);
            modules.insert(module(path), code_only(text));
        }
        Self { modules }
    }

    fn has(&self, module: &[String]) -> bool {
        self.modules.contains_key(module)
    }

    /// The module that the longest part of a path names. A name that an outer module has imported counts as a use of
    /// the module that it comes from.
    fn target(&self, path: &[String], from: &[String], steps: usize) -> Module {
        let length = (0..=path.len()).rev().find(|&length| self.has(&path[..length])).unwrap_or_default();
        let (found, rest) = path.split_at(length);
        let imported = rest.first().filter(|_| from.starts_with(found) && steps > 0);
        let import = imported.and_then(|name| self.imports(found).into_iter().find(|(it, _)| it == name));
        import.map_or_else(|| found.to_vec(), |(_, path)| self.target(&path, from, steps - 1))
    }

    /// The names that a module imports, each with its path.
    fn imports(&self, module: &[String]) -> Vec<(String, Module)> {
        let code = self.modules.get(module).map(String::as_str).unwrap_or_default();
        let mut found = Vec::new();
        for at in find_word(code, "use") {
            let mut paths = Vec::new();
            tree(code[at + 3..].trim_start(), &[], &mut paths);
            for path in paths {
                let Some(path) = self.absolute(&path, module) else { continue };
                found.extend(path.last().map(|name| (name.clone(), path.clone())));
            }
        }
        found
    }

    /// A path relative to the package's root; `None` when it is in another package.
    fn absolute(&self, path: &[String], from: &[String]) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "super" => {
                let ups = path.iter().take_while(|it| *it == "super").count();
                Some([&from[..from.len().checked_sub(ups)?], &path[ups..]].concat())
            }
            "self" => Some([from, rest].concat()),
            child => {
                let child = [from, &[child.to_owned()]].concat();
                self.has(&child).then(|| [&child, rest].concat())
            }
        }
    }

    /// Every use of a module by a sibling or by a module inside the sibling.
    fn uses(&self) -> Uses {
        let mut uses = Uses::new();
        for (from, code) in &self.modules {
            for (index, path) in paths(code) {
                let Some(path) = self.absolute(&path, from) else { continue };
                let target = self.target(&path, from, 4);
                let common = from.iter().zip(&target).take_while(|(one, other)| one == other).count();
                if common < from.len() && common < target.len() {
                    let ends = (from[..=common].to_vec(), target[..=common].to_vec());
                    let line = code[..index].matches('\n').count() + 1;
                    uses.entry(ends).or_insert_with(|| format!("{}, line {line}", from.join("::")));
                }
            }
        }
        uses
    }

    /// The strongly connected groups of modules, with the uses between them.
    fn cycles(&self) -> Vec<String> {
        let uses = self.uses();
        let leads = |from: &Module| {
            let (mut seen, mut waiting) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(module) = waiting.pop() {
                let next = uses.keys().filter(|(one, _)| *one == module).map(|(_, other)| other.clone());
                waiting.extend(next.filter(|it| seen.insert(it.clone())));
            }
            seen
        };
        let reach: BTreeMap<&Module, BTreeSet<Module>> = uses.keys().map(|(from, _)| (from, leads(from))).collect();
        let both = |one: &Module, other: &Module| {
            let leads = |from, to| reach.get(from).is_some_and(|it: &BTreeSet<Module>| it.contains(to));
            leads(one, other) && leads(other, one)
        };
        let groups: BTreeSet<Vec<Module>> = reach
            .keys()
            .map(|one| reach.keys().filter(|other| both(one, other)).map(|it| (*it).clone()).collect())
            .filter(|group: &Vec<Module>| !group.is_empty())
            .collect();
        let name = |module: &Module| module.join("::");
        let shown = |group: &Vec<Module>| {
            let within = uses.iter().filter(|((from, to), _)| group.contains(from) && group.contains(to));
            let within = within.map(|((from, to), line)| format!("\n  {} uses {} ({line})", name(from), name(to)));
            let names: Vec<String> = group.iter().map(name).collect();
            format!("{}{}", names.join(" "), within.collect::<String>())
        };
        groups.iter().map(shown).collect()
    }
}

/// The module of a file by its path under `src`.
fn module(path: &str) -> Module {
    let stem = path.trim_end_matches(".rs");
    let stem = if matches!(stem, "lib" | "main") { "" } else { stem.trim_end_matches("/mod") };
    stem.split('/').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Every path that begins with `crate` or `super`, with the place where it begins.
fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for word in ["crate", "super"] {
        let starts = find_word(code, word).into_iter().filter(|at| !code[..*at].ends_with("super::"));
        for at in starts {
            let mut paths = Vec::new();
            tree(&code[at..], &[], &mut paths);
            found.extend(paths.into_iter().filter(|path| path.len() > 1).map(|path| (at, path)));
        }
    }
    found
}

/// The paths of `a::b::{c, d::e}`, and what is left after them.
fn tree<'t>(text: &'t str, before: &[String], found: &mut Vec<Vec<String>>) -> &'t str {
    let text = text.trim_start();
    if let Some(inner) = text.strip_prefix('{') {
        let mut rest = inner.trim_start();
        while !rest.is_empty() && !rest.starts_with('}') {
            let after = tree(rest, before, found);
            let after = after.trim_start_matches(|char: char| char != ',' && char != '}');
            rest = after.trim_start_matches(',').trim_start();
        }
        return rest.strip_prefix('}').unwrap_or(rest);
    }
    let end = text.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let mut path = before.to_vec();
    path.extend(Some(word).filter(|word| !word.is_empty() && *word != "self" || before.is_empty()).map(str::to_owned));
    if let Some(rest) = rest.trim_start().strip_prefix("::") {
        return tree(rest, &path, found);
    }
    found.push(path);
    rest
}

#[track_caller]
fn check_cycles(files: &[(&str, &str)], expected: &[&str]) {
    let package = Package::new(files.iter().map(|(path, text)| (*path, (*text).to_owned())));
    assert_eq!(package.cycles(), expected);
}

#[test]
fn module_cycle_is_found_in_every_path_syntax() {
    let root = ("lib.rs", "mod a;\nmod b;\npub use b::Thing;\n");
    let found = ["a b\n  a uses b (a, line 1)\n  b uses a (b::c, line 2)"];
    check_cycles(&[root, ("a.rs", "use crate::b;\n"), ("b/mod.rs", ""), ("b/c.rs", "\nuse crate::a::x;\n")], &found);
    let inline = "\nfn f() { super::super::a::x() }\n";
    check_cycles(&[root, ("a.rs", "use super::b;\n"), ("b.rs", ""), ("b/c.rs", inline)], &found);
    let grouped = "\nuse crate::{other, a::{self, y}};\n";
    check_cycles(&[root, ("a.rs", "use crate::{z, b::{c::d, e}};\n"), ("b.rs", ""), ("b/c.rs", grouped)], &found);
    // Through a name that the root passes on.
    check_cycles(&[root, ("a.rs", "use crate::Thing;\n"), ("b.rs", ""), ("b/c.rs", "\nuse crate::a;\n")], &found);
    let nested = [("lib.rs", ""), ("x/mod.rs", "use p::P;\n"), ("x/p.rs", "use super::q::Q;\n")];
    check_cycles(
        &[nested[0], nested[1], nested[2], ("x/q.rs", "use super::P;\n")],
        &["x::p x::q\n  x::p uses x::q (x::p, line 1)\n  x::q uses x::p (x::q, line 1)"],
    );
}

#[test]
fn parents_children_and_tests_are_not_cycles() {
    let root = ("lib.rs", "mod a;\nmod b;\nuse a::A;\n");
    check_cycles(&[root, ("a.rs", "use crate::b::B;\nuse super::C;\n"), ("b.rs", "// crate::a\n")], &[]);
    let tests = "#[cfg(test)]\nmod tests {\n    use crate::a;\n}\n";
    check_cycles(&[root, ("a.rs", "use crate::b;\n"), ("b.rs", tests)], &[]);
    check_cycles(&[root, ("a/mod.rs", "mod c;\nuse c::C;\n"), ("a/c.rs", "use super::D;\nuse crate::a::E;\n")], &[]);
}

#[test]
fn packages_have_no_module_cycles() {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap_or_default();
    let members = workspace.get("workspace").and_then(|it| it.get("members")).and_then(toml::Value::as_array);
    let files = sources_of(&["rs"]);
    let mut faults = Vec::new();
    let mut unused: BTreeSet<&str> = ALLOWED.iter().map(|(modules, _)| *modules).collect();
    for folder in members.into_iter().flatten().filter_map(toml::Value::as_str) {
        let start = format!("{folder}/src/");
        let own = files.iter().filter_map(|path| path.strip_prefix(&start));
        let own: Vec<&str> = own.filter(|path| !path.ends_with("tests.rs") && !path.contains("tests/")).collect();
        let package = Package::new(own.iter().map(|path| (*path, read(&format!("{start}{path}")))));
        assert!(package.has(&[]), "{folder} has no root");
        for cycle in package.cycles() {
            let modules = format!("{folder}: {}", cycle.lines().next().unwrap_or_default());
            if !unused.remove(modules.as_str()) {
                faults.push(format!("{folder}: {cycle}"));
            }
        }
    }
    faults.extend(unused.into_iter().map(|modules| format!("{modules}: is allowed, and there is no such cycle")));
    report(&faults);
}
