"""Kills at every boundary of a step: of the whole group, after which npm still runs, and of only the shell."""

from faulttable.fault import AFTER_KILL, ALWAYS, KILLED, MIRROR, STAGE, Fault


def rows():
    moments = {
        "any": {
            "download": ("server", "stall"),
            "tar": ("file", f"{STAGE}/unpack/*/*"),
            "runtime": ("err", "installed node-"),
            "npm": ("file", f"{STAGE}/agent/node_modules/*"),
            "tree": ("err", "npm tree of"),
            "settled": ("file", "/opt/benchflow/js-agents/*/*/lib"),
            "launcher": ("file", "/opt/benchflow/bin/*"),
        },
        "python": {
            "interpreter": ("err", "installed python/cpython-"),
            "pip": ("file", f"{STAGE}/uv.txt"),
            "venv": ("file", f"{STAGE}/agent/venv"),
            "uv": ("file", f"{STAGE}/agent/venv/lib/*/site-packages/*.dist-info"),
            "environment": ("err", "Python environment of"),
            "placed": ("file", "/opt/benchflow/python/*/*/lib"),
        },
    }
    ways = {"group": ("KILL", True, KILLED), "shell": ("KILL", False, KILLED), "term": ("TERM", True, (143, "signal"))}
    for role, moments in moments.items():
        for at, when in moments.items():
            for way, (name, group, expected) in ways.items():
                if at == "launcher" and way == "term":
                    continue
                more = {"setting_env": MIRROR, "rules": [{"match": ALWAYS, "do": "stall"}]} if at == "download" else {}
                yield Fault(
                    f"kill/{at}/{way}",
                    f"{name} to {'the group' if group else 'only the shell'} at {at}",
                    expected,
                    "signal" if way == "term" else "-",
                    ("stub", f"sent {name}"),
                    role=role,
                    check=(0,),
                    after=AFTER_KILL,
                    job={"signal": {"name": name, "when": when, "group": group}},
                    short=(at, way) == ("npm", "group"),
                    **more,
                )
