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

mod macros;

#[doc(hidden)]
pub use registry_macros as inside;

registry! {
    agents {
        mod claude_agent_acp;
        mod cline;
        mod codex_acp;
        mod deepagents;
        mod factory_droid;
        mod gemini;
        mod github_copilot;
        mod grok_build;
        mod kilo;
        mod kimi_code;
        mod mimo;
        mod nanocoder;
        mod openclaw;
        mod opencode;
        mod openhands;
        mod pi_acp;
        mod qwen_code;
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
