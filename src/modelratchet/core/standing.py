"""Who reigns, who is the anchor, and how often this holdout was asked: what the ledger says when a candidate is judged.

Written by the `fetch_champion` stage, read by `compare`, `measure_latency` and `decide`. It names the ledger's head, so a verdict can be
refused once another champion reigns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Champion:
    """A version of the registry and its bundle; all None where there is none."""

    version: str | None
    bundle_digest: str | None
    run_id: str | None

    @property
    def exists(self) -> bool:
        """Whether there is one at all."""
        return self.version is not None


NOBODY = Champion(None, None, None)


@dataclass(frozen=True)
class Standing:
    """The state that a candidate is judged in.

    `anchor` is the fixed point that small losses are added up against; it equals `champion` where none was lost since.
    `ledger_head` is the digest of the ledger's latest event (None: nothing was ever promoted) and `counter` its number.
    `holdout_look` says that this candidate is the n-th, from 1, to be judged on this holdout; `anchor_look` the n-th against this anchor.
    A candidate that was judged before keeps its number.
    """

    FORMAT: ClassVar[str] = "modelratchet/standing"
    VERSION: ClassVar[int] = 1

    champion: Champion
    anchor: Champion
    ledger_head: str | None
    counter: int
    holdout_digest: str
    holdout_look: int
    anchor_look: int

    @property
    def has_own_anchor(self) -> bool:
        """Whether there is an anchor that is not the champion itself."""
        return self.anchor.exists and self.anchor != self.champion


def look_of(judged: Sequence[str], *names: str) -> int:
    """Which candidate, from 1, a model is among those judged on one holdout; one that was not judged yet comes next.

    Args:
        judged: models by their digests; what release 0.1 recorded may stand there by its bundle's.
        names: the model's digest, and its bundle's.

    >>> look_of(("sha256:a", "sha256:b"), "sha256:b"), look_of(("sha256:a", "sha256:b"), "sha256:c")
    (2, 3)
    """
    places = [place for place, digest in enumerate(judged, 1) if digest in names]
    return places[0] if places else len(judged) + 1
