"""Rows reach the server as a client would send them."""

import json

import pandas as pd

from modelratchet.modeling.frames import features_of
from modelratchet.modeling.records import is_served, records_of
from modelratchet.serving.parsers.records import Records
from tests.samples.bundles import binary_bundle

SCHEMA = binary_bundle().schema


def _features(hours: list[float | None], carriers: list[str | None]) -> pd.DataFrame:
    return features_of(pd.DataFrame({"hour": hours, "carrier": carriers}), SCHEMA.numeric, SCHEMA.categorical)


def test_missing_values_are_null_and_numbers_are_as_short_as_they_came() -> None:
    found = records_of(_features([12.3, None], ["UA", None]), SCHEMA)
    assert json.dumps(found) == '[{"hour": 12.3, "carrier": "UA"}, {"hour": null, "carrier": null}]'


def test_the_server_reads_from_them_what_the_graph_gets_in_process() -> None:
    features = _features([0.1, 1e-20, 16777217.0], ["UA", "", "AA"])
    batch = Records(SCHEMA, 10)(json.dumps({"rows": records_of(features, SCHEMA)}).encode())
    assert batch.numeric is not None
    assert batch.categorical is not None
    assert batch.numeric.tolist() == features[["hour"]].to_numpy("float32").tolist()
    assert batch.categorical.tolist() == features[["carrier"]].to_numpy(object).tolist()


def test_rows_that_the_server_would_refuse_are_not_sent_to_it() -> None:
    features = _features([1.0, None, 3.0], ["UA", "AA", None])
    assert is_served(features, SCHEMA).tolist() == [True, True, False]
