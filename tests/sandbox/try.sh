#!/bin/sh
# Runs `cargo xtask try` with agents of the registry. It uses none of the fields that it looks for, so what it suggests
# must be what their entries have.
#
#     try.sh MIRROR AGENT…
#
# MIRROR   a folder with the artefacts of the agents and a site.toml that names folders
# AGENT    some of gemini, qwen-code, claude-agent-acp, codex-acp, opencode
#
# Needs root and bwrap. Prints `N passed, N failed` and exits 1 when something failed.
set -u
site=$(cd "$1" && pwd)/site.toml || exit 2
shift
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d /var/tmp/try-test.XXXXXX) || exit 2
trap 'rm -rf "$work"' EXIT
TMPDIR=$work
export TMPDIR
xtask=$work/xtask
. tests/sandbox/xtask.sh
copy_xtask "$xtask" || exit 2
. tests/sandbox/expect.sh

# suggests AGENT LINE…: the suggestion for an agent has these lines.
suggests() {
    agent=$1
    shift
    "$xtask" try --site "$site" "$agent" >"$work/out" 2>"$work/log"
    expect "a way of $agent works" 0 "$?"
    cat "$work/log" "$work/out"
    for line; do
        grep -q -F "$line" "$work/out"
        expect "$agent: $line" 0 "$?"
    done
}

for agent; do
    case $agent in
    gemini)
        suggests gemini "protocol: GoogleGenerateContent," "via: SetModel" "base_url: WithoutV1," \
            "GOOGLE_GEMINI_BASE_URL = BASE_URL, GEMINI_API_KEY = API_KEY"
        ;;
    qwen-code)
        suggests qwen-code "protocol: OpenAiCompletions," \
            "env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, OPENAI_MODEL = ACP_MODEL },"
        ;;
    claude-agent-acp)
        suggests claude-agent-acp "protocol: AnthropicMessages," "model: { format: Bare, via: Env, proxy: AsIs }," \
            "ANTHROPIC_BASE_URL = BASE_URL," "ANTHROPIC_MODEL = ACP_MODEL," "base_url: WithoutV1,"
        ;;
    codex-acp)
        suggests codex-acp "protocol: OpenAiResponses," "env: { OPENAI_API_KEY = API_KEY }," \
            "toml(\"~/.codex/config.toml\", owner: Whole) { \"model\"?: ACP_MODEL },"
        ;;
    opencode)
        suggests opencode "protocol: OpenAiCompletions," "via: SetModel, proxy: RegisterProvider" \
            "jsonc(\"~/.config/opencode/opencode.json\", if set(BASE_URL)) {"
        ;;
    *)
        echo "error: nothing is expected of $agent" >&2
        exit 2
        ;;
    esac
done

finish
