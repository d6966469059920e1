"""The workers of one server add up: each publishes its numbers to a file of its own, and a scrape at any of them reads all.

A worker's file outlives it, so that no counter ever goes back; what a kill takes is what was counted since the last half second and never
shown, for a worker publishes before it shows. Files of workers long gone are added to one, `retired.json`.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from modelratchet.errors import StorageError
from modelratchet.serving.metrics.meter import Meter
from modelratchet.serving.metrics.numbers import Gauges, Numbers, added
from modelratchet.storage.files import write_bytes

PUBLISH_SECONDS = 0.5
# a worker that has not published for so long has no requests in progress any more
SILENT_SECONDS = 5.0
RETIRED = "retired.json"
_logger = logging.getLogger(__name__)


class Published(msgspec.Struct):
    """A worker's file. `at` is seconds of the machine's steady clock, which all processes share."""

    at: float
    process: int
    numbers: Numbers
    gauges: Gauges


class Retired(msgspec.Struct):
    """Workers that are gone, together; files of these names do not count any more."""

    numbers: Numbers = msgspec.field(default_factory=Numbers)
    names: list[str] = []


class Seen(msgspec.Struct):
    """All workers together; `workers` are those that live."""

    numbers: Numbers
    gauges: Gauges
    workers: int


class SharedNumbers:
    """One worker's view of all."""

    def __init__(self, folder: Path, worker: str, meter: Meter, clock: Callable[[], float]) -> None:
        """Take the folder that the workers of this server share.

        Args:
            folder: of this server only.
            worker: a name that no other worker has or had.
            meter: this worker's.
            clock: seconds, the same for all processes of the machine, never set back.
        """
        self._folder = folder
        self._path = folder / f"worker-{worker}.json"
        self._meter = meter
        self._clock = clock
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._is_failing = False

    def start(self) -> None:
        """Publish every half second, in a thread, until closed; first add up who is gone."""
        with suppress(OSError, StorageError, msgspec.DecodeError):
            self.retire()
        threading.Thread(target=self._keep_publishing, name="metrics", daemon=True).start()

    def close(self) -> None:
        """Publish a last time."""
        self._closing.set()
        self.publish()

    def publish(self) -> Published:
        """Write this worker's file, and give what it holds. Where that fails, its numbers are seen by this worker only, and the log says so once."""
        with self._lock:
            # decoded again, since the meter's own numbers go on growing
            data = msgspec.json.encode(
                Published(self._clock(), os.getpid(), self._meter.latest(), self._meter.gauges())
            )
            try:
                write_bytes(self._path, data)
            except (OSError, StorageError) as error:
                if not self._is_failing:
                    _logger.warning("metrics of this worker are not shared with the others: %s", error)
                self._is_failing = True
            else:
                self._is_failing = False
        return msgspec.json.decode(data, type=Published)

    def see(self) -> Seen:
        """All workers' numbers; this one's are published first, so that nothing is shown that a kill could take back."""
        own = self.publish()
        found = {**self._published(), self._path.name: own}
        # after the workers' files: who was added to it in between is in both, and its name says so
        retired = self._retired()
        counted = [one for name, one in found.items() if name not in retired.names]
        alive = [one for one in counted if one.at > self._clock() - SILENT_SECONDS]
        gauges = Gauges(sum(one.gauges.in_progress for one in alive), sum(one.gauges.log_waiting for one in alive))
        return Seen(added([retired.numbers, *(one.numbers for one in counted)]), gauges, len(alive))

    def retire(self) -> None:
        """Add the files of workers long gone to one file, so that they do not heap up where workers die often.

        Raises:
            OSError: the folder cannot be written.
            StorageError: likewise.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "retired.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            retired, found = self._retired(), self._published()
            gone = {
                name: one for name, one in found.items() if name not in retired.names and not _is_running(one.process)
            }
            if gone:
                total = added([retired.numbers, *(one.numbers for one in gone.values())])
                write_bytes(self._folder / RETIRED, msgspec.json.encode(Retired(total, [*gone])))
            for name in {*gone, *retired.names}:
                (self._folder / name).unlink(missing_ok=True)

    def _keep_publishing(self) -> None:
        while not self._closing.wait(PUBLISH_SECONDS):
            self.publish()

    def _published(self) -> dict[str, Published]:
        found = {}
        for path in self._folder.glob("worker-*.json"):
            with suppress(OSError, msgspec.DecodeError):
                found[path.name] = msgspec.json.decode(path.read_bytes(), type=Published)
        return found

    def _retired(self) -> Retired:
        try:
            return msgspec.json.decode((self._folder / RETIRED).read_bytes(), type=Retired)
        except (FileNotFoundError, NotADirectoryError):
            return Retired()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
