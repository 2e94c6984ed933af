"""mini-swe-agent behind an Agent Client Protocol server.

The package has a command line and no ACP server. This program drives the
package's own agent, model and environment, with the package's own prompts
(`config/mini.yaml`), and takes what its launcher gives through the environment:

    MINI_SWE_AGENT_MODEL     the model's id, as the server knows it
    MINI_SWE_AGENT_BASE_URL  the server's base URL, with its /v1
    MINI_SWE_AGENT_API_KEY   the key, sent as a bearer token
    MINI_SWE_AGENT_MODE      `yolo` runs commands unasked, `confirm` asks before
                             each: the names of the package's own modes
    MINI_SWE_AGENT_EFFORT    the level of reasoning effort, if one is wanted

It speaks chat completions and takes no arguments. Costs are not limited: who
starts it counts usage. A missing variable ends it with status 2 and one line on
standard error that names it.
"""

import asyncio
import os
import sys
import uuid

REQUIRED = ("MODEL", "BASE_URL", "API_KEY")
ACCEPTED = REQUIRED + ("MODE", "EFFORT")


def read_settings() -> dict[str, str]:
    """Return the settings, or exit with status 2 naming those that are missing."""
    settings = {it: os.environ.get(f"MINI_SWE_AGENT_{it}", "").strip() for it in ACCEPTED}
    missing = [f"MINI_SWE_AGENT_{it}" for it in REQUIRED if not settings[it]]
    if missing:
        print(f"mini-swe-agent: not set: {', '.join(missing)}", file=sys.stderr)
        raise SystemExit(2)
    return settings


async def serve(settings: dict[str, str]) -> None:
    """Serve sessions on standard input and output until the input ends."""
    # The package prints a banner to standard output otherwise, which is ACP's.
    os.environ["MSWEA_SILENT_STARTUP"] = "1"
    # Imported late: these take seconds, and a missing variable is told at once.
    import acp
    import yaml
    from acp.schema import AgentCapabilities, Implementation, PermissionOption, ToolCallUpdate
    from minisweagent import __version__, package_dir
    from minisweagent.agents.default import DefaultAgent
    from minisweagent.environments.local import LocalEnvironment
    from minisweagent.exceptions import FormatError, InterruptAgentFlow, UserInterruption
    from minisweagent.models.litellm_model import LitellmModel

    options = [
        PermissionOption(option_id="allow", name="Run it", kind="allow_once"),
        PermissionOption(option_id="reject", name="Do not run it", kind="reject_once"),
    ]

    def build_model(config: dict) -> LitellmModel:
        call = {"api_base": settings["BASE_URL"], "api_key": settings["API_KEY"]}
        if settings["EFFORT"]:
            # Named, or LiteLLM drops it for a model that it does not know.
            call |= {"reasoning_effort": settings["EFFORT"], "allowed_openai_params": ["reasoning_effort"]}
        config["model_kwargs"] = config.get("model_kwargs", {}) | call
        return LitellmModel(model_name=f"openai/{settings['MODEL']}", cost_tracking="ignore_errors", **config)

    class Session(DefaultAgent):
        """One agent, which runs in a thread and reports to the client through the event loop."""

        def __init__(self, client, loop, cwd: str):
            self.client, self.loop, self.id = client, loop, uuid.uuid4().hex
            self.cancelled = False
            config = yaml.safe_load((package_dir / "config" / "mini.yaml").read_text())
            environment = LocalEnvironment(**config["environment"] | {"cwd": cwd})
            limits = {"cost_limit": 0.0, "step_limit": 0}
            super().__init__(build_model(config["model"]), environment, **config["agent"] | limits)

        def wait_for(self, coroutine):
            return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

        def report(self, update) -> None:
            self.wait_for(self.client.session_update(session_id=self.id, update=update))

        def prompt(self, text: str) -> str:
            """Run one prompt; the first begins the conversation, each other one is a new task in it."""
            self.cancelled = False
            if not self.messages:
                self.extra_template_vars |= {"task": text}
                self.add_messages(
                    self.model.format_message(
                        role="system", content=self._render_template(self.config.system_template)
                    ),
                    self.model.format_message(
                        role="user", content=self._render_template(self.config.instance_template)
                    ),
                )
            else:
                task = f"The user added a new task: {text}"
                self.add_messages(self.model.format_message(role="user", content=task))
            self.n_consecutive_format_errors = 0
            while not self.cancelled:
                try:
                    self.step()
                    self.n_consecutive_format_errors = 0
                except FormatError as error:
                    # What the model said is in no message of the package's; the client gets it.
                    self.report_answer(error)
                    self.n_consecutive_format_errors += 1
                    self.add_messages(*error.messages)
                    if self.n_consecutive_format_errors >= self.config.max_consecutive_format_errors:
                        return "end_turn"
                except InterruptAgentFlow as flow:
                    # The package ends a conversation with a message that no model gets.
                    kept = [it for it in flow.messages if it.get("role") != "exit"]
                    self.add_messages(*kept)
                    if len(kept) != len(flow.messages):
                        return "end_turn"
            return "cancelled"

        def report_answer(self, error: FormatError) -> None:
            response = error.messages[0].get("extra", {}).get("response")
            choices = response.get("choices") if isinstance(response, dict) else None
            text = ((choices or [{}])[0].get("message") or {}).get("content")
            if text:
                self.report(acp.update_agent_message_text(text))

        def query(self) -> dict:
            message = super().query()
            if message.get("content"):
                self.report(acp.update_agent_message_text(message["content"]))
            return message

        def execute_actions(self, message: dict) -> list[dict]:
            outputs = []
            try:
                for action in message["extra"]["actions"]:
                    outputs.append(self.run_command(action))
            finally:
                # Each call has its answer, also when a command ends the task.
                results = self.model.format_observation_messages(message, outputs, self.get_template_vars())
                added = self.add_messages(*results)
            return added

        def run_command(self, action: dict) -> dict:
            call, command = action["tool_call_id"], action["command"]
            start = acp.start_tool_call(
                call, command, kind="execute", status="pending", raw_input={"command": command}
            )
            self.report(start)
            status = "failed"
            content = None
            try:
                self.ask(call, command)
                output = self.env.execute(action)
                status = "completed" if output["returncode"] == 0 else "failed"
                content = [acp.tool_content(acp.text_block(output["output"]))]
                return output
            except InterruptAgentFlow as flow:
                status = "failed" if isinstance(flow, UserInterruption) else "completed"
                raise
            finally:
                self.report(acp.update_tool_call(call, status=status, content=content))

        def ask(self, call: str, command: str) -> None:
            if settings["MODE"] == "yolo":
                return
            update = ToolCallUpdate(tool_call_id=call, title=command, kind="execute", status="pending")
            answer = self.wait_for(
                self.client.request_permission(session_id=self.id, tool_call=update, options=options)
            )
            if getattr(answer.outcome, "option_id", "") != "allow":
                text = "Commands not executed. The user rejected your commands."
                raise UserInterruption({"role": "user", "content": text})

    class Server(acp.Agent):
        """The sessions of one client."""

        def __init__(self):
            self.client, self.sessions = None, {}

        def on_connect(self, conn) -> None:
            self.client = conn

        async def initialize(self, protocol_version: int, **_):
            return acp.InitializeResponse(
                protocol_version=acp.PROTOCOL_VERSION,
                agent_capabilities=AgentCapabilities(),
                agent_info=Implementation(name="mini-swe-agent", version=__version__),
            )

        async def new_session(self, cwd: str, **_):
            session = Session(self.client, asyncio.get_running_loop(), cwd)
            self.sessions[session.id] = session
            return acp.NewSessionResponse(session_id=session.id)

        async def prompt(self, prompt, session_id: str, **_):
            session = self.sessions.get(session_id)
            if session is None:
                raise acp.RequestError.invalid_params({"sessionId": session_id})
            text = "\n".join(it.text for it in prompt if getattr(it, "text", None))
            return acp.PromptResponse(stop_reason=await asyncio.to_thread(session.prompt, text))

        async def cancel(self, session_id: str, **_) -> None:
            # The command or call that runs is waited for; nothing follows it.
            if session_id in self.sessions:
                self.sessions[session_id].cancelled = True

    await acp.run_agent(Server())
    # A thread in a call would keep the process; its client is gone.
    sys.stdout.flush()
    os._exit(0)


def main() -> None:
    """Read the settings and serve."""
    asyncio.run(serve(read_settings()))


if __name__ == "__main__":
    main()
