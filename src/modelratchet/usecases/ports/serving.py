"""What makes a bundle servable, and serves it to be timed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from modelratchet.storage.bundles import Bundle


@dataclass(frozen=True)
class Shipment:
    """What is to be packaged.

    `name` is that of the model; `beside` maps names to the bytes of files that lie beside the bundle; `labels` say of the image what it
    holds; `stamp` is what the tag depends on besides the bundle and the sources: equal settings have equal stamps.
    """

    name: str
    bundle: Bundle
    beside: Mapping[str, bytes]
    labels: Mapping[str, str]
    stamp: str


@dataclass(frozen=True)
class Packaged:
    """A bento: its tag, and the folder it lies in."""

    tag: str
    folder: Path


@dataclass(frozen=True)
class Distribution:
    """A package that is installed: of Python (`pypi`) or of the system (`deb`). `license` is as it names itself, empty where it does not."""

    kind: Literal["pypi", "deb"]
    name: str
    version: str
    license: str = ""


class Packager(Protocol):
    """Makes something that can be served out of a bundle."""

    def package(self, shipment: Shipment) -> Packaged:
        """Build it; an equal bundle with equal sources and an equal stamp gives an equal tag.

        Raises:
            InputError: this is no folder to package in.
            OutsideError: the build failed.
        """

    def content_tag(self, shipment: Shipment) -> str:
        """The tag that it would get, without its name and without building it: equal ones have equal bundle, sources, recipes and stamp.

        Raises:
            InputError: this is no folder to package in.
        """

    def locked(self, packaged: Packaged) -> tuple[Distribution, ...]:
        """The Python packages that an image of it gets."""


@dataclass(frozen=True)
class Layer:
    """One step of an image's making, and what it added."""

    made_by: str
    size_bytes: int


@dataclass(frozen=True)
class Image:
    """An image in an engine. `layers` are those above the base that added something, the lowest first.

    `base_digest` is what a registry calls the base, or the engine where it came from none; empty where it is not known.
    """

    tag: str
    digest: str
    size_bytes: int
    base: str
    base_bytes: int
    layers: tuple[Layer, ...]
    base_digest: str = ""


class ImageBuilder(Protocol):
    """Makes images, where an engine answers."""

    def is_there(self) -> bool:
        """Whether an engine answers."""

    def build(self, packaged: Packaged) -> Image:
        """Make an image of a bento, under the bento's tag.

        Raises:
            OutsideError: the engine failed.
        """

    def installed(self, image: Image) -> tuple[Distribution, ...]:
        """What is in it, asked of the image itself.

        Raises:
            OutsideError: the engine failed.
        """


@dataclass(frozen=True)
class Goods:
    """What a bill of materials is about: the whole by its tag and, for an image, its digest; the model in it; what else is in it."""

    tag: str
    digest: str
    bundle: Bundle
    version: str
    contents: tuple[Distribution, ...]


class BillWriter(Protocol):
    """Writes bills of materials."""

    def bill(self, goods: Goods) -> bytes:
        """The bill as a file's bytes."""
