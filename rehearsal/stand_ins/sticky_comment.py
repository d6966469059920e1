"""marocchino/sticky-pull-request-comment: one comment of a pull request, found again by its header and updated.

Held to: a second call with the same header updates the first comment, one with another header makes another; header and text are what
counts, not who pushed; the number comes from the event, or must be given where the event has no pull request; without one nothing
happens; it needs `pull-requests: write`; GitHub refuses a body of more than 65,536 characters.

Source: README.md of marocchino/sticky-pull-request-comment, "Inputs", and its src/config.ts and src/comment.ts; the limit is GitHub's
REST API, "Create an issue comment" (422).
"""

from __future__ import annotations

from rehearsal.hub import Document, write_document
from rehearsal.stand_ins.files import matching
from rehearsal.stand_ins.step import ActionStep, RefusedError

LONGEST_BODY = 65_536
AUTHOR = "github-actions[bot]"


def main(step: ActionStep) -> None:
    """Write, update or delete the comment of this header.

    Raises:
        RefusedError: the right is missing, the body is empty or too long, or several ways to write are asked for at once.
    """
    number = _number(step)
    if not number:
        print("no pull request number given: skip step")
        return
    _refuse_contradiction(step)
    step.require(step.input("GITHUB_TOKEN"), pull_requests="write")
    comments = step.hub.comments(number)
    previous = next(
        (each for each in comments if each["header"] == step.input("header") and each["author"] == AUTHOR), None
    )
    _write(step, number, comments, previous)


def _write(step: ActionStep, number: str, comments: list[Document], previous: Document | None) -> None:
    if step.flag("delete"):
        _save(step, number, [each for each in comments if each is not previous])
        return
    body = _body(step)
    if not body and step.flag("ignore_empty"):
        return
    if not body:
        raise RefusedError("Either message or path input is required")
    if step.flag("append") and previous:
        body = f"{previous['body']}\n{body}"
    if len(body) > LONGEST_BODY:
        raise RefusedError(
            f"Validation Failed: body is too long (maximum is {LONGEST_BODY} characters), it has {len(body)}"
        )
    made = _comment(step, body, previous)
    if previous and (step.flag("only_create") or (step.flag("skip_unchanged") and previous["body"] == body)):
        return
    if not previous and step.flag("only_update"):
        return
    if previous and not step.flag("recreate"):
        comments[comments.index(previous)] = made
    else:
        comments = [*(each for each in comments if each is not previous), made]
    _save(step, number, comments)
    step.output(created_comment_id=made["id"], previous_comment_id=previous["id"] if previous else "")


def _comment(step: ActionStep, body: str, previous: Document | None) -> Document:
    if previous and not step.flag("recreate"):
        return {**previous, "body": body, "edits": previous["edits"] + 1, "run": step.run_id}
    number = step.hub.next_number("comments")
    return {
        "id": number,
        "header": step.input("header"),
        "author": AUTHOR,
        "body": body,
        "edits": 0,
        "run": step.run_id,
    }


def _number(step: ActionStep) -> str:
    """`number_force` beats the event's, `number` stands in where the event has none."""
    if step.input("number_force"):
        return step.input("number_force")
    from_event = step.event.get("pull_request", {}).get("number")
    return str(from_event) if from_event else step.input("number")


def _body(step: ActionStep) -> str:
    """The files of `path`, joined, or else `message`."""
    if step.input("path"):
        return "\n".join(path.read_text() for path in matching(step, step.lines("path")))
    return step.input("message")


def _refuse_contradiction(step: ActionStep) -> None:
    asked = [name for name in ("append", "recreate", "delete", "only_create", "only_update") if step.flag(name)]
    if len(asked) > 1 and set(asked) != {"append", "recreate"}:
        raise RefusedError(f"{' and '.join(asked)} cannot be both set to true")


def _save(step: ActionStep, number: str, comments: list[Document]) -> None:
    write_document(step.hub.folder / "comments" / f"{number}.json", {"comments": comments})
