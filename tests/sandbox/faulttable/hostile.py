"""Settings of the image, which must not reach a tool."""

import pathlib

from faulttable.changes import CURL, WGET, stub, write
from faulttable.fault import MIRROR, NPM, OK, Fault


def rows():
    rc = {
        "curlrc": ("url = http://127.0.0.1:1/\n", "curl --version -o /dev/null", "[^0] "),
        "wgetrc": ("no_such_command = on\n", "wget --version", "[^0] "),
        "npmrc": (
            "registry=http://127.0.0.1:1/\nscript-shell=/bin/false\nomit=optional\n",
            "npm config get omit --logs-max=0",
            "0 optional",
        ),
    }
    both = lambda name, text: (write(f"/root/.{name}", text), write(f"/etc/{name}", text))
    for name, (text, probe, seen) in rc.items():
        setting = WGET if name == "wgetrc" else CURL
        probe = ["sh", "-c", "curl -sS http://127.0.0.1:8470/" if name == "curlrc" else probe]
        seen = "(?s).*Failed to connect" if name == "curlrc" else "(?s).*wgetrc" if name == "wgetrc" else seen
        yield Fault(
            f"rc/{name}",
            f"a hostile {name} in HOME and /etc",
            OK,
            "done",
            ("probe", seen),
            setting=setting,
            setting_env=MIRROR | NPM,
            prepare=both(name, text),
            job={"probe": probe},
            check=(0,),
        )
    fips = "openssl_conf = all\n[all]\nproviders = some\n[some]\nfips = one\n[one]\nactivate = 1\n"
    yield Fault(
        "rc/openssl",
        "an openssl.cnf without any checksum algorithm",
        OK,
        "done",
        ("probe", "[^0]"),
        prepare=(write("/etc/ssl/openssl.cnf", fips),),
        job={"probe": ["openssl", "dgst", "-sha256", "/dev/null"]},
        check=(0,),
    )
    pip = "[global]\nindex-url = http://127.0.0.1:1/\n"
    files = (write("/etc/pip.conf", pip), write("/root/.config/pip/pip.conf", pip))
    uv = 'index-url = "http://127.0.0.1:1/"\nno such key\n'
    files += (write("/etc/uv/uv.toml", uv), write("/root/.config/uv/uv.toml", uv))
    yield Fault(
        "rc/python",
        "a hostile pip.conf and uv.toml in HOME and /etc",
        OK,
        "done",
        ("probe", "(?s).*127.0.0.1:1/"),
        role="python",
        prepare=files,
        job={"probe": ["/usr/bin/python3", "-m", "pip", "config", "list"]}
        if pathlib.Path("/usr/lib/python3/dist-packages/pip").exists()
        else {"probe": ["cat", "/etc/pip.conf", "/etc/uv/uv.toml"]},
        check=(0,),
    )
    variables = {
        "NODE_OPTIONS": "--no-such-option",
        "NODE_VERSION": "18.0.0",
        "NPM_CONFIG_PREFIX": "/usr/local",
        "NVM_DIR": "/root/.nvm",
        "PYTHONPATH": "/nonexistent",
        "TAR_OPTIONS": "--no-such-option",
        "ENV": "/faults/env",
        "CDPATH": "/tmp:/usr",
        "BASH_ENV": "/faults/env",
        "LD_LIBRARY_PATH": "/nonexistent",
        "POSIXLY_CORRECT": "1",
        "GZIP": "-9",
        "TMPDIR": "/nonexistent",
        "IFS": "/",
        "LC_ALL": "tr_TR.UTF-8",
    }
    yield Fault(
        "environment",
        f"set: {', '.join(variables)}",
        OK,
        "done",
        ("probe", "(?s)[^0].*no-such-option"),
        env=variables,
        job={"probe": ["tar", "--version"]},
        check=(0,),
        short=True,
    )
    for version in (18, 20):
        node = (stub("node", f"echo v{version}.0.0"), stub("npm", "exit 1"), stub("npx", "exit 1"))
        yield Fault(
            f"node-{version}",
            f"a Node.js {version} and an npm that fails first in PATH",
            OK,
            "done",
            ("probe", f"0 v{version}"),
            prepare=node,
            job={"probe": ["node", "--version"]},
            check=(0,),
            uncalled="node (?!--version)|npm|npx",
        )
