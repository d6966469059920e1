"""Whether there is anything new to retrain on, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelratchet.errors import DataError, InputError, TrackingError
from modelratchet.usecases.fetch_champion import Throne
from modelratchet.usecases.plan_retrain import Occasion, RetrainPlan, plan_retrain
from tests.fakes.ledger import FakeLedger
from tests.fakes.model_registry import FakeModelRegistry
from tests.fakes.window_settings import FakeWindowSettings
from tests.samples.candidates import MODEL
from tests.samples.windows import at, covered, month, rule
from tests.samples.workshops import Workshop

THROUGH_OCTOBER = b"2013-01 2013-09 2013-10"


class Planner:
    """Plans for a workshop's model; `trained_to` is what its champion's run says of its holdout."""

    def __init__(self, shop: Workshop, registry: FakeModelRegistry) -> None:
        self.throne, self.registry, self.shop = Throne(shop.desk.reader, registry), registry, shop
        self.settings = FakeWindowSettings()

    def plan(self, text: bytes = THROUGH_OCTOBER, through: str | None = None, now: str = "2014-03-01") -> RetrainPlan:
        return plan_retrain(text, self.settings, self.throne, Occasion(at(now), through))

    def reigning(self, holdout_from: str) -> None:
        files, record = self.shop.decided(0.1)
        self.registry.record(replace(record, params={**record.params, "split.holdout_from": holdout_from}))
        self.shop.promote(files)


@pytest.fixture
def planner(shop: Workshop, registry: FakeModelRegistry) -> Planner:
    return Planner(shop, registry)


def test_window_moves_to_the_newest_whole_period(planner: Planner) -> None:
    found = planner.plan()

    assert found.moved is not None
    assert found.moved.text == b"2013-01 2013-11 2013-12"
    assert found.changes == {"holdout": ("2013-09", "2013-11"), "last": ("2013-10", "2013-12")}
    assert (
        found.why
        == "2013-12 is whole, with 1,000 rows; the window becomes 2013-01 to 2013-12, held out from 2013-11 on."
    )
    assert [item.period.name for item in found.rows] == [f"2013-{number:02}" for number in range(1, 13)]


def test_window_that_ends_there_already_stays_and_no_registry_is_asked(planner: Planner) -> None:
    planner.registry.is_down = True

    found = planner.plan(b"2013-01 2013-11 2013-12")

    assert (found.moved, found.changes) == (None, {})
    assert found.window is not None
    assert found.why == "The window ends with 2013-12 already, the newest whole month."
    assert found.notes == ("No rows of 2014-01 or later, though it is over.",)


def test_period_that_is_running_or_cut_does_not_move_it(planner: Planner) -> None:
    planner.settings.rows = covered("2013-01", "2013-12", m2013_11=300)

    found = planner.plan(now="2013-12-20")

    assert found.moved is None
    assert found.why == "The window ends with 2013-10 already, the newest whole month."
    assert [note[:22] for note in found.notes] == ["2013-11 has no rows fo", "2013-12 is not over be"]


def test_chosen_period_is_taken_in_place_of_the_newest(planner: Planner) -> None:
    found = planner.plan(through="2013-11")

    assert found.moved is not None
    assert found.moved.text == b"2013-01 2013-10 2013-11"


def test_chosen_period_that_the_window_ends_with_is_nothing_new(planner: Planner) -> None:
    assert planner.plan(through="2013-10").why == "The window ends with 2013-10 already, the period that was chosen."


@pytest.mark.parametrize(
    ("through", "message"),
    [
        ("2014-01", "2014-01 has no rows"),
        ("October", "expected a month like 2013-11"),
        ("2013-08", "rows would be held out from 2013-07-01T00:00:00Z on; params.yaml trains on rows up to 2013-09-01"),
    ],
)
def test_chosen_period_that_cannot_be_is_refused(planner: Planner, through: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        planner.plan(through=through)


def test_source_that_lost_rows_does_not_move_the_window_back(planner: Planner) -> None:
    planner.settings.rows = covered("2013-01", "2013-06")

    found = planner.plan()

    assert (found.moved, found.window) == (None, None)
    assert "the window never goes back" in found.why
    assert found.notes == ("No rows of 2013-07 or later, though it is over.",)


def test_champion_of_an_older_window_is_no_obstacle(planner: Planner) -> None:
    planner.reigning("2013-11-01T00:00:00")

    assert planner.plan().moved is not None


def test_champion_of_a_newer_window_would_be_judged_on_what_it_was_trained_on(planner: Planner) -> None:
    planner.reigning("2013-11-01T00:00:01+00:00")

    found = planner.plan()

    assert (found.moved, found.window) == (None, None)
    assert "the champion, version 1, was trained on rows up to 2013-11-01T00:00:01Z, a newer window" in found.why
    with pytest.raises(InputError, match="a newer window"):
        planner.plan(through="2013-12")


def test_champion_whose_promotion_was_killed_before_its_alias_moved_counts(
    planner: Planner, ledger: FakeLedger
) -> None:
    ledger.cannot_project = True
    with pytest.raises(TrackingError):
        planner.reigning("2013-12-01T00:00:00")

    assert ledger.projection(MODEL).champion is None
    assert "the champion, version 1, was trained on rows up to 2013-12-01" in planner.plan().why


@pytest.mark.parametrize("text", ["", "null", "soon"])
def test_champion_that_was_not_split_by_time_is_no_obstacle(planner: Planner, text: str) -> None:
    planner.reigning(text)

    assert planner.plan().moved is not None


def test_registry_that_is_down_stops_a_move(planner: Planner) -> None:
    planner.reigning("2013-09-01T00:00:00")
    planner.registry.is_down = True

    with pytest.raises(TrackingError):
        planner.plan()


def test_source_without_a_whole_period_is_nothing_new(planner: Planner) -> None:
    planner.settings.rows = covered("2013-12", "2013-12")

    found = planner.plan(now="2013-12-24")

    assert (found.moved, found.window) == (None, None)
    assert found.why == "The source has no whole month yet; its rows begin with 2013-12."
    assert found.notes == ("2013-12 is not over before 2014-01-01T00:00:00Z.",)


def test_source_with_too_few_periods_is_refused(planner: Planner) -> None:
    planner.settings.rows = covered("2013-11", "2013-12")

    with pytest.raises(DataError, match="no row is left to train on"):
        planner.plan()


def test_settings_that_ask_for_another_window_move_it_though_no_period_is_new(planner: Planner) -> None:
    planner.settings.rule = rule(n_training=3)

    found = planner.plan(b"2013-01 2013-11 2013-12")

    assert found.changes == {"first": ("2013-01", "2013-08")}
    assert found.window is not None
    assert found.window.first == month("2013-08")
