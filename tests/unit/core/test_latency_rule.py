"""When a candidate is too slow, when that cannot be told, and what is within a budget."""

from dataclasses import replace

import pytest

from modelratchet.core.latency import LatencyReport, Ratio, Route, Timing
from modelratchet.core.rules.latency import check_latency
from modelratchet.core.verdict import Finding, Outcome
from tests.samples import evidence as sample


def _findings(report: LatencyReport | None, **policy: object) -> dict[str, Finding]:
    found = list(check_latency(sample.evidence(latency=report), sample.policy(**policy)))
    return {f"{finding.rule} {finding.subject}": finding for finding in found}


def _in_process(*timings: Timing) -> Finding:
    return _findings(sample.latency(*timings, sample.timing(route=Route.SERVER)))["latency in process p50"]


def _biased(timing: Timing, low: float, high: float) -> Timing:
    return replace(timing, control=tuple(Ratio(quantile, (low + high) / 2, low, high) for quantile in (0.5, 0.95)))


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.98, 1.02, Outcome.PASSED),
        (1.04, 1.2, Outcome.PASSED),
        (1.06, 1.2, Outcome.FAILED),
        (0.5, 0.6, Outcome.PASSED),
    ],
)
def test_a_candidate_fails_only_when_it_is_slower_beyond_doubt(low: float, high: float, outcome: Outcome) -> None:
    assert _in_process(sample.timing(low, high)).outcome is outcome


@pytest.mark.parametrize("quantile", [0.5, 0.95])
@pytest.mark.parametrize("route", [Route.IN_PROCESS, Route.SERVER])
def test_each_quantile_of_each_route_can_reject(route: Route, quantile: float) -> None:
    slow = sample.timing(route=route)
    slow = replace(
        slow, ratios=tuple(replace(r, low=1.1, high=1.2) if r.quantile == quantile else r for r in slow.ratios)
    )
    other = sample.timing(route=Route.SERVER if route is Route.IN_PROCESS else Route.IN_PROCESS)
    failed = [
        name for name, finding in _findings(sample.latency(slow, other)).items() if finding.outcome is Outcome.FAILED
    ]
    assert failed == [f"latency {route} p{quantile * 100:g}"]


def test_a_control_that_does_not_hold_is_inconclusive_and_says_what_to_do() -> None:
    found = _in_process(sample.timing(holds=False))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "differed by up to 25.0%" in found.message
    assert "quieter machine, or longer (latency.seconds)" in found.message


@pytest.mark.parametrize("control", [(1.06, 1.08), (0.92, 0.94)])
def test_a_control_that_is_surely_another_does_not_hold_either(control: tuple[float, float]) -> None:
    assert _in_process(_biased(sample.timing(), *control)).outcome is Outcome.INCONCLUSIVE


def test_a_candidate_slower_than_noise_and_limit_together_fails_on_a_noisy_machine_too() -> None:
    assert _in_process(sample.timing(1.25, 1.4, holds=False)).outcome is Outcome.INCONCLUSIVE
    assert _in_process(sample.timing(1.35, 1.5, holds=False)).outcome is Outcome.FAILED


@pytest.mark.parametrize(("low", "outcome"), [(0.98, Outcome.PASSED), (1.06, Outcome.FAILED)])
def test_processor_time_decides_where_waiting_time_cannot(low: float, outcome: Outcome) -> None:
    used = sample.timing(low, low + 0.04, route=Route.IN_PROCESS_CPU)
    found = _in_process(sample.timing(holds=False), used)
    assert found.outcome is outcome
    assert "processor time p50" in found.message


def test_processor_time_is_not_asked_where_waiting_time_can_tell() -> None:
    slow = sample.timing(1.5, 1.6, route=Route.IN_PROCESS_CPU)
    assert _in_process(sample.timing(), slow).outcome is Outcome.PASSED


def test_few_calls_decide_nothing() -> None:
    assert _in_process(replace(sample.timing(1.5, 1.6), n_calls=100)).outcome is Outcome.INCONCLUSIVE


def test_a_server_that_did_not_start_is_inconclusive_and_says_why() -> None:
    report = replace(sample.latency(sample.timing()), server_error="the server ended with code 1")
    found = _findings(report)["latency server"]
    assert (found.outcome, "ended with code 1" in found.message) == (Outcome.INCONCLUSIVE, True)


def test_a_server_that_was_not_asked_for_is_said_and_decides_nothing() -> None:
    assert _findings(sample.latency(sample.timing()))["latency server"].outcome is Outcome.WARNING


def test_no_timing_in_process_is_inconclusive() -> None:
    found = _findings(sample.latency(sample.timing(route=Route.SERVER)))
    assert Outcome.INCONCLUSIVE in {finding.outcome for finding in found.values()}


def test_a_champion_that_could_not_be_timed_is_inconclusive() -> None:
    report = replace(sample.latency(), incomparable="column x is missing")
    assert _findings(report)["latency champion"].outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("subject", ["p50", "p95", "bundle", "memory", "start"])
def test_a_budget_is_held_and_one_that_was_not_measured_is_inconclusive(subject: str) -> None:
    unit = {"p50": "ms", "p95": "ms", "bundle": "mb", "memory": "mb", "start": "s"}[subject]
    key = f"maximum_{subject}_{unit}"
    name = f"budget {subject}"
    assert _findings(sample.latency(), **{key: 1e6})[name].outcome is Outcome.PASSED
    assert _findings(sample.latency(), **{key: 1e-6})[name].outcome is Outcome.FAILED
    unmeasured = replace(
        sample.latency(sample.timing(route=Route.SERVER)),
        footprint=replace(sample.latency().footprint, memory_bytes=None, start_ms=None),
    )
    if subject != "bundle":
        assert _findings(unmeasured, **{key: 1e6})[name].outcome is Outcome.INCONCLUSIVE


def test_a_time_above_its_budget_on_an_unsteady_machine_is_inconclusive() -> None:
    noisy = sample.latency(replace(sample.timing(), noise=0.4))
    assert _findings(noisy, maximum_p50_ms=0.01)["budget p50"].outcome is Outcome.INCONCLUSIVE
    assert _findings(noisy, maximum_p50_ms=0.1)["budget p50"].outcome is Outcome.PASSED


def test_the_noise_of_the_machine_is_said() -> None:
    assert "noise 1.0%" in _in_process(sample.timing()).message
