"""What a running server has to answer, protocol by protocol; asked over HTTP alone, so that it fits any server and any deployed endpoint.

`ratchet conformance` and the tests run it. It shares no code with `serving`: what both had wrong, it would not find.
"""
