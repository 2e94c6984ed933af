//! `upgrade --runtime`: newer versions of the runtimes that agents share, and of uv.

use clap::ArgMatches;
use registry_command::console::{Console, print};
use registry_command::failure::{Outcome, Status};
use registry_command::files;
use registry_command::text::count;
use registry_model::model::{Registry, RuntimeKind};
use registry_supply::clients::{self, Tools};
use registry_supply::runtimes::{PinnedLine, Request, Subject, Tables, newest};

pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let place = Tables::place(registry)?;
    let kind = matches.get_one::<String>(super::RUNTIME).and_then(|word| RuntimeKind::from_word(word));
    let request = Request {
        subject: kind.map_or(Subject::Uv, Subject::Runtime),
        min_age: matches.get_one("min-age").copied().unwrap_or(7),
        checksums: matches.get_one("checksums").cloned(),
    };
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    let (old, new) = (Tables::committed(), newest(&tools, &request, console)?);
    console.clear();
    let changes = changes(&old, &new);
    if changes.is_empty() {
        print("nothing is newer")?;
        return Ok(Status::Done);
    }
    for (name, old, new) in &changes {
        let files = [count(new.archives.len(), "archive"), count(new.wheels.len(), "wheel")].join(", ");
        print(format!("{name} {} -> {}: {files}", old.version, new.version))?;
    }
    if !matches.get_flag("write") {
        console.step(format!("help: `--write` writes them into {}", place.display()));
        return Ok(Status::Done);
    }
    files::write_atomically(&place, new.text().as_bytes(), files::mode(&place)?)?;
    console.step(format!("wrote {}", place.display()));
    console.step(
        "help: then build again (`cargo xtask gen`), write the snapshots, and prove the agents on it\n      \
         (`cargo xtask probe --stale=0 --write`)",
    );
    Ok(Status::Done)
}

/// The lines that differ, each with a name for people.
fn changes<'t>(old: &'t Tables, new: &'t Tables) -> Vec<(String, &'t PinnedLine, &'t PinnedLine)> {
    let of_kind = |kind: RuntimeKind, old: &'t [PinnedLine], new: &'t [PinnedLine]| {
        old.iter().zip(new).map(move |(old, new)| {
            let name = if kind == RuntimeKind::Node { "Node.js" } else { "CPython" };
            (name.to_owned(), old, new)
        })
    };
    of_kind(RuntimeKind::Node, &old.node, &new.node)
        .chain(of_kind(RuntimeKind::Python, &old.python, &new.python))
        .chain([("uv".to_owned(), &old.uv, &new.uv)])
        .filter(|(_, old, new)| old != new)
        .collect()
}
