"""The parts about how good the candidate is: what changed, gains with their intervals, slices, power and the holdout's budget."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.changes import Change, Changes, CodeChange, DataChange
from modelratchet.core.metrics import Direction
from modelratchet.core.page.blocks import Bar, Block, Cell, Fold, Paragraph, Plot, Section, Table
from modelratchet.core.page.figures import gain, number, plural, share, span
from modelratchet.core.page.model import Budget, Gain, Page, Power, Role, SliceGain, Slices

SHOWN_SLICES = 6
_SHORT_COMMIT = 12


def changes(page: Page) -> Section:
    """Only what differs from the champion."""
    found = page.changes
    if found is None:
        why = "What the champion came from is not known here." if page.champion_version else "There is no champion yet."
        return Section("changes", "What changed", (Paragraph(why),))
    rows = [
        *_changed("param", found.params),
        *map(_data, found.data),
        *_code(found.code),
        *_changed("library", found.libraries),
        *([] if found.is_lock_same else [_row("requirements.lock", "", "changed")]),
    ]
    header = ("what", f"champion {found.champion_version}", "candidate")
    blocks: list[Block] = [Table(header, tuple(rows))] if rows else []
    same = ", ".join(_same(found))
    if same:
        blocks.append(Paragraph(f"The same as champion {found.champion_version}'s: {same}."))
    return Section("changes", "What changed", tuple(blocks))


def gains(page: Page) -> Section:
    """Paired differences on the same rows: a plot of those that decide, the numbers of all."""
    if not page.gains:
        why = page.incomparable or ("There is no champion to compare with; the floors decide.",)
        return Section("gains", "Better or worse", tuple(Paragraph(reason) for reason in why))
    deciding = tuple(_bar(item) for item in page.gains if item.margin is not None)
    title = f"Better or worse, on the same {plural(page.gains[0].n_rows, 'held-out row')}"
    blocks: list[Block] = [Plot("margin", "no difference", deciding)] if deciding else []
    blocks.append(_gain_table(page.gains))
    blocks += [Paragraph(reason) for reason in page.incomparable]
    if page.churn:
        moved = page.churn
        blocks.append(
            Paragraph(
                f"{share(moved.share)} of the answers differ from the champion's: {moved.mended:,} wrong ones became right, {moved.broken:,} right ones wrong, {moved.moved:,} wrong ones wrong in another way."
            )
        )
    return Section("gains", title, tuple(blocks))


def slices(found: Slices | None) -> Section:
    """The worst slice by name, a plot of the worst few, and all others in a fold."""
    if found is None or not found.items:
        return Section("slices", "Slices", (Paragraph("No slice was compared."),))
    judged = [item for item in found.items if item.is_judged and item.gain is not None]
    small = len(found.items) - len(judged)
    blocks: list[Block] = [Paragraph(_worst(judged, small, found))]
    if judged:
        blocks.append(Plot("margin", "no difference", tuple(_slice_bar(item, found) for item in judged[:SHOWN_SLICES])))
    header = ("slice", "rows", found.metric, "gain", f"{share(found.confidence)} interval", "")
    rows = tuple(_slice_row(item) for item in found.items)
    blocks.append(Fold(f"All {plural(len(found.items), 'slice')}", (Table(header, rows),)))
    return Section("slices", f"Slices, by loss in {found.metric}", tuple(blocks))


def power(page: Page) -> Section:
    """What the holdout can tell, and how much of its error budget is left."""
    said = [*_power(page.power), *_budget(page.budget)]
    return Section(
        "power", "What this holdout can tell", tuple(map(Paragraph, said or ["Nothing was compared on it."]))
    )


def absolute(page: Page) -> Iterator[Block]:
    """The candidate's own values on the holdout."""
    if page.metrics:
        rows = tuple(
            (Cell(item.name), *_numbers(number(item.value), f"{number(item.low)} to {number(item.high)}"), Cell(_better(item.direction)))
            for item in page.metrics
        )  # fmt: skip
        yield Table(("metric", "value", f"{share(page.confidence)} interval", "better is"), rows)
    if page.calibration:
        item = page.calibration
        yield Paragraph(
            f"Expected calibration error {number(item.error)} ({number(item.low)} to {number(item.high)}) in {item.n_bins} bins."
        )
    if page.groups:
        groups = tuple(
            (Cell(f"{item.column} = {item.category}"), *_numbers(f"{item.n_rows:,}", share(item.count / max(item.n_rows, 1))))
            for item in page.groups
        )  # fmt: skip
        yield Fold("Rates by group", (Table(("group", "rows", "rate"), groups),))


def _same(found: Changes) -> Iterator[str]:
    if not found.params:
        yield "params"
    if not found.data:
        yield "data"
    if found.code.is_same:
        yield "code that makes the model"
    if not found.libraries and found.is_lock_same:
        yield "libraries"


def _changed(kind: str, items: tuple[Change, ...]) -> list[tuple[Cell, ...]]:
    return [_row(f"{kind} {item.name}", _or_none(item.old), _or_none(item.new)) for item in items]


def _code(code: CodeChange) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    new = code.new_commit[:_SHORT_COMMIT] + (" and changes not committed" if code.is_dirty else "")
    if code.new_commit and (code.old_commit != code.new_commit or code.is_dirty):
        old = code.old_commit[:_SHORT_COMMIT] or "not known"
        rows.append((Cell("commit"), Cell(old, is_code=True), Cell(new, is_code=True)))
    if not code.is_same:
        rows.append(_row("code that makes the model", "", "changed"))
    return rows


def _row(name: str, old: str, new: str) -> tuple[Cell, ...]:
    return Cell(name), Cell(old), Cell(new)


def _or_none(value: str | None) -> str:
    return "not set" if value is None else value


def _data(item: DataChange) -> tuple[Cell, ...]:
    """Other rows may be as many."""
    old, new = ("none" if rows is None else f"{rows:,}" for rows in (item.old_rows, item.new_rows))
    return _row(f"{item.name} rows", old, f"{new}, but others" if new == old else new)


def _bar(item: Gain) -> Bar:
    label = f"{item.metric} ({item.role})" if item.role is not Role.PRIMARY else item.metric
    limit = None if item.margin is None else -item.margin
    shown = f"{gain(item.gain)} ({span(item.low, item.high)})"
    return Bar(label, shown, item.gain, item.low, item.high, limit, item.outcome)


def _gain_table(items: tuple[Gain, ...]) -> Table:
    confidence = share(items[0].confidence)
    rows = tuple(
        (
            Cell(item.metric), Cell(item.against), *_numbers(number(item.candidate), number(item.reference), gain(item.gain), span(item.low, item.high)),
            Cell("" if item.margin is None else number(item.margin), is_number=True), Cell(_better(item.direction)), Cell(_role(item), outcome=item.outcome),
        )
        for item in items
    )  # fmt: skip
    header = (
        "metric",
        "against",
        "candidate",
        "reference",
        "gain",
        f"{confidence} interval",
        "margin",
        "better is",
        "",
    )
    return Table(header, rows)


def _role(item: Gain) -> str:
    return item.role.value if item.outcome is None else f"{item.role.value}: {item.outcome.value}"


def _better(direction: Direction) -> str:
    return direction.value


def _numbers(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text, is_number=True) for text in texts)


def _worst(judged: list[SliceGain], small: int, found: Slices) -> str:
    tail = f" {plural(small, 'slice')} of fewer than {found.minimum_rows:,} rows: too small to say." if small else ""
    if not judged:
        return f"No slice is large enough to judge.{tail}"
    worst = judged[0]
    assert worst.gain is not None
    name, rows = f"{worst.column} = {worst.category}", plural(worst.n_rows, "row")
    said = (
        "is worse beyond doubt and margin"
        if worst.outcome is not None and worst.outcome.value == "failed"
        else "is not shown to be harmed"
    )
    return f"The worst of {len(judged)}: {name} ({rows}), gain {gain(worst.gain)}; it {said}.{tail}"


def _slice_bar(item: SliceGain, found: Slices) -> Bar:
    assert item.gain is not None
    assert item.low is not None
    assert item.high is not None
    label, shown = f"{item.column} = {item.category}", f"{gain(item.gain)} ({span(item.low, item.high)})"
    return Bar(label, shown, item.gain, item.low, item.high, -found.margin, item.outcome)


def _slice_row(item: SliceGain) -> tuple[Cell, ...]:
    name = Cell(f"{item.column} = {item.category}")
    if item.gain is None or item.low is None or item.high is None or item.candidate is None:
        return name, *_numbers(f"{item.n_rows:,}", "", "", ""), Cell("not defined here")
    said = item.outcome.value if item.outcome else ("" if item.is_judged else "too small to say")
    values = _numbers(f"{item.n_rows:,}", number(item.candidate), gain(item.gain), span(item.low, item.high))
    return name, *values, Cell(said, outcome=item.outcome)


def _power(found: Power | None) -> Iterator[str]:
    if found is None:
        return
    yield f"With {plural(found.n_rows, 'row')} it detects a loss of {number(found.smallest_loss)} in {found.metric} with a chance of {share(found.power)}; the margin is {number(found.margin)}."
    if found.needed_rows is None:
        yield "With a margin of 0 no number of rows would do for candidates that are equal."
    elif found.missing_rows:
        yield f"For the margin {plural(found.needed_rows, 'row')} would do: {found.missing_rows:,} are missing."
    else:
        yield f"For the margin {plural(found.needed_rows, 'row')} would do, so there are enough."


def _budget(found: Budget | None) -> Iterator[str]:
    if found is None:
        return
    yield f"Candidate {found.look} on this holdout; tested at alpha {found.level:.4f} of {found.alpha:g}; {share_left(found.left)} of the budget is left."
    yield f"Candidate {found.anchor_look} against this anchor; tested there at alpha {found.anchor_level:.4f}."
    if found.look > 1:
        yield "A fresh holdout starts again at the first."


def share_left(left: float) -> str:
    """A share of the budget as a whole percentage."""
    return f"{left * 100:.0f} %"
