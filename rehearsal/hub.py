"""The folder that stands for GitHub. Stand-ins write to it while `act` runs, stories read it afterwards.

    repository.git/      the repository, bare
    runs/<id>/           one workflow run: run.json, event.json, log.jsonl (what act said, with times), summary.md
    caches/              entries of actions/cache
    artifacts/<run>/     what a run uploaded, by name
    pulls/ comments/     pull requests and their comments, by number
    attestations/        statements by subject digest
    events.jsonl         everything that was delivered, in order

Standard library only: the stand-ins start an interpreter for each step, and that has to be quick.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Hub:
    """Paths and documents of the folder; it knows no rule of GitHub's."""

    folder: Path

    @property
    def repository(self) -> Path:
        return self.folder / "repository.git"

    @property
    def caches(self) -> Path:
        return self.folder / "caches"

    def run_folder(self, run_id: int | str) -> Path:
        return self.folder / "runs" / str(run_id)

    def run(self, run_id: int | str) -> Document:
        """One run's record; while it runs, what is known before it starts."""
        return read_document(self.run_folder(run_id) / "run.json")

    def runs(self) -> list[Document]:
        """All runs, in the order in which they were started."""
        folders = sorted((self.folder / "runs").glob("*"), key=lambda folder: int(folder.name))
        return [read_document(folder / "run.json") for folder in folders]

    def artifacts(self, run_id: int | str) -> dict[str, Path]:
        """What a run uploaded: name to folder."""
        folder = self.folder / "artifacts" / str(run_id)
        return {path.name: path / "files" for path in sorted(folder.glob("*"))}

    def pulls(self) -> list[Document]:
        """All pull requests by number."""
        return list(_numbered(self.folder / "pulls"))

    def comments(self, number: int | str) -> list[Document]:
        """Comments of a pull request, oldest first."""
        path = self.folder / "comments" / f"{number}.json"
        return list(read_document(path)["comments"]) if path.exists() else []

    def attestations(self) -> list[Document]:
        """All statements that were attested."""
        return [read_document(path) for path in sorted((self.folder / "attestations").glob("*.json"))]

    def next_number(self, kind: str) -> int:
        """The next free number of runs, pulls or comments; GitHub's are never used twice."""
        path = self.folder / "numbers.json"
        numbers = read_document(path) if path.exists() else {}
        numbers[kind] = numbers.get(kind, 0) + 1
        write_document(path, numbers)
        return int(numbers[kind])

    def app_tokens(self) -> dict[str, dict[str, str]]:
        """Tokens made for the project's app, each with its rights."""
        path = self.folder / "app_tokens.json"
        return read_document(path) if path.exists() else {}

    def note_pending(self, document: Document) -> None:
        """Something that a step did and workflows may wait for; delivered when its run is over."""
        with (self.folder / "pending.jsonl").open("a") as stream:
            stream.write(json.dumps(document) + "\n")

    def take_pending(self) -> list[Document]:
        """What is pending, taken away."""
        path = self.folder / "pending.jsonl"
        found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def note_event(self, document: Document) -> None:
        """Append to the list of what was delivered."""
        with (self.folder / "events.jsonl").open("a") as stream:
            stream.write(json.dumps(document) + "\n")

    def events(self) -> list[Document]:
        """What was delivered, in order."""
        path = self.folder / "events.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def read_document(path: Path) -> Document:
    """A JSON object of a file."""
    found: Document = json.loads(path.read_text())
    return found


def write_document(path: Path, document: Document) -> None:
    """Write a JSON object whole or not at all: a run may be cancelled at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    with os.fdopen(handle, "w") as stream:
        json.dump(document, stream, indent=1)
    Path(name).replace(path)


def _numbered(folder: Path) -> Iterator[Document]:
    for path in sorted(folder.glob("*.json"), key=lambda path: int(path.stem)):
        yield read_document(path)
