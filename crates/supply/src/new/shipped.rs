//! A new entry for a program that is shipped beside it.

use std::fs;
use std::path::Path;

use registry_model::model::RuntimeKind;
use registry_model::names;

use super::entry::{self, Package, PackageFacts};
use super::make::{EntryFiles, NewFiles, title};
use super::package::{self, Facts};
use super::source::Source;
use registry_command::failure::{Failure, Outcome};

/// Builds an entry for a shipped program: without a registry and without a lock.
pub(super) fn make(place: &EntryFiles, source: &Source, path: &Path) -> Outcome<NewFiles> {
    let bytes = fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let package = source.package.clone().unwrap_or(Package::Program(String::new()));
    let program = package.name().to_owned();
    if Path::new(&program).extension().is_some_and(|it| it == "py") {
        return Err(Failure::new(format!("`{program}` is a Python program, and the entry would install no Python"))
            .help(format!(
                "start with `--pypi PACKAGE` for what it imports, and add `program(\"{program}\")` to `install`"
            )));
    }
    let beside = place.entry.with_file_name(&program);
    let same = fs::canonicalize(path).ok().is_some_and(|it| Some(it) == fs::canonicalize(&beside).ok());
    if beside.exists() && !same {
        return Err(Failure::new(format!("`{}` exists already", beside.display())).help("rename the program"));
    }
    let facts = Facts { programs: vec![(program.clone(), program.clone())], ..Facts::default() };
    let known = PackageFacts {
        ident: place.ident.clone(),
        title: title(&names::kebab(&place.ident)),
        macros: place.list.path_of_macro(),
        runs: package::runs_of(&program, bytes.get(..bytes.len().min(256))),
        package,
        node_floor: None,
        python: RuntimeKind::Python.default_version(),
        arguments: package::without_program(&facts, &program, source.arguments.clone()),
        suite: place.suite.clone(),
        description: String::new(),
        license: String::new(),
        program,
    };
    let list = place.list.with(&place.ident);
    let beside = if same { Vec::new() } else { vec![(beside, bytes)] };
    Ok(NewFiles { entry: entry::text(&known), list, beside, lost: String::new(), facts, known })
}
