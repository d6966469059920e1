"""`BillWriter` on cyclonedx-python-lib: CycloneDX 1.6, as JSON. A bill says nothing of the day it was written on: equal goods, equal bytes."""

from __future__ import annotations

import json
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from modelratchet.core.digests import PREFIX
from modelratchet.usecases.ports.serving import Distribution, Goods


class CyclonedxBillWriter:
    """The port."""

    def bill(self, goods: Goods) -> bytes:
        """See the port."""
        whole = _whole(goods)
        parts = [_model(goods), *(_package(item) for item in goods.contents)]
        bom = Bom(components=parts, serial_number=uuid5(NAMESPACE_URL, f"{goods.tag}@{goods.digest}"))
        bom.metadata.component = whole
        bom.register_dependency(whole, parts)
        written = json.loads(JsonV1Dot6(bom).output_as_string())
        del written["metadata"]["timestamp"]
        return json.dumps(written, indent=2, sort_keys=True).encode() + b"\n"


def _whole(goods: Goods) -> Component:
    name, _, version = goods.tag.partition(":")
    kind = ComponentType.CONTAINER if goods.digest else ComponentType.APPLICATION
    return Component(name=name, version=version, type=kind, bom_ref=goods.tag, hashes=_hashes(goods.digest))


def _model(goods: Goods) -> Component:
    return Component(
        name=goods.bundle.schema.model,
        version=goods.version,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=goods.bundle.digest,
        hashes=_hashes(goods.bundle.digest),
        components=[
            Component(
                name=name, type=ComponentType.FILE, bom_ref=f"{goods.bundle.digest}/{name}", hashes=_hashes(digest)
            )
            for name, digest in sorted(goods.bundle.manifest.files.items())
        ],
    )


def _package(item: Distribution) -> Component:
    namespace = "debian" if item.kind == "deb" else None
    url = PackageURL(item.kind, namespace, item.name, item.version)
    licenses = [_license(item.license)] if item.license else None
    return Component(name=item.name, version=item.version, purl=url, bom_ref=str(url), licenses=licenses)


def _license(text: str) -> LicenseExpression | DisjunctiveLicense:
    """SPDX expressions are one word, or joined by AND, OR, WITH; other texts are a license's name."""
    is_expression = " " not in text or any(word in text.split() for word in ("AND", "OR", "WITH"))
    return LicenseExpression(text) if is_expression else DisjunctiveLicense(name=text)


def _hashes(digest: str) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=digest.removeprefix(PREFIX))] if digest else []
