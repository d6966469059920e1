"""One file a wire format: bytes of a request to a `Batch`. Types are held here, values by `checks`."""

from __future__ import annotations

from collections.abc import Callable

from modelratchet.serving.batches import Batch

Parser = Callable[[bytes], Batch]
