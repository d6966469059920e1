"""Settings as flat texts, for the registry and for pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def flat_params(settings: Mapping[str, object]) -> dict[str, str]:
    """Settings as `block.key: text`.

    Of the estimators' option blocks under `train`, only the chosen one's is kept: the others had no influence.
    """
    train = settings.get("train")
    estimator = train.get("estimator") if isinstance(train, Mapping) else None
    kept = dict(settings)
    if isinstance(train, Mapping):
        kept["train"] = {
            name: value for name, value in train.items() if not isinstance(value, Mapping) or name == estimator
        }
    return dict(_flattened("", kept))


def _flattened(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flattened(f"{prefix}.{name}" if prefix else str(name), item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield prefix, ", ".join(str(item) for item in value)
    elif value is not None:
        yield prefix, str(value)
