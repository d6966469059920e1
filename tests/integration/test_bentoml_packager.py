"""A bento is built of a bundle, starts, and answers one prediction."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from modelratchet.adapters.bentoml_packager import RECIPES, BentomlPackager
from modelratchet.core.formats import to_document
from modelratchet.core.reports import report_bytes
from modelratchet.errors import InputError, OutsideError
from modelratchet.serving.settings import Deployment
from modelratchet.usecases.ports.serving import Packaged, Shipment
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.ports import free_port
from tests.samples.bundles import binary_bundle
from tests.samples.served import predict, sample_app

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
ROW = {"hour": 20, "carrier": "UA"}


SHIPMENT = Shipment(
    "Flights Late",
    binary_bundle(),
    {"serving.json": report_bytes(to_document(Deployment(name="flights")))},
    {"modelratchet.version": "7"},
    "stamp",
)


@dataclass(frozen=True)
class Made:
    packager: BentomlPackager
    packaged: Packaged


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("bento")
    for path in RECIPES:
        (folder / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENTOML_HOME", str(tmp_path_factory.mktemp("store")))
        packager = BentomlPackager(folder)
        yield Made(packager, packager.package(SHIPMENT))


@pytest.fixture(scope="module")
def server(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    packaged, folder = made.packaged, tmp_path_factory.mktemp("served")
    port = free_port()
    command = [sys.executable, "-m", "bentoml", "serve", packaged.tag, "--port", str(port), "--host", "127.0.0.1"]
    # this environment has the checkout's sources installed, and BentoML finds them first; an image has only the bento's
    environment = {**os.environ, "RATCHET_BUNDLE": str(packaged.folder / "src" / "bundle")}
    with (
        (folder / "serve.log").open("w") as log,
        subprocess.Popen(
            command, start_new_session=True, cwd=folder, env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(address)
            yield address
        finally:
            end(process)


def test_bento_answers_as_the_bundle_does(server: str) -> None:
    request = urllib.request.Request(
        f"{server}/predict", data=json.dumps({"rows": [ROW]}).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        found = json.load(answer)

    expected = predict(sample_app(), {"rows": [ROW]}).document["predictions"]
    assert found == {"model": {"bundle": binary_bundle().digest}, "predictions": expected}


def test_bad_row_is_a_400_with_its_reason(server: str) -> None:
    request = urllib.request.Request(
        f"{server}/predict", data=b'{"rows": [{"hour": "noon"}]}', headers={"Content-Type": "application/json"}
    )

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=60)

    assert caught.value.code == 400
    assert b"column hour" in caught.value.read()


def test_equal_shipment_gives_an_equal_tag_whatever_its_labels_and_signature(made: Made) -> None:
    beside = {**SHIPMENT.beside, "bundle.sig": b"signed"}
    again = made.packager.package(replace(SHIPMENT, labels={"modelratchet.version": "8"}, beside=beside))
    other = made.packager.package(replace(SHIPMENT, stamp="another limit"))

    assert again.tag == made.packaged.tag
    assert other.tag != made.packaged.tag
    assert made.packaged.tag.startswith(f"flights-late:{binary_bundle().digest[7:19]}-")


def test_packages_of_the_image_are_the_locked_ones_of_its_own_python(made: Made) -> None:
    locked = {item.name: item.version for item in made.packager.locked(made.packaged)}

    assert locked["onnxruntime"]
    assert "uvloop" in locked
    assert "scikit-learn" not in locked
    assert len([name for name in locked if name == "numpy"]) == 1


def test_folder_without_recipes_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"bentofile\.yaml"):
        BentomlPackager(tmp_path).package(SHIPMENT)


def test_a_store_that_cannot_be_made_is_told_in_one_line(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENTOML_HOME", "/proc/no-store")
    with pytest.raises(OutsideError, match=r"^bentoml build failed: FileNotFoundError: .*/proc/no-store'$"):
        made.packager.package(SHIPMENT)


def end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def wait_until_ready(address: str) -> None:
    def is_ready() -> bool:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=PATIENCE_SECONDS):
                return True
        except OSError:
            return False

    wait_until(is_ready)
