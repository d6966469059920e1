"""The one way from a batch to an answer, whatever the protocol: check, run, count, log."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import onnxruntime

from modelratchet.serving.admission import overloaded
from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.checks import NOTHING_UNUSUAL, Checker, Unusual
from modelratchet.serving.model import Model
from modelratchet.serving.problems import Problem

LONGEST_QUEUE_SECONDS = 1.0
"""Of batches that wait for the thread: who would wait longer is turned away."""

_INLINE_SECONDS = 0.005  # a run longer than this would hold up every other connection
_SMOOTHING = 0.1
_FEW_VALUES = 16
TELLING_ROWS = 8
"""Fewer rows cost what a call costs, whatever the model: only from so many on is a run timed."""


class Predictor:
    """Answers batches with one model."""

    def __init__(self, model: Model, checker: Checker | None, deadline_seconds: float) -> None:
        """Take the parts; without a checker nothing is checked but that the answer is finite.

        `note_unusual` may be set afterwards; it is told of values that training never saw, also from another thread.
        """
        self.note_unusual: Callable[[Unusual], None] | None = None
        self._model, self._checker, self._deadline_seconds = model, checker, deadline_seconds
        self._seconds_a_row, self._rows_aside = 0.0, 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="model")

    def is_short(self, batch: Batch) -> bool:
        """Whether this batch can be run on the event loop's own thread without holding others up."""
        return batch.n_rows * self._seconds_a_row < _INLINE_SECONDS

    def answer(self, batch: Batch) -> Answer:
        """Answer here and now.

        Raises:
            Problem: a value is not allowed, or the model has no finite answer.
        """
        self._check(batch)
        if batch.n_rows < TELLING_ROWS:
            return _finite(self._model.run(batch))
        return self._timed(batch, None)

    async def answer_aside(self, batch: Batch) -> Answer:
        """Answer in a thread, and end the run when its time is over.

        Raises:
            Problem: as `answer` does; when the deadline has passed; and at once when those before it take too long.
        """
        if self._rows_aside * self._seconds_a_row > LONGEST_QUEUE_SECONDS:
            raise overloaded(f"{self._rows_aside:,} rows wait already")
        self._rows_aside += batch.n_rows
        try:
            return await self._answer_in_time(batch)
        finally:
            self._rows_aside -= batch.n_rows

    async def _answer_in_time(self, batch: Batch) -> Answer:
        options = onnxruntime.RunOptions()
        running = asyncio.get_running_loop().run_in_executor(self._pool, self._run_aside, batch, options)
        done, _ = await asyncio.wait([running], timeout=self._deadline_seconds)
        if done:
            return running.result()
        options.terminate = True
        if not running.cancel():
            await asyncio.wait([running])
            running.exception()  # it was ended on purpose; asked for, so that nobody calls it forgotten
        detail = f"{batch.n_rows:,} rows were not answered within {self._deadline_seconds:g} s; send fewer at once"
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "deadline-exceeded", detail)

    def close(self) -> None:
        """Let the thread end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run_aside(self, batch: Batch, options: onnxruntime.RunOptions) -> Answer:
        self._check(batch)
        return self._timed(batch, options)

    def _check(self, batch: Batch) -> None:
        if self._checker is None:
            return
        unusual = self._checker.check(batch)
        if unusual is not NOTHING_UNUSUAL and self.note_unusual is not None:
            self.note_unusual(unusual)

    def _timed(self, batch: Batch, options: onnxruntime.RunOptions | None) -> Answer:
        # the thread's own time: on a busy machine the wall clock makes every model look slow
        started = time.thread_time()
        answer = self._model.run(batch, options)
        seconds = time.thread_time() - started
        self._seconds_a_row += _SMOOTHING * (seconds / batch.n_rows - self._seconds_a_row)
        return _finite(answer)


def _finite(answer: Answer) -> Answer:
    values = answer.probabilities if answer.predictions is None else answer.predictions
    # one sum is quicker than a test of each, and is finite only when all are; and for few, Python's is quicker than numpy's
    if values is None or math.isfinite(sum(values.ravel().tolist()) if values.size <= _FEW_VALUES else values.sum()):
        return answer
    detail = "the model has no finite answer for these values; they lie too far outside what it was trained on"
    raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no-finite-answer", detail)
