"""What a server is told by `serving.json` and by the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.core.formats import decode, encode
from modelratchet.errors import ConfigError, DigestError, EvidenceError
from modelratchet.serving.settings import Deployment, Limits, LogSettings, Policy, ServingSettings, read_settings
from modelratchet.storage.files import write_record
from tests.samples.bundles import binary_bundle

DEPLOYMENT = Deployment(
    bundle="sha256:" + "a" * 64,
    name="flights-late",
    version="7",
    commit="c" * 40,
    variant="main",
    policy=Policy(unseen_categories="refuse"),
    limits=Limits(maximum_rows=5),
    log=LogSettings(share=0.1, redact=("carrier",)),
)


@pytest.mark.parametrize(
    ("environment", "arguments", "port"),
    [
        ({}, (), 3000),
        ({}, ("serve",), 8080),
        ({"SAGEMAKER_BIND_TO_PORT": "9001"}, ("serve",), 9001),
        ({"SAGEMAKER_BIND_TO_PORT": "9001", "PORT": "9002"}, (), 9002),
        ({"PORT": "9002", "FUNCTIONS_CUSTOMHANDLER_PORT": "9003"}, (), 9003),
        ({"FUNCTIONS_CUSTOMHANDLER_PORT": "9003", "AIP_HTTP_PORT": "9004"}, (), 9004),
        ({"AIP_HTTP_PORT": "9004", "RATCHET_PORT": "9005"}, (), 9005),
        ({"AIP_HTTP_PORT": "9004", "RATCHET_PORT": ""}, (), 9004),
        ({"AIP_HTTP_PORT": "9004", "RATCHET_PORT": "tcp://10.0.0.1:80"}, (), 9004),
    ],
)
def test_first_port_that_is_set_is_taken(environment: dict[str, str], arguments: tuple[str, ...], port: int) -> None:
    assert read_settings(environment, arguments).port == port


def test_all_faults_of_the_environment_are_told_at_once() -> None:
    environment = {"PORT": "70000", "RATCHET_WORKERS": "many", "AIP_PREDICT_ROUTE": "x", "RATCHET_PUBLIC_KEY": "/none"}
    environment["RATCHET_LOG_LEVEL"] = "loud"

    with pytest.raises(ConfigError) as caught:
        read_settings(environment)

    assert [fault.partition(":")[0] for fault in caught.value.faults] == [
        "RATCHET_LOG_LEVEL",
        "PORT",
        "RATCHET_WORKERS",
        "RATCHET_PUBLIC_KEY",
        "AIP_PREDICT_ROUTE",
    ]


def read_beside(deployment: Deployment, folder: Path, **environment: str) -> ServingSettings:
    write_record(folder / "serving.json", deployment)
    return read_settings({"RATCHET_BUNDLE": str(folder / "bundle"), **environment})


def test_file_beside_the_bundle_says_what_is_served(tmp_path: Path) -> None:
    settings = read_beside(DEPLOYMENT, tmp_path)

    assert (settings.name, settings.version, settings.commit) == ("flights-late", "7", "c" * 40)
    assert (settings.unseen_categories, settings.maximum_rows, settings.log.redact) == ("refuse", 5, ("carrier",))
    assert settings.signature == tmp_path / "bundle.sig"


def test_environment_names_the_variant(tmp_path: Path) -> None:
    assert read_beside(DEPLOYMENT, tmp_path).variant == "main"
    assert read_beside(DEPLOYMENT, tmp_path, RATCHET_VARIANT="canary").variant == "canary"


def test_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "serving.json").write_text('{"format": "modelratchet/serving", "format_version": 2}')

    with pytest.raises(EvidenceError, match=r"version 2, which a later release"):
        read_settings({"RATCHET_BUNDLE": str(tmp_path / "bundle")})


def test_without_a_file_name_and_version_come_from_the_bundle(tmp_path: Path) -> None:
    bundle = binary_bundle()

    found = read_settings({"RATCHET_BUNDLE": str(tmp_path / "bundle")}).of(bundle)

    assert (found.name, found.version) == (bundle.schema.model, bundle.digest.removeprefix("sha256:")[:12])
    assert found.digest == bundle.digest


def test_file_that_speaks_of_another_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DigestError, match="speaks of the bundle sha256:aaa"):
        read_beside(DEPLOYMENT, tmp_path).of(binary_bundle())


def test_decoding_inverts_encoding() -> None:
    assert decode(Deployment, encode(DEPLOYMENT)) == DEPLOYMENT
