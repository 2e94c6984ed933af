//! Reports a key that is an object in one part of a file and another value in another part of it.

use crate::check::{Diagnostics, Rule, Subject, switches};
use crate::model::{Off, Owner};
use crate::place::{Field, Part, Place};

use super::leaf::{Leaf, leaves};

pub(super) const RULE: Rule = Rule {
    sentence: "a key of a file that is merged with the task's is an object in all parts of the entry, or in none",
    example: r#"config: [json("~/.parrot/x.json") { "limits": { "paths": "ask" } }],
permission: [json("~/.parrot/x.json") { "limits": null }]"#,
    corrected: r#"config: [json("~/.parrot/x.json") { "limits": { "paths": "ask" } }],
permission: [json("~/.parrot/x.json") { "limits": { "paths": "all" } }]"#,
    help: "write the object's keys in both: a launch with one refuses the file that a launch with the other left",
    incidents: &[57],
    allowable: true,
    reads: &[Field::Config, Field::Web, Field::Hosted, Field::Permission],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let parts = parts(cx);
    for (nth, (path, place, leaves)) in parts.iter().enumerate() {
        let earlier = parts.iter().take(nth).filter(|(other, ..)| other == path).flat_map(|(.., leaves)| leaves);
        let clash = |leaf| earlier.clone().find_map(|it| clash(leaf, it));
        if let Some((leaf, key)) = leaves.iter().find_map(|leaf| Some((leaf, clash(leaf)?))) {
            let message = format!("`{key}` in `{path}` is an object in one part of the file and no object in another");
            report.add(&RULE, place.node(leaf.node), message, RULE.help);
        }
    }
}

/// The key that is a value by one of two leaves, and an object by the other.
fn clash(one: &Leaf<'_>, other: &Leaf<'_>) -> Option<String> {
    [(one, other), (other, one)].into_iter().find(|(value, member)| member.is_under(value)).map(|(it, _)| it.path())
}

/// The parts of the files whose keys alone are ours: the path, the place and the leaves of each.
fn parts<'c>(cx: &'c Subject<'_>) -> Vec<(&'c str, Place, Vec<Leaf<'c>>)> {
    let config = cx.agent.config.iter().enumerate();
    let config =
        config.map(|(index, it)| (it.path, it.owner, Place::field(Field::Config).item(index).part(Part::Value)));
    let off = switches(cx.agent).filter_map(|(place, off)| match off {
        Off::File { path, owner, .. } => Some((*path, *owner, place)),
        Off::Env(_) | Off::Argv(_) | Off::Unset(_) => None,
    });
    let ours = config.chain(off).filter(|(_, owner, _)| *owner == Owner::Keys);
    ours.filter_map(|(path, _, place)| Some((path, place, leaves(cx.value_at(place)?)))).collect()
}
