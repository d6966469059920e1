"""Which promotion lets a version be published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modelratchet.core.ledger import EventKind
from modelratchet.core.ledger_writing import anchored, renewed, rolled_back
from modelratchet.errors import RejectedError
from modelratchet.usecases.find_promotion import promotion_of
from tests.samples.ledgers import NOW, Chain, version


def test_champion_was_crowned_by_its_latest_event() -> None:
    chain = Chain().crowned(1, 2)

    assert promotion_of(chain.history, "2", NOW) == chain.events[1]


def test_version_that_reigned_before_may_be_published_too() -> None:
    chain = Chain().crowned(1, 2)

    assert promotion_of(chain.history, "1", NOW) == chain.events[0]


def test_version_that_was_gone_back_to_is_proven_by_the_rollback() -> None:
    chain = Chain().crowned(1, 2)
    back = chain.add(lambda state, found: rolled_back(state, version(1), "because", found))

    assert promotion_of(chain.history, "1", NOW) == back


def test_version_that_was_gone_back_from_has_no_promotion_any_more() -> None:
    chain = Chain().crowned(1, 2)
    chain.add(lambda state, found: rolled_back(state, version(1), "because", found))

    with pytest.raises(RejectedError, match=r"version 2 .* was gone back from"):
        promotion_of(chain.history, "2", NOW)


def test_renewal_proves_it_again_and_an_anchor_does_not() -> None:
    chain = Chain().crowned(1)
    again = chain.add(lambda state, found: renewed(state, chain.events[0], found))
    chain.add(lambda state, found: anchored(state, version(1), "because", found))

    found = promotion_of(chain.history, "1", NOW)
    assert (found, found.kind) == (again, EventKind.RENEWED)


def test_version_that_never_reigned_is_refused() -> None:
    with pytest.raises(RejectedError, match=r"version 7 .* was never promoted"):
        promotion_of(Chain().crowned(1).history, "7", NOW)


def test_record_that_is_over_is_refused() -> None:
    with pytest.raises(RejectedError, match="was proof until"):
        promotion_of(Chain().crowned(1).history, "1", datetime(2028, 1, 1, tzinfo=UTC))
