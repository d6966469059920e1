"""What the docs say of formats, commands and links is what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelratchet.cli.main import COMMANDS
from modelratchet.core import (
    certificate,
    comparison,
    data_check,
    evaluation,
    evidence,
    latency,
    ledger,
    manifest,
    model_tests,
    parity,
    policy,
    receipt,
    run_facts,
    schema,
    standing,
    verdict,
)
from modelratchet.core.page import model as page_model
from modelratchet.serving import settings
from modelratchet.storage import settings_move
from tests.architecture.stage_sources import ROOT

WRITTEN = [
    data_check.DataCheck, evaluation.Evaluation, parity.Parity, evidence.Evidence, comparison.Comparison, latency.LatencyReport,
    model_tests.ModelTests, standing.Standing, policy.Policy, manifest.Manifest, receipt.Receipt, run_facts.RunFacts, schema.Schema,
    verdict.Verdict, ledger.Event, certificate.Certificate, page_model.Page, settings.Deployment,
    settings_move.MoveRecord,
]  # fmt: skip
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("record", WRITTEN, ids=lambda record: record.__name__)
def test_every_written_format_is_on_the_page_of_formats(record: type) -> None:
    page = (ROOT / "docs" / "formats" / "README.md").read_text()

    assert f"`{record.FORMAT}` {record.VERSION}" in page  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"ratchet {command}" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_benchmarks_that_pages_name_exist(page: Path) -> None:
    named = set(re.findall(r"python -m benchmarks\.(\w+(?:\.\w+)*)", page.read_text()))
    paths = {name: ROOT / "benchmarks" / name.replace(".", "/") for name in named}

    # a module, or a package that can be run
    missing = {
        name
        for name, path in paths.items()
        if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists())
    }
    assert missing == set()
