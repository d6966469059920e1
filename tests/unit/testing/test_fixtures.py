"""The fixtures as a data scientist meets them: pytest started by hand, the plugin found by its entry point, which the installed package brings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import modelratchet.config.blocks
import modelratchet.testing.loaded_model  # noqa: F401 - pytester forgets what is imported inside, and numpy bears no second import
from modelratchet.config.layout import HOLDOUT
from modelratchet.modeling.tables import write_table
from tests.samples.tested_projects import ROWS, make_tested_project, write_own_test

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    return make_tested_project(pytester.path)


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    write_own_test(pytester.path, source)
    return pytester.runpytest_inprocess("tests/model", "-rs", "-p", "no:cacheprovider", *arguments)


def test_predict_answers_with_labels_under_the_rows_own_index(pytester: pytest.Pytester, project: Path) -> None:
    run(pytester, """
        def test(predict, holdout):
            answered = predict(holdout[["carrier", "hour"]].iloc[::-1])
            assert list(answered.index) == [3, 2, 1, 0]
            assert list(answered.sort_index()) == ["0", "1", "1", "1"]
        """).assert_outcomes(passed=1)  # fmt: skip


def test_chances_have_a_column_for_each_class(pytester: pytest.Pytester, project: Path) -> None:
    run(pytester, """
        def test(predict_proba, holdout, schema):
            chances = predict_proba(holdout)
            assert list(chances.columns) == list(schema.classes) == ["0", "1"]
            assert (chances.sum(axis=1) - 1).abs().max() < 1e-6
            assert chances.loc[3, "1"] > 0.99 > 0.01 > chances.loc[0, "1"]
        """).assert_outcomes(passed=1)  # fmt: skip


def test_score_is_the_primary_metric_of_params_yaml(pytester: pytest.Pytester, project: Path) -> None:
    run(pytester, """
        def test(score, holdout):
            assert score(holdout) == 0.75
        """).assert_outcomes(passed=1)  # fmt: skip


def test_a_test_that_changes_the_rows_changes_them_for_itself_alone(pytester: pytest.Pytester, project: Path) -> None:
    run(pytester, """
        def test_first(holdout):
            holdout.loc[:, "hour"] = 0.0
        def test_second(holdout):
            assert holdout["hour"].max() == 23
        """).assert_outcomes(passed=2)  # fmt: skip


CHAMPION = """
def test(champion, candidate, holdout, score):
    assert champion.digest != candidate.digest
    assert score(holdout, champion) == 0.5 == champion.measure(holdout, "accuracy")
"""


def test_the_champion_answers_like_the_candidate(pytester: pytest.Pytester) -> None:
    make_tested_project(pytester.path, champion_weight=0.0)

    run(pytester, CHAMPION).assert_outcomes(passed=1)


def test_without_a_champion_its_tests_skip_and_say_so(pytester: pytest.Pytester, project: Path) -> None:
    result = run(pytester, CHAMPION)

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*nobody reigns*"])


def test_a_champion_that_needs_a_column_of_old_skips(pytester: pytest.Pytester) -> None:
    make_tested_project(pytester.path, champion_weight=0.0)
    write_table(pytester.path / HOLDOUT, ROWS.drop(columns="carrier"))

    result = run(pytester, CHAMPION)

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*needs columns that today's rows lack: *carrier*"])


def test_where_nothing_has_run_tests_skip_and_say_what_makes_a_candidate(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test(predict): pass\ndef test_rows(holdout): pass")

    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["*no candidate*ratchet run*", "*no data/holdout.parquet*ratchet run*"])


def test_a_named_root_has_to_hold_a_candidate(pytester: pytest.Pytester) -> None:
    run(pytester, "def test(predict): pass", "--ratchet-root", ".").assert_outcomes(errors=1)


def test_bytes_that_were_changed_are_not_tested(pytester: pytest.Pytester, project: Path) -> None:
    graph = project / "models/bundle/model.onnx"
    graph.write_bytes(graph.read_bytes() + b"\0")

    result = run(pytester, "def test(predict): pass")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*DigestError*was changed*"])


SCORED = "def test(score, holdout): assert score(holdout) > 0"


def test_the_root_is_found_from_a_folder_below_it(pytester: pytest.Pytester, project: Path) -> None:
    write_own_test(project, SCORED)

    assert "1 passed" in started_in(project / "tests/model").stdout


def test_the_root_can_be_named_in_pytests_settings(pytester: pytest.Pytester, project: Path) -> None:
    write_own_test(project, SCORED)
    (project / "tests/model/pytest.ini").write_text("[pytest]\nratchet_root = ../..\n")

    assert "1 passed" in started_in(project.parent, str(project / "tests/model")).stdout


def started_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_sessions_that_ask_for_no_fixture_pay_nothing_for_the_plugin() -> None:
    code = "import sys, modelratchet.testing.fixtures as f; print(sorted({'pandas', 'numpy', 'onnx', 'onnxruntime', 'pydantic', 'yaml'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
