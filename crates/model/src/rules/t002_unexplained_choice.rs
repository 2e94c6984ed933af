//! Reports a permission, an effort or a way of MCP servers that says nothing.

use crate::check::{Diagnostics, Rule, Subject};
use crate::model::{Effort, EffortKind, Mcp, McpKind, Off, Permission, PermissionKind};
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "`permission`, `effort` and `mcp` list something, or have a reason",
    example: r#"permission: none("")"#,
    corrected: r#"permission: none("its commands ran without a request, as seen with 1.2.0")"#,
    help: "write what was seen, or why it was not tested",
    incidents: &[97],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let mut add = |field: Field, kind: Option<&str>| {
        let name = cx.agent.name;
        if let Some(word) = kind {
            let message = format!("`{word}` in `{}` of `{name}` has no reason", field.word());
            report.add(&RULE, Place::field(field).part(Part::Reason), message, RULE.help);
        } else {
            let help = "list what it takes, or write `none(\"why\")` or `untested(\"why\")`";
            report.add(&RULE, Place::field(field), format!("`{}` of `{name}` is empty", field.word()), help);
        }
    };
    match cx.agent.permission {
        Some(Permission::Switch { mode: "", off }) if off.iter().all(Off::is_idle) => add(Field::Permission, None),
        Some(it) if it.kind() != PermissionKind::Switch && it.reason().trim().is_empty() => {
            add(Field::Permission, Some(it.kind().word()));
        }
        _ => {}
    }
    match cx.agent.effort {
        Some(Effort::Levels([])) => add(Field::Effort, None),
        Some(it) if it.kind() != EffortKind::Levels && it.reason().trim().is_empty() => {
            add(Field::Effort, Some(it.kind().word()));
        }
        _ => {}
    }
    match cx.agent.mcp {
        Some(Mcp::Servers { acp: [], file: [] }) => add(Field::Mcp, None),
        Some(it) if it.kind() != McpKind::Servers && it.reason().trim().is_empty() => {
            add(Field::Mcp, Some(it.kind().word()));
        }
        _ => {}
    }
}
