"""What the lines of a lock say of each package. Reads the forms that pip, uv and pip-tools write; parses no version, resolves nothing.

A line that is not understood is kept whole, so that whoever digests lines can count it for everything: a change that nobody can place must not pass
unseen. What a named file (`-r`, `-c`) or folder (`-e`) holds is not read. `storage.code_digests` calls it on every run, so it is one pass over the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMENT = re.compile(r"(?:^|\s)#.*")
_HASH = re.compile(r"(?:^|\s)--hash(?:=|\s+)\S+")
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?P<extras>\[[^\]]*\])?\s*"
    r"(?:(?P<version>===?\s*[\w.+!-]+)|@\s*(?P<address>\S+))\s*(?:;\s*(?P<marker>.+))?",
    re.ASCII,
)
_ONLY_WHERE_FROM = re.compile(
    r"(?:-i|-f|--index-url|--extra-index-url|--no-index|--find-links|--trusted-host|--require-hashes)(?:[\s=]|$)"
)


@dataclass(frozen=True)
class LockedLines:
    """What a lock says.

    `by_package` has one line a version or address, with its marker, by normalised name; `others` are the lines that name neither.
    """

    by_package: dict[str, list[str]]
    others: list[str]


def locked_lines(text: str) -> LockedLines:
    r"""Sort a lock's lines by package.

    Law: layout, comments, hashes, the name's spelling and options that say where packages come from change nothing; anything else does.

    >>> locked_lines("NumPy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n# numpy==1\n").by_package
    {'numpy': ["numpy==2.4.6 ; python_full_version < '3.12'"]}
    >>> locked_lines("numpy>=2\n-e ./feat").others
    ['numpy>=2', '-e ./feat']
    """
    found = LockedLines({}, [])
    for line in _whole_lines(text.removeprefix("\ufeff")):
        if match := _REQUIREMENT.fullmatch(line):
            name = re.sub(r"[-_.]+", "-", match["name"]).lower()
            found.by_package.setdefault(name, []).append(_normal(name, match))
        elif not _ONLY_WHERE_FROM.match(line):
            found.others.append(line)
    return found


def _whole_lines(text: str) -> Iterator[str]:
    """Lines as pip puts them together, without comments, hashes and empty ones."""
    begun: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        if "#" in line:
            line = _COMMENT.sub("", line)
        goes_on = line.endswith("\\")
        line = line.removesuffix("\\").rstrip()
        if "--hash" in line:  # nine lines of ten are one hash and nothing else: those need no pattern
            is_one = line.startswith("--hash=") and len(line.split(maxsplit=1)) == 1
            line = "" if is_one else _HASH.sub("", line).strip()
        if line:
            begun.append(line)
        if begun and not goes_on:
            yield " ".join(begun)
            begun.clear()
    if begun:
        yield " ".join(begun)


def _normal(name: str, match: re.Match[str]) -> str:
    """The line without what its writer is free in."""
    extras = "".join((match["extras"] or "").split())
    what = "".join(match["version"].split()) if match["version"] else f" @ {match['address']}"
    marker = f" ; {' '.join(match['marker'].split())}" if match["marker"] else ""
    return f"{name}{extras}{what}{marker}"
