"""Somebody who trains candidates, has them judged in the state that the ledger is in, and promotes them: on fakes or on a real store."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from modelratchet.core.evidence import Evidence
from modelratchet.core.gate import decide
from modelratchet.core.ledger import History, State
from modelratchet.core.standing import NOBODY, Champion, Standing, look_of
from modelratchet.core.verdict import Verdict
from modelratchet.storage.bundles import Bundle
from modelratchet.storage.files import read_record, write_record
from modelratchet.usecases.ports.registry import CandidateRecord, ModelRegistry
from modelratchet.usecases.promote import PromotionFiles, promote
from modelratchet.usecases.read_report import ReportFiles
from modelratchet.usecases.write_ledger import Desk, Written
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL, bundle, candidate
from tests.samples.ledgers import circumstances


@dataclass(frozen=True)
class Workshop:
    """`desk` as the commands have it, but for the clock: `minutes` counts on by one an event. Files lie in `folder`."""

    desk: Desk
    folder: Path
    minutes: itertools.count[int] = field(default_factory=itertools.count)
    model: str = MODEL

    @property
    def history(self) -> History:
        return self.desk.reader.history(self.model)

    @property
    def state(self) -> State:
        return self.history.state

    def judged(self, weight: float, change: Callable[[Evidence], Evidence] = lambda found: found) -> PromotionFiles:
        """Train, judge and record a candidate, as `ratchet run` does; `weight` makes its bundle."""
        files, record = self.decided(weight, change)
        self.desk.registry.record(record)
        return files

    def decided(
        self, weight: float, change: Callable[[Evidence], Evidence] = lambda found: found
    ) -> tuple[PromotionFiles, CandidateRecord]:
        """Train and judge a candidate; what is to be recorded of it is given, and not recorded yet."""
        made = bundle(weight)
        standing = self.standing(made)
        found = change(samples.about(_evidence(standing), made))
        verdict = decide(self.model, found, samples.policy())
        folder = self.folder / f"candidate-{weight}"
        usual = candidate(folder, verdict.digest, made, self.model)
        write_record(folder / "evidence.json", found)
        write_record(folder / "verdict.json", verdict)
        tags = {"ratchet.holdout_digest": standing.holdout_digest, "ratchet.evidence_digest": verdict.evidence_digest}
        if standing.anchor.bundle_digest:
            tags["ratchet.anchor_digest"] = standing.anchor.bundle_digest
        record = replace(
            usual,
            tags={**usual.tags, "digest.bundle": made.digest, "digest.model": made.model_digest},
            verdict_tags={**usual.verdict_tags, **tags},
        )
        return promotion_files(folder), record

    def promoted(self, weight: float) -> Written:
        """Judge a candidate and promote it."""
        return self.promote(self.judged(weight))

    def promote(self, files: PromotionFiles) -> Written:
        return promote(self.desk, files, samples.policy())

    def standing(self, made: Bundle) -> Standing:
        """What the `fetch_champion` stage writes."""
        state, registry = self.state, self.desk.registry
        champion, anchor = (_whole(registry, self.model, named) for named in (state.champion, state.anchor))
        judged = registry.judged_against_anchor(self.model, anchor.bundle_digest) if anchor.bundle_digest else ()
        look = look_of(registry.judged_on_holdout(self.model, samples.HOLDOUT), made.model_digest)
        return Standing(
            champion, anchor, state.head, state.counter, samples.HOLDOUT, look, look_of(judged, made.model_digest)
        )


def workshop(desk: Desk, folder: Path) -> Workshop:
    """A workshop whose clock goes on by a minute an event."""
    minutes = itertools.count()
    made = replace(desk, circumstances=lambda: circumstances(next(minutes), f"{folder}-{next(_NONCES)}"))
    return Workshop(made, folder, minutes)


def promotion_files(folder: Path) -> PromotionFiles:
    """What a run leaves for a promotion, in a folder."""
    report = ReportFiles(folder / "evidence.json", folder / "verdict.json", folder / "receipt.json")
    return PromotionFiles(folder / "bundle", report)


def rewritten(files: PromotionFiles, **changes: object) -> Verdict:
    """The verdict, edited by hand."""
    verdict = replace(read_record(files.report.verdict, Verdict), **changes)  # type: ignore[arg-type]
    write_record(files.report.verdict, verdict)
    return verdict


_NONCES = itertools.count()


def _evidence(standing: Standing) -> Evidence:
    """Evidence that promotes: better than champion and anchor by far."""
    comparison = replace(samples.first_comparison(), standing=standing)
    latency = samples.untimed_champion()
    if standing.champion.exists:
        alone = standing.anchor == standing.champion
        comparison = replace(
            comparison,
            champion=samples.contest(standing.champion),
            anchor=None if alone else replace(samples.anchor_contest(), reference=standing.anchor),
        )
        latency = replace(samples.latency(), champion_digest=standing.champion.bundle_digest)
    return samples.evidence(comparison=comparison, latency=latency)


def _whole(registry: ModelRegistry, model: str, named: Champion) -> Champion:
    if named.version is None:
        return NOBODY
    found = registry.version(model, named.version)
    assert found is not None
    return Champion(found.version, found.bundle_digest, found.run_id)
