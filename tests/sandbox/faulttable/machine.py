"""Tools, homes, users, free space."""

import re

from faulttable.changes import OLD_MV, damaged_before, folder, foreign_shell, in_node, stub, without
from faulttable.fault import INTEGRITY, MIRROR, OK, PREREQUISITE, ROOM, UNSUPPORTED, Fault

# Another user, who makes folders in /tmp while the script runs, and checks that they are not removed.
BYSTANDER = """
setpriv --reuid 65534 --regid 65534 --clear-groups sh -c '
    i=0
    while mkdir "/tmp/by.$i"; do
        echo made >>/faults/stub
        sleep 0.2
        i=$(expr "$i" + 1)
        [ "$(ls -d /tmp/by.* | wc -l)" -eq "$i" ] || echo lost >>/faults/stub
    done' &
sh "$0"
status=$?
sleep 1
kill "$!"
exit "$status"
"""


def rows():
    every = ("curl", "wget", "tar", "sha256sum", "gzip", "mktemp", "df")
    missing = (
        (("curl", "wget"), "curl"),
        (("tar",), "tar"),
        (("sha256sum",), "sha256sum"),
        (("gzip",), "gzip"),
        (every, "every"),
    )
    for names, words in missing:
        env = MIRROR if "curl" in names else {}
        told = words if words != "every" else "tar .*gzip .*sha256sum .*mktemp .*df .*curl"
        yield Fault(
            f"no-{words}",
            f"no {' and no '.join(names[:2])}{' nor any other tool' * (words == 'every')}",
            PREREQUISITE,
            "preflight",
            ("probe", "127"),
            setting_env=env,
            prepare=(without(*names),),
            job={"probe": ["sh", "-c", names[0]]},
            detail=f"missing:.* {told} \\(Debian",
            short=words == "every",
        )
    yield Fault(
        "old-mv",
        "an mv without -T, as in an old busybox",
        OK,
        "done",
        ("stub", "mv -fT"),
        prepare=(OLD_MV,),
        check=(0,),
    )
    for name in ("python3", "flock", "unshare", "openssl"):
        yield Fault(
            f"no-{name}",
            f"no {name}",
            OK,
            "done",
            ("probe", "127"),
            prepare=(without(name),),
            check=(0,),
            job={"probe": ["sh", "-c", name]},
        )
    homes = {"unset": None, "root": "/", "missing": "/no/such/home", "space": "/tmp/a home", "read-only": "/proc"}
    for name, home in homes.items():
        env = {} if home is None else {"HOME": home}
        seen = "0 *$" if home is None else f"0 {re.escape(home)}$"
        yield Fault(
            f"home/{name}",
            f"HOME is {home or 'unset'}",
            OK,
            "done",
            ("probe", seen),
            env=env,
            unset=("HOME",) if home is None else (),
            job={"probe": ["sh", "-c", 'printf %s "$HOME"' if home else 'printf %s "${HOME-}"']},
            prepare=(folder("/tmp/a home"),),
            check=(0,),
        )
    yield Fault(
        "umask",
        "umask 077",
        OK,
        "done",
        ("probe", "0 0077"),
        job={"umask": 0o077, "probe": ["sh", "-c", "umask"]},
        check=(0,),
    )
    yield Fault(
        "nameless-user",
        "a uid without a passwd entry",
        OK,
        "done",
        ("probe", "[^0].*12345|0 .*12345"),
        argv=("setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups", "sh", "SCRIPT"),
        owner=12345,
        job={"probe": ["setpriv", "--reuid", "12345", "--clear-groups", "id"]},
        check=(0,),
    )
    yield Fault(
        "read-only-prefix",
        "a prefix that cannot be written",
        ROOM,
        "prefix",
        ("probe", "(?s).*Read-only"),
        box={"read_only": ("/opt",)},
        job={"probe": ["touch", "/opt/x"]},
    )
    yield Fault(
        "closed-prefix",
        "a prefix that only root may enter",
        (15, "does-not-start"),
        "proof",
        ("probe", "[^0]"),
        damage=lambda prefix: prefix.chmod(0o700),
        short=True,
        job={"probe": ["setpriv", "--reuid", "65534", "--clear-groups", "ls", "/opt"]},
    )
    for name, variable, value in (
        ("quoted-mode", "BENCHFLOW_INSTALL_MODE", 'a"b\\c'),
        ("credential", "BENCHFLOW_MIRROR", "http://me:secret@127.0.0.1/"),
    ):
        yield Fault(
            f"setting/{name}",
            f"{variable} is {value}",
            PREREQUISITE,
            "settings",
            ("probe", "0 .*" + re.escape(value)),
            never="secret",
            env={variable: value},
            job={"probe": ["sh", "-c", f'printf %s "${variable}"']},
            short=name == "credential",
        )
    yield Fault(
        "read-only-no-op",
        "a prefix that cannot be written, with the install in it",
        OK,
        "done",
        ("probe", "(?s).*Read-only"),
        installed="this",
        box={"read_only": ("/opt",)},
        job={"probe": ["touch", "/opt/x"]},
        check=(0,),
    )
    yield Fault(
        "noexec-tmp",
        "a /tmp without execute permission",
        OK,
        "done",
        ("probe", "126"),
        check=(0,),
        job={"probe": ["sh", "-c", "mount -t tmpfs -o noexec tmpfs /tmp; echo >/tmp/x; chmod 755 /tmp/x; /tmp/x"]},
    )
    for size, at in (
        (20 << 10, "the first folder"),
        (20 << 20, "the archive"),
        (60 << 20, "unpacking"),
        (220 << 20, "the packages"),
    ):
        yield Fault(
            f"full/{size >> 10}K",
            f"a file system that gets full with {at}",
            ROOM,
            "*",
            ("probe", f"(?s)0 .* {size >> 10} "),
            lean=True,
            size=size >> 10,
            setting_env=MIRROR,
            short=at == "the archive",
            detail="no space left|MB free",
            job={"probe": ["df", "-Pk", "/opt"]},
        )
    yield Fault(
        "bystander",
        "another user who makes folders in /tmp meanwhile",
        OK,
        "done",
        ("stub", "made"),
        box={"tmp": 1 << 26},
        argv=("sh", "-c", BYSTANDER, "SCRIPT"),
        uncalled="lost",
        check=(0,),
    )
    yield Fault("full/asked", "a file system that is too small", ROOM, "disk", ("err", "MB free"), size=900 << 10)
    yield Fault(
        "full/tmp",
        "a full /tmp",
        OK,
        "done",
        ("probe", "(?s)[^0].*No space"),
        box={"tmp": 4096},
        job={"probe": ["dd", "if=/dev/zero", "of=/tmp/fill", "bs=4096"]},
        check=(0,),
    )
    for name, loader, machine in (
        ("unknown", "/lib/ld-linux-riscv64-lp64d.so.1", "riscv64"),
        ("musl", "/lib/ld-musl-aarch64.so.1", "aarch64"),
    ):
        yield Fault(
            f"architecture/{name}",
            f"a shell whose loader is {loader}",
            UNSUPPORTED,
            "target",
            ("probe", f"0 .*{loader}"),
            prepare=(foreign_shell(loader), stub("uname", f"echo {machine}")),
            short=name == "musl",
            job={"probe": ["sed", "-n", "2p", "/usr/local/bin/sh"]},
        )
    yield Fault(
        "unplaced-shell",
        "a read-only root for a script under bash and mksh",
        OK,
        "done",
        ("probe", "(?s)[^0].*Read-only"),
        argv=("mksh", "SCRIPT"),
        box={"root_read_only": True},
        job={"probe": ["touch", "/tmp/x"]},
        check=(0,),
    )
    yield Fault(
        "unplaced-bash",
        "a read-only root for a script under bash",
        OK,
        "done",
        ("probe", "(?s)[^0].*Read-only"),
        argv=("bash", "SCRIPT"),
        box={"root_read_only": True},
        job={"probe": ["touch", "/tmp/x"]},
        check=(0,),
    )
    yield Fault(
        "damaged-node",
        "an additional line in the private npm",
        INTEGRITY,
        "tree",
        ("damage", ""),
        installed="this",
        damage=in_node("\n// one line more\n"),
        env={"BENCHFLOW_INSTALL_MODE": "check"},
        check=(12,),
        short=True,
    )
    yield Fault(
        "another-version",
        "another version is installed: an upgrade, and back",
        OK,
        "done",
        ("damage", ""),
        installed="another",
        check=(0,),
        after=(("another", (0,)), ("check", (15,)), ("install", (0,))),
        short=True,
    )
    yield Fault(
        "rollback/back",
        "an upgrade, back to the version before, and forth again",
        OK,
        "done",
        ("damage", ""),
        installed="another",
        check=(0,),
        after=(
            ("rollback", (0,)),
            ("check", (15,)),
            ("rollback", (0,)),
            ("check", (0,)),
            ("gc", (0,)),
            ("rollback", (15,)),
        ),
        short=True,
    )
    yield Fault(
        "rollback/none",
        "a rollback after a single install",
        (15, "does-not-start"),
        "rollback",
        ("err", "no earlier stamp"),
        installed="this",
        env={"BENCHFLOW_INSTALL_MODE": "rollback"},
        check=(0,),
        short=True,
    )
    yield Fault(
        "rollback/flip",
        "a rollback to a stamp with one more line in a file",
        INTEGRITY,
        "tree",
        ("damage", ""),
        installed="this",
        damage=damaged_before,
        env={"BENCHFLOW_INSTALL_MODE": "rollback"},
        check=(12,),
        short=True,
    )
