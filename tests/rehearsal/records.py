"""What the stories leave behind: every run with its jobs, steps and seconds, for the table of costs and for the test that nothing was left out."""

from __future__ import annotations

import json
from pathlib import Path

from rehearsal.hub import Document, Hub, write_document

RECORDS = Path(__file__).parents[2] / ".ratchet" / "rehearsal"
_KEPT = ("id", "file", "workflow", "event", "conclusion", "seconds", "jobs")


def note_runs(name: str, hub: Hub, before: int = 0) -> None:
    """Keep the runs of a story, those after its beginning; not the ones that no job was for, or that the story left out."""
    for run in (run for run in hub.runs()[before:] if run["conclusion"] not in ("skipped", "left out")):
        kept = {"story": name, **{key: run[key] for key in _KEPT if key in run}}
        write_document(RECORDS / name / "runs" / f"{run['id']}.json", kept)
    (RECORDS / "runs.json").write_text(json.dumps(noted_runs(), indent=1))


def noted_runs() -> list[Document]:
    """All runs of the stories that were told in this session."""
    return [json.loads(path.read_text()) for path in sorted(RECORDS.glob("*/runs/*.json"))]
