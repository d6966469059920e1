"""What two modules have to agree on is written in one of them."""

from __future__ import annotations

from tests.architecture.stage_sources import ROOT


def test_the_name_of_a_ledger_is_spelled_in_one_place() -> None:
    spelled = [path for path in (ROOT / "src").rglob("*.py") if '".promotions"' in path.read_text(encoding="utf-8")]

    assert spelled == [ROOT / "src/modelratchet/core/registry_names.py"]
