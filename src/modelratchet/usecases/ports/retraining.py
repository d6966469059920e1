"""The window of rows that `ratchet retrain` moves: how the settings declare it, and what the source has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from modelratchet.core.windows import Coverage, Window, WindowRule


@dataclass(frozen=True)
class Declared:
    """What the settings say. `holdout_from` is aware; `merges` says that a verdict of promote needs no review."""

    model: str
    rule: WindowRule
    holdout_from: dt.datetime
    merges: bool


@dataclass(frozen=True)
class MovedSettings:
    """Settings with another window in them, and each key that changed with its old and new value."""

    text: bytes
    changes: Mapping[str, tuple[str, str]]


class WindowSettings(Protocol):
    """The settings of one project, whose text is `params.yaml`."""

    def declared(self, text: bytes) -> Declared:
        """What a text says of the window.

        Raises:
            ConfigError: it has faults, or says nothing of a window.
        """

    def moved(self, text: bytes, window: Window) -> MovedSettings:
        """Write a window into a text; nothing but the values changes.

        Raises:
            ConfigError: a key that holds an edge of the window is not there, or is no plain value.
        """

    def covered(self, text: bytes) -> tuple[Coverage, ...]:
        """What the source that a text names has, beyond the present window too: every period from the first row to the last.

        Raises:
            InputError, DataError, OutsideError: the rows cannot be read.
        """
