//! Grok Build.

use crate::agent;

agent! {
    /// Grok Build, xAI's coding agent, in its ACP mode.
    ///
    /// Its file alone says where a model is: the model is described there under the id that is set over ACP, and named
    /// for the side calls as well (titles, images, web search), which otherwise go to the vendor.
    ///
    /// Its commands find the programs of a login shell before the task's own: at start it asks `bash -l` for its PATH
    /// and puts that first. No switch for it worked in 1.0.41 (`toolset.bash.login_shell_capture`, GROK_LOGIN_ENV,
    /// `shell_environment_policy`), so a task whose programs are in a folder of its own gets the machine's instead.
    grok_build {
        aliases: ["grok"],
        // It speaks `messages` too, with the key as a bearer, which Anthropic's own endpoint does not take.
        protocol: [OpenAiCompletions, OpenAiResponses],
        // What its own script does beside the package, without what it does in the home folder.
        install: [npm("@xai-official/grok", bin: "grok", postinstall: ["node", "-e", "
            const fs = require('fs');
            const packed = fs.readFileSync(`../grok-linux-${process.arch}/bin/grok.br`);
            fs.writeFileSync('bin/grok-native', require('zlib').brotliDecompressSync(packed), { mode: 0o755 });
            fs.rmSync('bin/grok');
            fs.symlinkSync('grok-native', 'bin/grok');
        "])],
        runs: native,
        launch: ["grok", "agent", "stdio"],
        handshake: {
            info: none("`agentInfo` is missing; the version is in `_meta.agentVersion`"),
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        // Not over ACP: it then tries to make `/tmp/sessions`, outside the prefix of an install. Behind the version it
        // prints the commit that it was built from.
        proof: [version("grok", ["--version"], "grok {VERSION} (4220f3b224a6)")],
        model: { format: Bare, via: SetModel, proxy: RegisterProvider },
        // Not under the vendor's own name, which its other tools would take for a key of the vendor.
        env: {
            OPENAI_API_KEY = API_KEY,
            GROK_DISABLE_AUTOUPDATER = "1",
            // With it, a connection is warmed up by asking for `/` of the server, whatever the base URL.
            GROK_SAMPLER_SHARED_CLIENT = "0",
        },
        config: [
            toml("~/.grok/config.toml", owner: Whole) {
                "cli": { "auto_update": false },
                "features": { "telemetry": false },
                "harness": { "disable_codebase_upload": true },
            },
            toml("~/.grok/config.toml", if set(ACP_MODEL), owner: Whole) {
                "model": { ACP_MODEL: {
                    "name": ACP_MODEL,
                    "model": ACP_MODEL,
                    "base_url": if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" },
                    "env_key": "OPENAI_API_KEY",
                    "api_backend": if proxy { "chat_completions" } else { match PROTOCOL {
                        "openai-responses" => "responses",
                        _ => "chat_completions",
                    } },
                } },
                "models": {
                    "default": ACP_MODEL,
                    "session_summary": ACP_MODEL,
                    "image_description": ACP_MODEL,
                    "web_search": ACP_MODEL,
                },
            },
        ],
        web: {
            tools: ["web_search", "web_fetch"],
            off: [
                toml("~/.grok/config.toml") { "disable_web_search": true, "features": { "web_fetch": false } },
                env { GROK_WEB_FETCH = "0" },
                unset [GROK_HOME, GROK_CONFIG, GROK_CONFIG_PATH],
            ],
        },
        // Its search is a call to the model with xAI's own tool; pages it fetches itself.
        hosted: {
            tools: ["web_search"],
            off: [
                toml("~/.grok/config.toml") { "disable_web_search": true },
                unset [GROK_HOME, GROK_CONFIG, GROK_CONFIG_PATH],
            ],
        },
        permission: [toml("~/.grok/config.toml") { "ui": { "permission_mode": "always-approve" } }],
        effort: untested("`--reasoning-effort` was not proved on the wire with a model of its file"),
        mcp: acp [stdio, http],
        home: [".grok"],
        skills: ["~/.grok/skills"],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
        allow: [W005("the key `disable_web_search` holds the name of the tool")],
    }
}
