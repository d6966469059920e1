"""Joins the check of the rows to Great Expectations and the settings; the stage `check_data` and `ratchet expectations` call it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from modelratchet.config.check_data import CheckData
from modelratchet.config.layout import DATA_DOCS, EXPECTATIONS, STATE
from modelratchet.core.data_check import DataCheck
from modelratchet.errors import DataRejectedError
from modelratchet.usecases.ports.data_checker import DataChecker
from modelratchet.usecases.reject_data import rejection
from modelratchet.wiring.columns import ColumnSettings, column_plan


class CheckSettings(ColumnSettings, Protocol):
    """What `check_data` reads."""

    @property
    def check_data(self) -> CheckData:
        """The block."""


def data_checker(settings: CheckSettings) -> DataChecker:
    """Great Expectations with the suite that `check_data` names; its `check` takes seconds to import it."""
    from modelratchet.adapters.gx_data_checker import CheckPlaces, GxDataChecker

    places = CheckPlaces(context=STATE / "gx", suites=EXPECTATIONS, docs=DATA_DOCS)
    block = settings.check_data
    return GxDataChecker(places, column_plan(settings), block.suite, block.leak_tolerance)


def refuse_bad(check: DataCheck, docs: Path = DATA_DOCS) -> None:
    """Stop the pipeline if a critical expectation failed.

    Raises:
        DataRejectedError: names each failed critical expectation.
    """
    message = rejection(check)
    if message:
        raise DataRejectedError(
            message, hint=f"Mend the rows or the expectation; open {docs / 'index.html'} to see all of them."
        )
