"""What a server is told: `serving.json` beside the bundle says what is served and how, the environment where.

`ratchet package` and `ratchet serve` write the file out of the block `serving` of params.yaml; `__main__` and the BentoML service
read it. Standard library only, for every worker pays for what is imported here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Literal

from modelratchet.errors import ConfigError, DigestError
from modelratchet.storage.bundles import Bundle
from modelratchet.storage.files import read_supplied

DEPLOYMENT_FILE = "serving.json"
SIGNATURE_FILE = "bundle.sig"
BUNDLE_VARIABLE = "RATCHET_BUNDLE"
HOST_VARIABLE = "RATCHET_HOST"
PORT_VARIABLE = "RATCHET_PORT"
WORKERS_VARIABLE = "RATCHET_WORKERS"
VARIANT_VARIABLE = "RATCHET_VARIANT"
PUBLIC_KEY_VARIABLE = "RATCHET_PUBLIC_KEY"
LOG_FOLDER_VARIABLE = "RATCHET_LOG_FOLDER"
LOG_LEVEL_VARIABLE = "RATCHET_LOG_LEVEL"

PORT_VARIABLES = (PORT_VARIABLE, "AIP_HTTP_PORT", "FUNCTIONS_CUSTOMHANDLER_PORT", "PORT", "SAGEMAKER_BIND_TO_PORT")
"""Ours, Vertex AI's, Azure Functions', Cloud Run's and many others', SageMaker's: the first that is set is taken."""

DEFAULT_PORT = 3000
SAGEMAKER_PORT = 8080
_SAGEMAKER_ARGUMENT = "serve"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_PACKAGED_BUNDLE = Path(__file__).parents[2] / "bundle"

Choice = Literal["allow", "refuse"]


@dataclass(frozen=True)
class Policy:
    """What happens to rows that are unlike the training rows. Both kinds are counted in any case."""

    unseen_categories: Choice = "allow"
    out_of_range: Choice = "allow"


@dataclass(frozen=True)
class Limits:
    """What one request may ask for."""

    maximum_rows: int = 10_000
    maximum_body_bytes: int = 16_777_216
    deadline_seconds: float = 10.0


@dataclass(frozen=True)
class LogSettings:
    """What goes to the prediction log: a share of the requests (0 to 1), without the redacted columns' values."""

    share: float = 1.0
    redact: tuple[str, ...] = ()
    flush_seconds: float = 5.0
    queue_rows: int = 100_000


@dataclass(frozen=True)
class Deployment:
    """`serving.json`: which model this is, and how it is served. `bundle` is the digest of the bundle that the rest speaks of; empty texts are unknown."""

    FORMAT: ClassVar[str] = "modelratchet/serving"
    VERSION: ClassVar[int] = 1

    bundle: str = ""
    name: str = ""
    version: str = ""
    commit: str = ""
    variant: str = "main"
    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)
    log: LogSettings = field(default_factory=LogSettings)


@dataclass(frozen=True)
class ServingSettings:
    """All that a server is told; what `serving.json` says lies flat here, for it is asked at every request.

    `digest`, `name`, `version` and `commit` are empty where nobody said them: `of` fills in what the bundle tells.
    `log_folder` may be an address for fsspec, and is empty where nothing is logged; `log_level` is of the server's own log. `health_route` and `predict_route` are further paths,
    which Vertex AI chooses; empty where it does not.
    """

    bundle: Path
    digest: str = ""
    name: str = ""
    version: str = ""
    commit: str = ""
    variant: str = "main"
    unseen_categories: Choice = "allow"
    out_of_range: Choice = "allow"
    maximum_rows: int = 10_000
    maximum_body_bytes: int = 16_777_216
    deadline_seconds: float = 10.0
    log: LogSettings = field(default_factory=LogSettings)
    log_folder: str = ""
    log_level: str = "INFO"
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    workers: int = 1
    public_key: Path | None = None
    health_route: str = ""
    predict_route: str = ""

    @property
    def signature(self) -> Path:
        """Where the bundle's signature lies: beside it, for a bundle holds nothing that its manifest does not name."""
        return self.bundle.parent / SIGNATURE_FILE

    def of(self, bundle: Bundle) -> ServingSettings:
        """The same for a bundle that was read: without a name it is the schema's, without a version the digest's first 12 digits.

        Raises:
            DigestError: `serving.json` speaks of another bundle.
        """
        if self.digest not in ("", bundle.digest):
            raise DigestError(
                f"{DEPLOYMENT_FILE} speaks of the bundle {self.digest}, found {bundle.digest} beside it",
                hint="Package the bundle again.",
            )
        version = self.version or bundle.digest.removeprefix("sha256:")[:12]
        return replace(self, digest=bundle.digest, name=self.name or bundle.schema.model, version=version)


def read_settings(environment: Mapping[str, str] = os.environ, arguments: Sequence[str] = ()) -> ServingSettings:
    """Put together what `serving.json` and the environment say.

    Args:
        environment: an empty value is as good as none.
        arguments: of the command line; SageMaker starts containers with `serve`.

    Raises:
        ConfigError: with every fault of the environment.
        EvidenceError: `serving.json` is there, and is not what this release reads.
    """
    given = {name: value for name, value in environment.items() if value}
    bundle = Path(given.get(BUNDLE_VARIABLE, _PACKAGED_BUNDLE)).absolute()
    settings = _from_environment(given, bundle, SAGEMAKER_PORT if _SAGEMAKER_ARGUMENT in arguments else DEFAULT_PORT)
    said = read_supplied(bundle.parent / DEPLOYMENT_FILE, Deployment) or Deployment()
    return replace(
        settings,
        digest=said.bundle,
        name=said.name,
        version=said.version,
        commit=said.commit,
        variant=given.get(VARIANT_VARIABLE, said.variant),
        log=said.log,
        **vars(said.policy),
        **vars(said.limits),
    )


def _from_environment(given: Mapping[str, str], bundle: Path, default_port: int) -> ServingSettings:
    faults: list[str] = []
    settings = ServingSettings(
        bundle=bundle,
        log_folder=given.get(LOG_FOLDER_VARIABLE, ""),
        log_level=_level(given, faults),
        host=given.get(HOST_VARIABLE, "127.0.0.1"),
        port=_number(given, _port_variable(given), _Range(default_port, 65_535), faults),
        workers=_number(given, WORKERS_VARIABLE, _Range(1, 256), faults),
        public_key=_public_key(given, faults),
        health_route=_route(given, "AIP_HEALTH_ROUTE", faults),
        predict_route=_route(given, "AIP_PREDICT_ROUTE", faults),
    )
    if faults:
        raise ConfigError("the environment", faults)
    return settings


@dataclass(frozen=True)
class _Range:
    """What a whole number is where nobody gives it, and at most; at least it is 1."""

    default: int
    maximum: int


def _port_variable(given: Mapping[str, str]) -> str:
    """The first that is set. Kubernetes gives RATCHET_PORT=tcp://ADDRESS to all pods beside a service that is called ratchet."""
    return next((name for name in PORT_VARIABLES if given.get(name, "tcp:").partition(":")[0] != "tcp"), "")


def _number(given: Mapping[str, str], name: str, limits: _Range, faults: list[str]) -> int:
    text = given.get(name, "")
    if not text:
        return limits.default
    if text.isascii() and text.isdigit() and 1 <= int(text) <= limits.maximum:
        return int(text)
    faults.append(f"{name}: found {text!r}; expected a whole number from 1 to {limits.maximum}")
    return limits.default


def _public_key(given: Mapping[str, str], faults: list[str]) -> Path | None:
    text = given.get(PUBLIC_KEY_VARIABLE, "")
    if not text:
        return None
    if not Path(text).is_file():
        faults.append(f"{PUBLIC_KEY_VARIABLE}: {text} is no file; expected a public key as PEM")
    return Path(text)


def _level(given: Mapping[str, str], faults: list[str]) -> str:
    level = given.get(LOG_LEVEL_VARIABLE, "INFO").upper()
    if level not in _LEVELS:
        faults.append(f"{LOG_LEVEL_VARIABLE}: found {level!r}; expected one of {', '.join(_LEVELS)}")
    return level


def _route(given: Mapping[str, str], name: str, faults: list[str]) -> str:
    text = given.get(name, "")
    if text and not text.startswith("/"):
        faults.append(f"{name}: found {text!r}; expected a path that begins with /")
    return text
