"""actions/cache: files kept from run to run. Also the rules for its halves, `cache/restore` and `cache/save`.

Held to: an entry is never changed, a second save under its key is a warning; it is found by key and by the list of paths; the exact key comes first,
then entries that begin with it, then each of `restore-keys` in turn, the newest first, all in the run's own scope and then in that of the base
branch and of the default branch; a run writes only in its own scope, so what a pull request saves no branch reads;
it is saved after the job, when the job went well and the key was not hit.

Source: docs.github.com, "Dependency caching reference", sections "Cache key matching" and "Restrictions for accessing a cache"; README.md of actions/cache.
"""

from __future__ import annotations

from rehearsal.stand_ins.cache_entries import Entry, Wanted, find, save
from rehearsal.stand_ins.step import ActionStep, RefusedError

LONGEST_KEY = 512


def main(step: ActionStep) -> None:
    """Restore, and remember for the step after the job."""
    found = restore(step)
    step.save_state(key=step.input("key"), hit=found.key if found else "")


def post(step: ActionStep) -> None:
    """Save, unless the key was hit."""
    if step.state("hit") == step.state("key"):
        print(f"Cache hit occurred on the primary key {step.state('key')}, not saving cache.")
        return
    keep(step, step.state("key"))


def restore(step: ActionStep) -> Entry | None:
    """Find an entry and put its files where they were.

    Raises:
        RefusedError: the key is too long or has a comma, or nothing was found and that is to be an error.
    """
    wanted = Wanted(_key(step), tuple(step.lines("restore-keys")), tuple(step.lines("path")))
    found = find(step, wanted)
    step.output(cache_primary_key=wanted.key, cache_matched_key=found.key if found else "")
    if found is None:
        if step.flag("fail-on-cache-miss"):
            raise RefusedError(
                f"Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: {wanted.key}"
            )
        print(f"Cache not found for input keys: {', '.join([wanted.key, *wanted.restore_keys])}")
        return None
    step.output(cache_hit=str(found.key == wanted.key).lower())
    if not step.flag("lookup-only"):
        found.unpack(step)
    print(f"Cache restored from key: {found.key}")
    return found


def keep(step: ActionStep, key: str) -> None:
    """Save under a key; that it is taken is no failure."""
    if not save(step, key, tuple(step.lines("path"))):
        print(
            f"::warning::Failed to save: Unable to reserve cache with key {key}, another job may be creating this cache."
        )


def _key(step: ActionStep) -> str:
    key = step.input("key")
    if not key or len(key) > LONGEST_KEY or "," in key:
        raise RefusedError(f"Key Validation Error: {key!r} must be 1 to {LONGEST_KEY} characters without commas")
    return key
