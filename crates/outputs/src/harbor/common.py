"""Agents for Harbor: `harbor run --agent benchflow_harbor:CodexAcp -m openai/gpt-5.5 …`.

One class for each agent. A class installs its agent with the `install.sh` in the folder beside this module, unless the
image has it (`--ak skip_install=true`), and starts it with the launcher that the script installs. `-m`, `--base-url`
and the key become the launcher's variables as `routes.json` says; a model that the agent cannot use is refused before a
trial starts. A variable that `--ae` gives wins.

Harbor's runner needs Python 3.12 with `agent-client-protocol` in `/opt/harbor-acp-venv`. Where the image has no such
folder, Harbor's own commands fetch them.
"""

import json
import shlex
from pathlib import Path

from harbor.agents.agent_auth_resolution import ModelConnectionSpec, ResolvedModelConnection
from harbor.agents.capabilities import AgentCapabilities
from harbor.agents.installed.acp import AcpAgent

_HERE = Path(__file__).resolve().parent
_SCRIPT = "/installed-agent/benchflow-install.sh"
# The variable of Harbor's runner.
_SERVERS = "ACP_RUNNER_MCP_SERVERS_JSON"


def _capabilities(**entry):
    return AgentCapabilities(atif=True, **entry)


class _Agent(AcpAgent):
    """What all classes share."""

    AGENT = ""
    MODEL_OPTION = False
    SKILLS = None
    MCP_BY_FILE = ()
    MODEL_CONNECTION = ModelConnectionSpec()

    def __init__(self, **kwargs):
        super().__init__(registry_entry=json.loads(self._file("entry.json").read_text()), **kwargs)

    @classmethod
    def name(cls):
        return cls.AGENT

    @classmethod
    def _file(cls, name):
        return _HERE / cls.AGENT / name

    @classmethod
    def resolve_model_connection_config(
        cls, model_name, resolve_env, *, explicit_env=None, base_url=None, model_api_key_name=None, **_
    ):
        """From a model reference to the launcher's variables; a `ValueError` says why it cannot be."""
        if not model_name:
            return ResolvedModelConnection(can_configure_base_url=True)

        def look_up(name):
            return (resolve_env(name) or (None, None))[1]

        prefix, model, variables, key_name, url_name = _route(
            _HERE / cls.AGENT, model_name, look_up, base_url, model_api_key_name
        )
        given = explicit_env or {}
        variables.update({name: given[name] for name in given if name.startswith("BENCHFLOW_")})
        url = variables.get(_BASE_URL)
        return ResolvedModelConnection(
            provider=prefix or None,
            model_id=model,
            api_key=variables.get(_API_KEY),
            api_key_source_name=(resolve_env(key_name) or (None,))[0] if key_name else None,
            base_url_source_name=(resolve_env(url_name) or (None,))[0] if url_name else None,
            candidate_base_url=url,
            resolved_base_url=url,
            env=variables,
            can_configure_base_url=True,
        )

    @classmethod
    def resolve_model_connection_for_execution(cls, model_name, resolve_env, *, spec=None, **options):
        return cls.resolve_model_connection_config(model_name, resolve_env, **options)

    async def install(self, environment):
        await environment.upload_file(self._file("install.sh"), _SCRIPT)
        await self.exec_as_root(environment, f"sh {_SCRIPT}")
        python = f"{self._RUNNER_VENV_PATH}/bin/python"
        check = f"{python} -c 'import acp, sys; sys.exit(sys.version_info < (3, 12))'"
        if (await environment.exec(command=check, user="root")).return_code != 0:
            await self.exec_as_root(environment, self._build_dependencies_command("local"))

    async def configure(self, environment):
        await super().configure(environment)
        if self.skills_dir and self.SKILLS:
            target = f'"$HOME"/{shlex.quote(self.SKILLS)}'
            source = shlex.quote(self.skills_dir)
            await self.exec_as_agent(environment, f"mkdir -p {target} && cp -R {source}/. {target}/")

    async def exec_as_agent(self, environment, command, env=None, **options):
        if env and "ACP_RUNNER_AGENT_ID" in env:
            env = {**env, **self._started_with()}
            self._write_servers(env)
            # The launcher passes the model to the agent. The runner fails where the session has no option for it.
            model = env.pop("ACP_RUNNER_REQUESTED_MODEL", None)
            if model and self.MODEL_OPTION:
                env["ACP_RUNNER_REQUESTED_MODEL"] = env.get("BENCHFLOW_ACP_MODEL_ID", model)
        return await super().exec_as_agent(environment, command, env=env, **options)

    def _write_servers(self, env):
        """Gives the launcher the MCP servers that the agent reads in a file of its own, instead of the session."""
        servers = json.loads(env.get(_SERVERS, "[]"))
        by_file = [it for it in servers if it.get("type", "stdio") in self.MCP_BY_FILE]
        if by_file:
            env["BENCHFLOW_MCP_SERVERS"] = json.dumps(by_file)
            env[_SERVERS] = json.dumps([it for it in servers if it not in by_file])

    def _started_with(self):
        """The variables of the launcher."""
        variables = dict(self.model_connection.env)
        if self.options.disable_web_search:
            variables["BENCHFLOW_DISALLOW_WEB_TOOLS"] = "1"
        if self.options.reasoning_effort:
            variables["BENCHFLOW_REASONING_EFFORT"] = self.options.reasoning_effort
        return variables
