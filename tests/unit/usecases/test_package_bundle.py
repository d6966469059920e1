"""What is built of a bundle, and what the bill is made of."""

from __future__ import annotations

from modelratchet.usecases.package_bundle import Workbench, package_bundle
from modelratchet.usecases.ports.serving import Goods, Shipment
from tests.fakes.packaging import INSTALLED, LOCKED, FakeBillWriter, FakeImageBuilder, FakePackager
from tests.samples.bundles import binary_bundle

SHIPMENT = Shipment("flights", binary_bundle(), {}, {}, "stamp")


def test_bill_of_an_image_lists_what_is_installed_in_it() -> None:
    bills = FakeBillWriter()
    parcel = package_bundle(SHIPMENT, "7", Workbench(FakePackager(), FakeImageBuilder(), bills))

    assert parcel.image is not None
    assert (parcel.image.tag, parcel.bill) == ("flights:1", b"bill")
    assert bills.goods == [Goods("flights:1", "sha256:image", SHIPMENT.bundle, "7", (INSTALLED,))]


def test_without_an_engine_the_bill_lists_what_is_locked() -> None:
    bills = FakeBillWriter()
    parcel = package_bundle(SHIPMENT, "7", Workbench(FakePackager(), None, bills))

    assert parcel.image is None
    assert bills.goods == [Goods("flights:1", "", SHIPMENT.bundle, "7", (LOCKED,))]
