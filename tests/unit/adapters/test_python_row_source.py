"""The project's own rows()."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelratchet.adapters.python_row_source import PythonRowSource
from modelratchet.errors import ConfigError, DataError, InputError

MODULE = "trial_package.trial_project"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    package = tmp_path / "trial_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in [name for name in sys.modules if name.startswith("trial_package")]:
        del sys.modules[name]


def fault(folder: Path, code: str, kind: type[InputError], **options: object) -> str:
    (folder / "trial_project.py").write_text(code)
    with pytest.raises(kind) as caught:
        PythonRowSource(MODULE, options).read(["a"])
    assert caught.value.hint
    return caught.value.message


def test_options_are_handed_over_as_keywords(folder: Path) -> None:
    code = "import pandas as pd\ndef rows(count):\n    return pd.DataFrame({'a': range(count)})\n"
    (folder / "trial_project.py").write_text(code)
    assert len(PythonRowSource(MODULE, {"count": 3}).read(["a"]).frame) == 3


def test_an_exception_is_shown_with_its_line(folder: Path) -> None:
    message = fault(folder, "def rows():\n    table = {}\n    return table['price']\n", DataError)
    assert message == (
        "rows() in trial_package/trial_project.py failed in line 3 (return table['price']): KeyError: 'price'"
    )


def test_an_error_of_ours_is_passed_on(folder: Path) -> None:
    code = (
        "from modelratchet.errors import InputError\ndef rows():\n    raise InputError('no such month', hint='mend')\n"
    )
    assert fault(folder, code, InputError) == "no such month"


def test_something_other_than_a_frame_is_refused(folder: Path) -> None:
    assert "gave list, expected a pandas DataFrame" in fault(folder, "def rows():\n    return []\n", DataError)


def test_options_that_do_not_fit_are_named(folder: Path) -> None:
    message = fault(folder, "def rows(first_month):\n    return None\n", ConfigError, month=1)
    assert "ingest.options" in message
    assert "rows(first_month)" in message


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("x = 1\n", InputError, "has no function rows()"),
        ("def rows(:\n", DataError, "line 1"),
        ("import no_such_library\n", DataError, "no_such_library"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(folder: Path, code: str, kind: type[InputError], expected: str) -> None:
    assert expected in fault(folder, code, kind)


def test_a_missing_file_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"trial_package/trial_project\.py is not there"):
        PythonRowSource(MODULE, {}).read(["a"])


def test_it_is_found_in_this_folder_though_the_command_was_started_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.venv/bin/ratchet` has its own folder on sys.path, not the project's; the workflows start it like that."""
    (tmp_path / "elsewhere_project.py").write_text(
        "import pandas as pd\ndef rows():\n    return pd.DataFrame({'a': [1]})\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path not in ("", str(tmp_path))])
    assert PythonRowSource("elsewhere_project", {}).read(()).names == ("a",)
