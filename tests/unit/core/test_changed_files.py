"""What a change has to be tried on, name by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelratchet.core.changed_files import Touched, touched
from modelratchet.storage.code_listing import paths_in_a_checkout, read_listing

_STAGES = frozenset({"pipeline/train.py", "src/modelratchet/core/gate.py", "tests/model/"})
_NEITHER, _CODE, _BOTH = (
    Touched(code=False, model=False),
    Touched(code=True, model=False),
    Touched(code=True, model=True),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("README.md", _NEITHER),
        ("docs/how-to/rehearse.md", _NEITHER),
        ("docs/images/page.png", _NEITHER),
        ("LICENSE", _NEITHER),
        ("docs/how-to/bring-your-own-data.md", _CODE),
        ("tests/unit/core/test_gate.py", _CODE),
        ("tests/golden/page/reject.md", _CODE),
        ("benchmarks/pipeline.py", _CODE),
        ("src/modelratchet/cli/show.py", _CODE),
        ("requirements-serving.lock", _CODE),
        (".github/workflows/nightly.yml", _CODE),
        ("src/modelratchet/core/gate.py", _BOTH),
        ("pipeline/train.py", _BOTH),
        ("pipeline/my_own_module.py", _BOTH),
        ("tests/model/test_flights.py", _BOTH),
        ("params.yaml", _BOTH),
        ("dvc.yaml", _BOTH),
        ("dvc.lock", _BOTH),
        (".dvc/config", _BOTH),
        ("incoming/flights.csv", _BOTH),
        ("pipeline/prompt.md", _BOTH),
        ("incoming.dvc", _BOTH),
        ("expectations/flights.json", _BOTH),
        ("expectations/README.md", _BOTH),
        ("requirements.lock", _BOTH),
        ("pyproject.toml", _BOTH),
        ("src/modelratchet/core/table.json", _BOTH),
        (".github/workflows/pipeline.yml", _BOTH),
        (".github/actions/setup/action.yml", _BOTH),
    ],
)
def test_a_file_touches(name: str, expected: Touched) -> None:
    assert touched([name], _STAGES) == expected


def test_one_file_among_many_is_enough() -> None:
    assert touched(["README.md", "params.yaml", "docs/adr/0001.md"], _STAGES) == _BOTH


def test_a_page_that_a_test_follows_or_reads_is_tried_like_code() -> None:
    """`make test-docs` is all that a change of the other pages runs."""
    named = re.compile(r'(?:blocks\(|follow\(project, |"how-to" / |"docs/how-to/)"?([\w-]+\.md)"')
    texts = [path.read_text() for path in Path("tests").rglob("*.py") if path != Path(__file__).relative_to(Path.cwd())]
    pages = {page for text in texts for page in named.findall(text)}

    assert {"ci.md", "params.md", "protocols.md", "team-registry.md"} <= pages
    assert not [page for page in pages if touched([f"docs/how-to/{page}"], _STAGES) != _CODE]


def test_no_change_touches_nothing() -> None:
    assert touched([], _STAGES) == _NEITHER


def test_every_source_of_a_stage_of_this_project_touches_the_model() -> None:
    listed = paths_in_a_checkout(read_listing(Path("pipeline/sources.json")))
    files = [name + "test_one.py" if name.endswith("/") else name for name in listed]

    assert all(touched([name], listed).model for name in files)
