"""Put the evidence together and let the gate decide. Always exits 0: `ratchet gate check` has the exit code."""

from modelratchet.config.layout import (
    BUNDLE,
    COMPARISON,
    DATA_CHECK,
    DECISION_PAGE,
    EVALUATION,
    EVIDENCE,
    PARITY,
    VERDICT,
)
from modelratchet.config.policies import policy_of
from modelratchet.config.reading import load_params
from modelratchet.core.evidence import Comparison, DataCheck, Evaluation, Evidence, Parity
from modelratchet.core.gate import decide
from modelratchet.core.page import decision_page
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import read_record, write_bytes, write_record
from modelratchet.wiring.stage import run_stage


def main() -> None:
    params = load_params()
    evidence = Evidence(
        bundle_digest=read_bundle(BUNDLE).digest,
        data_check=read_record(DATA_CHECK, DataCheck),
        evaluation=read_record(EVALUATION, Evaluation),
        parity=read_record(PARITY, Parity),
        comparison=read_record(COMPARISON, Comparison),
    )
    verdict = decide(params.model, evidence, policy_of(params))
    write_record(EVIDENCE, evidence)
    write_record(VERDICT, verdict)
    write_bytes(DECISION_PAGE, decision_page(verdict, evidence).encode())


if __name__ == "__main__":
    run_stage("decide", main)
