"""Turns the word that a person gives (champion, challenger, candidate, a number, a folder) into a checked bundle, and says how it is to be served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.config import layout
from modelratchet.core.receipt import Receipt
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError, InputError, MissingEvidenceError, OutsideError
from modelratchet.serving.settings import Deployment, Limits, LogSettings, Policy
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import read_supplied

if TYPE_CHECKING:
    from modelratchet.usecases.choose_bundle import Chosen, Shelf

CANDIDATE = "candidate"
NAMES = "champion, challenger, candidate, a version's number, or the folder of a bundle"


def choose(name: str) -> Chosen:
    """The bundle of that name. Only a folder and `candidate` do without a registry.

    Raises:
        InputError: it is no such name.
        EvidenceError: there is none, or it was changed.
        TrackingError: the registry cannot be asked now.
    """
    from modelratchet.usecases import choose_bundle as choosing

    if name == "champion":
        champion = choosing.choose_champion(_shelf(), _model())
        if champion is None:
            raise MissingEvidenceError(
                f"nobody reigns over {_model()}",
                hint="`ratchet promote` makes the candidate champion; to try it before: name it `candidate`.",
            )
        return champion
    if name == "challenger":
        return choosing.choose_challenger(_shelf(), _model())
    if name.isascii() and name.isdigit():
        return choosing.choose_version(_shelf(), _model(), name)
    if name == CANDIDATE:
        return _candidate()
    if not Path(name).is_dir():
        raise InputError(f"found {name!r}, which is no folder; expected {NAMES}")
    return choosing.Chosen(read_bundle(Path(name)), f"folder {name}")


def choose_champion_or_candidate() -> Chosen:
    """Who reigns; where nobody does, the candidate."""
    from modelratchet.usecases.choose_bundle import choose_champion

    return choose_champion(_shelf(), _model()) or _candidate()


def deployment_of(chosen: Chosen) -> Deployment:
    """`serving.json` for a bundle, by the block `serving` of params.yaml; its defaults where there is no such file.

    Raises:
        ConfigError: params.yaml has faults.
    """
    from modelratchet.config.reading import load_params
    from modelratchet.config.serving import Serving

    block = load_params().serving if layout.PARAMS.is_file() else Serving()
    return Deployment(
        bundle=chosen.bundle.digest,
        name=chosen.bundle.schema.model,
        version=chosen.version or chosen.bundle.digest.removeprefix("sha256:")[:12],
        commit=chosen.commit,
        policy=Policy(block.unseen_categories, block.out_of_range),
        limits=Limits(block.maximum_rows, block.maximum_body_bytes, block.deadline_seconds),
        log=LogSettings(block.log.share, block.log.redact, block.log.flush_seconds, block.log.queue_rows),
    )


def commit_of_candidate(chosen: Chosen) -> str:
    """The commit that a recorded candidate was made from, asked of the registry; empty where it cannot be told."""
    from modelratchet.usecases.choose_bundle import commit_of
    from modelratchet.wiring.registry import registry

    try:
        version = registry().version(chosen.bundle.schema.model, chosen.version) if chosen.version else None
        return commit_of(registry().facts(version)) if version else ""
    except (EvidenceError, OutsideError):  # the bundle is enough; this is only where it came from
        return ""


def _candidate() -> Chosen:
    """The bundle in this workspace, with its number when it was recorded: no registry is asked."""
    from modelratchet.usecases.choose_bundle import Chosen

    bundle = read_bundle(layout.BUNDLE)
    try:
        receipt, verdict = read_supplied(layout.RECEIPT, Receipt), read_supplied(layout.VERDICT, Verdict)
    except EvidenceError:  # of another release
        return Chosen(bundle, CANDIDATE)
    is_recorded = receipt and verdict and receipt.key == verdict.digest and receipt.bundle_digest == bundle.digest
    return Chosen(bundle, CANDIDATE, receipt.version if receipt and is_recorded else "")


def _model() -> str:
    from modelratchet.config.reading import load_params

    return load_params().model


def _shelf() -> Shelf:
    from modelratchet.adapters.mlflow.run_files import MlflowRunFiles
    from modelratchet.usecases.choose_bundle import Shelf
    from modelratchet.wiring.ledger import throne
    from modelratchet.wiring.registry import store_address

    asked = throne()
    return Shelf(asked.reader, asked.registry, MlflowRunFiles(store_address()), layout.REIGNING)
