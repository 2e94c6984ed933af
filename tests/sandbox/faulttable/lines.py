"""Agents on two lines of Node.js in one prefix: what happens to one leaves the other as it is."""

import os

from faulttable.fault import ALWAYS, INTEGRITY, MIRROR, OK, Fault


def forget_other(prefix):
    """The agent on the other line loses its stamp, and the link of the prefix leads to its Node.js."""
    link = prefix / "benchflow/node"
    for stamp in prefix.glob("benchflow/*/*/stamp"):
        line = stamp.read_text().split()[2]
        if line != os.readlink(link):
            stamp.unlink()
            link.unlink()
            link.symlink_to(line)
            return
    raise RuntimeError("all agents of the prefix are on one line")


def rows():
    yield Fault(
        "lines/flip",
        "one bit of the archive of another line of Node.js changed",
        INTEGRITY,
        "checksum",
        ("server", f"{ALWAYS}.* flip"),
        role="line",
        beside="any",
        env=MIRROR,
        rules=[{"match": ALWAYS, "do": "flip"}],
        detail="has sha256",
    )
    yield Fault(
        "lines/remove",
        "the removal of the agent on another line of Node.js",
        OK,
        "done",
        ("err", "removed"),
        role="line",
        beside="any",
        installed="this",
        env={"BENCHFLOW_INSTALL_MODE": "remove"},
    )
    yield Fault(
        "lines/gc",
        "gc of a line of Node.js that the link of the prefix leads to",
        OK,
        "done",
        ("err", "removed /opt/benchflow/node-"),
        beside="line",
        beside_check=(15,),
        installed="this",
        damage=forget_other,
        env={"BENCHFLOW_INSTALL_MODE": "gc"},
        check=(0,),
    )
