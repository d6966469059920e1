"""The port `ImagePusher` on `docker push`: the engine has the layers, compresses them, and leaves out those that the registry has."""

from __future__ import annotations

import re
import subprocess

from modelratchet.core.image_names import Repository
from modelratchet.errors import InputError, OutsideError
from modelratchet.usecases.ports.serving import Image

_SECONDS = 3600
_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
_REFUSED = re.compile(r"unauthorized|authentication required|no basic auth credentials|denied", re.IGNORECASE)


class DockerImagePusher:
    """Pushes to one repository."""

    def __init__(self, repository: Repository) -> None:
        """Take the repository."""
        self._repository = repository

    def push(self, image: Image, tag: str) -> str:
        """See the port."""
        target = f"{self._repository}:{tag}"
        # by its digest: the local tag may name the image of another build by now
        tagged = _docker("tag", image.digest, target)
        if tagged.returncode:
            raise OutsideError(f"the engine has {image.tag} no more: {tagged.stderr.strip()[-500:]}")
        pushed = _docker("push", target)
        told = f"{pushed.stdout}\n{pushed.stderr}".strip()
        if pushed.returncode:
            self._refuse(target, told)
        found = _DIGEST.findall(told)
        if not found:
            raise OutsideError(f"`docker push {target}` told no digest: {told[-500:]}")
        return str(found[-1])

    def _refuse(self, target: str, told: str) -> None:
        said = told.splitlines()[-1][:500] if told else "it said nothing"
        if _REFUSED.search(told):
            registry = self._repository.registry
            raise InputError(
                f"{target} may not be pushed: {said}", hint=f"`docker login {registry}` with a user who may."
            )
        raise OutsideError(
            f"{target} was not pushed: {said}",
            hint="Run the same command again; what the registry has already is not sent again.",
        )


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=_SECONDS)
    except OSError as error:
        raise OutsideError(f"docker could not be started: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise OutsideError(f"docker {arguments[0]} did not end within {_SECONDS} s") from error
