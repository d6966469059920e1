"""Who we are to a registry of images: what `docker login` left behind, so that a login counts for Docker and for us alike.

Source: docker/cli, config file reference (`auths`, `credHelpers`, `credsStore`); docker/docker-credential-helpers, protocol of `get`.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelratchet.core.image_names import DEFAULT_REGISTRY
from modelratchet.errors import ConfigError

_HUB = "https://index.docker.io/v1/"
_HELPER_SECONDS = 30
_TOKEN_USER = "<token>"  # noqa: S105 - what helpers say in place of a user when the secret is a token


@dataclass(frozen=True)
class Credentials:
    """User and password, or a token that is exchanged for others (`user` is empty then)."""

    user: str
    secret: str

    def __repr__(self) -> str:
        return f"Credentials({self.user!r}, …)"


def credentials_for(registry: str) -> Credentials | None:
    """What Docker's configuration holds for a registry; None where nobody has logged in.

    Raises:
        ConfigError: the configuration, or what it names to keep secrets, cannot be used.
    """
    path = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    try:
        config = json.loads(path.read_bytes())
        if not isinstance(config, dict):
            raise ValueError(type(config).__name__)  # noqa: TRY301, TRY004 - one way out for all that is wrong
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(str(path), [f"it cannot be read: {type(error).__name__}"]) from None
    server = _HUB if registry == DEFAULT_REGISTRY else registry
    helper = (config.get("credHelpers") or {}).get(server) or config.get("credsStore")
    # as Docker has it: what was written into the file before there was a helper is out of date
    helped = _helped(helper, server) if helper else None
    return helped or _kept(config.get("auths") or {}, server, path)


def _kept(auths: dict[str, Any], server: str, path: Path) -> Credentials | None:
    entry = next(
        (auths[name] for name in (server, f"https://{server}", f"https://{server}/v1/") if auths.get(name)), None
    )
    if not isinstance(entry, dict):
        return None
    if token := entry.get("identitytoken"):
        return Credentials("", token)
    if not entry.get("auth"):
        return None
    try:
        user, _, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
    except (ValueError, TypeError, binascii.Error):
        raise ConfigError(str(path), [f"auths.{server}.auth is no user and password in Base64"]) from None
    return Credentials(user, password.rstrip("\x00"))


def _helped(helper: str, server: str) -> Credentials | None:
    """Ask the program that Docker asks; one that knows nothing of the server ends with another code than 0."""
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(
            [program, "get"], input=server, capture_output=True, text=True, check=False, timeout=_HELPER_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError("Docker's configuration", [f"{program} cannot be run: {type(error).__name__}"]) from None
    if done.returncode:
        return None
    try:
        found = json.loads(done.stdout)
        user, secret = str(found["Username"]), str(found["Secret"])
    except (ValueError, KeyError, TypeError):
        raise ConfigError("Docker's configuration", [f"{program} did not answer with a user and a secret"]) from None
    return Credentials("" if user == _TOKEN_USER else user, secret)
