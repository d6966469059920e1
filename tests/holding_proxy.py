"""A proxy before an object store that holds back what is written from some file on, until it is told to let go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faulty_proxy import Faults, Handler, Proxy, proxied

_SECONDS = 60


class Hold:
    """Lets a number of writes pass and holds the rest back."""

    def __init__(self, n_passed: int) -> None:
        """Take how many may pass."""
        self._left, self._over = n_passed, False
        self._lock, self._full, self._released = threading.Lock(), threading.Event(), threading.Event()

    def is_holding(self) -> bool:
        """Whether a write is held back."""
        return self._full.is_set()

    def let_go(self) -> None:
        """Let all of it pass from now on."""
        self._released.set()

    def end(self) -> None:
        """Nothing that was held back gets through."""
        self._over = not self._released.is_set()
        self._released.set()

    def take_turn(self) -> bool:
        """Whether the write may pass; waits with the answer where it has to."""
        with self._lock:
            self._left -= 1
            if self._left >= 0:
                return True
        self._full.set()
        self._released.wait(_SECONDS)
        return not self._over


class _Handler(Handler):
    server: _Proxy

    def do_PUT(self) -> None:
        if self.server.hold.take_turn():
            self.pass_on()
        else:
            self.close_connection = True


class _Proxy(Proxy):
    handler = _Handler
    hold: Hold


@contextmanager
def holding_proxy(target: str, n_passed: int) -> Iterator[tuple[str, Hold]]:
    """Stand before a store; gives the address to talk to, and what holds writes back there after `n_passed` of them."""
    server = _Proxy(target, Faults())
    server.hold = Hold(n_passed)
    with proxied(server) as uri:
        try:
            yield uri, server.hold
        finally:
            server.hold.end()
