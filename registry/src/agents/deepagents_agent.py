"""An Agent Client Protocol agent built on deepagents-acp.

`python -m deepagents_acp` only serves a demonstration that is wired to one
model. This program serves the same library with the model, the base URL and
the key that its launcher gives through the environment:

    DEEPAGENTS_MODEL     the model's id, as the server knows it
    DEEPAGENTS_BASE_URL  the server's base URL, with its /v1
    DEEPAGENTS_API_KEY   the key, sent as a bearer token

A fourth may be set: DEEPAGENTS_REASONING_EFFORT, sent as `reasoning_effort`.

It speaks chat completions and takes no arguments. The agent edits files and
runs commands in the session's folder, unasked; it has no web tools. A missing
variable ends it with status 2 and one line on standard error that names it.
"""

import asyncio
import os
import sys

VARIABLES = ("DEEPAGENTS_MODEL", "DEEPAGENTS_BASE_URL", "DEEPAGENTS_API_KEY")


def read_settings() -> list[str]:
    """Return the values of VARIABLES, or exit with status 2 naming those that are missing."""
    values = [os.environ.get(name, "").strip() for name in VARIABLES]
    missing = [name for name, value in zip(VARIABLES, values) if not value]
    if missing:
        print(f"deepagents: not set: {', '.join(missing)}", file=sys.stderr)
        raise SystemExit(2)
    return values


async def serve(model: str, base_url: str, api_key: str) -> None:
    """Serve one agent per session on standard input and output until the input ends."""
    # Imported late: these take seconds, and a missing variable is told at once.
    from acp import run_agent
    from deepagents import create_deep_agent
    from deepagents.backends import LocalShellBackend
    from deepagents_acp.server import AgentServerACP, AgentSessionContext
    from langchain_openai import ChatOpenAI
    from langgraph.checkpoint.memory import MemorySaver
    from langsmith import tracing_context

    chat = ChatOpenAI(
        model=model,
        base_url=base_url,
        api_key=api_key,
        # A task's OPENAI_PROXY is about the task's own programs.
        openai_proxy=None,
        reasoning_effort=os.environ.get("DEEPAGENTS_REASONING_EFFORT") or None,
        use_responses_api=False,
        stream_usage=True,
    )
    checkpointer = MemorySaver()

    def build_agent(context: AgentSessionContext):
        return create_deep_agent(
            model=chat,
            checkpointer=checkpointer,
            # Paths are the machine's own, so that files and commands agree on them.
            backend=LocalShellBackend(
                root_dir=context.cwd, virtual_mode=False, inherit_env=True
            ),
        )

    # So is a task's LANGSMITH_TRACING: no traces of this one are sent.
    with tracing_context(enabled=False):
        await run_agent(AgentServerACP(agent=build_agent))


def main() -> None:
    """Read the settings and serve."""
    asyncio.run(serve(*read_settings()))


if __name__ == "__main__":
    main()
