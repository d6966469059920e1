"""The digest of a Python source as the interpreter sees it: what only people read does not count. Pure.

Left out: comments, layout, docstrings and other bare texts, and the descriptions of settings, which pydantic shows and never obeys. Everything
else counts, a type hint too: pydantic and dataclasses read those. `storage.code_digests` calls it.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from modelratchet.core.digests import digest_bytes

_UNSEEN = {"ctx", "kind", "type_comment", "type_ignores"}
"""Fields of nodes that say nothing, or what others say already: whether a name is stored follows from where it stands."""

_SUITES = {"body", "orelse", "finalbody"}
_ANYTHING = "*"
"""What `from … import *` binds."""


def syntax_digest(source: bytes) -> str:
    r"""Digest a source's syntax tree; of one that does not parse, the bytes.

    Law: what differs in comments, layout, docstrings and descriptions of settings alone has one digest. The digest is the same under every
    Python that parses the source into the same tree; positions are no part of it.

    >>> syntax_digest(b"def f():\n    'One.'\n    return 1") == syntax_digest(b"def f(): return 1  # one")
    True
    >>> syntax_digest(b"def f(): return 1") == syntax_digest(b"def f(): return 2")
    False
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a text is the source's own business
            tree = ast.parse(source)
        parts: list[str] = []
        _write(tree, frozenset(_field_names(tree)), parts)
        return digest_bytes("".join(parts).encode("ascii"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return digest_bytes(source)


def _field_names(tree: ast.Module) -> Iterator[str]:
    """How this source spells pydantic's `Field`, where that can be nothing else: the file binds the name once, by an import."""
    nodes = tuple(ast.walk(tree))
    bound = Counter(name for node in nodes for name in _bound(node))
    if _ANYTHING in bound:
        return
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "pydantic":
            names = {alias.asname or alias.name for alias in node.names if alias.name == "Field"}
            yield from (name for name in names if bound[name] == 1)
        elif isinstance(node, ast.Import):
            names = {alias.asname or alias.name for alias in node.names if alias.name == "pydantic"}
            yield from (f"{name}.Field" for name in names if bound[name] == 1 and not bound[f"{name}.Field"])


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a node gives a meaning, in any scope."""
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
            yield _dotted(node)
        case ast.Import(names=names):
            yield from (alias.asname or alias.name.split(".")[0] for alias in names)
        case ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name for alias in names)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.arg(arg=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case ast.alias():
            return
        case _:  # functions, classes, handlers, patterns and parameters of types
            if isinstance(own := getattr(node, "name", None), str):
                yield own


def _write(node: Any, fields: Collection[str], parts: list[str]) -> None:
    """Add a node as text. Empty fields are left out, so that a Python whose nodes have more of them writes the same."""
    if isinstance(node, ast.AST):
        parts.append(type(node).__name__ + "(")
        for name in node._fields:
            seen = _seen(node, name, getattr(node, name, None), fields)
            if name not in _UNSEEN and ((seen is not None and seen != []) or isinstance(node, ast.Constant)):
                parts.append(name + "=")
                _write(seen, fields, parts)
        parts.append(")")
    elif isinstance(node, list):
        parts.append("[")
        for item in node:
            _write(item, fields, parts)
            parts.append(",")
        parts.append("]")
    else:
        parts.append(ascii(node))


def _seen(node: ast.AST, name: str, value: Any, fields: Collection[str]) -> Any:
    """The value of a node's field without what only people read."""
    if name in _SUITES and isinstance(value, list):
        kept = [item for item in value if not _is_bare_text(item)]
        return kept if kept or not value or isinstance(node, ast.Module) else [ast.Pass()]
    if name == "keywords" and isinstance(node, ast.Call) and _dotted(node.func) in fields:
        return [item for item in value if not (item.arg == "description" and _is_text(item.value))]
    return value


def _is_bare_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and _is_text(node.value)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
