"""Parallel installs, with a working lock, a missing one, and one without effect."""

import pathlib
import time

from faulttable.changes import OLD_MV, stub, without
from faulttable.fault import AFTER_KILL, ALWAYS, KILLED, MIRROR, OK, STAGE, Fault


def lock_of(owner, seconds, held="alone"):
    """A lock of an owner whose deadline is a number of seconds away, with or without the system's lock."""

    def change(prefix):
        lock = prefix / "benchflow/.staging/lock.owner"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.symlink_to(f"{held} {int(time.time()) + seconds} {owner}")

    return change


def rows():
    no_lock = (without("flock"),)
    yield Fault(
        "gc-without-flock",
        "gc without flock",
        OK,
        "done",
        ("strace", r"symlinkat?\(.*\"/opt/benchflow/.staging/lock.owner\".* = 0"),
        installed="this",
        setting=no_lock,
        env={"BENCHFLOW_INSTALL_MODE": "gc"},
        check=(0,),
        never="removed .*lock",
        argv=("strace", "-f", "-o", "/faults/strace", "-e", "trace=symlink,symlinkat", "sh", "SCRIPT"),
    )
    yield Fault(
        "lock/dead",
        "a lock whose owner is dead, without flock",
        KILLED,
        "-",
        ("stub", "sent KILL"),
        setting=no_lock,
        job={"signal": {"name": "KILL", "when": ("file", f"{STAGE}/agent/node_modules/*"), "group": True}},
        check=(0,),
        after=AFTER_KILL,
    )
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    elsewhere = f"{boot} another-space 1 1"
    for name, what, setting, damage in (
        (
            "rebooted",
            "from before a reboot, without flock",
            no_lock,
            lock_of("another-boot another-space 1 1", 1000),
        ),
        (
            "expired",
            "of another container whose deadline is over, without flock",
            no_lock,
            lock_of(elsewhere, -1),
        ),
        ("flocked", "of a dead container that had flock", (), lock_of(elsewhere, 1000, "flock")),
    ):
        yield Fault(
            f"lock/{name}",
            f"a lock {what}",
            OK,
            "done",
            ("err", "removing the lock of a dead process"),
            setting=setting,
            damage=damage,
            check=(0,),
        )
    for name, what, setting in (("elsewhere", "on this side", no_lock), ("mixed", "on its side", ())):
        yield Fault(
            f"lock/{name}",
            f"a lock of another container that may still run, without flock {what}",
            (16, "lock"),
            "lock",
            ("err", "waiting for another install"),
            setting=setting,
            damage=lock_of(elsewhere, 25),
            env={"BENCHFLOW_INSTALL_DEADLINE": "8"},
        )
    waits = ("err", "waiting for another install")
    kinds = [
        ("flock", "", (), waits, 1),
        ("mkdir", " without flock", no_lock, waits, 1),
        ("useless", " with a lock without effect", (stub("flock", "exit 0"),), ("stub", "flock -n"), 4),
        (
            "old-mv",
            " with a lock without effect and an mv without -T",
            (stub("flock", "exit 0"), OLD_MV),
            ("stub", "mv -fT"),
            4,
        ),
    ]
    for name, what, setting, trace, most in kinds:
        for times in (1, 50):
            many = f"/{times}-times" if times > 1 else ""
            yield Fault(
                f"four/{name}{many}",
                f"four installs at one time{what}{f', {times} times' if many else ''}",
                OK,
                "done",
                trace,
                setting=setting,
                setting_env=MIRROR,
                unlocked=most == 4,
                job={"copies": 4},
                check=(0,),
                count=(ALWAYS, 1, most),
                times=times,
                short=name == "flock" and times == 1,
            )
