"""The image, built by a real engine and run as a platform would run it: read-only, not as root."""

from __future__ import annotations

import http.client
import itertools
import json
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec

from modelratchet.adapters.docker_image_builder import DockerImageBuilder
from modelratchet.cli.main import main
from modelratchet.conformance.results import Outcome
from modelratchet.storage.bundles import write_bundle
from modelratchet.usecases.ports.serving import Image
from modelratchet.wiring.packaging import Delivered, Order, package
from tests.containers import container, docker, require_engine
from tests.patience import PATIENCE_SECONDS
from tests.samples.bundles import binary_bundle
from tests.samples.served import ROW, predict, sample_app

pytestmark = [pytest.mark.integration, pytest.mark.docker, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
RECIPES = ("bentofile.yaml", "requirements-serving.lock", "docker/Dockerfile.template")
FORBIDDEN = {
    "skops", "scikit-learn", "joblib", "pandas", "scipy", "mlflow", "dvc", "great-expectations", "skl2onnx", "onnx", "matplotlib", "pyarrow",
}  # fmt: skip
TOOLS = ("gcc", "cc", "g++", "make", "git", "ld", "strip")


@dataclass(frozen=True)
class Made:
    """What `ratchet package --sign` made, and the public key."""

    delivered: Delivered
    image: Image
    public_key: Path
    folder: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    require_engine()
    folder = tmp_path_factory.mktemp("project")
    for name in RECIPES:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    write_bundle(binary_bundle(), folder / "model")
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    (folder / "private.pem").write_bytes(private)
    public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENTOML_HOME", str(tmp_path_factory.mktemp("store")))
        patch.chdir(folder)
        delivered = package(Order("model", wants_image=True, key=folder / "private.pem"))
    assert delivered.parcel.image is not None
    return Made(delivered, delivered.parcel.image, folder / "public.pem", folder)


def test_image_answers_as_the_bundle_does(made: Made) -> None:
    with container(made.image.tag) as server:
        server.await_ready()
        answer = server.ask("POST", "/predict", {"rows": [ROW]})
        page, style, numbers = (server.ask("GET", path) for path in ("/", "/page/page.css", "/metrics"))

    assert (page.status, style.status, numbers.status) == (200, 200, 200)
    assert answer.status == 200
    assert answer.document["predictions"] == predict(sample_app(), {"rows": [ROW]}).document["predictions"]
    assert answer.document["model"]["bundle"] == binary_bundle().digest
    assert answer.headers["x-model-version"] == made.delivered.deployment.version


def test_container_speaks_every_platforms_protocol(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    vertex = ("--env", "AIP_HEALTH_ROUTE=/health", "--env", "AIP_PREDICT_ROUTE=/vertex")
    with container(made.image.tag, *vertex) as server:
        server.await_ready()
        address = f"http://127.0.0.1:{server.published}"
        code = main(["conformance", address, "--health-route", "/health", "--predict-route", "/vertex", "--json"])
    checks = json.loads(capsys.readouterr().out)

    assert [check for check in checks if check["outcome"] != Outcome.PASSED.value] == []
    assert code == 0
    assert len(checks) > 40


def test_server_is_not_root_and_can_write_nothing(made: Made) -> None:
    with container(made.image.tag) as server:
        server.await_ready()
        status = docker("exec", server.name, "python", "-c", "print(open('/proc/1/status').read())")
        written = subprocess.run(
            ["docker", "exec", server.name, "python", "-c", "open('/opt/ratchet/x', 'w')"], check=False
        )

    assert "Uid:\t10001" in status
    assert written.returncode != 0


def test_labels_name_bundle_and_version(made: Made) -> None:
    labels = docker("image", "inspect", made.image.tag, "--format", "{{json .Config.Labels}}")

    assert f'"modelratchet.bundle.digest":"{binary_bundle().digest}"' in labels
    assert f'"org.opencontainers.image.version":"{made.delivered.deployment.version}"' in labels
    assert '"org.opencontainers.image.title":"flights"' in labels
    assert '"org.opencontainers.image.created":"2' in labels


def test_image_holds_nothing_that_trains_loads_pickles_or_compiles(made: Made) -> None:
    names = {item.name.lower() for item in DockerImageBuilder().installed(made.image) if item.kind == "pypi"}
    program = f"import shutil; print([name for name in {TOOLS} if shutil.which(name)])"

    assert {"onnxruntime", "bentoml", "uvicorn", "msgspec"} <= names
    assert names & FORBIDDEN == set()
    assert docker("run", "--rm", "--entrypoint", "python", made.image.tag, "-c", program) == "[]"


def test_image_is_at_most_220_mb_above_its_base(made: Made) -> None:
    assert sum(layer.size_bytes for layer in made.image.layers) == made.image.size_bytes - made.image.base_bytes
    assert made.image.size_bytes - made.image.base_bytes <= 220e6


def test_sagemakers_argument_chooses_its_port(made: Made) -> None:
    with container(made.image.tag, arguments=("serve",), port=8080) as server:
        server.await_ready()
        assert server.ask("POST", "/predict", {"rows": [ROW]}).status == 200
        # the health check finds the port as well
        docker("exec", server.name, "python", "-m", "modelratchet.serving.healthcheck")


def test_sigterm_ends_it_with_0(made: Made) -> None:
    with container(made.image.tag) as server:
        server.await_ready()
        docker("kill", "--signal", "TERM", server.name)
        assert server.exit_code() == 0
        assert "Traceback" not in server.said()


def test_sigterm_under_load_answers_all_that_it_took(made: Made) -> None:
    with container(made.image.tag) as server:
        server.await_ready()
        address = docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", server.name)
        with ThreadPoolExecutor(8) as pool:
            callers = [pool.submit(_ask_until_refused, address) for _ in range(8)]
            time.sleep(1)
            docker("kill", "--signal", "TERM", server.name)
            found = [caller.result(timeout=PATIENCE_SECONDS) for caller in callers]
        assert server.exit_code() == 0

    assert sum(answered for answered, _ in found) > 100
    assert [lost for _, lost in found if lost] == []


def _ask_until_refused(address: str) -> tuple[int, str]:
    """How many requests over connections of their own were answered, and what became of one that was taken and not answered."""
    body = json.dumps({"rows": [ROW]})
    for answered in itertools.count():
        connection = http.client.HTTPConnection(address, 3000, timeout=60)
        try:
            connection.connect()
        except OSError:
            return answered, ""
        try:
            connection.request("POST", "/predict", body, {"content-type": "application/json"})
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                return answered, f"status {response.status}"
        except (OSError, http.client.HTTPException) as error:
            # the kernel took the connection, the server had not: its socket was closed with those that waited in line
            return answered, "" if isinstance(error, ConnectionResetError) else repr(error)
        finally:
            connection.close()
    raise AssertionError("unreachable")


def test_two_workers_need_no_more_than_a_folder_for_temporary_files(made: Made) -> None:
    with container(made.image.tag, "--env", "RATCHET_WORKERS=2", "--tmpfs", "/tmp") as server:
        server.await_ready()
        answers = [server.ask("POST", "/predict", {"rows": [ROW]}).status for _ in range(20)]
        docker("kill", "--signal", "TERM", server.name)
        assert server.exit_code() == 0

    assert answers == [200] * 20


def test_kill_9_ends_it(made: Made) -> None:
    with container(made.image.tag) as server:
        server.await_ready()
        docker("kill", server.name)

        assert server.exit_code() == 137


def test_flipped_byte_refuses_to_start_and_is_named(made: Made, tmp_path: Path) -> None:
    write_bundle(binary_bundle(), tmp_path / "bundle")
    data = bytearray((tmp_path / "bundle" / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "bundle" / "model.onnx").write_bytes(data)
    tmp_path.chmod(0o755)

    with container(made.image.tag, "--volume", f"{tmp_path / 'bundle'}:/opt/ratchet/bundle:ro") as server:
        assert server.exit_code() == 3
        assert "/opt/ratchet/bundle/model.onnx was changed" in server.said()


def test_signature_is_checked_where_a_key_is_set(made: Made) -> None:
    made.folder.chmod(0o755)
    given = ("--volume", f"{made.public_key}:/key.pem:ro", "--env", "RATCHET_PUBLIC_KEY=/key.pem")
    with container(made.image.tag, *given) as server:
        server.await_ready()


def test_bundle_that_another_key_signed_refuses_to_start(made: Made, tmp_path: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    (tmp_path / "key.pem").write_bytes(other.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
    given = ("--volume", f"{tmp_path / 'key.pem'}:/key.pem:ro", "--env", "RATCHET_PUBLIC_KEY=/key.pem")
    with container(made.image.tag, *given) as server:
        assert server.exit_code() == 3
        assert "is not signed by the key /key.pem" in server.said()


def test_equal_bundle_and_code_give_an_equal_tag(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENTOML_HOME", str(tmp_path))
    monkeypatch.chdir(made.folder)
    again = package(Order("model", wants_image=False, key=None))

    assert again.parcel.packaged.tag == made.image.tag
    assert made.image.tag.startswith(f"flights:{binary_bundle().digest[7:19]}-")


def test_bill_names_the_model_and_what_is_installed(made: Made) -> None:
    bill = made.delivered.parcel.bill.decode()

    assert '"type": "machine-learning-model"' in bill
    assert made.image.digest.removeprefix("sha256:") in bill
    assert "pkg:pypi/onnxruntime@" in bill
    assert "pkg:deb/debian/libc6@" in bill
