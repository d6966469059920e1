"""Reads `params.yaml` and says everything that is wrong with it at once.

pydantic finds the faults; here they get the key's full name, what was found, what is allowed, and the nearest valid name.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from modelratchet.config.column_checks import watched_faults
from modelratchet.config.cross_checks import cross_faults
from modelratchet.config.layout import PARAMS
from modelratchet.config.params import Params
from modelratchet.errors import ConfigError

HINT = "Every key is described in docs/how-to/params.md; `ratchet params --schema` prints them."


def load_params(path: Path = PARAMS) -> Params:
    """Read and check the settings.

    Raises:
        ConfigError: the file is missing, is not YAML, or has faults; all of them are listed.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(str(path), ["it is not there"], hint="Run this in the project's root folder.") from error
    return read_params(data, str(path))


def read_params(data: bytes, source: str) -> Params:
    """Read and check settings from a file's bytes.

    Raises:
        ConfigError: they are not YAML, or have faults; all of them are listed.
    """
    try:
        parsed = yaml.load(data, Loader=_UniqueKeyLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ConfigError(source, [f"it is not YAML: {_one_line(str(error))}"]) from error
    return parse_params(parsed, source)


def parse_params(data: Any, source: str = str(PARAMS)) -> Params:
    """Check settings that were read already.

    Raises:
        ConfigError: with every fault.
    """
    if not isinstance(data, dict):
        raise ConfigError(source, [f"it holds {type(data).__name__}, expected blocks of settings"], hint=HINT)
    across = [*cross_faults(data), *watched_faults(data)]
    try:
        params = Params.model_validate(data)
    except ValidationError as error:
        faults = [_fault(details) for details in error.errors(include_url=False)]
        raise ConfigError(source, list(dict.fromkeys(faults + across)), hint=HINT) from error
    if across:
        raise ConfigError(source, across, hint=HINT)
    return params


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML lets a key be given twice and keeps the last; a person who did that should know."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubled = sorted({str(key) for key in keys if keys.count(key) > 1})
        if doubled:
            raise yaml.YAMLError(f"given twice: {', '.join(doubled)}, near line {node.start_mark.line + 1}")
        result: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return result


def _fault(details: ErrorDetails) -> str:
    location = _key(details["loc"])
    kind, found = details["type"], details["input"]
    if kind == "extra_forbidden":
        return f"{location}: unknown key{_nearest(details['loc'])}"
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


def _key(location: tuple[int | str, ...]) -> str:
    """`("train", "max_iter", "int")` is the key train.max_iter: pydantic adds the branch of a union it tried."""
    model: Any = Params
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


def _nearest(location: tuple[int | str, ...]) -> str:
    model: Any = Params
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
