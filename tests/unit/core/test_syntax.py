"""What is code in a source, and what only people read."""

from __future__ import annotations

import pytest

from modelratchet.core.digests import digest_bytes
from modelratchet.core.syntax import syntax_digest

SOURCE = '''"""A module."""
from pydantic import Field
import pydantic

LIMIT = 3
"""How many."""


class Block(Base):
    """A block."""

    name: str = Field("a", description="what it is called")
    size: int = pydantic.Field(1, ge=0, description="how large")


def largest(rows: list[int]) -> int:
    """The largest."""
    # of all
    return max(rows, default=LIMIT)


async def waits() -> None:
    """Waits."""
'''
PINNED = "sha256:935bdc64df8bfed61605e92d30cd03bb47fc73bd44a51dbf6bf36ff5febe2740"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# of all", "# of all of them"),
        ("    # of all\n", ""),
        ('"""A module."""', '"""Another one, über alles."""'),
        ('"""A module."""\n', ""),
        ('    """A block."""\n\n', ""),
        ('    """The largest."""', '    """The largest of them."""'),
        ('"""How many."""\n', ""),
        ("what it is called", "its name"),
        (', description="what it is called"', ""),
        ("how large", "its size"),
        ("max(rows, default=LIMIT)", "max(\n        rows,\n        default=LIMIT,\n    )"),
        ('"a"', "'a'"),
        ('    """Waits."""', "    pass"),
    ],
)
def test_what_only_people_read_changes_nothing(old: str, new: str) -> None:
    assert old in SOURCE
    assert syntax_digest(SOURCE.replace(old, new).encode()) == syntax_digest(SOURCE.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 3.0"),
        ("LIMIT = 3", "LIMIT = None"),
        ("LIMIT = 3", "LIMIT = '3'"),
        ("LIMIT = 3", "LIMIT = b'3'"),
        ("LIMIT = 3", "LIMIT = -3"),
        ("ge=0", "gt=0"),
        ('Field("a"', 'Field("b"'),
        ("list[int]", "list[float]"),
        ("max(rows", "min(rows"),
        ("async def waits", "def waits"),
        ("def largest", "def biggest"),
        ("class Block(Base)", "class Block"),
        ("return max", "max"),
        ('    """The largest."""', '    text = """The largest."""'),
    ],
)
def test_what_the_interpreter_obeys_changes_the_digest(old: str, new: str) -> None:
    assert old in SOURCE
    assert syntax_digest(SOURCE.replace(old, new).encode()) != syntax_digest(SOURCE.encode())


@pytest.mark.parametrize(
    "head", ["from pydantic import Field as F", "import pydantic as F", "from pydantic.fields import Field as F"]
)
def test_field_is_known_under_another_name(head: str) -> None:
    call = "F.Field" if head.startswith("import") else "F"
    told, untold = (f"{head}\nx: int = {call}(1{rest})".encode() for rest in (', description="one"', ""))

    assert syntax_digest(told) == syntax_digest(untold)


def test_a_field_of_somebody_else_keeps_its_description() -> None:
    told, other = (f'from attrs import Field\nx = Field(description="{text}")'.encode() for text in ("a", "b"))

    assert syntax_digest(told) != syntax_digest(other)


OTHER_BINDINGS = [
    "from mine import Field", "from mine import other as Field", "from mine import *", "import Field", "import Field.parts", "def Field(**k): ...", "async def Field(): ...",
    "class Field: ...", "Field = dict", "Field: object = dict", "Field += 1", "(Field := dict)", "for Field in (): ...", "del Field", "[0 for Field in ()]", "with a as Field: ...",
    "try: ...\nexcept ValueError as Field: ...", "def f(Field): ...", "lambda *Field: 0", "match a:\n case Field: ...", "match a:\n case [*Field]: ...",
    "match a:\n case {**Field}: ...", "def f():\n global Field", "from pydantic import Field",
]  # fmt: skip


@pytest.mark.parametrize("binding", OTHER_BINDINGS)
def test_a_field_that_is_bound_again_keeps_its_description(binding: str) -> None:
    told, other = (f'from pydantic import Field\n{binding}\nx = Field(description="{text}")' for text in ("a", "b"))

    assert syntax_digest(told.encode()) != digest_bytes(told.encode()), "it has to parse"
    assert syntax_digest(told.encode()) != syntax_digest(other.encode())


def test_a_field_with_a_fallback_keeps_its_description() -> None:
    head = "try:\n    from pydantic import Field\nexcept ImportError:\n    def Field(**k): return k\nx = Field(description="

    assert syntax_digest(f"{head}'a')".encode()) != syntax_digest(f"{head}'b')".encode())


@pytest.mark.parametrize(
    "binding", ["pydantic = mine", "import mine as pydantic", "pydantic.Field = mine", "from mine import *"]
)
def test_a_field_of_a_module_that_is_bound_again_keeps_its_description(binding: str) -> None:
    told, other = (f'import pydantic\n{binding}\nx = pydantic.Field(description="{text}")' for text in ("a", "b"))

    assert syntax_digest(told.encode()) != syntax_digest(other.encode())


@pytest.mark.parametrize("use", ["x = Field()", "f(Field=1)", "mine.Field = 1", "x.Field"])
def test_a_field_that_is_used_is_not_bound_again(use: str) -> None:
    told, other = (f'from pydantic import Field\n{use}\nx = Field(description="{text}")' for text in ("a", "b"))

    assert syntax_digest(told.encode()) == syntax_digest(other.encode())


@pytest.mark.parametrize(
    "suite",
    [
        "if x: ...\nelse:\n {}\n y()", "for x in z: ...\nelse:\n {}\n y()", "while x: ...\nelse:\n {}\n y()", "try: ...\nfinally:\n {}\n y()",
        "try: ...\nexcept ValueError:\n {}\n y()", "try: ...\nexcept ValueError: ...\nelse:\n {}\n y()", "try:\n {}\n y()\nfinally: ...", "with x:\n {}\n y()",
        "match x:\n case 1:\n  {}\n  y()", "if x: ...\nelif z:\n {}\n y()", "try: ...\nexcept* ValueError:\n {}\n y()",
    ],
)  # fmt: skip
def test_a_bare_text_is_left_out_of_every_suite(suite: str) -> None:
    told, other, untold, alone, empty = (
        syntax_digest(source.encode())
        for source in (
            suite.format("'a'"),
            suite.format("'b'"),
            suite.format("pass").replace("pass\n", "\n"),
            suite.format("'a'").replace("y()", ""),
            suite.format("pass").replace("y()", ""),
        )
    )

    assert told == other == untold
    assert alone == empty


def test_a_text_that_is_a_value_counts_everywhere() -> None:
    pairs = [("x if y else 'a'", "x if y else 'b'"), ("lambda: 'a'", "lambda: 'b'"), ("[\n'a'\n]", "[\n'b'\n]")]

    assert [a for a, b in pairs if syntax_digest(a.encode()) == syntax_digest(b.encode())] == []


def test_a_description_that_is_computed_counts() -> None:
    head = b"from pydantic import Field\nx = Field(description="

    assert syntax_digest(head + b"told())") != syntax_digest(head + b"asked())")


def test_a_text_that_is_used_counts() -> None:
    assert syntax_digest("x = 'für'".encode()) != syntax_digest(b"x = 'fur'")


@pytest.mark.parametrize("source", [b"def f(:", b"x = '\0'", b"\xff\xfe", b"(" * 5000, "x = 'ü'".encode("latin-1")])
def test_what_does_not_parse_is_known_by_its_bytes(source: bytes) -> None:
    assert syntax_digest(source) == digest_bytes(source)


def test_an_odd_escape_warns_nobody() -> None:
    assert syntax_digest(b"x = '\\d'") == syntax_digest(b"x = '\\\\d'")


def test_the_digest_is_one_that_every_python_makes() -> None:
    """A new Python may give nodes more fields; they are empty here. This digest was made under 3.11."""
    assert syntax_digest(SOURCE.encode()) == PINNED
