"""Releases of a promoted version, and a press on fakes to publish them with."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

from modelratchet.core.certificate import certificate_of
from modelratchet.core.image_names import Edition
from modelratchet.core.ledger import Event
from modelratchet.storage.bundles import Bundle
from modelratchet.usecases.audit_packages import Auditor
from modelratchet.usecases.check_image import Inspection
from modelratchet.usecases.package_bundle import Workbench
from modelratchet.usecases.ports.publishing import ByteSigner
from modelratchet.usecases.ports.serving import Distribution, Goods, Image, Packaged, Shipment
from modelratchet.usecases.publish_image import Press, Published, Release, publish_image
from tests.fakes.image_checks import FakeAdvisories, FakeByteSigner, FakeTrial
from tests.fakes.image_registry import FakeEngine, FakeImageRegistry
from tests.fakes.packaging import FakePackager
from tests.samples.bundles import binary_bundle
from tests.samples.events import event
from tests.samples.promotions import NOW

REPOSITORY = "localhost:5000/flights"
CONTENTS = (Distribution("pypi", "jinja2", "3.1.6"), Distribution("deb", "libc6", "2.36"))


class _Images:
    """The builder's side of a fake engine."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine

    def is_there(self) -> bool:
        return True

    def build(self, packaged: Packaged) -> Image:
        return self._engine.image(packaged.tag)

    def installed(self, image: Image) -> tuple[Distribution, ...]:
        return CONTENTS


class _Bills:
    def bill(self, goods: Goods) -> bytes:
        return json.dumps({"bomFormat": "CycloneDX", "components": [item.name for item in goods.contents]}).encode()


@dataclass
class PrintingHouse:
    """All that publishing talks to, on fakes; `champion` is who the ledger says reigns."""

    registry: FakeImageRegistry
    engine: FakeEngine
    advisories: FakeAdvisories
    trial: FakeTrial
    signer: ByteSigner | None
    champion: str | None = "1"

    @property
    def press(self) -> Press:
        bench = Workbench(FakePackager(), _Images(self.engine), _Bills())
        auditor = Auditor(self.advisories, (), date(2026, 11, 24))
        inspection = Inspection(bench, auditor, self.trial)
        return Press(
            REPOSITORY, self.registry, self.engine, inspection, self.signer, lambda: self.champion, lambda: NOW
        )

    def publish(self, wanted: Release) -> Published:
        return publish_image(wanted, self.press, lambda _step: None)

    def beside(self) -> PrintingHouse:
        """Another one, that publishes to the same registry."""
        return replace(self, engine=FakeEngine(self.registry, self.engine.bundle, self.engine.version))


def printing_house(bundle: Bundle | None = None) -> PrintingHouse:
    """With an empty registry."""
    registry = FakeImageRegistry()
    engine = FakeEngine(registry, bundle or binary_bundle())
    return PrintingHouse(registry, engine, FakeAdvisories(), FakeTrial(), FakeByteSigner())


def release(bundle: Bundle | None = None, version: str = "1", **changes: object) -> Release:
    """Of a version that was promoted; `changes` are those of its event."""
    made = bundle or binary_bundle()
    promotion: Event = event(made.digest, model=made.schema.model, version=version, **changes)
    return Release(
        shipment=Shipment(made.schema.model, made, {}, {}, "code"),
        edition=Edition(version, made.digest, "c" * 40),
        certificate=certificate_of(promotion, made.manifest),
        builder="urn:test",
        invocation="",
        materials={"git+file:.": "gitCommit:" + "c" * 40},
    )
