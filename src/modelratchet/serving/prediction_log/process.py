"""The process that keeps a log, as its worker sees it: started, sent to, heard, ended. Nothing here waits, but for what says so."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from modelratchet.core.formats import encode
from modelratchet.serving.prediction_log.pipe import CLOSE, OPEN, News, Opening, decode_news, frame

_READ_BYTES = 65_536
_PIPE_BYTES = 1 << 20
"""As much as Linux gives to anybody: some hundred thousand values while the other side is busy."""


class KeeperGoneError(Exception):
    """The process ended, or cannot be started."""


class KeeperProcess:
    """One process, until it ends."""

    def __init__(self, opening: Opening) -> None:
        """Start it and say what the log is.

        Raises:
            KeeperGoneError: it cannot be started.
        """
        command = [sys.executable, "-m", "modelratchet.serving.prediction_log"]
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        except OSError as error:
            raise KeeperGoneError(str(error)) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._stdin, False)
        with contextlib.suppress(
            OSError, AttributeError
        ):  # where many pipes are open they stay small, and elsewhere than on Linux
            fcntl.fcntl(self._stdin, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._heard = b""
        self._unsent = memoryview(b"")
        self.send(OPEN, encode(opening))

    def can_send(self) -> bool:
        """Whether all that was to be sent is on its way; else there is no use in sending more.

        Raises:
            KeeperGoneError: the process has ended.
        """
        try:
            while self._unsent:
                self._unsent = self._unsent[os.write(self._stdin, self._unsent) :]
        except BlockingIOError:
            return False
        except OSError as error:
            raise KeeperGoneError(str(error)) from error
        return True

    def send(self, kind: str, content: Any) -> bool:
        """Send a frame, as much as goes now and the rest later; what `can_send` then says.

        Raises:
            KeeperGoneError: the process has ended.
        """
        data = frame(kind, content)
        self._unsent = memoryview(bytes(self._unsent) + data if self._unsent else data)
        return self.can_send()

    def news(self, seconds: float = 0.0) -> Iterator[News]:
        """What it told since it was last asked; waits so long for the first.

        Raises:
            KeeperGoneError: the process has ended, and all that it told was given.
        """
        while select.select([self._stdout], [], [], seconds)[0]:
            data = os.read(self._stdout, _READ_BYTES)
            if not data:
                raise KeeperGoneError(f"code {self._process.wait()}")
            *lines, self._heard = (self._heard + data).split(b"\n")
            yield from map(decode_news, lines)
            seconds = 0.0

    def last_news(self, ends_at: float) -> Iterator[News]:
        """Wait until it has written all and ends, or until then, in the time of `time.monotonic`; what it tells on the way.

        Raises:
            KeeperGoneError: it ended before it was told to.
        """
        self.send(CLOSE, max(0.0, ends_at - time.monotonic()))
        while not self.can_send() and (seconds := ends_at - time.monotonic()) > 0:
            select.select([], [self._stdin], [], seconds)
        yield from self.rest_of_news(ends_at)

    def rest_of_news(self, ends_at: float) -> Iterator[News]:
        """What it tells until it has ended, or until then."""
        try:
            while (seconds := ends_at - time.monotonic()) > 0:
                yield from self.news(seconds)
        except KeeperGoneError:
            return

    def bury(self) -> None:
        """Make sure that nothing of it is left."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
