"""What is served and under which settings: what a protocol builds its routes from."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.schema import Schema
from modelratchet.serving.batches import Answer
from modelratchet.serving.observing import Observer
from modelratchet.serving.settings import ServingSettings


@dataclass(frozen=True)
class Served:
    """One bundle behind this server.

    `digest` is the bundle's, `example` what the model says of the schema's sample row; `observer` is None where nobody counts, as in
    BentoML's own server.
    """

    schema: Schema
    digest: str
    settings: ServingSettings
    example: Answer
    observer: Observer | None = None

    @property
    def model(self) -> dict[str, str]:
        """How answers name it."""
        return {"name": self.settings.name, "version": self.settings.version, "bundle": self.digest}
