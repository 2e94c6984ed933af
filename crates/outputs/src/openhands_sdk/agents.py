"""Agents for OpenHands: `agent = settings("codex-acp", "openai/gpt-5.5").create_agent()`.

The workspace has the agent, installed by its `install.sh`. The model and the key become the launcher's variables as
`routes.json` says. Key and base URL reach the agent as secrets of the conversation; OpenHands masks them in its output.
"""

import json
import os
from pathlib import Path

from openhands.sdk import AgentContext
from openhands.sdk.settings import ACPAgentSettings

_HERE = Path(__file__).resolve().parent

_AGENTS = json.loads((_HERE / "agents.json").read_text())

# The command of each agent, for `acp_command`.
COMMANDS = {name: it["command"] for name, it in _AGENTS.items()}


def settings(agent, model=None, *, base_url=None, api_key=None, web=True, effort=None, **options):
    """The settings of an agent. Without `model`, the agent uses its own default and log-in.

    A base URL and a key that are not given come from the environment. `web=False` turns the web tools off; `effort` is a
    level of reasoning effort. A `ValueError` says why the agent cannot use the model.
    """
    if agent not in COMMANDS:
        raise ValueError(f"`{agent}` is not registered\nhelp: expected one of {', '.join(COMMANDS)}")
    given = {**os.environ, _API_KEY: api_key} if api_key else os.environ
    variables = _route(_HERE / agent, model, given.get, base_url)[2] if model else {}
    secrets = {name: variables.pop(name) for name in (_BASE_URL, _API_KEY) if name in variables}
    if not web:
        variables["BENCHFLOW_DISALLOW_WEB_TOOLS"] = "1"
    if effort:
        variables["BENCHFLOW_REASONING_EFFORT"] = effort
    # Without it, some agents ask before their tools run.
    options.setdefault("acp_session_mode", _AGENTS[agent]["mode"])
    command = [*(f"{name}={value}" for name, value in variables.items()), *COMMANDS[agent]]
    return ACPAgentSettings(
        acp_server="custom",
        acp_command=["env", *command] if variables else command,
        agent_context=AgentContext(secrets=secrets),
        **options,
    )
