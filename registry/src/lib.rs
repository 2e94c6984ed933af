//! A registry of coding agents: the entries, the scripts that are rendered from them, and the macros that make more.
//!
//! Any crate may depend on this one, write entries of its own with [`agent!`], [`provider!`] and [`family!`], list them
//! with [`registry!`], and extend [`REGISTRY`]. This crate does no I/O.
//!
//! ```
//! use registry::REGISTRY;
//! use registry::render::scripts;
//! use registry::site::Site;
//!
//! let agent = REGISTRY.agent("opencode").ok_or("no such agent")?;
//! for script in scripts(agent, &Site::default())? {
//!     assert!(script.text.starts_with("#!/bin/sh"));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

extern crate self as registry;

pub use registry_core::{assert, check, incidents, model, names, rules, shell, template, variables};

#[doc(hidden)]
pub use registry_core::entry;

pub mod behaviour;
pub mod evidence;
mod macros;
pub mod render;
pub mod routing;
pub mod site;

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
