"""The grammar of image names."""

from __future__ import annotations

import pytest

from modelratchet.core.image_names import Edition, Repository, lasting_tags, parse_image, parse_repository
from modelratchet.errors import InputError

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "registry", "path", "is_local"),
    [
        ("ghcr.io/owner/name", "ghcr.io", "owner/name", False),
        ("localhost:5000/name", "localhost:5000", "name", True),
        ("localhost/name", "localhost", "name", True),
        ("127.0.0.1:5000/a/b", "127.0.0.1:5000", "a/b", True),
        ("127.evil.org/a", "127.evil.org", "a", False),
        ("localhost.evil.org/a", "localhost.evil.org", "a", False),
        ("[::1]:5000/a", "[::1]:5000", "a", True),
        ("owner/name", "docker.io", "owner/name", False),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/x", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "x", False),
    ],
)
def test_repository_is_read_as_docker_reads_it(text: str, registry: str, path: str, is_local: bool) -> None:
    found = parse_repository(text)

    assert (found, found.is_local) == (Repository(registry, path), is_local)
    assert parse_repository(str(found)) == found


@pytest.mark.parametrize(
    "text",
    ["", "ghcr.io/", "ghcr.io/Owner/name", "ghcr.io/owner/name:tag", f"ghcr.io/owner/name@{DIGEST}", "https://ghcr.io/a", "a//b", "a b", "ghcr.io/a/../b", "-ghcr.io/a", "ghcr.io/a\n"],
)  # fmt: skip
def test_what_is_no_repository_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="names no repository"):
        parse_repository(text)


def test_capitals_are_named_as_the_fault() -> None:
    with pytest.raises(InputError) as raised:
        parse_repository("ghcr.io/Owner/Name")

    assert "Lower case is wanted: ghcr.io/owner/name" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("localhost:5000/name", "latest"),
        ("localhost:5000/name:7", "7"),
        (f"localhost:5000/name@{DIGEST}", DIGEST),
        (f"localhost:5000/name:7@{DIGEST}", DIGEST),
    ],
)
def test_image_is_a_tag_or_a_digest(text: str, reference: str) -> None:
    found = parse_image(text)

    assert (str(found.repository), found.reference) == ("localhost:5000/name", reference)
    assert parse_image(str(found)) == found


@pytest.mark.parametrize(
    "text", ["localhost:5000/name@sha256:abc", "localhost:5000/name:a/b:", "ghcr.io/a:.tag", "ghcr.io/a@md5:1"]
)
def test_what_is_no_image_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_image(text)


def test_tags_name_version_bundle_and_commit() -> None:
    found = lasting_tags(Edition("7", DIGEST, "c" * 40))

    assert found == ("7", f"bundle-{'a' * 64}", f"git-{'c' * 40}")
    assert lasting_tags(Edition("7", DIGEST, "")) == found[:2]
