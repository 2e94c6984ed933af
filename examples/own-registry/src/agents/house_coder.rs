//! The house's coder.

use coding_agents::agent;

agent! {
    /// Qwen Code as the house runs it: its own model server, its own settings.
    house_coder {
        protocol: OpenAiCompletions,
        install: [npm("@qwen-code/qwen-code", bin: "qwen")],
        runs: node,
        requires: node >= 22.0,
        launch: ["qwen", "--acp"],
        handshake: {
            name: "qwen-code",
            title: "Qwen Code",
            version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "none",
                MODEL = "none",
            },
            session: ok,
            exit: eof,
        },
        model: { format: Bare, via: Env, proxy: AsIs },
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, OPENAI_MODEL = ACP_MODEL },
        base_url: WithV1,
        web: {
            tools: ["web_fetch"],
            off: [json("~/.qwen/settings.json") { "permissions": { "deny": append(["web_fetch"]) } }],
        },
        home: [".qwen"],
        skills: ["~/.qwen/skills"],
        suite: { model: HOUSE_CLOUD / "house-1", usage_tracking: on },
    }
}
