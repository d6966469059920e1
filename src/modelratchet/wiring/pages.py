"""Joins the files of the layout to the decision page; the stage `decide` and `ratchet gate report` call it."""

from __future__ import annotations

from modelratchet.adapters.pyarrow_dataset_reader import ParquetDatasetReader
from modelratchet.config import layout
from modelratchet.config.params import Params
from modelratchet.core.page.markdown import markdown
from modelratchet.usecases.compose_page import PageFiles, candidate_origin, compose_page
from modelratchet.usecases.read_report import ReportFiles

PAGE_FILES = PageFiles(
    report=ReportFiles(layout.EVIDENCE, layout.VERDICT, layout.RECEIPT),
    policy=layout.POLICY,
    bundle=layout.BUNDLE,
    train=layout.TRAIN,
    holdout=layout.HOLDOUT,
    reigning=layout.REIGNING,
)


def decided_page(params: Params) -> str:
    """The page as a function of files alone: no commit, which may change when nothing else does, and no links to a run that is not made yet.

    Raises:
        EvidenceError: the records do not belong together.
    """
    origin = candidate_origin(PAGE_FILES, ParquetDatasetReader(), params.model_dump(mode="json"), None)
    return markdown(compose_page(PAGE_FILES, origin).page)
