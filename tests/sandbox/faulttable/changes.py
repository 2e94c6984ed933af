"""Changes of a root, of a prefix and of archives, by which rows inject faults."""

import io
import os
import tarfile

from faultbox import inside

from faulttable.fault import BASE


def without(*programs):
    """Removes programs from every folder of the usual PATH."""

    def change(root):
        for program in programs:
            for folder in BASE["PATH"].split(":"):
                inside(root, folder).joinpath(program).unlink(missing_ok=True)

    return change


def write(path, text, mode=0o644):
    def change(root):
        place = inside(root, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_text(text)
        place.chmod(mode)

    return change


def stub(name, then):
    """A program before the real one in PATH, which records its calls."""
    return write(f"/usr/local/bin/{name}", f'#!/bin/sh\necho "{name} $*" >>/faults/stub\n{then}\n', 0o755)


OLD_MV = stub("mv", """case $1 in -*T*) echo "mv: invalid option -- 'T'" >&2; exit 1 ;; esac; exec /usr/bin/mv "$@\"""")


def folder(path, mode=0o755):
    return lambda root: inside(root, path).mkdir(mode=mode, parents=True, exist_ok=True)


def in_node(text, whole=False, again=False):
    """Changes or replaces the npm of the private Node.js, and removes the stamp so that it is used again."""

    def change(prefix):
        npm = next(prefix.glob("benchflow/node-*/lib/node_modules/npm/bin/npm-cli.js"))
        npm.write_text(text if whole else npm.read_text() + text)
        if whole or again:
            without_stamp(prefix)

    return change


def damaged_before(prefix):
    """The stamp that an agent has is also the one before, and a file of it has one more line."""
    for stamp in prefix.glob("benchflow/*/*/stamp"):
        stamp.with_name("stamp.before").write_text(stamp.read_text())
        with next(stamp.parent.glob("*/lib/launch.mjs")).open("a") as file:
            file.write("// one more line\n")


def without_stamp(prefix):
    for kind in ("js-agents", "python"):
        for stamp in prefix.glob(f"benchflow/{kind}/*/stamp"):
            stamp.unlink()


def holding(member, content=b"hello"):
    """An archive with one member."""

    def make(_, to):
        with tarfile.open(to, "w:gz") as out:
            entry = tarfile.TarInfo(member)
            entry.size, entry.mode = len(content), 0o755
            out.addfile(entry, io.BytesIO(content))

    return make


CURL = ()
WGET = (without("curl"),)
BUSYBOX = (without("curl", "wget"), lambda root: os.symlink("/usr/bin/busybox", inside(root, "/usr/local/bin/wget")))
FETCHERS = {"curl": CURL, "wget": WGET, "busybox": BUSYBOX}


def foreign_shell(loader):
    return write("/usr/local/bin/sh", f'#!/usr/bin/dash\n# {loader}\nexec /usr/bin/dash "$@"\n', 0o755)
