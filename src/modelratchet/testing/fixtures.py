"""The pytest plugin with the fixtures for `tests/model/`; docs/how-to/model-tests.md shows them at work.

pytest loads it wherever modelratchet is installed, so it imports nothing of weight before a fixture is asked for. What is not there yet skips the
test and says so, except under `--ratchet-root`, which the `test_model` stage gives: there it fails.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from modelratchet.config.layout import BUNDLE, HOLDOUT, PARAMS, REIGNING
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.errors import DataError, MissingEvidenceError

if TYPE_CHECKING:
    import pandas as pd

    from modelratchet.core.schema import Schema
    from modelratchet.testing.loaded_model import LoadedModel

    Predict = Callable[[pd.DataFrame], pd.Series]
    PredictProba = Callable[[pd.DataFrame], pd.DataFrame]
    Score = Callable[..., float]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the project's root be named, where it is not around the folder that pytest was started in."""
    group = parser.getgroup("modelratchet")
    group.addoption(
        "--ratchet-root",
        metavar="FOLDER",
        help="root of the project whose model is tested; what is missing there fails a test instead of skipping it",
    )
    parser.addini("ratchet_root", "root of the project whose model is tested, from pytest's own root", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that gives a slow test more time."""
    config.addinivalue_line("markers", "time_limit(seconds): the test_model stage lets this test run so long")


@pytest.fixture(scope="session")
def candidate(pytestconfig: pytest.Config) -> LoadedModel:
    """The model that the pipeline made: the verified bytes that would be served."""
    try:
        return _load(pytestconfig, BUNDLE)
    except MissingEvidenceError as error:
        _do_without(pytestconfig, f"there is no candidate: {error.message}; `ratchet run` makes one")


@pytest.fixture(scope="session")
def champion(pytestconfig: pytest.Config, candidate: LoadedModel, _holdout_rows: pd.DataFrame) -> LoadedModel:
    """The model that reigns, as the pipeline last fetched it. Skips where nobody reigns, or it cannot answer today's rows."""
    if not (_root(pytestconfig) / REIGNING / BUNDLE_FOLDER).exists():
        pytest.skip("nobody reigns: there is no champion to hold the candidate against")
    found = _load(pytestconfig, REIGNING / BUNDLE_FOLDER)
    try:
        _refuse_stranger(found, candidate, _holdout_rows)
    except DataError as error:
        pytest.skip(f"the champion cannot be held against the candidate: {error.message}")
    return found


@pytest.fixture
def holdout(_holdout_rows: pd.DataFrame) -> pd.DataFrame:
    """All columns of the rows that no model was fitted on, the label too; a copy, to be changed at will."""
    return _holdout_rows.copy()


@pytest.fixture(scope="session")
def schema(candidate: LoadedModel) -> Schema:
    """The candidate's columns with their ranges and categories in training, its task, label and classes."""
    return candidate.schema


@pytest.fixture(scope="session")
def predict(candidate: LoadedModel) -> Predict:
    """Calls `candidate.predict`."""
    return candidate.predict


@pytest.fixture(scope="session")
def predict_proba(candidate: LoadedModel) -> PredictProba:
    """Calls `candidate.predict_proba`."""
    return candidate.predict_proba


@pytest.fixture(scope="session")
def score(pytestconfig: pytest.Config, candidate: LoadedModel) -> Score:
    """A function of labelled rows: the primary metric of the candidate, or of the model given as second argument."""
    from modelratchet.config.blocks import load_settings
    from modelratchet.config.evaluate import Blocks

    primary = load_settings(Blocks, _root(pytestconfig) / PARAMS).evaluate.primary

    def measured(rows: pd.DataFrame, model: LoadedModel = candidate) -> float:
        return model.measure(rows, primary)

    return measured


@pytest.fixture(scope="session")
def _holdout_rows(pytestconfig: pytest.Config) -> pd.DataFrame:
    """The rows themselves, read once."""
    from modelratchet.modeling.tables import read_table

    try:
        return read_table(_root(pytestconfig) / HOLDOUT)
    except MissingEvidenceError:
        _do_without(pytestconfig, f"there is no {HOLDOUT}; `ratchet run` makes it")


def _root(config: pytest.Config) -> Path:
    """The folder that was named; else the nearest one that holds `params.yaml`, from where pytest was started and then from its root."""
    started_in = config.invocation_params.dir
    if config.option.ratchet_root:
        return started_in / str(config.option.ratchet_root)
    if config.getini("ratchet_root"):
        return config.rootpath / str(config.getini("ratchet_root"))
    around = (folder for start in (started_in, config.rootpath) for folder in (start, *start.parents))
    return next((folder for folder in around if (folder / PARAMS).is_file()), config.rootpath)


def _load(config: pytest.Config, directory: Path) -> LoadedModel:
    from modelratchet.storage.bundles import read_bundle
    from modelratchet.testing.loaded_model import LoadedModel

    return LoadedModel(read_bundle(_root(config) / directory))


def _do_without(config: pytest.Config, reason: str) -> NoReturn:
    """Skip by hand, where a clone has run nothing yet; fail in the stage, which has all that it needs."""
    if config.option.ratchet_root:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _refuse_stranger(found: LoadedModel, candidate: LoadedModel, rows: pd.DataFrame) -> None:
    theirs, ours = found.schema, candidate.schema
    if (theirs.task, theirs.label, sorted(theirs.classes)) != (ours.task, ours.label, sorted(ours.classes)):
        raise DataError(
            f"it answers {theirs.task} {theirs.label} {sorted(theirs.classes)}, the candidate {ours.task} {ours.label} {sorted(ours.classes)}"
        )
    missing = sorted({column.name for column in theirs.columns} - set(rows.columns))
    if missing:
        raise DataError(f"it needs columns that today's rows lack: {missing}")
