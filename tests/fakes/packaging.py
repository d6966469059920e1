"""Bento, image and bill without any of them."""

from __future__ import annotations

from pathlib import Path

from modelratchet.usecases.ports.serving import Distribution, Goods, Image, Packaged, Shipment

LOCKED, INSTALLED = Distribution("pypi", "uvicorn", "1"), Distribution("deb", "libc6", "2")


class FakePackager:
    """The port `Packager`."""

    def package(self, shipment: Shipment) -> Packaged:
        return Packaged(f"{shipment.name}:1", Path("bento"))

    def content_tag(self, shipment: Shipment) -> str:
        return f"{shipment.bundle.digest[7:19]}-{shipment.stamp}"

    def locked(self, packaged: Packaged) -> tuple[Distribution, ...]:
        return (LOCKED,)


class FakeImageBuilder:
    """The port `ImageBuilder`."""

    def is_there(self) -> bool:
        return True

    def build(self, packaged: Packaged) -> Image:
        return Image(packaged.tag, "sha256:image", 3, "base", 1, ())

    def installed(self, image: Image) -> tuple[Distribution, ...]:
        return (INSTALLED,)


class FakeBillWriter:
    """The port `BillWriter`; keeps what it was given."""

    def __init__(self) -> None:
        self.goods: list[Goods] = []

    def bill(self, goods: Goods) -> bytes:
        self.goods.append(goods)
        return b"bill"
