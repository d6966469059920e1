"""What counts as code of a stage, and when its digests change."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import modelratchet
from modelratchet.errors import EvidenceError, InputError, MissingEvidenceError
from modelratchet.storage import code_digests
from modelratchet.storage.code import CodeDigests, read_code_digests, runtime_digest
from modelratchet.storage.code_digests import write_code_digests
from modelratchet.storage.code_listing import module_file, modules_of, read_listing

LISTED = {
    "split": {"modules": ["pipeline.split"], "packages": ["numpy"], "files": []},
    "test_model": {"modules": ["pipeline.project", "modelratchet.errors"], "packages": [], "files": ["tests/model/"]},
    "runtime": {"modules": ["modelratchet.core.digests"], "packages": ["onnxruntime"], "files": []},
}
LOCK_TEXT = """# made by a tool
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:00
    # via pandas
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:01
onnxruntime==1.24.0 \\
    --hash=sha256:02
ruff==0.11.0 \\
    --hash=sha256:03
"""
DIGESTS, LISTING, LOCK, KNOWN = (Path(name) for name in ("data/code", "pipeline/sources.json", "lock", "known.json"))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("pipeline/split.py", "X = 1")
    write("pipeline/project.py", "")
    write("lock", LOCK_TEXT)
    LISTING.write_text(json.dumps(LISTED))


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def digests() -> dict[str, str]:
    write_code_digests(LISTING, DIGESTS, LOCK, KNOWN)
    return {path.stem: path.read_text() for path in DIGESTS.glob("*.json")}


def changed_by(path: str, text: str) -> set[str]:
    before = digests()
    write(path, text)
    after = digests()
    return {entry for entry in before if before[entry] != after[entry]}


@pytest.mark.parametrize("path", ["tests/model/test_own.py", "tests/model/conftest.py", "tests/model/cases/storms.csv"])
def test_a_file_in_a_listed_folder_runs_its_stage_again_and_no_other(path: str) -> None:
    assert changed_by(path, "new") == {"test_model"}
    assert changed_by(path, "edited") == {"test_model"}


def test_a_comment_in_a_source_or_in_a_test_of_the_model_changes_nothing() -> None:
    write("tests/model/test_own.py", "def test(): pass")

    assert changed_by("tests/model/test_own.py", "def test():\n    '''Why.'''  # what") == set()
    assert changed_by("pipeline/split.py", "# why\nX = 1") == set()
    assert changed_by("tests/model/rows.csv", "a") == {"test_model"}
    assert changed_by("tests/model/rows.csv", "a  # b") == {"test_model"}


def test_a_file_that_is_taken_away_counts_too() -> None:
    write("tests/model/test_own.py", "def test(): pass")
    before = digests()

    Path("tests/model/test_own.py").unlink()

    assert digests()["test_model"] != before["test_model"]


@pytest.mark.parametrize(
    "path", ["tests/model/__pycache__/test_own.pyc", "tests/model/.pytest_cache/v", "tests/model/.swp"]
)
def test_what_tools_leave_there_does_not_count(path: str) -> None:
    assert changed_by(path, "noise") == set()


@pytest.mark.parametrize("path", ["pipeline/features.py", "pipeline/runtime.py", "pipeline/own/__init__.py"])
def test_the_users_modules_beside_project_py_count_where_project_py_does(path: str) -> None:
    assert changed_by(path, "X = 1") == {"test_model"}


@pytest.mark.parametrize(
    "path", ["pipeline/.ipynb_checkpoints/project-checkpoint.py", "pipeline/my.old.py", "pipeline/my-data/rows.py", "pipeline/2.py", "pipeline/.py"]
)  # fmt: skip
def test_what_cannot_be_imported_is_no_module(path: str) -> None:
    assert changed_by(path, "X = 1") == set()


def test_what_is_no_regular_file_is_no_module() -> None:
    """Emacs' lock of an open file leads nowhere; a folder may be called anything."""
    before = digests()
    Path("pipeline/.#project.py").symlink_to("me@host.123")
    Path("pipeline/gone.py").symlink_to("nowhere.py")
    Path("pipeline/folder.py").mkdir()

    assert digests() == before


def test_a_link_to_a_source_is_a_module() -> None:
    write("elsewhere.py", "X = 1")
    Path("pipeline/linked.py").symlink_to("../elsewhere.py")

    assert changed_by("elsewhere.py", "X = 2") == {"test_model"}


def test_of_a_module_and_a_package_of_one_name_the_package_counts_as_python_imports_it() -> None:
    write("pipeline/feat.py", "X = 1")
    write("pipeline/feat/__init__.py", "X = 1")

    assert changed_by("pipeline/feat.py", "X = 2") == set()
    assert changed_by("pipeline/feat/__init__.py", "X = 2") == {"test_model"}


def test_a_stage_is_none_of_the_users_modules() -> None:
    assert modules_of("test_model", read_listing(LISTING)) == (
        "modelratchet.errors",
        "pipeline.project",
    )


def test_a_module_counts_by_its_name_and_not_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout's `src`, the same folder elsewhere, and site-packages give one digest."""
    before = digests()
    copy = tmp_path / "site-packages" / "modelratchet"
    shutil.copytree(Path(modelratchet.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(
        "modelratchet.storage.code_listing._package_folder",
        {"pipeline": Path("pipeline"), "modelratchet": copy}.__getitem__,
    )

    assert module_file("modelratchet.errors").is_relative_to(copy)
    assert digests() == before


def test_a_module_under_another_name_is_another() -> None:
    before = digests()
    Path("pipeline/split.py").rename("pipeline/parting.py")
    LISTING.write_text(json.dumps({**LISTED, "split": {**LISTED["split"], "modules": ["pipeline.parting"]}}))

    assert digests()["split"] != before["split"]


def test_a_module_that_became_a_folder_is_the_same() -> None:
    before = digests()
    Path("pipeline/split.py").unlink()
    write("pipeline/split/__init__.py", "X = 1")

    assert digests()["split"] == before["split"]


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("ruff==0.11.0", "ruff==0.12.0", set()),
        ("--hash=sha256:00", "--hash=sha256:99", set()),
        ("# via pandas", "# via scipy", set()),
        ("numpy==2.5.5", "numpy==2.5.6", {"split"}),
        ("< '3.12'", "< '3.13'", {"split"}),
        ("numpy==2.4.6", "NumPy==2.4.7", {"split"}),
        ("onnxruntime==1.24.0", "onnxruntime==1.25.0", {"runtime"}),
    ],
)
def test_a_line_of_the_lock_counts_where_its_package_is_listed(old: str, new: str, changed: set[str]) -> None:
    assert changed_by("lock", LOCK_TEXT.replace(old, new)) == changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-e ./shared", "-e ./other"),
        ("git+https://host/feat@1#egg=feat", "git+https://host/feat@2#egg=feat"),
        ("numpy>=2", "numpy>=3"),
        ("", "-e ./shared"),
    ],
)
def test_a_line_of_the_lock_that_is_not_understood_counts_everywhere(old: str, new: str) -> None:
    write("lock", f"{LOCK_TEXT}{old}\n")

    assert changed_by("lock", f"{LOCK_TEXT}{new}\n") == set(LISTED)


@pytest.mark.parametrize("content", ["numpy==1\n".encode("utf-16"), "numpy==1\n".encode("utf-16-le"), b"\xff"])
def test_a_lock_that_is_no_text_is_one_clear_fault(content: bytes) -> None:
    LOCK.write_bytes(content)

    with pytest.raises(InputError, match=r"^lock is no text in UTF-8"):
        digests()


def test_a_lock_that_is_a_folder_is_one_clear_fault() -> None:
    LOCK.unlink()
    LOCK.mkdir()

    with pytest.raises(InputError, match="lock cannot be read"):
        digests()


def test_nothing_new_writes_nothing_and_parses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert write_code_digests(LISTING, DIGESTS, LOCK, KNOWN)
    stamps = {path: path.stat().st_mtime_ns for path in [*DIGESTS.iterdir(), KNOWN]}
    monkeypatch.setattr(code_digests, "_of_syntax", None)

    assert not write_code_digests(LISTING, DIGESTS, LOCK, KNOWN)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


@pytest.mark.parametrize("text", ["", "[]", '{"maker": "other", "digests": {}}'])
def test_a_lost_or_foreign_memory_costs_time_only(text: str) -> None:
    before = digests()
    write("known.json", text)

    assert digests() == before


def test_a_memory_that_can_neither_be_read_nor_written_costs_time_only() -> None:
    before = digests()
    KNOWN.unlink()
    KNOWN.mkdir()

    assert digests() == before


def test_memory_keeps_what_is_used_and_no_more() -> None:
    digests()
    write("pipeline/split.py", "X = 2")
    digests()

    n_sources = len({name for parts in LISTED.values() for name in parts["modules"]})
    assert len(json.loads(KNOWN.read_text())["digests"]) == n_sources


def test_a_listed_module_that_is_not_there_is_named() -> None:
    Path("pipeline/split.py").unlink()

    with pytest.raises(MissingEvidenceError, match=r"pipeline\.split is not there, but a stage imports it"):
        digests()


def test_a_missing_lock_is_named() -> None:
    LOCK.unlink()

    with pytest.raises(MissingEvidenceError, match="lock is not there"):
        digests()


def test_a_list_of_release_0_1_is_refused_with_what_to_do() -> None:
    LISTING.write_text(json.dumps({"split": ["pipeline/split.py"]}))

    with pytest.raises(InputError, match=r"^pipeline/sources\.json is of release 0\.1") as caught:
        digests()
    assert "dvc.yaml, pipeline/sources.json and pipeline/*.py but project.py" in caught.value.hint
    assert "docs/how-to/upgrade.md" in caught.value.hint


@pytest.mark.parametrize("content", [[], 3, {"split": 3}, {"split": {}}, {"split": None}])
def test_a_list_that_is_none_is_refused_with_what_to_do(content: object) -> None:
    LISTING.write_text(json.dumps(content))

    with pytest.raises(EvidenceError) as caught:
        digests()
    assert "make stage-deps" in caught.value.hint


def test_stages_read_what_was_written() -> None:
    assert runtime_digest(DIGESTS) is None
    digests()

    found = read_code_digests(DIGESTS, "split")
    assert isinstance(found, CodeDigests)
    assert json.loads((DIGESTS / "split.json").read_text()) == {"digest": found.code, "packages": found.packages}
    assert str(runtime_digest(DIGESTS)).startswith("sha256:")


@pytest.mark.parametrize("text", ["[]", "{}", '{"digest": 3}'])
def test_digests_that_are_none_are_refused(text: str) -> None:
    write("data/code/runtime.json", text)

    with pytest.raises(EvidenceError):
        runtime_digest(DIGESTS)
    with pytest.raises(EvidenceError):
        read_code_digests(DIGESTS, "runtime")
