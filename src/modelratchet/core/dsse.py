"""Signed statements: in-toto statements in DSSE envelopes. Pure; keys are an adapter's business.

Source: DSSE v1.0 (secure-systems-lab/dsse, protocol and envelope), in-toto attestation framework, Statement v1.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from modelratchet.core.digests import PREFIX, canonical_json
from modelratchet.errors import EvidenceError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True)
class Statement:
    """What is said (`predicate`, of the kind `predicate_type`) of something that has a name and a digest."""

    name: str
    digest: str
    predicate_type: str
    predicate: dict[str, Any]


def encode_statement(statement: Statement) -> bytes:
    """As canonical JSON; `decode_statement(encode_statement(x))` equals x."""
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": statement.name, "digest": {"sha256": statement.digest.removeprefix(PREFIX)}}],
            "predicateType": statement.predicate_type,
            "predicate": statement.predicate,
        }
    )


def decode_statement(payload: bytes) -> Statement:
    """Read a statement about one thing.

    Raises:
        EvidenceError: it is none.
    """
    try:
        found = json.loads(payload)
        (subject,) = found["subject"]
        if found["_type"] != STATEMENT_TYPE or not isinstance(found["predicate"], dict):
            raise ValueError(f"its type is {found['_type']!r}")  # noqa: TRY301 - one way out for all that is wrong
        digest = PREFIX + str(subject["digest"]["sha256"])
        return Statement(str(subject["name"]), digest, str(found["predicateType"]), found["predicate"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceError(f"what was signed is no in-toto statement: {error or type(error).__name__}") from error


def signed_bytes(payload: bytes) -> bytes:
    """What the signature is really of: the payload's type is part of it (PAE).

    >>> signed_bytes(b"x")
    b'DSSEv1 28 application/vnd.in-toto+json 1 x'
    """
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def encode_envelope(payload: bytes, signature: bytes) -> bytes:
    """The envelope as it is stored."""
    return canonical_json(
        {
            "payloadType": PAYLOAD_TYPE,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [{"keyid": "", "sig": base64.b64encode(signature).decode()}],
        }
    )


def decode_envelope(data: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Payload and signatures; nothing of it is believed yet.

    Raises:
        EvidenceError: it is no envelope of a statement.
    """
    try:
        found = json.loads(data)
        if found["payloadType"] != PAYLOAD_TYPE:
            raise ValueError(f"its payload is {found['payloadType']!r}")  # noqa: TRY301 - one way out for all that is wrong
        signatures = tuple(base64.b64decode(item["sig"], validate=True) for item in found["signatures"])
        return base64.b64decode(found["payload"], validate=True), signatures
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise EvidenceError(f"it is no DSSE envelope: {error or type(error).__name__}") from error
