"""What release 0.1 wrote down, as literals: a digest that comes out otherwise today is a mistake of today's, never of these."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from modelratchet.adapters.pyarrow_prediction_log import Span

MODEL = "parcels-late"
BUNDLE = "sha256:d1beadb7438186a5ef06c03b84c48e0c00299996b2e97409baee4307d7150827"
"""Of version 4, the champion."""
ANCHOR_BUNDLE = "sha256:503b13e65c6ea5b316dca436858719b2a74c2cb25a884096be499b3e55428a69"
"""Of version 2, the anchor."""
HOLDOUT = "sha256:7cf0390210ad869025ac5d7600ab94c46b34328e44a9fec8ba3802f2d4f6deb3"
EVIDENCE = "sha256:1ffe23cbc1a0f41327f237d41e88081cf14900f47be88b8f663a7f800a130e74"
POLICY = "sha256:cac68b3ff8cf75046c9d84c716d0b52527538b2ab3db358521e9d4159a8dc187"
VERDICT = "sha256:a00bccdf271c455d2d9c11d20c6b90b9796cc609dc9419aa56159d2966cb901a"


class WrittenEvent(NamedTuple):
    """An event of the ledger that counts."""

    counter: int
    kind: str
    version: str
    digest: str


EVENTS = (
    WrittenEvent(1, "promoted", "1", "sha256:997c4e7753c793ae640e9943b4a70218bba41ee5e265b760e4528ad8c3757751"),
    WrittenEvent(2, "promoted", "2", "sha256:c7c622dd8ad5aabd796418ed2664088f78e22d742ca63106722597a3aaa5c0a7"),
    WrittenEvent(3, "rolled_back", "1", "sha256:974af09ae04a11f3df493a20932d30c09524436363e210cde20de402bf3e958c"),
    WrittenEvent(4, "overridden", "3", "sha256:60bc2361bcf886ad0f300dbc0ef414ed44423d72c8495843652da538b9aee0c9"),
    WrittenEvent(5, "rolled_back", "2", "sha256:d5550b8d4fcfaf3ee818362ae6f1adefe99c280ef4fad1e27d72b8be6f850e58"),
    WrittenEvent(6, "renewed", "2", "sha256:d23ba4cc4371c8df3bf24f3ab9c0a43fa5034b677b800e2c35c92bf582b4bbc1"),
    WrittenEvent(7, "anchored", "1", "sha256:f3867f7bc86ff1d221b033f7de6cb2fa5dda5c6de8229e0178ba49c5cd87217b"),
    WrittenEvent(8, "promoted", "4", "sha256:10483f722e436614106f859ed33f4a876a93de82f7ddb31a398d6e7744757ab9"),
    WrittenEvent(9, "anchored", "2", "sha256:ea4b32dbe0b170a797697d13ff29fbeb4ea5f16c7adf92487f165e368e6ac62e"),
    WrittenEvent(10, "renewed", "4", "sha256:429894d213113f417451014b0e6ef2a228fbaceb2505dac2830d8d952f8d55e2"),
    WrittenEvent(11, "rolled_back", "2", "sha256:2ee04256264c23e3ccb25bcf648c083f50d57fd92888af69a438ff0e99a29a9f"),
    WrittenEvent(12, "overridden", "4", "sha256:f0d7865d81bd7652fb13c437905053dc57eb52dd4effa75841ffe7bf8a5c96e4"),
)
HEAD = EVENTS[-1].digest
VOID = {
    7: "sha256:81da557bc5cf16f5b59e6e796e5c7e0c9c151795242e6e559270494064dfe806",
    8: "sha256:04d563988bb44bbc631fea51e81f2be848ce55975a63d94733e8fda0166c1f9b",
    9: "sha256:d23ba4cc4371c8df3bf24f3ab9c0a43fa5034b677b800e2c35c92bf582b4bbc1",
}
"""By the number that the store gave them: Bob's two, which came too late, and Alice's renewal, which came twice."""
VERDICTS = [("1", "promote"), ("2", "promote"), ("3", "reject"), ("4", "inconclusive"), ("4", "promote")]
"""Version and decision of each recorded run, the oldest first."""
EVER = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
