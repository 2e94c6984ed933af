//! The workflows: each is YAML, gives every job its permissions, and has no value of an expression in a command.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test panics on failure")]

use std::fs;

use registry_tests::{names_in, read, report};
use serde_yaml::Value;

use crate::xtask_support::check;

const FOLDER: &str = ".github/workflows";

/// The faults of a workflow.
fn faults(text: &str) -> Vec<String> {
    let workflow: Value = match serde_yaml::from_str(text) {
        Ok(workflow) => workflow,
        Err(error) => return vec![error.to_string()],
    };
    let mut faults = Vec::new();
    if workflow["permissions"].as_mapping().is_none_or(|it| !it.is_empty()) {
        faults.push("a job without permissions of its own may do what the repository allows".to_owned());
    }
    for (name, job) in workflow["jobs"].as_mapping().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !job["permissions"].is_mapping() {
            faults.push(format!("{name}: no permissions"));
        }
        for step in job["steps"].as_sequence().into_iter().flatten() {
            let run = step["run"].as_str().unwrap_or_default();
            if run.contains("${{") {
                faults.push(format!("{name}: an expression in a command"));
            }
            if run.is_empty() == step["uses"].is_null() {
                faults.push(format!("{name}: a step has either `run` or `uses`"));
            }
        }
        if job["steps"].as_sequence().is_none_or(Vec::is_empty) {
            faults.push(format!("{name}: no steps"));
        }
    }
    faults
}

#[test]
fn workflows_give_each_job_its_permissions() {
    let mut all = Vec::new();
    for name in names_in(FOLDER) {
        all.extend(faults(&read(&format!("{FOLDER}/{name}"))).into_iter().map(|it| format!("{name}: {it}")));
    }
    report(&all);
    let bad = "jobs:\n  a:\n    steps:\n      - run: echo ${{ github.ref }}\n      - name: x\n  b: {permissions: {}}\n";
    assert_eq!(faults(bad).len(), 5, "{:?}", faults(bad));
    assert_eq!(faults("a: [").len(), 1);
}

#[test]
fn release_runs_no_action_of_others() {
    let workflow: Value = serde_yaml::from_str(&read(".github/workflows/release.yml")).expect("it is YAML");
    let jobs = workflow["jobs"].as_mapping().expect("it has jobs");
    let steps: Vec<&Value> = jobs.values().flat_map(|job| job["steps"].as_sequence().into_iter().flatten()).collect();
    assert!(steps.len() > 8, "{} steps", steps.len());
    assert!(steps.iter().all(|it| it["uses"].is_null()), "an action would run with the permission to write releases");
}

#[test]
fn audit_finds_nothing_in_the_release_workflow() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let workflows = folder.path().join(FOLDER);
    fs::create_dir_all(&workflows).expect("there is room");
    fs::write(workflows.join("release.yml"), read(".github/workflows/release.yml")).expect("there is room");
    let path = folder.path().display().to_string();
    check("both", &["audit", "--deny", "notes", &path], 0, &["nothing found in 1 workflow"]);
}
