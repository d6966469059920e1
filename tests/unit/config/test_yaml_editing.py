"""A changed value, and every other byte of the file as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.config.yaml_editing import plain_value, with_values
from modelratchet.errors import ConfigError

EXAMPLE = (Path(__file__).parents[3] / "params.yaml").read_text()
VALUES = st.one_of(st.integers(-(10**12), 10**12), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
COMMENTS = st.sampled_from(["", '  # why: "it" is so, {really}', "   #", " "])
SPELLINGS = st.sampled_from(
    ["null", "~", "", "12", "-3", "0x1F", "'it''s'", '"a \\" b"', "plain words", "2013-11", "'multi\n    line'"]
)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    """A file, and the spelling of the value of `ingest.until` in it."""
    spelling, end = draw(SPELLINGS), draw(st.sampled_from(["\n", "\r\n"]))
    is_flow = draw(st.booleans()) and "\n" not in spelling
    before, after = draw(COMMENTS), draw(COMMENTS)
    value = (" " + spelling) if spelling else ""
    lines = ["# ä first", f"model: x{before}", "z: [1,   2,"]
    lines += ["    3]   # odd   spaces"]
    if is_flow:
        lines += [f"ingest: {{path:  a,   until:{value} , since: 'null'}}{after}"]
    else:
        lines += ["ingest:", "    path:   a", f"    until:{value}{after}", "    since: 'null'"]
    lines += ["other: {until: 4}", "", "# last, without a line's end"]
    return draw(st.sampled_from(["", "\ufeff"])) + end.join(lines), spelling


@settings(deadline=None)
@given(files(), VALUES)
def test_file_reads_as_before_but_for_the_value(file: tuple[str, str], value: str | int) -> None:
    text, _ = file
    expected: Any = yaml.safe_load(text)
    expected["ingest"]["until"] = value

    assert yaml.safe_load(with_values(text, {"ingest.until": value}, "f")) == expected


@settings(deadline=None)
@given(files(), VALUES)
def test_every_byte_but_the_value_stays(file: tuple[str, str], value: str | int) -> None:
    text, spelling = file
    edited = with_values(text, {"ingest.until": value}, "f")
    place = text.index("until:") + len("until:")
    before, after = text[:place], text[place:].removeprefix(" " + spelling if spelling else "")

    assert edited.startswith(before)
    assert edited.endswith(after)
    written = edited[len(before) : len(edited) - len(after)]
    quoted = {json.dumps(value, ensure_ascii=False), "'" + str(value).replace("'", "''") + "'"}
    assert written.strip() in ({str(value)} if isinstance(value, int) else quoted)


@settings(max_examples=15, deadline=None)
@given(
    st.permutations(
        ["seed", "ingest.options.last_month", "split.holdout_from", "gate.alpha", "train.random_forest.max_features"]
    )
)
def test_example_is_the_same_in_all_other_lines(keys: list[str]) -> None:
    edited = with_values(EXAMPLE, dict.fromkeys(keys, "changed"), "params.yaml")

    pairs = list(zip(EXAMPLE.splitlines(), edited.splitlines(), strict=True))
    assert sum(old != new for old, new in pairs) == len(keys)
    assert all(new.replace('"changed"', "") in _without_a_part(old, new) for old, new in pairs if old != new)


def _without_a_part(old: str, new: str) -> set[str]:
    """The old line with any one stretch of it left out, where the new line has its value."""
    start = new.index('"changed"')
    return {old[:start] + old[end:] for end in range(start, len(old) + 1)}


def test_value_that_is_written_again_changes_nothing() -> None:
    values = {
        key: plain_value(EXAMPLE, key, "f") for key in ("seed", "split.holdout_from", "ingest.options.first_month")
    }

    assert with_values(EXAMPLE, {key: value for key, value in values.items() if value is not None}, "f") == EXAMPLE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 12", 12),
        ("a: 0o17", "0o17"),
        ("a: '12'", "12"),
        ("a:", None),
        ("a: ~", None),
        ("a: 1.5", "1.5"),
        ("a: yes", "yes"),
    ],
)
def test_plain_value_is_a_whole_number_a_text_or_nothing(text: str, found: str | int | None) -> None:
    assert plain_value(text, "a", "f") == found


@pytest.mark.parametrize(
    "text",
    [
        "b: &x 1\na: *x",
        "a: &x 1\nb: *x",
        "a: !!str 1",
        "a: [1]",
        "a: {b: 1}",
        "a: |\n  text\n",
        "a: >-\n  text\n",
        "base: &base {a: 1}\n<<: *base",
        "b: 1",
        "- a",
        "",
    ],
)
def test_value_that_is_shared_or_not_plain_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="a: "):
        with_values(text, {"a": 2}, "f")
