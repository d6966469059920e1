"""Settings that are each right and do not go together, as `ratchet` refuses them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelratchet.config.cross_checks import cross_faults
from modelratchet.config.reading import parse_params
from modelratchet.errors import ConfigError

ROOT = Path(__file__).parents[3]
EXAMPLE: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())


def changed(block: str, **keys: object) -> dict[str, Any]:
    settings = copy.deepcopy(EXAMPLE)
    settings.setdefault(block, {}).update(keys)
    return settings


def regression(**limits: object) -> dict[str, Any]:
    settings = changed("gate", guards={}, floors={"rmse": 3.0}, **limits)
    settings["evaluate"]["primary"] = "rmse"
    return settings | {"task": "regression"}


CONTRADICTIONS = [
    (changed("gate", anchor_margin=0.004), "gate.anchor_margin: found 0.004, below gate.margin 0.005"),
    (changed("gate", margin=0.0), "with claim non_inferior no equal candidate could ever pass"),
    (changed("gate", claim="superior", margin=0.0, anchor_margin=0.0), "gate.anchor_margin: found 0"),
    (changed("gate", guards={"roc_auc": 0.01}), "gate.guards: found 'roc_auc', which is evaluate.primary"),
    (changed("gate", guards={"rmse": 0.01}), "gate.guards: found 'rmse'; a binary task has"),
    (changed("gate", floors={"r2": 0.1}), "gate.floors: found 'r2'; a binary task has"),
    (changed("gate", floors={"roc_auc": 65}), "gate.floors: found roc_auc 65; it lies between 0 and 1"),
    (changed("gate", floors={"roc_auc": 1.0}), "only a model without any error"),
    (changed("gate", floors={"log_loss": 0.0}), "only a model without any error"),
    (changed("gate", margin=1.0, anchor_margin=None), "gate.margin: found 1; roc_auc lies between 0 and 1"),
    (changed("gate", slice_margin=3), "gate.slice_margin: found 3; roc_auc lies between 0 and 1"),
    (changed("gate", guards={"accuracy": 1.0}), "gate.guards.accuracy: found 1"),
    (changed("gate", maximum_group_gap=0.1), "gate.maximum_group_gap: set, but evaluate.groups names no column"),
    (changed("evaluate", groups=["tail"]), "evaluate.groups: found 'tail'; expected one of columns.categorical"),
    (changed("gate", maximum_p50_ms=2.0, maximum_p95_ms=1.0), "gate.maximum_p50_ms: found 2, above"),
    (changed("compare", cluster="day"), "compare.cluster: found 'day', which ingest drops"),
    (changed("serving", log={"redact": ["tail"]}), "serving.log.redact: found 'tail', which is no feature"),
    (regression(maximum_churn=0.1), "gate.maximum_churn: found 0.1; a regression"),
    (regression(maximum_calibration_error=0.1), "gate.maximum_calibration_error: found 0.1; a regression"),
    (EXAMPLE | {"model": "flights.promotions"}, "names that end in .promotions are kept for ledgers"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "message"), CONTRADICTIONS)
def test_contradiction_is_refused_and_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_params(settings)

    assert any(message in fault for fault in caught.value.faults)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("limit", ["maximum_memory_mb", "maximum_start_s"])
def test_limit_that_only_a_server_shows_needs_one(limit: str) -> None:
    settings = changed("gate", **{limit: 100.0})
    assert not list(cross_faults(settings))

    settings["latency"]["server"] = False

    assert any(fault.startswith(f"gate.{limit}: set, but latency.server is false") for fault in cross_faults(settings))


@pytest.mark.parametrize(
    "settings",
    [
        changed("gate", claim="superior", margin=0.0),
        changed("gate", anchor_margin=None),
        changed("compare", cluster="scheduled_departure"),
        changed("evaluate", groups=["carrier"]),
        regression(),
    ],
)
def test_settings_that_go_together_hold(settings: dict[str, Any]) -> None:
    parse_params(settings)


@pytest.mark.parametrize("value", [None, "x", [], {}, 3, {"gate": 3}, {"gate": {"guards": [], "margin": "a"}}])
def test_settings_of_the_wrong_kind_are_left_to_others(value: Any) -> None:
    assert not list(cross_faults(value if isinstance(value, dict) else {"gate": value, "evaluate": value}))
