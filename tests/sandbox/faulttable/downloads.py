"""Failures of downloads, with every downloader."""

import dataclasses

from faultbox import CLOSED_PORT

from faulttable.changes import FETCHERS, write
from faulttable.fault import ALWAYS, INFRASTRUCTURE, INTEGRITY, MIRROR, OK, Fault

SHORT = (("flip", "curl"), ("stall", "busybox"))


def served(name, injected, expected, step, detail, more=(), **fault):
    """A row whose server breaks the answer for the archive of the runtime."""
    how = name if name != "late" else "429"
    rules = [{"match": ALWAYS, "do": how, **dict(more)}]
    return Fault(name, injected, expected, step, ("server", f"{ALWAYS}.* {how}"), rules=rules, detail=detail, **fault)


KINDS = [
    Fault(
        "refused",
        "no server",
        INFRASTRUCTURE,
        "fetch",
        ("err", "(?i)refused|couldn.t connect|failed to connect"),
        env={"BENCHFLOW_MIRROR": f"http://127.0.0.1:{CLOSED_PORT}"},
        detail="three tries",
        final=False,
    ),
    served("403", "403 with a page", INFRASTRUCTURE, "fetch", "answers 403", final=True),
    served("404", "404", INFRASTRUCTURE, "fetch", "answers 404", final=True),
    served("500", "500 for every try", INFRASTRUCTURE, "fetch", "last answer 500", final=False),
    served(
        "stall",
        "an answer without a body",
        INFRASTRUCTURE,
        "fetch",
        "deadline|three tries",
        env={"BENCHFLOW_INSTALL_DEADLINE": "12"},
        final=False,
    ),
    served(
        "drip",
        "five bytes a second",
        INFRASTRUCTURE,
        "fetch",
        "deadline|three tries",
        env={"BENCHFLOW_INSTALL_DEADLINE": "12"},
        final=False,
    ),
    served("cut", "half the body, then the end", INFRASTRUCTURE, "fetch", "three tries", final=False),
    served("flip", "one bit of the body changed", INTEGRITY, "checksum", "has sha256"),
    served("loop", "a redirection to itself", INFRASTRUCTURE, "fetch", "three tries", final=False),
    Fault(
        "no-dns",
        "no DNS answer",
        INFRASTRUCTURE,
        "fetch",
        ("dns", "mirror"),
        prepare=(write("/etc/resolv.conf", "nameserver 127.0.0.1\n"),),
        env={"BENCHFLOW_MIRROR": "http://mirror.invalid/"},
        detail="three tries",
        final=False,
    ),
    served(
        "late",
        "429 with Retry-After: 100 for an install that has 30 seconds",
        INFRASTRUCTURE,
        "fetch",
        "the next try would be after the deadline",
        {"headers": {"Retry-After": "100"}},
        env={"BENCHFLOW_INSTALL_DEADLINE": "30"},
        final=False,
    ),
    served(
        "429",
        "429 twice with Retry-After: 1, then the archive",
        OK,
        "done",
        "",
        {"times": 2, "headers": {"Retry-After": "1"}},
        check=(0,),
    ),
]


def rows():
    for kind in KINDS:
        for fetcher, setting in FETCHERS.items():
            # busybox does not show the header of such an answer.
            if (kind.name, fetcher) != ("late", "busybox"):
                yield dataclasses.replace(
                    kind,
                    name=f"download/{kind.name}/{fetcher}",
                    injected=f"{kind.injected}, to {fetcher}",
                    setting=setting,
                    setting_env=MIRROR,
                    short=(kind.name, fetcher) in SHORT,
                )
