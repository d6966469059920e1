"""Run the data scientist's tests on the candidate, and tie what they said to its bytes. The `test_model` stage calls it."""

from __future__ import annotations

from pathlib import Path

from modelratchet.core.model_tests import ModelTests
from modelratchet.errors import DigestError
from modelratchet.storage.bundles import read_bundle
from modelratchet.usecases.ports.pipeline import ModelTester


def run_model_tests(tester: ModelTester, bundle: Path) -> ModelTests:
    """Run the tests; a failed one is an outcome, and the gate's business.

    Raises:
        MissingEvidenceError: there is no candidate.
        DigestError: the candidate's bytes are wrong, or were others after the tests: then nobody knows what was tested.
    """
    before = read_bundle(bundle)
    tests = tester.run()
    if read_bundle(bundle).digest != before.digest:
        raise DigestError(
            f"{bundle} holds another model than before its tests ran: one of them wrote there",
            hint="Let tests write below tmp_path only, then run `ratchet run` again.",
        )
    return ModelTests(before.digest, tests, before.model_digest)
