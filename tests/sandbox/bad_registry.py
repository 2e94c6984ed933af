"""An npm registry from locks and a folder of tarballs, with broken answers for tarballs.

    bad_registry.py FOLDER LOCK...

FOLDER   has the tarballs at the paths of the locks: `npm` of a mirror
LOCK     has the packages of the registry

Prints its port.

The first folder of an address is the kind of answer for tarballs: http://127.0.0.1:PORT/busy/ is a registry that knows
every package and answers 429 where it should give a file.
"""

import collections
import http.server
import json
import pathlib
import sys
import urllib.parse

PAGE = b"<!DOCTYPE html><title>Sign in</title>"


def packages(locks):
    """Every version of every package of the locks: name -> version -> (integrity, path, manifest)."""
    found = collections.defaultdict(dict)
    for lock in locks:
        for line in pathlib.Path(lock).read_text().splitlines():
            if not line.startswith("npm "):
                continue
            _, place, version, integrity, path, manifest = line.split(" ", 5)
            name = path.split("/-/")[0]
            found[name][version] = (integrity, path, json.loads(manifest))
    return found


def packument(name, versions, base):
    """A registry's answer about a package; all versions were published long ago."""
    entries = {
        version: manifest | {"name": name, "version": version, "dist": {"integrity": integrity, "tarball": base + path}}
        for version, (integrity, path, manifest) in versions.items()
    }
    times = dict.fromkeys(entries, "2020-01-01T00:00:00.000Z")
    return {"name": name, "dist-tags": {"latest": list(entries)[-1]}, "versions": entries, "time": times}


def spoiled(kind, content):
    """The status, the bytes and the declared length for a tarball."""
    answers = {
        "good": (200, content, len(content)),
        "gone": (404, b"{}", 2),
        "busy": (429, b"{}", 2),
        "page": (200, PAGE, len(PAGE)),
        "cut": (200, content[: len(content) // 2], len(content)),
        "other": (200, content[:-1] + bytes([content[-1] ^ 1]), len(content)),
    }
    return answers[kind]


def handler(known, folder):
    class Registry(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            _, kind, path = urllib.parse.unquote(self.path).split("/", 2)
            if path in known:
                base = f"http://127.0.0.1:{self.server.server_port}/{kind}/"
                content = json.dumps(packument(path, known[path], base)).encode()
                return self.answer(200, content, len(content), "application/json")
            if (folder / path).is_file():
                return self.answer(*spoiled(kind, (folder / path).read_bytes()), "application/octet-stream")
            return self.answer(404, b"{}", 2, "application/json")

        def answer(self, status, content, length, kind):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    return Registry


def main():
    folder, *locks = sys.argv[1:]
    served = handler(packages(locks), pathlib.Path(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), served)
    print(server.server_port, flush=True)
    server.serve_forever()


main()
