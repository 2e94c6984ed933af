"""Harbor's docker, on an engine without a bridge: the task's own compose file takes the network away.

Harbor's way, a sidecar that filters, needs a bridge and an image from a registry. What is left here is the container's
loopback, where the model server is: the one host that Harbor adds to the empty list of those that may be reached.
"""

from harbor.environments.docker.docker import DockerEnvironment


class Docker(DockerEnvironment):
    """Everything else is Harbor's."""

    @staticmethod
    def _requires_egress_control(**_):
        return False

    @property
    def capabilities(self):
        own = super().capabilities
        enforced = [name for name in type(own).model_fields if name.startswith("network_allowlist")]
        return own.model_copy(update=dict.fromkeys(["disable_internet", *enforced], True))
