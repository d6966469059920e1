"""A decision page as a comment on a pull request: the page, and below it who judged what where. Pure; `usecases.comment` calls it."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.page.escaping import for_markdown, web_address
from modelratchet.core.page.markdown import COMMENT_LIMIT, markdown
from modelratchet.core.page.model import Page

_ROOM = 1_000
"""Characters kept for the lines below, and for the mark by which the comment is found again."""


@dataclass(frozen=True)
class Judged:
    """What is known of the run without believing it: the commit that it was of, its page, whether that came from a fork."""

    commit: str
    run_address: str
    is_fork: bool


def comment_of(page: Page, judged: Judged) -> str:
    """The comment. Fits GitHub's limit; nothing in it that the page's author wrote is markup."""
    return "\n".join([markdown(page, COMMENT_LIMIT - _ROOM), "---", "", _below(judged), ""])


def comment_without_verdict(judged: Judged) -> str:
    """The comment where a run failed before it came to a verdict."""
    return "\n".join(
        ["# NO VERDICT", "", "The run ended before the gate was asked; its log says why.", "", _below(judged), ""]
    )


def comment_without_model(judged: Judged) -> str:
    """The comment where an earlier commit was judged and the newest leaves the model as it is on main."""
    return "\n".join(["# NOTHING TO JUDGE", "", "The newest commit touches no model.", "", _below(judged), ""])


def _below(judged: Judged) -> str:
    address = web_address(judged.run_address)
    run = f"[in this run]({address})" if address else "in a run that has no page"
    said = f"Judged at {for_markdown(judged.commit[:12])} {run}."
    if not judged.is_fork:
        return said
    return f"{said} From a fork: judged without a secret against what main exported, and not recorded. Main judges again before anything is promoted."
