"""What two modules have to agree on is written in one of them."""

from __future__ import annotations

import grimp

from modelratchet.adapters.bentoml_packager import SERVED
from tests.architecture.stage_sources import ROOT


def test_the_name_of_a_ledger_is_spelled_in_one_place() -> None:
    spelled = [path for path in (ROOT / "src").rglob("*.py") if '".promotions"' in path.read_text(encoding="utf-8")]

    assert spelled == [ROOT / "src/modelratchet/core/registry_names.py"]


def test_the_image_holds_all_that_a_server_imports() -> None:
    graph = grimp.build_graph("modelratchet", cache_dir=None, exclude_type_checking_imports=True)
    served = {"modelratchet.serving", *graph.find_descendants("modelratchet.serving")}
    reached = served.union(*(graph.find_upstream_modules(module) for module in served))
    parts = {name.split(".")[1] for name in reached if "." in name}

    assert parts <= {name.removesuffix(".py") for name in SERVED}
