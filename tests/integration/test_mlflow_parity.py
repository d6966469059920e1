"""`mlflow models serve` on the model that this project registers, and our server on its bundle, answer the same bodies alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import pandas as pd
import pytest
import requests
from mlflow.pyfunc import scoring_server

from modelratchet.adapters.mlflow.model_files import save_model
from modelratchet.cli.main import main
from modelratchet.core.formats import to_document
from modelratchet.storage.bundles import Bundle
from tests.patience import PATIENCE_SECONDS
from tests.samples.bundles import binary_bundle
from tests.samples.candidates import candidate
from tests.samples.in_thread import answering
from tests.samples.served import sample_app

pytestmark = pytest.mark.integration
# a missing number and a category that training never saw
FRAME = pd.DataFrame({"hour": [3.0, 20.5, None, 23.0], "carrier": ["AA", "UA", "UA", "ZZ"]})
RECORDS = [{"hour": 3.0, "carrier": "AA"}, {"hour": 20.5, "carrier": "UA"}]
SPLIT = json.loads(FRAME.to_json(orient="split"))
BODIES: dict[str, tuple[str, Any]] = {
    "dataframe_split": ("application/json", {"dataframe_split": SPLIT}),
    "dataframe_records": ("application/json", {"dataframe_records": json.loads(FRAME.to_json(orient="records"))}),
    "instances": ("application/json", {"instances": RECORDS}),
    "inputs": ("application/json", {"inputs": FRAME[:2].to_dict(orient="list")}),
    "inputs with params": ("application/json", {"inputs": FRAME[:2].to_dict(orient="list"), "params": {}}),
}
CSV = {
    "csv": ("text/csv", FRAME.to_csv(index=False)),
    "csv in another order": ("text/csv; charset=utf-8", FRAME[["carrier", "hour"]].to_csv(index=False)),
}
REFUSED: dict[str, tuple[str, Any]] = {
    "no JSON": ("application/json", "{"),
    "a list": ("application/json", RECORDS),
    "nothing known": ("application/json", {"rows": RECORDS}),
    "two shapes": ("application/json", {"instances": RECORDS, "dataframe_records": RECORDS}),
    "a text as a number": ("application/json", {"dataframe_records": [{"hour": "noon", "carrier": "AA"}]}),
    "a needed column is missing": ("application/json", {"dataframe_records": [{"hour": 3.0}]}),
    "another member in split": ("application/json", {"dataframe_split": SPLIT | {"names": []}}),
    "an image": ("image/png", "PNG"),
}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return binary_bundle()


@pytest.fixture(scope="module")
def saved(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("parity")
    save_model(candidate(folder, made=bundle), folder / "model")
    return str(folder / "model")


@pytest.fixture(scope="module")
def theirs(saved: str) -> Iterator[str]:
    """MLflow's server, the application that `mlflow models serve` starts."""
    with answering(scoring_server.init(mlflow.pyfunc.load_model(saved))) as url:
        yield url


@pytest.fixture(scope="module")
def theirs_without_signature(saved: str) -> Iterator[str]:
    """The same without a signature: MLflow 3.17 reads no CSV for inputs of type `any`, which ours have to be."""
    model = mlflow.pyfunc.load_model(saved)
    model.metadata.signature = None
    with answering(scoring_server.init(model)) as url:
        yield url


@pytest.fixture(scope="module")
def ours(bundle: Bundle) -> Iterator[str]:
    with answering(sample_app(bundle)) as url:
        yield url


def _post(url: str, content_type: str, body: Any) -> requests.Response:
    data = body if isinstance(body, str) else json.dumps(body)
    return requests.post(f"{url}/invocations", data, headers={"content-type": content_type}, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize(("content_type", "body"), BODIES.values(), ids=BODIES.keys())
def test_both_servers_answer_a_body_alike(ours: str, theirs: str, content_type: str, body: Any) -> None:
    one, other = (_post(url, content_type, body) for url in (ours, theirs))
    assert (one.status_code, other.status_code) == (200, 200), (one.text, other.text)
    assert one.json() == other.json()
    assert one.headers["content-type"] == other.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("content_type", "body"), CSV.values(), ids=CSV.keys())
def test_csv_is_answered_alike(ours: str, theirs_without_signature: str, content_type: str, body: Any) -> None:
    test_both_servers_answer_a_body_alike(ours, theirs_without_signature, content_type, body)


@pytest.mark.parametrize(("content_type", "body"), REFUSED.values(), ids=REFUSED.keys())
def test_both_servers_refuse_a_body(ours: str, theirs: str, content_type: str, body: Any) -> None:
    one, other = (_post(url, content_type, body).status_code for url in (ours, theirs))
    assert 400 <= one < 500
    assert 400 <= other < 500


def test_our_suite_finds_on_mlflows_server_the_csv_that_it_cannot_read_and_nothing_else(
    theirs: str, bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(to_document(bundle.schema)))
    arguments = ["--protocol", "mlflow", "--json", "--schema", str(tmp_path / "schema.json")]
    assert main(["conformance", theirs, *arguments]) == 1
    checks = json.loads(capsys.readouterr().out)
    assert [item["check"] for item in checks if item["outcome"] == "fail"] == ["POST /invocations: CSV under a header"]
