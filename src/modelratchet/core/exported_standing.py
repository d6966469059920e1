"""What a run without a registry has to know of it: the ledger's events, the two versions that a candidate is held against, and who was judged before.

Written by `ratchet champion export`, read in place of the registry where `RATCHET_STANDING` names the folder. It proves itself as the registry does: the events are
folded again, and each bundle has the digest that they name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from modelratchet.core.ledger import StoredEvent
from modelratchet.core.run_facts import RunFacts

STANDING_FILE = "standing.json"
CHAMPION_FOLDER = "champion"
ANCHOR_FOLDER = "anchor"


@dataclass(frozen=True)
class ExportedVersion:
    """A whole version, and what its run says of it. `folder` is where its bundle lies within the export."""

    version: str
    run_id: str
    verdict_run_id: str
    bundle_digest: str
    experiment_id: str
    facts: RunFacts
    folder: str


@dataclass(frozen=True)
class ExportedStanding:
    """The registry of one model, as far as a candidate is judged by it.

    `events` are all that the ledger ever stored, void ones too. `versions` are champion and anchor, one where they are the same. The last two map a holdout's, or the
    anchor's, digest to the models that were judged by it, the first judged first; what release 0.1 recorded may stand there by its bundle's digest.
    """

    FORMAT: ClassVar[str] = "modelratchet/exported-standing"
    VERSION: ClassVar[int] = 2

    model: str
    events: tuple[StoredEvent, ...]
    versions: tuple[ExportedVersion, ...]
    judged_on_holdout: dict[str, tuple[str, ...]]
    judged_against_anchor: dict[str, tuple[str, ...]]
