"""The same script under every shell: its outer part, and its inner part as sh."""

import os

from faultbox import inside

from faulttable.fault import OK, Fault


def shell(target):
    """Replaces sh by another shell."""

    def change(root):
        inside(root, "/usr/bin/sh").unlink()
        os.symlink(target, inside(root, "/usr/bin/sh"))

    return change


def rows():
    kinds = {
        "dash": ("/usr/bin/dash",),
        "busybox": ("/usr/bin/busybox", "ash"),
        "bash": ("/usr/bin/bash",),
        "bash-posix": ("/usr/bin/bash", "--posix"),
        "mksh": ("/usr/bin/mksh",),
        "yash": ("/usr/bin/yash",),
    }
    for name, argv in kinds.items():
        seen = {"busybox": "busybox", "bash-posix": "bash"}.get(name, name)
        yield Fault(
            f"shell/{name}",
            f"sh is {name}",
            OK,
            "done",
            ("probe", f"0 .*{seen}"),
            prepare=(shell(argv[0]),),
            short=name == "mksh",
            argv=(*argv, "SCRIPT"),
            job={"probe": ["readlink", "-f", "/bin/sh"]},
            check=(0,),
        )
