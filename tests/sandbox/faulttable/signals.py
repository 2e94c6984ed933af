"""Signals to only the script, as a harness sends them."""

from faulttable.fault import ALWAYS, MIRROR, NPM, OK, PYPI, Fault


def rows():
    numbers = {"TERM": 143, "INT": 130, "HUP": 129, "QUIT": 131, "PIPE": 141, "USR1": 138, "USR2": 140, "ALRM": 142}
    moments = {
        "download": {"when": ("server", "stall"), "rules": [{"match": ALWAYS, "do": "stall"}], "env": MIRROR},
        "npm": {"when": ("server", "/npm/.*stall"), "rules": [{"match": "PLACE", "do": "stall"}], "env": NPM},
    }
    for at, it in moments.items():
        for name, status in numbers.items():
            yield Fault(
                f"signal/{name}/{at}",
                f"{name} during the {at}",
                (status, "signal"),
                "signal",
                ("stub", f"sent {name}"),
                setting_env=it["env"],
                rules=it["rules"],
                job={"signal": {"name": name, "when": it["when"]}},
                short=at == "npm" and name == "PIPE",
            )
    yield Fault(
        "signal/TERM/uv",
        "TERM during the uv",
        (143, "signal"),
        "signal",
        ("stub", "sent TERM"),
        role="python",
        setting_env=PYPI,
        rules=[{"match": "PLACE", "do": "stall"}],
        job={"signal": {"name": "TERM", "when": ("server", "/wheels/.*stall")}},
    )
    yield Fault(
        "closed-error",
        "standard error is closed",
        OK,
        "done",
        ("probe", "[^0]"),
        silent=True,
        check=(0,),
        short=True,
        argv=("sh", "-c", 'exec 2>&-; exec sh "$0"', "SCRIPT"),
        job={"probe": ["sh", "-c", "exec 2>&-; echo x >&2"]},
    )
    yield Fault(
        "closed-all",
        "no standard descriptor is open",
        OK,
        "done",
        ("probe", "[^0]"),
        silent=True,
        check=(0,),
        argv=("sh", "-c", 'exec 2>&- >&- <&-; exec sh "$0"', "SCRIPT"),
        job={"probe": ["sh", "-c", "exec >&-; echo x"]},
    )
