"""Joins `ratchet retrain` to params.yaml, the project's rows, DVC, the registry and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from modelratchet.config import layout
from modelratchet.config.params import Params
from modelratchet.config.reading import read_params
from modelratchet.config.window_keys import aware, open_options, window_rule, with_window
from modelratchet.core.page.markdown import COMMENT_LIMIT, markdown
from modelratchet.core.page.retraining import retrain_page
from modelratchet.core.retraining import Judgement, Retraining
from modelratchet.core.standing import Standing
from modelratchet.core.windows import Coverage, Window
from modelratchet.errors import ConfigError
from modelratchet.storage.files import read_record
from modelratchet.storage.only_one import only_one
from modelratchet.storage.settings_move import SettingsMove
from modelratchet.usecases.plan_retrain import Occasion, RetrainPlan, plan_retrain
from modelratchet.usecases.ports.retraining import Declared, MovedSettings
from modelratchet.usecases.read_report import read_report
from modelratchet.wiring.clock import now
from modelratchet.wiring.commands import REPORT_FILES
from modelratchet.wiring.ledger import throne

_FOLDER = layout.STATE / "retrain"
_ONLY_ONE = layout.STATE / "retrain.lock"


@contextmanager
def settings_move() -> Iterator[SettingsMove]:
    """The move of params.yaml and dvc.lock, in this process alone.

    Raises:
        ConfigError: there is no params.yaml.
        OutsideError: another retraining is going on in this folder.
    """
    if not layout.PARAMS.exists():
        raise ConfigError(str(layout.PARAMS), ["it is not there"], hint="Run this in the project's root folder.")
    with only_one(_ONLY_ONE, "retraining"):
        yield SettingsMove(layout.PARAMS, layout.PIPELINE_LOCK, _FOLDER)


def planned(move: SettingsMove, through: str | None) -> RetrainPlan:
    """What there is to do now.

    Raises:
        RatchetError: see `usecases.plan_retrain.plan_retrain`.
    """
    return plan_retrain(move.original(), ParamsWindow(), throne(), Occasion(now(), through))


def judgement() -> Judgement:
    """The verdict that the latest run ended with.

    Raises:
        EvidenceError: there is none, or the records do not belong together.
    """
    report, standing = read_report(REPORT_FILES), read_record(layout.STANDING, Standing)
    receipt = report.receipt
    return Judgement(
        report.verdict.decision,
        report.verdict.champion_version,
        receipt.version if receipt else None,
        receipt.run_id if receipt else None,
        standing.holdout_look,
        report.is_earlier,
    )


def page_text(retraining: Retraining) -> str:
    """The page for a pull request: what moved and why, and below it the decision page, as long as GitHub takes it.

    Raises:
        EvidenceError: see `wiring.report.report_page`.
    """
    head = retrain_page(retraining)
    if retraining.judgement is None:
        return head
    from modelratchet.wiring.report import report_page

    return head + "\n" + markdown(report_page(), COMMENT_LIMIT - len(head) - 1)


class ParamsWindow:
    """The port `WindowSettings` on params.yaml and the sources that it names."""

    def declared(self, text: bytes) -> Declared:
        """See the port."""
        params = _read(text)
        rule, holdout_from = window_rule(params), params.split.holdout_from
        if holdout_from is None:
            raise ConfigError(str(layout.PARAMS), ["split.holdout_from: missing, and it begins the window's holdout"])
        merges = params.retrain.merge == "promote"
        return Declared(params.model, rule, aware(holdout_from), merges)

    def moved(self, text: bytes, window: Window) -> MovedSettings:
        """See the port."""
        found = with_window(text.decode(), _read(text), window)
        shown = {key: ("null" if old is None else str(old), str(new)) for key, (old, new) in found.changes.items()}
        return MovedSettings(found.text.encode(), shown)

    def covered(self, text: bytes) -> tuple[Coverage, ...]:
        """See the port."""
        from modelratchet.modeling.coverage import coverage
        from modelratchet.wiring.data import row_source

        params = _read(text)
        time = str(params.columns.time)
        source = row_source(params.ingest.model_copy(update={"options": open_options(params)})).read([time])
        if time not in source.frame:
            raise ConfigError(
                str(layout.PARAMS),
                [f"columns.time: found {time!r}; the source has {', '.join(source.names[:20])}"],
            )
        return coverage(source.frame[time], window_rule(params))


def _read(text: bytes) -> Params:
    return read_params(text, str(layout.PARAMS))
