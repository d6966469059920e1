"""Rows from a person's own code: its mistakes are shown with their line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from modelratchet.adapters.python_row_source import PythonRowSource
from modelratchet.errors import ConfigError, DataError, InputError, RatchetError

Writing = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writing:
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"own_{tmp_path.name.replace('-', '_')}"

    def writing(text: str) -> str:
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return writing


def test_rows_are_called_with_the_options(write: Writing) -> None:
    module = write("import pandas as pd\ndef rows(n):\n    return pd.DataFrame({'a': range(n)})\n")

    found = PythonRowSource(module, {"n": 3}).read(["a"])

    assert found.frame["a"].tolist() == [0, 1, 2]
    assert found.names == ("a",)


FAULTS: dict[str, tuple[str, type[RatchetError], str]] = {
    "an exception": (
        "def rows(n):\n    x = 1\n    return {}['price']\n",
        DataError,
        "in line 3 (return {}['price']): KeyError",
    ),
    "no DataFrame": ("def rows(n):\n    return [1]\n", DataError, "gave list, expected a pandas DataFrame"),
    "no rows()": ("x = 1\n", InputError, "has no function rows()"),
    "another keyword": ("def rows(month):\n    return 1\n", ConfigError, "the function is rows(month)"),
    "a syntax error": ("x = 1\ndef rows(n)\n", DataError, "cannot be imported in line 2 (def rows(n)): SyntaxError"),
    "a failing import": (
        "import notthere_at_all\n",
        DataError,
        "in line 1 (import notthere_at_all): ModuleNotFoundError",
    ),
}


@pytest.mark.parametrize(("text", "kind", "expected"), FAULTS.values(), ids=list(FAULTS))
def test_faulty_code_is_told_with_its_line(write: Writing, text: str, kind: type[RatchetError], expected: str) -> None:
    with pytest.raises(kind) as caught:
        PythonRowSource(write(text), {"n": 1}).read(["a"])

    assert expected in caught.value.message


def test_own_errors_of_the_project_pass_unchanged(write: Writing) -> None:
    module = write("from modelratchet.errors import InputError\ndef rows():\n    raise InputError('no such month')\n")

    with pytest.raises(InputError, match=r"^no such month$"):
        PythonRowSource(module, {}).read(["a"])


def test_missing_file_is_told() -> None:
    with pytest.raises(InputError, match=r"nowhere/project\.py is not there"):
        PythonRowSource("nowhere.project", {}).read(["a"])
