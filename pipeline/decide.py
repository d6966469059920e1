"""Put the evidence together and let the gate decide. Always exits 0: `ratchet gate check` has the exit code."""

from modelratchet.config import layout
from modelratchet.config.policies import policy_of
from modelratchet.config.reading import load_params
from modelratchet.core.comparison import Comparison
from modelratchet.core.data_check import DataCheck
from modelratchet.core.evaluation import Evaluation
from modelratchet.core.evidence import Evidence
from modelratchet.core.gate import decide
from modelratchet.core.latency import LatencyReport
from modelratchet.core.model_tests import ModelTests
from modelratchet.core.parity import Parity
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import read_supplied, write_bytes, write_record
from modelratchet.wiring.pages import decided_page
from modelratchet.wiring.stage import run_stage


def main() -> None:
    params = load_params()
    bundle = read_bundle(layout.BUNDLE)
    evidence = Evidence(
        bundle_digest=bundle.digest,
        model_digest=bundle.model_digest,
        data_check=read_supplied(layout.DATA_CHECK, DataCheck),
        evaluation=read_supplied(layout.EVALUATION, Evaluation),
        parity=read_supplied(layout.PARITY, Parity),
        comparison=read_supplied(layout.COMPARISON, Comparison),
        latency=read_supplied(layout.LATENCY, LatencyReport),
        model_tests=read_supplied(layout.MODEL_TESTS, ModelTests),
    )
    write_record(layout.EVIDENCE, evidence)
    write_record(layout.POLICY, policy := policy_of(params))
    write_record(layout.VERDICT, decide(params.model, evidence, policy))
    write_bytes(layout.DECISION_PAGE, decided_page(params).encode())


if __name__ == "__main__":
    run_stage("decide", main)
