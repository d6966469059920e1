"""Reads blocks of `params.yaml`, and says everything that is wrong with them at once. Stages call it, each with the blocks that it reads.

pydantic finds the faults; here they get the key's full name, what was found, what is allowed, and the nearest valid name. Faults between
blocks, and keys that no block has, are found by `config.reading`.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from modelratchet.config.layout import PARAMS
from modelratchet.config.settings import Settings
from modelratchet.errors import ConfigError

HINT = "Every key is described in docs/how-to/params.md; `ratchet params --schema` prints them."
Blocks = TypeVar("Blocks", bound=Settings)


def load_settings(kind: type[Blocks], path: Path = PARAMS) -> Blocks:
    """Read and check the blocks that are fields of `kind`; what else the file holds is not looked at.

    Raises:
        ConfigError: the file is missing, is not YAML, or these blocks have faults; all of them are listed.
    """
    data = parse_yaml(read_settings(path), str(path))
    try:
        return kind.model_validate({name: value for name, value in data.items() if name in kind.model_fields})
    except ValidationError as error:
        raise ConfigError(str(path), faults_of(error, kind), hint=HINT) from error


def read_settings(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        ConfigError: it is not there.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(str(path), ["it is not there"], hint="Run this in the project's root folder.") from error


def parse_yaml(data: bytes, source: str) -> dict[str, Any]:
    """Settings as plain data.

    Raises:
        ConfigError: they are not YAML, or no blocks.
    """
    try:
        parsed = yaml.load(data, Loader=_UniqueKeyLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ConfigError(source, [f"it is not YAML: {_one_line(str(error))}"]) from error
    return require_blocks(parsed, source)


def require_blocks(parsed: Any, source: str) -> dict[str, Any]:
    """The same data, if it is blocks of settings.

    Raises:
        ConfigError: it is something else.
    """
    if not isinstance(parsed, dict):
        raise ConfigError(source, [f"it holds {type(parsed).__name__}, expected blocks of settings"], hint=HINT)
    return parsed


def faults_of(error: ValidationError, kind: type[BaseModel]) -> list[str]:
    """One line a fault, each once, by the keys of `kind`."""
    return list(dict.fromkeys(_fault(kind, details) for details in error.errors(include_url=False)))


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML lets a key be given twice and keeps the last; a person who did that should know."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubled = sorted({str(key) for key in keys if keys.count(key) > 1})
        if doubled:
            raise yaml.YAMLError(f"given twice: {', '.join(doubled)}, near line {node.start_mark.line + 1}")
        result: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return result


def _fault(settings: type[BaseModel], details: ErrorDetails) -> str:
    location = _key(settings, details["loc"])
    kind, found = details["type"], details["input"]
    if kind == "extra_forbidden":
        return f"{location}: unknown key{_nearest(settings, details['loc'])}"
    if kind == "missing":
        return f"{location}: missing, and it has no default"
    if kind == "value_error":
        return f"{location + ': ' if location else ''}{details['ctx']['error']}"
    if kind == "string_pattern_mismatch":
        return (
            f"{location}: found {found!r}; expected lower-case letters, digits, dots, dashes or underscores, at most 64"
        )
    return (
        f"{location}: found {found!r}; {_lower_first(details['msg'])}{_nearest_value(details)}{_as_yaml_number(found)}"
    )


def _key(model: Any, location: tuple[int | str, ...]) -> str:
    """`("train", "max_iter", "int")` is the key train.max_iter: pydantic adds the branch of a union it tried."""
    parts: list[str] = []
    for part in location:
        fields = getattr(model, "model_fields", None)
        if fields is None and not isinstance(part, int) and parts and not isinstance(model, dict):
            break
        parts.append(f"[{part}]" if isinstance(part, int) else str(part))
        model = _block(fields[str(part)].annotation) if fields and str(part) in fields else {}
    return ".".join(parts).replace(".[", "[")


def _block(annotation: Any) -> Any:
    """The settings class behind an annotation, a dictionary for free-form blocks, None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    origin = get_origin(annotation)
    if origin is dict or origin is tuple:
        return {}
    if origin in (Union, UnionType):
        return next((block for block in map(_block, get_args(annotation)) if block is not None), None)
    return None


def _nearest(model: Any, location: tuple[int | str, ...]) -> str:
    for part in location[:-1]:
        field = model.model_fields.get(str(part))
        model = _block(field.annotation) if field else None
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return ""
    names = list(model.model_fields)
    close = difflib.get_close_matches(str(location[-1]), names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; expected one of {', '.join(names)}"


def _nearest_value(details: ErrorDetails) -> str:
    if details["type"] not in ("literal_error", "enum"):
        return ""
    allowed = [word.strip("' ") for word in details["ctx"]["expected"].replace(" or ", ",").split(",")]
    close = difflib.get_close_matches(str(details["input"]), allowed, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _as_yaml_number(found: Any) -> str:
    """YAML reads 1e-3 as text; only 1.0e-3 is a number."""
    match = re.fullmatch(r"([+-]?\d+)([eE][+-]?\d+)", found) if isinstance(found, str) else None
    return f"; write {match[1]}.0{match[2]}" if match else ""


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _one_line(text: str) -> str:
    return " ".join(text.split())
