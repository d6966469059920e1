"""Every error that modelratchet raises on purpose, and the exit code each one ends with.

The tree branches by what the caller does next:

    RatchetError
    ├── InputError            2  fix the input or the configuration
    │   ├── ConfigError           params.yaml or the environment; lists every fault
    │   ├── DataError             rows that cannot be read or used
    │   └── ConversionError       an estimator that ONNX cannot express
    ├── RejectedError         1  a policy said no
    │   └── DataRejectedError     a critical expectation failed on the data
    ├── EvidenceError         3  supply the evidence, or find out who changed it
    │   ├── MissingEvidenceError  a stage has not run yet
    │   ├── DigestError           bytes are not the ones that were promised
    │   └── LaterReleaseError     a later release wrote it, in a form that this one does not know
    └── OutsideError          4  another system failed; trying again may help
        ├── TrackingError         MLflow is slow or answers with an error
        │   └── UnreachableError      nothing listens at its address
        ├── StorageError          the disk is full or cannot be written
        └── EndpointError         a server that was asked does not answer

    any other exception      70  report a bug: it is no verdict, and its traceback is in a file

A verdict of *reject* is a value, not an exception; only a stage that has to stop the pipeline raises
`RejectedError`. Messages say what was found, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """What `ratchet` and the pipeline's stages end with."""

    DONE = 0
    REJECTED = 1
    USAGE = 2
    EVIDENCE = 3
    OUTSIDE = 4
    BUG = 70
    """An exception that nobody expected; the number is EX_SOFTWARE of sysexits.h."""
    INTERRUPTED = 130
    UNREAD = 141
    """Who read the output left before its end; shells say so of a program that SIGPIPE ended."""


class RatchetError(Exception):
    """Root of the tree. Only its branches are raised."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the two parts of the message apart.

        Args:
            message: what was found and what was expected, one or two sentences.
            hint: what to do about it; may name a command.
        """
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(RatchetError):
    """The caller's input is at fault and has to change before a retry."""

    exit_code = ExitCode.USAGE


class ConfigError(InputError):
    """Settings are at fault; `faults` lists all of them, one line each."""

    def __init__(self, source: str, faults: Sequence[str], *, hint: str = "") -> None:
        """Collect the faults.

        Args:
            source: the file or the variable that holds the settings.
            faults: at least one line, each naming the key, what was found and what is allowed.
            hint: what to do, if the lines do not say it already.
        """
        self.source = source
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"{source} has {count}:\n" + "\n".join(f"  - {fault}" for fault in self.faults), hint=hint)


class DataError(InputError):
    """Rows cannot be read, or cannot be used for what was asked."""


class ConversionError(InputError):
    """The estimator has a part that the ONNX export cannot express."""


class RejectedError(RatchetError):
    """A policy said no, and what follows must not run."""

    exit_code = ExitCode.REJECTED


class DataRejectedError(RejectedError):
    """A critical expectation failed, so nothing may be trained on these rows."""


class EvidenceError(RatchetError):
    """Evidence is missing or cannot be trusted."""

    exit_code = ExitCode.EVIDENCE


class MissingEvidenceError(EvidenceError):
    """A file that an earlier stage writes is not there."""


class DigestError(EvidenceError):
    """Bytes differ from the ones whose digest was recorded."""


class LaterReleaseError(EvidenceError):
    """Something was written by a later release than this one, in a form that this one does not know."""


class OutsideError(RatchetError):
    """A system outside this process failed; the same call may succeed later."""

    exit_code = ExitCode.OUTSIDE


class TrackingError(OutsideError):
    """The MLflow server or store did not do what was asked."""


class UnreachableError(TrackingError):
    """Nothing listens at MLflow's address, and all tries were used up: asking it something else now only costs more time."""


class StorageError(OutsideError):
    """A file could not be written, most often because the disk is full."""


class EndpointError(OutsideError):
    """A server that was asked over HTTP did not answer."""
