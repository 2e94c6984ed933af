//! The commands over hand-made entries of the first set: what `pin` needs of them before the registry compiles.

use std::process::ExitCode;

use registry_core::model::{Agent, Artefact, Npm, Pypi, Registry};

const fn npm(package: &'static str) -> Artefact<'static> {
    Artefact::Npm(Npm { package, bin: "", postinstall: &[] })
}

const fn pypi(package: &'static str) -> Artefact<'static> {
    Artefact::Pypi(Pypi { package, bin: "", python: "==3.12.*" })
}

const fn agent(name: &'static str, install: &'static [Artefact<'static>]) -> Agent<'static> {
    Agent { name, install, ..Agent::EMPTY }
}

static FIRST_SET: Registry<'static> = Registry {
    agents: &[
        &agent("claude-agent-acp", &[npm("@agentclientprotocol/claude-agent-acp")]),
        &agent("cline", &[npm("cline")]),
        &agent("codex-acp", &[npm("@agentclientprotocol/codex-acp")]),
        &agent("deepagents", &[pypi("deepagents-acp"), pypi("langchain-openai")]),
        &agent("gemini", &[npm("@google/gemini-cli")]),
        &agent("github-copilot", &[npm("@github/copilot")]),
        &agent("mimo", &[npm("@mimo-ai/cli")]),
        &agent("openclaw", &[npm("openclaw")]),
        &agent("opencode", &[npm("opencode-ai")]),
        &agent("openhands", &[pypi("openhands")]),
        &agent("pi-acp", &[npm("pi-acp"), npm("@earendil-works/pi-coding-agent")]),
        &agent("qwen-code", &[npm("@qwen-code/qwen-code")]),
    ],
    providers: &[],
    families: &[],
    extends: None,
    folder: concat!(env!("CARGO_MANIFEST_DIR"), "/../registry"),
};

fn main() -> ExitCode {
    xtask::run(&FIRST_SET)
}
