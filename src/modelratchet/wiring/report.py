"""The decision page with all its links, for `ratchet gate report`."""

from __future__ import annotations

from modelratchet.adapters.mlflow.pages import MlflowAddresses
from modelratchet.adapters.pyarrow_dataset_reader import ParquetDatasetReader
from modelratchet.core.page.model import Page
from modelratchet.usecases.compose_candidate import commit_links
from modelratchet.usecases.compose_page import candidate_origin, compose_page
from modelratchet.usecases.ports.registry import RunPlace
from modelratchet.usecases.read_report import read_report
from modelratchet.wiring.pages import PAGE_FILES
from modelratchet.wiring.registry import override_on, settings, source_control, store_address


def report_page() -> Page:
    """The latest run's page, with links to its run once it is recorded.

    Raises:
        EvidenceError: there is no verdict yet, or the records do not belong together.
    """
    repository = source_control()
    origin = candidate_origin(PAGE_FILES, ParquetDatasetReader(), settings(), repository.revision())
    report = read_report(PAGE_FILES.report)
    override = override_on(report.verdict)
    composed = compose_page(PAGE_FILES, origin, commit_links(repository, origin.commit), override)
    receipt = report.receipt
    if receipt is None:
        return composed.page
    place = RunPlace(receipt.experiment_id, receipt.run_id)
    return composed.with_links(MlflowAddresses(store_address()).links(place, composed.champion))
