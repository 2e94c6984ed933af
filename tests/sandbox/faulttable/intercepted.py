"""The network is only reachable by a proxy that intercepts TLS, with a certificate of the site's own authority."""

from faultbox import SERVER, inside

from faulttable.changes import FETCHERS
from faulttable.fault import INFRASTRUCTURE, MIRROR, NPM, OK, PREREQUISITE, PYPI, Fault


def rows():
    out = {"HTTPS_PROXY": SERVER, "https_proxy": SERVER}
    away = {name: value.replace(SERVER, "https://mirror.test") for name, value in (MIRROR | NPM | PYPI).items()}
    known = {"BENCHFLOW_CA_BUNDLE": "/site/ca.pem"}
    for role in ("any", "python"):
        for fetcher in ("curl", "wget"):
            yield Fault(
                f"tls/{role}/{fetcher}",
                f"a proxy that intercepts TLS, with its certificate ({role} agent, {fetcher})",
                OK,
                "done",
                ("server", "CONNECT mirror.test:443\n/runtimes"),
                role=role,
                setting=FETCHERS[fetcher],
                check=(0,),
                env=out | away | known,
                short=(role, fetcher) == ("any", "curl"),
            )
    # Debian's wget ends the connection without an alert, so that the proxy does not log it.
    for fetcher, trace in (("curl", ("server", "distrusted")), ("wget", ("err", "not trusted|cannot verify"))):
        yield Fault(
            f"tls/untrusted/{fetcher}",
            f"a proxy that intercepts TLS, without its certificate, to {fetcher}",
            INFRASTRUCTURE,
            "fetch",
            trace,
            setting=FETCHERS[fetcher],
            env=out | away,
            detail="BENCHFLOW_CA_BUNDLE",
            final=True,
        )
    for role, name, step in (("any", "BENCHFLOW_NPM_REGISTRY", "npm"), ("python", "BENCHFLOW_PYPI_INDEX", "pip")):
        yield Fault(
            f"tls/untrusted/{step}",
            f"a proxy that intercepts TLS, without its certificate, to {step}",
            INFRASTRUCTURE,
            step,
            ("server", "distrusted"),
            role=role,
            env=out | {name: away[name]},
            detail="BENCHFLOW_CA_BUNDLE",
            final=True,
        )
    yield Fault(
        "tls/no-bundle",
        "no bundle of certificates",
        PREREQUISITE,
        "preflight",
        ("probe", "[^0]"),
        env=away,
        prepare=(without_bundle,),
        job={"probe": ["cat", "/etc/ssl/certs/ca-certificates.crt"]},
        detail="ca-bundle",
    )


def without_bundle(root):
    for place in (
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
        "/etc/ssl/ca-bundle.pem",
    ):
        inside(root, place).unlink(missing_ok=True)
