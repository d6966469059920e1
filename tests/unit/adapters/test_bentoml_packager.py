"""Names, tags and labels of what is packaged, without building it."""

from __future__ import annotations

import re

import pytest

from modelratchet.adapters.bentoml_packager import _labels, _name


@pytest.mark.parametrize(
    ("model", "name"),
    [("flights-late", "flights-late"), ("Flüge--Late", "fl-ge-late"), ("a..b_", "a-b"), ("..", "model")],
)
def test_name_is_one_that_a_registry_takes(model: str, name: str) -> None:
    assert _name(model) == name
    assert re.fullmatch(r"[a-z0-9]+([._-][a-z0-9]+)*", name)


def test_label_cannot_end_its_line_or_name_a_variable() -> None:
    written = _labels({"title": 'x"\nRUN evil $HOME {{ 1 }}', "empty": ""})

    assert written == 'LABEL title="x__RUN evil _HOME __ 1 __"\n'
