//! All tests that cross crates, as modules of one program, so that they are linked once and run in parallel.
//!
//! The tests of one file: `cargo test -p registry-tests snapshots::`.

mod audit_command;
mod audit_drift;
mod audit_hostile;
mod audit_support;
mod docs;
mod entries;
mod hostile_homes;
mod hostile_values;
mod launch_base_urls;
mod launch_homes;
mod launch_process;
mod launch_proxy;
mod launch_reuse;
mod launch_servers;
mod launch_support;
mod launch_treatments;
mod layout;
mod module_cycles;

mod outputs_adapters;
mod outputs_determinism;
mod outputs_harbor;
mod outputs_licenses;
mod outputs_manifests;
mod outputs_registry;
mod outputs_suite;
mod own_registry;
mod pages;
mod payload_twins;
mod refusals_agree;
mod render_scripts;
mod routing_files;
mod routing_launch;
mod routing_properties;
mod routing_refusals;
mod routing_vectors;
mod rules;
mod runtime_lines;
mod shell_differential;
mod shell_vectors;
mod shells;
mod snapshots;
mod tidy;
mod versions;
mod web_policy;
mod workflows;
mod xtask_commands;
mod xtask_gen_scripts;
mod xtask_generate;
mod xtask_mirror;
mod xtask_new;
mod xtask_pin;
mod xtask_release;
mod xtask_resolve;
mod xtask_shell;
mod xtask_support;
mod xtask_upgrade;

/// The program that a test starts again: the commands, over the whole registry or over one that is written by hand.
#[test]
fn child() {
    registry_tests::child(|words| xtask::run_with(&registry::REGISTRY, words));
    xtask_support::child_of(|which| xtask_mirror::registry_of(which).or_else(|| xtask_upgrade::registry_of(which)));
}

#[test]
fn every_test_file_is_a_module() {
    let mut missing = Vec::new();
    for folder in ["tests/tests", "crates/live/tests"] {
        let listed = registry_tests::read(&format!("{folder}/main.rs"));
        let files = registry_tests::names_in(folder).into_iter().filter(|name| name != "main.rs");
        let modules =
            files.filter(|name| name.rsplit_once('.').is_some_and(|(_, end)| end == "rs") || !name.contains('.'));
        let lines = modules.map(|name| format!("mod {};", name.trim_end_matches(".rs")));
        let unknown = lines.filter(|line| !listed.lines().any(|it| it == line));
        missing.extend(unknown.map(|line| format!("{folder}/main.rs has no line `{line}`")));
    }
    registry_tests::report(&missing);
}
