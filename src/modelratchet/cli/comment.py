"""`ratchet comment`: a judged run as a comment on its pull request, from an artifact that is treated as data."""

from __future__ import annotations

from pathlib import Path

import click

from modelratchet.errors import ExitCode
from modelratchet.storage.files import write_bytes


@click.command()
@click.argument("page", type=click.Path(path_type=Path))
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Write the comment there."
)
@click.option(
    "--event",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="GITHUB_EVENT_PATH",
    show_envvar=True,
    help="The event `workflow_run` of the run that was judged.",
)
def comment(page: Path, output: Path, event: Path) -> int:
    """Turn the PAGE that an untrusted run left (`ratchet gate tell --page`) into Markdown that pings nobody and holds no markup of its author's.

    The output `number` says which pull request it belongs on; it is empty where there is nothing to say. GitHub is asked for it, never the page. The output
    `only-mends` is true where no model is touched any more: then an earlier comment is to be taken back, and without one nothing need be said.
    """
    from modelratchet.wiring.commenting import composed_comment
    from modelratchet.wiring.jobs import job_outputs

    made = composed_comment(page, event)
    if made is not None:
        write_bytes(output, made.text.encode("utf-8", errors="replace"))
    number, only_mends = (str(made.number), made.only_mends) if made else ("", False)
    job_outputs().tell({"number": number, "only-mends": str(only_mends).lower()})
    where = "in place of an earlier comment on" if only_mends else "for"
    click.echo(f"{output}: {where} pull request {number}." if made else "Nothing to say.")
    return ExitCode.DONE
