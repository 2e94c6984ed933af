"""Agents for Inspect: `Task(dataset, solver=launcher("codex-acp"), sandbox="docker")`.

The image of the sandbox has the agent, installed by its `install.sh`. Its model calls go to Inspect's bridge, which
sends them to the model of the task. `web=False` turns the agent's web tools off and closes the bridge to searches;
`effort="high"` is a level of reasoning effort that the agent takes.
"""

import json
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from acp import text_block
from inspect_ai.agent import AgentState, sandbox_agent_bridge
from inspect_ai.model import ChatMessageSystem
from inspect_ai.solver import solver
from inspect_ai.util import ExecRemoteStreamingOptions, sandbox, store
from inspect_swe.acp import ACPAgent

AGENTS = json.loads((Path(__file__).resolve().parent / "agents.json").read_text())
_PORT = "benchflow_inspect_port"


class LauncherAgent(ACPAgent):
    """An agent that its launcher starts. The options are those of `ACPAgent`."""

    def __init__(self, name, *, web=True, effort=None, **options):
        self._known = _known(name)
        self._web = web
        self._effort = effort
        super().__init__(**options)
        # The working directory of the sandbox, unless one is given.
        self.cwd = options.get("cwd")

    @asynccontextmanager
    async def _start_agent(self, state):
        machine = sandbox(self.sandbox)
        self.cwd = self.cwd or (await machine.exec(["pwd"], user=self.user)).stdout.strip()
        port = store().get(_PORT, 13130) + 1
        store().set(_PORT, port)
        async with sandbox_agent_bridge(
            state,
            model=str(self.model),
            model_aliases=self.model_map,
            filter=self.filter,
            retry_refusals=self.retry_refusals,
            bridged_tools=self.bridged_tools or None,
            web_search=self._web,
            sandbox=self.sandbox,
            port=port,
        ) as bridge:
            environment = {
                **self._known["variables"],
                "BENCHFLOW_PROVIDER_BASE_URL": f"http://127.0.0.1:{bridge.port}/v1",
                "BENCHFLOW_PROVIDER_API_KEY": "inspect",
                **({} if self._web else {"BENCHFLOW_DISALLOW_WEB_TOOLS": "1"}),
                **({"BENCHFLOW_REASONING_EFFORT": self._effort} if self._effort else {}),
                **self.env,
            }
            options = ExecRemoteStreamingOptions(stdin_open=True, cwd=self.cwd, env=environment, user=self.user)
            yield await machine.exec_remote(cmd=[self._known["command"]], options=options), bridge


@solver
def launcher(name, **options):
    """Gives the prompt of a sample to an agent, with the text of `system_prompt` and of system messages before it."""
    _known(name)

    async def solve(state, generate):
        agent = LauncherAgent(name, **options)
        result = AgentState(messages=list(state.messages))
        before = agent._resolve_system_prompt(result)
        asked = [it.text for it in state.messages if not isinstance(it, ChatMessageSystem)]
        prompt = "\n\n".join(([before] if before else []) + asked)

        async with anyio.create_task_group() as tasks:
            # When the agent cannot start, this task ends with the reason, and so does the group.
            tasks.start_soon(agent, result)
            # `agent.ready` is another event once the task runs.
            while agent.session_id is None:
                await anyio.sleep(0.1)
            await agent.conn.prompt(session_id=agent.session_id, prompt=[text_block(prompt)])
            tasks.cancel_scope.cancel()
        state.messages, state.output = result.messages, result.output
        return state

    return solve


def _known(name):
    """The row of an agent; a `ValueError` says why there is none that can be used."""
    if name not in AGENTS:
        raise ValueError(f"`{name}` is not registered\nhelp: expected one of {', '.join(AGENTS)}")
    if isinstance(AGENTS[name]["variables"], str):
        raise ValueError(f"{name}: {AGENTS[name]['variables']}")
    return AGENTS[name]
