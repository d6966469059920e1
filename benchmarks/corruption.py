"""Damage what the ratchet relies on, 2,000 times, and count what is found before use: `python -m benchmarks.corruption`.

Each trial damages one file or row of a store that was whole, asks the check that stands before its use, and puts it back. In between the
whole store has to pass, so that no check finds fault with everything. A trial that ends in anything but one of our own errors counts as missed.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.corruption_damage import cut, edited, flipped, lengthened
from benchmarks.corruption_targets import Place, Target, targets
from modelratchet.config.environment import switch_telemetry_off
from modelratchet.errors import RatchetError

DAMAGES = ("bit flipped", "cut", "appended", "swapped", "deleted", "field edited")


@dataclass
class Count:
    """Trials of one kind: by damage, and those that were not found."""

    trials: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20260711)
    options = parser.parse_args()
    switch_telemetry_off()
    # MLflow logs a traceback for each row that SQLite cannot read
    logging.disable(logging.CRITICAL)
    random = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory(prefix="corruption-") as folder:
        made = list(targets(Path(folder)))
        share, rest = divmod(options.trials, len(made))
        counts = {target.kind: tried(target, share + (index < rest), random) for index, target in enumerate(made)}
        print("\n".join(table(made, counts)))
    for kind, count in counts.items():
        for missed in count.missed:
            print(f"MISSED {kind}: {missed}")


def tried(target: Target, n_trials: int, random: np.random.Generator) -> Count:
    """Damage one kind of thing so often."""
    count, started = Count(), time.monotonic()
    target.check()
    for _ in range(n_trials):
        place = target.places[int(random.integers(len(target.places)))]
        original = place.read()
        damage = damaged(place, target, random)
        error = refusal(target)
        place.write(original)
        count.trials[damage] += 1
        if not isinstance(error, RatchetError):
            count.missed.append(f"{place.name}, {damage}: {error!r}")
    target.check()
    count.seconds = time.monotonic() - started
    return count


def refusal(target: Target) -> Exception | None:
    """What the check raised."""
    try:
        target.check()
    except Exception as error:  # noqa: BLE001 - a crash is to be counted as what it is
        return error
    return None


def damaged(place: Place, target: Target, random: np.random.Generator) -> str:
    """Damage a place in a way that is drawn, and say which; what cannot be done there is drawn again."""
    data = place.read()
    while True:
        damage = str(random.choice(DAMAGES))
        if damage == "deleted":
            place.delete()
            return damage
        changed = _changed(damage, place, target, random)
        if changed is not None and changed != data:
            place.write(changed)
            return damage


def _changed(damage: str, place: Place, target: Target, random: np.random.Generator) -> bytes | None:
    data = place.read()
    if damage == "field edited":
        return edited(data, random, place.rewrite) if place.rewrite else None
    if damage == "swapped":
        others = [other.read() for other in target.places if other.name != place.name]
        return others[int(random.integers(len(others)))] if others else None
    if not data:
        return None
    return {"bit flipped": flipped, "cut": cut, "appended": lengthened}[damage](data, random)


def table(made: list[Target], counts: dict[str, Count]) -> Iterator[str]:
    """A Markdown table, one line a kind."""
    yield f"| what | found by | trials | {' | '.join(DAMAGES)} | found before use | ms a trial |"
    yield "|---" * (len(DAMAGES) + 5) + "|"
    for target in made:
        count = counts[target.kind]
        total = sum(count.trials.values())
        cells = [str(count.trials[damage]) for damage in DAMAGES]
        found, pace = total - len(count.missed), 1000 * count.seconds / max(total, 1)
        yield f"| {target.kind} | `{target.finder}` | {total} | {' | '.join(cells)} | {found} of {total} | {pace:.0f} |"
    total = sum(sum(count.trials.values()) for count in counts.values())
    missed = sum(len(count.missed) for count in counts.values())
    sums = [str(sum(count.trials[damage] for count in counts.values())) for damage in DAMAGES]
    yield f"| all | | {total} | {' | '.join(sums)} | {total - missed} of {total} | |"


if __name__ == "__main__":
    main()
