//! A launcher warns if a proxy is set and calls to a model on a loopback or private address would use it.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test panics on failure")]

use crate::launch_support::{Installed, Prefix, agents, noted_environment, provide, share};
use registry::REGISTRY;

/// Checks the standard error of a launch; the agent is always started, and no secret is printed.
#[track_caller]
fn said(installed: &Installed, shell: &[&str], url: &str, variables: &[(&str, &str)]) -> String {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let mut command = installed.launch(shell, scratch.path());
    provide(&mut command, false);
    command.env("NOTE", scratch.path().join("note")).env("BENCHFLOW_PROVIDER_BASE_URL", url);
    let output = command.envs(variables.iter().copied()).output().expect("the shell starts");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let name = installed.agent.name;
    assert!(output.status.success() && output.stdout.is_empty(), "{name}: {error}");
    assert!(noted_environment(&scratch.path().join("note")).is_some(), "{name}: the agent was not started");
    assert!(!error.contains("secret"), "{name}: {error}");
    error
}

const PROXY: (&str, &str) = ("HTTP_PROXY", "http://me:secret@proxy.example:3128");

#[track_caller]
fn check_warns(url: &str, variables: &[(&str, &str)], says: &[&str]) {
    let prefix = Prefix::new();
    let installed = prefix.add(REGISTRY.agents()[0]);
    let error = said(&installed, &["dash"], url, variables);
    if says.is_empty() {
        assert_eq!(error, "", "{url} {variables:?}");
    }
    for text in says {
        assert!(error.contains(text) && error.lines().count() == 1, "{url} {variables:?}: {text:?} is not in {error}");
    }
}

#[test]
fn every_agent_warns_about_a_proxy_under_every_shell() {
    let prefix = Prefix::new();
    let shells = registry_tests::shells();
    for (row, agent) in agents().into_iter().filter(|it| it.is_routable()).enumerate() {
        let installed = prefix.add(agent);
        for shell in share(row, 3, &shells) {
            let warning = format!(
                "{}: warning: HTTP_PROXY is set, and NO_PROXY does not name `127.0.0.1`, the host of the model: calls may go to \
                 the proxy; set NO_PROXY=127.0.0.1 and no_proxy=127.0.0.1\n",
                agent.name
            );
            assert_eq!(said(&installed, shell, "http://127.0.0.1:4000/v1", &[PROXY]), warning, "{shell:?}");
            let named = [PROXY, ("NO_PROXY", "127.0.0.1")];
            assert_eq!(said(&installed, shell, "http://127.0.0.1:4000/v1", &named), "", "{shell:?}");
        }
    }
}

#[test]
fn proxy_variable_of_any_case_warns_without_its_value() {
    for name in ["HTTP_PROXY", "http_proxy", "Http_Proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        check_warns(
            "http://localhost:4000/v1",
            &[(name, PROXY.1)],
            &[&format!("warning: {name} is set"), "NO_PROXY=localhost"],
        );
    }
    check_warns("http://localhost:4000/v1", &[("HTTP_PROXY", " "), ("FTP_PROXY", PROXY.1)], &[]);
}

#[test]
fn only_loopback_and_private_hosts_warn() {
    let local =
        ["127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "localhost", "litellm"];
    for host in local.into_iter().chain(["gateway.internal", "host.docker.internal", "printer.local"]) {
        check_warns(&format!("http://{host}:4000/v1"), &[PROXY], &[&format!("set NO_PROXY={host} ")]);
    }
    for (host, name) in [("[::1]", "::1"), ("[fd00::1]", "fd00::1"), ("[fe80::1]", "fe80::1")] {
        check_warns(&format!("http://{host}:4000/v1"), &[PROXY], &[&format!("set NO_PROXY={name} ")]);
    }
    for host in ["api.example.com", "8.8.8.8", "172.32.0.1", "[2001:db8::1]", "100.128.0.1"] {
        check_warns(&format!("https://{host}/v1"), &[PROXY], &[]);
    }
}

#[test]
fn no_proxy_list_without_the_host_is_extended() {
    let url = "http://127.0.0.1:4000/v1";
    for list in ["127.0.0.1", "localhost, 127.0.0.1", "*", "127.0.0.0/8", "127.0.0.1:4000", "x 127.0.0.1"] {
        check_warns(url, &[PROXY, ("NO_PROXY", list)], &[]);
        check_warns(url, &[PROXY, ("no_proxy", list)], &[]);
    }
    for list in ["localhost", "127.0.0.10", "127.0.0.1:80", ",", "0.0.1", "10.0.0.0/8", "a/b"] {
        check_warns(url, &[PROXY, ("no_proxy", list)], &["set no_proxy=\"$no_proxy,127.0.0.1\""]);
    }
    // Some clients read the one, some the other.
    check_warns(url, &[PROXY, ("NO_PROXY", "127.0.0.1"), ("no_proxy", "x")], &["set no_proxy=\"$no_proxy,127.0.0.1\""]);
    check_warns("http://a.corp.local/v1", &[PROXY, ("NO_PROXY", ".corp.local")], &[]);
    check_warns("http://[::1]:4000/v1", &[PROXY, ("NO_PROXY", "::1")], &[]);
}
