"""Lets the tags of a version name one published image, also while others publish the same version. `usecases.publish_image` calls it.

A registry has no compare-and-set on tags: two publishers overwrite each other. So the content tag decides. Whoever finds a published image of
another's under it takes that one for all other tags; whoever finds one that is not published puts its own back. Both end with one image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelratchet.core.image_names import LATEST, Edition, lasting_tags
from modelratchet.errors import OutsideError
from modelratchet.usecases.ports.publishing import ImageRegistry, StoredManifest

_TRIES = 5


@dataclass(frozen=True)
class Shelf:
    """Where the tags are. `reigning` asks the ledger which version is champion now; `is_published` whether an image is whole, signed and of this version."""

    registry: ImageRegistry
    content_tag: str
    edition: Edition
    reigning: Callable[[], str | None]
    is_published: Callable[[StoredManifest], bool]


@dataclass(frozen=True)
class Named:
    """The image that the tags name now; `moved` are those that named another one, or none, before."""

    digest: str
    tags: tuple[str, ...]
    moved: tuple[str, ...]


def name_image(shelf: Shelf, mine: StoredManifest) -> Named:
    """Set the tags, until all agree and the champion is the one that `latest` names.

    Raises:
        InputError, EvidenceError, OutsideError: the registry refuses or does not answer, or others publish too fast; a later call completes it.
    """
    moved: list[str] = []
    for _ in range(_TRIES):
        mine = _agreed(shelf, mine, moved)
        tags = [shelf.content_tag, *lasting_tags(shelf.edition)]
        moved += [tag for tag in tags if _name(shelf, tag, mine)]
        champion = shelf.reigning()
        tags += _crown(shelf, champion, mine, moved)
        if _named_by(shelf, shelf.content_tag) == mine.digest and shelf.reigning() == champion:
            return Named(mine.digest, tuple(tags), tuple(dict.fromkeys(moved)))
    raise OutsideError(
        f"others move the tags of version {shelf.edition.version} all the time", hint="Run the same command again."
    )


def _agreed(shelf: Shelf, mine: StoredManifest, moved: list[str]) -> StoredManifest:
    found = shelf.registry.manifest(shelf.content_tag)
    if found is None or found.digest == mine.digest or not shelf.is_published(found):
        return mine
    if shelf.content_tag in moved:
        moved.remove(shelf.content_tag)
    return found


def _crown(shelf: Shelf, champion: str | None, mine: StoredManifest, moved: list[str]) -> list[str]:
    """Let `latest` name the champion's image, and no other's; gives the tag where it names this one."""
    if champion == shelf.edition.version:
        moved += [LATEST] if _name(shelf, LATEST, mine) else []
        return [LATEST]
    if _named_by(shelf, LATEST) == mine.digest and champion is not None:
        # it reigned when it was published; the other's publisher may be done, and had this one overwritten
        other = shelf.registry.manifest(champion)
        moved += [LATEST] if other and _name(shelf, LATEST, other) else []
    return []


def _name(shelf: Shelf, tag: str, manifest: StoredManifest) -> bool:
    if _named_by(shelf, tag) == manifest.digest:
        return False
    shelf.registry.name(tag, manifest)
    return True


def _named_by(shelf: Shelf, tag: str) -> str | None:
    found = shelf.registry.manifest(tag)
    return found.digest if found else None
