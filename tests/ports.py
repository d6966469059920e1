"""Ports for servers of the tests: below those that the system hands out by itself, so that none is taken between the look and the start."""

from __future__ import annotations

import os
import socket
from itertools import count

_FIRST, _N_PORTS = 20_000, 12_000
_turns = count(os.getpid() * 97)


def free_port() -> int:
    """A port that nobody listens on; no two calls of a process get the same one, and those of two processes begin at different places."""
    for turn in _turns:
        port = _FIRST + turn % _N_PORTS
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError  # the turns never end
