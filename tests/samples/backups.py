"""Backup and restore of a team's registry, with the programs that docs/how-to/team-registry.md names."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.object_store import Objects
from tests.postgres import Cluster

_AT_ONCE = 8


@dataclass(frozen=True)
class Stores:
    """A database, and a bucket with a folder."""

    cluster: Cluster
    objects: Objects
    database: str
    bucket: str


def dump_database(stores: Stores, folder: Path) -> None:
    """`pg_dump`, at one moment."""
    stores.cluster.run("pg_dump", "--format=custom", f"--file={_dump(stores.cluster)}", stores.database)
    (folder / "mlflow.dump").write_bytes(_dump(stores.cluster).read_bytes())


def copy_objects(stores: Stores, folder: Path) -> None:
    """Every object into a folder, as `aws s3 sync` does: listed first, then a few at a time."""
    client = stores.objects.client()

    def copy(key: str) -> None:
        path = folder / "objects" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        client.download_file(stores.bucket, key, str(path))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(copy, _keys(stores)))


def wipe(stores: Stores) -> None:
    """Drop the database, and empty the bucket."""
    stores.cluster.run("dropdb", "--force", stores.database)
    client = stores.objects.client()
    for key in _keys(stores):
        client.delete_object(Bucket=stores.bucket, Key=key)


def restore(stores: Stores, folder: Path) -> None:
    """`createdb`, `pg_restore`, and every object back."""
    _dump(stores.cluster).write_bytes((folder / "mlflow.dump").read_bytes())
    stores.cluster.run("createdb", stores.database)
    stores.cluster.run("pg_restore", "--no-owner", f"--dbname={stores.database}", str(_dump(stores.cluster)))
    client = stores.objects.client()
    files = [path for path in (folder / "objects").rglob("*") if path.is_file()]

    def copy(path: Path) -> None:
        client.upload_file(str(path), stores.bucket, path.relative_to(folder / "objects").as_posix())

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(copy, files))


def _dump(cluster: Cluster) -> Path:
    return cluster.folder / "mlflow.dump"


def _keys(stores: Stores) -> list[str]:
    pages = stores.objects.client().get_paginator("list_objects_v2").paginate(Bucket=stores.bucket)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]
