"""A run's note as the description of a version."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelratchet.adapters.mlflow.versions import DESCRIPTION_CHARACTERS, described


@given(st.lists(st.text(min_size=200, max_size=900), max_size=12).map("\n\n".join))
def test_description_fits_and_is_the_notes_beginning(note: str) -> None:
    found = described(note)

    assert len(found) <= DESCRIPTION_CHARACTERS
    assert found == note or note.startswith(found.removesuffix("\n\nThe rest is in the note of its run."))


def test_note_that_fits_is_the_description() -> None:
    assert described("x" * DESCRIPTION_CHARACTERS) == "x" * DESCRIPTION_CHARACTERS


def test_long_note_is_cut_between_two_blocks() -> None:
    blocks = ["# PROMOTE", *("| a row |" * 100 for _ in range(8))]

    assert (
        described("\n\n".join(blocks)).removesuffix("\n\nThe rest is in the note of its run.").split("\n\n")
        == blocks[:6]
    )
