"""One file of every other written format, made of the finished project by the code that writes them."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from modelratchet.adapters.ecdsa_keys import EcdsaSigner
from modelratchet.core.certificate import decode_certificate
from modelratchet.core.dsse import encode_envelope, encode_statement, signed_bytes
from modelratchet.core.image_statements import ImageRecord, image_statement
from modelratchet.storage.files import read_json
from modelratchet.storage.settings_move import SettingsMove

IMAGE = "registry.example/alice/parcels"
IMAGE_DIGEST = "sha256:" + "5" * 64


def copy_loose(project: Path, target: Path) -> None:
    """Bundle, reports and what was fetched of the champion, as the latest run left them; certificates with their signatures."""
    shutil.copytree(project / "models" / "bundle", target / "bundle")
    (target / "reports").mkdir()
    for path in sorted((project / "reports").glob("*.json")):
        shutil.copy(path, target / "reports")
    run_id = read_json(project / "reports" / "receipt.json")["run_id"]
    (page,) = project.glob(f"mlartifacts/*/{run_id}/artifacts/decision.json")
    shutil.copy(page, target)
    shutil.copytree(project / "champion", target / "champion")
    shutil.copytree(project / "certificates", target / "certificates")


def make_move(project: Path, target: Path) -> None:
    """A retraining that has begun and not ended: settings moved to another seed, and what is needed to put them back."""
    target.mkdir(parents=True)
    for name in ("params.yaml", "dvc.lock"):
        shutil.copy(project / name, target)
    settings = yaml.safe_load((target / "params.yaml").read_text())
    moved = yaml.safe_dump({**settings, "seed": 8}, sort_keys=False).encode()
    SettingsMove(target / "params.yaml", target / "dvc.lock", target / "retrain").begin(moved)


def make_image_statement(project: Path, key: Path, target: Path) -> None:
    """What publishing would say of an image of the champion, in a signed envelope. No image was built."""
    certificate = decode_certificate((project / "certificates" / "parcels-late-12.json").read_bytes(), "event 12")
    record = ImageRecord(
        model=certificate.event.model,
        version=certificate.event.version,
        bundle_digest=certificate.event.bundle_digest,
        commit=certificate.event.commit,
        certificate=certificate,
        audited_by="a folder of advisories",
        audited_as_of="2026-11-24T07:00:00Z",
        n_packages=42,
        excepted=("PYSEC-2021-66",),
        n_checks=61,
        bill_digest="sha256:" + "6" * 64,
    )
    payload = encode_statement(image_statement(IMAGE, IMAGE_DIGEST, record))
    target.mkdir()
    (target / "statement.json").write_bytes(payload)
    signature = EcdsaSigner(key, None).sign_bytes(signed_bytes(payload))
    (target / "envelope.json").write_bytes(encode_envelope(payload, signature))
