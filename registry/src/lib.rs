//! A registry of coding agents: the entries, and the macros that make more.
//!
//! Any crate may depend on this one, write entries of its own with [`agent!`], [`provider!`] and [`family!`], list them
//! with [`registry!`], and extend [`REGISTRY`]. What is made from entries is in other crates: scripts in
//! `registry-scripts`, routing in `registry-routing`.
//!
//! ```
//! use registry::REGISTRY;
//!
//! let agent = REGISTRY.agent("opencode").ok_or("no such agent")?;
//! assert_eq!(agent.name, "opencode");
//! # Ok::<(), &str>(())
//! ```

extern crate self as registry;

pub use registry_model::{assert, check, incidents, model, names, rules, shell, template, variables};

#[doc(hidden)]
pub use registry_model::entry;

#[doc(hidden)]
pub use registry_macros as inside;

crate::registry! {
    agents {
        mod agentao;
        mod auggie;
        mod box_agent;
        mod bub;
        mod claude_agent_acp;
        mod cline;
        mod code_puppy;
        mod codemie;
        mod codex_acp;
        mod crow;
        mod deepagents;
        mod factory_droid;
        mod fast_agent;
        mod gemini;
        mod github_copilot;
        mod grok_build;
        mod hermes;
        mod isaac;
        mod kilo;
        mod kimi_code;
        mod mimo;
        mod mini_swe_agent;
        mod mistral_vibe;
        mod nanocoder;
        mod openclaw;
        mod opencode;
        mod openhands;
        mod pi_acp;
        mod qwen_code;
        mod sudocode_claude_acp;
        mod zed_claude_agent_acp;
        mod zed_claude_code_acp;
        mod zed_codex_acp;
    }
    providers {
        mod google_vertex;
        mod anthropic_vertex;
        mod azure_foundry_openai;
        mod azure_foundry_anthropic;
        mod openai;
        mod us_openai;
        mod github_models;
        mod openrouter;
        mod openrouter_anthropic;
        mod vllm;
        mod litellm;
        mod aws_bedrock;
        mod aws_bedrock_openai;
        mod google_vertex_openai;
        mod zai;
        mod kimi;
        mod minimax;
        mod qwen_dashscope;
        mod glm;
        mod deepseek;
        mod xiaomi;
        mod doubao_seed_2_lite;
        mod doubao_seed_2_pro;
        mod hunyuan;
        mod groq;
        mod together;
        mod fireworks;
        mod xai;
        mod ollama;
        mod mistral;
        mod cerebras;
        mod nvidia;
        mod huggingface;
    }
    families {
        mod gemini;
        mod gpt;
        mod claude;
        mod mistral;
    }
}

/// Defines an agent: one entry, one constant, in a module of its own that [`registry!`](crate::registry!) lists.
///
/// The name is a snake-case identifier; the constant (`MIMO`) and the kebab-case id (`mimo`) follow from it. The lock
/// `<name>.lock` is in the same folder. `cargo xtask explain` explains the rules. The fields:
///
#[doc = include_str!("../../docs/dsl.md")]
#[cfg(not(feature = "unlocked"))]
#[macro_export]
macro_rules! agent {
    ($($tokens:tt)*) => { $crate::inside::agent! { ($crate) $($tokens)* } };
}

/// Defines an agent whose lock may still be missing: what `cargo pin` is built with.
#[cfg(feature = "unlocked")]
#[macro_export]
macro_rules! agent {
    ($($tokens:tt)*) => { $crate::inside::agent! { (unlocked $crate) $($tokens)* } };
}

/// Defines a provider: who serves models over HTTP, and how calls are authenticated.
#[macro_export]
macro_rules! provider {
    ($($tokens:tt)*) => { $crate::inside::provider! { ($crate) $($tokens)* } };
}

/// Defines a family: models that no registered provider owns.
#[macro_export]
macro_rules! family {
    ($($tokens:tt)*) => { $crate::inside::family! { ($crate) $($tokens)* } };
}

/// Lists the modules of a registry and makes its constant `REGISTRY`.
///
/// ```ignore
/// registry! {
///     extends registry::REGISTRY;
///     agents { mod my_agent; }
///     providers { mod my_provider; }
/// }
/// ```
///
/// Agents are sorted by name; the order of providers and of families is their order of precedence.
#[macro_export]
macro_rules! registry {
    ($($tokens:tt)*) => { $crate::inside::registry! { ($crate) $($tokens)* } };
}
