"""Clients that we did not write speak to our server as they would to the one that they were written for."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import numpy as np
import pandas as pd
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from modelratchet.cli.main import main
from modelratchet.core.formats import to_document
from modelratchet.serving.settings import DEPLOYMENT_FILE, Deployment, Limits
from modelratchet.storage.files import write_json
from tests.samples.bundles import binary_bundle
from tests.samples.in_thread import Prefixed, answering
from tests.samples.running import running
from tests.samples.served import predict, sample_app

pytestmark = pytest.mark.integration
ROWS: list[dict[str, Any]] = [{"hour": 3.0, "carrier": "AA"}, {"hour": 20.5, "carrier": "UA"}]
FRAME = pd.DataFrame(ROWS)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Our server as the image starts it."""
    with running(binary_bundle(), tmp_path_factory.mktemp("served")) as server:
        yield server.process.port
        server.process.refuse_ended()  # none of the clients may have brought it down


@pytest.fixture(scope="module")
def expected() -> list[dict[str, Any]]:
    found = predict(sample_app(), {"rows": ROWS}).document["predictions"]
    return [
        {"label": row["label"], **{f"probability.{name}": share for name, share in row["probabilities"].items()}}
        for row in found
    ]


def test_the_whole_suite_passes_on_the_real_process(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["conformance", f"http://127.0.0.1:{port}", "--timeout", "120"])
    assert (code, "FAIL" in capsys.readouterr().out) == (0, False)


def test_the_whole_suite_passes_under_limits_that_are_narrow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = Limits(maximum_rows=5, maximum_body_bytes=2000, deadline_seconds=3)
    write_json(tmp_path / DEPLOYMENT_FILE, to_document(Deployment(limits=limits)))
    with running(binary_bundle(), tmp_path) as server:
        code = main(["conformance", server.address])
        kept = http.client.HTTPConnection("127.0.0.1", server.process.port, timeout=60)
        kept.request("POST", "/predict", json.dumps({"rows": ROWS}).ljust(2001), {"content-type": "application/json"})
        assert kept.getresponse().status == 413
        kept.close()
    assert (code, "FAIL" in capsys.readouterr().out) == (0, False)


@pytest.mark.parametrize("is_binary", [False, True], ids=["json", "binary"])
def test_tritons_client_infers(port: int, expected: Any, is_binary: bool) -> None:
    from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

    hour, carrier = InferInput("hour", [2, 1], "FP32"), InferInput("carrier", [2, 1], "BYTES")
    hour.set_data_from_numpy(FRAME[["hour"]].to_numpy(np.float32), binary_data=is_binary)
    carrier.set_data_from_numpy(FRAME[["carrier"]].to_numpy(object), binary_data=is_binary)
    wanted = [InferRequestedOutput(name, binary_data=is_binary) for name in ("probabilities", "label")]
    with InferenceServerClient(f"127.0.0.1:{port}") as client:
        result = client.infer("flights", [hour, carrier], outputs=wanted, request_id="order-7")
        default = client.infer("flights", [hour, carrier])

    shares = [[row["probability.0"], row["probability.1"]] for row in expected]
    assert result.as_numpy("probabilities").tolist() == default.as_numpy("probabilities").tolist() == shares
    labels = [value.decode() if isinstance(value, bytes) else value for value in result.as_numpy("label")]
    assert labels == [row["label"] for row in expected]
    assert result.get_response()["id"] == "order-7"


def test_tritons_client_takes_the_graphs_inputs_and_reads_our_errors(port: int, expected: Any) -> None:
    from tritonclient.http import InferenceServerClient, InferInput
    from tritonclient.utils import InferenceServerException

    numeric, categorical = InferInput("numeric", [2, 1], "FP32"), InferInput("categorical", [2, 1], "BYTES")
    numeric.set_data_from_numpy(FRAME[["hour"]].to_numpy(np.float32))
    categorical.set_data_from_numpy(FRAME[["carrier"]].to_numpy(object))
    with InferenceServerClient(f"127.0.0.1:{port}") as client:
        metadata = client.get_model_metadata("flights")
        version = metadata["versions"][0]
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("flights", version)
        assert not client.is_model_ready("flights", "no-such-version")
        assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
        result = client.infer("flights", [numeric, categorical], model_version=version)
        with pytest.raises(InferenceServerException, match="input categorical: found no such input"):
            client.infer("flights", [numeric])
    assert result.as_numpy("probabilities")[:, 1].tolist() == [row["probability.1"] for row in expected]


def test_bentomls_client_predicts_through_our_route(port: int) -> None:
    import bentoml

    with bentoml.SyncHTTPClient(f"http://127.0.0.1:{port}", server_ready_timeout=60) as client:
        answer = client.predict(rows=ROWS)
    # only our route says which request it was: BentoML's own answer has no such member
    assert answer["request_id"]
    assert answer["predictions"] == predict(sample_app(), {"rows": ROWS}).document["predictions"]


def test_bentomls_client_hears_of_a_misspelt_column(port: int) -> None:
    import bentoml

    client = bentoml.SyncHTTPClient(f"http://127.0.0.1:{port}", server_ready_timeout=60)
    with client, pytest.raises(bentoml.exceptions.BentoMLException, match="unknown-column"):
        client.predict(rows=[ROWS[0] | {"carier": "AA"}])


def test_mlflows_scoring_client_invokes(port: int, expected: Any) -> None:
    from mlflow.pyfunc.scoring_server.client import ScoringServerClient

    client = ScoringServerClient("127.0.0.1", port)
    client.wait_server_ready(timeout=60)
    assert client.invoke(FRAME).get_predictions().to_dict(orient="records") == expected
    assert client.invoke(FRAME.to_numpy().tolist()).get_predictions().to_dict(orient="records") == expected
    assert client.get_version()


def test_sagemakers_client_invokes_an_endpoint_through_its_gateway(expected: Any) -> None:
    with answering(Prefixed(sample_app(), "/endpoints/late")) as url:
        options = {"region_name": "eu-west-1", "endpoint_url": url, "config": Config(signature_version=UNSIGNED)}
        client = botocore.session.get_session().create_client("sagemaker-runtime", **options)
        text = io.StringIO()
        FRAME.to_csv(text, index=False, header=False)
        as_json = client.invoke_endpoint(EndpointName="late", Body=text.getvalue(), ContentType="text/csv")
        as_lines = client.invoke_endpoint(
            EndpointName="late",
            Body="\n".join(json.dumps(row) for row in ROWS),
            ContentType="application/jsonlines",
            Accept="application/jsonlines",
        )
        with pytest.raises(client.exceptions.ClientError) as caught:
            client.invoke_endpoint(EndpointName="late", Body="x", ContentType="text/csv")
    assert json.loads(as_json["Body"].read()) == {"predictions": expected}
    assert as_lines["ContentType"] == "application/jsonlines"
    assert [json.loads(line) for line in as_lines["Body"].read().splitlines()] == expected
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 422
