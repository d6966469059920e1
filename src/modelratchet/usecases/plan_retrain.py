"""Decide whether there is a newer whole period to retrain on, and say why. Changes nothing; `ratchet retrain` carries it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from modelratchet.core.moments import write_moment
from modelratchet.core.periods import Period, read_period, start_of
from modelratchet.core.run_facts import RunFacts
from modelratchet.core.windows import (
    Coverage,
    Window,
    holes,
    newest_whole,
    passed_over,
    require_whole,
    window_through,
)
from modelratchet.errors import InputError
from modelratchet.usecases.fetch_champion import Throne
from modelratchet.usecases.ports.retraining import Declared, MovedSettings, WindowSettings

_HOLDOUT_FROM = "split.holdout_from"


@dataclass(frozen=True)
class Occasion:
    """When a retraining is asked for, and through which period; None for the newest that is whole."""

    now: dt.datetime
    through: str | None


@dataclass(frozen=True)
class RetrainPlan:
    """What to do and why. `moved` is None where there is nothing new; `window` is None where the settings' own stays and ends elsewhere.

    `rows` is what the source has of each period of the window.
    """

    declared: Declared
    window: Window | None
    moved: MovedSettings | None
    why: str
    notes: tuple[str, ...]
    rows: tuple[Coverage, ...]

    @property
    def changes(self) -> Mapping[str, tuple[str, str]]:
        """Keys of the settings with their old and new values."""
        return self.moved.changes if self.moved else {}


def plan_retrain(text: bytes, settings: WindowSettings, throne: Throne, occasion: Occasion) -> RetrainPlan:
    """Find the window that ends with the newest whole period, or with the chosen one. The registry is asked only where the window would move.

    Raises:
        InputError: the chosen period is not whole, or would move the window back; the settings declare no window.
        DataError: the source has no rows, or none to train on.
        TrackingError, EvidenceError: the champion's window cannot be told.
    """
    declared, covered = settings.declared(text), settings.covered(text)
    last = _last(declared, covered, occasion)
    if last is None:
        first = covered[0].period
        notes = passed_over(first.shifted(-1), covered, declared.rule, occasion.now)
        why = f"The source has no whole {declared.rule.unit.value} yet; its rows begin with {first.name}."
        return RetrainPlan(declared, None, None, why, notes, ())
    window = window_through(last, covered, declared.rule)
    moved = settings.moved(text, window)
    notes = (*holes(window, covered, declared.rule), *passed_over(last, covered, declared.rule, occasion.now))
    rows = tuple(item for item in covered if window.first <= item.period <= window.last)
    if not moved.changes:
        which = "the period that was chosen" if occasion.through else f"the newest whole {declared.rule.unit.value}"
        why = f"The window ends with {last.name} already, {which}."
        return RetrainPlan(declared, window, None, why, notes, rows)
    refusal = _goes_back(window, declared, throne)
    if refusal and occasion.through:
        raise InputError(refusal, hint="Choose a later period, or none: the newest whole one is taken.")
    if refusal:
        return RetrainPlan(declared, None, None, refusal, notes, ())
    return RetrainPlan(declared, window, moved, _reason(window, rows), notes, rows)


def _last(declared: Declared, covered: tuple[Coverage, ...], occasion: Occasion) -> Period | None:
    if occasion.through is None:
        return newest_whole(covered, declared.rule, occasion.now)
    chosen = read_period(occasion.through, declared.rule.unit)
    require_whole(chosen, covered, declared.rule, occasion.now)
    return chosen


def _reason(window: Window, rows: tuple[Coverage, ...]) -> str:
    found = next(item for item in rows if item.period == window.last)
    return f"{window.last.name} is whole, with {found.n_rows:,} rows; the window becomes {window}."


def _goes_back(window: Window, declared: Declared, throne: Throne) -> str | None:
    """Why rows that were trained on would be held out now: whoever learned them would look better than they are."""
    begins = start_of(window.holdout, declared.rule.zone)
    if begins < declared.holdout_from:
        return (
            f"Through {window.last.name} rows would be held out from {write_moment(begins)} on; "
            f"params.yaml trains on rows up to {write_moment(declared.holdout_from)} already, and the window never goes back."
        )
    champion = throne.reader.history(declared.model).state.champion
    found = throne.registry.version(declared.model, champion.version) if champion.version else None
    trained_to = _holdout_from(throne.registry.facts(found)) if found else None
    if found is None or trained_to is None or trained_to <= begins:
        return None
    return (
        f"Through {window.last.name} rows would be held out from {write_moment(begins)} on; the champion, version {found.version}, was "
        f"trained on rows up to {write_moment(trained_to)}, a newer window, and would be judged on what it knows."
    )


def _holdout_from(facts: RunFacts) -> dt.datetime | None:
    """None where the champion's rows were not split by time, or its run says nothing any more."""
    try:
        moment = dt.datetime.fromisoformat(facts.params.get(_HOLDOUT_FROM, ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
