"""What tests take for a store of their own is one: another in the same process holds nothing of it."""

from __future__ import annotations

import pytest

from tests.object_store import objects

pytestmark = pytest.mark.integration


def test_two_stores_share_neither_buckets_nor_files() -> None:
    with objects() as one, objects() as other:
        one.bucket("team")
        one.client().put_object(Bucket="team", Key="mlflow/1/model.onnx", Body=b"a model")
        assert other.client().list_buckets()["Buckets"] == []

        other.bucket("team")
        assert other.client().list_objects_v2(Bucket="team")["KeyCount"] == 0
    with objects() as later:
        assert later.client().list_buckets()["Buckets"] == []
