"""The generated files of the registry of coding agents: scripts, manifests, and modules for harnesses."""

from importlib.resources import files as _resources
from importlib.resources.abc import Traversable


def files() -> Traversable:
    """The folder with everything that the release archive has: ``files() / "scripts" / AGENT / "install.sh"``."""
    return _resources(__name__) / "files"
