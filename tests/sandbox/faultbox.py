"""Runs a generated script over a temporary copy of this machine, in which faults can be injected, and reports its changes.

The root is an overlay whose upper layer is a tmpfs, so a fault can remove a program or write into /etc, and files that the
script leaves outside its prefix are found there afterwards. The network is a loopback interface with a server that
misbehaves by rules. The part that runs inside the sandbox is this file too: `faultbox.py --inside JOB`.
"""

import base64
import contextlib
import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

PORT = 8470
CLOSED_PORT = 8471
SERVER = f"http://127.0.0.1:{PORT}"
# The time limit of a run in seconds.
LIMIT = 400


class Result:
    """The result of one run of a script."""

    def __init__(self, io, changes):
        if not (io / "result").exists():
            raise RuntimeError(f"the sandbox ended by itself: {read(io / 'box')[-400:]}")
        told = json.loads((io / "result").read_text())
        self.status = told.get("status")
        self.statuses = told.get("statuses", [])
        self.left = told.get("left", [])
        self.after = told.get("after", [])
        self.probe = told.get("probe", "")
        self.err = read(io / "err")
        self.log = {name: read(io / name) for name in ("server", "stub", "strace", "dns")}
        self.changes = changes
        try:
            self.report = json.loads((self.err.splitlines() or [""])[-1])
        except ValueError:
            self.report = {}


def apart():
    """Starts the program again in a new mount namespace, so that its mounts always end with it."""
    if "FAULTS_APART" not in os.environ:
        os.environ["FAULTS_APART"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


class Box:
    """A prefix and the sandbox around it; only the prefix is kept from run to run."""

    def __init__(self, mirror, size=None):
        self.mirror = mirror
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="faults.", dir="/var/tmp"))
        self.prefix = self.work / "prefix"
        self.prefix.mkdir()
        self.mounts = []
        if size is not None:
            self.mount("tmpfs", self.prefix, f"size={size}m,mode=755")

    def mount(self, kind, place, options):
        subprocess.run(["mount", "-t", kind, "-o", options, kind, str(place)], check=True)
        self.mounts.append(place)

    def unmount(self, place):
        subprocess.run(["umount", "-l", str(place)], check=True)
        self.mounts.remove(place)

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}m", str(self.prefix)], check=True)

    def close(self):
        for place in reversed(self.mounts[:]):
            self.unmount(place)
        shutil.rmtree(self.work)

    def run(self, job, prepare=(), read_only=(), root_read_only=False, tmp=None):
        """Runs a job inside; `prepare` changes the temporary root first, `read_only` are folders under /opt or /opt."""
        layer, io = self.work / "layer", self.work / "io"
        for folder in (layer, io):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        io.chmod(0o777)
        self.mount("tmpfs", layer, "size=1g")
        for name in ("upper", "work", "root"):
            (layer / name).mkdir()
        root = layer / "root"
        self.mount("overlay", root, f"lowerdir=/,upperdir={layer}/upper,workdir={layer}/work")
        try:
            (root / "faults").mkdir()
            inside(root, self.mirror).mkdir(parents=True, exist_ok=True)
            for change in prepare:
                change(root)
            (io / "job").write_text(json.dumps(job))
            before = listing(layer / "upper")
            self.enter(root, io, read_only, root_read_only, tmp, job.get("limit", LIMIT) + 60)
            changes = sorted(set(listing(layer / "upper").items()) - set(before.items()))
            return Result(io, [path for path, _ in changes])
        finally:
            self.unmount(root)
            self.unmount(layer)

    def enter(self, root, io, read_only, root_read_only, tmp, limit):
        words = ["bwrap", "--ro-bind" if root_read_only else "--bind", root, "/", "--dev", "/dev", "--proc", "/proc"]
        words += ["--ro-bind", self.mirror, self.mirror, "--bind", self.prefix, "/opt", "--bind", io, "/faults"]
        for folder in read_only:
            words += ["--remount-ro", folder]
        if tmp is not None:
            words += ["--perms", "1777", "--size", str(tmp), "--tmpfs", "/tmp"]
            # The mirror may be there.
            words += ["--ro-bind", self.mirror, self.mirror]
        words += ["--unshare-net", "--unshare-pid", "--die-with-parent", "--cap-add", "ALL", "--chdir", "/"]
        words += [sys.executable, "-ISB", "-", "--inside", "/faults/job"]
        with open(__file__, "rb") as program, open(io / "box", "wb") as out:
            subprocess.run([str(it) for it in words], stdin=program, stdout=out, stderr=out, timeout=limit)


def read(path):
    return path.read_text(errors="replace") if path.exists() else ""


def inside(root, path):
    return root / str(path).lstrip("/")


def listing(upper):
    """Every file of the upper layer, and every folder that the lower one does not have, with attributes for comparison."""
    found = {}
    for folder, folders, files in os.walk(upper):
        for name in folders + files:
            path = os.path.join(folder, name)
            place = "/" + os.path.relpath(path, upper)
            it = os.lstat(path)
            if name in folders and not os.path.islink(path) and os.path.isdir(place):
                continue
            found[place] = (it.st_mode, it.st_uid, it.st_size, it.st_mtime_ns)
    return found


# --- inside the sandbox


class Misbehaving(http.server.SimpleHTTPRequestHandler):
    """A static server that breaks answers by rules."""

    protocol_version = "HTTP/1.1"
    rules = []
    counts = {}
    log = None
    tls = None  # certificate and key of the proxy

    def do_GET(self):
        rule = next((it for it in self.rules if re.search(it["match"], self.path) and self.left(it)), None)
        action = rule["do"] if rule else "serve"
        self.log.write(f"{self.path} {action}\n")
        self.log.flush()
        if rule and rule["do"].isdigit():
            return self.refuse(int(rule["do"]), rule.get("headers", {}))
        getattr(self, f"do_{action}", self.serve)()

    def left(self, rule):
        times = rule.get("times")
        self.counts[rule["match"]] = self.counts.get(rule["match"], 0) + 1
        return times is None or self.counts[rule["match"]] <= times

    def content(self):
        with open(self.translate_path(self.path), "rb") as file:
            return file.read()

    def send(self, status, body, headers=(), length=None):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, headers):
        page = f"<!DOCTYPE html><title>{status}</title><p>No, said the proxy.\n".encode()
        self.send(status, page, {"Content-Type": "text/html", **headers})

    def serve(self):
        super().do_GET()

    def do_flip(self):
        body = bytearray(self.content())
        body[len(body) // 2] ^= 1
        self.send(200, bytes(body))

    def do_bare(self):
        """A page of an index without checksums."""
        page = pathlib.Path(self.translate_path(self.path)) / "index.html"
        self.send(200, re.sub(r"#sha256=[0-9a-f]+", "", page.read_text()).encode(), {"Content-Type": "text/html"})

    def do_other(self):
        """A wheel that matches its own record, but not the lock."""
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.content())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            about = next(it for it in old.namelist() if it.endswith(".dist-info/METADATA"))
            text = old.read(about) + b"\n"
            digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).decode().rstrip("=")
            for name in old.namelist():
                body = text if name == about else old.read(name)
                if name.endswith(".dist-info/RECORD"):
                    lines = body.decode().splitlines()
                    body = (
                        "\n".join(
                            f"{about},sha256={digest},{len(text)}" if it.startswith(about) else it for it in lines
                        ).encode()
                        + b"\n"
                    )
                new.writestr(old.getinfo(name), body)
        self.send(200, out.getvalue())

    def do_cut(self):
        body = self.content()
        self.send(200, body[: len(body) // 2], length=len(body))
        self.close_connection = True

    def do_stall(self):
        self.send(200, b"", length=len(self.content()))
        time.sleep(LIMIT)

    def do_drip(self):
        body = self.content()
        self.send(200, b"", length=len(body))
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            time.sleep(0.2)

    def do_CONNECT(self):
        """Intercepts TLS, as a proxy of a site does: the client gets a certificate of the proxy's own authority."""
        self.log.write(f"CONNECT {self.path}\n")
        self.log.flush()
        self.send_response(200)
        self.end_headers()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.tls)
        try:
            self.connection = self.request = context.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, ConnectionError) as error:
            self.log.write(f"distrusted {type(error).__name__}\n")
            self.log.flush()
            self.close_connection = True
            return
        self.rfile = self.connection.makefile("rb")
        self.wfile = socketserver._SocketWriter(self.connection)
        self.close_connection = False

    def do_loop(self):
        self.send(302, b"", {"Location": self.path})

    def log_message(self, *_):
        pass


def serve(job):
    """Starts the server, and a name server without names."""
    Misbehaving.rules = job["rules"]
    Misbehaving.tls = job.get("tls")
    Misbehaving.log = open("/faults/server", "a")
    handler = lambda *words: Misbehaving(*words, directory=job["root"])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=no_names, daemon=True).start()


def no_names():
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(("127.0.0.1", 53))
    while True:
        question, asker = names.recvfrom(512)
        with open("/faults/dns", "a") as log:
            log.write(f"{question[12:]!r}\n")
        answer = question[:2] + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0) + question[12:]
        names.sendto(answer, asker)


def seen(moment):
    """Whether the condition of an injection is true: a file, or a pattern in a log, once or a number of times."""
    kind, what, *times = moment
    if kind == "file":
        return any(pathlib.Path("/").glob(what.lstrip("/")))
    found = re.findall(what, read(pathlib.Path("/faults") / kind))
    return len(found) >= (times[0] if times else 1)


def watch(job, child):
    """Waits for the end, and sends the signal when it is due: to the group, to the child, or also to the traced process."""
    due, end = job.get("signal"), time.time() + job.get("limit", LIMIT)
    while child.poll() is None and time.time() < end:
        if due and seen(due["when"]):
            number = getattr(signal, f"SIG{due['name']}")
            if due.get("traced"):
                os.kill(int(read(pathlib.Path(f"/proc/{child.pid}/task/{child.pid}/children")).split()[0]), number)
            send = os.killpg if due.get("group") else os.kill
            send(child.pid, number)
            with open("/faults/stub", "a") as log:
                log.write(f"sent {due['name']}\n")
            due = None
        time.sleep(0.002 if due and len(due["when"]) > 2 else 0.05)
    if child.poll() is None:
        child.kill()
    return child.wait()


SLICE = 0.005


def pace(factor):
    """Slows the machine: every process but this one and the first runs for a part of each interval, and is stopped otherwise."""
    stopped = threading.Event()

    def send(number, seconds):
        with contextlib.suppress(ProcessLookupError):  # nothing runs yet
            os.kill(-1, number)
        began = time.monotonic()
        time.sleep(seconds)
        return began

    def run():
        ran = SLICE
        while not stopped.is_set():
            send(signal.SIGSTOP, ran * (factor - 1))
            # The real time, since a sleep can take longer.
            ran = -send(signal.SIGCONT, SLICE) + time.monotonic()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return lambda: (stopped.set(), thread.join())


def halt(pattern):
    """Stops every process whose command line or user matches, as soon as it is seen, without ending it."""
    stopped = set()
    while True:
        for it in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = f"{it.stat().st_uid} {read(it / 'cmdline').replace(chr(0), ' ')}"
                if it.name not in stopped and re.search(pattern, words):
                    os.kill(int(it.name), signal.SIGSTOP)
                    stopped.add(it.name)
                    with open("/faults/stub", "a") as log:
                        log.write(f"halted {words}\n")
            except OSError:
                pass  # it is gone
        time.sleep(0.02)


def run_inside(path):
    job = json.loads(read(pathlib.Path(path)))
    serve(job)
    told = {}
    full_speed = pace(job["slower"]) if "slower" in job else lambda: None
    if "halt" in job:
        threading.Thread(target=halt, args=(job["halt"],), daemon=True).start()
    env = job["env"]
    settle = lambda: settled(job.get("umask", 0o022))
    if "probe" in job:
        probe = subprocess.run(job["probe"], env=env, capture_output=True, preexec_fn=settle, stdin=subprocess.DEVNULL)
        told["probe"] = f"{probe.returncode} {(probe.stdout + probe.stderr).decode(errors='replace')}"
    statuses = start(job, env, settle, "err", job.get("copies", 1), True)
    full_speed()
    worst = max(statuses, key=abs)
    told["status"], told["statuses"], told["left"] = worst, statuses, left()
    # Processes that a killed script left continue while the next one runs.
    told["after"] = [
        start(job | step, step["env"], settle, f"after{at}", 1, False)[0]
        for at, step in enumerate(job.get("after", []))
    ]
    pathlib.Path("/faults/result").write_text(json.dumps(told))


def settled(umask):
    """The signals of a program in a terminal: a background shell ignores these signals, and its children cannot catch them."""
    os.umask(umask)
    for ignored in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_DFL)


def left():
    """The processes of the script that still run, shortly after its end."""
    time.sleep(0.5)
    lines = [read(it).replace("\0", " ").strip() for it in pathlib.Path("/proc").glob("[0-9]*/cmdline")]
    return [it[:200] for it in lines if "/opt/benchflow" in it or it.startswith(("curl ", "wget ", "npm "))]


def start(job, env, settle, name, copies, faulty):
    """Runs copies of the script at once, each in a process group; a signal is returned as the shell's status."""
    if not faulty:
        Misbehaving.rules = []
        job = {**job, "signal": None}
    with open(f"/faults/{name}", "wb") as err, open("/faults/out", "ab") as out:
        children = [
            subprocess.Popen(
                job["argv"],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                preexec_fn=settle,
                process_group=0,
            )
            for _ in range(copies)
        ]
        statuses = [watch(job, child) for child in children]
    return [status if status >= 0 else 128 - status for status in statuses]


if __name__ == "__main__" and sys.argv[1:2] == ["--inside"]:
    run_inside(sys.argv[2])
