"""Run the data scientist's tests of the model, `tests/model`. Exits 0 when some fail, too: the gate decides."""

from modelratchet.config.layout import BUNDLE, MODEL_TESTS
from modelratchet.storage.files import write_record
from modelratchet.usecases.run_model_tests import run_model_tests
from modelratchet.wiring.model_tests import model_tester
from modelratchet.wiring.stage import run_stage


def main() -> None:
    write_record(MODEL_TESTS, run_model_tests(model_tester(), BUNDLE))


if __name__ == "__main__":
    run_stage("test_model", main)
