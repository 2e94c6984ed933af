//! Incidents that happened, each with its source: the reason of each rule.

/// An incident that happened in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Its number, which rules cite.
    pub number: u8,
    /// What happened.
    pub what: &'static str,
    /// An issue or a commit of the project, or how the incident was reproduced.
    pub source: &'static str,
}

impl Incident {
    /// Where its source can be read, where that is an issue or a commit of a repository.
    pub fn url(&self) -> Option<String> {
        let (repository, thread) = match (self.source.split_once('#'), self.source.split_once(", commit ")) {
            (Some((repository, issue)), _) => (repository, format!("issues/{issue}")),
            (None, Some((repository, commit))) => (repository, format!("commit/{commit}")),
            (None, None) => return None,
        };
        let plain = |part: &str| !part.is_empty() && !part.contains(|char: char| char.is_whitespace() || char == '/');
        let (owner, name) = repository.split_once('/')?;
        (plain(owner) && plain(name)).then(|| format!("https://github.com/{repository}/{thread}"))
    }
}

/// The incident of a number.
pub fn find(number: u8) -> Option<&'static Incident> {
    ALL.iter().find(|incident| incident.number == number)
}

/// The incidents that rules cite, by number.
pub const ALL: &[Incident] = &[
    Incident {
        number: 1,
        what: "an install script that began with `set -o pipefail` was run by dash, and every JavaScript agent failed to install",
        source: "benchflow-ai/benchflow#341",
    },
    Incident {
        number: 2,
        what: "strict mode made a sourced third-party script fail",
        source: "harbor-framework/harbor#538",
    },
    Incident {
        number: 3,
        what: "an error page was piped into a shell and executed, and the pipeline's status was 0",
        source: "harbor-framework/harbor#2777",
    },
    Incident {
        number: 4,
        what: "after a failed download the steps went on, with the old folder already removed",
        source: "benchflow-ai/benchflow, reproduced",
    },
    Incident {
        number: 5,
        what: "a half-extracted Node.js passed the test for its program in every later run",
        source: "benchflow-ai/benchflow, reproduced",
    },
    Incident {
        number: 6,
        what: "an install reported success because its last command was a chmod",
        source: "harbor-framework/harbor#498",
    },
    Incident {
        number: 7,
        what: "errors were redirected to /dev/null and could not be diagnosed",
        source: "benchflow-ai/benchflow, read in its source",
    },
    Incident { number: 9, what: "generated installers had carriage returns", source: "axodotdev/cargo-dist#181" },
    Incident {
        number: 11,
        what: "a command of 54,284 bytes came near the limit of one argument",
        source: "laude-institute/headlong#60",
    },
    Incident {
        number: 12,
        what: "an environment key that is not a shell identifier made the sourced file fail",
        source: "benchflow-ai/benchflow, commit 9308ccf7",
    },
    Incident {
        number: 13,
        what: "the distribution's Node.js 18 ran an agent that needs 22",
        source: "harbor-framework/harbor#2193",
    },
    Incident {
        number: 14,
        what: "a pinned Node.js and an unpinned agent drifted apart",
        source: "benchflow-ai/benchflow#972",
    },
    Incident {
        number: 15,
        what: "the agent was installed for one Node.js and started by another",
        source: "harbor-framework/harbor#2409",
    },
    Incident { number: 16, what: "the image had set NVM_DIR", source: "agentic_coding_flywheel_setup#338" },
    Incident {
        number: 19,
        what: "a wrapper was published before its platform package",
        source: "anthropics/claude-code#86941",
    },
    Incident {
        number: 21,
        what: "a companion program was missing, the tools failed, and the run exited 0",
        source: "alexbelgium/hassio-addons#3000",
    },
    Incident {
        number: 23,
        what: "the system's Python was too old, or refused packages",
        source: "harbor-framework/harbor#2059",
    },
    Incident { number: 24, what: "a Python newer than the wheels was chosen", source: "OpenHands/docs#128" },
    Incident {
        number: 25,
        what: "the download of a tool exceeded the time-out of the sandbox",
        source: "benchflow-ai/skillsbench#1016",
    },
    Incident {
        number: 26,
        what: "files installed under /root were not readable by the agent's user",
        source: "benchflow-ai/benchflow#177",
    },
    Incident {
        number: 33,
        what: "an interrupted dpkg broke the task's verifier after the run",
        source: "echoVic/orca-agent#60",
    },
    Incident { number: 34, what: "a global install without root failed", source: "google-gemini/gemini-cli#1648" },
    Incident { number: 35, what: "without a passwd entry the home folder could not be written", source: "Vexa#1102" },
    Incident {
        number: 40,
        what: "a launcher left a file with the key in the working directory",
        source: "benchflow-ai/benchflow, reproduced",
    },
    Incident {
        number: 41,
        what: "an installer's URL returned a challenge page, or did not respond",
        source: "anthropics/claude-code#36306",
    },
    Incident {
        number: 43,
        what: "a pinned version was removed from its registry",
        source: "benchflow-ai/agents, commit 4ec00b1",
    },
    Incident { number: 44, what: "floating tags made runs incomparable", source: "harbor-framework/harbor#1881" },
    Incident {
        number: 46,
        what: "a checksum was accepted and never verified",
        source: "agentclientprotocol/registry#583",
    },
    Incident {
        number: 49,
        what: "a wrapper resolved a range of its own at run time and bypassed the pinned program",
        source: "xacpx#172",
    },
    Incident { number: 53, what: "secrets appeared in argument vectors", source: "harbor-framework/harbor#1579" },
    Incident { number: 54, what: "secrets appeared in logs and artefacts", source: "harbor-framework/harbor#2470" },
    Incident {
        number: 55,
        what: "credentials were written with printf: a quote broke the file, and others could read it",
        source: "benchflow-ai/benchflow, reproduced",
    },
    Incident {
        number: 56,
        what: "a launcher rewrote the file that held the no-web key",
        source: "benchflow-ai/benchflow, reproduced",
    },
    Incident { number: 57, what: "an unknown key made a whole configuration invalid", source: "NVIDIA-NeMo/Gym#2477" },
    Incident {
        number: 58,
        what: "hosted web search bypassed the network control",
        source: "harbor-framework/harbor#2789",
    },
    Incident { number: 59, what: "a switch was renamed, and the tool was still offered", source: "openai/codex#10119" },
    Incident {
        number: 60,
        what: "agents without any web switch ran tasks that forbid the web",
        source: "benchflow-ai/benchflow, read in its source",
    },
    Incident {
        number: 61,
        what: "a stale key hid a valid log-in; a gate required a key that no model needs",
        source: "benchflow-ai/benchflow#125",
    },
    Incident {
        number: 62,
        what: "the key was guessed from a part of the model's name",
        source: "benchflow-ai/benchflow, reproduced",
    },
    Incident {
        number: 63,
        what: "an agent lost its base URL, or got `/v1` twice",
        source: "benchflow-ai/skillsbench#707",
    },
    Incident {
        number: 65,
        what: "a provider's prefix was stripped or kept wrongly",
        source: "harbor-framework/harbor#2109",
    },
    Incident {
        number: 66,
        what: "an agent's model catalogue rejected the gateway's alias",
        source: "benchflow-ai/benchflow, commit 9c2d56c2",
    },
    Incident {
        number: 67,
        what: "the protocol no longer had the call that sets the model",
        source: "agent-client-protocol#1325",
    },
    Incident {
        number: 70,
        what: "agents that start slowly exceeded fixed time-outs",
        source: "harbor-framework/harbor#229",
    },
    Incident {
        number: 72,
        what: "names collided, and registrations were partial",
        source: "benchflow-ai/agents, commit aa8619c",
    },
    Incident {
        number: 73,
        what: "documents, lists and tables differed from the registry",
        source: "benchflow-ai/benchflow, reproduced",
    },
    Incident {
        number: 74,
        what: "one broken agent blocked every update of a registry for days",
        source: "agentclientprotocol/registry#273",
    },
    Incident {
        number: 75,
        what: "a proof was made with credentials that were left over",
        source: "benchflow-ai/agents, commit d244384",
    },
    Incident {
        number: 78,
        what: "an unknown model was rejected, and the prompt was run with another model",
        source: "measured with claude-agent-acp 0.40.0",
    },
    Incident {
        number: 82,
        what: "published manifests failed the tests of the harness that they were written for",
        source: "benchflow-ai/agents, reproduced",
    },
    Incident {
        number: 86,
        what: "in an image without certificates an agent made no call, said nothing, and ended its turn as usual",
        source: "measured with github-copilot 1.0.102",
    },
    Incident {
        number: 97,
        what: "a sandbox policy in a configuration file was ignored, since the default mode replaced it",
        source: "agentclientprotocol/codex-acp#310",
    },
    Incident {
        number: 98,
        what: "a configured reasoning effort was dropped over ACP, and every session ran with the default",
        source: "NousResearch/hermes-agent#105651",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_url(source: &'static str, expected: Option<&str>) {
        assert_eq!(Incident { number: 1, what: "x", source }.url().as_deref(), expected, "{source}");
    }

    #[test]
    fn issues_and_commits_have_urls() {
        check_url("a/b#12", Some("https://github.com/a/b/issues/12"));
        check_url("a/b, commit 9c2d56c2", Some("https://github.com/a/b/commit/9c2d56c2"));
        for source in ["b#12", "a/b, reproduced", "measured with x 0.40.0", "a b/c#1"] {
            check_url(source, None);
        }
    }
}
