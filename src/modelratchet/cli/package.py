"""`ratchet package`: a model as something that can be carried elsewhere, and what is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelratchet.errors import ExitCode

if TYPE_CHECKING:
    from modelratchet.usecases.ports.serving import Image
    from modelratchet.wiring.packaging import Delivered


@click.command()
@click.argument("name", required=False, metavar="[champion|challenger|candidate|VERSION|PATH]")
@click.option(
    "--image/--no-image", "wants_image", default=True, help="Build the image too, where a Docker engine answers."
)
@click.option(
    "--sign",
    "key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Sign the bundle with this private key (PEM); default: RATCHET_SIGNING_KEY.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def package(name: str | None, wants_image: bool, key: Path | None, as_json: bool) -> int:
    """Build a bento of a model, its image, and the bill of all that is in it; nothing of training is.

    Without a name it is the champion, or the candidate in this workspace where nobody reigns.

    Example: ratchet package champion --sign key.pem
    """
    from modelratchet.wiring.packaging import Order
    from modelratchet.wiring.packaging import package as packaged
    from modelratchet.wiring.signing import signing_key

    key = signing_key(key)
    delivered = packaged(Order(name, wants_image, key))
    if as_json:
        click.echo(json.dumps(_as_json(delivered, key is not None), indent=2))
    else:
        click.echo("\n".join(_lines(delivered, key is not None)))
    return ExitCode.DONE


def _lines(delivered: Delivered, is_signed: bool) -> list[str]:
    deployment, parcel = delivered.deployment, delivered.parcel
    lines = [
        f"{deployment.name} version {deployment.version} ({delivered.chosen.role}), bundle {deployment.bundle}",
        f"  commit      {deployment.commit or 'not known'}",
        f"  signature   {'beside the bundle; RATCHET_PUBLIC_KEY has it checked at the start' if is_signed else 'none'}",
        f"  bento       {parcel.packaged.tag} in {parcel.packaged.folder}",
    ]
    if parcel.image is None:
        lines.append(f"  image       none: {delivered.without_image}")
        start = f"ratchet serve {parcel.packaged.folder}/src/bundle"
    else:
        lines += _image_lines(parcel.image)
        start = f"docker run -p 3000:3000 {parcel.image.tag}"
    return [*lines, f"  materials   {delivered.bill} (CycloneDX)", f"Serve it: {start}"]


def _image_lines(image: Image) -> list[str]:
    above = image.size_bytes - image.base_bytes
    return [
        f"  image       {image.tag}",
        f"  digest      {image.digest}",
        f"  size        {_mb(image.size_bytes)}, {_mb(above)} above {image.base}",
        *(f"    {_mb(layer.size_bytes):>9}  {layer.made_by}" for layer in image.layers),
    ]


def _as_json(delivered: Delivered, is_signed: bool) -> dict[str, object]:
    deployment, parcel = delivered.deployment, delivered.parcel
    return {
        "tag": parcel.packaged.tag,
        "folder": str(parcel.packaged.folder),
        "model": deployment.name,
        "version": deployment.version,
        "bundle": deployment.bundle,
        "commit": deployment.commit,
        "is_signed": is_signed,
        "image": _image_as_json(parcel.image) if parcel.image else None,
        "without_image": delivered.without_image,
        "bill_of_materials": str(delivered.bill),
    }


def _image_as_json(image: Image) -> dict[str, object]:
    return {
        "tag": image.tag,
        "digest": image.digest,
        "size_bytes": image.size_bytes,
        "base": image.base,
        "above_base_bytes": image.size_bytes - image.base_bytes,
        "layers": [{"made_by": layer.made_by, "size_bytes": layer.size_bytes} for layer in image.layers],
    }


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
