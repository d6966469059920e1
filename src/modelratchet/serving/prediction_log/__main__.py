"""`python -m modelratchet.serving.prediction_log`: the process that keeps a worker's log; only a worker starts it."""

from __future__ import annotations

import os
import signal
import sys
import time

_NICE = 5
"""Answers come first: on a busy machine this gets a quarter of a core, which is several times what it needs."""


def main() -> int:
    """Keep a log on standard input and output."""
    # a signal to the whole group ends the worker, which has rows to send until then
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(_NICE)
    from modelratchet.errors import RatchetError
    from modelratchet.serving.prediction_log.keeper import keep
    from modelratchet.serving.prediction_log.pipe import News, encode_news

    try:
        return 0 if keep(sys.stdin.buffer, time.time_ns, _tell) else 1
    except RatchetError as error:
        _tell(encode_news(News((0, 0), (0, 0), error.message)) + b"\n")
        return int(error.exit_code)


def _tell(line: bytes) -> None:
    try:
        os.write(sys.stdout.fileno(), line)
    except BrokenPipeError:
        return  # the worker is gone; what it sent is written all the same


if __name__ == "__main__":
    code = main()
    # a store that hangs has a thread that nobody waits for any longer
    os._exit(code)
