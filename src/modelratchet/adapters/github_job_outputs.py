"""What a job on GitHub Actions hands on: outputs for later steps and jobs, and the page of its summary.

The runner names two files, `GITHUB_OUTPUT` and `GITHUB_STEP_SUMMARY`. Where it names none, on a person's machine, nothing is written.

Source: docs.github.com, "Workflow commands for GitHub Actions", sections "Setting an output parameter", "Multiline strings" and "Adding a job summary".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from modelratchet.errors import InputError
from modelratchet.storage.files import storage_error

OUTPUT_VARIABLE = "GITHUB_OUTPUT"
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
SUMMARY_BYTES = 1024 * 1024
"""What GitHub keeps of one step's summary; a larger one is dropped as a whole."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_CUT = "\n\nThe rest did not fit here.\n"


class GithubJobOutputs:
    """Writes outputs and summary of the step that this process runs in; quiet where there is no such step."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Remember the files that the runner named."""
        self._outputs = _path(environment, OUTPUT_VARIABLE)
        self._summary = _path(environment, SUMMARY_VARIABLE)

    def tell(self, outputs: Mapping[str, str]) -> None:
        """Hand values on under `steps.ID.outputs.NAME`. A value may be any text: it cannot end early or bring in another name.

        Raises:
            InputError: a name that a workflow could not ask for.
            StorageError: the runner's file cannot be written.
        """
        wrong = sorted(name for name in outputs if not _NAME.fullmatch(name))
        if wrong:
            raise InputError(
                f"outputs are named {', '.join(map(repr, wrong))}, expected small letters, digits, - and _"
            )
        if self._outputs is not None:
            _append(self._outputs, "".join(_entry(name, value) for name, value in outputs.items()))

    def summarize(self, markdown: str) -> None:
        """Put a text on the page of the run, below what was put there before.

        Raises:
            StorageError: the runner's file cannot be written.
        """
        if self._summary is not None:
            _append(self._summary, _fitting(markdown.rstrip("\n") + "\n"))


def _path(environment: Mapping[str, str], variable: str) -> Path | None:
    named = environment.get(variable)
    return Path(named) if named else None


def _entry(name: str, value: str) -> str:
    # made of the value, so that no value can hold its own end
    end = f"end-{hashlib.sha256(value.encode()).hexdigest()}"
    return f"{name}<<{end}\n{value}\n{end}\n"


def _fitting(text: str) -> str:
    data = text.encode()
    if len(data) <= SUMMARY_BYTES:
        return text
    return data[: SUMMARY_BYTES - len(_CUT.encode())].decode(errors="ignore") + _CUT


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise storage_error(path, error) from error
