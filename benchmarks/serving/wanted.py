"""What was to be reached, from the issue, beside what was measured. Called by `__main__`; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.serving.measuring import Combination, Session, Spell
from benchmarks.serving.servers import (
    BARE_ASGI,
    BENTOML_ONNX,
    FASTAPI_ONNX,
    NO_OP,
    OURS,
    OURS_BARE,
    SCIKIT_LEARN,
)

ONE_ROW, HUNDRED_ROWS = Combination(1, 8), Combination(100, 8)


@dataclass(frozen=True)
class Figure:
    """One line: at least, or at most, `wanted`; `values` by round, none where it was not measured.

    `by_cpu` is the same ratio by processor time a request: that of a busy machine is to be trusted.
    """

    what: str
    wanted: float
    values: Sequence[float]
    at_most: bool = False
    by_cpu: Sequence[float] = ()

    @property
    def middle(self) -> float:
        """The median over the rounds."""
        return median(self.values)

    @property
    def is_reached(self) -> bool:
        """Whether the middle is on the right side."""
        return self.middle <= self.wanted if self.at_most else self.middle >= self.wanted


def figures(session: Session) -> list[Figure]:
    """Every figure that the session has what it takes for."""
    lines = [*_against_peers(session), *_limits(session), *_starts(session)]
    return [line for line in lines if line.values]


def _against_peers(session: Session) -> list[Figure]:
    def against(text: str, wanted: float, at: Combination, *peers: str) -> Figure:
        return Figure(
            f"requests/s over {text}, {at.rows} row{'s' * (at.rows > 1)}, {at.connections} connections",
            wanted,
            _ratios(session, at, OURS, peers, _per_second),
            by_cpu=_ratios(session, at, OURS, peers, lambda spell: 1.0 / max(spell.cpu_us, 1e-9)),
        )

    return [
        against("the best scikit-learn server", 80, ONE_ROW, *SCIKIT_LEARN),
        against(FASTAPI_ONNX, 3, ONE_ROW, FASTAPI_ONNX),
        against(BENTOML_ONNX, 15, ONE_ROW, BENTOML_ONNX),
        against(BARE_ASGI, 0.95, ONE_ROW, BARE_ASGI),
        against("the best scikit-learn server", 12, HUNDRED_ROWS, *SCIKIT_LEARN),
        against(FASTAPI_ONNX, 3, HUNDRED_ROWS, FASTAPI_ONNX),
        against("ours without checks, log and metrics", 0.7, ONE_ROW, OURS_BARE),
        against("ours without checks, log and metrics", 0.7, HUNDRED_ROWS, OURS_BARE),
    ]


def _limits(session: Session) -> list[Figure]:
    p99 = _ratios(session, ONE_ROW, OURS, (NO_OP,), lambda spell: spell.load.p99_us)
    costs = {(spell.server, spell.round): spell.cpu_us for spell in session.spells if spell.combination == ONE_ROW}
    rounds = sorted(
        {
            number
            for server, number in costs
            if server == OURS and (NO_OP, number) in costs and (1, number) in session.run_us
        }
    )
    cpu = [costs[OURS, number] / (costs[NO_OP, number] + session.run_us[1, number]) for number in rounds]
    return [
        Figure("p99 over the no-op's, 1 row, 8 connections", 2, p99, at_most=True),
        Figure("CPU a request over no-op + `session.run`, 1 row, 8 connections", 1.3, cpu, at_most=True),
    ]


def _starts(session: Session) -> list[Figure]:
    loaded = [session.memory_mb[OURS]] if OURS in session.memory_mb else []
    routes = [session.memory_after_routes_mb[OURS]] if OURS in session.memory_after_routes_mb else []
    return [
        Figure("seconds from start to first answer", 3, session.start_s.get(OURS, []), at_most=True),
        Figure("MB of memory after the load", 150, loaded, at_most=True),
        Figure("MB of memory after every route was asked", 150, routes, at_most=True),
    ]


def _ratios(
    session: Session, at: Combination, ours: str, peers: Sequence[str], value: Callable[[Spell], float]
) -> list[float]:
    """Ours over the best (largest) of the peers, within each round."""
    found = {(spell.server, spell.round): value(spell) for spell in session.spells if spell.combination == at}
    rounds = sorted({number for server, number in found if server == ours})
    best = {number: [found[peer, number] for peer in peers if (peer, number) in found] for number in rounds}
    return [found[ours, number] / max(best[number]) for number in rounds if best[number]]


def _per_second(spell: Spell) -> float:
    return spell.load.per_second
