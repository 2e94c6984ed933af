"""Slow machines, and programs that do not answer in time: a retry may help, and the message has the limit."""

from faulttable.changes import holding
from faulttable.fault import INFRASTRUCTURE, OK, Fault

# The ratio of elapsed time to processor time of a loop.
LOOP = """
import time
began, used = time.monotonic(), time.process_time()
sum(range(10_000_000))
print(f"slowed by {round((time.monotonic() - began) / (time.process_time() - used))}")
"""


# The users of a proof (crates/scripts/src/payload/proof.mjs).
PROVER = "^655[23][0-9] "


def rows():
    yield Fault(
        "late/machine",
        "a machine that is slower by a factor of 20",
        OK,
        "done",
        ("probe", "0 slowed by (1[5-9]|[2-9][0-9])"),
        check=(0,),
        job={"slower": 20, "probe": ["python3", "-c", LOOP], "limit": 1200},
        env={"BENCHFLOW_INSTALL_DEADLINE": "1200"},
    )
    raised = "within the limit of [0-9]+ s; set BENCHFLOW_INSTALL_DEADLINE above [0-9]+"
    for name, role, what, pattern, detail in (
        (
            "agent",
            "any",
            "an agent that does not answer over ACP",
            f"{PROVER}.*node",
            f"the agent did not answer initialize {raised}",
        ),
        (
            "version",
            "version",
            "a program that does not print its version",
            f"{PROVER}.*--version",
            f"--version did not end {raised}",
        ),
    ):
        yield Fault(
            f"late/{name}",
            what,
            INFRASTRUCTURE,
            "proof",
            ("stub", "halted"),
            job={"halt": pattern},
            detail=detail,
            env={"BENCHFLOW_INSTALL_DEADLINE": "240"},
            role=role,
            short=name == "agent",
        )
    deaf = b"#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n"
    yield Fault(
        "late/runtime",
        "a Node.js that neither answers nor ends after SIGTERM",
        INFRASTRUCTURE,
        "runtime",
        ("err", "fetching /site/"),
        archive=holding("node/bin/node", deaf),
        env={"BENCHFLOW_INSTALL_DEADLINE": "12", "BENCHFLOW_MIRROR": "/site"},
        detail="the deadline of 12 seconds is over; raise BENCHFLOW_INSTALL_DEADLINE",
    )
