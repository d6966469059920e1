"""Makes of a bundle what can be carried elsewhere: a bento, an image where an engine answers, and the bill of what is in it. `ratchet package` calls it."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.usecases.ports.serving import (
    BillWriter,
    Distribution,
    Goods,
    Image,
    ImageBuilder,
    Packaged,
    Packager,
    Shipment,
)


@dataclass(frozen=True)
class Workbench:
    """What packaging talks to; without an engine no image is made."""

    packager: Packager
    images: ImageBuilder | None
    bills: BillWriter


@dataclass(frozen=True)
class Parcel:
    """What was made. `contents` are the packages in the image, or in the bento where there is no image, and `bill` the bill of materials of them."""

    packaged: Packaged
    image: Image | None
    contents: tuple[Distribution, ...]
    bill: bytes


def package_bundle(shipment: Shipment, version: str, bench: Workbench) -> Parcel:
    """Build it all.

    Args:
        shipment: what is to be packaged.
        version: how the bill names the model.
        bench: what to build with.

    Raises:
        InputError: there is nothing to package with in this folder.
        OutsideError: a build failed.
    """
    packaged = bench.packager.package(shipment)
    image = bench.images.build(packaged) if bench.images else None
    contents = bench.images.installed(image) if bench.images and image else bench.packager.locked(packaged)
    goods = Goods(packaged.tag, image.digest if image else "", shipment.bundle, version, contents)
    return Parcel(packaged, image, contents, bench.bills.bill(goods))
