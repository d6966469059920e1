"""Requests gone wrong, for any table of routes: an example that works, with something in it spoiled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from modelratchet.serving.exchange import PredictionRoute, Route


class Poisoned(NamedTuple):
    method: str
    path: str
    headers: Mapping[str, bytes]
    body: bytes


_MARK = "@spoiled@"
TOKENS = (
    b"null", b"true", b"false", b"-0.0", b"0", b"-1", b"1e-400", b"1e400", b"-1e400", b"3.5e38", b"9223372036854775808",
    b"-9223372036854775809", b"18446744073709551616", b"9" * 400, b"9" * 5000, b"0." + b"1" * 5000, b"1e999999999999",
    b"NaN", b"Infinity", b"-Infinity", b"nan", b"01", b"1.", b".5", b"+1", b"0x10", b"1_000", b"[]", b"{}", b"[[]]", b"[null]",
    b'""', b'"\\u0000"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xff\xfe"', b'"\xed\xa0\x80"', b'"\\x"', b'"a', b"'a'", b'"\t"',
    b'"' + b"A" * 70_000 + b'"', b'{"a": 1, "a": 2}', b'{"__class__": "os.system"}', b"[" * 2000, b"[" * 2000 + b"]" * 2000,
    b'{"a":' * 2000 + b"1" + b"}" * 2000, b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'"2020-01-01T00:00:00Z"', b"/**/1", b"",
    b"[1,]", b'{"a":1,}', b"1 2", b'"\xf0\x9f\x9a\x82"', b'"\xe2\x80\xa8"', b"[-1]", b"[1e400]", b'[" "]', b"1e308", b"-3.4e38",
)  # fmt: skip
MEMBERS = (
    "rows", "columns", "instances", "inputs", "dataframe_split", "dataframe_records", "input_data", "data", "index", "parameters",
    "params", "id", "outputs", "name", "shape", "datatype", "binary_data_size", "", "\x00", "a" * 5000, "`", " - at `$.x`", "$",
    "[0]", "hour", "carrier", "Hour", "hour ", "é", "\u2028", "__proto__", "class", "c0",
)  # fmt: skip
MEDIA_TYPES = (
    b"", b"application/json", b"application/json; charset=utf-16", b"APPLICATION/JSON", b"text/csv", b"text/csv; header=absent",
    b"application/jsonlines", b"application/x-ndjson", b"application/octet-stream", b"application/x-recordio-protobuf", b"text/html",
    b"\xff\xfe", b";", b"/", b"a" * 5000, b"multipart/form-data; boundary=x", b"application/json, text/csv", b"application/cbor",
)  # fmt: skip
NUMBERS = (
    b"0", b"1", b"-1", b"99", b"1_0", b"+5", b" 7 ", b"1e3", b"abc", b"", b"\xb2", b"99999999999999999999", b"1" * 5000,
)  # fmt: skip
ODD_HEADERS: Mapping[str, Sequence[bytes]] = {
    "content-type": MEDIA_TYPES,
    "accept": (b"*/*", b"text/html", b"text/csv;q=0.5, */*;q=0", b"application/json;q=x", b";q=,,", b"\xff", b"a" * 9000, b"*/*;q=-1"),
    "x-request-id": (b"", b"a b", b"\xff", b"x" * 65, b"x\ty", b'"', b"../../etc", b"ok-1"),
    "inference-header-content-length": NUMBERS,
    "content-encoding": (b"gzip", b"br", b"identity"),
    "traceparent": (b"00-0-0-0", b"\xff", b"00-" + b"f" * 32 + b"-" + b"f" * 16 + b"-01"),
    "if-none-match": (b"*", b'W/"x"', b"\xff"),
    "content-length": NUMBERS,
    "host": (b"", b"\xff", b"a:b:c"),
}  # fmt: skip
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
PATH_ENDS = (
    "",
    "/",
    "//",
    "/..",
    "/../..",
    "%00",
    "/\x00",
    "é",
    ";x=1",
    "/ready",
    "/versions/9",
    "/infer",
    " ",
    "a" * 5000,
)


def poisoned(table: Iterable[Route | PredictionRoute], n_requests: int) -> st.SearchStrategy[list[Poisoned]]:
    """So many requests to these routes. They are made of plain numbers, which Hypothesis draws quickly and shrinks well."""
    routes = list(table)
    predictions = [route for route in routes if route.documentation.requests]
    doors = [*predictions * max(1, 4 * len(routes) // max(1, len(predictions))), *routes]
    recipe = st.lists(st.integers(0, 9999), min_size=_CHOICES, max_size=_CHOICES)
    return st.lists(recipe, min_size=n_requests, max_size=n_requests).map(
        lambda recipes: [_request(doors, _Choices(numbers)) for numbers in recipes]
    )


_CHOICES = 20


class _Choices:
    """One number after the other, each for one choice; 0 is the plainest."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = [*numbers, 0, 0, 0, 0][::-1]

    def of(self, pool: Sequence[Any]) -> Any:
        return pool[self._numbers.pop() % len(pool)] if len(self._numbers) > 1 else pool[0]

    def seldom(self) -> bool:
        return bool(self.of((False, False, False, False, True)))


def _request(doors: Sequence[Route | PredictionRoute], choices: _Choices) -> Poisoned:
    route = choices.of(doors)
    named, example = choices.of(list(route.documentation.requests.items()) or [("application/json", b"{}")])
    media_type = named.partition(";")[0]
    headers = {"content-type": media_type.encode()}
    if choices.seldom():
        odd = choices.of(sorted(ODD_HEADERS))
        headers[odd] = choices.of(ODD_HEADERS[odd])
    method = choices.of(METHODS) if choices.seldom() else route.method
    path = route.path + (choices.of(PATH_ENDS) if choices.seldom() else "")
    return Poisoned(method, path, headers, _body(media_type, example, choices))


def _body(media_type: str, example: bytes, choices: _Choices) -> bytes:
    ways = (_json, _json, _twice, _overwritten) if media_type.endswith("json") else (_cells, _overwritten)
    spoiled: bytes = choices.of(ways)(example, choices)
    return spoiled


def _json(example: bytes, choices: _Choices) -> bytes:
    """One to three places of the document are replaced, taken out, doubled or added to."""
    document, token = json.loads(example), choices.of(TOKENS)
    for _ in range(choices.of((1, 1, 2, 3))):
        holder, key = choices.of(list(_places(document)))
        deed = choices.of(("replace", "replace", "remove", "add", "double"))
        if holder is None:
            return token
        if deed == "replace":
            holder[key] = _MARK
        elif deed == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder += [holder[key]] * (1 if deed == "add" else choices.of((2, 2000)))
        else:
            holder[choices.of(MEMBERS)] = choices.of((holder[key], _MARK))
    return json.dumps(document).encode().replace(json.dumps(_MARK).encode(), token)


def _places(node: Any) -> Iterable[tuple[Any, Any]]:
    """Each place's holder and key; the whole document has no holder."""
    yield None, None
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from (place for place in _places(node[key]) if place[0] is not None)


def _twice(example: bytes, choices: _Choices) -> bytes:
    """A member that is there already, under its own name or one that is spelled with escapes."""
    names = sorted(set(_names(json.loads(example)))) or ["a"]
    name = choices.of(names)
    spelled = choices.of((json.dumps(name), '"' + "".join(f"\\u{ord(letter):04x}" for letter in name) + '"')).encode()
    starts = [place + 1 for place in range(len(example)) if example[place : place + 1] == b"{"]
    start = choices.of(starts)
    value = choices.of((b"1", b'"UA"', b"[1]", choices.of(TOKENS)))
    return example[:start] + spelled + b":" + value + b"," + example[start:]


def _names(node: Any) -> Iterable[str]:
    if isinstance(node, dict):
        yield from node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _names(child)


def _cells(example: bytes, choices: _Choices) -> bytes:
    """A line or a cell of a text is replaced, doubled or left out."""
    separator = choices.of((b"\n", b","))
    parts = example.split(separator)
    place = choices.of(range(len(parts)))
    parts[place : place + 1] = choices.of(
        ((choices.of(TOKENS),), (), (parts[place],) * 2, (parts[place],) * 2000, (b'"', b"\r\n"))
    )
    return separator.join(parts)


def _overwritten(example: bytes, choices: _Choices) -> bytes:
    """A stretch of the text is something else."""
    start = choices.of(range(len(example) + 1))
    end = min(len(example), start + choices.of((0, 1, 2, 8, 10_000)))
    noise = bytes(choices.of(range(256)) for _ in range(choices.of((1, 2, 4))))
    return example[:start] + choices.of((noise, choices.of(TOKENS), b"")) + example[end:]
