"""What a reviewer sees: a real Chromium opens MLflow's pages on two recorded candidates. Screenshots are kept."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.address import read_address
from modelratchet.adapters.mlflow.pages import MlflowAddresses
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.server import RunningServer, ServerOptions, mlflow_server
from modelratchet.adapters.pyarrow_dataset_reader import ParquetDatasetReader
from modelratchet.core.receipt import Receipt
from modelratchet.core.run_facts import RunFacts
from modelratchet.storage.files import read_record
from modelratchet.usecases.compose_candidate import compose_candidate
from modelratchet.usecases.record_candidate import Recorder, record_candidate
from tests.fakes.source_control import FakeSourceControl
from tests.samples.browser import PATIENCE_MS
from tests.samples.recordings import recording, settings

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]
SCREENSHOTS = Path("reports/screenshots")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


@dataclass(frozen=True)
class Shown:
    server: RunningServer
    first: Receipt
    second: Receipt


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("pages")
    address = read_address(folder, {})
    receipts: list[Receipt] = []
    for estimator, weight, auc in (("logistic_regression", 0.1, 0.70), ("random_forest", 0.2, 0.72)):
        (folder / estimator).mkdir()
        champion = RunFacts("1", receipts[0].run_id, "1", {"train.estimator": "before"}, {}, ()) if receipts else None
        files = recording(folder / estimator, weight, auc, champion=champion)
        recorder = Recorder(
            MlflowRegistry(address),
            FakeSourceControl(),
            ParquetDatasetReader(),
            lambda name=estimator: settings(name),
            address.uri,
            MlflowAddresses(address),
            lambda verdict: "",
        )
        assert record_candidate(files, recorder, compose_candidate)
        receipts.append(read_record(files.receipt, Receipt))
    with mlflow_server(address, ServerOptions(port=0, log=folder / "server.log")) as server:
        yield Shown(server, *receipts)


@pytest.fixture(scope="module")
def page() -> Iterator[object]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1700, "height": 1300})
        page.set_default_timeout(PATIENCE_MS)
        # MLflow's assistant takes a third of the page until it is closed
        page.add_init_script(
            "localStorage.setItem('mlflow.assistant.panelOpen_v1', 'false'); localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')"
        )
        yield page
        browser.close()


def _expect(page: object, *texts: str | re.Pattern[str]) -> None:
    for text in texts:
        sync_api.expect(page.get_by_text(text).first).to_be_visible()  # type: ignore[attr-defined]


def test_the_list_of_runs_names_both_candidates(shown: Shown, page: object) -> None:
    page.goto(shown.server.runs_page(shown.first.experiment_id))  # type: ignore[attr-defined]

    _expect(page, re.compile("logistic_regression 1234567"), re.compile("random_forest 1234567"))
    _expect(page, "ratchet.verdict", "promote", "0.72", "roc_auc.low")
    page.screenshot(path=SCREENSHOTS / "runs.png")  # type: ignore[attr-defined]


def test_the_charts_of_runs_show_their_metrics_side_by_side(shown: Shown, page: object) -> None:
    page.goto(shown.server.runs_page(shown.first.experiment_id) + "&compareRunsMode=CHART")  # type: ignore[attr-defined]

    _expect(page, re.compile("random_forest 1234567"), "roc_auc", "accuracy")
    page.screenshot(path=SCREENSHOTS / "charts.png")  # type: ignore[attr-defined]


def test_the_page_of_a_run_shows_decision_metrics_and_params(shown: Shown, page: object) -> None:
    page.goto(shown.server.run_page(shown.second.experiment_id, shown.second.run_id))  # type: ignore[attr-defined]

    _expect(page, re.compile("PROMOTE: the evidence is enough"), "roc_auc", "train.estimator", "0.72")
    page.screenshot(path=SCREENSHOTS / "run.png", full_page=True)  # type: ignore[attr-defined]


def test_the_artifacts_of_a_run_recorded_without_a_server_are_shown(shown: Shown, page: object) -> None:
    address = shown.server.run_page(shown.second.experiment_id, shown.second.run_id).replace("?", "/artifacts?")
    page.goto(address)  # type: ignore[attr-defined]

    _expect(page, "roc.png", "verdict.json", "model")
    page.get_by_text("roc.png").first.click()  # type: ignore[attr-defined]
    page.wait_for_function(
        "[...document.images].some(image => image.src.startsWith('blob:') && image.naturalWidth > 100)"
    )  # type: ignore[attr-defined]
    page.screenshot(path=SCREENSHOTS / "artifacts.png")  # type: ignore[attr-defined]


def test_the_compare_page_pairs_params_metrics_tags_and_files(shown: Shown, page: object) -> None:
    runs = json.dumps([shown.first.run_id, shown.second.run_id])
    experiments = json.dumps([shown.first.experiment_id])
    page.goto(f"{shown.server.uri}/#/compare-runs?runs={runs}&experiments={experiments}&workflowType=machine_learning")  # type: ignore[attr-defined]

    page.set_viewport_size({"width": 1700, "height": 4000})  # type: ignore[attr-defined]
    _expect(page, "train.estimator", "random_forest", "logistic_regression", "roc_auc", "git.commit", "roc.png")
    page.screenshot(path=SCREENSHOTS / "compare.png", full_page=True)  # type: ignore[attr-defined]


def test_the_note_of_a_run_leads_to_the_page_that_compares_it_with_the_champions(shown: Shown, page: object) -> None:
    page.goto(shown.server.run_page(shown.second.experiment_id, shown.second.run_id))  # type: ignore[attr-defined]

    link = page.get_by_role("link", name="Compare with the champion's run in MLflow")  # type: ignore[attr-defined]
    # MLflow opens it in a tab of its own; what the browser makes of the place within the page is what matters
    page.goto(link.evaluate("element => element.href"))  # type: ignore[attr-defined]

    _expect(page, re.compile("Comparing 2 Runs"), "train.estimator", "logistic_regression", "random_forest")


def test_the_decision_page_is_shown_among_the_artifacts(shown: Shown, page: object) -> None:
    address = shown.server.run_page(shown.second.experiment_id, shown.second.run_id)
    page.goto(address.replace("?", "/artifacts/decision.html?"))  # type: ignore[attr-defined]

    frame = page.frame_locator("iframe").first  # type: ignore[attr-defined]
    sync_api.expect(frame.get_by_role("heading", name="PROMOTE")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "decision_in_mlflow.png")  # type: ignore[attr-defined]
