"""Which requests are remembered: by their id alone, so that every row of a request, its feedback and every worker agree."""

from __future__ import annotations

import zlib

_WHOLE = 1 << 32
# a checksum is linear: ids that count upwards would fall unevenly. Multiplying spreads them (Knuth, TAOCP vol. 3, 6.4)
_SPREAD = 2654435761


class Sample:
    """A fixed share of all request ids."""

    def __init__(self, share: float) -> None:
        """Take the share, 0 to 1."""
        self.holds_all = share >= 1.0
        self._limit = round(share * _WHOLE)

    def holds(self, request_id: str) -> bool:
        """Whether this request is in the sample."""
        return self.holds_all or (zlib.crc32(request_id.encode()) * _SPREAD) % _WHOLE < self._limit
