"""A workshop on fakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.write_ledger import Desk
from tests.fakes.certificates import FakeCertificates
from tests.fakes.ledger import FakeLedger
from tests.fakes.memory import FakeMemory
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples.ledgers import circumstances
from tests.samples.workshops import Workshop, workshop


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


@pytest.fixture
def registry() -> FakeModelRegistry:
    return FakeModelRegistry()


@pytest.fixture
def certificates() -> FakeCertificates:
    return FakeCertificates()


@pytest.fixture
def memory() -> FakeMemory:
    return FakeMemory()


@pytest.fixture
def shop(
    ledger: FakeLedger,
    registry: FakeModelRegistry,
    certificates: FakeCertificates,
    memory: FakeMemory,
    tmp_path: Path,
) -> Workshop:
    """Promotes; all its ports are fakes."""
    return workshop(Desk(LedgerReader(ledger, memory, "here"), registry, certificates, circumstances), tmp_path)
