"""A task of Inspect for one agent, in the local sandbox: the file that the agent's command writes is its score."""

import os

from benchflow_inspect import launcher
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import Score, accuracy, scorer
from inspect_ai.util import sandbox


@scorer(metrics=[accuracy()])
def written():
    async def score(state, target):
        try:
            text = await sandbox().read_file("result.txt")
        except FileNotFoundError:
            text = ""
        return Score(value=text.strip() == target.text, answer=text)

    return score


@task
def command(agent, web=True):
    options = {"web": web, "env": {"HOME": os.environ["AGENT_HOME"]}}
    sample = Sample(input="Run the command. PROBE-SHELL", target="done")
    return Task(dataset=[sample], solver=launcher(agent, **options), scorer=written(), sandbox="local")
