"""Turn the fitted estimator into the bundle: ONNX graph, schema, manifest."""

from modelratchet.config.blocks import load_settings
from modelratchet.config.layout import BUNDLE, ESTIMATOR, TRAIN
from modelratchet.modeling.onnx_export import export_onnx
from modelratchet.modeling.schema_building import build_schema
from modelratchet.modeling.tables import read_table
from modelratchet.modeling.training import read_trained
from modelratchet.storage.bundles import make_bundle, write_bundle
from modelratchet.wiring.columns import column_plan
from modelratchet.wiring.modeling import Blocks, model_lineage
from modelratchet.wiring.stage import run_stage


def main() -> None:
    settings = load_settings(Blocks)
    plan, trained = column_plan(settings), read_trained(ESTIMATOR)
    model = export_onnx(trained.pipeline, plan.numeric, plan.categorical, plan.task)
    schema = build_schema(settings.model, read_table(TRAIN, plan.names), plan, trained.classes)
    write_bundle(make_bundle(model, schema, model_lineage(settings)), BUNDLE)


if __name__ == "__main__":
    run_stage("convert", main)
