"""Changes single values of a YAML file and nothing else in it: comments, order, quoting and spacing stay as a person wrote them.

Law: all bytes outside the values are the same, and the file reads as before but for those values. (ruamel.yaml keeps comments, but folds
and spaces anew: on this project's own params.yaml it changes lines that nobody asked it to.)
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from modelratchet.errors import ConfigError

Value = str | int
# an anchor, an alias, a tag, and texts over several lines: to replace them would change more than one value
_NO_PLAIN_VALUE = ("&", "*", "!", "|", ">")


def with_values(text: str, values: Mapping[str, Value], source: str) -> str:
    """The text with these values in the places of what is there, by dotted keys. Texts get the quotes that are there, or double ones.

    Raises:
        ConfigError: a key is not in the file, or does not hold a plain value.
    """
    nodes = _values_at(text, tuple(values), source)
    edited = text
    for key, node in sorted(nodes.items(), key=lambda item: -item[1].start_mark.index):
        start, end = node.start_mark.index, node.end_mark.index
        gap = " " if start == end and not edited[start - 1].isspace() else ""
        edited = edited[:start] + gap + _written(values[key], node) + edited[end:]
    if _read(edited) != _expected(text, values):
        raise ConfigError(source, [f"{', '.join(values)}: cannot be changed here without changing more than that"])
    return edited


def plain_value(text: str, key: str, source: str) -> Value | None:
    """What is there: a whole number, or text; None for null.

    Raises:
        ConfigError: see `with_values`.
    """
    node = _values_at(text, (key,), source)[key]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:int":
        found: int = yaml.safe_load(text[node.start_mark.index : node.end_mark.index])
        return found
    return str(node.value)


def _values_at(text: str, keys: Sequence[str], source: str) -> dict[str, yaml.ScalarNode]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    found = {key: _node_at(root, key, source) for key in keys}
    for key, node in found.items():
        if not isinstance(node, yaml.ScalarNode) or text.startswith(_NO_PLAIN_VALUE, node.start_mark.index):
            raise ConfigError(
                source, [f"{key}: expected a plain value, which can be changed: no anchor, tag, list or block"]
            )
    return found


def _node_at(node: Any, key: str, source: str) -> Any:
    for part in key.split("."):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == part), None)
        if node is None:
            raise ConfigError(source, [f"{key}: not there, and it is to be changed"])
    return node


def _written(value: Value, node: yaml.ScalarNode) -> str:
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("'", "''") + "'" if node.style == "'" else json.dumps(value, ensure_ascii=False)


def _read(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _expected(text: str, values: Mapping[str, Value]) -> Any:
    data = copy.deepcopy(_read(text))
    for key, value in values.items():
        *blocks, name = key.split(".")
        _block(data, blocks)[name] = value
    return data


def _block(data: Any, names: Sequence[str]) -> Any:
    for name in names:
        data = data[name]
    return data
