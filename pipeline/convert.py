"""Turn the fitted estimator into the bundle: ONNX graph, schema, manifest."""

from modelratchet.config.layout import BUNDLE, ESTIMATOR, LOCK, TRAIN
from modelratchet.config.reading import load_params
from modelratchet.modeling.onnx_export import export_onnx
from modelratchet.modeling.schema_building import build_schema
from modelratchet.modeling.tables import read_table
from modelratchet.modeling.training import read_trained
from modelratchet.storage.bundles import make_bundle, write_bundle
from modelratchet.storage.lineage import lineage_of
from modelratchet.wiring.modeling import column_plan, model_settings, model_sources
from modelratchet.wiring.stage import run_stage


def main() -> None:
    params = load_params()
    plan, trained = column_plan(params), read_trained(ESTIMATOR)
    model = export_onnx(trained.pipeline, plan.numeric, plan.categorical, plan.task)
    schema = build_schema(params.model, read_table(TRAIN, plan.names), plan, trained.classes)
    lineage = lineage_of(TRAIN, model_settings(params), model_sources(), LOCK)
    write_bundle(make_bundle(model, schema, lineage), BUNDLE)


if __name__ == "__main__":
    run_stage("convert", main)
