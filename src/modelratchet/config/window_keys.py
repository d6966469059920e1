"""Reads from `params.yaml`, and writes into its text, the window of rows that `ratchet retrain` moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelratchet.config.layout import PARAMS
from modelratchet.config.params import Params
from modelratchet.config.retraining import Edge, zone_of
from modelratchet.config.yaml_editing import Value, plain_value, with_values
from modelratchet.core.periods import Unit, start_of
from modelratchet.core.windows import Window, WindowRule
from modelratchet.errors import ConfigError

_OPTIONS = "ingest.options."


@dataclass(frozen=True)
class MovedText:
    """The file's text with a window written into it, and each key that changed with its old and new value."""

    text: str
    changes: Mapping[str, tuple[Value | None, Value]]


def window_rule(params: Params) -> WindowRule:
    """What `retrain` says of the window.

    Raises:
        ConfigError: it says nothing.
    """
    settings = params.retrain
    if settings.period is None:
        raise ConfigError(
            str(PARAMS),
            [
                "retrain.period: missing, so nobody can tell how far the window of rows moves; expected day, week or month"
            ],
            hint="docs/how-to/retrain.md shows the block to write.",
        )
    return WindowRule(
        Unit(settings.period),
        settings.holdout_periods,
        settings.training_periods,
        dt.timedelta(hours=settings.maximum_gap_hours),
        dt.timedelta(days=settings.wait_days),
        zone_of(settings.time_zone),
    )


def with_window(text: str, params: Params, window: Window) -> MovedText:
    """Write a window into the keys that hold its edges. A key that says the same moment in another form is left alone.

    Raises:
        ConfigError: a key is not in the text, or holds no plain value.
    """
    zone, changes = zone_of(params.retrain.time_zone), dict[str, tuple[Value | None, Value]]()
    for key, edge in params.retrain.edges.items():
        moment = _moment(window, edge, zone)
        found = plain_value(text, key, str(PARAMS))
        wanted = _form(moment, edge, found)
        if found != wanted and not (edge.form is None and _is_moment(found, moment)):
            changes[key] = (found, wanted)
    return MovedText(with_values(text, {key: new for key, (_, new) in changes.items()}, str(PARAMS)), changes)


def open_options(params: Params) -> dict[str, Any]:
    """`ingest.options` without the keys of the window, so that `rows()` gives all that there is."""
    moved = {key.removeprefix(_OPTIONS) for key in params.retrain.edges if key.startswith(_OPTIONS)}
    return {name: value for name, value in params.ingest.options.items() if name not in moved}


def aware(moment: dt.datetime) -> dt.datetime:
    """A moment of params.yaml; without a zone it is UTC, as for the split."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _moment(window: Window, edge: Edge, zone: dt.tzinfo) -> dt.datetime:
    periods = {
        "first": window.first,
        "holdout": window.holdout,
        "last": window.last,
        "until": window.last.shifted(1),
    }
    return start_of(periods[edge.edge], zone)


def _form(moment: dt.datetime, edge: Edge, found: Value | None) -> Value:
    """As a number where a number stands now."""
    if edge.form is None:
        # DVC and people read a moment in UTC easier without its zone
        return (moment.replace(tzinfo=None) if moment.tzinfo is dt.UTC else moment).isoformat()
    written = moment.strftime(edge.form)
    return int(written) if isinstance(found, int) and written.isascii() and written.isdigit() else written


def _is_moment(found: Value | None, moment: dt.datetime) -> bool:
    try:
        return aware(dt.datetime.fromisoformat(str(found))) == moment
    except ValueError:
        return False
