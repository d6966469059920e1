"""Joins the verbs that write the ledger to MLflow, git, the clock and this machine; the commands of promotion call it."""

from __future__ import annotations

import getpass
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.git_source_control import GitSourceControl
from modelratchet.config import layout
from modelratchet.config.environment import STANDING_VARIABLE
from modelratchet.core.ledger_writing import Circumstances
from modelratchet.errors import InputError
from modelratchet.usecases.certify import CertificateStore
from modelratchet.usecases.promote import PromotionFiles
from modelratchet.usecases.write_ledger import Desk
from modelratchet.wiring.clock import now
from modelratchet.wiring.commands import REPORT_FILES
from modelratchet.wiring.ledger import reader
from modelratchet.wiring.registry import store_address
from modelratchet.wiring.signing import signer

if TYPE_CHECKING:
    from modelratchet.core.policy import Policy

PROMOTION_FILES = PromotionFiles(layout.BUNDLE, REPORT_FILES)


def desk() -> Desk:
    """What the verbs of promotion talk to. Nothing here is remembered: they decide on what the store says now.

    Raises:
        InputError: this process was told to ask no store.
    """
    if os.environ.get(STANDING_VARIABLE):
        raise InputError(
            f"{STANDING_VARIABLE} names an exported standing, which only says who reigns",
            hint=f"Unset {STANDING_VARIABLE} to write to the ledger.",
        )
    from modelratchet.adapters.mlflow.registry import MlflowRegistry
    from modelratchet.adapters.mlflow.run_files import MlflowRunFiles

    address = store_address()
    store = MlflowRegistry(address)
    certificates = CertificateStore(layout.CERTIFICATES, store, MlflowRunFiles(address), signer())
    return Desk(reader(), store, certificates, _circumstances)


def policy() -> Policy:
    """The policy that params.yaml asks for today."""
    from modelratchet.config.policies import policy_of
    from modelratchet.config.reading import load_params

    return policy_of(load_params())


def _circumstances() -> Circumstances:
    from modelratchet.config.reading import load_params

    commit = GitSourceControl(Path.cwd()).revision().commit
    return Circumstances(now(), secrets.token_hex(16), _actor(), commit, load_params().promotion.valid_days)


def _actor() -> str:
    """Who asks: the person whom a CI job runs for, or this machine's user."""
    person = os.environ.get("GITHUB_ACTOR") or os.environ.get("GITLAB_USER_LOGIN")
    if person:
        return person
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "unknown"
