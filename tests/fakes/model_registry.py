"""A registry in memory, with a switch for a server that is down."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from modelratchet.core.reports import EVIDENCE_NAME, VERDICT_NAME
from modelratchet.core.run_facts import DatasetFacts, RunFacts, commit_in
from modelratchet.errors import DigestError, TrackingError
from modelratchet.storage.bundles import Bundle, read_bundle, write_bundle
from modelratchet.usecases.ports.registry import CandidateRecord, RecordedVerdict, RegisteredVersion, RunPages, RunPlace


class FakeModelRegistry:
    """The port `ModelRegistry`. `records` pairs each candidate with its run; `pages` holds what each run shows; `calls` names what was asked; `is_down` makes every call fail."""

    def __init__(self) -> None:
        self.records: list[tuple[CandidateRecord, str]] = []
        self.versions: dict[tuple[str, str], RegisteredVersion] = {}
        self.verdicts: dict[tuple[str, str], str] = {}
        self.bundles: dict[tuple[str, str], Bundle] = {}
        self.pages: dict[str, RunPages] = {}
        self.calls: list[str] = []
        self.is_down = False

    def version(self, model: str, number: str) -> RegisteredVersion | None:
        self._asked("version")
        return self.versions.get((model, number))

    def judged_on_holdout(self, model: str, holdout_digest: str) -> tuple[str, ...]:
        self._asked("judged_on_holdout")
        return self._judged(model, "ratchet.holdout_digest", holdout_digest)

    def judged_against_anchor(self, model: str, anchor_digest: str) -> tuple[str, ...]:
        self._asked("judged_against_anchor")
        return self._judged(model, "ratchet.anchor_digest", anchor_digest)

    def find(self, model: str, key: str) -> RegisteredVersion | None:
        self._asked("find")
        return next(
            (version for version in self._versions(model) if self.verdicts[model, version.version] == key), None
        )

    def verdicts_on(self, model: str, judgement: str) -> tuple[RecordedVerdict, ...]:
        self._asked("verdicts")
        found = [
            RecordedVerdict(
                run, made.key, *(made.attachments[name].read_bytes() for name in (VERDICT_NAME, EVIDENCE_NAME))
            )
            for made, run in self.records
            if made.model == model
            and made.verdict_tags.get("ratchet.judgement") == judgement
            and {VERDICT_NAME, EVIDENCE_NAME} <= made.attachments.keys()
        ]
        return tuple(reversed(found))

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        self._asked("fetch_bundle")
        bundle = self.bundles[version.model, version.version]
        if bundle.digest != version.bundle_digest:
            raise DigestError(f"version {version.version} holds {bundle.digest}")
        shutil.rmtree(directory, ignore_errors=True)
        write_bundle(bundle, directory)

    def facts(self, version: RegisteredVersion) -> RunFacts:
        self._asked("facts")
        made = next(made for made, run in self.records if run == version.run_id)
        datasets = tuple(DatasetFacts(item.name, item.digest, item.n_rows) for item in made.datasets)
        named = {"git.commit": version.commit, "git.dirty": "no"} if version.commit else {}
        return RunFacts(version.version, version.run_id, "1", dict(made.params), {**made.tags, **named}, datasets)

    def name_commit(self, version: RegisteredVersion, commit: str) -> RegisteredVersion:
        self._asked("name_commit")
        self.versions[version.model, version.version] = replace(version, commit=commit)
        return self.versions[version.model, version.version]

    def show_override(self, version: RegisteredVersion, rewrite: Callable[[str], str]) -> None:
        self._asked("show_override")
        shown = self.pages[version.verdict_run_id]
        self.pages[version.verdict_run_id] = replace(shown, note=rewrite(shown.note))

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        found = self.find(candidate.model, candidate.key)
        self._asked("record")
        if found:
            return found
        bundle = read_bundle(candidate.bundle)
        recorded = next(
            (made for made, _ in self.records if (made.model, made.key) == (candidate.model, candidate.key)), None
        )
        if recorded is None:
            self.records.append((candidate, f"run{1 + len(self.records)}"))
            self.pages[self.records[-1][1]] = candidate.pages(RunPlace("1", self.records[-1][1]))
        run_id = next(run for made, run in self.records if (made.model, made.key) == (candidate.model, candidate.key))
        version = next(
            (item for item in self._versions(candidate.model) if item.model_digest == bundle.model_digest), None
        )
        if version is None:
            number = str(1 + len(self._versions(candidate.model)))
            commit = commit_in(candidate.tags)
            version = RegisteredVersion(
                candidate.model, number, run_id, run_id, bundle.digest, "1", commit, bundle.model_digest
            )
            self.bundles[candidate.model, number] = bundle
        version = replace(version, verdict_run_id=run_id)
        self.versions[version.model, version.version] = version
        self.verdicts[version.model, version.version] = candidate.key
        return version

    def _judged(self, model: str, tag: str, digest: str) -> tuple[str, ...]:
        judged = [{**made.tags, **made.verdict_tags} for made, _ in self.records if made.model == model]
        digests = (tags.get("digest.model", tags["digest.bundle"]) for tags in judged if tags.get(tag) == digest)
        return tuple(dict.fromkeys(digests))

    def _versions(self, model: str) -> list[RegisteredVersion]:
        return [version for (name, _), version in self.versions.items() if name == model]

    def _asked(self, name: str) -> None:
        self.calls.append(name)
        if self.is_down:
            raise TrackingError("the registry is down")
